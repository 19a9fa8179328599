"""``cpts-sim validate``: everything that is wrong with scenario and experiment files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cpts_sim.catalogue import catalogue
from cpts_sim.cli._notes import of_contract, of_scenario
from cpts_sim.cli._options import json_option, write_json
from cpts_sim.errors import InputError, UsageError
from cpts_sim.scenario import Scenario, ScenarioError, load
from cpts_sim.scenario.strict_yaml import read_yaml
from cpts_sim.words import say

EXPERIMENT_KEYS = {"base", "settings", "factors", "design", "territories", "perimeters", "replications", "measures"}
"""Keys that tell an experiment file from a scenario."""


@click.command(help=say("cli.validate"))
@click.argument("paths", metavar="SCENARIO|EXPERIMENT...", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
def command(paths: tuple[Path, ...], as_json: bool) -> int:
    """Check each file; the exit code is 3 when one is wrong."""
    results = [_check(path) for path in paths]
    wrong = sum(not result["ok"] for result in results)
    if as_json:
        write_json({"ok": not wrong, "files": [_without_text(result) for result in results]})
    else:
        for result in results:
            click.echo(result["text"], err=not result["ok"])
        if len(results) > 1 and wrong:
            click.echo(say("cli.files_wrong", count=wrong), err=True)
    return 3 if wrong else 0


def _check(path: Path) -> dict[str, Any]:
    try:
        if _is_experiment(path):
            return _result(path, _of_experiment(path), [])
        scenario = load(path, catalogue())
    except ScenarioError as error:
        return _result(path, str(error), [problem.as_dict() for problem in error.problems])
    except (InputError, UsageError) as error:  # what an experiment needs besides its file
        return _result(path, f"{path}: {error}", [{"file": str(path), "text": str(error)}])
    notes = [*of_scenario(scenario), *of_contract(scenario)]
    text = "\n".join([_summary(path, scenario), *(say("cli.warning", text=note) for note in notes)])
    return _result(path, text, [], notes)


def _is_experiment(path: Path) -> bool:
    """Whether a file holds a key that only an experiment has, and no territory of its own."""
    keys = set(read_yaml(path, gather=True).values)
    return "territory" not in keys and bool(keys & EXPERIMENT_KEYS)


def _of_experiment(path: Path) -> str:
    from cpts_sim.experiment.sweep.reader import read_experiment

    experiment = read_experiment(path)
    return say(
        "cli.valid_experiment",
        file=path,
        points=experiment.point_count,
        seeds=experiment.file.replications,
        arms=", ".join(experiment.arms),
    )


def _result(path: Path, text: str, problems: list[dict[str, Any]], notes: Sequence[str] = ()) -> dict[str, Any]:
    return {"file": str(path), "ok": not problems, "problems": problems, "warnings": list(notes), "text": text}


def _without_text(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != "text"}


def _summary(path: Path, scenario: Scenario) -> str:
    return say(
        "cli.valid",
        file=path,
        territory=scenario.territory.label,
        days=scenario.horizon_days,
        weeks=scenario.warmup_weeks,
        arms=", ".join(scenario.arms),
    )
