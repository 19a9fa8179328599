from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_sim.engine.draws import Draws
from cpts_sim.engine.events import MtState
from cpts_sim.evidence import load_parameters
from cpts_sim.territory import AGE_EDGES, load_archetype, load_territory, synthesise
from cpts_sim.territory.archetypes import ARCHETYPES
from cpts_sim.territory.assemble import assemble, national_ages
from cpts_sim.territory.attachment import next_colleague, no_mt_probability, pick
from cpts_sim.territory.people import make_people
from cpts_sim.territory.territory import commune_columns, hospital_columns

PERSONAL = (
    "key",
    "age_days",
    "sex",
    "ald",
    "chronic",
    "deprivation",
    "car",
    "frailty",
    "patience",
    "believed",
)


@pytest.fixture(scope="module")
def reference(p):
    return synthesise(load_archetype("reference", p=p), 2019, p, Draws(1))


def tiny(p, population, gps, emergency=False, codes=None):
    """A territory of hand-given communes on a line, 6 km apart."""
    rows = len(population)
    communes = commune_columns(
        rows, code=codes or [f"T{k}" for k in range(rows)], population=population, gps=gps,
        x_km=6.0 * np.arange(rows), area_km2=np.full(rows, 10.0), pharmacies=np.ones(rows),
    )  # fmt: skip
    site = {
        "name": ["H"],
        "commune": [0],
        "outside": [False],
        "x_km": [0.0],
        "y_km": [0.0],
        "catchment": [1e4],
    }
    hospitals = hospital_columns(**site, visits_per_day=[9.0]) if emergency else hospital_columns()
    identity = {"id": "t", "title": "t", "source": "table", "supply_year": 2019}
    ages = np.broadcast_to(national_ages(p), (rows, 2, 19)).copy()
    return assemble(identity, communes, ages, hospitals, p)


def years(people):
    return people["age_days"] / 365.25


@pytest.mark.parametrize("name", ARCHETYPES)
def test_population_and_age_margins_are_those_of_the_territory(name, p):
    territory = load_archetype(name, p=p)
    people = synthesise(territory, 2019, p, Draws(2)).people
    np.testing.assert_array_equal(
        np.bincount(people["commune"], minlength=territory.size),
        territory.communes["population"][: territory.size],
    )
    assert len(set(people["key"].tolist())) == territory.population
    band = np.searchsorted(AGE_EDGES[1:-1], years(people), side="right")
    made = np.bincount(people["sex"].astype(int) * 19 + band, minlength=38)
    wished = territory.age_sex[: territory.size].sum(axis=0).ravel()
    assert np.abs(made - wished).max() <= 3.5 * np.sqrt(territory.size) + 0.02 * wished.max()


def test_each_commune_has_each_cell_within_one_person(p):
    territory = load_archetype("periurban", p=p)
    people = make_people(territory, p, Draws(4))
    band = np.searchsorted(AGE_EDGES[1:-1], years(people), side="right")
    cell = people["sex"].astype(int) * 19 + band
    made = np.bincount(people["commune"].astype(int) * 38 + cell, minlength=territory.size * 38)
    wished = territory.age_sex[: territory.size].reshape(-1)
    assert np.abs(made - wished).max() < 1.0 + 1e-6


def test_ald_by_age_and_sex(reference, p):
    people = reference.people
    old = years(people) >= 75
    assert people["ald"].mean() == pytest.approx(0.182, abs=0.006)
    in_ald = [people["ald"][old & (people["sex"] == sex) & (years(people) < 80)].mean() for sex in (0, 1)]
    assert in_ald[0] == pytest.approx(0.60, abs=0.05)
    assert in_ald[1] == pytest.approx(0.46, abs=0.05)
    assert (people["chronic"][people["ald"] == 1] > 0).all()


def test_people_without_mt_2019(reference):
    people = reference.people
    adult, without = years(people) >= 17, people["mt"] < 0
    assert without[adult].mean() == pytest.approx(0.10, abs=0.008)
    assert without[adult & (years(people) < 30)].mean() == pytest.approx(0.20, abs=0.02)
    assert without[adult & (people["ald"] == 1)].mean() == pytest.approx(0.047, abs=0.006)
    assert not without[~adult].any()
    np.testing.assert_array_equal(people["mt_state"] == MtState.HAS, ~without)


def test_people_without_mt_2024(p):
    later = load_parameters(2024)
    people = synthesise(load_archetype("reference", p=later), 2024, later, Draws(1)).people
    adult = years(people) >= 17
    assert (people["mt"][adult] < 0).mean() == pytest.approx(0.11, abs=0.008)
    assert (people["mt"][adult & (people["ald"] == 1)] < 0).mean() == pytest.approx(0.038, abs=0.006)


