"""Every id that an entry names is there, and every claim says where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bartizan.core.system.adversaries import KNOWABLE
from bartizan.core.vocabulary import EffectKind, Level, Stage, ThreatClass
from bartizan.knowledge.base import KnowledgeBase
from bartizan.knowledge.schema import Entry


def entries(base: KnowledgeBase) -> Iterator[Entry]:
    return (item for _, item in base.items() if isinstance(item, Entry))


def test_everything_asked_for_is_there(base: KnowledgeBase) -> None:
    assert list(base.choices) == [f"DC{n:02d}" for n in range(1, 36)]
    assert list(base.defences) == [f"DF{n:02d}" for n in range(1, 53)]
    assert list(base.conflicts) == [f"C{n:02d}" for n in range(1, 18)]
    threats = "E1 E2 E3 E4 P1 P2 P3 B1 B2 B3 X1 X2 D1 D2 D3 D4 D5 A1 S1 H1 H2 H3 H4 H5 H6"
    assert list(base.threats) == threats.split()
    cast = ["outsider", "api_customer", "data_contributor", "supplier", "insider", "device_thief"]
    assert list(base.adversaries) == cast
    assert [hazard.threat for hazard in base.hazards.values()] == ["H1", "H2", "H3", "H4", "H5", "H6"]


def test_keys_are_ids(base: KnowledgeBase) -> None:
    assert [key for key, item in base.items() if key != item.id] == []


def test_sourced_entries_name_a_source_and_every_reference_resolves(base: KnowledgeBase) -> None:
    cited = {(entry.id, ref) for entry in entries(base) for ref in entry.references}
    cited |= {
        (d.id, b.reference)
        for d in base.defences.values()
        for b in (*d.breakages, d.costs.train, d.costs.inference, d.costs.accuracy, d.costs.operations)
        if b.reference
    }
    assert {pair for pair in cited if pair[1] not in base.references} == set()
    assert len(cited) > 300


def test_sourced_costs_and_breakages_name_their_source(base: KnowledgeBase) -> None:
    parts = [
        (d.id, part)
        for d in base.defences.values()
        for part in (*d.breakages, d.costs.train, d.costs.inference, d.costs.accuracy, d.costs.operations)
    ]
    assert [(id_, p.text) for id_, p in parts if p.provenance == "sourced" and not p.reference] == []


def test_references_lead_somewhere(base: KnowledgeBase) -> None:
    assert [r.id for r in base.references.values() if r.link is None] == ["holm1979"]
    links = [r.arxiv or r.doi for r in base.references.values() if r.arxiv or r.doi]
    assert len(links) == len(set(links))


@pytest.mark.parametrize("kind", ["threats", "defences"])
def test_every_atlas_id_is_known(base: KnowledgeBase, kind: str) -> None:
    found = {
        id_
        for entry in getattr(base, kind).values()
        for id_ in (*getattr(entry, "atlas", ()), *getattr(entry, "atlas_mitigations", ()))
    }
    assert found
    assert {id_ for id_ in found if id_ not in base.atlas} == set()


def test_newer_and_renamed_atlas_ids_are_marked(base: KnowledgeBase) -> None:
    newer = [entry.id for entry in base.atlas.values() if entry.newer]
    assert newer == ["AML.M0035", "AML.M0036", "AML.M0039"]
    assert base.atlas["AML.T0020"].renamed == "Training Data Poisoning"
    parents = {entry.subtechnique_of for entry in base.atlas.values() if entry.subtechnique_of}
    assert parents <= set(base.atlas)


def test_maturity_is_what_atlas_says(base: KnowledgeBase) -> None:
    for threat in base.threats.values():
        if threat.maturity_from:
            assert threat.maturity_from in threat.atlas
            assert threat.maturity == base.atlas[threat.maturity_from].maturity, threat.id


def test_nist_ids_resolve_and_are_all_used_or_out_of_scope(base: KnowledgeBase) -> None:
    used = {id_ for threat in base.threats.values() for id_ in threat.nist}
    assert used <= set(base.nist)
    classes = {e.id for e in base.nist.values() if e.scope == "present" and len(e.id) == len("NISTAML.011")}
    assert classes <= used


def test_threat_ids_resolve(base: KnowledgeBase) -> None:
    named = {
        (entry.id, threat)
        for kind, field in (
            ("choices", "raises"),
            ("defences", "counters"),
            ("baseline", "counters"),
            ("adversaries", "threats"),
        )
        for entry in getattr(base, kind).values()
        for threat in getattr(entry, field)
    }
    named |= {(h.id, h.threat) for h in base.hazards.values()}
    assert {pair for pair in named if pair[1] not in base.threats} == set()


def test_options_that_rule_a_threat_out_exist(base: KnowledgeBase) -> None:
    for threat in base.threats.values():
        for choice, options in threat.unless.items():
            assert set(options) <= set(base.choices[choice].options), threat.id


def test_every_present_threat_is_raised_countered_sourced_and_has_methods(base: KnowledgeBase) -> None:
    raised = {t for c in base.choices.values() if c.effect == "exposure" for t in c.raises}
    countered = {t for d in base.defences.values() if not d.deprecated for t in d.counters}
    for threat in base.present_threats:
        assert threat.id in countered, threat.id
        assert base.cell(Stage.TESTING, threat.threat_class), threat.id
        if threat.id not in {"H4", "H6"}:
            assert threat.id in raised, threat.id
    assert {t.threat_class for t in base.present_threats} == set(ThreatClass)


def test_every_security_threat_has_an_adversary_and_every_safety_threat_a_hazard(base: KnowledgeBase) -> None:
    cast = {t for a in base.adversaries.values() for t in a.threats}
    hazards = {h.threat for h in base.hazards.values()}
    for threat in base.present_threats:
        assert threat.id in (cast if threat.kind == "security" else hazards), threat.id


def test_conflicts_are_named_from_both_sides(base: KnowledgeBase) -> None:
    for rule in base.conflicts.values():
        for id_ in rule.left + rule.right:
            assert id_ in base.defences or id_ in base.threats or id_ in base.choices, (rule.id, id_)
            if id_ in base.defences:
                assert rule.id in base.defences[id_].conflicts, (rule.id, id_)
    for defence in base.defences.values():
        for id_ in defence.conflicts:
            assert defence.id in base.conflicts[id_].left + base.conflicts[id_].right


def test_broken_defences_stay_listed_with_what_broke_them(base: KnowledgeBase) -> None:
    without_effect = [d.id for d in base.defences.values() if d.effect == (EffectKind.NONE,)]
    assert without_effect == ["DF12", "DF21"]
    for id_ in without_effect:
        assert base.defences[id_].deprecated
        assert any(b.reference for b in base.defences[id_].breakages)


def test_our_plugins_are_named(base: KnowledgeBase) -> None:
    ours = {d.id: d.plugin for d in base.defences.values() if d.plugin}
    tried = {"DF01": "adversarial_training", "DF23": "query_budget", "DF24": "output_rounding", "DF32": "fine_tuning"}
    prevented = {"DF28": "sanitising", "DF31": "strong_augmentation"}
    assert ours == {**tried, **prevented, "DF36": "dp_sgd", "DF38": "early_stopping"}


def test_stages_and_cells_are_complete(base: KnowledgeBase) -> None:
    assert list(base.stages) == [stage.value for stage in Stage]
    assert all(entry.gate == Stage(entry.id).is_gate for entry in base.stages.values())
    for stage in Stage:
        for column in (*ThreatClass, "all"):
            cell = base.cell(stage, column)
            assert cell is not None
            assert cell.methods, cell.id
            assert all(m.defence is None or m.defence in base.defences for m in cell.methods), cell.id


def test_methods_do_not_recommend_what_is_broken(base: KnowledgeBase) -> None:
    broken = {d.id for d in base.defences.values() if d.deprecated}
    assert broken.isdisjoint({m.defence for cell in base.methods.values() for m in cell.methods})


def test_baseline_covers_each_aspect(base: KnowledgeBase) -> None:
    for aspect in ("hardware", "software", "data", "users"):
        assert sum(control.aspect == aspect for control in base.baseline.values()) >= 6


def test_crosswalk_covers_each_framework(base: KnowledgeBase) -> None:
    frameworks = {entry.framework for entry in base.crosswalk.values()}
    assert len(frameworks) == 6
    assert {"AIC4-SR-0" + str(n) for n in range(1, 8)} <= set(base.crosswalk)


def test_the_three_questions_have_metrics(base: KnowledgeBase) -> None:
    questions = {metric.question for metric in base.metrics.values()}
    assert {"tries", "sensitivity", "knowledge", "cost"} <= questions


def test_adversaries_know_and_reach_what_a_description_can_say(base: KnowledgeBase) -> None:
    options = {
        "read_publicity": "DC03",
        "write_origin": "DC01",
        "write_labels": "DC02",
        "model_origin": "DC10",
        "places": "DC26",
        "parties": "DC34",
        "audiences": "DC19",
    }
    for adversary in base.adversaries.values():
        assert set(adversary.knowledge) <= set(KNOWABLE)
        for field, choice in options.items():
            assert set(getattr(adversary.reach, field)) <= set(base.choices[choice].options), (adversary.id, field)


def test_hazards_speak_of_the_conditions_of_the_description(base: KnowledgeBase) -> None:
    assert {"gaussian_noise", "brightness", "blur", "rotation"} <= set(base.hazard_of("H2").conditions)
    kinds = [kind for hazard in base.hazards.values() for kind in hazard.conditions]
    assert len(kinds) == len(set(kinds))


def test_tables_are_complete_and_monotone(base: KnowledgeBase) -> None:
    tables, levels = base.tables, (Level.LOW, Level.MEDIUM, Level.HIGH)
    order = ["low", "medium", "high", "critical"]
    for threat_class in ThreatClass:
        for harm in tables.tolerance.rates[threat_class]:
            rates = [tables.tolerance.tolerated(threat_class, harm, level) for level in levels]
            assert rates == sorted(rates, reverse=True)
            assert tables.tolerance.tolerated(threat_class, harm, Level.UNKNOWN) == rates[-1]
        assert threat_class in tables.objective.objectives
    grid = [[order.index(tables.severity.severity(i, e)) for e in levels] for i in levels]
    assert all(row == sorted(row, reverse=True) for row in grid)
    assert all(list(column) == sorted(column) for column in zip(*grid, strict=True))
    assert tables.severity.severity(Level.UNKNOWN, Level.UNKNOWN) == "critical"


def test_a_harm_that_is_not_listed_is_held_to_the_strictest_of_its_class(base: KnowledgeBase) -> None:
    table = base.tables.tolerance
    assert table.tolerated(ThreatClass.BACKDOOR, "trigger_success", Level.HIGH) == 0.05
    assert table.tolerated(ThreatClass.BACKDOOR, "something_new", Level.HIGH) == 0.0
    assert table.order(ThreatClass.BACKDOOR, ["new", "flagged_classes", "trigger_success"]) == [
        "trigger_success", "flagged_classes", "new",
    ]  # fmt: skip


def test_effort_and_likelihood_tables_answer(base: KnowledgeBase) -> None:
    tables = base.tables
    assert tables.effort.effort("queries", 10) == Level.LOW
    assert tables.effort.effort("queries", 5_000) == Level.MEDIUM
    assert tables.effort.effort("queries", None) == Level.HIGH
    with pytest.raises(KeyError):
        tables.effort.effort("furlongs", 3)
    points = [tables.likelihood.level(n) for n in range(12)]
    assert [p.rank for p in points] == sorted(p.rank for p in points)
    assert {Level.LOW, Level.MEDIUM, Level.HIGH} == set(points)
