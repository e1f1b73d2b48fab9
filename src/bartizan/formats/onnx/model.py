"""An ONNX model as its protobuf says it: nodes, tensors and functions, each with its place, and no parser in between.

Field numbers: onnx.proto3 of https://github.com/onnx/onnx.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from .wire import Buffer, WireError, fields, varint

DEFAULTS = "Identity"  # stands for no operation: it carries the graphs that a function has by default
_DEPTH_LIMIT = 32
_NODES_LIMIT = 2_000_000
_TEXT_LIMIT = 1 << 16


@dataclass
class Node:
    """op, domain: what it is. inputs: names, those that its branches take from around them included."""

    op: str
    domain: str
    inputs: list[str]
    outputs: list[str]
    offset: int
    graphs: list[Graph] = field(default_factory=list)


@dataclass
class Tensor:
    """dims: sizes as written. raw: bytes of its numbers in the file, or None. outside: entries about another file."""

    name: str
    dims: list[int]
    type: int
    raw: int | None
    outside: dict[str, str]
    offset: int


@dataclass
class Graph:
    """A graph, or the body of a branch or a function."""

    nodes: list[Node] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)


@dataclass
class Function:
    """A function that the model defines itself."""

    name: str
    domain: str
    body: Graph
    offset: int


@dataclass
class Model:
    """graphs: more than one where the field is repeated, which readers take for different things."""

    ir: int = 0
    sets: dict[str, int] = field(default_factory=dict)
    graphs: list[Graph] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)


def read_model(raw: Buffer) -> Model:
    """The whole model. Raises `WireError` where the bytes cannot be followed."""
    model, reader = Model(), _Reader(raw)
    for number, kind, start, stop in fields(raw, 0, len(raw)):
        if (number, kind) == (1, 0):
            model.ir = varint(raw, start)[0]
        elif (number, kind) == (7, 2):
            model.graphs.append(reader.graph(start, stop, 0))
        elif (number, kind) == (8, 2):
            domain, version = _set(raw, start, stop)
            model.sets[domain] = max(version, model.sets.get(domain, 0))
        elif (number, kind) == (25, 2):
            model.functions.append(reader.function(start, stop))
        elif (number, kind) == (20, 2):
            model.graphs += [reader.graph(b, s, 1) for n, k, b, s in fields(raw, start, stop) if k == 2 and n in (1, 2)]
    return model


def all_nodes(graph: Graph) -> Iterator[Node]:
    """Its nodes and those of its branches."""
    for node in graph.nodes:
        yield node
        for inner in node.graphs:
            yield from all_nodes(inner)


def all_tensors(graph: Graph) -> Iterator[Tensor]:
    """Its tensors and those of its branches."""
    yield from graph.tensors
    for node in graph.nodes:
        for inner in node.graphs:
            yield from all_tensors(inner)


def _set(raw: Buffer, start: int, stop: int) -> tuple[str, int]:
    domain, version = "", 0
    for number, kind, begin, end in fields(raw, start, stop):
        if (number, kind) == (1, 2):
            domain = _text(raw, begin, end)
        elif (number, kind) == (2, 0):
            version = varint(raw, begin)[0]
    return domain, version


def _text(raw: Buffer, start: int, stop: int) -> str:
    if stop - start > _TEXT_LIMIT:
        raise WireError(f"a name of {stop - start:,} bytes at byte {start:,}")
    return bytes(raw[start:stop]).decode("utf-8", "replace")


class _Reader:
    def __init__(self, raw: Buffer) -> None:
        self.raw = raw
        self.nodes = 0

    def graph(self, start: int, stop: int, depth: int) -> Graph:
        if depth > _DEPTH_LIMIT:
            raise WireError("its branches are nested too deeply")
        made = Graph()
        for number, kind, begin, end in fields(self.raw, start, stop):
            if kind != 2:
                continue
            if number == 1:
                made.nodes.append(self.node(begin, end, depth, made))
            elif number == 5:
                made.tensors.append(self.tensor(begin, end))
            elif number == 15:
                made.tensors += self.sparse(begin, end)
            elif number == 11:
                made.inputs += [
                    _text(self.raw, b, e) for n, k, b, e in fields(self.raw, begin, end) if (n, k) == (1, 2)
                ]
        return made

    def function(self, start: int, stop: int) -> Function:
        made, body = Function("", "", Graph(), start), Graph()
        defaults: list[Graph] = []
        for number, kind, begin, end in fields(self.raw, start, stop):
            if kind != 2:
                continue
            if number == 1:
                made.name = _text(self.raw, begin, end)
            elif number == 10:
                made.domain = _text(self.raw, begin, end)
            elif number == 4:
                body.inputs.append(_text(self.raw, begin, end))
            elif number == 7:
                body.nodes.append(self.node(begin, end, 1, body))
            elif number == 11:  # what an attribute is where the call does not give it
                default = Node("", "", [], [], begin)
                self.attribute(begin, end, 1, default, body)
                defaults += default.graphs
        if defaults:
            body.nodes.append(Node(DEFAULTS, "", [], [], start, defaults))
        made.body = body
        return made

    def node(self, start: int, stop: int, depth: int, around: Graph) -> Node:
        self.nodes += 1
        if self.nodes > _NODES_LIMIT:
            raise WireError(f"more than {_NODES_LIMIT:,} nodes")
        made = Node("", "", [], [], start)
        for number, kind, begin, end in fields(self.raw, start, stop):
            if kind != 2:
                continue
            if number in (1, 2):
                (made.inputs if number == 1 else made.outputs).append(_text(self.raw, begin, end))
            elif number == 4:
                made.op = _text(self.raw, begin, end)
            elif number == 7:
                made.domain = _text(self.raw, begin, end)
            elif number == 5:
                self.attribute(begin, end, depth, made, around)
        return made

    def attribute(self, start: int, stop: int, depth: int, node: Node, around: Graph) -> None:
        for number, kind, begin, end in fields(self.raw, start, stop):
            if kind == 2 and number in (6, 11):
                node.graphs.append(self.graph(begin, end, depth + 1))
            elif kind == 2 and number in (5, 10):
                around.tensors.append(self.tensor(begin, end))
            elif kind == 2 and number in (22, 23):
                around.tensors += self.sparse(begin, end)

    def sparse(self, start: int, stop: int) -> list[Tensor]:
        found = fields(self.raw, start, stop)
        return [self.tensor(b, e) for number, kind, b, e in found if kind == 2 and number in (1, 2)]

    def tensor(self, start: int, stop: int) -> Tensor:
        made = Tensor("", [], 0, None, {}, start)
        for number, kind, begin, end in fields(self.raw, start, stop):
            if number == 1:
                made.dims += self.numbers(kind, begin, end)
            elif (number, kind) == (2, 0):
                made.type = varint(self.raw, begin)[0]
            elif (number, kind) == (8, 2):
                made.name = _text(self.raw, begin, end)
            elif (number, kind) == (9, 2):
                made.raw = end - begin
            elif (number, kind) == (13, 2):
                entry = {n: _text(self.raw, b, e) for n, k, b, e in fields(self.raw, begin, end) if k == 2}
                made.outside[entry.get(1, "")] = entry.get(2, "")
        return made

    def numbers(self, kind: int, start: int, stop: int) -> list[int]:
        """Signed 64-bit numbers, one or packed."""
        at = start
        found: list[int] = []
        while at < stop and len(found) < 64:
            value, at = varint(self.raw, at)
            found.append(value - (1 << 64) if value >> 63 else value)
            if kind == 0:
                break
        return found
