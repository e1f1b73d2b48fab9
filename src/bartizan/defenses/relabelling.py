"""Relabelling: call records that look mislabelled what models which did not see them say.

Northcutt et al., JAIR 2021.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.defenses.cleaned import OnCleaned, PassParams

if TYPE_CHECKING:
    from bartizan.scanners.data_in_hand import Suspects


class RelabellingParams(PassParams):
    """most: largest share of the records that is called otherwise, however many labels the pass holds for wrong."""

    most: float = Field(default=0.3, gt=0, lt=1)


class Relabelling(OnCleaned):
    """Gives as many records as there seem to be wrong labels their out-of-fold class, those of the doubtful ones first.

    No record is lost, and a record of a class that models take for another one changes sides.
    """

    spec = DefenseSpec(
        id="relabelling",
        title="Relabelling the training data",
        summary="Gives records that look mislabelled the class that models which did not see them say, and retrains.",
        references=("northcutt2021",),
        version=2,
        defence="DF28",
        counters=("P1", "B1"),
        retrainable=True,
    )
    params: ClassVar[type[BaseModel]] = RelabellingParams

    def cleaned(self, data: Data, found: Suspects, params: RelabellingParams) -> Data:
        said = found.p.argmax(axis=1).astype(np.int64)
        ranked = np.argsort(-found.scores["wrong_label"], kind="stable")
        doubted = ranked[said[ranked] != data.y[ranked]][: min(found.errors, round(params.most * len(data)))]
        y = data.y.copy()
        y[doubted] = said[doubted]
        return replace(data, y=y)
