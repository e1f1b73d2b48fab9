"""What stands on the stack of a pickle that is followed and not run: texts, numbers, names, what they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

KEPT = 256  # items kept of one container; the rest is only counted
SIZE_LIMIT = 1 << 60


@dataclass(slots=True, eq=False)
class Opaque:
    """Something whose content does not matter."""


@dataclass(slots=True, eq=False)
class Look:
    """A name looked up, not called. `offset`: where."""

    module: str
    name: str
    offset: int

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"

    @property
    def full(self) -> str:
        """`module name`, as the lists have it."""
        return f"{self.module} {self.name}"


@dataclass(slots=True, eq=False)
class Raw:
    """Bytes, kept where they are few."""

    content: bytes | None
    size: int


@dataclass(slots=True, eq=False)
class Box:
    """A tuple, list, dict or set. size: atoms in it were everything shared in it written out. whole: whether `pairs`
    has every entry under a text."""

    kind: str
    items: list[object] = field(default_factory=list)
    pairs: dict[str, object] = field(default_factory=dict)
    size: int = 1
    whole: bool = True

    def add(self, value: object) -> None:
        """Take in one more item."""
        if len(self.items) < KEPT:
            self.items.append(value)
        self.grow(value)

    def put(self, key: object, value: object) -> None:
        """Take in one more entry."""
        if isinstance(key, str) and (key in self.pairs or len(self.pairs) < KEPT):
            self.pairs[key] = value
        elif isinstance(key, str):
            self.whole = False
        self.grow(key)
        self.grow(value)

    def grow(self, value: object) -> None:
        """Count what `value` holds."""
        self.size = min(self.size + size_of(value), SIZE_LIMIT)


@dataclass(slots=True, eq=False)
class Made:
    """What a call would return, and the state it was given afterwards."""

    of: object
    arguments: Box
    state: object = None
    size: int = 1

    def grow(self, value: object) -> None:
        """Count what `value` holds."""
        self.size = min(self.size + size_of(value), SIZE_LIMIT)


OPAQUE: Final = Opaque()
NONE: Final = Opaque()


def size_of(value: object) -> int:
    """Atoms in a value."""
    return value.size if isinstance(value, Box | Made) else 1


def name_of(value: object) -> str:
    """`module name` of what a call was of, or an empty text."""
    look = value.of if isinstance(value, Made) else value
    return look.full if isinstance(look, Look) else ""
