import numpy as np
import pytest

from bartizan.numerics.students import build_student, distil, fit_scale, load_student, student_arrays, student_scores

torch = pytest.importorskip("torch")


@pytest.mark.parametrize("shape", [(5,), (1, 28, 28), (3, 9, 10), (1, 4, 4)])
def test_a_student_answers_with_probabilities_for_images_and_tables(shape: tuple[int, ...]) -> None:
    x = np.random.default_rng(0).random((7, *shape), np.float32)
    scores = student_scores(build_student(shape, 3, width=2), x)
    assert scores.shape == (7, 3)
    assert np.allclose(scores.sum(axis=1), 1, atol=1e-5)


def test_a_student_survives_being_written_down() -> None:
    x = np.random.default_rng(1).random((20, 1, 8, 8), np.float32)
    student = build_student((1, 8, 8), 2, width=2, seed=3)
    distil(student, x, np.eye(2, dtype=np.float32)[np.arange(20) % 2], steps=3, seed=0)
    arrays = student_arrays(student, "at_5.") | student_arrays(build_student((1, 8, 8), 2, width=3))
    assert np.array_equal(student_scores(load_student(arrays, "at_5."), x), student_scores(student, x))


def test_arrays_without_a_student_are_refused() -> None:
    with pytest.raises(ValueError, match=r"no student under the prefix 'at_9\.'"):
        load_student({"x": np.zeros(3)}, "at_9.")


def test_one_class_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2 classes"):
        build_student((4,), 1)


def test_training_is_determined_by_its_seed_and_leaves_the_global_state_alone() -> None:
    x = np.random.default_rng(2).random((50, 4), np.float32)
    targets = np.eye(2, dtype=np.float32)[(x[:, 0] > 0.5).astype(int)]
    before = torch.random.get_rng_state()
    runs = []
    for seed in (0, 0, 1):
        student = build_student((4,), 2, width=4, seed=seed)
        distil(student, x, targets, steps=20, seed=seed)
        runs.append(student_scores(student, x))
    assert np.array_equal(runs[0], runs[1])
    assert not np.array_equal(runs[0], runs[2])
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_student_learns_a_rule_on_columns_of_very_different_scale() -> None:
    rng = np.random.default_rng(3)
    x = (rng.random((400, 3)) * [1e4, 1e-3, 1.0] + [5e5, 0, 0]).astype(np.float32)
    hit = x[:, 1] > 5e-4
    student = build_student((3,), 2, width=4)
    distil(student, x, np.eye(2, dtype=np.float32)[hit.astype(int)], steps=200, seed=0)
    assert (student_scores(student, x).argmax(axis=1) == hit).mean() > 0.95


def test_a_constant_column_does_not_divide_by_zero() -> None:
    x = np.ones((10, 2), np.float32)
    student = build_student((2,), 2, width=1)
    fit_scale(student, x)
    assert np.isfinite(student_scores(student, x)).all()


def test_at_a_higher_temperature_unlikely_classes_are_learnt_better() -> None:
    x = np.random.default_rng(3).random((300, 4), np.float32)
    logits = np.stack([8 + 0 * x[:, 0], 4 * x[:, 0], 4 * x[:, 1]], axis=1)
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    off = []
    for temperature in (1.0, 3.0):
        student = build_student((4,), 3, width=4, seed=0)
        distil(student, x, p, steps=300, seed=0, temperature=temperature)
        off.append(np.abs(np.log(student_scores(student, x)[:, 1:]) - np.log(p[:, 1:])).mean())
    assert off[1] < 0.8 * off[0]
