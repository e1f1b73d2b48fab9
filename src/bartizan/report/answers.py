"""The three questions answered in words, each family in its own unit, or with the reason why it does not apply."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding, Rate, Rung, Sensitivity, Tries
from bartizan.core.vocabulary import ThreatClass, Verdict
from bartizan.report.deciding import deciding, measured
from bartizan.report.doses import price_of
from bartizan.report.numbers import percent, quantity
from bartizan.report.wording import access, amount, condition, counted, share, unit

NOT_MEASURED = "not measured"
DOES_NOT_APPLY = "does not apply: "
UNCHANGED = DOES_NOT_APPLY + "no input is changed"
BITS = "bits"
BY_DOSE = (ThreatClass.POISONING, ThreatClass.BACKDOOR)
ENOUGH = {
    "none": "no access at all",
    "files": "having the files",
    "data_read": "reading the training records",
    "label_write": "writing labels of training records",
    "data_write": "writing training records",
    "labels_few": "seeing the labels of a few queries",
    "labels": "seeing the labels",
    "scores_few": "seeing the scores of a few queries",
    "scores": "seeing the scores",
    "transfer": "preparing inputs on a copy",
    "recipe": "training models of one's own by its recipe",
    "logits": "following the gradients",
    "weights": "holding the weights",
    "adaptive": "following the gradients and knowing the defence",
}


SCANNED = ("flagged_classes", "unsafe_files", "unaccounted_files", "suspect_excess")


def is_scan(finding: Finding) -> bool:
    """Whether nobody attacked: a finished file or model was looked at."""
    return finding.rate is not None and finding.rate.estimand in SCANNED


def tries(finding: Finding, evidence: Iterable[Evidence] = ()) -> str:
    """How many tries."""
    if is_scan(finding):
        return DOES_NOT_APPLY + "a scan looks at what is there, and nobody tries"
    if finding.threat_class == ThreatClass.HAZARD:
        return DOES_NOT_APPLY + "a hazard does not try; how often it strikes is the rate above"
    found = finding.tries
    if found is None:
        return NOT_MEASURED
    if found.unit == BITS:
        return _bits(found)
    if finding.threat_class in BY_DOSE:
        return _doses(finding, found, evidence)
    if finding.threat_class == ThreatClass.MODEL_EXTRACTION:
        return _theft(finding, found)
    if found.censored_at <= 1:
        return f"{DOES_NOT_APPLY}the attack makes {counted(1, unit(found.unit))} for each example and no more"
    if finding.rate is not None and finding.rate.estimand == "tpr":
        return _records(found)
    return _each(found, steps(finding))


def steps(finding: Finding) -> str:
    """What tries are counted in. An attack with gradients computes at home: its steps are no queries that cost."""
    name = finding.tries.unit if finding.tries else ""
    at_home = bool(finding.scope.access) and set(finding.scope.access) <= {"logits", "weights"}
    return "gradient steps" if name == "iterations" or (name == "queries" and at_home) else unit(name)


def _records(found: Tries) -> str:
    """Queries that named no record served them all, and are counted with each."""
    if found.median is None:
        return f"fewer than half of {quantity(found.n)} members fall to {counted(found.censored_at, unit(found.unit))}"
    return f"half of {quantity(found.n)} members fall to {counted(found.median, unit(found.unit))}"


def _each(found: Tries, name: str) -> str:
    if found.median is None:
        return f"more than {counted(found.censored_at, name)} for half of the {quantity(found.n)} tried"
    return f"half fall within {counted(found.median, name)}"


def doses(finding: Finding, evidence: Iterable[Evidence]) -> list[float]:
    """The numbers of records (or labels, where the tries are counted in them) that were tried, none of them zero, in
    increasing order."""
    unit = finding.tries.unit if finding.tries else ""
    trials = [e for e in measured(finding, evidence) if e.tries_unit in ("", unit)]
    rows = [m.at.get("records") for e in trials for m in e.measurements]
    return sorted({float(n) for n in rows if isinstance(n, int | float) and n > 0})


def _doses(finding: Finding, found: Tries, evidence: Iterable[Evidence]) -> str:
    tried, name = doses(finding, evidence := list(evidence)), unit(found.unit)
    if len(tried) == 1:
        one = f"{counted(tried[0], name)}{price_of(finding, tried[0], found.unit)}"
        return f"one dose tried, {one}: reached in {_retrainings(finding, found, evidence)}"
    if found.median is None:
        return f"more than {counted(found.censored_at, name)} for half of the {quantity(found.n)} retrainings"
    takes = f"{counted(found.median, name)}{price_of(finding, found.median, found.unit)}"
    return f"half of the {quantity(found.n)} retrainings fall to {takes}"


def _bits(found: Tries) -> str:
    if found.median is None:
        return f"{counted(found.censored_at, BITS)} did not make it fail"
    verb = "is" if found.median == 1 else "are"
    return f"{counted(found.median, BITS)} of the weights flipped in memory {verb} enough"


def _retrainings(finding: Finding, found: Tries, evidence: Iterable[Evidence]) -> str:
    goals = [m for e in measured(finding, evidence) for m in e.measurements if m.estimand == "goal_reached"]
    goal = max(goals, key=lambda m: m.value, default=None)
    if goal is not None:
        return f"{round(goal.value * goal.n)} of {goal.n} retrainings"
    return f"{'half or more' if found.median is not None else 'fewer than half'} of {found.n} retrainings"


def _theft(finding: Finding, found: Tries) -> str:
    more = f"a copy that agrees on more than {percent(finding.tolerance)}"
    if found.median is None:
        return f"{counted(found.censored_at, unit(found.unit))} did not make {more}"
    return f"{counted(found.median, unit(found.unit))} made {more}"


def size(finding: Finding, evidence: Iterable[Evidence] = ()) -> str:
    """How small a change."""
    if is_scan(finding) or finding.threat_class in (ThreatClass.MODEL_EXTRACTION, ThreatClass.DATA_EXTRACTION):
        return UNCHANGED
    found = finding.sensitivity
    if finding.threat_class == ThreatClass.HAZARD and found is not None and found.unit == BITS:
        return _stands(found)
    if finding.tries is not None and finding.tries.unit == BITS:
        return DOES_NOT_APPLY + "the weights are changed, and no input is"
    if finding.threat_class in BY_DOSE and finding.tries is not None:
        return _share_of_data(finding, found, evidence)
    if found is None:
        return NOT_MEASURED
    under = ""
    if finding.threat_class == ThreatClass.HAZARD and (decided := deciding(finding, evidence)):
        under = f"under {condition(decided[0])}, "
    return under + quantiles(found)


def _stands(found: Sensitivity) -> str:
    """How many bits may flip by chance before a model is lost."""
    if found.q50 is None:
        return f"no input is changed; fewer than half of {quantity(found.n)} sequences of chance faults ruin the model"
    bits = counted(found.q50, BITS)
    return f"no input is changed; half of {quantity(found.n)} sequences of chance faults ruin the model by {bits}"


def quantiles(found: Sensitivity) -> str:
    """The change to which half fall, or else a tenth; or that fewer do."""
    for part, value in (("half", found.q50), ("a tenth", found.q10)):
        if value is not None:
            return f"{part} fall to a change of at most {amount(value, found.unit)}"
    return "fewer than a tenth fall to any change that was tried"


def _share_of_data(finding: Finding, found: Sensitivity | None, evidence: Iterable[Evidence]) -> str:
    least = found.q10 if found else None
    if least is None:
        return "no share of the training set that was tried was enough in every retraining"
    one = len(doses(finding, evidence)) == 1
    return f"{percent(least)} of the training set{', the only dose tried' if one else ' at the least'}"


def knowledge(finding: Finding) -> str:
    """How much knowledge: the least access with a rate above the tolerance, and where this finding stands."""
    if is_scan(finding):
        return DOES_NOT_APPLY + "a scan looks at what is there"
    if finding.threat_class == ThreatClass.HAZARD:
        return "none: the world itself does this"
    if not finding.knowledge:
        return NOT_MEASURED
    enough = next((r.access for r in finding.knowledge if r.low > finding.tolerance), None)
    if enough is None:
        most = finding.knowledge[-1].access
        open_ = any(r.high > finding.tolerance for r in rungs(finding)) and finding.verdict == Verdict.INCONCLUSIVE
        return f"{ENOUGH.get(most, access(most))} {'was not shown to' if open_ else 'did not'} suffice"
    said = f"{ENOUGH.get(enough, access(enough))} is enough"
    if finding.verdict == Verdict.EXPLOITED or finding.rate is None:
        return said
    how = "held" if finding.verdict == Verdict.RESISTED else "undecided"
    return f"with what was used here ({_used(finding)}): {how} at {share(finding.rate)}; for another attack {said}"


def asked(finding: Finding) -> str:
    """How many queries each rung took: `Queries a record: labels 9, scores 1.`; empty where no rung says."""
    said = [f"{access(r.access)} {quantity(r.queries)}" for r in finding.knowledge if r.queries is not None]
    each = " a record" if finding.threat_class == ThreatClass.DATA_EXTRACTION else ""
    return f"Queries{each}: {'; '.join(said)}." if said else ""


def own_rung(finding: Finding) -> int | None:
    """The place on the ladder of the most telling access this finding's own attacks had."""
    places = [i for i, r in enumerate(finding.knowledge) if r.access in finding.scope.access]
    return max(places, default=None)


def rungs(finding: Finding) -> Sequence[Rung]:
    """The ladder with the finding's own rate on its own rung: several attacks together reach more than any of them."""
    own, rate = own_rung(finding), finding.rate
    if own is None or rate is None:
        return finding.knowledge
    return [*finding.knowledge[:own], standing(finding.knowledge[own], rate), *finding.knowledge[own + 1 :]]


def standing(rung: Rung, rate: Rate) -> Rung:
    """The rung with the rate of a finding that stands on it."""
    return rung.model_copy(update={"rate": rate.value, "low": rate.low, "high": rate.high})


def own_access(finding: Finding) -> str | None:
    """The most telling access this finding's own attacks had; None where it is no rung of its ladder."""
    own = own_rung(finding)
    return None if own is None else finding.knowledge[own].access


def _used(finding: Finding) -> str:
    own = own_rung(finding)
    names = [finding.knowledge[own].access] if own is not None else list(finding.scope.access)
    return ", ".join(access(n) for n in names) or "access not stated"
