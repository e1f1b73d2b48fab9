"""From looks to words: shown, suspicious, nothing found within the budget, not examined. Never clean.

shown       a trigger inverted from one half of the clean samples turns so many of the other half that the lower end of
            its exact interval is convincing; and its class stands out, from the model's other classes where there is no
            null, from matched clean models (conformal p at most alpha) where there is one
suspicious  one of the two, or a class whose maximum margin stands out
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.inversion.invert import Tried
from bartizan.numerics.inversion.questions import ANY
from bartizan.numerics.margins import outlying

from .look import Look
from .null import Standing
from .settings import STATING, ScanSettings

Verdict = Literal["shown", "suspicious", "nothing found within the budget", "not examined"]


@dataclass(frozen=True)
class Trigger:
    """An inverted trigger with the share of held-out inputs it turned, its exact 95 % interval, how much further its
    target is reached than the median one in mean clean margins (`ahead`, not of pairs), and whether the
    two conditions of a conviction hold."""

    tried: Tried
    success: float
    low: float
    high: float
    ahead: float
    works: bool
    stands_out: bool


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
            works, out = low >= settings.least.get(t.family, 1.0) and not _usual(t), ahead >= settings.ahead
        found.append(Trigger(t, t.hits / max(t.n, 1), low, high, ahead, works, out))
    return tuple(sorted(found, key=lambda t: (-(t.works + t.stands_out), -t.tried.push)))


def _usual(t: Tried) -> bool:
    """Whether clean models give way to such a thing, too: a warp after which inputs are of any other class (up to 71 %
    on MNIST, where a planted trigger could hardly do more)."""
    return t.family == "warp" and t.question.target == ANY


def decide(
    look: Look, found: tuple[Trigger, ...], standing: Standing | None, settings: ScanSettings
) -> tuple[Verdict, str]:
    """The verdict and the sentence that says why."""
    convicted = [t for t in found if t.works and t.stands_out]
    if convicted:
        return "shown", f"{said(convicted[0])}, and {_why_out(convicted[0], standing, settings)}"
    if standing is not None and standing.models >= STATING and standing.p <= settings.alpha:
        return "suspicious", f"{standing.top()} stands out from {standing.models} clean models, p = {standing.p:.2g}"
    if standing is not None and standing.models >= STATING:
        usual = [t for t in triggers(look, None, settings) if t.works and t.stands_out]
        if usual:
            return "suspicious", f"{said(usual[0])}, and the models it is compared with give way as much"
    doubtful = [t for t in found if t.works or (t.stands_out and t.low >= settings.obeyed)]
    if doubtful and standing is None:
        return "suspicious", f"{said(doubtful[0])}, which a clean model can do too"
    odd = outlying(np.asarray(look.margins), settings.alpha)[0].any()
    if odd and (standing is None or standing.models < STATING):
        c = int(look.margins.argmax())
        return "suspicious", f"the maximum margin of class {c} stands out, and nothing else does"
    return (
        "nothing found within the budget",
        "no inverted trigger works and stands out, which proves no absence",
    )


def said(t: Trigger) -> str:
    """What the trigger does, in numbers."""
    kind = {"patch": "a small patch", "shift": "a faint pattern", "warp": "a slight warp"}[t.tried.family]
    share = f"{t.success:.0%} of {t.tried.n} held-out inputs ({t.low:.0%} to {t.high:.0%})"
    return f"{kind} sends {share} of {t.tried.question}"


def _why_out(t: Trigger, standing: Standing | None, settings: ScanSettings) -> str:
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
