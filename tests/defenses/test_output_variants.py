import numpy as np
import pytest

from bartizan.core.data import Data
from bartizan.core.profile import NotApplicable, Profile
from bartizan.defenses.label_only import LabelOnly
from bartizan.defenses.temperature import Temperature
from bartizan.defenses.top_one import TopOne
from bartizan.numerics.linear import LinearTarget

PLAIN = LinearTarget(np.random.default_rng(0).normal(size=(4, 3)))
X = np.random.default_rng(1).random((20, 4)).astype(np.float32)


def treated(defense):
    return defense.apply(PLAIN, Data.of(X, np.zeros(20)), params=defense.params(), seed=0)


def test_each_tells_less_and_acts_on_the_same_label():
    best = PLAIN.scores(X).max(axis=1)
    labels, top, even = (treated(d) for d in (LabelOnly(), TopOne(), Temperature()))
    assert all((t.labels(X) == PLAIN.labels(X)).all() for t in (labels, top, even))
    assert set(np.unique(labels.scores(X))) == {0.0, 1.0}
    assert ((top.scores(X) > 0).sum(axis=1) == 1).all()
    assert np.allclose(top.scores(X).max(axis=1), best, atol=1e-6)
    assert (even.scores(X).max(axis=1) < best).all()


@pytest.mark.parametrize("defense", [LabelOnly(), TopOne(), Temperature()])
def test_references_are_trained_with_the_defence(defense):
    again = treated(defense).retrain(X, np.arange(20) % 3, seed=1)
    assert again.info.defences == (defense.spec.id,)


def test_efforts():
    profile = Profile(model="m")
    with pytest.raises(NotApplicable, match="--effort standard"):
        LabelOnly().propose(profile, "quick")
    assert LabelOnly().propose(profile, "standard")["label_only"]
    for defense in (TopOne(), Temperature()):
        with pytest.raises(NotApplicable, match="--effort deep"):
            defense.propose(profile, "standard")
        assert defense.propose(profile, "deep")
