"""Emergency visits by road, and avoidable admissions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cpts_sim.engine.events import EdOutcome, Road
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import (
    DAY,
    MINUTES,
    POINTS,
    Horizon,
    Indicator,
    Row,
    Tables,
    Tally,
    measure,
    ratio,
    week_of,
)
from cpts_sim.measures.cuts import AGE_LABELS, BY_AGE, age_band
from cpts_sim.measures.histogram import STAY_EDGES_MIN, bins, quantile
from cpts_sim.measures.tables import residents

_ROADS = len(Road)
_OUTCOMES = len(EdOutcome)
_AGES = len(AGE_LABELS)
_LEVELS = 6
_STAYS = len(STAY_EDGES_MIN) - 1


@measure(
    "ed",
    reads=("ed",),
    indicators=(
        Indicator("ed.visits", "per_1000_year", "lower", "306 per 1 000 in 2023 (E1), 328 in 2019"),
        Indicator("ed.not_admitted", "per_1000_year", "lower", "80 % go home (E14)"),
        Indicator("ed.open_hours", "per_1000_year", "lower", "arrived in consulting hours, not admitted"),
        Indicator("ed.hour", "share", "none", "hour of arrival (E8)"),
        Indicator("ed.level", "share", "none", "CCMU level (E12)"),
        Indicator("ed.stay_median", "hours", "lower", "3 h 00 in 2023 (E16)"),
        Indicator("ed.stay_mean", "hours", "lower"),
        Indicator("ed.wait", "minutes", "lower", "arrival to first doctor"),
        Indicator("ed.left_unseen", "share", "lower"),
        Indicator("ed.boarding", "minutes", "lower", "wait for a bed of those admitted"),
        Indicator("ed.outsiders", "share", "none", "arrivals from outside the territory"),
    ),
)
class Emergency:
    """Arrivals from day 0 on; rates count residents, times and shares of the service count everybody."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count arrivals by road, age, hour, level and outcome, and their times."""
        rows = chunk["ed"]
        week = week_of(rows["arrival"])
        home = np.where(rows["road"] == Road.OUTSIDER, -1, week)
        back = np.isin(rows["outcome"], (EdOutcome.HOME, EdOutcome.LEFT_UNSEEN))
        seen = np.where(rows["outcome"] == EdOutcome.LEFT_UNSEEN, -1, week)
        stay = rows["end"] - rows["arrival"]
        tally.add("road", week, (rows["road"],), (_ROADS,))
        tally.add("age", home, (age_band(rows["age"]),), (_AGES,))
        tally.add("hour", home, (np.floor(np.mod(rows["arrival"], DAY) / 60).astype(int),), (24,))
        tally.add("level", home, (rows["level"],), (_LEVELS,))
        tally.add("outcome", week, (rows["outcome"],), (_OUTCOMES,))
        tally.add("back", home, amount=back)
        tally.add("open", home, amount=back & (rows["hours_open"] == 1))
        tally.add("stays", seen, (bins(stay, STAY_EDGES_MIN),), (_STAYS,))
        tally.add("stay", seen, amount=stay, scale=MINUTES)
        tally.add("wait", seen, amount=rows["start"] - rows["arrival"], scale=MINUTES)
        tally.add("boarding", week, amount=rows["boarding"], scale=POINTS)

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return rates per 1 000 residents and the service's own figures."""
        n = horizon.weeks
        people = residents(tables)
        rate = 1000 / (people * horizon.years) if people else float("nan")
        roads = tally.get("road", n, (_ROADS,))
        mine = [road for road in Road if road is not Road.OUTSIDER]
        yield Row("ed.visits", "", "", -1, float(roads.sum(axis=0)[mine].sum() * rate))
        for road in mine:
            yield Row("ed.visits", "road", road.name.lower(), -1, float(roads[:, road].sum() * rate))
        yield Row("ed.not_admitted", "", "", -1, float(tally.get("back", n).sum() * rate))
        yield Row("ed.open_hours", "", "", -1, float(tally.get("open", n).sum() * rate))
        yield from self._by_age(tally.get("age", n, (_AGES,)).sum(axis=0), horizon, tables)
        yield from self._profile("ed.hour", "hour", tally.get("hour", n, (24,)).sum(axis=0))
        yield from self._profile("ed.level", "level", tally.get("level", n, (_LEVELS,)).sum(axis=0))
        yield from self._service(tally, n, roads)
        weekly = 1000 / people * 365 / 7 if people else float("nan")
        for week in range(n):
            yield Row("ed.visits", "", "", week, float(roads[week, mine].sum() * weekly))

    def _by_age(self, counts: np.ndarray, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        people = BY_AGE.residents(tables) * horizon.years
        for label, value in zip(AGE_LABELS, ratio(1000 * counts, people), strict=True):
            yield Row("ed.visits", "age", label, -1, float(value))

    def _profile(self, indicator: str, by: str, counts: np.ndarray) -> Iterator[Row]:
        for rank, value in enumerate(ratio(counts, counts.sum())):
            yield Row(indicator, by, f"{rank:02d}", -1, float(value))

    def _service(self, tally: Tally, weeks: int, roads: np.ndarray) -> Iterator[Row]:
        outcomes = tally.get("outcome", weeks, (_OUTCOMES,)).sum(axis=0)
        stays = tally.get("stays", weeks, (_STAYS,)).sum(axis=0)
        seen = stays.sum()
        admitted = outcomes[EdOutcome.ADMITTED] + outcomes[EdOutcome.SHORT_STAY]
        yield Row("ed.stay_median", "", "", -1, quantile(stays, STAY_EDGES_MIN, 0.5) / 60)
        yield Row(
            "ed.stay_mean", "", "", -1, float(ratio(tally.get("stay", weeks, scale=MINUTES).sum() / 60, seen))
        )
        yield Row("ed.wait", "", "", -1, float(ratio(tally.get("wait", weeks, scale=MINUTES).sum(), seen)))
        yield Row("ed.left_unseen", "", "", -1, float(ratio(outcomes[EdOutcome.LEFT_UNSEEN], outcomes.sum())))
        boarding = tally.get("boarding", weeks, scale=POINTS).sum()
        yield Row("ed.boarding", "", "", -1, float(ratio(boarding, admitted)))
        yield Row("ed.outsiders", "", "", -1, float(ratio(roads[:, Road.OUTSIDER].sum(), roads.sum())))


@measure(
    "admissions",
    reads=("admission",),
    indicators=(
        Indicator("admission.avoidable", "per_1000_year", "lower", "4 per 1 000, 16 from 65 years on"),
        Indicator("admission.avoidable_65", "per_1000_year", "lower"),
        Indicator("admission.readmitted", "share", "lower"),
        Indicator("admission.days", "days", "none"),
    ),
)
class Admissions:
    """Admissions of residents from day 0 on."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count admissions, those that timely care would have avoided, and readmissions."""
        rows = chunk["admission"]
        week = np.where(rows["person"] >= 0, week_of(rows["at"]), -1)
        avoidable = np.where(rows["avoidable"] == 1, week, -1)
        tally.add("all", week)
        tally.add("days", week, amount=rows["days"], scale=POINTS)
        tally.add("again", week, amount=rows["readmission"] == 1)
        tally.add("avoidable", avoidable, (age_band(rows["age"]),), (_AGES,))

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return rates per 1 000 residents, readmissions and length of stay."""
        n = horizon.weeks
        every = tally.get("all", n).sum()
        ages = tally.get("avoidable", n, (_AGES,)).sum(axis=0)
        people = BY_AGE.residents(tables) * horizon.years
        yield Row("admission.avoidable", "", "", -1, float(ratio(1000 * ages.sum(), people.sum())))
        yield Row(
            "admission.avoidable_65", "", "", -1, float(ratio(1000 * ages[-2:].sum(), people[-2:].sum()))
        )
        yield Row("admission.readmitted", "", "", -1, float(ratio(tally.get("again", n).sum(), every)))
        yield Row("admission.days", "", "", -1, float(ratio(tally.get("days", n, scale=POINTS).sum(), every)))
