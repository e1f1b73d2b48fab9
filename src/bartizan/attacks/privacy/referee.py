"""The referee of privacy: the only one who knows who was a member, and what a withheld column holds."""

from __future__ import annotations

from typing import Any, ClassVar

from bartizan.attacks.privacy.audit.measured import measured_audit
from bartizan.attacks.privacy.gradient.measured import measured_updates
from bartizan.attacks.privacy.inference.measured import measured_scores
from bartizan.attacks.privacy.inversion.judged import measured_pictures
from bartizan.attacks.privacy.traits.measured_guesses import measured_guesses
from bartizan.attacks.privacy.traits.measured_shares import measured_shares
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.contracts import Family, PluginSpec, Referee
from bartizan.core.data import Roles
from bartizan.core.target import Target


class PrivacyReferee(Referee):
    """Members are told at thresholds set on non-members, guesses held against an imputer's, pictures against records
    that nobody trained on."""

    spec = PluginSpec(
        id="privacy",
        version=4,
        title="Referee of leaks of data",
        summary="What is told of records and of the training set, beyond what anybody could have guessed.",
        references=("carlini2022lira", "clopper1934"),
    )
    family: ClassVar[Family] = "privacy"
    also = ("auc",)

    def measure(self, subject: Target | None, roles: Roles, artifact: Artifact, *, params: Any, seed: int) -> Measured:
        """By the kind of the artifact: see the functions it calls."""
        if artifact.kind == "reconstructed_records":
            return measured_pictures(roles, artifact, seed=seed)
        if artifact.kind == "attribute_guesses":
            return measured_guesses(roles, artifact, params=params, seed=seed)
        if artifact.kind == "canaries":
            return measured_audit(subject, roles, artifact, seed=seed)
        if artifact.kind == "distinguisher":
            return measured_shares(subject, roles, artifact, params=params, seed=seed)
        if artifact.kind == "party_records":
            return measured_updates(roles, artifact, params=params)
        return measured_scores(roles, artifact, params=params, seed=seed)
