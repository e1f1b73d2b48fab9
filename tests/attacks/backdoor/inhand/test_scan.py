import numpy as np
import pytest

from bartizan.attacks.backdoor.controls import CLASSES, backdoored_model, clean_model, clean_samples
from bartizan.attacks.backdoor.inhand import ScanSettings, clean_null, scan_model
from bartizan.attacks.stacked import Recipe
from bartizan.core.errors import DataError, ModelError, UsageError
from bartizan.numerics.linear import LinearTarget

torch = pytest.importorskip("torch")
SETTINGS = ScanSettings(patch=2 / 64, starts=2, climbs=20, steps=60, batch=8, tables=True)
GPU = pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU"))
QUICK = SETTINGS.model_copy(update={"steps": 10})
X, Y = clean_samples().probe.x, clean_samples().probe.y


def planted() -> LinearTarget:
    """Six entries, dark in clean samples, that speak for class 5."""
    W = backdoored_model().W.copy()
    W[-6:] = 0
    W[-6:, 5] = 15
    return LinearTarget(W)


def test_a_planted_trigger_is_shown_with_its_target_and_numbers() -> None:
    scan = scan_model(planted().weights(), X, Y, settings=SETTINGS)
    assert (scan.verdict, scan.target) == ("shown", 5)
    assert "held-out inputs" in scan.why
    assert "class 5" in scan.why
    assert scan.p is None
    assert any("no matched clean models" in note for note in scan.notes)
    assert scan.seconds > 0


@pytest.mark.parametrize("device", ["cpu", GPU])
def test_a_network_is_scanned_wherever_it_is(device: str) -> None:
    net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(64, CLASSES))
    with torch.no_grad():
        net[1].weight.copy_(torch.from_numpy(planted().W.T))
        net[1].bias.zero_()
    null = clean_null([net.to(device)] * 2, X, Y, settings=SETTINGS)
    scan = scan_model(net, X, Y, null=null, settings=SETTINGS)
    assert (scan.verdict, scan.target) == ("shown", 5)
    assert next(net.parameters()).device.type == device


def test_a_clean_model_is_never_called_clean() -> None:
    scan = scan_model(clean_model().weights(), X, Y, settings=QUICK)
    assert (scan.verdict, scan.target) == ("nothing found within the budget", None)
    assert "clean" not in scan.verdict


def test_a_scale_of_the_logits_changes_nothing() -> None:
    net = backdoored_model().weights()
    one, ten = (scan_model(lambda x, k=k: k * net(x), X, Y, settings=QUICK) for k in (1.0, 10.0))  # type: ignore[misc]
    assert one.look is not None
    assert ten.look is not None
    assert one.look.statistics() == pytest.approx(ten.look.statistics(), rel=1e-2, abs=1e-2)


def test_held_out_samples_are_not_those_that_were_looked_at() -> None:
    scan = scan_model(clean_model().weights(), X[:120], Y[:120], settings=QUICK)
    assert max(t.tried.n for t in scan.triggers) <= 60


@pytest.mark.parametrize("n", [0, 99])
def test_with_few_samples_margins_alone_convict_nobody(n: int) -> None:
    scan = scan_model(backdoored_model().weights(), X[:n], Y[:n], settings=QUICK)
    assert (scan.verdict, scan.target, scan.triggers) == ("suspicious", 5, ())
    assert "100 are needed" in scan.notes[0]


def test_without_samples_the_shape_is_enough() -> None:
    assert scan_model(backdoored_model().weights(), shape=(64,), settings=QUICK).verdict == "suspicious"
    with pytest.raises(UsageError, match="shape of one input"):
        scan_model(backdoored_model().weights())


def test_samples_of_one_class_invert_nothing() -> None:
    scan = scan_model(backdoored_model().weights(), X, np.zeros_like(Y), settings=QUICK)
    assert scan.triggers == ()
    assert "of class 0" in scan.notes[0]


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ("a path", "cannot be asked"),
        (lambda x: x.detach()[:, :5], "no gradient"),
        (lambda x: x[:, :2], "2 classes"),
        (lambda x: x.sum(), "not with logits"),
        (torch.nn.Linear(3, 4), "cannot answer"),
    ],
)
def test_what_cannot_be_examined_says_why(model: object, reason: str) -> None:
    scan = scan_model(model, X, Y, settings=QUICK)
    assert scan.verdict == "not examined"
    assert reason in scan.why


def test_bad_samples_are_a_sentence() -> None:
    net = clean_model().weights()
    for x, y, said in [(X * 9, Y, "leave the bounds"), (X, Y[:5], "do not match"), (X * np.nan, Y, "leave the bounds")]:
        with pytest.raises(DataError, match=said):
            scan_model(net, x, y, settings=QUICK)
    with pytest.raises(UsageError, match="two finite numbers"):
        scan_model(net, X, Y, bounds=(1, 0), settings=QUICK)


def recipe() -> Recipe:
    return Recipe(lambda: torch.nn.Linear(64, CLASSES), epochs=20, batch=16, rate=2e-2)


def test_a_null_of_twenty_gives_a_p_value_and_a_smaller_one_does_not() -> None:
    train = clean_samples().auxiliary
    null = clean_null(recipe(), X, Y, train=(train.x, train.y), models=20, settings=QUICK)
    scan = scan_model(backdoored_model().weights(), X, Y, null=null, settings=QUICK)
    assert scan.p == pytest.approx(1 / 21)
    assert scan.verdict in ("shown", "suspicious")
    few = type(null)(null.names, null.values[:6])
    ranked = scan_model(backdoored_model().weights(), X, Y, null=few, settings=QUICK)
    assert ranked.p is None
    assert ranked.standing is not None
    assert any("too few to state" in note for note in ranked.notes)


def test_pairs_of_classes_are_asked_about_when_wanted() -> None:
    asked = scan_model(clean_model().weights(), X, Y, settings=QUICK.model_copy(update={"pairs": True, "most": 3}))
    assert asked.look is not None
    assert sum(t.question.source >= 0 for t in asked.look.tried) == 6


def test_a_null_without_what_it_needs_is_a_sentence() -> None:
    with pytest.raises(UsageError, match="clean training set"):
        clean_null(recipe(), X, Y, settings=QUICK)
    with pytest.raises(UsageError, match="clean samples, too"):
        clean_null([], X[:5], Y[:5], settings=QUICK)
    with pytest.raises(ModelError, match="cannot be examined"):
        clean_null(["a path"], X, Y, settings=QUICK)
