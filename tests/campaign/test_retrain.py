"""Trials on functions that are to train anew and do not, break or diverge, and on training data with one class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bartizan.campaign.work import Job, execute
from bartizan.core import plugins
from bartizan.core.access import Access
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability, Outcome

pytest.importorskip("torch")
DEAF = """
def train(x, y, *, seed):
    from safetensors.torch import load_file

    net = build()
    net.load_state_dict(load_file(__file__.replace("net.py", "net.safetensors")))
    return net.eval()
"""
BREAKS_ON_POISON = """
_sound = train


def train(x, y, *, seed):
    import numpy as np

    with np.load(__file__.replace("net.py", "train.npz")) as clean:
        if not (np.array_equal(clean["x"], x) and np.array_equal(clean["y"], y)):
            raise RuntimeError("the loss is not a number")
    return _sound(x, y, seed=seed)
"""
DIVERGES = """
def train(x, y, *, seed):
    net = build()
    net[1].weight.data.fill_(float("nan"))
    return net.eval()
"""
WRITES = Access(capabilities=(Capability.DATA_WRITE,))


def flipping(name: str) -> Trial:
    return Trial(
        name=name,
        kind="attack",
        plugin="label_flip",
        version=plugins.attack("attack", "label_flip").spec.version,
        subject=Subject(kind="target", id="reader"),
        params={"doses": [0.1], "seeds": 2},
        access=WRITES,
        examples=100,
        seed=0,
    )


@pytest.mark.parametrize(
    ("code", "one_class", "flag", "words"),
    [
        (DEAF, False, "retraining_ignores_data", "the training function may not use its data"),
        (BREAKS_ON_POISON, False, "retraining_diverged", "it counts as always wrong"),
        (DIVERGES, False, "", "NaN"),
        ("", True, "clean_twin_poor", "models retrained on clean data reach"),
    ],
    ids=["ignores its data", "breaks on poison", "diverges always", "one class"],
)
def test_it_is_said_what_is_wrong_with_the_training(
    tiny: Path, code: str, one_class: bool, flag: str, words: str
) -> None:
    net, data = tiny.parent / "net.py", tiny.parent / "train.npz"
    net.write_text(net.read_text() + code)
    if one_class:
        with np.load(data) as kept:
            np.savez(data, x=kept["x"], y=np.zeros_like(kept["y"]))
    result = execute(Job(flipping("flips"), str(tiny)))
    assert "\n" not in result.reason
    if flag:
        assert words in {f.id: f.detail for f in result.measured.flags}.get(flag, ""), result
    else:
        assert (result.outcome, words in result.reason) == (Outcome.ERROR, True), result.reason
