"""Imported once by the fork server, so that every worker starts with the engine in place."""

from __future__ import annotations

import os
from importlib.util import find_spec

os.environ.setdefault("OMP_NUM_THREADS", "1")

from . import work

if find_spec("torch") is not None:
    import torch

    torch.set_num_threads(1)

__all__ = ["work"]
