"""Where a change in needs met comes from: seven accounts that sum to it exactly (law 2).

Needs met are exogenous needs served. A need served by other hands or in other hours than the regular
sessions of the professionals of day 0 belongs to one account at once: task shifting, paid extra time, more
professionals, supply from outside, or lower need when it settled without care. What is left, needs met in
regular sessions, is

    weeks open × minutes laid out × filled share × acts a minute − acts given to other requests

where the four factors are weeks in which the practices of the cohort of day 0 are open (the GP or her locum),
minutes laid out in such a week (slots kept open, home visits made, patients squeezed in), the share of them
that acts fill, and acts per minute of act (all origins); other requests are returns, follow-ups made
by care, attachment, induced and outreach. The change of the product between two arms is shared among its
factors by the mean over all orders in which they may be changed (Shapley 1953): every order telescopes from
one arm to the other, so the mean does too, and no factor is favoured by its place. A need that does not
arise in the second arm counts as met by lower need.

What fills minutes that were laid out anyway is better matching. Weeks open and minutes laid out change when
professionals come, stay or leave, fall ill, cut half-days, or close slots for a shorter day or for hours that
a CPTS takes: one account, *professionals and hours open*. Longer or shorter consultations are counted with
the number of acts per patient.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations

import numpy as np

from cpts_sim.engine.events import Account, Ending, Origin, Route
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import POINTS, Horizon, Indicator, Row, Tables, Tally, measure, week_of
from cpts_sim.measures.tables import cohort, residents

ACCOUNTS = (
    "matching", "shifting", "paid_time", "acts_per_patient", "professionals", "outside", "lower_need",
)  # fmt: skip
"""The seven sources of net access, in the order of law 2."""

LINES: dict[str, str] = {
    "filled": "matching", "regular_other": "matching",
    "pharmacist_nurse": "shifting",
    "extra_sessions": "paid_time", "duty": "paid_time",
    "consultation_length": "acts_per_patient", "follow_ups": "acts_per_patient",
    "weeks_open": "professionals", "hours_open": "professionals", "newcomers": "professionals",
    "neighbours": "outside", "emergency": "outside",
    "returns": "lower_need", "attachment": "lower_need", "offers": "lower_need", "settled": "lower_need",
    "not_arising": "lower_need",
}  # fmt: skip
"""Line → account; lines are what an account is made of."""

_BUCKETS = ("regular", "shifted", "extra", "duty", "newcomer", "outside", "emergency", "settled")
_ORIGINS = len(Origin)
_BASE = ("weeks_open", "laid_min", "given_min")


@measure(
    "accounts",
    reads=("request", "practice_week"),
    indicators=(
        Indicator("account.met", "per_1000_year", "higher", "exogenous needs met, by whose capacity"),
        Indicator("account.base", "count", "none", "raw counts from which two arms are compared"),
        Indicator("account.change", "per_1000_year", "higher", "law 2: seven accounts, residual zero"),
    ),
)
class Accounts:
    """Served requests by capacity and origin, and the minutes laid out and given by the practices of day 0."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count served requests, exogenous needs and minutes."""
        rows = chunk["request"]
        week = np.where(rows["raised"] >= 0, week_of(rows["ended"]), -1)
        served = np.where(rows["ending"] == Ending.SERVED, week, -1)
        places = (_bucket(rows), rows["origin"])
        tally.add("served", served, places, (len(_BUCKETS), _ORIGINS))
        tally.add("needs", np.where(rows["origin"] == Origin.EXOGENOUS, week, -1))
        self._minutes(tally, chunk, tables)

    def _minutes(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        rows = chunk["practice_week"]
        mine = cohort(tables)
        inside = (rows["account"] == Account.REGULAR) & (rows["row"] < len(mine))
        inside &= mine[np.clip(rows["row"], 0, len(mine) - 1)] if len(mine) else False
        week = np.where(inside, week_of(rows["at"]), -1)
        tally.add("weeks_open", week)
        for name in ("laid", "given"):
            tally.add(f"{name}_min", week, amount=rows[name], scale=POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return needs met by capacity, and the raw counts."""
        weeks = max(len(array) for array in tally.arrays.values()) if tally.arrays else 1
        served = tally.get("served", weeks, (len(_BUCKETS), _ORIGINS)).sum(axis=0)
        people = residents(tables) * horizon.years
        per_1000 = 1000 / people if people else math.nan
        yield Row("account.met", "", "", -1, float(served[:, Origin.EXOGENOUS].sum() * per_1000))
        for rank, bucket in enumerate(_BUCKETS):
            yield Row("account.met", "bucket", bucket, -1, float(served[rank, Origin.EXOGENOUS] * per_1000))
            for origin in Origin:
                yield Row(
                    "account.base",
                    "count",
                    f"{bucket}.{origin.name.lower()}",
                    -1,
                    float(served[rank, origin]),
                )
        for name in _BASE:
            scale = 1 if name == "weeks_open" else POINTS
            yield Row("account.base", "count", name, -1, float(tally.get(name, weeks, scale=scale).sum()))
        yield Row("account.base", "count", "needs", -1, float(tally.get("needs", weeks).sum()))
        yield Row("account.base", "count", "per_1000", -1, per_1000)


_BY_ACCOUNT = {
    Account.PAID_EXTRA: "extra",
    Account.NEW_PROFESSIONAL: "newcomer",
    Account.OUTSIDE: "outside",
    Account.SHIFTED: "shifted",
}
_BY_ROUTE = {
    Route.PHARMACIST: "shifted",
    Route.NURSE: "shifted",
    Route.DUTY: "duty",
    Route.OUTSIDE: "outside",
    Route.REMOTE: "outside",
    Route.ED: "emergency",
    Route.SELF: "settled",
}


def _bucket(rows: Mapping[str, np.ndarray]) -> np.ndarray:
    """Tell whose capacity served each request: its route first, then the account of the slot."""
    out = np.zeros(len(rows["route"]), dtype=np.int64)
    for account, bucket in _BY_ACCOUNT.items():
        out[rows["account"] == account] = _BUCKETS.index(bucket)
    for route, bucket in _BY_ROUTE.items():
        out[rows["route"] == route] = _BUCKETS.index(bucket)
    return out


def shapley(before: Sequence[float], after: Sequence[float]) -> list[float]:
    """Share the change of a product among its factors: the mean over all orders of changing them one by one.

    The shares sum to ``prod(after) − prod(before)``.
    """
    count = len(before)
    shares = [0.0] * count
    orders = list(permutations(range(count)))
    for order in orders:
        state = list(before)
        for rank in order:
            was = math.prod(state)
            state[rank] = after[rank]
            shares[rank] += (math.prod(state) - was) / len(orders)
    return shares


def decompose(without: Mapping[str, float], with_: Mapping[str, float]) -> dict[str, float]:
    """Return the change in needs met between two arms by line (see ``LINES``), in needs; the lines sum to it.

    Args:
        without: raw counts of the first arm, ``account.base`` by group.
        with_: raw counts of the second arm.
    """
    change = {name: with_.get(name, 0.0) - without.get(name, 0.0) for name in {*without, *with_}}
    exogenous = {bucket: change.get(f"{bucket}.exogenous", 0.0) for bucket in _BUCKETS}
    factors = shapley(_factors(without), _factors(with_))
    regular = {
        o.name.lower(): -change.get(f"regular.{o.name.lower()}", 0.0)
        for o in Origin
        if o is not Origin.EXOGENOUS
    }
    lines = {
        "weeks_open": factors[0], "hours_open": factors[1], "filled": factors[2], "consultation_length": factors[3],
        "pharmacist_nurse": exogenous["shifted"],
        "extra_sessions": exogenous["extra"], "duty": exogenous["duty"],
        "newcomers": exogenous["newcomer"], "neighbours": exogenous["outside"],
        "emergency": exogenous["emergency"], "settled": exogenous["settled"],
        "follow_ups": regular["care"], "returns": regular["return"], "attachment": regular["attachment"],
        "offers": regular["induced"] + regular["outreach"], "not_arising": -change.get("needs", 0.0),
    }  # fmt: skip
    # Acts that no minute of the cohort explains (an arm without a ledger) are matching: nothing is lost.
    lines["regular_other"] = exogenous["regular"] - (sum(factors) + sum(regular.values()))
    return {name: lines[name] for name in LINES}


def needs_met(counts: Mapping[str, float]) -> float:
    """Return the exogenous needs met in an arm, in needs."""
    return math.fsum(counts.get(f"{bucket}.exogenous", 0.0) for bucket in _BUCKETS)


def by_account(lines: Mapping[str, float]) -> dict[str, float]:
    """Add lines up to the seven accounts."""
    return {a: math.fsum(v for name, v in lines.items() if LINES[name] == a) for a in ACCOUNTS}


def _factors(counts: Mapping[str, float]) -> list[float]:
    """Return weeks open, minutes laid out per week, filled share and acts per minute of act."""
    acts = math.fsum(counts.get(f"regular.{origin.name.lower()}", 0.0) for origin in Origin)
    weeks, laid, given = (counts.get(name, 0.0) for name in _BASE)
    if not (weeks and laid and given):
        return [0.0, 0.0, 0.0, 0.0]
    return [weeks, laid / weeks, given / laid, acts / given]
