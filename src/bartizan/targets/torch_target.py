"""A PyTorch module as a target: scores, gradients, weights, and the same module with other weights."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Array, Labels
from bartizan.core.errors import ModelError
from bartizan.core.target import Target, TargetInfo
from bartizan.formats.digest import digest_of
from bartizan.numerics.updates import update_of

from .opening import Opening
from .outputs import raised_by, tensor_logits
from .retraining import retrained

if TYPE_CHECKING:
    import torch

_BATCH = 256


class TorchTarget(Target):
    """`net` takes inputs of the adversary's space and returns N×K logits; `core` is the user's module inside it."""

    def __init__(self, info: TargetInfo, opening: Opening, net: torch.nn.Module, core: torch.nn.Module) -> None:
        self.info = info
        self._opening, self._net, self._core = opening, net, core
        self.reading = opening.reading

    def scores(self, x: Array) -> Array:
        import torch

        parts = [self._softmax(torch.from_numpy(x[i : i + _BATCH])) for i in range(0, len(x), _BATCH)]
        return np.concatenate(parts) if parts else np.zeros((0, self.info.classes), np.float32)

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        with raised_by(self.info.id):
            out: torch.Tensor = self._net(x.float())
            return out

    def weights(self) -> torch.nn.Module:
        return self._net

    def update(self, x: Array, y: Labels, *, steps: int, learning_rate: float) -> dict[str, NDArray[np.float32]]:
        return update_of(self.weights(), x, y, steps=steps, learning_rate=learning_rate)

    def parameters(self) -> dict[str, NDArray[np.generic]]:
        return {name: _array(value) for name, value in self._core.state_dict().items()}

    def with_parameters(self, arrays: dict[str, NDArray[np.generic]], *, digest: str) -> Target:
        import torch

        with raised_by(self.info.id):
            core = copy.deepcopy(self._core)
        load_state(core, {name: torch.from_numpy(np.array(a)) for name, a in arrays.items()}, self.info.id)
        info = self.info.model_copy(update={"digest": digest_of(self.info.digest, digest)})
        return TorchTarget(info, self._opening, net_of(core, self._opening), core)

    def retrain(self, x: Array, y: Labels, *, seed: int) -> Target:
        return retrained(self._opening, x, y, seed=seed, base=self.info.digest)

    def files(self) -> list[str]:
        return self._opening.files()

    def _softmax(self, x: torch.Tensor) -> Array:
        import torch

        with torch.no_grad():
            out: Array = torch.softmax(self.logits(x), dim=1).numpy()
            return out


def torch_target(
    opening: Opening, core: torch.nn.Module, *, digest: str = "", extra: tuple[str, ...] = ()
) -> TorchTarget:
    """The target around `core`, asked once to see that it takes the inputs and tells the classes apart.

    digest: stands in for the one computed from file, code and description. Raises `ModelError`.
    """
    import torch

    core = evaluating(core)

    def answer(x: Array) -> NDArray[np.generic]:
        with torch.no_grad():
            raw = _in_batches(core, opening.preprocess.tensor(torch.from_numpy(x)), opening)
            return raw.numpy() if isinstance(raw, torch.Tensor) else np.empty(0, object)

    with raised_by(opening.name):
        known = opening.read_by(answer)
    info = known.info(differentiable=True, extra=extra)
    target = TorchTarget(
        info.model_copy(update={"digest": digest}) if digest else info, known, net_of(core, known), core
    )
    target.scores(known.probes())
    return target


def evaluating(core: torch.nn.Module) -> torch.nn.Module:
    """The module in evaluation mode. Exported programs are in it already and refuse to be told."""
    try:
        return core.eval()
    except NotImplementedError:
        return core


def load_state(core: torch.nn.Module, state: dict[str, Any], name: str) -> None:
    """Load weights by name, all of them and no others. Raises `ModelError` saying what does not fit."""
    own = core.state_dict()
    missing, odd = sorted(set(own) - set(state)), sorted(set(state) - set(own))
    wrong = [k for k in own if k in state and tuple(own[k].shape) != tuple(state[k].shape)]
    if missing or odd:
        says = [f"{_some(missing)} missing" if missing else "", f"{_some(odd)} too many" if odd else ""]
        raise ModelError(f"the weights do not fit the model '{name}': {', '.join(filter(None, says))}")
    if wrong:
        k = wrong[0]
        shapes = f"{tuple(state[k].shape)} in the file, {tuple(own[k].shape)} in the model"
        raise ModelError(f"the weights do not fit the model '{name}': {k} has the shape {shapes}")
    bad = [k for k, v in state.items() if v.is_floating_point() and not bool(v.isfinite().all())]
    if bad:
        raise ModelError(f"the weights of the model '{name}' hold NaN or infinite numbers in {_some(bad)}")
    with raised_by(name):
        core.load_state_dict(state)


def net_of(core: torch.nn.Module, opening: Opening) -> torch.nn.Module:
    """Preprocessing, the module and the reading of its output in one module."""
    import torch

    class Net(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.core = core

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raw = _in_batches(self.core, opening.preprocess.tensor(x), opening)
            return tensor_logits(raw, len(x), opening.classes, opening.reading, opening.name)

    net = Net()
    net.training = False
    return net


def _in_batches(core: Callable[..., Any], x: torch.Tensor, opening: Opening) -> Any:
    """`core(x)`, or, for a model of one batch size, `core` of pieces of that size, the last one filled up."""
    import torch

    from .outputs import first_output

    size = opening.batch
    if size is None:
        return first_output(core(x), opening.name)
    parts = []
    for i in range(0, len(x), size):
        part = x[i : i + size]
        filled = torch.cat([part, part[-1:].expand(size - len(part), *part.shape[1:])]) if len(part) < size else part
        parts.append(first_output(core(filled), opening.name)[: len(part)])
    return torch.cat(parts)


def _array(value: torch.Tensor) -> NDArray[np.generic]:
    import torch

    plain = value.detach().cpu()
    array: NDArray[np.generic] = (plain.float() if plain.dtype == torch.bfloat16 else plain).numpy().copy()
    return array


def _some(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
