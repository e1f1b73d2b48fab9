"""One base read from the YAML for all tests of the entries."""

from __future__ import annotations

import pytest

from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.build import from_yaml


@pytest.fixture(scope="session")
def base() -> KnowledgeBase:
    """The knowledge base as the YAML entries say it."""
    return from_yaml()
