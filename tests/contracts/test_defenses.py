"""Every defence keeps the contract."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.core.plugins import plugins
from bartizan.testing import check_defense

pytest.importorskip("torch")


@pytest.mark.parametrize("cls", plugins("defenses").values(), ids=lambda cls: cls.spec.id)
def test_keeps_the_contract(cls: Any) -> None:
    if cls.spec.id == "dp_sgd":
        pytest.importorskip("opacus")
    check_defense(cls, imports=False)
