"""How much the peak of a fresh process grows while references are trained, beside the peak that was counted."""

from __future__ import annotations

import subprocess
import sys

from . import rows

MODELS, RECORDS = 16, 10_000

MEASURED = """
import sys
from dataclasses import replace
from pathlib import Path
import numpy as np
from bartizan.attacks.privacy import membership
from bartizan.attacks.stacked import fair_coins, train_stacked
from extraction.pairs import PAIRS

name, what, models, records = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
pair = next(p for p in PAIRS if p.name == name)
pool, classes = pair.pool("table")
kept = np.sort(np.unique(pool.reshape(len(pool), -1), axis=0, return_index=True)[1])[:records]  # each record once
x, y = np.array(pool[kept]), np.array(classes[kept])
del pool, classes
recipe = replace(pair.recipe, epochs=1)

def status(field):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) * 1024

def train(n, m):
    return train_stacked(recipe, x[:n], y[:n], inside=fair_coins(m, n, 5), seed=0)

train(200, 2)  # what torch takes once in a process is not of the training
half, scores = records // 2, np.zeros((records, int(y.max()) + 1), np.float32)
scores[np.arange(records), y] = np.random.default_rng(0).normal(3, 1, records)
position = {row.tobytes(): i for i, row in enumerate(x)}
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
before = status("VmRSS")
if what == "training":
    peak = train(records, models).peak
else:
    found = membership(
        lambda given: scores[[position[row.tobytes()] for row in given]], (x[:half], y[:half]), (x[half:], y[half:]),
        references=models, train=recipe,
    )
    peak = found.peak
print(status("VmHWM") - before, peak, x.nbytes + y.nbytes)
"""


def memory_rows(pair: str) -> None:
    """Of the training alone, and of `membership` as a whole."""
    for of in ("training", "membership"):
        command = [sys.executable, "-c", MEASURED, pair, of, str(MODELS), str(RECORDS)]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        grew, counted, data = (int(s) for s in said[-3:])
        key = {"what": "memory", "pair": pair, "of": of, "models": MODELS, "records": RECORDS}
        rows.record("membership", key, {"peak_growth_bytes": grew, "counted_bytes": counted, "data_bytes": data})
