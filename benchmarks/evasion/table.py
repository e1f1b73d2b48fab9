"""python -m evasion.table, from the folder `benchmarks`: the tables of results/evasion.json, as results/evasion.md."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

Row = dict[str, Any]
RESULTS = Path(__file__).parents[1] / "results"
REFERENCES = ("AutoAttack (torchattacks)", "APGD-CE + APGD-T 100 (adv-lib)")
NORMS = {"linf": "L∞", "l2": "L2", "l1": "L1", "l0": "L0"}


def main() -> None:
    """Write the tables and print them."""
    made = json.loads((RESULTS / "evasion.json").read_text())
    parts = [head(made), *_written(made)]
    if (RESULTS / "evasion-gpu.json").exists():
        gpu = json.loads((RESULTS / "evasion-gpu.json").read_text())
        parts += [gpu_head(gpu), *(t.replace("\n## ", "\n### ").replace("## ", "### ", 1) for t in _written(gpu))]
    text = "\n\n".join(parts) + "\n"
    (RESULTS / "evasion.md").write_text(text)
    print(text)


def _written(made: dict[str, Any]) -> Iterator[str]:
    for name, write in WRITERS.items():
        if made.get(name, {}).get("rows"):
            yield "\n".join(write(made[name]["rows"]))


def head(made: dict[str, Any]) -> str:
    """What made the tables."""
    versions = {f"{k} {v}" for part in made.values() for k, v in part["machine"]["versions"].items()}
    others = sorted(versions - {v for v in versions if v.startswith(("torch ", "numpy "))})
    parts = ", ".join(sorted({part["part"] for part in made.values()}))
    return (
        "# Evasion: ours beside the peers\n\nMade by `make bench-evasion` and `python -m evasion.table`; the numbers "
        f"with all settings and seeds are in evasion.json and evasion-gpu.json, and each row says on what it ran. "
        f"Images: the part `{parts}`, on which nothing was tuned. {', '.join(others)}; on the processor "
        f"{_where(made)}.\n\nEvery input that an attack hands over is looked at again by the same referee, and passes "
        "are counted by hooks on the model. All shares are per cent of images."
    )


def gpu_head(made: dict[str, Any]) -> str:
    """Of the part made on a GPU."""
    return (
        f"# On a GPU\n\n`python -m evasion --device cuda`: {_where(made)}, numpy "
        f"{next(iter(made.values()))['machine']['versions']['numpy']}. Several processes shared the card, so seconds "
        "count for the rows under Throughput alone. Cells that say `not run` are such: the card was lent for half an "
        "hour."
    )


def _where(made: dict[str, Any]) -> str:
    return " and ".join(sorted({r["on"] for part in made.values() for r in part["rows"]}))


def fixed(rows: list[Row]) -> Iterator[str]:
    """Strength and passes at a fixed L∞ radius; one line a model."""
    yield "## Robust accuracy within an L∞ ball\n"
    yield (
        "Median over seeds, and passes back an image. Lower is stronger. `union`: what stands when the successes of "
        "all peers are put together. Models marked * were not looked at before the plans were frozen.\n"
    )
    references = [a for a in REFERENCES if any(r["attack"] == a for r in rows)]
    yield f"| model | ε | n | quick | standard | {' | '.join(references)} | best PGD-40 | union | standard − union |"
    yield "|---|---|---|---|---|---|---|---|" + "---|" * len(references)
    for model, of in grouped(rows, "model"):
        cells = [_both(of, "Bartizan quick"), _both(of, "Bartizan standard")]
        cells += [_both(of, name) for name in references]
        cells += [_best_pgd(of), f"{_union(of):.1f}"]
        gap = _robust(of, "Bartizan standard") - _union(of)
        first = of[0]
        yield f"| {model}{'*' * first['unseen']} | {first['eps']} | {first['n']} | {' | '.join(cells)} | {gap:+.1f} |"
    yield "\n### Spread over seeds, and medians of passes\n"
    yield "| attack | models | seeds | largest spread of robust accuracy | forward | back | CPU / floor | invalid |"
    yield "|---|---|---|---|---|---|---|---|"
    for attack, of in grouped(rows, "attack"):
        spread = max(max(r["robust"] for r in m) - min(r["robust"] for r in m) for _, m in grouped(of, "model"))
        numbers = [median(r[k] for r in of) for k in ("forwards", "backwards")]
        floors = [r["over_floor"] for r in of if r["over_floor"] is not None and r["on"].startswith("cpu")]
        counts = [str(len({r[k] for r in of})) for k in ("model", "seed")]
        around = f"{median(floors):.2f}" if floors else "–"
        cells = [*counts, f"{spread:.1f}", *[f"{v:,.0f}" for v in numbers], around, str(sum(r["invalid"] for r in of))]
        yield f"| {attack} | {' | '.join(cells)} |"


def norms(rows: list[Row]) -> Iterator[str]:
    """Strength and passes in L2 and L1."""
    yield "## Robust accuracy within L2 and L1 balls\n"
    yield (
        "Radius: the median smallest change found on 200 tuning images, to two digits. Median over seeds, and passes "
        "back an image.\n"
    )
    yield "| model | ball | n | quick | standard | APGD-CE 100 | APGD-CE+T | standard − best peer |"
    yield "|---|---|---|---|---|---|---|---|"
    peers = ("APGD-CE 100 (adv-lib)", "APGD-CE + APGD-T 100 (adv-lib)")
    for (model, norm), of in grouped(rows, "model", "norm"):
        cells = [_both(of, a) for a in ("Bartizan quick", "Bartizan standard", *peers)]
        best = min((_robust(of, a) for a in peers if any(r["attack"] == a for r in of)), default=float("nan"))
        name = f"{model}{'*' * of[0]['unseen']}"
        gap = _robust(of, "Bartizan standard") - best
        yield f"| {name} | {NORMS[norm]} {of[0]['eps']} | {of[0]['n']} | {' | '.join(cells)} | {gap:+.1f} |"


def throughput(rows: list[Row]) -> Iterator[str]:
    """How near an attack comes to what the model can do."""
    yield "## Throughput\n"
    yield (
        "Images a second, forward and back counted apart, while the attack runs and nothing else uses the card; share "
        "of what the same batches reach with nothing around them.\n"
    )
    yield "| model | n | attack | robust | forward | back | passes a second | share of the ceiling |"
    yield "|---|---|---|---|---|---|---|---|"
    for r in rows:
        yield (
            f"| {r['model']} | {r['n']} | {r['attack']} | {r['robust']:.1f} | {r['forwards']:.1f} | "
            f"{r['backwards']:.1f} | {r['passes_per_second']:,.0f} | {100 / r['over_floor']:.0f} % |"
        )


def curve(rows: list[Row]) -> Iterator[str]:
    """Undefended models where a hundred steps of APGD leave a half, a fifth and a twentieth."""
    yield "## Undefended models\n"
    yield "At radii where APGD-CE 100 leaves 50, 20 and 5 % of the tuning images.\n"
    yield "| model | ε | APGD-CE 100: robust, back | ours, quick: robust, back | ours, standard: robust, back |"
    yield "|---|---|---|---|---|"
    for (model, eps), of in grouped(rows, "model", "eps"):
        names = ("APGD-CE 100 (adv-lib)", "Bartizan quick", "Bartizan standard")
        yield f"| {model} | {eps} | " + " | ".join(_both(of, n) for n in names) + " |"


def minimum(rows: list[Row]) -> Iterator[str]:
    """Median smallest change, ours beside the best peer."""
    yield "## Smallest changes in 100 passes\n"
    yield (
        "Median size over the images that the model reads rightly, failures counted as infinite; success in brackets. "
        "The best peer is chosen for each line by its median.\n"
    )
    yield "| model | norm | n | ours | best peer | which | ours / peer |"
    yield "|---|---|---|---|---|---|---|"
    for (model, norm), of in grouped(rows, "model", "norm"):
        ours = [r for r in of if r["package"] == "bartizan"]
        best = min((r for r in of if r["package"] != "bartizan"), key=lambda r: r["median"])
        mine = median(r["median"] for r in ours)
        yield (
            f"| {model} | {NORMS[norm]} | {best['n']} | {mine:.4g} ({min(r['success'] for r in ours):.0%}) | "
            f"{best['median']:.4g} ({best['success']:.0%}) | {best['attack']} ({best['package']}) | "
            f"{mine / best['median']:.3f} |"
        )


def blackbox(rows: list[Row]) -> Iterator[str]:
    """Median queries to success."""
    yield "## By answers alone\n"
    yield (
        "Median queries until an image falls, among all images (–: more than half stand at the budget), and success at "
        "the budget; each the median over seeds, with the least and the most in brackets.\n"
    )
    yield "| model | answers | ball | budget | n | seeds | attack | median queries | success | invalid |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    order = sorted(rows, key=lambda r: (r["model"], r["access"], r["norm"], r["eps"], r["attack"] != "bartizan"))
    for (model, access, norm, eps, attack), of in grouped(order, "model", "access", "norm", "eps", "attack"):
        asked = [float("inf") if r["median_queries"] is None else r["median_queries"] for r in of]
        cells = [f"{of[0]['budget']:,}", str(of[0]["n"]), str(len(of)), attack, _among(asked, _queries)]
        cells += [_among([r["success"] for r in of], lambda v: f"{v:.0%}"), str(sum(r["invalid"] for r in of))]
        yield f"| {model} | {access} | {NORMS[norm]} {eps} | {' | '.join(cells)} |"


def _queries(v: float) -> str:
    return f"{v:,.0f}" if np.isfinite(v) else "–"


def _among(values: list[float], said: Callable[[float], str]) -> str:
    """The median, and the range where it is one."""
    low, middle, high = said(min(values)), said(median(values)), said(max(values))
    return middle if low == high else f"{middle} ({low} to {high})"


def stream(rows: list[Row]) -> Iterator[str]:
    """Memory of a long run."""
    yield "## Memory\n"
    for r in rows:
        yield (
            f"{r['n']:,} images ({r['input_bytes'] / 2**20:.0f} MiB) of {r['model']} under the plan quick: the peak of "
            f"the process grew by {r['peak_growth_bytes'] / 2**20:.0f} MiB, results included."
        )


def calibration(rows: list[Row]) -> Iterator[str]:
    """Predicted against found residuals."""
    yield "## What `residual` is worth\n"
    yield (
        "Predicted: the share that would fall to more passes. Found: the share that fell to the plan `deep` of any of "
        "three other seeds. Means over seeds.\n"
    )
    yield "| model | quick: predicted, found | standard: predicted, found | deep leaves, back |"
    yield "|---|---|---|---|"
    for model, of in grouped(rows, "model"):
        cells = []
        for plan in ("Bartizan quick", "Bartizan standard"):
            mine = [r for r in of if r["attack"] == plan]
            cells.append(", ".join(f"{np.mean([r[k] for r in mine]):.2f}" for k in ("predicted", "found")))
        yield f"| {model} | {' | '.join(cells)} | {of[0]['deep']:.1f}, {of[0]['deep_backwards']:.0f} |"


def alarms(rows: list[Row]) -> Iterator[str]:
    """False alarms of the reliability flags."""
    yield "## False alarms\n"
    for r in rows:
        yield (
            f"{r['flagged']} of {r['models']} honestly trained small models drew a reliability flag "
            f"(95 % interval {100 * r['low']:.0f} to {100 * r['high']:.0f} %). {'; '.join(r['alarms'])}"
        )


WRITERS = {
    "fixed": fixed,
    "norms": norms,
    "throughput": throughput,
    "curve": curve,
    "minimum": minimum,
    "blackbox": blackbox,
    "stream": stream,
    "calibration": calibration,
    "alarms": alarms,
}


def grouped(rows: Iterable[Row], *keys: str) -> list[tuple[Any, list[Row]]]:
    """Rows by the values of `keys`, in the order of their first appearance."""
    out: dict[Any, list[Row]] = {}
    for row in rows:
        key = row[keys[0]] if len(keys) == 1 else tuple(row[k] for k in keys)
        out.setdefault(key, []).append(row)
    return list(out.items())


def _robust(rows: list[Row], attack: str) -> float:
    of = [r["robust"] for r in rows if r["attack"] == attack]
    return median(of) if of else float("nan")


def _both(rows: list[Row], attack: str) -> str:
    of = [r for r in rows if r["attack"] == attack]
    return f"{_robust(of, attack):.1f} at {median(r['backwards'] for r in of):,.0f}" if of else "not run"


def _best_pgd(rows: list[Row]) -> str:
    names = {r["attack"] for r in rows if r["attack"].startswith("PGD")}
    return _both(rows, min(names, key=lambda n: _robust(rows, n))) if names else "not run"


def _union(rows: list[Row]) -> float:
    """Per cent standing after all peers together."""
    standing = [_bits(r) for r in rows if not r["attack"].startswith("Bartizan")]
    return 100 * float(np.logical_and.reduce(standing).mean()) if standing else float("nan")


def _bits(row: Row) -> Any:
    return np.unpackbits(np.frombuffer(bytes.fromhex(row["standing"]), np.uint8))[: row["n"]].astype(np.bool_)


if __name__ == "__main__":
    main()
