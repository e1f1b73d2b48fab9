from dataclasses import replace

import numpy as np
import pytest

from bartizan.attacks.privacy.attribute_inference import AttributeInference, AttributeInferenceParams
from bartizan.attacks.privacy.referee import PrivacyReferee
from bartizan.attacks.privacy.traits.controls import COLUMN, strangers, subject
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact
from bartizan.core.errors import DataError
from bartizan.core.profile import NotApplicable, Profile, SensitiveColumn
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability
from bartizan.testing import check_attack

pytest.importorskip("sklearn")
PARAMS = AttributeInferenceParams()


def measured(guesses):
    artifact = Artifact("attribute_guesses", {"guesses": guesses})
    found = PrivacyReferee().measure(None, strangers(), artifact, params=PARAMS, seed=0)
    return {m.estimand: m for m in found.measurements}, found


def test_contract():
    check_attack(AttributeInference)


def test_the_truth_gains_what_the_imputer_lacks_and_a_coin_gains_nothing():
    truth = strangers().secrets["column"]
    found, whole = measured(truth)
    assert found["attribute_told"].value == 1
    assert found["attribute_gain"].value == pytest.approx(1 - found["attribute_imputed"].value)
    assert whole.arrays["reached"].mean() == pytest.approx(found["attribute_gain"].value)
    coin, _ = measured(np.random.default_rng(0).integers(2, size=len(truth)).astype(np.float32))
    assert coin["attribute_gain"].low < 0


def test_guesses_of_the_wrong_number_are_refused():
    with pytest.raises(ValueError, match="400 values were to be guessed"):
        measured(np.zeros(3, np.float32))


def run(roles=None, params=PARAMS, queries=10_000):
    view = grant(
        subject(blind=False), Access(capabilities=(Capability.SCORES,)), Budget(queries=queries), roles or strangers()
    )
    return AttributeInference().run(view, params=params, seed=0).arrays["guesses"]


def test_a_column_nobody_has_or_of_too_many_values():
    with pytest.raises(DataError, match="did you mean 'trait'"):
        run(params=AttributeInferenceParams(column="trat"))
    with pytest.raises(NotApplicable, match="'f1' holds 400 values"):
        run(params=AttributeInferenceParams(column="f1"))
    few = strangers()
    with pytest.raises(NotApplicable, match="owns 9 records"):
        run(replace(few, auxiliary=few.auxiliary.take(slice(0, 9))))


def test_beyond_the_budget_it_says_what_the_imputer_says():
    asked, unasked = run(queries=200), run(queries=1)
    assert (asked[100:] == unasked[100:]).all()
    assert (asked[:100] != unasked[:100]).any()


def test_only_sensitive_columns_are_proposed_and_why_not_is_said():
    table = Profile(model="m", modality="tabular", sensitive=(SensitiveColumn(name=COLUMN, values=2),))
    (proposal,) = AttributeInference().propose(table, "quick")
    assert (proposal.params["column"], proposal.queries_per_example, proposal.queries) == (COLUMN, 2, 2000)
    with pytest.raises(NotApplicable, match="sensitive_columns"):
        AttributeInference().propose(Profile(model="m", modality="tabular"), "quick")
    with pytest.raises(NotApplicable, match="not defined for image data"):
        AttributeInference().propose(Profile(model="m"), "quick")
    with pytest.raises(NotApplicable, match="ask 150 times"):
        AttributeInference().propose(table.model_copy(update={"queries": 150}), "quick")
