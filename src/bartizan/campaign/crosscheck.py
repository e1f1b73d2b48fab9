"""Doubts that only show when trials are held against each other: they ran on the same examples of the same subject.

What is stored is never edited; these flags are added to the copies that are judged and shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Flag
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.vocabulary import Outcome
from bartizan.numerics.intervals import clopper_pearson

from .adequacy import is_baseline
from .combine import ball_of
from .curves import most_tries
from .ladder import access_of, rank

NOTEWORTHY = 0.01  # shares whose lower bound lies above this are worth a flag
LAST = 0.8  # where the last fifth of the tries begins
CLOSE = 1 + 1e-5  # float32 sizes within this of each other are the same

Arrays = Mapping[str, NDArray[np.generic]]


def crosschecked(evidence: Mapping[str, Evidence], arrays: ArrayReader) -> dict[str, Evidence]:
    """The same evidence, by name, with the flags added that the trials raise about each other."""
    usable = [e for e in evidence.values() if e.outcome is Outcome.MEASURED and e.trial.subject.kind == "target"]
    found: dict[str, list[Flag]] = {}
    for name, flag in (*_beaten(evidence, usable, arrays), *_inverted(usable, arrays), *_gaining(usable, arrays)):
        found.setdefault(name, []).append(flag)
    return {n: e.model_copy(update={"flags": (*e.flags, *found.get(n, ()))}) for n, e in evidence.items()}


def _beaten(
    evidence: Mapping[str, Evidence], usable: list[Evidence], arrays: ArrayReader
) -> Iterator[tuple[str, Flag]]:
    """Attacks that left examples standing which one with less access broke within the same ball.

    Nobody expects a baseline to be strong, or a transfer, which has one shot and builds on another trial.
    """
    attacks = [e for e in usable if ball_of(e) is not None and "reached" in arrays(e.id)]
    for weak, strong in permutations(attacks, 2):
        if strong.trial.after or is_baseline(strong):
            continue
        same = weak.trial.subject == strong.trial.subject and ball_of(weak) == ball_of(strong)
        if not same or rank(access_of(evidence, weak)) >= rank(access_of(evidence, strong)):
            continue
        one, other = _shared(arrays(weak.id)["reached"], arrays(strong.id)["reached"])
        k, n = int((one.astype(np.bool_) & ~other.astype(np.bool_)).sum()), len(one)
        if _noteworthy(k, n):
            detail = f"{k} of {n} examples that it left standing fell to {weak.trial.plugin}, which has less access"
            yield strong.trial.name, Flag(id="weaker_beats_stronger", detail=detail)


def _inverted(usable: list[Evidence], arrays: ArrayReader) -> Iterator[tuple[str, Flag]]:
    """Certifiers that proved more for an example than an attack needed to break it."""
    certifiers = [e for e in usable if "certified_size" in arrays(e.id)]
    attacks = [e for e in usable if ball_of(e) is not None and "size" in arrays(e.id)]
    for certifier in certifiers:
        for attack in attacks:
            same = attack.trial.subject == certifier.trial.subject
            if not same or attack.trial.params["norm"] != certifier.trial.params.get("norm"):
                continue
            proved, needed = _shared(arrays(certifier.id)["certified_size"], arrays(attack.id)["size"])
            k = int((proved.astype(np.float64) > CLOSE * needed.astype(np.float64)).sum())
            if k:
                detail = f"{k} of {len(proved)} examples were broken by {attack.trial.plugin} within what was proved"
                yield certifier.trial.name, Flag(id="inverted_bracket", detail=detail)


def _gaining(usable: list[Evidence], arrays: ArrayReader) -> Iterator[tuple[str, Flag]]:
    """Searches that were still breaking examples when their own limit, and not the adversary's, ended them."""
    for e in usable:
        limit, a = _own_limit(e), arrays(e.id)
        if limit is None or "tries" not in a or "reached" not in a:
            continue
        late = a["reached"].astype(np.bool_) & (a["tries"].astype(np.float64) > LAST * limit)
        k, n = int(late.sum()), len(late)
        if _noteworthy(k, n):
            detail = f"{k} of {n} examples fell in the last fifth of its {limit:,} tries"
            yield e.trial.name, Flag(id="still_gaining", detail=detail)


def _own_limit(evidence: Evidence) -> int | None:
    """The most tries of an ascent, which is the attack's own choice; queries are limited by what the adversary has."""
    params = evidence.trial.params
    return most_tries(evidence) if "steps" in params and "runs" in params else None


def _shared(one: NDArray[np.generic], other: NDArray[np.generic]) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
    """Both cut to the examples they share: probes are prefixes of each other."""
    n = min(len(one), len(other))
    return one[:n], other[:n]


def _noteworthy(k: int, n: int) -> bool:
    return n > 0 and clopper_pearson(k, n)[0] > NOTEWORTHY
