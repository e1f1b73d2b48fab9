"""`knowledge_ladder`: how much knowledge it takes to fool one model."""

from __future__ import annotations

from typing import Any

from bartizan.numerics.projections import Bounds, Norm
from bartizan.numerics.seeds import child

from ..engine.asking import Access
from ..engine.plans import Name
from ..engine.query_attack import query_attack
from ..engine.robust_accuracy import robust_accuracy
from .adaptive import adaptive
from .case import Case, prepared
from .copying import by_transfer
from .rungs import Knowledge, KnowledgeLadder, Tried, judged, put_together


def knowledge_ladder(
    model: Any,
    x: Any,
    y: Any,
    *,
    x_own: Any,
    norm: Norm = "linf",
    eps: float,
    bounds: Bounds = (0.0, 1.0),
    queries: int = 1000,
    seed: int = 0,
    defence: Any = None,
    stolen: Any = None,
    plan: Name = "standard",
    device: str | None = None,
    batch: int = 256,
) -> KnowledgeLadder:
    """Attack `model` on examples `x` (N×…, NumPy or torch) of classes `y` (N) with more and more knowledge.

    labels, scores: `query_attack` by these answers alone. transfer: what fools a copy by far is tried once; the copy is
    a student network taught by the scores the model gives for `x_own`. gradients: `robust_accuracy` without remedies.
    adaptive: gradients and knowledge of the defence: dead layers taken for the identity on the way back, random answers
    averaged, the gradients of `defence` if one is given, and a search by scores that starts from the points of all
    other rungs.

    model: as for `robust_accuracy`. x_own: M×… inputs of the adversary's own, none of them in `x`; the model is asked
    for their answers. queries: the most that an example may cost by labels or scores, that the copy may cost in all,
    and that the last search by scores may take (at least 50). defence: answers as `model` does, with gradients that
    guide where those of the model do not. stolen: what `attacks.extraction.extract` made of the model, whose copy the
    transfer then goes by, at what it cost. plan: for gradients, and how long the copy is taught.

    The same seed gives the same result on the same machine. Raises `UsageError` and its kin in one sentence on what
    cannot be attacked.
    """
    case = prepared(model, x, y, x_own, norm, eps, bounds, queries, plan, seed, device, batch)
    tried: dict[Knowledge, Tried] = {
        "labels": _by_answers(case, "labels"),
        "scores": _by_answers(case, "scores"),
        "transfer": by_transfer(case, stolen),
        "gradients": _by_gradients(case),
    }
    tried["adaptive"] = adaptive(case, [t.points for t in tried.values()], defence)
    return put_together(case, [judged(case, name, t) for name, t in tried.items()])


def _by_answers(case: Case, access: Access) -> Tried:
    found = query_attack(
        case.scores if access == "scores" else case.labels, case.x, case.y, access=access, norm=case.norm,
        eps=case.eps, bounds=case.bounds, budget=case.queries, seed=child(case.seed, access), batch=case.batch,
        checks=False,
    )  # fmt: skip
    return Tried.asking(found.adversarial, found.queries)


def _by_gradients(case: Case) -> Tried:
    found = robust_accuracy(
        case.once, case.x, case.y, norm=case.norm, eps=case.eps, bounds=case.bounds, plan=case.plan,
        seed=child(case.seed, "gradients"), checks=False, device=case.device, batch=case.batch,
    )  # fmt: skip
    return Tried(found.adversarial, found.fell_after * 0, found.forwards, found.backwards)
