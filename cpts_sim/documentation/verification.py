"""The page of the verification, drawn from the output that ``cpts-sim verify`` saved."""

from __future__ import annotations

from pathlib import Path

from cpts_sim.documentation.markdown import bullets, page, table
from cpts_sim.experiment.verify import Outcome, Verdict, counts
from cpts_sim.experiment.verify.saved import read
from cpts_sim.experiment.verify.told import cells, heading, misses, sentence, title_of
from cpts_sim.words import say

FOLDER = Path("results") / "verification"
COMMAND = f"cpts-sim verify --output {FOLDER.as_posix()} --lang en"
TOLD = (
    "Exact laws and published tables, through the running model wherever its mechanism is concerned: the scenario puts "
    "it in the stated configuration, many identical closed practices are so many replications. Each number has an "
    "expected and a reached value, an interval, a resolution and a verdict; beside it stands the same number when "
    "demand is five per cent too high, which must be rejected. The short checks are also in the test suite."
)
LIMITS = (
    "Formula only: absent patients who rejoin a queue at once (1.2); the running queue takes nobody back.",
    "The appointments kept of 1.1 are counted from the backlog that the running queue makes; whether an appointment is "
    "kept follows from the published curve, since the full model has its own rule for missed visits.",
    "The patients that go on from the acute to the rehabilitation ward (6.1) are a Poisson stream of the right rate, "
    "not the same people; wards that share beds are not run.",
    "The call centre (6.2) runs through the engine's queue, not through a scenario; its reference is itself a mean of "
    "3,000 replications.",
    "Demand five per cent higher exceeds the slots of the weekly calendar (2.3): three per cent is rejected instead.",
    "Observed distributions of French care are the business of `cpts-sim facts`.",
)


def verification_page() -> str:
    """Return the page; it says so when the saved output is not at hand."""
    folder = _saved()
    if folder is None:
        return page("Verification", TOLD, _command(), f"No output is saved in `{FOLDER.as_posix()}` here.")
    outcomes = read(folder)
    return page(
        "Verification", TOLD, _command(), say("verify.counts", None, **counts(outcomes)), _missed(outcomes),
        _summary(outcomes), "## What this does not say", bullets(LIMITS), "## Check by check",
        say("verify.note"), *(_check(outcome) for outcome in outcomes),
    )  # fmt: skip


def _saved() -> Path | None:
    """Return the folder of the saved output: beside the package in a copy of the repository, else where we are."""
    homes = (Path(__file__).parents[2], Path.cwd())
    return next((home / FOLDER for home in homes if (home / FOLDER).is_dir()), None)


def _command() -> str:
    return f"<!-- command: verification -->\n```sh\n{COMMAND}\n```"


def _missed(outcomes: list[Outcome]) -> str:
    found = misses(outcomes)
    if not found:
        return "No number misses."
    named = ((title_of(one, "en"), sentence(row, "en"), say(f"verify.verdict.{row.verdict}")) for one, row in found)
    rows = (f"{check}: {told} ({verdict})" for check, told, verdict in named)
    return "Numbers that miss or accept a demand that is too high:\n\n" + bullets(rows)


def _summary(outcomes: list[Outcome]) -> str:
    head = tuple(say(f"verify.column.{name}") for name in ("case", "check", "where", "rows", "inside", "rejected"))
    return table(head, map(_line, outcomes))


def _line(outcome: Outcome) -> tuple[object, ...]:
    judged = [row.rejects for row in outcome.rows if row.rejects is not None]
    inside = sum(row.verdict is Verdict.INSIDE for row in outcome.rows)
    where = say(f"verify.where.{outcome.check.where}")
    power = f"{sum(judged)} of {len(judged)}" if judged else "–"
    return outcome.check.case, title_of(outcome, "en"), where, len(outcome.rows), inside, power


def _check(outcome: Outcome) -> str:
    title = title_of(outcome, "en")
    picture = f"../{FOLDER.as_posix()}/figures/{outcome.check.name}.png"
    rows = table(heading("en")[1:], (cells(outcome, row, "en")[1:] for row in outcome.rows))
    image = f'<img src="{picture}" alt="{title}: distance of each number from its expected value" width="640">'
    return f"### {title}\n\n{image}\n\n<details><summary>{len(outcome.rows)} numbers</summary>\n\n{rows}\n\n</details>"
