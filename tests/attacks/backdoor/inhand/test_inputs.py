import numpy as np
import pytest

from bartizan.attacks.backdoor.controls import backdoored_model, clean_samples
from bartizan.attacks.backdoor.inhand.inputs import calibrated, scaling_scores, superposition_scores
from bartizan.core.errors import DataError

MODEL, CLEAN = backdoored_model(), clean_samples().probe.x


def stamped(x: np.ndarray) -> np.ndarray:
    x = x.copy()
    x[:, -4:] = 1.0
    return x


def test_superposition_stops_what_nothing_disturbs_and_few_clean_inputs() -> None:
    overlays = clean_samples().auxiliary.x[:20]
    test = calibrated(superposition_scores(MODEL.scores, CLEAN, overlays), rate=0.05)
    assert test.false_alarms[1] <= 0.05 <= test.false_alarms[2] or test.false_alarms[0] <= 0.05
    assert test.caught(superposition_scores(MODEL.scores, stamped(CLEAN), overlays))[0] > 0.95


def test_scaling_scores_are_the_share_of_factors_without_another_answer() -> None:
    def labels(x: np.ndarray) -> np.ndarray:
        return (x.sum(axis=1) > 1).astype(np.int64)

    x = np.array([[0.1, 0.1], [0.3, 0.1], [0.6, 0.6]], np.float32)
    assert scaling_scores(labels, x, (0.0, 1.0), factors=(2.0, 6.0)).tolist() == [0.5, 0.5, 1.0]


def test_a_threshold_is_set_on_one_half_and_tried_on_the_other() -> None:
    rng = np.random.default_rng(0)
    rates = [calibrated(rng.random(400), rate=0.1, seed=s).false_alarms[0] for s in range(40)]
    assert np.mean(rates) == pytest.approx(0.1, abs=0.02)
    assert calibrated(rng.random(400), rate=0.1).of == 200


def test_equal_scores_alarm_on_nobody() -> None:
    assert calibrated(np.zeros(100)).false_alarms[0] == 0


def test_too_little_to_set_a_threshold_on_is_a_sentence() -> None:
    with pytest.raises(DataError, match="at least 40"):
        calibrated(np.zeros(30), rate=0.05)
    with pytest.raises(DataError, match="none"):
        superposition_scores(MODEL.scores, CLEAN, CLEAN[:0])
