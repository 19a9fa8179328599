"""Mission ``prevention``: list of eligible people, reminder, slot at the pharmacy, with a nurse or the GP.

National invitations exist in every arm and reach people by their inclination. A reminder moves those next to
the threshold, and meets again many who would have come anyway: what the campaign counts is more than what it
adds. What a vaccine or a plan against falls does for health is a parameter of care; a screening only costs,
within the horizon.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care import protection
from cpts_sim.care import requests as rq
from cpts_sim.care.world import World
from cpts_sim.engine.events import Act, CptsEvent, MtState, Need, Origin, Profession, Route
from cpts_sim.missions import tools
from cpts_sim.missions.base import Mission, MissionSettings

Array = NDArray[Any]
NAME = "prevention"
Theme = Literal["vaccination", "screening", "frailty"]
ALL: tuple[Theme, ...] = ("vaccination", "screening", "frailty")
VACCINATION, SCREENING, FRAILTY = 0, 1, 2
CAMPAIGN_DAYS, WORKING_DAYS, MOST_DEPRIVED = 90, 21.0, 5
NOBODY = np.zeros(0, dtype=np.int64)


class PreventionSettings(MissionSettings):
    """Prevention: vaccination against influenza, screening, frailty."""

    themes: tuple[Theme, ...] = ALL
    """Themes of the contract."""
    far_first: bool = False
    """Whether those whom invitations reach least (without MT, most deprived) are reminded first."""


class Prevention(Mission):
    """Reminders and slots."""

    name: ClassVar[str] = NAME
    settings_class: ClassVar[type[MissionSettings]] = PreventionSettings
    grade: ClassVar[str] = "A"
    pays: ClassVar[tuple[str, ...]] = ("call agent", "pharmacist", "nurse", "gp")
    loses: ClassVar[tuple[str, ...]] = ("people who look for a nurse", "people who want a planned visit")
    delay: ClassVar[str] = "prevention.delay_months"
    rank: ClassVar[int] = 40
    preparation: ClassVar[str] = "cpts.preparation_hours_month"

    def __init__(self, settings: Any, organisation: Any) -> None:
        super().__init__(settings, organisation)
        self.time = tools.NurseTime(self, self.parameters["prevention.nurse_day_min"])
        self.agent = tools.Coordinator(self, "prevention.agent_hours_month")

    def install(self) -> None:
        """Add the columns, wrap what a visit does, and put the campaign on the calendar."""
        world = self.world
        for part in (self.time, self.agent):
            part.install()
        tools.add_columns(world.people, {f"reminded_{theme}": np.int32(0) for theme in ALL})
        tools.add_columns(world.gps, {"in_prevention": np.int8(0)})
        tools.add_columns(world.tables["pharmacies"], {"in_prevention": np.int8(0), "vaccines_today": 0.0})
        world.rules.wrap("after_visit", NAME, self.rank, self._after_visit)
        world.hooks.setdefault("day", []).append(self._day)

    # ------------------------------------------------------------------------------------------ participation
    @property
    def answers(self) -> bool:
        """Whether anybody runs campaigns now."""
        return self.running and bool(self.world.gps["in_prevention"].any())

    def month(self, month: int) -> None:
        """Who takes part, and the hours and minutes of the month."""
        rows = self.organisation.participants(NAME, self.settings.dose)
        self.world.gps["in_prevention"][:] = 0
        self.world.gps["in_prevention"][rows] = 1
        if not len(rows):
            self.time.close()
            return
        hours = self.parameters["prevention.gp_hours_month"]
        self.organisation.give_time("cpts_admin", rows, hours * 60.0)
        self.organisation.spend(CptsEvent.PREPARATION, rows, hours)
        self.agent.open_month()
        self.time.open_month()
        self._enrol_pharmacies()

    def _enrol_pharmacies(self) -> None:
        pharmacies = self.world.tables["pharmacies"]
        share, active = self.organisation.share_of("pharmacies"), self.organisation.active_share()
        u = self.world.draws.block("pharmacy in prevention", 2, pharmacies["key"])
        pharmacies["in_prevention"][:] = (u[0] < share * active) & (u[1] < self.settings.dose)

    def end(self) -> None:
        """Nurses go back to their rounds; nobody is reminded any more."""
        self.time.close()
        self.world.gps["in_prevention"][:] = 0
        self.world.tables["pharmacies"]["in_prevention"][:] = 0

    # ------------------------------------------------------------------------------------ lists and reminders
    def _day(self, world: World, day: int) -> None:
        """A day of calls and letters: the first of the list are reminded, some of them come."""
        if not self.answers or not tools.is_working_day(self, day):
            return
        world.tables["pharmacies"]["vaccines_today"][:] = 0.0
        p = self.parameters
        size = tools.residents(self) / tools.PEOPLE_UNIT * self.settings.dose
        minutes = p["prevention.agent_hours_month"] * 60.0 * size
        a_day = int(minutes / p["prevention.reminder_min"] / WORKING_DAYS + 1.0)
        person, theme, number = self._list(day)
        count = self.agent.take(min(a_day, len(person)), p["prevention.reminder_min"] / 60.0)
        if count:
            self._remind(person[:count], theme[:count], number[:count], day)

    def _list(self, day: int) -> tuple[Array, Array, Array]:
        """People to be reminded, theme, season or round; vaccination first while its campaign lasts."""
        world, people = self.world, self.world.people
        everybody = np.flatnonzero(people["alive"] & (people["resident"] > 0))
        named = [code for code, theme in enumerate(ALL) if theme in self.settings.themes]
        parts = [(NOBODY, NOBODY, NOBODY), *(self._eligible(code, everybody, day) for code in named)]
        person, theme, number = (np.concatenate(column) for column in zip(*parts, strict=True))
        u = world.draws.uniform("list of prevention", people["key"][person], number * 4 + theme)
        near = ~self._far(person) if self.settings.far_first else np.zeros(len(person), dtype=bool)
        order = np.lexsort((theme, people["key"][person], u, near, theme != VACCINATION))
        return person[order], theme[order], number[order]

    def _eligible(self, theme: int, person: Array, day: int) -> tuple[Array, Array, Array]:
        world, people = self.world, self.world.people
        season, since = protection.season(world, day)
        if theme == VACCINATION:
            number = season
            due = (people["vaccinated"][person] < season) & (protection.coverage(world, person) > 0.0)
            due &= since < CAMPAIGN_DAYS
        elif theme == SCREENING:
            number = protection.round_of_screening(world, day)[0]
            due = (people["screened"][person] < number) & protection.screened_at_all(world, person)
        else:
            number = season
            due = people["fall_plan_until"][person] <= world.now
            due &= world.age_years(person) >= protection.FALLS_FROM
        chosen = person[due & (people[f"reminded_{ALL[theme]}"][person] < number)]
        return chosen, np.full(len(chosen), theme), np.full(len(chosen), number)

    def _far(self, person: Array) -> Array:
        """Who is reached least: people without MT and the most deprived fifth."""
        people = self.world.people
        without = people["mt_state"][person] != MtState.HAS
        result: Array = without | (people["deprivation"][person] >= MOST_DEPRIVED)
        return result

    def _remind(self, person: Array, theme: Array, number: Array, day: int) -> None:
        """Those reached who are next to the threshold come; so do those who would have come anyway, later."""
        world, people, p = self.world, self.world.people, self.parameters
        for code, name in enumerate(ALL):
            people[f"reminded_{name}"][person[theme == code]] = number[theme == code]
        reach = p.mapping("prevention.reach")
        chance = np.where(people["deprivation"][person] >= MOST_DEPRIVED, reach["deprived"], reach["usual"])
        chance = np.where(
            people["mt_state"][person] != MtState.HAS, np.minimum(chance, reach["without_mt"]), chance
        )
        reached = world.draws.uniform("reached", people["key"][person], number * 4 + theme) < chance
        anyway = self._anyway(person, theme)
        threshold = anyway + (1.0 - anyway) * p["prevention.reminder_points"] / reach["usual"]
        comes = reached & (self._inclination(person, theme) < threshold)
        acts = (self._vaccinate, self._screen, self._look_for_frailty)
        for code, act in enumerate(acts):
            mine = comes & (theme == code)
            if mine.any():
                act(person[mine], int(number[mine][0]), day)

    def _anyway(self, person: Array, theme: Array) -> Array:
        """Share of such people who take the act up after the national invitation alone."""
        screened = protection.participation(self.world)
        vaccinated = protection.coverage(self.world, person)
        return np.where(theme == VACCINATION, vaccinated, np.where(theme == SCREENING, screened, 0.0))

    def _inclination(self, person: Array, theme: Array) -> Array:
        names = ("vaccine", "screening", "frailty")
        each = np.stack([protection.inclination(self.world, person, name) for name in names])
        result: Array = np.take_along_axis(each, theme[None, :], axis=0)[0]
        return result

    # ------------------------------------------------------------------------------------------ slots
    def _vaccinate(self, person: Array, number: int, day: int) -> None:
        """At the person's pharmacy if it takes part and has room, else with a nurse, else with the GP."""
        person = self._at_the_pharmacy(VACCINATION, person, number, day)
        at = tools.in_the_day(self, person, day, "prevention")
        minutes = np.full(len(person), self.parameters["prevention.vaccine_min"])
        nurse = self.time.take(self.world.people["commune"][person], minutes)
        seen = nurse >= 0
        self._serve(VACCINATION, person[seen], number, at[seen], nurse[seen], Route.NURSE)
        self._ask_gp(VACCINATION, person[~seen], number, at[~seen])

    def _screen(self, person: Array, number: int, day: int) -> None:
        """A kit from the pharmacy, else from the GP."""
        person = self._at_the_pharmacy(SCREENING, person, number, day)
        self._ask_gp(SCREENING, person, number, tools.in_the_day(self, person, day, "prevention"))

    def _look_for_frailty(self, person: Array, number: int, day: int) -> None:
        """A nurse screens, and assesses those who are frail at once; without a nurse nothing happens."""
        p, people = self.parameters, self.world.people
        u = self.world.draws.uniform("found frail", people["key"][person], number)
        frail = u < p["prevention.frail_share"]
        minutes = p["prevention.fall_screen_min"] + np.where(frail, p["prevention.fall_assess_min"], 0.0)
        nurse = self.time.take(people["commune"][person], minutes)
        at, seen = tools.in_the_day(self, person, day, "prevention"), nurse >= 0
        self._request(FRAILTY, person[seen], number, at[seen], nurse[seen], Route.NURSE)
        planned = seen & frail
        protection.plan_against_falls(self.world, person[planned], at[planned], nurse[planned], 1)
        sound = seen & ~frail
        protection.tell(self.world, int(Act.FRAILTY_SCREENING), person[sound], at[sound], nurse[sound], 1)

    def _at_the_pharmacy(self, theme: int, person: Array, number: int, day: int) -> Array:
        """Serve those whose pharmacy takes part and has room today; return the others."""
        world, p, pharmacies = self.world, self.parameters, self.world.tables["pharmacies"]
        if not len(pharmacies):
            return person
        own = world.people["pharmacy"][person].astype(np.int64)
        order = np.argsort(own, kind="stable")
        rank = np.empty(len(person), dtype=np.int64)
        rank[order] = np.arange(len(person)) - np.searchsorted(own[order], own[order])
        room = p["prevention.pharmacy_day"] - pharmacies["vaccines_today"][np.maximum(own, 0)]
        here = (own >= 0) & (pharmacies["in_prevention"][np.maximum(own, 0)] > 0) & (rank < room)
        np.add.at(pharmacies["vaccines_today"], own[here], 1.0)
        world.ledgers[Profession.PHARMACIST].charge("consult", own[here], p["prevention.vaccine_min"])
        at = tools.in_the_day(self, person[here], day, "prevention")
        self._serve(theme, person[here], number, at, own[here], Route.PHARMACIST)
        return person[~here]

    def _serve(self, theme: int, person: Array, number: int, at: Array, provider: Array, route: int) -> None:
        self._request(theme, person, number, at, provider, route)
        self._give(theme, person, number, at, provider)

    def _give(self, theme: int, person: Array, number: int, at: Array, provider: Array) -> None:
        act = protection.give_vaccine if theme == VACCINATION else protection.give_screening
        act(self.world, person, at, provider, 1, number)

    def _request(
        self, theme: int, person: Array, number: int, at: Array, provider: Array, route: int
    ) -> None:
        """Write down a contact that outreach brought about and that was served at once."""
        if not len(person):
            return
        rows = self._raise(theme, person, number, at)
        self.world.requests["provider"][rows] = provider
        rq.serve_now(self.world, rows, route, at)

    def _raise(self, theme: int, person: Array, number: int, at: Array) -> Array:
        ordinal = np.full(len(person), number * 4 + theme, dtype=np.int64)
        return rq.raise_requests(self.world, person, Need.PREVENTIVE, Origin.OUTREACH, ordinal, at)

    def _ask_gp(self, theme: int, person: Array, number: int, at: Array) -> None:
        """Ask the GP for a slot like anybody else; the act is done at the visit."""
        attached = self.world.people["mt"][person] >= 0
        if attached.any():
            self._raise(theme, person[attached], number, at[attached])

    def _after_visit(self, inner: Any, world: World, rows: Array, gp: Array, at: Array) -> None:
        """People who came because they were reminded get their vaccine or kit."""
        requests = world.requests
        chosen = (requests["origin"][rows] == Origin.OUTREACH) & (requests["kind"][rows] == Need.PREVENTIVE)
        person, ordinal = requests["person"][rows[chosen]], requests["ordinal"][rows[chosen]]
        provider, when = gp[chosen], at[chosen]
        inner(world, rows, gp, at)
        for one in np.unique(ordinal).tolist():
            mine = ordinal == one
            theme, number = one % 4, one // 4
            done = world.people["vaccinated" if theme == VACCINATION else "screened"][person[mine]] >= number
            self._give(theme, person[mine][~done], number, when[mine][~done], provider[mine][~done])


SETTINGS = PreventionSettings
MISSION = Prevention
