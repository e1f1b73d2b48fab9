"""Differentially private training by DP-SGD, Abadi et al., CCS 2016, on the gradients and accountants of Opacus."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import BaseModel, Field

from bartizan.core.contracts import DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.target import Target
from bartizan.defenses.afresh import forget, too_long_for
from bartizan.defenses.tuning import Arrays, Tuning

if TYPE_CHECKING:
    import torch

EPOCHS: dict[Effort, int] = {"quick": 10, "standard": 20, "deep": 40}


class DpSgdParams(BaseModel, frozen=True, extra="forbid"):
    """epsilon, delta: the promise; δ well below one in the number of records. clip: norm each record's gradient is cut
    to. epochs over the data; batch: records a step takes on average (each by its own coin, so 16 or more, lest a step
    without records tell something); learning_rate of plain gradient descent with momentum 0.9."""

    epsilon: float = Field(default=8.0, gt=0)
    delta: float = Field(default=1e-5, gt=0, lt=1)
    clip: float = Field(default=1.0, gt=0)
    epochs: int = Field(default=20, ge=1)
    batch: int = Field(default=128, ge=16)
    learning_rate: float = Field(default=0.2, gt=0)


class DpSgd(Tuning):
    """Trains the target's architecture from the start, with each record's gradient clipped and noise on their sum.

    The noise is the least at which Opacus' Rényi accountant grants (ε, δ) for one record added or removed.
    """

    spec = DefenseSpec(
        id="dp_sgd",
        title="Differentially private training",
        summary="Clips each record's gradient and adds noise, so that the weights tell little of any one record.",
        references=("abadi2016",),
        defence="DF36",
        counters=("D1", "D2", "D3"),
        differentiable=True,
    )
    params: ClassVar[type[BaseModel]] = DpSgdParams

    def tune(self, net: torch.nn.Module, target: Target, data: Data, *, params: DpSgdParams, seed: int) -> Arrays:
        forget(net, seed=seed, title=self.spec.title)
        noise = descend_privately(net, data, params, seed=seed)
        return {"noise_multiplier": np.array(noise)}

    def promise(self, params: DpSgdParams) -> tuple[float, float]:
        """What the accountant granted: an audit holds it against what canaries show."""
        return params.epsilon, params.delta

    def propose(self, profile: Profile, effort: Effort) -> dict[str, Any]:
        """ε = 8, δ = 1e-5: a promise that is weak on paper and stops what attacks are known to do."""
        self.needs_gradients(profile)
        too_long_for(effort, self.spec.title)
        if find_spec("opacus") is None:
            raise NotApplicable(f"{self.spec.title} needs Opacus: pip install 'bartizan[dp]'")
        return DpSgdParams(epochs=EPOCHS[effort]).model_dump(mode="json")


def descend_privately(net: torch.nn.Module, data: Data, params: DpSgdParams, *, seed: int) -> float:
    """Train `net` in place by DP-SGD; the noise multiplier used. The same seed gives the same weights.

    Raises `NotApplicable` where Opacus is missing, or cannot take the gradient of one record alone (batch statistics).
    """
    import torch

    opacus = _opacus()
    _in_training_mode(net)
    wrong = opacus.validators.ModuleValidator.validate(net, strict=False)
    if wrong:
        raise NotApplicable(f"DP-SGD cannot train this network: {wrong[0]}")
    rate = min(1.0, params.batch / len(data))
    steps = max(1, round(params.epochs / rate))
    noise = noise_multiplier(params, rate, steps)
    generator = torch.Generator().manual_seed(seed)
    step = _private_step(net, params, noise, max(1, round(rate * len(data))), seed + 1)
    x, y = torch.from_numpy(data.x), torch.from_numpy(data.y)
    for _ in range(steps):
        rows = (torch.rand(len(data), generator=generator) < rate).nonzero()[:, 0]
        if len(rows):
            step(x[rows], y[rows])
    net.eval()
    return noise


def _private_step(
    net: torch.nn.Module, params: DpSgdParams, noise: float, batch: int, seed: int
) -> Callable[[torch.Tensor, torch.Tensor], None]:
    """One step of DP-SGD on a batch. The norm of each record's gradient is reckoned without the gradient itself where
    the layer allows it ("ghost clipping", Li et al., ICLR 2022), which changes no number and is many times faster."""
    import torch
    from opacus.grad_sample.grad_sample_module_fast_gradient_clipping import GradSampleModuleFastGradientClipping
    from opacus.optimizers.optimizer_fast_gradient_clipping import DPOptimizerFastGradientClipping
    from opacus.utils.fast_gradient_clipping_utils import DPLossFastGradientClipping

    private = GradSampleModuleFastGradientClipping(net, max_grad_norm=params.clip, loss_reduction="mean")
    descent = torch.optim.SGD([p for p in net.parameters() if p.requires_grad], lr=params.learning_rate, momentum=0.9)
    optimiser = DPOptimizerFastGradientClipping(
        descent, noise_multiplier=noise, max_grad_norm=params.clip, expected_batch_size=batch, loss_reduction="mean",
        generator=torch.Generator().manual_seed(seed),
    )  # fmt: skip
    loss = DPLossFastGradientClipping(private, optimiser, torch.nn.CrossEntropyLoss(), loss_reduction="mean")

    def step(x: torch.Tensor, y: torch.Tensor) -> None:
        optimiser.zero_grad()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Full backward hook")  # no input of ours wants a gradient
            loss(private(x), y).backward()
        optimiser.step()

    return step


def _in_training_mode(net: torch.nn.Module) -> None:
    """As Opacus demands, with dropout off as in every tuning of ours: its coins would come from the global state."""
    import torch

    net.train()
    for layer in net.modules():
        if isinstance(layer, torch.nn.modules.dropout._DropoutNd):
            layer.eval()


def noise_multiplier(params: DpSgdParams, rate: float, steps: int) -> float:
    """Least noise, in clips, that keeps the promise over so many steps that each take a share `rate` of the records."""
    _opacus()
    from opacus.accountants.utils import get_noise_multiplier

    promise = {"target_epsilon": params.epsilon, "target_delta": params.delta}
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Optimal order")  # a looser bound costs accuracy, and no privacy
        return float(get_noise_multiplier(**promise, sample_rate=rate, steps=steps, accountant="rdp"))


def _opacus() -> Any:
    try:
        import opacus
        import opacus.validators
    except ImportError as error:
        raise NotApplicable("DP-SGD needs Opacus: pip install 'bartizan[dp]'") from error
    return opacus
