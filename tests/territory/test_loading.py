import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.territory import ARCHETYPES, load_archetype, load_territory, read_commune_table, write_territory
from cpts_sim.territory.ages import AGE_EDGES, by_single_year, normalised, to_bands
from cpts_sim.territory.archetypes import whole
from cpts_sim.territory.assemble import national_ages
from cpts_sim.territory.geometry import area_of, cells, road_minutes, travel_minutes
from cpts_sim.words import speaking

from .test_readers import refused

PUBLISHED = {  # archetype: inhabitants, APL of the kind of territory, tolerance
    "reference": (100_000, 3.85, 0.2),
    "rural_underdense": (28_000, 2.03, 0.5),
    "mixed_small_town": (45_000, 3.9, 0.5),
    "periurban": (100_000, 3.50, 0.5),
    "urban_dense": (150_000, 4.95, 0.5),
    "mountain_tourists": (23_000, 3.77, 0.5),
}


@pytest.mark.parametrize("name", ARCHETYPES)
def test_archetypes_have_the_accessibility_of_their_kind(name, p):
    territory = load_archetype(name, p=p)
    people, apl, near = PUBLISHED[name]
    own = ~territory.communes["halo"]
    assert territory.population == people
    mean = np.average(territory.communes["apl"][own], weights=territory.communes["standard"][own])
    assert mean == pytest.approx(apl, abs=near)
    assert (
        np.average(territory.communes["deprivation"][own], weights=territory.communes["population"][own])
        < 3.5
    )


def test_the_reference_is_the_national_average(p):
    territory = load_archetype("reference", p=p)
    assert (territory.total("gps"), territory.total("nurses"), territory.total("pharmacies")) == (78, 150, 30)
    assert territory.age_sex.sum(axis=0) / 1e5 == pytest.approx(
        national_ages(p) / national_ages(p).sum(), abs=3e-4
    )


def test_an_archetype_can_be_made_larger(p):
    territory = load_territory({"archetype": "reference", "population": 250_001}, p=p)
    assert territory.population == 250_001
    assert territory.total("gps") == pytest.approx(78 * 2.50001)
    with speaking("en"):
        assert any("100,000 to 250,001" in note for note in territory.notes)


def test_wrong_settings_are_refused(tmp_path):
    refused(lambda: load_territory({"archetype": "periurbain"}), "periurbain", "did you mean “periurban”")
    refused(lambda: load_territory({}), "exactly one")
    refused(lambda: load_territory({"archetype": "reference", "file": "x"}), "archetype, file")
    refused(lambda: load_territory({"archetyp": "reference"}), "archetyp", "archetype")
    refused(lambda: load_territory({"archetype": "reference", "population": 0}), "0", "at least 1")
    refused(lambda: load_territory({"file": "no.json.gz"}, tmp_path), "no.json.gz")
    refused(lambda: load_territory({"practices": {"practices": 0, "inhabitants": 5}}), "practices", "0")
    bad = {"practices": 2, "inhabitants": 50, "gps_per_practice": 2, "list_weights": [1]}
    refused(lambda: load_territory({"practices": bad}), "list_weights", "[1]")
    refused(
        lambda: load_territory({"practices": {"practices": 2, "inhabitants": 50, "links": "ring"}}),
        "ring",
        "chain",
    )


def test_a_file_is_read_from_the_folder_of_the_scenario(tmp_path, p):
    write_territory(load_archetype("periurban", p=p), tmp_path / "mine.json.gz")
    assert load_territory({"file": "mine.json.gz"}, tmp_path).population == 100_000


