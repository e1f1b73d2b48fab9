"""requirements.txt as pip reads it (with `--hash`, `-r` and `-c`), line by line and nothing resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement

from bartizan.core.errors import UsageError

from .dependency import Dependency, normal
from .text import text_of

_HASH = re.compile(r"\s--hash[=\s]([a-z0-9]+:[0-9a-fA-F]+)")
_OPTION = re.compile(r"\s--[a-z-]+[=\s]\S+")
_NESTED = re.compile(r"(-r|--requirement|-c|--constraint)[=\s]*(\S.*)")
_EDITABLE = re.compile(r"(?:-e|--editable)[=\s]*(\S.*)")
_ADDRESS = re.compile(
    r"(?:[a-z]+\+)?(?:https?|ssh|git|file|hg|svn)[:+]|[./\\]|\S+\.(?:whl|tar\.gz|zip)$", re.IGNORECASE
)
_DEPTH = 8


@dataclass
class _Read:
    found: list[Dependency] = field(default_factory=list)
    pins: dict[str, Dependency] = field(default_factory=dict)  # by the files named with -c
    open_files: tuple[Path, ...] = ()


def read_requirements(path: Path) -> tuple[Dependency, ...]:
    """Every dependency the file and those it names with `-r` state; `-c` files pin what is left open.

    Raises `UsageError` at file:line for a line that pip would not read, and for files that name each other in a circle.
    """
    state = _Read()
    _read(path, state)
    return tuple(_pinned(d, state.pins.get(d.name)) for d in state.found)


def _pinned(one: Dependency, pin: Dependency | None) -> Dependency:
    if pin is None or one.version is not None or one.direct:
        return one
    return replace(one, version=pin.version, digests=one.digests or pin.digests)


def _read(path: Path, state: _Read, *, constraints: bool = False) -> None:
    if path.resolve() in state.open_files or len(state.open_files) >= _DEPTH:
        raise UsageError(f"{path} is named by itself through -r or -c; take the circle out")
    state.open_files = (*state.open_files, path.resolve())
    for number, line in _logical_lines(text_of(path, "the lock file")):
        where = f"{path.name}:{number}"
        nested = _NESTED.fullmatch(line)
        if nested:
            _read(
                path.parent / nested[2].strip(), state, constraints=constraints or nested[1] in ("-c", "--constraint")
            )
        elif (one := _dependency(line, where)) is not None:
            if constraints:
                state.pins[one.name] = one
            else:
                state.found.append(one)
    state.open_files = state.open_files[:-1]


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Lines with their number, those that end in a backslash joined, comments and empty ones left out."""
    held, began = "", 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw if held and not raw.lstrip().startswith("#") else re.sub(r"(^|\s)#.*$", "", raw)
        began = began if held else number
        if line.rstrip().endswith("\\"):
            held += line.rstrip()[:-1] + " "
            continue
        whole = re.sub(r"(^|\s)#.*$", "", held + line).strip()
        held = ""
        if whole:
            yield began, whole
    if held.strip():
        yield began, held.strip()


def _dependency(line: str, where: str) -> Dependency | None:
    """The dependency on a line; None for an option of pip, which installs nothing."""
    digests = tuple(h.lower() for h in _HASH.findall(line))
    bare = _OPTION.sub("", _HASH.sub("", line)).strip()
    editable = _EDITABLE.fullmatch(bare)
    address = editable[1] if editable else bare
    if editable or _ADDRESS.match(bare):
        return Dependency(_egg(address), direct=address.strip(), digests=digests, where=where)
    if bare.startswith("-"):
        return None
    try:
        asked = Requirement(bare)
    except InvalidRequirement as error:
        raise UsageError(f"{where}: {bare[:80]!r} is no requirement ({_short(error)}); correct the line") from None
    marker = str(asked.marker or "")
    return Dependency(normal(asked.name), _exact(asked), digests, asked.url, where, marker)


def _exact(asked: Requirement) -> str | None:
    one = list(asked.specifier)
    exact = len(one) == 1 and one[0].operator in ("==", "===") and not one[0].version.endswith(".*")
    return one[0].version if exact else None


def _egg(address: str) -> str:
    """The name in `#egg=name`, else the last part of the address."""
    named = re.search(r"[#&]egg=([A-Za-z0-9._-]+)", address)
    tail = re.split(r"[/\\]", address.partition("#")[0].partition("?")[0].rstrip("/\\"))[-1] or address
    return normal(named[1] if named else re.sub(r"(-\d.*)?\.(whl|zip|tar\.gz|git)$", "", tail))


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:100]
