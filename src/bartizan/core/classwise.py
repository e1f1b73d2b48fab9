"""What an attack or a hazard does to each class, and to the precision and recall the use case asks for."""

from __future__ import annotations

from .base import Frozen


class Share(Frozen):
    """A share of `n` with its exact interval. `value` is None where there is nothing to take a share of (n = 0)."""

    value: float | None
    low: float
    high: float
    n: int


class Shift(Frozen):
    """One share as the model is, and attacked (by the world, where the finding is a hazard)."""

    clean: Share
    attacked: Share


class OneClass(Shift):
    """Accuracy on the examples of one class. `name` where the description gives names."""

    label: int
    name: str = ""


class Classes(Frozen):
    """Accuracy by class, on the examples of the finding's rate: together the classes have just its errors.

    worst: the label of lowest attacked accuracy (the first of equals). All intervals are at 1 − 0.05/m, m being the
    number of classes with examples, so that they hold together and the worst may be picked after looking.
    under: the condition, for a hazard.
    """

    each: tuple[OneClass, ...]
    worst: int
    method: str
    under: str = ""
    evidence: tuple[str, ...] = ()

    @property
    def lowest(self) -> OneClass:
        """The class of lowest attacked accuracy."""
        return next(c for c in self.each if c.label == self.worst)


class OperatingPoint(Frozen):
    """Precision and recall of the classes `positive`, taken together, by the decision `rule`.

    An example counts as what hurts most of all that the attacks made of it. aimed: whether every wrong answer crosses
    the line between positive and not, as with two classes; else an attack aimed at that line might do more.
    Intervals at 95 %.
    """

    positive: tuple[int, ...]
    precision: Shift
    recall: Shift
    aimed: bool
    rule: str
    method: str
    under: str = ""
    evidence: tuple[str, ...] = ()


class Paired(Frozen):
    """The same examples before and after a treatment: `mended` were harmed before alone, `broken` after alone.

    p: McNemar's exact two-sided p-value of these two counts. adjusted: the same for the claim about the worst of all
    estimates on either side; a change is clear when it is at most `level`, which leaves room for all findings.
    before, after: the evidence on either side. n: examples both have.
    """

    n: int
    mended: int
    broken: int
    p: float
    adjusted: float
    level: float
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
