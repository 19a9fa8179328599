"""``cpts-sim diagnose``: the diagnosis that a project starts with, in HTML and PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._options import unknown_territory
from cpts_sim.cli.report import FILE, language_of, theme_of, write_document
from cpts_sim.errors import InputError
from cpts_sim.evidence import REFERENCE_YEARS
from cpts_sim.files import check_place
from cpts_sim.words import LANGUAGES, say, speaking

_YEARS = [str(year) for year in REFERENCE_YEARS]


@click.command(help=say("cli.diagnose"))
@click.argument("source", metavar="TERRITORY|SCENARIO")
@click.option("--year", type=click.Choice(_YEARS), help=say("diagnosis.option_year"))
@click.option("--lang", type=click.Choice(LANGUAGES), help=say("document.option_lang"))
@click.option("--pdf", is_flag=True, help=say("document.option_pdf"))
@click.option("--theme", type=FILE, help=say("document.option_theme"))
@click.option("--output", "-o", type=FILE, help=say("diagnosis.option_output"))
def command(source: str, year: str | None, lang: str | None, theme: Path | None, output: Path | None, pdf: bool
            ) -> None:  # fmt: skip
    """Write the diagnosis of a territory file, a table of communes, an archetype or a scenario's territory."""
    from cpts_sim.report.document.diagnosis import diagnosis_of

    tongue, rules = language_of(lang), theme_of(theme)
    _territory(source, None)  # what is wrong with it is said in the language of the command, not of the document
    with speaking(tongue):
        territory, reference = _territory(source, None if year is None else int(year))
    place = output or Path(f"diagnosis_{territory.id}_{tongue}.html")
    check_place(place)
    redo = (f"cpts-sim diagnose {Path(source).name} --year {reference} --lang {tongue}",)
    document = diagnosis_of(territory, reference, tongue, redo)
    write_document(document, place, rules, pdf)


def _territory(source: str, year: int | None) -> tuple[Any, int]:
    """Return the territory named and its reference year.

    Raises:
        InputError: no such archetype or file, or a theory territory, whose practices are nowhere.
    """
    from cpts_sim.territory import ARCHETYPES, load_territory

    first = REFERENCE_YEARS[0]
    if source in ARCHETYPES:
        return load_territory({"archetype": source}), year or first
    path = Path(source)
    if not path.is_file():
        raise unknown_territory(source)
    if path.suffix in (".yaml", ".yml", ".toml"):
        from cpts_sim.catalogue import catalogue
        from cpts_sim.scenario import load

        scenario = load(path, catalogue())
        if scenario.territory.practices is not None:
            raise InputError(say("cli.practices_only"))
        return load_territory(scenario.territory), year or scenario.reference_year
    return load_territory({"table" if path.suffix == ".csv" else "file": path}), year or first
