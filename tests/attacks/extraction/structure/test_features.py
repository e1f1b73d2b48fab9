"""What a model does not look at is never called used; what it looks at most comes first."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.extraction import features_used
from bartizan.attacks.extraction.structure.features import usual_groups
from bartizan.core.errors import UsageError

X = np.random.default_rng(0).standard_normal((200, 5)).astype(np.float32)


def logits(x: Any) -> Any:
    """Column 1 counts thrice as much as column 3, and the others not at all."""
    return np.stack([3 * x[:, 1] + x[:, 3], np.zeros(len(x))], axis=1)


def test_used_and_how_strongly() -> None:
    found = features_used(logits, X)
    assert {g.name for g in found.groups if g.used} == {"1", "3"}
    assert [g.name for g in found.ranked][:2] == ["1", "3"]
    first, second = found.ranked[:2]
    assert first.low > second.high
    assert found.queries == 200 * (2 + 5)
    assert found.repeats


def test_from_classes_alone() -> None:
    found = features_used(lambda x: logits(x).argmax(axis=1), X)
    assert found.ranked[0].name == "1"
    assert {g.name for g in found.groups if not g.used} >= {"0", "2", "4"}


def test_a_target_that_answers_at_random_uses_nothing_it_does_not_look_at() -> None:
    false = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        found = features_used(lambda x, r=rng: logits(x) + 0.3 * r.standard_normal((len(x), 2)), X, seed=seed)
        assert not found.repeats
        assert {g.name for g in found.groups if g.used} >= {"1"}
        false += any(g.used for g in found.groups if g.name in "024")
    assert false <= 4


def test_images_go_by_patches() -> None:
    groups = usual_groups((2, 8, 8))
    assert len(groups) == 4
    assert sorted(np.concatenate(list(groups.values())).tolist()) == list(range(128))
    x = np.random.default_rng(0).random((40, 2, 8, 8), np.float32)
    found = features_used(lambda q: np.stack([q[:, :, :4, :4].sum((1, 2, 3)), q[:, 0, 0, 0]], axis=1), x)
    assert [g.name for g in found.groups if g.used] == ["0:0"]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"groups": {"a": [7]}}, "the groups a name no values"),
        ({"groups": {}}, "name no values"),
        ({"x": X[:5]}, "give at least 20"),
        ({"predict": lambda x: np.full((len(x), 2), np.nan)}, "NaN"),
    ],
)
def test_bad_input_is_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    arguments = {"predict": logits, "x": X, **changed}
    with pytest.raises(UsageError, match=sentence):
        features_used(arguments.pop("predict"), arguments.pop("x"), **arguments)
