from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest

from bartizan.campaign.plan import plan
from bartizan.core import plugins
from bartizan.core.access import Access, Budget, Output
from bartizan.core.base import Frozen
from bartizan.core.contracts import Attack, AttackSpec, Control, Plugin, Proposal
from bartizan.core.profile import NotApplicable
from bartizan.core.system import System
from bartizan.core.threat import Means, Vulnerability
from bartizan.core.vocabulary import Capability as C
from bartizan.core.vocabulary import Level, Objective, ThreatClass
from bartizan.knowledge.load import load

EXAMPLES = Path(__file__).parents[2] / "examples"


class Params(Frozen):
    steps: int = 10


class Fake(Attack):
    """An attack whose spec and proposals a test fills in."""

    spec: ClassVar[AttackSpec]
    params = Params
    proposals: ClassVar[list[Proposal]] = [Proposal(examples=50, queries_per_example=500, label="linf 0.1")]
    positive: ClassVar[bool] = True
    seen: ClassVar[Any] = None

    def run(self, view: Any, *, params: Any, seed: int) -> Any:
        raise AssertionError("planning runs nothing")

    def propose(self, profile: Any, effort: Any) -> list[Proposal]:
        self.check(profile)
        type(self).seen = profile
        return list(self.proposals)

    @classmethod
    def controls(cls) -> tuple[Control, ...]:
        control = Control(
            "c", "positive" if cls.positive else "negative", lambda: None, lambda: None, Access(), Budget(), {}, "h", 1
        )  # type: ignore[arg-type,return-value]
        return (control,)


def attack(id: str = "fake", threats=("E2",), needs=((C.SCORES,),), **more: Any) -> type[Fake]:
    own = {k: more.pop(k) for k in ("proposals", "positive") if k in more}
    spec = AttackSpec(
        id=id, title=id.title(), summary="", family=more.pop("family", "evasion"), threats=threats, needs=needs,
        makes=more.pop("makes", "perturbed_inputs"), goal="", harm="robust_error", **more,
    )  # fmt: skip
    return type(id.title(), (Fake,), {"spec": spec, **own})


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch):
    """Make these the only plugins there are; a keyword names another kind than attacks."""

    def put(*attacks: type[Plugin], **kinds: type[Plugin]) -> None:
        found = {"attacks": {a.spec.id: a for a in attacks}}
        found |= {kind: {cls.spec.id: cls} for kind, cls in kinds.items()}
        monkeypatch.setattr(plugins, "plugins", lambda kind: found.get(kind, {}))

    return put


def system(**model: Any) -> System:
    load = {"kind": "torch", "factory": "net:build", "weights": "w.safetensors", "bounds": [0, 1]}
    return System.model_validate(
        {
            "name": "s", "purpose": "p", "stage": "testing",
            "assets": {
                "data": [
                    {"id": "train", "load": {"kind": "npz", "path": "t.npz"}},
                    {"id": "test", "load": {"kind": "npz", "path": "v.npz"}},
                ],
                "models": [{"id": "m", "load": load, **model}],
            },
            "interfaces": [{"id": "api", "serves": "m"}],
        }
    )  # fmt: skip


def vulnerability(technique="E2", interface="api", capabilities=(C.LABELS, C.SCORES), **more: Any) -> Vulnerability:
    output = more.pop("output", Output(kind="rounded", decimals=2))
    budget = more.pop("budget", Budget())
    access = Access(capabilities=capabilities, interface=interface, output=output)
    means = more.pop("means", (Means(sources=("x",), access=access, budget=budget),))
    return Vulnerability(
        id=f"{technique}@m" + (f"/{interface}" if interface else ""), technique=technique, title=technique,
        threat_class=more.pop("threat_class", ThreatClass.EVASION), asset="m", interface=interface, sources=("x",),
        source_kind=more.pop("source_kind", "adversary"), exposures=(), exposure=Level.HIGH, maturity="realized",
        means=means, objective=Objective.INTEGRITY, likelihood=Level.HIGH, impact=Level.HIGH, **more,
    )  # fmt: skip


def planned(*found: Vulnerability, of: System | None = None, effort: Any = "quick"):
    return plan(of or system(), SimpleNamespace(vulnerabilities=found), load(), effort=effort)


def real(made):
    return [t for t in made.trials if t.subject.kind != "control"]


def test_an_attack_gets_what_it_needs_and_nothing_beyond(install) -> None:
    install(attack())
    (trial,) = real(planned(vulnerability(capabilities=(C.LABELS, C.SCORES, C.RECIPE, C.DATA_READ))))
    assert trial.name == "fake:E2@m/api:linf-0.1"
    assert trial.access == Access(capabilities=(C.SCORES,), interface="api", output=Output(kind="rounded", decimals=2))
    assert (trial.examples, trial.params, trial.answers) == (50, {"steps": 10}, ("E2@m/api",))


