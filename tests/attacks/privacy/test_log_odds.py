import numpy as np
import pytest

from bartizan.attacks.privacy.log_odds import log_odds, log_scores
from bartizan.core.errors import ModelError
from bartizan.numerics.linear import LinearTarget

torch = pytest.importorskip("torch")
X = np.random.default_rng(0).random((20, 4)).astype(np.float32)
Y = np.arange(20) % 3
W = np.random.default_rng(1).normal(size=(4, 3)).astype(np.float32)


def network():
    net = torch.nn.Linear(4, 3, bias=False)
    with torch.no_grad():
        net.weight.copy_(torch.from_numpy(W.T.copy()))
    return net.eval()


@pytest.mark.parametrize("model", [LinearTarget(W), network(), lambda x: x @ W], ids=["target", "module", "function"])
def test_every_kind_of_model_says_the_same(model):
    z = X.astype(np.float64) @ W
    p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
    true = p[np.arange(20), Y]
    assert log_scores(model, X, 3) == pytest.approx(np.log(p), abs=1e-4)
    assert log_odds(model, X, Y) == pytest.approx(np.log(true / (1 - true)), abs=1e-3)


def test_answers_of_another_shape_or_without_numbers():
    with pytest.raises(ModelError, match="no numbers"):
        log_scores(lambda x: x @ W, X, 4)
    with pytest.raises(ModelError, match="no numbers"):
        log_scores(lambda x: np.full((len(x), 3), np.nan), X, 3)
