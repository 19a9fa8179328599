"""What is worth knowing of a scenario before its numbers are read: oddities, missions too late, its territory."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import click

from cpts_sim.errors import CptsSimError
from cpts_sim.words import number, say

if TYPE_CHECKING:
    from cpts_sim.scenario import Scenario

LATE = {"horizon": "mission_too_late", "stop": "mission_after_stop", "contract": "mission_after_deadline"}


def warn(scenario: Scenario, arms: Collection[str]) -> None:
    """Say on stderr what a scenario says and probably does not mean, as far as these arms are concerned."""
    for note in of_scenario(scenario, arms):
        click.echo(say("cli.warning", text=note), err=True)


def of_scenario(scenario: Scenario, arms: Collection[str] | None = None) -> list[str]:
    """Return every sentence on what a scenario says and probably does not mean.

    Args:
        scenario: the scenario.
        arms: those that will be lived (none: all).
    """
    from cpts_sim.scenario.advice import warnings

    lived = scenario.arms if arms is None else arms
    return [*warnings(scenario, lived), *of_missions(scenario, lived), *of_territory(scenario)]


def _with_parameters(scenario: Scenario, lived: Collection[str]) -> dict[str, tuple[Any, Any]]:
    """Return the block ``cpts`` and the parameters in force of each of these arms."""
    from cpts_sim.care.baseline import levels
    from cpts_sim.evidence import load_parameters

    year, level = scenario.reference_year, levels(scenario.baseline)
    return {
        name: (arm.cpts, load_parameters(year, {**level, **arm.parameters}))
        for name, arm in scenario.arms.items() if name in lived
    }  # fmt: skip


def of_contract(scenario: Scenario) -> list[str]:
    """Return a sentence on the missions that a contract makes compulsory and that arms never open."""
    from cpts_sim.missions.deadlines import missing_missions

    by_arm: dict[str, list[str]] = {}
    arms = _with_parameters(scenario, scenario.arms)
    for missing in missing_missions(arms, scenario.horizon_days, scenario.reference_year):
        told = say("scenario.mission_by", mission=missing.mission, months=number(missing.limit, 0))
        by_arm.setdefault(missing.arm, []).append(told)
    alike: dict[str, list[str]] = {}
    for arm, missions in by_arm.items():
        alike.setdefault(", ".join(missions), []).append(arm)
    return [say("scenario.missions_missing", arms=", ".join(names), missions=missions)
            for missions, names in alike.items()]  # fmt: skip


def of_missions(scenario: Scenario, lived: Collection[str]) -> list[str]:
    """Return a sentence on each mission that opens too late, with the arms in which it does."""
    from cpts_sim.catalogue import plugin_modules
    from cpts_sim.missions.deadlines import late_missions

    arms, year = _with_parameters(scenario, lived), scenario.reference_year
    alike: dict[tuple[str, str, float, float, float], list[str]] = {}
    for late in late_missions(arms, plugin_modules("missions"), scenario.horizon_days, year):
        alike.setdefault((late.why, late.mission, late.months, late.limit, late.paid_from), []).append(late.arm)
    return [_late(names, *key) for key, names in alike.items()]


def _late(arms: list[str], why: str, mission: str, months: float, limit: float, paid: float) -> str:
    numbers = {"months": round(months, 1), "limit": round(limit, 1)}
    written = {name: number(value, int(value % 1 > 0.0)) for name, value in numbers.items()}
    return say(f"scenario.{LATE[why]}", arms=", ".join(arms), mission=mission, paid=f"{paid:g}", **written)


def of_territory(scenario: Scenario) -> list[str]:
    """Return sentences on the territory of a scenario; a territory that cannot be read has none (the run says why)."""
    from cpts_sim.territory import load_territory

    if scenario.territory.practices is not None:
        return []
    try:
        territory = load_territory(scenario.territory)
    except (CptsSimError, OSError):
        return []
    return [] if len(territory.hospitals["name"]) else [say("territory.no_ed")]
