"""The contract of every mission: zero dose is absence, order is nothing, minutes are kept."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import Life, Recorder, arms, cpts, digest, live, same_bytes, scenario, winter

from cpts_sim.catalogue import plugin_modules
from cpts_sim.engine.events import LEDGER_LINES, CptsEvent
from cpts_sim.errors import InternalError
from cpts_sim.evidence import load_parameters
from cpts_sim.missions import Mission, Organisation, install
from cpts_sim.missions.base import MissionSettings
from cpts_sim.model import Model
from cpts_sim.scenario import Scenario

MISSIONS = sorted(plugin_modules("missions"))
NOBODY = ("share_gps", "share_nurses", "share_pharmacists")
DAYS, WHOLE_WEEKS, WEEK = 45, 42, 7 * 1440.0


def _policies(name: str) -> dict[str, object]:
    full = {"start": "0 months"}
    return arms(
        absent=cpts({}),
        zero=cpts({name: {**full, "dose": 0}}),
        tiny=cpts({name: {**full, "dose": 1e-9}}),
        whole=cpts({name: {**full, "dose": 1}}),
        late=cpts({name: {"start": "30 months"}}),
    )


class OtherWork(Mission):
    """A CPTS that gives the hours written in a table to anything at all, and never any care."""

    name = "other_work"

    def __init__(self, organisation: Organisation, given: dict[str, np.ndarray]) -> None:
        super().__init__(MissionSettings(start="30 months"), organisation)
        self.given = given

    def preparing(self, month: int) -> None:
        """Charge this month's hours."""
        now = self.given["at"] == self.world.now
        rows, hours = self.given["actor"][now].astype(np.int64), self.given["hours"][now].astype(np.float64)
        self.organisation.give_time("cpts_admin", rows, hours * 60.0)
        self.organisation.spend(CptsEvent.PREPARATION, rows, hours)


def _same_hours(name: str) -> Life:
    """A CPTS without the mission whose members give the hours that its preparation takes."""
    events = _life(name, "late").rows("cpts")
    chosen = events["event"] == CptsEvent.PREPARATION
    recorder = Recorder()
    model = _winter(name).fork("absent", observers=[recorder])
    other = OtherWork(model.organisation, {key: events[key][chosen] for key in ("at", "actor", "hours")})
    model.organisation.add(other)
    model.organisation.table.add_column("began_other_work", np.zeros(1, dtype=np.int8))
    model.run(DAYS)
    model.finish()
    return Life(model, recorder.journal())


@cache
def _spec(name: str) -> Scenario:
    return scenario(population=9000, arms=_policies(name), cpts=cpts({}))


@cache
def _winter(name: str) -> Model:
    return winter(_spec(name))


@cache
def _life(name: str, arm: str) -> Life:
    return live(_winter(name), arm, DAYS)


