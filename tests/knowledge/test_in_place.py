from __future__ import annotations

from typing import Any

import pytest

from bartizan.core.system import System
from bartizan.knowledge.in_place import SHOWN_BY, SHOWN_IN_CELL, in_place
from bartizan.knowledge.load import load


def shown(**more: Any) -> dict[str, str]:
    data = {"id": "train", **more.pop("data", {})}
    model = {"id": "m", **more.pop("model", {})}
    assets = {"data": [data], "models": [model], **more.pop("assets", {})}
    system = System.model_validate({"name": "s", "purpose": "p", "stage": "testing", "assets": assets, **more})
    return in_place(system, "m")


def test_nothing_is_taken_for_granted() -> None:
    assert shown() == {}


def test_ids_are_those_of_the_catalogue() -> None:
    base = load()
    assert set(SHOWN_BY) <= set(base.defences)
    assert {cell for cell, _ in SHOWN_IN_CELL} <= set(base.methods)
    for cell, defence in SHOWN_IN_CELL:
        assert defence in {m.defence for m in base.methods[cell].methods}, (cell, defence)


@pytest.mark.parametrize(
    ("defence", "change"),
    [
        ("DF07", {"model": {"randomness": "certified_smoothing"}}),
        ("DF19", {"model": {"ensemble": "diverse"}}),
        ("DF19", {"assets": {"hardware": [{"id": "h", "sensors": "multi_modal"}]}}),
        ("DF25", {"data": {"integrity": "signed"}}),
        ("DF25", {"assets": {"software": [{"id": "s", "artefacts": "signed_safe"}]}}),
        ("DF38", {"model": {"capacity": "small_regularised"}}),
        ("DF38", {"data": {"redundancy": "deduplicated_large"}}),
        ("DF44", {"assets": {"hardware": [{"id": "h", "isolation": "tee"}]}}),
        ("DF45", {"assets": {"software": [{"id": "s", "artefacts": "onnx"}]}}),
        ("DF47", {"use": {"fallback": "tested"}}),
        ("DF48", {"data": {"integrity": "versioned"}}),
        (
            "DF52",
            {"assets": {"software": [{"id": "s", "environments": "segregated", "dependencies": "pinned_scanned"}]}},
        ),
    ],
)
def test_what_shows_it(defence, change) -> None:
    assert shown(**change)[defence]


def test_a_limit_counts_only_on_every_interface() -> None:
    limited = {"id": "a", "serves": "m", "query_budget": 5, "returns": "label"}
    open_too = {"id": "b", "serves": "m", "query_budget": "soft", "returns": "scores"}
    assert {"DF23", "DF24"} <= set(shown(interfaces=[limited]))
    assert not {"DF23", "DF24"} & set(shown(interfaces=[limited, open_too]))


def test_software_for_other_assets_does_not_count() -> None:
    software = [{"id": "s", "artefacts": "safetensors", "hosts": ["train"]}]
    assert "DF45" not in shown(assets={"software": software})
