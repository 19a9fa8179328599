"""The burnout questionnaire and its usual definitions; every prevalence carries its definition's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.engine.draws import Draws, Keys, normal

if TYPE_CHECKING:
    from cpts_sim.care.strain_setup import Scale
    from cpts_sim.evidence import Parameters

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

DEFINITIONS = (
    "high_ee",
    "high_dp",
    "low_pa",
    "any_dimension",
    "ee_or_dp",
    "ee_and_dp",
    "two_dimensions",
    "all_three",
)
"""Usual definitions of burnout: one dimension abnormal, any, EE or DP (French emergency study), EE and DP,
at least two, all three (severe)."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Measured scores, whole points: ``ee`` 0–54, ``dp`` 0–30, ``pa`` 0–48, shape (n,) each."""

    ee: Floats
    dp: Floats
    pa: Floats


def questionnaire(
    truth: Sequence[Floats], scales: Sequence[Scale], draws: Draws, keys: Keys, week: int
) -> Scores:
    """Return the answers of professionals to the questionnaire in one week.

    Noise shrinks near the ends of a scale, as it does for a sum of bounded items.

    Args:
        truth: true EE, DP and PA, shape (n,) each.
        scales: the three scales.
        draws: random numbers of the run.
        keys: stable keys, shape (n,).
        week: number of the week; the same person and week give the same noise in every arm.
    """
    deviates = normal(draws.block("strain.questionnaire", 3, keys, week))
    answers = [
        np.clip(np.rint(true + scale.noise * np.sqrt(true * (scale.top - true)) * deviate), 0.0, scale.top)
        for true, scale, deviate in zip(truth, scales, deviates, strict=True)
    ]
    return Scores(*answers)


def burnout_states(ee: ArrayLike, dp: ArrayLike, pa: ArrayLike, parameters: Parameters) -> dict[str, Flags]:
    """Return who is burnt out under each of :data:`DEFINITIONS`.

    Args:
        ee: emotional exhaustion, shape (n,).
        dp: depersonalisation, shape (n,).
        pa: personal accomplishment, shape (n,).
        parameters: parameters in force (``strain.cut_*``).

    Returns:
        definition → truth values, shape (n,).
    """
    high_ee = np.asarray(ee) >= parameters["strain.cut_ee_high"]
    high_dp = np.asarray(dp) >= parameters["strain.cut_dp_high"]
    low_pa = np.asarray(pa) <= parameters["strain.cut_pa_low"]
    count = high_ee.astype(np.int8) + high_dp + low_pa
    together = (count >= 1, high_ee | high_dp, high_ee & high_dp, count >= 2, count == 3)
    return dict(zip(DEFINITIONS, (high_ee, high_dp, low_pa, *together), strict=True))


def prevalences(scores: Scores, parameters: Parameters) -> dict[str, float]:
    """Return definition → share of professionals burnt out (nan when there is nobody)."""
    if not len(scores.ee):
        return dict.fromkeys(DEFINITIONS, float("nan"))
    states = burnout_states(scores.ee, scores.dp, scores.pa, parameters)
    return {name: float(flags.mean()) for name, flags in states.items()}
