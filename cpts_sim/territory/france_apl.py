"""Accessibility to general practitioners over the whole of metropolitan France, compared with DREES's own."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.evidence import Parameters
from cpts_sim.territory.ages import Floats, normalised
from cpts_sim.territory.apl import Decay, drees_decay, standard_population, with_activity
from cpts_sim.territory.assemble import national_ages
from cpts_sim.territory.france import France, age_structure
from cpts_sim.territory.geometry import inner_km, road_minutes, urban_slowing

_EARTH_KM = 6371.0
_REACH_KM = 26.0
"""No trip of 24 minutes is longer than this as the crow flies."""


@dataclass(frozen=True)
class NationalApl:
    """Accessibility of every located commune of metropolitan France.

    Attributes:
        rows: rows of the country's list.
        computed: our APL, consultations a year and standardised inhabitant.
        published: DREES's APL, nan where not published.
        standard: standardised population.
    """

    rows: NDArray[np.int64]
    computed: Floats
    published: Floats
    standard: Floats

    def correlation(self) -> float:
        """Return the correlation of computed with published values, weighted by standardised population."""
        known = ~np.isnan(self.published) & (self.standard > 0)
        table = np.cov(np.stack([self.computed[known], self.published[known]]), aweights=self.standard[known])
        return float(table[0, 1] / np.sqrt(table[0, 0] * table[1, 1]))


def national_apl(france: France, p: Parameters) -> NationalApl:
    """Return the APL of metropolitan France: heads of the BPE, crow-fly times, standardised populations.

    About ten seconds and 1 GB for 35 000 communes (five million pairs, sparse).

    Args:
        france: the country as read from the official files.
        p: parameters.
    """
    figures = france.figures
    overseas = np.array([code.startswith("97") for code in france.codes])
    rows = np.flatnonzero(~overseas & ~np.isnan(figures["lon"]))
    ages, _ = age_structure(france, rows.tolist(), p)
    people = figures["population"][rows]
    ours = standard_population(normalised(ages, people, national_ages(p)), p)
    standard = np.where(figures["standard"][rows] > 0, figures["standard"][rows], ours)
    weights = _trip_weights(figures, rows, drees_decay(p, p["territory.apl_smooth_minutes"]), p)
    acts = figures["gps"][rows] * (p["territory.bpe_gp_share"] * p["territory.acts_per_gp"])
    demand = weights.T @ standard

    def access_of(offered: Floats) -> Floats:
        ratio = np.divide(offered, demand, out=np.zeros_like(offered), where=demand > 0)
        access: Floats = weights @ ratio
        return access

    return NationalApl(rows, with_activity(acts, access_of, p), figures["apl"][rows], standard)


def _trip_weights(figures: Any, rows: NDArray[np.int64], decay: Decay, p: Parameters) -> Any:
    """Return the sparse matrix of weights between communes, their own trips included."""
    spatial, sparse = import_module("scipy.spatial"), import_module("scipy.sparse")
    points = _on_sphere(figures["lon"][rows], figures["lat"][rows])
    tree = spatial.cKDTree(points)
    pairs = tree.sparse_distance_matrix(tree, _REACH_KM, output_type="coo_matrix")
    people, area = figures["population"][rows], np.maximum(figures["area_km2"][rows], 0.01)
    slow = urban_slowing(_density(pairs, people, area, p), p)
    minutes = road_minutes(pairs.data, p) * (slow[pairs.row] + slow[pairs.col]) / 2.0
    values = np.where(pairs.row == pairs.col, 0.0, decay(minutes))
    between = sparse.csr_matrix((values, (pairs.row, pairs.col)), shape=pairs.shape)
    own = decay(road_minutes(inner_km(area, p), p) * slow)
    return between + sparse.diags(own, format="csr")


def _density(pairs: Any, people: Floats, area: Floats, p: Parameters) -> Floats:
    """Return inhabitants per km² around each commune, itself included."""
    near = (pairs.data <= p["territory.urban_radius_km"]) & (pairs.row != pairs.col)
    around = [
        np.bincount(pairs.row[near], column[pairs.col[near]], len(people)) + column
        for column in (people, area)
    ]
    density: Floats = around[0] / around[1]
    return density


def _on_sphere(lon: Floats, lat: Floats) -> Floats:
    """Return points in space (km): over 26 km a chord is shorter than the arc by a hundredth of a metre."""
    a, b = np.deg2rad(lon), np.deg2rad(lat)
    return _EARTH_KM * np.column_stack([np.cos(b) * np.cos(a), np.cos(b) * np.sin(a), np.sin(b)])
