"""Day 0 of strain: set points solved backwards from the scores that questionnaires show.

A measured score is the sum of a set point (a trait, with the load the person is used to), life outside the
model, the ordinary ups and downs of work, and noise of the questionnaire. Means and spreads of the *sum* are
observed; so is the correlation of two answers a few weeks apart (all but the noise) and a year apart (all but
noise, work and most of life). What remains is the spread of the set points. They are drawn once per
professional by stable key and never depend on the arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cpts_sim.engine.draws import Draws, Keys, normal
from cpts_sim.errors import UsageError

if TYPE_CHECKING:
    from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]

DEMANDS = ("load", "interruptions", "refusals", "complex_alone", "evening", "administration")
"""What a week asks: patient hours, unscheduled acts, refusals made, complex cases alone, evening hours,
administration hours."""

RESOURCES = ("control", "peer_support", "assistance", "recovery")
"""What a week gives: say over one's hours (0–1), exchanges with peers (0–1), assistance (full-time
equivalents), share of the week away."""

FACTORS = DEMANDS + RESOURCES
PROFESSIONS = ("gp", "nurse", "pharmacist", "ed_staff", "ed_physician", "ed_nurse")

EE_MAX, DP_MAX, PA_MAX = 54.0, 30.0, 48.0
"""Upper ends of the Maslach scales: emotional exhaustion, depersonalisation, personal accomplishment."""

WEEKS_PER_YEAR = 52
_DEVIATES = np.arange(-3.5, 3.51, 0.5)


@dataclass(frozen=True, slots=True)
class Scale:
    """One dimension of the questionnaire in one profession, in points.

    Attributes:
        top: upper end of the scale.
        mean: mean of measured scores.
        sd: standard deviation of measured scores.
        set_point_sd: standard deviation of the set points.
        noise: questionnaire noise is ``noise × sqrt(score × (top − score))``, smaller near the ends.
        shape: standardised set point at normal deviates −3.5 … 3.5.
    """

    top: float
    mean: float
    sd: float
    set_point_sd: float
    noise: float
    shape: Floats

    def at(self, deviates: Floats) -> Floats:
        """Return the set points at normal deviates, kept on the scale."""
        position = np.clip((deviates - _DEVIATES[0]) / 0.5, 0.0, len(_DEVIATES) - 1.000001)
        left = position.astype(np.intp)
        values = self.shape[left] + (position - left) * (self.shape[left + 1] - self.shape[left])
        points: Floats = np.clip(self.mean + self.set_point_sd * values, 0.0, self.top)
        return points


@dataclass(frozen=True, slots=True)
class Population:
    """What is drawn at day 0 in one profession: three scales, life, and how set points go together."""

    ee: Scale
    dp: Scale
    pa: Scale
    life_sd: float
    life_decay: float
    cross_correlation: float
    cross_drive_sd: float
    cholesky: tuple[float, float, float, float, float]

    def set_points(self, keys: Keys, cross_drive: Floats, draws: Draws) -> tuple[Floats, Floats, Floats]:
        """Draw the set points EE, DP and PA of each professional (Gaussian copula).

        Args:
            keys: stable keys, shape (n,).
            cross_drive: drive of the habitual week against the profession's ordinary week, EE points.
            draws: random numbers of the run.
        """
        own, second, third = normal(draws.block("strain.set_point", 3, keys))
        tilt = np.clip(cross_drive / self.cross_drive_sd, -2.5, 2.5)
        rho = self.cross_correlation
        first = rho * tilt + np.sqrt(1.0 - rho * rho) * own
        a, b, c, d, e = self.cholesky
        depersonalised = self.dp.at(a * first + b * second)
        return self.ee.at(first), depersonalised, self.pa.at(c * first + d * second + e * third)


def levels(profession: str, parameters: Parameters) -> dict[str, float]:
    """Return mean and SD of the measured EE, DP and PA of a profession, in points.

    Raises:
        UsageError: the profession is unknown.
    """
    if profession not in PROFESSIONS:
        known = ", ".join(PROFESSIONS)
        raise UsageError(f"strain: received profession {profession!r}, expected one of {known}.")
    names = [f"{scale}_{what}" for scale in ("ee", "dp", "pa") for what in ("mean", "sd")]
    found = {name: parameters[f"strain.gp_{name}"] for name in names}
    if profession == "ed_nurse":
        return found | _rest_of_the_ed(levels("ed_staff", parameters), levels("ed_physician", parameters), parameters)
    if profession.startswith("ed_"):
        found.update({name: parameters[f"strain.{profession}_{name}"] for name in names[:4]})
    elif profession != "gp":
        for name in ("ee_mean", "dp_mean"):
            found[name] *= parameters[f"strain.{profession}_level_ratio"]
    return found


_LEAST_SPREAD, _LEAST_MEAN = 0.8, 0.5  # of all staff: a draw of the parameters may ask for less than is possible


def _rest_of_the_ed(
    staff: Mapping[str, float], physicians: Mapping[str, float], parameters: Parameters
) -> dict[str, float]:
    """Return the levels of nurses and aides, such that with the physicians they make those of all staff."""
    share = 1.0 / (1.0 + parameters["hospital.ed_nurses_per_doctor"])
    found: dict[str, float] = {}
    for scale in ("ee", "dp"):
        mean, sd = staff[f"{scale}_mean"], staff[f"{scale}_sd"]
        theirs, spread = physicians[f"{scale}_mean"], physicians[f"{scale}_sd"]
        rest = max((mean - share * theirs) / (1.0 - share), _LEAST_MEAN * mean)
        variance = sd * sd - share * (spread * spread + (theirs - mean) * (theirs - mean))
        variance = variance / (1.0 - share) - (rest - mean) * (rest - mean)
        found |= {f"{scale}_mean": rest, f"{scale}_sd": max(float(np.sqrt(max(variance, 0.0))), _LEAST_SPREAD * sd)}
    return found


def solve_population(profession: str, parameters: Parameters) -> Population:
    """Solve the set points' spread and correlations, and the spread of life, from what is observed."""
    level = levels(profession, parameters)
    work = parameters["strain.ordinary_work_sd"] ** 2
    decay = parameters["strain.life_decay"]
    life = _life_variance(level["ee_sd"] ** 2, work, decay, parameters)
    slopes = {"ee": 1.0, "dp": parameters["strain.dp_slope"], "pa": parameters["strain.pa_slope"]}
    tops = {"ee": EE_MAX, "dp": DP_MAX, "pa": PA_MAX}
    scales = {
        name: _scale(name, top, level, slopes[name] * slopes[name] * (life + work), parameters)
        for name, top in tops.items()
    }
    return Population(
        scales["ee"],
        scales["dp"],
        scales["pa"],
        float(np.sqrt(life)),
        decay,
        parameters["strain.cross_correlation"],
        parameters["strain.cross_drive_sd"],
        _cholesky(scales, slopes, life + work, parameters),
    )


