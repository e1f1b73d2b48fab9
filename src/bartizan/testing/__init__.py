"""The contracts of `core.contracts` as checks that run: call them in the tests of a plugin of your own.

Each takes a class, raises `AssertionError` with one sentence on the first promise it breaks, and returns nothing.
"""

from .attacks import check_attack
from .controls import Played, play
from .defenses import check_defense
from .imports import check_imports_without
from .rules import check_rule

__all__ = ["Played", "check_attack", "check_defense", "check_imports_without", "check_rule", "play"]
