"""The peers, frozen: which attack of which package, at which settings. None of their code is ours.

`make bench-evasion` installs them into `.peers` beside this file, without what they ask for besides (torchvision has no
build that fits this torch; it and visdom are only imported for parts that are not used here, so empty stand-ins do).
"""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch

from .boundary import batch_of, in_batches

FOLDER = Path(__file__).parent / ".peers"
PACKAGES = {
    "torchattacks": "3.5.1",
    "foolbox": "3.3.4",
    "adversarial-robustness-toolbox": "1.20.1",
    "adv-lib": "0.2.8",
}
Attack = Callable[[torch.nn.Module, torch.Tensor, torch.Tensor, float, int], torch.Tensor]
InNorm = Callable[[torch.nn.Module, torch.Tensor, torch.Tensor, float, int, str], torch.Tensor]
P = {"linf": float("inf"), "l2": 2.0, "l1": 1.0}


@dataclass(frozen=True)
class Peer:
    """run(model, x, y, eps, seed, norm): inputs within the ball of radius eps, in the order of x.

    norms: those it is run in. seeds: how many of the benchmark's seeds it is run with at most.
    """

    name: str
    package: str
    settings: str
    run: InNorm
    norms: tuple[str, ...] = ("linf",)
    seeds: int = 3


def ready() -> None:
    """Put the peers on the path, with stand-ins for what they import and do not use here."""
    sys.path.insert(0, str(FOLDER))
    for name in ("torchvision", "torchvision.models", "visdom"):
        sys.modules.setdefault(name, types.ModuleType(name))
    sys.modules["torchvision"].models = sys.modules["torchvision.models"]  # type: ignore[attr-defined]


def _torchattacks_pgd(
    model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, norm: str
) -> torch.Tensor:
    import torchattacks

    torch.manual_seed(seed)
    return in_batches(torchattacks.PGD(model, eps=eps, alpha=2.5 * eps / 40, steps=40, random_start=True), x, y)


def _torchattacks_apgd(
    model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, norm: str
) -> torch.Tensor:
    import torchattacks

    attack = torchattacks.APGD(model, norm="Linf", eps=eps, steps=100, n_restarts=1, seed=seed, loss="ce")
    return in_batches(attack, x, y)


def _foolbox_pgd(
    model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, norm: str
) -> torch.Tensor:
    import foolbox

    torch.manual_seed(seed)
    wrapped = foolbox.PyTorchModel(model, bounds=(0, 1), device=x.device)
    attack = foolbox.attacks.LinfPGD(steps=40)
    return in_batches(lambda a, b: attack(wrapped, a, b, epsilons=eps)[1], x, y)


def _art(model: torch.nn.Module, x: torch.Tensor) -> object:
    import torch.nn as nn
    from art.estimators.classification import PyTorchClassifier

    kind = "gpu" if x.is_cuda else "cpu"
    return PyTorchClassifier(
        model, loss=nn.CrossEntropyLoss(), input_shape=(1, 28, 28), nb_classes=10, clip_values=(0, 1), device_type=kind
    )


def _art_pgd(
    model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, norm: str
) -> torch.Tensor:
    import numpy as np
    from art.attacks.evasion import ProjectedGradientDescent

    np.random.seed(seed)
    torch.manual_seed(seed)
    attack = ProjectedGradientDescent(
        _art(model, x),
        eps=eps,
        eps_step=2.5 * eps / 40,
        max_iter=40,
        num_random_init=1,
        batch_size=batch_of(x),
        verbose=False,
    )
    return torch.from_numpy(attack.generate(x.cpu().numpy(), y.cpu().numpy())).to(x.device)


def _apgd_ce(
    model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, norm: str
) -> torch.Tensor:
    from adv_lib.attacks.auto_pgd import apgd

    torch.manual_seed(seed)
    big = norm == "l1"  # as its authors run it in L1
    return in_batches(
        lambda a, b: apgd(model, a, b, eps, P[norm], n_iter=100, loss_function="ce", use_large_reps=big), x, y
    )


def _apgd_ce_t(
    model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, norm: str
) -> torch.Tensor:
    """What carries AutoAttack: APGD-CE, then APGD-T (nine targets, DLR) on the rest, 100 steps each."""
    from adv_lib.attacks.auto_pgd import apgd_targeted

    found = _apgd_ce(model, x, y, eps, seed, norm)
    with torch.no_grad():
        rest = torch.cat([model(p) for p in found.split(batch_of(x))]).argmax(1) == y
    if rest.any():
        found[rest] = in_batches(
            lambda a, b: apgd_targeted(model, a, b, eps, P[norm], n_iter=100, use_large_reps=norm == "l1"),
            x[rest], y[rest],
        )  # fmt: skip
    return found


def _autoattack(
    model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, norm: str
) -> torch.Tensor:
    """The four attacks of AutoAttack's standard version at its authors' steps, each on what the last one left standing.

    `torchattacks.AutoAttack` itself would run ten steps each: it does not hand its own number on.
    """
    import torchattacks
    from torchattacks.attacks.fab import FAB

    parts = (
        torchattacks.APGD(model, norm="Linf", eps=eps, steps=100, n_restarts=1, seed=seed, loss="ce"),
        torchattacks.APGDT(model, norm="Linf", eps=eps, steps=100, n_restarts=1, seed=seed, n_classes=10),
        FAB(model, norm="Linf", eps=eps, steps=100, n_restarts=1, seed=seed, n_classes=10, multi_targeted=True),
        torchattacks.Square(model, norm="Linf", eps=eps, n_queries=5000, n_restarts=1, seed=seed),
    )
    found = x.clone()
    for part in parts:
        with torch.no_grad():
            rest = torch.cat([model(p) for p in found.split(batch_of(x))]).argmax(1) == y
        if rest.any():
            found[rest] = in_batches(part, x[rest], y[rest])
    return found


def _art_autopgd(
    model: torch.nn.Module, x: torch.Tensor, y: torch.Tensor, eps: float, seed: int, norm: str
) -> torch.Tensor:
    import numpy as np
    from art.attacks.evasion import AutoProjectedGradientDescent

    np.random.seed(seed)
    torch.manual_seed(seed)
    attack = AutoProjectedGradientDescent(
        _art(model, x), eps=eps, eps_step=2 * eps, max_iter=100, nb_random_init=1, batch_size=batch_of(x), verbose=False
    )
    return torch.from_numpy(attack.generate(x.cpu().numpy(), y.cpu().numpy())).to(x.device)


PEERS = (
    Peer("PGD-40", "torchattacks", "alpha 2.5 eps/40, random start", _torchattacks_pgd),
    Peer("PGD-40", "foolbox", "relative step size 0.025, random start", _foolbox_pgd),
    Peer("PGD-40", "adversarial-robustness-toolbox", "step 2.5 eps/40, 1 random start", _art_pgd),
    Peer("APGD-CE 100", "torchattacks", "1 restart", _torchattacks_apgd),
    Peer("APGD-CE 100", "adv-lib", "1 restart; in L1 with large steps", _apgd_ce, ("linf", "l2", "l1")),
    Peer("AutoPGD-CE 100", "adversarial-robustness-toolbox", "step 2 eps, 1 random start", _art_autopgd),
    Peer(
        "APGD-CE + APGD-T 100",
        "adv-lib",
        "9 targets, DLR, 1 restart; in L1 with large steps",
        _apgd_ce_t,
        ("linf", "l2", "l1"),
    ),
    Peer("AutoAttack", "torchattacks", "APGD-CE, APGD-T, FAB-T 100 steps, Square 5,000 queries", _autoattack, seeds=1),
)
