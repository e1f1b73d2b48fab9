"""An interval that was given at 95 %, at another level, and the chance it leaves to a rate: by its own method.

Known methods are told apart by what they are, not by trust: an interval that is that of Clopper and Pearson for its
count is binomial; `STUDENT` begins the method of a mean over few units; one whose ends meet is a full count. Of any
other nothing is known but its ends, which are moved as those of a normal estimate; an end that stands on the estimate
itself says nothing at a stricter level.
"""

from __future__ import annotations

from dataclasses import dataclass

from bartizan.numerics.intervals import clopper_pearson

STUDENT = "Student's t"
GIVEN = 0.05


@dataclass(frozen=True)
class Estimate:
    """A value with its interval at 95 %, the number of units and the method."""

    value: float
    low: float
    high: float
    n: int
    method: str

    @property
    def counted(self) -> bool:
        """Whether every unit was looked at, so that nothing is estimated."""
        return self.low == self.high

    @property
    def successes(self) -> int | None:
        """The count of a binomial share, or None when the interval is not the one of such a count."""
        k = round(self.value * self.n)
        if not 0 <= k <= self.n or self.n == 0 or abs(self.value * self.n - k) > 1e-6:
            return None
        ends = clopper_pearson(k, self.n)
        return k if max(abs(ends[0] - self.low), abs(ends[1] - self.high)) < 1e-9 else None

    def at(self, alpha: float) -> tuple[float, float]:
        """Both ends at level 1 − `alpha`, for `alpha` up to 0.05; rates and differences of rates end at 1."""
        if self.counted or alpha == GIVEN:
            return self.low, self.high
        k = self.successes
        if k is not None:
            return clopper_pearson(k, self.n, alpha)
        ratio = self._quantile(1 - alpha / 2) / self._quantile(1 - GIVEN / 2)
        below, above = self._halves()
        least = -1.0 if self._student or self.low < 0 else 0.0
        low = max(self.value - ratio * below, least) if below > 0 else least
        return low, min(self.value + ratio * above, 1.0) if above > 0 else 1.0

    def chance(self, bound: float) -> float:
        """One-sided p-value: the chance of so high an estimate were the rate just `bound`."""
        if self.counted:
            return 0.0 if self.value > bound else 1.0
        k = self.successes
        if k is not None:
            from scipy.stats import binom

            return float(binom.sf(k - 1, self.n, bound))
        if self._student and self.n < 2:
            return 1.0
        below = self._halves()[0]
        if below <= 0:  # all of its error lies above
            return GIVEN if self.low > bound else 1.0
        return self._tail((self.value - bound) / below * self._quantile(1 - GIVEN / 2))

    @property
    def _student(self) -> bool:
        return self.method.startswith(STUDENT)

    def _halves(self) -> tuple[float, float]:
        """Widths below and above the value. Student's are equal; one that was cut short at a bound is not believed."""
        below, above = self.value - self.low, self.high - self.value
        return (max(below, above), max(below, above)) if self._student else (below, above)

    def _quantile(self, share: float) -> float:
        from scipy.special import ndtri, stdtrit

        return float(stdtrit(max(self.n - 1, 1), share) if self._student else ndtri(share))

    def _tail(self, statistic: float) -> float:
        from scipy.special import ndtr, stdtr

        return float(stdtr(max(self.n - 1, 1), -statistic) if self._student else ndtr(-statistic))
