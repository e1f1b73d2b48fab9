"""What a repaired model gives away besides: to small changes of its inputs, and of whom it was trained on."""

from __future__ import annotations

from typing import Any

import numpy as np
from evasion.data import images
from torch import nn

from bartizan.attacks.evasion import robust_accuracy
from bartizan.attacks.privacy.log_odds import log_odds
from bartizan.numerics.membership import auc

from .small_models import HELD_OUT, POOL, VETTED, DataSet, trained_on

EPS: dict[DataSet, float] = {"fashion": 0.02, "mnist": 0.05}  # L∞; at twice as much such models keep almost nothing
ATTACKED = 300  # of the held-out images
STRANGERS = 1000


def side_effects(net: nn.Module, data: DataSet, seed: int) -> dict[str, Any]:
    """robust: accuracy under attack with its interval. members, vetted: area under the curve, with its interval, of
    telling the records of the first training, and those of the repair, from strangers of the same source by the
    log-odds of their class: a weak attack, the same before and after. seed: of the model."""
    x, y = (a[HELD_OUT][:ATTACKED] for a in images(data, "table"))
    found = robust_accuracy(net, x, y, eps=EPS[data], plan="quick", seed=0, checks=False)
    own, others = trained_on(seed)
    strangers = others[:STRANGERS]
    told = {"members": own[: len(strangers)], "vetted": np.arange(VETTED.start, VETTED.stop)}
    robust = [round(float(v), 3) for v in (found.value, found.low, found.high)]
    return {"robust": robust, **{name: _told_apart(net, data, rows, strangers) for name, rows in told.items()}}


def _told_apart(net: nn.Module, data: DataSet, members: Any, strangers: Any) -> list[float]:
    x, y = images(data, "train")
    rows = np.concatenate([members, strangers])
    assert strangers.max() < POOL
    found = auc(log_odds(net, x[rows], y[rows]), np.arange(len(rows)) < len(members))
    return [round(float(v), 3) for v in found]