def test_the_first_alternative_it_can_have_and_with_more_effort_every_rung(install) -> None:
    install(attack(needs=((C.LOGITS,), (C.SCORES,), (C.LABELS,))))
    assert [t.access.name for t in real(planned(vulnerability()))] == ["scores"]
    deep = real(planned(vulnerability(), effort="deep"))
    assert [(t.access.name, t.name) for t in deep] == [
        ("scores", "fake:E2@m/api:linf-0.1"), ("labels", "fake:E2@m/api:linf-0.1:labels"),
    ]  # fmt: skip


def test_gradients_and_weights_are_one_rung(install) -> None:
    install(attack(threats=("E1",), needs=((C.LOGITS,), (C.WEIGHTS,))))
    inside = vulnerability("E1", None, (C.LOGITS, C.WEIGHTS))
    (trial,) = real(planned(inside, effort="deep"))
    assert (trial.access.name, trial.access.interface) == ("logits", None)


@pytest.mark.parametrize(("has", "gets"), [(None, 500), (100, 100), (10_000, 500)])
def test_the_adversary_bounds_the_queries_on_one_example(install, has, gets) -> None:
    install(plugin := attack())
    (trial,) = real(planned(vulnerability(budget=Budget(queries=has))))
    assert (trial.budget.queries_per_example, trial.budget.queries) == (gets, None)
    assert plugin.seen.queries == has  # and it knew so when it proposed


def test_and_those_of_an_extraction_as_a_whole(install) -> None:
    install(attack(proposals=[Proposal(queries=5000)]))
    (trial,) = real(planned(vulnerability(budget=Budget(queries=1000))))
    assert (trial.budget.queries_per_example, trial.budget.queries) == (None, 1000)


def test_who_holds_the_weights_asks_nobody(install) -> None:
    install(attack(threats=("E1",), needs=((C.LOGITS,),)))
    (trial,) = real(planned(vulnerability("E1", None, (C.LOGITS,), budget=Budget(queries=1))))
    assert trial.budget.queries_per_example == 500


def test_records_only_for_those_who_write(install) -> None:
    writer = vulnerability("P1", None, (C.DATA_WRITE, C.LABELS), budget=Budget(records=70))
    install(attack(threats=("P1",), needs=((C.DATA_WRITE,),), game="poison"))
    assert real(planned(writer))[0].budget.records == 70
    install(attack(threats=("P1",), needs=((C.LABELS,),)))
    assert real(planned(writer))[0].budget.records is None


def test_identical_trials_are_planned_once_and_answer_both(install) -> None:
    install(attack(threats=("P1", "P2"), needs=((C.DATA_WRITE,),)))
    both = [vulnerability(t, None, (C.DATA_WRITE,)) for t in ("P1", "P2")]
    (trial,) = real(planned(*both))
    assert trial.answers == ("P1@m", "P2@m")
    assert trial.sources == ("x",)
    assert trial.name == "fake:P1@m:linf-0.1"


def test_names_are_unique(install) -> None:
    twice = [Proposal(params={"steps": n}, label="same") for n in (1, 2)]
    install(attack(proposals=twice))
    assert [t.name for t in real(planned(vulnerability()))] == ["fake:E2@m/api:same", "fake:E2@m/api:same:2"]


def test_every_attack_first_meets_its_control_once(install) -> None:
    install(attack("one", threats=("E1", "E2")), attack("two", positive=False))
    made = planned(vulnerability(), vulnerability("E1", None))
    controls = [t for t in made.trials if t.subject.kind == "control"]
    assert [(t.name, t.subject.id) for t in controls] == [("control:one", "one")]
    assert made.trials[0] == controls[0]


def test_an_attack_that_builds_on_another_waits_for_it(install) -> None:
    copier = attack("copier", threats=("X1",), makes="surrogate", proposals=[Proposal(queries=9)])
    transfer = attack("transfer", threats=("E3",), needs=((C.LABELS,),), uses=("surrogate",))
    install(copier, transfer)
    found = (vulnerability("E3", None), vulnerability("X1"))  # even when the copy is planned later
    by_plugin = {t.plugin: t for t in real(planned(*found))}
    assert by_plugin["transfer"].after == (by_plugin["copier"].name,)


def test_nobody_builds_on_what_only_another_could_make(install) -> None:
    copier = attack("copier", threats=("X1",), makes="surrogate", proposals=[Proposal(queries=9)])
    transfer = attack("transfer", threats=("E3",), needs=((C.LABELS,),), uses=("surrogate",))
    install(copier, transfer)

    def by(*names: str) -> tuple[Means, ...]:
        return (Means(sources=names, access=Access(capabilities=(C.LABELS, C.SCORES), interface="api")),)

    made = planned(vulnerability("E3", None, means=by("thief")), vulnerability("X1", means=by("customer")))
    assert [u.reason for u in made.untested] == [
        "it builds on a surrogate, and no adversary that would use it can make one"
    ]
    both = planned(vulnerability("E3", None, means=by("thief", "customer")), vulnerability("X1", means=by("customer")))
    assert [t.sources for t in real(both) if t.plugin == "transfer"] == [("customer",)]


