"""What whoever holds a model, or may ask it for logits, brings home from a scan."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bartizan.core.artifact import Artifact
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability

from .inhand.settings import ScanSettings

if TYPE_CHECKING:
    import torch


def brought_home(view: View, params: ScanSettings, seed: int) -> Artifact:
    """See `inhand.gather.gathered`; half of a budget of queries is left for triggers."""
    from .inhand.gather import gathered

    budget, starts = view.budget, params.starts
    if budget.queries is not None and not view.access.allows(Capability.WEIGHTS):
        starts = max(1, min(starts, budget.queries // (2 * view.info.classes * params.climbs)))
    asked = params.model_copy(update={"starts": starts})
    return Artifact("inverted_triggers", gathered(_model(view), view.info, view.auxiliary, asked, seed))


def _model(view: View) -> Callable[[torch.Tensor], torch.Tensor]:
    """The model itself where the adversary holds it, else its metered logits."""
    return view.weights() if view.access.allows(Capability.WEIGHTS) else view.logits
