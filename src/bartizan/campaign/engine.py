"""Imported once by the fork server, so that every worker starts with the engine in place."""

from __future__ import annotations

from importlib.util import find_spec

from .threads import one_thread

one_thread()

from . import work  # noqa: E402 - numbers of threads are read when libraries are first imported

if find_spec("torch") is not None:
    import torch

    torch.set_num_threads(1)

__all__ = ["work"]
