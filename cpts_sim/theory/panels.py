"""How large a panel a calendar can carry (Green, Savin & Murray 2007; Murray, Davies & Boushon 2007)."""

from __future__ import annotations

import math

ASKS_A_DAY = 0.008


def over_capacity(panel: int, slots: int, asks_a_day: float = ASKS_A_DAY) -> float:
    """Return the share of days on which more patients of a panel ask than there are slots."""
    odds = asks_a_day / (1.0 - asks_a_day)
    term = math.exp(panel * math.log1p(-asks_a_day))
    within = term
    for count in range(1, slots + 1):
        term *= odds * (panel - count + 1) / count
        within += term
    return 1.0 - within


def fullest_panel(slots: int, often: float, asks_a_day: float = ASKS_A_DAY) -> int:
    """Return the largest panel whose requests exceed the slots on at most a share ``often`` of the days."""
    low, high = slots, slots + 1
    while over_capacity(high, slots, asks_a_day) <= often:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if over_capacity(middle, slots, asks_a_day) <= often else (low, middle)
    return low
