"""The ensemble that the package ships: of today's parameters, large enough, and the one whose report is kept."""

from pathlib import Path

import numpy as np
import pytest

from cpts_sim.evidence import check_overrides, load_parameters
from cpts_sim.experiment.calibrate.space import read_space
from cpts_sim.experiment.calibrate.targets import national
from cpts_sim.experiment.ensemble import read_ensemble, shipped_ensemble, shipped_variants
from cpts_sim.experiment.parquet import from_parquet

KEPT = Path(__file__).parents[2] / "results" / "calibration"


@pytest.fixture(scope="module")
def ensemble():
    place = shipped_ensemble()
    assert place is not None, "compare draws from it by default"
    return read_ensemble(place)


def test_the_shipped_parameters_are_a_member_and_are_todays(ensemble):
    shipped = {member.name: member for member in ensemble.members}["shipped"]
    today = load_parameters(2019)
    assert shipped.parameters == {name: pytest.approx(today[name]) for name in read_space().names}, (
        "parameters have changed since: cpts-sim calibrate --output results/calibration --ship"
    )


def test_it_is_large_spread_and_admissible_with_every_open_structure(ensemble):
    assert 40 <= len(ensemble.members) <= 100 and ensemble.year == 2019
    assert len({tuple(sorted(member.parameters.items())) for member in ensemble.members}) == len(ensemble.members)
    for axis in read_space().axes:
        drawn = np.array([member.parameters[axis.id] for member in ensemble.members])
        assert axis.low <= drawn.min() and drawn.max() <= axis.high
        assert np.ptp(drawn) > 0.3 * (axis.high - axis.low), f"{axis.id} hardly varies"
    assert ensemble.variants == shipped_variants()
    for year in (2019, 2024):
        for member in ensemble.of_year(year).members:
            assert not list(check_overrides(member.parameters, year))


def test_its_report_is_kept_and_every_fact_of_calibration_is_reached_within_tolerance(ensemble):
    assert read_ensemble(KEPT / "ensemble.yaml") == ensemble
    told = from_parquet((KEPT / "report.parquet").read_bytes())
    assert set(told["fact"]) == {target.name for target in national(2019)}
    middle = (told["low"] + told["high"]) / 2
    for reached in (told["shipped"], told["reached_low"], told["reached_median"], told["reached_high"]):
        assert (np.abs(reached - middle) <= told["tolerance"] + 1e-9).all()
    assert (np.abs(told["residual"]) <= 3).all()
