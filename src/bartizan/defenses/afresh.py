"""Starting a network's training over, with what is known of its architecture alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bartizan.core.profile import Effort, NotApplicable

if TYPE_CHECKING:
    import torch


def forget(net: torch.nn.Module, *, seed: int, title: str) -> None:
    """Draw all trained weights of `net` anew, in place, by its layers' own initialisation.

    The global random state is left as it was. Raises `NotApplicable` where a layer with weights has no initialisation:
    what a defence must not inherit would stay in it.
    """
    import torch

    layers = [m for m in net.modules() if next(m.parameters(recurse=False), None) is not None]
    for layer in layers:
        if not callable(getattr(layer, "reset_parameters", None)):
            raise NotApplicable(
                f"{title} trains from the start, and {type(layer).__name__} has no reset_parameters() to start it with"
            )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for layer in layers:
            layer.reset_parameters()  # type: ignore[operator]


def too_long_for(effort: Effort, title: str) -> None:
    """Raises `NotApplicable` at the effort `quick`: every trial that trains the target anew trains it so."""
    if effort == "quick":
        reason = "makes every retraining longer; this effort leaves it out, see --effort standard"
        raise NotApplicable(f"{title} {reason}")
