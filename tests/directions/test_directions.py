"""Directions that anybody who knows the field would bet on, over paired runs with intervals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from lives import DAY, Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.agenda import Slot
from cpts_sim.engine.events import Account, Ending, Need, Origin, Route
from cpts_sim.model import Model

BOOKED = (Route.OWN_GP, Route.SQUEEZE, Route.COLLEAGUE, Route.OTHER_GP, Route.DESK, Route.OUTSIDE)
UNSCHEDULED = {"start": "0 months"}


def pairs(
    start: Callable[[int], Model], arm: str, days: int, measure: Callable[[Life], float], seeds: int
) -> Any:
    """Differences arm − without of a measure, one per seed."""
    found = []
    for seed in range(1, seeds + 1):
        model = start(seed)
        found.append(measure(live(model, arm, days)) - measure(live(model, "without", days)))
    return np.array(found)


def interval(differences: Any) -> tuple[float, float]:
    """Mean and half-width of its 95 per cent interval (Student)."""
    quantile = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 8: 2.36}[len(differences)]
    return float(differences.mean()), float(quantile * differences.std(ddof=1) / np.sqrt(len(differences)))


def resolution_days(life: Life, kinds: tuple[int, ...] = (Need.MINOR, Need.ACUTE)) -> float:
    """Mean days from exogenous need to resolution, at most 30; given up and pending count as 30."""
    rows = life.rows("request")
    chosen = np.isin(rows["kind"], kinds) & (rows["origin"] == Origin.EXOGENOUS)
    served = rows["ending"] == Ending.SERVED
    days = np.where(served, (rows["visit"] - np.maximum(rows["raised"], rows["wished"])) / DAY, 30.0)
    return float(np.clip(days[chosen], 0.0, 30.0).mean())


def wait_of(*kinds: int) -> Callable[[Life], float]:
    """Mean wait of the served in days, by kind of need."""

    def measure(life: Life) -> float:
        rows = life.rows("request")
        seen = (
            np.isin(rows["kind"], kinds) & np.isin(rows["route"], BOOKED) & (rows["ending"] == Ending.SERVED)
        )
        return float(((rows["visit"] - np.maximum(rows["asked"], rows["wished"]))[seen] / DAY).mean())

    return measure


@cache
def _with_capacity(factor: float, seed: int) -> Model:
    return winter(
        scenario(population=8000, parameters={"gp.session_min": 248 * factor}, warmup="8 weeks"), seed
    )


def test_more_hours_of_gps_shorten_waits() -> None:
    """More consultation time of the same GPs: waits and unresolved needs fall, pair by pair."""
    wait, slow = [], []
    for seed in range(1, 5):
        few, many = (live(_with_capacity(f, seed), None, 60) for f in (0.75, 1.2))
        wait.append(wait_of(Need.FOLLOWUP, Need.PREVENTIVE, Need.ACUTE, Need.MINOR)(many) - wait_of(
            Need.FOLLOWUP, Need.PREVENTIVE, Need.ACUTE, Need.MINOR)(few))  # fmt: skip
        slow.append(resolution_days(many) - resolution_days(few))
    for differences in (np.array(wait), np.array(slow)):
        mean, width = interval(differences)
        assert mean + width < 0


def _mission(settings: Mapping[str, Any], capacity: float = 1.0, **block: Any) -> Callable[[int], Model]:
    policy = cpts({"unscheduled_care": {**UNSCHEDULED, **settings}}, meetings={"per_year": 0}, **block)
    policies = arms(without=None, **{"with": policy})
    parameters = {"gp.session_min": 248 * capacity}

    @cache
    def start(seed: int) -> Model:
        spec = scenario(
            population=8000, arms=policies, cpts=cpts({}), parameters=parameters, warmup="6 weeks"
        )
        return winter(spec, seed)

    return start


RESERVED = {"slots_per_day": 3, "extra_slots_per_week": 0, "protocols": False, "awareness": 1}


ALL_KINDS = (Need.MINOR, Need.ACUTE, Need.FOLLOWUP, Need.PREVENTIVE)


@pytest.mark.parametrize("capacity", [0.6, 1.2])
def test_reserved_slots_gain_little_when_saturated_and_when_slack(capacity: float) -> None:
    """A reserved slot is taken from another queue: over all needs it gains next to nothing."""

    def served(life: Life) -> float:
        rows = life.rows("request")
        chosen = np.isin(rows["kind"], ALL_KINDS) & (rows["origin"] == Origin.EXOGENOUS)
        return float(100.0 * (rows["ending"] == Ending.SERVED)[chosen].mean())

    mean, width = interval(pairs(_mission(RESERVED, capacity), "with", 60, served, 3))
    print(f"capacity {capacity}: served {mean:+.2f} ± {width:.2f} points")
    assert abs(mean) < 2.0 + width


def test_a_reserved_slot_lengthens_another_queue() -> None:
    """The slots of the desk were those of planned patients, who wait longer: harm, and it is shown."""
    reserved = {**RESERVED, "slots_per_day": 6}
    mean, width = interval(
        pairs(_mission(reserved, 0.8), "with", 60, wait_of(Need.FOLLOWUP, Need.PREVENTIVE), 4)
    )
    assert mean - width > 0, f"{mean:.3f} ± {width:.3f} days"


def delegated(life: Life) -> float:
    """Minor needs settled by a pharmacist, per 1000 exogenous minor needs."""
    rows = life.rows("request")
    minor = (rows["kind"] == Need.MINOR) & (rows["origin"] == Origin.EXOGENOUS)
    settled = (rows["route"] == Route.PHARMACIST) & (rows["account"] == Account.SHIFTED)
    return 1000.0 * (minor & settled).sum() / minor.sum()


@cache
def _protocols(dose: float) -> tuple[float, float]:
    settings = {"dose": dose, "slots_per_day": 0, "extra_slots_per_week": 0, "awareness": 0}
    policy = cpts({"unscheduled_care": {**UNSCHEDULED, **settings}}, meetings={"per_year": 0})
    spec = scenario(population=60000, arms=arms(without=None, **{"with": policy}), cpts=cpts({}))
    start = winter(spec, 2)
    life = live(start, "with", 28)
    share = float(life.model.tables["pharmacies"]["protocol"].mean())
    return share, delegated(life) - delegated(live(start, "without", 28))


def test_delegated_acts_pass_into_needs_met_in_proportion_to_dose() -> None:
    """Needs settled beyond ordinary law grow in proportion to the pharmacies that run protocols."""
    (some, few), (all_, many) = _protocols(0.4), _protocols(1.0)
    assert 0 < some < all_
    assert many > 10
    assert few / many == pytest.approx(some / all_, abs=0.15)


def test_the_effect_grows_with_active_members() -> None:
    """Slots served through the desk, and the change of the journal, rise with the share of active members."""
    served = []
    for share in (0.0, 0.3, 1.0):
        policy = cpts({"unscheduled_care": UNSCHEDULED}, members={"share_gps": 1, "active_share": share})
        start = winter(scenario(population=12000, arms=arms(**{"with": policy}), cpts=cpts({})), 3)
        rows = live(start, "with", 45).rows("visit")
        served.append(int(np.isin(rows["slot"], (Slot.SHARED, Slot.EXTRA)).sum()))
    assert served[0] == 0
    assert served[0] < served[1] < served[2]


def test_pledges_help_those_without_and_cost_those_on_the_list() -> None:
    """People find a médecin traitant through the CPTS; lists of members grow."""
    policy = cpts(
        {"treating_physician": {"start": "0 months", "pledges_per_year": 60}}, meetings={"per_year": 0}
    )
    spec = scenario(population=12000, arms=arms(without=None, **{"with": policy}), cpts=cpts({}),
                    parameters={"cpts.mt_ramp_months": 1})  # fmt: skip
    start = winter(spec, 1)
    without, with_ = live(start, "without", 90), live(start, "with", 90)
    assert (with_.rows("attachment")["via"] == 1).sum() > 10
    assert with_.rows("day")["without_mt"][-1] < without.rows("day")["without_mt"][-1]
    sizes = [life.model.tables["gps"]["list_size"].sum() for life in (without, with_)]
    assert sizes[1] > sizes[0]


def _yearly(life: Life, measure: Callable[[Any, Any], float], years: int) -> Any:
    rows = life.rows("request")
    return np.array([measure(rows, (rows["raised"] // (365 * DAY)) == year) for year in range(years)])


def _in_time(rows: Any, year: Any) -> float:
    symptom = year & (rows["kind"] <= Need.ACUTE) & (rows["origin"] == Origin.EXOGENOUS)
    served = (rows["ending"] == Ending.SERVED) & (rows["visit"] <= rows["raised"] + 2 * DAY)
    return float(100.0 * served[symptom].mean())


def _needs(rows: Any, year: Any) -> float:
    return float((year & (rows["origin"] == Origin.EXOGENOUS)).sum())


@pytest.mark.slow
def test_five_years_without_drift_are_flat() -> None:
    """With drift off and nobody coming or leaving, needs, access and exhaustion stay level."""
    spec = scenario(population=12000, drift=False, frozen=True, warmup="12 weeks", years=5, calendar="plain")
    life = live(winter(spec, 1), None, 5 * 365)
    needs, in_time = _yearly(life, _needs, 5), _yearly(life, _in_time, 5)
    week = life.rows("week")
    gps = week["profession"] == 0
    year = (week["at"] // (365 * DAY)).astype(int)
    exhaustion = np.array([week["ee_true"][gps & (year == k)].mean() for k in range(5)])
    print("needs", needs, "in time %", in_time.round(2), "EE", exhaustion.round(2))
    assert np.abs(needs / needs.mean() - 1).max() < 0.03
    assert np.abs(in_time[1:] - in_time[1:].mean()).max() < 2.0
    assert abs(in_time[-1] - in_time[0]) < 3.0
    assert np.abs(exhaustion - exhaustion.mean()).max() < 2.5


def test_three_initial_backlogs_meet() -> None:
    """Books that begin empty, half full or full hold the same backlog some months later."""
    start = winter(scenario(population=8000, frozen=True), 2)
    levels = []
    for share in (0.0, 0.5, 0.98):
        model = start.fork()
        _fill(model, share)
        begun = _backlog(model)
        model.run(120)
        levels.append((begun, _backlog(model)))
    begun, ended = zip(*levels, strict=True)
    print("backlogs", begun, ended)
    assert max(begun) - min(begun) > 3.0
    assert max(ended) - min(ended) < 0.5 * (max(begun) - min(begun))
    assert max(ended) - min(ended) < 2.0


def _fill(model: Model, share: float) -> None:
    books, draws = model.care.world.books, model.care.world.draws
    gp, column = np.nonzero(books.free[:, : 70 * books.per_day] == Slot.AHEAD)
    taken = draws.uniform("phantom", model.tables["gps"]["key"][gp], column) < share
    books.close(gp[taken], column[taken])


def _backlog(model: Model) -> float:
    from cpts_sim.care.stabilisers import third_next_days

    model.care.world.now = model.now
    return float(third_next_days(model.care.world).mean())


def test_doubling_the_warm_up_moves_no_measure_beyond_noise() -> None:
    """Eight or sixteen weeks of warm-up: same access over the following weeks of the same season."""
    differences = []
    for seed in range(1, 5):
        lives = []
        for weeks in ("8 weeks", "16 weeks"):
            spec = scenario(population=8000, warmup=weeks, calendar="plain", frozen=True, drift=False)
            lives.append(live(winter(spec, seed), None, 56))
        differences.append(
            [measure(lives[1]) - measure(lives[0]) for measure in (resolution_days, wait_of(Need.FOLLOWUP))]
        )
    for column, tolerance in zip(np.array(differences).T, (0.3, 0.6), strict=True):
        mean, width = interval(column)
        assert abs(mean) <= max(width, tolerance)
