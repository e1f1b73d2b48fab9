"""Which estimands a gate may speak of: those by which the installed plugins are judged, and their good sides."""

from __future__ import annotations

from collections.abc import Iterable

from bartizan.core import plugins
from bartizan.core.contracts import Attack, Referee
from bartizan.core.suggest import did_you_mean
from bartizan.core.system.gates import MeasureGate
from bartizan.core.vocabulary import ThreatClass
from bartizan.knowledge.base import KnowledgeBase

from .tolerance import COMPLEMENT

_KINDS = ("attacks", "hazards", "scanners", "certifiers")


def misjudged(gate: MeasureGate, kb: KnowledgeBase) -> tuple[str, str] | None:
    """The key of `gate` that makes it undecidable for ever and why, or None when it can be decided.

    A class that nothing installed tests is not a mistake: such a gate is rightly undecided.
    """
    harms = _harms(gate.threat_class, kb)
    good = {good for good, harm in COMPLEMENT.items() if harm in harms}
    if not harms:
        return None
    if gate.estimand not in (*harms, *good):
        return "estimand", f"nothing measures '{gate.estimand}' for {gate.threat_class}{_hint(gate, harms | good, kb)}"
    if gate.estimand in good and gate.at_most is not None:
        return "at_most", f"'{gate.estimand}' is good when it is high; write at_least"
    if gate.estimand in harms and gate.at_least is not None:
        return "at_least", f"'{gate.estimand}' is good when it is low; write at_most"
    return None


def _hint(gate: MeasureGate, fitting: Iterable[str], kb: KnowledgeBase) -> str:
    """The class that the estimand belongs to, or the word that was meant."""
    wrong = [c for c in ThreatClass if gate.estimand in (*_harms(c, kb), *_good(c, kb))]
    return f"; it belongs to {' and '.join(wrong)}" if wrong else did_you_mean(gate.estimand, fitting)


def _good(threat_class: ThreatClass, kb: KnowledgeBase) -> set[str]:
    harms = _harms(threat_class, kb)
    return {good for good, harm in COMPLEMENT.items() if harm in harms}


def _harms(threat_class: ThreatClass, kb: KnowledgeBase) -> set[str]:
    """What is measured of the techniques of a class, high being bad: what findings are judged by, and more."""
    found: set[str] = set()
    referees = {c.family: c for c in plugins.plugins("referees").values() if issubclass(c, Referee)}
    for cls in (c for kind in _KINDS for c in plugins.plugins(kind).values()):
        assert issubclass(cls, Attack)
        if any(t in kb.threats and kb.threats[t].threat_class is threat_class for t in cls.spec.threats):
            more = referees[cls.spec.family].also if cls.spec.family in referees else ()
            found |= {cls.spec.harm, *more}
    return found
