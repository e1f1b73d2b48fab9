"""Many models at once: the shared trainer of references and shadow models.

`train_stacked(recipe, x, y, inside=fair_coins(...), seed=...)` answers with logits, models × points × classes.
"""

from __future__ import annotations

from .masks import fair_coins, paired_coins
from .recipe import Recipe
from .target import RecipeTarget
from .training import Ensemble, train_stacked

__all__ = ["Ensemble", "Recipe", "RecipeTarget", "fair_coins", "paired_coins", "train_stacked"]
