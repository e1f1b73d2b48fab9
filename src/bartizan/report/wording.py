"""The words of the report: what the closed word lists are called in front of a person."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from bartizan.core.classwise import Paired
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Finding, Rate, Tries
from bartizan.core.treatment import Retest
from bartizan.core.vocabulary import ThreatClass, Verdict
from bartizan.report.deciding import deciding
from bartizan.report.numbers import THIN, chance, percent, quantity

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
    "label_write": "writes labels",
    "data_write": "writes records",
    "labels_few": "labels, few",
    "labels": "labels",
    "scores_few": "scores, few",
    "scores": "scores",
    "transfer": "transfer",
    "recipe": "own models",
    "logits": "gradients",
    "weights": "weights",
    "adaptive": "adaptive",
    "explanations": "explanations",
}
SINGULAR = {"queries": "query", "passes": "pass", "classes": "class"}
MEASURED = re.compile(r"^\w+ [\d.e+-]+ \[[\d.e+-]+, [\d.e+-]+\], n = \d+(?:, the worst of \d+)?: ")
"""The numbers at the head of a reason; they stand beside it already, drawn and in words."""
TOLERATED = re.compile(r"tolerated (\d[\d.e+-]*\d|\d)")
SINGLE = re.compile(r"\b1 (queries|passes|records|draws|examples|attempts|iterations)\b")
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
    "attribute_gain": "more of the members' values are told than by somebody who never saw the model",
    "property_advantage": "better than chance the share of a group in the training set is told",
    "record_recovered": "of the records behind an update are read off it",
    "promise_broken": "of the promises of differential privacy are broken",
    "record_resemblance": "of the drawn pictures show a record trained on, beyond chance",
    "failure_probability": "of the inputs fail within the stated domain",
    "failure_beyond": "of the inputs fail just outside the stated domain",
    "fault_failure": "of the patterns of chance faults in memory ruin the model",
    "accuracy_drop": "of accuracy are lost to what was tampered with",
    "targeted_success": "of the inputs aimed at err as the adversary wants, beyond those that do so anyway",
    "unsafe_files": "of the files would do harm when opened",
    "refused_files": "of the files are not approved",
    "unaccounted_files": "of the files could be swapped unnoticed",
    "weak_dependencies": "of the dependencies are open",
    "suspect_excess": "of the training records look altered, beyond chance",
}
COUNTED = {
    "promise_broken": ("promises of differential privacy", "are broken"),
    "goal_reached": ("retrainings", "end as the adversary wants"),
    "flagged_classes": ("classes", "look planted"),
    "unsafe_files": ("files", "would do harm when opened"),
    "refused_files": ("files", "are not approved"),
    "unaccounted_files": ("files", "could be swapped unnoticed"),
    "weak_dependencies": ("dependencies", "are open"),
}
"""Estimands whose units are few and each worth naming: `2 of 2 retrainings` says more than `100 %`."""
NEEDS_REVIEW = "files_need_review"
"""The flag of files that are neither approved nor known to do harm."""
GOOD = {"robust_accuracy": "robust_error", "survival_probability": "failure_probability"}
"""What a gate may state, and the harm it is one less."""
NAMES = {
    "tpr": "true positives",
    "attribute_gain": "values told beyond imputation",
    "attribute_gain_outsiders": "values of outsiders told beyond imputation",
    "attribute_told": "members' values told",
    "attribute_imputed": "members' values imputed without the model",
    "property_advantage": "shares told beyond chance",
    "record_recovered": "records read off updates",
    "promise_broken": "broken promises of differential privacy",
    "record_resemblance": "pictures that show a record trained on",
    "fpr": "false positives",
    "goal_reached": "retrainings that reach the goal",
    "robust_accuracy": "accuracy under attack",
    "survival_probability": "inputs answered rightly within the stated domain",
    "failure_probability": "failures within the stated domain",
    "failure_beyond": "failures just outside the stated domain",
    "fidelity": "agreement of the copy",
    "unsafe_files": "files that would do harm when opened",
    "refused_files": "files that are not approved",
    "files_need_review": "files need review",
    "unaccounted_files": "files that could be swapped unnoticed",
    "weak_dependencies": "open dependencies",
    "poison_flagged": "altered records that a pass over the data flags",
    "others_flagged": "unaltered records that the same pass flags",
    "suspect_excess": "training records that look altered, beyond chance",
    "flagged_classes": "classes that look planted",
    "inverted_success": "inputs that an inverted trigger turns",
    "honest_accused": "honest users accused",
    "busy_accused": "honest users with as many queries accused",
    "stolen_unnoticed": "queries answered before an alarm",
    "likeness": "likeness to the model",
    "ownership_p": "chance of such likeness without asking",
    "attack_success": "inputs turned",
    "accuracy_drop": "accuracy lost",
    "targeted_success": "inputs aimed at that err as wanted",
    "random_fault_drop": "accuracy lost to as many random faults",
    "fault_failure": "patterns of chance faults that ruin the model",
    "bits_to_failure": "chance faults that half of the sequences stand",
    "feedback_drift": "accuracy lost to feedback without an adversary",
    "trigger_spill": "inputs of other classes that obey the trigger",
    "failure_at": "failure rate",
    "robust_error": "errors under attack",
    "odd": "operating domain",
}


def plain(word: str) -> str:
    """A key as words: `model_extraction` → `model extraction`."""
    return NAMES.get(word, word.replace("_", " "))


def in_words(text: str) -> str:
    """A message of the judge with its keys as words: `robust_error may be` → `errors under attack may be`."""
    return re.sub(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b|\btpr\b|\bfpr\b|\blinf\b", lambda m: unit(m[0]), text)


def capital(text: str) -> str:
    """The same with a capital first letter."""
    return text[:1].upper() + text[1:]


def unit(name: str) -> str:
    """A unit as it is written: `linf` → `L∞`."""
    return UNITS.get(name, plain(name))


def counted(n: float, what: str) -> str:
    """A number of things: `1 query`, `12 queries`."""
    return f"{quantity(n)} {one(what) if n == 1 else what}"


def amount(value: float, name: str) -> str:
    """A size with its unit, where it has one: `0.08 (L∞)`."""
    return f"{quantity(value)} ({unit(name)})" if name else quantity(value)


def one(what: str) -> str:
    """A unit in the singular: `queries` → `query`."""
    return SINGULAR.get(what, what.removesuffix("s"))


def singular(text: str) -> str:
    """`1 queries an example` → `1 query an example`, and thousands set apart as everywhere else."""
    return SINGLE.sub(lambda m: counted(1, m[1]), re.sub(r"(?<=\d),(?=\d{3})", THIN, text))


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


def share(rate: Rate) -> str:
    """A rate as a person reads it: `2 of 2 retrainings` where units are few, else per cent."""
    if rate.estimand in COUNTED:
        return f"{round(rate.value * rate.n)} of {counted(rate.n, COUNTED[rate.estimand][0])}"
    return percent(rate.value)


def condition(evidence: Evidence) -> str:
    """The condition of a hazard, and by what distribution it was drawn: `skew (uniform, assumed)`."""
    params = evidence.trial.params
    name = plain(str(params.get("condition") or evidence.trial.plugin))
    if params.get("region") == "beyond":
        return f"{name} (uniform, beyond its range)"
    if "assumed" not in params:
        return name
    drawn = [plain(k) for k, v in (params.get("distribution") or {}).items() if v is not None]
    return f"{name} ({drawn[0] if drawn else 'uniform'}{', assumed' if params['assumed'] else ', as stated'})"


def seen(finding: Finding, evidence: Iterable[Evidence] = (), *, interval: bool = False) -> str:
    """What was measured, without what is tolerated; empty when nothing was. For a hazard, the condition it is about
    and how much of the failure is there without it. interval: the interval stands behind the rate, whose it is."""
    rate = finding.rate
    if rate is None:
        return ""
    if finding.threat_class == ThreatClass.HAZARD:
        return _failure(finding, _amount(rate, interval), evidence)
    said = COUNTED[rate.estimand][1] if rate.estimand in COUNTED else _said(rate)
    return f"{_amount(rate, interval)} {said}{_to_review(finding, evidence)}"


def _to_review(finding: Finding, evidence: Iterable[Evidence]) -> str:
    """Of scanned files, how many more need review: they are not approved, and not known to do harm."""
    decided = deciding(finding, evidence)
    refused = decided[0].measurement("refused_files") if decided else None
    if decided is None or refused is None or decided[1].estimand != "unsafe_files":
        return ""
    more = round(refused.value * refused.n) - round(decided[1].value * decided[1].n)
    return f", {quantity(more)} more {'needs' if more == 1 else 'need'} review" if more else ""


def _amount(rate: Rate, interval: bool) -> str:
    return f"{share(rate)} ({percent(rate.low)} to {percent(rate.high)})" if interval else share(rate)


def _said(rate: Rate) -> str:
    return ESTIMANDS.get(rate.estimand, f"is the {plain(rate.estimand)}")


def _failure(finding: Finding, rate: str, evidence: Iterable[Evidence]) -> str:
    decided = deciding(finding, evidence)
    if decided is None:
        return f"{rate} {_said(finding.rate)}" if finding.rate else ""
    if finding.rate and finding.rate.estimand == "fault_failure":
        return f"{rate} {_said(finding.rate)}: {condition(decided[0])}"
    clean = decided[0].measurement("clean_error")
    already = f"; {percent(clean.value)} already fail unchanged" if clean is not None else ""
    return f"{rate} fail under {condition(decided[0])}{already}"


def outcome(finding: Finding, evidence: Iterable[Evidence] = ()) -> str:
    """What was measured, beside what is tolerated; empty when nothing was."""
    said = seen(finding, evidence)
    return f"{said}; {percent(finding.tolerance)} is tolerated" if said else ""


def reason(finding: Finding) -> str:
    """Why the verdict is what it is, the name of the estimand in plain words."""
    rate = finding.rate
    if rate is None:
        return capital(finding.reason)
    if rate.estimand == "flagged_classes" and finding.verdict == Verdict.INCONCLUSIVE:
        return (
            "No class stands out far enough to be called planted. This scan can only convict, never clear: more data "
            "would not settle it, only knowing where the model comes from would."
        )
    if rate.estimand == "unsafe_files" and finding.verdict == Verdict.INCONCLUSIVE and NEEDS_REVIEW in finding.flags:
        return (
            "No file is known to do harm, but not every file could be approved: somebody has to look at those that "
            "need review before they are opened."
        )
    rest = MEASURED.sub("", finding.reason).replace(rate.estimand, plain(rate.estimand))
    return capital(TOLERATED.sub(lambda m: f"tolerated {percent(float(m[1]))}", in_words(rest)))


def after(retest: Retest) -> str:
    """What a treatment did to one finding: before and after, and what that allows to be said; and what gradients reach
    with the defence known, where that is another rate."""
    if retest.before is None or retest.after is None:
        return "not measured again"
    numbers = f"{share(retest.before)} before, {share(retest.after)} after"
    if too_few(retest):
        return f"{numbers}: too few to tell"
    known = next((r.rate for r in retest.measured.knowledge if r.access == "adaptive"), retest.after.value)
    also = "" if known == retest.after.value else f"; {percent(known)} {by_defence_known(retest.after.estimand)}"
    return f"{numbers}: {CHANGES[retest.change]} ({retest.verdict_after}){also}"


def by_defence_known(estimand: str) -> str:
    """By what somebody who knows the defence gets at a treated model."""
    return "with own models of the same defence" if estimand == "tpr" else "by gradients and with the defence known"


def too_few(retest: Retest) -> bool:
    """Whether a rate moved that rests on so few units that its intervals could hardly part."""
    return retest.change == "unclear" and retest.after is not None and retest.after.estimand in COUNTED


def paired(found: Paired) -> tuple[str, str]:
    """How many of the same examples changed, each way; and how surely."""
    moved = f"{quantity(found.mended)} mended, {quantity(found.broken)} broken of {quantity(found.n)}"
    surely = chance(found.p)
    if found.adjusted != found.p:
        surely += f"; as the worst of several, {chance(found.adjusted)}"
    return moved, surely


def within(found: Tries | None, name: str) -> str:
    """What share falls within round numbers of tries, as far as the budget tells; empty when it tells nothing.
    name: what the tries are counted in."""
    if found is None or not found.within:
        return ""
    said = [f"{percent(w.share)} ({percent(w.low)} to {percent(w.high)}) in {quantity(w.tries)}" for w in found.within]
    first = f"; the first after {counted(found.first, name)}" if found.first is not None else ""
    return f"Fallen: {', '.join(said)} {name}{first}."


CHANGES = {
    "better": "better",
    "worse": "worse",
    "same": "no change",
    "unclear": "no clear change",
    "untested": "not tested again",
}


def sentence(finding: Finding, evidence: Iterable[Evidence] = ()) -> str:
    """One finding in one sentence that a manager reads. `evidence` may hold that of other findings, too."""
    start = f"{finding.title} on {place(finding)}"
    said = outcome(finding, evidence)
    return f"{start}: {said}." if said else f"{start}: {finding.reason}"


def budget(values: dict[str, Any]) -> str:
    """A budget as words."""
    words = {"queries_per_example": ("queries", " an example"), "queries": ("queries", ""), "records": ("records", "")}
    return ", ".join(counted(float(values[k]), name) + rest for k, (name, rest) in words.items() if values.get(k))
