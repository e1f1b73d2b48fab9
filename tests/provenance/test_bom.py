from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("cyclonedx")

from bartizan.core.assessment import Assessment
from bartizan.core.finding import Finding, Rate
from bartizan.core.plan import Plan
from bartizan.core.vocabulary import Level, ThreatClass, Verdict
from bartizan.formats.description import Description, read_system
from bartizan.provenance.bom import Version, bill
from bartizan.provenance.bom_check import not_listed
from bartizan.provenance.files import asset_files

Described = Callable[..., Description]


def complaints(text: str, spec: str) -> Any:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.from_version(spec)).validate_str(text)


@pytest.mark.parametrize("spec", ["1.6", "1.7"])
def test_it_meets_the_official_schema_and_a_spoilt_one_does_not(described: Described, spec: Version) -> None:
    description = described()
    text = bill(description, asset_files(description), spec=spec)
    assert complaints(text, spec) is None
    assert complaints(text.replace('"modelParameters"', '"modelParametres"'), spec) is not None


def test_models_have_cards_data_are_classified_and_packages_have_addresses(described: Described) -> None:
    description = described()
    components = {c["bom-ref"]: c for c in json.loads(bill(description, asset_files(description)))["components"]}
    card = components["model"]["modelCard"]
    assert card["modelParameters"]["datasets"] == [{"ref": "train"}, {"ref": "faces"}]
    assert card["quantitativeAnalysis"]["performanceMetrics"][0]["value"] == "0.9"
    assert "Not assessed" in card["considerations"]["technicalLimitations"][0]
    assert components["train"]["data"][0]["classification"] == "personal"
    assert components["service/numpy@2.1.0"]["purl"] == "pkg:pypi/numpy@2.1.0"


def test_it_lists_every_file_until_one_changes(folder: Path, described: Described) -> None:
    description = described()
    (folder / "bom.json").write_text(bill(description, asset_files(description)))
    assert not_listed(folder / "bom.json", asset_files(description)) == ()
    (folder / "model.onnx").write_bytes(b"swapped")
    (left,) = not_listed(folder / "bom.json", asset_files(described()))
    assert left.name == "model.onnx"


def test_a_digest_speaks_for_the_file_it_is_listed_with_and_not_for_another(folder: Path, described: Described) -> None:
    """Two files that change places have digests that are listed, both."""
    (folder / "faces" / "a" / "2.png").write_bytes(b"another")
    description = described()
    (folder / "bom.json").write_text(bill(description, asset_files(description)))
    for name, content in (("1.png", b"another"), ("2.png", b"picture")):
        (folder / "faces" / "a" / name).write_bytes(content)
    left = not_listed(folder / "bom.json", asset_files(described()))
    assert {f.path.name for f in left} == {"1.png", "2.png"}


def test_a_bill_by_another_tool_may_call_a_file_otherwise(folder: Path, described: Described) -> None:
    files = asset_files(described())
    listed = [{"name": f"part {i}", "hashes": [{"alg": "SHA-256", "content": f.sha256}]} for i, f in enumerate(files)]
    (folder / "bom.json").write_text(json.dumps({"bomFormat": "CycloneDX", "components": listed}))
    assert not_listed(folder / "bom.json", files) == ()


def test_of_a_model_that_cannot_be_loaded_no_task_is_claimed(folder: Path, described: Described) -> None:
    described()
    text = folder / "system.yaml"
    text.write_text(text.read_text().replace("  software:", "    - {id: bought}\n  software:"))
    description = read_system(text)
    components = {c["bom-ref"]: c for c in json.loads(bill(description, asset_files(description)))["components"]}
    parameters = {name: components[name]["modelCard"]["modelParameters"] for name in ("model", "bought")}
    assert parameters["model"]["task"] == "classification"
    assert not {"task", "approach"} & set(parameters["bought"])


def test_equal_systems_have_equal_bills(described: Described) -> None:
    description = described()
    assert bill(description, asset_files(description)) == bill(description, asset_files(description))


def test_what_an_assessment_found_is_in_the_card_with_its_interval(described: Described) -> None:
    finding = Finding(
        id="E1@model", title="Evasion", technique="E1", threat_class=ThreatClass.EVASION, asset="model",
        verdict=Verdict.EXPLOITED, reason="because.", tolerance=0.1, severity="high", confidence=Level.HIGH,
        rate=Rate(estimand="robust_error", value=0.5, low=0.4, high=0.6, n=100, method="exact"),
    )  # fmt: skip
    assessed = Assessment(tool={}, system={}, plan=Plan(effort="quick"), findings=(finding,))
    description = described()
    text = bill(description, asset_files(description), assessment=assessed)
    assert complaints(text, "1.6") is None
    card = next(c["modelCard"] for c in json.loads(text)["components"] if c["name"] == "model")
    assert {
        "type": "robust_error",
        "slice": "E1@model",
        "value": "0.5",
        "confidenceInterval": {"lowerBound": "0.4", "upperBound": "0.6"},
    } in card["quantitativeAnalysis"]["performanceMetrics"]
    assert card["considerations"]["technicalLimitations"] == ["E1@model Evasion: exploited (high). because."]


def test_the_stamped_bill_with_a_package_at_two_versions_meets_the_schema_and_has_both(
    folder: Path, described: Described
) -> None:
    from datetime import UTC, datetime

    locked = 'numpy==2.1.0 ; python_version > "3.11"\nnumpy==1.26.4 ; python_version <= "3.11"\n'
    (folder / "requirements.txt").write_text(locked)
    description = described()
    text = bill(description, asset_files(description), made=datetime(2030, 1, 1, tzinfo=UTC))
    assert complaints(text, "1.6") is None
    refs = {c["bom-ref"] for c in json.loads(text)["components"]}
    assert {"service/numpy@2.1.0", "service/numpy@1.26.4"} <= refs
    assert json.loads(text)["metadata"]["timestamp"].startswith("2030-01-01")
