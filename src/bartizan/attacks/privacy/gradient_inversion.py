"""Records of other parties, rebuilt from the updates they send into a federated training."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from bartizan.attacks.privacy.gradient.controls import update_controls
from bartizan.attacks.privacy.gradient.invert_gradient import invert_gradient
from bartizan.core.artifact import Artifact
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Proposal
from bartizan.core.profile import Effort, NotApplicable, Profile
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.numerics.seeds import child

CELLS: dict[Effort, tuple[tuple[int, int], ...]] = {
    "quick": ((1, 1), (4, 1)),
    "standard": ((1, 1), (1, 5), (4, 1), (4, 5), (16, 1)),
    "deep": ((1, 1), (1, 5), (1, 20), (4, 1), (4, 5), (4, 20), (16, 1), (16, 5), (64, 1)),
}
ITERATIONS: dict[Effort, int] = {"quick": 50, "standard": 300, "deep": 1000}


class GradientInversionParams(Frozen):
    """cells: pairs (records of a party, its local steps); updates: attacked in each cell. learning_rate: of the local
    steps, known to every party. iterations: of the descent, after what can be read off."""

    cells: tuple[tuple[int, int], ...] = CELLS["standard"]
    updates: int = Field(default=16, ge=1)
    learning_rate: float = Field(default=0.1, gt=0)
    iterations: int = Field(default=300, ge=0)


class GradientInversion(Attack):
    """Reads single records off the update of a fully connected first layer, and looks for records whose own update is
    like the one seen."""

    spec = AttackSpec(
        id="gradient_inversion",
        title="Gradient inversion",
        summary="Rebuilds the records of other parties from the updates they send, for several numbers of records and "
        "local steps.",
        references=("zhu2019",),
        family="privacy",
        threats=("D2",),
        needs=((Capability.WEIGHTS,),),
        game="federated",
        makes="party_records",
        goal="a record of another party, nearer to it than any record of one's own",
        harm="record_recovered",
        differentiable=True,
        cost_hint="an update from each party, and passes at home",
    )
    params = GradientInversionParams

    def run(self, view: View, *, params: GradientInversionParams, seed: int) -> Artifact:
        """Arrays, of one length: `records`, and for each its `cell`, its `party` and one of the `rows` the party holds.
        Raises `NotApplicable` where the parties hold too few records."""
        most = max(batch for batch, _ in params.cells)
        if view.parties < most:
            raise NotApplicable(f"the other parties hold {view.parties} records, and the grid asks for {most} at once")
        info, net = view.info, view.weights()
        own = view.auxiliary.x
        bounds = info.bounds or (float(own.min()), float(own.max()))
        found: list[dict[str, Any]] = []
        for c, (batch, steps) in enumerate(params.cells):
            for p in range(params.updates):
                rng = np.random.default_rng(child(seed, "party", c, p))
                rows = np.sort(rng.permutation(view.parties)[:batch]).astype(np.int64)
                sent = view.update(rows, steps=steps, learning_rate=params.learning_rate)
                rebuilt = invert_gradient(
                    net, sent, shape=info.input_shape, records=batch, bounds=bounds, local_steps=steps,
                    learning_rate=params.learning_rate, iterations=params.iterations,
                    seed=child(seed, "inversion", c, p),
                )  # fmt: skip
                found.append({"records": rebuilt.records, "rows": rows, "cell": c, "party": p})
        sizes = [len(f["rows"]) for f in found]
        return Artifact(
            "party_records",
            {
                "records": np.concatenate([f["records"] for f in found]).astype(np.float32),
                "rows": np.concatenate([f["rows"] for f in found]),
                "cell": np.repeat([f["cell"] for f in found], sizes).astype(np.int64),
                "party": np.repeat([f["party"] for f in found], sizes).astype(np.int64),
            },
        )

    def propose(self, profile: Profile, effort: Effort) -> list[Proposal]:
        """Only where other parties train with it: a grid of one or four records (quick), of more and of more local
        steps at more effort."""
        self.check(profile)
        if not profile.federated:
            raise NotApplicable("no updates are shared: the description does not say that several parties train it")
        updates = 8 if effort == "quick" else 16
        params = GradientInversionParams(cells=CELLS[effort], updates=updates, iterations=ITERATIONS[effort])
        return [Proposal(params=params.model_dump(mode="json"), examples=2000, seconds=1800.0)]

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        params = GradientInversionParams(cells=((1, 1), (1, 3)), updates=10, iterations=0)
        return update_controls(params.model_dump(mode="json"))
