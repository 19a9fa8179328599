"""The pages of ``docs/`` that are written from the code and the parameter files, by ``cpts-sim docs``.

Nothing on them is typed twice: lists come from the registries, numbers from the parameter files, and the prose of the
model's description names both through marks that are replaced here. A test tells when a page is no longer fresh.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from cpts_sim.documentation.description import odd_page, stress_page
from cpts_sim.documentation.elements import elements_page
from cpts_sim.documentation.numbers import parameters_page
from cpts_sim.documentation.parts import parts_page
from cpts_sim.documentation.responses import responses_page
from cpts_sim.documentation.verification import verification_page
from cpts_sim.words import speaking

PAGES: Mapping[str, Callable[[], str]] = {
    "elements.md": elements_page,
    "model.md": odd_page,
    "parameters.md": parameters_page,
    "parts.md": parts_page,
    "responses.md": responses_page,
    "stress.md": stress_page,
    "verification.md": verification_page,
}
"""Name of the file → function that writes it."""


def pages() -> dict[str, str]:
    """Return the text of every page, in English, by name of the file."""
    with speaking("en"):
        return {name: write() for name, write in PAGES.items()}


def write_pages(folder: Path) -> list[Path]:
    """Write every page into a folder; returns those that changed."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = []
    for name, text in pages().items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            changed.append(path)
    return changed


def stale_pages(folder: Path) -> list[str]:
    """Return the names of the pages of a folder that are missing or no longer what the code says."""
    kept = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return [name for name, text in pages().items() if kept.get(name) != text]
