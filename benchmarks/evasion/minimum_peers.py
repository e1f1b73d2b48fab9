"""The peers of the minimum-norm table with 100 steps, otherwise as their authors set them (versions: `peers`).

ALMA's α and first step depend on the number of steps and the data: the two best of a grid on the tuning images are
taken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from .boundary import in_batches

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

    @property
    def full_name(self) -> str:
        """With its package."""
        return f"{self.name} ({self.package})"


def peers(norm: str) -> list[Peer]:
    """Those that minimise `norm`."""
    return [peer for peer in PEERS if norm in peer.norms]


def _fmn(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import fmn

    return in_batches(lambda a, b: fmn(model, a, b, P[norm], steps=STEPS), x, y)


def _fmn_long_steps(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import fmn

    return in_batches(lambda a, b: fmn(model, a, b, P[norm], steps=STEPS, α_init=10.0), x, y)


def _alma(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import alma

    first = {"l2": 0.5, "l1": 1.0}[norm]
    return in_batches(
        lambda a, b: alma(model, a, b, num_steps=STEPS, distance=norm, init_lr_distance=first, α=0.5), x, y
    )


def _alma_smoother(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import alma

    return in_batches(lambda a, b: alma(model, a, b, num_steps=STEPS, distance=norm, init_lr_distance=1.0, α=0.7), x, y)


def _ddn(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import ddn

    return in_batches(lambda a, b: ddn(model, a, b, steps=STEPS, levels=None), x, y)


def _pdpgd(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import pdpgd

    more = {"proximal_operator": 23} if norm == "l0" else {}
    return in_batches(lambda a, b: pdpgd(model, a, b, P[norm], num_steps=STEPS, **more), x, y)


def _sigma_zero(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    from adv_lib.attacks import sigma_zero

    return in_batches(lambda a, b: sigma_zero(model, a, b, num_steps=STEPS), x, y)


def _foolbox_fmn(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    import foolbox.attacks as f

    kind = {"linf": f.LInfFMNAttack, "l2": f.L2FMNAttack, "l1": f.L1FMNAttack, "l0": f.L0FMNAttack}[norm]
    return _foolbox(kind(steps=STEPS), model, x, y)


def _foolbox_ddn(model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, norm: str, seed: int) -> torch.Tensor:
    import foolbox.attacks as f

    return _foolbox(f.DDNAttack(steps=STEPS), model, x, y)


def _foolbox(attack: Any, model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    import foolbox

    wrapped = foolbox.PyTorchModel(model, bounds=(0, 1), device=x.device)
    return in_batches(lambda a, b: attack(wrapped, a, b, epsilons=None)[0], x, y)


_ALL = ("linf", "l2", "l1", "l0")
PEERS = (
    Peer("FMN", "adv-lib", _ALL, "α_init 1", _fmn),
    Peer("FMN, long steps", "adv-lib", ("linf",), "α_init 10", _fmn_long_steps),
    Peer("ALMA", "adv-lib", ("l2", "l1"), "α 0.5, init_lr_distance 0.5 (l2), 1 (l1)", _alma),
    Peer("ALMA, smoother", "adv-lib", ("l2", "l1"), "α 0.7, init_lr_distance 1", _alma_smoother),
    Peer("DDN", "adv-lib", ("l2",), "without quantisation", _ddn),
    Peer("PDPGD", "adv-lib", _ALL, "proximal operator 2/3 for l0", _pdpgd),
    Peer("σ-zero", "adv-lib", ("l0",), "defaults", _sigma_zero),
    Peer("FMN", "foolbox", _ALL, "defaults", _foolbox_fmn),
    Peer("DDN", "foolbox", ("l2",), "defaults", _foolbox_ddn),
)
