from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from bartizan.attacks.evasion.feature_moves import candidates, features_of, moves
from bartizan.attacks.evasion.feature_search import FeatureSearch
from bartizan.core.access import Access, Budget, Output
from bartizan.core.data import Data, Feature, Roles
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.target import Target, TargetInfo
from bartizan.core.view import grant
from bartizan.numerics.constraints import broken_rules

RULES = (
    Feature(name="a", type="categorical", values=(0.0, 0.5, 1.0)),
    Feature(name="b", type="categorical", values=(0.0, 0.5, 1.0)),
    Feature(name="c", type="integer", low=0, high=2, direction="increase"),
    Feature(name="d", type="binary"),
    Feature(name="e", type="binary", mutable=False),
)


class Stumps(Target):
    """A small forest: the sum of random boxes, as trees give."""

    info = TargetInfo(id="stumps", input_shape=(5,), classes=2, modality="tabular", digest="s")

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.cuts, self.votes = rng.uniform(0, 2, (30, 2)), rng.normal(size=30)
        self.pairs = rng.integers(0, 5, (30, 2))

    def scores(self, x):
        inside = (x[:, self.pairs] > self.cuts).all(axis=2)
        p = 1 / (1 + np.exp(-(inside @ self.votes) - 0.05))
        return np.stack([1 - p, p], axis=1).astype(np.float32)


def rows(n: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    columns = [
        rng.choice([0, 0.5, 1], n),
        rng.choice([0, 0.5, 1], n),
        rng.integers(0, 3, n),
        *rng.integers(0, 2, (2, n)),
    ]
    return np.stack(columns, axis=1).astype(np.float32)


def truth(target: Target, probe: Data, own: np.ndarray) -> np.ndarray:
    """The fewest allowed changes that turn each decision, by trying everything."""
    features = features_of(probe, None)
    values = [candidates(f, own[:, j]) for j, f in enumerate(features)]
    fewest = np.full(len(probe), np.inf)
    for i, x0 in enumerate(probe.x):
        allowed = dict(moves(x0, features, values))
        every = np.array(list(product(*[[x0[j], *allowed.get(j, [])] for j in range(5)])), np.float32)
        turned = target.labels(every) != probe.y[i]
        if turned.any():
            fewest[i] = (every != x0).sum(1)[turned].min()
    return fewest


def attack(target: Target, probe: Data, own: np.ndarray, capability: str, eps: float, **budget):
    roles = Roles(probe=probe, auxiliary=Data.of(own, target.labels(own), RULES))
    output = Output(kind="label") if capability == "labels" else Output(kind="rounded", decimals=2)
    view = grant(target, Access(capabilities=(capability,), output=output), Budget(**budget), roles)
    return FeatureSearch().run(view, params=FeatureSearch.params(eps=eps), seed=0), view


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(("capability", "least"), [("scores", 1.0), ("labels", 0.95)])
def test_finds_what_trying_everything_finds(seed: int, capability: str, least: float) -> None:
    target, own = Stumps(seed), rows(60, seed + 50)
    x = rows(30, seed)
    probe = Data.of(x, target.labels(x), RULES)
    exact = truth(target, probe, own)
    found, view = attack(target, probe, own, capability, eps=2)
    size = (found.arrays["smallest"] != probe.x).sum(axis=1)
    turned = target.labels(found.arrays["smallest"]) != probe.y
    assert not broken_rules(found.arrays["smallest"], probe.x, RULES).any()
    reachable = exact <= 2
    assert reachable.sum() >= 5
    assert np.mean(turned[reachable] & (size[reachable] == exact[reachable])) >= least
    assert not found.arrays["won"][~reachable].any()
    assert view.meter.per_example.max() <= 500


def test_tries_are_the_questions_until_the_first_success() -> None:
    target, own = Stumps(1), rows(60, 51)
    x = rows(20, 1)
    probe = Data.of(x, target.labels(x), RULES)
    found, view = attack(target, probe, own, "scores", eps=2, queries_per_example=12)
    won, tries = found.arrays["won"], found.arrays["tries"]
    assert won.any()
    assert (tries[won] >= 2).all()
    assert (tries <= view.meter.per_example).all()
    assert view.meter.per_example.max() <= 12


def test_takes_the_number_of_features_from_the_gates_and_leaves_images_alone() -> None:
    table = Profile(model="m", modality="tabular", norms=(("l0", 3.0), ("linf", 0.1)), queries=40)
    (proposal,) = FeatureSearch().propose(table, "quick")
    assert proposal.params["eps"] == 3
    assert proposal.queries_per_example == 40
    with pytest.raises(NotApplicable, match="image"):
        FeatureSearch().propose(Profile(model="m"), "quick")
