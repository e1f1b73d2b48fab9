"""Every defence keeps the contract."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.core.plugins import plugins
from bartizan.core.profile import NotApplicable
from bartizan.testing import check_defense
from bartizan.testing.defenses import linear_on, small_images

pytest.importorskip("torch")
HIDDEN = ("fine_pruning", "neuron_pruning")  # the linear model of the check has no hidden layer; see tests/defenses
PARTS = ("partition_aggregation",)  # divides the records into parts, each of which needs every class


@pytest.mark.parametrize("cls", plugins("defenses").values(), ids=lambda cls: cls.spec.id)
def test_keeps_the_contract(cls: Any) -> None:
    if cls.spec.id == "dp_sgd":
        pytest.importorskip("opacus")
    data = small_images(600 if cls.spec.id in PARTS else 60)
    if cls.spec.id in HIDDEN:
        with pytest.raises(NotApplicable, match="hidden layers"):
            check_defense(cls, imports=False)
    else:
        check_defense(cls, linear_on(data), data, imports=False)
