"""The people and professionals of a territory, made from its figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.draws import Draws
from cpts_sim.evidence import Parameters
from cpts_sim.territory.attachment import attach, usual_pharmacies
from cpts_sim.territory.people import Columns, make_people, make_theory_people
from cpts_sim.territory.professionals import make_gps, make_hospitals, make_nurses, make_pharmacies
from cpts_sim.territory.territory import Practices, Territory


@dataclass(frozen=True)
class Population:
    """Columns of every table of a model at day 0, one row a person, professional or institution.

    Attributes:
        people: inhabitants of the territory.
        gps: general practitioners of the territory and its halo.
        nurses: nurses of the territory and its halo.
        pharmacies: pharmacies of the territory and its halo.
        hospitals: emergency departments used by the territory.
    """

    people: Mapping[str, NDArray[Any]]
    gps: Mapping[str, NDArray[Any]]
    nurses: Mapping[str, NDArray[Any]]
    pharmacies: Mapping[str, NDArray[Any]]
    hospitals: Mapping[str, NDArray[Any]]

    def tables(self) -> dict[str, Mapping[str, NDArray[Any]]]:
        """Return the columns by name of table."""
        return {name: getattr(self, name) for name in ("people", "gps", "nurses", "pharmacies", "hospitals")}


def synthesise(territory: Territory, year: int, p: Parameters, draws: Draws) -> Population:
    """Return the people and professionals of a territory, the same for the same seed on every machine.

    Args:
        territory: where people and care are.
        year: reference year; professionals are carried from the year they were counted.
        p: parameters of that year.
        draws: random numbers of the seed.
    """
    gps = make_gps(territory, year, p, draws)
    pharmacies = make_pharmacies(territory, year, p, draws)
    if territory.practices is None:
        people = make_people(territory, p, draws)
        attach(territory, people, gps, p, draws)
    else:
        people = make_theory_people(territory)
        _closed_practices(people, gps, territory.practices)
    usual_pharmacies(territory, people, pharmacies, p, draws)
    gps["wish"] = gps["wish"].astype(np.float32)
    nurses = make_nurses(territory, year, p, draws)
    return Population(people, gps, nurses, pharmacies, make_hospitals(territory, p))


def _closed_practices(people: Columns, gps: Columns, layout: Practices) -> None:
    """Give everybody a GP of the practice of the commune, lists in the proportions asked, exactly."""
    size = layout.gps_per_practice
    order = np.arange(len(people["key"])) - np.searchsorted(people["commune"], people["commune"])
    inhabitants = np.bincount(people["commune"], minlength=layout.practices)[people["commune"]]
    ends = np.cumsum(layout.list_weights) / sum(layout.list_weights)
    rank = np.searchsorted(ends, (order + 0.5) / inhabitants, side="right").clip(0, size - 1)
    people["mt"] = (people["commune"].astype(np.int64) * size + rank).astype(np.int32)
    people["mt_state"] = np.zeros(len(order), dtype=np.int8)
    people["known1"] = people["known2"] = np.full(len(order), -1, dtype=np.int32)
    gps["practice"] = gps["commune"].astype(np.int32)
    gps["practice_type"] = np.full(len(gps["key"]), int(size > 1), dtype=np.int8)
    gps["list_target"] = np.bincount(people["mt"], minlength=len(gps["key"])).astype(np.int32)
    gps["open"] = np.zeros(len(gps["key"]), dtype=np.int8)
    gps["reach"] = np.ones(len(gps["key"]), dtype=np.float32)
