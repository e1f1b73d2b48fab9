"""Black box: queries until an example falls, ours against peers', counted where the model is asked.

`row` runs one attack on one model and ball with one seed. The peers (torchattacks, adversarial-robustness-toolbox,
foolbox) must be importable. A query that lies inside ball and box and is misread is a success, whether or not the
attack that asked it was done; so no attack loses by asking on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray

from bartizan.attacks.evasion.engine.confirm import inside
from bartizan.numerics.projections import safe_radius
from bartizan.numerics.survival import kaplan_meier

from .data import Part, images
from .models import entry, model

Array = NDArray[Any]
Access = Literal["scores", "labels"]
Norm = Literal["linf", "l2"]
Row = dict[str, Any]
BUDGET: dict[Access, int] = {"scores": 5000, "labels": 2000}
"""Queries for an example; the first is n_queries of the Square Attack's authors in AutoAttack."""


@dataclass(frozen=True)
class Ball:
    """What is attacked, as far as it goes."""

    access: Access
    norm: Norm
    eps: float

    @property
    def name(self) -> str:
        """As the command line calls it."""
        return f"{self.access}-{self.norm}-{self.eps}"


BALLS = (
    Ball("scores", "linf", 0.03),
    Ball("scores", "linf", 0.1),
    Ball("scores", "l2", 1.0),
    Ball("labels", "linf", 0.03),
    Ball("labels", "linf", 0.1),
    Ball("labels", "l2", 1.0),
)


def _radius(ball: Ball) -> float:
    """Peers get the radius that rounding cannot carry out of the ball, as ours takes it, so that none is called invalid
    for a last bit."""
    return safe_radius(ball.eps, ball.norm, (0.0, 1.0), 784)


class Over(Exception):
    """Nothing is left to ask: every example has fallen or has spent its budget."""


class Meter(torch.nn.Module):
    """A model that counts, example by example, and remembers the first query that succeeded.

    A batch may hold queries of several examples: each belongs to the example it lies nearest to.
    """

    def __init__(self, net: torch.nn.Module, x: Array, y: Array, ball: Ball) -> None:
        super().__init__()
        self.net, self.x, self.y, self.ball = net, x, y, ball
        self.spent, self.fell = np.zeros(len(x), np.int64), np.zeros(len(x), np.bool_)
        self.found = x.copy()
        self.eval()

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        """Logits. Raises `Over`."""
        with torch.no_grad():
            z = self.net(points.float())
        self._count(np.asarray(points.detach().numpy(), np.float32), z.argmax(1).numpy())
        return z

    def _count(self, points: Array, said: Array) -> None:
        owner = self._owner(points)
        fits = inside(points, self.x[owner], self.ball.norm, self.ball.eps, (0.0, 1.0))
        for i, row in enumerate(owner):
            if self.fell[row] or self.spent[row] >= BUDGET[self.ball.access]:
                continue
            self.spent[row] += 1
            if fits[i] and said[i] != self.y[row]:
                self.fell[row], self.found[row] = True, points[i]
        if (self.fell | (self.spent >= BUDGET[self.ball.access])).all():
            raise Over

    def _owner(self, points: Array) -> NDArray[np.int64]:
        if len(self.x) == 1:
            return np.zeros(len(points), np.int64)
        a, b = points.reshape(len(points), -1), self.x.reshape(len(self.x), -1)
        return np.asarray(((b**2).sum(1) - 2 * a @ b.T).argmin(1), np.int64)


def row(name: str, ball: Ball, attack: str, seed: int, part: Part, n: int) -> Row:
    """median_queries: among all examples, None beyond the budget; queries: spent on all; invalid: handed over as
    successes and none, by the referee's own look."""
    x, y = (a[:n] for a in images(entry(name).dataset, part))
    net = model(name)
    spent, fell, found = ATTACKS[attack](net, x, y, ball, seed)
    with torch.no_grad():
        wrong = net(torch.from_numpy(found)).argmax(1).numpy() != y
    really = fell & wrong & inside(found, x, ball.norm, ball.eps, (0.0, 1.0))
    curve = kaplan_meier(np.where(really, spent, BUDGET[ball.access]), really)
    return {
        "model": name, "access": ball.access, "norm": ball.norm, "eps": ball.eps, "attack": attack, "seed": seed,
        "n": len(x), "budget": BUDGET[ball.access], "median_queries": curve.median[0],
        "success": float(really.mean()), "queries": int(spent.sum()), "invalid": int((fell & ~really).sum()),
    }  # fmt: skip


Outcome = tuple[NDArray[np.int64], NDArray[np.bool_], Array]
Run = Callable[[torch.nn.Module, Array, Array, Ball, int], Outcome]