@pytest.mark.parametrize("year", [2019, 2024])
def test_no_mt_shares_by_age_and_in_ald_are_both_kept(year):
    from cpts_sim.territory.ages import by_single_year
    from cpts_sim.territory.attachment import _ald_by_year

    q = load_parameters(year)
    outside, in_ald = no_mt_probability(q)
    ald, people = _ald_by_year(q)
    share = (1 - ald) * outside + ald * in_ald
    assert by_single_year(national_ages(q)).sum() == pytest.approx(people.sum())
    assert share[20] == pytest.approx(q.array("territory.no_mt_share")[0])
    assert share[80] == pytest.approx(q.array("territory.no_mt_share")[-1])
    adults = np.arange(len(ald)) >= 17
    assert np.average(in_ald[adults], weights=(ald * people)[adults]) == pytest.approx(
        q["territory.no_mt_ald"]
    )


def test_adult_lists_have_the_published_spread(p):
    """Several seeds of the reference: mean 960, middle half 600 to 1 300 (P11)."""
    adults = []
    for seed in range(8):
        made = synthesise(load_archetype("reference", p=p), 2019, p, Draws(seed))
        has = (made.people["mt"] >= 0) & (years(made.people) >= 17)
        adults.append(np.bincount(made.people["mt"][has], minlength=len(made.gps["key"])))
    lists = np.concatenate(adults)
    low, middle, high = np.percentile(lists, [25, 50, 75])
    assert lists.mean() == pytest.approx(960, rel=0.06)
    assert low == pytest.approx(600, rel=0.15)
    assert middle == pytest.approx(927, rel=0.15)
    assert high == pytest.approx(1300, rel=0.15)


def test_gp_margins(p):
    parts = [synthesise(load_archetype("reference", 1_000_000, p=p), 2019, p, Draws(k)).gps for k in range(1)]
    gps = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
    assert len(gps["key"]) == 780
    assert gps["slot_min"].mean() == pytest.approx(18.0, abs=0.6)
    assert gps["half_days"].mean() == pytest.approx(9.5, abs=0.25)
    assert gps["age"].mean() == pytest.approx(52.0, abs=1.5)
    assert (1 - gps["open"]).mean() == pytest.approx(0.53, abs=0.07)
    assert (gps["practice_type"] > 0).mean() == pytest.approx(0.61, abs=0.07)
    assert (gps["secretariat"] > 0).mean() == pytest.approx(0.84, abs=0.05)
    assert gps["assistant"].sum() == 0


@pytest.mark.parametrize(("year", "closed"), [(2019, 0.53), (2024, 0.65)])
def test_closed_lists_of_the_reference(year, closed):
    q = load_parameters(year)
    territory = load_archetype("reference", p=q)
    runs = [1 - synthesise(territory, year, q, Draws(seed)).gps["open"].mean() for seed in range(12)]
    assert np.mean(runs) == pytest.approx(closed, abs=0.04)


def test_most_people_have_their_mt_within_a_short_trip(p):
    """Declared time to the GP: 13 minutes on average in 2019 (W18), nearly nothing beyond 20 to 25 (W20)."""
    for name in ARCHETYPES:
        territory = load_archetype(name, p=p)
        made = synthesise(territory, 2019, p, Draws(1))
        has = made.people["mt"] >= 0
        minutes = territory.travel_min[
            made.people["commune"][has], made.gps["commune"][made.people["mt"][has]]
        ]
        assert 2 < np.median(minutes) < 13
        assert np.mean(minutes > 30) < 0.06


def test_scarce_gps_mean_more_people_without_mt_and_more_closed_lists(p):
    means = {}
    for name in ("rural_underdense", "urban_dense"):
        runs = [synthesise(load_archetype(name, p=p), 2019, p, Draws(k)) for k in range(6)]
        without = [np.mean(run.people["mt"][years(run.people) >= 17] < 0) for run in runs]
        closed = [1 - run.gps["open"][run.gps["halo"] == 0].mean() for run in runs]
        means[name] = np.mean(without), np.mean(closed)
    assert means["rural_underdense"][0] > means["urban_dense"][0] + 0.04
    assert means["rural_underdense"][1] > means["urban_dense"][1] + 0.1


def test_same_seed_same_bytes_other_seed_other_people(p):
    territory = load_archetype("mixed_small_town", p=p)
    first, again, other = (synthesise(territory, 2019, p, Draws(seed)) for seed in (7, 7, 8))
    for name, table in first.tables().items():
        for column, values in table.items():
            assert values.tobytes() == again.tables()[name][column].tobytes(), (name, column)
    assert not np.array_equal(first.people["ald"], other.people["ald"])


def test_adding_a_commune_moves_nobody(p):
    small = tiny(p, [3000, 500], [3, 0])
    large = tiny(p, [3000, 500, 1200], [3, 0, 1])
    before, after = (synthesise(territory, 2019, p, Draws(3)) for territory in (small, large))
    for column in PERSONAL:
        np.testing.assert_array_equal(before.people[column], after.people[column][:3500])
    same_mt = before.people["mt_state"] == after.people["mt_state"][:3500]
    assert same_mt.mean() > 0.95
    for column in ("key", "age", "sex", "half_days", "slot_min", "wish"):
        np.testing.assert_array_equal(before.gps[column], after.gps[column][:3])


