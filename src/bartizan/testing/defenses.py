"""What every defence promises."""

from __future__ import annotations

import numpy as np

from bartizan.core.contracts import Defense, DefenseSpec
from bartizan.core.data import Data
from bartizan.core.profile import NotApplicable
from bartizan.core.target import Target
from bartizan.numerics.linear import LinearTarget

from .attacks import EFFORTS, PROFILES
from .imports import check_imports_without
from .say import check_params, check_spec, check_threats, promise


def check_defense(
    cls: type[Defense], target: Target | None = None, data: Data | None = None, *, imports: bool = True
) -> None:
    """Spec, parameters and proposals; then `fit` and `wrap` on `target` and its training `data`.

    Without them a linear model of 4×4 images is used. The same seed must give the same numbers; the treated target
    must keep its shape, carry the defence's name and the digest it was given, and leave the original alone.
    """
    check_spec(cls, DefenseSpec)
    check_params(cls)
    check_threats(cls.spec.counters, f"{cls.spec.id}.spec.counters")
    if imports:
        check_imports_without(cls.__module__)
    for profile in PROFILES:
        for effort in EFFORTS:
            try:
                cls.params.model_validate(cls().propose(profile, effort))
            except NotApplicable as reason:
                promise(str(reason).strip(), f"{cls.spec.id} does not apply, and must say why")
    data = data or small_images()
    _check_treatment(cls, target or linear_on(data), data)


def _check_treatment(cls: type[Defense], target: Target, data: Data) -> None:
    defense, params, id_ = cls(), cls.params(), cls.spec.id
    before = target.scores(data.x)
    arrays = defense.fit(target, data, params=params, seed=1)
    again = defense.fit(target, data, params=params, seed=1)
    same = arrays.keys() == again.keys() and all(np.array_equal(arrays[n], again[n]) for n in arrays)
    promise(same, f"{id_}.fit gives other numbers when run again with the same seed")
    treated = defense.wrap(target, arrays, params=params, seed=1, digest="treated")
    promise(id_ in treated.info.defences, f"{id_}.wrap must add its id to info.defences")
    promise(treated.info.digest == "treated", f"{id_}.wrap must carry the digest it is given")
    promise(treated.info.input_shape == target.info.input_shape, f"{id_} must keep the shape of inputs")
    after = treated.scores(data.x)
    promise(after.shape == before.shape, f"{id_} must keep the shape of scores")
    promise(np.isfinite(after).all(), f"{id_} gives scores that are not finite")
    promise(np.array_equal(target.scores(data.x), before), f"{id_} changed the target it was laid over")


def small_images(n: int = 60) -> Data:
    """Images of 4×4 pixels in [0, 1] of two classes, told apart by which half is brighter."""
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    x = rng.uniform(0.2, 0.6, size=(n, 1, 4, 4))
    x[np.arange(n), :, y * 2] += 0.3
    return Data.of(x.astype(np.float32), y.astype(np.int64))


def linear_on(data: Data) -> Target:
    """The linear model of the toy box, trained on `data`."""
    shape = data.x.shape[1:]
    blank = LinearTarget(np.zeros((int(np.prod(shape)), 2)), input_shape=shape)
    return blank.retrain(data.x, data.y, seed=0)
