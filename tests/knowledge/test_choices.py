"""The design choices are the ones the description asks for, field by field and option by option."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from pydantic import BaseModel

from bartizan.core.system import assets, interfaces, use
from bartizan.core.vocabulary import Level
from bartizan.knowledge.base import KnowledgeBase

CONTRACT = """
DC01 assets.data origin own=low purchased=medium synthetic=medium public=high crowd=high web=high users=high
DC02 assets.data labels in_house=low vendor_checked=medium outsourced=high crowd=high derived=high
DC03 assets.data publicity private=low partly=medium public=high
DC04 assets.data sensitivity none=low pseudonymised=medium personal=high secret=high
DC05 assets.data redundancy deduplicated_large=low small=high duplicated=high long_tail=high
DC06 assets.data integrity signed=low hashed=low versioned=medium none=high
DC07 assets.data augmentation none=low own=low vetted=medium third_party=high
DC08 assets.models learning frozen=low periodic_gated=medium continual=high
DC09 assets.models federation none=low vetted_clients=medium open_clients=high
DC10 assets.models origin from_scratch=low fine_tuned=medium third_party=high
DC11 assets.models architecture private=low family_known=medium public=high
DC12 assets.models capacity small_regularised=low moderate=medium overfit=high
DC13 interfaces returns label=low top_k=medium rounded=medium scores=high logits=high embeddings=high gradients=high
DC14 interfaces explanations none=low aggregated=medium per_query=high
DC15 assets.models ensemble diverse=low homogeneous=medium single=high
DC16 assets.models compression none=low evaluated=low not_evaluated=high
DC17 assets.models randomness none=low certified_smoothing=low undocumented=medium
DC18 use autonomy advisory=low supervised=medium autonomous=high
DC19 interfaces audience internal=low partners=medium public=high
DC20 interfaces query_budget hard_limit=low soft=medium none=high
DC21 interfaces logging per_principal=low partial=medium none=high
DC22 assets.software artefacts signed_safe=low safetensors=low onnx=low scanned_pickle=medium pickle=high
DC23 assets.software dependencies pinned_scanned=low pinned=medium floating=high
DC24 assets.software environments segregated=low partly=medium shared=high
DC25 assets.software preprocessing bounds_checked=low fixed=medium resizable=high
DC26 assets.hardware place own=low cloud=medium supervised_edge=medium edge=high
DC27 assets.hardware isolation dedicated=low tee=low vm=medium shared=high
DC28 assets.hardware sensors none=low multi_modal=low redundant=medium single=high
DC29 assets.hardware fault_tolerance ecc=low none=high
DC30 use world closed=low bounded=medium open=high
DC31 use fallback tested=low human_queue=low untested=medium none=high
DC32 use oversight per_decision=low sampled=medium none=high
DC33 use attacker_benefit none=low indirect=medium direct=high
DC34 supply parties self_self=low supplier_self=medium supplier_supplier=high
DC35 organisation retraining gated=low ad_hoc=medium automatic=high
"""
ROWS = [line.split() for line in CONTRACT.strip().splitlines()]
MODELS: dict[str, type[BaseModel]] = {
    "assets.data": assets.DataAsset,
    "assets.models": assets.ModelAsset,
    "assets.software": assets.SoftwareAsset,
    "assets.hardware": assets.HardwareAsset,
    "interfaces": interfaces.Interface,
    "use": use.Use,
}


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_choice_matches_the_contract(base: KnowledgeBase, row: list[str]) -> None:
    id_, section, field, *options = row
    choice = base.choices[id_]
    assert (choice.section, choice.field) == (section, field)
    assert [f"{name}={option.level}" for name, option in choice.options.items()] == options
    assert base.choice_at(section, field) is choice


def test_nothing_beyond_the_contract(base: KnowledgeBase) -> None:
    assert list(base.choices) == [row[0] for row in ROWS]


def literal_options(annotation: Any) -> set[str]:
    """All words of the Literals within an annotation."""
    found: set[str] = set()
    for part in get_args(annotation):
        found |= {part} if isinstance(part, str) else literal_options(part)
    return found


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r[1] in MODELS and r[0] not in {"DC20", "DC23"}], ids=lambda r: r[0]
)
def test_description_accepts_exactly_these_options(base: KnowledgeBase, row: list[str]) -> None:
    id_, section, field, *_ = row
    info = MODELS[section].model_fields[field]
    words = set(get_args(info.annotation)) or literal_options(info.annotation)
    assert words == {*base.choices[id_].options, "unknown"}


def test_options_rise_and_say_why(base: KnowledgeBase) -> None:
    for choice in base.choices.values():
        ranks = [option.level.rank for option in choice.options.values()]
        assert ranks == sorted(ranks), choice.id
        assert ranks[0] == 0, choice.id
        assert all(option.why.endswith(".") for option in choice.options.values()), choice.id


def test_what_is_left_out_counts_as_unknown(base: KnowledgeBase) -> None:
    for choice in base.choices.values():
        assert choice.option(None).level is choice.option("unknown").level is Level.UNKNOWN


def test_numbers_and_paths_stand_for_options(base: KnowledgeBase) -> None:
    budget, dependencies = base.choices["DC20"], base.choices["DC23"]
    assert budget.resolve(1000) == "hard_limit"
    assert dependencies.resolve("requirements.lock") == "pinned"
    for choice, value in ((budget, 0), (budget, -1), (dependencies, "pined"), (base.choices["DC01"], 3)):
        with pytest.raises(KeyError):
            choice.resolve(value)
