"""History matching in waves: simulate, emulate, rule out, simulate what is left."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.calibrate.emulation import (
    Allowance,
    Stand,
    allowances,
    distances,
    implausibilities,
    needed,
    plausible,
)
from cpts_sim.experiment.calibrate.space import first_design, spread_out
from cpts_sim.experiment.calibrate.targets import Target

Array = NDArray[np.float64]
CANDIDATES = 4096
FEWEST = 6
"""Points below which no emulator is fitted."""


class Simulate(Protocol):
    """What gives the numbers of points: rows of targets, nan for a point that time did not allow."""

    def __call__(self, points: Array) -> tuple[Array, Mapping[str, float]]:
        """Return (points × targets, target → variance of a value that is chance)."""


@dataclass
class Matching:
    """What is known after some waves.

    Attributes:
        targets: what is aimed at. points: simulated, in the unit cube; the first is the shipped one. values: points ×
        targets. wave: of each point. stands: target → emulator. allowed: target → allowance. left: share of the cube
        not ruled out, after each wave. blind: targets that the model could not give.
    """

    targets: list[Target]
    points: Array
    values: Array
    wave: list[int]
    stands: dict[str, Stand] = field(default_factory=dict)
    allowed: dict[str, Allowance] = field(default_factory=dict)
    left: list[float] = field(default_factory=list)
    blind: list[str] = field(default_factory=list)

    def simulated(self) -> Array:
        """Return the implausibility of the simulated points themselves (no emulator): points × targets."""
        columns = [
            distances(self.values[:, k], 0.0, target, self.allowed[target.name])
            for k, target in enumerate(self.targets)
        ]
        return np.array(columns).T if columns else np.zeros((len(self.points), 0))

    def members(self) -> list[int]:
        """Return the ranks of the simulated points that reach every target."""
        return [int(rank) for rank in np.flatnonzero(plausible(self.simulated()))] if self.targets else []

    def weights(self) -> list[float]:
        """Return the weight of each member: lower where its targets are farther, 1 at best."""
        found = self.simulated()[self.members()]
        worst = found.max(axis=1, initial=0.0) ** 2
        return [float(x) for x in np.exp(-0.5 * (worst - worst.min(initial=math.inf)))] if len(worst) else []

    def needs(self) -> dict[str, float]:
        """Return, for each target that no simulated point reaches, the discrepancy (standard deviation) it needs.

        Where each target is reached by some point but no point reaches all, the targets missed by the point that
        misses least are told.
        """
        apart = {t.name: needed(self.values[:, k], t, self.allowed[t.name]) for k, t in enumerate(self.targets)}
        alone = {name: value for name, value in apart.items() if value > 0}
        if alone:
            return alone
        best = int(np.argmin(self.simulated().max(axis=1, initial=0.0)))
        nearest = self.values[best : best + 1]
        row = {t.name: needed(nearest[:, k], t, self.allowed[t.name]) for k, t in enumerate(self.targets)}
        return {name: value for name, value in row.items() if value > 0}


@dataclass(frozen=True)
class Settings:
    """How waves are made: their number, points each, seed of designs, and discrepancy in deviations of observation."""

    waves: int = 3
    points: int = 40
    seed: int = 1
    discrepancy: float = 1.0
    allow: bool = False


def match(
    targets: Sequence[Target], axes: int, shipped: Array, simulate: Simulate, settings: Settings,
    more: Callable[[], bool] = lambda: True,
) -> Matching:  # fmt: skip
    """Search the unit cube for points that no target rules out.

    Args:
        targets: what is aimed at.
        axes: number of parameters.
        shipped: point of the shipped parameters, simulated first.
        simulate: gives the numbers of points.
        settings: how.
        more: whether time is left for another wave.
    """
    state = Matching(list(targets), np.zeros((0, axes)), np.zeros((0, len(targets))), [])
    design = np.vstack([shipped[None, :], first_design(axes, max(1, settings.points - 1), settings.seed)])
    luck: Mapping[str, float] = {}
    for wave in range(settings.waves):
        values, luck = simulate(design)
        done = ~np.isnan(values).all(axis=1)
        values = values[:, [k for k, target in enumerate(targets) if target.name not in state.blind]]
        state.points = np.vstack([state.points, design[done]])
        state.values = np.vstack([state.values, values[done]])
        state.wave += [wave + 1] * int(done.sum())
        if len(state.points) < FEWEST:
            break
        _see(state, luck, settings)
        design = _next(state, settings, wave)
        if not len(design) or not done.all() or not more():
            break
    return state


def _see(state: Matching, luck: Mapping[str, float], settings: Settings) -> None:
    """Leave out what the model does not give, refit every emulator, and grant what may be granted."""
    known = [bool(np.isfinite(column).all()) for column in state.values.T]
    state.blind += [t.name for t, seen in zip(state.targets, known, strict=True) if not seen]
    state.targets = [t for t, seen in zip(state.targets, known, strict=True) if seen]
    state.values = state.values[:, known]
    granted = {t.name: settings.discrepancy * t.deviation for t in state.targets}
    state.allowed = allowances(state.targets, luck, granted)
    if settings.allow:
        for _ in range(len(state.targets) + 1):
            wanted = {} if state.members() else state.needs()
            if not wanted:
                break
            # a hair more than needed, so that the nearest point passes whatever the rounding
            granted |= {name: max(granted[name], value * 1.0001) for name, value in wanted.items()}
            state.allowed = allowances(state.targets, luck, granted)
    for column, target in enumerate(state.targets):
        state.stands[target.name] = Stand.fit(state.points, state.values[:, column], luck.get(target.name, 0.0))


def _next(state: Matching, settings: Settings, wave: int) -> Array:
    """Return the points of the next wave: spread over what the emulators do not rule out."""
    from scipy.stats import qmc

    axes = state.points.shape[1]
    rng = np.random.default_rng((settings.seed, wave + 1))
    cloud = qmc.Sobol(axes, rng=rng).random(CANDIDATES)
    fits = plausible(implausibilities(cloud, state.stands, state.targets, state.allowed))
    state.left.append(float(fits.mean()))
    kept = cloud[fits]
    if len(kept) < settings.points:
        kept = np.vstack([kept, _around(state, kept, rng)])
    return spread_out(kept, settings.points, list(state.points))


def _around(state: Matching, kept: Array, rng: np.random.Generator) -> Array:
    """Look again near the points that do best: a small region is missed by a cloud over the whole cube."""
    scores = state.simulated().max(axis=1, initial=0.0)
    best = state.points[np.argsort(scores, kind="stable")[: max(3, len(scores) // 5)]]
    centres = np.vstack([best, kept])
    picks = centres[rng.integers(0, len(centres), CANDIDATES)]
    steps = rng.normal(size=picks.shape) * rng.choice([0.03, 0.1, 0.2], size=(CANDIDATES, 1))
    near = np.clip(picks + steps, 0.0, 1.0)
    fits: Array = near[plausible(implausibilities(near, state.stands, state.targets, state.allowed))]
    return fits
