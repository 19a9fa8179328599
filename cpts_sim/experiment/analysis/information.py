"""Value of information: what knowing an unknown before deciding would be worth.

The decision is to fund or not; the gain of funding over not funding is known at each sampled set of parameters.
The value of perfect information is E max(0, gain) − max(0, E gain); that of one parameter replaces the gain by
its expectation given that parameter (Strong, Oakley & Brennan 2014), here a polynomial chosen by leaving out.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
DEGREES = (0, 1, 2, 3)
RESAMPLES = 200


@dataclass(frozen=True)
class Worth:
    """A value of information with its 95 % interval, in the unit of the gain."""

    value: float
    low: float
    high: float


def perfect(gain: Array) -> float:
    """Return the value of knowing everything before deciding, from gains at sampled parameters."""
    return float(np.maximum(gain, 0).mean() - max(0.0, float(gain.mean())))


def partial(x: Array, gain: Array) -> float:
    """Return the value of knowing one parameter before deciding."""
    return perfect(expected_given(x, gain))


def expected_given(x: Array, gain: Array) -> Array:
    """Return the expected gain given one parameter: the polynomial that predicts left-out points best."""
    scale = np.ptp(x) or 1.0
    z = 2 * (x - x.min()) / scale - 1
    fits = [_fit(z, gain, degree) for degree in DEGREES if degree < len(np.unique(x))]
    return min(fits, key=lambda fit: fit[0])[1]


def _fit(z: Array, gain: Array, degree: int) -> tuple[float, Array]:
    """Return (leave-one-out mean square error, fitted values)."""
    basis = np.polynomial.legendre.legvander(z, degree)
    hat = basis @ np.linalg.pinv(basis)
    fitted = hat @ gain
    left_out = (gain - fitted) / np.maximum(1 - np.diag(hat), 1e-9)
    return float((left_out**2).mean()), fitted


def without_luck(gain: Array, noise: float) -> Array:
    """Return gains brought towards their mean by the part of their variance that is luck of the seeds."""
    spread = float(gain.var())
    keep = np.sqrt(max(0.0, 1 - noise / spread)) if spread else 0.0
    return np.asarray(gain.mean() + keep * (gain - gain.mean()))


def worth(gain: Array, x: Array | None = None, seed: int = 1) -> Worth:
    """Return the value of knowing one parameter, or everything when ``x`` is None, with a resampled interval."""

    def value(rows: Array | slice) -> float:
        return perfect(gain[rows]) if x is None else partial(x[rows], gain[rows])

    draws = np.random.default_rng(seed).integers(0, len(gain), (RESAMPLES, len(gain)))
    low, high = np.quantile([value(rows) for rows in draws], (0.025, 0.975))
    return Worth(value(slice(None)), float(low), float(high))
