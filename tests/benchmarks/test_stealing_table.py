"""Shares, intervals and what was taken for what, from rows made up here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from extraction import settings_table, stealing_ownership, stealing_settings, stealing_table

torch = pytest.importorskip("torch")


def settings_row(truth: str, value: str | None, possible: list[str], recipe: str = "as shadows") -> dict[str, Any]:
    one = {"truth": truth, "value": value, "possible": possible, "chance": 0.5}
    told = {"family": one, **{n: {**one, "truth": 1, "value": 1, "possible": [1]} for n in ("depth", "width", "decay")}}
    return {"job": "stealing", "row": "settings", "recipe": recipe, "shadows": 9, "queries": 2300, "told": told}


def test_settings_are_counted_with_the_undecided_apart() -> None:
    rows = [
        settings_row("dense", "dense", ["dense"]),
        settings_row("dense", "convolutional", ["convolutional"]),
        settings_row("convolutional", None, ["convolutional", "dense"]),
    ]
    page = list(settings_table.lines(rows))
    assert "| family | as shadows | 3 | 2 | 1 of 2 (1% to 99%) | 2 of 3 (9% to 99%) | 50% |" in page
    assert "| dense | 1 | 1 | 0 |" in page
    assert "| convolutional | 0 | 0 | 1 |" in page
    assert not list(settings_table.lines([]))


def test_accusations_are_pooled_over_victims_with_an_exact_interval() -> None:
    rows = [
        {"job": "stealing", "row": "ownership", "suspects": "independent", "called": c, "n": 20, "p": p}
        for c, p in ((1, [0.04] + [0.5] * 19), (0, [0.7] * 20))
    ]
    assert "| independent | 2 | 40 | 2% (0% to 13%) | 0.6 |" in list(stealing_table.ownership(rows))


def test_a_p_of_just_the_level_accuses() -> None:
    assert stealing_ownership.counted([0.05, 0.0500001, 0.01]) == {"called": 2, "n": 3, "p": [0.05, 0.05, 0.01]}


def test_detectors_stand_together_by_theft() -> None:
    rows = [
        {"job": "stealing", "row": "detector", "theft": t, "detector": d, "false_alarms": [0.0, 0.0, 0.1],
         "in_the_open": [1.0, 5], "slow": [0.0, None], "many_accounts": [0.0, None]}
        for t, d in (("natural", "query budget"), ("lines", "query budget"), ("natural", "distribution test"))
    ]  # fmt: skip
    order = [
        line.split(" | ")[:2] for line in stealing_table.detectors(rows) if line.startswith(("| natural", "| lin"))
    ]
    assert order == [["| lines", "query budget"], ["| natural", "distribution test"], ["| natural", "query budget"]]


def test_pruning_takes_half_of_the_weights_and_leaves_the_victim_alone() -> None:
    torch.manual_seed(0)
    victim = stealing_ownership._network().requires_grad_(False)
    before = [p.clone() for p in victim.parameters()]
    one, two = (stealing_ownership._pruned(victim, victim, n, "cpu") for n in (0, 1))
    assert (one[1].weight == 0).float().mean().item() == pytest.approx(0.5, abs=0.01)
    assert not torch.equal(one[1].weight, two[1].weight)
    assert all(torch.equal(a, b) for a, b in zip(before, victim.parameters(), strict=True))


def test_every_trial_has_controls_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.random.default_rng(0).random((200, 1, 14, 14)).astype(np.float32)
    monkeypatch.setattr(stealing_ownership, "_images", lambda part: (x, np.arange(200) % 10))
    monkeypatch.setattr(stealing_ownership, "SUSPECTS", 2)
    monkeypatch.setattr(stealing_ownership, "CONTROLS", 3)
    victim, trials = stealing_ownership._models.__wrapped__(0, "cpu")
    nets = [victim, *(n for suspect, controls in trials for n in (suspect, *controls))]
    weights = {tuple(n[1].weight[0, :3].tolist()) for n in nets}
    assert (len(trials), len(weights)) == (2, 9)


def test_settings_have_enough_targets_and_some_of_an_unseen_recipe() -> None:
    keys = [key for key, _ in stealing_settings.rows(1, "cpu", 0)]
    assert len(keys) >= 30
    assert len({k["seed"] for k in keys}) == len(keys)
    assert sum(k["recipe"] == "unseen" for k in keys) == len(stealing_settings.SETTINGS)
