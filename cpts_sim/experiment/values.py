"""The numbers of many pairs: indicator × cut × group × week × arm × pair."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cpts_sim.errors import UsageError
from cpts_sim.experiment.parquet import from_parquet, to_parquet
from cpts_sim.measures import REGISTRY, Row
from cpts_sim.words import did_you_mean, say

MADE = frozenset({"burnout.ee_effect"})
"""Indicators that no measure counts: made from the numbers of two arms."""


class Place(NamedTuple):
    """Which number: indicator, what it is cut by, which group, which week (−1: the whole horizon)."""

    indicator: str
    by: str = ""
    group: str = ""
    week: int = -1


def pair_table(arms: Mapping[str, Iterable[Row]]) -> bytes:
    """Write the numbers of one pair, arm by arm."""
    rows = sorted((arm, *row[:4], row.value) for arm, items in arms.items() for row in items)
    names = ("arm", "indicator", "by", "group", "week", "value")
    columns: dict[str, Any] = dict(zip(names, zip(*rows, strict=True), strict=True)) if rows else {}
    types = {"week": np.int32, "value": np.float64}
    return to_parquet({n: np.asarray(columns.get(n, []), dtype=types.get(n, np.str_)) for n in names})


def read_pair(data: bytes) -> dict[str, dict[Place, float]]:
    """Read the numbers of one pair: arm → place → value."""
    columns = from_parquet(data)
    out: dict[str, dict[Place, float]] = {}
    listed = [columns[name].tolist() for name in ("arm", "indicator", "by", "group", "week", "value")]
    for arm, indicator, by, group, week, value in zip(*listed, strict=True):
        out.setdefault(arm, {})[Place(indicator, by, group, week)] = value
    return out


@dataclass
class Values:
    """The numbers of pairs in the order of their seeds.

    Attributes:
        arms: names, the one that others are compared with first.
        seeds: seed of each pair.
        data: arm → place → one value per pair, nan where a pair has none.
    """

    arms: tuple[str, ...]
    seeds: tuple[int, ...]
    data: dict[str, dict[Place, NDArray[np.float64]]] = field(default_factory=dict)

    @classmethod
    def of_pairs(
        cls, arms: Sequence[str], pairs: Mapping[int, Mapping[str, Mapping[Place, float]]]
    ) -> Values:
        """Put pairs side by side, by increasing seed."""
        seeds = tuple(sorted(pairs))
        out = cls(tuple(arms), seeds, {arm: {} for arm in arms})
        for arm in arms:
            for rank, seed in enumerate(seeds):
                for place, value in pairs[seed].get(arm, {}).items():
                    out._room(arm, place)[rank] = value
        return out

    def _room(self, arm: str, place: Place) -> NDArray[np.float64]:
        return self.data[arm].setdefault(place, np.full(len(self.seeds), math.nan))

    def get(self, arm: str, place: Place) -> NDArray[np.float64]:
        """Return one value per pair (nan where a known indicator has none at this place).

        Raises:
            UsageError: there is no such arm, or neither a measure nor these numbers know the indicator.
        """
        found = self.data.get(arm, {}).get(place)
        if found is None:
            self._known(arm, place.indicator)
            return np.full(len(self.seeds), math.nan)
        return found

    def _known(self, arm: str, indicator: str) -> None:
        if arm not in self.data:
            hint = did_you_mean(arm, self.data)
            raise UsageError(say("experiment.no_arm", arm=arm, hint=hint, known=", ".join(self.data)))
        told = {told.name for measure in REGISTRY.values() for told in measure.indicators}
        if indicator not in told | MADE and all(place.indicator != indicator for place in self.places()):
            hint = did_you_mean(indicator, told | MADE)
            raise UsageError(say("experiment.no_indicator", indicator=indicator, hint=hint))

    def put(self, arm: str, place: Place, values: Sequence[float]) -> None:
        """Add numbers made from others."""
        self.data[arm][place] = np.asarray(values, np.float64)

    def places(self) -> list[Place]:
        """Return every place of any arm, sorted."""
        return sorted({place for arm in self.arms for place in self.data[arm]})

    def groups(self, indicator: str, by: str) -> list[str]:
        """Return the groups of an indicator under a cut, sorted."""
        return sorted({p.group for p in self.places() if p.indicator == indicator and p.by == by})

    def weeks(self, arm: str, indicator: str, by: str = "", group: str = "") -> NDArray[np.float64]:
        """Return the weekly course: one row per pair, one column per week."""
        found = [p for p in self.data[arm] if p[:3] == (indicator, by, group) and p.week >= 0]
        out = np.full((len(self.seeds), max((p.week for p in found), default=-1) + 1), math.nan)
        for place in found:
            out[:, place.week] = self.data[arm][place]
        return out

    def first(self, count: int) -> Values:
        """Return the first ``count`` pairs."""
        data = {arm: {p: v[:count] for p, v in places.items()} for arm, places in self.data.items()}
        return Values(self.arms, self.seeds[:count], data)

    def rows(self) -> Iterator[tuple[int, str, str, str, str, int, float]]:
        """Yield (seed, arm, indicator, by, group, week, value) in sorted order."""
        for rank, seed in enumerate(self.seeds):
            for arm in sorted(self.arms):
                for place in sorted(self.data[arm]):
                    yield (seed, arm, *place, float(self.data[arm][place][rank]))

    def to_parquet(self) -> bytes:
        """Write every number, sorted."""
        names = ("seed", "arm", "indicator", "by", "group", "week", "value")
        types = (np.int64, np.str_, np.str_, np.str_, np.str_, np.int32, np.float64)
        columns = zip(*self.rows(), strict=True)
        return to_parquet({n: np.asarray(c, dtype=t) for n, t, c in zip(names, types, columns, strict=True)})

    @classmethod
    def from_parquet(cls, data: bytes, arms: Sequence[str]) -> Values:
        """Read what :meth:`to_parquet` wrote."""
        columns = from_parquet(data)
        names = ("seed", "arm", "indicator", "by", "group", "week", "value")
        pairs: dict[int, dict[str, dict[Place, float]]] = {}
        for seed, arm, indicator, by, group, week, value in zip(
            *(columns[n].tolist() for n in names), strict=True
        ):
            pairs.setdefault(seed, {}).setdefault(arm, {})[Place(indicator, by, group, week)] = value
        return cls.of_pairs(arms, pairs)