def _life_variance(variance: float, work: float, decay: float, parameters: Parameters) -> float:
    """Return the variance of life events, from what a year takes away from the retest correlation."""
    after_year = 1.0
    for _ in range(WEEKS_PER_YEAR):
        after_year *= decay
    lost = parameters["strain.ee_reliability"] - parameters["strain.ee_retest_year"]
    return max((lost * variance - work) / (1.0 - after_year), 0.0)


def _scale(name: str, top: float, level: Mapping[str, float], moving: float, parameters: Parameters) -> Scale:
    """Return one scale; ``moving`` is the variance that life and work give to it."""
    mean, sd = level[f"{name}_mean"], level[f"{name}_sd"]
    reliability = parameters[f"strain.{name}_reliability"]
    still = reliability * sd * sd - moving
    room = mean * (top - mean) - reliability * sd * sd
    noise = float(np.sqrt((1.0 - reliability) * sd * sd / room))
    return Scale(top, mean, sd, float(np.sqrt(still)), noise, parameters.array(f"strain.{name}_shape"))


def _cholesky(
    scales: Mapping[str, Scale], slopes: Mapping[str, float], moving: float, parameters: Parameters
) -> tuple[float, float, float, float, float]:
    """Return the lower triangle (without its first 1) of the set points' correlation matrix.

    Where a draw of the parameters asks for correlations that no three scores can have, all three are lowered
    by the least percentage that makes them possible.
    """
    pairs = []
    for one, other in (("ee", "dp"), ("ee", "pa"), ("dp", "pa")):
        wanted = parameters[f"strain.{one}_{other}_correlation"] * scales[one].sd * scales[other].sd
        shared = slopes[one] * slopes[other] * moving
        pairs.append((wanted - shared) / (scales[one].set_point_sd * scales[other].set_point_sd))
    for percent in range(100, -1, -1):
        a, c, dp_pa = (pair * percent / 100.0 for pair in pairs)
        b_square = 1.0 - a * a
        if b_square > 0:
            d = (dp_pa - a * c) / float(np.sqrt(b_square))
            e_square = 1.0 - c * c - d * d
            if e_square > 0:
                break
    return a, float(np.sqrt(b_square)), c, d, float(np.sqrt(e_square))
