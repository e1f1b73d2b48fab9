"""The scoring code that the authors of LiRA and RMIA published, run as they wrote it on answers of ours.

None of it is kept here. The environment names a folder, `MIA_AUTHORS`, with the two repositories in it:

    privacy           github.com/tensorflow/privacy; of it research/mi_lira_2021/plot.py (Carlini et al., S&P 2022)
    ml_privacy_meter  github.com/privacytrustlab/ml_privacy_meter at d32734161a, the commit that its page on the paper
                      names; of it research/2024_rmia/main.py (Zarifzadeh et al., ICML 2024)

Their scripts run experiments as soon as they are imported, so the functions are taken out of the text by name.
"""

from __future__ import annotations

import ast
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Mask = NDArray[np.bool_]
LIRA = "privacy/research/mi_lira_2021/plot.py"
RMIA = "ml_privacy_meter/research/2024_rmia/main.py"


class NotThere(Exception):
    """The authors' code is not on this machine; says what to put where."""


def folder() -> Path:
    """Where the repositories lie. Raises `NotThere`."""
    named = os.environ.get("MIA_AUTHORS", "")
    missing = [f for f in (LIRA, RMIA) if not named or not (Path(named) / f).is_file()]
    if missing:
        raise NotThere(f"set MIA_AUTHORS to a folder with {' and '.join(missing)}; see extraction/authors.py")
    return Path(named)


def functions(path: Path, names: tuple[str, ...], known: dict[str, Any]) -> dict[str, Any]:
    """Functions of a script by name, without running the rest of it; `known`: the names that they use."""
    text = ast.parse(path.read_text())
    chosen = [n for n in text.body if isinstance(n, ast.FunctionDef) and n.name in names]
    if {n.name for n in chosen} != set(names):
        raise NotThere(f"{path} has no {' or '.join(sorted(set(names) - {n.name for n in chosen}))}")
    for n in chosen:
        n.decorator_list = []
    space = dict(known)
    exec(compile(ast.Module(chosen, []), str(path), "exec"), space)
    return space


def lira(sure: Scores, refs: Scores, inside: Mask, *, online: bool, fixed: bool) -> Scores:
    """Higher for members. sure: log-odds N, refs, inside: K×N. fixed: one spread for all records."""
    import scipy.stats

    name = "generate_ours" if online else "generate_ours_offline"
    theirs = functions(folder() / LIRA, (name,), {"np": np, "scipy": scipy})[name]
    nobody = np.zeros((1, len(sure)), np.bool_)
    low, _ = theirs(inside, refs[:, :, None], nobody, sure[None, :, None], fix_variance=fixed)
    return -np.asarray(low, np.float64)


def rmia(sure: Scores, refs: Scores, inside: Mask, *, offline: float | None) -> Scores:
    """Higher for members, γ = 1, all records as population. offline: their a, or None for online."""
    import scipy.stats
    import torch

    with tempfile.TemporaryDirectory() as log:
        known = {"np": np, "torch": torch, "trim_mean": scipy.stats.trim_mean, "log_dir": log, "model_index": 0}
        theirs = functions(folder() / RMIA, ("str2bool", "aggregate_signals"), known)["aggregate_signals"]
        audit = {
            "num_ref_models": len(refs), "nb_augmentation": 1, "top_k": -1, "augmentation": "none", "gamma": 1.0,
            "offline": "False" if offline is None else "True", "offline_a": offline or 0.0, "proportiontocut": 0.0,
            "report_log": "",
        }  # fmt: skip
        every = torch.arange(len(sure))
        low, _ = theirs(
            "softmax_relative", np.zeros(len(sure), np.bool_), torch.from_numpy(_p(sure))[:, None], every,
            torch.from_numpy(inside), torch.from_numpy(_p(refs))[:, :, None], every, {"audit": audit},
        )  # fmt: skip
    return -np.asarray(low, np.float64).ravel()


def _p(sure: Scores) -> Scores:
    return np.asarray(1 / (1 + np.exp(-sure)), np.float64)
