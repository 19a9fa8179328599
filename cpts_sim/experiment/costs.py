"""What each arm costs, line by line, for three payers who are never added together: physical volumes times prices.

Volumes are those of each year of a contract, its start included, up to five years; a year's euros are discounted.
A line is a volume times parameters of ``evidence/data/tariffs.yaml`` (the scenario's own where it sets them).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import UsageError
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.experiment.comparison import Comparison
from cpts_sim.experiment.credible import level_band
from cpts_sim.experiment.parquet import to_parquet
from cpts_sim.experiment.readings import Gap, Line, Reading, gap_of
from cpts_sim.experiment.statistics import Interval, mean_interval
from cpts_sim.experiment.values import Place, Values
from cpts_sim.words import say

Array = NDArray[np.float64]
PERSPECTIVES = ("public", "professionals", "patients")
"""Who pays: compulsory health insurance and the regional agency; professionals in unpaid hours; patients in time."""
COUNT, HOURS, EUROS, UNPAID = "resource.count", "resource.hours", "resource.euros", "resource.unpaid"
TOTAL = "total"
_WEEKS = 365 / 7
_TOWN, _NURSE, _HOSPITAL = "tariff.share_town", "tariff.share_nurse", "tariff.share_hospital"


@dataclass(frozen=True)
class Item:
    """A line of costs.

    Attributes:
        perspective: one of :data:`PERSPECTIVES`.
        name: identifier of the line.
        indicator: kind of volume. volume: which volume.
        prices: parameters whose product, with ``scale``, is the price of a unit.
        scale: change of unit between the volume and the prices.
    """

    perspective: str
    name: str
    indicator: str
    volume: str
    prices: tuple[str, ...] = ()
    scale: float = 1.0


def _fee(name: str, share: str = _TOWN) -> Item:
    return Item("public", name, COUNT, name, (f"tariff.{name}", share))


ITEMS: tuple[Item, ...] = (
    *(_fee(name) for name in ("gp_consultation", "gp_home_visit", "remote_consultation", "duty_act",
                              "pharmacist_protocol")),
    *(_fee(name, _NURSE) for name in ("nurse_visit", "nurse_contact")),
    *(_fee(name) for name in ("vaccine", "specialist")),
    _fee("ed_visit", _HOSPITAL),
    _fee("hospital_day", _HOSPITAL),
    Item("public", "assistants", COUNT, "assistant_week", ("tariff.assistant_help", "gp.assistant_fte"), 1 / _WEEKS),
    Item("public", "sas", HOURS, "sas", ("tariff.sas_hour",)),
    Item("public", "crisis_centres", HOURS, "crisis_centres", ("tariff.crisis_hour",)),
    Item("public", "institutions", HOURS, "other_institutions", ("tariff.institution_hour",)),
    Item("public", "contract", EUROS, "contract"),
    Item("public", "instead", EUROS, "instead"),
    Item("professionals", "unpaid_before", UNPAID, "before", ("tariff.professional_hour",)),
    Item("professionals", "unpaid_during", UNPAID, "during", ("tariff.professional_hour",)),
    Item("patients", "travel_time", HOURS, "travel", ("tariff.patient_hour",)),
    Item("patients", "travel_km", HOURS, "travel", ("tariff.road_kmh", "tariff.km")),
    Item("patients", "ed_time", HOURS, "ed_stay", ("tariff.patient_hour",)),
    Item("patients", "waiting_room", COUNT, "gp_consultation", ("tariff.waiting_room_min", "tariff.patient_hour"),
         1 / 60),
)  # fmt: skip
"""Lines of costs by perspective, in the order in which they are shown."""

EFFECTS = (
    "access.in_time", "access.resolution", "access.unmet", "mt.without_end", "mt.ald_without_end", "ed.visits",
    "admission.avoidable", "burnout.ee_effect", "burnout.exhausted_or_gone",
)  # fmt: skip
"""Indicators that stand beside the euros."""
WORKERS = ("gp", "nurse", "pharmacist", "ed_staff")
USES = ("patients", "cpts", "administration", "all")
NOTHING_FOUND = (Reading.EQUAL, Reading.TOO_SMALL)


@dataclass(frozen=True)
class CostLine:
    """A line of costs in an arm and in the first arm, in discounted euros over the horizon.

    Attributes:
        arm: arm compared with the first. perspective: who pays. name: which line, or "total".
        volumes: physical volume in the first arm and in this one over the horizon, not discounted (nan for a total).
        price: euros of a unit (nan for a total).
        without: euros in the first arm. with_: euros in this arm. difference: mean of the paired differences, with
        its interval (of one of them where the pairs have drawn parameters).
        at_prices: least and greatest mean difference when the line's prices move over their ranges.
        reading: what the difference says.
    """

    arm: str
    perspective: str
    name: str
    volumes: tuple[float, float]
    price: float
    without: Interval
    with_: Interval
    difference: Interval
    at_prices: tuple[float, float]
    reading: Reading


class Costs:
    """The costs of the arms of a comparison.

    Args:
        values: numbers of the pairs. parameters: prices in force.
        draws: name of what each pair has drawn (None: the same parameters for all).
    """

    def __init__(self, values: Values, parameters: Parameters, draws: Sequence[object] | None = None) -> None:
        self.values, self.parameters, self.draws = values, parameters, draws
        self.horizon = int(parameters["tariff.horizon_years"])
        years = {place.by for arm in values.arms for place in values.data[arm] if place.indicator == COUNT}
        self.simulated = sum(by.startswith("year") for by in years)
        """Years of the run, the last perhaps begun only."""
        self.years = min(self.horizon, self.simulated)
        """Years that count: those simulated, at most those of a contract."""

    @property
    def measured(self) -> bool:
        """Whether the pairs hold the volumes."""
        return self.years > 0

    def volumes(self, arm: str, item: Item, years: int | None = None) -> Array:
        """Return the volume of each year (rows; default: those that count) in each pair (columns)."""
        counted = range(self.years if years is None else years)
        places = [Place(item.indicator, f"year{year}", item.volume) for year in counted]
        return np.array([self.values.get(arm, place) for place in places])

    def price(self, item: Item) -> tuple[float, float, float]:
        """Return the price of a unit, and its least and greatest when its parameters move over their ranges."""
        value = low = high = item.scale
        for name in item.prices:
            entry = self.parameters.entry(name)
            value *= self.parameters[name]
            low, high = low * entry.low, high * entry.high
        return value, low if item.prices else value, high if item.prices else value

    def discount(self) -> Array:
        """Return the weight of each year; the first counts in full."""
        return discounts(self.parameters["tariff.discount"], self.years)

    def euros(self, arm: str, item: Item) -> Array:
        """Return the discounted euros of a line in each pair."""
        weighted: Array = (self.discount()[:, None] * self.volumes(arm, item)).sum(axis=0)
        return weighted * self.price(item)[0]

    def total(self, arm: str, perspective: str) -> Array:
        """Return the discounted euros of a perspective in each pair: the sum of its lines.

        Raises:
            UsageError: there is no such perspective; all of them together is none.
        """
        return self._sum(perspective, lambda item: self.euros(arm, item))

    def undiscounted(self, arm: str, perspective: str) -> Array:
        """Return the euros of a perspective over the whole run, every year alike: those that stand beside effects.

        Effects are counted over the whole run and none is discounted; a ratio needs the same years and weights of both.

        Raises:
            UsageError: there is no such perspective; all of them together is none.
        """
        years = self.simulated
        return self._sum(perspective, lambda item: self.volumes(arm, item, years).sum(axis=0) * self.price(item)[0])

    def _sum(self, perspective: str, euros: Callable[[Item], Array]) -> Array:
        """Sum the euros of a perspective's lines."""
        if perspective not in PERSPECTIVES:
            raise UsageError(say("costs.no_payer", name=perspective, known=", ".join(PERSPECTIVES)))
        found = np.array([euros(item) for item in ITEMS if item.perspective == perspective])
        summed: Array = found.sum(axis=0)
        return summed

    # ------------------------------------------------------------------------------------------ lines
    def lines(self, arm: str) -> Iterator[CostLine]:
        """Compare every line and the total of each perspective with the first arm."""
        for perspective in PERSPECTIVES:
            items = [item for item in ITEMS if item.perspective == perspective]
            lines = [self._line(arm, item) for item in items]
            yield from lines
            yield self._total(arm, perspective, lines)

    def _line(self, arm: str, item: Item) -> CostLine:
        base = self.values.arms[0]
        first, second = self.euros(base, item), self.euros(arm, item)
        price, low, high = self.price(item)
        found = self.gap(second - first, "lower")
        gap = found.interval
        ends = [gap.mean * end / price for end in (low, high)] if price else [0.0, 0.0]
        volumes = tuple(float(self.volumes(one, item).sum(axis=0).mean()) for one in (base, arm))
        return CostLine(arm, item.perspective, item.name, (volumes[0], volumes[1]), price, mean_interval(first),
                        mean_interval(second), gap, (min(ends), max(ends)), found.reading)  # fmt: skip

    def _total(self, arm: str, perspective: str, lines: list[CostLine]) -> CostLine:
        first, second = (self.total(one, perspective) for one in (self.values.arms[0], arm))
        gap = self.gap(second - first, "lower")
        own = gap.interval.mean
        ends = tuple(own + math.fsum(line.at_prices[end] - line.difference.mean for line in lines) for end in (0, 1))
        return CostLine(arm, perspective, TOTAL, (math.nan, math.nan), math.nan, mean_interval(first),
                        mean_interval(second), gap.interval, (ends[0], ends[1]), gap.reading)  # fmt: skip

    def gap(self, differences: Array, better: str = "none") -> Gap:
        """Read paired differences, told by their mean, so that lines make their total and levels their difference.

        Where the pairs have drawn parameters the interval is that of one of them (and the reading counts them); else it
        is that of the mean.
        """
        found = gap_of(differences, better, draws=self.draws)
        return found if self.draws is None else replace(found, interval=level_band(differences))

    def hours(self, arm: str) -> Iterator[tuple[str, str, Gap]]:
        """Yield profession, use and paired difference of its hours over the horizon, where any are counted."""
        for who in WORKERS:
            for use in USES:
                item = Item("", "", HOURS, f"{who}_{use}")
                first, second = (self.volumes(one, item).sum(axis=0) for one in (self.values.arms[0], arm))
                if first.any() or second.any():
                    yield who, use, self.gap(second - first)


