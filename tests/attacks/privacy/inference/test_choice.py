import numpy as np
import pytest

from bartizan.attacks.privacy.inference.choice import Views, all_scores, chosen_score
from bartizan.numerics.references import References

pytest.importorskip("sklearn")


def views(models: int, n: int, waves: float = 0.0) -> Views:
    rng = np.random.default_rng(0)
    inside, place = rng.random((models + 1, n)) < 0.5, rng.random((n, 2))
    wave = np.stack([waves * np.sin(place @ rng.normal(0, 4, 2) + rng.uniform(0, 6)) for _ in range(models + 1)])
    sure = rng.normal(0, 2, n) + wave + 2 * inside + rng.normal(size=(models + 1, n))
    return Views.of(sure[0], References(sure[1:], inside[1:]), place, np.zeros(n, np.int64))


def test_without_enough_to_choose_by_it_says_so() -> None:
    assert chosen_score(views(1, 500)) == ("rmia_offline", "too few references or records to choose by")
    assert chosen_score(views(4, 150))[0] == "fusion"


def test_the_choice_is_one_of_the_scores() -> None:
    some = views(4, 600)
    name, why = chosen_score(some)
    assert name in all_scores(some)
    assert "2 references playing the target" in why


def test_neighbours_are_used_where_their_chance_is_shared() -> None:
    assert chosen_score(views(4, 1500, waves=4.0))[0] == "fusion_levelled"


def test_without_places_there_are_no_neighbours() -> None:
    some = views(4, 300)
    assert "fusion_levelled" not in all_scores(Views(some.sure, some.refs))
