"""What each loss asks of the gradient: a cotangent on the logits, row by row, of unit size whatever the logits' scale.

A loss only ever enters as the direction it pulls the logits in, so that nothing saturates or underflows, two classes
work as well as a thousand, and rows of different aims share one backward pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .jobs import Loss

if TYPE_CHECKING:
    import torch

TEMPERATURE = 5.0


def cotangent(
    loss: Loss, z: torch.Tensor, y: torch.Tensor, other: torch.Tensor, target: torch.Tensor, *, first_half: bool
) -> torch.Tensor:
    """N×K: the direction in which logits `z` are to move. `other` is the best class besides `y` at this point."""
    import torch

    out = torch.zeros_like(z)
    if loss == "two_phase" and first_half:
        return out.scatter_(1, y[:, None], -1.0)
    if loss == "tempered":
        return _tempered(z, y, other)
    up = target if loss == "target" else other
    return out.scatter_(1, up[:, None], 1.0).scatter_(1, y[:, None], -1.0)


def _tempered(z: torch.Tensor, y: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Of p_other − p_y, where p is the softmax of logits centred and scaled to a mean size of 1 / 5 of the range.

    After the probability margin of Ma et al., Towards better evaluation of adversarial robustness, arXiv:2412.15615,
    with a temperature for each row, so that it works on logits of any scale.
    """
    centred = z - z.mean(1, keepdim=True)
    p = (TEMPERATURE / 2 * centred / centred.abs().mean(1, keepdim=True).clamp_min(1e-30)).softmax(1)
    p_y, p_o = p.gather(1, y[:, None]), p.gather(1, other[:, None])
    out = ((p_y - p_o) * p).scatter_add(1, other[:, None], p_o).scatter_add(1, y[:, None], -p_y)
    return out / out.abs().amax(1, keepdim=True).clamp_min(1e-30)