def test_order_of_communes_changes_nobody(p):
    one = synthesise(tiny(p, [800, 900], [1, 1], codes=["A", "B"]), 2019, p, Draws(3)).people
    two = synthesise(tiny(p, [900, 800], [1, 1], codes=["B", "A"]), 2019, p, Draws(3)).people
    for column in PERSONAL:
        np.testing.assert_array_equal(one[column][:800], two[column][900:])


def test_a_territory_without_gps(p):
    made = synthesise(tiny(p, [2000], [0]), 2019, p, Draws(1))
    assert len(made.gps["key"]) == 0
    assert (made.people["mt"] == -1).all()
    assert (made.people["known1"] == -1).all()
    adults = years(made.people) >= 17
    assert set(made.people["mt_state"][adults].tolist()) <= {1, 2, 3}


def test_one_inhabitant_no_emergency_department(p):
    made = synthesise(tiny(p, [1], [1]), 2019, p, Draws(1))
    assert len(made.people["key"]) == 1
    assert len(made.hospitals["key"]) == 0
    assert made.people["pharmacy"][0] == 0


def test_no_inhabitant_at_all(p):
    made = synthesise(tiny(p, [0], [1]), 2019, p, Draws(1))
    assert len(made.people["key"]) == 0
    assert len(made.gps["key"]) == 1


def test_the_nearest_department_serves_its_commune(p):
    made = synthesise(tiny(p, [4000], [4], emergency=True), 2019, p, Draws(1))
    assert made.hospitals["own_share"][0] == pytest.approx(0.4)
    assert made.hospitals["visits_per_day"][0] == pytest.approx(1e4 * 0.328 / 365)


@settings(max_examples=25)
@given(
    st.lists(st.integers(0, 400), min_size=1, max_size=5), st.lists(st.integers(0, 3), min_size=5, max_size=5)
)
def test_everybody_has_a_valid_place_in_any_territory(population, gps):
    p = load_parameters(2019)
    made = synthesise(tiny(p, population, gps[: len(population)]), 2019, p, Draws(5))
    people = made.people
    assert len(people["key"]) == sum(population)
    for column in ("mt", "known1", "known2"):
        assert people[column].min(initial=-1) >= -1
        assert people[column].max(initial=-1) < max(len(made.gps["key"]), 1)
    known = people["known1"] >= 0
    assert not (people["known1"][known] == people["mt"][known]).any()
    assert ((made.gps["reach"] >= 0) & (made.gps["reach"] <= 1.0001)).all()


def test_halo_gps_serve_the_territory_with_a_share_of_their_time(p):
    made = synthesise(load_archetype("rural_underdense", p=p), 2019, p, Draws(1))
    halo = made.gps["halo"] == 1
    assert halo.sum() > 20
    assert made.gps["reach"][halo].mean() < made.gps["reach"][~halo].mean()
    registered = np.bincount(made.people["mt"][made.people["mt"] >= 0], minlength=len(halo))
    assert 0 < registered[halo].sum() < registered[~halo].sum()


def test_fewer_gps_five_years_later(p):
    later = load_parameters(2024)
    territory = load_archetype("reference", p=p)
    now, then = (synthesise(territory, y, q, Draws(1)) for y, q in ((2019, p), (2024, later)))
    assert len(now.gps["key"]) == 78
    assert len(then.gps["key"]) == 75
    assert len(then.pharmacies["key"]) == 28
    assert (then.nurses["kind"] == 2).sum() == 1
    assert replace(territory, supply_year=2024).supply_year == 2024


def test_theory_practices_have_exact_lists(p):
    settings = {
        "practices": 4,
        "inhabitants": 1320,
        "gps_per_practice": 3,
        "list_weights": [9, 11, 13],
        "links": "chain",
    }
    territory = load_territory({"practices": settings}, p=p)
    made = synthesise(territory, 2019, p, Draws(1))
    assert territory.practices.links == "chain"
    np.testing.assert_array_equal(np.bincount(made.people["mt"]), [90, 110, 130] * 4)
    np.testing.assert_array_equal(made.gps["practice"], np.repeat(np.arange(4), 3))
    assert (made.people["frailty"] == 1).all()


def test_next_colleague_goes_round_a_practice():
    assert next_colleague(np.array([5, 2, 5, 9, 5])).tolist() == [2, -1, 4, -1, 0]


def test_pick_follows_the_weights():
    u = (np.arange(1000) + 0.5) / 1000
    chosen = pick(np.array([[1.0, 0.0, 3.0], [0.0, 1.0, 0.0]]), np.zeros(1000, dtype=int), u)
    assert np.bincount(chosen).tolist() == [250, 0, 750]
    assert (
        pick(np.array([[1.0, 0.0], [0.0, 1.0]]), np.ones(3, dtype=int), np.array([0.001, 0.5, 0.999])) == 1
    ).all()
