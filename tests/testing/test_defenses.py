from __future__ import annotations

import numpy as np
import pytest

from bartizan.core.contracts import Defense, DefenseSpec
from bartizan.core.target import Defended
from bartizan.testing import check_defense

SPEC = DefenseSpec(id="sharpen", title="Sharpening", summary="Makes scores sharper.", defence="DF24", counters=("E2",))


class Sharper(Defended):
    def scores(self, x):
        p = self.inner.scores(x) ** 2
        return p / p.sum(axis=1, keepdims=True)


class Sharpen(Defense):
    spec = SPEC

    def wrap(self, target, arrays, *, params, seed, digest):
        return Sharper(target, self.spec.id, digest)


def test_a_good_defence_passes():
    check_defense(Sharpen, imports=False)


def test_a_digest_of_its_own_is_noticed():
    class Wilful(Sharpen):
        spec = SPEC

        def wrap(self, target, arrays, *, params, seed, digest):
            return Sharper(target, self.spec.id, "mine")

    with pytest.raises(AssertionError, match="digest it is given"):
        check_defense(Wilful, imports=False)


def test_other_numbers_with_the_same_seed_are_noticed():
    rng = np.random.default_rng()

    class Moody(Sharpen):
        spec = SPEC

        def fit(self, target, data, *, params, seed):
            return {"a": rng.random(3)}

    with pytest.raises(AssertionError, match="other numbers"):
        check_defense(Moody, imports=False)


def test_changing_the_target_is_noticed():
    class Meddler(Sharpen):
        spec = SPEC

        def wrap(self, target, arrays, *, params, seed, digest):
            target.W += 1e-1 * np.arange(2, dtype=np.float32)
            return Sharper(target, self.spec.id, digest)

    with pytest.raises(AssertionError, match="laid over"):
        check_defense(Meddler, imports=False)
