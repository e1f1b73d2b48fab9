"""What the names of a chat template are bound to: data as it came, numbers, or texts that the template puts together.

A text that was put together may be any hidden attribute's name, so nothing is read by it without a word; and a name
that a template binds itself may be any function, so it is not called without one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

_KEEPS = frozenset(  # filters that hand on what they are given, or count it
    "length count int float abs round sum default d list items dictsort sort first last selectattr rejectattr select"  # noqa: SIM905
    " reject unique min max reverse batch slice groupby map".split()
)
_NUMBERS = frozenset("length count int float abs round".split())  # noqa: SIM905
_KEEPING = frozenset("get items keys values pop copy index count find startswith endswith isdigit".split())  # noqa: SIM905
_PUTTING = frozenset("append insert extend update setdefault".split())  # noqa: SIM905
_NUMBER_OF_LOOP = frozenset("index index0 revindex revindex0 length depth depth0 first last".split())  # noqa: SIM905


class Bindings:
    """macros: names of macros. bound: names that are bound in any other way. built: names (attributes as `.name`) that
    may hold a text which the template puts together. spilled: whether such a text is put into a list, by whatever name
    that goes: then it may be in every value that a name of the template's own stands for."""

    def __init__(self, tree: Any) -> None:
        from jinja2 import nodes

        self.macros = {m.name for m in tree.find_all(nodes.Macro)}
        self.given: dict[str, list[Any]] = defaultdict(list)
        self.put: list[Any] = []
        self.built = {".previtem", ".nextitem"}  # of a loop
        self.spilled = False
        for node in tree.find_all(nodes.Node):
            look = getattr(self, f"_of_{type(node).__name__.lower()}", None)
            if look is not None:
                look(node)
        self.bound = {name for name in (*self.given, *self.built) if not name.startswith(".")}
        self._parameters(tree)
        self._spread()

    def puts_together(self, node: Any) -> bool:
        """Whether an expression puts a text together, or holds one that was."""
        from jinja2 import nodes

        return any(self._piece(inner) for inner in (node, *node.find_all(nodes.Node)))

    def is_number(self, node: Any) -> bool:
        """Whether an expression gives a number, or fails."""
        from jinja2 import nodes

        if isinstance(node, nodes.Const):
            return isinstance(node.value, int | float)
        if isinstance(node, nodes.Add):
            return self.is_number(node.left) or self.is_number(node.right)
        if isinstance(node, nodes.Mul):
            return self.is_number(node.left) and self.is_number(node.right)
        if isinstance(node, nodes.Mod):
            return self.is_number(node.left)
        if isinstance(node, nodes.Getattr):
            return isinstance(node.node, nodes.Name) and node.node.name == "loop" and node.attr in _NUMBER_OF_LOOP
        if isinstance(node, nodes.Filter):
            return node.name in _NUMBERS
        return isinstance(node, nodes.Sub | nodes.Div | nodes.FloorDiv | nodes.Neg | nodes.Compare | nodes.Not)

    def _piece(self, node: Any) -> bool:
        from jinja2 import nodes

        if isinstance(node, nodes.Name):
            return node.name in self.built or (self.spilled and node.name in self.given)
        if isinstance(node, nodes.Getattr):
            return f".{node.attr}" in self.built
        if isinstance(node, nodes.Add | nodes.Mul | nodes.Mod):
            return not self.is_number(node)
        if isinstance(node, nodes.Filter):
            applied = node.args[0] if node.name == "map" and node.args else nodes.Const("list")
            return node.name not in _KEEPS or not isinstance(applied, nodes.Const) or applied.value not in _KEEPS
        if isinstance(node, nodes.Call):
            called = node.node
            return isinstance(called, nodes.Name) or (isinstance(called, nodes.Getattr) and called.attr not in _KEEPING)
        return isinstance(node, nodes.Concat | nodes.Slice | nodes.Pow)

    # What binds names

    def _bind(self, target: Any, value: Any) -> None:
        """value: an expression; None for a text that is put together."""
        from jinja2 import nodes

        for name in (target, *target.find_all(nodes.Node)):
            called = name.name if isinstance(name, nodes.Name) else f".{name.attr}" if hasattr(name, "attr") else ""
            if called and value is None:
                self.built.add(called)
            elif called:
                self.given[called].append(value)

    def _of_assign(self, node: Any) -> None:
        self._bind(node.target, node.node)

    def _of_assignblock(self, node: Any) -> None:
        self._bind(node.target, None)

    def _of_for(self, node: Any) -> None:
        self._bind(node.target, node.iter)

    def _of_with(self, node: Any) -> None:
        for target, value in zip(node.targets, node.values, strict=True):
            self._bind(target, value)

    def _of_keyword(self, node: Any) -> None:
        self.given[f".{node.key}"].append(node.value)

    def _of_call(self, node: Any) -> None:
        if getattr(node.node, "attr", "") in _PUTTING:
            self.put += node.args

    def _of_pair(self, node: Any) -> None:
        if isinstance(key := getattr(node.key, "value", None), str):
            self.given[f".{key}"].append(node.value)

    def _parameters(self, tree: Any) -> None:
        """Any argument that any macro is called with may be any parameter."""
        from jinja2 import nodes

        given = [value for call in tree.find_all(nodes.Call) for value in _handed(call, self.macros | {"caller"})]
        for name in ("varargs", "kwargs"):
            self.given[name] += given
        for macro in tree.find_all((nodes.Macro, nodes.CallBlock)):
            for parameter in macro.args:
                self.bound.add(parameter.name)
                self.given[parameter.name] += [*given, *macro.defaults]

    def _spread(self) -> None:
        more = True
        while more:
            found = {n for n, values in self.given.items() if any(self._holds(value) for value in values)}
            spilled = any(self._holds(value) for value in self.put)
            more = not found <= self.built or spilled != self.spilled
            self.built |= found
            self.spilled = spilled

    def _holds(self, value: Any) -> bool:
        """Numbers are no names; `range` and `namespace` make none."""
        from jinja2 import nodes

        if isinstance(value, nodes.Call) and isinstance(value.node, nodes.Name):
            plain = value.node.name in ("range", "namespace") and value.node.name not in self.bound
            if plain:
                return False
        return not self.is_number(value) and self.puts_together(value)


def _handed(call: Any, macros: set[str]) -> Iterator[Any]:
    from jinja2 import nodes

    if isinstance(call.node, nodes.Name) and call.node.name in macros:
        yield from (*call.args, *(k.value for k in call.kwargs))
        yield from (extra for extra in (call.dyn_args, call.dyn_kwargs) if extra is not None)
