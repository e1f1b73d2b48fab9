"""One thread for whatever computes a result: with more, sums are taken in another order and numbers differ."""

from __future__ import annotations

import os

_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def one_thread() -> None:
    """Overrule what the user has set for other programs. Libraries read it when they are first imported."""
    os.environ.update(dict.fromkeys(_SETTINGS, "1"))
