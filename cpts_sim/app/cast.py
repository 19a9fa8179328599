"""Who is on the screen: the same people and professionals in every arm, each at a place of her own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.clock import DAY
from cpts_sim.engine.draws import Draws

Array = NDArray[Any]
STORIES = 4000
"""Most people whose every contact with care is kept."""
GRID = 65535
"""Places are whole numbers from 0 to this on both axes of the map."""


@dataclass(frozen=True, eq=False)
class Cast:
    """Who is on the screen, by row of the model's tables.

    Attributes:
        people: rows of the people shown, in order.
        told: for each person shown, whether her contacts with care are kept.
        gps, nurses: rows of the professionals shown.
        communes: number of communes of the territory itself.
        index: row of a person → rank on the screen, −1 for those not shown.
    """

    people: Array
    told: Array
    gps: Array
    nurses: Array
    communes: int
    index: Array

    def rank(self, person: Array) -> Array:
        """Return the rank on the screen of persons (−1: not shown, or come later)."""
        known = (person >= 0) & (person < len(self.index))
        rank: Array = np.where(known, self.index[np.where(known, person, 0)], -1)
        return rank


def choose(model: Any, most: int) -> Cast:
    """Choose who is on the screen from the picture of day 0: all residents, or a draw of ``most`` of them."""
    people = model.tables["people"]
    rows = np.flatnonzero(people["alive"] & (people["resident"] > 0))
    order = np.argsort(_draws(model).uniform("app.shown", people["key"][rows]), kind="stable")
    kept = np.sort(rows[order[:most]])
    told = np.zeros(len(people["key"]), dtype=bool)
    told[rows[order[: min(most, STORIES)]]] = True
    index = np.full(len(people["key"]), -1, dtype=np.int64)
    index[kept] = np.arange(len(kept))
    gps, nurses = model.tables["gps"], model.tables["nurses"]
    return Cast(kept, told[kept], _here(gps), _here(nurses), int(model.territory.size), index)


def _draws(model: Any) -> Draws:
    """Draws for the screen only: they belong to the territory, not to the run, and decide no event."""
    return Draws(0)


def _here(table: Any) -> Array:
    return np.flatnonzero(table["alive"] & (table["halo"] == 0))


def stage(model: Any, cast: Cast) -> tuple[dict[str, Any], dict[str, Array]]:
    """Return the facts and arrays that the page needs once: places, outlines, who is who."""
    territory, people = model.territory, model.tables["people"]
    frame = _Frame(territory)
    draws = _draws(model)
    x, y = frame.scatter(people["commune"][cast.people], draws.block("app.place", 2, people["key"][cast.people]))
    pros = {"gp": cast.gps, "nurse": cast.nurses}
    tables = {"gp": model.tables["gps"], "nurse": model.tables["nurses"]}
    where = [tables[name]["commune"][rows] for name, rows in pros.items()]
    keys = [tables[name]["key"][rows] for name, rows in pros.items()]
    pro_x, pro_y = frame.near_centre(np.concatenate(where), draws.block("app.place", 2, np.concatenate(keys)))
    years = np.clip((model.now - people["born"][cast.people]) / (365.0 * DAY), 0, 120)
    arrays = {
        "x": x, "y": y, "pro_x": pro_x, "pro_y": pro_y, "told": cast.told.astype(np.uint8),
        "commune": people["commune"][cast.people].astype(np.uint16), "age": years.astype(np.uint8),
        "sex": people["sex"][cast.people].astype(np.uint8), "ald": people["ald"][cast.people].astype(np.uint8),
        "pro_kind": np.repeat(np.arange(2, dtype=np.uint8), [len(rows) for rows in pros.values()]),
        "pro_commune": np.concatenate(where).astype(np.uint16),
        "pro_age": _column(tables, pros, "age"), "pro_sex": _column(tables, pros, "sex"),
    }  # fmt: skip
    meta = {
        "title": str(territory.title), "schematic": bool(territory.schematic), "width_km": frame.size_km,
        "names": territory.communes["name"][: cast.communes].tolist(), "outlines": frame.outlines(),
        "population": int((people["alive"] & (people["resident"] > 0)).sum()), "shown": len(cast.people),
        "communes": [int(p) for p in territory.communes["population"][: cast.communes]],
    }  # fmt: skip
    return meta, arrays


def _column(tables: Any, pros: Any, name: str) -> Array:
    return np.concatenate([tables[kind][name][rows] for kind, rows in pros.items()]).astype(np.uint8)


class _Frame:
    """The square of the map: kilometres of the plane to whole numbers, y downwards."""

    def __init__(self, territory: Any) -> None:
        self.communes, size = territory.communes, int(territory.size)
        self.rings: list[Any] = [list(ring or ()) for ring in (territory.outlines or [None] * size)[:size]]
        points = [point for rings in self.rings for ring in rings for point in ring]
        if not points:
            points = list(zip(self.communes["x_km"][:size], self.communes["y_km"][:size], strict=True))
        flat = np.asarray(points, dtype=np.float64).reshape(-1, 2)
        low, high = flat.min(axis=0), flat.max(axis=0)
        self.size_km = float(max((high - low).max(), 1.0) * 1.04)
        self.corner = (low + high) / 2.0 - self.size_km / 2.0

    def grid(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return places as whole numbers."""
        right = (np.asarray(x) - self.corner[0]) / self.size_km
        down = 1.0 - (np.asarray(y) - self.corner[1]) / self.size_km
        return _whole(right), _whole(down)

    def outlines(self) -> list[list[list[int]]]:
        """Return the rings of every commune as flat lists x, y, x, y and so on."""
        out = []
        for rings in self.rings:
            flat = []
            for ring in rings:
                x, y = self.grid(*np.asarray(ring, dtype=np.float64).T)
                flat.append(np.column_stack([x, y]).ravel().astype(int).tolist())
            out.append(flat)
        return out

    def scatter(self, commune: Array, u: Array) -> tuple[Array, Array]:
        """Give each person a place inside the outline of her commune, denser towards its centre."""
        x, y = np.zeros(len(commune)), np.zeros(len(commune))
        for place in np.unique(commune):
            rows = np.flatnonzero(commune == place)
            x[rows], y[rows] = self._inside(int(place), u[0][rows], u[1][rows])
        return self.grid(x, y)

    def _inside(self, place: int, u: Array, v: Array) -> tuple[Array, Array]:
        centre = self.communes["x_km"][place], self.communes["y_km"][place]
        ring = self.rings[place][0] if place < len(self.rings) and self.rings[place] else None
        if ring is None:
            radius = np.sqrt(max(float(self.communes["area_km2"][place]), 1.0) / np.pi)
            edge = np.full(len(u), radius)
        else:
            edge = _reach(np.asarray(ring, dtype=np.float64), centre, u)
        far = edge * 0.96 * v**0.75
        return centre[0] + far * np.cos(2 * np.pi * u), centre[1] + far * np.sin(2 * np.pi * u)

    def near_centre(self, commune: Array, u: Array) -> tuple[Array, Array]:
        """Give professionals a place near the centre of their commune."""
        rank = u[1] * 0.6 + 0.05
        return self.scatter(commune, np.stack([u[0], rank]))


def _reach(ring: Array, centre: tuple[float, float], turn: Array) -> Array:
    """Return how far the outline is from the centre in each direction (a share of a full turn)."""
    start = ring - np.asarray(centre)
    side = np.roll(start, -1, axis=0) - start
    angles = np.linspace(0.0, 1.0, 257)
    right, up = np.cos(2 * np.pi * angles)[:, None], np.sin(2 * np.pi * angles)[:, None]
    cross = right * side[:, 1] - up * side[:, 0]
    safe = np.where(np.abs(cross) > 1e-12, cross, np.nan)
    far = (start[:, 0] * side[:, 1] - start[:, 1] * side[:, 0]) / safe
    along = (start[:, 0] * up - start[:, 1] * right) / safe
    hit = (far > 0) & (along >= -1e-9) & (along <= 1 + 1e-9)
    reach = np.where(hit.any(axis=1), np.where(hit, far, np.inf).min(axis=1), 0.3)
    return np.asarray(np.interp(turn, angles, reach))


def _whole(share: Array) -> Array:
    whole: Array = np.clip(np.rint(share * GRID), 0, GRID).astype(np.uint16)
    return whole
