"""A booster inside a pickle that cannot be followed hides nothing else that the pickle does."""

from __future__ import annotations

import pickle

import pytest

from bartizan.formats.pickles.scan import scan_pickle

HELD = {
    ("xgboost.core", "handle"): [
        b'{"learner": {"learner_model_param": {"num_feature": "3", "num_class": "x"},'
        b' "gradient_booster": {"model": {"trees": []}}}}',
        b'{"learner": {"learner_model_param": {"num_feature": "3"}, "gradient_booster": {"model": {"trees": 5}}}}',
    ],
    ("lightgbm.basic", "_handle"): [
        "tree\nversion=v4\nmax_feature_idx=x\n\nend of trees\n",
        "tree\nversion=v4\nmax_feature_idx=2\ntree_sizes=abc\n\nTree=0\nnum_leaves=1\n\nend of trees\n",
    ],
}


@pytest.mark.parametrize(
    ("module", "key", "held"), [(module, key, held) for (module, key), every in HELD.items() for held in every]
)
def test_what_cannot_be_followed_is_said_beside_what_runs(module: str, key: str, held: object) -> None:
    state = pickle.dumps({key: bytearray(held) if isinstance(held, bytes) else held}, protocol=2)[2:-1]
    booster = b"c" + module.encode() + b"\nBooster\n)\x81" + state + b"b"
    found = scan_pickle(b"\x80\x02" + booster + b"cos\ngetcwd\n)R\x86.")
    rules = {r.rule for r in found.reasons}
    assert "runs-code" in rules
    assert "broken" in rules
