"""Ten thousand images at once: how much memory a search takes beyond the images themselves."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

CODE = """
import sys
from pathlib import Path
sys.path.insert(0, {benchmarks!r})
import torch
torch.set_num_threads(1)
from evasion.data import images
from evasion.models import entry, model
from bartizan.attacks.evasion import robust_accuracy
e = entry({name!r})
x, y = images(e.dataset, "streaming")
robust_accuracy(model({name!r}), x[:256], y[:256], eps=e.eps, plan="quick", checks=False)
def memory(kind):
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * int(next(line.split()[1] for line in lines if line.startswith(kind)))
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
before = memory("VmRSS")
found = robust_accuracy(model({name!r}), x, y, eps=e.eps, plan="quick", checks=False)
print(len(x), x.nbytes, memory("VmHWM") - before, 100 * found.value)
"""


def row(name: str) -> dict[str, Any]:
    """Images, their bytes, and the growth of the peak while they are searched, in a process of its own."""
    code = CODE.format(benchmarks=str(Path(__file__).parents[1]), name=name)
    said = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout.split()
    n, size, grew, robust = int(said[0]), int(said[1]), int(said[2]), float(said[3])
    print(f"{name}: {n} images of {size / 2**20:.0f} MiB, peak grew by {grew / 2**20:.0f} MiB, {robust:.2f} % robust")
    return {"model": name, "n": n, "input_bytes": size, "peak_growth_bytes": grew, "robust": robust}
