import numpy as np
import pytest

from bartizan.attacks.privacy import invert_gradient, recovered
from bartizan.core.errors import DataError, ModelError, UsageError

torch = pytest.importorskip("torch")
from bartizan.attacks.privacy.gradient.invert_gradient import told_classes  # noqa: E402
from bartizan.attacks.privacy.gradient.matching import movement, pairing  # noqa: E402

SHAPE = (1, 8, 8)


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def digits():
    from sklearn.datasets import load_digits

    data = load_digits()
    return (data.images[:, None] / 16).astype(np.float32), data.target.astype(np.int64)


def dense(hidden=64):
    torch.manual_seed(0)
    return torch.nn.Sequential(
        torch.nn.Flatten(), torch.nn.Linear(64, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 10)
    )


def convolutional():
    torch.manual_seed(0)
    layers = [torch.nn.Conv2d(1, 8, 3, padding=1), torch.nn.Sigmoid(), torch.nn.Conv2d(8, 8, 3, padding=1, stride=2)]
    return torch.nn.Sequential(*layers, torch.nn.Sigmoid(), torch.nn.Flatten(), torch.nn.Linear(128, 10))


def sent(net, x, y, steps=1, learning_rate=0.1):
    at = {"steps": steps, "learning_rate": learning_rate, "graph": False}
    return [g.detach().numpy() for g in movement(net, torch.from_numpy(x), torch.from_numpy(y), **at)]


@pytest.mark.parametrize("steps", [1, 5])
def test_one_record_is_read_off_a_dense_layer_exactly(digits, steps):
    x, y = digits[0][:1], digits[1][:1]
    net = dense()
    found = invert_gradient(
        net, sent(net, x, y, steps), shape=SHAPE, local_steps=steps, learning_rate=0.1, iterations=0
    )
    assert found.method == "analytic"
    assert found.labels.tolist() == y.tolist()
    assert np.abs(found.records - x).max() < 1e-3
    assert found.distance < 1e-4


def test_several_records_beat_the_class_mean(digits):
    x, y = digits[0][:4], digits[1][:4]
    net = dense(256)
    found = invert_gradient(net, sent(net, x, y), shape=SHAPE, records=4, iterations=200)
    worth = recovered(found.records, x, y, digits[0][100:], digits[1][100:])
    assert worth.gain[1] > 0
    assert worth.closer[0] >= 0.5


def test_descent_finds_a_record_behind_convolutions(digits):
    x, y = digits[0][3:4], digits[1][3:4]
    net = convolutional()
    found = invert_gradient(net, sent(net, x, y), shape=SHAPE, iterations=400, smoothness=1e-4)
    assert found.method == "matching"
    worth = recovered(found.records, x, y, digits[0][100:], digits[1][100:])
    assert worth.psnr[0] > worth.baseline_psnr[0] + 3


def test_noise_instead_of_a_gradient_gives_no_more_than_the_class_mean(digits):
    x, y = digits[0][:4], digits[1][:4]
    net, rng = dense(), np.random.default_rng(0)
    noise = [rng.normal(size=tuple(p.shape)).astype(np.float32) for p in net.parameters()]
    found = invert_gradient(net, noise, shape=SHAPE, records=4, labels=y, iterations=50)
    assert recovered(found.records, x, y, digits[0][100:], digits[1][100:]).gain[2] < 0


def test_records_are_given_the_classes_they_fit(digits):
    x, y = digits[0][:6], digits[1][:6]
    net, order = dense(256), np.array([3, 1, 5, 0, 2, 4])
    seen = movement(net, torch.from_numpy(x), torch.from_numpy(y), steps=1, learning_rate=1.0, graph=False)
    back = pairing(net, [g.detach() for g in seen], x[order], y)
    assert (y[order][back] == y).all()


def test_classes_are_told_from_the_bias():
    p = np.full(10, 0.1)
    gradient = p - np.bincount([3, 3, 7], minlength=10) / 3
    assert told_classes(gradient, 3).tolist() == [3, 3, 7]


def test_what_cannot_be_inverted(digits):
    net = dense()
    good = sent(net, digits[0][:1], digits[1][:1])
    with pytest.raises(ModelError, match=r"nn\.Module with weights"):
        invert_gradient(lambda x: x, good, shape=SHAPE)
    with pytest.raises(DataError, match="does not fit the model"):
        invert_gradient(net, good[1:], shape=SHAPE)
    with pytest.raises(DataError, match="nothing for the parameter"):
        invert_gradient(net, {"1.weight": good[0]}, shape=SHAPE)
    with pytest.raises(DataError, match="NaN"):
        invert_gradient(net, [good[0] * np.nan, *good[1:]], shape=SHAPE)
    with pytest.raises(DataError, match="zero everywhere"):
        invert_gradient(net, [g * 0 for g in good], shape=SHAPE)
    with pytest.raises(DataError, match="2 records"):
        invert_gradient(net, good, shape=SHAPE, records=2, labels=[1])
    with pytest.raises(UsageError, match="records is 0"):
        invert_gradient(net, good, shape=SHAPE, records=0)
    with pytest.raises(UsageError, match="bounds are"):
        invert_gradient(net, good, shape=SHAPE, bounds=(1.0, 0.0))
    conv = convolutional()
    with pytest.raises(ModelError, match="not fully connected"):
        invert_gradient(conv, sent(conv, digits[0][:1], digits[1][:1]), shape=SHAPE, iterations=0)


def test_the_attacker_must_not_own_the_truth(digits):
    x, y = digits[0][:2], digits[1][:2]
    with pytest.raises(DataError, match="2 of 2 records are the attacker's own"):
        recovered(x, x, y, digits[0], digits[1])
    with pytest.raises(DataError, match="no record of class"):
        recovered(x, x, y, digits[0][100:][digits[1][100:] != y[0]], digits[1][100:][digits[1][100:] != y[0]])
