from dataclasses import replace

import numpy as np
import pytest

from cpts_sim.engine.draws import Draws
from cpts_sim.territory import read_territory, synthesise, write_territory
from cpts_sim.territory.build import BuildOptions, build_territory
from cpts_sim.territory.geometry import area_of
from cpts_sim.territory.official import missing_files, scan_folder
from cpts_sim.territory.territory import canonical, digest
from cpts_sim.words import speaking

from . import mini_france
from .test_readers import refused

PARTIAL = BuildOptions(partial=True)


@pytest.fixture
def folder(tmp_path):
    return mini_france.folder(tmp_path / "data")


def test_files_are_known_by_content_whatever_their_name(folder):
    found = {kind: [path.name for path in paths] for kind, paths in scan_folder(folder).items()}
    assert found == {
        "communes": ["c.json.gz"],
        "epci": ["e.json"],
        "places": ["points.csv"],
        "facilities": ["bpe.csv"],
    }
    assert {kind.name for kind in missing_files(scan_folder(folder))} >= {
        "outlines",
        "perimeters",
        "apl",
        "ages",
    }


def test_a_territory_of_two_communes_and_its_surroundings(folder, p):
    territory = build_territory("Deux Aj", ["27001", "27002"], folder, PARTIAL, p)
    columns = territory.communes
    assert (territory.id, territory.size, territory.population) == ("deux_aj", 2, 4900)
    assert columns["code"].tolist() == ["27001", "27002", "27003"]
    assert columns["halo"].tolist() == [False, False, True]
    assert columns["gps_heads"].tolist() == [4, 0, 12]
    assert columns["gps"].sum() == pytest.approx(16 * p["territory.bpe_gp_share"])
    assert territory.hospitals["name"].tolist() == ["Bosc-Évreux"]
    assert territory.hospitals["outside"].tolist() == [True]
    assert territory.hospitals["catchment"][0] == 16900
    assert territory.age_sex.sum(axis=(1, 2)) == pytest.approx([4000, 900, 12000])
    assert territory.schematic
    with speaking("en"):
        text = " ".join(territory.notes)
    for part in (
        "National age structure",
        "Travel times estimated",
        "Schematic",
        "No emergency department",
        "BPE 2019",
    ):
        assert part in text


def test_its_people_can_be_made(folder, p):
    territory = build_territory("x", ["27001", "27002"], folder, PARTIAL, p)
    made = synthesise(territory, 2019, p, Draws(1))
    assert len(made.people["key"]) == 4900
    assert (made.gps["halo"] == 0).sum() == 3


def test_an_epci_is_its_communes_and_says_it_is_no_cpts(folder, p):
    one = build_territory("x", ["200000001"], folder, PARTIAL, p)
    two = build_territory("x", ["27001", "27002"], folder, PARTIAL, p)
    np.testing.assert_array_equal(one.communes["code"], two.communes["code"])
    with speaking("en"):
        assert any("not that of an official CPTS" in note for note in one.notes)
        assert sum("list of communes asked for" in note for note in two.notes) == 1
        assert not any("intermunicipal" in note for note in two.notes)


def test_communes_asked_one_by_one_are_no_cpts_unless_the_user_says_so(folder, p):
    codes = ["27001", "27002"]
    plain, real = (build_territory("x", codes, folder, BuildOptions(partial=True, official_cpts=said), p=p)
                   for said in (False, True))  # fmt: skip
    with speaking("fr"):
        assert any("pas celui d'une CPTS officielle" in note for note in plain.notes)
        assert not any("CPTS" in note for note in real.notes)
    assert plain.remarks == real.remarks, "it is told, not written into the file"


def test_former_codes_are_carried(folder, p):
    (folder / "passage.csv").write_text(
        "Niveau;Ancien Code Officiel;Code Courant Officiel\nCOM;27050;27002\nCOM;27051;27001\n",
        encoding="utf-8",
    )
    extra = "\n28;27;27050;27050;2019;D201;2"
    (folder / "bpe.csv").write_text((folder / "bpe.csv").read_text() + extra)
    territory = build_territory("x", ["27050"], folder, PARTIAL, p)
    assert territory.communes["code"][0] == "27002"
    assert territory.communes["gps_heads"][0] == 2
    with speaking("en"):
        assert any("27050" in note for note in territory.notes)


