"""From looks to words: shown, suspicious, nothing found within the budget, not examined. Never clean.

shown       a trigger inverted from one half of the clean samples turns so many of the other half that the lower end of
            its exact interval is convincing; and its class stands out, from the model's other classes where there is no
            null, from matched clean models (conformal p at most alpha) where there is one
suspicious  one of the two; a class that a patch leads to further than in the model's students; or one whose maximum
            margin stands out

The bars without a null were set on pictures. On a table one column may turn most inputs of a clean model, as it did on
LetterRecognition: without a null such a model is suspected at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.inversion.invert import Tried
from bartizan.numerics.inversion.questions import ANY
from bartizan.numerics.margins import outlying

from .beside import Beside, Further
from .look import Look
from .null import Standing
from .settings import STATING, ScanSettings

Verdict = Literal["shown", "suspicious", "nothing found within the budget", "not examined"]


@dataclass(frozen=True)
class Trigger:
    """An inverted trigger with the share of held-out inputs it turned, its exact 95 % interval, how much further its
    target is reached than the median one in mean clean margins (`ahead`, not of pairs), whether the two conditions of a
    conviction hold, and how far it leads beyond the students' (`beyond`, None of what was not held beside any)."""

    tried: Tried
    success: float
    low: float
    high: float
    ahead: float
    works: bool
    stands_out: bool
    beyond: float | None = None


def triggers(look: Look, standing: Standing | None, settings: ScanSettings) -> tuple[Trigger, ...]:
    """All of them, the most convincing first."""
    calibrated = standing is not None and standing.models >= STATING
    found = []
    for t in look.tried:
        low, high = clopper_pearson(t.hits, t.n)
        ahead = _ahead(t, look.tried)
        if calibrated:
            assert standing is not None
            works, out = low >= settings.obeyed, standing.each[t.name] <= settings.alpha
        else:
            works = low >= settings.least.get(t.family, 1.0) and not _usual(t)
            out = ahead >= settings.ahead and (settings.tables or not look.table)
        found.append(Trigger(t, t.hits / max(t.n, 1), low, high, ahead, works, out))
    found += _beside_students(look.beside, settings) if look.beside else ()
    return tuple(sorted(found, key=lambda t: (-(t.works + t.stands_out), -t.tried.push)))


def _beside_students(found: Beside, settings: ScanSettings) -> Iterator[Trigger]:
    """The patches that students of the model do not give way to: from one class, which convicts where it works, and
    from all classes, which makes suspect. Of the others clean models have as many."""
    one = [_further(f, f.beyond >= settings.beyond_one, settings.obeyed_one) for f in found.single]
    yield from [t for t in one if t.works and t.stands_out][:1]
    out = (f.beyond >= settings.beyond_all and f.apart >= settings.apart for f in found.any)
    yield from (_further(f, True, 1.0) for f, so in zip(found.any, out, strict=True) if so)


def _further(f: Further, out: bool, least: float) -> Trigger:
    low, high = clopper_pearson(f.tried.hits, f.tried.n)
    return Trigger(f.tried, f.tried.hits / max(f.tried.n, 1), low, high, 0.0, low >= least, out, f.beyond)


def _usual(t: Tried) -> bool:
    """Whether clean models give way to such a thing, too: a warp after which inputs are of any other class (up to 71 %
    on MNIST, where a planted trigger could hardly do more)."""
    return t.family == "warp" and t.question.target == ANY


def decide(
    look: Look, found: tuple[Trigger, ...], standing: Standing | None, settings: ScanSettings
) -> tuple[Verdict, str, int | None]:
    """The verdict, the sentence that says why, and the class it is about."""
    best = found[0].tried.question.target if found else int(look.margins.argmax())
    convicted = [t for t in found if t.works and t.stands_out]
    if convicted:
        return "shown", f"{said(convicted[0])}, and {_why_out(convicted[0], standing, settings)}", best
    if standing is not None and standing.models >= STATING and standing.p <= settings.alpha:
        why = f"{standing.top()} stands out from {standing.models} clean models, p = {standing.p:.2g}"
        return "suspicious", why, best
    unlike = next((t for t in found if t.beyond is not None and t.stands_out), None)
    if unlike is not None:
        return "suspicious", f"{said(unlike)}, and {_unlike(unlike)}", unlike.tried.question.target
    if standing is not None and standing.models >= STATING:
        usual = [t for t in triggers(look, None, settings) if t.works and t.stands_out]
        if usual:
            why = f"{said(usual[0])}, and the models it is compared with give way as much"
            return "suspicious", why, usual[0].tried.question.target
    doubtful = [t for t in found if t.works or (t.stands_out and t.low >= settings.obeyed)]
    if doubtful and standing is None:
        return "suspicious", f"{said(doubtful[0])}, which a clean model can do too", doubtful[0].tried.question.target
    odd = outlying(np.asarray(look.margins), settings.alpha)[0].any()
    if odd and (standing is None or standing.models < STATING):
        c = int(look.margins.argmax())
        return "suspicious", f"the maximum margin of class {c} stands out, and nothing else does", c
    return (
        "nothing found within the budget",
        "no inverted trigger works and stands out, which proves no absence",
        None,
    )


def said(t: Trigger) -> str:
    """What the trigger does, in numbers."""
    kind = {"patch": "a small patch", "shift": "a faint pattern", "warp": "a slight warp"}[t.tried.family]
    share = f"{t.success:.0%} of {t.tried.n} held-out inputs ({t.low:.0%} to {t.high:.0%})"
    return f"{kind} sends {share} of {t.tried.question}"


def _unlike(t: Trigger) -> str:
    return f"leads there by {t.beyond:.2f} of the mean clean margin further than in students of the model"


def _why_out(t: Trigger, standing: Standing | None, settings: ScanSettings) -> str:
    if t.beyond is not None:
        return _unlike(t)
    if standing is not None and standing.models >= STATING:
        return f"it stands out from {standing.models} clean models (p = {standing.each[t.tried.name]:.2g})"
    return f"its class is easier to reach than the usual one by {t.ahead:.1f} of the mean clean margin"


def _ahead(t: Tried, every: tuple[Tried, ...]) -> float:
    """Over the median of the other targets of all classes of the same family, so that a second trigger to another class
    hides nothing; 0 for a pair, which has no others of its kind."""
    if t.question.source != ANY:
        return 0.0
    others = [
        o.push for o in every
        if o.family == t.family and o.question.source == ANY and o.question.target not in (ANY, t.question.target)
    ]  # fmt: skip
    return t.push - (float(np.median(others)) if others else t.push)
