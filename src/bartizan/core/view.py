"""`View`: the only thing an attack is handed. It answers what its access allows and counts every example."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .access import Access, Budget, Output
from .artifact import Artifact, Cost, Watched
from .data import Array, Data, Labels, Roles
from .errors import AccessDenied, BudgetSpent
from .target import Target, TargetInfo
from .vocabulary import Capability

if TYPE_CHECKING:
    import torch

Of = NDArray[np.int64]


@dataclass
class Meter:
    """Counts per probe example, and in total. Queries not tied to a probe example count in the total only."""

    examples: int
    per_example: NDArray[np.int64] = field(init=False)
    queries: int = 0
    forwards: int = 0
    backwards: int = 0
    retrainings: int = 0

    def __post_init__(self) -> None:
        self.per_example = np.zeros(self.examples, np.int64)

    def cost(self) -> Cost:
        """The totals so far."""
        return Cost(
            queries=self.queries, forwards=self.forwards, backwards=self.backwards, retrainings=self.retrainings
        )


def reduce_output(scores: Array, output: Output) -> Array:
    """What an interface lets through of N×K probabilities: all, rounded, the top k (others 0), or a one-hot label."""
    if output.kind == "rounded":
        return np.round(scores, output.decimals if output.decimals is not None else 2).astype(np.float32)
    if output.kind in ("top_k", "label"):
        k = 1 if output.kind == "label" else min(output.k or 1, scores.shape[1])
        kept = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        reduced = np.zeros_like(scores)
        values = np.ones((len(scores), k), scores.dtype) if output.kind == "label" else None
        np.put_along_axis(reduced, kept, values if values is not None else np.take_along_axis(scores, kept, 1), 1)
        return reduced
    return scores


class View:
    """A metered, limited look at a subject. Methods beyond the access raise `AccessDenied`;
    a query beyond the budget raises `BudgetSpent` and answers nothing.

    `of` names, for each row of a query, the probe example it is spent on (indices into `probe`);
    leave it out for queries that serve no single example (extraction): they are charged to the budget over all
    examples, and refused where each example has a budget and there is none over all.
    """

    def __init__(
        self,
        target: Target | None,
        access: Access,
        budget: Budget,
        roles: Roles,
        *,
        artifacts: dict[str, Artifact] | None = None,
        paths: tuple[str, ...] = (),
    ) -> None:
        self._target = target
        self._roles = roles.open()
        self._parties = roles.parties
        self._paths = paths
        self.access = access
        self.budget = granted(budget, access, target)
        self.artifacts = artifacts or {}
        self.meter = Meter(len(roles.probe))

    @property
    def info(self) -> TargetInfo:
        """The public facts of the target: shape, classes, bounds. Not its digests, from which a referee draws seeds."""
        return self._subject().info.model_copy(update={"digest": "", "undefended": ""})

    @property
    def probe(self) -> Data:
        """The examples under attack."""
        return self._roles.probe

    @property
    def auxiliary(self) -> Data:
        """Data of the adversary's own."""
        return self._roles.auxiliary

    @property
    def writable(self) -> Data:
        """The training records, for those who may read or write them."""
        if not (self.access.allows(Capability.DATA_WRITE) or self.access.allows(Capability.DATA_READ)):
            raise AccessDenied("this access neither reads nor writes training data")
        return self._roles.writable

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the subject's files, to be read and never to be opened by a loader."""
        self._need(Capability.FILES)
        return self._paths

    def labels(self, x: Array, of: Of | None = None) -> Labels:
        """Hard labels, N. One query a row."""
        if not self.access.allows(Capability.SCORES):
            self._need(Capability.LABELS)
        self._spend(len(x), of)
        return self._subject().labels(x)

    def scores(self, x: Array, of: Of | None = None) -> Array:
        """Class probabilities as the interface returns them (rounded, cut to the top k), N×K. One query a row."""
        self._need(Capability.SCORES)
        self._spend(len(x), of)
        return reduce_output(self._subject().scores(x), self.access.output)

    def logits(self, x: torch.Tensor, of: Of | None = None) -> torch.Tensor:
        """Differentiable logits, N×K. One query and one forward pass a row; a backward pass is counted when taken."""
        self._need(Capability.LOGITS)
        self._spend(len(x), of)
        out = self._subject().logits(x)
        if out.requires_grad:
            out.register_hook(self._count_backward(len(x)))  # type: ignore[no-untyped-call]
        return out

    def weights(self) -> torch.nn.Module:
        """A copy of the model. Passes through it are the adversary's own and are not queries, and what is written into
        it nobody else sees. Raises `AccessDenied` when the target does not show its weights."""
        self._need(Capability.WEIGHTS)
        return copy.deepcopy(self._subject().weights())

    @property
    def parties(self) -> int:
        """How many records the other parties of a federated training hold."""
        return len(self._parties)

    def update(self, which: Of, *, steps: int, learning_rate: float) -> dict[str, NDArray[np.float32]]:
        """What the other parties send for those of their records (numbers below `parties`), as `Target.update` has it.
        Whoever sees updates holds the shared model. No query: the parties train anyway."""
        self._need(Capability.WEIGHTS)
        sent = self._parties.take(which)
        return self._subject().update(sent.x, sent.y, steps=steps, learning_rate=learning_rate)

    def train(self, x: Array, y: Labels, *, seed: int) -> Target:
        """A model of the adversary's own, trained by the target's recipe. Counted as one retraining."""
        self._need(Capability.RECIPE)
        self.meter.retrainings += 1
        return self._subject().retrain(x, y, seed=seed)

    def left(self) -> NDArray[np.int64]:
        """Queries still allowed for each probe example (a very large number when there is no limit)."""
        limit = self.budget.queries_per_example
        free = np.iinfo(np.int64).max
        per = np.full(self.meter.examples, free if limit is None else limit, np.int64)
        return per if limit is None else per - self.meter.per_example

    def watched(self, *, baseline: bool = False) -> Watched:
        """What was granted and what has been spent so far, in the runner's words."""
        return Watched(
            access=self.access,
            budget=self.budget,
            baseline=baseline,
            paths=self._paths,
            metered=self.meter.per_example.copy(),
            queries=self.meter.queries,
        )

    def _subject(self) -> Target:
        if self._target is None:
            raise AccessDenied("this trial has no model to ask")
        return self._target

    def _need(self, capability: Capability) -> None:
        if not self.access.allows(capability):
            raise AccessDenied(f"this access does not grant {capability}")

    def _spend(self, n: int, of: Of | None) -> None:
        total = self.budget.queries
        if total is not None and self.meter.queries + n > total:
            raise BudgetSpent(f"{self.meter.queries + n} queries would exceed the budget of {total}")
        limit = self.budget.queries_per_example
        if of is None and limit is not None and total is None:
            raise BudgetSpent(f"a query must name its example (`of`): each has {limit} queries, and all together none")
        if of is not None:
            if len(of) != n:
                raise ValueError(f"{n} queries were to be spent on {len(of)} examples; name one for each")
            spent = np.bincount(of, minlength=self.meter.examples)
            if limit is not None and bool((self.meter.per_example + spent > limit).any()):
                raise BudgetSpent(f"an example would exceed its budget of {limit} queries")
            self.meter.per_example += spent
        self.meter.queries += n
        self.meter.forwards += n

    def _count_backward(self, n: int) -> Callable[[torch.Tensor], None]:
        def count(gradient: torch.Tensor) -> None:
            self.meter.backwards += n

        return count


def granted(budget: Budget, access: Access, target: Target | None) -> Budget:
    """The budget, or what is left of it where the target answers an adversary less often."""
    most = target.info.queries if target is not None and access.asks else None
    return budget if most is None else budget.at_most(most)


def grant(
    target: Target | None,
    access: Access,
    budget: Budget,
    roles: Roles,
    *,
    artifacts: dict[str, Artifact] | None = None,
    paths: tuple[str, ...] = (),
) -> View:
    """The view of `target` that `access`, `budget` and the target itself allow. Secrets in `roles` never pass."""
    return View(target, access, budget, roles, artifacts=artifacts, paths=paths)
