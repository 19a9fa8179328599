"""Scenario files: what is read, and what is said when they are wrong."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from cpts_sim.errors import InputError
from cpts_sim.scenario import Scenario, ScenarioError, json_schema, load, parse, scenario_model
from cpts_sim.words import speaking

SHORT = "territory: {archetype: rural_underdense}\n"


def _problems(path: Path, catalogue) -> list[tuple[int, str, str]]:
    with pytest.raises(ScenarioError) as caught:
        load(path, catalogue)
    return [(problem.line, problem.key, problem.text) for problem in caught.value.problems]


def test_the_shortest_scenario_is_france_2019_without_a_cpts(write, catalogue) -> None:
    scenario = load(write(SHORT), catalogue)
    assert scenario.reference_year == 2019 and scenario.start == date(2019, 1, 7)
    assert (scenario.horizon_days, scenario.warmup_days) == (365, 84)
    assert scenario.windows == (0, 12)
    assert scenario.cpts is None and list(scenario.arms) == ["without"]
    assert scenario.care.needs is None and scenario.drift and not scenario.frozen


def test_day_0_follows_the_reference_year(write, catalogue) -> None:
    assert load(write(SHORT + "reference_year: 2024\n"), catalogue).start == date(2024, 1, 1)


def test_units_in_both_languages(write, catalogue) -> None:
    english = load(
        write(SHORT + 'warmup: 8 weeks\ncpts: {start: 6 months, meetings: {length: "90 min"}}\n'), catalogue
    )
    french = load(
        write(SHORT + 'warmup: 8 semaines\ncpts: {start: 6 mois, meetings: {length: "1,5 h"}}\n'), catalogue
    )
    assert english == french
    assert (
        english.cpts is not None and english.cpts.start_months == 6 and english.cpts.meetings.length_min == 90
    )


def test_missions_of_the_catalogue(write, catalogue) -> None:
    scenario = load(
        write(SHORT + "cpts: {missions: {desk: {reach: 15 %}, unscheduled_care: {}}}\n"), catalogue
    )
    assert scenario.cpts is not None
    missions = scenario.cpts.missions
    assert missions.names() == ("desk", "unscheduled_care")
    assert missions["desk"].reach == 0.15 and missions["unscheduled_care"].release_min == 60
    assert "desk" in missions and [name for name, _ in scenario.shocks.items()] == []
    assert list(scenario.arms) == ["without", "with"]
    assert scenario.arm("without").cpts is None and scenario.arm("with").cpts == scenario.cpts


def test_arms_are_written_as_differences(write, catalogue) -> None:
    text = SHORT + (
        "cpts: {start: 1 month, missions: {unscheduled_care: {slots: 3}, desk: {}}}\n"
        "arms:\n"
        "  nobody: {cpts: null}\n"
        "  all: {}\n"
        "  no_desk: {cpts: {missions: {desk: null}}}\n"
        "  more: {title: {fr: Plus}, cpts: {missions: {unscheduled_care: {slots: 4}}}}\n"
    )
    arms = load(write(text), catalogue).arms
    assert list(arms) == ["nobody", "all", "no_desk", "more"]
    assert arms["nobody"].cpts is None
    assert arms["no_desk"].cpts.missions.names() == ("unscheduled_care",)
    assert arms["more"].cpts.missions["unscheduled_care"].slots == 4
    assert arms["more"].cpts.missions.names() == ("desk", "unscheduled_care")
    assert arms["more"].cpts.start_months == 1 and arms["more"].title.fr == "Plus"


def test_everything_wrong_is_said_at_once_with_its_line(write, catalogue) -> None:
    path = write(
        "reference_year: 2020\n"
        "start: 2019-01-08\n"
        "years: -1\n"
        "warmup: 12 moi\n"
        "territory:\n"
        "  archetyp: rural\n"
        "  population: -40\n"
        "windows: [8, 12]\n"
        'drift: "yes"\n'
        "cpts:\n"
        "  missions:\n"
        "    unscheduled_cre: {}\n"
        "    unscheduled_care:\n"
        "      slots: two\n"
        "parameters:\n"
        "  care.nothing_of_the_sort: 3\n"
        "department: 2A0\n"
    )
    problems = _problems(path, catalogue)
    assert [(line, key) for line, key, _ in problems] == [
        (1, "reference_year"),
        (2, "start"),
        (3, "years"),
        (4, "warmup"),
        (6, "territory.archetyp"),
        (7, "territory.population"),
        (8, "windows"),
        (9, "drift"),
        (12, "cpts.missions.unscheduled_cre"),
        (14, "cpts.missions.unscheduled_care.slots"),
        (16, "parameters.care.nothing_of_the_sort"),
        (17, "department"),
    ]
    text = {key: words for _, key, words in problems}
    assert "2019, 2024" in text["reference_year"]
    assert "2019-01-07" in text["start"], "the cure is the Monday of that week"
    assert '"12 moi"' in text["warmup"] and "months" in text["warmup"]
    assert "“archetype”" in text["territory.archetyp"]
    assert "-40" in text["territory.population"] and "at least 1" in text["territory.population"]
    assert "“unscheduled_care”" in text["cpts.missions.unscheduled_cre"]
    assert '"two"' in text["cpts.missions.unscheduled_care.slots"]


def test_the_same_fault_is_not_repeated_by_arms_that_inherit_it(write, catalogue) -> None:
    path = write(SHORT + "cpts: {start: soon}\narms:\n  a: {}\n  b: {cpts: {stop: never}}\n")
    assert [key for _, key, _ in _problems(path, catalogue)] == ["cpts.start", "arms.b.cpts.stop"]


def test_messages_speak_french(write, catalogue) -> None:
    with speaking("fr"), pytest.raises(ScenarioError, match=r"ligne 2, years : reçu -1, attendu un nombre"):
        load(write(SHORT + "years: -1\n"), catalogue)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("drift: yes", "write true or false"),
        ("drift: Off", "write true or false"),
        ("drift: True", "write true or false"),
        ("department: 01", 'put quotes: "01"'),
        ("years: 12:30", "base-60"),
        ("years: .inf", "finite"),
        ("years: 1e999", "finite"),
        ("years: NaN", "finite"),
        ("years: 1_000", "plain digits"),
        ("years: 0x10", "plain digits"),
        ("years:", "empty value"),
        ("years: !!python/name:os.system x", "tag"),
        ("<<: {years: 1}", "extends"),
        ("territory: {archetype: reference}", "already written on line 1"),
        ("care: [", "not YAML"),
        ("a: &x [*x]", "contains itself"),
    ],
)
def test_traps_of_yaml(write, catalogue, line: str, words: str) -> None:
    problems = _problems(write(SHORT + line + "\n"), catalogue)
    assert len(problems) == 1
    assert problems[0][0] in (2, 3)
    assert words in problems[0][2]


def test_quotes_and_dates_stay_text(write, catalogue) -> None:
    scenario = load(write(SHORT + 'name: "yes"\ndepartment: "01"\nstart: 2018-12-31\n'), catalogue)
    assert (scenario.name, scenario.department, scenario.start) == ("yes", "01", date(2018, 12, 31))


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("territory: {}", "territory", "exactly one of these keys"),
        ("territory: {archetype: reference, table: a.csv}", "territory", "exactly one of these keys"),
        ("territory: {table: nowhere.csv}", "territory.table", "no such file"),
        ("territory: {archetype: rural_overdense}", "territory.archetype", "“rural_underdense”"),
        ("territory: 3", "territory", "a block"),
        ("years: 1", "territory", "missing"),
        (SHORT + "years: 0.001", "years", "at least one day"),
        (SHORT + "warmup: 10 days", "warmup", "whole number of weeks"),
        (SHORT + "warmup: 12", "warmup", "unit of time"),
        (SHORT + "windows: [0, 24]", "windows", "rising hours"),
        (SHORT + "windows: [0, 8.5]", "windows[1]", "whole number"),
        (SHORT + "cpts: {members: {share_gps: 130 %}}", "cpts.members.share_gps", "at most 1"),
        (SHORT + "cpts: {members: {share_gps: half}}", "cpts.members.share_gps", "percentage"),
        (SHORT + "cpts: {missions: {desk: {}}}", "arms.with.cpts.missions.desk", "unscheduled_care"),
        (SHORT + "shocks: {influenzza: {}}", "shocks.influenzza", "“influenza”"),
        (SHORT + "care: {needs: {a: {rate: 5 per year}}}", "", "practices"),
        (SHORT + "arms: {a: {cpts: {mision: {}}}}", "arms.a.cpts.mision", "“missions”"),
    ],
)
def test_one_fault_at_a_time(write, catalogue, text: str, key: str, words: str) -> None:
    problems = _problems(write(text + "\n"), catalogue)
    assert [key for _, key, _ in problems] == [key]
    assert words in problems[0][2]


def test_extends_merges_and_null_takes_away(write, catalogue) -> None:
    write(
        SHORT + "years: 2\ncpts: {start: 3 months, missions: {unscheduled_care: {slots: 3}}}\n", "base.yaml"
    )
    path = write(
        "extends: base.yaml\nterritory: {archetype: urban_dense}\n"
        "cpts: {missions: {unscheduled_care: {release: 2 h}}}\n"
    )
    scenario = load(path, catalogue)
    assert scenario.years == 2 and scenario.territory.archetype == "urban_dense"
    assert scenario.cpts is not None and scenario.cpts.start_months == 3
    assert scenario.cpts.missions["unscheduled_care"].slots == 3
    assert scenario.cpts.missions["unscheduled_care"].release_min == 120
    assert load(write("extends: base.yaml\ncpts: null\n"), catalogue).cpts is None


def test_another_kind_of_territory_replaces_that_of_the_base(write, catalogue) -> None:
    write("territory: {archetype: reference, population: 50000}\n", "base.yaml")
    write("code,name\n", "communes.csv")
    scenario = load(write("extends: base.yaml\nterritory: {table: communes.csv}\n"), catalogue)
    assert scenario.territory.kind == "table" and scenario.territory.population is None


def test_files_are_found_from_the_file_that_names_them(write, catalogue, tmp_path: Path) -> None:
    write("code,name\n", "data/communes.csv")
    write("territory: {table: communes.csv}\n", "data/base.yaml")
    scenario = load(write("extends: data/base.yaml\n"), catalogue)
    assert scenario.territory.table == tmp_path / "data" / "communes.csv"


def test_faults_are_placed_in_the_file_that_holds_them(write, catalogue) -> None:
    write(SHORT + "years: -1\n", "base.yaml")
    with pytest.raises(ScenarioError) as caught:
        load(write("extends: base.yaml\nname: 3\n"), catalogue)
    assert [(Path(p.file).name, p.line, p.key) for p in caught.value.problems] == [
        ("base.yaml", 2, "years"),
        ("scenario.yaml", 2, "name"),
    ]


def test_extends_in_a_circle_and_to_nowhere(write, catalogue) -> None:
    write("extends: b.yaml\n", "a.yaml")
    problems = _problems(write("extends: a.yaml\n", "b.yaml"), catalogue)
    assert "b.yaml → a.yaml → b.yaml" in problems[0][2]
    assert "no such file" in _problems(write("extends: nowhere.yaml\n"), catalogue)[0][2]
    assert "path of a scenario file" in _problems(write("extends: [a]\n"), catalogue)[0][2]


def test_an_unreadable_file(tmp_path: Path, catalogue) -> None:
    assert "no such file" in _problems(tmp_path / "absent.yaml", catalogue)[0][2]
    (tmp_path / "latin.yaml").write_bytes(b"title: {fr: \xe9t\xe9}\n")
    assert "UTF-8" in _problems(tmp_path / "latin.yaml", catalogue)[0][2]
    (tmp_path / "list.yaml").write_text("- a\n")
    assert "key: value" in _problems(tmp_path / "list.yaml", catalogue)[0][2]


def test_a_scenario_written_in_python(catalogue) -> None:
    values = {"territory": {"archetype": "reference"}, "years": 2, "shocks": {"influenza": {}}}
    scenario = parse(values, catalogue)
    assert Scenario.parse(values, catalogue) == scenario
    assert scenario.horizon_days == 730 and scenario.shocks.names() == ("influenza",)
    with pytest.raises(InputError, match="years"):
        parse({"territory": {"archetype": "reference"}, "years": float("nan")}, catalogue)


def test_without_a_catalogue_every_mission_is_unknown() -> None:
    with pytest.raises(ScenarioError, match="unknown key"):
        parse({"territory": {"archetype": "any"}, "cpts": {"missions": {"desk": {}}}})


def test_nothing_changes_once_read(write, catalogue) -> None:
    scenario = load(write(SHORT), catalogue)
    with pytest.raises(ValidationError, match="frozen"):
        scenario.years = 3
    with pytest.raises(TypeError):
        scenario.arms["x"] = None  # type: ignore[index]


def test_one_class_a_catalogue(catalogue) -> None:
    assert scenario_model(catalogue) is scenario_model(dict(catalogue))
    assert issubclass(scenario_model(catalogue), Scenario)


def test_the_schema_describes_every_key(catalogue) -> None:
    schema = json_schema(catalogue)
    assert json.loads(json.dumps(schema)) == schema
    assert "unscheduled_care" in schema["$defs"]["Missions"]["properties"]
    assert "extends" in schema["properties"]
    for name, block in {"Scenario": schema, **schema["$defs"]}.items():
        for key, value in block.get("properties", {}).items():
            assert value.get("description"), f"{name}.{key} has no description"
