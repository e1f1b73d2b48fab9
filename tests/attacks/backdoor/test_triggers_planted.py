"""What each planting does to the records it may write."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bartizan.attacks.backdoor.adaptive_blend import AdaptiveBlend, halves
from bartizan.attacks.backdoor.blended import Blended
from bartizan.attacks.backdoor.controls import bars, remembering, trusting
from bartizan.attacks.backdoor.input_aware import InputAware
from bartizan.attacks.backdoor.label_consistent import LabelConsistent
from bartizan.attacks.backdoor.sinusoid import Sinusoid, wave
from bartizan.attacks.backdoor.warp import Warp
from bartizan.core.access import Access, Budget
from bartizan.core.contracts import Attack
from bartizan.core.profile import NotApplicable, Profile
from bartizan.core.view import View, grant
from bartizan.core.vocabulary import Capability
from bartizan.numerics.triggers import stored_in, triggered

pytest.importorskip("torch")
EVERY = [Blended, Sinusoid, Warp, AdaptiveBlend, LabelConsistent, InputAware]
RIGHT_LABELS = (Sinusoid, LabelConsistent)
SHORT: dict[type[Attack], dict[str, int]] = {LabelConsistent: {"training": 20}, InputAware: {"training": 5}}


def planted(cls: type[Attack], records: int | None = 30, **params: Any) -> tuple[dict[str, Any], View]:
    access = Access(capabilities=(Capability.DATA_WRITE,))
    view = grant(trusting(), access, Budget(records=records), bars())
    chosen = cls.params(doses=(0.05, 0.1), **SHORT.get(cls, {}), **params)
    return cls().run(view, params=chosen, seed=0).arrays, view


@pytest.mark.parametrize("cls", EVERY, ids=lambda c: c.spec.id)
def test_it_keeps_to_the_budget_the_bounds_and_asks_nothing(cls: type[Attack]) -> None:
    a, view = planted(cls)
    assert len(a["index"]) == len(np.unique(a["index"])) == 30
    assert a["doses"].tolist() == [20, 30]
    assert (a["x"].min() >= 0, a["x"].max() <= 1) == (True, True)
    assert view.meter.queries == view.meter.retrainings == 0


@pytest.mark.parametrize("cls", EVERY, ids=lambda c: c.spec.id)
def test_labels_are_those_it_says(cls: type[Attack]) -> None:
    a, _ = planted(cls, target_class=1)
    was = bars().writable.y[a["index"]]
    if cls in RIGHT_LABELS:
        assert (was == 1).all()
        assert np.array_equal(a["y"], was)
    else:
        assert (a["y"][a["y"] != was] == 1).all()
        assert (a["y"] != was).sum() >= 15


@pytest.mark.parametrize("cls", EVERY, ids=lambda c: c.spec.id)
def test_the_trigger_handed_over_changes_inputs_within_the_bounds(cls: type[Attack]) -> None:
    out = triggered(bars().probe.x, stored_in(planted(cls)[0]))
    assert (out != bars().probe.x).any(axis=(1, 2, 3)).all()
    assert (out.min() >= 0, out.max() <= 1) == (True, True)


@pytest.mark.parametrize("cls", EVERY, ids=lambda c: c.spec.id)
def test_nothing_may_be_written_so_nothing_is(cls: type[Attack]) -> None:
    a, _ = planted(cls, records=0)
    assert (len(a["index"]), a["x"].shape[1:]) == (0, (1, 8, 8))


@pytest.mark.parametrize("cls", EVERY, ids=lambda c: c.spec.id)
def test_the_effort_quick_leaves_it_out_and_deep_has_ten_seeds(cls: type[Attack]) -> None:
    profile = Profile(model="m", retrainable=True, bounds=(0, 1), classes=10)
    with pytest.raises(NotApplicable, match="--effort"):
        cls().propose(profile, "quick")
    (deep,) = cls().propose(profile, "deep")
    assert deep.params["seeds"] >= 10


@pytest.mark.parametrize("cls", [Warp, AdaptiveBlend, InputAware], ids=lambda c: c.spec.id)
def test_some_records_carry_a_trigger_and_keep_their_label(cls: type[Attack]) -> None:
    a, _ = planted(cls)
    was = bars().writable.y[a["index"]]
    kept = a["y"] == was
    assert 0 < kept.sum() < 15
    assert (a["x"][kept] != bars().writable.x[a["index"][kept]]).any(axis=(1, 2, 3)).all()


def test_the_wave_has_the_columns_of_the_formula_and_is_stronger_in_use() -> None:
    pattern = np.asarray(wave((1, 8, 8), (0.0, 2.0), 0.1, 2.0).arrays["pattern"])
    assert np.allclose(pattern[0, 3], 0.2 * np.sin(2 * np.pi * np.arange(8) * 2 / 8), atol=1e-6)
    a, _ = planted(Sinusoid, amplitude=0.1, strengthened=2.0)
    assert np.abs(a["trigger.add.pattern"]).max() == pytest.approx(0.2)


def test_half_of_the_pieces_are_shown_and_others_to_each() -> None:
    masks = halves(40, (1, 8, 8), 4, seed=0)
    assert masks.shape == (40, 1, 8, 8)
    assert (masks.reshape(40, -1).mean(axis=1) == 0.5).all()
    assert len({m.tobytes() for m in masks}) > 30
    assert halves(3, (1, 8, 8), 1, seed=0).min() == 1


def test_the_change_beneath_the_patch_stays_within_eps() -> None:
    a, _ = planted(LabelConsistent, eps=0.1, side=2)
    beneath = ~a["trigger.patch.mask"]
    moved = np.abs(a["x"] - bars().writable.x[a["index"]])[:, beneath]
    assert 0.05 < moved.max() <= 0.1 + 1e-6


def test_one_inputs_trigger_is_another_ones_none() -> None:
    a, _ = planted(InputAware)
    x = bars().probe.x
    drawn = triggered(x, stored_in(a)) - x
    assert not np.allclose(drawn[0], drawn[1], atol=1e-3)


def test_the_kernel_model_it_is_tried_on_reads_clean_images() -> None:
    assert (remembering().labels(bars().probe.x) == bars().probe.y).mean() > 0.95
