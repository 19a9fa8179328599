"""The desk work that acts leave goes with the pace of the GP, and all of it together does not."""

import numpy as np
import pytest
from lives import scenario, winter

from cpts_sim.care.sessions import desk_of_acts
from cpts_sim.care.setup import yearly_acts
from cpts_sim.evidence import load_parameters
from cpts_sim.territory.professionals import quantile

P = load_parameters(2019)


def test_who_is_quick_with_patients_is_quick_with_their_letters() -> None:
    model = winter(scenario(population=30_000, warmup="1 week"))
    gps, people, world = model.tables["gps"], model.tables["people"], model.care.world
    rows = np.flatnonzero(gps["halo"] == 0)
    minutes = desk_of_acts(world, rows)
    order = np.argsort(gps["slot_min"][rows])
    assert (np.diff(minutes[order]) >= 0).all() and minutes[order][0] < 0.85 * minutes[order][-1]
    own = people["mt"] >= 0
    acts = np.bincount(people["mt"][own], yearly_acts(people, P, 0.0)[own], len(gps))[rows]
    assert (acts * minutes).sum() / acts.sum() == pytest.approx(P["gp.desk_act_min"], rel=0.02)


def test_as_many_gps_retire_as_in_france() -> None:
    """About 3 000 of 55 000 a year at the ages of the GPs of the reference year."""
    levels, table = P.array("territory.gp_age_levels"), P.table("territory.gp_age")
    ages, rates = P.array("gp.retirement_ages"), P.array("gp.retirement_rate_year")
    u = (np.arange(2000) + 0.5) / 2000
    women = P["territory.gp_women"]
    yearly = 0.0
    for sex, share in (("men", 1.0 - women), ("women", women)):
        age = quantile(levels, table[sex], u) + 0.5
        yearly += share * np.interp(age, ages, rates, left=rates[0]).mean()
    assert yearly == pytest.approx(3000 / 55_000, abs=0.005)
