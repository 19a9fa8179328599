"""Liberal nurses: caseloads, daily rounds, and the search for a nurse who still has time.

Every patient takes minutes of a nurse's rounds until the care ends. A request is taken by the first nurse
called who has the minutes free; the nearest are called first, a few a day, and after some days the person
gives up. So free time and refused people exist side by side, and a lack of nurses shows as unmet requests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cpts_sim.care.nursing_need import NurseSettings, course
from cpts_sim.care.shapes import Floats
from cpts_sim.engine.columns import among, join_records, take_records
from cpts_sim.engine.draws import Draws, Keys
from cpts_sim.engine.events import Profession
from cpts_sim.errors import InternalError, UsageError

DAY_MIN = 1440.0
FIRST_VISIT_MIN = (420.0, 720.0)
"""Minutes of the day between which a first visit starts."""

CASE = np.dtype(
    [
        ("since", "f8"), ("until", "f8"), ("minutes", "f8"), ("rate", "f8"), ("phase", "f8"), ("key", "u8"),
        ("what", "i8"), ("row", "i4"), ("nurse", "i4"), ("commune", "i4"), ("lasting", "i1"),
    ]
)  # fmt: skip
"""A patient in a caseload: minutes and visits (``rate``) per day, from midnight ``since`` to ``until``."""

SEARCH = np.dtype(
    [
        ("raised", "f8"), ("due", "f8"), ("days", "f8"), ("minutes", "f8"), ("rate", "f8"), ("turn", "f8"),
        ("key", "u8"), ("what", "i8"), ("row", "i4"), ("commune", "i4"), ("calls", "i4"), ("lasting", "i1"),
    ]
)  # fmt: skip
"""A request that has found no nurse yet; ``turn`` in (0, 1) is where in each band its calls begin."""

Columns = dict[str, NDArray[np.generic]]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Searched:
    """Requests for nursing that ended, in order of end, then person.

    Attributes:
        raised: when asked for, minutes.
        ended: when a nurse accepted, or the person gave up.
        start: first visit; nan if none.
        nurse: row of the nurse; -1 if nobody (unmet).
        contacts: nurses called.
        row: person rows.
        key: person keys.
        what: identity of the request.
    """

    raised: Floats
    ended: Floats
    start: Floats
    nurse: Rows
    contacts: Rows
    row: Rows
    key: Keys
    what: Rows

    def __len__(self) -> int:
        return len(self.key)


class HomeCare:
    """All liberal nurses of a model with their patients.

    Args:
        settings: parameters.
        draws: random numbers of the run.
        nurse_commune: commune of each nurse, shape (n,).
        nurse_key: stable keys, shape (n,).
        travel_min: minutes between communes, shape (c, c).
    """

    def __init__(
        self, settings: NurseSettings, draws: Draws, nurse_commune: ArrayLike, nurse_key: Keys, travel_min: ArrayLike
    ) -> None:
        self.settings, self.draws = settings, draws
        self.nurse_commune: Rows = np.asarray(nurse_commune, dtype=np.int64)
        self.nurse_key = nurse_key
        self.associated = settings.associated(draws, nurse_key)
        self.capacity_min: Floats = settings.capacity_min(self.associated)
        self.mission_min: Floats = np.zeros(len(self.nurse_commune))
        self.meeting_min: Floats = np.zeros(len(self.nurse_commune))
        """Minutes a day that meetings in working hours take from the room for new patients."""
        self._travel: Floats = np.asarray(travel_min, dtype=np.float64)
        self._cases: NDArray[np.void] = np.zeros(0, dtype=CASE)
        self._searches: NDArray[np.void] = np.zeros(0, dtype=SEARCH)
        self._load: Floats = np.zeros(len(self.nurse_commune))
        self._bands: dict[int, tuple[list[list[int]], int]] = {}

    @property
    def load_min(self) -> Floats:
        """Minutes a day taken by patients, by nurse, shape (n,)."""
        return self._load

    @property
    def saturation(self) -> float:
        """Minutes taken by patients and missions over minutes of rounds; 1 is full."""
        return float((self._load + self.mission_min).sum() / max(self.capacity_min.sum(), 1e-9))

    def request(
        self, raised: ArrayLike, key: Keys, row: ArrayLike, commune: ArrayLike, what: ArrayLike, lasting: ArrayLike,
        *, visits: ArrayLike | None = None,
    ) -> None:  # fmt: skip
        """Add requests; :meth:`settle` looks for their nurses.

        Args:
            raised: minutes, shape (n,).
            key: person keys.
            row: person rows.
            commune: commune numbers of the persons.
            what: identity of the request (which need of that person).
            lasting: 1 for care that lasts (see ``NursingNeed.is_lasting``).
            visits: visits of a short episode if they are prescribed; by default they are drawn.
        """
        search = self._search(raised, key, row, commune, what, lasting, visits)
        self._searches = join_records([self._searches, search])

    def _search(self, raised: ArrayLike, key: Keys, row: ArrayLike, commune: ArrayLike, what: ArrayLike,
                lasting: ArrayLike, visits: ArrayLike | None = None) -> NDArray[np.void]:  # fmt: skip
        search = np.zeros(np.size(raised), dtype=SEARCH)
        rate, days = course(self.settings, self.draws, key, what, lasting)
        given = {"raised": raised, "due": raised, "key": key, "row": row, "commune": commune, "what": what,
                 "lasting": lasting, "rate": rate, "days": days if visits is None else visits}  # fmt: skip
        for name, column in given.items():
            search[name] = column
        search["minutes"] = np.floor(self.settings.visit_min * rate * 64.0) / 64.0
        search["turn"] = self.draws.uniform("nurse called", key, what)
        return search

    def add_visits(
        self, raised: Floats, key: Keys, row: ArrayLike, commune: ArrayLike, what: ArrayLike, nurse: Rows
    ) -> Floats:
        """Let nurses who come already (``nurse_of``) give short episodes too; returns the first visit of each."""
        search = self._search(raised, key, row, commune, what, np.zeros(len(key), np.int8))
        start = self._first_visit(search, raised)
        self._accept(search, nurse, start)
        return start

    def fill(self, at: float, key: Keys, row: ArrayLike, commune: ArrayLike) -> Searched:
        """Give their nurses to those who have lasting care at the start; all nurses in reach are tried."""
        count = np.size(row)
        self.request(np.full(count, at), key, row, commune, -1, np.ones(count, np.int8))
        return self._settle(float(np.nextafter(at, np.inf)), len(self.nurse_commune), 0.0)

    def settle(self, until: float) -> Searched:
        """Look for nurses for all requests due before a time, one after the other in order of minute.

        To be called at least once a day, after :meth:`day`: those who find nobody call again a day later.
        """
        return self._settle(until, self.settings.calls_per_day, self.settings.patience_days)

    def _settle(self, until: float, calls_per_day: int, patience_days: float) -> Searched:
        due = self._searches["due"] < until
        now, later = take_records(self._searches, due), take_records(self._searches, ~due)
        now = take_records(now, np.lexsort((now["what"], now["key"], now["due"])))
        found = self._call(now, calls_per_day)
        asked = now["due"].copy()
        now["due"] += DAY_MIN
        none = found < 0
        over = none & (now["due"] - now["raised"] > (patience_days + 0.5) * DAY_MIN)
        start = self._first_visit(now, asked)
        self._accept(take_records(now, ~none), found[~none], start[~none])
        self._searches = join_records([later, take_records(now, none & ~over)])
        ended = ~none | over
        columns = {name: now[name][ended].astype(np.int64) for name in ("row", "what")}
        return Searched(
            raised=now["raised"][ended], ended=asked[ended], start=np.where(none, np.nan, start)[ended],
            nurse=found[ended], contacts=now["calls"][ended].astype(np.int64), key=now["key"][ended], **columns,
        )  # fmt: skip

    def _call(self, searches: NDArray[np.void], calls_per_day: int) -> Rows:
        """Return the nurse who takes each request (-1 for none), charging minutes as they are given."""
        free = (self.capacity_min - self._load - self.mission_min - self.meeting_min).tolist()
        lists = [searches[name].tolist() for name in ("commune", "turn", "calls", "minutes")]
        found, called = [-1] * len(searches), list(lists[2])
        for i, (commune, turn, calls, minutes) in enumerate(zip(*lists, strict=True)):
            bands, reachable = self._in_reach(commune)
            for made in range(calls, calls + min(calls_per_day, reachable)):
                nurse = _nth_called(bands, turn, made % reachable)
                called[i] = made + 1
                if free[nurse] >= minutes:
                    free[nurse] -= minutes
                    found[i] = nurse
                    break
        searches["calls"] = called
        return np.array(found, dtype=np.int64)

    def _in_reach(self, commune: int) -> tuple[list[list[int]], int]:
        """Return the nurses in reach of a commune by band of travel time, the nearest band first, and their number."""
        if commune not in self._bands:
            minutes = self._travel[commune, self.nurse_commune]
            by_key = np.argsort(self.nurse_key, kind="stable")
            band = np.searchsorted(np.array(self.settings.reach_min), minutes, side="left")[by_key]
            bands = [by_key[band == b].tolist() for b in range(len(self.settings.reach_min))]
            self._bands[commune] = bands, sum(map(len, bands))
        return self._bands[commune]

    def _first_visit(self, searches: NDArray[np.void], asked: Floats) -> Floats:
        low, high = FIRST_VISIT_MIN
        u = self.draws.uniform("nurse first visit", searches["key"], searches["what"])
        return np.asarray((np.floor(asked / DAY_MIN) + 1.0) * DAY_MIN + low + (high - low) * u)

    def _accept(self, searches: NDArray[np.void], nurse: Rows, start: Floats) -> None:
        cases = np.zeros(len(searches), dtype=CASE)
        for name in ("minutes", "rate", "key", "what", "row", "commune", "lasting"):
            cases[name] = searches[name]
        cases["nurse"], cases["phase"] = nurse, searches["turn"]
        cases["since"] = np.floor(start / DAY_MIN) * DAY_MIN
        cases["until"] = cases["since"] + searches["days"] * DAY_MIN
        self._cases = join_records([self._cases, cases])
        self._load = self._load + np.bincount(nurse, cases["minutes"], len(self._load))

    def _weigh(self) -> None:
        """Add up minutes by nurse; multiples of 1/64 minute, so the order of patients cannot matter."""
        weights = self._cases["minutes"].astype(np.float64)
        self._load = np.bincount(self._cases["nurse"], weights, len(self.nurse_commune)).astype(np.float64)

    def day(self, day: int) -> Columns:
        """Close the care that ended before a day and return its rounds, columns of kind ``provider_day``.

        Args:
            day: day number; its rows are dated at 20 h.
        """
        self._cases = take_records(self._cases, self._cases["until"] > day * DAY_MIN)
        self._weigh()
        cases, number = self._cases, len(self.nurse_commune)
        before = np.floor(cases["rate"] * (day + cases["phase"]))
        visits = np.floor(cases["rate"] * (day + 1 + cases["phase"])) - before
        visits[cases["since"] > day * DAY_MIN] = 0.0
        count = np.bincount(cases["nurse"], visits, number)
        at_work = np.flatnonzero((self.capacity_min > 0) | (count > 0))
        minutes = count * self.settings.visit_min + self.mission_min
        return {
            "at": np.full(at_work.size, day * DAY_MIN + 1200.0),
            "profession": np.full(at_work.size, int(Profession.NURSE), dtype=np.int8),
            "row": at_work.astype(np.int32), "count": count[at_work].astype(np.int32),
            "minutes": minutes[at_work].astype(np.float32),
        }  # fmt: skip

    def free_min(self) -> Floats:
        """Return minutes a day that each nurse could still give, shape (n,), never negative."""
        return np.maximum(self.capacity_min - self._load - self.mission_min - self.meeting_min, 0.0)

    def for_missions(self, nurse: ArrayLike) -> Floats:
        """Return minutes a day that nurses can give to delegated acts: free and within the mission share."""
        rows = np.asarray(nurse, dtype=np.int64)
        room = self.settings.mission_share * self.capacity_min - self.mission_min
        return np.asarray(np.maximum(np.minimum(self.free_min(), room), 0.0)[rows])

    def reserve(self, nurse: ArrayLike, minutes: ArrayLike) -> Floats:
        """Set minutes a day of rounds aside for missions (negative gives back) and return what was set."""
        rows, wanted = np.asarray(nurse, dtype=np.int64), np.asarray(minutes, dtype=np.float64)
        if len(np.unique(rows)) != rows.size:
            raise UsageError("home_care: reserve received a nurse twice; expected each row once.")
        given = np.clip(wanted, -self.mission_min[rows], self.for_missions(rows))
        given = np.where(given >= 0, np.floor(given * 64.0), np.ceil(given * 64.0)) / 64.0
        self.mission_min[rows] += given
        return given

    def join(self, commune: ArrayLike, key: Keys) -> Rows:
        """Add nurses who settle in communes; return their rows."""
        first = len(self.nurse_commune)
        associated = self.settings.associated(self.draws, key)
        self.nurse_commune = np.concatenate([self.nurse_commune, np.asarray(commune, dtype=np.int64)])
        self.nurse_key = np.concatenate([self.nurse_key, key])
        self.associated = np.concatenate([self.associated, associated])
        self.capacity_min = np.concatenate([self.capacity_min, self.settings.capacity_min(associated)])
        self.mission_min = np.concatenate([self.mission_min, np.zeros(len(key))])
        self.meeting_min = np.concatenate([self.meeting_min, np.zeros(len(key))])
        self._bands = {}
        self._weigh()
        return np.arange(first, len(self.nurse_commune))

    def stop(self, nurse: ArrayLike, at: float) -> None:
        """Let nurses stop: their patients look for another nurse from ``at`` on, as new requests."""
        rows = np.asarray(nurse, dtype=np.int64)
        self.capacity_min[rows], self.mission_min[rows], self.meeting_min[rows] = 0.0, 0.0, 0.0
        orphan = np.isin(self._cases["nurse"], rows)
        cases, search = self._cases[orphan], np.zeros(int(orphan.sum()), dtype=SEARCH)
        for name in ("minutes", "rate", "key", "what", "row", "commune", "lasting"):
            search[name] = cases[name]
        search["raised"] = search["due"] = at
        search["turn"] = cases["phase"]
        search["days"] = np.maximum(np.ceil((cases["until"] - at) / DAY_MIN), 1.0)
        self._cases = self._cases[~orphan]
        self._searches = join_records([self._searches, search])
        self._weigh()

    def leave(self, row: ArrayLike) -> None:
        """End the care and the searches of persons who died or moved."""
        self._cases = take_records(self._cases, ~among(self._cases["row"], np.asarray(row)))
        self._searches = take_records(self._searches, ~among(self._searches["row"], np.asarray(row)))
        self._weigh()

    def nurse_of(self, row: ArrayLike) -> Rows:
        """Return the nurse who gives each person lasting care now, -1 for none, shape (n,)."""
        lasting = np.flatnonzero((self._cases["lasting"] == 1) & among(self._cases["row"], np.asarray(row)))
        lasting = lasting[np.argsort(self._cases["row"][lasting], kind="stable")]
        rows, nurses = (np.append(self._cases[name][lasting], -1) for name in ("row", "nurse"))
        place = np.searchsorted(rows[:-1], np.asarray(row))
        return np.where(rows[place] == row, nurses[place], -1).astype(np.int64)

    def searching(self) -> int:
        """Return how many requests look for a nurse now."""
        return len(self._searches)

    def state(self) -> Columns:
        """Return everything that the future depends on, as arrays (copies)."""
        cases: Columns = {f"case_{name}": self._cases[name].copy() for name in CASE.names or ()}
        searches: Columns = {f"search_{name}": self._searches[name].copy() for name in SEARCH.names or ()}
        nurses: Columns = {"capacity": self.capacity_min, "mission": self.mission_min,
                           "meeting": self.meeting_min, "key": self.nurse_key,
                           "commune": self.nurse_commune, "associated": self.associated}  # fmt: skip
        return cases | searches | {name: column.copy() for name, column in nurses.items()}

    def restore(self, arrays: Mapping[str, NDArray[np.generic]]) -> None:
        """Go to a state returned by :meth:`state`."""
        self.capacity_min = np.array(arrays["capacity"], dtype=np.float64)
        self.mission_min = np.array(arrays["mission"], dtype=np.float64)
        self.meeting_min = np.array(arrays["meeting"], dtype=np.float64)
        self.nurse_key = np.array(arrays["key"], dtype=np.uint64)
        self.nurse_commune = np.array(arrays["commune"], dtype=np.int64)
        self.associated = np.array(arrays["associated"], dtype=np.bool_)
        self._bands = {}
        self._cases = np.zeros(len(arrays["case_key"]), dtype=CASE)
        self._searches = np.zeros(len(arrays["search_key"]), dtype=SEARCH)
        for name in CASE.names or ():
            self._cases[name] = arrays[f"case_{name}"]
        for name in SEARCH.names or ():
            self._searches[name] = arrays[f"search_{name}"]
        self._weigh()


def _nth_called(bands: list[list[int]], turn: float, nth: int) -> int:
    """Return the nurse whom a person calls after ``nth`` others: band after band, each from where ``turn`` says."""
    for nurses in bands:
        if nth < len(nurses):
            return nurses[(int(turn * len(nurses)) + nth) % len(nurses)]
        nth -= len(nurses)
    raise InternalError(f"home_care: call {nth} beyond the nurses in reach; expected fewer calls.")
