"""Whether the training data in hand hold records that do not belong: wrong labels and planted ones.

It sees what disagrees with its label, its neighbours or its class. It does not see poison whose labels are right and
whose records look like their class (clean-label), nor a few records among thousands.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability

from .data_in_hand.apart import clean_apart
from .data_in_hand.signals import SIGNALS
from .training_controls import altered, unaltered

SHOWN = 24


class TrainingDataParams(Frozen):
    """rate: alarms allowed, as a share of clean records. folds: models trained, each without one part of the data."""

    rate: float = Field(default=0.01, gt=0, lt=1)
    folds: int = Field(default=5, ge=2)


class TrainingDataScan(Attack):
    """One cross-validated pass; the test data serve as records known to be clean."""

    spec: ClassVar[AttackSpec] = AttackSpec(
        id="training_data",
        version=3,
        title="Training data in hand",
        summary="Ranks training records by how little they belong, and says how many stand out beyond chance.",
        references=("northcutt2021", "tran2018", "chen2018"),
        family="scanners",
        threats=("P1", "B1"),
        needs=((Capability.DATA_READ,),),
        game="poison",
        makes="suspects",
        goal="training records that were altered",
        harm="suspect_excess",
        cost_hint="trains as many small models as there are folds, twice",
    )
    params = TrainingDataParams

    def run(self, view: View, *, params: TrainingDataParams, seed: int) -> Artifact:
        """Arrays: `flagged` (signals×N), `suspect_row`, `suspect_label`, `suspect_guess`, `suspect_signal` of the most
        suspect records, and `example_suspect`, those records."""
        from .data_in_hand import suspects

        data = view.writable
        trusted = clean_apart(data, view.probe, view.auxiliary)
        found = suspects(data.x, data.y, trusted=trusted, rate=params.rate, folds=params.folds, seed=seed)
        flagged = np.zeros((len(SIGNALS), len(data)), np.bool_)
        for s, signal in enumerate(SIGNALS):
            flagged[s, found.alarms[signal.id].flagged] = True
        top = found.ranked[:SHOWN]
        places = np.stack([np.argsort(np.argsort(-found.scores[s.id], kind="stable")) for s in SIGNALS])
        return Artifact(
            kind="suspects",
            arrays={
                "flagged": flagged,
                "suspect_row": data.rows[top],
                "suspect_label": data.y[top],
                "suspect_guess": found.p[top].argmax(axis=1).astype(np.int64),
                "suspect_signal": places[:, top].argmin(axis=0).astype(np.int64),
                "example_suspect": data.x[top],
            },
            claims={
                "notes": list(found.notes),
                "wrong_labels": found.errors,
                "equal_records": len(found.copies.same),
                "contradicting_records": len(found.copies.contradicting),
                "near_duplicates": None if found.copies.near is None else len(found.copies.near),
            },
        )

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """One pass, from effort `standard` on."""
        self.check(profile)
        if not profile.has_training_data:
            raise NotApplicable("the description gives no training data that can be loaded")
        if effort == "quick":
            raise NotApplicable(
                "it trains ten small models, which is too long for a quick assessment; ask for standard"
            )
        return [Proposal(params=TrainingDataParams().model_dump(mode="json"), examples=2000, seconds=1800.0)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (altered(), unaltered())
