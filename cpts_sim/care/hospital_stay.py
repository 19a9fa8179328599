"""Stays in hospital wards: how long, discharge with or without notice, readmission within 30 days.

The readmission of a stay is decided by one latent threshold, drawn when the person is admitted; hazard then
accumulates from discharge, more slowly after an effective follow-up contact. So the same contact has the same
effect in every arm, and an arm differs only by who gets it and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.ed_settings import OLDEST, by_year_of_age
from cpts_sim.care.shapes import Floats, Shapes
from cpts_sim.engine.columns import among, join_records, true_rows
from cpts_sim.engine.draws import Draws, Keys, exponential, log, quantile
from cpts_sim.evidence import Parameters

DAY_MIN = 1440.0
WATCH_DAYS = 30.0
"""Days after discharge during which a readmission is counted as one."""

STAY = np.dtype(
    [
        ("admitted", "f8"), ("discharge", "f8"), ("followed", "f8"), ("scale", "f8"), ("threshold", "f8"),
        ("key", "u8"), ("what", "i8"), ("row", "i4"), ("age", "i2"), ("avoidable", "i1"), ("notice", "i1"),
        ("home", "i1"),
    ]
)  # fmt: skip
"""Columns of a stay until 30 days after discharge. ``scale``: hazard of the 30 days without follow-up."""

Columns = dict[str, NDArray[np.generic]]
Stays = NDArray[np.void]


@dataclass(frozen=True)
class StaySettings:
    """Parameters of stays.

    Attributes:
        mean_days: mean length by single year of age, shape (OLDEST + 1,).
        trolley_days: days added at 75 and over after a night on a trolley.
        hazard: hazard of readmission over 30 days without follow-up, by single year of age.
        avoidable_factor: ratio of that hazard for stays that were avoidable.
        follow_up_ratio: hazard ratio after an effective follow-up contact.
        days: days after discharge, from 0 to 30.
        passed: share of the hazard that has passed at these days, from 0 to 1.
        notice_share: share of discharges with a notice on the day.
        shape: unit law of the length.
    """

    mean_days: Floats
    trolley_days: float
    hazard: Floats
    avoidable_factor: float
    follow_up_ratio: float
    days: Floats
    passed: Floats
    notice_share: float
    shape: Shapes

    @classmethod
    def from_parameters(cls, parameters: Parameters) -> StaySettings:
        """Read ``hospital.*``."""
        p, ages = parameters, parameters.array("hospital.age_from")
        readmitted = by_year_of_age(ages, p.array("hospital.readmission_30d_by_age"))
        return cls(
            mean_days=by_year_of_age(ages, p.array("hospital.stay_days_by_age")),
            trolley_days=p["hospital.trolley_night_days_75"],
            hazard=-log(1.0 - readmitted),
            avoidable_factor=p["hospital.readmission_avoidable_factor"],
            follow_up_ratio=p["hospital.follow_up_hazard_ratio"],
            days=p.array("hospital.readmission_days"),
            passed=p.array("hospital.readmission_cumulative"),
            notice_share=p["hospital.discharge_notice_share"],
            shape=Shapes.read(p, ("stay",)),
        )


@dataclass(frozen=True)
class StayEvents:
    """What happened to stays in a window, in order of time, then person.

    Attributes:
        discharges: columns at, key, row, what, age, avoidable, notice (1 if the usual carers were told).
        readmissions: columns at, key, row, what (of the first stay), age, avoidable.
    """

    discharges: Columns
    readmissions: Columns


class HospitalStays:
    """All people in wards, and those discharged less than 30 days ago.

    Args:
        settings: parameters.
        draws: random numbers of the run.
        start: time from which stays are played.
    """

    def __init__(self, settings: StaySettings, draws: Draws, start: float = 0.0) -> None:
        self.settings, self.draws, self.now = settings, draws, float(start)
        self._stays: Stays = np.zeros(0, dtype=STAY)

    def __len__(self) -> int:
        return len(self._stays)

    def admit(
        self,
        at: ArrayLike,
        key: Keys,
        row: ArrayLike,
        age: ArrayLike,
        what: ArrayLike,
        *,
        avoidable: ArrayLike = 0,
        readmission: ArrayLike = 0,
        trolley_night: ArrayLike = 0,
        notice_share: float | None = None,
    ) -> Columns:
        """Admit people and return the columns of the journal kind ``admission``, and ``discharge`` times.

        Args:
            at: admission times, minutes, shape (n,).
            key: person keys.
            row: person rows.
            age: years.
            what: identity of the stay (that of the visit or need which led to it).
            avoidable: 1 where care in time would have avoided it (decompensation).
            readmission: 1 where it follows another stay by less than 30 days.
            trolley_night: 1 where the person spent the night on a trolley.
            notice_share: share of discharges with notice now; by default that of the reference year.
        """
        s, stays = self.settings, np.zeros(np.size(at), dtype=STAY)
        u = self.draws.block("hospital stay", 3, key, what)
        capped = np.minimum(np.asarray(age), OLDEST)
        days = s.mean_days[capped] * s.shape(0, u[0])
        days += s.trolley_days * ((np.asarray(trolley_night) > 0) & (capped >= 75))
        share = s.notice_share if notice_share is None else notice_share
        factor = np.where(np.asarray(avoidable) > 0, s.avoidable_factor, 1.0)
        given = {"admitted": at, "key": key, "row": row, "age": age, "what": what, "avoidable": avoidable,
                 "notice": u[1] < share, "threshold": exponential(u[2]), "scale": s.hazard[capped] * factor,
                 "followed": np.inf}  # fmt: skip
        for name, column in given.items():
            stays[name] = column
        stays["discharge"] = stays["admitted"] + days * DAY_MIN
        self._stays = join_records([self._stays, stays])
        journal: Columns = {"at": stays["admitted"], "person": stays["row"], "avoidable": stays["avoidable"]}
        again = np.broadcast_to(np.asarray(readmission, dtype=np.int8), days.shape)
        journal |= {"days": days, "readmission": again, "age": stays["age"]}
        return journal | {"discharge": stays["discharge"]}

    def follow_up(self, row: ArrayLike, at: ArrayLike) -> NDArray[np.bool_]:
        """Record effective contacts after discharge; only the first of each stay counts.

        Args:
            row: person rows seen, shape (n,).
            at: times of the contacts, minutes.

        Returns:
            Mask of the contacts that fell within 30 days of a discharge.
        """
        rows, times = np.atleast_1d(np.asarray(row)), np.atleast_1d(np.asarray(at, dtype=np.float64))
        useful = np.zeros(len(rows), dtype=bool)
        person = self._stays["row"]
        stays, contacts = true_rows(among(person, rows)), true_rows(among(rows, person))  # few
        order = stays[np.argsort(person[stays], kind="stable")]
        ranked = person[order]
        begin, end = np.searchsorted(ranked, rows[contacts]), np.searchsorted(ranked, rows[contacts], side="right")
        for step in range(int((end - begin).max(initial=0))):  # once, save for those with several stays
            chosen = true_rows(begin + step < end)
            stay, contact = order[begin[chosen] + step], contacts[chosen]
            after = times[contact] - self._stays["discharge"][stay]
            inside = (after >= 0.0) & (after <= WATCH_DAYS * DAY_MIN)
            useful[contact[inside]] = True
            np.minimum.at(self._stays["followed"], stay[inside], times[contact[inside]])
        return useful

    def in_hospital(self, row: ArrayLike) -> NDArray[np.bool_]:
        """Tell who of these persons is in a ward now."""
        return np.isin(np.asarray(row), self._stays["row"][self._stays["home"] == 0])

    def advance(self, until: float) -> StayEvents:
        """Play stays up to a time and return the discharges and readmissions since the last call."""
        stays = self._stays
        home = (stays["home"] == 0) & (stays["discharge"] <= until)
        stays["home"][home] = 1
        again = self.readmission_at()
        back = (stays["home"] == 1) & (again <= until)
        discharges = _events(stays[home], stays["discharge"][home])
        discharges["notice"] = stays["notice"][home][discharges.pop("order")]
        readmissions = _events(stays[back], np.maximum(again[back], self.now))
        del readmissions["order"]
        self._stays = stays[~back & (stays["discharge"] + WATCH_DAYS * DAY_MIN > until)]
        self.now = float(until)
        return StayEvents(discharges, readmissions)

    def readmission_at(self) -> Floats:
        """Return when each stay leads to a readmission if no further contact comes; infinity for never."""
        s, stays = self.settings, self._stays
        wanted = stays["threshold"] / stays["scale"]
        seen = np.clip((stays["followed"] - stays["discharge"]) / DAY_MIN, 0.0, WATCH_DAYS)
        before = quantile(s.days, s.passed, seen)
        level = np.where(wanted <= before, wanted, before + (wanted - before) / s.follow_up_ratio)
        day = quantile(s.passed, s.days, np.minimum(level, 1.0))
        return np.asarray(np.where(level < 1.0, stays["discharge"] + day * DAY_MIN, np.inf))

    def state(self) -> Columns:
        """Return everything that the future depends on, as arrays (copies)."""
        columns: Columns = {name: self._stays[name].copy() for name in STAY.names or ()}
        return columns | {"now": np.array([self.now])}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go to a state returned by :meth:`state`."""
        self.now = float(arrays["now"][0])
        self._stays = np.zeros(len(arrays["key"]), dtype=STAY)
        for name in STAY.names or ():
            self._stays[name] = arrays[name]


def _events(stays: Stays, at: Floats) -> Columns:
    order = np.lexsort((stays["key"], at))
    names = ("key", "row", "what", "age", "avoidable")
    columns: Columns = {name: stays[name][order] for name in names}
    return columns | {"at": at[order], "order": order}
