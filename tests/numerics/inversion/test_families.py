import pytest

torch = pytest.importorskip("torch")
from bartizan.numerics.inversion.families import Patch, Shift, Warp  # noqa: E402

BOUNDS, SHAPE = (0.0, 1.0), (2, 8, 8)


def generator():  # type: ignore[no-untyped-def]
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("shape", [SHAPE, (20,)])
def test_a_patch_ends_as_so_many_whole_entries_and_overwrites_nothing_else(shape: tuple[int, ...]) -> None:
    family = Patch(3, BOUNDS)
    p = family.start(4, shape, generator())
    family.settle(p)
    assert p["mask"].flatten(1).sum(1).tolist() == [3, 3, 3, 3]
    x = torch.rand((4, 5, *shape), generator=generator())
    changed = (family.apply(p, x) != x).any(dim=1)
    places = changed.any(dim=1) if len(shape) == 3 else changed
    assert places.flatten(1).sum(1).max() <= 3


@pytest.mark.parametrize("shape", [SHAPE, (20,)])
def test_a_patch_moves_to_the_entries_that_turn_most_and_is_never_larger(shape: tuple[int, ...]) -> None:
    family = Patch(2, BOUNDS)
    p = family.start(1, shape, generator())
    mover = family.mover(p, torch.full((1, *shape), 0.2))
    weight = torch.zeros(shape)
    weight[..., 3], weight[..., 5] = 4.0, -3.0
    if len(shape) == 3:
        weight[:, :6] = 0
    for _ in range(20):
        mover.step(-(mover.changed(torch.full((1, 4, *shape), 0.2)) * weight).sum())
    found = p["mask"][0, 0].flatten()
    assert found.sum() == 2
    chosen = p["mask"].expand_as(p["pattern"])[0, 0].bool()
    assert float((weight.abs() * chosen).sum()) == pytest.approx(
        float(weight.abs().flatten().topk(4 if len(shape) == 3 else 2).values.sum())
    )
    assert float(p["pattern"][0, 0][chosen & (weight > 0)].min()) > 0.8


@pytest.mark.parametrize("shape", [SHAPE, (20,)])
def test_a_shift_stays_within_its_size_and_inputs_within_bounds(shape: tuple[int, ...]) -> None:
    family = Shift(0.1, BOUNDS)
    p = family.start(3, shape, generator())
    p["shift"].mul_(50)
    family.settle(p)
    x = torch.rand((3, 4, *shape), generator=generator())
    out = family.apply(p, x)
    assert float((out - x).abs().max()) <= 0.1 + 1e-6
    assert 0 <= float(out.min()) <= float(out.max()) <= 1


def test_no_displacement_is_no_change_and_a_whole_pixel_moves_the_image() -> None:
    family = Warp(1.0)
    p = family.start(1, SHAPE, generator())
    x = torch.rand((1, 2, *SHAPE), generator=generator())
    p["flow"].zero_()
    assert torch.allclose(family.apply(p, x), x, atol=1e-5)
    p["flow"][:, 0] = 1.0
    assert torch.allclose(family.apply(p, x)[..., :-1], x[..., 1:], atol=1e-4)


def test_a_warp_is_cut_to_its_size() -> None:
    family = Warp(1.0)
    p = family.start(1, SHAPE, generator())
    p["flow"].fill_(7.0)
    family.settle(p)
    assert float(p["flow"].max()) == 1.0
