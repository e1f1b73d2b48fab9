"""Which of the files a system is made of could be swapped without anybody noticing, and what nobody looks through.

It reads digests, signatures, the bill of materials and the lock file that the description names. It does not see what
was wrong before the first digest was taken: a file that was bad from the start is accounted for like any other.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.formats.description import read_system
from bartizan.provenance.files import asset_files
from bartizan.provenance.gaps import inventory

from .provenance_controls import accounted, unaccounted


class ProvenanceScan(Attack):
    """One account a file, and a list of what is absent."""

    spec: ClassVar[AttackSpec] = AttackSpec(
        id="provenance",
        version=2,
        title="Provenance",
        summary="Holds files against digests and signatures, and dependencies against their lock and known flaws.",
        references=("atlas", "enisa2021"),
        family="scanners",
        threats=("S1",),
        needs=((Capability.FILES,),),
        game="files",
        reads="description",
        makes="provenance",
        goal="a file or dependency that could be swapped without anybody noticing",
        harm="unaccounted_files",
        cost_hint="as long as reading the files once takes",
    )

    def run(self, view: View, *, params: Any, seed: int) -> Artifact:
        described, *handed = view.files
        description = read_system(described)
        files = [f for f in asset_files(description) if str(f.path) in set(handed)]
        found = inventory(description, files)
        return Artifact(
            kind="provenance",
            arrays={"unaccounted": np.array(found.unaccounted, dtype=np.bool_)},
            claims={
                "files": {f.name: f.sha256 for f in found.files},
                "weak": list(found.weak),
                "gaps": [g.model_dump(mode="json") for g in found.gaps],
            },
        )

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (unaccounted(), accounted())
