"""The booster that a pickled model of XGBoost or LightGBM hands to native code when it is opened.

After `Booster.__setstate__` of `xgboost/core.py` (UBJSON or JSON, in a bytearray) and of `lightgbm/basic.py` (text).
"""

from __future__ import annotations

from collections.abc import Iterator

from . import lightgbm_file, xgboost_file

KEYS = {
    "xgboost.core Booster": ("handle",),
    "lightgbm.basic Booster": ("_handle", "handle"),
    "lightgbm.basic _LGBMBooster": ("_handle", "handle"),
}


def wrong(name: str, raw: bytes | None) -> Iterator[tuple[str, str]]:
    """(rule, sentence) for each thing wrong with the booster in the state of `name` (`module class`)."""
    if raw is None:
        yield "limit", "the booster inside it is too large to be followed, or is put together while it runs"
        return
    follow = xgboost_file.wrong_with if name.startswith("xgboost") else lightgbm_file.wrong_with
    try:
        for rule, text, _ in follow(raw):
            yield rule, f"of the booster inside it: {text}"
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as cause:
        # what else is wrong with the pickle must not be lost over it
        yield "broken", f"the booster inside it cannot be followed ({type(cause).__name__})"
