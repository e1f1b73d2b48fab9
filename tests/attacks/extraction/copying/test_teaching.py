import pytest

from bartizan.attacks.extraction.copying.teaching import rate_for


@pytest.mark.parametrize(("steps", "rate"), [(1, 1e-2), (600, 1e-2), (2000, 5e-3), (100_000, 2e-3)])
def test_the_longer_the_slower(steps: int, rate: float) -> None:
    assert rate_for(steps) == pytest.approx(rate)
