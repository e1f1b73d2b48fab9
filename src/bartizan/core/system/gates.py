"""What must hold before the system may pass, what was accepted, what was allowed, what is judged otherwise here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from bartizan.core.base import Frozen
from bartizan.core.system.problem import Problem, complain
from bartizan.core.system.values import Amount, Id, Rate, Text
from bartizan.core.vocabulary import Level, ThreatClass, Verdict

Norm = Literal["linf", "l2", "l1", "l0"]


class MeasureGate(Frozen):
    """A bound on a measured estimand: passes when the whole interval is on the right side."""

    threat_class: Annotated[ThreatClass, Field(description="The class of findings it speaks of")]
    estimand: Annotated[Id, Field(description="What is measured, e.g. robust_accuracy, tpr, failure_probability")]
    at_least: Annotated[Rate | None, Field(description="Least value that passes")] = None
    at_most: Annotated[Rate | None, Field(description="Greatest value that passes")] = None
    norm: Annotated[Norm | None, Field(description="Norm of the change, for evasion")] = None
    eps: Annotated[
        float | None, Field(gt=0, strict=True, description="Greatest change, in the space the adversary controls")
    ] = None
    fpr: Annotated[
        float | None, Field(gt=0, lt=1, strict=True, description="False-positive rate at which a tpr is read")
    ] = None
    finding: Annotated[Text | None, Field(description="Only this finding, e.g. E2@reader/api")] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        problems = []
        if (self.at_least is None) == (self.at_most is None):
            problems.append(Problem((), "give exactly one of at_least, at_most"))
        if (self.norm is None) != (self.eps is None):
            problems.append(Problem(("norm" if self.norm else "eps",), "norm and eps go together"))
        complain("Gate", problems)
        return self


class VerdictGate(Frozen):
    """No finding it speaks of may carry one of the forbidden verdicts."""

    forbid: Annotated[tuple[Verdict, ...], Field(min_length=1, description="Verdicts that fail the gate")]
    threat_class: Annotated[ThreatClass | None, Field(description="Only findings of this class; left out: all")] = None
    severity: Annotated[Level | None, Field(description="Only findings at least this severe; left out: all")] = None
    finding: Annotated[Text | None, Field(description="Only this finding, e.g. E2@reader/api")] = None


def _gate_kind(value: Any) -> str:
    by_verdict = "forbid" in value if isinstance(value, Mapping) else isinstance(value, VerdictGate)
    return "verdict" if by_verdict else "measure"


Gate = Annotated[
    Annotated[MeasureGate, Tag("measure")] | Annotated[VerdictGate, Tag("verdict")], Discriminator(_gate_kind)
]


class AcceptedRisk(Frozen):
    """A finding that somebody answers for, for a time."""

    finding: Annotated[Text, Field(description="Id of the finding: THREAT@ASSET or THREAT@ASSET/INTERFACE")]
    by: Annotated[Text, Field(description="Who accepts it")]
    why: Annotated[Text, Field(description="Why it is accepted")]
    until: Annotated[date, Field(description="Last day on which it counts, YYYY-MM-DD")]


class Authorisation(Frozen):
    """Leave to attack a live endpoint."""

    by: Annotated[Text, Field(description="Who allows it")]
    until: Annotated[date, Field(description="Last day on which it counts, YYYY-MM-DD")]
    spend_cap_eur: Annotated[Amount, Field(description="The most that attacking may cost, in euros")]


class Override(Frozen):
    """What this organisation judges otherwise about one entry of the knowledge base."""

    level: Annotated[Level | None, Field(description="Level of the entry as a whole")] = None
    options: Annotated[dict[str, Level], Field(description="Levels of single options of a design choice")] = {}
    values: Annotated[
        dict[str, str | int | float | bool], Field(description="Other fields of the entry and their new values")
    ] = {}
    why: Annotated[str, Field(description="Why it is judged otherwise here")] = ""
