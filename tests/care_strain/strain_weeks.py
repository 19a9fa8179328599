"""Professionals who live ordinary weeks: habits that differ, weeks that vary, six weeks away a year."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.strain import StrainModel
from cpts_sim.care.strain_measure import Scores
from cpts_sim.care.strain_setup import DEMANDS, FACTORS, RESOURCES
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.evidence import load_parameters

Floats = NDArray[np.float64]

BETWEEN = {"load": 0.23, "interruptions": 0.53, "refusals": 0.63, "complex_alone": 0.56, "evening": 0.15}
BETWEEN |= {"administration": 0.05, "control": 0.05, "peer_support": 0.25, "assistance": 0.4}
TOGETHER = ("load", "interruptions", "refusals", "complex_alone")
"""Demands that go together between GPs, as in the reference territory: who has many patients has more of all."""
SHARED = 0.8
WITHIN = {"load": 0.1, "interruptions": 0.25, "refusals": 0.5, "complex_alone": 0.5, "evening": 0.5}
WITHIN |= {"administration": 0.25, "control": 0.1, "peer_support": 0.3, "assistance": 0.1}
WEEKS_AWAY = 6


@dataclass
class Lives:
    model: StrainModel
    columns: dict[str, Floats]
    habitual: dict[str, Floats]
    measured: list[Scores]
    true_ee: list[Floats]
    load: list[Floats]

    def measured_ee(self) -> Floats:
        return np.array([scores.ee for scores in self.measured])


def habits(model: StrainModel, count: int, chance: np.random.Generator) -> dict[str, Floats]:
    busy = chance.standard_normal(count)
    varied = {}
    for factor, spread in BETWEEN.items():
        own, weight = chance.standard_normal(count), SHARED if factor in TOGETHER else 0.0
        deviate = weight * busy + np.sqrt(1 - weight * weight) * own
        varied[factor] = model.reference[factor] * np.clip(1 + spread * deviate, 0.2, 3)
    return varied | {"recovery": np.full(count, model.reference["recovery"])}


def live_through(
    profession: str, count: int, weeks: int, parameters: Mapping[str, float] | None = None
) -> Lives:
    model = StrainModel(load_parameters(2019, parameters or {}), profession)
    chance, draws, keys = np.random.default_rng(5), Draws(11), keys_of(profession, np.arange(count))
    lives = Lives(model, {}, habits(model, count, chance), [], [], [])
    lives.columns = model.initialise(keys, lives.habitual, draws)
    lives.measured.append(model.measure(lives.columns, draws, keys, 0))
    for week in range(1, weeks + 1):
        if week % 52 == 1:
            away_in = chance.random((count, 52)).argsort(axis=1) < WEEKS_AWAY
        given = ordinary_week(lives.habitual, away_in[:, week % 52], chance)
        model.live(lives.columns, draws, keys, week)
        model.weekly(
            lives.columns, {name: given[name] for name in DEMANDS}, {name: given[name] for name in RESOURCES}
        )
        lives.measured.append(model.measure(lives.columns, draws, keys, week))
        lives.true_ee.append(lives.columns["ee"].copy())
        lives.load.append(given["load"])
    return lives


def ordinary_week(
    habitual: Mapping[str, Floats], away: NDArray[np.bool_], chance: np.random.Generator
) -> dict[str, Floats]:
    """A week whose mean over the year is the habitual one."""
    week = {}
    for factor in FACTORS[:-1]:
        usual = habitual[factor] * (52 / (52 - WEEKS_AWAY) * ~away if factor in DEMANDS else 1.0)
        week[factor] = usual * np.maximum(1 + WITHIN[factor] * chance.standard_normal(len(away)), 0)
    return week | {"recovery": habitual["recovery"] * 52 / WEEKS_AWAY * away}


def relative_week(
    model: StrainModel, count: int, **factors: float
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Demands and resources as multiples of the profession's ordinary week (1 where not named)."""
    week = {name: np.full(count, model.reference[name] * factors.get(name, 1.0)) for name in FACTORS}
    return {name: week[name] for name in DEMANDS}, {name: week[name] for name in RESOURCES}
