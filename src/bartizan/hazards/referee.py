"""The referee of hazards: how probable is failure in the domain, how much of it is the condition's doing, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from bartizan.core.artifact import Artifact, Flag, Measured, Measurement
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Array, Data, Labels, Roles
from bartizan.core.target import Target
from bartizan.hazards.corruption import Corruption, Scene, noise_source
from bartizan.hazards.faults import judge_faults
from bartizan.hazards.odd_exit import corruption_named
from bartizan.hazards.severity import Severity, Sweep, draw, grid
from bartizan.numerics.intervals import clopper_pearson

Bits = NDArray[np.bool_]
At = dict[str, float | int | str]

BATCH = 256
GRID_STREAM = 1_000_000  # far from the numbers of the draws, so that the grid has noise of its own
PICTURES = 4


class HazardReferee(Referee):
    """Draws and corrupts again from the parameters and the seed, and asks the subject itself.

    The failure probability and its exact interval rest on the first draw of every example, so that the units are
    independent; further draws give the tries and the severity at failure.
    """

    spec = PluginSpec(
        id="hazards",
        version=3,
        title="Referee of hazards",
        summary="Failure probability under the stated distribution, excess over the clean error, grid and worst class.",
        references=("clopper1934", "hendrycks2019", "reagen2018"),
    )
    family: ClassVar[Family] = "hazards"
    also = ("failure_upper_bound",)

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """Of faults in memory (the artifact is `parameters`) see `judge_faults`, of corrupted inputs what is above."""
        assert subject is not None, "a hazard needs a model"
        if artifact.kind == "parameters":
            return judge_faults(subject, roles, params, seed)
        sweep, probe = Sweep.model_validate(params.model_dump()), roles.probe
        bench = Bench(subject, probe, sweep, corruption_named(sweep.kind), seed)
        drawn = Drawn(bench)
        answers = [(s, region, bench.answers(np.full(len(probe), s), GRID_STREAM + g)) for g, (s, region) in bench.grid]
        swept = [(s, region, np.asarray(said != probe.y)) for s, region, said in answers]
        return Measured(
            measurements=(
                *_probability(drawn, bench.at),
                *_slices(drawn.failed[:, 0], probe.y, bench.at),
                *(_share("failure_at", f, {**bench.at, "severity": s, "region": region}) for s, region, f in swept),
            ),
            arrays={
                **_answers(drawn, probe.y),
                **_tries_and_sizes(drawn, bench),
                **_curve(swept),
                **_pictures(drawn, bench),
            },
            flags=_flags(artifact, drawn),
            tries_unit="draws",
            size_unit=sweep.unit or sweep.kind,
        )


class Bench:
    """A subject, its examples and one corruption, ready to be asked."""

    def __init__(self, subject: Target, probe: Data, sweep: Sweep, corruption: Corruption, seed: int) -> None:
        self.subject, self.probe, self.sweep, self.corruption, self.seed = subject, probe, sweep, corruption, seed
        self.scene = Scene.of(subject.info, probe, sweep)
        self.at: At = {"condition": sweep.condition}
        if sweep.region == "beyond":
            self.at["region"] = "beyond"

    @property
    def grid(self) -> Sequence[tuple[int, tuple[float, Any]]]:
        """The numbered grid of severities."""
        return list(enumerate(grid(self.sweep, self.corruption.meaningful(self.sweep))))

    def corrupted(self, severity: Severity, stream: int) -> Array:
        """All examples, each at its severity, with the noise of this stream."""
        return self.corruption.corrupt(self.probe.x, severity, rng=noise_source(self.seed, stream), scene=self.scene)

    def labels(self, x: Array) -> Labels:
        """The subject's answers, in bounded batches."""
        parts = [self.subject.labels(x[i : i + BATCH]) for i in range(0, len(x), BATCH)]
        return np.concatenate(parts) if parts else np.zeros(0, np.int64)

    def answers(self, severity: Severity, stream: int) -> Labels:
        """What the subject says of all examples, each at its severity."""
        return self.labels(self.corrupted(severity, stream))


class Drawn:
    """The draws from the distribution and what came of them: `severity`, `failed` and `answers` n × draws; `before`
    the answers and `clean` the errors without any, n."""

    def __init__(self, bench: Bench) -> None:
        self.severity = draw(bench.sweep, len(bench.probe), bench.seed, bench.corruption.meaningful(bench.sweep))
        self.before = bench.labels(bench.probe.x)
        self.clean = self.before != bench.probe.y
        draws = range(self.severity.shape[1])
        self.answers: Labels = np.stack([bench.answers(self.severity[:, j], j) for j in draws], axis=1)
        self.failed: Bits = np.asarray(self.answers != bench.probe.y[:, None])


def _share(estimand: str, hits: Bits, at: At, alpha: float = 0.05) -> Measurement:
    k, n = int(hits.sum()), len(hits)
    low, high = clopper_pearson(k, n, alpha)
    return Measurement(
        estimand=estimand,
        unit="example",
        n=n,
        method=f"Clopper–Pearson {100 * (1 - alpha):.4g} %",
        value=k / n if n else 0.0,
        low=low,
        high=high,
        at=at,
    )


