"""What a CPTS costs those who pay it: received less paid back; and which share of what it received it spent.

A contract costs its payer what is paid, not what has been spent of it: the rest stays on the account of the CPTS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.values import Place, Values

Array = NDArray[np.float64]


def contract_euros(values: Values, arm: str) -> Array:
    """Return what health insurance and the agency pay a CPTS a year in each pair, less what it pays back."""
    return values.get(arm, Place("cpts.received")) - other_euros(values, arm) - _repaid(values, arm)


def other_euros(values: Values, arm: str) -> Array:
    """Return what other funders pay a CPTS a year in each pair."""
    return _line(values, arm, "cpts.received", "other_funders")


def own_spending(values: Values, arm: str) -> Array:
    """Return what a CPTS spends a year in each pair: what it pays back is not spent."""
    return values.get(arm, Place("cpts.spent")) - _repaid(values, arm)


def spent_share(values: Values, arm: str) -> Array:
    """Return the share of what a CPTS received (less what it paid back) that it spent; nan where it got nothing."""
    kept = contract_euros(values, arm) + other_euros(values, arm)
    share = np.full(len(kept), np.nan)
    np.divide(own_spending(values, arm), kept, out=share, where=kept > 0)
    return share


def _repaid(values: Values, arm: str) -> Array:
    return _line(values, arm, "cpts.spent", "repaid")


def _line(values: Values, arm: str, name: str, line: str) -> Array:
    """Return a line of the account; an account without this line holds none of it."""
    euros: Array = np.nan_to_num(values.get(arm, Place(name, "line", line)))
    return euros
