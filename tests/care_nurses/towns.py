"""Small territories of nurses and patients."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.home_care import HomeCare
from cpts_sim.care.nursing_need import NurseSettings, NursingNeed
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.evidence import load_parameters

AGES = np.repeat([7, 30, 55, 70, 80, 90], [174, 362, 255, 112, 66, 31])
"""A thousand people of the French age pyramid."""


@dataclass
class Town:
    """Communes on a line, ten minutes apart."""

    home: HomeCare
    need: NursingNeed
    draws: Draws
    age: NDArray[np.int64]
    chronic: NDArray[np.int64]
    key: NDArray[np.uint64]
    commune: NDArray[np.int64]
    served: list[NDArray[np.float64]] = field(default_factory=list)
    contacts: list[int] = field(default_factory=list)
    unmet: int = 0
    visits: int = 0
    minutes: float = 0.0

    def live(self, first: int, last: int) -> None:
        rate = self.need.per_day(self.age, self.chronic)
        for day in range(first, last):
            who = np.flatnonzero(self.draws.uniform("nursing", self.key, day) < rate)
            minute = day * 1440.0 + 480.0 + 600.0 * self.draws.uniform("when", self.key[who], day)
            lasting = self.need.is_lasting(self.draws, self.key[who], day, self.age[who], self.chronic[who])
            self.home.request(minute, self.key[who], who, self.commune[who], day, lasting)
            ended = self.home.settle((day + 1) * 1440.0)
            self.served.append((ended.start - ended.raised)[ended.nurse >= 0])
            self.contacts += ended.contacts[ended.nurse >= 0].tolist()
            self.unmet += int((ended.nurse < 0).sum())
            rounds = self.home.day(day)
            self.visits += int(rounds["count"].sum())
            self.minutes += float(rounds["minutes"].sum())


def town(per_100k: float, people: int = 20_000, communes: int = 4, year: int = 2019, seed: int = 1,
         lasting: bool = True) -> Town:  # fmt: skip
    settings = NurseSettings.from_parameters(load_parameters(year))
    draws, rank = Draws(seed), np.arange(people)
    age = AGES[(rank * 7) % 1000]
    key, commune = keys_of("patient", rank), rank % communes
    mix = load_parameters(year).array("nurse.severity_share_by_age")[np.searchsorted(np.unique(AGES), age)]
    chronic = (draws.uniform("chronic", key)[:, None] >= np.cumsum(mix, axis=1)[:, :3]).sum(axis=1)
    travel = np.abs(np.subtract.outer(np.arange(communes), np.arange(communes))) * 10.0 + 3.0
    nurses = np.arange(round(per_100k * people / 100_000))
    home = HomeCare(settings, draws, nurses % communes, keys_of("nurse", nurses), travel)
    need = NursingNeed.of(settings)
    made = Town(home, need, draws, age, chronic, key, commune)
    if lasting:
        had = np.flatnonzero(need.has_lasting(draws, key, age, chronic))
        home.fill(0.0, key[had], had, commune[had])
    return made
