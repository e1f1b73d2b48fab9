"""Models trained anew by the recipe of the one in hand, looked at as it was: what a clean one would look like."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from bartizan.attacks.twins import POOR
from bartizan.core.artifact import Flag
from bartizan.core.data import Roles
from bartizan.core.target import Target
from bartizan.numerics.poison import retraining_seeds
from bartizan.numerics.seeds import child

from .gather import gathered
from .look import Look
from .measuring import logits_of, looked
from .null import Null, Standing
from .settings import ScanSettings

SHARE = 0.9  # of the training data that each gets, so that they differ even where a recipe ignores its seed


def among_matched(
    subject: Target, roles: Roles, look: Look, settings: ScanSettings, seed: int
) -> tuple[Standing | None, list[Flag]]:
    """How `look` at the subject stands among the looks at `settings.matched` models, and what is to be doubted.

    No standing where they cannot be compared. They learn from the data in hand: a backdoor that lies in the data is in
    all of them.
    """
    looks, right = [], []
    for model in _trained(subject, roles, settings, seed):
        arrays = gathered(logits_of(model), model.info, roles.auxiliary, settings, seed)
        looks.append(looked(model, roles, arrays, settings)[0].statistics())
        right.append(float((model.labels(roles.probe.x) == roles.probe.y).mean()))
    if all(one == looks[0] for one in looks):
        detail = f"{len(looks)} trainings on different parts of the data gave one and the same model"
        return None, [Flag(id="retraining_ignores_data", detail=detail)]
    own = look.statistics()
    if any(tuple(one) != tuple(own) for one in looks):
        return None, []
    return Null.of(looks).standing(own), _doubts(subject, roles, right)


def _trained(subject: Target, roles: Roles, settings: ScanSettings, seed: int) -> Iterator[Target]:
    rng, data = np.random.default_rng(child(seed, "matched")), roles.writable
    for s in retraining_seeds(seed, settings.matched, subject.info.origin):
        rows = np.sort(rng.permutation(len(data))[: max(1, round(SHARE * len(data)))]).astype(np.int64)
        yield subject.retrain(data.x[rows], data.y[rows], seed=s)


def _doubts(subject: Target, roles: Roles, right: list[float]) -> list[Flag]:
    asked, anew = float((subject.labels(roles.probe.x) == roles.probe.y).mean()), float(np.mean(right))
    if asked - anew <= POOR:
        return []
    detail = f"models trained anew reach {anew:.1%} where the deployed one reaches {asked:.1%}"
    return [Flag(id="clean_twin_poor", detail=detail)]