def discounts(rate: float, years: int) -> Array:
    """Return what a euro of each year is worth on day 0, a year's money counted at its beginning.

    Args:
        rate: a year, 0.025 for 2.5 per cent.
        years: how many.
    """
    return np.array([1.0 / (1.0 + rate) ** year for year in range(years)])


def costs_of(comparison: Comparison, prices: Mapping[str, Any] | None = None) -> Costs:
    """Return the costs of a comparison at the prices of its scenario.

    Args:
        comparison: pairs.
        prices: parameters to use instead of those in force.
    """
    spec = comparison.plan.scenario
    known = load_parameters(spec.reference_year, {**spec.parameters, **(prices or {})})
    return Costs(comparison.values, known, comparison.draws)


def effects(comparison: Comparison, arm: str) -> list[Line]:
    """Return the effects that stand beside the euros: those measured in both arms."""
    lines = [comparison.line(name, arm) for name in EFFECTS]
    return [line for line in lines if math.isfinite(line.difference.mean)]


def verdict(lines: list[Line]) -> str:
    """Say what the effects found amount to: "found", "none" (nothing that matters) or "undetermined"."""
    readings = {line.reading for line in lines}
    if readings & {Reading.BETTER, Reading.WORSE}:
        return "found"
    return "none" if lines and readings <= set(NOTHING_FOUND) else "undetermined"


