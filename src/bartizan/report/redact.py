"""Records of people stay out of the report: examples are withheld before any section can see them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bartizan.core.assessment import Assessment
from bartizan.core.contracts import ArrayReader

WITHHELD = "examples_withheld"
SENSITIVE = ("personal", "secret")
_SHOWN = ("reached", "tries", "size", "roc_", "grid_", "exposed_", "suspect_")


def sensitive_data(assessment: Assessment) -> tuple[str, ...]:
    """Ids of the data sets the description marks as personal or secret."""
    assets = assessment.system.get("assets") or {}
    return tuple(str(d.get("id")) for d in assets.get("data") or () if d.get("sensitivity") in SENSITIVE)


def redacted(arrays: ArrayReader) -> ArrayReader:
    """A reader that hands out only arrays known to hold no records; `examples_withheld` says that some were kept
    back."""

    def read(evidence: str) -> Mapping[str, NDArray[np.generic]]:
        found = arrays(evidence)
        shown = {name: a for name, a in found.items() if name.startswith(_SHOWN)}
        return {**shown, WITHHELD: np.array(True)} if any(n.startswith("example_") for n in found) else shown

    return ArrayReader(read)
