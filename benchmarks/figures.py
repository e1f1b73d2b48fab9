"""Measures the figures that Bartizan promises to keep, prints a table and writes JSON.

python benchmarks/figures.py                 the quick ones (a minute or two)
python benchmarks/figures.py --demo          and the demo, cold and cached
python benchmarks/figures.py --kill          and 20 kills of the demo without treatments, each followed by the same
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "figures.json"
STAND_INS = ROOT / "tests" / "plugin_package"
DIGITS = ROOT / "examples" / "digits" / "system.yaml"
PACKAGES = ("bartizan", "numpy", "torch", "pydantic", "SQLAlchemy", "Pebble")
SEED = 20261123


def main() -> None:
    """Measure what was asked for; figures measured earlier and not now are kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--demo", action="store_true")
    parser.add_argument("--kill", action="store_true")
    asked = parser.parse_args()
    figures = json.loads(RESULTS.read_text())["figures"] if RESULTS.exists() else {}
    jobs: list[Callable[[], dict[str, Any]]] = [planning, empty_trials, listing]
    jobs += [demo] if asked.demo else []
    jobs += [kills] if asked.kill else []
    for job in jobs:
        figures.update(job())
    made = {"machine": machine(), "figures": figures}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(made, indent=1, sort_keys=True) + "\n")
    for name, figure in sorted(figures.items()):
        print(f"{name:<34} {figure['value']:>10.3f} {figure['unit']:<8} promised {figure['promised']}")


def machine() -> dict[str, Any]:
    """What the figures were measured on, without names or paths."""
    found = {name: version(name) for name in PACKAGES}
    return {"cores": len(os.sched_getaffinity(0)), "python": platform.python_version(), "versions": found, "seed": SEED}


def planning() -> dict[str, Any]:
    """Whole processes, median of five after one to warm the disk's cache; and whether torch was imported."""
    figures = {}
    for command in ("threats", "plan"):
        seconds = [_seconds([_program(), command, str(DIGITS)]) for _ in range(6)][1:]
        figures[f"{command}_seconds"] = _figure(statistics.median(seconds), "s", "at most 1.5", runs=seconds)
        code = (
            "import sys; from bartizan.cli.main import main; "
            f"main([{command!r}, {str(DIGITS)!r}]); sys.exit(3 if 'torch' in sys.modules else 0)"
        )
        found = subprocess.run([sys.executable, "-c", code], stdout=subprocess.DEVNULL, check=False).returncode
        figures[f"{command}_imports_torch"] = _figure(float(found == 3), "0 or 1", "0")
    return figures


