"""What the user wrote: strict YAML in, frozen settings out, every error at once.

``load(path, catalogue)`` reads a file; the catalogue names the missions and shocks that may appear in it, so
that this room needs to know none of them.
"""

from cpts_sim.scenario.arms import short_arm
from cpts_sim.scenario.calendar import Calendar, calendar_of, plain_calendar
from cpts_sim.scenario.catalogue import EMPTY, Catalogue, json_schema, scenario_model
from cpts_sim.scenario.ends import at_end
from cpts_sim.scenario.load import load, parse
from cpts_sim.scenario.problems import Problem, ScenarioError
from cpts_sim.scenario.resolve import as_written, canonical_json, file_hash, from_written, resolved, run_key
from cpts_sim.scenario.settings import FrozenMap, Plugins, Settings
from cpts_sim.scenario.shape import (
    Arm,
    Cpts,
    FrozenDates,
    Meetings,
    Members,
    Scenario,
    TerritorySource,
    Title,
    input_files,
)
from cpts_sim.scenario.theory import Care, EmergencyDepartment, Need, Practices, Service, Session, Week

__all__ = [
    "EMPTY",
    "Arm",
    "Calendar",
    "Care",
    "Catalogue",
    "Cpts",
    "EmergencyDepartment",
    "FrozenDates",
    "FrozenMap",
    "Meetings",
    "Members",
    "Need",
    "Plugins",
    "Practices",
    "Problem",
    "Scenario",
    "ScenarioError",
    "Service",
    "Session",
    "Settings",
    "TerritorySource",
    "Title",
    "Week",
    "as_written",
    "at_end",
    "calendar_of",
    "canonical_json",
    "file_hash",
    "from_written",
    "input_files",
    "json_schema",
    "load",
    "parse",
    "plain_calendar",
    "resolved",
    "run_key",
    "scenario_model",
    "short_arm",
]
