import pytest

torch = pytest.importorskip("torch")

from bartizan.numerics import losses  # noqa: E402


def _logits(n: int = 20, k: int = 5, scale: float = 3.0) -> tuple["torch.Tensor", "torch.Tensor"]:
    g = torch.Generator().manual_seed(0)
    return torch.randn(n, k, generator=g, dtype=torch.float64) * scale, torch.randint(0, k, (n,), generator=g)


@pytest.mark.parametrize("name", ["ce", "dlr", "margin"])
@pytest.mark.parametrize("k", [2, 3, 5])
def test_the_cotangent_is_the_derivative(name: str, k: int) -> None:
    z, y = _logits(k=k, scale=1.0)
    z.requires_grad_(True)
    t = losses.temperature(z.detach())
    value, cotangent = losses.UNTARGETED[name](z, y, t)
    (want,) = torch.autograd.grad(value.sum(), z)
    assert torch.allclose(want, cotangent, atol=1e-9)


def test_targeted_cotangent() -> None:
    z, y = _logits()
    z.requires_grad_(True)
    value, cotangent = losses.targeted(z, y, torch.ones(20, 1), (y + 1) % 5)
    (want,) = torch.autograd.grad(value.sum(), z)
    assert torch.allclose(want, cotangent)


@pytest.mark.parametrize("name", ["ce", "dlr", "margin"])
def test_scale_of_the_logits_does_not_matter(name: str) -> None:
    z, _ = _logits(scale=10.0)
    y = z.argmax(1)
    small, big = z.float(), (z * 1000).float()
    a = losses.UNTARGETED[name](small, y, losses.temperature(small))[1]
    b = losses.UNTARGETED[name](big, y, losses.temperature(big))[1]
    assert torch.isfinite(b).all()
    assert (b.abs().sum(1) > 0).all()
    assert torch.nn.functional.cosine_similarity(a, b).min() > 0.99


def test_cross_entropy_never_goes_blind_when_the_model_is_sure() -> None:
    z = torch.tensor([[0.0, 40.0, 3.0]])
    y = torch.tensor([1])
    _, cotangent = losses.cross_entropy(z, y, torch.ones(1, 1))
    assert cotangent[0, 1] < 0
    plain = torch.softmax(z, 1)[0, 1] - 1
    assert plain == 0


def test_misclassified_needs_more_than_a_tie() -> None:
    z = torch.tensor([[1.0, 1.0, 0.0], [1.0, 2.0, 0.0], [2.0, 1.0, 0.0]])
    assert losses.misclassified(z, torch.tensor([0, 0, 0])).tolist() == [False, True, False]
