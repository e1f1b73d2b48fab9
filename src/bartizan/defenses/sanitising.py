"""Sanitising: leave out the records that belong least, and train again. After Tran et al., NeurIPS 2018; Chen et al.,
SafeAI 2019; Northcutt et al., JAIR 2021."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data, Labels
from bartizan.defenses.cleaned import OnCleaned, PassParams

if TYPE_CHECKING:
    from bartizan.scanners.data_in_hand import Suspects

Name = Literal["wrong_label", "foreign_mark", "spectral", "cluster", "outlier"]


class SanitisingParams(PassParams):
    """left_out: share of the records, those most suspect by any of the `signals`; of_class: the largest share of any
    class that goes, since poison may make up most of what one class's suspects are, and a class must be left."""

    left_out: float = Field(default=0.1, gt=0, lt=1)
    of_class: float = Field(default=0.5, gt=0, lt=1)
    signals: tuple[Name, ...] = Field(default=("wrong_label", "foreign_mark"), min_length=1)


class Sanitising(OnCleaned):
    """Leaves out the suspects of a cross-validated pass. Clean records that are rare or hard go with them."""

    spec = DefenseSpec(
        id="sanitising",
        title="Sanitising the training data",
        summary="Leaves out the training records that belong least, whatever is wrong with them, and trains again.",
        references=("northcutt2021", "tran2018", "chen2018"),
        version=2,
        defence="DF28",
        counters=("P1", "P2", "B1"),
        retrainable=True,
    )
    params: ClassVar[type[BaseModel]] = SanitisingParams

    def cleaned(self, data: Data, found: Suspects, params: SanitisingParams) -> Data:
        from bartizan.scanners.data_in_hand.alarms import combined

        ranked = np.argsort(-combined({name: found.scores[name] for name in params.signals}), kind="stable")
        allowed = ranked[within_classes(data.y, ranked, params.of_class)]
        kept = np.ones(len(data), np.bool_)
        kept[allowed[: round(params.left_out * len(data))]] = False
        return data.take(kept)


def within_classes(y: Labels, ranked: NDArray[np.int64], share: float) -> NDArray[np.bool_]:
    """Which of the `ranked` rows are among the first `share` of their class, in the order of the ranks."""
    room = np.floor(share * np.bincount(y)).astype(np.int64)
    before = np.zeros(len(ranked), np.int64)
    for c in np.unique(y):
        own = y[ranked] == c
        before[own] = np.arange(own.sum())
    return np.asarray(before < room[y[ranked]], np.bool_)
