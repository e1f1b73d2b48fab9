"""The rows of `audit` and `leaks` in results/extraction.json as tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]


def audit(rows: list[Row]) -> Iterator[str]:
    """Bounds beside the truth."""
    yield (
        "Made by `python -m extraction audit`: mean lower bounds on ε at δ = 1e-5 with 95 % confidence, over runs. The "
        "truth is that of the faultless mechanism; a fault is caught where the bound is above it.\n"
    )
    yield "| training | canaries | runs | true ε | bound | share | Gaussian bound | share | bounds above |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for r in (r for r in rows if r["job"] == "audit"):
        name = f"{r['name']}, μ = {r['mu']}" if "mu" in r else r["name"]
        yield (
            f"| {name} | {r['canaries']} | {r['runs']} | {r['true_epsilon']} | {r['epsilon']} | "
            f"{r['share_of_truth']} | "
            f"{r['gaussian_epsilon']} | {r['gaussian_share_of_truth']} | {r['above_truth']} |"
        )


def leaks(rows: list[Row]) -> Iterator[str]:
    """Gradients, pictures, attributes, properties."""
    mine = [r for r in rows if r["job"] == "leaks"]
    yield "Made by `python -m extraction leaks`. A reconstruction is compared with the mean of the class.\n"
    yield "| gradient of | records | local steps | defence | sets | PSNR | SSIM | class mean | given away (95 %) |"
    yield "|---|---|---|---|---|---|---|---|---|"
    grid = [r for r in mine if r["name"].startswith("gradient")]
    for r in sorted(grid, key=lambda r: (r["name"], r["defence"] != "none", r["local_steps"], r["records"])):
        yield (
            f"| {r['name'].split(', ')[1]} | {r['records']} | {r['local_steps']} | {r['defence']} | {r['sets']} | "
            f"{r['psnr']} | {r['ssim']} | {r['class_mean_psnr']} | {r['given_away']} "
            f"{_ends(r['given_away_interval'])} |"
        )
    yield ""
    yield "| what | of | measured |"
    yield "|---|---|---|"
    for r in mine:
        if r["name"].startswith("model inversion"):
            share = _value(r["nearest_trained"])
            yield f"| {r['name']} | {r['records']} records | {r['verdict']}; nearest to a record trained on: {share} |"
        if r["name"] == "attribute inference":
            gains = "; ".join(f"{who}: gain {_value(r[who]['gain'])}" for who in ("members", "outsiders"))
            yield f"| {r['name']} | {r['column']}, {r['epochs']} epochs | {gains} over the imputer |"
        if r["name"] == "property inference":
            told = f"{r['targets_told']} of {r['targets']} targets"
            yield f"| {r['name']} | {r['group']}, {r['shares']} | {_value(r['accuracy'])} of other models, {told} |"


def defences(rows: list[Row]) -> Iterator[str]:
    """Utility against leak."""
    yield (
        "Made by `python -m extraction leaks --only defence`: an MLP on 2,000 Fashion-MNIST images; membership by RMIA "
        "with four references that were trained, and answer, behind the same defence.\n"
    )
    yield "| defence | accuracy | TPR at 1 % FPR (95 %) | AUC (95 %) | CPU seconds of training |"
    yield "|---|---|---|---|---|"
    for r in (r for r in rows if r["job"] == "leaks" and r["name"] == "defence"):
        yield (
            f"| {r['defence']} | {r['accuracy']} | {_value(r['tpr'])} | {_value(r['auc'])} | "
            f"{r['training_cpu_seconds']} |"
        )


def _value(three: list[float]) -> str:
    return f"{three[0]} {_ends(three[1:])}"


def _ends(two: list[float]) -> str:
    return f"({two[0]} to {two[1]})"
