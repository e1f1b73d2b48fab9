from __future__ import annotations

from bartizan.campaign.ladder import Reached, access_of, built_on, ladder, rank, rung_of
from bartizan.core.access import Access
from bartizan.core.evidence import Evidence
from bartizan.core.finding import Rate
from bartizan.core.trial import Subject, Trial
from bartizan.core.vocabulary import Capability, Outcome


def rate(value: float) -> Rate:
    return Rate(estimand="harm", value=value, low=round(value - 0.1, 3), high=value + 0.1, n=10, method="m")


def evidence(
    name: str,
    *capabilities: Capability,
    after: tuple[str, ...] = (),
    treatments: tuple[str, ...] = (),
    plugin: str = "p",
) -> Evidence:
    trial = Trial(
        name=name, kind="attack", plugin=plugin, version=1, after=after, access=Access(capabilities=capabilities),
        subject=Subject(kind="target", id="m", treatments=treatments),
    )  # fmt: skip
    return Evidence(id=name, artifact=name, trial=trial, outcome=Outcome.MEASURED)


def test_the_ladder_runs_from_least_to_most() -> None:
    found = ladder(
        Reached(*r) for r in [("weights", rate(0.9)), ("labels", rate(0.3)), ("scores", rate(0.4)), ("odd", rate(1.0))]
    )
    assert [(r.access, r.rate, r.low, round(r.high, 3)) for r in found] == [
        ("labels", 0.3, 0.2, 0.4), ("scores", 0.4, 0.3, 0.5), ("weights", 0.9, 0.8, 1.0),
    ]  # fmt: skip
    assert rank("odd") < rank("none") < rank("labels") < rank("weights")


def test_what_is_built_on_a_copy_took_the_access_the_copy_took() -> None:
    copy, moved = evidence("copy", Capability.SCORES), evidence("moved", Capability.LABELS, after=("copy", "lost"))
    known = {"copy": copy, "moved": moved}
    assert built_on(known, moved) == [copy]
    assert access_of(known, moved) == "scores"


def test_what_is_prepared_on_a_copy_and_what_knows_a_defence_have_rungs_of_their_own() -> None:
    copy, moved = evidence("copy", Capability.SCORES), evidence("moved", after=("copy",))
    asking = evidence("asking", Capability.LABELS, after=("copy",))
    known = {"copy": copy, "moved": moved, "asking": asking}
    assert [rung_of(known, e) for e in known.values()] == ["scores", "transfer", "scores"]
    assert rung_of({}, evidence("alone")) == "none"
    treated = [evidence("t", c, treatments=("d",)) for c in (Capability.LOGITS, Capability.WEIGHTS, Capability.SCORES)]
    assert [rung_of({}, e) for e in treated] == ["adaptive", "adaptive", "scores"]
    order = ["labels_few", "labels", "scores", "transfer", "recipe", "logits", "weights", "adaptive"]
    assert [r.access for r in ladder(Reached(name, rate(0.5)) for name in reversed(order))] == order


def test_models_of_ones_own_are_a_rung_and_know_the_defence_of_a_treated_target() -> None:
    both = (Capability.SCORES, Capability.RECIPE)
    assert rung_of({}, evidence("shadows", *both)) == "recipe"
    assert rung_of({}, evidence("shadows", *both, treatments=("d",))) == "adaptive"
    assert rung_of({}, evidence("inside", *both, Capability.WEIGHTS)) == "weights"


def test_who_writes_labels_alone_stands_below_who_writes_records() -> None:
    write = Capability.DATA_WRITE
    rungs = [
        rung_of({}, evidence("labels", write, plugin="label_flip")),
        rung_of({}, evidence("records", write, plugin="badnets")),
        rung_of({}, evidence("insider", write, Capability.RECIPE, plugin="label_consistent")),
        rung_of({}, evidence("holder", Capability.WEIGHTS, plugin="bit_search")),
    ]
    assert rungs == ["label_write", "data_write", "recipe", "weights"]
    assert [rank(r) for r in rungs] == sorted(rank(r) for r in rungs)
