"""`scan_model`: does the model in hand carry a backdoor?"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bartizan.core.data import Array, Data, Labels
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.core.target import TargetInfo

from ...stacked import Recipe
from .look import Look, look
from .null import Null, Standing, clean_models, null_of
from .settings import FEWEST_CLASSES, FEWEST_CLEAN, RANKING, STATING, ScanSettings
from .verdict import Trigger, Verdict, decide, triggers

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class ModelScan:
    """verdict and `why`, in words that say how far they reach. triggers: inverted ones, the most convincing first.

    target: the class that is shown or suspected to be led to, −1 where inputs of every class are led elsewhere, None
    where nothing is. p: conformal, None without at least 20 matched clean models. look: all that was measured. notes:
    what could not be done and why. seconds: clock.
    """

    verdict: Verdict
    why: str
    target: int | None
    triggers: tuple[Trigger, ...]
    standing: Standing | None
    look: Look | None
    notes: tuple[str, ...]
    seconds: float

    @property
    def p(self) -> float | None:
        """See above."""
        return self.standing.p if self.standing is not None and self.standing.models >= STATING else None


def scan_model(
    model: Any,
    x: Any = None,
    y: Any = None,
    *,
    shape: tuple[int, ...] | None = None,
    bounds: tuple[float, float] = (0.0, 1.0),
    null: Null | None = None,
    settings: ScanSettings | None = None,
    seed: int = 0,
) -> ModelScan:
    """Look for a backdoor in `model` (an `nn.Module`, or whatever answers tensors with differentiable logits).

    x (N×…, in `bounds`), y (N): clean samples that the model's maker never saw; from 100 on triggers are inverted with
    one half and tried on the other, with fewer only maximum margins are compared. shape: of one input, where there are
    no samples at all. null: of `clean_null` with the same samples and settings; without one no p-value is given.
    Raises `UsageError` and its kin in one sentence on what cannot be scanned.
    """
    chosen = settings or ScanSettings()
    clean, notes = _clean(x, y, bounds)
    inputs = shape if clean is None and x is None else tuple(np.shape(x)[1:])
    if inputs is None:
        raise UsageError("give clean samples x and y, or the shape of one input")
    net, model = model, _at_home(model)
    classes = _classes(model, inputs, bounds)
    if isinstance(classes, str):
        return _not_examined(classes, notes)
    if classes < FEWEST_CLASSES:
        return _not_examined(f"{classes} classes cannot be compared with each other; the scan needs 3", notes)
    seen = look(model, _interface(classes, inputs, bounds), clean, chosen, seed, _network(net))
    if seen.alone:
        notes.append(f"no students were held beside the model: {seen.alone}")
    standing = _standing(null, seen, clean is not None, notes)
    found = triggers(seen, standing, chosen)
    verdict, why, target = decide(seen, found, standing, chosen)
    return ModelScan(verdict, why, target, found, standing, seen, tuple(notes), seen.seconds)


def clean_null(
    recipe: Recipe | Iterable[Any],
    x: Any,
    y: Any,
    *,
    train: tuple[Array, Labels] | None = None,
    models: int = STATING,
    bounds: tuple[float, float] = (0.0, 1.0),
    settings: ScanSettings | None = None,
    seed: int = 0,
) -> Null:
    """The null for `scan_model` with the same x, y, bounds and settings: clean models by the recipe of the one in hand.

    recipe: trained `models` times on random halves of the clean training set `train`; or models that somebody trained.
    5 to 8 are enough to rank, 20 to state 5 %; 59 none of which alarms bound the rate at 5 % with 95 % confidence.
    """
    chosen = settings or ScanSettings()
    clean, notes = _clean(x, y, bounds)
    if clean is None:
        raise UsageError(f"a null needs clean samples, too: {notes[0]}")
    if isinstance(recipe, Recipe):
        if train is None:
            raise UsageError("clean models need a clean training set; give train=(x, y)")
        recipe = clean_models(recipe, *train, models=models, seed=seed)

    def statistics(model: Any) -> dict[str, float]:
        model = _at_home(model)
        classes = _classes(model, clean.x.shape[1:], bounds)
        if isinstance(classes, str):
            raise ModelError(f"a clean model cannot be examined: {classes}")
        return look(model, _interface(classes, clean.x.shape[1:], bounds), clean, chosen, seed).statistics()

    return null_of(recipe, statistics)


def _clean(x: Any, y: Any, bounds: tuple[float, float]) -> tuple[Data | None, list[str]]:
    """The samples, or None with the reason where they are too few or of one class."""
    if not np.isfinite(bounds).all() or not bounds[0] < bounds[1]:
        raise UsageError(f"bounds {bounds} must be two finite numbers, the low one first")
    if x is None or y is None:
        return None, ["no clean samples were given, so that only maximum margins were compared"]
    a, c = np.ascontiguousarray(x, np.float32), np.asarray(y)
    if len(a) != len(c) or c.ndim != 1 or not np.issubdtype(c.dtype, np.integer):
        raise DataError(f"{len(a)} samples and classes of shape {c.shape} do not match; give one whole number a sample")
    if not np.isfinite(a).all() or (len(a) and (a.min() < bounds[0] - 1e-6 or a.max() > bounds[1] + 1e-6)):
        raise DataError(f"the clean samples leave the bounds {bounds}; scale them, or say the bounds they have")
    if len(c) < FEWEST_CLEAN:
        return None, [f"{len(c)} clean samples are too few to invert triggers with (100 are needed), so that only "
                      "maximum margins were compared"]  # fmt: skip
    if len(np.unique(c)) < 2:
        return None, [f"all clean samples are of class {c[0]}, so that only maximum margins were compared"]
    return Data.of(a, c.astype(np.int64)), []


def _interface(classes: int, shape: tuple[int, ...], bounds: tuple[float, float]) -> TargetInfo:
    return TargetInfo(id="the model in hand", input_shape=shape, classes=classes, bounds=bounds)


def _at_home(model: Any) -> Any:
    """The model, asked where its weights are: the scan keeps what it moves on the CPU, and it may be on a GPU."""
    import torch

    first = next(model.parameters(), None) if isinstance(model, torch.nn.Module) else None
    if first is None or first.device.type == "cpu":
        return model
    return lambda x: model(x.to(first.device)).to(x.device)


def _network(model: Any) -> torch.nn.Module | None:
    """The model as one whose build can be had again."""
    import torch

    return model if isinstance(model, torch.nn.Module) else None


def _classes(model: Any, shape: tuple[int, ...], bounds: tuple[float, float]) -> int | str:
    """How many it tells apart, or why it cannot be examined."""
    import torch

    if not callable(model):
        return f"{type(model).__name__} cannot be asked; give a network of logits"
    x = torch.full((2, *shape), (bounds[0] + bounds[1]) / 2, requires_grad=True)
    try:
        z = model(x)
    except Exception as error:  # whatever a stranger's model raises
        return f"the model cannot answer inputs of shape {shape}: {type(error).__name__}"
    if getattr(z, "ndim", 0) != 2 or len(z) != 2:
        return f"the model answers with {tuple(getattr(z, 'shape', ()))}, not with logits N×K"
    if not z.requires_grad:
        return "the model's answers have no gradient, and margins are not climbed by queries"
    return int(z.shape[1])


def _standing(null: Null | None, seen: Look, inverted: bool, notes: list[str]) -> Standing | None:
    if null is None:
        notes.append("no matched clean models were given: there is no p-value, and the false-alarm rate is unknown")
        return None
    if not inverted:
        notes.append("the null was left out, since without enough clean samples there is nothing to hold against it")
        return None
    standing = null.standing(seen.statistics())
    if standing.models < RANKING:
        notes.append(f"{standing.models} clean models are too few even to rank by (5 are needed)")
    elif standing.models < STATING:
        notes.append(f"{standing.models} clean models rank, and are too few to state a level of 5 % (20 are needed)")
    return standing


def _not_examined(reason: str, notes: list[str]) -> ModelScan:
    return ModelScan("not examined", reason, None, (), None, None, tuple(notes), 0.0)
