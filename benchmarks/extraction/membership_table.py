"""The membership rows of results/extraction.json as tables."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]


def lines(made: list[Row]) -> Iterator[str]:
    """Markdown, from all rows of the file."""
    mine = [r for r in made if r["job"] == "membership" and r.get("part", "table") == "table"]
    yield (
        "Made by `python -m extraction.membership`. Members told from outsiders, means over targets, each with "
        "references of its own; the peer is the best of LiRA and RMIA in all variants, in hindsight. Intervals: "
        "bootstrap over targets and records, 95 %. Tuned on other records and seeds of the pairs marked *; nothing was "
        "chosen on the others.\n"
    )
    for what, write in WRITERS.items():
        chosen = [r for r in mine if r["what"] == what]
        if chosen:
            yield from write(chosen)
            yield ""


def attack(rows: list[Row]) -> Iterator[str]:
    """Ours beside the best peer, and the geometric mean over pairs."""
    yield "### Same recipe\n"
    yield (
        "| pair | references | targets | AUC | TPR at 0.1 % FPR: fusion | best peer | ratio | at 1 %: ratio | "
        "to LiRA online |"
    )
    yield "|---|---|---|---|---|---|---|---|---|"
    every = sorted(rows, key=lambda r: r["references"])
    rows = [r for r in every if "ratio" in r["at_0.001"]]
    for r in rows:
        low, one = r["at_0.001"], r["at_0.01"]
        tpr, best = r["tpr_0.001"], low["best_peer"]
        yield (
            f"| {_pair(r)} | {r['references']} | {r['targets']} | {r['auc']['fusion']:.3f} | {tpr['fusion']:.2f} | "
            f"{tpr[best]:.2f} ({best}) | {_ratio(low)} | {_ratio(one)} | {low['to_lira_online']:.1f} |"
        )
    yield ""
    for k in sorted({r["references"] for r in rows}):
        of = [r for r in rows if r["references"] == k]
        means = [_geometric([r[f"at_{f}"]["ratio"] for r in of]) for f in ("0.001", "0.01")]
        yield (
            f"With {k} references, geometric mean of the ratio over {len(of)} pairs: {means[0]:.2f} at 0.1 %, "
            f"{means[1]:.2f} at 1 %.\n"
        )
    yield from _many(rows, [r for r in every if "ratio" not in r["at_0.001"]])


def _many(rows: list[Row], peers: list[Row]) -> Iterator[str]:
    """The fusion with eight references beside LiRA with many more."""
    eight = {r["pair"]: r["tpr_0.001"]["fusion"] for r in rows if r["references"] == 8}
    beside = [r for r in peers if r["pair"] in eight]
    if beside:
        yield "| pair | fusion with 8: TPR at 0.1 % FPR | LiRA | its references | ratio |\n|---|---|---|---|---|"
    for r in beside:
        ours, best = eight[r["pair"]], max(v for n, v in r["tpr_0.001"].items() if n.startswith("LiRA"))
        yield f"| {_pair(r)} | {ours:.2f} | {best:.2f} | {r['references']} | {ours / max(best, 1e-9):.2f} |"


def mismatch(rows: list[Row]) -> Iterator[str]:
    """References by another recipe than the target's."""
    yield "### Another recipe\n"
    yield "| pair | references | noticed | TPR at 0.1 % FPR: fusion | not matched | best peer | ratio |"
    yield "|---|---|---|---|---|---|---|"
    for r in rows:
        low, tpr = r["at_0.001"], r["tpr_0.001"]
        yield (
            f"| {_pair(r)} | {r['references']} | {r['noticed']} of {r['targets']} | {tpr['fusion']:.2f} | "
            f"{tpr['fusion, not matched']:.2f} | {tpr[low['best_peer']]:.2f} ({low['best_peer']}) | {_ratio(low)} |"
        )


def null(rows: list[Row]) -> Iterator[str]:
    """Targets that never saw the records."""
    yield "### Nothing to find\n"
    for r in rows:
        yield (
            f"Targets {r['kind']}: the 95 % interval of the AUC holds 0.5 in {r['auc_interval_holds_half']} of "
            f"{r['runs']} runs, and a leak is claimed in {r['leak_claimed']}.\n"
        )


def cost(rows: list[Row]) -> Iterator[str]:
    """Seconds together and one after another."""
    yield "### Training of references\n"
    yield "One thread; medians over repeats in turn, and the range of their ratios.\n"
    yield (
        "| pair | device | models | records | epochs | together: CPU s (clock) | one after another | CPU ratio | "
        "clock ratio | repeats |"
    )
    yield "|---|---|---|---|---|---|---|---|---|---|"
    for r in rows:
        low, high = r.get("cpu_ratio_range", (r["cpu_ratio"],) * 2)
        yield (
            f"| {r['pair']} | {r['device']} | {r['models']} | {r['records']:,} | {r['epochs']} | "
            f"{r['together_cpu_s']} ({r['together_s']}) | {r['sequential_cpu_s']} ({r['sequential_s']}) | "
            f"{r['cpu_ratio']} ({low} to {high}) | {r['ratio']} | {r.get('repeats', 1)} |"
        )


def memory(rows: list[Row]) -> Iterator[str]:
    """Peaks measured and counted."""
    yield "### Memory of references\n"
    yield (
        "Growth of a fresh process's peak, the records already in it, beside the peak that the trainer counts and "
        "holds its cap against, records among it.\n"
    )
    yield "| pair | of | models | records | peak grew by (MiB) | counted | of which records |"
    yield "|---|---|---|---|---|---|---|"
    for r in rows:
        grew, counted, data = (r[f"{n}_bytes"] / 2**20 for n in ("peak_growth", "counted", "data"))
        yield (
            f"| {r['pair']} | {r['of']} | {r['models']} | {r['records']:,} | {grew:.0f} | {counted:.0f} | {data:.0f} |"
        )


WRITERS = {"attack": attack, "mismatch": mismatch, "null": null, "cost": cost, "memory": memory}


def _pair(row: Row) -> str:
    return row["pair"] + ("*" if row["tuned"] else "")


def _ratio(found: Row) -> str:
    return f"{found['ratio']:.2f} ({found['low']:.2f} to {found['high']:.2f})"


def _geometric(values: list[float]) -> float:
    return math.exp(sum(math.log(max(v, 1e-9)) for v in values) / len(values))
