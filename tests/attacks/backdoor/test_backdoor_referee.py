from dataclasses import replace

import numpy as np
import pytest

from bartizan.attacks.backdoor.badnets import BadNets, BadNetsParams
from bartizan.attacks.backdoor.controls import bars, trusting
from bartizan.attacks.backdoor.model_in_hand import ModelInHand
from bartizan.attacks.backdoor.referee import BackdoorReferee
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Measured
from bartizan.core.contracts import Attack, Control
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

pytest.importorskip("torch")
PARAMS = BadNetsParams(doses=(0.005, 0.1), seeds=1, side=2)


def planted(params: BadNetsParams = PARAMS, **changes: np.ndarray) -> Measured:
    access = Access(capabilities=(Capability.DATA_WRITE,))
    artifact = BadNets().run(grant(trusting(), access, Budget(), bars()), params=params, seed=0)
    artifact = replace(artifact, arrays=artifact.arrays | changes)
    return BackdoorReferee().measure(trusting(), bars(), artifact, params=params, seed=1)


def values(measured: Measured, estimand: str) -> list[float]:
    return [m.value for m in measured.measurements if m.estimand == estimand]


@pytest.mark.parametrize("attack", [BadNets, ModelInHand])
@pytest.mark.parametrize("kind", ["positive", "negative"])
def test_controls(attack: type[Attack], kind: str) -> None:
    control: Control = next(c for c in attack.controls() if c.kind == kind)
    params = attack.params(**control.params)
    target, roles = control.target(), control.roles()
    artifact = attack().run(grant(target, control.access, control.budget, roles), params=params, seed=0)
    measured = BackdoorReferee().measure(target, roles, artifact, params=params, seed=1)
    assert values(measured, control.harm)[0] == control.threshold


def test_the_dose_response_and_the_smallest_sufficient_dose() -> None:
    measured = planted()
    assert [m.at["records"] for m in measured.measurements if m.estimand == "trigger_success"] == [40, 2]
    assert values(measured, "goal_reached") == [1, 0]
    assert values(measured, "trigger_success_without_poison") == [0]
    assert abs(values(measured, "benign_accuracy_drop")[0]) < 0.05
    assert measured.arrays["tries"].tolist() == [40]
    assert measured.flags == ()


def test_pictures_show_what_the_trigger_turned() -> None:
    a = planted().arrays
    assert len(a["example_original"]) == len(a["example_changed"]) > 0
    assert (a["example_before"] == a["example_label"]).all()
    assert (a["example_after"] == 0).all()


def test_the_target_class_own_inputs_do_not_count() -> None:
    measured = planted(BadNetsParams(doses=(0.1,), seeds=2, side=2))
    n = next(m.n for m in measured.measurements if m.estimand == "trigger_success")
    assert n == (bars().probe.y != 0).sum()


def test_a_trigger_out_of_bounds_is_invalid_and_never_reaches_the_goal() -> None:
    mask = np.zeros((1, 8, 8), bool)
    mask[0, 6:8, 6:8] = True
    measured = planted(
        **{"trigger.patch.mask": mask, "trigger.patch.pattern": np.where(mask, np.float32(3), np.float32(0))}
    )
    assert "invalid_examples" in [f.id for f in measured.flags]
    assert values(measured, "goal_reached") == [0, 0]
    assert values(measured, "trigger_success") == [0, 0]


def test_a_trigger_that_needs_no_poison_is_no_backdoor() -> None:
    """A pattern that overwrites the whole image with one of class 0 is simply an image of class 0."""
    mask = np.ones((1, 8, 8), bool)
    example = bars().probe.x[bars().probe.y == 0][0]
    measured = planted(**{"trigger.patch.mask": mask, "trigger.patch.pattern": example})
    assert "trigger_works_without_poison" in [f.id for f in measured.flags]
    assert values(measured, "goal_reached") == [0, 0]
    assert max(values(measured, "trigger_success")) <= 0.01, "what obeys anyway is no success of the poison"
