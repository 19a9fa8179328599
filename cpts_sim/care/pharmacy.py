"""Pharmacies: visits and counter load by day, and the minor ailments that a pharmacist may settle.

Visits to a pharmacy are routine: one row per pharmacy and day. What a pharmacist may settle depends on the
complaint (drawn once per need, so it is the same in every arm), on the law of the reference year, and on
protocols that a mission may open; training and the person's wish to ask come on top.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.ed_settings import OLDEST, by_year_of_age
from cpts_sim.care.shapes import Floats
from cpts_sim.engine.draws import Draws, Keys, normal
from cpts_sim.engine.events import Profession
from cpts_sim.evidence import Parameters

DAY_MIN = 1440.0
YEAR_DAYS = 365.0
SORE_THROAT_FROM, CYSTITIS_FROM, CYSTITIS_TO = 10, 16, 65
"""Ages in the French rules: angina from 10 years, cystitis of women from 16 to 65 years."""

Columns = dict[str, NDArray[np.generic]]
Flags = NDArray[np.bool_]
Codes = NDArray[np.int8]


class Complaint(IntEnum):
    """What a minor need is about, as far as pharmacists are concerned."""

    OTHER = 0
    SORE_THROAT = 1
    CYSTITIS = 2
    PROTOCOL = 3


@dataclass(frozen=True)
class MinorAilments:
    """What pharmacists may settle.

    Attributes:
        share: share of minor needs by complaint, shape (4,), the first unused.
        plain_share: share of cystitis without a sign that sends to a doctor.
        law: True if angina and cystitis are open by ordinary law.
        law_use: share of the eligible settled under ordinary law, by complaint, shape (4,).
        trained_share: share of pharmacies able to run a protocol.
        reconsult_share: share of the settled who see a doctor for it all the same.
        reconsult_days: first and last day on which they do.
        minutes: minutes of a pharmacist for one case.
    """

    share: Floats
    plain_share: float
    law: bool
    law_use: Floats
    trained_share: float
    reconsult_share: float
    reconsult_days: tuple[float, float]
    minutes: float

    @classmethod
    def from_parameters(cls, parameters: Parameters) -> MinorAilments:
        """Read ``pharmacy.*``."""
        p, use = parameters, parameters.mapping("pharmacy.law_use")
        names = ("sore_throat", "cystitis", "protocol")
        first, last = p.array("pharmacy.reconsult_days").tolist()
        return cls(
            share=np.array([0.0, *(p[f"pharmacy.{name}_share"] for name in names)]),
            plain_share=p["pharmacy.cystitis_plain_share"],
            law=p["pharmacy.law_in_force"] > 0,
            law_use=np.array([0.0, use["sore_throat"], use["cystitis"], 0.0]),
            trained_share=p["pharmacy.trained_share"],
            reconsult_share=p["pharmacy.reconsult_share"],
            reconsult_days=(first, last),
            minutes=p["pharmacy.minor_ailment_min"],
        )

    def complaint(self, draws: Draws, key: Keys, what: ArrayLike, age: ArrayLike, sex: ArrayLike) -> Codes:
        """Draw what minor needs are about.

        Args:
            draws: random numbers.
            key: person keys, shape (n,).
            what: identity of the need.
            age: years.
            sex: 0 man, 1 woman.
        """
        u, years = draws.uniform("complaint", key, what), np.asarray(age)
        woman = (np.asarray(sex) == 1) & (years >= CYSTITIS_FROM) & (years <= CYSTITIS_TO)
        cystitis = np.where(woman, self.share[Complaint.CYSTITIS], 0.0)
        throat = np.where(years >= SORE_THROAT_FROM, self.share[Complaint.SORE_THROAT], 0.0) + cystitis
        other = self.share[Complaint.PROTOCOL] + throat
        found = np.where(u < cystitis, int(Complaint.CYSTITIS), int(Complaint.SORE_THROAT))
        found = np.where(u < throat, found, int(Complaint.PROTOCOL))
        return np.where(u < other, found, int(Complaint.OTHER)).astype(np.int8)

    def eligible_by_law(self, draws: Draws, key: Keys, what: ArrayLike, complaint: ArrayLike) -> Flags:
        """Tell which needs a pharmacist may settle by ordinary law (nobody where it is not in force)."""
        return self._testable(draws, key, what, complaint) & self.law

    def eligible_by_protocol(self, draws: Draws, key: Keys, what: ArrayLike, complaint: ArrayLike) -> Flags:
        """Tell which needs a protocol of cooperation may open beyond the ordinary law of the year."""
        code = np.asarray(complaint)
        testable = self._testable(draws, key, what, complaint)
        return np.asarray((code == Complaint.PROTOCOL) | (testable & (not self.law)))

    def settled_by_law(self, draws: Draws, key: Keys, what: ArrayLike, complaint: ArrayLike) -> Flags:
        """Tell which needs end at the pharmacy by ordinary law, given who thinks of it and who is trained."""
        use = self.law_use[np.asarray(complaint, dtype=np.int64)]
        asks = draws.uniform("pharmacist asked", key, what) < use
        return self.eligible_by_law(draws, key, what, complaint) & asks

    def protocol_use(self, complaint: ArrayLike, share: float) -> Floats:
        """Return the share of eligible people who ask a trained pharmacist for a protocol, by complaint.

        Angina and cystitis are asked for no more than under ordinary law, whose use counts all pharmacies: of those
        with somebody trained it is that much more. So a protocol everywhere settles as many as the law, never more.

        Args:
            complaint: codes.
            share: share where no law tells how many ask.
        """
        use, law = np.full(len(Complaint), share), [Complaint.SORE_THROAT, Complaint.CYSTITIS]
        use[law] = np.minimum(self.law_use[law] / max(self.trained_share, 1e-9), share)
        return np.asarray(use[np.asarray(complaint, dtype=np.int64)])

    def _testable(self, draws: Draws, key: Keys, what: ArrayLike, complaint: ArrayLike) -> Flags:
        code = np.asarray(complaint)
        plain = draws.uniform("cystitis plain", key, what) < self.plain_share
        return np.asarray((code == Complaint.SORE_THROAT) | ((code == Complaint.CYSTITIS) & plain))

    def trained(self, draws: Draws, pharmacy_key: Keys, share: float | None = None) -> Flags:
        """Draw which pharmacies run protocols; a larger share only adds pharmacies."""
        wanted = self.trained_share if share is None else share
        return np.asarray(draws.uniform("pharmacy trained", pharmacy_key) < wanted)

    def reconsults(self, draws: Draws, key: Keys, what: ArrayLike, at: ArrayLike) -> Floats:
        """Return when people settled at the pharmacy ask a doctor all the same, minutes; infinity: never."""
        u = draws.block("reconsults", 2, key, what)
        first, last = self.reconsult_days
        later = np.asarray(at, dtype=np.float64) + (first + (last - first) * u[1]) * DAY_MIN
        return np.asarray(np.where(u[0] < self.reconsult_share, later, np.inf))


@dataclass(frozen=True)
class PharmacySettings:
    """Parameters of counters.

    Attributes:
        own_per_day: visits a day that no GP act causes, by single year of age, shape (OLDEST + 1,).
        per_act: visits caused by a GP act.
        weekday: index by weekday, mean 1, shape (7,).
        spread: relative standard deviation of a day beyond chance.
        counter_min: minutes per visit.
        staff: people at the counter.
        opens_min: minute of the day of opening by weekday, shape (7,).
        closes_min: minute of the day of closing, shape (7,).
    """

    own_per_day: Floats
    per_act: float
    weekday: Floats
    spread: float
    counter_min: float
    staff: float
    opens_min: Floats
    closes_min: Floats

    @classmethod
    def from_parameters(cls, parameters: Parameters) -> PharmacySettings:
        """Read ``pharmacy.*``."""
        p, weekday = parameters, parameters.array("pharmacy.weekday_index")
        index = by_year_of_age(p.array("pharmacy.age_from"), p.array("pharmacy.age_index"))
        caused = p["pharmacy.dispensing_per_act"] * p["pharmacy.gp_acts_per_year"]
        return cls(
            own_per_day=index * ((p["pharmacy.visits_per_year"] - caused) / YEAR_DAYS),
            per_act=p["pharmacy.dispensing_per_act"],
            weekday=weekday * (7.0 / weekday.sum()),
            spread=p["pharmacy.day_spread"],
            counter_min=p["pharmacy.counter_min"],
            staff=p["pharmacy.staff"],
            opens_min=p.array("pharmacy.opens") * 60.0,
            closes_min=p.array("pharmacy.closes") * 60.0,
        )


class Pharmacies:
    """All pharmacies of a model.

    Args:
        settings: parameters of counters.
        ailments: what pharmacists may settle, and the minutes it takes.
        draws: random numbers of the run.
        key: stable keys, shape (p,).
    """

    def __init__(self, settings: PharmacySettings, ailments: MinorAilments, draws: Draws, key: Keys) -> None:
        self.settings, self.ailments, self.draws, self.key = settings, ailments, draws, key
        self._expected: Floats = np.zeros(len(key))
        self._acts: Floats = np.zeros(len(key))
        self._cases: Floats = np.zeros(len(key))
        self.last_load: Floats = np.zeros(len(key))
        """Minutes of counter over minutes of staff on the last day closed, by pharmacy, shape (p,)."""

    def attach(self, pharmacy: ArrayLike, age: ArrayLike) -> None:
        """Tell which people use which pharmacy; to be repeated when the population has changed.

        Args:
            pharmacy: row of each person's pharmacy (-1 for none of the territory), shape (n,).
            age: years, shape (n,).
        """
        rows = np.asarray(pharmacy, dtype=np.int64)
        weight = self.settings.own_per_day[np.clip(np.asarray(age), 0, OLDEST).astype(np.int64)]
        here = rows >= 0
        self._expected = np.bincount(rows[here], weight[here], len(self.key)).astype(np.float64)

    def dispense(self, pharmacy: ArrayLike) -> None:
        """Count GP acts whose prescriptions go to these pharmacies today (rows; -1 is elsewhere)."""
        self._acts += self._count(pharmacy)

    def settle(self, pharmacy: ArrayLike) -> None:
        """Count minor ailments settled by pharmacists today (rows)."""
        self._cases += self._count(pharmacy)

    def _count(self, pharmacy: ArrayLike) -> Floats:
        rows = np.asarray(pharmacy, dtype=np.int64)
        return np.bincount(rows[rows >= 0], minlength=len(self.key)).astype(np.float64)

    def day(self, day: int, weekday: int, holiday: bool = False) -> Columns:
        """Close a day and return its counters, columns of the journal kind ``provider_day``.

        Args:
            day: day number.
            weekday: 0 Monday to 6 Sunday.
            holiday: True counts the day as a Sunday.
        """
        s, kind = self.settings, 6 if holiday else weekday
        mean = self._expected * s.weekday[kind] + self._acts * s.per_act
        deviation = np.sqrt(mean + (s.spread * mean) * (s.spread * mean))
        count = np.maximum(np.floor(mean + deviation * normal(self._chance(day)) + 0.5), 0.0) + self._cases
        minutes = (count - self._cases) * s.counter_min + self._cases * self.ailments.minutes
        open_min = float(s.closes_min[kind] - s.opens_min[kind])
        self.last_load = minutes / (s.staff * open_min) if open_min > 0 else np.zeros(len(self.key))
        self._acts, self._cases = np.zeros(len(self.key)), np.zeros(len(self.key))
        rows = np.arange(len(self.key), dtype=np.int32)
        return {
            "at": np.full(rows.size, day * DAY_MIN + 1200.0), "row": rows,
            "profession": np.full(rows.size, int(Profession.PHARMACIST), dtype=np.int8),
            "count": count.astype(np.int32), "minutes": minutes.astype(np.float32),
        }  # fmt: skip

    def _chance(self, day: int) -> Floats:
        return self.draws.uniform("pharmacy day", self.key, day)

    def is_open(self, at: ArrayLike) -> Flags:
        """Tell whether pharmacies are open at times of the plain week (duty pharmacies not counted)."""
        minute = np.asarray(at, dtype=np.float64) % (7.0 * DAY_MIN)
        weekday = np.floor_divide(minute, DAY_MIN).astype(np.int64)
        within = minute - weekday * DAY_MIN
        opened = (within >= self.settings.opens_min[weekday]) & (within < self.settings.closes_min[weekday])
        return np.asarray(opened)

    def state(self) -> Columns:
        """Return everything that the future depends on, as arrays (copies)."""
        columns: Columns = {"expected": self._expected, "acts": self._acts, "cases": self._cases,
                            "load": self.last_load}  # fmt: skip
        return {name: column.copy() for name, column in columns.items()}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go to a state returned by :meth:`state`."""
        self._expected = np.array(arrays["expected"], dtype=np.float64)
        self._acts = np.array(arrays["acts"], dtype=np.float64)
        self._cases = np.array(arrays["cases"], dtype=np.float64)
        self.last_load = np.array(arrays["load"], dtype=np.float64)
