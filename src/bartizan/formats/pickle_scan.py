"""What a pickle would do, read from its opcodes and never run.

Fail-closed: a pickle is harmless when every callable it names is on a short list of constructors of plain data, and
when the whole stream could be followed. Everything else is a reason against it.
"""

from __future__ import annotations

import io
import pickletools
import re
from dataclasses import dataclass

_STORAGES = tuple(
    f"{kind}Storage"
    for kind in ("Float", "Double", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool", "Untyped")
)
_DTYPES = ("float32", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool")

TORCH_GLOBALS = frozenset(
    {
        "collections OrderedDict",
        "torch._utils _rebuild_tensor_v2",
        "torch._utils _rebuild_tensor",
        "torch._utils _rebuild_parameter",
        "torch.storage UntypedStorage",
        "torch Size",
        *(f"torch {name}" for name in (*_STORAGES, *_DTYPES)),
    }
)
NUMPY_GLOBALS = frozenset(
    {
        "numpy dtype",
        "numpy ndarray",
        *(f"numpy.{core}.multiarray {f}" for core in ("core", "_core") for f in ("_reconstruct", "scalar")),
        *(f"numpy.{core}.numeric _frombuffer" for core in ("core", "_core")),
        "_codecs encode",
    }
)
PLAIN_GLOBALS = TORCH_GLOBALS | NUMPY_GLOBALS

_TEXTS = ("UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8", "STRING", "BINSTRING", "SHORT_BINSTRING")
_RECALLS = ("GET", "BINGET", "LONG_BINGET")
_MEMOS = ("PUT", "BINPUT", "LONG_BINPUT", "MEMOIZE")
_NAMED = re.compile(r"[\w.]+ [\w.]+")
_OPCODE_LIMIT = 20_000_000


@dataclass(frozen=True)
class Reason:
    """Why a file is not trusted: a sentence, the byte it is about, and the archive member the byte is counted in."""

    text: str
    offset: int = 0
    member: str = ""


@dataclass(frozen=True)
class PickleReport:
    """globals: every `module name` the stream would look up, with its first offset. end: bytes the pickle takes."""

    globals: dict[str, int]
    reasons: tuple[Reason, ...]
    end: int

    @property
    def safe(self) -> bool:
        """Whether nothing speaks against opening it with a restricted reader."""
        return not self.reasons


def scan_pickle(raw: bytes, *, allowed: frozenset[str] = PLAIN_GLOBALS, member: str = "") -> PickleReport:
    """Follow the opcodes of one pickle in `raw`. Never raises and never runs anything."""
    walk = _Walk(member, allowed)
    try:
        for opcode, argument, position in pickletools.genops(io.BytesIO(raw)):
            walk.step(opcode.name, argument, position or 0)
            walk.end = (position or 0) + 1
            if walk.steps > _OPCODE_LIMIT:
                walk.against(f"more than {_OPCODE_LIMIT:,} opcodes; it was not followed to its end", walk.end)
                break
    except Exception as cause:  # the parser meets hostile bytes: whatever it trips over is a reason, never a crash
        walk.against(f"its opcodes cannot be followed ({type(cause).__name__}: {str(cause)[:80]})", walk.end)
    return PickleReport(walk.globals, tuple(walk.reasons), walk.end)


def is_pickle(raw: bytes) -> bool:
    """Whether the bytes open like a pickle: a protocol mark, or older opcodes that lead to a lookup or to the end."""
    if raw[:1] == b"\x80" and len(raw) > 1 and raw[1] <= 5:
        return True
    try:
        for opcode, argument, position in pickletools.genops(io.BytesIO(raw[:65536])):
            if opcode.name in ("GLOBAL", "INST"):
                return _NAMED.fullmatch(str(argument)) is not None
            if opcode.name in ("STOP", "REDUCE", "STACK_GLOBAL"):
                return bool(position)
    except Exception:
        return False
    return False


class _Walk:
    """The little of the pickle machine that is needed to know which names STACK_GLOBAL would look up."""

    def __init__(self, member: str, allowed: frozenset[str]) -> None:
        self.member, self.allowed = member, allowed
        self.globals: dict[str, int] = {}
        self.reasons: list[Reason] = []
        self.end = self.steps = 0
        self._texts: list[str | None] = []  # None stands for anything that is not a text
        self._memo: dict[int, str | None] = {}
        self._told: set[str] = set()

    def against(self, text: str, offset: int) -> None:
        if text not in self._told:
            self._told.add(text)
            self.reasons.append(Reason(text, offset, self.member))

    def step(self, name: str, argument: object, position: int) -> None:
        self.steps += 1
        if name in ("GLOBAL", "INST"):
            self._names(str(argument), position)
            self._texts.append(None)
        elif name == "STACK_GLOBAL":
            self._stack_global(position)
        elif name in ("EXT1", "EXT2", "EXT4"):
            self.against("it uses copyreg extension codes, whose meaning the file does not say", position)
            self._texts.append(None)
        elif name in _TEXTS:
            self._texts.append(argument if isinstance(argument, str) else None)
        elif name in _MEMOS:
            index = len(self._memo) if name == "MEMOIZE" else int(str(argument))
            self._memo[index] = self._texts[-1] if self._texts else None
        elif name in _RECALLS:
            self._texts.append(self._memo.get(int(str(argument))))
        elif name not in ("PROTO", "FRAME"):
            self._texts.append(None)
        del self._texts[:-8]

    def _names(self, found: str, position: int) -> None:
        self.globals.setdefault(found, position)
        if found not in self.allowed:
            module, _, name = found.partition(" ")
            self.against(f"it would look up {module}.{name}, which is not on the list of plain data", position)

    def _stack_global(self, position: int) -> None:
        module, name = self._texts[-2:] if len(self._texts) >= 2 else (None, None)
        if module is None or name is None:
            self.against("it looks up a name that it puts together while it runs", position)
        else:
            self._names(f"{module} {name}", position)
        self._texts.append(None)
