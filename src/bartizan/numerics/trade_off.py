"""Trade-off curves of differential privacy: how well any test can tell one neighbouring data set from the other.

A curve is given by its inverse power: the least false-positive rate at which a test may have the true-positive rate
asked for. Dong, Roth and Su, Gaussian Differential Privacy, J. R. Stat. Soc. B 84 (2022) 3–37.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

Rates = NDArray[np.float64]
InversePower = Callable[[Rates, Rates], Rates]
"""(true-positive rates, parameters of the curves, of one shape) to least false-positive rates; for each parameter the
larger, the weaker the privacy."""


def gaussian(tpr: Rates, mu: Rates) -> Rates:
    """Of the Gaussian mechanism with μ = sensitivity / σ: Φ(Φ⁻¹(tpr) − μ)."""
    from scipy.special import ndtr, ndtri

    return np.asarray(ndtr(ndtri(np.clip(tpr, 0.0, 1.0)) - mu), np.float64)


def approximate(delta: float) -> InversePower:
    """Of (ε, δ)-differential privacy with the given δ; the parameter is ε."""

    def inverse(tpr: Rates, eps: Rates) -> Rates:
        low = np.exp(-eps) * (tpr - delta)
        high = 1 - delta - np.exp(np.minimum(eps, 500.0)) * (1 - tpr)
        return np.maximum(np.maximum(low, high), 0.0)

    return inverse


def gaussian_delta(eps: ArrayLike, mu: float) -> Rates:
    """The δ at which a μ-Gaussian mechanism is (ε, δ)-private: Φ(−ε/μ + μ/2) − e^ε Φ(−ε/μ − μ/2)."""
    from scipy.special import log_ndtr, ndtr

    e = np.asarray(eps, np.float64)
    if mu <= 0:
        return np.zeros_like(e)
    return np.asarray(np.maximum(ndtr(mu / 2 - e / mu) - np.exp(e + log_ndtr(-e / mu - mu / 2)), 0.0), np.float64)


def gaussian_epsilon(mu: float, delta: float) -> float:
    """The least ε at which a μ-Gaussian mechanism is (ε, δ)-private, to a relative 1e-9; 0 for μ ≤ 0.

    Raises `ValueError` unless 0 < δ < 1.
    """
    from scipy.optimize import brentq

    if not 0 < delta < 1:
        raise ValueError(f"δ = {delta} is not between 0 and 1")
    if mu <= 0 or gaussian_delta(0.0, mu) <= delta:
        return 0.0
    high = 1.0
    while gaussian_delta(high, mu) > delta:
        high *= 2
    return float(brentq(lambda e: float(gaussian_delta(e, mu)) - delta, 0.0, high, rtol=1e-9))
