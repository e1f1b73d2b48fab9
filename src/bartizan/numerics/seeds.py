"""One seed, many independent streams."""

from __future__ import annotations

import hashlib


def child(seed: int, *names: str | int) -> int:
    """A seed for the stream called `names` under `seed`: the same everywhere, and unrelated to its siblings.

    In 0 … 2³¹ − 1, so that every library takes it. Names are told apart from numbers and from each other's parts.
    """
    text = "\x1f".join([str(int(seed)), *(f"{type(n).__name__}:{n}" for n in names)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") >> 1
