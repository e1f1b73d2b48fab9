from bartizan.report.charts.svg import drawing, number, path, rect, tag, text


def test_text_and_attributes_are_escaped():
    assert "<script" not in text(0, 0, "<script>")
    assert tag("g", id='"x"') == '<g id="&#34;x&#34;"></g>'


def test_names_of_attributes():
    assert tag("g", class_="a", stroke_width=2.0, fill=None) == '<g class="a" stroke-width="2"></g>'


def test_numbers_are_short_and_stable():
    assert [number(v) for v in (1.0, 0.126, -0.001, 100.0)] == ["1", "0.13", "0", "100"]


def test_a_drawing_says_in_words_what_it_shows():
    drawn = drawing(10, 10, "three <bars>", rect(0, 0, -5, 2, "bar"))
    assert 'role="img"' in drawn
    assert "<title>three &lt;bars&gt;</title>" in drawn
    assert 'width="0"' in drawn


def test_an_empty_path_draws_nothing():
    assert path([], "line") == ""