def _ours(net: torch.nn.Module, x: Array, y: Array, ball: Ball, seed: int) -> Outcome:
    from bartizan.attacks.evasion import query_attack

    asked = 0

    def predict(points: Array) -> Array:
        nonlocal asked
        asked += len(points)
        with torch.no_grad():
            z = net(torch.from_numpy(points))
        return np.asarray((z if ball.access == "scores" else z.argmax(1)).numpy())

    got = query_attack(
        predict, x, y, access=ball.access, norm=ball.norm, eps=ball.eps, budget=BUDGET[ball.access], seed=seed
    )
    assert asked == got.queries.sum() + got.checked, "queries are miscounted"
    return got.queries, got.fell, got.adversarial


def _metered(run: Callable[[Meter, Array, Array, Ball], Any], together: bool) -> Run:
    """A peer's attack, on all examples together or on each alone, under the meter."""

    def through(net: torch.nn.Module, x: Array, y: Array, ball: Ball, seed: int) -> Outcome:
        parts = []
        for rows in [slice(None)] if together else [slice(i, i + 1) for i in range(len(x))]:
            torch.manual_seed(seed)
            np.random.seed(seed)
            meter = Meter(net, x[rows], y[rows], ball)
            with suppress(Over, ValueError, AssertionError):  # some peers give up by raising
                run(meter, x[rows], y[rows], ball)
            parts.append((meter.spent, meter.fell, meter.found))
        spent, fell, found = (np.concatenate(p) for p in zip(*parts, strict=True))
        return spent, fell, found

    return through


def _torchattacks_square(meter: Meter, x: Array, y: Array, ball: Ball) -> None:
    import torchattacks

    norm = {"linf": "Linf", "l2": "L2"}[ball.norm]
    seed = int(torch.initial_seed())
    attack = torchattacks.Square(meter, norm=norm, eps=_radius(ball), n_queries=BUDGET["scores"], seed=seed)
    attack(torch.from_numpy(x), torch.from_numpy(y))


def _art(meter: Meter) -> Any:
    from art.estimators.classification import BlackBoxClassifier

    return BlackBoxClassifier(
        lambda p: meter(torch.from_numpy(np.asarray(p, np.float32))).numpy(), (1, 28, 28), 10, clip_values=(0, 1)
    )


def _art_square(meter: Meter, x: Array, y: Array, ball: Ball) -> None:
    from art.attacks.evasion import SquareAttack
    from art.estimators.classification import PyTorchClassifier

    norm = {"linf": np.inf, "l2": 2}[ball.norm]
    classifier = PyTorchClassifier(
        meter, torch.nn.CrossEntropyLoss(), (1, 28, 28), 10, clip_values=(0, 1), device_type="cpu"
    )
    SquareAttack(
        classifier, norm=norm, eps=_radius(ball), max_iter=BUDGET["scores"], batch_size=len(x), verbose=False
    ).generate(x.copy(), y)  # fmt: skip


def _art_hopskipjump(meter: Meter, x: Array, y: Array, ball: Ball) -> None:
    from art.attacks.evasion import HopSkipJump

    norm = {"linf": np.inf, "l2": 2}[ball.norm]
    HopSkipJump(_art(meter), norm=norm, max_iter=1000, verbose=False).generate(x.copy(), y)


def _foolbox(make: Callable[[Any, Ball], Any]) -> Callable[[Meter, Array, Array, Ball], None]:
    def run(meter: Meter, x: Array, y: Array, ball: Ball) -> None:
        import foolbox

        asked = foolbox.PyTorchModel(meter, bounds=(0, 1), device="cpu")
        make(foolbox.attacks, ball).run(
            asked, torch.from_numpy(x), foolbox.criteria.Misclassification(torch.from_numpy(y))
        )

    return run


ATTACKS: dict[str, Run] = {
    "bartizan": _ours,
    "torchattacks Square": _metered(_torchattacks_square, together=True),
    "art SquareAttack": _metered(_art_square, together=True),
    "art HopSkipJump": _metered(_art_hopskipjump, together=False),
    "foolbox HopSkipJump": _metered(
        _foolbox(lambda a, ball: a.HopSkipJumpAttack(steps=1000, constraint=ball.norm)), together=False
    ),
    "foolbox BoundaryAttack": _metered(_foolbox(lambda a, ball: a.BoundaryAttack()), together=False),
}


def attacks(ball: Ball) -> Iterator[str]:
    """Names of those that go by such answers."""
    yield "bartizan"
    if ball.access == "scores":
        yield from ("torchattacks Square", "art SquareAttack")
    else:
        yield from ("art HopSkipJump", "foolbox HopSkipJump")
        if ball.norm == "l2":
            yield "foolbox BoundaryAttack"
