"""The picture of day 0 that measures need: who lives where, and which professionals make up the cohort.

It is taken once, before the arms part, and is kept beside the journal, so that an old journal can be
measured anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.events import Work
from cpts_sim.measures.base import Tables

Array = NDArray[Any]

_PEOPLE = {"commune": 0, "ald": 0, "deprivation": 0, "mt": -1}
_GPS = {
    "commune": 0, "halo": 0, "practice": -1, "status": int(Work.WORKING), "practice_type": 0, "sex": 0, "age": 45.0,
    "half_days": 9.0,
}  # fmt: skip


def picture(
    tables: Mapping[str, Mapping[str, Array]], communes: Mapping[str, Array],
    minutes: Mapping[str, Array] | None = None,
) -> Tables:  # fmt: skip
    """Copy what measures need from the columns of a model at day 0.

    Args:
        tables: columns of ``people`` and ``gps`` (others are passed over).
        communes: ``code``, ``name``, ``x_km``, ``y_km``, ``population`` and, if known, ``apl`` of each
        commune of
            the territory, in the order of the ``commune`` columns.
        minutes: matrices of minutes by car, one row a commune: ``travel`` to communes, ``hospital_travel`` to
        emergency departments.
    """
    return {
        **{name: _matrix(found) for name, found in (minutes or {}).items()},
        "people": _people(tables["people"]),
        "gps": _chosen(tables["gps"], _GPS),
        "communes": {
            **{name: np.array(data) for name, data in communes.items()},
            "accessibility": _thirds(communes),
        },
    }


def _matrix(minutes: Array) -> dict[str, Array]:
    """Write a matrix as a table: its cells row by row, and how many columns it has."""
    cells = np.asarray(minutes, np.float64).ravel()
    return {"minutes": cells, "columns": np.full(len(cells), minutes.shape[1], np.int32)}


def _chosen(columns: Mapping[str, Array], wanted: Mapping[str, float]) -> dict[str, Array]:
    rows = len(next(iter(columns.values())))
    out = {
        name: np.array(columns[name]) if name in columns else np.full(rows, other)
        for name, other in wanted.items()
    }
    return {**out, "alive": np.array(columns["alive"]) if "alive" in columns else np.ones(rows, dtype=bool)}


def _people(columns: Mapping[str, Array]) -> dict[str, Array]:
    """Ages in whole years at day 0; −1 for those who are not residents or no longer live."""
    chosen = _chosen(columns, _PEOPLE)
    counted = chosen["alive"].astype(bool)
    if "resident" in columns:
        counted = counted & (np.asarray(columns["resident"]) == 1)
    years = (
        (-np.asarray(columns["born"]) / 525600.0)
        if "born" in columns
        else np.asarray(columns["age_days"]) / 365.0
    )
    return {**chosen, "age": np.where(counted, np.floor(years), -1).astype(np.int16)}


def _thirds(communes: Mapping[str, Array]) -> NDArray[np.int8]:
    """Cut the communes into three parts of equal population by accessibility (APL), lowest first."""
    size = len(communes["code"])
    if "apl" not in communes:
        return np.full(size, -1, dtype=np.int8)
    people = np.asarray(communes["population"], np.float64)
    order = np.argsort(communes["apl"], kind="stable")
    middle = np.cumsum(people[order]) - people[order] / 2
    out = np.zeros(size, dtype=np.int8)
    out[order] = np.minimum(2, np.floor(3 * middle / max(people.sum(), 1.0)))
    return out


def residents(tables: Tables) -> float:
    """Return the number of residents at day 0."""
    return float((tables["people"]["age"] >= 0).sum())


def cohort(tables: Tables) -> NDArray[np.bool_]:
    """Tell which rows of ``gps`` are the cohort of day 0: the territory's own GPs not gone by then."""
    gps = tables["gps"]
    mask: NDArray[np.bool_] = (
        gps["alive"].astype(bool) & (gps["halo"] == 0) & (gps["status"] != int(Work.LEFT))
    )
    return mask
