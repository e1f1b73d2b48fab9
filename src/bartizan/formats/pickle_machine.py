"""The pickle machine, followed opcode by opcode with nothing looked up and nothing called.

It reads as CPython's C unpickler does (`Modules/_pickle.c`): text in UTF-8, numbers in any spelling taken there, a
memo that may have holes, frames as no more than a hint. Where another reader would see something else in the same
bytes (`pickletools`, which scanners are built on; the unpickler of `pickle.py`; the C one reading from a file, which
drops what is left of a frame when an argument crosses its end) the file counts as read in two ways.
"""

from __future__ import annotations

import _compat_pickle
import codecs
import re
from collections.abc import Callable

from .pickle_calls import complaints, nested_bytes
from .pickle_names import Standing, standing
from .pickle_values import NONE, OPAQUE, Box, Look, Made, Raw, name_of, size_of
from .tape import Cut, Tape
from .verdict import Reason

_TEXT_LIMIT = 4096  # longer texts are no names
_BYTES_KEPT = 1 << 20
_KEPT_IN_ALL = 64 << 20
_DIGITS = 10_000  # a number with more takes a reader of quadratic cost
_BOMB, _BOMB_RATIO = 100_000_000, 1_000
OPCODE_LIMIT = 20_000_000
_REASONS_LIMIT = 32


class Broken(ValueError):
    """The opcodes cannot be followed any further."""


