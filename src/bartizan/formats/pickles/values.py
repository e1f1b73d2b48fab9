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
    has every entry. settled: whether it is part of a type of NumPy's, which goes on using it."""

    kind: str
    items: list[object] = field(default_factory=list)
    pairs: dict[str, object] = field(default_factory=dict)
    size: int = 1
    whole: bool = True
    settled: bool = False

    def add(self, value: object) -> None:
        """Take in one more item."""
        if len(self.items) < KEPT:
            self.items.append(value)
        self.grow(value)

    def put(self, key: object, value: object) -> None:
        """Take in one more entry."""
        if isinstance(key, str) and (key in self.pairs or len(self.pairs) < KEPT):
            self.pairs[key] = value
        else:  # a key that is put together may be any text
            self.whole = False
        self.grow(key)
        self.grow(value)

    def grow(self, value: object) -> None:
        """Count what `value` holds."""
        self.size = min(self.size + size_of(value), SIZE_LIMIT)


@dataclass(slots=True, eq=False)
class Made:
    """What a call would return, and the state it was given afterwards, `built` times. changed: whether something was
    put into it."""

    of: object
    arguments: Box
    state: object = None
    size: int = 1
    built: int = 0
    changed: bool = False

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


def bytes_of(value: object) -> bytes | None:
    """The bytes that a value is or is made from, by the ways of pickling bytes and texts; None where they are not
    known."""
    if isinstance(value, Raw):
        return value.content
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    if name_of(value) not in ("builtins bytearray", "builtins bytes", "_codecs encode"):
        return None
    items = value.arguments.items if isinstance(value, Made) and not (value.changed or value.built) else []
    if len(items) == 2:  # a text and the code it is written in
        raw = bytes_of(items[0])
        return None if raw is None else raw.decode("utf-8", "replace").encode("latin-1", "replace")
    return bytes_of(items[0]) if len(items) == 1 else None
