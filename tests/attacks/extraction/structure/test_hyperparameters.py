"""What shadow models can tell is told, and what they cannot is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.extraction import Setting, hyperparameters
from bartizan.attacks.extraction.structure.discriminant import Discriminant
from bartizan.attacks.extraction.structure.settings import network, usual
from bartizan.attacks.extraction.structure.signature import BLOCKS, questions, signature
from bartizan.core.errors import UsageError

torch = pytest.importorskip("torch")
SETTINGS = (Setting("linear", 0, 0), Setting("dense", 2, 32))


def records(n: int, seed: int) -> Any:
    """Two classes that no plane divides."""
    x = np.random.default_rng(seed).standard_normal((n, 6)).astype(np.float32)
    return x, (x[:, 0] * x[:, 1] + 0.3 * x[:, 2] > 0).astype(np.int64)


def trained(setting: Setting, seed: int) -> Any:
    x, y = records(300, 100 + seed)
    torch.manual_seed(seed)
    net = network(setting, (6,), 2)
    optimiser = torch.optim.Adam(net.parameters(), lr=5e-3)
    for _ in range(60):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        optimiser.step()
    return lambda q: net(torch.from_numpy(q)).detach().numpy()


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda s: s.family)
def test_linear_and_deep_are_told_apart(setting: Setting) -> None:
    found = hyperparameters(trained(setting, 0), *records(300, 0), settings=SETTINGS, shadows=16, epochs=12)
    guess = found.guesses["family"]
    assert guess.value == setting.family
    assert sum(guess.table.values()) == pytest.approx(1)
    assert guess.accuracy.low > guess.chance
    assert (found.shadows, found.queries) == (32, 60 * BLOCKS)


def test_settings_that_differ_in_nothing_are_not_told() -> None:
    same = (Setting("dense", 1, 16, 0.0), Setting("dense", 1, 16, 1e-12))
    found = hyperparameters(trained(same[0], 0), *records(300, 0), settings=same, shadows=5, epochs=3)
    assert set(found.guesses) == {"decay"}
    assert found.guesses["decay"].value is None


def test_a_target_like_no_setting_is_seen_to_be() -> None:
    found = hyperparameters(
        lambda q: 50 * np.sin(40 * q[:, :2]), *records(300, 0), settings=SETTINGS, shadows=4, epochs=4
    )
    assert found.alike <= 0.1


def test_a_discriminant_of_two_heaps() -> None:
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.normal(0, 1, (40, 8)), rng.normal(2, 1, (40, 8))])
    rule = Discriminant.of(x, np.repeat([0, 1], 40))
    assert (rule.probabilities(rng.normal(2, 1, (50, 8))).argmax(axis=1) == 1).mean() > 0.95
    assert rule.distance(np.full((1, 8), 30.0))[0] > 10 * rule.distance(np.full((1, 8), 2.0))[0]


def test_questions_and_their_signature_have_one_shape() -> None:
    x, y = records(30, 0)
    asked = questions(x, 0)
    assert asked.shape == (30 * BLOCKS, 6)
    assert np.array_equal(asked[:30], x)
    flat = signature(np.log(np.full((30 * BLOCKS, 2), 0.5)), y)
    assert np.isfinite(flat).all()


def test_usual_settings_fit_tables_and_images() -> None:
    assert {s.family for s in usual((6,))} == {"linear", "dense"}
    assert {s.family for s in usual((1, 8, 8))} == {"linear", "dense", "convolutional"}
    for setting in usual((1, 8, 8)):
        assert network(setting, (1, 8, 8), 3)(torch.zeros(2, 1, 8, 8)).shape == (2, 3)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"x": np.zeros((50, 6)), "y": np.zeros(50, np.int64)}, "give at least 200 with classes"),
        ({"shadows": 1}, "train at least 3"),
        ({"y": np.zeros(3, np.int64)}, "one class for each"),
        ({"predict": lambda q: np.full((len(q), 2), np.nan)}, "NaN"),
        ({"predict": lambda q: np.zeros((len(q), 5))}, "the target has 5 classes"),
        ({"predict": lambda q: np.zeros(len(q), np.int64)}, "classes alone"),
    ],
)
def test_bad_input_is_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    x, y = records(300, 0)
    base: dict[str, Any] = {"predict": lambda q: q[:, :2], "x": x, "y": y, "settings": SETTINGS, "shadows": 3}
    arguments = {**base, "epochs": 1, **changed}
    with pytest.raises(UsageError, match=sentence):
        hyperparameters(arguments.pop("predict"), arguments.pop("x"), arguments.pop("y"), **arguments)
