"""The rule ``use_of_slack``: where a minute freed from (or taken out of) patient time goes.

A freed minute becomes a free slot, time for new patients, a longer consultation or a shorter day; a missing
minute is taken from the same four. This rule trades delays against burnout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.errors import InputError
from cpts_sim.words import say

if TYPE_CHECKING:
    from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]
USES = ("backfill", "list", "longer", "shorter")
"""Uses of a minute: free slots, new patients on the list, longer consultations, a shorter day."""

_STRAIN_BOUND = 2.0


@dataclass(frozen=True, slots=True)
class Slack:
    """Minutes by use, one per GP, with the sign of the minutes given; the four sum to them.

    Attributes:
        backfill: minutes of slots opened (closed if negative).
        to_list: minutes for new patients of the list (negative: fewer taken on).
        longer: minutes added to the consultations held (negative: shorter consultations).
        shorter: minutes off the day (negative: a longer day).
    """

    backfill: Floats
    to_list: Floats
    longer: Floats
    shorter: Floats


def slack_shares(minutes: ArrayLike, strain: ArrayLike, fee: ArrayLike, parameters: Parameters) -> Floats:
    """Return the share of each use, shape (4, n), each column summing to one.

    Args:
        minutes: minutes freed (positive) or taken out (negative), shape (n,).
        strain: EE above the profession's mean, in standard deviations, shape (n,).
        fee: share of the income that follows the number of acts, 0 to 1 (0.5 is neutral), shape (n,).
        parameters: parameters in force (``strain.slack_*``).

    Raises:
        InputError: all four weights are zero.
    """
    weights = [parameters[f"strain.slack_{use}"] for use in USES]
    if not sum(weights) > 0:
        raise InputError(say("strain.no_slack_weight"))
    shape = np.broadcast(minutes, strain, fee).shape
    tilts = np.ones((4, *shape))
    incentive = 2.0 * np.clip(fee, 0.0, 1.0) - 1.0
    tilts[:2] += parameters["strain.slack_fee_tilt"] * incentive
    rest = np.where(np.asarray(minutes) < 0, -1.0, 1.0) * np.clip(strain, -_STRAIN_BOUND, _STRAIN_BOUND)
    tilts[3] += parameters["strain.slack_strain_tilt"] * rest
    return _normalised(weights, np.maximum(tilts, 0.0))


def _normalised(weights: list[float], tilts: Floats) -> Floats:
    """Return weights × tilts scaled to sum to one; where the tilts leave nothing, the weights alone."""
    bare = np.array(weights).reshape(4, *([1] * (tilts.ndim - 1))) * np.ones_like(tilts)
    tilted = bare * tilts
    tilted = np.where(tilted.sum(axis=0) > 0, tilted, bare)
    shares: Floats = tilted / tilted.sum(axis=0)
    return shares


def use_of_slack(minutes: ArrayLike, strain: ArrayLike, fee: ArrayLike, parameters: Parameters) -> Slack:
    """Divide freed or missing minutes between the four uses; every minute is used once.

    Args:
        minutes: minutes freed (positive) or taken out (negative), shape (n,).
        strain: EE above the profession's mean, in standard deviations, shape (n,).
        fee: share of the income that follows the number of acts, 0 to 1, shape (n,).
        parameters: parameters in force (``strain.slack_*``).

    Returns:
        The split, whose four parts sum to ``minutes`` (the largest part takes the rounding).
    """
    amounts = np.broadcast_to(np.asarray(minutes, np.float64), np.broadcast(minutes, strain, fee).shape)
    parts = slack_shares(minutes, strain, fee, parameters) * amounts
    largest = np.abs(parts).argmax(axis=0)
    others = np.where(np.arange(4).reshape(4, *([1] * amounts.ndim)) == largest, 0.0, parts).sum(axis=0)
    np.put_along_axis(parts, largest[None], (amounts - others)[None], axis=0)
    return Slack(parts[0], parts[1], parts[2], parts[3])
