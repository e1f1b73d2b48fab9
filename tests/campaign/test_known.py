from __future__ import annotations

from pathlib import Path

import pytest

from bartizan.campaign.known import require_known
from bartizan.core.errors import DescriptionError
from bartizan.formats.description import read_system
from bartizan.knowledge.load import load

NAMED = """
  - {forbid: [exploited], finding: E1@reader}
  - {forbid: [exploited], finding: E97@reader}
accepted:
  - {finding: E2@reader/api, by: Ada, why: test, until: 2999-01-01}
  - {finding: E98@reader, by: Ada, why: test, until: 2999-01-01}
overrides:
  E1: {level: low, why: test}
  DC99: {level: low, why: test}
"""


def test_what_there_is_passes(tiny: Path) -> None:
    require_known(read_system(tiny), load())


def test_everything_there_is_not_is_said_at_its_place(tiny: Path) -> None:
    tiny.write_text(tiny.read_text().rstrip("\n") + NAMED)
    with pytest.raises(DescriptionError) as caught:
        require_known(read_system(tiny), load())
    assert len(caught.value.problems) == 3
    assert all(problem.startswith(f"{tiny}:") for problem in caught.value.problems)
    said = str(caught.value)
    assert all(word in said for word in ("DC99", "E97", "E98"))
    assert "'E2'" not in said
