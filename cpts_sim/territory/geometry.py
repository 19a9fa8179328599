"""Distances, travel times without a road matrix, and schematic outlines."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]
Outline = list[list[tuple[float, float]]]

KM_PER_DEGREE = 111.32
"""Length of one degree of latitude (km)."""


def local_plane(lon: ArrayLike, lat: ArrayLike, lon0: float, lat0: float) -> tuple[Floats, Floats]:
    """Return kilometres east and north of an origin (equirectangular; under 0.5 % error within 150 km)."""
    shrink = float(np.cos(np.deg2rad(lat0)))
    x = (np.asarray(lon, dtype=np.float64) - lon0) * (KM_PER_DEGREE * shrink)
    y = (np.asarray(lat, dtype=np.float64) - lat0) * KM_PER_DEGREE
    return np.round(x, 3), np.round(y, 3)


def crow_km(x: ArrayLike, y: ArrayLike, x2: ArrayLike | None = None, y2: ArrayLike | None = None) -> Floats:
    """Return distances (km) between points, shape (n, m); among themselves when one set is given."""
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    to_x = x if x2 is None else np.asarray(x2, dtype=np.float64)
    to_y = y if y2 is None else np.asarray(y2, dtype=np.float64)
    dx, dy = x[:, None] - to_x[None, :], y[:, None] - to_y[None, :]
    km: Floats = np.sqrt(dx * dx + dy * dy)
    return km


def inner_km(area_km2: ArrayLike, p: Parameters) -> Floats:
    """Return a typical distance (km) between two inhabitants' places inside a commune of this area."""
    radius = np.sqrt(np.maximum(np.asarray(area_km2, dtype=np.float64), 0.0) / 3.141592653589793)
    return np.asarray(p["territory.inner_distance_share"] * radius)


def road_minutes(km: ArrayLike, p: Parameters) -> Floats:
    """Return minutes by car for distances as the crow flies: a concave line by pieces, detour included."""
    nodes, minutes = p.array("territory.road_km"), p.array("territory.road_minutes")
    km = np.asarray(km, dtype=np.float64)
    slope = (minutes[-1] - minutes[-2]) / (nodes[-1] - nodes[-2])
    inside = np.interp(km, nodes, minutes)
    return np.asarray(inside + np.maximum(km - nodes[-1], 0.0) * slope)


def travel_minutes(
    x: ArrayLike, y: ArrayLike, area_km2: ArrayLike, mountain: ArrayLike, p: Parameters
) -> Floats:
    """Return minutes by car between communes, shape (n, n); the diagonal is a trip inside the commune.

    Args:
        x: kilometres east.
        y: kilometres north.
        area_km2: surface of each commune.
        mountain: factor of each commune on travel time (1: plain); a trip takes the mean of its two ends.
        p: parameters.
    """
    km = crow_km(x, y)
    inner = inner_km(area_km2, p)
    np.fill_diagonal(km, inner)
    slow = np.asarray(mountain, dtype=np.float64)
    return np.round(road_minutes(km, p) * (slow[:, None] + slow[None, :]) / 2.0, 1)


def urban_slowing(density: ArrayLike, p: Parameters) -> Floats:
    """Return the factor on travel time by density around (inhabitants per km²); 1 below a limit."""
    crowd = np.maximum(np.asarray(density, dtype=np.float64) / p["territory.urban_slowing_from"], 1.0)
    slowed: Floats = crowd ** p["territory.urban_slowing"]
    return np.round(slowed, 4)


def cells(x: ArrayLike, y: ArrayLike, radius_km: float = 12.0) -> list[Outline]:
    """Return one schematic cell per point: the part of a disc that is nearer to it than to any other point.

    Args:
        x: kilometres east.
        y: kilometres north.
        radius_km: greatest extent of a cell around its point.

    Returns:
        For each point a list with one closed ring, in kilometres; never a real boundary.
    """
    points = np.column_stack([np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)])
    neighbours = _neighbours(points, 4.0 * radius_km)
    return [[_cell(points[k], points[neighbours[k]], radius_km)] for k in range(len(points))]


def _neighbours(points: Floats, reach_km: float) -> list[list[int]]:
    spatial: Any = import_module("scipy.spatial")
    found = spatial.cKDTree(points).query_ball_point(points, reach_km)
    return [sorted(int(k) for k in near if k != own) for own, near in enumerate(found)]


def _cell(centre: Floats, others: Floats, radius_km: float) -> list[tuple[float, float]]:
    """Clip a 24-sided disc by the half-planes nearer to the centre than to each other point."""
    angles = np.arange(24) * (np.pi / 12)
    ring = centre + radius_km * np.column_stack([np.cos(angles), np.sin(angles)])
    for other in others[np.argsort(((others - centre) ** 2).sum(axis=1))]:
        if not np.array_equal(other, centre):
            ring = _clip(ring, (centre + other) / 2.0, other - centre)
    closed = np.vstack([ring, ring[:1]])
    return [(round(float(a), 3), round(float(b), 3)) for a, b in closed]


def _clip(ring: Floats, middle: Floats, direction: Floats) -> Floats:
    """Keep the part of a convex ring on the inner side of a line (Sutherland and Hodgman)."""
    side = (ring - middle) @ direction
    if (side <= 0).all():
        return ring
    kept: list[Floats] = []
    for k in range(len(ring)):
        before, now = side[k - 1], side[k]
        if (before <= 0) != (now <= 0):
            kept.append(ring[k - 1] + (ring[k] - ring[k - 1]) * (before / (before - now)))
        if now <= 0:
            kept.append(ring[k])
    return np.array(kept) if len(kept) >= 3 else ring


def area_of(ring: Sequence[tuple[float, float]]) -> float:
    """Return the area of a closed ring (shoelace formula), in the square of its unit."""
    points = np.asarray(ring)
    x, y = points[:, 0], points[:, 1]
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2.0)
