"""References by the user's own training, or many at once by a recipe."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.attacks.stacked import Recipe, paired_coins, train_stacked
from bartizan.core.artifact import Flag
from bartizan.core.data import Array
from bartizan.core.errors import ModelError, UsageError
from bartizan.numerics.membership import Mask, Scores
from bartizan.numerics.neighbours import place_of
from bartizan.numerics.references import References, log_odds
from bartizan.numerics.seeds import child, seeded

from .asking import Asked
from .candidates import Candidates
from .label_only import Probing

Train = Callable[..., Any]


@dataclass(frozen=True)
class Trained:
    """What the references say, what was odd about their training, and how many models were trained.

    place: where the candidates lie for them (see `numerics.neighbours`), where they gave scores. peak: bytes that the
    training took, where a `Recipe` told.
    """

    refs: References
    flags: tuple[Flag, ...]
    trainings: int
    place: NDArray[np.float64] | None
    peak: int | None = None


def references_of(
    train: Train | Recipe, c: Candidates, models: int, seed: int, look: Probing, access: Any, classes: int,
    *, checks: bool, device: str, memory: int,
) -> Trained:  # fmt: skip
    """Train on fair coins' choice of the candidates, two models a coin and each by a seed of its own, and ask each
    about all of them.

    look: how a model is asked about the candidates. Raises `ModelError` where two of them are the same although their
    records differ. checks: train one more, by another seed on the same records, to see whether that changes anything.
    """
    inside = paired_coins(models, len(c.y), child(seed, "references"))
    if isinstance(train, Recipe):
        return _stacked(train, c, inside, seed, access, device, memory)
    if not callable(train):
        raise UsageError("train must be a function train(x, y, *, seed) that returns a model, or a Recipe")

    def one(m: int, s: int) -> tuple[Scores, list[Array]]:
        with seeded(s):
            model = train(c.x[inside[m]].copy(), c.y[inside[m]].copy(), seed=s)
        asked = Asked(_evaluating(model), access, classes, keep=access == "scores")
        return look(asked)[0], asked.answers or []

    seeds = [child(seed, "reference", m) for m in range(models)]
    each = [one(m, s) for m, s in enumerate(seeds)]
    found = np.stack([sure for sure, _ in each])
    _refuse_blind(found)
    again = one(0, child(seed, "again"))[0] if checks else None
    place = place_of(np.stack([np.concatenate(a) for _, a in each])) if access == "scores" else None
    return Trained(References(found, inside), _ignored_seed(found[0], again), models + checks, place)


def _stacked(recipe: Recipe, c: Candidates, inside: Mask, seed: int, access: Any, device: str, memory: int) -> Trained:
    if access != "scores":
        raise UsageError("a Recipe trains references for access='scores'; by labels give train(x, y, *, seed)")
    made = train_stacked(recipe, c.x, c.y, inside=inside, seed=child(seed, "recipe"), device=device, memory=memory)
    return Trained(References(log_odds(made.logits, c.y), inside), (), len(inside), place_of(made.logits), made.peak)


def _refuse_blind(found: Any) -> None:
    for m in range(1, len(found)):
        if np.array_equal(found[0], found[m]) and np.ptp(found[0]) > 0:
            raise ModelError(
                f"references 0 and {m} were trained on different records and answer all candidates alike: the training "
                "function does not use the records it is given; let it train on its x and y and nothing else"
            )


def _ignored_seed(first: Any, again: Any) -> tuple[Flag, ...]:
    if again is None or not np.array_equal(first, again):
        return ()
    text = "two trainings on the same records with different seeds gave the same model"
    return (Flag(id="retraining_ignores_seed", detail=f"{text}; chance in training is not part of what is measured"),)


def _evaluating(model: Any) -> Any:
    torch = sys.modules.get("torch")
    return model.eval() if torch is not None and isinstance(model, torch.nn.Module) else model
