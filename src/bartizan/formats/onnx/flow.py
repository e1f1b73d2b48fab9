"""What an ONNX model does with its inputs besides computing: branches that they choose, functions within each other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from bartizan.formats.printable import printable

from .model import Graph, Model, Node, all_nodes
from .operators import BRANCHES, DOMAINS, SHAPES

Found = Iterator[tuple[str, str, int]]  # rule, sentence, byte
_NODES = 10_000_000  # of a model whose functions are written out


def branches(model: Model) -> Found:
    """Branches whose choice depends on the values of an input. An input that has a default is one all the same."""
    for graph in (*model.graphs, *(f.body for f in model.functions)):
        yield from _dependent(graph, set(graph.inputs))


def _dependent(graph: Graph, tainted: set[str]) -> Found:
    tainted = _spread(graph, tainted)
    for node in graph.nodes:
        if node.op in BRANCHES and (_chosen(node) & tainted or (node.op == "Loop" and _taken(node) & tainted)):
            yield "branches-on-input", f"its operator {node.op} takes another path for some inputs", node.offset
        touched = bool(node.graphs) and bool(_taken(node) & tainted)
        for inner in node.graphs:
            yield from _dependent(inner, tainted | (set(inner.inputs) if touched else set()))


def _spread(graph: Graph, tainted: set[str]) -> set[str]:
    """All values that depend on these. Nodes need not stand in the order they are computed in: some readers sort."""
    takers: dict[str, list[Node]] = defaultdict(list)
    for node in graph.nodes:
        if not (node.op in SHAPES and node.domain in DOMAINS):
            for name in _taken(node):
                takers[name].append(node)
    reached, pending = set(tainted), list(tainted)
    while pending:
        for node in takers.pop(pending.pop(), ()):
            new = set(node.outputs) - reached
            reached |= new
            pending += new
    return reached


def _chosen(node: Node) -> set[str]:
    """What decides on the path that is taken."""
    return set(node.inputs if node.op == "Scan" else node.inputs[:2] if node.op == "Loop" else node.inputs[:1])


def _taken(node: Node) -> set[str]:
    """What it takes, and what the graphs in it take from around them."""
    return {*node.inputs, *(i for g in node.graphs for n in all_nodes(g) for i in n.inputs)}


def swells(model: Model) -> Found:
    """Functions that call each other in a circle, or so often that a runtime which writes them out never ends."""
    bodies = {(f.domain, f.name): f for f in model.functions}
    sizes = dict.fromkeys(bodies, 0)
    order, circle = _innermost_first({name: _calls(f.body, sizes) for name, f in bodies.items()})
    if circle:
        shown = printable("::".join(circle))
        yield "bomb", f"its function {shown} leads back to itself", bodies[circle].offset
        return
    for name in order:
        sizes[name] = _written_out(bodies[name].body, sizes)
    if (total := sum(_written_out(graph, sizes) for graph in model.graphs)) > _NODES and bodies:
        yield "bomb", f"its functions call each other until it has {total:,} nodes", 0


def _calls(graph: Graph, own: dict[tuple[str, str], int]) -> set[tuple[str, str]]:
    return {(n.domain, n.op) for n in all_nodes(graph)} & own.keys()


def _written_out(graph: Graph, sizes: dict[tuple[str, str], int]) -> int:
    return min(sum(sizes.get((n.domain, n.op), 1) for n in all_nodes(graph)), 1 << 60)


def _innermost_first(
    calls: dict[tuple[str, str], set[tuple[str, str]]],
) -> tuple[list[tuple[str, str]], tuple[str, str] | None]:
    """Names, each behind those it calls, and one that leads back to itself, where there is one."""
    waits = {name: len(inner) for name, inner in calls.items()}
    callers: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for name, inner in calls.items():
        for called in inner:
            callers[called].append(name)
    order = [name for name, n in waits.items() if not n]
    for name in order:  # grows as it is read
        for caller in callers[name]:
            waits[caller] -= 1
            if not waits[caller]:
                order.append(caller)
    return order, next((name for name, n in waits.items() if n), None)
