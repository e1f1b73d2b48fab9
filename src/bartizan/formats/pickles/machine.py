"""The pickle machine, followed opcode by opcode with nothing looked up and nothing called.

It reads as CPython's C unpickler does (`Modules/_pickle.c`): text in UTF-8, numbers in any spelling taken there, a
memo that may have holes, frames as no more than a hint. Where another reader would see something else in the same
bytes (`pickletools`, which scanners are built on; the unpickler of `pickle.py`; the C one reading from a
stream that cannot be peeked into, which drops what is left of a frame when an argument crosses its end) the file counts
as read in two ways.
"""

from __future__ import annotations

import _compat_pickle
import re
from collections.abc import Callable

from bartizan.formats.printable import printable
from bartizan.formats.tape import Cut, TooLong

from .calls import complaints, nested_bytes, weight
from .containers import PickleContainers
from .literals import TEXT_LIMIT
from .names import Standing, standing
from .stack import ANYTHING, NOTHING, Broken
from .values import OPAQUE, Box, Look, Made, name_of, size_of

OPCODE_LIMIT = 20_000_000
CALLS_UNSEEN = "it would call something that it puts together while it runs"
_MODULE = re.compile(rb"[\w.\x80-\xff]*")
LOOKS_UNSEEN = "it looks up a name that it puts together while it runs"


class Machine(PickleContainers):
    """Follows one pickle on a tape. `run` returns the value it leaves; the rest is what was seen on the way.

    most: opcodes that are followed.
    """

    most = OPCODE_LIMIT

    def run(self) -> object:
        """Follow the opcodes to STOP. Raises nothing: what cannot be followed is a reason."""
        try:
            return self._run()
        except TooLong as cause:
            self.against("broken", f"it is not followed: {cause}")
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
                if self._frame_end > tape.at:
                    self.against("two-readings", "it ends inside its frame, behind which some readers go on")
                return self._pop()
            handler = table.get(opcode)
            if handler is None:
                raise Broken(f"there is no opcode {opcode:#04x}, at byte {self.at:,}")
            handler(self)
            if self.at < self._frame_end < tape.at:
                self.against("two-readings", "an argument crosses the end of its frame, where readers part ways")
            if self.steps > self.most:
                self.unending = True
                raise Broken(f"more than {self.most:,} opcodes")

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
            self.against("hidden-name", CALLS_UNSEEN)
        elif (inside := nested_bytes(called, arguments)) is not None:
            self.inside.append(inside)
        else:
            for rule, text in complaints(called, arguments):
                self.against(rule, text)
        made = Made(called, arguments)
        made.grow(arguments)
        made.size += weight(called, arguments) if isinstance(called, Look) else 0
        self._weigh(made)
        return made

    # Opcodes that name, call and build

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

    def _named(self) -> tuple[str, str]:
        module = self._line(_MODULE)
        name = self._line(ANYTHING if _MODULE.fullmatch(module) else NOTHING)
        return module.decode("utf-8"), name.decode("utf-8")

    def op_global(self) -> None:
        self._push(self._look(*self._named()))

    def op_stack_global(self) -> None:
        name, module = self._pop(), self._pop()
        if isinstance(name, str) and isinstance(module, str):
            self._push(self._look(module, name))
        else:
            self.against("hidden-name", LOOKS_UNSEEN)
            self._push(OPAQUE)

    def op_reduce(self) -> None:
        arguments, called = self._pop(), self._pop()
        self._push(self._call(called, _as_arguments(arguments)))

    def op_build(self) -> None:
        state, target = self._pop(), self._top()
        self._held(state)
        if isinstance(target, Look) or not isinstance(target, Made | Box):
            self._into(target, "its state set")
        if isinstance(target, Made):
            target.state = state
            target.built += 1
            target.grow(state)
            self._weigh(target)
            if not name_of(target).startswith("numpy.random."):  # a generator and its bits: no attributes
                self._slots(state)
            if self.on_build:
                self.on_build(self, target)

    def _slots(self, state: object) -> None:
        """Attributes that are set one by one, where `__class__` and the like take effect."""
        if isinstance(state, Made):
            self.against("unknown-name", "it would set attributes out of what it puts together")
        if isinstance(state, Box) and state.kind == "tuple" and len(state.items) == 2:
            slots = state.items[1]
            if isinstance(slots, Made) or (isinstance(slots, Box) and not slots.whole):
                self.against("unknown-name", "it would set attributes out of a mapping that it puts together")
            for name in slots.pairs if isinstance(slots, Box) else ():
                if name.startswith("__"):
                    self.against("changes-a-class", f"it would set the attribute {printable(name)} of what it makes")

    def op_inst(self) -> None:
        look = self._look(*self._named())
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
        given = _as_arguments(arguments)
        if isinstance(keywords, Box) and keywords.size > 1:
            given = Box("tuple", [*given.items, keywords], size=given.size + keywords.size)
        made = self._call(cls, given)
        made.grow(keywords)
        self._push(made)

    def op_proto(self) -> None:
        self.protocol = self.tape.read(1)[0]
        if self.protocol > 5:
            raise Broken(f"there is no protocol {self.protocol}")

    def op_persid(self) -> None:
        self._persistent(self._line(NOTHING).decode("utf-8", "replace")[:TEXT_LIMIT])  # nothing answers it first thing

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


def _as_arguments(value: object) -> Box:
    """Arguments of a call: a tuple as it stands. Anything else is no legal argument, or was put together."""
    if isinstance(value, Box) and value.kind == "tuple":
        return value
    return Box("tuple", [value], size=1 + size_of(value))


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

__all__ = ["Broken", "Machine", "name_of", "renamed"]