def test_and_is_given_up_where_nobody_makes_what_it_builds_on(install) -> None:
    install(attack("transfer", threats=("E3",), needs=((C.LABELS,),), uses=("surrogate",)))
    made = planned(vulnerability("E3", None))
    assert made.trials == ()
    (one,) = made.untested
    assert (one.vulnerability, one.plugin) == ("E3@m", "transfer")
    assert "builds on a surrogate" in one.reason


def test_the_owner_runs_hazards_scans_and_proofs_whatever_the_adversary_has(install) -> None:
    install(
        hazards=attack("noise", ("H2",), needs=((C.LABELS,),), family="hazards"),
        scanners=attack("scan", ("S1",), needs=((C.FILES,),), family="scanners", game="files"),
        certifiers=attack("proof", ("E1",), needs=((C.WEIGHTS,),), family="certifiers"),
    )
    hazard = vulnerability("H2", None, (), source_kind="hazard")
    made = real(planned(hazard, vulnerability("S1", None, ()), vulnerability("E1", None, ())))
    assert [(t.kind, t.subject.kind, t.access.name) for t in made] == [
        ("hazard", "target", "labels"), ("scanner", "files", "files"), ("certifier", "target", "weights"),
    ]  # fmt: skip


class Refuses(Fake):
    spec = attack().spec

    def propose(self, profile: Any, effort: Any) -> list[Proposal]:
        raise NotApplicable("the wind blows from the wrong side")


@pytest.mark.parametrize(
    ("plugin", "of", "reason"),
    [
        (None, system(), "no installed plugin tests E2"),
        (attack(), system(load=None), "does not say how to load the model 'm'"),
        (attack(needs=((C.LOGITS,), (C.WEIGHTS, C.FILES))), system(), "needs gradients, or the weights and the files"),
        (attack(differentiable=True), system(load={"kind": "xgboost", "path": "m.json"}), "needs gradients"),
        (attack(retrainable=True), system(), "no retrain function"),
        (attack(bounded=True), system(load={"kind": "onnx", "path": "m.onnx"}), "bounds"),
        (attack(modalities=("tabular",)), system(), "not defined for image data"),
        (attack(game="files"), system(load={"kind": "plugin", "plugin": "remote"}), "without a file to look into"),
        (attack(), system(test_data="train"), None),
        (Refuses, system(), "the wind blows from the wrong side"),
    ],
)
def test_what_cannot_be_tested_says_why(install, plugin, of, reason) -> None:
    install(*([plugin] if plugin else []))
    made = planned(vulnerability(), of=of)
    assert [reason is not None and reason in u.reason for u in made.untested] == ([True] if reason else [])


def test_without_data_nothing_is_run(install) -> None:
    install(attack())
    bare = system()
    bare = bare.model_copy(update={"assets": bare.assets.model_copy(update={"data": ()})})
    (one,) = planned(vulnerability(), of=bare).untested
    assert "no test data of 'm'" in one.reason


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*/system.yaml")), ids=lambda p: p.parent.name)
def test_examples_plan_the_same_twice(path) -> None:
    from bartizan.analysis.analyse import analyse
    from bartizan.formats.description import read_system

    described = read_system(path, check_files=False).system
    analysis = analyse(described, load())
    made = plan(described, analysis, load())
    assert made == plan(described, analysis, load())
    names = [t.name for t in made.trials]
    assert len(names) == len(set(names))
    answered = {v for t in made.trials for v in t.answers} | {u.vulnerability for u in made.untested}
    assert answered == {v.id for v in analysis.vulnerabilities}


@pytest.mark.parametrize("example", ["digits", "digits-onnx"])
def test_planning_is_quick_and_needs_no_torch(example: str) -> None:
    file = EXAMPLES / example / "system.yaml"
    code = (
        "import sys\n"
        "from bartizan.formats.description import read_system\n"
        "from bartizan.knowledge.load import load\n"
        "from bartizan.analysis.analyse import analyse\n"
        "from bartizan.campaign.plan import plan\n"
        f"d = read_system({str(file)!r}, check_files=False)\n"
        "made = plan(d.system, analyse(d.system, load()), load(), root=d.folder)\n"
        "assert 'apgd' in {t.plugin for t in made.trials}\n"
        "sys.exit(bool({'torch', 'onnx', 'onnxruntime'} & set(sys.modules)))\n"
    )
    began = time.perf_counter()
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    assert time.perf_counter() - began < 15  # 1.5 s alone; the benchmark measures it, this only catches a blunder
