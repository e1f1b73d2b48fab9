"""Telling less: scores made blunter, cut to the best few, rounded to a few decimals, or the label alone."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bartizan.core.access import Output
from bartizan.core.base import Frozen
from bartizan.core.contracts import Defense, DefenseSpec
from bartizan.core.data import Array, Data, Labels
from bartizan.core.profile import Effort, Profile
from bartizan.core.target import Defended, Target
from bartizan.core.view import reduce_output


class OutputRoundingParams(Frozen):
    """In the order in which they are applied. temperature: above 1 it evens the scores out, p^(1/T) made to sum to 1.
    top_k: only so many of the highest scores are told, the others are 0 (0 tells all). decimals kept of each score.
    label_only: no scores at all, the label as a one-hot row."""

    temperature: float = Field(default=1.0, gt=0)
    top_k: int = Field(default=0, ge=0)
    decimals: int = Field(default=1, ge=0, le=6)
    label_only: bool = False


class OutputRounding(Defended):
    """Scores as the interface now returns them. The label acted on and the view of a white-box adversary stay as
    they were: rounding hides, it does not harden."""

    def __init__(self, inner: Target, params: OutputRoundingParams, name: str, digest: str) -> None:
        super().__init__(inner, name, digest)
        self.rounding, self.name = params, name

    def scores(self, x: Array) -> Array:
        if self.rounding.label_only:
            return np.eye(self.info.classes, dtype=np.float32)[self.inner.labels(x)]
        scores = tempered(self.inner.scores(x), self.rounding.temperature)
        if self.rounding.top_k:
            scores = reduce_output(scores, Output(kind="top_k", k=self.rounding.top_k))
        return np.round(scores, self.rounding.decimals).astype(np.float32)

    def labels(self, x: Array) -> Labels:
        return self.inner.labels(x)

    def with_parameters(self, arrays: dict[str, NDArray[np.generic]], *, digest: str) -> Target:
        return OutputRounding(self.inner.with_parameters(arrays, digest=digest), self.rounding, self.name, digest)

    def again(self, trained: Target, data: Data, *, seed: int) -> Target:
        return OutputRounding(trained, self.rounding, self.name, f"{trained.info.digest}+{self.name}")


def tempered(scores: Array, temperature: float) -> Array:
    """Probabilities N×K at another temperature: the softmax of logits divided by it. 1 changes nothing."""
    if temperature == 1:
        return scores
    z = np.log(np.maximum(scores.astype(np.float64), 1e-30)) / temperature
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return np.asarray(e / e.sum(axis=1, keepdims=True), np.float32)


class RoundOutputs(Defense):
    """Rounds what an interface returns, after tempering it and cutting it to the best few where asked to."""

    spec = DefenseSpec(
        id="output_rounding",
        version=2,
        title="Output rounding",
        summary="Tempers, cuts and rounds the scores an interface returns, or withholds them: each query tells less.",
        references=("tramer2016", "choquette2021"),
        defence="DF24",
        counters=("E2", "X1", "D1", "D2", "D3"),
    )
    params: ClassVar[type[BaseModel]] = OutputRoundingParams

    def wrap(
        self,
        target: Target,
        arrays: dict[str, NDArray[np.generic]],
        *,
        params: OutputRoundingParams,
        seed: int,
        digest: str,
    ) -> Target:
        return OutputRounding(target, params, self.spec.id, digest)

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """One decimal. What is lost is seen in the metrics that need calibrated scores."""
        return self.params().model_dump(mode="json")
