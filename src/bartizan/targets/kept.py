"""Networks trained in this process, so that trials that need the same training do not each repeat it.

A clean twin is the same for every poisoning trial of one seed, and what lies under a defence is the same with every
defence. A training is told by its digest (recipe, data and seed); whoever asks gets a copy of their own.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from typing import Any

MOST_BYTES = 256 * 2**20
_KEPT: OrderedDict[str, tuple[Any, int]] = OrderedDict()


def keep(digest: str, network: Any) -> None:
    """Keep a copy of an `nn.Module`, for as long as it and the ones asked for later take up little memory."""
    size = sum(t.numel() * t.element_size() for t in network.state_dict().values())
    if size > MOST_BYTES:
        return
    _KEPT[digest] = copy.deepcopy(network), size
    while sum(n for _, n in _KEPT.values()) > MOST_BYTES:
        _KEPT.popitem(last=False)


def kept(digest: str) -> Any | None:
    """A copy of the network of that training, or None when it is not kept."""
    if digest not in _KEPT:
        return None
    _KEPT.move_to_end(digest)
    return copy.deepcopy(_KEPT[digest][0])


def forget() -> None:
    """Keep nothing any more."""
    _KEPT.clear()