@pytest.mark.parametrize("name", MISSIONS)
class TestContract:
    def test_zero_dose_changes_no_byte(self, name: str) -> None:
        same_bytes(_life(name, "absent"), _life(name, "zero"))

    def test_a_billionth_of_a_dose_changes_no_byte(self, name: str) -> None:
        same_bytes(_life(name, "absent"), _life(name, "tiny"))

    def test_the_zero_dose_was_really_installed(self, name: str) -> None:
        table = _life(name, "zero").model.tables["cpts"]
        assert table[f"began_{name}"][0] == 1

    def test_the_whole_dose_changes_the_journal(self, name: str) -> None:
        assert digest(_life(name, "absent").journal) != digest(_life(name, "whole").journal)

    def test_installed_twice_is_an_error(self, name: str) -> None:
        model = _winter(name).fork()
        policy = _spec(name).arms["whole"].cpts
        organisation = Organisation(model, policy)
        mission = plugin_modules("missions")[name].MISSION(policy.missions[name], organisation)
        organisation.add(mission)
        with pytest.raises(InternalError, match="twice"):
            organisation.add(mission)

    def test_a_second_cpts_in_one_model_is_an_error(self, name: str) -> None:
        model = _winter(name).fork("whole")
        with pytest.raises(InternalError):
            install(model, _spec(name).arms["whole"].cpts, plugin_modules("missions"))

    def test_after_the_horizon_a_mission_is_the_hours_of_its_preparation(self, name: str) -> None:
        """Byte for byte, ledger and strain included, with the weights of strain as they are."""
        absent, late = _life(name, "absent"), _life(name, "late")
        same_bytes(_same_hours(name), late)
        assert _hours(late, CptsEvent.PREPARATION) > _hours(absent, CptsEvent.PREPARATION)
        assert _ledger(late) > _ledger(absent)

    def test_time_is_whole(self, name: str) -> None:
        week = _life(name, "whole").rows("week")
        lines = np.stack([week[line] for line in LEDGER_LINES])
        assert np.isfinite(lines).all()
        assert (lines >= 0).all()
        assert (lines.sum(axis=0) <= 7 * 1440).all()

    def test_hours_that_members_give_are_in_the_ledger_once(self, name: str) -> None:
        """What the CPTS tells of its members' hours, paid or not, is what their weeks were charged, to the minute.

        The office work of a month that weeks to come will have stands apart.
        """
        life = live(_winter(name), "whole", WHOLE_WEEKS)
        week, told = life.journal["week"], life.rows("cpts")
        every = week["at"] >= 0
        lines = [line for line in LEDGER_LINES if line.startswith("cpts_")] + ["extra_paid"]
        charged = sum(float(week[line][every].sum(dtype=float)) for line in lines) / 60.0
        hours, euros = told["hours"].astype(float), told["euros"].astype(float)
        member = life.model.parameters["cpts.hour_euros"]
        theirs = (told["event"] == CptsEvent.UNPAID) | np.isclose(euros, member * hours, rtol=1e-4)
        theirs &= (told["actor"] >= 0) & (told["at"] < week["at"].max() + WEEK)
        assert charged > 10.0
        gps = life.model.tables["gps"]
        to_come = float(gps["month_office_min"].sum() + gps["week_cpts_admin_min"].sum()) / 60.0
        assert float(hours[theirs].sum()) == pytest.approx(charged + to_come, rel=1e-4)

    def test_it_says_what_it_is(self, name: str) -> None:
        mission = plugin_modules("missions")[name].MISSION
        assert issubclass(mission, Mission)
        assert mission.name == name
        assert mission.grade in ("A", "B", "C", "D", "judgement")
        assert mission.pays, "a mission that nobody pays for in time"
        assert mission.loses, "a mission from which nobody may lose"

    def test_settings_are_frozen_documented_and_have_defaults(self, name: str) -> None:
        settings = plugin_modules("missions")[name].SETTINGS
        assert issubclass(settings, MissionSettings)
        chosen = settings()
        with pytest.raises(ValueError, match="frozen"):
            chosen.dose = 0.5
        assert chosen.dose == 1.0


@cache
def _pairs_life(first: str, second: str) -> Life:
    """A life with two missions, the pair written in this order in the file."""
    both = {first: {"start": "0 months"}, second: {"start": "0 months"}}
    spec = scenario(population=9000, arms=arms(both=cpts(both)), cpts=cpts({}))
    return live(winter(spec), "both", 30)


@pytest.mark.parametrize("pair", [(a, b) for i, a in enumerate(MISSIONS) for b in MISSIONS[i + 1 :]])
def test_the_order_of_the_file_is_nothing(pair: tuple[str, str]) -> None:
    same_bytes(_pairs_life(*pair), _pairs_life(*reversed(pair)))


@pytest.mark.parametrize("name", MISSIONS)
def test_nobody_is_an_active_member_of_a_cpts_that_none_joins(name: str) -> None:
    policies = arms(
        without=None,
        paper=cpts({name: {"start": "0 months"}}, members=dict.fromkeys(NOBODY, 0)),
    )
    start = winter(scenario(population=6000, arms=policies, cpts=cpts({})))
    same_bytes(live(start, "without", 30), live(start, "paper", 30))


def test_parameters_of_the_cpts_have_sources() -> None:
    parameters = load_parameters(2019)
    entries = [parameters.entry(name) for name in parameters if name.startswith("cpts.")]
    assert len(entries) > 20
    for entry in entries:
        assert entry.source and entry.unit and entry.grade


def test_a_stopped_contract_gives_reserved_slots_back() -> None:
    """When the contract ends, no slot stays reserved for a desk that nobody answers any more."""
    from cpts_sim.engine.agenda import Slot

    policies = arms(stopped=cpts(stop="1 month"), on=cpts())
    start = winter(scenario(population=9000, arms=policies, cpts=cpts()))
    kinds = {}
    for arm in ("on", "stopped"):
        books = live(start, arm, 40).model.care.world.books
        kinds[arm] = int(np.isin(books.free, (Slot.SHARED, Slot.EXTRA)).sum())
    assert kinds["on"] > 0
    assert kinds["stopped"] == 0


def _hours(life: Life, event: CptsEvent) -> float:
    rows = life.rows("cpts")
    return float(rows["hours"][rows["event"] == event].sum())


def _ledger(life: Life) -> float:
    week = life.rows("week")
    return float(sum(week[line].sum() for line in LEDGER_LINES if line.startswith("cpts")))
