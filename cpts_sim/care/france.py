"""One territory of France, window by window: what happens at the turn of a month, a week, a day, and within."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import (
    attachment,
    drift,
    ed_requests,
    gp_process,
    health,
    hospital_days,
    newcomers,
    professionals,
    seeking,
    sessions,
    stabilisers,
    teams,
    visits,
)
from cpts_sim.care import requests as rq
from cpts_sim.care.ed_demand import EdDemand
from cpts_sim.care.needs import arise_together
from cpts_sim.care.setup import NEED_KINDS, bind_needs
from cpts_sim.care.strain_effects import StrainEffects
from cpts_sim.care.surgery import Surgeries, see_people_from_elsewhere
from cpts_sim.care.world import Arrivals, World
from cpts_sim.engine.agenda import Books
from cpts_sim.engine.clock import DAY, WEEK
from cpts_sim.engine.codes import MtState, Need, Work
from cpts_sim.engine.columns import true_rows
from cpts_sim.engine.events import Profession
from cpts_sim.engine.settlement import in_order

Array = NDArray[Any]
MONTH_DAYS = 28


class FranceCare:
    """Care of a territory by the rules of the model.

    Args:
        world: state and parts.
        surgeries: fills the books.
        demand: emergency need by age, road and level.
    """

    def __init__(self, world: World, surgeries: Surgeries, demand: EdDemand) -> None:
        self.world, self.surgeries, self.demand = world, surgeries, demand
        self.effects = StrainEffects(world.parameters, world.strain[Profession.GP].population.ee)

    # ------------------------------------------------------------------------------------------ processes on the clock
    def gp_wakes(self, row: int) -> None:
        """Process of one GP."""
        gp_process.wake(self.world, self.surgeries, row)

    def hospital_wakes(self, row: int) -> None:
        """Process of one hospital."""
        hospital_days.wake(self.world, row)

    # ------------------------------------------------------------------------------------------ turns of the calendar
    def turn(self, day: int) -> None:
        """Everything that happens at 00:00, in order: month, week, day."""
        world = self.world
        since = day - world.days.first_day
        if since and since % 7 == 0:
            rq.write_endings(world)
            self._turn_week(day)
        if day % MONTH_DAYS == 0 or not since:  # months are counted from day 0, whatever the length of the warm-up
            rq.compact(world)
            self._turn_month(day, day // MONTH_DAYS, not since)
        self._turn_day(day)
        rq.write_endings(world)

    def _turn_month(self, day: int, month: int, first: bool) -> None:
        world = self.world
        if not first:
            self.surgeries.refill(day)
            world.journal.close_chunk()
        self._remember_neighbours()
        health.Decompensation.month(world, MONTH_DAYS - day % MONTH_DAYS)
        attachment.review_lists(world)
        if world.frozen:
            return
        attachment.start_seeking(world, month)
        attachment.seek_mt(world, month)
        if world.drifting:
            drift.population_month(world, month)
            drift.practices_month(world, month)
            newcomers.month(world, self.surgeries, month)
        attachment.review_lists(world)

    def _remember_neighbours(self) -> None:
        """The commune's believed access is the mean of its people's, as each remembers it now."""
        world, people = self.world, self.world.people
        person = true_rows(people["alive"])
        count = len(world.tables["communes"])
        totals = np.bincount(people["commune"][person], weights=seeking.belief(world, person), minlength=count)
        heads = np.bincount(people["commune"][person], minlength=count)
        mean = np.where(heads > 0, totals / np.maximum(heads, 1), world.parameters["care.belief_reference"])
        world.tables["communes"]["believed"][:] = mean

    def _turn_week(self, day: int) -> None:
        world = self.world
        professionals.close_week(world, self.surgeries, self.effects)
        stabilisers.weekly(world)
        stabilisers.open_reserve(world, self.surgeries, day + 1, day + 8)
        for hook in world.hooks.get("week", ()):
            hook(world, day)

    def _turn_day(self, day: int) -> None:
        world = self.world
        gps = world.gps
        gone = ~gps["alive"] | (gps["status"] == Work.LEFT) | (gps["away_until"] > day * DAY)
        gps["away_now"][:] = gone | (gps["holiday_now"] > 0) | bool(world.days.holiday[world.days.place(day)])
        health.ask_followups(world, day)
        self._raise_needs(day)
        for hook in world.hooks.get("day", ()):
            hook(world, day)

    def _raise_needs(self, day: int) -> None:
        """Open the requests of a day, kind by kind, each kind in order of minute, then key."""
        world = self.world
        arisen = arise_together([world.needs[name] for name in NEED_KINDS], day)
        key = world.people["key"][arisen.person]
        order = in_order(arisen.minute, key)
        order = order[np.argsort(arisen.kind[order].astype(np.int8), kind="stable")]
        kind, key = np.array(list(NEED_KINDS.values()))[arisen.kind[order]], key[order]
        person, ordinal, minute = arisen.person[order], arisen.ordinal[order], arisen.minute[order]
        wished = minute.copy()
        ahead = true_rows((kind == Need.PREVENTIVE) | (kind == Need.MENTAL))
        u = world.draws.uniform("wished", key[ahead], ordinal[ahead] * 8 + kind[ahead])
        wished[ahead] += health.days_ahead(world, u, "care.ahead_days_other") * DAY
        rq.raise_requests(world, person, kind, 0, ordinal, minute, np.floor(wished))

    # ------------------------------------------------------------------------------------------ a window
    def window(self, start: float, end: float) -> None:
        """Books change at the edge; then requests are settled; at the end of the day its visits and emergencies happen.

        Both keep their own minutes, so the day may be played as one piece however its windows are cut.
        """
        world = self.world
        world.now = start
        freed = visits.cancel(world, end)
        for hook in world.hooks.get("edge", ()):
            hook(world, start, end)
        seeking.seek(world, end, freed)
        visits.reopen(world, freed)
        if end % DAY == 0.0:
            visits.see_patients(world, end - DAY, end)
            self._emergencies(end)
        rq.write_endings(world)

    def _emergencies(self, end: float) -> None:
        world, people = self.world, self.world.people
        due = world.arrivals.due(end)
        person = due["person"]
        if len(person):
            site = world.tables["communes"]["ed"][people["commune"][person]]
            reachable = (site >= 0) & ~hospital_days.in_ward(world, person, due["minute"])
            if not reachable.all():
                ed_requests.settle_elsewhere(world, {name: column[~reachable] for name, column in due.items()})
            due = {name: column[reachable] for name, column in due.items()}
            person, site = person[reachable], site[reachable]
            age = world.age_years(person)
            key = people["key"][person]
            level = self.demand.levels(world.draws, key, due["what"], age, due["road"])
            level = np.where(due["severity"] == health.DECOMPENSATED, np.maximum(level, 3), level)
            minute = np.maximum(due["minute"], world.emergency.now)
            site, minute = world.rules["which_department"](world, site, minute, level, people["commune"][person])
            world.emergency.arrive(
                minute, key, person, site, due["road"], level, age, due["what"],
                hours_open=world.days.is_open(minute), sure=due["what"] >= hospital_days.READMITTED,
            )  # fmt: skip
        finished = world.emergency.advance(end)
        if len(finished):
            world.journal.add("ed", **finished.journal)
            ed_requests.settle(world, finished)
            hospital_days.note_visits(world, finished)
            hospital_days.admit(world, finished)

    def close_day(self, day: int) -> None:
        """At midnight: charge the day's sessions, count the slots nobody took, and take stock."""
        world = self.world
        world.now = (day + 1) * DAY
        see_people_from_elsewhere(world, self.surgeries, day)
        sessions.close_sessions(world, day)
        self._stock(day, int(sessions.unused(world, day)[world.gps["halo"] == 0].sum()))

    def _stock(self, day: int, free: int) -> None:
        world, people = self.world, self.world.people
        resident = people["alive"] & (people["resident"] > 0)
        adult = resident & (people["born"] <= world.birthdays_until - 17 * 365 * DAY)
        without = people["mt_state"] != MtState.HAS
        ald = people["ald"] > 0
        span = world.books.span(day)
        own = world.gps["halo"] == 0
        open_requests = world.requests["stage"]
        backlog = world.gps["backlog_days"][own & world.gps["alive"] & (world.gps["status"] != Work.LEFT)]
        world.journal.add(
            "day", at=day * DAY, backlog=np.count_nonzero(open_requests == rq.BOOKED), free_at_close=free,
            capacity=np.count_nonzero(world.books.kind[own, span]),
            pending=np.count_nonzero(open_requests == rq.ASKING),
            adults=np.count_nonzero(adult), without_mt=np.count_nonzero(adult & without),
            seeking_mt=np.count_nonzero(resident & without & (people["mt_state"] != MtState.NOT_SEEKING)),
            ald_adults=np.count_nonzero(adult & ald), ald_without_mt=np.count_nonzero(adult & ald & without),
            third_next_days=float(backlog.mean()) if len(backlog) else np.nan, residents=np.count_nonzero(resident),
        )  # fmt: skip

    def release(self, frozen: bool) -> None:
        """End of the warm-up: the weeks lived become habits, structural events begin."""
        professionals.settle_habits(self.world, self.surgeries)
        teams.settle_habits(self.world)
        self.world.frozen = frozen

    def state(self) -> dict[str, dict[str, Array]]:
        """Return everything besides the tables that the future depends on."""
        world = self.world
        return {
            "books": world.books.arrays(), "emergency": dict(world.emergency.state()),
            "arrivals": world.arrivals.arrays(),
            "home_care": dict(world.home_care.state()), "pharmacies": dict(world.pharmacies.state()),
            "stays": dict(world.stays.state()),
            "flags": {"frozen": np.array([world.frozen])},
        }  # fmt: skip

    def restore(self, state: dict[str, dict[str, Array]]) -> None:
        """Go to a state returned by ``state`` (the tables are there already)."""
        world = self.world
        world.books = Books.from_arrays(state["books"])
        world.emergency.restore(state["emergency"])
        world.home_care.restore(state["home_care"])
        world.pharmacies.restore(state["pharmacies"])
        world.stays.restore(state["stays"])
        world.arrivals = Arrivals.from_arrays(state["arrivals"])
        world.frozen = bool(state["flags"]["frozen"][0])
        world.needs = bind_needs(world)

    def finish(self) -> None:
        """Close what is open at the horizon."""
        world = self.world
        sessions.write_practices(world, np.floor(world.now / WEEK) * WEEK)
        rq.close_pending(world)
