"""The sections that are tables: nothing is dropped, and what is missing is said."""

from bartizan.core.contracts import ArrayReader
from bartizan.core.plan import Cell
from bartizan.core.plan import Method as Planned
from bartizan.core.treatment import Retest, Treatment
from bartizan.report.sections.exposures import Exposures
from bartizan.report.sections.gates import Gates
from bartizan.report.sections.layers import Layers
from bartizan.report.sections.method import Method
from bartizan.report.sections.plan import PlanByStage
from bartizan.report.sections.residual import Residual
from bartizan.report.sections.sources import Sources
from bartizan.report.sections.system_map import SystemMap
from bartizan.report.sections.threats import Threats
from bartizan.report.sections.vulnerabilities import Vulnerabilities

NONE = ArrayReader()


def test_every_exposure_is_in_one_cell_and_unknown_stands_with_high(assessment):
    rows = Exposures().context(assessment, NONE)["rows"]
    ids = [e.id for _, cells in rows for cell in cells for group in cell for e in group]
    assert sorted(ids) == sorted(e.id for e in assessment.exposures)
    high = {e.level for _, cells in rows for group in cells[2] for e in group}
    assert high == {"high", "unknown"}


def test_failed_gates_come_first(assessment):
    outcomes = [g.outcome for g in Gates().context(assessment, NONE)["gates"]]
    assert outcomes == ["failed", "inconclusive", "passed"]


def test_bare_cells_and_single_points_are_counted(assessment):
    context = Layers().context(assessment, NONE)
    assert (len(context["single"]), len(context["bare"])) == (2, 1)
    assert [stage for stage, _ in context["rows"]] == ["training", "deployment", "monitoring"]
    assert context["states"] == ["at_rest", "in_transit", "in_use"]


def test_environment_seeds_and_digests_are_said_once(assessment):
    context = Method().context(assessment, NONE)
    assert ("torch", "2.13.0") in context["environment"]
    assert context["seeds"] == [7]
    assert len(context["rows"]) == len(assessment.evidence)
    assert ("reader", "5d41" * 16) in context["subjects"]


def test_flags_and_data_have_their_place_in_the_method(assessment, changed):
    dealt = assessment.evidence[0].model_copy(update={"data_digest": "ab/cd"})
    control = assessment.evidence[0].model_copy(update={"data_digest": "none"})
    context = Method().context(changed(evidence=(dealt, control)), NONE)
    assert context["data"] == ["ab", "cd"]
    raised = {f for finding in assessment.findings for f in finding.flags}
    assert raised <= {id for id, _, _ in context["flags"]}


def test_trials_that_share_their_evidence_have_one_place_to_be_linked_to(assessment, changed):
    one = assessment.evidence[0]
    twin = one.model_copy(update={"trial": one.trial.model_copy(update={"name": f"{one.trial.name}|limit"})})
    rows = Method().context(changed(evidence=(*assessment.evidence, twin)), NONE)["rows"]
    assert [r["first"] for r in rows if r["e"].id == one.id] == [True, False]


def test_two_environments_are_both_named(assessment, changed):
    other = assessment.evidence[0].model_copy(update={"environment": {"torch": "2.6.0"}})
    context = Method().context(changed(evidence=(*assessment.evidence, other)), NONE)
    assert ("torch", "2.13.0 or 2.6.0") in context["environment"]


def test_gates_alternate_with_stages_and_the_present_one_is_marked(assessment):
    rows = PlanByStage().context(assessment, NONE)["rows"]
    assert [r["stage"] for r in rows if r["gate"]] == ["retraining", "testing", "monitoring"]
    assert [r["stage"] for r in rows if r["here"]] == ["deployment"]
    assert all(r["all"] for r in rows)


def test_a_method_that_was_tried_leads_to_what_was_measured(assessment):
    context = PlanByStage().context(assessment, NONE)
    applied = [t for t in assessment.treatments if t.status == "applied"]
    assert applied
    assert {id for id, _, _ in context["measured"].values()} == {t.id for t in applied}
    first = applied[0]
    assert context["measured"][first.defence][1:] == (
        sum(r.change == "better" for r in first.retests),
        sum(r.change == "worse" for r in first.retests),
    )


