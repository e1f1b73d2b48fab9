import pytest

from bartizan.report.charts.routes import BOX, Spot, routes_of
from bartizan.report.charts.zones import Edge

SPOTS = {
    "a": Spot(0, 0, 100),
    "b": Spot(150, 0, 100),
    "c": Spot(300, 0, 100),
    "below": Spot(150, 200, 100),
    "under": Spot(0, 200, 100),
}


def edge(source, to):
    return Edge(source, to, "", "unknown", "")


def touches(spot, point):
    x, y = point
    return spot.x <= x <= spot.x + spot.width and spot.y <= y <= spot.y + BOX


@pytest.mark.parametrize(
    ("source", "to"),
    [("a", "b"), ("b", "a"), ("a", "c"), ("a", "below"), ("below", "a"), ("a", "under"), ("c", "below")],
)
def test_a_route_starts_at_its_source_and_ends_at_its_target(source, to):
    (route,) = routes_of([edge(source, to)], SPOTS)
    assert touches(SPOTS[source], route.points[0])
    assert touches(SPOTS[to], route.points[3])


def test_flows_between_the_same_parts_keep_apart():
    there, back = routes_of([edge("a", "below"), edge("below", "a")], SPOTS)
    (x1, y1), (x2, y2) = there.middle, back.middle
    assert (x1 - x2) ** 2 + (y1 - y2) ** 2 > 9**2


def test_a_flow_past_a_part_runs_under_it():
    (route,) = routes_of([edge("a", "c")], SPOTS)
    assert route.middle[1] > SPOTS["b"].y + BOX


def test_a_path_is_one_cubic():
    (route,) = routes_of([edge("a", "b")], SPOTS)
    assert route.path == f"M100 {BOX / 2:g}C100 {BOX / 2:g} 150 {BOX / 2:g} 150 {BOX / 2:g}"
