"""Triggers of backdoors as functions of an input, written down as a name and its arrays.

`triggered(x, trigger)` is the one place where a trigger is applied: by whoever plants it, by the referee that tries it
out, by scans and by guards. Nothing is ever unpickled: the name chooses among the functions of this file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array
from bartizan.numerics.generators import generated
from bartizan.numerics.warps import warped

Arrays = Mapping[str, NDArray[np.generic]]
PREFIX = "trigger"


@dataclass(frozen=True)
class Trigger:
    """kind: a key of `KINDS`; arrays: what that function reads, in the shape of one input."""

    kind: str
    arrays: Arrays

    def stored(self) -> dict[str, NDArray[np.generic]]:
        """The arrays under names that say the kind: `trigger.patch.mask`."""
        return {f"{PREFIX}.{self.kind}.{name}": np.asarray(a) for name, a in self.arrays.items()}


def stored_in(arrays: Arrays) -> Trigger:
    """The trigger among the arrays of an artifact. Raises `ValueError` where there is none, or one of no known kind."""
    parts = [name.split(".", 2) for name in arrays if name.startswith(PREFIX + ".")]
    kinds = {p[1] for p in parts if len(p) == 3}
    if len(kinds) != 1 or not kinds <= set(KINDS):
        raise ValueError(f"one trigger of a known kind ({', '.join(KINDS)}) was to be handed over, not {sorted(kinds)}")
    kind = kinds.pop()
    return Trigger(kind, {p[2]: arrays[".".join(p)] for p in parts})


def triggered(x: Array, trigger: Trigger) -> Array:
    """`x` (N×…) with the trigger on every input, float32. Raises `ValueError` on arrays that do not fit the inputs."""
    if trigger.kind not in KINDS:
        raise ValueError(f"there is no trigger of the kind {trigger.kind!r}; known are {', '.join(KINDS)}")
    try:
        out = np.asarray(KINDS[trigger.kind](x, trigger.arrays), np.float32)
    except (KeyError, IndexError, RuntimeError) as error:
        raise ValueError(f"the arrays of a trigger of the kind {trigger.kind} do not fit: {error}") from error
    if out.shape != x.shape:
        raise ValueError(f"a trigger made inputs of shape {out.shape} of such of shape {x.shape}")
    return out


def _patched(x: Array, a: Arrays) -> NDArray[np.generic]:
    """Entries where `mask` is true overwritten by `pattern`."""
    return np.asarray(np.where(np.asarray(a["mask"], np.bool_), np.asarray(a["pattern"], np.float32), x), np.float32)


def _blended(x: Array, a: Arrays) -> NDArray[np.generic]:
    """(1 − α) x + α pattern; `alpha` is a number, or one for each entry of an input."""
    alpha = np.asarray(a["alpha"], np.float32)
    return np.asarray((1 - alpha) * x + alpha * np.asarray(a["pattern"], np.float32))


def _added(x: Array, a: Arrays) -> NDArray[np.generic]:
    """`pattern` added, and cut off at `bounds` (low, high)."""
    low, high = np.asarray(a["bounds"], np.float32)
    return np.asarray(np.clip(x + np.asarray(a["pattern"], np.float32), low, high), np.float32)


def _warped(x: Array, a: Arrays) -> NDArray[np.generic]:
    """Each pixel fetched from `flow` (2×H×W, pixels down and right) away."""
    return warped(x, np.asarray(a["flow"], np.float32))


def _generated(x: Array, a: Arrays) -> NDArray[np.generic]:
    """A small network's answer to the input added, at most `eps` an entry, and cut off at `bounds`."""
    low, high = np.asarray(a["bounds"], np.float32)
    return np.asarray(np.clip(x + generated(x, a), low, high), np.float32)


KINDS: dict[str, Callable[[Array, Arrays], NDArray[np.generic]]] = {
    "patch": _patched,
    "blend": _blended,
    "add": _added,
    "warp": _warped,
    "generated": _generated,
}
