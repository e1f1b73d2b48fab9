"""Defences against exploitation, each attacked by references that were trained and answer behind it."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import torch
from evasion.data import images
from torch import nn

from bartizan.attacks.privacy.referee import PrivacyReferee
from bartizan.attacks.privacy.rmia import Rmia, RmiaParams
from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Defense
from bartizan.core.data import Data, Roles
from bartizan.core.plugins import find
from bartizan.core.target import Target, TargetInfo
from bartizan.core.view import grant
from bartizan.core.vocabulary import Capability

from .gradients import mlp

TRIED: dict[str, tuple[str, dict[str, Any]]] = {
    "none": ("", {}),
    "rounded to one decimal": ("output_rounding", {"decimals": 1}),
    "best class alone, with its score": ("output_rounding", {"decimals": 6, "top_k": 1}),
    "label alone": ("output_rounding", {"label_only": True}),
    "temperature 5": ("output_rounding", {"decimals": 6, "temperature": 5.0}),
    "early stopping and weight decay": ("early_stopping", {"epochs": 50}),
    "DP-SGD, ε = 50": ("dp_sgd", {"epsilon": 50.0, "epochs": 20}),
    "DP-SGD, ε = 8": ("dp_sgd", {"epsilon": 8.0, "epochs": 20}),
    "DP-SGD, ε = 2": ("dp_sgd", {"epsilon": 2.0, "epochs": 20}),
}
RECORDS, FPR = 2000, 0.01


class Net(Target):
    """An MLP on Fashion-MNIST, trained until it knows its records by heart."""

    def __init__(self, net: nn.Module, digest: str) -> None:
        self.net = net
        self.info = TargetInfo(
            id="mlp", input_shape=(1, 28, 28), classes=10, bounds=(0, 1), differentiable=True, retrainable=True,
            digest=digest,
        )  # fmt: skip

    def scores(self, x: Any) -> Any:
        with torch.no_grad():
            return torch.softmax(self.net(torch.from_numpy(x)), 1).numpy()

    def weights(self) -> nn.Module:
        return self.net

    def parameters(self) -> Any:
        return {k: v.numpy().copy() for k, v in self.net.state_dict().items()}

    def with_parameters(self, arrays: Any, *, digest: str) -> Target:
        net = copy.deepcopy(self.net)
        net.load_state_dict({k: torch.from_numpy(np.array(v)) for k, v in arrays.items()})
        return Net(net, digest)

    def retrain(self, x: Any, y: Any, *, seed: int) -> Target:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            net = mlp()
        optimiser, xs, ys = torch.optim.Adam(net.parameters(), lr=1e-3), torch.from_numpy(x), torch.from_numpy(y)
        order = torch.Generator().manual_seed(seed)
        for _ in range(30):
            for rows in torch.split(torch.randperm(len(ys), generator=order), 64):
                optimiser.zero_grad()
                nn.functional.cross_entropy(net(xs[rows]), ys[rows]).backward()
                optimiser.step()
        return Net(net.eval(), f"trained {seed} {len(y)}")


def defences() -> Iterator[tuple[dict[str, Any], Callable[[int], dict[str, Any]]]]:
    """Membership by four references, the same data and seeds for every defence."""
    for name in TRIED:
        yield {"name": "defence", "defence": name}, lambda runs, d=name: _measured(d)


def _measured(name: str) -> dict[str, Any]:
    torch.set_num_threads(1)
    roles, train, test = _roles()
    start = time.process_time()
    plain = Net(mlp().eval(), "untrained").retrain(train.x, train.y, seed=0)
    plugin, params = TRIED[name]
    target = plain
    if plugin:
        defense = find("defenses", plugin)()
        assert isinstance(defense, Defense)
        target = defense.apply(plain, train, params=defense.params(**params), seed=0)
    spent = time.process_time() - start
    access = Access(capabilities=(Capability.SCORES, Capability.RECIPE))
    view = grant(target, access, Budget(queries_per_example=1, queries=2 * RECORDS + 1000), roles)
    asked = RmiaParams(references=4, population=1000, fpr=FPR)
    artifact = Rmia().run(view, params=asked, seed=1)
    seen = PrivacyReferee().measure(target, roles, artifact, params=asked, seed=2).measurements
    tpr, area = next(m for m in seen if m.estimand == "tpr"), next(m for m in seen if m.estimand == "auc")
    return {
        "accuracy": round(float((target.labels(test.x) == test.y).mean()), 4), "fpr": FPR,
        "tpr": [round(v, 4) for v in (tpr.value, tpr.low, tpr.high)],
        "auc": [round(v, 3) for v in (area.value, area.low, area.high)], "training_cpu_seconds": round(spent, 1),
    }  # fmt: skip


def _roles() -> tuple[Roles, Data, Data]:
    x, y = images("fashion", "train")
    member = np.random.default_rng(5).random(2 * RECORDS) < 0.5
    probe = Data.of(x[: 2 * RECORDS], y[: 2 * RECORDS])
    own = Data.of(x[10_000:14_000], y[10_000:14_000])
    test = Data.of(x[20_000:25_000], y[20_000:25_000])
    return Roles(probe=probe, auxiliary=own, secrets={"member": member}), probe.take(member), test
