from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bartizan.campaign.crosscheck import crosschecked
from bartizan.core.access import Access
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.trial import Kind, Subject, Trial
from bartizan.core.vocabulary import Capability, Outcome

BALL = {"norm": "linf", "eps": 0.1}


@pytest.fixture(autouse=True)
def _plugins(stand_ins: Path) -> None:
    """Whether an attack is a baseline is asked of its spec."""


def trial(
    name: str, capability: Capability, params: dict[str, Any] | None = None, kind: Kind = "attack", **more: Any
) -> Evidence:
    fields = {"subject": Subject(kind="target", id="m"), "plugin": "evader", **more}
    made = Trial(
        name=name, kind=kind, version=1, access=Access(capabilities=(capability,)), params=params or BALL, **fields
    )
    return Evidence(id=name, artifact=name, trial=made, outcome=Outcome.MEASURED)


def flags(found: list[Evidence], arrays: dict[str, Any]) -> dict[str, list[str]]:
    checked = crosschecked({e.trial.name: e for e in found}, ArrayReader(arrays.__getitem__))
    return {name: [f.id for f in e.flags] for name, e in checked.items() if e.flags}


def first(k: int, n: int = 100) -> dict[str, Any]:
    return {"reached": np.arange(n) < k}


SQUARE, APGD = trial("square", Capability.SCORES), trial("apgd", Capability.LOGITS)


def test_gradients_that_do_worse_than_scores_are_doubted_and_not_the_other_way_round() -> None:
    assert flags([SQUARE, APGD], {"square": first(30), "apgd": first(10, 200)}) == {"apgd": ["weaker_beats_stronger"]}
    assert flags([SQUARE, APGD], {"square": first(10), "apgd": first(30, 200)}) == {}


def test_one_example_is_chance() -> None:
    assert flags([SQUARE, APGD], {"square": first(11), "apgd": first(10, 200)}) == {}


@pytest.mark.parametrize(
    "strong",
    [
        trial("apgd", Capability.LOGITS, {"norm": "l2", "eps": 0.1}),
        trial("apgd", Capability.LOGITS, {"norm": "linf", "eps": 0.2}),
        trial("apgd", Capability.LOGITS, subject=Subject(kind="target", id="other")),
        trial("apgd", Capability.LOGITS, subject=Subject(kind="target", id="m", treatments=("shield",))),
        trial("apgd", Capability.LOGITS, plugin="noise"),
        trial("apgd", Capability.LOGITS, after=("square",)),
        trial("apgd", Capability.SCORES),
    ],
    ids=["another norm", "another size", "another model", "treated", "a baseline", "a transfer", "no more access"],
)
def test_only_what_could_have_done_the_same_is_compared(strong: Evidence) -> None:
    assert flags([SQUARE, strong], {"square": first(30), "apgd": first(0)}) == {}


def test_a_proof_that_an_attack_refutes_is_flagged() -> None:
    proof = trial(
        "proof", Capability.WEIGHTS, {"norm": "linf", "eps": [0.1]}, kind="certifier", plugin="interval_bounds"
    )
    certified, needed = np.full(100, 0.05), np.full(80, 0.06)
    arrays = {"proof": {"certified_size": certified}, "apgd": {"reached": needed < 0.1, "size": needed}}
    assert flags([proof, APGD], arrays) == {}
    needed[3] = 0.04
    assert flags([proof, APGD], arrays) == {"proof": ["inverted_bracket"]}
    other = trial("apgd", Capability.LOGITS, {"norm": "l2", "eps": 0.1})
    assert flags([proof, other], arrays) == {}


def test_an_ascent_that_was_still_breaking_examples_is_doubted() -> None:
    ascent = trial("apgd", Capability.LOGITS, {**BALL, "steps": 20, "runs": ["margin", "ce"]})
    reached = np.arange(100) < 50
    early, late = np.where(reached, 7, 41), np.where(np.arange(100) < 10, 39, 7)
    assert flags([ascent], {"apgd": {"reached": reached, "tries": early}}) == {}
    assert flags([ascent], {"apgd": {"reached": reached, "tries": late}}) == {"apgd": ["still_gaining"]}
    assert flags([APGD], {"apgd": {"reached": reached, "tries": late}}) == {}, "its limit is the adversary's"


def test_what_is_stored_stays_as_it_is() -> None:
    arrays = ArrayReader({"square": first(30), "apgd": first(10, 200)}.__getitem__)
    crosschecked({"square": SQUARE, "apgd": APGD}, arrays)
    assert APGD.flags == ()
