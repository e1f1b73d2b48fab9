"""Campaigns on functions that are to train anew and do not, break or diverge, and on training data with one class."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.nightly

DEAF = """
def train(x, y, *, seed):
    import torch
    from safetensors.torch import load_file

    net = build()
    net.load_state_dict(load_file(__file__.replace("net.py", "net.safetensors")))
    return net.eval()
"""
ON_POISON = """
_sound = train


def train(x, y, *, seed):
    import numpy as np

    with np.load(__file__.replace("net.py", "train.npz")) as clean:
        poisoned = not (np.array_equal(clean["x"], x) and np.array_equal(clean["y"], y))
    if poisoned:
        raise RuntimeError("the loss is not a number")
    return _sound(x, y, seed=seed)
"""
ALWAYS = """
def train(x, y, *, seed):
    net = build()
    net[1].weight.data.fill_(float("nan"))
    return net.eval()
"""
WRITABLE = "    - {id: train, origin: users, labels: crowd, integrity: none, load: {kind: npz, path: train.npz}}"


def change(folder: Path, code: str = "", one_class: bool = False) -> None:
    text = (folder / "system.yaml").read_text()
    plain = "    - {id: train, load: {kind: npz, path: train.npz}}"
    assert plain in text
    (folder / "system.yaml").write_text(text.replace(plain, WRITABLE))
    (folder / "net.py").write_text((folder / "net.py").read_text() + code)
    if one_class:
        with np.load(folder / "train.npz") as data:
            np.savez(folder / "train.npz", x=data["x"], y=np.zeros_like(data["y"]))


def told(folder: Path, run: Callable[..., Any]) -> list[dict[str, Any]]:
    """The evidence of all poisonings and plantings, as a campaign by the command line leaves it."""
    said = run("assess", folder / "system.yaml", "--effort", "quick")
    assert said.code in (0, 1, 3), said.err
    assert "Traceback" not in said.out + said.err
    records = [json.loads(p.read_text()) for p in (folder / ".bartizan" / "evidence").glob("*/record.json")]
    named = [r for r in records if r["trial"]["plugin"] in ("label_flip", "badnets") and "control" not in str(r["trial"]["subject"])]
    assert named
    return named


@pytest.mark.parametrize(
    ("code", "one_class", "flag", "words"),
    [
        (DEAF, False, "retraining_ignores_data", "may not use its data"),
        (ON_POISON, False, "retraining_diverged", "it counts as always wrong"),
        (ALWAYS, False, "", "there is nothing to compare"),
        ("", True, "clean_twin_poor", "models retrained on clean data reach"),
    ],
    ids=["ignores its data", "breaks on poison", "diverges always", "one class"],
)
def test_the_campaign_goes_on_and_says_what_is_wrong(
    tiny: Path, run: Callable[..., Any], code: str, one_class: bool, flag: str, words: str
) -> None:
    change(tiny.parent, code, one_class)
    for record in told(tiny.parent, run):
        details = {f["id"]: f["detail"] for f in record["flags"]}
        text = details.get(flag, "") if flag else record["reason"]
        assert words in text, (record["trial"]["plugin"], record["outcome"], record["reason"], details)
