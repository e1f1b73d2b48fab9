"""Every attack, hazard, scanner and certifier keeps the contract, whoever wrote it."""

from __future__ import annotations

from typing import Any

import pytest

from bartizan.core.plugins import plugins
from bartizan.testing import check_attack

pytest.importorskip("torch")

EVERY = [cls for kind in ("attacks", "hazards", "scanners", "certifiers") for cls in plugins(kind).values()]


@pytest.mark.parametrize("cls", EVERY, ids=lambda cls: cls.spec.id)
def test_keeps_the_contract(cls: Any) -> None:
    check_attack(cls, imports=False)
