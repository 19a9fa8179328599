"""The shape of an experiment file. Every default of a sweep is here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from cpts_sim.scenario import FrozenMap, Settings, Title
from cpts_sim.scenario.fields import Positive, Share
from cpts_sim.scenario.settings import Frozen
from cpts_sim.words import say

ANALYSES = ("effects", "attribution", "curves", "morris", "sobol", "discovery", "ranking", "information")
SUITS = {
    "effects": ("factorial", "fractional_factorial"),
    "attribution": ("factorial",),
    "curves": ("one_at_a_time", "grid", "list", "latin_hypercube", "sobol"),
    "morris": ("morris",),
    "sobol": ("sobol", "latin_hypercube"),
    "discovery": ("latin_hypercube", "sobol", "morris", "grid"),
    "information": ("latin_hypercube", "sobol"),
}
"""Designs that each analysis can read; ``ranking`` reads any design over several bases."""
MOST_SENSITIVITY = 8
"""Most parameters whose Sobol indices are asked at once: screen with Morris first."""


EXHAUSTION = "burnout.ee"
"""Judged by the shipped smallest effect, in standard deviations between the GPs simulated."""
MOST_SEEDS = 10_000
"""Most replications of a point."""
MOST_SEED = 2**53
"""Largest seed, as in the other commands."""
MOST_RUNS = 1_000_000
"""Largest budget: each point is a scenario that is checked before anything runs."""


class Factor(Settings):
    """What varies: exactly one of a parameter of the evidence, an option of the scenario, or a mission."""

    parameter: str | None = None
    """Id of a parameter, as ``cpts-sim parameters`` lists them."""
    option: str | None = None
    """Dotted key of a scenario, such as ``cpts.missions.unscheduled_care.slots_per_day``."""
    mission: str | None = None
    """Name of a mission, off and on."""
    settings: Frozen[Any] = Field(default_factory=FrozenMap)
    """Settings of the mission when it is on (default: those of the base scenario)."""
    low: float | str | None = None
    """Low end (default: that of the parameter)."""
    high: float | str | None = None
    """High end (default: that of the parameter)."""
    prior: Literal["uniform", "normal", "lognormal", "triangular", "beta"] | None = None
    """Law between the ends (default: that of the parameter, else uniform)."""
    levels: tuple[Any, ...] = ()
    """Values to take instead of a range."""
    whole: bool = False
    """Whether only whole numbers make sense."""
    title: Title = Title()
    """Name for people."""

    @model_validator(mode="after")
    def _one_kind(self) -> Factor:
        kinds = [name for name in ("parameter", "option", "mission") if getattr(self, name) is not None]
        if len(kinds) != 1:
            raise ValueError(say("sweep.one_kind"))
        ranged = self.low is not None or self.high is not None or self.prior is not None
        if kinds == ["mission"] and (ranged or self.levels):
            raise ValueError(say("sweep.mission_has_no_range"))
        if ranged and self.levels:
            raise ValueError(say("sweep.range_or_levels"))
        if kinds == ["option"] and not self.levels and (self.low is None or self.high is None):
            raise ValueError(say("sweep.option_needs_range"))
        return self


class Design(Settings):
    """Which points of the space of factors are simulated."""

    kind: Literal[
        "list", "grid", "one_at_a_time", "latin_hypercube", "sobol", "morris", "factorial", "fractional_factorial"
    ]
    """Name of the design."""
    size: Positive = 32
    """Points of a Latin hypercube, or base sample of Sobol (a power of two)."""
    trajectories: Positive = 10
    """Trajectories of Morris."""
    levels: int = Field(4, ge=2, le=64)
    """Values of a range in a grid, one at a time or in Morris (there, an even number)."""
    resolution: Literal[3, 4, 5] = 4
    """Resolution of a fractional factorial: 4 keeps main effects clear of pairs, 5 keeps pairs clear of pairs."""
    seed: int = Field(1, ge=0, lt=2**32)
    """Seed of the design's own draws."""
    points: tuple[Mapping[str, Any], ...] = ()
    """The points of a list: factor → value."""

    @model_validator(mode="after")
    def _sizes(self) -> Design:
        if self.kind == "sobol" and self.size & (self.size - 1):
            raise ValueError(say("sweep.power_of_two", value=self.size))
        if self.kind == "morris" and self.levels % 2:
            raise ValueError(say("sweep.even_levels", value=self.levels))
        if bool(self.points) != (self.kind == "list"):
            raise ValueError(say("sweep.points_of_a_list"))
        return self


