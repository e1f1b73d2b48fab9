"""What every evasion attack must be told: the norm and the radius."""

from __future__ import annotations

from pydantic import Field

from bartizan.core.base import Frozen
from bartizan.core.profile import NotApplicable, Profile
from bartizan.numerics.projections import Norm

PUBLIC_EPS = {"linf": 8 / 255, "l2": 0.5}
"""Radii of the public leaderboards for inputs in [0, 1], taken times the range where the description names none."""


class EvasionParams(Frozen):
    """norm, eps: the perturbations that count, in the space the adversary controls (`eps` in units of the inputs; for
    l0 the values that may change)."""

    norm: Norm = "linf"
    eps: float = Field(default=0.1, gt=0)

    @property
    def goes_beyond(self) -> bool:
        """Whether the search goes on beyond ε, up to the whole range of inputs."""
        return True


def worth_testing(profile: Profile, supported: tuple[Norm, ...]) -> list[tuple[str, float]]:
    """(norm, ε) pairs of the profile that an attack supports; the leaderboards' where the profile has none at all.

    Raises `NotApplicable` when the profile asks for other norms only.
    """
    wanted = profile.norms
    if not wanted:
        low, high = profile.bounds or (0.0, 1.0)
        wanted = tuple((n, e * (high - low)) for n, e in PUBLIC_EPS.items())
    chosen: list[tuple[str, float]] = [(n, e) for n, e in wanted if n in supported]
    if not chosen:
        asked = ", ".join(sorted({n for n, _ in wanted}))
        raise NotApplicable(f"it searches {' and '.join(supported)} balls only, and the description asks for {asked}")
    return chosen


def within(profile: Profile, queries: int) -> int:
    """So many queries an example, or as many as the interface allows."""
    return queries if profile.queries is None else min(queries, profile.queries)
