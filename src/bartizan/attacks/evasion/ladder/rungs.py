"""The rungs of a ladder of knowledge as the referee finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.data import Array, Labels

from ..engine.confirm import confirmed
from ..engine.health import raised
from ..engine.result import share
from ..engine.verdict import Reliability, reliability
from .case import Case

Knowledge = Literal["labels", "scores", "transfer", "gradients", "adaptive"]
Share = tuple[float, float, float, int]
Counts = NDArray[np.int64]
WORDS: dict[str, str] = {
    "labels": "a search by labels alone",
    "scores": "a search by scores alone",
    "transfer": "a transfer from a copy",
    "gradients": "gradients",
    "adaptive": "gradients and knowledge of the defence",
}


@dataclass(frozen=True)
class Tried:
    """What an attack hands over: `points` (N×…, whether they fool the model or not) and what they cost.

    queries: asked through an interface on each example (N); once: asked once for all of them; forwards, backwards:
    passes of the model by whoever holds it (N).
    """

    points: Array
    queries: Counts
    forwards: Counts
    backwards: Counts
    once: int = 0
    flags: tuple[Flag, ...] = ()

    @classmethod
    def asking(cls, points: Array, queries: Counts | None = None, once: int = 0) -> Tried:
        """By queries only."""
        zeros = np.zeros(len(points), np.int64)
        return cls(points, zeros if queries is None else queries, zeros, zeros, once)


@dataclass(frozen=True)
class KnowledgeRung:
    """One kind of knowledge by itself, for N examples in their order.

    value, low, high: robust accuracy with its exact 95 % interval (Clopper–Pearson); robust: which examples are right
    and stay right; adversarial: the misread input found, the example itself where none was.
    queries: asked through an interface on each example; once: asked for all of them together, to make a copy;
    forwards, backwards: passes of the model on each, by somebody who holds it; passes of a copy are its owner's own
    and not counted, nor what the lower rungs cost that an adaptive attack starts from.
    invalid: inputs handed over that leave the ball or the box.
    """

    name: Knowledge
    value: float
    low: float
    high: float
    n: int
    robust: NDArray[np.bool_]
    adversarial: Array
    queries: Counts
    once: int
    forwards: Counts
    backwards: Counts
    invalid: int
    flags: tuple[Flag, ...] = ()

    @property
    def fell(self) -> NDArray[np.bool_]:
        """Which examples are misread, unchanged or by what was found."""
        return ~self.robust


@dataclass(frozen=True)
class KnowledgeLadder:
    """Five rungs from the least knowledge to the most, each measured on the same N examples by the same referee.

    clean: which examples are right unchanged. flags: those of the rungs, and that less knowledge did better than more,
    which is a sign of masked gradients; each has a section in docs/flags.md. reliability: what they amount to; only the
    end of a `reliable` ladder may be read as robustness.
    """

    rungs: tuple[KnowledgeRung, ...]
    clean: NDArray[np.bool_]
    y: Labels
    norm: str
    eps: float
    budget: int
    flags: tuple[Flag, ...] = ()
    reliability: Reliability = "reliable"

    def __getitem__(self, name: Knowledge) -> KnowledgeRung:
        return next(r for r in self.rungs if r.name == name)

    @property
    def robust(self) -> NDArray[np.bool_]:
        """Which examples withstood every rung."""
        return np.asarray(np.logical_and.reduce([r.robust for r in self.rungs]))

    @property
    def cumulative(self) -> dict[Knowledge, Share]:
        """Robust accuracy, its exact interval and N against whoever can do this and all that takes less knowledge."""
        standing = np.ones(len(self.y), np.bool_)
        out: dict[Knowledge, Share] = {}
        for rung in self.rungs:
            standing = standing & rung.robust
            out[rung.name] = share(standing)
        return out


def judged(case: Case, name: Knowledge, tried: Tried) -> KnowledgeRung:
    """Ask the model again about every changed input, and count what is valid and misread."""
    n = len(case.x)
    claimed = (tried.points != case.x).reshape(n, -1).any(1)
    seen = confirmed(
        case.logits, case.x, case.y, tried.points, claimed,
        norm=case.norm, eps=case.eps, bounds=case.bounds, device=case.device, batch=case.batch,
    )  # fmt: skip
    robust = case.clean & ~seen.fell
    value, low, high, _ = share(robust)
    found = np.where(seen.fell.reshape(-1, *[1] * (case.x.ndim - 1)), tried.points, case.x)
    return KnowledgeRung(
        name=name, value=value, low=low, high=high, n=n, robust=robust, adversarial=found, queries=tried.queries,
        once=tried.once, forwards=tried.forwards, backwards=tried.backwards, invalid=int(seen.invalid.sum()),
        flags=tried.flags,
    )  # fmt: skip


def put_together(case: Case, rungs: Sequence[KnowledgeRung]) -> KnowledgeLadder:
    """The ladder, and what its rungs say of each other."""
    flags = (*masking(rungs), *(f for r in rungs for f in r.flags))
    return KnowledgeLadder(
        rungs=tuple(rungs), clean=case.clean, y=case.y, norm=case.norm, eps=case.eps, budget=case.queries,
        flags=flags, reliability=reliability(flags),
    )  # fmt: skip


def masking(rungs: Sequence[KnowledgeRung]) -> list[Flag]:
    """Rungs that left standing what less knowledge broke. Of a transfer, which has one shot, nobody expects more."""
    flags = []
    for less, more in combinations(rungs, 2):
        if more.name == "transfer":
            continue
        text = f"examples that {WORDS[more.name]} left standing fell to {WORDS[less.name]}"
        k = int((more.robust & less.fell).sum())
        if (less.name, more.name) == ("scores", "gradients"):
            flags += raised("scores_beat_gradients", k, more.n, text)
        else:
            flags += raised("weaker_beats_stronger", k, more.n, text)
    return flags
