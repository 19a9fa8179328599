"""The page of the parts: rules, routes, institutions of the baseline, missions, shocks and measures."""

from __future__ import annotations

from cpts_sim import measures
from cpts_sim.care.base_rules import base_rules
from cpts_sim.care.baseline import SWITCHES
from cpts_sim.catalogue import plugin_modules
from cpts_sim.documentation.markdown import page, table
from cpts_sim.evidence import REFERENCE_YEARS, Parameters, load_parameters
from cpts_sim.explain import MissionCard, mission_card, mission_names
from cpts_sim.words import has, label, say


def parts_page() -> str:
    """Return the lists of everything that has a name in the model."""
    return page(
        "Rules, institutions, missions, shocks, measures",
        "## Named rules", rules_table(),
        "## Institutions of the baseline, in every arm", baseline_table(),
        "## Missions of a CPTS", *(_mission(mission_card(name, _parameters())) for name in mission_names()),
        "## Shocks, in every arm", shocks_table(),
        "## Measures", measures_table(),
    )  # fmt: skip


def _parameters() -> Parameters:
    return load_parameters(REFERENCE_YEARS[0])


def told(kind: str, name: str) -> str:
    """Return what the words say of a named thing, else its name."""
    key = f"model.{kind}_{name}"
    return say(key) if has(key) else name


def rules_table() -> str:
    """Return the named rules and what each decides."""
    return table(("Rule", "Decides"), ((f"`{name}`", told("rule", name)) for name, _, _ in base_rules().describe()))


def baseline_table() -> str:
    """Return the institutions of the baseline with their level in each reference year."""
    years = {year: load_parameters(year) for year in REFERENCE_YEARS}
    rows = [
        (f"`{name}`", label(f"baseline.{name}", default=name), f"`{switch.parameter}`", f"`{switch.acts_on}`",
         *(f"{years[year][switch.parameter]:g}" for year in REFERENCE_YEARS))
        for name, switch in SWITCHES.items()
    ]  # fmt: skip
    return table(("Name", "What it is", "Level", "Acts on", *map(str, REFERENCE_YEARS)), rows)


def _mission(card: MissionCard) -> str:
    lines = [f"### {card.words['title']} (`{card.name}`)", ""]
    lines += [f"{say(f'missions.part_{part}')} {card.words[part]}  " for part in card.words if part != "title"]
    grade = say(f"missions.grade_{card.grade}")
    people = {"pays": ", ".join(card.pays), "loses": ", ".join(card.loses), "grade": grade}
    lines += [*(f"{say(f'missions.part_{part}')} {text}  " for part, text in people.items()), ""]
    rows = ((f"`{option.name}`", option.told) for option in card.options)
    lines += [table(("Option", "Meaning"), rows), "", "Parameters that it reads: "]
    return "\n".join(lines) + ", ".join(f"`{entry.id}`" for entry in card.parameters) + "."


def shocks_table() -> str:
    """Return the shocks."""
    return table(("Shock", "What happens"), ((f"`{name}`", told("shock", name)) for name in plugin_modules("shocks")))


def measures_table() -> str:
    """Return every indicator with unit, better direction, definition and where the definition comes from."""
    rows = (
        (f"`{name}`", label(f"measures.{name}", default=name), label(f"measures.unit.{one.unit}", default=one.unit),
         one.better, label(f"measures.{name}.definition", default=""), one.reference)
        for name, one in sorted(measures.indicators().items())
    )  # fmt: skip
    return table(("Indicator", "Name", "Unit", "Better", "Definition", "Reference"), rows)
