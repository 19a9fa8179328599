"""Comparisons with planted effects, pair by pair."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from cpts_sim.experiment import Comparison, Place, compare

sys.path.insert(0, str(Path(__file__).parents[1]))
from experiment.test_compare import plan
from planted_effects import planted


@pytest.fixture(scope="session")
def plain() -> Comparison:
    """A comparison of two arms over six pairs."""
    return compare(plan(), workers=1)


@pytest.fixture(scope="session")
def harmful(plain: Comparison) -> Comparison:
    """One in which care gets worse, for everybody and above all for the old."""
    bad = {
        Place("access.in_time"): -0.08, Place("access.resolution"): 1.5, Place("ed.visits"): 30.0,
        Place("access.in_time", "age", "75+"): -0.2, Place("access.in_time", "age", "16-39"): -0.05,
    }  # fmt: skip
    weeks = {Place("access.in_time", "", "", week): -0.08 for week in range(30)}
    return planted(plain, {**bad, **weeks})


@pytest.fixture(scope="session")
def useful(plain: Comparison) -> Comparison:
    """One in which care gets better from the second quarter on."""
    weeks = {Place("access.in_time", "", "", week): 0.06 if week >= 13 else 0.0 for week in range(26)}
    return planted(plain, {Place("access.in_time"): 0.06, Place("access.in_time", "ald", "yes"): 0.09, **weeks})
