"""Orders of size have a verdict, and nothing beyond what comparable programmes reached goes unsaid."""

from __future__ import annotations

import math

import numpy as np
import pytest
from lives import arms, cpts, scenario

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Comparison, Place, Plan, Values
from cpts_sim.experiment.ceiling import CEILINGS, Ceiling, beyond_programmes
from cpts_sim.experiment.scale import checks, judge
from cpts_sim.experiment.statistics import Interval, mean_interval
from cpts_sim.report.scale import scale_json, scale_rows
from cpts_sim.report.table import exceeding, table_of

PAIRS = 6
WOBBLE = np.array([-1.0, 1.0, -0.5, 0.5, -0.2, 0.2])


def comparison(numbers: dict[str, dict[Place, float]], noise: float = 0.01, pairs: int = PAIRS) -> Comparison:
    """Pairs in which each number of the second arm wobbles by a share of itself."""
    spec = scenario(cpts=cpts(), arms=arms(without=None, **{"with": cpts()}))
    values = Values(("without", "with"), tuple(range(pairs)), {"without": {}, "with": {}})
    for arm, places in numbers.items():
        for place, number in places.items():
            wobble = noise * WOBBLE[:pairs] if arm == "with" else 0.0
            values.put(arm, place, np.full(pairs, number) * (1 + wobble))
    return Comparison(Plan(spec, ("without", "with")), values, {}, "asked", 0, {})


def _moved(ceiling: Ceiling, times: float) -> dict[str, dict[Place, float]]:
    """Numbers whose effect is so many times the ceiling."""
    most = times * load_parameters(2019)[ceiling.parameter]
    if ceiling.level is None:
        return {"without": {ceiling.place: 60.0}, "with": {ceiling.place: 60.0 + ceiling.sign * most}}
    if ceiling.level == ceiling.place:
        return {"without": {ceiling.place: 0.2}, "with": {ceiling.place: 0.2 * (1 + ceiling.sign * most)}}
    return {"without": {ceiling.level: 900.0, ceiling.place: 0.0}, "with": {ceiling.place: ceiling.sign * most * 900}}


@pytest.mark.parametrize("ceiling", CEILINGS, ids=lambda ceiling: ceiling.parameter)
def test_every_ceiling_speaks_above_it_and_is_silent_below(ceiling: Ceiling) -> None:
    above, below = (comparison(_moved(ceiling, times), 0.001) for times in (1.1, 0.9))
    assert [found.ceiling for found in beyond_programmes(above)] == [ceiling]
    assert not beyond_programmes(below)
    for lang, words in (("fr", "programmes comparables"), ("en", "comparable programmes")):
        assert words in exceeding(above, lang)[0]
        assert words in " ".join(table_of(above, lang).notes)


def test_a_harm_however_great_is_no_effect_beyond_programmes() -> None:
    for ceiling in CEILINGS:
        assert not beyond_programmes(comparison(_moved(ceiling, -3.0), 0.001))


def test_noise_that_may_be_nothing_is_not_an_effect() -> None:
    place = Place("ed.visits")
    loud = comparison({"without": {place: 300.0}, "with": {place: 270.0}}, noise=0.5)
    assert loud.line(place, "with").difference.mean < -0.07 * 300
    assert not beyond_programmes(loud)


def test_one_pair_alone_is_told_as_one_pair() -> None:
    place = Place("ed.visits")
    alone = comparison({"without": {place: 300.0}, "with": {place: 200.0}}, pairs=1)
    assert "one pair only" in exceeding(alone, "en")[0]


@pytest.mark.parametrize(
    ("mean", "half", "expected"),
    [(10, 1, "below"), (60, 6, "undetermined"), (100, 9, "undetermined"), (80, 50, "inside"), (120, 2, "above"),
     (70, math.inf, "inside"), (math.nan, math.inf, "absent")],
)  # fmt: skip
def test_a_verdict_meets_the_range_with_the_interval(mean: float, half: float, expected: str) -> None:
    assert judge(Interval(mean, half, 5, 1.0), 65, 97) == expected


def _france(found: float, euros: float, people: float = 8500.0) -> Comparison:
    per_1000 = Place("account.base", "count", "per_1000")
    via, received = Place("mt.registered", "via", "cpts"), Place("cpts.received")
    without, stock = {per_1000: 1000 / people, via: 0.0, received: 0.0}, Place("mt.people_without")
    with_ = {per_1000: 1000 / people, via: 1000 * found / people, received: euros * people}
    sas = Place("sas.in_town")
    return comparison({"without": {**without, stock: 500.0, sas: 0.5}, "with": {**with_, stock: 498.0}}, noise=0.0)


def test_people_found_an_mt_are_brought_to_a_cpts_of_mean_size() -> None:
    done = _france(found=8.0, euros=3.0)
    got = {check.name: check for check in checks(done)}
    assert got["mt_gross"].reached.mean == pytest.approx(80.0)
    assert got["mt_net"].reached.mean == pytest.approx(20.0)
    assert got["euros_person"].reached.mean == pytest.approx(3.0)
    assert [got[name].verdict for name in ("mt_gross", "euros_person", "sas_in_town")] == ["inside"] * 3
    assert got["mt_net"].verdict == ""


def test_what_is_not_there_is_said_not_to_be() -> None:
    done = _france(found=0.0, euros=0.0)
    assert {check.verdict for check in checks(done) if check.name in ("mt_gross", "euros_person")} == {"absent"}
    for lang in ("fr", "en"):
        title, rows, note = scale_rows(done, lang)
        assert len({len(row) for row in rows}) == 1 and title and note
    plain = {row["name"]: row for row in scale_json(done)}
    assert plain["mt_gross"]["mean"] is None and plain["sas_in_town"]["mean"] == 0.5
    assert math.isnan(mean_interval([math.nan]).mean)


def test_the_scenario_has_its_own_numbers() -> None:
    """A scenario that sets a range or a size is judged by them, not by those of the evidence."""
    own = {"scale.mt_found": [10, 20], "scale.cpts_inhabitants": 70_000}
    done = comparison({"without": {}, "with": {}})
    spec = scenario(cpts=cpts(), arms=arms(without=None, **{"with": cpts()}), parameters=own)
    told = Comparison(Plan(spec, ("without", "with")), done.values, {}, "asked", 0, {})
    gross = next(check for check in checks(told) if check.name == "mt_gross")
    assert (gross.low, gross.high) == (10, 20)
    assert "70" in scale_rows(told, "en")[2]