def test_travel_times_of_the_user_replace_the_rule(folder, p):
    (folder / "temps.csv").write_text("origine,destination,minutes\n27001,27002,33\n")
    territory = build_territory("x", ["27001", "27002"], folder, PARTIAL, p)
    assert territory.travel_min[0, 1] == territory.travel_min[1, 0] == 33
    assert territory.travel_min[0, 2] < 33


def test_mountains_are_slow(folder, p):
    plain = build_territory("x", ["27001"], folder, PARTIAL, p)
    steep = build_territory("x", ["27001"], folder, replace(PARTIAL, mountain=1.4, halo_minutes=60), p)
    assert steep.travel_min[0, 0] == pytest.approx(1.4 * plain.travel_min[0, 0], abs=0.1)
    named = build_territory("x", ["27001"], folder, replace(PARTIAL, mountain={"27001": 1.4}), p)
    assert named.communes["mountain"].max() == 1.4


def test_real_outlines_when_they_cover_the_territory(folder, p):
    ring = "[[0.68,49.08],[0.72,49.08],[0.72,49.12],[0.68,49.12],[0.68,49.08]]"
    (folder / "o.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"properties":{"code":"27001"},"geometry":'
        f'{{"type":"Polygon","coordinates":[{ring}]}}}}]}}'
    )
    drawn = build_territory("x", ["27001"], folder, PARTIAL, p)
    assert not drawn.schematic
    assert area_of(drawn.outlines[0][0]) == pytest.approx(2.92 * 4.45, rel=0.01)
    assert build_territory("x", ["27001", "27002"], folder, PARTIAL, p).schematic


def test_the_file_is_the_same_bytes_and_reads_back(folder, p, tmp_path):
    territory = build_territory("x", ["27001"], folder, PARTIAL, p)
    first = write_territory(territory, tmp_path / "a.json.gz").read_bytes()
    second = write_territory(
        build_territory("x", ["27001"], folder, PARTIAL, p), tmp_path / "b.json.gz"
    ).read_bytes()
    assert first == second
    back = read_territory(tmp_path / "a.json.gz")
    assert canonical(back) == canonical(territory)
    assert digest(back) == digest(territory)
    with speaking("fr"):
        assert back.notes == territory.notes
    (tmp_path / "a.json.gz").write_bytes(first[:-30])
    refused(lambda: read_territory(tmp_path / "a.json.gz"), "a.json.gz", "damaged")
    refused(lambda: read_territory(tmp_path / "c.json.gz"), "c.json.gz", "no such file")


def test_every_bad_request_says_what_to_do(folder, p, tmp_path):
    build = lambda codes, where=folder, options=PARTIAL: build_territory("x", codes, where, options, p)  # noqa: E731
    refused(lambda: build([]), "empty list")
    refused(lambda: build(["27004"]), "27004", "did you mean 27003 (Bosc-Évreux)")
    refused(lambda: build(["Aclu"]), "Aclu", "did you mean 27001 (Aclou)")
    refused(lambda: build(["200000002"]), "200000001", "CC des Deux Aj")
    refused(lambda: build(["99999"]), "99999")
    refused(lambda: build(["27001"], tmp_path / "nowhere"), "nowhere", "no such data folder")
    refused(lambda: build(["27001"], options=BuildOptions()), "c.json.gz", "143,900", "partial")
    (folder / "bpe.csv").unlink()
    refused(lambda: build(["27001"]), "facilities", "DS_BPE_CSV_FR.zip", "https://www.insee.fr")


def test_a_commune_without_position_is_named(folder, p):
    text = (folder / "points.csv").read_text()
    (folder / "points.csv").write_text(
        "\n".join(line for line in text.split("\n") if not line.startswith("27001"))
    )
    refused(lambda: build_territory("x", ["27001"], folder, PARTIAL, p), "points.csv", "27001")
