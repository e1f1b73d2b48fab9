from bartizan.report.charts.grid import Row, Step, hazard_grid


def test_an_edge_stands_wherever_the_domain_begins_or_ends():
    inside = (False, True, True, False)
    row = Row("skew", "degree", [Step(s, 0.1, i) for s, i in zip((-20, -5, 5, 20), inside, strict=True)])
    assert hazard_grid([row]).count('class="edge"') == 2


def test_an_unknown_domain_has_no_edge():
    assert 'class="edge"' not in hazard_grid([Row("skew", "", [Step(1, 0.1, None), Step(2, 0.2, None)])])


def test_a_higher_rate_is_darker():
    drawn = hazard_grid([Row("noise", "", [Step(0, 0.0, True), Step(1, 1.0, True)])])
    assert 'fill-opacity="0.060"' in drawn
    assert 'fill-opacity="0.560"' in drawn
