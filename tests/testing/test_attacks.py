"""Each promise an attack can break is noticed, in a sentence that says which."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bartizan.attacks.evasion.noise import Noise, NoiseParams
from bartizan.core.access import Budget
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Proposal
from bartizan.testing import check_attack


def broken(**changes: Any) -> type[Noise]:
    """The noise attack with some of its attributes replaced."""
    return type("Broken", (Noise,), {"spec": Noise.spec, **changes})


def says(cls: type[Noise], sentence: str) -> None:
    with pytest.raises(AssertionError, match=sentence):
        check_attack(cls, imports=False)


def test_a_good_attack_passes_and_imports_without_torch() -> None:
    check_attack(Noise)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"title": " "}, "needs a title"),
        ({"threats": ("evasion",)}, "threat ids such as"),
        ({"threats": ()}, "names no threat"),
        ({"goal": ""}, "needs a goal"),
        ({"needs": ()}, "needs is empty"),
        ({"harm": "nonsense"}, "measures no 'robust_error'|measures no"),
        ({"makes": "trigger"}, "promises 'trigger'"),
    ],
)
def test_an_incomplete_spec(change: dict[str, Any], sentence: str) -> None:
    spec = Noise.spec.model_copy(update=change)
    if "harm" in change:
        controls = tuple(replace(c, harm=change["harm"]) for c in Noise.controls())
        says(broken(spec=spec, controls=classmethod(lambda cls: controls)), sentence)
    else:
        says(broken(spec=spec), sentence)


def test_parameters_without_defaults_or_open_to_change() -> None:
    class Open(NoiseParams):
        model_config = {"frozen": False}

    class Needy(Frozen):
        eps: float

    says(broken(params=Open), "must be frozen")
    says(broken(params=Needy), "needs a default for eps")


def test_no_positive_control() -> None:
    says(broken(controls=classmethod(lambda cls: ())), "no positive control")


def test_a_positive_control_it_cannot_break_and_a_negative_one_it_does() -> None:
    class Idle(Noise):
        spec = Noise.spec

        def run(self, view, *, params, seed):
            x = view.probe.x
            return Artifact("perturbed_inputs", {"changed": x, "smallest": x})

    says(Idle, "must reach")
    easy = next(c for c in Noise.controls() if c.kind == "positive")
    both = (*Noise.controls(), replace(easy, name="other", kind="negative", threshold=0.0))
    says(broken(controls=classmethod(lambda cls: both)), "must not exceed")


def test_another_result_with_the_same_seed() -> None:
    rng = np.random.default_rng()

    class Moody(Noise):
        spec = Noise.spec

        def run(self, view, *, params, seed):
            return super().run(view, params=params, seed=int(rng.integers(1 << 30)))

    says(Moody, "when run again with the same seed")


def test_touching_the_global_random_state() -> None:
    class Careless(Noise):
        spec = Noise.spec

        def run(self, view, *, params, seed):
            np.random.seed(seed)
            return super().run(view, params=params, seed=seed)

    says(Careless, "global random state")


def test_asking_beyond_the_budget() -> None:
    class Greedy(Noise):
        spec = Noise.spec

        def run(self, view, *, params, seed):
            for _ in range(3):
                view.labels(view.probe.x, np.arange(len(view.probe)))
            return super().run(view, params=params, seed=seed)

    says(Greedy, "ran over its budget")


def test_reaching_beyond_the_access() -> None:
    class Nosy(Noise):
        spec = Noise.spec

        def run(self, view, *, params, seed):
            view.weights()
            return super().run(view, params=params, seed=seed)

    says(Nosy, "beyond its access")


def test_proposing_more_than_an_interface_allows() -> None:
    says(
        broken(propose=lambda self, profile, effort: [Proposal(params={}, queries_per_example=10**6)]),
        "where the interface allows",
    )
    says(
        broken(propose=lambda self, profile, effort: [Proposal(params={}, queries=10**6)]),
        "queries in all where the interface allows",
    )


def test_a_control_that_grants_none_of_the_needs() -> None:
    easy = Noise.controls()[0]
    poor = replace(easy, access=easy.access.model_copy(update={"capabilities": ()}), budget=Budget())
    says(broken(controls=classmethod(lambda cls: (*Noise.controls()[1:], poor))), "grants none")


def test_no_negative_control_unless_it_says_why_there_can_be_none() -> None:
    positive = classmethod(lambda cls: tuple(c for c in Noise.controls() if c.kind == "positive"))
    says(broken(controls=positive), "no negative control")
    spec = Noise.spec.model_copy(update={"no_negative_control": "whatever it is pointed at falls"})
    check_attack(broken(controls=positive, spec=spec), imports=False)


@pytest.mark.parametrize("missing", ["labels and l2", "scores and linf"])
def test_a_norm_or_an_access_without_a_control_of_its_own(missing: str) -> None:
    access, norm = missing.split(" and ")
    left = [c for c in Noise.controls() if (c.access.name, c.params["norm"], c.kind) != (access, norm, "positive")]
    says(broken(controls=classmethod(lambda cls: tuple(left))), f"no positive control for {missing}")


def test_queries_that_name_no_example() -> None:
    """A noise attack that asks as often as it likes by never saying for whom."""

    class Nameless(Noise):
        spec = Noise.spec

        def run(self, view, *, params, seed):
            for _ in range(100):
                view.labels(view.probe.x)
            return super().run(view, params=params, seed=seed)

    says(Nameless, "must name its example")
