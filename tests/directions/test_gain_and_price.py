"""What a mission is for and what it costs, in the lives of people: the same winters in pairs, each pair the same way.

Visits and reminders are not the end of it. Here stand the needs that were met or not, the days in hospital to be
expected, and who waited longer for it. Doses are large and territories small: directions, not sizes.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from lives import DAY, Life, arms, cpts, live, scenario, winter

from cpts_sim.engine.draws import quantile
from cpts_sim.engine.events import Attachment, Ending, Need, Origin, Via
from cpts_sim.model import Model

SYMPTOM, PLANNED = (Need.MINOR, Need.ACUTE), (Need.FOLLOWUP, Need.PREVENTIVE)
QUIET = {"meetings": {"per_year": 0}}
SEEDS = (1, 2)
Array = Any


def chosen(life: Life, kinds: tuple[int, ...], people: Array | None = None, after: float = 0.0) -> Array:
    """Exogenous needs of these kinds raised after a day, of some people of day 0 or of all."""
    rows = life.rows("request")
    found = np.isin(rows["kind"], kinds) & (rows["origin"] == Origin.EXOGENOUS) & (rows["raised"] >= after * DAY)
    if people is not None:
        known = rows["person"] < len(people)
        found &= known & people[np.where(known, rows["person"], 0)]
    return found


def unmet(life: Life, kinds: tuple[int, ...] = SYMPTOM, people: Array | None = None, after: float = 0.0) -> float:
    """Needs left without care, per cent."""
    rows = life.rows("request")
    return float(100.0 * (rows["ending"] == Ending.UNMET)[chosen(life, kinds, people, after)].mean())


def in_time(life: Life, kinds: tuple[int, ...], people: Array | None = None, after: float = 0.0) -> float:
    """Needs met in time, per cent: two days for a symptom, seven days after the wished date for planned care."""
    rows = life.rows("request")
    days = np.where(np.isin(rows["kind"], SYMPTOM), 2.0, 7.0)
    soon = rows["visit"] <= np.maximum(rows["raised"], rows["wished"]) + days * DAY
    met = (rows["ending"] == Ending.SERVED) & soon
    return float(100.0 * met[chosen(life, kinds, people, after)].mean())


def illness(life: Life, start: Model, people: Array) -> float:
    """Avoidable admissions to be expected of some people of day 0, over the run: the hazard that they lived."""
    before, after = start.tables["people"]["illness"], life.model.tables["people"]["illness"][: len(people)]
    return float((after - before)[people].sum())


def told(what: str, pairs: list[tuple[float, float]]) -> None:
    """Print each pair: without, with."""
    print(what, " ".join(f"{a:.2f} → {b:.2f}" for a, b in pairs))


# ------------------------------------------------------------------------------------------ treating_physician
MATCHED_BY, PLEDGES = 60.0, {"treating_physician": {"start": "0 months", "pledges_per_year": 60}}
"""Day until which matches count; a mission in which members pledge much."""


@cache
def _doctors(seed: int) -> tuple[Model, dict[str, Life]]:
    policies = arms(without=cpts({}, **QUIET), **{"with": cpts(PLEDGES, **QUIET)})
    numbers = {"cpts.mt_ramp_months": 1, "cpts.pledge_additional": 0.5}
    start = winter(scenario(population=6000, arms=policies, cpts=cpts({}), parameters=numbers), seed)
    return start, {arm: live(start, arm, 140) for arm in policies}


def _given(start: Model, life: Life) -> Array:
    """People of day 0 to whom the commission gave a doctor in the first two months."""
    rows, people = life.rows("attachment"), np.zeros(len(start.tables["people"]), dtype=bool)
    mine = (rows["event"] == Attachment.REGISTERED) & (rows["via"] == Via.CPTS) & (rows["at"] < MATCHED_BY * DAY)
    person = rows["person"][mine]
    people[person[person < len(people)]] = True
    return people


def _without_care(life: Life, people: Array) -> float:
    return unmet(life, (*SYMPTOM, *PLANNED), people, MATCHED_BY)


def test_who_is_given_a_doctor_goes_without_care_less_often() -> None:
    left, ill = [], []
    for seed in SEEDS:
        start, lives = _doctors(seed)
        people = _given(start, lives["with"])
        assert people.sum() > 15
        without, given = lives["without"], lives["with"]
        left.append((_without_care(without, people), _without_care(given, people)))
        ill.append((illness(without, start, people), illness(given, start, people)))
    told("without care, %:", left)
    told("avoidable admissions to be expected:", ill)
    assert all(b < a - 3.0 for a, b in left)
    assert all(b < a for a, b in ill)


def test_some_of_them_would_have_found_one_anyway() -> None:
    """The count that the contract looks at is gross; the people who have a doctor more are fewer."""
    for seed in SEEDS:
        _, lives = _doctors(seed)
        rows = lives["with"].rows("attachment")
        gross = int(((rows["event"] == Attachment.REGISTERED) & (rows["via"] == Via.CPTS)).sum())
        ends = [int(lives[arm].rows("day")["without_mt"][-1]) for arm in ("without", "with")]
        assert 0 < ends[0] - ends[1] < gross


def test_those_who_were_on_the_lists_already_pay_in_time() -> None:
    pairs = []
    for seed in SEEDS:
        start, lives = _doctors(seed)
        listed = start.tables["people"]["mt"] >= 0
        pairs.append((in_time(lives["without"], SYMPTOM, listed), in_time(lives["with"], SYMPTOM, listed)))
    told("symptoms of those on lists met in time, %:", pairs)
    assert all(b < a for a, b in pairs)


# ------------------------------------------------------------------------------------------ unscheduled_care
@cache
def _busy(seed: int) -> dict[str, Life]:
    desk = {"start": "0 months", "slots_per_day": 2, "extra_slots_per_week": 6, "awareness": 1}
    policies = arms(without=cpts({}, **QUIET), **{"with": cpts({"unscheduled_care": desk}, **QUIET)})
    numbers = {"gp.session_min": 200, "cpts.extra_sessions_share": 1}
    start = winter(scenario(population=6000, arms=policies, cpts=cpts({}), parameters=numbers), seed)
    return {arm: live(start, arm, 60) for arm in policies}


def _pairs(lived: Callable[[int], dict[str, Life]], measure: Callable[[Life], float]) -> list[tuple[float, float]]:
    return [(measure(lives["without"]), measure(lives["with"])) for lives in map(lived, SEEDS)]


def test_where_doctors_are_full_a_desk_leaves_fewer_symptoms_without_care_and_meets_more_in_time() -> None:
    left, soon = _pairs(_busy, unmet), _pairs(_busy, lambda life: in_time(life, SYMPTOM))
    told("symptoms without care, %:", left)
    told("symptoms in time, %:", soon)
    assert all(b < a for a, b in left)
    assert all(b > a for a, b in soon)


def test_the_desk_is_paid_by_planned_patients_and_by_evenings() -> None:
    soon = _pairs(_busy, lambda life: in_time(life, PLANNED))
    evenings = _pairs(_busy, lambda life: float(life.rows("week")["extra_paid"].sum(dtype=float)))
    told("planned care in time, %:", soon)
    assert all(b < a for a, b in soon)
    assert all(b > a == 0.0 for a, b in evenings)


# ------------------------------------------------------------------------------------------ pathways
@cache
def _followed(seed: int) -> tuple[Model, dict[str, Life]]:
    mission = {"pathways": {"start": "0 months", "partnership_months": 0}}
    policies = arms(without=cpts({}), **{"with": cpts(mission)})
    start = winter(scenario(population=9000, arms=policies, cpts=cpts({})), seed)
    return start, {arm: live(start, arm, 90) for arm in policies}


def _readmissions(life: Life) -> float:
    """Readmissions to be expected of those who went home in the last month, by when they were seen."""
    wards = life.model.care.world.stays
    stays, s = wards._stays[wards._stays["home"] == 1], wards.settings
    seen = np.clip((stays["followed"] - stays["discharge"]) / DAY, 0.0, 30.0)
    passed = quantile(s.days, s.passed, seen)
    hazard = stays["scale"] * (passed + s.follow_up_ratio * (1.0 - passed))
    assert len(stays) > 15
    return float((1.0 - np.exp(-hazard)).sum())


def test_a_pathway_lowers_the_admissions_to_be_expected() -> None:
    """A little: a follow-up in the week lowers the hazard by a tenth, in every arm."""
    back, ill = [], []
    for seed in SEEDS:
        start, lives = _followed(seed)
        files = lives["with"].model.tables["people"]["nurse_followed"][: len(start.tables["people"])] > 0
        assert files.sum() > 50
        back.append((_readmissions(lives["without"]), _readmissions(lives["with"])))
        ill.append((illness(lives["without"], start, files), illness(lives["with"], start, files)))
    told("readmissions to be expected:", back)
    told("avoidable admissions to be expected of those in nurses' files:", ill)
    assert all(b < a for a, b in [*back, *ill])


def test_others_who_need_a_nurse_wait_longer_for_it() -> None:
    def days(life: Life) -> float:
        rows = life.rows("request")
        seen = chosen(life, (Need.NURSING,)) & (rows["ending"] == Ending.SERVED)
        return float(((rows["visit"] - np.maximum(rows["raised"], rows["wished"]))[seen] / DAY).mean())

    pairs = _pairs(lambda seed: _followed(seed)[1], days)
    told("days until a nurse comes:", pairs)
    assert all(b > a for a, b in pairs)


# ------------------------------------------------------------------------------------------ prevention
BAD_WINTER = {"influenza": {"severity": 4, "start": "11 weeks", "length": "35 days"}}
EVERYBODY = {"prevention.agent_hours_month": 100, "prevention.reach": {"usual": 1, "without_mt": 1, "deprived": 1}}


@cache
def _winters(seed: int) -> tuple[Model, dict[str, Life]]:
    policies = arms(without=cpts({}), **{"with": cpts({"prevention": {"start": "0 months"}})})
    for policy in policies.values():
        policy["parameters"] = EVERYBODY
    numbers = {"parameters": EVERYBODY, "start": "2019-09-30", "shocks": BAD_WINTER}
    start = winter(scenario(population=5000, arms=policies, cpts=cpts({}), **numbers), seed)
    return start, {arm: live(start, arm, 115) for arm in policies}


def _old_and_ill(life: Life) -> float:
    """Acute needs of people of 65 and over that came to be, in the weeks of influenza."""
    rows = life.rows("request")
    mine = chosen(life, (Need.ACUTE,), after=77.0) & (rows["age"] >= 65)
    return float((mine & ~((rows["ending"] == Ending.SERVED) & (rows["contacts"] == 0))).sum())


def test_a_campaign_spares_old_people_a_part_of_a_bad_winter() -> None:
    ill, hazard = [], []
    for seed in SEEDS:
        start, lives = _winters(seed)
        everybody = np.ones(len(start.tables["people"]), dtype=bool)
        ill.append((_old_and_ill(lives["without"]), _old_and_ill(lives["with"])))
        hazard.append((illness(lives["without"], start, everybody), illness(lives["with"], start, everybody)))
    told("acute needs of the old:", ill)
    told("avoidable admissions to be expected:", hazard)
    assert all(b <= a for a, b in ill)
    assert all(b < a for a, b in hazard)


def test_those_who_are_reminded_take_slots_that_others_wanted() -> None:
    pairs = _pairs(lambda seed: _winters(seed)[1], lambda life: in_time(life, PLANNED))
    told("planned care in time, %:", pairs)
    assert all(b < a for a, b in pairs)
    taken = [(lives["with"].rows("request")["origin"] == Origin.OUTREACH).sum() for _, lives in map(_winters, SEEDS)]
    assert min(taken) > 100


# ------------------------------------------------------------------------------------------ professional_support
@cache
def _holidays(seed: int) -> dict[str, Life]:
    pool = {"start": "0 months", "arrivals_per_100_year": 0.0, "trainee_hosts": 0}
    trainees = {**pool, "trainee_hosts": 1, "locum_pool": False}
    policies = arms(without=cpts({}), **{"with": cpts({"professional_support": pool})},
                    trainees=cpts({"professional_support": trainees}))  # fmt: skip
    policies["with"]["parameters"] = {"professional_support.pool_share": 0.5, "gp.session_min": 200}
    start = winter(scenario(population=8000, arms=policies, cpts=cpts({}), parameters={"gp.session_min": 200}), seed)
    return {arm: live(start, arm, 84) for arm in policies}


def test_where_locums_keep_practices_open_fewer_symptoms_are_left_without_care() -> None:
    left = _pairs(_holidays, unmet)
    told("symptoms without care, %:", left)
    assert all(b < a for a, b in left)


def test_patients_of_supervisors_pay_for_the_trainees() -> None:
    towns = [_holidays(seed) for seed in SEEDS]
    pairs = [(in_time(lives["without"], SYMPTOM), in_time(lives["trainees"], SYMPTOM)) for lives in towns]
    told("symptoms in time, %:", pairs)
    assert all(b < a for a, b in pairs)


# ------------------------------------------------------------------------------------------ quality
@cache
def _groups(seed: int) -> dict[str, Life]:
    groups = cpts({"quality": {"start": "0 months", "groups_per_year": 12.0}}, **QUIET)
    policies = arms(without=cpts({}, **QUIET), **{"with": groups})
    policies["with"]["parameters"] = {"quality.avoidable_returns": 0.16, "quality.step": 0.5}
    start = winter(scenario(population=8000, arms=policies, cpts=cpts({})), seed)
    return {arm: live(start, arm, 84) for arm in policies}


def test_useless_second_visits_that_are_not_asked_for_leave_room_for_needs() -> None:
    def again(life: Life) -> float:
        rows = life.rows("request")
        return float((rows["origin"] == Origin.CARE).sum())

    back, left = _pairs(_groups, again), _pairs(_groups, lambda life: unmet(life, (*SYMPTOM, *PLANNED)))
    told("second visits asked for:", back)
    told("needs without care, %:", left)
    assert all(b < 0.99 * a for a, b in back)
    assert sum(b for _, b in left) < sum(a for a, _ in left)


def test_who_compares_practices_gives_evenings() -> None:
    hours = _pairs(_groups, lambda life: float(life.rows("week")["cpts_evening"].sum(dtype=float)) / 60.0)
    told("hours of evenings:", hours)
    assert all(a == 0.0 and b > 5.0 for a, b in hours)
