"""Settings told from answers: targets of recipes and seeds that nothing was chosen on, before shadows of another seed.

The signature and the discriminant were chosen on the images 40,000 … 40,999 of Fashion-MNIST with seeds from 1000 on,
by shadows alone. Here the adversary owns the images 20,000 … 20,999 and targets are trained on others, at half the
resolution. Every third target is trained by a recipe that no shadow has: SGD with momentum in batches of 128.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
from evasion.data import images
from numpy.typing import NDArray

from bartizan.attacks.extraction import Setting
from bartizan.attacks.extraction.structure.hyperparameters import guessed, shadow_models
from bartizan.attacks.extraction.structure.settings import Habits
from bartizan.attacks.extraction.structure.shadows import Shadows
from bartizan.attacks.stacked import Recipe, train_stacked

Row = tuple[dict[str, Any], Any]
BUILDS = (
    ("linear", 0, 0), ("dense", 1, 16), ("dense", 1, 128), ("dense", 3, 16), ("dense", 3, 128),
    ("convolutional", 1, 8), ("convolutional", 2, 8),
)  # fmt: skip
SETTINGS = tuple(Setting(f, d, w, decay) for f, d, w in BUILDS for decay in (0.0, 1e-2))  # type: ignore[arg-type]
EACH, EPOCHS, SHADOWS = 3, 10, 9


def rows(runs: int, device: str, steps: int) -> Iterator[Row]:
    """`EACH` targets of every setting, whatever `runs` is."""
    for number in range(EACH * len(SETTINGS)):
        setting = SETTINGS[number % len(SETTINGS)]
        recipe = "unseen" if number // len(SETTINGS) == EACH - 1 else "as shadows"
        key = {"row": "settings", "truth": named(setting), "decay": setting.decay, "recipe": recipe, "seed": number}
        yield key, lambda s=setting, r=recipe, n=number: _told(s, r, n, device)


def named(setting: Setting) -> str:
    """As in the table."""
    return f"{setting.family} {setting.depth}×{setting.width}"


def _told(setting: Setting, recipe: str, number: int, device: str) -> dict[str, Any]:
    known = _shadows(device)
    answers = _answers(setting, recipe, number, known.questions.asked, device)
    found = guessed(lambda _: answers, known)
    told = {
        name: {"truth": getattr(setting, name), "value": g.value, "possible": list(g.possible), "chance": g.chance}
        for name, g in found.guesses.items()
    }
    return {"alike": round(found.alike, 3), "shadows": found.shadows, "queries": found.queries, "told": told}


@cache
def _shadows(device: str) -> Shadows:
    x, y = _images(20_000, 21_000)
    return shadow_models(x, y, settings=SETTINGS, shadows=SHADOWS, epochs=EPOCHS, seed=0, device=device)


def _answers(setting: Setting, recipe: str, number: int, asked: Any, device: str) -> NDArray[np.float32]:
    """Of one target, on some of 1,000 records of its own."""
    rng = np.random.default_rng([5, number])
    x, y = _images(21_000, 22_000)
    habits = Habits.drawn(EPOCHS, rng)
    inside = rng.random((1, len(x))) < habits.share
    made = setting.recipe(x.shape[1:], 10, habits)
    if recipe == "unseen":
        made = Recipe(made.build, 2 * EPOCHS, batch=128, optimiser="sgd", rate=0.05, decay=setting.decay)
    return train_stacked(made, x, y, inside=inside, seed=number, points=asked, device=device).logits[0]


def _images(start: int, end: int) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    x, y = images("fashion", "train")
    return x[start:end, :, ::2, ::2].copy(), y[start:end]
