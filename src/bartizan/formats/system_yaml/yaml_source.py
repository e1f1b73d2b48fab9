"""Read YAML into plain values and remember where every key stood. Nothing in the file can run or grow without bound."""

from __future__ import annotations

import codecs
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bartizan.core.errors import DescriptionError, Position

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

MAX_BYTES = 1 << 20
MAX_VALUES = 20_000  # an alias counts as often as it is used, so nested aliases cannot blow up
MAX_DEPTH = 40

KeyPath = tuple[str | int, ...]
_TAG = "tag:yaml.org,2002:"
_PLAIN = {_TAG + name for name in ("str", "int", "float", "bool", "null", "timestamp")}


@dataclass(frozen=True)
class Positions:
    """Where each key of a YAML file stands. Paths are keys and list indices from the top: `("assets", "models", 0)`."""

    file: str
    marks: Mapping[KeyPath, tuple[int, int]]

    def at(self, path: KeyPath) -> Position:
        """The position of the key at `path` (for a list item: of the item), or of the nearest key around it."""
        while path and path not in self.marks:
            path = path[:-1]
        line, column = self.marks.get(path, (1, 1))
        return Position(self.file, line, column)


@dataclass(frozen=True)
class YamlSource:
    """A YAML file read: its plain value (dicts, lists, text, numbers, dates), positions, and raw bytes."""

    value: Any
    positions: Positions
    raw: bytes


def read_yaml(path: Path) -> YamlSource:
    """Read one YAML 1.2 document of at most 1 MiB. Raises `DescriptionError` with file:line:column."""
    raw = read_bounded(path)
    text = _decode(raw, str(path))
    reader = _Reader(str(path))
    value = reader.read(text)
    return YamlSource(value, Positions(str(path), reader.marks), raw)


def read_bounded(path: Path) -> bytes:
    """The bytes of a regular file of at most 1 MiB. Raises `DescriptionError` for anything else."""
    start = Position(str(path), 1, 1)
    try:
        if not path.is_file():
            what = "this is not a file" if path.exists() else "there is no such file"
            raise DescriptionError([f"{start}: {what}"])
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DescriptionError([f"{start}: the file cannot be read ({error.strerror})"]) from None
    if len(raw) > MAX_BYTES:
        raise DescriptionError([f"{start}: the file is larger than 1 MiB; this is not a description"])
    if sum(raw.count(mark) for mark in (b"\n", b",", b"[", b"{")) > 2 * MAX_VALUES:
        raise DescriptionError([f"{start}: the file holds too many values (more than {MAX_VALUES})"])
    return raw


def _decode(raw: bytes, file: str) -> str:
    offset, why = raw.find(b"\0"), "this is a binary file, not a description"
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        offset, why = 0, "the file is UTF-16 text; save it as UTF-8"
    if offset < 0:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            offset, why = error.start, "the file is not UTF-8 text; save it as UTF-8"
    raise DescriptionError([f"{Position(file, *_line_column_at(raw, offset))}: {why}"])


def _line_column_at(raw: bytes, offset: int) -> tuple[int, int]:
    return raw.count(b"\n", 0, offset) + 1, offset - raw.rfind(b"\n", 0, offset)


