"""What a file of pickles would do, read from its opcodes and never run.

Fail-closed: it is harmless when every callable it names is on a list of constructors of plain data, and when it could
be followed to its last byte: pickles behind one another, arrays that joblib lays between the opcodes, storages that
older torch lays behind them, and files that lie inside as bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from bartizan.formats.tape import Tape
from bartizan.formats.verdict import Reason

from .arrays import Forged, count, layout
from .machine import Broken, Machine, name_of
from .values import NONE, Box, Look, Made

TORCH_MAGIC = 0x1950A86A20F9469CFC6C  # torch/serialization.py
_NAMED = re.compile(r"[\w.]+ [\w.]+")
_WRAPPER = "joblib.numpy_pickle NumpyArrayWrapper"
_TELLING = 20  # opcodes in a row that no text and no other kind has by chance
_LEGACY_PICKLES = 4  # behind the magic number: version, system, object, keys
_INSIDE_DEPTH = 4
_STREAM_LIMIT = 10_000
_WIDTHS = {"Double": 8, "Long": 8, "Float": 4, "Int": 4, "Half": 2, "BFloat16": 2, "Short": 2, "ComplexFloat": 8}
_WIDTHS |= {"ComplexDouble": 16, "QInt32": 4}


@dataclass(frozen=True)
class PickleReport:
    """globals: every `module name` the stream would look up, with its first offset. end: bytes the pickle takes."""

    globals: dict[str, int]
    reasons: tuple[Reason, ...]
    end: int


def scan_pickle(raw: bytes, *, member: str = "", own: re.Pattern[str] | None = None) -> PickleReport:
    """Follow the opcodes of one pickle in `raw`. Never raises and never runs anything."""
    tape = Tape(io.BytesIO(raw))
    machine = Machine(tape, member=member, own=own)
    machine.on_build = _array_behind
    machine.run()
    return PickleReport(machine.globals, (*machine.reasons, *_inside(machine, 0)), tape.at)


def scan_stream(stream: IO[bytes], *, member: str = "", depth: int = 0) -> Iterator[Reason]:
    """Why the pickles in a stream should not be opened. What follows the last one counts too."""
    start = stream.tell() if stream.seekable() else None
    first = _one(tape := Tape(stream), member)
    yield from (*first.reasons, *_inside(first, depth))
    if not _is_broken(first):
        yield from _behind(tape, first, member, depth)
    if _WRAPPER in first.globals and start is not None:
        yield from _read_barely(stream, start, member)


def _behind(tape: Tape, first: _Followed, member: str, depth: int) -> Iterator[Reason]:
    if first.value == TORCH_MAGIC:
        yield from _legacy(tape, member, depth)
    for _ in range(_STREAM_LIMIT):
        if tape.ended():
            return
        start = tape.at
        more = _one(tape, member)
        yield from (r for r in (*more.reasons, *_inside(more, depth)) if r.rule != "broken")
        if _is_broken(more):
            yield Reason(
                "trailing", f"bytes follow the end of the pickle at byte {start:,} and are none", start, member
            )
            return
    yield Reason("limit", f"more than {_STREAM_LIMIT:,} pickles follow one another", tape.at, member)


def is_pickle(stream: IO[bytes]) -> bool:
    """Whether a file begins as a pickle: a protocol mark, or older opcodes that lead somewhere."""
    tape = Tape(stream)
    first = tape.peek(2)
    if first[:1] == b"\x80" and b"\x00" <= first[1:] <= b"\x05":
        return True
    machine = Machine(tape)
    machine.most = _TELLING
    machine.run()
    tells = machine.steps > _TELLING or machine.unending or (machine.steps > 1 and not machine.reasons)
    return tells or bool(names_in(machine))


def reads_as_pickle(stream: IO[bytes]) -> bool:
    """Whether a file of another kind leads a bare unpickler to look up a name, or may do so past what is read."""
    machine = Machine(Tape(stream))
    machine.helped = False
    machine.run()
    return bool(names_in(machine)) or machine.unending


def _read_barely(stream: IO[bytes], start: int, member: str) -> Iterator[Reason]:
    """What runs where joblib's arrays are read as opcodes, as `pickle.load` does."""
    stream.seek(start)
    machine = Machine(Tape(stream), member=member)
    machine.run()
    for r in machine.reasons:
        if r.rule == "runs-code":
            yield Reason("two-readings", f"read without joblib, {r.text}", r.offset, member)


