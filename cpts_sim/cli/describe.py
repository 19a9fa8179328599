"""``cpts-sim describe``: what a scenario brings into play, before anything runs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from cpts_sim.care.baseline import SWITCHES, Switch, levels, since_minutes
from cpts_sim.catalogue import catalogue, plugin_modules
from cpts_sim.cli._notes import of_territory
from cpts_sim.cli._options import json_option, scenario_argument, write_json
from cpts_sim.evidence import load_parameters
from cpts_sim.scenario import Arm, Scenario, as_written, load
from cpts_sim.words import date_words, has, say, unit_words

Section = tuple[str, list[str]]
"""A heading and its lines."""


@click.command(help=say("cli.describe"))
@scenario_argument
@json_option
def command(path: Path, as_json: bool) -> None:
    """Print the scenario in words, then the rules that missions and shocks may change."""
    scenario = load(path, catalogue())
    sections = [*scenario_sections(scenario), *model_sections(scenario)]
    if as_json:
        write_json({"scenario": as_written(scenario), "sections": dict(sections)})
        return
    for title, lines in sections:
        click.echo(click.style(title, bold=True))
        click.echo("\n".join(f"  {line}" for line in lines) + "\n")


def scenario_sections(scenario: Scenario) -> list[Section]:
    """Return what the scenario itself says, section by section, in the current language."""
    sections = [
        (say("cli.section_scenario"), [*_whole(scenario), *of_territory(scenario)]),
        (say("cli.section_arms"), [_arm(name, arm) for name, arm in scenario.arms.items()]),
        (say("cli.section_shocks"), [_shock(*shock) for shock in scenario.shocks.items()]),
        (say("cli.section_parameters"), [f"{key} = {value}" for key, value in scenario.parameters.items()]),
    ]
    return [section for section in sections if section[1]]


def model_sections(scenario: Scenario) -> list[Section]:
    """Return the routes, the named rules with the missions that change them, and the missions."""
    if scenario.territory.practices is not None:
        return []
    world, missions = _installed(scenario)
    return [
        (say("baseline.section"), [_institution(switch, scenario) for switch in SWITCHES.values()]),
        (say("model.section_routes"), [f"{way.name}: {_told('route', way.name)}" for way in world.routes]),
        (say("cli.section_rules"), [_rule(name, owners) for name, _, owners in world.rules.describe()]),
        (say("model.section_missions"), [f"{name}: {_told('mission', name)}" for name in missions]),
    ]


def _institution(switch: Switch, scenario: Scenario) -> str:
    """Return an institution of the baseline with its level in the scenario, its unit and its first day if ahead."""
    entry = load_parameters(scenario.reference_year, levels(scenario.baseline)).entry(switch.parameter)
    value = entry.value if isinstance(entry.value, float) else 0.0
    told: dict[str, Any] = {
        "name": switch.name, "level": f"{value:g}", "unit": unit_words(entry.unit),
        "title": say(f"baseline.{switch.name}"), "acts_on": switch.acts_on,
    }  # fmt: skip
    ahead = since_minutes(scenario.baseline, scenario.start).get(switch.name, 0.0)
    if ahead <= 0.0:
        return say("baseline.line", **told)
    since = date_words(scenario.start + timedelta(minutes=ahead))
    if not value:
        return say("baseline.line_off", since=since, year=scenario.reference_year, **told)
    return say("baseline.line_since", since=since, **told)


def _installed(scenario: Scenario) -> tuple[Any, list[str]]:
    """Return the world of the richest arm on its first day, and the missions of all arms."""
    from cpts_sim.model import Model

    arms = {name: arm.cpts.missions.names() for name, arm in scenario.arms.items() if arm.cpts is not None}
    model = Model(scenario, 0)
    if arms:
        model = model.fork(max(sorted(arms), key=lambda name: len(arms[name])))
    return model.care.world, sorted({name for names in arms.values() for name in names})


def _told(kind: str, name: str) -> str:
    key = f"model.{kind}_{name}"
    return say(key) if has(key) else name


def _shock(name: str, settings: Any) -> str:
    written = settings.model_dump(mode="json", by_alias=True, exclude_none=True)
    chosen = ", ".join(f"{key}: {value}" for key, value in written.items())
    return f"{name}: {_told('shock', name)} ({chosen})"


def _rule(name: str, owners: list[str]) -> str:
    text = _told("rule", name)
    if owners:
        text = say("model.wrapped_by", text=text, owners=", ".join(owners))
    return f"{name}: {text}"


def _whole(scenario: Scenario) -> list[str]:
    time: dict[str, Any] = {"days": scenario.horizon_days, "weeks": scenario.warmup_weeks}
    calendar: dict[str, Any] = {"year": scenario.reference_year, "calendar": scenario.calendar}
    windows = ", ".join(map(str, scenario.windows))
    return [
        say("cli.line_territory", territory=scenario.territory.label),
        say("cli.line_time", start=date_words(scenario.start), **time),
        say("cli.line_france", windows=windows, **calendar),
        say("cli.line_drift", drift=_word(scenario.drift), structural=_word(not scenario.frozen)),
    ]


def _word(truth: bool) -> str:
    return say("cli.word_yes" if truth else "cli.word_no")


def _arm(name: str, arm: Arm) -> str:
    if arm.cpts is None:
        if arm.instead is None:
            return say("cli.arm_without", name=name)
        shares = {use: getattr(arm.instead, use) for use in ("assistants", "sessions", "msp")}
        uses = ", ".join(say(f"cli.instead_{use}", share=share) for use, share in shares.items() if share)
        return say("cli.arm_instead", name=name, uses=uses)
    missions = ", ".join(_mission(arm, *one) for one in arm.cpts.missions.items()) or say("cli.no_mission")
    return say("cli.arm_with", name=name, when=_when(arm.cpts), missions=missions)


def _mission(arm: Arm, name: str, settings: Any) -> str:
    """Return a mission and the month of its first care, counted from the signature."""
    parameter = plugin_modules("missions")[name].MISSION.delay
    written = settings.start_months
    usual = load_parameters(overrides=arm.parameters)[parameter]
    return say("cli.mission_from", name=name, month=usual if written is None else written)


def _when(block: Any) -> str:
    """Return since when, from which step of its life and until when a CPTS runs, and whether on paper only."""
    if block.since_months is not None:
        parts = [say("cli.cpts_since", months=block.since_months)]
    else:
        parts = [say("cli.cpts_start", months=block.start_months, step=say(f"cli.step_{block.starts_at}"))]
    parts += [say("cli.cpts_drawn")] if block.life == "drawn" else []
    parts += [say("cli.cpts_stop", months=block.stop_months)] if block.stop_months is not None else []
    parts += [say("cli.cpts_paper")] if block.paper else []
    return ", ".join(parts)
