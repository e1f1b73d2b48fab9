"""What is made of the state that a pickle gives an object: believed without a look by what it is given to, or not.

joblib's arrays, whose numbers lie behind the object that describes them; types of NumPy, which are what they say they
are; boosters, whose bytes native code reads.
"""

from __future__ import annotations

from bartizan.formats.boosters import inside as booster_inside

from .arrays import Forged, count, layout
from .machine import Broken, Machine, name_of
from .values import NONE, Box, Look, Made, bytes_of

WRAPPER = "joblib.numpy_pickle NumpyArrayWrapper"


def array_behind(machine: Machine, made: Made) -> None:
    """joblib lays the numbers of an array right behind the object that describes it; of objects, a pickle."""
    known_state(machine, made)
    if name_of(made) != WRAPPER:
        return
    if made.arguments.items or made.built > 1:
        raise Broken("an array that is described twice lies between the opcodes")
    told = _entries(made.state)
    machine.leave_frame()
    machine.set_top(Made(Look("numpy", "ndarray", machine.at), Box("tuple")))
    width, objects = layout(told.get("dtype"))
    if objects:
        inner = Machine(machine.tape, member=machine.member)
        inner.on_build = known_state
        inner.run()
        machine.reasons += [r for r in inner.reasons if r not in machine.reasons]
        machine.inside += inner.inside
        machine.globals = {**inner.globals, **machine.globals}
        machine.boosters += inner.boosters
        return
    aligned = told.get("numpy_array_alignment_bytes", NONE)
    if isinstance(aligned, int):
        machine.tape.skip(machine.tape.read(1)[0])
    elif aligned is not NONE:
        raise Broken("an array that is aligned in no known way")
    machine.tape.skip(count(told.get("shape")) * width)


def known_state(machine: Machine, made: Made) -> None:
    """A state that is believed without a look by what it is given to."""
    if (keys := booster_inside.KEYS.get(name_of(made))) is not None:
        _booster(machine, made, keys)
    else:
        _true_type(machine, made)


def _booster(machine: Machine, made: Made, keys: tuple[str, ...]) -> None:
    """What native code will read is followed later."""
    state = made.state
    if not isinstance(state, Box) or state.kind != "dict" or not state.whole:
        machine.boosters.append((name_of(made), None, machine.at))
        return
    for held in (state.pairs[key] for key in keys if key in state.pairs):
        if held is not NONE:
            machine.boosters.append((name_of(made), bytes_of(held), machine.at))


def _true_type(machine: Machine, made: Made) -> None:
    """A type of NumPy is what it says it is."""
    if name_of(made).startswith("numpy.dtypes "):
        machine.against("hidden-name", "it changes a type of NumPy's own")
    elif name_of(made) == "numpy dtype":
        if made.built > 1:
            machine.against("runs-code", "it sets the state of a type of NumPy's twice")
        _settle(made.state)
        try:
            layout(made)
        except Forged as cause:
            machine.against("runs-code", str(cause))
        except Broken as cause:
            machine.against("unknown-name", f"it makes {cause}")


def _settle(state: object) -> None:
    """NumPy goes on using the very fields that it was given."""
    for item in state.items if isinstance(state, Box) else ():
        if isinstance(item, Box):
            item.settled = True


def _entries(state: object) -> dict[str, object]:
    """The attributes of joblib's wrapper. Raises `Broken` where there may be others."""
    if not isinstance(state, Box) or state.kind != "dict" or not state.whole:
        raise Broken("an array of no known size and type lies between the opcodes")
    return state.pairs
