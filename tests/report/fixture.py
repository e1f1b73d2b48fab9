"""A synthetic assessment with every verdict and family in it. All numbers are invented; nothing here was measured."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from bartizan.core.access import Access, Budget
from bartizan.core.artifact import Cost, Flag, Measurement
from bartizan.core.assessment import Assessment, GateResult, Layer
from bartizan.core.classwise import Classes, OneClass, OperatingPoint, Paired, Share, Shift
from bartizan.core.contracts import ArrayReader
from bartizan.core.evidence import Evidence
from bartizan.core.exposure import Exposure
from bartizan.core.finding import Certified, Finding, Measures, Rate, Rung, Scope, Sensitivity, Tries
from bartizan.core.leak import CopyAt, Membership, NextAttack, Theft, ToldAt
from bartizan.core.plan import Cell, Method, Plan, Untested
from bartizan.core.threat import Means, Threat, Vulnerability
from bartizan.core.treatment import Conflict, Retest, Treatment
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability as C
from bartizan.core.vocabulary import Outcome, Stage

SYSTEM: dict[str, Any] = {
    "schema_version": 1,
    "name": "Cheque reader",
    "purpose": "Reads the digits of the amount field on scanned cheques",
    "stage": "deployment",
    "use": {
        "metric": {"kind": "accuracy"},
        "autonomy": "supervised",
        "oversight": "sampled",
        "fallback": "human_queue",
    },
    "impact": {"integrity": "high", "privacy": "medium", "availability": "medium", "safety": "low"},
    "odd": {
        "scan_noise": {"kind": "gaussian_noise", "range": [0.0, 0.1], "distribution": {"half_normal": 0.03}},
        "skew": {"kind": "rotation", "range": [-12, 12], "unit": "degree", "distribution": None},
    },
    "assets": {
        "data": [
            {"id": "train", "origin": "purchased", "labels": "outsourced", "sensitivity": "pseudonymised"},
            {"id": "test", "origin": "own", "labels": "in_house", "sensitivity": "none"},
        ],
        "models": [
            {"id": "reader", "architecture": "public", "retrain": {"data": "train"}, "learning": "periodic_gated"}
        ],
        "software": [{"id": "service", "artefacts": "safetensors", "dependencies": "requirements.lock"}],
        "hardware": [{"id": "host", "place": "cloud", "isolation": "vm"}],
    },
    "interfaces": [
        {"id": "api", "serves": "reader", "audience": "public", "authentication": "account", "returns": "scores"},
        {"id": "console", "serves": "reader", "audience": "internal", "authentication": "strong", "returns": "logits"},
    ],
    "flows": [
        {"from": "outside", "to": "api", "carries": "cheque images", "state": "in_transit", "crosses": "internet"},
        {"from": "api", "to": "service", "carries": "images", "state": "in_transit", "crosses": None},
        {"from": "service", "to": "reader", "carries": "tensors", "state": "in_use", "crosses": None},
        {"from": "outside", "to": "train", "carries": "labels", "state": "in_transit", "crosses": "labelling company"},
        {"from": "train", "to": "reader", "carries": "records", "state": "at_rest", "crosses": "supplier"},
        {"from": "test", "to": "reader", "carries": "records", "state": "at_rest", "crosses": None},
        {"from": "console", "to": "reader", "carries": "images", "state": "in_use", "crosses": None},
    ],
    "adversaries": [{"id": "fraudster", "intent": "money", "benefit_eur": 20000.0, "budget": {"queries": 10000}}],
    "accepted": [],
    "overrides": {},
}

EXPOSURES = [
    (
        "DC01",
        "Origin of the training data",
        "data",
        "train",
        "purchased",
        "medium",
        "P1 P2 B1",
        "The seller's quality report is all there is.",
    ),
    (
        "DC02",
        "Labelling",
        "data",
        "train",
        "outsourced",
        "high",
        "P1 P2 B1",
        "Whoever works at the labelling company can write labels.",
    ),
    (
        "DC04",
        "Sensitivity of records",
        "data",
        "train",
        "pseudonymised",
        "medium",
        "D1 D2 D3",
        "Records still belong to people.",
    ),
    (
        "DC05",
        "Redundancy of the data",
        "data",
        "train",
        "small",
        "high",
        "D1 D2",
        "Small sets invite a model to remember single records.",
    ),
    (
        "DC06",
        "Integrity of the data",
        "data",
        "train",
        "versioned",
        "medium",
        "P1 P2 B1 S1",
        "A change would be seen later, not at once.",
    ),
    (
        "DC08",
        "Learning mode",
        "model",
        "reader",
        "periodic_gated",
        "medium",
        "P1 P2 P3",
        "New records reach the model at each retraining.",
    ),
    (
        "DC10",
        "Base model",
        "model",
        "reader",
        "from_scratch",
        "low",
        "B2 S1 E3",
        "Nobody else has written these weights.",
    ),
    (
        "DC11",
        "Publicity of the architecture",
        "model",
        "reader",
        "public",
        "high",
        "E1 E3 X2",
        "Attacks can be prepared on a model of the same kind.",
    ),
    (
        "DC12",
        "Capacity",
        "model",
        "reader",
        "moderate",
        "medium",
        "D1 D2 B1",
        "The gap between training and test accuracy is small.",
    ),
    ("DC15", "Ensemble", "model", "reader", "single", "high", "E1 E3 P1 B1", "One model decides alone."),
    ("DC17", "Randomness", "model", "reader", "none", "low", "", "Answers are repeatable, so results can be trusted."),
    (
        "DC22",
        "Format of artefacts",
        "software",
        "service",
        "safetensors",
        "low",
        "S1 B2",
        "The format cannot carry code.",
    ),
    ("DC23", "Dependencies", "software", "service", "requirements.lock", "medium", "S1", "Pinned, not scanned."),
    (
        "DC24",
        "Environments",
        "software",
        "service",
        "unknown",
        "unknown",
        "P1 B1 X2 D1",
        "Nobody said how training is kept apart from testing.",
    ),
    (
        "DC26",
        "Place of deployment",
        "hardware",
        "host",
        "cloud",
        "medium",
        "X2 B3 E1",
        "The provider's staff can reach the machine.",
    ),
    (
        "DC29",
        "Fault tolerance",
        "hardware",
        "host",
        "unknown",
        "unknown",
        "B3 H5",
        "Nobody said whether the memory corrects errors.",
    ),
    (
        "DC13",
        "Granularity of answers",
        "interface",
        "api",
        "scores",
        "high",
        "E2 X1 D1 D2",
        "Scores guide a search and teach a copy.",
    ),
    (
        "DC19",
        "Reach of the interface",
        "interface",
        "api",
        "public",
        "high",
        "E2 X1 D1 A1",
        "Anybody can open an account.",
    ),
    ("DC20", "Query budget", "interface", "api", "none", "high", "E2 X1 D1 A1", "No limit stops a long search."),
    ("DC21", "Logging", "interface", "api", "none", "high", "E2 X1", "A search would not be noticed."),
    ("DC18", "Autonomy", "use", "system", "supervised", "medium", "", "A clerk sees the doubtful ones."),
    ("DC33", "Benefit to an attacker", "use", "system", "direct", "high", "", "A misread amount is money."),
    ("DC34", "Who trains and hosts", "supply", "system", "self_self", "low", "B2 X2 D1", "Both are done in house."),
    (
        "DC35",
        "Retraining",
        "organisation",
        "system",
        "gated",
        "low",
        "P3 B1",
        "The owner of the risk signs each release.",
    ),
    (
        "DC30",
        "Openness of the world",
        "use",
        "system",
        "bounded",
        "medium",
        "H1 H2",
        "Scans come from many scanners.",
    ),
]


def exposures() -> tuple[Exposure, ...]:
    """Twenty-five design choices, two of them unknown, one overridden, one raised by a rule."""
    return tuple(
        Exposure(
            id=f"{choice}@{item}",
            choice=choice,
            title=title,
            aspect=aspect,
            item=item,
            field=title.lower(),
            option=option,
            level=level,
            threats=tuple(threats.split()),
            reason=reason,
            provenance="sourced" if choice in ("DC01", "DC13") else "judged",
            references=("enisa2021",) if choice == "DC13" else (),
            overridden=choice == "DC26",
            adjusted_by=("open_oracle",) if choice == "DC13" else (),
        )
        for choice, title, aspect, item, option, level, threats, reason in EXPOSURES
    )


VULNERABILITIES = [
    # id, title, class, kind, likelihood, impact, rank, low, high, exposures
    (
        "E2@reader/api",
        "Evasion by queries",
        "evasion",
        "adversary",
        "high",
        "high",
        1,
        1,
        2,
        "DC13@api DC19@api DC20@api",
    ),
    (
        "B1@reader",
        "Backdoor through the data",
        "backdoor",
        "adversary",
        "medium",
        "high",
        2,
        1,
        5,
        "DC02@train DC06@train",
    ),
    (
        "X1@reader/api",
        "Copying the model",
        "model_extraction",
        "adversary",
        "high",
        "medium",
        3,
        2,
        6,
        "DC13@api DC20@api",
    ),
    (
        "E1@reader",
        "Evasion with the weights",
        "evasion",
        "adversary",
        "low",
        "high",
        4,
        3,
        8,
        "DC11@reader DC15@reader",
    ),
    ("P1@reader", "Poisoning for errors", "poisoning", "adversary", "medium", "high", 5, 2, 7, "DC01@train DC02@train"),
    (
        "D1@train/api",
        "Membership inference",
        "data_extraction",
        "adversary",
        "medium",
        "medium",
        6,
        4,
        9,
        "DC05@train DC13@api",
    ),
    ("H2@reader", "Corrupted scans", "hazard", "hazard", "high", "low", 7, 5, 9, "DC30@system"),
    ("E3@reader", "Evasion by transfer", "evasion", "adversary", "medium", "high", 8, 6, 10, "DC11@reader"),
    ("H1@reader", "Scans outside the domain", "hazard", "hazard", "medium", "low", 9, 7, 11, "DC30@system"),
    (
        "S1@service",
        "Code in artefacts",
        "supply_chain",
        "adversary",
        "low",
        "high",
        10,
        8,
        12,
        "DC22@service DC23@service",
    ),
    ("A1@reader/api", "Exhausting the service", "availability", "adversary", "medium", "medium", 11, 9, 12, "DC20@api"),
    ("B3@host", "Flipped bits", "backdoor", "adversary", "low", "high", 12, 10, 12, "DC29@host"),
]


def vulnerabilities() -> tuple[Vulnerability, ...]:
    """Twelve, in the order of their rank."""
    found = []
    for id, title, kind, source, likelihood, impact, rank, low, high, exposed in VULNERABILITIES:
        place, _, interface = id.split("@")[1].partition("/")
        found.append(
            Vulnerability(
                id=id,
                technique=id.split("@")[0],
                title=title,
                threat_class=kind,
                asset=place,
                interface=interface or None,
                sources=("fraudster",) if source == "adversary" else ("corruption",),
                source_kind=source,
                exposures=tuple(exposed.split()),
                exposure="high" if rank < 4 else "medium",
                maturity="demonstrated",
                means=(
                    Means(
                        sources=("fraudster",),
                        access=Access(capabilities=(C.SCORES, C.LABELS), interface=interface or None),
                        budget=Budget(queries=10000),
                    ),
                ),
                objective="integrity",
                likelihood=likelihood,
                impact=impact,
                planted=("data",) if id[0] in "PB" else ("deployment",),
                effective=("deployment",),
                rules=("open_oracle",) if rank == 1 else (),
                reasons=("scores are public and nothing limits the queries",) if rank == 1 else (),
                score=13 - rank,
                rank=rank,
                rank_low=low,
                rank_high=high,
            )
        )
    return tuple(found)


def measurement(estimand: str, value: float, low: float, high: float, n: int = 200, **at: float | str) -> Measurement:
    """One share with its interval."""
    return Measurement(
        estimand=estimand, unit="probe example", n=n, method="Clopper-Pearson", value=value, low=low, high=high, at=at
    )


def evidence(
    id: str, plugin: str, kind: str = "attack", subject: str = "reader", *, capability: C | None = None, **more: Any
) -> Evidence:
    """One measured trial; `more` overrides the fields of the record."""
    tested = Subject(kind=more.pop("subject_kind", "target"), id=subject, treatments=more.pop("treatments", ()))
    trial = Trial(
        name=id,
        kind=kind,
        plugin=plugin,
        version=1,
        subject=tested,
        dataset="test" if tested.kind == "target" else "",
        access=Access(
            capabilities=(capability,) if capability else (),
            interface="api" if capability in (C.LABELS, C.SCORES) else None,
        ),
        budget=Budget(queries_per_example=more.pop("queries", None)),
        params=more.pop("params", {}),
        seed=7,
        examples=200,
    )
    fields = {
        "outcome": "measured",
        "referee": "evasion_referee 1",
        "subject_digest": "5d41" * 16,
        "data_digest": "9ae1" * 16,
    }
    fields |= {
        "environment": {"python": "3.11.4", "numpy": "2.3.1", "torch": "2.13.0", "device": "cpu", "dtype": "float32"}
    }
    return Evidence(id=id * 4, artifact=id[::-1] * 4, trial=trial, **{**fields, **more})


STANDARD = ("reached", "tries", "size")


def all_evidence() -> tuple[Evidence, ...]:
    """Trials of every kind, and one of each outcome."""
    dose = [(0, 0.02), (25, 0.11), (50, 0.36), (100, 0.81), (200, 0.97)]
    copies = [(100, 0.42), (300, 0.66), (1000, 0.83), (3000, 0.92), (10000, 0.95)]
    noise = [(0.0, 0.03), (0.05, 0.05), (0.1, 0.09), (0.2, 0.28), (0.3, 0.55)]
    turn = [(0, 0.03), (6, 0.04), (12, 0.08), (20, 0.31), (30, 0.62)]
    return (
        evidence(
            "apgd0001",
            "apgd",
            capability=C.LOGITS,
            params={"norm": "linf", "eps": 0.1},
            arrays=STANDARD,
            tries_unit="iterations",
            size_unit="linf",
            measurements=(
                measurement("attack_success", 0.72, 0.652, 0.781),
                measurement("robust_error", 0.73, 0.66, 0.79, norm="linf", eps=0.1),
            ),
            cost=Cost(forwards=20000, backwards=19800),
        ),
        evidence(
            "square01",
            "square",
            capability=C.SCORES,
            queries=5000,
            params={"norm": "linf", "eps": 0.1},
            arrays=(*STANDARD, "example_original"),
            tries_unit="queries",
            size_unit="linf",
            measurements=(measurement("attack_success", 0.615, 0.544, 0.683),),
            cost=Cost(queries=412345),
        ),
        evidence(
            "hopskip1",
            "decision_based",
            capability=C.LABELS,
            queries=5000,
            params={"norm": "linf"},
            arrays=STANDARD,
            tries_unit="queries",
            size_unit="linf",
            measurements=(measurement("attack_success", 0.34, 0.275, 0.41),),
            flags=(Flag(id="more_steps_still_gain", detail="doubling the queries raised the success by 6 points"),),
            cost=Cost(queries=900000),
        ),
        evidence(
            "badnets1",
            "badnets",
            subject="reader",
            capability=C.DATA_WRITE,
            arrays=(),
            tries_unit="records",
            measurements=tuple(
                measurement("trigger_success", v, max(v - 0.08, 0), min(v + 0.08, 1), 5, records=float(n))
                for n, v in dose
            ),
            cost=Cost(retrainings=10),
        ),
        evidence(
            "softlbl1",
            "soft_label",
            capability=C.SCORES,
            queries=None,
            tries_unit="queries",
            measurements=tuple(
                measurement("fidelity", v, v - 0.05, min(v + 0.04, 1), 500, queries=float(n))
                for n, v in reversed(copies)
            ),
            cost=Cost(queries=10000),
        ),
        evidence(
            "flipping",
            "label_flip",
            capability=C.DATA_WRITE,
            measurements=tuple(
                measurement("accuracy_drop", v, v - 0.012, v + 0.012, 3, records=float(n))
                for n, v in [(0, 0.0), (50, 0.006), (125, 0.013), (250, 0.031)]
            ),
            cost=Cost(retrainings=6),
        ),
        evidence(
            "rmia0001",
            "rmia",
            subject="train",
            subject_kind="dataset",
            capability=C.SCORES,
            arrays=("roc_fpr", "roc_tpr"),
            measurements=(measurement("tpr", 0.016, 0.009, 0.027, 1000, fpr=0.01),),
            cost=Cost(queries=4000, retrainings=4),
        ),
        evidence(
            "gaussian",
            "gaussian_noise",
            "hazard",
            measurements=tuple(
                measurement("failure_at", v, max(v - 0.03, 0), v + 0.04, 500, severity=s, condition="scan_noise")
                for s, v in noise
            ),
        ),
        evidence(
            "rotation",
            "rotation",
            "hazard",
            measurements=tuple(
                measurement("failure_at", v, max(v - 0.03, 0), v + 0.04, 500, severity=float(s), condition="skew")
                for s, v in turn
            ),
        ),
        evidence(
            "interval",
            "interval_bounds",
            "certifier",
            capability=C.WEIGHTS,
            params={"norm": "linf", "eps": 0.1},
            measurements=(measurement("certified_accuracy", 0.11, 0.07, 0.16),),
        ),
        evidence(
            "filescan",
            "model_files",
            "scanner",
            "service",
            subject_kind="files",
            capability=C.FILES,
            measurements=(measurement("unsafe_files", 0.0, 0.0, 0.6, 4),),
        ),
        evidence(
            "spectral",
            "weight_scan",
            outcome=Outcome.NOT_APPLICABLE,
            reason="the scan needs a model with at least two linear layers",
        ),
        evidence("sponge01", "sponge", outcome=Outcome.ERROR, reason="the trial was stopped after 600 s"),
        evidence(
            "control1",
            "apgd",
            subject_kind="control",
            capability=C.LOGITS,
            measurements=(measurement("attack_success", 1.0, 0.93, 1.0, 50),),
        ),
    )


def glyph(digit: int) -> NDArray[np.float32]:
    """A seven-segment digit, 28×28 in [0, 1]."""
    bars = {
        "a": (4, 6, 8, 20),
        "g": (13, 15, 8, 20),
        "d": (22, 24, 8, 20),
        "f": (5, 14, 7, 9),
        "b": (5, 14, 19, 21),
        "e": (14, 23, 7, 9),
        "c": (14, 23, 19, 21),
    }
    on = {1: "bc", 4: "fgbc", 7: "abc", 8: "abcdefg", 9: "abcdfg"}[digit]
    image = np.zeros((28, 28), np.float32)
    for bar in on:
        top, bottom, left, right = bars[bar]
        image[top:bottom, left:right] = 1
    return image


def arrays() -> ArrayReader:
    """What the records above keep beside them."""
    rng = np.random.default_rng(0)
    kept: dict[str, dict[str, NDArray[np.generic]]] = {}
    for id, rate, scale, budget in (
        ("apgd0001", 0.72, 12, 100),
        ("square01", 0.615, 300, 5000),
        ("hopskip1", 0.34, 2200, 5000),
    ):
        tries = np.ceil(rng.lognormal(np.log(scale), 1.0, 200)).astype(np.int64)
        reached = (rng.random(200) < rate) & (tries < budget)
        size = np.where(reached, np.clip(rng.gamma(5, 0.011, 200), 0.005, 0.1), np.inf)
        kept[id * 4] = {"reached": reached, "tries": np.where(reached, tries, budget), "size": size}
    original = np.stack([glyph(d) for d in (1, 7, 4, 9)])[:, None]
    noise = rng.choice([-0.1, 0.1], original.shape).astype(np.float32)
    kept["square01" * 4] |= {
        "example_original": original,
        "example_changed": np.clip(original + noise, 0, 1),
        "example_label": np.array([1, 7, 4, 9]),
        "example_before": np.array([1, 7, 4, 9]),
        "example_after": np.array([7, 1, 9, 4]),
    }
    fpr = np.linspace(0, 1, 400)
    kept["rmia0001" * 4] = {
        "roc_fpr": fpr,
        "roc_tpr": np.clip(fpr**0.9, 0, 1),
        "exposed_fpr": np.array([0.0001, 0.002]),
        "exposed_row": np.array([1705, 12]),
        "example_record": np.stack([glyph(d) for d in (7, 9)])[:, None],
        "example_label": np.array([7, 9]),
    }
    return ArrayReader(lambda id: kept.get(id, {}))


def rate(estimand: str, value: float, low: float, high: float, n: int = 200) -> Rate:
    """A rate with an exact interval."""
    return Rate(estimand=estimand, value=value, low=low, high=high, n=n, method="Clopper-Pearson")


def finding(
    id: str, verdict: str, reason: str, severity: str, confidence: str, tolerance: float = 0.05, **more: Any
) -> Finding:
    """One finding; class, asset and ranks come from the vulnerability of the same id."""
    v = next(v for v in vulnerabilities() if v.id == id)
    fields = {
        "title": v.title,
        "technique": v.technique,
        "threat_class": v.threat_class,
        "asset": v.asset,
        "interface": v.interface,
    }
    fields |= {
        "rank": v.rank,
        "rank_low": v.rank_low,
        "rank_high": v.rank_high,
        "tolerance_from": "the impact of integrity (high)",
    }
    return Finding(
        id=id,
        verdict=verdict,
        reason=reason,
        severity=severity,
        confidence=confidence,
        tolerance=tolerance,
        **{**fields, **more},
    )


def share(k: int, n: int) -> Share:
    """A count with an interval that nobody worked out."""
    value = k / n if n else None
    return Share(value=value, low=max((value or 0) - 0.2, 0), high=min((value or 1) + 0.2, 1), n=n)


def classes(under: str = "", worst: int = 1, right: tuple[int, int, int] = (40, 9, 28)) -> Classes:
    """Three classes with examples, so many of which are right under attack, and one without."""
    counts = {0: (60, 60), 1: (70, 68), 7: (70, 66), 8: (0, 0)}
    attacked = (*right, 0)
    each = (
        OneClass(label=c, clean=share(a, n), attacked=share(b, n))
        for (c, (n, a)), b in zip(counts.items(), attacked, strict=True)
    )
    return Classes(
        each=tuple(each),
        worst=worst,
        method="Clopper–Pearson at level 1 − 0.05/3, for all classes together",
        under=under,
        evidence=("square01" * 4,),
    )


def operating_point(called: int = 0) -> OperatingPoint:
    """Of class 1, which so much is called under attack."""
    return OperatingPoint(
        positive=(1,),
        precision=Shift(clean=share(68, 72), attacked=share(called // 2, called)),
        recall=Shift(clean=share(68, 70), attacked=share(9 + called // 2, 70)),
        aimed=False,
        rule="the class the model answers",
        method="Clopper–Pearson 95 %",
        evidence=("square01" * 4,),
    )


def spread(value: float, by: float, n: int) -> Share:
    """A share with an interval that nobody worked out."""
    return Share(value=value, low=round(max(value - by, 0), 6), high=round(min(value + by, 1), 6), n=n)


def membership(members: float = 0.014, area: float = 0.61) -> Membership:
    """At one false accusation in a hundred and, of many outsiders, in a thousand."""
    told = tuple(
        ToldAt(
            fpr=fpr, members=spread(found, found / 4, 1000), realised=spread(fpr / 2, fpr / 4, 5000),
            tpr=spread(found * 1.2, found / 2, 1000),
        )
        for fpr, found in ((0.01, members), (0.001, members / 4))
    )  # fmt: skip
    return Membership(
        told=told, auc=spread(area, 0.03, 2000), outsiders=10_000, next_fpr=0.0001, next_outsiders=100_000,
        evidence="rmia0001" * 4,
    )  # fmt: skip


def theft(fidelity: float = 0.95, query_eur: float | None = 0.002) -> Theft:
    """Three copies, and what was prepared on the last."""
    curve = ((100, fidelity - 0.2), (1000, fidelity - 0.05), (10_000, fidelity))
    return Theft(
        curve=tuple(
            CopyAt(
                queries=n, fidelity=spread(v, 0.03, 500), accuracy=spread(v - 0.01, 0.03, 500),
                eur=None if query_eur is None else n * query_eur,
            )
            for n, v in curve
        ),
        query_eur=query_eur,
        own=spread(0.7, 0.04, 500),
        next=(NextAttack(norm="linf", eps=0.1, turned=spread(0.12, 0.05, 200), evidence="moved"),),
        evidence="softlbl1" * 4,
    )  # fmt: skip


def findings() -> tuple[Finding, ...]:
    """Twelve, of all verdicts."""
    return (
        finding(
            "E2@reader/api",
            "exploited",
            "The interval of the success, 54 % to 68 %, lies above the 5 % tolerated.",
            "critical",
            "high",
            rate=rate("attack_success", 0.615, 0.544, 0.683),
            tries=Tries(unit="queries", median=612.0, low=480.0, high=840.0, censored_at=5000.0, n=200),
            sensitivity=Sensitivity(unit="linf", q10=0.04, q50=0.081, q90=None, n=200),
            classes=classes(),
            operating_point=operating_point(),
            knowledge=(
                Rung(access="labels", rate=0.34, low=0.29),
                Rung(access="scores", rate=0.615, low=0.565),
                Rung(access="logits", rate=0.72, low=0.67),
            ),
            evidence=("square01" * 4, "hopskip1" * 4),
            flags=("more_steps_still_gain",),
            scope=Scope(
                attacks=("square", "decision_based"),
                access=("scores", "labels"),
                budget="5 000 queries an example",
                data="200 test examples",
            ),
            holm=True,
        ),
        finding(
            "B1@reader",
            "exploited",
            "With 100 records changed, 81 % of the inputs with the trigger obey it; 5 % is tolerated.",
            "critical",
            "medium",
            rate=rate("trigger_success", 0.97, 0.89, 1.0, 5),
            tries=Tries(unit="records", median=60.0, low=25.0, high=100.0, censored_at=200.0, n=5),
            knowledge=(Rung(access="data_write", rate=0.97, low=0.92),),
            evidence=("badnets1" * 4,),
            scope=Scope(attacks=("badnets",), access=("data_write",), budget="200 records", data="5 retrainings"),
        ),
        finding(
            "X1@reader/api",
            "exploited",
            "The copy agrees with the model on 95 % of the inputs; 85 % is tolerated.",
            "high",
            "high",
            0.85,
            rate=rate("fidelity", 0.95, 0.90, 0.99, 500),
            tries=Tries(unit="queries", median=1000.0, low=300.0, high=3000.0, censored_at=10000.0, n=500),
            evidence=("softlbl1" * 4,),
            knowledge=(Rung(access="scores", rate=0.95, low=0.9),),
            theft=theft(),
        ),
        finding(
            "E1@reader",
            "exploited",
            "The interval of the success, 65 % to 78 %, lies above the 5 % tolerated.",
            "high",
            "high",
            rate=rate("attack_success", 0.72, 0.652, 0.781),
            tries=Tries(unit="iterations", median=21.0, low=16.0, high=30.0, censored_at=100.0, n=200),
            sensitivity=Sensitivity(unit="linf", q10=0.035, q50=0.076, q90=None, n=200),
            knowledge=(Rung(access="logits", rate=0.72, low=0.67),),
            certified=(Certified(object="reader", norm="linf", eps=0.1, share=0.11, low=0.07, high=0.16, n=200),),
            evidence=("apgd0001" * 4, "interval" * 4),
            accepted="accepted by the head of payments until 2027-01-31: the weights never leave the host",
        ),
        finding(
            "P1@reader",
            "inconclusive",
            "The interval of the loss of accuracy, 1.9 % to 4.3 %, covers the 3 % tolerated.",
            "high",
            "low",
            0.03,
            rate=rate("accuracy_drop", 0.031, 0.019, 0.043, 3),
            evidence=("flipping" * 4,),
            flags=("few_retrainings",),
        ),
        finding(
            "D1@train/api",
            "resisted",
            "The upper end of the interval, 2.7 %, is below the 5 % tolerated; its control was broken.",
            "medium",
            "high",
            rate=rate("tpr", 0.016, 0.009, 0.027, 1000),
            knowledge=(Rung(access="labels", rate=0.012, low=0.006), Rung(access="scores", rate=0.016, low=0.009)),
            evidence=("rmia0001" * 4,),
            membership=membership(),
            scope=Scope(attacks=("loss_threshold", "rmia"), access=("scores",), data="1 000 members, 1 000 others"),
        ),
        finding(
            "H2@reader",
            "exploited",
            "Inside the stated domain 7.4 % of the scans are misread; 5 % is tolerated.",
            "high",
            "high",
            rate=rate("failure_probability", 0.074, 0.055, 0.098, 1000),
            sensitivity=Sensitivity(unit="standard deviation", q10=0.1, q50=0.28, q90=None, n=500),
            classes=classes("scan_noise"),
            evidence=("gaussian" * 4, "rotation" * 4),
            scope=Scope(attacks=("gaussian_noise", "rotation"), data="500 test examples"),
        ),
        finding(
            "E3@reader",
            "untested",
            "A transfer attack needs a copy of the model, and the trial that makes one was not planned at this effort.",
            "high",
            "unknown",
        ),
        finding(
            "H1@reader",
            "inconclusive",
            "No attack raised the rate, but the sweep was flagged and does not count as adequate.",
            "medium",
            "low",
            rate=rate("failure_probability", 0.03, 0.01, 0.08, 120),
        ),
        finding(
            "S1@service",
            "resisted",
            "All four files hold tensors only.",
            "medium",
            "medium",
            0.6,
            rate=rate("unsafe_files", 0.0, 0.0, 0.6, 4),
            evidence=("filescan" * 4,),
        ),
        finding(
            "A1@reader/api",
            "untested",
            "The trial was stopped after 600 s and measured nothing.",
            "medium",
            "unknown",
            evidence=("sponge01" * 4,),
        ),
        finding(
            "B3@host", "untested", "No attack here flips bits in memory; it takes the hardware.", "medium", "unknown"
        ),
    )


def treatments() -> tuple[Treatment, ...]:
    """Applied, recommended, not applicable and failed."""
    f = {f.id: f for f in findings()}
    costs = (
        measurement("clean_accuracy_change", -0.021, -0.034, -0.008, 1000),
        Measurement(estimand="latency_p95_change", unit="ms", n=200, method="paired", value=0.1, low=-0.2, high=0.4),
        Measurement(estimand="training_seconds", unit="s", n=1, method="clock", value=94.0, low=94.0, high=94.0),
    )
    return (
        Treatment(
            id="T1",
            defence="DF01",
            plugin="adversarial_training",
            title="Adversarial training",
            effects=("improves",),
            status="applied",
            reason="The model is differentiable and can be retrained.",
            for_findings=("E2@reader/api", "E1@reader"),
            params={"eps": 0.1, "steps": 5},
            conflicts=(
                Conflict(rule="C02", text="Makes members of the training set easier to tell.", with_="D1@train/api"),
            ),
            costs=costs,
            retests=(
                Retest(
                    finding="E2@reader/api",
                    verdict_before="exploited",
                    verdict_after="exploited",
                    before=f["E2@reader/api"].rate,
                    after=rate("attack_success", 0.14, 0.095, 0.196),
                    change="better",
                    measured=Measures(
                        knowledge=(
                            Rung(access="labels", rate=0.06, low=0.03, high=0.1),
                            Rung(access="scores", rate=0.12, low=0.08, high=0.18),
                            Rung(access="adaptive", rate=0.19, low=0.14, high=0.25),
                        ),
                        classes=classes(worst=7, right=(52, 50, 31)),
                        operating_point=operating_point(called=61),
                    ),
                    paired=Paired(n=200, mended=99, broken=4, p=1e-24, adjusted=1e-24, level=0.0125),
                ),
                Retest(
                    finding="E1@reader",
                    verdict_before="exploited",
                    verdict_after="exploited",
                    before=f["E1@reader"].rate,
                    after=rate("attack_success", 0.19, 0.138, 0.251),
                    change="better",
                ),
                Retest(
                    finding="D1@train/api",
                    verdict_before="resisted",
                    verdict_after="inconclusive",
                    before=f["D1@train/api"].rate,
                    after=rate("tpr", 0.047, 0.034, 0.062, 1000),
                    change="worse",
                    measured=Measures(membership=membership(0.04, 0.7)),
                ),
                Retest(
                    finding="B1@reader",
                    verdict_before="exploited",
                    verdict_after="exploited",
                    before=f["B1@reader"].rate,
                    after=rate("trigger_success", 0.99, 0.91, 1.0, 5),
                    change="unclear",
                ),
                Retest(finding="A1@reader/api", verdict_before="untested", verdict_after="untested", change="untested"),
            ),
        ),
        Treatment(
            id="T2",
            defence="DF14",
            plugin="rounding",
            title="Rounding of scores",
            effects=("limits",),
            status="applied",
            reason="Fits every model; costs nothing at inference.",
            for_findings=("X1@reader/api", "E2@reader/api"),
            params={"decimals": 1},
            costs=(measurement("clean_accuracy_change", 0.0, -0.002, 0.002, 1000),),
            retests=(
                Retest(
                    finding="X1@reader/api",
                    verdict_before="exploited",
                    verdict_after="exploited",
                    before=f["X1@reader/api"].rate,
                    after=rate("fidelity", 0.93, 0.87, 0.97, 500),
                    change="same",
                    measured=Measures(theft=theft(0.93)),
                ),
                Retest(
                    finding="E2@reader/api",
                    verdict_before="exploited",
                    verdict_after="exploited",
                    before=f["E2@reader/api"].rate,
                    after=rate("attack_success", 0.41, 0.341, 0.482),
                    change="better",
                ),
            ),
        ),
        Treatment(
            id="T3",
            defence="DF20",
            title="Query budget for each account",
            effects=("limits", "deters"),
            status="recommended",
            reason="The gateway lies outside this assessment; 500 queries a day are fewer than an attack needs.",
            for_findings=("E2@reader/api", "X1@reader/api"),
        ),
        Treatment(
            id="T4",
            defence="DF09",
            title="Differentially private training",
            effects=("improves",),
            status="does_not_fit",
            reason="It would cost more accuracy than the floor of 92 % allows.",
            for_findings=("D1@train/api",),
        ),
        Treatment(
            id="T5",
            defence="DF17",
            plugin="fine_tuning",
            title="Fine-tuning on clean data",
            effects=("recovers",),
            status="failed",
            reason="Training did not converge: the loss became NaN in epoch 3.",
            for_findings=("B1@reader",),
        ),
    )


def plan() -> Plan:
    """A table over all stages, and what cannot be tested."""
    cells = []
    for stage in Stage:
        for kind in ("evasion", "poisoning", "backdoor", "model_extraction", "data_extraction", "all"):
            methods: tuple[Method, ...] = (
                Method(text=f"Method against {kind.replace('_', ' ')}", effects=("improves",)),
            )
            if kind == "evasion":
                methods = (
                    Method(
                        text="Adversarial training, repeated when new attacks appear",
                        effects=("improves",),
                        state="recommended",
                    ),
                    Method(text="Redundant sensors", effects=("limits",), state="in_place"),
                )
            if kind == "all":
                methods = (
                    Method(text="Change control with the owner of the risk", effects=("verifies",), state="in_place"),
                )
            if stage == Stage.TRAINING and kind == "data_extraction":
                methods = (
                    Method(
                        text="DP-SGD",
                        effects=("improves",),
                        state="conflicts",
                        note="costs more accuracy than the floor allows",
                    ),
                )
            cells.append(Cell(stage=stage, threat_class=kind, methods=methods))
    untested = (
        Untested(vulnerability="B3@host", reason="No attack here flips bits in memory; it takes the hardware."),
        Untested(
            vulnerability="E3@reader",
            plugin="transfer",
            reason="It needs an extracted copy, which is not planned at this effort.",
        ),
    )
    return Plan(effort="standard", trials=tuple(e.trial for e in all_evidence()), untested=untested, table=tuple(cells))


def layers() -> tuple[Layer, ...]:
    """Three stages, three states, one single point of failure."""
    return (
        Layer(
            stage="training",
            state="at_rest",
            controls=("versioned data",),
            single_point=True,
            note="If versions are not compared, nothing else notices a changed label.",
        ),
        Layer(stage="training", state="in_use", controls=("isolated environment", "reviewed code")),
        Layer(stage="deployment", state="in_transit", controls=("TLS", "accounts")),
        Layer(stage="deployment", state="in_use", controls=()),
        Layer(stage="deployment", state="at_rest", controls=("signed weights", "access control")),
        Layer(stage="monitoring", state="in_use", controls=("sampled review",), single_point=True),
    )


def assessment(**changes: Any) -> Assessment:
    """The whole; `changes` replace top-level fields."""
    threats = tuple(
        Threat(
            id=f"{v.id}:fraudster",
            technique=v.technique,
            threat_class=v.threat_class,
            source=v.sources[0],
            source_kind=v.source_kind,
            asset=v.asset,
            interface=v.interface,
            objective=v.objective,
        )
        for v in vulnerabilities()
    )
    whole = {
        "tool": {"name": "bartizan", "version": "0.1.0", "knowledge": "3f2a"},
        "system": SYSTEM,
        "exposures": exposures(),
        "threats": threats,
        "vulnerabilities": vulnerabilities(),
        "plan": plan(),
        "evidence": all_evidence(),
        "findings": findings(),
        "treatments": treatments(),
        "gates": (
            GateResult(
                gate="evasion: robust_accuracy at least 0.4 (linf, 0.1)",
                outcome="failed",
                reason="27 % stand, 40 % are asked for.",
                findings=("E1@reader", "E2@reader/api"),
            ),
            GateResult(
                gate="data_extraction: tpr at most 0.03 at fpr 0.01",
                outcome="passed",
                reason="The upper end, 2.7 %, is below 3 %.",
                findings=("D1@train/api",),
            ),
            GateResult(
                gate="no poisoning may be exploited",
                outcome="inconclusive",
                reason="The finding is inconclusive.",
                findings=("P1@reader",),
            ),
        ),
        "layers": layers(),
        "residual": (
            "E2@reader/api stays exploited after every treatment tried: 14 % of the inputs fall.",
            "Nothing was measured about the supplier of the scanner.",
        ),
        "positions": {
            "reader": "system.yaml:31:7",
            "api": "system.yaml:52:5",
            "train": "system.yaml:22:7",
            "service": "system.yaml:44:7",
            "E1@reader": "system.yaml:33:9",
        },
        "clock": {"finished": "2026-11-23T23:10:00Z"},
    }
    return Assessment(**{**whole, **changes})


def empty() -> Assessment:
    """An assessment of a system of which nothing is known yet."""
    return Assessment(tool={}, system={}, plan=Plan(effort="quick"))
