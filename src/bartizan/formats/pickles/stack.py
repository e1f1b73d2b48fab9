"""The stack, marks and memo of the pickle machine, with what speaks against the file."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bartizan.formats.tape import Tape, TooLong
from bartizan.formats.verdict import Reason

from .names import is_for_calling
from .values import Box, Look, Made, Raw, size_of

_BOMB, _BOMB_RATIO = 100_000_000, 1_000
_REASONS_LIMIT = 32
ANYTHING, NOTHING = re.compile(rb"(?s).*"), re.compile(rb"(?!)")  # what a line may begin with and be read on from
_NUMBER = re.compile(rb"(?s)\s*[+-]?[\w.+-]*\s*(?:\0.*)?")


class Broken(ValueError):
    """The opcodes cannot be followed any further."""


class PickleStack:
    """What a pickle builds on, and what was seen on the way.

    globals: every `module name` looked up, with its first offset. persistent: ids handed to the opener. inside: bytes
    that would be opened as files of their own. boosters: class, bytes and offset of what native code would read.
    unending: whether what lies past where it is read may run all the same. own: names that the archive around it
    defines itself.
    """

    def __init__(self, tape: Tape, *, member: str = "", own: re.Pattern[str] | None = None) -> None:
        self.tape, self.member, self.own = tape, member, own
        self.globals: dict[str, int] = {}
        self.reasons: list[Reason] = []
        self.persistent: list[object] = []
        self.inside: list[Raw] = []
        self.boosters: list[tuple[str, bytes | None, int]] = []
        self.helped = True  # whether the opener answers persistent ids, as torch does; a bare unpickler stops at one
        self.on_build: Callable[[Any, Made], None] | None = None
        self.steps = self.protocol = 0
        self.unending = False
        self._stack: list[object] = []
        self._marks: list[int] = []
        self._memo: dict[int, object] = {}
        self._frame_end = self._kept = 0
        self._told: set[tuple[str, str]] = set()
        self._start = self.at = tape.at

    def against(self, rule: str, text: str, offset: int | None = None) -> None:
        """Keep a reason, each once."""
        if (rule, text) not in self._told and len(self.reasons) < _REASONS_LIMIT:
            self._told.add((rule, text))
            self.reasons.append(Reason(rule, text, self.at if offset is None else offset, self.member))

    def leave_frame(self) -> None:
        """What follows is read past the opcodes, straight from the file; honest writers end their frame before it."""
        if self._frame_end > self.tape.at:
            self.against("two-readings", "numbers lie inside a frame, where readers part ways")
        self._frame_end = 0

    # Lines

    def _line(self, begins: re.Pattern[bytes] = ANYTHING) -> bytes:
        """The rest of a line. Of one that is too long it is told whether an unpickler may get past it: it begins as
        `begins` has it, and bytes follow its end."""
        try:
            return self.tape.line()
        except TooLong as cause:
            self.unending = bool(begins.fullmatch(cause.begun)) and self.tape.lines_follow()
            raise

    def _number(self) -> bytes:
        """The line of a number. The C unpickler reads it up to a zero byte, as texts of C end; others stop at it."""
        number, zero, _ = self._line(_NUMBER).partition(b"\0")
        if zero:
            self.against("two-readings", "a number ends at a zero byte, where readers part ways")
        return number or zero.replace(b"\0", b"0")

    # The stack

    def _pop(self) -> object:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            raise Broken(f"nothing is on the stack, at byte {self.at:,}")
        return self._stack.pop()

    def _top(self) -> object:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            raise Broken(f"nothing is on the stack, at byte {self.at:,}")
        return self._stack[-1]

    def set_top(self, value: object) -> None:
        """Another value takes the place of the one on top; the memo keeps that one."""
        self._stack[-1] = value

    def _since_mark(self) -> list[object]:
        if not self._marks:
            raise Broken(f"no mark is on the stack, at byte {self.at:,}")
        mark = self._marks.pop()
        items = self._stack[mark:]
        del self._stack[mark:]
        return items

    def _push(self, value: object) -> None:
        self._stack.append(value)

    def _boxed(self, kind: str, items: list[object]) -> Box:
        box = Box(kind)
        for item in items:
            self._held(item)
            box.add(item)
        self._weigh(box)
        return box

    def _held(self, value: object) -> None:
        """A value is handed to something else, which may call it with what is not seen here."""
        if isinstance(value, Look) and is_for_calling(value.module, value.name):
            self.against("hidden-name", f"it hands {value} on, for something else to call")

    def _weigh(self, value: object) -> None:
        size = size_of(value)
        if size > _BOMB and size > _BOMB_RATIO * self.steps:
            self.against("bomb", "it names the same things within each other until they are past counting")

    # Stack and memo

    def op_pop(self) -> None:
        if self._marks and self._marks[-1] == len(self._stack):
            self._marks.pop()
        else:
            self._pop()

    def op_dup(self) -> None:
        self._push(self._top())

    def op_mark(self) -> None:
        self._marks.append(len(self._stack))

    def op_pop_mark(self) -> None:
        self._since_mark()

    def _get(self, index: int) -> None:
        if index not in self._memo:
            raise Broken(f"the memo holds nothing under {index}, at byte {self.at:,}")
        self._push(self._memo[index])

    def op_get(self) -> None:
        if not self._memo:
            raise Broken(f"the memo holds nothing, at byte {self.at:,}")
        self._get(int(self._number()))

    def op_binget(self) -> None:
        self._get(self.tape.read(1)[0])

    def op_long_binget(self) -> None:
        self._get(int.from_bytes(self.tape.read(4), "little"))

    def _keep(self, index: int) -> None:
        if index < 0:
            raise Broken("a negative place in the memo")
        if index > (1 << 20) + 16 * self.steps:
            self.against("bomb", f"it asks for a memo of {index:,} places")
        self._memo[index] = self._top()

    def op_put(self) -> None:
        self._top()
        self._keep(int(self._number()))

    def op_binput(self) -> None:
        self._keep(self.tape.read(1)[0])

    def op_long_binput(self) -> None:
        self._keep(int.from_bytes(self.tape.read(4), "little"))

    def op_memoize(self) -> None:
        self._keep(len(self._memo))
