"""The peers of the minimum-norm table with 100 steps, otherwise as their authors set them (versions: `peers`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

STEPS = 100
P = {"linf": float("inf"), "l2": 2, "l1": 1, "l0": 0}
Run = Callable[[torch.nn.Module, torch.Tensor, torch.Tensor, str, int], torch.Tensor]


@dataclass(frozen=True)
class Peer:
    """run(model, x, y, norm, seed): changed inputs, in the order of x. norms: those it minimises.

    seeds: how many of the benchmark's seeds it is run with: one, where nothing is drawn at random.
    """

    name: str
    package: str
    norms: tuple[str, ...]
    settings: str
    run: Run
    seeds: int = 1


def peers(norm: str) -> list[Peer]:
    """Those that minimise `norm`."""
    return [peer for peer in PEERS if norm in peer.norms]


def _in_batches(attack: Callable[..., Any], x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return torch.cat([attack(a, b).detach() for a, b in zip(x.split(256), y.split(256), strict=True)])


def _fmn(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import fmn

    return _in_batches(lambda a, b: fmn(model, a, b, P[norm], steps=STEPS), x, y)


def _fmn_long_steps(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import fmn

    return _in_batches(lambda a, b: fmn(model, a, b, P[norm], steps=STEPS, α_init=10.0), x, y)


def _alma(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import alma

    first = {"l2": 0.5, "l1": 5.0}[norm]
    return _in_batches(
        lambda a, b: alma(model, a, b, num_steps=STEPS, distance=norm, init_lr_distance=first, α=0.5), x, y
    )


def _ddn(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import ddn

    return _in_batches(lambda a, b: ddn(model, a, b, steps=STEPS, levels=None), x, y)


def _pdpgd(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import pdpgd

    more = {"proximal_operator": 23} if norm == "l0" else {}
    return _in_batches(lambda a, b: pdpgd(model, a, b, P[norm], num_steps=STEPS, **more), x, y)


def _sigma_zero(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import sigma_zero

    return _in_batches(lambda a, b: sigma_zero(model, a, b, num_steps=STEPS), x, y)


def _foolbox_fmn(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    import foolbox.attacks as f

    kind = {"linf": f.LInfFMNAttack, "l2": f.L2FMNAttack, "l1": f.L1FMNAttack, "l0": f.L0FMNAttack}[norm]
    return _foolbox(kind(steps=STEPS), model, x, y)


def _foolbox_ddn(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    import foolbox.attacks as f

    return _foolbox(f.DDNAttack(steps=STEPS), model, x, y)


def _foolbox(attack: Any, model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    import foolbox

    wrapped = foolbox.PyTorchModel(model, bounds=(0, 1), device="cpu")
    return _in_batches(lambda a, b: attack(wrapped, a, b, epsilons=None)[0], x, y)


_ALL = ("linf", "l2", "l1", "l0")
PEERS = (
    Peer("FMN", "adv-lib", _ALL, "α_init 1", _fmn),
    Peer("FMN, long steps", "adv-lib", ("linf",), "α_init 10", _fmn_long_steps),
    Peer("ALMA", "adv-lib", ("l2", "l1"), "α 0.5, init_lr_distance 0.5 (l2), 5 (l1)", _alma),
    Peer("DDN", "adv-lib", ("l2",), "without quantisation", _ddn),
    Peer("PDPGD", "adv-lib", _ALL, "proximal operator 2/3 for l0", _pdpgd),
    Peer("σ-zero", "adv-lib", ("l0",), "defaults", _sigma_zero),
    Peer("FMN", "foolbox", _ALL, "defaults", _foolbox_fmn),
    Peer("DDN", "foolbox", ("l2",), "defaults", _foolbox_ddn),
)
