import pytest

from bartizan.report.charts.scale import Scale, roof


def test_ends_map_to_ends_and_beyond_is_held_at_the_edge():
    s = Scale(0.0, 10.0, 100.0, 200.0)
    assert [s(0), s(5), s(10), s(-3), s(99)] == [100, 150, 200, 100, 200]


def test_a_logarithmic_scale_gives_each_decade_the_same_room():
    s = Scale(1.0, 100.0, 0.0, 10.0, log=True)
    assert [s(1), s(10), s(100), s(0)] == pytest.approx([0, 5, 10, 0])


@pytest.mark.parametrize("scale", [Scale(0, 1, 0, 1), Scale(-0.3, 0.02, 0, 1), Scale(0, 7e6, 0, 1)])
def test_ticks_are_round_and_inside(scale):
    ticks = scale.ticks()
    assert 2 <= len(ticks) <= 8
    assert all(scale.low - 1e-9 <= t <= scale.high + 1e-9 for t in ticks)


def test_logarithmic_ticks_are_powers_of_ten():
    assert Scale(1.0, 5600.0, 0, 1, log=True).ticks() == [1, 10, 100, 1000]


def test_a_scale_without_extent_does_not_divide_by_zero():
    assert Scale(3.0, 3.0, 0.0, 1.0)(3.0) == 0.0
    assert Scale(3.0, 3.0, 0.0, 1.0).ticks() == [3.0]


def test_the_roof_leaves_room():
    assert [roof(0.03), roof(0.09), roof(0.4), roof(0.6), roof(1.0)] == [0.05, 0.2, 0.5, 1.0, 1.0]
