"""What a file of pickles would do, read from its opcodes and never run.

Fail-closed: it is harmless when every callable it names is on a list of constructors of plain data, and when it could
be followed to its last byte: pickles behind one another, arrays that joblib lays between the opcodes, storages that
older torch lays behind them, and files that lie inside as bytes.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from bartizan.formats.boosters import inside as booster_inside
from bartizan.formats.tape import Tape
from bartizan.formats.verdict import Reason

from .machine import CALLS_UNSEEN, LOOKS_UNSEEN, Machine
from .states import WRAPPER, array_behind, known_state
from .storages import storages

TORCH_MAGIC = 0x1950A86A20F9469CFC6C  # torch/serialization.py
_NAMED = re.compile(r"[\w.]+ [\w.]+")
_TELLING = 20  # opcodes in a row that no text and no other kind has by chance
_LEGACY_PICKLES = 4  # behind the magic number: version, system, object, keys
_INSIDE_DEPTH = 4
_STREAM_LIMIT = 10_000


@dataclass(frozen=True)
class PickleReport:
    """globals: every `module name` the stream would look up, with its first offset. end: bytes the pickle takes."""

    globals: dict[str, int]
    reasons: tuple[Reason, ...]
    end: int


def scan_pickle(raw: bytes, *, member: str = "", own: re.Pattern[str] | None = None) -> PickleReport:
    """Follow the opcodes of one pickle in `raw`, as a plain unpickler does. Never raises and never runs anything."""
    tape = Tape(io.BytesIO(raw))
    machine = Machine(tape, member=member, own=own)
    machine.on_build = known_state
    machine.run()
    return PickleReport(machine.globals, (*machine.reasons, *_inside(machine, 0)), tape.at)


def scan_stream(stream: IO[bytes], *, member: str = "", depth: int = 0, files: bool = False) -> Iterator[Reason]:
    """Why the pickles in a stream should not be opened. What follows the last one counts too.

    files: whether joblib may be what opens it, which it does with whole files alone; then it is read in both ways.
    """
    start = stream.tell() if stream.seekable() else None
    tape, wrapped = Tape(stream), list[tuple[int, _Followed]]()
    for at, followed, reasons in _in_turn(tape, member, depth, files):
        yield from reasons
        if files and WRAPPER in followed.globals:
            wrapped.append((at, followed))
    for at, followed in wrapped:
        if start is None:
            yield Reason("limit", "it holds arrays of joblib's and is too large to be read in both ways", at, member)
        else:
            stream.seek(start + at)
            yield from _read_barely(stream, at, followed, depth)


def _in_turn(tape: Tape, member: str, depth: int, files: bool) -> Iterator[tuple[int, _Followed, list[Reason]]]:
    """Each pickle, where it begins, and what speaks against it."""
    first = _one(tape, member, files)
    yield 0, first, [*first.reasons, *_inside(first, depth)]
    if _is_broken(first):
        return
    if first.value == TORCH_MAGIC:
        yield tape.at, first, list(_legacy(tape, member, depth))
    for _ in range(_STREAM_LIMIT):
        if tape.ended():
            return
        start = tape.at
        more = _one(tape, member, files)
        yield start, more, [r for r in (*more.reasons, *_inside(more, depth)) if r.rule != "broken"]
        if _is_broken(more):
            text = f"bytes follow the end of the pickle at byte {start:,} and are none"
            yield start, more, [Reason("trailing", text, start, member)]
            return
    text = f"more than {_STREAM_LIMIT:,} pickles follow one another"
    yield tape.at, first, [Reason("limit", text, tape.at, member)]


def is_pickle(stream: IO[bytes]) -> bool:
    """Whether a file begins as a pickle: a protocol mark, or older opcodes that lead somewhere."""
    tape = Tape(stream)
    first = tape.peek(2)
    if first[:1] == b"\x80" and b"\x00" <= first[1:] <= b"\x05":
        return True
    machine = Machine(tape)
    machine.most = _TELLING
    machine.run()
    tells = machine.steps > _TELLING or machine.unending or (machine.steps > 1 and not machine.reasons)
    return tells or bool(names_in(machine))


def reads_as_pickle(stream: IO[bytes]) -> bool:
    """Whether a file of another kind leads a bare unpickler to look up a name, or may do so past what is read."""
    machine = Machine(Tape(stream))
    machine.helped = False
    machine.run()
    return bool(names_in(machine)) or machine.unending


def _read_barely(stream: IO[bytes], at: int, known: Machine, depth: int) -> Iterator[Reason]:
    """What else runs where joblib's arrays are read as opcodes, as `pickle.load` does. Numbers are opcodes by chance
    too, but spell no names."""
    machine = Machine(Tape(stream), member=known.member)
    machine.run()
    for name in names_in(machine):
        if name not in known.globals:
            said = f"read without joblib, it would look up {name.replace(' ', '.')}"
            yield Reason("two-readings", said, at + machine.globals[name], known.member)
    for r in (*machine.reasons, *_inside(machine, depth)):
        if r.rule in ("runs-code", "hidden-name", "changes-a-class") and r.text not in (CALLS_UNSEEN, LOOKS_UNSEEN):
            yield Reason("two-readings", f"read without joblib, {r.text}", at + r.offset, r.member)


def names_in(machine: Machine) -> list[str]:
    """The names it would look up that could be any."""
    return [name for name in machine.globals if _NAMED.fullmatch(name)]


class _Followed(Machine):
    """A machine with the value that its run left."""

    value: object = None


def _one(tape: Tape, member: str, files: bool) -> _Followed:
    machine = _Followed(tape, member=member)
    machine.on_build = array_behind if files else known_state
    machine.value = machine.run()
    return machine


def _is_broken(machine: Machine) -> bool:
    return any(r.rule == "broken" for r in machine.reasons)


def _inside(machine: Machine, depth: int) -> Iterator[Reason]:
    """Bytes in the pickle that are opened as a file of their own."""
    for raw in machine.inside:
        if raw.content is None or depth >= _INSIDE_DEPTH:
            yield Reason("limit", "a file inside it is too large to be followed", 0, machine.member)
        elif raw.content.startswith(b"PK"):
            yield Reason("unknown-name", "an archive lies inside it as bytes", 0, machine.member)
        else:
            place = f"{machine.member}/bytes inside" if machine.member else "bytes inside"
            yield from scan_stream(io.BytesIO(raw.content), member=place, depth=depth + 1)
    for name, held, at in machine.boosters:
        yield from (Reason(rule, text, at, machine.member) for rule, text in booster_inside.wrong(name, held))


def _legacy(tape: Tape, member: str, depth: int) -> Iterator[Reason]:
    """Behind the magic number: four pickles, then every storage as a count and its numbers."""
    persistent: list[object] = []
    for _ in range(_LEGACY_PICKLES):
        machine = _one(tape, member, False)
        persistent += machine.persistent
        yield from (*machine.reasons, *_inside(machine, depth))
        if _is_broken(machine):
            return
    try:
        tape.skip(sum(8 + size for size in storages(persistent).values()))
    except ValueError as cause:
        yield Reason("lies", f"its storages are not what its pickle says: {cause}", tape.at, member)
