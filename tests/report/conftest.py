import importlib.util
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("report_fixture", Path(__file__).with_name("fixture.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


_FIXTURE = _load()


@pytest.fixture(scope="session")
def assessment() -> Assessment:
    """Twelve findings of all verdicts and families."""
    return _FIXTURE.assessment()


@pytest.fixture(scope="session")
def changed() -> Callable[..., Assessment]:
    """The same with top-level fields replaced."""
    return _FIXTURE.assessment


@pytest.fixture(scope="session")
def empty() -> Assessment:
    """Of a system of which nothing is known."""
    return _FIXTURE.empty()


@pytest.fixture(scope="session")
def arrays() -> ArrayReader:
    """What the evidence keeps beside its records."""
    return _FIXTURE.arrays()