class Precision(Settings):
    """Replications until each point is known well enough."""

    half_width: Share = Field(gt=0)
    """Wanted half-width of the effect, as a share of the level without it."""
    first: int = Field(8, ge=3, le=MOST_SEEDS)
    """Replications of the first round."""
    step: int = Field(4, ge=1, le=MOST_SEEDS)
    """Replications added at each further round where they are needed."""
    most: int = Field(200, ge=1, le=MOST_SEEDS)
    """Ceiling."""

    @model_validator(mode="after")
    def _order(self) -> Precision:
        if self.first > self.most:
            raise ValueError(say("sweep.first_above_most", first=self.first, most=self.most))
        return self


class Budget(Settings):
    """What the sweep may cost."""

    runs: int = Field(20_000, ge=1, le=MOST_RUNS)
    """Most runs (one arm of one point with one seed); a design that needs more is refused."""
    hours: float | None = Field(None, gt=0)
    """No new run is started after so many hours; the same command goes on later."""
    disk_gb: float | None = Field(None, gt=0)
    """Largest size of what is kept."""


class Decision(Settings):
    """What would be decided with the result, for the value of information."""

    measure: str
    """Indicator whose effect is wanted."""
    least: float | None = None
    """Smallest effect worth funding, in the unit of the indicator (default: the shipped smallest difference)."""


class Discovery(Settings):
    """Where does it help: which cases are sought by scenario discovery."""

    measure: str
    """Indicator whose effect is judged."""
    least: float | None = None
    """Effect (towards the better side) from which a case counts (default: the shipped smallest difference)."""


class Perimeters(Settings):
    """Real territories, built from official files."""

    file: str
    """Table ``territoire,code_insee``, beside the experiment file or in the folder of official files."""
    names: tuple[str, ...] = ()
    """Territories of the table (default: all)."""
    data: str | None = None
    """Folder of official files (default: that named by CPTS_SIM_DATA)."""
    partial: bool = True
    """Whether communes without some figures are kept with what is known."""
    inhabitants: Positive | None = None
    """Most inhabitants played: a larger territory is played by so many, with supply and flows in proportion, and its
    contract still covers all (default: everybody)."""


class ExperimentFile(Settings):
    """What the user wrote, complete and checked."""

    name: str = Field("experiment", pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")
    """Short name, used for folders."""
    title: Title = Title()
    """Title for people."""
    question: Title = Title()
    """The question it answers."""
    base: str | tuple[str, ...] | Frozen[str] = ()
    """Scenario file, list of them, or name → file; paths start from the experiment file."""
    territories: tuple[str, ...] | Frozen[Any] = ()
    """Archetypes, or name → territory as a scenario writes it; each takes the place of the base's own."""
    perimeters: Perimeters | None = None
    """Real territories instead, built from official files."""
    settings: Frozen[Any] = Field(default_factory=FrozenMap)
    """Keys of a scenario put over every base."""
    arms: tuple[str, ...] = ()
    """Arms to simulate, the first is the one that others are compared with (default: all)."""
    factors: Frozen[Factor] = Field(default_factory=FrozenMap)
    """What varies, by name."""
    design: Design = Design(kind="grid")
    """Which points."""
    replications: int = Field(8, ge=1, le=MOST_SEEDS)
    """Seeds of each point, the same at all points."""
    precision: Precision | None = None
    """Replications by wanted precision instead."""
    seed: int = Field(1, ge=0, le=MOST_SEED)
    """First seed."""
    measures: tuple[str, ...] = ("access.in_time", "access.resolution", "ed.visits", "burnout.ee")
    """Indicators of the tables and analyses."""
    cuts: tuple[str, ...] = ()
    """Cuts kept in the table of runs (commune, age, deprivation…), besides the whole territory."""
    response: Literal["effect", "level"] = "effect"
    """What analyses explain: the paired difference of the last arm from the first, or its level."""
    analyses: tuple[str, ...] | None = None
    """Analyses wanted (default: those that suit the design)."""
    decision: Decision | None = None
    """For the value of information."""
    discovery: Discovery | None = None
    """For scenario discovery."""
    budget: Budget = Budget()
    """Limits."""
