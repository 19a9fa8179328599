"""Strain of professionals: demands minus resources move exhaustion at two speeds around a personal set point.

Exhaustion EE = set point + residue of past clinical burnout + life + fast + slow, in points of the Maslach
scale (0–54). *Life* is what happens outside the model, the same in every arm. The *drive* is the sum of one
contribution per demand and (with a minus sign) per resource, in EE points that a lasting drive ends up
adding; it is linear in the week, so ordinary ups and downs cancel over a year. Fast follows it within weeks,
slow within months; slow comes down more slowly than it went up once it has left its ordinary band. At the
habitual week nothing moves at all. Depersonalisation and accomplishment follow changes of EE.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.ledger import Columns
from cpts_sim.care.strain_measure import Scores, questionnaire
from cpts_sim.care.strain_setup import (
    DEMANDS,
    DP_MAX,
    EE_MAX,
    FACTORS,
    PA_MAX,
    RESOURCES,
    solve_population,
)
from cpts_sim.engine.draws import Draws, Keys, normal
from cpts_sim.errors import UsageError

if TYPE_CHECKING:
    from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]
Rows = slice | NDArray[Any]

SPIRAL = "spiral"
"""Name of the contribution of the tipping-point option (zero unless ``strain.tipping_gain`` is raised)."""

STATE = (
    "mu",
    "scar",
    "life",
    "fast",
    "slow",
    "fast_home",
    "slow_home",
    "ee",
    "dp",
    "pa",
    "dp_home",
    "pa_home",
)
STRAIN_COLUMNS = STATE + tuple(f"ref_{factor}" for factor in FACTORS)
"""Columns that a professional's table carries, all float64; ``ee``, ``dp`` and ``pa`` are the true scores,
``*_home`` the resting values at the habitual week, ``ref_*`` the habitual week."""

_EVERY = slice(None)
_LEAST_LOAD = 0.1  # least sustainable load, share of the profession's: keeps the relative load finite


@dataclass(frozen=True, slots=True)
class Contributions:
    """Why the drive of a week is what it is.

    Attributes:
        names: demands, resources and the spiral, in the order of ``points``.
        points: EE points per factor and professional, shape (factors, n); resources enter with a minus sign.
        drive: their sum, shape (n,).
    """

    names: tuple[str, ...]
    points: Floats
    drive: Floats

    def of(self, name: str) -> Floats:
        """Return the contribution of one factor, EE points per professional."""
        points: Floats = self.points[self.names.index(name)]
        return points


class StrainModel:
    """Strain of one profession.

    Args:
        parameters: parameters in force (``strain.*``).
        profession: one of ``strain_setup.PROFESSIONS``.
        reference: ordinary week of the profession by factor, if not the one of the parameters; a factor that
            is missing or zero plays no part.
    """

    def __init__(
        self, parameters: Parameters, profession: str, reference: Mapping[str, float] | None = None
    ) -> None:
        self.profession = profession
        self.population = solve_population(profession, parameters)
        shipped = "ed_staff" if profession.startswith("ed_") else profession
        self.reference = dict(reference or parameters.mapping(f"strain.{shipped}_reference"))
        self._p = {entry: parameters[f"strain.{entry}"] for entry in _NUMBERS}
        steps = parameters.mapping("strain.step")
        self._steps = {factor: steps[factor] * self.reference.get(factor, 0.0) for factor in FACTORS}
        self._load_step = steps["load"]
        signs = dict.fromkeys(DEMANDS, 1.0) | dict.fromkeys(RESOURCES, -1.0)
        self._weights = {name: sign * parameters[f"strain.weight_{name}"] for name, sign in signs.items()}

    def initialise(self, keys: Keys, habitual: Mapping[str, ArrayLike], draws: Draws) -> dict[str, Floats]:
        """Return the columns of professionals at day 0, at rest in their habitual week.

        Args:
            keys: stable keys, shape (n,).
            habitual: mean week by factor over a year, holidays included; a missing factor is the reference's.
            draws: random numbers of the run.

        Returns:
            name → float64 array for every name of :data:`STRAIN_COLUMNS`.
        """
        columns = {name: np.zeros(len(keys)) for name in STRAIN_COLUMNS}
        self._set_references(columns, habitual)
        columns["life"] = self.population.life_sd * normal(draws.uniform("strain.life_start", keys))
        self._rest(columns)
        columns["fast"], columns["slow"] = columns["fast_home"].copy(), columns["slow_home"].copy()
        self.solve_set_points(columns, keys, draws)
        return columns

    def solve_set_points(self, columns: Columns, keys: Keys, draws: Draws) -> None:
        """Solve the set points backwards from the observed scores and the habitual week.

        Who is used to a heavier week than the profession's ordinary one is more exhausted, as far as studies find
        the two to go together (``strain.cross_correlation``).
        """
        week = {factor: columns[f"ref_{factor}"] for factor in FACTORS}
        cross = self._drive(week, self.reference).drive
        ee, dp, pa = self.population.set_points(keys, cross, draws)
        columns["mu"][:] = ee - columns["fast_home"] - columns["slow_home"]
        columns["dp_home"][:], columns["pa_home"][:] = dp, pa
        self._score(columns, _EVERY)

    def settle(
        self, columns: Columns, habitual: Mapping[str, ArrayLike], rows: Rows = _EVERY, lived: int = 0
    ) -> None:
        """Take another week as the habitual one without moving anybody's resting EE (end of the warm-up).

        The set point takes up the difference. What the habitual week itself has added so far, taken for strain only
        because it was not yet known to be the habit, is taken away again.

        Args:
            columns: table or dict with the columns of :data:`STRAIN_COLUMNS`.
            habitual: mean week by factor over a year, holidays included; a missing factor is the reference's.
            rows: rows to which the arrays belong (all by default).
            lived: weeks that people have lived so before.
        """
        part = {name: columns[name][rows].copy() for name in STRAIN_COLUMNS}
        resting = part["mu"] + part["fast_home"] + part["slow_home"]
        added = self._added(part, habitual, lived)
        away = [part[name] - part[f"{name}_home"] - added[name] for name in ("fast", "slow")]
        self._set_references(part, habitual)
        self._rest(part)
        part["fast"], part["slow"] = part["fast_home"] + away[0], part["slow_home"] + away[1]
        part["mu"] = resting - part["fast_home"] - part["slow_home"]
        for name in STRAIN_COLUMNS:
            columns[name][rows] = part[name]
        self._score(columns, rows)

    def _added(self, columns: Columns, week: Mapping[str, ArrayLike], weeks: int) -> dict[str, Floats]:
        """Return what one and the same week, lived so often from rest, adds to fast and slow, in EE points."""
        lived = {name: columns[name].copy() for name in STRAIN_COLUMNS}
        rest = {name: lived[f"{name}_home"].copy() for name in ("fast", "slow")}
        lived.update({name: points.copy() for name, points in rest.items()})
        demands = {factor: points for factor, points in week.items() if factor in DEMANDS}
        resources = {factor: points for factor, points in week.items() if factor in RESOURCES}
        for _ in range(weeks):
            self.weekly(lived, demands, resources)
        return {name: lived[name] - points for name, points in rest.items()}

    def _set_references(self, columns: dict[str, Floats], habitual: Mapping[str, ArrayLike]) -> None:
        _check_names(habitual, FACTORS)
        for factor in FACTORS:
            columns[f"ref_{factor}"][...] = habitual.get(factor, self.reference.get(factor, 0.0))

    def _rest(self, columns: dict[str, Floats]) -> None:
        """Set the resting values of fast and slow at the habitual week."""
        week = {factor: columns[f"ref_{factor}"] for factor in FACTORS}
        drive = self._drive(week, self._sustainable(columns, _EVERY)).drive
        share = self._p["fast_share"]
        columns["fast_home"], columns["slow_home"] = share * drive, (1.0 - share) * drive

    def _sustainable(self, columns: Columns, rows: Rows) -> dict[str, Floats]:
        """Return the week that leaves no strain: part habit, part the profession's ordinary week."""
        habit = self._p["habitual_share"]
        return {
            factor: habit * columns[f"ref_{factor}"][rows] + (1.0 - habit) * self.reference.get(factor, 0.0)
            for factor in FACTORS
        }

    def _drive(self, week: Mapping[str, Floats], sustainable: Mapping[str, Any]) -> Contributions:
        """Return what each factor of a week adds to the drive, compared with the sustainable week."""
        points = np.zeros((len(FACTORS) + 1, len(week["load"])))
        for line, factor in enumerate(FACTORS):
            step: Any = self._steps[factor]
            if not step > 0:
                continue
            if factor == "load":
                step = self._load_step * np.maximum(sustainable["load"], _LEAST_LOAD * self.reference["load"])
            points[line] = self._weights[factor] * ((week[factor] - sustainable[factor]) / step)
        return _contributions(points)

    def weekly(
        self,
        columns: Columns,
        demands: Mapping[str, ArrayLike],
        resources: Mapping[str, ArrayLike],
        rows: Rows = _EVERY,
    ) -> Contributions:
        """Live one week: update the state in the columns and return why.

        Args:
            columns: table or dict with the columns of :data:`STRAIN_COLUMNS`.
            demands: this week's demands by name, shape (n,); a missing one is as usual.
            resources: this week's resources by name, shape (n,); a missing one is as usual.
            rows: rows to which the arrays belong (all by default).

        Returns:
            Contributions whose sum is the drive.
        """
        _check_names(demands, DEMANDS)
        _check_names(resources, RESOURCES)
        given = {**demands, **resources}
        usual = {factor: columns[f"ref_{factor}"][rows] for factor in FACTORS}
        week = {
            factor: np.broadcast_to(np.asarray(given[factor], np.float64), usual[factor].shape)
            if factor in given
            else usual[factor]
            for factor in FACTORS
        }
        found = self._drive(week, self._sustainable(columns, rows))
        if self._p["tipping_gain"] > 0:
            found = self._with_spiral(found, columns, rows)
        self._advance(columns, rows, found.drive)
        self._score(columns, rows)
        return found

    def _with_spiral(self, found: Contributions, columns: Columns, rows: Rows) -> Contributions:
        """Add the tipping-point option: beyond a threshold, exhaustion feeds itself up to a cap."""
        rise = self._rise(columns, rows)
        beyond = np.maximum(rise - self._p["tipping_threshold"], 0.0)
        found.points[-1] = np.minimum(self._p["tipping_gain"] * beyond, self._p["tipping_cap"])
        return _contributions(found.points)

    def _rise(self, columns: Columns, rows: Rows) -> Floats:
        """Return how far work has moved EE from its resting value."""
        fast, slow = columns["fast"][rows], columns["slow"][rows]
        rise: Floats = (fast - columns["fast_home"][rows]) + (slow - columns["slow_home"][rows])
        return rise

    def _advance(self, columns: Columns, rows: Rows, drive: Floats) -> None:
        """Move fast and slow one week towards their share of the drive, then the residue."""
        share = self._p["fast_share"]
        fast, slow = columns["fast"][rows], columns["slow"][rows]
        away = slow - columns["slow_home"][rows]
        gap = (1.0 - share) * drive - slow
        columns["fast"][rows] = _bounded(fast + self._p["fast_rate"] * (share * drive - fast))
        rate = np.where(gap > 0, self._p["slow_rate"], self._fall_rate(away))
        columns["slow"][rows] = _bounded(slow + rate * gap)
        columns["scar"][rows] = self._residue(columns, rows, away)

    def _fall_rate(self, away: Floats) -> Floats:
        """Return the weekly rate of the way down: as on the way up in the ordinary band, slower beyond."""
        band, ratio = self._p["ordinary_band"], self._p["recovery_ratio"]
        beyond = np.clip(np.abs(away) / band - 1.0, 0.0, 1.0)
        rate: Floats = self._p["slow_rate"] * (1.0 - (1.0 - ratio) * beyond)
        return rate

    def _residue(self, columns: Columns, rows: Rows, away: Floats) -> Floats:
        """Return the residue: part of a clinical rise stays and fades over years."""
        scar = columns["scar"][rows]
        clinical = (columns["ee"][rows] >= self._p["scar_level"]) & (
            self._rise(columns, rows) >= self._p["scar_rise"]
        )
        gained = self._p["scar_rate"] * np.maximum(away, 0.0)
        return _bounded(scar + np.where(clinical, gained, -self._p["scar_fade"] * scar))

    def live(self, columns: Columns, draws: Draws, keys: Keys, week: int, rows: Rows = _EVERY) -> None:
        """Let a week of life outside the model pass: same events in every arm, spread unchanged over time.

        Args:
            columns: table or dict with the columns of :data:`STRAIN_COLUMNS`.
            draws: random numbers of the run.
            keys: stable keys of these rows.
            week: number of the week.
            rows: rows concerned (all by default).
        """
        keep = self.population.life_decay
        spread = self.population.life_sd * np.sqrt(1.0 - keep * keep)
        news = normal(draws.uniform("strain.life", keys, week))
        columns["life"][rows] = keep * columns["life"][rows] + spread * news
        self._score(columns, rows)

    def _score(self, columns: Columns, rows: Rows) -> None:
        """Write the true scores that follow from the state."""
        moved = columns["scar"][rows] + columns["life"][rows]
        home = columns["mu"][rows] + columns["fast_home"][rows] + columns["slow_home"][rows]
        moved = moved + self._rise(columns, rows)
        columns["ee"][rows] = np.clip(home + moved, 0.0, EE_MAX)
        columns["dp"][rows] = np.clip(columns["dp_home"][rows] + self._p["dp_slope"] * moved, 0.0, DP_MAX)
        columns["pa"][rows] = np.clip(columns["pa_home"][rows] + self._p["pa_slope"] * moved, 0.0, PA_MAX)

    def measure(self, columns: Columns, draws: Draws, keys: Keys, week: int, rows: Rows = _EVERY) -> Scores:
        """Return what a questionnaire filled in that week would say (noise here only, never in the state)."""
        people = self.population
        truth = [columns[name][rows] for name in ("ee", "dp", "pa")]
        return questionnaire(truth, (people.ee, people.dp, people.pa), draws, keys, week)


_NUMBERS = (
    "fast_share", "fast_rate", "slow_rate", "recovery_ratio", "ordinary_band", "habitual_share", "scar_level",
    "scar_rise", "scar_rate", "scar_fade", "tipping_gain", "tipping_threshold", "tipping_cap", "dp_slope",
    "pa_slope",
)  # fmt: skip


def _contributions(points: Floats) -> Contributions:
    """Sum the lines one after the other: nobody's drive depends on how many others are there."""
    drive = np.zeros(points.shape[1])
    for line in points:
        drive += line
    return Contributions((*FACTORS, SPIRAL), points, drive)


def _bounded(points: Floats) -> Floats:
    """Keep a state within one width of the scale: nothing out of scale has to be undone later."""
    bounded: Floats = np.clip(points, -EE_MAX, EE_MAX)
    return bounded


def _check_names(given: Mapping[str, ArrayLike], known: tuple[str, ...]) -> None:
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise UsageError(f"strain: received {', '.join(unknown)}, expected names among {', '.join(known)}.")
