"""The words of the report: what the closed word lists are called in front of a person."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bartizan.core.finding import Finding, Sensitivity, Tries
from bartizan.core.vocabulary import Verdict
from bartizan.report.numbers import percent, quantity

VERDICTS = (Verdict.EXPLOITED, Verdict.INCONCLUSIVE, Verdict.UNTESTED, Verdict.RESISTED)
MEANING = {
    Verdict.EXPLOITED: "broken for real: even the low end of the interval is above what is tolerated",
    Verdict.INCONCLUSIVE: "attacked, but the evidence does not decide",
    Verdict.UNTESTED: "nobody has tried; nothing is known",
    Verdict.RESISTED: "held against these attacks at this budget, which is no proof of safety",
}
SEVERITIES = ("critical", "high", "medium", "low")
ACCESS = {
    "none": "no access",
    "files": "files",
    "data_read": "reads records",
    "data_write": "writes records",
    "labels": "labels",
    "scores": "scores",
    "logits": "gradients",
    "weights": "weights",
    "explanations": "explanations",
    "recipe": "recipe",
}
ENOUGH = {
    "none": "no access at all",
    "files": "having the files",
    "data_read": "reading the training records",
    "data_write": "writing training records",
    "labels": "seeing the labels",
    "scores": "seeing the scores",
    "logits": "following the gradients",
    "weights": "holding the weights",
}
SINGULAR = {"queries": "query", "passes": "pass"}
UNITS = {"draw": "draws", "linf": "L∞", "l2": "L2", "l1": "L1", "l0": "L0"}
ESTIMANDS = {
    "robust_error": "of the inputs are misjudged under attack, clean errors included",
    "attack_success": "of the inputs are turned",
    "attack_success_rate": "of the inputs are turned",
    "goal_reached": "of the retrainings end as the adversary wants",
    "flagged_classes": "of the classes look planted",
    "uncertified_share": "of the inputs have no proof",
    "trigger_success": "of the inputs with the trigger obey it, beyond those that do so anyway",
    "fidelity": "of the answers of the copy agree with the model",
    "tpr": "of the members of the training data are recognised",
    "failure_probability": "of the inputs within the stated domain fail",
    "failure_beyond": "of the inputs just outside the stated domain fail",
    "accuracy_drop": "of accuracy are lost to the poison",
    "unsafe_files": "of the files can run code",
}
NAMES = {
    "tpr": "true positives",
    "fpr": "false positives",
    "failure_at": "failure rate",
    "robust_error": "errors under attack",
    "odd": "operating domain",
}


def plain(word: str) -> str:
    """A key as words: `model_extraction` → `model extraction`."""
    return NAMES.get(word, word.replace("_", " "))


def capital(text: str) -> str:
    """The same with a capital first letter."""
    return text[:1].upper() + text[1:]


def unit(name: str) -> str:
    """A unit as it is written: `linf` → `L∞`."""
    return UNITS.get(name, plain(name))


def counted(n: float, what: str) -> str:
    """A number of things: `1 query`, `12 queries`."""
    return f"{quantity(n)} {SINGULAR.get(what, what.removesuffix('s')) if n == 1 else what}"


def access(name: str) -> str:
    """A rung of the knowledge ladder in a word or two."""
    return ACCESS.get(name, plain(name))


def place(finding: Finding) -> str:
    """Where a finding is: the asset, and the interface it is reached through."""
    return f"{finding.asset} through {finding.interface}" if finding.interface else finding.asset


def order(finding: Finding) -> tuple[int, int, int, str]:
    """The order of findings throughout the report: what is broken first, then the most severe, then by rank."""
    return VERDICTS.index(finding.verdict), SEVERITIES.index(finding.severity), finding.rank, finding.id


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings, the worst first."""
    return sorted(findings, key=order)


def outcome(finding: Finding) -> str:
    """What was measured, in half a sentence; empty when nothing was."""
    rate = finding.rate
    if rate is None:
        return ""
    said = ESTIMANDS.get(rate.estimand, f"is the {plain(rate.estimand)}")
    if finding.technique == "H1":
        said = said.replace("within", "beyond")
    return f"{percent(rate.value)} {said}; {percent(finding.tolerance)} is tolerated"


def reason(finding: Finding) -> str:
    """Why the verdict is what it is, the name of the estimand in plain words."""
    if finding.rate is None:
        return capital(finding.reason)
    return capital(finding.reason.replace(finding.rate.estimand, plain(finding.rate.estimand)))


def tries(found: Tries | None) -> str:
    """How many tries."""
    if found is None:
        return "not measured"
    if found.median is None:
        return f"more than {counted(found.censored_at, unit(found.unit))} for half of the {quantity(found.n)} tried"
    return f"half fall within {counted(found.median, unit(found.unit))}"


def within(found: Tries | None) -> str:
    """What share falls within round numbers of tries, as far as the budget tells; empty when it tells nothing."""
    if found is None or not found.within:
        return ""
    said = [f"{percent(w.share)} ({percent(w.low)} to {percent(w.high)}) in {quantity(w.tries)}" for w in found.within]
    first = f"; the first after {counted(found.first, unit(found.unit))}" if found.first is not None else ""
    return f"Fallen: {', '.join(said)}{first}."


def size(found: Sensitivity | None) -> str:
    """How small a change."""
    if found is None:
        return "not measured"
    for share, value in (("half", found.q50), ("a tenth", found.q10)):
        if value is not None:
            return f"{share} fall to a change of at most {quantity(value)} ({unit(found.unit)})"
    return "fewer than a tenth fall to any change that was tried"


def knowledge(finding: Finding) -> str:
    """How much knowledge: the least access with which the rate is above the tolerance."""
    if finding.threat_class == "hazard":
        return "none: the world itself does this"
    if not finding.knowledge:
        return "not measured"
    enough = [r.access for r in finding.knowledge if r.low > finding.tolerance]
    if enough and finding.verdict == Verdict.RESISTED:
        return f"it held here; for another attack {ENOUGH.get(enough[0], access(enough[0]))} is enough"
    if enough:
        return f"{ENOUGH.get(enough[0], access(enough[0]))} is enough"
    most = finding.knowledge[-1].access
    return f"{ENOUGH.get(most, access(most))} did not suffice"


def sentence(finding: Finding) -> str:
    """One finding in one sentence that a manager reads."""
    start = f"{finding.title} on {place(finding)}"
    said = outcome(finding)
    if not said:
        return f"{start}: {finding.reason}"
    if finding.tries is not None and finding.verdict == Verdict.EXPLOITED:
        said += f"; {tries(finding.tries)}"
    return f"{start}: {said}."


def budget(values: dict[str, Any]) -> str:
    """A budget as words."""
    words = {"queries_per_example": "queries an example", "queries": "queries", "records": "records"}
    return ", ".join(f"{quantity(float(values[k]))} {name}" for k, name in words.items() if values.get(k))
