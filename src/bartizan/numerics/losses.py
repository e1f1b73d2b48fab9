"""Losses an attacker raises, each given as its value and its cotangent: the derivative by the logits, row by row.

Handing cotangents to one backward pass lets rows of a batch follow different losses. All of them are made to work for
two classes and for logits of any scale: logits are first divided by a `temperature` for each row, held fixed while an
example is attacked, so that nothing saturates in float32 and values stay comparable from step to step.

Arguments: `z` logits N×K, `y` true classes N, `temperature` N×1. Values grow as the attack gets nearer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

_WIDEST = 20.0
"""Largest range of logits left as it is: softmax keeps e⁻²⁰ ≈ 2·10⁻⁹ of probability, which float32 still tells."""


def temperature(z: torch.Tensor) -> torch.Tensor:
    """N×1, at least 1: what to divide the logits by so that each row spans at most 20."""
    return ((z.amax(1, keepdim=True) - z.amin(1, keepdim=True)) / _WIDEST).clamp_min(1.0)


def best_other(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The class with the highest logit besides `y`, N."""
    return z.scatter(1, y[:, None], float("-inf")).argmax(1)


def margin_of(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Highest other logit minus the true class's, N: above 0 the example is misclassified."""
    other = best_other(z, y)
    return (z.gather(1, other[:, None]) - z.gather(1, y[:, None])).squeeze(1)


SLACK = 1e-5
"""Another class wins by more than this share of a row's range, so that rounding cannot turn it back."""


def misclassified(z: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Whether another class wins by more than the slack."""
    return standing(z, y)[2]


def standing(z: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The best class besides `y`, by how much it leads (`margin_of`), and whether it wins; N each."""
    import torch

    mine = z.gather(1, y[:, None])
    top, other = z.scatter(1, y[:, None], float("-inf")).max(1, keepdim=True)
    lead = (top - mine).squeeze(1)
    reach = torch.maximum(top, mine).squeeze(1) - z.amin(1)
    return other.squeeze(1), lead, lead > SLACK * reach


def margin(z: torch.Tensor, y: torch.Tensor, temperature: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Highest other logit minus the true one. Carlini and Wagner, arXiv:1608.04644."""
    return margin_of(z, y) / temperature.squeeze(1), _pull(z, best_other(z, y), y)


def targeted(
    z: torch.Tensor, y: torch.Tensor, temperature: torch.Tensor, target: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logit of the class `target` (N) minus the true one's."""
    gap = (z.gather(1, target[:, None]) - z.gather(1, y[:, None])).squeeze(1)
    return gap / temperature.squeeze(1), _pull(z, target, y)


def cross_entropy(z: torch.Tensor, y: torch.Tensor, temperature: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """−log softmax(z / temperature)[y]. The cotangent is exact where p(y) is next to 1, where 1 − p would be 0."""
    t = z / temperature
    log_p = t.log_softmax(1)
    others = t.scatter(1, y[:, None], float("-inf"))
    p = log_p.exp().scatter(1, y[:, None], 0.0)
    not_y = (others.logsumexp(1) - t.logsumexp(1)).exp()
    return -log_p.gather(1, y[:, None]).squeeze(1), p.scatter(1, y[:, None], -not_y[:, None])


def dlr(z: torch.Tensor, y: torch.Tensor, temperature: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Difference of logits ratio, (max other − true) / (1st − 3rd); with two classes, where it is constant, the margin.

    Croce and Hein, arXiv:2003.01690.
    """
    if z.shape[1] < 3:
        return margin(z, y, temperature)
    top = z.topk(3, dim=1)
    spread = (top.values[:, 0] - top.values[:, 2]).clamp_min(1e-12)
    gap = margin_of(z, y)
    value = gap / spread
    cotangent = _pull(z, best_other(z, y), y) / spread[:, None]
    cotangent.scatter_add_(1, top.indices[:, :1], (-value / spread)[:, None])
    cotangent.scatter_add_(1, top.indices[:, 2:], (value / spread)[:, None])
    return value, cotangent


UNTARGETED: dict[str, Callable[..., tuple[torch.Tensor, torch.Tensor]]] = {
    "ce": cross_entropy,
    "dlr": dlr,
    "margin": margin,
}


def by_name(
    name: str, z: torch.Tensor, y: torch.Tensor, temperature: torch.Tensor, target: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """Value and cotangent of the loss `name`: a key of `UNTARGETED`, or `target` with the classes to be driven to."""
    if name == "target":
        return targeted(z, y, temperature, target)
    return UNTARGETED[name](z, y, temperature)


def _pull(z: torch.Tensor, up: torch.Tensor, down: torch.Tensor) -> torch.Tensor:
    """N×K: +1 at the classes `up`, −1 at the classes `down`."""
    import torch

    one = torch.ones_like(z[:, :1])
    return torch.zeros_like(z).scatter_add_(1, up[:, None], one).scatter_add_(1, down[:, None], -one)
