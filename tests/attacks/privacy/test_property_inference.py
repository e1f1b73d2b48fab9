from dataclasses import replace

import pytest

from bartizan.attacks.privacy.property_inference import PropertyInference, PropertyInferenceParams
from bartizan.attacks.privacy.referee import PrivacyReferee
from bartizan.attacks.privacy.traits.share_controls import share_controls
from bartizan.core.artifact import Artifact
from bartizan.core.data import Data, Feature
from bartizan.core.profile import NotApplicable, Profile, SensitiveColumn
from bartizan.core.view import grant
from bartizan.testing import check_attack

PARAMS = PropertyInferenceParams(models=16, points=50)
TELLING, ALIKE = share_controls(PARAMS.model_dump(mode="json"))


def run(roles, params=PARAMS):
    view = grant(TELLING.target(), TELLING.access, TELLING.budget, roles)
    return PropertyInference().run(view, params=params, seed=0)


def measured(target, artifact, roles=None, params=PARAMS):
    found = PrivacyReferee().measure(target, roles or TELLING.roles(), artifact, params=params, seed=0)
    return {m.estimand: m for m in found.measurements}


def test_contract():
    check_attack(PropertyInference)


def test_the_two_shares_are_as_far_apart_as_asked_and_the_true_one_is_reported():
    made = run(TELLING.roles())
    low, high = made.arrays["shares"]
    assert high - low == pytest.approx(0.3)
    found = measured(TELLING.target(), made)
    assert found["property_true"].value == pytest.approx((TELLING.roles().writable.y == 0).mean())
    assert found["property_advantage"].value == 1


def test_a_distinguisher_the_wrong_way_round_tells_nothing():
    made = run(TELLING.roles())
    turned = Artifact(made.kind, {**made.arrays, "weights": -made.arrays["weights"]})
    assert measured(TELLING.target(), turned)["property_advantage"].high == 0


def test_too_few_of_the_group_by_whoever_must_draw_sets():
    roles = TELLING.roles()
    with pytest.raises(NotApplicable, match="adversary owns 0 records of the group"):
        run(roles, PARAMS.model_copy(update={"of_class": 9}))
    few = replace(roles, writable=roles.writable.take(slice(0, 8)))
    with pytest.raises(NotApplicable, match="the training data hold"):
        measured(TELLING.target(), run(roles), few)


def test_the_group_may_be_of_a_column():
    roles = TELLING.roles()
    features = tuple(Feature(name=f"c{i}") for i in range(roles.probe.x.shape[1]))

    def told(data: Data) -> Data:
        x = data.x.copy()
        x[:, 1] = data.y == 2
        return replace(data, x=x, features=features)

    named = PARAMS.model_copy(update={"column": "c1"})
    dealt = replace(roles, probe=told(roles.probe), auxiliary=told(roles.auxiliary), writable=told(roles.writable))
    found = measured(TELLING.target(), run(dealt, named), dealt, named)
    assert found["property_advantage"].value > 0.7
    assert found["property_true"].value == pytest.approx((roles.writable.y == 2).mean())


def test_proposals():
    table = Profile(model="m", retrainable=True, sensitive=(SensitiveColumn(name="woman", values=2),))
    assert PropertyInference().propose(table, "standard")[0].params["column"] == "woman"
    classes = Profile(model="m", retrainable=True, positive_classes=(3,))
    assert PropertyInference().propose(classes, "standard")[0].params["of_class"] == 3
    with pytest.raises(NotApplicable, match="--effort standard"):
        PropertyInference().propose(classes, "quick")
    few = PropertyInference().propose(classes.model_copy(update={"queries": 7}), "deep")
    assert [p.queries for p in few] == [7]
