"""The parameters: what is read, what is refused, how fast."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.errors import InputError, InternalError
from cpts_sim.evidence import (
    REFERENCE_YEARS,
    Parameters,
    check_overrides,
    load_parameters,
    parameter_ids,
    read_entries,
)
from cpts_sim.evidence.entry import freeze, numbers_in, same_shape, thaw

GOOD = """
care.a: {value: 0.3, unit: share, low: 0, high: 1, prior: beta, source: W1, year: 2019, grade: B}
care.hours:
  value: [1, 2, 3]
  unit: h
  low: 0
  high: 5
  prior: uniform
  source: W2
  year: 2018
  grade: C
care.by_kind:
  {value: {x: 1, y: 2}, unit: a year, low: 0, high: 4, prior: fixed, source: W, year: 2019, grade: A}
care.rows: {value: {x: [1, 2], y: [3, 4]}, unit: h, prior: fixed, source: W, year: 2019, grade: definition}
care.dated:
  by_year: {2019: 9.0, 2024: 7.7}
  unit: per 10 000
  low: 7
  high: 10
  prior: triangular
  source: W3
  year: 2019-2024
  grade: A
  note: falls
care.target: {value: 2, unit: d, prior: fixed, source: W4, year: 2017, grade: A, target: true}
"""


@pytest.fixture
def entries(tmp_path: Path):
    (tmp_path / "care.yaml").write_text(GOOD, encoding="utf-8")
    return read_entries([tmp_path / "care.yaml"])


def test_the_shipped_files_are_complete_and_cover_both_reference_years() -> None:
    for year in REFERENCE_YEARS:
        parameters = load_parameters(year=year)
        assert list(parameters) == sorted(parameter_ids())
        for entry in parameters.entries():
            assert entry.unit and entry.source and entry.year and entry.grade, entry.id
            assert all(entry.low <= number <= entry.high for number in numbers_in(entry.value)), entry.id


def test_forms_of_values(entries) -> None:
    parameters = Parameters(2019, entries)
    assert parameters["care.a"] == 0.3
    assert parameters.array("care.hours").tolist() == [1.0, 2.0, 3.0]
    assert parameters.array("care.by_kind").tolist() == [1.0, 2.0]
    assert parameters.mapping("care.by_kind") == {"x": 1.0, "y": 2.0}
    assert parameters.table("care.rows")["y"].tolist() == [3.0, 4.0]
    assert parameters.entry("care.dated").by_year == {2019: 9.0, 2024: 7.7}
    assert parameters.entry("care.a").room == "care"


def test_arrays_and_values_cannot_be_changed(entries) -> None:
    parameters = Parameters(2019, entries)
    with pytest.raises(ValueError, match="read-only"):
        parameters.array("care.hours")[0] = 9.0
    with pytest.raises(TypeError):
        entries["care.by_kind"].value["x"] = 3  # type: ignore[index]
    with pytest.raises(AttributeError):
        entries["care.a"].value = 3  # type: ignore[misc]


def test_the_wrong_reader_of_a_form_is_an_internal_error(entries) -> None:
    parameters = Parameters(2019, entries)
    with pytest.raises(InternalError, match="not one number"):
        parameters["care.hours"]
    with pytest.raises(InternalError, match="not a mapping"):
        parameters.mapping("care.a")
    with pytest.raises(InternalError, match=r"care\.hours"):
        parameters["care.hour"]


def test_a_broken_file_lists_every_fault(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "care.a: {value: 3, unit: d, low: 0, high: 1, prior: flat, source: W, year: 2019, grade: E}\n"
        "care.b: {value: yes, prior: fixed}\n"
        "nodot: {value: 1, unit: d, prior: fixed, source: W, year: 2019, grade: A, sorce: x}\n"
        "care.c: {value: 1, by_year: {2019: 1}, unit: d, prior: fixed, source: W, year: 2019, grade: A}\n"
        "care.d: {value: 1, unit: d, prior: beta, source: W, year: 2019, grade: A}\n",
        encoding="utf-8",
    )
    with pytest.raises(InternalError) as caught:
        read_entries([tmp_path / "a.yaml"])
    text = str(caught.value)
    for fault in (
        "prior 'flat'",
        "grade 'E'",
        "3.0 is outside [0, 1]",
        "care.b: unit is missing",
        "care.b: source is missing",
        "care.b: expected a number",
        "unknown key 'sorce'",
        "nodot: an id is",
        "care.c: write either",
        "care.d: low and high",
    ):
        assert fault in text


def test_an_id_in_two_files_or_twice_in_one_is_refused(tmp_path: Path) -> None:
    line = "care.a: {value: 1, unit: d, prior: fixed, source: W, year: 2019, grade: A}\n"
    (tmp_path / "a.yaml").write_text(line, encoding="utf-8")
    (tmp_path / "b.yaml").write_text(line, encoding="utf-8")
    with pytest.raises(InternalError, match=r"already in a\.yaml"):
        read_entries([tmp_path / "a.yaml", tmp_path / "b.yaml"])
    (tmp_path / "a.yaml").write_text(line + line, encoding="utf-8")
    with pytest.raises(InternalError, match=r"line 2.*twice"):
        read_entries([tmp_path / "a.yaml"])


@pytest.fixture
def shipped(entries, monkeypatch: pytest.MonkeyPatch):
    """Replace the shipped entries by those of this file."""
    from cpts_sim.evidence import parameters

    monkeypatch.setattr(parameters, "shipped_entries", lambda: entries)
    parameters._of_year.cache_clear()
    yield entries
    parameters._of_year.cache_clear()


def test_reference_year_chooses_the_value(shipped) -> None:
    assert load_parameters(2019)["care.dated"] == 9.0
    assert load_parameters(2024)["care.dated"] == 7.7
    with pytest.raises(InputError, match="2019, 2024"):
        load_parameters(2021)


def test_overrides_replace_and_are_marked(shipped) -> None:
    parameters = load_parameters(2019, {"care.a": 0.5, "care.by_kind": {"x": 3, "y": 0}})
    assert parameters["care.a"] == 0.5
    assert parameters.mapping("care.by_kind") == {"x": 3.0, "y": 0.0}
    assert parameters.entry("care.a").overridden
    assert not parameters.entry("care.hours").overridden
    assert load_parameters(2019)["care.a"] == 0.3


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ({"care.aa": 0.5}, "“care.a”"),
        ({"care.a": 1.5}, "between 0 and 1"),
        ({"care.a": True}, "a number"),
        ({"care.a": "0.5"}, "a number"),
        ({"care.hours": [1, 2]}, "a list of 3 numbers"),
        ({"care.by_kind": {"x": 1}}, "keys x, y"),
        ({"care.by_kind": {"x": 1, "y": float("nan")}}, "keys x, y"),
    ],
)
def test_a_wrong_override_names_place_value_and_cure(shipped, override, words: str) -> None:
    from cpts_sim.words import speaking

    with speaking("en"), pytest.raises(InputError) as caught:
        load_parameters(2019, override)
    assert words in str(caught.value)
    assert next(iter(override)) in str(caught.value)


def test_all_wrong_overrides_come_at_once(shipped) -> None:
    assert [fault.id for fault in check_overrides({"care.z": 1, "care.a": 2, "care.hours": [0, 0, 0]})] == [
        "care.z",
        "care.a",
    ]


def test_digest_follows_values_only(shipped) -> None:
    base = load_parameters(2019).digest()
    assert base == load_parameters(2019, {"care.a": 0.3}).digest()
    assert base != load_parameters(2019, {"care.a": 0.31}).digest()
    assert base != load_parameters(2024).digest()
    assert "care.target" not in load_parameters(2019).values_by_id()


plain_values = st.recursive(
    st.floats(-1e6, 1e6) | st.integers(-1000, 1000),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3) | st.dictionaries(st.text(max_size=3), inner, min_size=1)
    ),
    max_leaves=8,
)


@given(plain_values)
def test_freezing_keeps_the_numbers_and_the_form(value) -> None:
    frozen = freeze(value)
    assert freeze(thaw(frozen)) == frozen or isinstance(value, dict)
    assert same_shape(frozen, freeze(thaw(frozen)))
    assert all(np.isfinite(list(numbers_in(frozen))))
