"""Opcodes of the pickle machine for lists, tuples, dictionaries and sets."""

from __future__ import annotations

from .literals import PickleLiterals
from .stack import Broken
from .values import Box, Look, Made


class PickleContainers(PickleLiterals):
    """In the order of `pickletools`."""

    def _into(self, target: object, what: str) -> None:
        """Something is put into `target`."""
        if isinstance(target, Look):
            self.against("changes-a-class", f"it would change {target} itself ({what})")
        elif not isinstance(target, Box | Made):
            self.against("broken", f"it puts something into what is no container, at byte {self.at:,}")
        elif isinstance(target, Made):
            target.changed = True
        elif target.settled:
            self.against("runs-code", "it changes a type of NumPy's own after it was made")

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
            self._held(item)
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
            self._held(value)
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
