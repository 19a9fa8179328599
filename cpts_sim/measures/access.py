"""Was care found in time? The primary outcome, over needs that are the same in every arm.

A need is resolved by care: a visit, a pharmacist's protocol, a nurse, a doctor of the emergency department or on
duty. Who heals while waiting, leaves the department unseen or gives up has had no care; the healed are shown apart.
The clock of a symptom starts when it is felt, not when somebody answers the telephone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from cpts_sim.engine.events import Ending, Need, Origin, Route
from cpts_sim.engine.journal import Chunk
from cpts_sim.measures.base import (
    DAY,
    MINUTES,
    Horizon,
    Indicator,
    Row,
    Tables,
    Tally,
    measure,
    ratio,
    week_of,
)
from cpts_sim.measures.cuts import BY_ACCESSIBILITY, BY_DEPRIVATION, CUTS, WHOLE, Cut, named

PATIENCE_DAYS = 30.0
"""Times to resolution are truncated here; a need given up or still pending counts as this."""
SYMPTOMS_MIN = 2 * DAY
"""Symptoms are met in time within 48 h."""
DATED_MIN = 7 * DAY
"""Needs with a wished date are met in time up to 7 days after it."""
FILLING_WEEKS = 2
"""Needs raised from day 0 on fall due up to two weeks later: earlier weeks hold symptoms only."""
URGENT = (Need.MINOR, Need.ACUTE, Need.EMERGENCY)

_COUNTS = ("needs", "in_time", "primary", "unmet", "healed", "pending", "minutes")


@measure(
    "access",
    reads=("request",),
    indicators=(
        Indicator(
            "access.in_time", "share", "higher", "primary outcome: 48 h for symptoms, wished date + 7 days"
        ),
        Indicator("access.in_time_primary", "share", "higher", "the same without care at an emergency department"),
        Indicator("access.nursing_contacts", "per_1000_year", "none", "requests of any kind that a nurse served"),
        Indicator("access.resolution", "days", "lower", "primary outcome: mean time, truncated at 30 days"),
        Indicator("access.unmet", "share", "lower", "care.md W5, W10"),
        Indicator("access.healed", "share", "none"),
        Indicator("access.pending", "share", "lower"),
        Indicator("access.needs", "per_1000_year", "none", "equal in all arms by construction"),
        Indicator("access.met", "per_1000_year", "higher"),
        Indicator(
            "access.gap_deprivation", "share", "none", "most deprived fifth minus least deprived fifth"
        ),
        Indicator(
            "access.gap_accessibility", "share", "none", "least accessible third minus most accessible third"
        ),
    ),
)
class Access:
    """Exogenous needs raised from day 0 on, by the week in which they were due."""

    def add(self, tally: Tally, chunk: Chunk, tables: Tables) -> None:
        """Count the needs that ended in this chunk."""
        request = chunk["request"]
        judged = ~np.isin(request["kind"], (Need.EMERGENCY, Need.NURSING))  # these do not wait for a GP
        kept = (request["origin"] == Origin.EXOGENOUS) & (request["raised"] >= 0) & judged
        rows = {name: column[kept] for name, column in request.items()}
        symptom = np.isin(rows["kind"], URGENT)
        due = np.where(symptom, rows["raised"], np.fmax(rows["raised"], rows["wished"]))
        met = rows["ending"] == Ending.SERVED
        without = rows["ending"] == Ending.UNMET
        healed = without & (rows["route"] == Route.SELF) & (rows["contacts"] > 0)
        until = np.where(np.isfinite(rows["visit"]), rows["visit"], rows["ended"])
        taken = np.where(met, np.clip(until - due, 0.0, PATIENCE_DAYS * DAY), PATIENCE_DAYS * DAY)
        allowed = np.where(symptom, SYMPTOMS_MIN, DATED_MIN)
        amounts = {
            "needs": None,
            "in_time": met & (until - due <= allowed),
            "primary": met & (until - due <= allowed) & (rows["route"] != Route.ED),
            "unmet": without & ~healed,
            "healed": healed,
            "pending": rows["ending"] == Ending.PENDING,
            "minutes": taken,
        }
        self._nursing(tally, request)
        week = week_of(due)
        for cut in CUTS:
            size = (len(cut.labels(tables)),)
            cells = (cut.cells(rows, tables),)
            for name, amount in amounts.items():
                scale = MINUTES if name == "minutes" else 1
                tally.add(f"{cut.name}.{name}", week, cells, size, amount, scale)

    def _nursing(self, tally: Tally, request: Mapping[str, np.ndarray]) -> None:
        """Count what nurses served, of any kind and origin: the primary outcome is about GPs' work and hides it."""
        served = (request["ending"] == Ending.SERVED) & (request["route"] == Route.NURSE) & (request["visit"] >= 0)
        tally.add("nursing", week_of(request["visit"][served]))

    def finish(self, tally: Tally, horizon: Horizon, tables: Tables) -> Iterator[Row]:
        """Return shares and times, whole and by group, and the weekly course."""
        weeks = horizon.judged_weeks(PATIENCE_DAYS)
        for cut in CUTS:
            for indicator, values in self._values(tally, cut, weeks, tables).items():
                yield from (Row(indicator, *part[:2], -1, part[2]) for part in named(cut, tables, values))
        nurses, years = tally.get("nursing", horizon.weeks).sum(), WHOLE.residents(tables)[0] * horizon.years
        yield Row("access.nursing_contacts", "", "", -1, 1000.0 * float(nurses) / years if years else np.nan)
        yield from self._weekly(tally, weeks)
        yield from self._gaps(tally, weeks, tables)

    def _values(self, tally: Tally, cut: Cut, weeks: int, tables: Tables) -> dict[str, np.ndarray]:
        size = (len(cut.labels(tables)),)
        counts = {name: tally.get(f"{cut.name}.{name}", weeks, size).sum(axis=0) for name in _COUNTS}
        years = cut.residents(tables) * weeks * 7 / 365 if cut.of_people else np.zeros(size)
        per_1000 = np.divide(1000.0, years, out=np.full(size, np.nan), where=years > 0)
        met = counts["needs"] - counts["unmet"] - counts["healed"] - counts["pending"]
        out = {
            "access.in_time": ratio(counts["in_time"], counts["needs"]),
            "access.in_time_primary": ratio(counts["primary"], counts["needs"]),
            "access.resolution": ratio(counts["minutes"] / MINUTES / DAY, counts["needs"]),
            "access.unmet": ratio(counts["unmet"], counts["needs"]),
            "access.healed": ratio(counts["healed"], counts["needs"]),
            "access.pending": ratio(counts["pending"], counts["needs"]),
        }
        if cut.of_people:
            out |= {"access.needs": counts["needs"] * per_1000, "access.met": met * per_1000}
        return out

    def _weekly(self, tally: Tally, weeks: int) -> Iterator[Row]:
        """Yield the course over the weeks in which all kinds of need fall due and all have had their time."""
        counts = {name: tally.get(f".{name}", weeks, (1,))[:, 0] for name in _COUNTS}
        shares = ratio(counts["in_time"], counts["needs"])
        days = ratio(counts["minutes"] / MINUTES / DAY, counts["needs"])
        for week in range(FILLING_WEEKS if weeks > 2 * FILLING_WEEKS else 0, weeks):
            yield Row("access.in_time", "", "", week, float(shares[week]))
            yield Row("access.resolution", "", "", week, float(days[week]))

    def _gaps(self, tally: Tally, weeks: int, tables: Tables) -> Iterator[Row]:
        deprived = self._values(tally, BY_DEPRIVATION, weeks, tables)["access.in_time"]
        remote = self._values(tally, BY_ACCESSIBILITY, weeks, tables)["access.in_time"]
        yield Row("access.gap_deprivation", "", "", -1, float(deprived[-1] - deprived[0]))
        yield Row("access.gap_accessibility", "", "", -1, float(remote[0] - remote[-1]))


__all__ = ["DATED_MIN", "PATIENCE_DAYS", "SYMPTOMS_MIN", "URGENT", "WHOLE", "Access"]
