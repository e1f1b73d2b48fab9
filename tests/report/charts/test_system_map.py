from bartizan.report.charts.system_map import system_map
from bartizan.report.charts.zones import edges_of, nodes_of, parted, zones_of


def test_every_part_flow_and_zone_is_on_the_map(assessment):
    edges = edges_of(assessment.system)
    nodes = nodes_of(assessment.system, edges)
    drawn = system_map(zones_of(nodes, edges), edges, {"api": "high", "host": "unknown"})
    for node in nodes:
        assert f">{node.id}</text>" in drawn
    assert drawn.count("<circle") == len(edges)
    assert drawn.count('class="flow crossing"') == 3
    assert drawn.count('class="zone') - drawn.count('class="zone-name') == 3
    assert "exposed-high" in drawn


def test_frames_of_different_boundaries_are_apart(assessment):
    system = {
        "interfaces": [{"id": "api", "serves": "m"}],
        "assets": {"models": [{"id": "m"}], "data": [{"id": "train"}]},
        "flows": [
            {"from": "outside", "to": "train", "crosses": "supplier"},
            {"from": "outside", "to": "api", "crosses": "internet"},
            {"from": "train", "to": "m"},
        ],
    }
    edges = edges_of(system)
    nodes, flows = parted(nodes_of(system, edges), edges)
    drawn = system_map(zones_of(nodes, flows), flows, {})
    assert drawn.count('class="zone beyond"') == 2
    assert ">Beyond: supplier</text>" in drawn
    assert ">Beyond: internet</text>" in drawn


def test_long_names_are_cut_and_kept_in_the_title():
    name = "a-very-long-name-for-a-data-set-that-does-not-fit"
    system = {"assets": {"data": [{"id": name}], "models": [{"id": "m"}], "software": [{"id": "s"}]}}
    nodes = nodes_of(system, [])
    drawn = system_map(zones_of(nodes, []), [], {})
    assert f"<title>{name}</title>" in drawn
    assert drawn.count("…") == 0 or f">{name}</text>" not in drawn
