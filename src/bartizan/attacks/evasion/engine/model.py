"""The model under attack as the slot machine sees it: logits N×K of whatever was given, every pass counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bartizan.core.errors import ModelError

if TYPE_CHECKING:
    import torch

_TINY = 1e-30


@dataclass
class Logits:
    """A callable from inputs to logits N×K, K ≥ 2.

    A single output a row is read as the logit of class 1 of two. Probabilities are turned into their logarithms, so
    that gradients do not fade where the model is sure (`probabilities` says whether that was done). With `draws` above
    1 every answer is the mean over so many, for models that answer at random.
    metered: `ask` also wants to know, as its second argument, which example each row is spent on (int64, N).
    """

    ask: Callable[..., torch.Tensor]
    probabilities: bool = False
    draws: int = 1
    metered: bool = False

    def __call__(self, x: torch.Tensor, of: torch.Tensor | None = None) -> torch.Tensor:
        """Logits of `x`; one pass a row and draw. `of`: the example each row is spent on."""
        z = self._once(x, of)
        for _ in range(self.draws - 1):
            z = z + self._once(x, of)
        return z / self.draws if self.draws > 1 else z

    def _once(self, x: torch.Tensor, of: torch.Tensor | None) -> torch.Tensor:
        asked = self.ask(x, of.cpu().numpy()) if self.metered and of is not None else self.ask(x)
        z = two_columns(tensor(asked)).float()
        return z.clamp_min(_TINY).log() if self.probabilities else z


def tensor(z: object) -> torch.Tensor:
    """`z` if it is a tensor. Raises `ModelError`."""
    import torch

    if not isinstance(z, torch.Tensor):
        raise ModelError(f"the model returned {type(z).__name__}, not a tensor; wrap it so that it returns logits N×K")
    return z


def two_columns(z: torch.Tensor) -> torch.Tensor:
    """N×K as it is; a single logit s a row (N or N×1) as the pair (−s/2, s/2), whose margin is s."""
    import torch

    if z.ndim == 1:
        z = z[:, None]
    return torch.cat([-z / 2, z / 2], 1) if z.shape[1] == 1 else z


def looks_like_probabilities(z: torch.Tensor) -> bool:
    """Whether every row of outputs (N×K, K ≥ 2) is non-negative and sums to 1."""
    return bool((z >= 0).all()) and bool(((z.sum(1) - 1).abs() < 1e-3).all())


def checked(answer: object, n: int, classes: int) -> torch.Tensor:
    """The answer as logits N×K, if they are finite with room for labels below `classes`. Raises `ModelError`."""
    import torch

    z = tensor(answer)
    if z.ndim not in (1, 2) or len(z) != n:
        raise ModelError(f"the model returned shape {tuple(z.shape)} for {n} inputs; it must return logits N×K")
    z = two_columns(z)
    if z.shape[1] < classes:
        raise ModelError(
            f"the model returned {z.shape[1]} classes and the labels go up to {classes - 1}; "
            "check the labels, or give the model that belongs to them"
        )
    if not bool(torch.isfinite(z).all()):
        rows = int((~torch.isfinite(z)).any(1).sum())
        raise ModelError(
            f"the model returned NaN or infinity for {rows} of {n} unchanged inputs; check the scaling and the weights"
        )
    return z
