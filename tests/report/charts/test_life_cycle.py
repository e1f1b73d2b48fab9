from bartizan.core.vocabulary import Stage
from bartizan.report.charts.life_cycle import life_cycle


def test_it_says_in_words_what_it_draws() -> None:
    drawn = life_cycle((Stage.RETRAINING, Stage.DATA), (Stage.DEPLOYMENT,))
    assert "<title>Planted in data, retraining; takes effect in deployment</title>" in drawn
    assert drawn.count("bar open") == 2
    assert drawn.count("bar over") == 1
    assert drawn.count('class="track"') == 2 * len(Stage) - 3


def test_every_stage_is_named_and_gates_are_marked() -> None:
    drawn = life_cycle((), ())
    assert all(f">{stage}</text>" in drawn for stage in Stage)
    assert drawn.count("tick gate") == 3
    assert "Planted in no stage" in drawn
