"""What the tests of evasion share: the digit reader, nets whose outputs are changed, and views on them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.attacks.evasion.referee import EvasionReferee
from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Artifact, Measured
from bartizan.core.data import Data, Roles
from bartizan.core.target import Target, TargetInfo
from bartizan.core.view import View, grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.linear import LinearTarget

torch = pytest.importorskip("torch")
DIGITS = Path(__file__).parents[3] / "examples" / "digits"


class Net(Target):
    """A torch module as a target; `change` is applied to its logits."""

    def __init__(
        self,
        module: Any,
        shape: tuple[int, ...] = (1, 28, 28),
        classes: int = 10,
        change: Callable[[Any], Any] = lambda z: z,
    ) -> None:
        self.module, self.change = module, change
        self.info = TargetInfo(
            id="net", input_shape=shape, classes=classes, bounds=(0.0, 1.0), differentiable=True, digest="net"
        )

    def logits(self, x: Any) -> Any:
        return self.change(self.module(x))

    def weights(self) -> Any:
        class Whole(torch.nn.Module):
            def forward(_, x: Any) -> Any:
                return self.logits(x)

        return Whole().eval()

    def scores(self, x: Any) -> Any:
        with torch.no_grad():
            return self.logits(torch.from_numpy(np.ascontiguousarray(x))).softmax(1).numpy()


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def reader() -> Any:
    """The example's network with the weights that ship with it: images to logits."""
    from safetensors.torch import load_file

    spec = importlib.util.spec_from_file_location("digit_reader_net", DIGITS / "net.py")
    assert spec is not None
    assert spec.loader is not None
    code = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(code)
    module = code.build().eval()
    module.load_state_dict(load_file(DIGITS / "reader.safetensors"))
    module.requires_grad_(False)
    return module


@pytest.fixture(scope="session")
def reading(reader: Any) -> Net:
    """The same network as a target."""
    return Net(reader)


@pytest.fixture(scope="session")
def digits() -> Data:
    """A hundred test images of the example."""
    with np.load(DIGITS / "digits-test.npz") as archive:
        x, y = archive["images"][:100], archive["labels"][:100]
    return Data.of((x / 255).astype(np.float32).reshape(-1, 1, 28, 28), y)


@pytest.fixture(scope="session")
def few(digits: Data) -> Data:
    return digits.take(np.arange(40))


def linear_case(classes: int = 4, n: int = 40, seed: int = 0) -> tuple[LinearTarget, Data]:
    """A random linear model of 4×4 images, and images it gets right that lie well inside the box."""
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(16, classes))
    target = LinearTarget(W, -0.5 * W.sum(axis=0), input_shape=(1, 4, 4))
    x = (0.5 + rng.uniform(-0.15, 0.15, size=(n, 1, 4, 4))).astype(np.float32)
    return target, Data.of(x, target.labels(x))


def least_change(target: LinearTarget, data: Data, norm: str) -> np.ndarray:
    """margin / dual norm of the difference of weights, the least over the other classes; the box is far away."""
    z = data.x.reshape(len(data), -1).astype(np.float64) @ target.W + target.b
    rows = np.arange(len(data))
    gap = z[rows, data.y][:, None] - z
    apart = target.W.T[data.y][:, None].astype(np.float64) - target.W.T[None]
    slope = np.linalg.norm(apart, ord={"linf": 1, "l2": 2}[norm], axis=2)
    ratio = np.full(gap.shape, np.inf)
    np.divide(gap, slope, out=ratio, where=slope > 0)
    return np.asarray(ratio.min(axis=1))


def attack(
    plugin: Any, target: Target, data: Data, capability: Capability, *, seed: int = 0, budget: Budget = Budget(),
    artifacts: dict[str, Artifact] | None = None, access: Access | None = None, **params: Any,
) -> tuple[Artifact, View]:  # fmt: skip
    """Run `plugin` as the runner would."""
    access = access or Access(capabilities=(capability,))
    view = grant(target, access, budget, Roles(probe=data), artifacts=artifacts)
    found = plugin().run(view, params=plugin.params.model_validate(params), seed=seed)
    return replace(found, watched=view.watched(baseline=plugin.spec.baseline)), view


def referee(
    target: Target, data: Data, artifact: Artifact, seed: int = 0, plugin: Any = None, **params: Any
) -> Measured:
    """What the family's referee makes of `artifact`, of a trial with the parameters of `plugin` (APGD's if none)."""
    from bartizan.attacks.evasion.apgd import Apgd

    chosen = (plugin or Apgd).params.model_validate(params)
    return EvasionReferee().measure(target, Roles(probe=data), artifact, params=chosen, seed=seed)


def value(measured: Measured, estimand: str) -> float:
    return next(m.value for m in measured.measurements if m.estimand == estimand)


def flags(measured: Measured) -> set[str]:
    return {f.id for f in measured.flags}
