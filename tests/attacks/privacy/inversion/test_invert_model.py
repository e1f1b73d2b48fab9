import numpy as np
import pytest

from bartizan.attacks.privacy import invert_model, resemblance
from bartizan.core.errors import DataError, ModelError, UsageError

torch = pytest.importorskip("torch")


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture(scope="module")
def digits():
    from sklearn.datasets import load_digits

    data = load_digits()
    return (data.images[:, None] / 16).astype(np.float32), data.target.astype(np.int64)


def fitted(x, y, classes, epochs=300):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(x[0].size, classes))
    optimiser = torch.optim.Adam(net.parameters(), lr=0.02, weight_decay=1e-3)
    for _ in range(epochs):
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(net(torch.from_numpy(x)), torch.from_numpy(y)).backward()
        optimiser.step()
    return net.eval()


def test_a_model_of_many_records_a_class_shows_their_average(digits):
    x, y = digits
    net = fitted(x[:800], y[:800], 10)
    drawn = invert_model(net, np.arange(10), shape=(1, 8, 8), start=x[1200:].mean(0))
    assert (drawn.probability > 0.9).all()
    seen = resemblance(drawn.records, drawn.classes, x[:800], y[:800], x[800:], y[800:])
    assert seen.verdict == "class average", seen
    assert seen.towards_average[1] > 0


def test_a_model_of_one_record_a_person_shows_that_record(digits):
    x, _ = digits
    persons = np.arange(60)
    net = fitted(x[:60], persons, 60)
    drawn = invert_model(net, persons, shape=(1, 8, 8), start=x[1200:].mean(0))
    seen = resemblance(drawn.records, persons, x[:60], persons, x[100:1000], np.full(900, 1000))
    assert seen.verdict == "record", seen
    assert seen.towards_average is None


def test_noise_resembles_nobody(digits):
    x, y = digits
    noise = np.random.default_rng(0).random((10, 1, 8, 8), np.float32)
    assert resemblance(noise, np.arange(10), x[:800], y[:800], x[800:], y[800:]).verdict != "record"


def test_what_cannot_be_drawn(digits):
    net = fitted(digits[0][:100], digits[1][:100], 10, epochs=2)
    with pytest.raises(DataError, match="whole numbers"):
        invert_model(net, [0.5], shape=(1, 8, 8))
    with pytest.raises(ModelError, match="not N×K logits"):
        invert_model(net, [10], shape=(1, 8, 8))
    with pytest.raises(ModelError, match="no gradient"):
        invert_model(lambda x: net(x).detach(), [1], shape=(1, 8, 8))
    with pytest.raises(DataError, match="start has shape"):
        invert_model(net, [1], shape=(1, 8, 8), start=np.zeros((2, 2)))
    with pytest.raises(UsageError, match="iterations 0"):
        invert_model(net, [1], shape=(1, 8, 8), iterations=0)


def test_records_must_be_held_out(digits):
    x, y = digits
    with pytest.raises(DataError, match="100 held-out records were trained on"):
        resemblance(x[:1], y[:1], x[:200], y[:200], x[100:300], y[100:300])
    with pytest.raises(DataError, match="no record of class 10"):
        resemblance(x[:1], np.array([10]), x[:200], y[:200], x[300:400], y[300:400])