def test_a_table_of_communes(tmp_path, p):
    path = tmp_path / "mes_communes.csv"
    path.write_text(
        "code;nom;habitants;x_km;y_km;mg;pharmacies;urgences;voisinage\n"
        "A1;Ici;3000;0;0;2;1;0;0\nA2;Là-bas;1000;7;-3;0;0;;\nB1;Ville;20000;15;0;18;6;1;1\n",
        encoding="utf-8",
    )
    territory = load_territory({"table": "mes_communes.csv"}, tmp_path, p)
    assert (territory.size, territory.population, territory.total("gps")) == (2, 4000, 2)
    assert territory.communes["nurses"][0] == pytest.approx(4.5)
    assert territory.hospitals["outside"].tolist() == [True]
    assert territory.hospitals["catchment"].tolist() == [24000]
    path.write_text("code,population,gps\nA,100,1\nA,50,0\n")
    refused(lambda: read_commune_table(path, p), "mes_communes.csv", "A", "twice")
    path.write_text("code,population,gps\nA,-100,1\n")
    refused(lambda: read_commune_table(path, p), "line 2, population", "-100")
    path.write_text("code,population,gps\nA,cent,1\n")
    refused(lambda: read_commune_table(path, p), "line 2, population", "cent")
    path.write_text("code,population\nA,100\n")
    refused(lambda: read_commune_table(path, p), "mes_communes.csv", "gps")


def test_a_table_in_degrees(tmp_path, p):
    path = tmp_path / "t.csv"
    path.write_text("code,population,gps,lon,lat\nA,100,1,2.0,47.0\nB,100,1,2.0,47.1\n")
    communes = read_commune_table(path, p).communes
    assert communes["y_km"][1] - communes["y_km"][0] == pytest.approx(11.13, abs=0.01)


def test_road_minutes_follow_the_published_pairs(p):
    minutes = road_minutes(np.array([2.5, 7.5, 15, 30, 60]), p)
    published = np.array([1.45, 1.25, 1.15, 1.085, 1.0]) * np.array([2.5, 7.5, 15, 30, 60])
    assert minutes == pytest.approx(published, rel=0.15)
    assert (np.diff(road_minutes(np.linspace(0, 150, 500), p)) > 0).all()


def test_travel_is_symmetric_and_a_trip_inside_takes_time(p):
    minutes = travel_minutes([0, 3, 9], [0, 4, 0], [10, 20, 400], [1, 1, 1.3], p)
    np.testing.assert_array_equal(minutes, minutes.T)
    assert (np.diag(minutes) > 1).all()
    assert minutes[2, 2] > minutes[0, 0]


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12, unique=True))
def test_schematic_cells_do_not_overlap(points):
    x, y = np.array(points, dtype=float).T
    rings = [outline[0] for outline in cells(x, y, 12.0)]
    assert all(ring[0] == ring[-1] for ring in rings)
    disc = 12.0 * 12.0 * 24 * np.sin(np.pi / 12) / 2
    assert all(0 < area_of(ring) <= disc + 0.1 for ring in rings)
    lowest, highest = np.array([x.min(), y.min()]) - 12, np.array([x.max(), y.max()]) + 12
    assert sum(area_of(ring) for ring in rings) <= np.prod(highest - lowest) + 1


@given(st.lists(st.floats(0, 50), min_size=1, max_size=30), st.integers(0, 3))
def test_whole_numbers_keep_the_total_of_each_group(values, groups):
    group = np.arange(len(values)) % (groups + 1)
    counts = whole(np.array(values), group)
    for k in range(groups + 1):
        rows = group == k
        assert abs(counts[rows].sum() - np.array(values)[rows].sum()) <= 0.5 + 1e-6
    assert (np.abs(counts - np.array(values)) < 1 + 1e-6).all()


def test_age_bands_keep_the_totals_given(p):
    national = national_ages(p)
    given_counts = np.array([[10.0, 20, 30, 40, 50], [11, 21, 31, 41, 51]])
    bands = to_bands((0, 20, 40, 60, 75, 105), given_counts, national)
    assert bands.shape == (2, 19)
    edges = np.searchsorted(AGE_EDGES, [0, 20, 40, 60, 75])
    assert np.add.reduceat(bands, edges, axis=1) == pytest.approx(given_counts)
    assert to_bands(AGE_EDGES, national, national) == pytest.approx(national)
    assert by_single_year(national).sum(axis=1) == pytest.approx(national.sum(axis=1))


def test_an_unknown_age_structure_is_the_national_one(p):
    national = national_ages(p)
    filled = normalised(np.zeros((1, 2, 19)), [500], national)
    assert filled[0] == pytest.approx(500 * national / national.sum())
