"""Settings of the life of a CPTS: where it begins, whether it succeeds, by which rules it is paid."""

from __future__ import annotations

from typing import Literal

from cpts_sim.scenario.fields import Euros, EurosPerYear, Inhabitants, Months
from cpts_sim.scenario.settings import Settings


class Boundary(Settings):
    """A change of boundary: from a date on, the CPTS covers another number of inhabitants."""

    at: Months
    """Time from day 0 to the change."""
    population: Inhabitants
    """Inhabitants covered from then on."""


class Money(Settings):
    """Money beside the contract. What is left out is drawn from the evidence."""

    startup: Euros | None = None
    """Start-up credit of the regional health agency (none: the region's)."""
    other_funders: EurosPerYear = 0.0
    """Thematic calls, local authorities and other funders, each year of the contract."""


class Life(Settings):
    """The life of a CPTS and the money of its contract."""

    starts_at: Literal["emergence", "letter", "project", "decision", "contract", "running"] = "running"
    """Step of its life at the day it starts; "running": the contract is signed that day."""
    life: Literal["succeeds", "drawn"] = "succeeds"
    """Whether every step succeeds (effect if it works) or may be refused, stall, end or stay on paper (expected
    effect before funding)."""
    rules: Literal["aci_2019", "aci_2022"] | None = None
    """Rules of the contract (none: those of the reference year)."""
    paper: bool = False
    """Whether the CPTS exists on paper only: members in name, money, no action."""
    covers: Inhabitants | None = None
    """Inhabitants covered by the contract (none: those of the territory)."""
    boundary: Boundary | None = None
    """A change of boundary."""
    money: Money = Money()
    """Money beside the contract."""
