from bartizan.report.charts.zones import OUTSIDE, edges_of, nodes_of, parted, zones_of


def zones(assessment):
    edges = edges_of(assessment.system)
    return zones_of(nodes_of(assessment.system, edges), edges)


def test_boundaries_divide_and_plain_flows_unite(assessment):
    outside, supplier, home = zones(assessment)
    assert outside.outside
    assert [n.id for n in supplier.nodes] == ["train"]
    assert {n.id for n in home.nodes} == {"api", "console", "service", "reader", "test", "host"}
    assert home.boundaries == ("internet", "supplier")


def test_both_spellings_of_the_source_are_read():
    for key in ("from", "source"):
        (edge,) = edges_of({"flows": [{key: "a", "to": "b", "carries": "x"}]})
        assert (edge.source, edge.to, edge.state, edge.crosses) == ("a", "b", "unknown", "")


def test_an_interface_without_a_flow_still_reaches_its_model():
    (edge,) = edges_of({"interfaces": [{"id": "api", "serves": "m"}]})
    assert (edge.source, edge.to) == ("api", "m")
    assert "not described" in edge.carries


def test_unknown_ends_are_drawn_and_not_lost():
    edges = edges_of({"flows": [{"from": "ghost", "to": "outside"}]})
    assert {n.id for n in nodes_of({}, edges)} == {"ghost", "outside"}


def test_nothing_described_is_nothing_drawn():
    assert edges_of({}) == []
    assert nodes_of({}, []) == []
    assert zones_of([], []) == []


def test_who_is_beyond_one_boundary_need_not_be_beyond_another():
    flows = [{"from": "outside", "to": "train", "crosses": "supplier"}, {"from": "outside", "to": "api"}]
    system = {"flows": [*flows, {"from": "api", "to": "outside", "crosses": "internet"}]}
    edges = edges_of(system)
    nodes, moved = parted(nodes_of(system, edges), edges)
    outer = [n for n in nodes if n.kind == OUTSIDE]
    assert len(outer) == 3
    assert len({n.id for n in outer}) == 3
    assert {n.name for n in outer} == {"outside"}
    assert [e.crosses for e in moved] == ["supplier", "", "internet"]
    beyond = [z for z in zones_of(nodes, moved) if z.outside]
    assert sorted(z.boundaries for z in beyond) == [("internet",), ("internet",), ("supplier",)]


def test_one_boundary_needs_no_second_outside():
    edges = edges_of({"flows": [{"from": "outside", "to": "api", "crosses": "internet"}]})
    nodes = nodes_of({}, edges)
    assert parted(nodes, edges) == (nodes, edges)
