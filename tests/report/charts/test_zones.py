from bartizan.report.charts.zones import edges_of, nodes_of, zones_of


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
