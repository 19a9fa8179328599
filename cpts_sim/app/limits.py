"""How much anybody may ask of the server: everything is bounded in number, size, memory and time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Limits of one server.

    Attributes:
        sessions: pages connected at once; ``kept_seats`` of them are for the teacher only when there is a code.
        message_bytes: size of one message from a page.
        messages_per_second: steady rate of messages of one page; ``burst`` may come at once.
        idle_s: a page that says nothing for this long is let go.
        hello_s: time a connection has for its first request, and a page to say its code.
        wrong_codes: wrong codes of an address within a minute before each further one waits ``wrong_wait_s``.
        memory_bytes: all records together; ``idle_bytes`` those that no page wants now, the ones used longest ago
            are forgotten first.
        deaths: workers that may die in a row before no more are started for ``rest_s``.
        job_s: computing time of one arm.
        waiting_jobs: arms waiting to be computed.
        jobs_per_session: arms of one page waiting or computing.
        people: inhabitants of a territory; ``shown`` of them at most are on the map.
        days: length of a run.
        draws: further draws that one page may ask for at once.
        pulls: blocks asked for and not yet sent, per page.
    """

    sessions: int = 40
    kept_seats: int = 2
    message_bytes: int = 8192
    messages_per_second: float = 40.0
    burst: int = 200
    idle_s: float = 4 * 3600.0
    hello_s: float = 10.0
    wrong_codes: int = 20
    wrong_wait_s: float = 1.0
    memory_bytes: int = 600_000_000
    idle_bytes: int = 200_000_000
    deaths: int = 5
    rest_s: float = 60.0
    job_s: float = 600.0
    waiting_jobs: int = 200
    jobs_per_session: int = 40
    people: int = 60_000
    shown: int = 40_000
    days: int = 1095
    draws: int = 30
    pulls: int = 64