class Machine:
    """Follows one pickle on a tape. `run` returns the value it leaves; the rest is what was seen on the way.

    globals: every `module name` looked up, with its first offset. persistent: ids handed to the opener. inside: bytes
    that would be opened as files of their own. own: names that the archive around it defines itself.
    """

    def __init__(self, tape: Tape, *, member: str = "", own: re.Pattern[str] | None = None) -> None:
        self.tape, self.member, self.own = tape, member, own
        self.globals: dict[str, int] = {}
        self.reasons: list[Reason] = []
        self.persistent: list[object] = []
        self.inside: list[Raw] = []
        self.helped = True  # whether the opener answers persistent ids, as torch does; a bare unpickler stops at one
        self.on_build: Callable[[Machine, Made], None] | None = None
        self.steps = self.protocol = 0
        self._stack: list[object] = []
        self._marks: list[int] = []
        self._memo: dict[int, object] = {}
        self._frame_end = self._kept = 0
        self._told: set[tuple[str, str]] = set()
        self._start = self.at = tape.at

    def run(self) -> object:
        """Follow the opcodes to STOP. Raises nothing: what cannot be followed is a reason."""
        try:
            return self._run()
        except Cut as cause:
            self.against("broken", f"it is cut off: {cause}")
        except (Broken, ValueError, OverflowError) as cause:
            self.against("broken", f"its opcodes cannot be followed ({str(cause)[:100]})")
        return None

    def _run(self) -> object:
        tape, table = self.tape, _TABLE
        while True:
            self.at = tape.at
            self.steps += 1
            opcode = tape.read(1)[0]
            if opcode == 0x2E:  # STOP
                return self._pop()
            handler = table.get(opcode)
            if handler is None:
                raise Broken(f"there is no opcode {opcode:#04x}, at byte {self.at:,}")
            handler(self)
            if self.at < self._frame_end < tape.at:
                self.against("two-readings", "an argument crosses the end of its frame, where readers part ways")
            if self.steps > OPCODE_LIMIT:
                raise Broken(f"more than {OPCODE_LIMIT:,} opcodes")

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

    # The stack

    def _pop(self) -> object:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            raise Broken(f"nothing is on the stack, at byte {self.at:,}")
        return self._stack.pop()

    def _top(self) -> object:
        if len(self._stack) <= (self._marks[-1] if self._marks else 0):
            raise Broken(f"nothing is on the stack, at byte {self.at:,}")
        return self._stack[-1]

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
            box.add(item)
        self._weigh(box)
        return box

    def _weigh(self, value: object) -> None:
        size = size_of(value)
        if size > _BOMB and size > _BOMB_RATIO * self.steps:
            self.against("bomb", "it names the same things within each other until they are past counting")

    # Names and calls

    def _look(self, module: str, name: str) -> Look:
        if self.protocol < 3:
            module, name = renamed(module, name)
        full = f"{module} {name}"
        self.globals.setdefault(full, self.at)
        stands = Standing.PLAIN if self.own and self.own.fullmatch(full) else standing(module, name)
        if stands is not Standing.PLAIN:
            rule = "runs-code" if stands is Standing.RUNS else "unknown-name"
            list_ = "a known way to run code" if stands is Standing.RUNS else "not on the list of plain data"
            self.against(rule, f"it would look up {printable(module)}.{printable(name)}, which is {list_}")
        return Look(module, name, self.at)

    def _call(self, called: object, arguments: Box) -> Made:
        if not isinstance(called, Look):
            self.against("hidden-name", "it would call something that it puts together while it runs")
        elif (inside := nested_bytes(called, arguments)) is not None:
            self.inside.append(inside)
        else:
            for rule, text in complaints(called, arguments):
                self.against(rule, text)
        made = Made(called, arguments)
        made.grow(arguments)
        self._weigh(made)
        return made

    def _into(self, target: object, what: str) -> None:
        """Something is put into `target`."""
        if isinstance(target, Look):
            self.against("changes-a-class", f"it would change {target} itself ({what})")
        elif not isinstance(target, Box | Made):
            self.against("broken", f"it puts something into what is no container, at byte {self.at:,}")

    # Opcodes, in the order of `pickletools`

    def op_int(self) -> None:
        self._push(_integer(self.tape.line(), booleans=True))

    def op_binint(self) -> None:
        self._push(int.from_bytes(self.tape.read(4), "little", signed=True))

    def op_binint1(self) -> None:
        self._push(self.tape.read(1)[0])

    def op_binint2(self) -> None:
        self._push(int.from_bytes(self.tape.read(2), "little"))

    def op_long(self) -> None:
        line = self.tape.line()
        self._digits(len(line))
        self._push(_integer(line.removesuffix(b"L")))

    def op_long1(self) -> None:
        self._push(int.from_bytes(self.tape.read(self.tape.read(1)[0]), "little", signed=True))

    def op_long4(self) -> None:
        n = int.from_bytes(self.tape.read(4), "little", signed=True)
        if n < 0:
            raise Broken("a number of negative length")
        self.tape.skip(n)
        self._push(OPAQUE)

    def _digits(self, n: int) -> None:
        if n > _DIGITS:
            self.against("bomb", f"a number of {n:,} digits takes a reader ages")
            self._push(OPAQUE)
            raise Broken("a number past reading")

    def op_string(self) -> None:
        line = self.tape.line().rstrip()
        if len(line) < 2 or line[:1] != line[-1:] or line[:1] not in (b"'", b'"'):
            raise Broken("a text without quotes")
        self._push(codecs.escape_decode(line[1:-1])[0].decode("latin-1"))

    def _text(self, n: int) -> None:
        if n > _TEXT_LIMIT:
            self.tape.skip(n)
            self._push(OPAQUE)
        else:
            self._push(self.tape.read(n).decode("utf-8", "surrogatepass"))

    def op_binunicode(self) -> None:
        self._text(int.from_bytes(self.tape.read(4), "little"))

    def op_short_binunicode(self) -> None:
        self._text(self.tape.read(1)[0])

    def op_binunicode8(self) -> None:
        self._text(int.from_bytes(self.tape.read(8), "little"))

    def op_unicode(self) -> None:
        self._push(self.tape.line().decode("raw-unicode-escape"))

    def _latin(self, n: int) -> None:
        if n < 0:
            raise Broken("a text of negative length")
        if n > _TEXT_LIMIT:
            self.tape.skip(n)
            self._push(OPAQUE)
        else:
            self._push(self.tape.read(n).decode("latin-1"))

    def op_binstring(self) -> None:
        self._latin(int.from_bytes(self.tape.read(4), "little", signed=True))

    def op_short_binstring(self) -> None:
        self._latin(self.tape.read(1)[0])

    def _bytes(self, n: int) -> None:
        if n > _BYTES_KEPT or self._kept + n > _KEPT_IN_ALL:
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
        float(self.tape.line())
        self._push(OPAQUE)

    def op_binfloat(self) -> None:
        self.tape.read(8)
        self._push(OPAQUE)

    def op_empty_list(self) -> None:
        self._push(Box("list"))

    def op_empty_tuple(self) -> None:
        self._push(Box("tuple"))

    def op_empty_dict(self) -> None:
        self._push(Box("dict"))

    def op_empty_set(self) -> None:
        self._push(Box("set"))

    def op_append(self) -> None:
        value, target = self._pop(), self._top()
        self._add(target, [value])

    def op_appends(self) -> None:
        items, target = self._since_mark(), self._top()
        self._add(target, items)

    def _add(self, target: object, items: list[object]) -> None:
        self._into(target, "appended to")
        for item in items:
            if isinstance(target, Box):
                target.add(item)
            elif isinstance(target, Made):
                target.grow(item)
        self._weigh(target)

    def op_setitem(self) -> None:
        value, key = self._pop(), self._pop()
        self._put(self._top(), [key, value])

    def op_setitems(self) -> None:
        items, target = self._since_mark(), self._top()
        self._put(target, items)

    def _put(self, target: object, items: list[object]) -> None:
        self._into(target, "an item set")
        if len(items) % 2:
            raise Broken("keys without values")
        for key, value in zip(items[::2], items[1::2], strict=True):
            if isinstance(target, Box):
                target.put(key, value)
            elif isinstance(target, Made):
                target.grow(value)
        self._weigh(target)

    def op_list(self) -> None:
        self._push(self._boxed("list", self._since_mark()))

    def op_tuple(self) -> None:
        self._push(self._boxed("tuple", self._since_mark()))

    def op_frozenset(self) -> None:
        self._push(self._boxed("set", self._since_mark()))

    def op_dict(self) -> None:
        box = Box("dict")
        self._put(box, self._since_mark())
        self._push(box)

    def op_tuple1(self) -> None:
        self._push(self._boxed("tuple", [self._pop()]))

    def op_tuple2(self) -> None:
        second, first = self._pop(), self._pop()
        self._push(self._boxed("tuple", [first, second]))

    def op_tuple3(self) -> None:
        third, second, first = self._pop(), self._pop(), self._pop()
        self._push(self._boxed("tuple", [first, second, third]))

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
        self._get(int(self.tape.line()))

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
        self._keep(int(self.tape.line()))

    def op_binput(self) -> None:
        self._keep(self.tape.read(1)[0])

    def op_long_binput(self) -> None:
        self._keep(int.from_bytes(self.tape.read(4), "little"))

    def op_memoize(self) -> None:
        self._keep(len(self._memo))

    def op_ext(self, width: int) -> None:
        code = int.from_bytes(self.tape.read(width), "little")
        self.against(
            "extension-code", f"it uses the copyreg extension code {code}, whose meaning the file does not say"
        )
        self._push(Look("copyreg", f"extension-{code}", self.at))

    def op_ext1(self) -> None:
        self.op_ext(1)

    def op_ext2(self) -> None:
        self.op_ext(2)

    def op_ext4(self) -> None:
        self.op_ext(4)

    def op_global(self) -> None:
        module, name = self.tape.line().decode("utf-8"), self.tape.line().decode("utf-8")
        self._push(self._look(module, name))

    def op_stack_global(self) -> None:
        name, module = self._pop(), self._pop()
        if isinstance(name, str) and isinstance(module, str):
            self._push(self._look(module, name))
        else:
            self.against("hidden-name", "it looks up a name that it puts together while it runs")
            self._push(OPAQUE)

    def op_reduce(self) -> None:
        arguments, called = self._pop(), self._pop()
        self._push(self._call(called, _as_arguments(arguments)))

    def op_build(self) -> None:
        state, target = self._pop(), self._top()
        if isinstance(target, Look) or not isinstance(target, Made | Box):
            self._into(target, "its state set")
        if isinstance(target, Made):
            target.state = state
            target.grow(state)
            self._weigh(target)
            self._slots(state)
            if self.on_build:
                self.on_build(self, target)

    def _slots(self, state: object) -> None:
        """Attributes that are set one by one, where `__class__` and the like take effect."""
        if isinstance(state, Box) and state.kind == "tuple" and len(state.items) == 2:
            slots = state.items[1]
            for name in slots.pairs if isinstance(slots, Box) else ():
                if name.startswith("__"):
                    self.against("changes-a-class", f"it would set the attribute {printable(name)} of what it makes")

    def op_inst(self) -> None:
        module, name = self.tape.line().decode("utf-8"), self.tape.line().decode("utf-8")
        look = self._look(module, name)
        self._push(self._call(look, self._boxed("tuple", self._since_mark())))

    def op_obj(self) -> None:
        items = self._since_mark()
        if not items:
            raise Broken("an object of no class")
        self._push(self._call(items[0], self._boxed("tuple", items[1:])))

    def op_newobj(self) -> None:
        arguments, cls = self._pop(), self._pop()
        self._push(self._call(cls, _as_arguments(arguments)))

    def op_newobj_ex(self) -> None:
        keywords, arguments, cls = self._pop(), self._pop(), self._pop()
        made = self._call(cls, _as_arguments(arguments))
        made.grow(keywords)
        self._push(made)

    def op_proto(self) -> None:
        self.protocol = self.tape.read(1)[0]
        if self.protocol > 5:
            raise Broken(f"there is no protocol {self.protocol}")

    def op_persid(self) -> None:
        self._persistent(self.tape.line().decode("utf-8", "replace")[:_TEXT_LIMIT])

    def op_binpersid(self) -> None:
        self._persistent(self._pop())

    def _persistent(self, key: object) -> None:
        if not self.helped:
            raise Broken("a bare unpickler stops at a persistent id")
        if len(self.persistent) < 1 << 20:
            self.persistent.append(key)
        items = key.items if isinstance(key, Box) else []
        is_class = (
            len(items) > 1 and items[0] == "module" and isinstance(items[1], Look)
        )  # older torch names classes so
        self._push(items[1] if is_class else OPAQUE)

    def op_frame(self) -> None:
        n = int.from_bytes(self.tape.read(8), "little")
        if self._frame_end > self.tape.at:
            self.against("two-readings", "a frame begins inside another, where readers part ways")
        self._frame_end = self.tape.at + n


