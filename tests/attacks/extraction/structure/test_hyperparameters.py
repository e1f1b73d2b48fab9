"""What shadow models can tell is told, and what they cannot is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.extraction import Setting, hyperparameters
from bartizan.attacks.extraction.structure.discriminant import Discriminant
from bartizan.attacks.extraction.structure.hyperparameters import guessed, shadow_models
from bartizan.attacks.extraction.structure.questions import Questions
from bartizan.attacks.extraction.structure.served import Served
from bartizan.attacks.extraction.structure.settings import network, usual
from bartizan.attacks.extraction.structure.signature import signature
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
    found = hyperparameters(trained(setting, 0), *records(300, 0), settings=SETTINGS, shadows=12, epochs=6)
    guess = found.guesses["family"]
    assert guess.value == setting.family
    assert sum(guess.table.values()) == pytest.approx(1)
    assert guess.accuracy.low > guess.chance
    assert guess.possible == (setting.family,)
    assert (found.shadows, found.queries) == (24, len(Questions.of(records(300, 0)[0], 0).asked))


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


@pytest.mark.parametrize("shape", [(6,), (1, 8, 8), (3, 20, 12)], ids=str)
def test_questions_and_their_signature_fit_any_inputs(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).standard_normal((80, *shape)).astype(np.float32)
    of = Questions.of(x, 0)
    assert of.asked.shape[1:] == shape
    assert sum(s.stop - s.start for s in of.parts.values()) == len(of.asked)
    assert bool(of.gaps) == (len(shape) == 3)
    flat = np.log(np.full((len(of.asked), 2), 0.5))
    assert np.isfinite(signature(flat, np.full(len(flat), 1e-7), of, np.zeros(60, np.int64))).all()


def test_one_library_of_shadows_serves_several_targets() -> None:
    known = shadow_models(*records(300, 0), settings=SETTINGS, shadows=6, epochs=8)
    alone = hyperparameters(trained(SETTINGS[0], 0), *records(300, 0), settings=SETTINGS, shadows=6, epochs=8)
    assert guessed(trained(SETTINGS[0], 0), known) == alone
    assert guessed(trained(SETTINGS[1], 1), known).guesses["depth"].table[2] > 0.5


def test_scores_with_few_decimals_are_held_against_shadows_that_answer_so() -> None:
    served = Served.of(np.array([[0.12, 0.88], [0.5, 0.5]], np.float32))
    assert (served.kind, served.decimals) == ("probabilities", 2)
    given = served.like(np.array([[0.0, 1.0]], np.float32))
    assert given.tolist() == [[pytest.approx(0.27), pytest.approx(0.73)]]
    log_p, noise = served.read(given)
    assert np.exp(log_p).sum() == pytest.approx(1)
    assert noise[0] == pytest.approx(0.005 / 0.27, rel=0.01)
    assert Served.of(np.array([[-3.5, 1.123456]], np.float32)).decimals is None


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
