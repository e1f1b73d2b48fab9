"""What a scan brings home from one model: the inputs of largest margin, and an inverted trigger for each question."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Data
from bartizan.core.errors import BudgetSpent
from bartizan.core.target import TargetInfo
from bartizan.numerics.inversion.families import Family
from bartizan.numerics.inversion.invert import Model, Search, answers, clean_margin, invert
from bartizan.numerics.inversion.questions import ANY, Question, pairs, targets
from bartizan.numerics.margins import random_starts

from .extremes import climbed, largest, nominated, reached
from .settings import FEWEST_CLEAN, ScanSettings

Arrays = dict[str, NDArray[np.generic]]


def gathered(
    model: Model, info: TargetInfo, own: Data, params: ScanSettings, seed: int, unit: float | None = None
) -> Arrays:
    """`margin_inputs` ((K·starts)×…) and `margin_class` (which class each was pushed to); `asked` (the classes asked
    about, and −1 for leaving one's own), and for each family `FAMILY.NAME`, its parameters in the order of `asked`;
    with `params.pairs` also `pairs` (Q×2) and `pairs.FAMILY.NAME` in that order.

    own: clean samples; with fewer than 50, with one class, or a budget that does not last, there are margins alone.
    unit: the mean clean margin, by default that on them.
    """
    arrays = _margins(model, info, params, seed)
    if len(own) < FEWEST_CLEAN // 2 or len(np.unique(own.y)) < 2:
        return arrays
    try:
        unit = clean_margin(answers(model, own.x), own.y) if unit is None else unit
        asked = nominated(largest(model, *reached(arrays)), params.most)
    except BudgetSpent:
        return arrays
    arrays["asked"] = np.array([*asked, -1], np.int64)
    for family in params.families(info.input_shape, info.bounds or (0.0, 1.0)):
        try:
            arrays |= _inverted(model, family, asked, own, unit, params, seed)
        except BudgetSpent:
            break
    return arrays


def questions_in(arrays: Mapping[str, NDArray[np.generic]]) -> dict[str, list[Question]]:
    """The questions asked, by the prefix under which the parameters of their answers are kept."""
    found = {"": [Question(ANY, int(t)) for t in arrays.get("asked", np.zeros(0, np.int64))]}
    asked = np.asarray(arrays.get("pairs", np.zeros((0, 2))), np.int64).reshape(-1, 2)
    return found | {"pairs.": [Question(int(s), int(t)) for s, t in asked]}


def _margins(model: Model, info: TargetInfo, params: ScanSettings, seed: int) -> Arrays:
    """Of every class; where the budget allows none, the starts."""
    try:
        x, goals = climbed(model, info, params, seed)
    except BudgetSpent:
        starts = random_starts(info.input_shape, info.classes, info.bounds or (0.0, 1.0), seed)
        x, goals = starts, np.arange(info.classes)
    return {"margin_inputs": x, "margin_class": goals}


def _inverted(
    model: Model, family: Family, asked: list[int], own: Data, unit: float, params: ScanSettings, seed: int
) -> Arrays:
    """The parameters of one family, and of pairs where that family asks about them."""
    found = _parameters("", model, family, targets(asked), own, unit, Search(params.steps, params.batch), seed)
    if params.pairs and family.name == "shift":
        every = pairs(asked)
        found["pairs"] = np.array([[q.source, q.target] for q in every], np.int64)
        found |= _parameters("pairs.", model, family, every, own, unit, params.of_pairs(), seed)
    return found


def _parameters(
    prefix: str, model: Model, family: Family, asked: list[Question], own: Data, unit: float, search: Search, seed: int
) -> Arrays:
    p = invert(model, family, asked, own.x, own.y, unit, search, seed)
    return {f"{prefix}{family.name}.{name}": v.numpy() for name, v in p.items()}
