"""Ten stylised facts of access to care in France, each as a direction with its 95 per cent interval over seeds.

A pair is the same territory, people and needs with less and with more consultation time of the same GPs. What is
asked is the sign (or the order) that observation shows, not the size; sizes are the business of ``cpts-sim facts``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from lives import DAY, Life, live, scenario, winter

from cpts_sim.engine.events import EdOutcome, Ending, First, Need, Origin, Road, Route
from cpts_sim.experiment.statistics import Interval, mean_interval

SEEDS, FEW, MANY, DAYS = range(1, 6), 0.5, 1.2, 56
BOOKED = (Route.OWN_GP, Route.SQUEEZE, Route.COLLEAGUE, Route.OTHER_GP, Route.OUTSIDE)
ACUTE, PLANNED = (Need.MINOR, Need.ACUTE), (Need.FOLLOWUP, Need.PREVENTIVE)


@cache
def lived(factor: float, seed: int) -> Life:
    """Eight weeks of a small territory whose GPs consult so many times their usual minutes."""
    return live(winter(spec(factor), seed), None, DAYS)


def spec(factor: float) -> Any:
    return scenario(population=10_000, parameters={"gp.session_min": 248 * factor}, warmup="8 weeks")


def scarce(measure: Callable[[Life], float]) -> Interval:
    """Mean over seeds of a measure under scarcity minus the same under plenty."""
    gaps = [measure(lived(FEW, seed)) - measure(lived(MANY, seed)) for seed in SEEDS]
    return mean_interval(gaps)


def everywhere(measure: Callable[[Life], float]) -> Interval:
    """Mean over seeds and both levels of supply of a measure of one life."""
    return mean_interval([measure(lived(factor, seed)) for seed in SEEDS for factor in (FEW, MANY)])


def waits(life: Life, kinds: tuple[int, ...]) -> Any:
    """Days from asking to the appointment of those served by a practice."""
    rows = life.rows("request")
    seen = np.isin(rows["kind"], kinds) & np.isin(rows["route"], BOOKED) & (rows["ending"] == Ending.SERVED)
    return ((rows["visit"] - np.maximum(rows["asked"], rows["wished"]))[seen]) / DAY


def acts(life: Life) -> float:
    return float(len(life.rows("visit")["at"]))


def test_1_use_reacts_weakly_to_supply() -> None:
    """A percentage of consultation time moves acts by much less than a percentage."""
    change = np.log(FEW / MANY)
    elasticity = mean_interval([np.log(acts(lived(FEW, s)) / acts(lived(MANY, s))) / change for s in SEEDS])
    print(f"elasticity of acts to minutes {elasticity.mean:.2f} ± {elasticity.half:.2f}")
    assert elasticity.low > -0.5
    assert elasticity.high < 0.5


def not_admitted(life: Life) -> float:
    """Emergency visits without admission per 1 000 inhabitants and year."""
    rows = life.rows("ed")
    home = (rows["outcome"] == EdOutcome.HOME) & (rows["road"] != Road.OUTSIDER)
    return float(1000 * home.sum() / len(life.model.tables["people"]) * 365 / DAYS)


def test_2_more_emergency_visits_without_admission_where_practices_see_fewer() -> None:
    gap = scarce(not_admitted)
    print(f"visits without admission, scarce − plenty: {gap.mean:+.1f} ± {gap.half:.1f} per 1 000 and year")
    assert gap.low > 0


def low_acuity(life: Life) -> float:
    """Share of the least urgent among emergency visits, per cent."""
    rows = life.rows("ed")
    local = rows["road"] != Road.OUTSIDER
    return float(100 * (rows["level"][local] <= 2).mean())


def test_3_the_least_urgent_are_a_larger_share_when_appointments_fail() -> None:
    gap = scarce(low_acuity)
    print(f"low-acuity share, scarce − plenty: {gap.mean:+.2f} ± {gap.half:.2f} points")
    assert gap.low > 0


def monday(life: Life, kind: str, time: str) -> float:
    """Monday's events over those of a mean day of the same kind (practices: a mean weekday)."""
    day = np.floor_divide(life.rows(kind)[time], DAY).astype(int)
    weekday = (day + spec(FEW).start.weekday()) % 7
    counts = np.bincount(weekday, minlength=7)
    return float(counts[0] / (counts[:5].mean() if kind == "visit" else counts.mean()))


