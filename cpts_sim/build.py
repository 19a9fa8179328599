"""Building the parts of a model from a scenario, or from the state of another model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from cpts_sim.care import beside_gps, crisis_centres, hospital_days, institutions, protection, second_line, setup, teams
from cpts_sim.care.base_rules import base_rules
from cpts_sim.care.baseline import Baseline, since_minutes
from cpts_sim.care.ed_demand import EdDemand
from cpts_sim.care.ed_settings import OLDEST, EdSettings
from cpts_sim.care.emergency import EmergencyDepartments
from cpts_sim.care.france import FranceCare
from cpts_sim.care.freed_time import use_freed_time
from cpts_sim.care.health import Decompensation, plan_first_followups
from cpts_sim.care.home import fill_rounds, nurses_day, pharmacies_day
from cpts_sim.care.home_care import HomeCare
from cpts_sim.care.hospital_stay import HospitalStays, StaySettings
from cpts_sim.care.ledger import Ledger
from cpts_sim.care.nursing_need import NurseSettings, NursingNeed
from cpts_sim.care.pharmacy import MinorAilments, Pharmacies, PharmacySettings
from cpts_sim.care.plain import PlainCare, Trace
from cpts_sim.care.requests import empty_requests
from cpts_sim.care.routes import OtherPractice, OwnPractice
from cpts_sim.care.strain import StrainModel
from cpts_sim.care.surgery import BOOK_DAYS, Surgeries, make_template
from cpts_sim.care.world import World
from cpts_sim.engine.agenda import Books
from cpts_sim.engine.clock import DAY
from cpts_sim.engine.columns import Table
from cpts_sim.engine.events import Profession
from cpts_sim.scenario import calendar_of
from cpts_sim.territory import load_territory, synthesise

if TYPE_CHECKING:
    from cpts_sim.model import Model

EXTRA_DAYS = BOOK_DAYS + 60


def build_plain(model: Model, trace: Trace | None, state: dict[str, Any] | None) -> PlainCare:
    """Return the care of a degenerate configuration."""
    spec = model.spec
    care = PlainCare(
        spec.territory.practices,
        spec.care.needs or {},
        model.parameters,
        model.draws,
        model.first_day,
        model.journal,
        trace,
    )
    if state is not None:
        care.restore(_tables(state), state["care"])
    return care


def _tables(state: dict[str, Any]) -> dict[str, Table]:
    return {name: Table.from_arrays(name, arrays) for name, arrays in state["tables"].items()}


def build_france(model: Model, state: dict[str, Any] | None, territory: Any) -> tuple[FranceCare, Any]:
    """Return the care of a territory of France, and the territory."""
    spec, p, draws = model.spec, model.parameters, model.draws
    territory = territory if territory is not None else load_territory(spec.territory)
    days = setup.make_days(calendar_of(spec, _days_after(spec)), spec.windows)
    tables = _tables(state) if state is not None else _new_tables(model, territory, days)
    ages = np.bincount(_ages_at_start(tables, model), minlength=OLDEST + 1)
    demand = EdDemand.from_parameters(p, ages if ages.any() else None)
    if state is None:
        _start_hospitals(tables, p, demand, days)
    world = World(
        parameters=p, draws=draws, days=days, tables=tables, books=Books(0, days.first_day, 1, 1),
        journal=model.journal,
        rules=base_rules(), travel_min=territory.travel_min, needs={}, ledger=Ledger(tables["gps"]),
        strain={Profession.GP: StrainModel(p, "gp")}, emergency=_emergency(tables, p, draws, demand, days, ages),
        outsiders=hospital_days.make_outsiders(
            territory.hospitals["name"].tolist(), tables["hospitals"], demand, draws
        ),
        stays=HospitalStays(StaySettings.from_parameters(p), draws, days.first_day * DAY),
        demand=demand, nursing_need=NursingNeed.of(NurseSettings.from_parameters(p)),
        home_care=_home_care(territory, tables, p, draws),
        pharmacies=_pharmacies(tables, p, draws, days),
        baseline=Baseline(p, since_minutes(spec.baseline, spec.start)),
        routes=[OwnPractice(), OtherPractice()], drifting=spec.drift,
    )  # fmt: skip
    world.now = days.first_day * DAY if state is None else state["now"]
    template = make_template(tables["gps"], p, draws)
    weeks = (len(days.weekday) + 6) // 7 + 1
    surgeries = Surgeries(world, template, weeks)
    care = FranceCare(world, surgeries, demand)
    world.ledgers[Profession.GP] = world.ledger
    world.hooks["week"] = [use_freed_time, teams.close_week, second_line.week, protection.week]
    world.hooks["day"] = [nurses_day, pharmacies_day, hospital_days.morning]
    if state is None:
        _first_day(world, surgeries, template.per_day)
    else:
        care.restore(state["care"])
    teams.bind(world)
    _institutions(world, surgeries)
    return care, territory


def _institutions(world: World, surgeries: Surgeries) -> None:
    """Install the institutions that exist in every arm (``care.baseline``)."""
    institutions.Sas().install(world)
    crisis_centres.CrisisCentres().install(world, surgeries)
    institutions.install_teleconsultation(world)
    institutions.install_discharge(world)
    beside_gps.install(world)
    world.hooks["week"].append(institutions.ald_plan)


def _ages_at_start(tables: dict[str, Table], model: Model) -> Any:
    """Ages of the first inhabitants (not of those who came since, or a resumed run would differ)."""
    born = tables["people"]["born"][: int(tables["communes"]["people_at_start"].sum())]
    return np.clip((model.first_day * DAY - born) / (365.0 * DAY), 0, 120).astype(np.int64)


def _new_tables(model: Model, territory: Any, days: Any) -> dict[str, Table]:
    spec, p, draws = model.spec, model.parameters, model.draws
    population = synthesise(territory, spec.reference_year, p, draws)
    tables = {name: Table(name, len(columns["key"]), columns) for name, columns in population.tables().items()}
    if not len(tables["gps"]):
        tables["gps"] = nobody(tables["gps"])
    start = days.first_day * DAY
    tables["communes"] = _communes(territory, p)
    for name in ("commune", "mt", "known1", "known2", "pharmacy"):  # read as row numbers all the time
        tables["people"].add_column(name, tables["people"][name].astype(np.int64))
    at_start = np.bincount(tables["people"]["commune"], minlength=len(tables["communes"]))
    tables["communes"].add_column("people_at_start", at_start)
    tables["requests"] = empty_requests()
    setup.add_person_columns(tables["people"], p, start, draws)
    setup.add_gp_columns(tables["gps"], p, draws)
    near = setup.nearest_gps(tables["gps"], territory.travel_min)
    tables["communes"].add_column("near_gps", near)
    tables["gps"].add_column("cover", setup.covers(tables["gps"], near))
    setup.fit_lists(tables["people"], tables["gps"], p)
    setup.fit_practices(tables["people"], tables["gps"], p, start)
    return tables


def nobody(gps: Table) -> Table:
    """A territory without any GP keeps one empty row, absent for ever, so that no rule needs a special case."""
    blank = {name: np.zeros(1, dtype=gps[name].dtype) for name in gps.columns}
    empty = Table("gps", 1, {**blank, "halo": np.ones(1, np.int8), "slot_min": np.full(1, 18.0)})
    empty["alive"][:] = False
    return empty


def _days_after(spec: Any) -> int:
    """Days of calendar beyond the horizon: books ahead, a whole year, whole years of holidays.

    A short run is the beginning of a long one: what is planned by the year never depends on the horizon.
    """
    shortest = max(spec.horizon_days + EXTRA_DAYS, 372) + spec.warmup_days
    whole_years = -(-shortest // (52 * 7)) * 52 * 7
    return int(whole_years - spec.warmup_days - spec.horizon_days)


def _communes(territory: Any, p: Any) -> Table:
    rows = len(territory.communes["population"])
    minutes = territory.hospital_min
    reachable = minutes.shape[1] > 0
    nearest = np.argmin(minutes, axis=1) if reachable else np.full(rows, -1)
    return Table("communes", rows, {
        "believed": np.full(rows, p["care.belief_reference"]), "ed": nearest.astype(np.int64),
        "ed_minutes": minutes[np.arange(rows), nearest] if reachable else np.full(rows, np.inf),
    })  # fmt: skip


def _start_hospitals(tables: dict[str, Table], p: Any, demand: EdDemand, days: Any) -> None:
    """Give the departments their volumes, everybody a place in their wards, and the processes their first hour."""
    people, start = tables["people"], days.first_day * DAY
    age = np.clip((start - people["born"]) / (365.0 * DAY), 0, OLDEST).astype(np.int64)
    hospital_days.add_volumes(tables["hospitals"], people, tables["communes"]["ed"], age, demand, p)
    hospital_days.add_ward_column(people)
    for name in ("gps", "hospitals"):
        tables[name].add_column("next_at", np.full(len(tables[name]), start))


def _emergency(tables: Any, p: Any, draws: Any, demand: EdDemand, days: Any, ages: Any) -> EmergencyDepartments:
    settings = EdSettings.from_parameters(p)
    doctor = demand.mean_doctor_min(settings, np.arange(OLDEST + 1), ages[: OLDEST + 1]) if ages.any() else 0.0
    volumes = np.maximum(hospital_days.expected_per_day(tables["hospitals"]), 1.0)
    return EmergencyDepartments.staffed(settings, draws, volumes, doctor, days.first_day * DAY)


def _home_care(territory: Any, tables: Any, p: Any, draws: Any) -> HomeCare:
    nurses = tables["nurses"]
    home = HomeCare(NurseSettings.from_parameters(p), draws, nurses["commune"], nurses["key"], territory.travel_min)
    home.capacity_min[nurses["kind"] != teams.LIBERAL] = 0.0  # nurses beside GPs run no rounds
    return home


def _pharmacies(tables: Any, p: Any, draws: Any, days: Any) -> Pharmacies:
    ailments = MinorAilments.from_parameters(p)
    pharmacies = Pharmacies(PharmacySettings.from_parameters(p), ailments, draws, tables["pharmacies"]["key"])
    people = tables["people"]
    years = np.clip((days.first_day * DAY - people["born"]) / (365.0 * DAY), 0, 120).astype(np.int64)
    pharmacies.attach(people["pharmacy"], years)
    return pharmacies


def _first_day(world: World, surgeries: Surgeries, per_day: int) -> None:
    """Open the books and start every clock at the first day of the warm-up."""
    setup.add_strain(world)
    teams.add_tables(world)
    world.needs = setup.make_needs(world)
    Decompensation.prepare(world)
    plan_first_followups(world, world.now)
    second_line.add_tables(world)
    beside_gps.add_columns(world)
    protection.add_columns(world)
    world.books = Books(len(world.gps), world.days.first_day, BOOK_DAYS, per_day)
    surgeries.fill(world.days.first_day, world.books.last_day)
    fill_rounds(world)
