"""Portfolios: perimeters built once from files in the official formats, played whole or small, put on the map."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from territory import mini_france

from cpts_sim.experiment.sweep.estimate import inhabitants_of
from cpts_sim.experiment.sweep.reader import read_experiment
from cpts_sim.territory import load_territory, read_territory
from cpts_sim.territory.reduced import reduced

from . import quick

NAMES = {"CPTS des Deux Aj": ("27001", "27002"), "CPTS du Bosc": ("27003",)}


@pytest.fixture
def portfolio(tmp_path, monkeypatch):
    """Return what writes the experiment file of two made-up perimeters."""
    monkeypatch.chdir(tmp_path)
    data = mini_france.folder(tmp_path / "data")
    lines = ["code_insee,commune_cog2026,cpts", *(f"{c},x,{name}" for name, codes in NAMES.items() for c in codes)]
    (data / "cpts_communes.csv").write_text("\n".join(lines), encoding="utf-8")
    settings = {"years": 14 / 365, "warmup": "1 weeks", "department": "27", "cpts": {"start": "0 months"}}

    def write(**more):
        wanted = {"file": "cpts_communes.csv", "data": str(data), **more}
        factors = {"unscheduled_care": {"mission": "unscheduled_care", "settings": {"start": "0 months"}}}
        return quick.write_file(tmp_path, perimeters=wanted, settings=settings, factors=factors, replications=2)

    return write


def territory_of(experiment, base):
    spec = next(point for point in experiment.points if point.base == base).scenario()
    return load_territory(spec.territory), spec


def test_official_files_are_read_once_for_all_perimeters(portfolio, monkeypatch):
    from cpts_sim.territory import france

    read, times = france.read_france, []
    monkeypatch.setattr(france, "read_france", lambda *given: times.append(1) or read(*given))
    first = read_experiment(portfolio())
    assert len(times) == 1 and list(first.bases) == list(NAMES)
    read_experiment(portfolio())
    assert len(times) == 1, "territories found again need no official file"
    assert inhabitants_of(first) == {"CPTS des Deux Aj": 4900, "CPTS du Bosc": 12_000}


def test_a_perimeter_played_small_keeps_its_shape_and_its_contract(portfolio):
    whole, small = read_experiment(portfolio()), read_experiment(portfolio(inhabitants=5000))
    (aj, spec), (same, _) = territory_of(small, "CPTS des Deux Aj"), territory_of(whole, "CPTS des Deux Aj")
    assert aj.population == same.population == 4900 and spec.cpts.covers is None, "not larger: as it is"
    (bosc, spec), (all_of_it, _) = territory_of(small, "CPTS du Bosc"), territory_of(whole, "CPTS du Bosc")
    assert bosc.population == 5000 and all_of_it.population == 12_000
    assert spec.cpts.covers == spec.arms["with"].cpts.covers == 12_000, "paid for all, for the part that is played"
    share = 5000 / 12_000
    for name in ("gps", "nurses", "pharmacies", "standard"):
        assert bosc.communes[name] == pytest.approx(all_of_it.communes[name] * share, rel=1e-4), "halo included"
    assert bosc.hospitals["visits_per_day"] == pytest.approx(all_of_it.hospitals["visits_per_day"] * share, abs=0.001)
    assert (bosc.communes["apl"] == all_of_it.communes["apl"]).all(), "as accessible as the whole"
    assert (bosc.travel_min == all_of_it.travel_min).all()
    assert bosc.age_sex.sum(axis=(1, 2)) == pytest.approx(bosc.communes["population"], abs=0.5)
    assert any("12,000" in remark.say("en") for remark in bosc.remarks)


def test_a_reduced_territory_has_the_inhabitants_asked_for():
    territory = load_territory({"archetype": "rural_underdense"})
    for wanted in (1, 777, 5000):
        got = reduced(territory, wanted)
        assert got.population == wanted and (got.communes["population"] >= 0).all()
    assert reduced(territory, territory.population) is territory


def test_a_portfolio_runs_from_official_files_to_its_map(portfolio, tmp_path):
    """Two perimeters, one mission off and on: all is lived, the atlas and the table are there."""
    path, folder = portfolio(inhabitants=1500), tmp_path / "out"
    command = [sys.executable, "-m", "cpts_sim.cli", "sweep", str(path), "-o", str(folder), "--workers", "1"]
    estimated = subprocess.run([*command, "--dry-run", "--json"], env=quick.environment(), capture_output=True)
    told = json.loads(estimated.stdout)
    assert (told["points"], told["runs"], told["jobs"]) == (4, 12, 4) and told["seconds"] > 0
    done = subprocess.run([*command, "--json", "--lang", "fr"], env=quick.environment(), capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert json.loads(done.stdout)["computed"] == 12
    drawn = {file.name for file in (folder / "figures").iterdir()}
    assert {"atlas.png", "suits.png", "ranking.png"} <= drawn
    note = " ".join((folder / "figures" / "atlas.svg").read_text(encoding="utf-8").split())
    assert "1\u202f500" in note or "1 500" in note, "the figure says that territories are played small"
    kept = [read_territory(file) for file in (tmp_path / "results" / ".territories").iterdir()]
    assert sorted(territory.population for territory in kept) == [1500, 1500, 4900, 12_000]
    effects = (folder / "effects.csv").read_text(encoding="utf-8-sig")
    assert all(name in effects for name in NAMES)


def test_a_pilot_of_both_ends_gives_the_time_of_each_territory(portfolio, monkeypatch):
    """Time is a line in the number of inhabitants, not that of the first territory for all."""
    from cpts_sim.experiment.sweep import estimate as module

    sweep = quick.sweep_of(portfolio(), "store")
    seconds = {"CPTS des Deux Aj": (4900, 1.0, 0.01), "CPTS du Bosc": (12_000, 3.0, 0.03)}
    monkeypatch.setattr(module, "_pilot", lambda sweep, base: seconds[base])
    got = module.estimate(sweep, workers=2)
    days = 7 + 3 * 14
    assert got.seconds == pytest.approx(2 * (1.0 + 3.0 + days * 0.04)) and got.inhabitants == 12_000
    assert got.wall == pytest.approx(got.seconds / 2) and np.isfinite(got.bytes)
    sweep.store.close()
