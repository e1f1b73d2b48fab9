from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from bartizan.attacks.evasion.minimum import minimum_norm  # noqa: E402


def search(logits, x, y, norm, steps=30, known=None, size=None):
    none = torch.full((len(x),), float("inf"))
    return minimum_norm(
        lambda x, _: logits(x), x, y, np.arange(len(y)), norm=norm, bounds=(0.0, 1.0), steps=steps,
        known=x.clone() if known is None else known, known_size=none if size is None else size,
        generator=torch.Generator().manual_seed(0),
    )  # fmt: skip


@pytest.mark.parametrize("norm", ["linf", "l2"])
def test_finds_the_closed_form_on_a_linear_model(norm):
    g = torch.Generator().manual_seed(1)
    w, x = torch.randn(40, generator=g), 0.5 + 0.05 * torch.randn(16, 40, generator=g)
    logits = lambda x: torch.stack([-(x - 0.5) @ w, (x - 0.5) @ w], 1)  # noqa: E731
    y = logits(x).argmax(1)
    best, size = search(logits, x, y, norm)
    dual = w.abs().sum() if norm == "linf" else w.norm()
    exact = ((x - 0.5) @ w).abs() / dual
    assert (logits(best).argmax(1) != y).all()
    assert (size >= exact * (1 - 1e-4)).all()
    assert (size <= exact * 1.01 + 1e-6).all()


@pytest.mark.parametrize(("norm", "worse"), [("linf", 1.05), ("l2", 1.05)])
def test_thirty_steps_come_close_to_two_hundred(reader, digits, norm, worse):
    x, y = torch.from_numpy(digits.x[:12]), torch.from_numpy(digits.y[:12])
    _, short = search(reader, x, y, norm)
    _, long = search(reader, x, y, norm, steps=200)
    assert torch.isfinite(short).all()
    assert short.median() <= long.median() * worse


def test_a_known_success_is_never_lost(reader, digits):
    x, y = torch.from_numpy(digits.x[:10]), torch.from_numpy(digits.y[:10])
    first, size = search(reader, x, y, "l2", steps=10)
    second, smaller = search(reader, x, y, "l2", steps=10, known=first, size=size)
    assert (smaller <= size).all()
    assert (reader(second).argmax(1) != y).all()
