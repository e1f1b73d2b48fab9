"""Opcodes of the pickle machine for what stands in the file itself: numbers, texts, bytes."""

from __future__ import annotations

import codecs
import re

from .stack import Broken, PickleStack
from .values import NONE, OPAQUE, Raw

TEXT_LIMIT = 4096  # longer texts are no names
_KEPT_IN_ALL = 64 << 20
_DIGITS = 10_000  # a number with more takes a reader of quadratic cost
_DIGITS_ONLY = re.compile(rb"[+-]?\w+")
_OF_EIGHT = re.compile(rb"[+-]?0+[0-7]+")
_QUOTED = re.compile(rb"(?s)['\"].*")


class PickleLiterals(PickleStack):
    """In the order of `pickletools`."""

    def op_int(self) -> None:
        text = self._number().strip()
        if text in (b"00", b"01"):
            self._push(text == b"01")
        elif _OF_EIGHT.fullmatch(text):
            self.against("two-readings", "a number with a 0 in front is of eight to some readers and of none to others")
            self._push(OPAQUE)
        else:
            self._whole(text)

    def op_binint(self) -> None:
        self._push(int.from_bytes(self.tape.read(4), "little", signed=True))

    def op_binint1(self) -> None:
        self._push(self.tape.read(1)[0])

    def op_binint2(self) -> None:
        self._push(int.from_bytes(self.tape.read(2), "little"))

    def op_long(self) -> None:
        self._whole(self._number().removesuffix(b"L").strip())

    def op_long1(self) -> None:
        self._push(int.from_bytes(self.tape.read(self.tape.read(1)[0]), "little", signed=True))

    def op_long4(self) -> None:
        n = int.from_bytes(self.tape.read(4), "little", signed=True)
        if n < 0:
            raise Broken("a number of negative length")
        self.tape.skip(n)
        self._push(OPAQUE)

    def _whole(self, text: bytes) -> None:
        """A whole number of any base, which its digits say."""
        if len(text) <= _DIGITS:
            self._push(int(text, 0))
        elif _DIGITS_ONLY.fullmatch(text):
            self.against("bomb", f"a number of {len(text):,} digits takes a reader ages")
            self._push(OPAQUE)
        else:
            raise Broken("a number that is none")

    def op_string(self) -> None:
        line = self._line(_QUOTED).rstrip()
        if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
            raise Broken("a text without quotes")
        self._push(codecs.escape_decode(line[1:-1])[0].decode("latin-1"))

    def _text(self, n: int) -> None:
        if n > TEXT_LIMIT:
            self._bytes(n)
        else:
            self._push(self.tape.read(n).decode("utf-8", "surrogatepass"))

    def op_binunicode(self) -> None:
        self._text(int.from_bytes(self.tape.read(4), "little"))

    def op_short_binunicode(self) -> None:
        self._text(self.tape.read(1)[0])

    def op_binunicode8(self) -> None:
        self._text(int.from_bytes(self.tape.read(8), "little"))

    def op_unicode(self) -> None:
        self._push(self._line().decode("raw-unicode-escape"))

    def _latin(self, n: int) -> None:
        if n < 0:
            raise Broken("a text of negative length")
        if n > TEXT_LIMIT:
            self._bytes(n)
        else:
            self._push(self.tape.read(n).decode("latin-1"))

    def op_binstring(self) -> None:
        self._latin(int.from_bytes(self.tape.read(4), "little", signed=True))

    def op_short_binstring(self) -> None:
        self._latin(self.tape.read(1)[0])

    def _bytes(self, n: int) -> None:
        if self._kept + n > _KEPT_IN_ALL:
            self.tape.skip(n)
            self._push(Raw(None, n))
        else:
            self._kept += n
            self._push(Raw(self.tape.read(n), n))

    def op_binbytes(self) -> None:
        self._bytes(int.from_bytes(self.tape.read(4), "little"))

    def op_short_binbytes(self) -> None:
        self._bytes(self.tape.read(1)[0])

    def op_binbytes8(self) -> None:
        self._bytes(int.from_bytes(self.tape.read(8), "little"))

    def op_buffer(self) -> None:
        self.against("unknown-name", "it wants a buffer that is not in the file")
        self._push(OPAQUE)

    def op_nothing(self) -> None:
        pass

    def op_none(self) -> None:
        self._push(NONE)

    def op_opaque(self) -> None:
        self._push(OPAQUE)

    def op_float(self) -> None:
        float(self._number())
        self._push(OPAQUE)

    def op_binfloat(self) -> None:
        self.tape.read(8)
        self._push(OPAQUE)
