"""Planted lives give the planted effects; verdicts hold at the edges of the band."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cpts_sim.errors import InternalError
from cpts_sim.experiment.responses.effects import READINGS
from cpts_sim.experiment.responses.enact import packed, unpacked
from cpts_sim.experiment.responses.lives import Life, _followed
from cpts_sim.experiment.responses.outcome import Outcome, Verdict, counts, misses
from cpts_sim.experiment.responses.published import published
from cpts_sim.experiment.statistics import Interval, student_quantile

PERIODS = 26
ROW = {row.name: row for row in published()}


def life(totals: Mapping[str, float] | None = None, **gps: Any) -> Life:
    """Three GPs, the last of the halo; forty people of each."""
    zero = np.zeros(3, dtype=np.int64)
    names = ("assistant", "house", "nurse", "list_start", "list_end", "seen", "acts", "weeks")
    columns: dict[str, Any] = dict.fromkeys(names, zero)
    own, there = np.array([True, True, False]), np.ones(3, dtype=bool)
    known: dict[str, Any] = {**columns, "key": zero, "own": own, "there": there, "succeeded": zero - 1}
    ones = np.ones((120, PERIODS), dtype=np.int16)
    people: dict[str, Any] = {"mt": np.repeat(np.arange(3), 40), "visits": ones, "duty": ones}
    return Life({**known, **{name: np.array(values) for name, values in gps.items()}}, people, dict(totals or {}))


def effect(name: str, *pairs: dict[str, Life]) -> Interval:
    return READINGS[name](pairs)


def test_only_gps_whom_the_change_concerns_count() -> None:
    without = life(acts=[100, 100, 100], weeks=[40, 40, 40], seen=[50, 50, 50])
    with_ = life(assistant=[1, 0, 1], acts=[106, 300, 300], weeks=[40, 40, 40], seen=[60, 1, 1])
    pair = {"without": without, "with": with_}
    assert effect("acts_by_week_of_assistant", pair).mean == pytest.approx(6.0)
    assert effect("patients_seen_of_assistant", pair).mean == pytest.approx(20.0)
    rested = life(assistant=[1, 0, 0], acts=[106, 0, 0], weeks=[20, 0, 0])
    assert effect("acts_by_week_of_assistant", {"without": without, "with": rested}).mean == pytest.approx(112.0)


def test_those_of_health_houses_are_the_same_in_both_arms() -> None:
    without, with_ = (life(house=[1, 0, 1], acts=acts) for acts in ([100, 7, 7], [102, 900, 900]))
    assert effect("acts_of_house", {"without": without, "with": with_}).mean == pytest.approx(2.0)


def test_a_list_is_compared_by_its_growth() -> None:
    without = life(list_start=[1000, 0, 0], list_end=[1066, 0, 0])
    with_ = life(assistant=[1, 0, 0], list_start=[500, 0, 0], list_end=[597.5, 0, 0])
    found = effect("list_growth_of_assistant", {"without": without, "with": with_})
    assert found.mean == pytest.approx(100 * (1.195 / 1.066 - 1))


def test_who_has_gone_by_the_end_in_one_arm_is_left_out() -> None:
    gone = life(acts=[100, 100, 0], there=[True, False, True])
    with_ = life(nurse=[1, 1, 0], acts=[103, 900, 0])
    assert effect("acts_of_nurse", {"without": gone, "with": with_}).mean == pytest.approx(3.0)


def test_nobody_concerned_gives_no_number() -> None:
    found = effect("acts_of_house", {"without": life(), "with": life()})
    assert math.isnan(found.mean)
    assert Outcome(ROW["msp_acts"], found).verdict is Verdict.UNDETERMINED


def test_contacts_of_the_year_after_a_succession() -> None:
    without = life()
    visits = without.people["visits"].copy()
    visits[:40, 4:17] = 2  # the thirteen periods after period 3
    visits[40:] = 9  # the others' do not count
    with_ = replace(life(succeeded=[3, -1, -1]), people={**without.people, "visits": visits})
    assert effect("contacts_after_succession", {"without": without, "with": with_}).mean == pytest.approx(2.0)


def test_an_effect_on_those_prepared_is_that_on_all_over_their_share() -> None:
    without = life({"stays": 1000, "stays_seen": 570, "stays_prepared": 40, "stays_again": 80})
    with_ = life({"stays": 1000, "stays_seen": 798, "stays_prepared": 800, "stays_again": 80})
    pair = {"without": without, "with": with_}
    assert effect("gp_within_15_days", pair).mean == pytest.approx(100 * 0.228 / 0.76)
    assert effect("readmitted_30_days", pair).mean == pytest.approx(0.0)


def test_visits_avoided_by_booked_slot() -> None:
    without = life({"ed_minor": 1000, "extra_booked": 0})
    with_ = life({"ed_minor": 967, "extra_booked": 100})
    assert effect("minor_ed_per_slot", {"without": without, "with": with_}).mean == pytest.approx(0.33)


def test_an_elasticity_planted_across_territories_is_found() -> None:
    towns = {str(d): life({"acts_per_inhabitant": 0.4 * d**0.5, "gp_density": d}) for d in (50.0, 70.0, 90.0, 120.0)}
    assert effect("acts_by_density", towns).mean == pytest.approx(0.5)
    assert effect("lowest_acts", towns).mean == pytest.approx(0.4 * 50**0.5)


def test_the_interval_is_that_of_the_jackknife() -> None:
    pairs = [{"without": life({"ed": 100.0}), "with": life({"ed": 100.0 + change})} for change in (-4, 0, 4)]
    found = effect("ed_total", *pairs)
    half = student_quantile(0.975, 2) * 4.0 / math.sqrt(3)  # a sum over equal pairs is a mean
    assert found.mean == pytest.approx(0.0, abs=1e-9) and found.half == pytest.approx(half)


def test_arms_with_other_gps_are_refused() -> None:
    with pytest.raises(InternalError, match="other GPs"):
        effect("acts_of_house", {"without": life(), "with": life(own=[True, False, False])})


@pytest.mark.parametrize(("mean", "half", "verdict"), [
    (1.03, 0.005, Verdict.INSIDE), (1.03, 0.01, Verdict.INSIDE), (1.03, 0.02, Verdict.UNDETERMINED),
    (1.00, 0.019, Verdict.OUTSIDE), (1.00, 0.021, Verdict.UNDETERMINED), (1.06, 0.001, Verdict.OUTSIDE),
    (1.03, math.inf, Verdict.UNDETERMINED), (math.nan, math.inf, Verdict.UNDETERMINED),
])  # fmt: skip
def test_verdicts(mean: float, half: float, verdict: Verdict) -> None:
    assert Outcome(ROW["succession_contacts"], Interval(mean, half, 5, 1.0)).verdict is verdict


def test_no_effect_at_all_is_outside_an_upper_bound() -> None:
    nothing = Outcome(ROW["hours_minor"], Interval(0.0, 0.0, 5, 0.0))
    assert nothing.verdict is Verdict.OUTSIDE and misses([nothing]) == [nothing]


def test_rows_that_lean_on_their_source_are_counted_apart() -> None:
    leaning = Outcome(ROW["assistants_acts"], Interval(3.0, 0.1, 5, 1.0))
    free = Outcome(ROW["hours_minor"], Interval(0.0, 0.0, 5, 0.0))
    found = counts([leaning, free])
    assert found["rows"] == 1 and found["outside"] == 1 and found["inside"] == 0
    assert found["leaning"] == 1 and found["leaning_inside"] == 1


def test_a_life_is_read_as_it_was_kept() -> None:
    kept = life({"ed": 3.0}, acts=[1, 2, 3])
    again = unpacked(packed(kept))
    assert again.totals == kept.totals
    for part in ("gps", "people"):
        for name, column in getattr(kept, part).items():
            assert np.array_equal(getattr(again, part)[name], column)


def test_stays_followed_in_time() -> None:
    day = 1440.0
    stays, out = np.array([1, 1, 2, 3]), np.array([0.0, 40.0, 0.0, 0.0]) * day
    person, at = np.array([1, 2, 2, 4]), np.array([14.9, 15.1, 100.0, 1.0]) * day
    assert _followed(stays, out, person, at, 15) == 1.0
    assert _followed(stays, out, person, at, 16) == 2.0
