"""What cannot be attacked is refused in one sentence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.evasion import robust_accuracy
from bartizan.core.errors import UsageError

from .conftest import Pairs, Through

torch = pytest.importorskip("torch")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"bounds": (0.0, 0.5)}, "outside the bounds 0 to 0.5; scale the data"),
        ({"bounds": (1.0, 0.0)}, "give the lowest and the highest value"),
        ({"eps": 0.0}, "it must be above 0"),
        ({"eps": float("nan")}, "it must be above 0"),
        ({"eps": 2.0}, "larger than the whole range of inputs"),
        ({"eps": 8 / 255, "norm": "l0"}, "counts changed values"),
        ({"norm": "l3"}, "there is no norm 'l3'; known are linf"),
        ({"plan": "slow"}, "there is no plan 'slow'; known are quick"),
        ({"x": np.zeros((0, 1, 14, 14), np.float32), "y": np.zeros(0, np.int64)}, "at least one example"),
        ({"y": np.zeros(3, np.int64)}, "one class for each"),
        ({"y": np.zeros(120)}, "give integers"),
        ({"y": np.full(120, -1)}, "classes count from 0"),
        ({"y": np.full(120, 10)}, "returned 10 classes and the labels go up to 10"),
        ({"x": np.full((120, 1, 14, 14), np.nan, np.float32)}, "NaN or infinity"),
    ],
)
def test_arguments(change: dict[str, Any], sentence: str, reader: Any, few: Pairs) -> None:
    arguments = {"x": few[0], "y": few[1], "eps": 0.1, **change}
    with pytest.raises(UsageError, match=sentence):
        robust_accuracy(reader, **arguments)


@pytest.mark.parametrize(
    ("after", "sentence"),
    [
        (lambda z: z * float("nan"), "NaN or infinity for"),
        (lambda z: z[:5], "it must return logits"),
        (lambda z: z[:, :, None], "it must return logits"),
        (lambda z: z.numpy(), "not a tensor"),
    ],
)
@pytest.mark.parametrize("checks", [True, False])
def test_models(after: Any, sentence: str, checks: bool, reader: Any, few: Pairs) -> None:
    with pytest.raises(UsageError, match=sentence):
        robust_accuracy(Through(reader, after=after), *few, eps=0.1, checks=checks)


def test_training_mode_is_refused(few: Pairs) -> None:
    with pytest.raises(UsageError, match=r"call model.eval\(\)"):
        robust_accuracy(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(196, 10)), *few, eps=0.1)


def test_infinite_gradients_are_no_reason_to_stop(reader: Any, few: Pairs) -> None:
    """The square root's slope at 0 is infinite; where it enters, a gradient says nothing."""
    found = robust_accuracy(Through(reader, before=lambda x: x.sqrt() ** 2), *few, eps=0.1, plan="quick")
    assert np.isfinite(found.adversarial).all()
    assert "zero_gradients" in {f.id for f in found.flags}