def _probability(drawn: Drawn, at: At) -> list[Measurement]:
    first = drawn.failed[:, 0]
    # A promise about the domain is not one about what lies beyond it, so that has a name of its own.
    probability = _share("failure_beyond" if at.get("region") == "beyond" else "failure_probability", first, at)
    one_sided = clopper_pearson(int(first.sum()), len(first), 0.1)[1]
    bound = probability.model_copy(
        update={
            "estimand": "failure_upper_bound",
            "method": "one-sided Clopper–Pearson 95 %",
            "value": one_sided,
            "low": 0.0,
            "high": one_sided,
        }
    )
    return [probability, bound, _share("clean_error", drawn.clean, at), _excess(first, drawn.clean, at)]


def _excess(failed: Bits, clean: Bits, at: At) -> Measurement:
    """The paired difference failure − clean error. Exact: both kinds of discordant example, each at half the level."""
    n = len(failed)
    made, mended = int((failed & ~clean).sum()), int((~failed & clean).sum())
    (made_low, made_high), (mended_low, mended_high) = (clopper_pearson(k, n, 0.025) for k in (made, mended))
    return Measurement(
        estimand="excess_failure",
        unit="example",
        n=n,
        method="paired, Clopper–Pearson of the discordant pairs, Bonferroni over 2, 95 %",
        value=(made - mended) / n if n else 0.0,
        low=made_low - mended_high,
        high=made_high - mended_low,
        at=at,
    )


def _slices(failed: Bits, y: Labels, at: At) -> list[Measurement]:
    """Failure by class, simultaneous over all classes, and the worst of them."""
    classes = [int(c) for c in np.unique(y)]
    if not classes:
        return []
    found = [_share("failure_in_class", failed[y == c], {**at, "class": c}, 0.05 / len(classes)) for c in classes]
    worst = max(found, key=lambda m: m.value)
    return [
        worst.model_copy(
            update={
                "estimand": "worst_class_failure",
                "method": f"Clopper–Pearson, Bonferroni over {len(classes)} classes, 95 %",
                "low": max(m.low for m in found),
                "high": max(m.high for m in found),
            }
        ),
        *found,
    ]


def _answers(drawn: Drawn, y: Labels) -> dict[str, NDArray[np.generic]]:
    """True classes, the answers to the clean examples and those at the first draw, which the probability counts."""
    return {"label": y, "before": drawn.before, "after": drawn.answers[:, 0]}


def _tries_and_sizes(drawn: Drawn, bench: Bench) -> dict[str, NDArray[np.generic]]:
    """Draws until the first failure, and the smallest failing distance from the severity that changes nothing."""
    reached = drawn.failed.any(axis=1)
    draws = drawn.failed.shape[1]
    distance = np.where(drawn.failed, np.abs(drawn.severity - bench.corruption.neutral), np.inf)
    size = np.where(drawn.clean & reached, 0.0, distance.min(axis=1, initial=np.inf))
    tries = np.where(reached, drawn.failed.argmax(axis=1) + 1, draws)
    return {"reached": reached, "tries": tries.astype(np.int64), "size": size.astype(np.float64)}


def _curve(swept: Sequence[tuple[float, str, Bits]]) -> dict[str, NDArray[np.generic]]:
    """The grid as arrays: severity, and failure with its interval (value, low, high)."""
    shares = [(f.mean() if len(f) else 0.0, *clopper_pearson(int(f.sum()), len(f))) for _, _, f in swept]
    return {
        "grid_severity": np.array([s for s, _, _ in swept], np.float64),
        "grid_failure": np.array(shares, np.float64),
        "grid_beyond": np.array([region == "beyond" for _, region, _ in swept]),
    }


def _pictures(drawn: Drawn, bench: Bench) -> dict[str, NDArray[np.generic]]:
    """A few examples that were right when clean and fail at the first draw, the mildest first."""
    distance = np.abs(drawn.severity[:, 0] - bench.corruption.neutral)
    candidates = np.flatnonzero(drawn.failed[:, 0] & ~drawn.clean)
    chosen = candidates[np.argsort(distance[candidates], kind="stable")][:PICTURES]
    if not len(chosen):
        return {}
    changed = bench.corrupted(drawn.severity[:, 0], 0)[chosen]
    return {
        "example_original": bench.probe.x[chosen],
        "example_changed": changed,
        "example_label": bench.probe.y[chosen],
        "example_before": drawn.before[chosen],
        "example_after": bench.labels(changed),
    }


def _flags(artifact: Artifact, drawn: Drawn) -> tuple[Flag, ...]:
    """A doubt when the hazard saw other severities or other failures than the referee, who repeats the same draws."""
    claimed, severity = artifact.arrays.get("failed"), artifact.arrays.get("severity")
    if claimed is None or severity is None or claimed.shape[1] == 0:
        return ()
    asked = claimed.shape[1]
    if not np.array_equal(severity, drawn.severity[:, :asked]):
        return (Flag(id="claims_differ", detail="the severities handed over are not those of the stated distribution"),)
    different = int((claimed != drawn.failed[:, :asked]).sum())
    if different:
        return (Flag(id="claims_differ", detail=f"{different} of {claimed.size} answers changed when asked again"),)
    return ()
