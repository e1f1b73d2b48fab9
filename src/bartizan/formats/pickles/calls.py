"""Calls of harmless names that would do harm by their arguments."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from .values import Box, Look, Made, Raw, name_of

_BYTES_LIMIT = 1 << 33
_RANGE_LIMIT = 10_000_000
_LATIN = ("latin1", "latin-1", "iso-8859-1", "utf-8", "utf8", "ascii")


def complaints(look: Look, arguments: Box) -> Iterator[tuple[str, str]]:
    """(rule, sentence) for each thing wrong with calling a plain name with these arguments."""
    full, items = f"{look.module} {look.name}", arguments.items
    if full in ("builtins bytes", "builtins bytearray", "array array") and _huge(items):
        yield "bomb", f"it would have {look} take {items[0]!r:.40} bytes of memory"
    elif look.module == "builtins" and any(_is_long_range(i) for i in items):
        yield "bomb", f"it would have {look} count through a range without end"
    elif full == "_codecs encode" and not _known_codec(items):
        yield "unknown-name", "it would encode by a codec that plain arrays do not use"
    elif full.endswith("multiarray _reconstruct"):
        yield from _array(items)
    elif full == "numpy ndarray" and items and _sizes(items[0]) > _BYTES_LIMIT:
        yield "bomb", "it would make an array larger than any memory"
    elif full == "copyreg _reconstructor":
        yield from _object(items)
    elif full == "torch._tensor _rebuild_from_type_v2":
        yield from (*_of_type(items), *_attributes(items[3:]))
    elif full == "torch._utils _rebuild_parameter_with_state":
        yield from _attributes(items[3:])
    elif look.module == "numpy.random._pickle" and any(not _is_of(i, look.module) for i in items[1:]):
        yield "hidden-name", f"it would have {look} call what is no generator of NumPy's"
    elif look.name.endswith("Booster") and items:
        yield "unknown-name", f"it would have {look} read what it names"
    elif full == "fractions Fraction" and not all(_plain_number(i) for i in items):
        yield "bomb", "it would have Fraction write out a number of any length"
    elif look.module.startswith("torch.nn.modules") and _product(items) > _RANGE_LIMIT * 10:
        yield "bomb", f"it would have {look} make a layer larger than any memory"
    elif full.startswith("torch._utils _rebuild") and any(_sizes(i) > _BYTES_LIMIT for i in items[2:4]):
        yield "bomb", "it would make a tensor larger than any memory"


def _plain_number(value: object) -> bool:
    return isinstance(value, int) or (isinstance(value, str) and re.fullmatch(r"[+-]?\d+(/\d+)?", value) is not None)


def _product(items: list[object]) -> int:
    return math.prod(i for i in items if isinstance(i, int) and i > 0)


def _huge(items: list[object]) -> bool:
    return bool(items) and isinstance(items[0], int) and items[0] > _BYTES_LIMIT >> 4


def _is_long_range(value: object) -> bool:
    if not isinstance(value, Made) or name_of(value) != "builtins range":
        return False
    return any(not isinstance(i, int) or abs(i) > _RANGE_LIMIT for i in value.arguments.items)


def _known_codec(items: list[object]) -> bool:
    return len(items) == 1 or (len(items) >= 2 and isinstance(items[1], str) and items[1].lower() in _LATIN)


def _array(items: list[object]) -> Iterator[tuple[str, str]]:
    if items and not isinstance(items[0], Look):
        yield "hidden-name", "it would make an array of a class that it puts together while it runs"
    if len(items) > 1 and _sizes(items[1]) > _BYTES_LIMIT:
        yield "bomb", "it would make an array larger than any memory before it fills it"


def _object(items: list[object]) -> Iterator[tuple[str, str]]:
    """Of `copyreg`: a class, the built-in one it rests on, and what that one is made from."""
    if not (items and isinstance(items[0], Look)):
        yield "hidden-name", "it would make an object of a class that it puts together while it runs"
    elif len(items) > 1 and not (_is_of(items[1], "builtins") or _is_of(items[1], "collections")):
        yield "unknown-name", f"it would make {items[0]} by a class that is not built in"


def _of_type(items: list[object]) -> Iterator[tuple[str, str]]:
    """Of torch: a function and its arguments, which it calls."""
    if not items or not _is_of(items[0], "torch._utils"):
        yield "hidden-name", "it would have torch call what does not make a tensor"
    elif len(items) > 2 and isinstance(items[0], Look) and isinstance(items[2], Box):
        yield from complaints(items[0], items[2])


def _attributes(items: list[object]) -> Iterator[tuple[str, str]]:
    """Of torch: attributes, in one mapping or two, that it sets one by one."""
    for state in items:
        within = state.items if isinstance(state, Box) and state.kind == "tuple" else [state]
        for mapping in within:
            if isinstance(mapping, Box) and any(name.startswith("__") for name in mapping.pairs):
                yield "changes-a-class", "it would set a hidden attribute of a tensor"
            elif isinstance(mapping, Box) and not mapping.whole:
                yield "unknown-name", "it would set attributes of a tensor under names that it puts together"


def _is_of(value: object, module: str) -> bool:
    return isinstance(value, Look) and value.module == module


def weight(look: Look, arguments: Box) -> int:
    """Atoms that a call of a built-in makes out of numbers alone."""
    numbers = [i for i in arguments.items if isinstance(i, int) and not isinstance(i, bool)]
    if look.full == "builtins range" and numbers and all(abs(n) < 1 << 60 for n in numbers[:3]) and numbers[2:] != [0]:
        return len(range(*numbers[:3]))
    if look.full in ("builtins bytes", "builtins bytearray") and numbers[:1]:
        return max(numbers[0], 0) // 8
    if look.module.startswith("torch.nn.modules") and numbers:
        return _product(arguments.items)
    return 0


def _sizes(value: object) -> int:
    """The product of a tuple of sizes; 0 for anything else."""
    if not isinstance(value, Box) or not value.items:
        return 0
    return math.prod(abs(i) for i in value.items if isinstance(i, int))


def nested_bytes(look: Look, arguments: Box) -> Raw | None:
    """Bytes that a call would read as a file of its own, where it is one that does."""
    if f"{look.module} {look.name}" == "torch.storage _load_from_bytes" and arguments.items:
        first = arguments.items[0]
        return first if isinstance(first, Raw) else Raw(None, 0)
    return None
