from __future__ import annotations

from collections.abc import Iterator

import pytest

from bartizan.targets import kept as memory
from bartizan.targets.kept import forget, keep, kept

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def _empty() -> Iterator[None]:
    forget()
    yield
    forget()


def test_whoever_asks_gets_a_copy_that_nobody_else_can_spoil() -> None:
    network = torch.nn.Linear(2, 2)
    keep("a", network)
    first = kept("a")
    assert first is not None
    with torch.no_grad():
        network.weight.zero_()
        first.weight.zero_()
    second = kept("a")
    assert second is not None
    assert second.weight.abs().sum() > 0
    assert kept("b") is None


def test_the_longest_unused_is_forgotten_first_and_what_is_too_large_is_never_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "MOST_BYTES", 2 * 4 * 6)
    for name in "ab":
        keep(name, torch.nn.Linear(2, 2))
    assert kept("a") is not None
    keep("c", torch.nn.Linear(2, 2))
    assert [name for name in "abc" if kept(name) is not None] == ["a", "c"]
    keep("large", torch.nn.Linear(20, 20))
    assert kept("large") is None
