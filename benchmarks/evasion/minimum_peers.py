"""The peers of the minimum-norm table at their authors' settings, with 100 steps: adversarial-library and Foolbox."""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

STEPS = 100
P = {"linf": float("inf"), "l2": 2.0, "l1": 1.0, "l0": 0.0}
Run = Callable[[nn.Module, torch.Tensor, torch.Tensor, str, int], torch.Tensor]


@dataclass(frozen=True)
class Peer:
    """An attack by name: (model, x, y, norm, seed) → changed inputs."""

    name: str
    run: Run


def peers(norm: str) -> list[Peer]:
    """Those that minimise `norm`."""
    return [Peer(name, run) for name, norms, run in _ALL if norm in norms]


def adv_lib() -> Any:
    """adv_lib.attacks. It imports torchvision and visdom for what is not used here; hollow modules do, since torchvision
    has no build for every torch."""
    for name in ("torchvision", "torchvision.models", "visdom"):
        try:
            importlib.import_module(name)
        except ImportError:
            sys.modules[name] = types.ModuleType(name)
    hollow: Any = sys.modules["visdom"]
    hollow.Visdom = getattr(hollow, "Visdom", object)
    return importlib.import_module("adv_lib.attacks")


def _fmn(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    start = {"linf": 10.0, "l2": 1.0, "l1": 1.0, "l0": 1.0}[norm]  # best of the authors' grid for MNIST
    found: torch.Tensor = adv_lib().fmn(net, x, y, P[norm], steps=STEPS, α_init=start)
    return found


def _foolbox(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int, attack: str) -> torch.Tensor:
    import foolbox

    name = {"linf": "LInf", "l2": "L2", "l1": "L1", "l0": "L0"}[norm] + attack if attack != "DDN" else "DDNAttack"
    made = getattr(foolbox.attacks, name)(steps=STEPS)
    raw: torch.Tensor = made(foolbox.PyTorchModel(net, bounds=(0, 1)), x, y, epsilons=None)[0]
    return raw


def _fmn_default(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    found: torch.Tensor = adv_lib().fmn(net, x, y, P[norm], steps=STEPS)
    return found


def _alma(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    first = {"l2": 0.5, "l1": 5.0}[norm]
    found: torch.Tensor = adv_lib().alma(net, x, y, num_steps=STEPS, distance=norm, init_lr_distance=first, α=0.5)
    return found


def _ddn(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    found: torch.Tensor = adv_lib().ddn(net, x, y, steps=STEPS, levels=None)
    return found


def _pdgd(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    found: torch.Tensor = adv_lib().pdgd(net, x, y, num_steps=STEPS)
    return found


def _pdpgd(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    proximal = {"proximal_operator": 23} if norm == "l0" else {}
    found: torch.Tensor = adv_lib().pdpgd(net, x, y, P[norm], num_steps=STEPS, **proximal)
    return found


def _sigma_zero(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    found: torch.Tensor = adv_lib().sigma_zero(net, x, y, num_steps=STEPS)
    return found


def _foolbox_fmn(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    return _foolbox(net, x, y, norm, seed, "FMNAttack")


def _foolbox_ddn(net: nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    return _foolbox(net, x, y, norm, seed, "DDN")


_ALL: tuple[tuple[str, tuple[str, ...], Run], ...] = (
    ("adv-lib fmn", ("linf", "l2", "l1", "l0"), _fmn_default),
    ("adv-lib fmn α=10", ("linf",), _fmn),
    ("foolbox fmn", ("linf", "l2", "l1", "l0"), _foolbox_fmn),
    ("adv-lib ddn", ("l2",), _ddn),
    ("foolbox ddn", ("l2",), _foolbox_ddn),
    ("adv-lib alma", ("l2", "l1"), _alma),
    ("adv-lib pdgd", ("l2",), _pdgd),
    ("adv-lib pdpgd", ("linf", "l2", "l1", "l0"), _pdpgd),
    ("adv-lib sigma-zero", ("l0",), _sigma_zero),
)
