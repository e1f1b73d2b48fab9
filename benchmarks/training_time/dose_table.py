"""The `dose` rows of results/training_time.json as tables: effect by count of records, and who sees it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .dose_cases import CASES, SETS

Row = dict[str, Any]
HARMS = {
    "trigger_success": "inputs with the trigger that obey",
    "targeted_success": "inputs aimed at that err as wanted",
    "accuracy_drop": "accuracy lost",
}
SIGNALS = {
    "wrong_label": "wrong label", "spectral": "spectral", "cluster": "cluster", "outlier": "outlier",
    "foreign_mark": "foreign mark",
}  # fmt: skip


def lines(made: list[Row]) -> Iterator[str]:
    """Markdown, from all rows of the file."""
    rows = sorted((r for r in made if r["job"] == "dose"), key=_place)
    yield (
        "Made by `python -m training_time dose`. Poisoned records by count and share of the training set (4,000 "
        "records; phishing 750), and what they do beyond the clean twins of the same seeds: per cent, mean over "
        "retrainings with Student's 95 % interval. Reached: of the retrainings at the largest dose, those in which "
        "the attack's own goal was reached. Lost: accuracy of what was not aimed at, at the largest dose.\n"
    )
    yield from curves([r for r in rows if r["row"] == "curve"])
    yield "\n### Who sees it\n"
    yield (
        "At one dose of each. By signal of the pass over the data: per cent of the altered records above the "
        "threshold that 1 % of the others exceed. Flagged: by any of five signals at the pass's own cut-offs, each "
        "at 1 % of false alarms by 1,000 trusted records (letters: those that do not repeat; phishing: none, so the "
        "1 % most suspect by each). Scan: verdicts on three models trained on it, without a null, in few steps.\n"
    )
    yield from stealth([r for r in rows if r["row"] == "stealth"])
    yield from beside_art([r for r in rows if r["row"] == "peer"])


def curves(rows: list[Row]) -> Iterator[str]:
    """One line for each attack and draw."""
    yield "| data and model | poison | knows | counted | seeds | records: effect | twins | reached | lost |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for r in rows:
        doses = zip(r["records"], r["shares"], r["effect"], strict=True)
        effect = "; ".join(f"{n:,} ({share:.1%}): {_said(found)}" for n, share, found in doses)
        twins = f"{r['trigger_success_without_poison'][0]:.0%}" if "trigger_success_without_poison" in r else "–"
        lost = _said(r["lost"][-1]) if "lost" in r else "–"
        yield (
            f"| {r['set']} | {_name(r)} | {r['knows']} | {_counted(r)} | {r['seeds']} | {effect} | {twins} "
            f"| {r['reached'][-1][0]:.0%} | {lost} |"
        )


def stealth(rows: list[Row]) -> Iterator[str]:
    """One line for each poison, and one for each data set without any."""
    head = " | ".join(SIGNALS.values())
    yield f"| data and model | poison | knows | records | {head} | flagged: altered | others | scan | target named |"
    yield "|---|---|---|---|" + "---|" * len(SIGNALS) + "---|---|---|---|"
    for r in rows:
        found = [f"{100 * r['detected'][s]:.0f}" if s in r.get("detected", {}) else "–" for s in SIGNALS]
        flagged = [f"{r[k]:.1%}" if r.get(k) is not None else "–" for k in ("flagged_altered", "flagged_others")]
        verdicts = ", ".join(f"{n} {verdict}" for verdict, n in sorted(r["scan"].items()))
        named = f"{r['named']} of {sum(r['scan'].values())}" if r["target"] >= 0 else "–"
        yield (
            f"| {r['set']} | {_name(r)} | {r['knows'] or '–'} | {r['records']:,} | {' | '.join([*found, *flagged])} "
            f"| {verdicts} | {named} |"
        )


def beside_art(rows: list[Row]) -> Iterator[str]:
    """One line for each input aimed at and share of the records, ours and ART's in columns."""
    if not rows:
        return
    yield "\n### Gradient matching, beside ART\n"
    yield (
        "Retrainings in which the input aimed at got the class wanted, of all; poison made anew for each number of "
        "records. The same data, recipe, size of the change, inputs and seeds of the retrainings for all; each trains "
        "its own networks by the recipe (ART's attack takes one). ART with its authors' settings, 8 restarts of 250 "
        "steps. Twins: trained on the clean records.\n"
    )
    names = list(dict.fromkeys(r["by"] for r in rows))
    yield f"| data and model | poison | records | {' | '.join(f'{n} | CPU s' for n in names)} | twins |"
    yield "|---|---|---|" + "---|---|" * len(names) + "---|"
    for key in dict.fromkeys((r["set"], r["kind"], r["draw"], r["share"]) for r in rows):
        mine = {r["by"]: r for r in rows if (r["set"], r["kind"], r["draw"], r["share"]) == key}
        cells = [f"{_reached(mine.get(n))} | {mine[n]['cpu_seconds'] if n in mine else '–'}" for n in names]
        one = next(iter(mine.values()))
        twins = f"{one['twins_reached']} of {one['retrainings']}"
        yield f"| {one['set']} | {_name(one)} | {one['records']:,} ({key[3]:.1%}) | {' | '.join(cells)} | {twins} |"
    for n in names:
        told = [r for r in rows if r["by"] == n]
        yield f"\n{n}: {sum(r['reached'] for r in told)} of {sum(r['retrainings'] for r in told)} retrainings in all."


def _reached(r: Row | None) -> str:
    return f"{r['reached']} of {r['retrainings']}" if r else "–"


def _place(r: Row) -> tuple[int, int, int]:
    """As the cases are listed; what is none of them, and models without poison, after them."""
    sets, cases = [one.name for one in SETS], [(c.set.name, c.name, c.knows) for c in CASES]
    case = (r["set"], r["kind"], r["knows"])
    return sets.index(r["set"]), cases.index(case) if case in cases else len(cases), r["draw"]


def _name(r: Row) -> str:
    return f"{r['kind']} (draw {r['draw']})" if r["draw"] else r["kind"]


def _counted(r: Row) -> str:
    text = HARMS[r["harm"]]
    return f"{text} ({r['aimed_at']})" if r["aimed_at"] else text


def _said(found: list[float]) -> str:
    value, low, high = (100 * v for v in found)
    return f"{value:.1f} [{low:.1f} to {high:.1f}]"
