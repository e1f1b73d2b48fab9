"""The `data` rows beside ART as tables: its scores as ours, its verdicts at the false alarms that it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Row = dict[str, Any]
LAYERS = {"": "the last layer (as ART has it)", ", layer before": "the layer before it (as the papers have it)"}
LIKE = {"ART spectral": "spectral", "ART activations": "cluster", "ART activations by size": "cluster"}


def lines(made: list[Row]) -> Iterator[str]:
    """Markdown, from the rows of triggers; of those without ART's part nothing is said."""
    rows = [r for r in made if "verdicts" in r]
    if not rows:
        return
    yield "\n### Triggers, beside ART\n"
    yield (
        "The same poisoned records; ART's detectors look at a model trained on them by the same recipe, ours at models "
        "of folds that each leave the record out. Share of altered records found at 1 % false alarms, mean over seeds "
        "with the least and the greatest.\n"
    )
    yield from _scores(rows)
    for layer, says in LAYERS.items():
        yield (
            f"\nART's verdicts by its own cut-offs, {says}: share of altered records found, and of the others in "
            "brackets. Ours: the same signal at as many false alarms.\n"
        )
        yield from _verdicts(rows, layer)


def _scores(rows: list[Row]) -> Iterator[str]:
    names = ["ours spectral", *(f"ART spectral{layer}" for layer in LAYERS)]
    yield f"| trigger | share of the data | seeds | {' | '.join(names)} |"
    yield "|---|---|---|" + "---|" * len(names)
    for key, mine in _settings(rows):
        cells = [_spread([r[name] for r in mine]) for name in names]
        yield f"| {key[0]} | {key[1]:.1%} | {len(mine)} | {' | '.join(cells)} |"
    for layer in LAYERS:
        yield _count(rows, f"ART spectral{layer}", lambda r, n: r[n], lambda r, n: r["ours spectral"])


def _verdicts(rows: list[Row], layer: str) -> Iterator[str]:
    heads = " | ".join(f"{name} | ours {like}" for name, like in LIKE.items())
    yield f"| trigger | share of the data | seeds | {heads} |"
    yield "|---|---|---|" + "---|---|" * len(LIKE)
    for key, mine in _settings(rows):
        cells = [
            cell for name, like in LIKE.items() for cell in _pair([r["verdicts"][name + layer] for r in mine], like)
        ]
        yield f"| {key[0]} | {key[1]:.1%} | {len(mine)} | {' | '.join(cells)} |"
    for name, like in LIKE.items():
        found = lambda r, n: r["verdicts"][n]["found"]  # noqa: E731
        yield _count(rows, name + layer, found, lambda r, n, like=like: r["verdicts"][n]["ours"][like])


def _pair(told: list[dict[str, Any]], like: str) -> tuple[str, str]:
    found, alarms, ours = (
        np.mean(v) for v in zip(*((t["found"], t["alarms"], t["ours"][like]) for t in told), strict=True)
    )
    return f"{found:.2f} ({alarms:.2f})", f"{ours:.2f}"


def _count(rows: list[Row], name: str, theirs: Callable[..., float], ours: Callable[..., float]) -> str:
    """In how many settings who is ahead, by the means over seeds."""
    gaps = [np.mean([ours(r, name) - theirs(r, name) for r in mine]) for _, mine in _settings(rows)]
    ahead = sum(g > 0 for g in gaps), sum(g < 0 for g in gaps)
    return f"\nSettings in which ours is ahead of {name}: {ahead[0]} of {len(gaps)}; behind: {ahead[1]}."


def _settings(rows: list[Row]) -> list[tuple[tuple[str, float], list[Row]]]:
    kinds = list(dict.fromkeys(r["kind"] for r in rows))
    keys = sorted({(r["kind"], r["share"]) for r in rows}, key=lambda key: (kinds.index(key[0]), key[1]))
    return [(key, [r for r in rows if (r["kind"], r["share"]) == key]) for key in keys]


def _spread(values: list[float]) -> str:
    return f"{np.mean(values):.2f} ({min(values):.2f}–{max(values):.2f})"
