"""Nurses and pharmacists who take part give hours to meetings: charged, displaced, paid, and felt, once."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from lives import DAY, Life, arms, cpts, live, same_bytes, scenario, winter

from cpts_sim.engine.events import LEDGER_LINES, CptsEvent, Member, Profession, Work
from cpts_sim.measures import Horizon, over
from cpts_sim.model import Model

CARERS = (Profession.NURSE, Profession.PHARMACIST)
LINES = ("cpts_lunch", "cpts_evening", "cpts_day", "cpts_admin")
OFTEN = {"per_year": 36, "length": "120 min"}
DAYS = 84
RICH = {"other_funders": "900 k€ per year"}
NAMES = {"quality": {"start": "60 months"}}
"""A mission that gives no care within the test: what differs is the meetings."""


@cache
def _town() -> Model:
    policies = arms(
        without=None, none=cpts(NAMES, meetings={"per_year": 0}, money=RICH),
        day=cpts(NAMES, meetings={**OFTEN, "when": "day"}, money=RICH),
        evening=cpts(NAMES, meetings={**OFTEN, "when": "evening"}, money=RICH),
        paper=cpts(NAMES, meetings=OFTEN, paper=True), poor=cpts(NAMES, meetings=OFTEN),
    )  # fmt: skip
    return winter(scenario(population=8000, arms=policies, cpts=cpts(NAMES)))


@cache
def _life(arm: str) -> Life:
    return live(_town(), arm, DAYS)


def _weeks(arm: str, profession: int, line: str) -> float:
    """Hours of a line in the weeks of a profession."""
    rows = _life(arm).rows("week")
    return float(rows[line][rows["profession"] == profession].sum(dtype=float)) / 60.0


def _all(arm: str, profession: int) -> float:
    return sum(_weeks(arm, profession, line) for line in LEDGER_LINES)


def _told(arm: str, profession: int, event: CptsEvent, what: str = "hours") -> float:
    rows = _life(arm).rows("cpts")
    last = _life(arm).rows("week")["at"].max() + 7 * DAY
    mine = (rows["event"] == event) & (rows["profession"] == profession) & (rows["at"] < last)
    return float(rows[what][mine].sum(dtype=float))


@pytest.mark.parametrize("profession", CARERS)
def test_what_they_give_is_charged_told_and_paid(profession: int) -> None:
    given = _weeks("day", profession, "cpts_day")
    assert given > 10.0
    assert _told("day", profession, CptsEvent.MEETING) == pytest.approx(given, rel=1e-4)
    rate = _life("day").model.parameters["cpts.hour_euros"]
    assert _told("day", profession, CptsEvent.MEETING, "euros") == pytest.approx(given * rate, rel=1e-4)


@pytest.mark.parametrize("profession", CARERS)
def test_hours_that_money_does_not_reach_are_unpaid(profession: int) -> None:
    given = sum(_weeks("poor", profession, line) for line in LINES)
    unpaid, paid = (_told("poor", profession, event) for event in (CptsEvent.UNPAID, CptsEvent.MEETING))
    assert unpaid > 0.0
    assert unpaid + paid == pytest.approx(given, rel=1e-4)


@pytest.mark.parametrize("profession", CARERS)
@pytest.mark.parametrize("arm", ["without", "paper", "none"])
def test_nobody_gives_hours_without_meetings(arm: str, profession: int) -> None:
    assert sum(_weeks(arm, profession, line) for line in LINES) == 0.0


@pytest.mark.parametrize("profession", CARERS)
def test_an_evening_lengthens_the_week_and_takes_from_nobody(profession: int) -> None:
    given = _weeks("evening", profession, "cpts_evening")
    assert given > 10.0
    assert _all("evening", profession) - _all("none", profession) == pytest.approx(given, rel=1e-3)


def test_a_pharmacists_hours_by_day_come_from_the_counter_the_desk_and_rest() -> None:
    who, p = Profession.PHARMACIST, _town().parameters
    given = _weeks("day", who, "cpts_day")
    lost = {line: _weeks("none", who, line) - _weeks("day", who, line) for line in ("consult", "admin")}
    share = p["strain.displaces_day_patients"]
    assert lost["consult"] == pytest.approx(given * share, rel=0.05)
    assert lost["admin"] == pytest.approx(given * min(p["strain.displaces_day_admin"], 1.0 - share), rel=0.05)
    longer = _all("day", who) - _all("none", who)
    assert longer == pytest.approx(given - sum(lost.values()), rel=1e-3)


def test_a_nurses_hours_by_day_close_her_office_and_leave_the_rounds() -> None:
    who = Profession.NURSE
    given = _weeks("day", who, "cpts_day")
    office, desk = (_weeks("none", who, line) - _weeks("day", who, line) for line in ("session_other", "admin"))
    assert 0.1 * given < office <= 0.65 * given, "those whose rounds fill the week have no office to close"
    assert desk > 0.0
    assert _weeks("day", who, "visit") == pytest.approx(_weeks("none", who, "visit"), rel=0.02)


def test_a_nurses_hours_by_day_leave_less_room_for_new_patients_until_the_next_board() -> None:
    model = _town().fork("day")
    model.run(1)
    home, day = model.care.world.home_care, model.tables["nurses"]
    came = np.flatnonzero(home.meeting_min)
    assert len(came) and (day["member"][came] == Member.ACTIVE).all()
    roomy = came[home.capacity_min[came] - home.load_min[came] - home.mission_min[came] > home.meeting_min[came]]
    before = home.free_min()[roomy]
    taken = home.meeting_min[roomy].copy()
    home.meeting_min[:] = 0.0
    assert home.free_min()[roomy] == pytest.approx(before + taken)
    model.organisation.end()
    assert not home.meeting_min.any() and not day["member"].any()


@pytest.mark.parametrize("profession", CARERS)
def test_evenings_strain_them(profession: int) -> None:
    """Attendance is drawn alike in both arms: exhaustion rises among those who gave evenings, pair by pair."""
    found = {}
    for arm in ("none", "evening"):
        rows = _life(arm).rows("week")
        mine = (rows["profession"] == profession) & (rows["at"] == rows["at"].max())
        found[arm] = rows["ee_true"][mine][np.argsort(rows["row"][mine])].astype(float)
    assert (found["evening"] - found["none"]).mean() > 0.0


@pytest.mark.parametrize("profession", CARERS)
def test_who_is_away_does_not_come(profession: int) -> None:
    rows = _life("day").rows("week")
    mine = (rows["profession"] == profession) & (rows["status"] != Work.WORKING)
    assert mine.any() and not rows["cpts_day"][mine].any()


@pytest.mark.parametrize("profession", list(Profession)[:3])
def test_the_first_board_counts_in_the_first_week(profession: int) -> None:
    """It is held on the Monday on which the week before is closed."""
    rows = _life("day").rows("week")
    first = (rows["profession"] == profession) & (rows["at"] == 0)
    assert sum(float(rows[line][first].sum()) for line in LINES) > 0.0
    before = _life("day").journal["week"]
    assert not any(before[line][before["at"] < 0].any() for line in LINES)


def test_tables_of_members_and_of_hours_show_them() -> None:
    journal, tables = _life("day").journal, _life("day").model.tables
    rows = over([journal], tables, Horizon(DAYS), ("members", "time"))
    found = {(row.indicator, row.by, row.group): row.value for row in rows}
    for profession in CARERS:
        name = profession.name.lower()
        assert 0 < found["cpts.attending", "profession", name] <= found["cpts.active", "profession", name]
        assert found["time.line", f"line_{name}", "cpts_day"] > 0.0


def test_a_life_resumed_in_the_middle_is_the_same() -> None:
    whole = live(_town(), "day", 40)
    half = _town().fork("day")
    half.run(20)
    rest = live_on(half, 20)
    for profession in CARERS:
        hours = []
        for journal in (whole.journal, rest.journal):
            rows = journal["week"]
            chosen = (rows["profession"] == profession) & (rows["at"] >= 21 * DAY)
            hours.append(np.stack([rows[line][chosen] for line in LEDGER_LINES]))
        assert np.array_equal(hours[0], hours[1])
    same_bytes(live(_town(), "day", 40), whole)


def live_on(model: Model, days: int) -> Life:
    """Fork a model that lives in an arm, in the same arm."""
    return live(model, model.arm, days)