def test_rules_are_told_once(assessment, changed):
    method = Planned(text="m", state="at_a_price", note="At odds with x (rule C01).", rules=("C01",))
    cells = [Cell(stage=s, threat_class="evasion", methods=(method,)) for s in ("data", "training")]
    plan = assessment.plan.model_copy(update={"table": tuple(cells)})
    context = PlanByStage().context(changed(plan=plan), NONE)
    assert [id for id, _, _ in context["rules"]] == ["C01"]
    assert [name for name, _, _ in context["states"]] == ["at_a_price"]


def test_all_that_is_untested_stands_once_under_its_reason(assessment):
    context = Residual().context(assessment, NONE)
    ids = [f.id for _, findings in context["untested"] for f in findings]
    assert sorted(ids) == ["A1@reader/api", "B3@host", "E3@reader"]
    assert not set(ids) & {id for _, left in context["left_out"] for id in left}
    assert {outcome for outcome, _, _ in context["silent"]} == {"not_applicable", "error"}
    assert [f.id for f in context["accepted"]] == ["E1@reader"]


def test_equal_reasons_are_said_once(assessment, changed):
    reason = "no installed plugin tests {} ({})"
    found = tuple(
        f.model_copy(update={"verdict": "untested", "reason": reason.format(f.technique, f.title)})
        for f in assessment.findings
    )
    ((said, findings),) = Residual().context(changed(findings=found), NONE)["untested"]
    assert said == "No installed plugin tests this technique"
    assert len(findings) == len(found)


def test_what_remains_is_the_verdict_under_the_best_treatment(assessment, changed):
    finding = next(f for f in assessment.findings if f.verdict == "exploited" and f.rate)
    rate = finding.rate
    held = rate.model_copy(update={"value": 0.0, "low": 0.0, "high": finding.tolerance})
    retests = {
        "weak": Retest(
            finding=finding.id, verdict_before="exploited", verdict_after="exploited", before=rate, after=rate,
            change="same",
        ),
        "strong": Retest(
            finding=finding.id, verdict_before="exploited", verdict_after="resisted", before=rate, after=held,
            change="better",
        ),
    }  # fmt: skip
    treatments = tuple(
        Treatment(id=id, defence=id, title=id, status="applied", retests=(r,)) for id, r in retests.items()
    )
    (left,) = Residual().context(changed(findings=(finding,), treatments=treatments), NONE)["remaining"]
    assert (left.treatment.id, left.verdict) == ("strong", "resisted")
    (left,) = Residual().context(changed(findings=(finding,), treatments=treatments[:1]), NONE)["remaining"]
    assert (left.treatment, left.verdict) == (None, "exploited")
    assert "no treatment that was tried lowered it" in left.what


def test_sources_are_those_of_what_was_used(assessment):
    ids = [r.id for r in Sources().context(assessment, NONE)["references"]]
    assert ids == sorted(set(ids))
    assert {"enisa2021", "kaplan1958", "clopper1934"} <= set(ids)


def test_the_map_tolerates_a_bare_description(changed):
    context = SystemMap().context(changed(system={"name": "x"}, exposures=()), NONE)
    assert (context["map"], context["edges"], context["stage"]) == ("", [], "unknown")


def test_an_assumed_distribution_says_so(assessment):
    said = {c["name"]: c["distribution"] for c in SystemMap().context(assessment, NONE)["odd"]}
    assert said == {
        "scan_noise": "half-normal from the lower end, scale 0.03",
        "skew": "uniform (assumed: nobody stated one)",
    }


def test_the_matrix_shows_the_highest_level_where_a_choice_feeds_a_technique(assessment):
    context = Threats().context(assessment, NONE)
    row = next(cells for id, _, cells in context["rows"] if id == "E2")
    ids = [id for _, id, _, _ in context["columns"]]
    assert row[ids.index("DC20")] == ("high", "H")
    assert row[ids.index("DC02")] == ("", "")
    assert sum(n for _, n in context["groups"]) == len(ids)


def test_vulnerabilities_come_by_rank_with_their_verdict(assessment):
    rows = Vulnerabilities().context(assessment, NONE)["rows"]
    assert [v.rank for v, _, _ in rows] == sorted(v.rank for v in assessment.vulnerabilities)
    assert rows[0][2] == "exploited"