def renamed(module: str, name: str) -> tuple[str, str]:
    """A name of Python 2 as Python 3 knows it, for pickles of the older protocols."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[module, name]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name


def printable(text: str) -> str:
    """A text from a file, short and without characters that a terminal would act on."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text[:80])


def _as_arguments(value: object) -> Box:
    """Arguments of a call: a tuple as it stands. Anything else is no legal argument, or was put together."""
    if isinstance(value, Box) and value.kind == "tuple":
        return value
    return Box("tuple", [value], size=1 + size_of(value))


def _integer(line: bytes, *, booleans: bool = False) -> object:
    text = line.strip()
    if booleans and text in (b"00", b"01"):
        return text == b"01"
    if len(text) > _DIGITS:
        raise Broken("a number past reading")
    return int(text, 0) if not text.lstrip(b"+-").isdigit() else int(text)


_TABLE: dict[int, Callable[[Machine], None]] = {
    code: getattr(Machine, f"op_{name}")
    for name, code in {
        "int": 0x49, "binint": 0x4A, "binint1": 0x4B, "binint2": 0x4D, "long": 0x4C, "long1": 0x8A, "long4": 0x8B,
        "string": 0x53, "binstring": 0x54, "short_binstring": 0x55, "binbytes": 0x42, "short_binbytes": 0x43,
        "binbytes8": 0x8E, "buffer": 0x97, "nothing": 0x98, "none": 0x4E, "unicode": 0x56, "short_binunicode": 0x8C,
        "binunicode": 0x58, "binunicode8": 0x8D, "float": 0x46, "binfloat": 0x47, "empty_list": 0x5D, "append": 0x61,
        "appends": 0x65, "list": 0x6C, "empty_tuple": 0x29, "tuple": 0x74, "tuple1": 0x85, "tuple2": 0x86,
        "tuple3": 0x87, "empty_dict": 0x7D, "dict": 0x64, "setitem": 0x73, "setitems": 0x75, "empty_set": 0x8F,
        "frozenset": 0x91, "pop": 0x30, "dup": 0x32, "mark": 0x28, "pop_mark": 0x31, "get": 0x67, "binget": 0x68,
        "long_binget": 0x6A, "put": 0x70, "binput": 0x71, "long_binput": 0x72, "memoize": 0x94, "ext1": 0x82,
        "ext2": 0x83, "ext4": 0x84, "global": 0x63, "stack_global": 0x93, "reduce": 0x52, "build": 0x62, "inst": 0x69,
        "obj": 0x6F, "newobj": 0x81, "newobj_ex": 0x92, "proto": 0x80, "persid": 0x50, "binpersid": 0x51, "frame": 0x95,
    }.items()
}  # fmt: skip
_TABLE |= {0x88: Machine.op_opaque, 0x89: Machine.op_opaque, 0x90: Machine.op_appends, 0x96: Machine.op_binbytes8}

__all__ = ["Broken", "Machine", "name_of", "printable", "renamed"]
