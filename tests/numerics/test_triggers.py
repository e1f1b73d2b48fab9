import numpy as np
import pytest

from bartizan.numerics.generators import arrays_of, build_generator
from bartizan.numerics.triggers import KINDS, Trigger, stored_in, triggered

X = np.random.default_rng(0).random((3, 1, 6, 5)).astype(np.float32)
BOUNDS = np.array([0, 1], np.float32)


def of_kind(kind: str) -> Trigger:
    pattern = np.full((1, 6, 5), 0.75, np.float32)
    arrays = {
        "patch": {"mask": np.arange(30).reshape(1, 6, 5) < 2, "pattern": pattern},
        "blend": {"alpha": np.array([0.2], np.float32), "pattern": pattern},
        "add": {"pattern": pattern, "bounds": BOUNDS},
        "warp": {"flow": np.full((2, 6, 5), 0.5, np.float32)},
    }
    if kind == "generated":
        pytest.importorskip("torch")
        return Trigger(kind, {**arrays_of(build_generator(1, 2, 0), 0.1), "bounds": BOUNDS})
    return Trigger(kind, arrays[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_survives_being_stored_and_changes_each_input_by_itself(kind: str) -> None:
    trigger = of_kind(kind)
    again = stored_in({**trigger.stored(), "index": np.arange(3)})
    assert again.kind == kind
    out = triggered(X, again)
    assert out.dtype == np.float32
    assert out.shape == X.shape
    assert (out != X).any(axis=(1, 2, 3)).all()
    assert np.allclose(out[1:2], triggered(X[1:2], trigger), atol=1e-6)


def test_a_patch_overwrites_its_mask_only() -> None:
    out = triggered(X, of_kind("patch"))
    assert (out.reshape(3, -1)[:, :2] == 0.75).all()
    assert np.array_equal(out.reshape(3, -1)[:, 2:], X.reshape(3, -1)[:, 2:])


def test_a_blend_is_a_mixture_and_what_is_added_keeps_to_the_bounds() -> None:
    assert np.allclose(triggered(X, of_kind("blend")), 0.8 * X + 0.15)
    assert np.allclose(triggered(X, of_kind("add")), np.minimum(X + 0.75, 1))


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"trigger.sticker.mask": np.ones(1)},
        {**of_kind("patch").stored(), **of_kind("add").stored()},
        {"trigger.patch": np.ones(1)},
    ],
)
def test_no_trigger_two_or_one_of_an_unknown_kind_is_an_error(arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="one trigger of a known kind"):
        stored_in(arrays)


@pytest.mark.parametrize(
    "trigger",
    [
        Trigger("nothing", {}),
        Trigger("patch", {"mask": np.ones((1, 6, 5))}),
        Trigger("blend", {"alpha": np.ones(1), "pattern": np.ones((1, 9, 9))}),
        Trigger("add", {"pattern": np.ones((2, 1, 6, 5)), "bounds": BOUNDS}),
        Trigger("warp", {"flow": np.zeros((2, 4, 4))}),
        Trigger("warp", {"flow": np.full((2, 6, 5), np.nan)}),
    ],
)
def test_arrays_that_do_not_fit_are_an_error(trigger: Trigger) -> None:
    with pytest.raises(ValueError, match=r"trigger|fit|shape"):
        triggered(X, trigger)
