"""One seed, many independent streams."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray


def child(seed: int, *names: str | int) -> int:
    """A seed for the stream called `names` under `seed`: the same everywhere, and unrelated to its siblings.

    In 0 … 2³¹ − 1, so that every library takes it. Names are told apart from numbers and from each other's parts.
    """
    text = "\x1f".join([str(int(seed)), *(f"{type(n).__name__}:{n}" for n in names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1


def streams(seed: int, name: str, x: NDArray[Any]) -> list[np.random.Generator]:
    """Random numbers for each example of `x` (N×…), told apart by its values: the same alone, in company, and in any
    order."""
    return [
        np.random.default_rng(child(seed, name, hashlib.sha256(np.ascontiguousarray(row).tobytes()).hexdigest()))
        for row in x
    ]


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed Python's, NumPy's and torch's own generators, and put them back afterwards."""
    python, numpy = random.getstate(), np.random.get_state()
    torch = sys.modules.get("torch")
    state = torch.get_rng_state() if torch is not None else None
    random.seed(seed)
    np.random.seed(seed % 2**32)
    if torch is not None:
        torch.manual_seed(seed)
    try:
        yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)
        if torch is not None and state is not None:
            torch.set_rng_state(state)
