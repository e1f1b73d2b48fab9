"""Whether the files a model is handed on in would run code when opened. Static and fail-closed.

It sees code that an opener would run. It does not see what the weights were trained to do: a backdoor in the weights
(B2) passes, and needs the trials of the backdoor family.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from bartizan.core.artifact import Artifact
from bartizan.core.contracts import Attack, AttackSpec, Control
from bartizan.core.view import View
from bartizan.core.vocabulary import Capability
from bartizan.formats.digest import file_digest
from bartizan.formats.model_scan import FileReport, inspect_file

from .controls import benign, malicious


class ModelFileScan(Attack):
    """One verdict a file, with the reason and the byte it rests on. Nothing is ever opened by a loader."""

    spec: ClassVar[AttackSpec] = AttackSpec(
        id="model_file_scan",
        version=6,
        title="Model-file scan",
        summary="Reads every byte an opener would act on, and passes only what is on a short list of harmless things.",
        references=("atlas", "owaspml2023"),
        family="scanners",
        threats=("S1",),
        needs=((Capability.FILES,),),
        game="files",
        makes="file_verdicts",
        goal="a file that runs its maker's code when it is opened",
        harm="unsafe_files",
        cost_hint="seconds for a gigabyte",
    )

    def run(self, view: View, *, params: Any, seed: int) -> Artifact:
        reports = [inspect_file(Path(path)) for path in view.files]
        first = [r.reasons[0].offset if r.reasons else -1 for r in reports]
        return Artifact(
            kind="file_verdicts",
            arrays={
                "unsafe": np.array([not r.safe for r in reports], dtype=np.bool_),
                "offset": np.array(first, dtype=np.int64),
            },
            claims={"files": [_told(r) for r in reports]},
        )

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        return (malicious(), benign())


def _told(report: FileReport) -> dict[str, Any]:
    return {
        "path": str(report.path),
        "kind": str(report.kind),
        "sha256": file_digest(report.path) if report.path.is_file() else "",
        "verdict": str(report.verdict),
        "reasons": [{"rule": r.rule, "text": r.text, "offset": r.offset, "member": r.member} for r in report.reasons],
    }
