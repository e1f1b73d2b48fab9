"""GGUF: a header of keys, a list of tensors, and their numbers. Every length in it is held against the file.

After docs/gguf.md of https://github.com/ggml-org/ggml, versions 2 and 3.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from bartizan.formats.item import Item
from bartizan.formats.tape import Cut, Tape
from bartizan.formats.texts.chat_template import template_reasons
from bartizan.formats.verdict import Reason

_WIDTHS = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_TEXT, _ARRAY = 8, 9
_NAME_LIMIT = 1 << 16
_TEXT_LIMIT = 4 << 20
_COUNT_LIMIT = 1 << 20
_DEPTH_LIMIT = 4
# ggml type: (numbers in a block, bytes of a block)
_BLOCKS = {0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36)}
_BLOCKS |= {10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292)}
_BLOCKS |= {16: (256, 66), 17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82)}
_BLOCKS |= {23: (256, 136), 24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2)}
_BLOCKS |= {34: (256, 54), 35: (256, 66), 39: (32, 17)}


class Lies(ValueError):
    """A length or a number in the header cannot be true."""


def reasons(item: Item) -> Iterator[Reason]:
    """Why the file should not be opened."""
    with item.open() as stream:
        reader = _Reader(Tape(stream), item)
        try:
            yield from reader.run()
        except (Cut, Lies) as cause:
            yield Reason("lies", f"its header cannot be true: {cause}", reader.tape.at, item.member)


class _Reader:
    def __init__(self, tape: Tape, item: Item) -> None:
        self.tape, self.item = tape, item
        self.align = 32

    def number(self, form: str) -> int:
        return int(struct.unpack("<" + form, self.tape.read(struct.calcsize(form)))[0])

    def run(self) -> Iterator[Reason]:
        self.tape.skip(4)
        version, tensors, pairs = self.number("I"), self.number("Q"), self.number("Q")
        if version not in (2, 3):
            raise Lies(f"there is no version {version}")
        if max(tensors, pairs) > _COUNT_LIMIT or 12 * max(tensors, pairs) > self.item.size:
            raise Lies(f"it promises {tensors:,} tensors and {pairs:,} keys")
        seen = set()
        for _ in range(pairs):
            key = self.text(_NAME_LIMIT).decode("utf-8", "replace")
            if key in seen:
                raise Lies(f"it gives the key {key[:60]!r} twice")
            seen.add(key)
            yield from self.value(key)
        yield from self.tensors(tensors)

    def text(self, limit: int) -> bytes:
        n = self.number("Q")
        if n > self.item.size or n > limit:
            raise Lies(f"a text of {n:,} bytes")
        return self.tape.read(n)

    def value(self, key: str) -> Iterator[Reason]:
        kind, at = self.number("I"), self.tape.at
        for text in self.of_kind(kind, 0):
            if "chat_template" in key or (b"{%" in text and b"%}" in text):
                for r in template_reasons(text.decode("utf-8", "replace")):
                    yield Reason(r.rule, f"{key[:60]}: {r.text}", at, self.item.member)
            elif key == "general.alignment":
                self.align = int(text)

    def of_kind(self, kind: int, depth: int) -> Iterator[bytes]:
        """The texts in a value (and a number, as text, where it is one)."""
        if kind == _TEXT:
            yield self.text(_TEXT_LIMIT)
        elif kind == 4:
            yield str(self.number("I")).encode()
        elif kind in _WIDTHS:
            self.tape.skip(_WIDTHS[kind])
        elif kind == _ARRAY:
            inner, n = self.number("I"), self.number("Q")
            if depth > _DEPTH_LIMIT or n > self.item.size:
                raise Lies(f"an array of {n:,} values, {depth} deep")
            if inner in _WIDTHS:
                self.tape.skip(n * _WIDTHS[inner])
            else:
                for _ in range(n):
                    yield from self.of_kind(inner, depth + 1)
        else:
            raise Lies(f"there is no type {kind}")

    def tensors(self, count: int) -> Iterator[Reason]:
        spans, names = [], set()
        for _ in range(count):
            name, at = self.text(_NAME_LIMIT), self.tape.at
            n = self.number("I")
            if n > 4:
                raise Lies(f"a tensor of {n:,} dimensions")
            sizes = [self.number("Q") for _ in range(n)]
            kind, offset = self.number("I"), self.number("Q")
            if kind not in _BLOCKS or math.prod(sizes) >= 1 << 62:
                raise Lies(f"a tensor of type {kind} and sizes {sizes}")
            per, width = _BLOCKS[kind]
            spans.append((offset, -(-math.prod(sizes) // per) * width, at))
            names.add(name)
        if len(names) < count:
            raise Lies("two tensors of one name")
        if not 1 <= self.align <= 1 << 16:
            raise Lies(f"an alignment of {self.align}")
        start = -(-self.tape.at // self.align) * self.align
        yield from self.spans(sorted(spans), start)

    def spans(self, spans: list[tuple[int, int, int]], start: int) -> Iterator[Reason]:
        end = 0
        for offset, size, at in spans:
            if offset < end:
                yield Reason(
                    "lies", f"two tensors lie over each other at byte {start + offset:,}", at, self.item.member
                )
            if start + offset + size > self.item.size:
                yield Reason("lies", f"a tensor ends at byte {start + offset + size:,}", at, self.item.member)
            end = offset + size
        if self.item.size > start + end + self.align:
            behind = self.item.size - start - end
            yield Reason("trailing", f"{behind:,} bytes belong to no tensor", start + end, self.item.member)
