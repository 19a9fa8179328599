"""The page that maps each element named in the founding documents to the code that represents it."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import yaml

import cpts_sim
from cpts_sim.documentation.markdown import page, table

PACKAGE = Path(cpts_sim.__file__).parent
KINDS = {"A": "actor", "T": "territory", "L": "life cycle", "M": "mission", "X": "mechanism", "F": "funding",
         "B": "benefit claimed", "V": "vigilance", "C": "context"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Element:
    """An element of the founding documents.

    Attributes:
        number: its number.
        name: what it is, in a few words.
        kinds: keys of :data:`KINDS`.
        feature: how the model represents it.
        code: places, ``path::name`` under ``cpts_sim/`` (a name in Python, a key in a parameter or words file).
        metadata: why no code represents it ("" where code does).
    """

    number: int
    name: str
    kinds: tuple[str, ...]
    feature: str
    code: tuple[str, ...] = ()
    metadata: str = ""


@cache
def elements() -> tuple[Element, ...]:
    """Return all elements in the order of their numbers."""
    rows = yaml.safe_load((files(__package__) / "elements.yaml").read_text(encoding="utf-8"))
    return tuple(
        Element(number, row["name"], tuple(row["kind"]), row.get("feature", ""), tuple(row.get("code", ())),
                row.get("metadata", "")) for number, row in sorted(rows.items())
    )  # fmt: skip


def elements_page() -> str:
    """Return the table of all elements."""
    told = "Every element that the founding documents name, and where the model represents it, or why it does not."
    head = ("No.", "Element", "Kind", "In the model", "Code")
    return page("Elements of a CPTS in the model", told, table(head, map(_row, elements())))


def _row(element: Element) -> tuple[object, ...]:
    kinds = ", ".join(KINDS[kind] for kind in element.kinds)
    where = ", ".join(f"`{place}`" for place in element.code)
    return element.number, element.name, kinds, element.feature or f"Metadata only: {element.metadata}", where


def missing_places(element: Element) -> list[str]:
    """Return the places of an element that do not exist in the package."""
    return [place for place in element.code if not _exists(*place.split("::"))]


def _exists(path: str, name: str = "") -> bool:
    file = PACKAGE / path
    if not file.is_file():
        return False
    return not name or name in _names(file)


@cache
def _names(file: Path) -> frozenset[str]:
    """Names defined in a Python file (with ``Class.member``), or the keys of a YAML file."""
    text = file.read_text(encoding="utf-8")
    if file.suffix == ".yaml":
        return frozenset(yaml.safe_load(text))
    return frozenset(_defined(ast.parse(text)))


def _defined(node: ast.AST, prefix: str = "") -> list[str]:
    found: list[str] = []
    for item in ast.iter_child_nodes(node):
        if isinstance(item, ast.ClassDef | ast.FunctionDef):
            found += [prefix + item.name, *_defined(item, f"{prefix}{item.name}.")]
        elif isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            found.append(prefix + item.target.id)
        elif isinstance(item, ast.Assign):
            found += [prefix + target.id for target in item.targets if isinstance(target, ast.Name)]
    return found
