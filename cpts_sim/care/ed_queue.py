"""The queue of one emergency department: who sees a doctor when.

A tight loop over plain lists: the order of events decides, and there are few of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import chain

LEFT = float("-inf")
"""Start of a visit that left before a doctor was free."""

Change = tuple[float, int]
"""A time and the number of doctors on duty from then on."""

_INF = float("inf")


def first_doctor(
    visits: Mapping[str, Sequence[float]],
    busy: list[float],
    held: list[float],
    doctors: int,
    changes: Iterable[Change],
    boxes: float,
    until: float,
) -> list[float]:
    """Return when each visit sees its first doctor; :data:`LEFT` if it left, nan if it waits at ``until``.

    Args:
        visits: lists in order of arrival: arrival, priority (0 first), service, hold, patience (minutes).
        busy: times at which doctors now at work are free (a heap; consumed).
        held: times at which places now taken are free (a heap; consumed).
        doctors: number on duty now.
        changes: of that number, in order of time.
        boxes: number of places, infinity for no limit.
        until: events up to this time are played; arrivals must be earlier.
    """
    arrival, priority, service = visits["arrival"], visits["priority"], visits["service"]
    hold, patience = visits["hold"], visits["patience"]
    start = [float("nan")] * len(arrival)
    waiting: list[tuple[float, int]] = []
    coming = iter(chain(changes, [(_INF, 0)]))
    change_at, change_to = next(coming)
    limited = boxes < _INF
    for i, now in enumerate(chain(arrival, [until])):
        while True:
            moment = busy[0] if busy and busy[0] < change_at else change_at
            if held and held[0] < moment:
                moment = held[0]
            if moment > now or moment == _INF:
                break
            if moment == change_at:
                doctors = change_to
                change_at, change_to = next(coming)
            while busy and busy[0] <= moment:
                heappop(busy)
            while held and held[0] <= moment:
                heappop(held)
            while waiting and len(busy) < doctors and len(held) < boxes:
                j = heappop(waiting)[1]
                if moment - arrival[j] > patience[j]:
                    start[j] = LEFT
                    continue
                start[j] = moment
                heappush(busy, moment + service[j])
                if limited:
                    heappush(held, moment + hold[j])
        if i == len(start):
            break
        if not waiting and len(busy) < doctors and len(held) < boxes:
            start[i] = now
            heappush(busy, now + service[i])
            if limited:
                heappush(held, now + hold[i])
        else:
            heappush(waiting, (priority[i], i))
    for _, j in waiting:
        if until - arrival[j] > patience[j]:
            start[j] = LEFT
    return start
