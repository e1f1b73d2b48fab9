"""How networks of one shape can be trained together, and whether they can."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .layers import layers_of
from .vectorised import answers

if TYPE_CHECKING:
    import torch

Path = Literal["matrix", "vmap", "sequential"]


def path_of(net: torch.nn.Module, other: torch.nn.Module, x: torch.Tensor) -> tuple[Path, str]:
    """How networks like these two can be trained on inputs like `x` (a few), and the reason where it is one by one.

    `matrix`: a chain of linear, convolutional and simpler layers, with backward passes written out (`passes`). `vmap`:
    what torch.func can vectorise. `sequential`: the answer to an input in training depends on more than that input and
    the trained weights (batch normalisation, dropout), or torch.func cannot do it.
    """
    import torch

    reason = _is_more(net, other) or _depends_on_more(net, x)
    if reason:
        return "sequential", reason
    if layers_of(net, x) is not None:
        return "matrix", ""
    try:
        stack = {name: torch.stack([p.detach()] * 2) for name, p in net.named_parameters()}
        answers(net, stack, torch.stack([x, x]))
    except Exception as error:  # whatever torch.func says it cannot do
        return "sequential", f"torch.func cannot vectorise it: {' '.join(str(error).split())[:200]}"
    return "vmap", ""


def _is_more(net: torch.nn.Module, other: torch.nn.Module) -> str:
    """Told by what it is made of."""
    import torch

    if not all(p.requires_grad for p in net.parameters()):
        return "some of its parameters are not to be trained"
    if len(list(net.named_parameters(remove_duplicate=False))) > len(list(net.parameters())):
        return "some of its parameters belong to two layers"  # torch.func puts them back wrongly
    theirs = dict(other.named_buffers())
    if any(not torch.equal(b, theirs[name]) for name, b in net.named_buffers()):
        return "its buffers differ from one network to the next"
    return ""


def _depends_on_more(net: torch.nn.Module, x: torch.Tensor) -> str:
    """Told by behaviour: asked twice, asked in other company, and whether anything in it has changed by asking."""
    import torch

    with torch.no_grad():
        net.train()
        kept = {name: b.clone() for name, b in net.named_buffers()}
        first = net(x)
        if any(not torch.equal(b, kept[name]) for name, b in net.named_buffers()):
            return "it changes its buffers in training"
        if not torch.equal(first, net(x)):
            return "it answers at random in training"
        fewer = net(x[: max(len(x) // 2, 2)])
        if not torch.allclose(first[: len(fewer)], fewer, rtol=1e-3, atol=1e-4):
            return "in training it answers an input by the others of its batch"
    return ""
