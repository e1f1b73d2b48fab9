"""Independent models are accused as often as is said and no more; copies are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import kstest

from bartizan.attacks.extraction import ownership
from bartizan.attacks.extraction.proof.ownership import rank_p
from bartizan.core.errors import UsageError
from bartizan.numerics.linear import LinearTarget, ridge_classifier

Array = NDArray[np.float32]
D = 10
TRUTH = np.random.default_rng(0).standard_normal((D, 3))


def draw(n: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.int64]]:
    x = rng.standard_normal((n, D)).astype(np.float32)
    return x, (x @ TRUTH + 2 * rng.standard_normal((n, 3))).argmax(axis=1)


def model(rng: np.random.Generator, n: int = 60) -> LinearTarget:
    """Trained on records of its own."""
    return trained(*draw(n, rng))


def trained(x: Array, y: NDArray[np.int64]) -> LinearTarget:
    return LinearTarget(*ridge_classifier(x, y, 3, 1e-2), bounds=None)


def copy(victim: LinearTarget, rng: np.random.Generator) -> LinearTarget:
    x = rng.standard_normal((400, D)).astype(np.float32)
    return trained(x, victim.labels(x))


def p_values(suspect: Callable[[LinearTarget, np.random.Generator], Any], n: int, **more: Any) -> list[float]:
    out = []
    for seed in range(n):
        rng = np.random.default_rng(seed)
        victim = model(rng)
        x = draw(500, rng)[0]
        found = ownership(
            suspect(victim, rng), victim, [model(rng) for _ in range(24)], x=x, size=50, seed=seed, **more
        )
        out.append(found.p)
    return out


def test_p_is_uniform_on_independent_models() -> None:
    p = p_values(lambda victim, rng: model(rng), 120)
    assert kstest(p, "uniform").pvalue > 0.01
    assert np.mean(np.array(p) <= 0.05) <= 0.12


def test_copies_are_told() -> None:
    p = p_values(copy, 20)
    assert np.mean(np.array(p) <= 0.05) >= 0.9


def test_from_classes_alone() -> None:
    rng = np.random.default_rng(1)
    victim = model(rng)
    suspects = {"copied": copy(victim, rng), "no evidence": model(rng)}
    controls = [model(rng).labels for _ in range(24)]
    for verdict, suspect in suspects.items():
        found = ownership(suspect.labels, victim.labels, controls, x=draw(500, rng)[0], classes=3)
        assert found.verdict == verdict
        assert found.queries == 200


def test_dataset_inference_is_a_second_check() -> None:
    hits = 0
    for seed in range(10):
        rng = np.random.default_rng(seed)
        private, public = draw(60, rng), draw(400, rng)
        victim = trained(*private)
        found = ownership(
            victim, victim, [model(rng) for _ in range(44)], x=draw(300, rng)[0], private=private, public=public
        )
        assert set(found.checks) == {"fingerprint", "records"}
        assert found.p == pytest.approx(min(1, 2 * min(c.p for c in found.checks.values())))
        hits += found.checks["records"].p <= 0.05
    assert hits >= 8


def test_dataset_inference_keeps_to_its_level_on_independent_models() -> None:
    p = []
    for seed in range(60):
        rng = np.random.default_rng(1000 + seed)
        private, public = draw(60, rng), draw(200, rng)
        victim = trained(*private)
        more = {"private": private, "public": public, "x": draw(100, rng)[0], "seed": seed}
        p.append(ownership(model(rng), victim, [model(rng) for _ in range(24)], **more).checks["records"].p)  # type: ignore[arg-type]
    assert kstest(p, "uniform").pvalue > 0.01


def test_ties_are_broken_at_random_so_that_p_stays_uniform() -> None:
    p = [rank_p(1.0, [1.0] * 19, seed) for seed in range(4000)]
    assert kstest(p, "uniform").statistic < 0.03
    assert rank_p(2.0, [1.0] * 19, 0) <= 0.05


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"controls": 10}, "10 independent models cannot bear out p ≤ 0.05; give at least 19, better 24"),
        ({"alpha": 0.0}, "alpha=0.0"),
        ({"x": np.zeros((0, D))}, "x has shape"),
        ({"private": (np.zeros((5, D)), np.zeros(5, np.int64))}, "give private and public"),
        ({"suspect": lambda x: np.zeros((len(x), 4))}, "4 classes where the victim has 3"),
        ({"suspect": lambda x: np.full((len(x), 3), np.nan)}, "NaN"),
        ({"victim": lambda x: np.zeros(len(x), np.int64)}, "say how many"),
    ],
)
def test_bad_input_is_a_sentence(changed: dict[str, Any], sentence: str) -> None:
    rng = np.random.default_rng(0)
    arguments = {"suspect": model(rng), "victim": model(rng), "controls": 24, "x": draw(50, rng)[0], **changed}
    controls = [model(rng) for _ in range(arguments.pop("controls"))]
    with pytest.raises(UsageError, match=sentence):
        ownership(arguments.pop("suspect"), arguments.pop("victim"), controls, **arguments)