def names_in(machine: Machine) -> list[str]:
    """The names it would look up that could be any."""
    return [name for name in machine.globals if _NAMED.fullmatch(name)]


class _Followed(Machine):
    """A machine with the value that its run left."""

    value: object = None


def _one(tape: Tape, member: str) -> _Followed:
    machine = _Followed(tape, member=member)
    machine.on_build = _array_behind
    machine.value = machine.run()
    return machine


def _is_broken(machine: Machine) -> bool:
    return any(r.rule == "broken" for r in machine.reasons)


def _inside(machine: Machine, depth: int) -> Iterator[Reason]:
    """Bytes in the pickle that are opened as a file of their own."""
    for raw in machine.inside:
        if raw.content is None or depth >= _INSIDE_DEPTH:
            yield Reason("limit", "a file inside it is too large to be followed", 0, machine.member)
        elif raw.content.startswith(b"PK"):
            yield Reason("unknown-name", "an archive lies inside it as bytes", 0, machine.member)
        else:
            place = f"{machine.member}/bytes inside" if machine.member else "bytes inside"
            yield from scan_stream(io.BytesIO(raw.content), member=place, depth=depth + 1)


def _array_behind(machine: Machine, made: Made) -> None:
    """joblib lays the numbers of an array right behind the object that describes it; of objects, a pickle."""
    _true_type(machine, made)
    if name_of(made) != _WRAPPER:
        return
    told = _entries(made.state)
    machine.leave_frame()
    machine.set_top(Made(Look("numpy", "ndarray", machine.at), Box("tuple")))
    width, objects = layout(told.get("dtype"))
    if objects:
        inner = Machine(machine.tape, member=machine.member)
        inner.on_build = _true_type
        inner.run()
        machine.reasons += [r for r in inner.reasons if r not in machine.reasons]
        machine.inside += inner.inside
        return
    aligned = told.get("numpy_array_alignment_bytes", NONE)
    if isinstance(aligned, int):
        machine.tape.skip(machine.tape.read(1)[0])
    elif aligned is not NONE:
        raise Broken("an array that is aligned in no known way")
    machine.tape.skip(count(told.get("shape")) * width)


def _true_type(machine: Machine, made: Made) -> None:
    """A type of NumPy is what it says it is."""
    if name_of(made).startswith("numpy.dtypes "):
        machine.against("hidden-name", "it changes a type of NumPy's own")
    elif name_of(made) == "numpy dtype":
        try:
            layout(made)
        except Forged as cause:
            machine.against("runs-code", str(cause))
        except Broken as cause:
            machine.against("unknown-name", f"it makes {cause}")


def _entries(state: object) -> dict[str, object]:
    """The attributes of joblib's wrapper. Raises `Broken` where there may be others."""
    if not isinstance(state, Box) or state.kind != "dict" or not state.whole:
        raise Broken("an array of no known size and type lies between the opcodes")
    return state.pairs


def _legacy(tape: Tape, member: str, depth: int) -> Iterator[Reason]:
    """Behind the magic number: four pickles, then every storage as a count and its numbers."""
    persistent: list[object] = []
    for _ in range(_LEGACY_PICKLES):
        machine = _one(tape, member)
        persistent += machine.persistent
        yield from (*machine.reasons, *_inside(machine, depth))
        if _is_broken(machine):
            return
    try:
        tape.skip(sum(8 + size for size in _storages(persistent).values()))
    except ValueError as cause:
        yield Reason("lies", f"its storages are not what its pickle says: {cause}", tape.at, member)


def _storages(persistent: list[object]) -> dict[str, int]:
    """Key to bytes of each storage that the pickle names."""
    found: dict[str, int] = {}
    for key in persistent:
        items = key.items if isinstance(key, Box) else []
        if len(items) >= 5 and items[0] == "storage" and isinstance(items[1], Look) and isinstance(items[4], int):
            kind = items[1].name.removesuffix("Storage")
            found[str(items[2])] = items[4] * _WIDTHS.get(kind, 1)
    return found
