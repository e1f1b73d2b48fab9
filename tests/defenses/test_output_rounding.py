import numpy as np
import torch

from bartizan.defenses.output_rounding import OutputRoundingParams, RoundOutputs

DEFENSE = RoundOutputs()


def behind(target, **params):
    return DEFENSE.wrap(target, {}, params=OutputRoundingParams(**params), seed=0, digest="d")


def test_only_the_scores_change(target, test):
    rounded = behind(target, decimals=1)
    scores = rounded.scores(test.x)
    assert np.allclose(scores * 10, np.rint(scores * 10), atol=1e-5)
    assert not np.array_equal(scores, target.scores(test.x))
    assert np.array_equal(rounded.labels(test.x), target.labels(test.x))
    x = torch.from_numpy(test.x)
    assert torch.equal(rounded.logits(x), target.logits(x))
    assert rounded.weights() is target.weights()


def test_fewer_decimals_tell_less(target, test):
    values = [len(np.unique(behind(target, decimals=d).scores(test.x))) for d in (0, 1, 3)]
    assert values[0] < values[1] < values[2]


def test_the_label_alone_is_the_label_acted_on(target, test):
    scores = behind(target, label_only=True).scores(test.x)
    assert set(np.unique(scores)) == {0.0, 1.0}
    assert np.array_equal(scores.argmax(1), target.labels(test.x))


def test_a_retrained_target_and_other_weights_stay_behind_it(target, train, test):
    rounded = behind(target, decimals=1)
    for other in (
        rounded.retrain(train.x, train.y, seed=1),
        rounded.with_parameters(target.parameters(), digest="e"),
    ):
        assert other.info.defences == ("output_rounding",)
        assert np.allclose(other.scores(test.x) * 10 % 1, 0, atol=1e-4) or len(np.unique(other.scores(test.x))) <= 11


def test_a_temperature_evens_scores_out_and_keeps_their_order(target, test):
    plain, warm = (behind(target, decimals=6, temperature=t).scores(test.x) for t in (1.0, 4.0))
    assert np.array_equal(plain.argmax(1), warm.argmax(1))
    assert (warm.max(1) <= plain.max(1)).all()
    assert warm.max(1).mean() < plain.max(1).mean()
    assert np.allclose(warm.sum(1), 1, atol=1e-5)


def test_only_the_best_few_are_told(target, test):
    cut = behind(target, decimals=6, top_k=1).scores(test.x)
    assert ((cut > 0).sum(1) == 1).all()
    assert np.allclose(cut.max(1), target.scores(test.x).max(1), atol=1e-6)
