"""The pages of docs/ are what the code says, and every element of the founding documents has its place."""

from pathlib import Path

import pytest

from cpts_sim.documentation import PAGES, pages, stale_pages, write_pages
from cpts_sim.documentation.elements import KINDS, Element, elements, missing_places
from cpts_sim.evidence import load_parameters
from cpts_sim.explain import mission_names

DOCS = Path(__file__).parents[2] / "docs"
ALL = range(1, 117)


def test_the_pages_in_docs_are_fresh() -> None:
    assert stale_pages(DOCS) == [], "run `cpts-sim docs`"


def test_pages_are_written_once_and_then_only_when_something_changed(tmp_path: Path) -> None:
    assert {path.name for path in write_pages(tmp_path)} == set(PAGES)
    assert write_pages(tmp_path) == []
    (tmp_path / "parts.md").write_text("old", encoding="utf-8")
    assert stale_pages(tmp_path) == ["parts.md"]


def test_no_element_is_missing() -> None:
    assert [element.number for element in elements()] == list(ALL)


@pytest.mark.parametrize("element", elements(), ids=lambda element: str(element.number))
def test_an_element_is_in_the_code_or_says_why_not(element: Element) -> None:
    assert set(element.kinds) <= set(KINDS) and element.kinds
    assert bool(element.code) != bool(element.metadata)
    assert missing_places(element) == []


def test_a_place_that_does_not_exist_is_seen() -> None:
    wrong = Element(0, "x", ("A",), "", ("missions/crisis.py::Crisis", "missions/crisis.py::Nothing", "no.py"))
    assert missing_places(wrong) == ["missions/crisis.py::Nothing", "no.py"]


def test_every_parameter_and_every_mission_stands_on_its_page() -> None:
    text = pages()
    inputs = [entry.id for entry in load_parameters(2019).entries() if not entry.target]
    assert all(f"`{name}`" in text["parameters.md"] for name in inputs)
    assert all(f"`{name}`" in text["parts.md"] and f"`{name}`" in text["model.md"] for name in mission_names())
    assert "{{" not in "".join(text.values())
