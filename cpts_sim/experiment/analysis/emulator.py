"""A Gaussian process that stands for the model between simulated points, with its error measured by leaving out.

Squared-exponential kernel with one length per factor and a nugget, parameters by maximum likelihood
(Rasmussen & Williams 2006, chapters 2 and 5); the leave-one-out error is exact (their equation 5.12).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_SHORT, _LONG = 0.05, 20.0
"""Shortest and longest length of a factor, in the unit cube."""


@dataclass(frozen=True)
class Emulator:
    """A fitted process.

    Attributes:
        x: points. weights: of each point in a prediction. mean, scale: of the response. lengths: one per factor.
        nugget: share of the variance that is not smooth. error: root mean square error of leave-one-out
        predictions, in the response's unit. explained: 1 − error² / variance (Q²).
    """

    x: Array
    weights: Array
    mean: float
    scale: float
    lengths: Array
    nugget: float
    error: float
    explained: float

    @classmethod
    def fit(cls, x: Array, y: Array, noise: float = 0.0) -> Emulator:
        """Fit a process.

        Args:
            x: points × factors in the unit cube.
            y: response.
            noise: variance of y known to be luck.
        """
        from scipy.optimize import minimize

        mean, scale = float(y.mean()), float(y.std()) or 1.0
        z = (y - mean) / scale
        least = np.log(max(1e-6, min(0.9, noise / scale**2 / 2)))
        bounds = [(np.log(_SHORT), np.log(_LONG))] * x.shape[1] + [(least, 0.0)]
        starts = [np.r_[np.full(x.shape[1], np.log(length)), max(least, np.log(n))]
                  for length, n in ((0.3, 0.01), (1.0, 0.1), (3.0, 0.3))]  # fmt: skip
        apart = ((x[:, None, :] - x[None, :, :]) ** 2).transpose(2, 0, 1).reshape(x.shape[1], -1)
        best = min(
            (minimize(_cost, start, (apart, z), method="L-BFGS-B", jac=True, bounds=bounds) for start in starts),
            key=lambda found: float(found.fun),
        )
        return _made(x, y, mean, scale, np.exp(best.x[:-1]), float(np.exp(best.x[-1])))

    def refit(self, x: Array, y: Array) -> Emulator:
        """Return the process with the same lengths on other points."""
        return _made(x, y, self.mean, self.scale, self.lengths, self.nugget)

    def predict(self, x: Array) -> Array:
        """Return the response expected at points (points × factors)."""
        smooth: Array = _kernel(x, self.x, self.lengths) @ self.weights
        return self.mean + self.scale * smooth


def _kernel(a: Array, b: Array, lengths: Array) -> Array:
    gaps = (a[:, None, :] - b[None, :, :]) / lengths
    out: Array = np.exp(-0.5 * (gaps**2).sum(axis=2))
    return out


def _made(x: Array, y: Array, mean: float, scale: float, lengths: Array, nugget: float) -> Emulator:
    z = (y - mean) / scale
    inverse = np.linalg.inv((1 - nugget) * _kernel(x, x, lengths) + (nugget + 1e-9) * np.eye(len(x)))
    alone = (inverse @ z) / np.diag(inverse)
    error, spread = float(np.sqrt((alone**2).mean())), float(z.std())
    explained = 1 - (error / spread) ** 2 if spread else float("nan")
    weights = (1 - nugget) * (inverse @ z)
    return Emulator(x, weights, mean, scale, lengths, nugget, scale * error, explained)


def _cost(theta: Array, apart: Array, z: Array) -> tuple[float, Any]:
    """Return minus the log likelihood and its gradient; the variance is that of the data.

    Args:
        theta: logarithms of lengths and nugget.
        apart: factors × pairs of points, squared distances.
        z: response, scaled.
    """
    count, inverse_squares, nugget = len(z), np.exp(-2 * theta[:-1]), float(np.exp(theta[-1]))
    smooth = np.exp(-0.5 * (inverse_squares @ apart)).reshape(count, count)
    matrix = (1 - nugget) * smooth + (nugget + 1e-9) * np.eye(count)
    inverse = np.linalg.inv(matrix)
    weights = inverse @ z
    _, logdet = np.linalg.slogdet(matrix)
    inner = np.outer(weights, weights) - inverse
    slopes = -0.5 * (1 - nugget) * inverse_squares * (apart @ (inner * smooth).ravel())
    last = -0.5 * nugget * float((inner * (np.eye(count) - smooth)).sum())
    return 0.5 * float(z @ weights) + 0.5 * float(logdet), np.append(slopes, last)