def empty_trials(n: int = 1000) -> dict[str, Any]:
    """A campaign of trials that do nothing, on as many processes as there are cores, start-up of the pool included."""
    code = f"""
import sys, tempfile, time
from pathlib import Path
sys.path.insert(0, {str(STAND_INS)!r})
from bartizan.campaign.executor import LocalProcesses
from bartizan.campaign.run import Campaign
from bartizan.core.access import Access
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability
from bartizan.formats.description import read_system
from bartizan.store.store import Store

def trial(i):
    return Trial(name=f"empty-{{i}}", kind="attack", plugin="stand_in", version=1, seed=i, params={{}},
                 subject=Subject(kind="files", id="reader"), access=Access(capabilities=(Capability.FILES,)))

if __name__ == "__main__":
    description = read_system({str(DIGITS)!r})
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        with Store(Path(folder)) as store, LocalProcesses() as executor:
            found = Campaign(description, store, executor).run([trial(i) for i in range({n})])
        seconds = time.perf_counter() - began
        assert all(e.outcome == "measured" for e in found.values()), next(iter(found.values()))
    print(seconds)
"""
    environment = {**os.environ, "PYTHONPATH": str(STAND_INS)}
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "empty.py"
        script.write_text(code)
        said = subprocess.run(
            [sys.executable, str(script)], env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout
    return {"empty_trials_1000_seconds": _figure(float(said), "s", "at most 5")}


def listing(n: int = 100_000) -> dict[str, Any]:
    """A store of evidence folders and its index, in step: the time to check that and list every row."""
    from bartizan.store.index import Index
    from bartizan.store.store import Store

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        rows = [_row(i) for i in range(n)]
        for row in rows:
            (root / "evidence" / row["id"]).mkdir(parents=True)
        index = Index(root / "index.sqlite")
        index.add_rows(rows)
        index.close()
        began = time.perf_counter()
        index = Index(root / "index.sqlite")
        index.sync(Store(root))
        found = len(index.rows())
        seconds = time.perf_counter() - began
        index.close()
    assert found == n, found
    return {"listing_100000_seconds": _figure(seconds, "s", "at most 1")}


def demo() -> dict[str, Any]:
    """What `make demo` runs after installation: cold, then all cached. Memory is that of all its processes together."""
    with tempfile.TemporaryDirectory() as store:
        command = [_program(), "assess", str(DIGITS), "--effort", "quick", "--store", store]
        cold, peak = _watched(command)
        cached, _ = _watched(command)
    return {
        "demo_cold_seconds": _figure(cold, "s", "at most 300"),
        "demo_cold_peak_mib": _figure(peak, "MiB", "at most 2048", what="proportional set size of all processes"),
        "demo_cached_seconds": _figure(cached, "s", "at most 10"),
    }


def kills(times: int = 20) -> dict[str, Any]:
    """Kill the demo, without treatments, at random moments; the last run must end as if undisturbed, repeating nothing.

    Half of the moments are drawn from the first third of an undisturbed run; the other half from the second that
    follows the next measurement, so that the kills come nearer to the end however long the first trials are.
    """
    rng = random.Random(SEED)
    with tempfile.TemporaryDirectory() as calm, tempfile.TemporaryDirectory() as rough:
        began = time.perf_counter()
        subprocess.run(_assess(calm), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        whole = time.perf_counter() - began
        repeated, progress = 0, []
        for kill in range(times + 1):
            before = _stamps(rough)
            process = subprocess.Popen(_assess(rough), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if kill < times:
                _wait_to_kill(process, rough, len(before), rng, None if kill % 2 else whole / 3)
                process.kill()
            process.wait()
            after = _stamps(rough)
            repeated += sum(after.get(name) != stamp for name, stamp in before.items())
            progress.append(len(after))
        same = process.returncode == 0 and _without_clock(calm) == _without_clock(rough)
    return {
        "kills_then_identical": _figure(float(same), "0 or 1", "1", kills=times),
        "kills_trials_repeated": _figure(float(repeated), "trials", "0", kills=times, measured_at_each_kill=progress),
    }


def _wait_to_kill(
    process: subprocess.Popen[bytes], store: str, measured: int, rng: random.Random, span: float | None
) -> None:
    """Until a moment within `span` seconds, or without one until shortly after the next measurement."""
    if span is not None:
        time.sleep(rng.uniform(0.2, span))
        return
    while process.poll() is None and len(_stamps(store)) <= measured:
        time.sleep(0.05)
    time.sleep(rng.uniform(0, 1))


def _assess(store: str) -> list[str]:
    return [_program(), "assess", str(DIGITS), "--effort", "quick", "--no-treat", "--store", store]


def _stamps(store: str) -> dict[str, tuple[int, int]]:
    """Inode and time of each record of measured evidence."""
    found = {}
    for record in Path(store, "evidence").glob("[!.]*/record.json"):
        if '"outcome":"measured"' in record.read_text():
            status = record.stat()
            found[record.parent.name] = (status.st_ino, status.st_mtime_ns)
    return found


def _without_clock(store: str) -> bytes:
    """The bytes of the assessment, its top-level `clock` cut out."""
    rest, cuts = re.subn(rb'(?ms)^  "clock": \{.*?^  \},\n', b"", Path(store, "assessment.json").read_bytes())
    assert cuts == 1, cuts
    return rest


def _watched(command: list[str]) -> tuple[float, float]:
    """Seconds of a command, and the most memory its processes held together, in MiB (sampled ten times a second)."""
    began, peak, over = time.perf_counter(), 0.0, threading.Event()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)

    def sample() -> None:
        nonlocal peak
        while not over.wait(0.1):
            peak = max(peak, _memory(process.pid))

    watcher = threading.Thread(target=sample)
    watcher.start()
    code = process.wait()
    over.set()
    watcher.join()
    assert code == 0, code
    return time.perf_counter() - began, peak


def _memory(session: int) -> float:
    """Proportional set size of every process of a session, in MiB: shared pages are counted once."""
    total = 0.0
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(entry.name)) != session:
                continue
            lines = (entry / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return total


def _row(i: int) -> dict[str, Any]:
    return {
        "id": f"{i:032x}",
        "trial": f"apgd:E1@reader:{i}",
        "plugin": "apgd",
        "kind": "attack",
        "subject": "reader",
        "outcome": "measured",
        "queries": i,
    }


def _seconds(command: list[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - began


def _program() -> str:
    return str(Path(sys.executable).parent / "bartizan")


def _figure(value: float, unit: str, promised: str, **more: Any) -> dict[str, Any]:
    return {"value": round(value, 3), "unit": unit, "promised": promised, **more}


if __name__ == "__main__":
    main()
