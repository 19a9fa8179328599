"""Ways to cut a population: by commune, age, long-term illness, deprivation, attachment, accessibility."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.engine.events import Need
from cpts_sim.measures.base import Tables

Columns = Mapping[str, NDArray[Any]]

AGE_EDGES = (0, 16, 40, 65, 75)
"""Lower bounds of the age bands, in years; the last band is open."""
AGE_LABELS = ("0-15", "16-39", "40-64", "65-74", "75+")
ADULT_AGE = 16
"""Age from which a médecin traitant is counted (Assurance Maladie)."""


def age_band(years: ArrayLike) -> NDArray[np.int64]:
    """Return the rank of the age band of ages in years."""
    return np.searchsorted(AGE_EDGES, np.asarray(years), side="right").astype(np.int64) - 1


@dataclass(frozen=True)
class Cut:
    """One way to cut.

    Attributes:
        name: identifier, the ``by`` of a row.
        labels: names of the parts.
        cells: rank of the part of each event.
        residents: people of each part at day 0 (None where they cannot be counted).
    """

    name: str
    labels: Callable[[Tables], tuple[str, ...]]
    cells: Callable[[Columns, Tables], ArrayLike]
    of_people: Callable[[Columns, Tables], ArrayLike] | None

    def residents(self, tables: Tables, adults: bool = False) -> NDArray[np.float64]:
        """Return the number of residents (or adults) of each part at day 0."""
        size = len(self.labels(tables))
        if self.of_people is None:
            return np.full(size, np.nan)
        people = tables["people"]
        living = people["age"] >= (ADULT_AGE if adults else 0)
        cells = np.broadcast_to(np.asarray(self.of_people(people, tables)), living.shape)
        return np.bincount(cells[living], minlength=size)[:size].astype(np.float64)


def _fixed(*labels: str) -> Callable[[Tables], tuple[str, ...]]:
    return lambda tables: labels


def _communes(tables: Tables) -> tuple[str, ...]:
    return tuple(str(code) for code in tables["communes"]["code"])


def _accessibility(columns: Columns, tables: Tables) -> NDArray[Any]:
    third = tables["communes"]["accessibility"]
    commune = columns["commune"].astype(np.int64)
    inside = (commune >= 0) & (commune < len(third))
    return np.where(inside, third[np.where(inside, commune, 0)], -1)


WHOLE = Cut("", _fixed(""), lambda c, t: 0, lambda c, t: 0)
BY_COMMUNE = Cut("commune", _communes, lambda c, t: c["commune"], lambda c, t: c["commune"])
BY_AGE = Cut("age", _fixed(*AGE_LABELS), lambda c, t: age_band(c["age"]), lambda c, t: age_band(c["age"]))
BY_ALD = Cut("ald", _fixed("no", "yes"), lambda c, t: c["ald"], lambda c, t: c["ald"])
BY_DEPRIVATION = Cut(
    "deprivation",
    _fixed("1", "2", "3", "4", "5"),
    lambda c, t: c["deprivation"] - 1,
    lambda c, t: c["deprivation"] - 1,
)
BY_ATTACHMENT = Cut("attached", _fixed("no", "yes"), lambda c, t: c["attached"], None)
BY_ACCESSIBILITY = Cut("accessibility", _fixed("low", "middle", "high"), _accessibility, _accessibility)
BY_KIND = Cut("kind", _fixed(*(kind.name.lower() for kind in Need)), lambda c, t: c["kind"], None)

CUTS = (WHOLE, BY_COMMUNE, BY_AGE, BY_ALD, BY_DEPRIVATION, BY_ATTACHMENT, BY_ACCESSIBILITY, BY_KIND)


def named(cut: Cut, tables: Tables, values: ArrayLike) -> Iterator[tuple[str, str, float]]:
    """Yield (by, group, value) for the parts of a cut."""
    for label, value in zip(cut.labels(tables), np.atleast_1d(np.asarray(values, np.float64)), strict=True):
        yield cut.name, label, float(value)
