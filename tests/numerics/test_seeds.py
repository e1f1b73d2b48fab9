import random

import numpy as np

from bartizan.numerics.seeds import child, seeded, streams


def test_is_frozen() -> None:
    # A change here would change every result ever stored.
    assert (child(0), child(0, "noise", 3)) == (804681139, 812815176)


def test_names_do_not_run_into_each_other() -> None:
    seeds = {child(s, *n) for s in range(20) for n in [(), ("a",), ("a", "b"), ("ab",), ("1",), (1,), (1, 1), (11,)]}
    assert len(seeds) == 20 * 8
    assert all(0 <= s < 2**31 for s in seeds)


def test_an_example_has_the_same_stream_in_any_company() -> None:
    x = np.arange(12.0, dtype=np.float32).reshape(3, 4)
    together = [r.random() for r in streams(0, "a", x)]
    assert [r.random() for r in streams(0, "a", x[::-1])] == together[::-1]
    assert len({*together, *(r.random() for r in streams(1, "a", x)), *(r.random() for r in streams(0, "b", x))}) == 9


def test_a_seeded_block_is_repeatable_and_leaves_no_trace() -> None:
    random.seed(1)
    np.random.seed(1)
    states = random.getstate(), np.random.get_state()[1].tolist()
    drawn = []
    for _ in range(2):
        with seeded(7):
            drawn.append((random.random(), float(np.random.random())))
    assert drawn[0] == drawn[1]
    assert (random.getstate(), np.random.get_state()[1].tolist()) == states
