"""Signs that an evasion result speaks of the attack rather than of the model. Each has its section in docs/flags.md."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bartizan.core.access import Access, Output
from bartizan.core.artifact import Flag, Watched
from bartizan.core.data import Array, Data
from bartizan.core.target import Target
from bartizan.core.view import reduce_output
from bartizan.core.vocabulary import Capability
from bartizan.numerics.intervals import clopper_pearson
from bartizan.numerics.projections import Norm, project, safe_radius

from .recheck import BATCH, Rechecked, labels_of
from .sampling import noisy

ASKED = 50
LOOKS = 5
NOTEWORTHY = 0.01
"""Shares of examples whose interval lies wholly above this are worth a flag."""

Mask = NDArray[np.bool_]


def raise_if(id: str, k: int, n: int, detail: str) -> list[Flag]:
    """The flag when `k` of `n` is clearly more than a hundredth."""
    if n and clopper_pearson(k, n)[0] > NOTEWORTHY:
        return [Flag(id=id, detail=f"{k} of {n} {detail}")]
    return []


def bookkeeping(found: Rechecked, watched: Watched, eps: float, goes_beyond: bool) -> list[Flag]:
    """Doubts that need no further query: invalid inputs, a success curve that is not what it must be, want of money."""
    n = len(found.wrong)
    flags = []
    if found.invalid.any():
        k = int(found.invalid.sum())
        text = f"{k} of {n} inputs handed over leave the box, the ball or the features' rules; they count as failures"
        flags.append(Flag(id="invalid_examples", detail=text))
    smaller = int((~found.main & (found.size <= 0.98 * eps)).sum())
    flags += raise_if("not_monotone", smaller, n, "examples fell at a smaller size but held out at the stated one")
    limited = watched.budget.queries is not None or watched.budget.queries_per_example is not None
    held = int(np.isinf(found.size).sum())
    if goes_beyond and inside(watched.access) and not limited and held > NOTEWORTHY * n:
        text = f"{held} of {n} examples could not be changed even with the whole range of inputs to move in"
        flags.append(Flag(id="unbounded_not_total", detail=text))
    short = watched.ran_out(~found.reached)
    if short:
        text = f"{short} of {n} examples held out on less than others were given: the budget over all of them was spent"
        flags.append(Flag(id="budget_ran_out", detail=text))
    return flags


def inside(access: Access) -> bool:
    """Whether the adversary has gradients, by logits or by the weights."""
    return access.allows(Capability.LOGITS) or access.allows(Capability.WEIGHTS)


def flat_scores(
    subject: Target, probe: Data, found: Rechecked, norm: Norm, eps: float, output: Output, seed: int
) -> list[Flag]:
    """Whether what the interface shows of the scores stays put all over the ball, for more than half of the examples
    that were right. Those that fell count as having moved; of the others, some are asked about."""
    rows = np.flatnonzero(~found.reached)[:ASKED]
    if not len(rows):
        return []
    rng, bounds, still = np.random.default_rng(seed), box_of(subject, probe), np.ones(len(rows), np.bool_)
    before = reduce_output(subject.scores(probe.x[rows]), output)
    for x in _around(probe.x[rows], norm, eps, bounds, rng):
        still &= (reduce_output(subject.scores(x), output) == before).all(axis=1)
    share = float(still.mean() * (~found.reached).sum() / (~found.wrong).sum())
    if share <= 0.5:
        return []
    text = f"the scores of {share:.0%} of the examples never moved within ε, so they could not guide the search"
    return [Flag(id="flat_scores", detail=text)]


def _around(
    x0: Array, norm: Norm, eps: float, bounds: tuple[float, float], rng: np.random.Generator
) -> Iterator[Array]:
    """Points of the ball that differ as much as they can: all values up, all down, signs by chance, and noise."""
    radius = safe_radius(eps, norm, bounds, int(np.prod(x0.shape[1:])))
    reach = radius if norm == "linf" else radius / np.sqrt(np.prod(x0.shape[1:]))
    for _ in range(LOOKS):
        signs = rng.choice([-1.0, 1.0], x0.shape)
        for direction in (1.0, -1.0, signs):
            yield np.asarray(project((x0 + reach * direction).astype(np.float32), x0, norm, radius, bounds), np.float32)
        yield noisy(x0, norm, eps, bounds, rng)


def nondeterminism(subject: Target, x: Array) -> list[Flag]:
    """Whether the same question gets the same answer twice."""
    few = x[:64]
    one, two = subject.scores(few), subject.scores(few)
    k = int((np.abs(one - two).max(axis=1) > 1e-6).sum()) if len(few) else 0
    if not k:
        return []
    text = f"{k} of {len(few)} inputs got another answer when asked again"
    return [Flag(id="nondeterministic_model", detail=text)]


def noise_successes(
    subject: Target, probe: Data, rows: NDArray[np.int64], norm: Norm, eps: float, tries: int, seed: int
) -> Mask:
    """Which of `rows` plain random noise inside ball and box breaks within `tries` draws."""
    rng, bounds = np.random.default_rng(seed), box_of(subject, probe)
    broken = np.zeros(len(rows), np.bool_)
    for _ in range(tries):
        standing = np.flatnonzero(~broken)
        if not len(standing):
            break
        x = noisy(probe.x[rows], norm, eps, bounds, rng)[standing]
        broken[standing] = labels_of(subject, x) != probe.y[rows[standing]]
    return broken


def gradients(subject: Target, probe: Data, standing: Mask, norm: Norm, eps: float) -> list[Flag]:
    """Doubts about gradients: outputs that are probabilities, slopes that vanish, a single step that does better."""
    import torch

    from bartizan.numerics import losses
    from bartizan.numerics.slopes import pull_back, steepest

    blind, probabilities, one_step = [], [], []
    bounds = box_of(subject, probe)
    radius = safe_radius(eps, norm, bounds, int(np.prod(probe.x.shape[1:])))
    for i in range(0, len(probe), BATCH):
        x = torch.from_numpy(probe.x[i : i + BATCH]).requires_grad_(True)
        y = torch.from_numpy(probe.y[i : i + BATCH])
        z = subject.logits(x)
        seen = z.detach()
        g, none = pull_back(z, x, losses.margin(seen, y, torch.ones(len(y), 1))[1])
        blind.append(none.numpy())
        probabilities.append(((seen >= 0).all(1) & ((seen.sum(1) - 1).abs() < 1e-3)).numpy())
        step = x.detach() + radius * steepest(g, norm, torch.Generator().manual_seed(0))
        moved = project(step, x.detach(), norm, radius, bounds)
        one_step.append(labels_of(subject, moved.numpy()) != probe.y[i : i + BATCH])
    flat, beaten = np.concatenate(blind), np.concatenate(one_step) & standing
    flags = raise_if(
        "zero_gradients", int(flat.sum()), len(flat), "examples have a gradient that is zero or not finite"
    )
    flags += raise_if(
        "single_step_beats_attack", int(beaten.sum()), len(flat), "examples fell to a single step but not to the attack"
    )
    if np.concatenate(probabilities).all():
        text = "the model's outputs are probabilities, whose gradients fade where the model is sure"
        flags.append(Flag(id="softmax_output", detail=text))
    return flags


def box_of(subject: Target, probe: Data) -> tuple[float, float]:
    """The bounds of the inputs; where none are stated, those of the probe itself."""
    return subject.info.bounds or (float(probe.x.min()), float(probe.x.max()))


def lost_in_8_bits(kept: int, n: int) -> list[Flag]:
    """When clearly more than half of the successes do not survive being stored as an 8-bit image."""
    if n and clopper_pearson(kept, n)[1] < 0.5:
        text = f"only {kept} of {n} successes survive 8-bit quantisation"
        return [Flag(id="lost_in_8_bits", detail=text, against="successes")]
    return []
