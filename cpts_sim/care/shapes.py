"""Duration laws given as tables of quantiles, several at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]


class Shapes:
    """Unit-mean laws that share their probability levels, so that one search serves them all.

    Args:
        levels: increasing probabilities, first 0 and last 1, shape (l,).
        values: quantiles at these levels, one row per law, shape (k, l); rows are rescaled to mean 1.
    """

    def __init__(self, levels: ArrayLike, values: ArrayLike) -> None:
        self._levels = np.asarray(levels, dtype=np.float64)
        raw = np.atleast_2d(np.asarray(values, dtype=np.float64))
        width = self._levels[1:] - self._levels[:-1]
        mean = (width * (raw[:, 1:] + raw[:, :-1])).sum(axis=1) / 2.0
        self._values: Floats = raw / mean[:, None]
        self._slopes: Floats = (self._values[:, 1:] - self._values[:, :-1]) / width

    @classmethod
    def read(cls, parameters: Parameters, names: Sequence[str]) -> Shapes:
        """Return the laws ``hospital.<name>_shape`` in the order of the names."""
        rows = [parameters.array(f"hospital.{name}_shape") for name in names]
        return cls(parameters.array("hospital.shape_levels"), np.stack(rows))

    def __call__(self, law: Rows | int, u: Floats) -> Floats:
        """Return quantiles with mean 1.

        Args:
            law: number of the law, one or one per element of ``u``.
            u: numbers in (0, 1).
        """
        cell = np.searchsorted(self._levels, u, side="right") - 1
        result: Floats = self._values[law, cell] + self._slopes[law, cell] * (u - self._levels[cell])
        return result
