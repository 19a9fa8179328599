"""The page of the responses, drawn from the output that ``cpts-sim responses`` saved."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cpts_sim.documentation.markdown import bullets, page, table
from cpts_sim.experiment.responses.outcome import Outcome, counts
from cpts_sim.experiment.responses.published import absent
from cpts_sim.experiment.responses.saved import Told, read, read_slopes
from cpts_sim.experiment.responses.told import (
    cells,
    change,
    effect,
    heading,
    lacking,
    remarks,
    slope_cells,
    slope_heading,
    slope_sentences,
)
from cpts_sim.words import number, say

FOLDER = Path("results") / "responses"
COMMAND = f"cpts-sim responses --output {FOLDER.as_posix()} --lang en"
TOLD = (
    "Levels do not identify effects: two sets of parameters may reach the same delays and answer a change quite "
    "differently. Here known changes are played as arms of the same seeds (same people, professionals and latent "
    "draws), and the *effect* is compared with the published one, which is no parameter of the model. How each change "
    "is played stands in `cpts_sim/evidence/responses/published.yaml`, with sources and grades."
)
BAND = (
    "A band is the study's own interval where it was published; where it was not, the row says whether it was derived "
    "from published figures, is an upper bound (self-selected or stronger: a tenth of the effect up to all of it), or "
    "was judged. Studies differ from the re-enactment in population and follow-up, both told below."
)
SIEVE = (
    "`cpts-sim responses --ensemble FILE` judges the members of an ensemble of `cpts-sim calibrate` by the rows "
    "that parameters decide, all members together: each is played with the same few seeds (one pair unless "
    "`--member-replications` asks for more), the shipped set (or the first) with all pairs. How effects change with "
    "parameters is read over all members (linear regression with shrinkage, error by leaving members out); the "
    "level, and what the common seeds are by luck, come from the set played with all pairs. A member is dropped "
    "when the whole 95% interval of its estimated effect (regression and chance) is outside the band; a row whose "
    "left-out error is not below the spread between members cannot tell them apart and drops nobody. Curvature, and "
    "what one seed does to slopes, are seen only in that error. The command writes `slopes.json` and the ensemble "
    "that is left; fewer than twenty members are played with all pairs and judged one by one."
)


def responses_page() -> str:
    """Return the page; it says so when the saved output is not at hand."""
    folder = _saved()
    if folder is None:
        missing = f"No output is saved in `{FOLDER.as_posix()}` here."
        lost = bullets(lacking(row, "en") for row in absent())
        return page("Responses to known changes", TOLD, _command(), missing, BAND, lost, "## Ensembles", SIEVE)
    found, told = read(folder)
    return page(
        "Responses to known changes", TOLD, _command(), _asked(told), say("responses.counts", None, **counts(found)),
        _picture(), say("responses.note"), BAND, table(heading("en"), (cells(one, "en") for one in found)),
        "## Misses, and what is not represented", bullets(remarks(found, "en")), "## Populations and sources",
        _sources(found), "## Ensembles", SIEVE, *_slopes(read_slopes(folder)),
    )  # fmt: skip


def _saved() -> Path | None:
    """Return the folder of the saved output: beside the package in a copy of the repository, else where we are."""
    homes = (Path(__file__).parents[2], Path.cwd())
    return next((home / FOLDER for home in homes if (home / FOLDER).is_dir()), None)


def _slopes(content: Mapping[str, Any] | None) -> list[str]:
    """Return what was saved about the members of an ensemble: note, table, who goes."""
    if content is None:
        return []
    rows = (slope_cells(item, "en") for item in content["rows"])
    shown = [content["note"]] if content.get("note") else []
    return [*shown, table(slope_heading("en"), rows), *slope_sentences(content, "en")]


def _command() -> str:
    return f"<!-- command: responses -->\n```sh\n{COMMAND}\n```"


def _asked(told: Told) -> str:
    people = say("responses.own_size") if told.inhabitants is None else number(told.inhabitants, 0)
    return say("responses.title", name=told.scenario, people=people, pairs=told.pairs)


def _picture() -> str:
    path = f"../{FOLDER.as_posix()}/figures/responses_en.png"
    told = f"{say('responses.figure.title')}: published band against simulated interval"
    return f'<img src="{path}" alt="{told}" width="860">'


def _sources(found: list[Outcome]) -> str:
    head = tuple(say(f"responses.column.{name}") for name in ("change", "effect", "population", "source"))
    rows = (one.published for one in found)
    return table(head, ((change(r.of, "en"), effect(r, "en"), r.of_whom("en"), f"{r.source} ({r.year})") for r in rows))
