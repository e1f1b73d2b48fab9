"""GermanCredit: 1,000 rows of 61 columns, two classes (Hofmann, 1994).

It lies in the Debian package `r-cran-caret`: `apt-get download r-cran-caret`, `dpkg -x` it, and put
usr/lib/R/site-library/caret/data/GermanCredit.RData into benchmarks/extraction/.data; `pip install rdata` reads it.
`python -m extraction.credit`, from the folder `benchmarks`, writes credit.npz beside it, which needs no R.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent / ".data"
Columns = tuple[str, ...]


@cache
def credit() -> tuple[NDArray[np.float32], NDArray[np.int64], Columns]:
    """Columns scaled to [0, 1] (1,000×61), whether the loan went well, and the columns' names; in random order."""
    with np.load(HERE / "credit.npz") as kept:
        x, y, names = kept["x"], kept["y"], tuple(kept["names"].tolist())
    order = np.random.default_rng(0).permutation(len(x))
    return x[order], y[order], names


def main() -> None:
    """Write credit.npz."""
    import rdata

    table = rdata.read_rda(str(HERE / "GermanCredit.RData"))["GermanCredit"]
    y = (table.pop("Class") == "Good").to_numpy().astype(np.int64)
    x = table.to_numpy().astype(np.float32)
    spread = np.maximum(x.max(axis=0) - x.min(axis=0), 1e-6)
    np.savez(HERE / "credit.npz", x=(x - x.min(axis=0)) / spread, y=y, names=np.array(list(table.columns)))


if __name__ == "__main__":
    main()
