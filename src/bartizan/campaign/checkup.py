"""Runs the doctor on one model of the description in a process of its own, so that a hang is a finding too."""

from __future__ import annotations

from concurrent.futures import TimeoutError

from pebble import ProcessExpired

from bartizan.core.errors import BartizanError, DataError, ModelError
from bartizan.core.system.gates import MeasureGate
from bartizan.formats.description import Description, read_system

from .doctor import examine
from .opening import open_model
from .patient import Check
from .pool import in_own_process
from .subjects import sentence


def checkup(description: Description, model: str, *, seconds: float) -> list[Check]:
    """The doctor's checks of `model`. Whatever stops them becomes a failed check, in one sentence."""
    try:
        return in_own_process(_examine, str(description.path), model, seconds=seconds)
    except TimeoutError:
        return [Check("answers", "fail", f"the model did not answer within {seconds:g} seconds")]
    except ProcessExpired as error:
        return [Check("answers", "fail", f"the process that ran it died (exit code {error.exitcode})")]


# Without these nothing that is measured would mean anything; the doctor's other complaints are for a person to weigh.
_MUST = ("loads", "answers", "steady", "inputs", "eps", "classes", "apart")


def require_sound(description: Description, model: str, *, seconds: float = 120.0) -> None:
    """Raise `ModelError` in one sentence when attacking `model` would be a waste: it does not load, or answer, or is
    not steady; `DataError` when its data do not load or fit."""
    randomness = description.system.model(model).randomness
    stated = randomness in ("undocumented", "certified_smoothing")
    for check in checkup(description, model, seconds=seconds):
        if check.id == "data":
            raise DataError(check.sentence)
        if check.status != "fail" or check.id not in _MUST or (check.id == "steady" and stated):
            continue
        hint = "; if that is meant, say so under 'randomness'" if check.id == "steady" else ""
        raise ModelError(
            f"{description.position_of(model)}: the model {model!r} cannot be attacked: {check.sentence}{hint}"
        )


def _examine(path: str, model: str) -> list[Check]:
    description = read_system(path)
    try:
        target, train, test = open_model(description.system, model, description.folder)
        asset = description.system.model(model)
        gates = [g for g in description.system.gates if isinstance(g, MeasureGate) and g.eps is not None]
        asked = sorted(((g.norm or "linf", g.eps or 0.0) for g in gates), key=lambda ball: (ball[0] == "linf", ball[1]))
        norm, eps = asked[-1] if asked else ("linf", None)
        assert asset.load is not None
        assert test is not None
        stated = asset.load.accuracy
        return examine(target, test, bounds=target.info.bounds, eps=eps, norm=norm, stated_accuracy=stated, train=train)
    except BartizanError as error:
        if error.about is None:
            return [Check("loads", "fail", str(error))]
        return [Check("data", "fail", f"{description.position_of(error.about)}: {error}")]
    except Exception as error:
        return [Check("loads", "fail", sentence(error))]
