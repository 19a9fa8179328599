import gzip
import zipfile

import numpy as np
import openpyxl
import pytest

from cpts_sim.errors import InputError
from cpts_sim.territory.readers.age_files import read_ages
from cpts_sim.territory.readers.apl_file import read_apl
from cpts_sim.territory.readers.codes import carry, commune_code, follow, normal_code, read_passage
from cpts_sim.territory.readers.communes import read_communes, read_places, read_populations
from cpts_sim.territory.readers.extras import read_incomes, read_outlines, read_travel
from cpts_sim.territory.readers.facilities import code_table, read_facilities
from cpts_sim.territory.readers.tabular import Column, read_table
from cpts_sim.words import speaking

from . import mini_france

AB = (Column("a", "a"), Column("b", "b.*"), Column("c", "c", optional=True))


def refused(call, *parts):
    """The call is refused with one sentence that holds every part."""
    with speaking("en"), pytest.raises(InputError) as caught:
        call()
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    for part in parts:
        assert part in message, message


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfA;B\xc3\xa9;x\n01;2;3\n",
        "A;Bé;x\n01;2;3\n".encode("latin-1"),
        b'note d\'avant;;\n\n"A","B","x"\n"01","2","3"\n',
        b"x|A|B|\n3|01|2|\n",
    ],
)
@pytest.mark.parametrize("wrapping", ["csv", "gz", "zip"])
def test_header_is_found_by_content_in_any_wrapping(tmp_path, content, wrapping):
    path = tmp_path / {"csv": "t.csv", "gz": "t.csv.gz", "zip": "t.zip"}[wrapping]
    if wrapping == "csv":
        path.write_bytes(content)
    elif wrapping == "gz":
        path.write_bytes(gzip.compress(content))
    else:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("lisezmoi.txt", "rien")
            archive.writestr("t.csv", content)
    assert list(read_table(path, AB)) == [("01", "2", "")]


def test_bad_files_are_refused_with_place_and_cure(tmp_path):
    path = tmp_path / "t.csv"
    refused(lambda: list(read_table(path, AB)), "t.csv", "no such file")
    path.write_text("nothing here\n1;2")
    refused(lambda: list(read_table(path, AB)), "t.csv", "nothing here", "a, b")
    path.write_text("a;b\n1;2\n1")
    refused(lambda: list(read_table(path, AB)), "line 3", "cut short")
    path.write_bytes("a;b\n1;2".encode("utf-16"))
    refused(lambda: list(read_table(path, AB)), "UTF-8")
    cut = tmp_path / "t.csv.gz"
    cut.write_bytes(
        gzip.compress(b"a;b\n" + bytes(np.random.default_rng(1).integers(48, 57, 9000, dtype=np.uint8)))[
            :2000
        ]
    )
    refused(lambda: list(read_table(cut, AB)), "t.csv.gz", "cut short")
    broken = tmp_path / "t.zip"
    broken.write_bytes(b"PK\x03\x04 no")
    refused(lambda: list(read_table(broken, AB)), "t.zip", "damaged")


def test_errors_are_said_in_french_too(tmp_path):
    with speaking("fr"), pytest.raises(InputError, match="introuvable"):
        read_places(tmp_path / "rien.csv")


@pytest.mark.parametrize(
    ("department", "commune", "code"),
    [
        ("27", "1", "27001"),
        ("01", "004", "01004"),
        ("2A", "004", "2A004"),
        ("971", "101", "97101"),
        ("1", "4", "01004"),
    ],
)
def test_commune_codes_from_department_and_number(department, commune, code):
    assert commune_code(department, commune) == code


def test_codes_damaged_by_spreadsheets_are_mended():
    assert [normal_code(text) for text in ("1004", "2a004", "971101", '"27001"')] == [
        "01004",
        "2A004",
        "97101",
        "27001",
    ]


def test_mergers_are_followed_and_summed(tmp_path):
    path = tmp_path / "passage.csv"
    path.write_text(
        "\ufeffAnnée;Niveau;Type;Ancien Code Officiel;Code Courant Officiel\n"
        "2025;COM;commune;27050;27060\n2025;COM;commune;27060;27001\n2025;DEP;département;27;28\n2025;COM;c;27001;27001\n",
        encoding="utf-8",
    )
    passage = read_passage(path)
    assert follow("27050", passage) == "27001"
    assert carry({"27050": 2.0, "27001": 3.0, "27002": 1.0}, passage) == {"27001": 5.0, "27002": 1.0}