@pytest.mark.parametrize(("kind", "time"), [("visit", "at"), ("ed", "arrival")])
def test_4_monday_is_the_busiest_day_of_practices_and_of_emergency_departments(kind: str, time: str) -> None:
    index = everywhere(lambda life: monday(life, kind, time))
    print(f"Monday index, {kind}: {index.mean:.3f} ± {index.half:.3f}")
    assert index.low > 1.0


def stay(life: Life) -> float:
    """Hours that people of 75 and over stay in the emergency department beyond those of people under 40."""
    rows = life.rows("ed")
    seen = rows["outcome"] != EdOutcome.LEFT_UNSEEN
    hours = (rows["end"] - rows["arrival"]) / 60
    return float(hours[seen & (rows["age"] >= 75)].mean() - hours[seen & (rows["age"] < 40)].mean())


def test_5_older_people_stay_longer_in_the_emergency_department() -> None:
    gap = everywhere(stay)
    print(f"stay, 75 and over − under 40: {gap.mean:+.2f} ± {gap.half:.2f} h")
    assert gap.low > 0


def test_6_scarcity_shows_first_in_the_delay_of_follow_up() -> None:
    """Triage protects acute requests: planned ones wait longer by more days."""
    planned, acute = (scarce(lambda life, kinds=kinds: float(waits(life, kinds).mean())) for kinds in (PLANNED, ACUTE))
    apart = scarce(lambda life: float(waits(life, PLANNED).mean() - waits(life, ACUTE).mean()))
    print(f"planned {planned.mean:+.2f} ± {planned.half:.2f} d, acute {acute.mean:+.2f} ± {acute.half:.2f} d")
    assert planned.low > 0
    assert apart.low > 0


def test_7_the_median_moves_less_than_the_tail() -> None:
    everybody = (*ACUTE, *PLANNED)
    tail = scarce(lambda life: float(np.diff(np.quantile(waits(life, everybody), [0.5, 0.9]))[0]))
    print(f"ninth decile beyond the median, scarce − plenty: {tail.mean:+.2f} ± {tail.half:.2f} d")
    assert tail.low > 0


def vanishing(life: Life) -> float:
    """Needs given up minus those carried to the emergency department, among failed first contacts, per cent."""
    rows = life.rows("request")
    failed = np.isin(rows["kind"], ACUTE) & (rows["origin"] == Origin.EXOGENOUS) & (rows["first"] == First.REFUSED)
    given_up = rows["ending"] == Ending.UNMET
    went = (rows["route"] == Route.ED) & (rows["ending"] == Ending.SERVED)
    return float(100 * (given_up[failed].mean() - went[failed].mean()))


def to_emergency(life: Life) -> float:
    """Share of the failed first contacts that end in the emergency department, per cent."""
    rows = life.rows("request")
    failed = np.isin(rows["kind"], ACUTE) & (rows["origin"] == Origin.EXOGENOUS) & (rows["first"] == First.REFUSED)
    return float(100 * ((rows["route"] == Route.ED) & (rows["ending"] == Ending.SERVED))[failed].mean())


def test_8_few_failed_requests_go_to_the_emergency_department_and_more_vanish() -> None:
    went, more = everywhere(to_emergency), everywhere(vanishing)
    print(f"failed to the ED {went.mean:.1f} ± {went.half:.1f} %, given up − that {more.mean:+.1f} ± {more.half:.1f}")
    assert went.high < 20
    assert more.low > 0


def closed(life: Life) -> float:
    """Needs with a symptom that end without care, per cent."""
    rows = life.rows("request")
    chosen = np.isin(rows["kind"], ACUTE) & (rows["origin"] == Origin.EXOGENOUS)
    return float(100 * (rows["ending"][chosen] == Ending.UNMET).mean())


def test_9_scarcity_closes_doors() -> None:
    """More needs with a symptom are given up."""
    gap = scarce(closed)
    print(f"given up, scarce − plenty: {gap.mean:+.1f} ± {gap.half:.1f} points")
    assert gap.low > 0


def solo(life: Life) -> float:
    """Emergency visits per 1 000 people and year without a médecin traitant, minus with one."""
    rows, people = life.rows("request"), life.model.tables["people"]
    without = people["mt"] < 0
    went = (rows["route"] == Route.ED) & np.isin(rows["kind"], ACUTE)
    visits = np.bincount(rows["person"][went], minlength=len(people))
    return float(1000 * 365 / DAYS * (visits[without].mean() - visits[~without].mean()))


def test_10_people_without_a_usual_gp_use_the_emergency_department_more() -> None:
    gap = everywhere(solo)
    print(f"without − with a usual GP: {gap.mean:+.0f} ± {gap.half:.0f} visits per 1 000 and year")
    assert gap.low > 0

