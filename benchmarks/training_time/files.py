"""Scanners of model files: what is flagged of tricks and of honest files, by the same files for every tool.

Tricks: the families the readers were made with, and those that were held out and frozen. Honest files: those the lists
were made with, and those that were not. Ours runs as it ships, in its cage; peers in a process of their own, stopped at
a file after 30 CPU seconds, and ended where that does not stop them, or where they wait for longer by the clock.
"""

from __future__ import annotations

import os
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import files_peers
from .rows import record

ROOT = Path(__file__).parents[2]
OURS = "bartizan"
GROUPS = ("tuning", "held out", "benign", "unseen")
NOT_STOPPED, WAITS = 1.2, 40  # times the CPU seconds allowed, of CPU time and by the clock: others have their share


@dataclass(frozen=True)
class Case:
    """A file to be judged. group: tuning, held out, benign, unseen."""

    group: str
    format: str
    family: str
    path: Path


def run(
    *, peers: Path, only: str = "", groups: str = "", every: int = 1, seconds: float = 30.0, **other_jobs: Any
) -> None:
    """All tools on all files, then the folder of 10,000; `only`, `groups`: those named, by commas. every: one file of
    so many in each group, for a tool that takes too long for all."""
    folder = Path(tempfile.mkdtemp(prefix="bartizan-files-"))
    try:
        asked = tuple(filter(None, groups.split(","))) or GROUPS
        made = list(_cases(folder))
        cases = [c for group in asked for c in [c for c in made if c.group == group][::every]]
        for tool in tuple(filter(None, only.split(","))) or (OURS, "folder", *files_peers.PEERS):
            if tool == "folder":
                _folder(folder, [c.path for c in cases])
            else:
                _tool(tool, cases, peers, seconds)
    finally:
        shutil.rmtree(folder)


def _cases(folder: Path) -> Iterator[Case]:
    sys.path.insert(0, str(ROOT / "tests" / "scanners"))
    import torch
    from tricks import afresh, benign, held_out, later, tuning
    from tricks.build import made

    torch.set_num_threads(1)
    mark = str(folder / "the-payload-ran")
    for group, makers in (("tuning", [*tuning.MAKERS, *later.MAKERS, *afresh.MAKERS]), ("held out", held_out.MAKERS)):
        for i, trick in enumerate(made(makers, mark)):
            into = folder / group.replace(" ", "-") / str(i)
            into.mkdir(parents=True)
            for name, raw in trick.files.items():
                (into / name).write_bytes(raw)
            yield Case(group, trick.format, trick.family, into / next(iter(trick.files)))
    for group, write in (("benign", benign.write), ("unseen", benign.write_unseen)):
        for format, path in write(folder / group):
            yield Case(group, format, format, path)


def _tool(tool: str, cases: list[Case], peers: Path, seconds: float) -> None:
    """A row for each group, as soon as it is done."""
    ask = _ours() if tool == OURS else _peer(tool, peers, seconds)
    next(ask)
    for group in dict.fromkeys(c.group for c in cases):
        told = [(case, *ask.send(case.path)) for case in cases if case.group == group]
        record("files", {"tool": tool, "group": group}, _summary(group, told))
    ask.close()


def _summary(group: str, told: list[tuple[Case, str, float]]) -> dict[str, Any]:
    families: dict[str, Counter[str]] = {}
    for case, verdict, _ in told:
        families.setdefault(f"{case.family} ({case.format})", Counter())[verdict] += 1
    values: dict[str, Any] = {"n": len(told), **Counter(v for _, v, _ in told)}
    values["median_seconds"] = round(statistics.median(s for *_, s in told), 5)
    values["most_seconds"] = round(max(s for *_, s in told), 3)
    if group == "tuning":
        values["payload_ran"] = (told[0][0].path.parents[2] / "the-payload-ran").exists()
    return {**values, "families": {k: dict(c) for k, c in families.items()}}


def _ours() -> Any:
    from bartizan.scanners.cage import Cage

    words = {"approved": "approved", "needs review": "review", "malicious": "malicious"}
    with Cage() as cage:
        path = yield
        cage.inspect(path)  # starts the process
        while True:
            start = time.perf_counter()
            verdict = words[str(cage.inspect(path).verdict)]
            path = yield verdict, time.perf_counter() - start


def _peer(tool: str, peers: Path, limit: float) -> Any:
    process = None
    path = yield
    while True:
        if process is None:
            process = _started(tool, peers, limit)
        answer, seconds, alive = _asked(process, path, limit)
        if not alive:
            process.kill()
            process.wait()
            process = None
        path = yield answer, seconds


def _started(tool: str, peers: Path, limit: float) -> subprocess.Popen[bytes]:
    where = [str(p) for p in (peers / tool.replace("_", "-"), peers / "extra") if p.exists()]
    paths = os.pathsep.join([*where, os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-W", "ignore", "-m", "training_time.files_peers", tool, str(limit)]
    return subprocess.Popen(
        command, cwd=ROOT / "benchmarks", env={**os.environ, "PYTHONPATH": paths},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _asked(process: subprocess.Popen[bytes], path: Path, limit: float) -> tuple[str, float, bool]:
    """The verdict, seconds by the clock, and whether the process can be asked again."""
    import json

    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(json.dumps(str(path)).encode() + b"\n")
        process.stdin.flush()
        if not _answered(process, limit):
            return "timed out", limit, False
        verdict, seconds, _ = json.loads(process.stdout.readline())
    except (OSError, ValueError):
        return "unknown", 0.0, False
    return verdict, seconds, True


def _answered(process: subprocess.Popen[bytes], limit: float) -> bool:
    """Whether it says something before it has used up its time."""
    began, used = time.monotonic(), _cpu_seconds(process.pid)
    while not select.select([process.stdout], [], [], 0.5)[0]:
        spent = _cpu_seconds(process.pid) - used
        if spent > NOT_STOPPED * limit or time.monotonic() - began > WAITS * limit:
            return False
    return True


def _cpu_seconds(pid: int) -> float:
    """Of a running process, by Linux's table of processes."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _folder(folder: Path, paths: list[Path]) -> None:
    """A scan of folders of 1,000 and of 10,000 files, as the command makes it, in a fresh process: CPU seconds, and the
    most memory that the process or its reader takes."""
    small = [p for p in paths if p.stat().st_size < 1 << 16 and "bomb" not in p.name]
    script = folder / "scan_folder.py"
    script.write_text(SCRIPT)
    for n in (1_000, 10_000):
        into = folder / f"many-{n}"
        for i in range(n):
            source = small[i % len(small)]
            place = into / str(i // 500)
            place.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, place / f"{i}-{source.name}")
        start = time.perf_counter()
        told = subprocess.run([sys.executable, str(script), str(into)], capture_output=True, text=True, check=True)
        peak, cpu, files = map(float, told.stdout.split())
        values = {"n": int(files), "seconds": round(time.perf_counter() - start, 1), "cpu_seconds": round(cpu, 1)}
        record("files", {"tool": OURS, "group": f"folder of {n}"}, {**values, "peak_mib": round(peak / 1024, 1)})
        shutil.rmtree(into)


SCRIPT = """
import resource, sys
from pathlib import Path
from bartizan.scanners.folder import scan
from bartizan.scanners.tally import Tally

if __name__ == "__main__":
    tally = Tally()
    for report in scan([Path(sys.argv[1])]):
        tally.add(report)
    used = [resource.getrusage(w) for w in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(max(u.ru_maxrss for u in used), sum(u.ru_utime + u.ru_stime for u in used), tally.total)
"""