def test_insee_table_of_mergers(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("NIVGEO;CODGEO_INI;CODGEO_2025;LIBGEO\nCOM;27050;27001;Aclou\nCOM;27001;27001;Aclou\n")
    assert read_passage(path) == {"27050": "27001"}


def test_municipal_populations_from_ensemble_zip(tmp_path):
    path = tmp_path / "ensemble.zip"
    rows = (
        "28;Normandie;27;1;01;001;Aclou;4000;50;4050\n01;Guadeloupe;971;2;01;101;Les Abymes;51000;9;51009\n"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("donnees_cantons.csv", "REG;CODCAN\n1;2\n" * 400)
        archive.writestr(
            "donnees_communes.csv", "CODREG;REG;CODDEP;CODARR;CODCAN;CODCOM;COM;PMUN;PCAP;PTOT\n" + rows
        )
    assert read_populations(path) == (0, {"27001": 4000.0, "97101": 51000.0})


def test_municipal_populations_by_year_take_the_latest(tmp_path):
    path = tmp_path / "p.csv"
    path.write_text(
        "\ufeffobjectid,codgeo,libgeo,p20_pop,p21_pop\n1,27001,Aclou,3900,4000\n2,971101,Les Abymes,5,6\n"
    )
    assert read_populations(path) == (2021, {"27001": 4000.0, "97101": 6.0})
    path.write_text("codgeo,p21_pop\n27001,-4\n")
    refused(lambda: read_populations(path), "27001", "-4", "at least 0")


def test_etalab_keeps_present_communes_only(tmp_path):
    mini_france.etalab(tmp_path)
    communes = read_communes(tmp_path / "c.json.gz")
    assert sorted(communes) == ["27001", "27002", "27003", "2A004", "97101"]
    assert communes["27003"].name == "Bosc-Évreux"
    (tmp_path / "c.json").write_text('[{"code": "27001",')
    refused(lambda: read_communes(tmp_path / "c.json"), "c.json", "damaged")


def expected_gps():
    return {row[0]: float(row[6]) for row in mini_france.COMMUNES if row[6]}


@pytest.mark.parametrize(
    ("write", "year", "code"),
    [
        (mini_france.bpe_old, 2019, "D201"),
        (mini_france.bpe_current, 2024, "D265"),
        (mini_france.bpe_detail_parquet, 2024, "D265"),
    ],
)
def test_facilities_in_their_three_layouts(tmp_path, write, year, code):
    read = read_facilities(write(tmp_path))
    assert (read.year, read.codes["gps"]) == (year, code)
    assert read.counts["gps"] == expected_gps()
    assert read.counts["emergency"] == {"27003": 1.0, "2A004": 1.0, "97101": 1.0}


def test_facilities_with_the_codes_of_another_year_are_refused(tmp_path):
    path = mini_france.bpe_old(tmp_path, 2024, mini_france.OLD_CODES)
    refused(lambda: read_facilities(path), "bpe.csv", "2024", "D265", "D201", "facility_codes")
    own = tmp_path / "codes.yaml"
    own.write_text("gps: [{from: 2024, code: D201}]\n")
    assert read_facilities(path, code_table(own)).counts["gps"] == expected_gps()
    own.write_text("- rien\n")
    refused(lambda: code_table(own), "codes.yaml")


def test_facilities_with_a_negative_count(tmp_path):
    path = tmp_path / "b.csv"
    path.write_text("DEPCOM;AN;TYPEQU;NB_EQUIP\n27001;2019;D201;-3\n")
    refused(lambda: read_facilities(path), "b.csv, 27001", "-3")


def workbook(path, rows, sheet="APL 2023"):
    book = openpyxl.Workbook()
    book.active.title = "Paramètres"
    page = book.create_sheet(sheet)
    for row in rows:
        page.append(row)
    book.create_sheet("APL 2019").append(["ancien"])
    book.save(path)


def test_apl_workbook_as_downloaded(tmp_path):
    path = tmp_path / "apl.xlsx"
    apl = "APL aux médecins généralistes"
    head = ["Code commune INSEE", "Commune", apl, f"{apl} de 65 ans et moins", f"{apl} de 62 ans et moins"]
    head.append("Population standardisée 2021 pour la médecine générale ")
    rows = [["Accessibilité…"], [], head, ["", "", "en nb de C/V", "", "", ""]]
    rows += [["27001", "Aclou", 2.5, 2.1, 2.0, 4100.5], ["2A004", "Ajaccio", "3,25", 3.0, 2.9, 70000]]
    workbook(path, [*rows, ["Source : DREES"]])
    read = read_apl(path)
    assert read.year == 2023
    assert read.all_ages == {"27001": 2.5, "2A004": 3.25}
    assert read.under_65 == {"27001": 2.1, "2A004": 3.0}
    assert read.standard["27001"] == 4100.5
    workbook(path, [["rien"]])
    refused(lambda: read_apl(path), "apl.xlsx", "Code commune INSEE")
    path.write_bytes(b"PK not a workbook")
    refused(lambda: read_apl(path), "apl.xlsx", "damaged")


def test_apl_as_csv(tmp_path):
    path = tmp_path / "apl.csv"
    path.write_text("code,lib_com,apl_mg2018,apl_mg2018_65,pop2016\n1001,A,2.396,2.112,761.7\n")
    read = read_apl(path)
    assert (read.year, read.all_ages, read.standard) == (2018, {"01001": 2.396}, {"01001": 761.7})


def test_age_base_sums_the_iris_of_a_commune(tmp_path):
    bands = ("0014", "1529", "3044", "4559", "6074", "75P")
    names = [f"P22_{sex}{band}" for sex in "HF" for band in bands]
    path = tmp_path / "base-ic-evol-struct-pop-2022_csv.zip"
    lines = [f"IRIS;COM;TYP_IRIS;P22_POP;{';'.join(names)}"]
    lines += [f"27001010{k};27001;H;78;" + ";".join(str(v) for v in range(1, 13)) for k in (1, 2)]
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("base-ic-evol-struct-pop-2022.CSV", "\n".join(lines))
    read = read_ages(path)
    np.testing.assert_array_equal(read.counts["27001"], 2 * np.arange(1, 13).reshape(2, 6))
    assert read.edges == (0, 15, 30, 45, 60, 75, 105)


def test_detailed_ages(tmp_path):
    path = tmp_path / "TD_POP1B_2022.csv"
    path.write_text(
        "CODGEO;LIBGEO;SEXE;AGED100;NB\n27001;Aclou;1;004;3.5\n27001;Aclou;1;003;1\n27001;Aclou;2;100;2\n"
    )
    counts = read_ages(path).counts["27001"]
    assert (counts[0, 0], counts[1, 18], counts.sum()) == (4.5, 2.0, 6.5)


def test_incomes_under_secrecy_are_left_out(tmp_path):
    path = tmp_path / "f.csv"
    path.write_text("CODGEO;LIBGEO;NBPERSMENFISC16;MED16\n27001;A;100;21000.5\n27002;B;;\n27003;C;5;s\n")
    assert read_incomes(path) == {"27001": 21000.5}


def test_travel_times(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("origine,destination,minutes\n27001,27002,11.5\n")
    assert read_travel(path) == {("27001", "27002"): 11.5}
    path.write_text("origine,destination,minutes\n27001,27002,11.5\n27001,Ajou,4\n")
    refused(lambda: read_travel(path), "line 3", "Ajou")
    path.write_text("origine,destination,minutes\n27001,27002,-1\n")
    refused(lambda: read_travel(path), "line 2", "-1")


def test_outlines(tmp_path):
    path = tmp_path / "c.geojson"
    ring = "[[0,0],[1,0],[1,1],[0,0]]"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"properties":{"INSEE_COM":"27001"},"geometry":'
        f'{{"type":"MultiPolygon","coordinates":[[{ring}],[{ring}]]}}}},{{"properties":{{"x":1}},"geometry":null}}]}}'
    )
    assert read_outlines(path) == {"27001": [[(0, 0), (1, 0), (1, 1), (0, 0)]] * 2}
    path.write_text('{"type":"FeatureCollection","features":[]}')
    refused(lambda: read_outlines(path), "c.geojson", "INSEE")
