import numpy as np
import pytest

from bartizan.attacks.privacy.inference.choice import all_scores, chosen_score
from bartizan.numerics.references import References

pytest.importorskip("sklearn")


def references(models: int, n: int) -> References:
    rng = np.random.default_rng(0)
    inside = rng.random((models, n)) < 0.5
    return References(rng.normal(0, 2, n) + 2 * inside + rng.normal(size=(models, n)), inside)


def test_without_enough_to_choose_by_it_says_so() -> None:
    assert chosen_score(references(1, 500)) == ("rmia_offline", "too few references or records to choose by")
    assert chosen_score(references(4, 150))[0] == "fusion"


def test_the_choice_is_one_of_the_scores_and_looks_at_no_target() -> None:
    refs = references(4, 600)
    name, why = chosen_score(refs)
    assert name in all_scores(refs.sure[0], refs.without(0))
    assert "2 references playing the target" in why
