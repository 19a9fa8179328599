"""One emergency department that lives alone: 100 000 residents of the French age pyramid, plus outsiders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cpts_sim.care.ed_demand import EdDemand, Outsiders, volumes
from cpts_sim.care.ed_settings import EdSettings
from cpts_sim.care.emergency import EmergencyDepartments, Finished
from cpts_sim.engine.draws import Draws, keys_of
from cpts_sim.evidence import Parameters, load_parameters

AGE_FROM = (0, 5, 10, 15, 25, 35, 45, 55, 65, 75, 85, 100)
SHARES = (5.4, 5.8, 6.2, 12.0, 11.7, 12.5, 12.9, 12.6, 11.2, 6.6, 3.1)
"""Per cent of the population of France by age class (rounded, early 2020s)."""

BY_YEAR_2013 = (
    "hospital.process_factor", "hospital.boarding_min", "hospital.short_stay_min",
    "hospital.admit_odds_of_year", "hospital.ed_doctor_use",
)  # fmt: skip


def parameters_of(year: int) -> Parameters:
    """Parameters of 2019 or 2024, or those of 2013 laid over 2019 (a survey year, not a reference year)."""
    if year != 2013:
        return load_parameters(year)
    base = load_parameters(2019)
    return load_parameters(2019, {name: base.entry(name).by_year[2013] for name in BY_YEAR_2013})


def french_ages(count: int) -> NDArray[np.int64]:
    weights = np.repeat(np.array(SHARES) / np.diff(AGE_FROM), np.diff(AGE_FROM))
    below = np.cumsum(weights) / weights.sum()
    return np.searchsorted(below, (np.arange(count) + 0.5) / count).astype(np.int64)


@dataclass
class Year:
    """All finished visits of a run."""

    hospital: EmergencyDepartments
    columns: dict[str, NDArray[np.generic]]
    doctor_min: NDArray[np.float64]
    night: NDArray[np.bool_]
    days: int

    @property
    def stay(self) -> NDArray[np.float64]:
        return self.columns["end"].astype(float) - self.columns["arrival"].astype(float)

    @property
    def wait(self) -> NDArray[np.float64]:
        wait = self.columns["start"].astype(float) - self.columns["arrival"].astype(float)
        return wait[~np.isnan(wait)]


def live(parameters: Parameters, days: int = 84, seed: int = 1, window_min: float = 360.0) -> Year:
    people, outsider_share, draws = 100_000, 0.1, Draws(seed)
    demand, settings = EdDemand.from_parameters(parameters), EdSettings.from_parameters(parameters)
    age, key = french_ages(people), keys_of("resident", np.arange(people))
    rate = demand.rate_per_day(age)
    volume = volumes(rate.sum(), rate.sum() / (1.0 - outsider_share))
    others = Outsiders(demand, draws, ["alone"], volume.outsiders)
    doctor_min = demand.mean_doctor_min(settings, age)
    ed = EmergencyDepartments.staffed(settings, draws, volume.total, doctor_min)
    done: list[Finished] = []
    for day in range(days):
        factor = demand.day_factor(day % 7, 1)
        ill = np.flatnonzero(draws.uniform("need", key, day) < rate * factor)
        who, years = key[ill], age[ill]
        road = demand.roads(draws, who, day, years)
        level = demand.levels(draws, who, day, years, road)
        arrival = day * 1440.0 + demand.hours.minute(draws.uniform("minute", who, day))
        ed.arrive(arrival, who, ill, np.zeros(ill.size, int), road, level, years, day)
        ed.arrive(**others.day(day, factor))
        for until in np.arange(window_min, 1441.0, window_min):
            done.append(ed.advance(day * 1440.0 + float(until)))
    columns = {name: np.concatenate([f.journal[name] for f in done]) for name in done[0].journal}
    night = np.concatenate([f.night_on_trolley for f in done])
    doctor = np.concatenate([f.doctor_min for f in done])
    return Year(ed, columns, doctor, night, days)


def numbers(year: Year) -> dict[str, float]:
    """The figures that the surveys publish."""
    c, stay = year.columns, year.stay
    outcome, age, level = c["outcome"], c["age"], c["level"]
    seen = outcome != 3
    admitted = np.isin(outcome, (1, 2))
    within = c["arrival"].astype(float) % 1440.0 // 60.0
    out = {"visits_day": len(stay) / year.days, "median": np.median(stay[seen]),
           "q3": np.quantile(stay[seen], 0.75), "over_8h": np.mean(stay[seen] > 480.0)}  # fmt: skip
    for name, code in (("home", 0), ("ward", 1), ("short_stay", 2)):
        out[f"median_{name}"] = np.median(stay[outcome == code])
        out[f"share_{name}"] = np.mean(outcome == code)
    out["left"] = np.mean(~seen)
    out["admitted"] = np.mean(admitted)
    for name, low, high in (("0_14", 0, 15), ("15_74", 15, 75), ("75", 75, 200)):
        group = (age >= low) & (age < high)
        out[f"admitted_{name}"] = np.mean(admitted[group])
        out[f"share_{name}"] = np.mean(group)
    out |= {f"level_{k}": np.mean(level == k) for k in range(1, 6)}
    out |= {f"road_{k}": np.mean(c["road"] == k) for k in (0, 1, 2, 4)}
    out |= {"day": np.mean((within >= 8) & (within < 20)), "evening": np.mean(within >= 20)}
    out |= {"wait_median": np.median(year.wait), "wait_mean": year.wait.mean()}
    out["use"] = year.doctor_min.sum() / (year.hospital.doctors.sum() / 7 * 60 * year.days)
    return {name: float(value) for name, value in out.items()}


def present_by_hour(year: Year) -> NDArray[np.float64]:
    """Mean number of people in the department at each full hour, short stays left out."""
    start, end = year.columns["arrival"].astype(float), year.columns["end"].astype(float)
    keep = year.columns["outcome"] != 2
    hours = np.arange(24, (year.days - 1) * 24) * 60.0
    inside = np.searchsorted(np.sort(start[keep]), hours) - np.searchsorted(np.sort(end[keep]), hours)
    return inside.reshape(-1, 24).mean(axis=0)


def main() -> None:
    for year in (2013, 2019, 2024):
        lived = live(parameters_of(year))
        print(year, {name: round(value, 3) for name, value in numbers(lived).items()})
        print("  doctors", lived.hospital.doctors[0, :24].tolist(), "boxes", lived.hospital.boxes.tolist())
        print("  present by hour", np.round(present_by_hour(lived), 1).tolist())


if __name__ == "__main__":
    main()
