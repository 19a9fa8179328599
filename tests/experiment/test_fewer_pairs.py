"""A comparison of few pairs does not silently take the place of a larger one; nor does it change a number."""

from __future__ import annotations

import pytest

from cpts_sim.cli._pairs import with_all_kept
from cpts_sim.errors import InputError, UsageError
from cpts_sim.experiment import Plan, compare
from cpts_sim.experiment.results import held_seeds, may_write, read_results, result_files, write_results
from cpts_sim.scenario import parse

from .fake_model import FakeModel


def plan(count, **more):
    scenario = parse({
        "name": "tiny", "years": 56 / 365, "territory": {"archetype": "rural_underdense", "population": 2000},
        "arms": {"without": {}, "with": {"parameters": {"care.no_show_base": 0.02}}},
    })  # fmt: skip
    return Plan(scenario, ("without", "with"), 1, count, make=FakeModel, **more)


@pytest.fixture(scope="module")
def larger(tmp_path_factory):
    """A folder of six pairs and the store beside it."""
    home = tmp_path_factory.mktemp("results")
    write_results(compare(plan(6), workers=1, store=home / ".pairs"), home / "tiny")
    return home


def test_fewer_pairs_are_refused_with_the_cure_and_the_folder_stays(larger):
    before = {f.name: f.read_bytes() for f in (larger / "tiny").rglob("*") if f.is_file()}
    with pytest.raises(UsageError, match=r"6 .*4 .*6.*--output.*--replace") as error:
        may_write(larger / "tiny", plan(4).key, False, 4)
    assert error.value.exit_code == 2
    with pytest.raises(UsageError):
        write_results(compare(plan(4), workers=1, store=larger / ".pairs"), larger / "tiny")
    assert before == {f.name: f.read_bytes() for f in (larger / "tiny").rglob("*") if f.is_file()}


def test_as_many_or_more_and_replacement_go_on(larger):
    for count in (6, 7):
        may_write(larger / "tiny", plan(count).key, False, count)
    may_write(larger / "tiny", plan(4).key, True, 4)
    may_write(larger / "tiny", plan(None, precision=0.05).key, False, None)


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_computed(larger, monkeypatch):
    from cpts_sim.experiment import results

    monkeypatch.setattr(results.os, "access", lambda place, how: False)
    for key in (plan(6).key, "another"):
        with pytest.raises(InputError, match=r"cannot write .*tiny .*choose another folder"):
            may_write(larger / "tiny", key, True, 6)


def test_without_a_number_all_pairs_of_the_folder_serve(larger, capsys):
    grown = with_all_kept(plan(4), larger / "tiny", None)
    assert grown.replications == 6 and grown.key == plan(4).key
    assert "6" in capsys.readouterr().err
    assert with_all_kept(plan(4), larger / "tiny", 4).replications == 4
    assert with_all_kept(plan(8), larger / "tiny", None).replications == 8
    assert with_all_kept(plan(4), larger / "nowhere", None).replications == 4
    assert held_seeds(larger / "tiny", "another") == 0


def test_numbers_do_not_depend_on_what_the_folder_holds(larger, tmp_path):
    """Few pairs after many are, byte for byte, few pairs computed afresh."""
    after = result_files(compare(plan(4), workers=1, store=larger / ".pairs"))
    afresh = result_files(compare(plan(4), workers=1, store=tmp_path / "empty"))
    assert after == afresh
    many = result_files(compare(plan(6), workers=1, store=tmp_path / "empty"))
    assert many["values.parquet"] == (larger / "tiny" / "values.parquet").read_bytes()
    assert len(read_results(larger / "tiny").values.seeds) == 6