class _Reader:
    """Builds plain values from ruamel's node tree, which holds positions and has run nothing."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.marks: dict[KeyPath, tuple[int, int]] = {}
        self.problems: list[str] = []
        self.values = 0

    def read(self, text: str) -> Any:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError
        from ruamel.yaml.reader import ReaderError

        yaml = YAML(typ="safe", pure=True)
        self.scalar = yaml.constructor.construct_object
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # a repeated anchor is legal
                node = yaml.compose(text)
            value = None if node is None else self.build(node, ())
        except MarkedYAMLError as error:
            raise DescriptionError([self._syntax(error)]) from None
        except ReaderError as error:
            offset = len(text[: error.position].encode())
            position = Position(self.file, *_line_column_at(text.encode(), offset))
            raise DescriptionError([f"{position}: an invisible control character stands here; remove it"]) from None
        except YAMLError as error:
            raise DescriptionError([f"{Position(self.file, 1, 1)}: {_first_line(error)}"]) from None
        except RecursionError:
            raise DescriptionError([f"{Position(self.file, 1, 1)}: the values are nested too deeply"]) from None
        if self.problems:
            raise DescriptionError(self.problems)
        return value

    def build(self, node: Node, path: KeyPath) -> Any:
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        self.values += 1
        if self.values > MAX_VALUES:
            raise DescriptionError([f"{self.position(node)}: the file holds too many values (more than {MAX_VALUES})"])
        if len(path) > MAX_DEPTH:
            raise DescriptionError([f"{self.position(node)}: the values are nested too deeply"])
        self.marks.setdefault(path, _line_column(node.start_mark))
        if isinstance(node, MappingNode) and node.tag == _TAG + "map":
            return self._mapping(node, path)
        if isinstance(node, SequenceNode) and node.tag == _TAG + "seq":
            return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
        return self._scalar(node, path)

    def _mapping(self, node: Node, path: KeyPath) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value
            if key_node.tag not in _PLAIN or not isinstance(key, str):
                merge = key_node.tag == _TAG + "merge"
                why = "merge keys ('<<') are not read; write the keys out" if merge else "a key must be a plain word"
                self.problems.append(f"{self.position(key_node)}: {why}")
                continue
            if key in result:
                first = self.marks[(*path, key)][0]
                self.problems.append(f"{self.position(key_node)}: key '{key}' is given twice (first in line {first})")
                continue
            self.marks[(*path, key)] = _line_column(key_node.start_mark)
            result[key] = self.build(value_node, (*path, key))
        return result

    def _scalar(self, node: Node, path: KeyPath) -> Any:
        from ruamel.yaml.error import YAMLError

        if node.tag not in _PLAIN:
            self.problems.append(f"{self.position(node)}: the tag '{node.tag}' is not allowed; write a plain value")
            return None
        try:
            return self.scalar(node)
        except (ValueError, KeyError, YAMLError):
            shown = node.value if len(node.value) <= 40 else node.value[:40] + "…"
            key = f"'{path[-1]}'" if path else "this"
            wanted = "a date, YYYY-MM-DD, that exists" if node.tag == _TAG + "timestamp" else "a value that can be read"
            self.problems.append(f"{self.position(node)}: {key} must be {wanted}, not '{shown}'")
            return None

    def position(self, node: Node) -> Position:
        return Position(self.file, *_line_column(node.start_mark))

    def _syntax(self, error: Any) -> str:
        mark = error.problem_mark or error.context_mark
        position = Position(self.file, *(_line_column(mark) if mark else (1, 1)))
        return f"{position}: {_plain_words(error)}"


def _line_column(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0]


_WORDS = (
    ("\\t", "a tab is used here; YAML is indented with spaces"),
    ("mapping values are not allowed", "a ':' is not expected here; check the indentation, or quote the text"),
    ("could not find expected ':'", "this line is neither a 'key: value' nor a list item; check the ':' after the key"),
    ("expected ',' or '}'", "a '{' is opened before this and not closed; a ',' or '}' is missing"),
    ("expected ',' or ']'", "a '[' is opened before this and not closed; a ',' or ']' is missing"),
    ("but found '<block mapping start>'", "the indentation does not fit the lines above"),
    ("expected <block end>", "the indentation does not fit the lines above"),
    ("found unexpected end of stream", "a quote is opened and not closed"),
    ("undefined alias", "text that starts with '*' must be quoted (else it is an alias, and its '&name' is missing)"),
    ("that cannot start any token", "text that starts with this character must be quoted"),
    ("sequence entries are not allowed here", "a '-' is not expected here; quote the text, or start a new line"),
    ("but found another document", "only one document is read; remove the line '---' and what follows"),
)


def _plain_words(error: Any) -> str:
    problem = " ".join(str(error.problem or error.context or "").split())
    return next((words for sign, words in _WORDS if sign in problem), f"this is not valid YAML ({problem})")
