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