# ---------------------------------------------------------------------------------------------- the table
_TEXT = ("arm", "kind", "perspective", "name", "unit", "reading")
_NUMBERS = (
    "volume_without", "volume_with", "price", "without", "with", "difference", "half", "low", "high", "least_at_prices",
    "most_at_prices",
)  # fmt: skip


def records(comparison: Comparison) -> list[dict[str, Any]]:
    """Return the cost-consequence table of every arm as plain values: costs, hours of professions, effects."""
    costs = costs_of(comparison)
    if not costs.measured:
        return []
    out = []
    for arm in comparison.values.arms[1:]:
        out += [_cost_record(line) for line in costs.lines(arm)]
        out += [_record(arm, "hours", who, use, "hours", gap.interval, gap.reading)
                for who, use, gap in costs.hours(arm)]  # fmt: skip
        out += [_effect_record(line) for line in effects(comparison, arm)]
    return out


def _record(
    arm: str, kind: str, perspective: str, name: str, unit: str, gap: Interval, reading: Reading
) -> dict[str, Any]:
    numbers = dict.fromkeys(_NUMBERS, math.nan)
    numbers |= {"difference": gap.mean, "half": gap.half, "low": gap.low, "high": gap.high}
    told = {"arm": arm, "kind": kind, "perspective": perspective, "name": name, "unit": unit}
    return {**told, "reading": str(reading), **numbers, "pairs": gap.count}


def _cost_record(line: CostLine) -> dict[str, Any]:
    out = _record(line.arm, "cost", line.perspective, line.name, "euros", line.difference, line.reading)
    without, with_ = line.volumes
    least, most = line.at_prices
    out |= {"volume_without": without, "volume_with": with_, "price": line.price, "without": line.without.mean}
    out |= {"with": line.with_.mean, "least_at_prices": least, "most_at_prices": most}
    return out


def _effect_record(line: Line) -> dict[str, Any]:
    out = _record(line.arm, "effect", "", line.place.indicator, line.indicator.unit, line.difference, line.reading)
    return out | {"without": line.without.mean, "with": line.with_.mean}


def costs_parquet(comparison: Comparison) -> bytes | None:
    """Write the cost-consequence table; nothing where the volumes were not measured."""
    rows = records(comparison)
    if not rows:
        return None
    columns = {name: np.asarray([row[name] for row in rows], np.str_) for name in _TEXT}
    columns |= {name: np.asarray([row[name] for row in rows], np.float64) for name in _NUMBERS}
    return to_parquet({**columns, "pairs": np.asarray([row["pairs"] for row in rows], np.int32)})
