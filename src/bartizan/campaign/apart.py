"""Whether the test data are apart from the training data: an example that is in both is no example of a stranger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bartizan.core.data import Data

_EXCESS = 0.1  # more than this share of test examples beyond what repetition explains is a split gone wrong


@dataclass(frozen=True)
class Overlap:
    """shared: test examples with the same input as a training example, of `n`. repeated: share of the training
    examples that have such a twin among themselves, as rows of a table with few values do without any mistake."""

    shared: int
    n: int
    repeated: float

    @property
    def large(self) -> bool:
        """Whether more is shared than repetition explains."""
        return self.shared > (self.repeated + _EXCESS) * self.n

    def sentence(self) -> str:
        """What was counted."""
        twins = f", and {self.repeated:.0%} of the training examples repeat each other" if self.repeated else ""
        return f"{self.shared} of {self.n} test examples are training examples, too{twins}"


def overlap(train: Data, test: Data) -> Overlap:
    """Count by content; inputs that differ in one bit are taken for different ones."""
    times = Counter(train.contents())
    shared = sum(content in times for content in test.contents())
    repeated = sum(n for n in times.values() if n > 1)
    return Overlap(shared, len(test), repeated / max(len(train), 1))


def once(data: Data, *others: Iterable[bytes]) -> Data:
    """The examples in their order, each content once, without those whose content is in one of `others`."""
    seen = {content for other in others for content in other}
    keep: NDArray[np.bool_] = np.zeros(len(data), np.bool_)
    for i, content in enumerate(data.contents()):
        keep[i] = content not in seen
        seen.add(content)
    return data if keep.all() else data.take(keep)
