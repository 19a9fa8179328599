"""Exact laws of queues with exponential service, for comparison with the running model.

Rates and times are in any unit of time, the same one throughout a call.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from cpts_sim.errors import UsageError


def erlang_b(servers: int, load: float) -> float:
    """Return the probability that all servers are busy when nobody waits (loss system, Erlang 1917).

    Args:
        servers: number of servers.
        load: arrival rate times mean service time.
    """
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Return the probability of waiting when everybody waits; 1 if the load reaches capacity."""
    if load >= servers:
        return 1.0
    blocked = erlang_b(servers, load)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


@dataclass(frozen=True)
class Station:
    """M/M/c: Poisson arrivals, exponential service, first come first served.

    Attributes:
        arrivals: arrival rate.
        service: service rate of one server.
        servers: number of servers.
    """

    arrivals: float
    service: float
    servers: int

    def __post_init__(self) -> None:
        if not 0 <= self.arrivals < self.service * self.servers:
            raise UsageError(
                f"a queue of {self.servers} servers at {self.service:g} cannot stand {self.arrivals:g}: "
                "expected fewer than they can serve; lower the arrivals or add servers"
            )

    @property
    def load(self) -> float:
        """Mean number of busy servers."""
        return self.arrivals / self.service

    @property
    def utilisation(self) -> float:
        """Share of the time a server is busy."""
        return self.load / self.servers

    @property
    def must_wait(self) -> float:
        """Probability that an arrival waits."""
        return erlang_c(self.servers, self.load)

    @property
    def _spare(self) -> float:
        return self.servers * self.service - self.arrivals

    @property
    def mean_wait(self) -> float:
        """Mean time before service, those who do not wait included."""
        return self.must_wait / self._spare

    @property
    def mean_waiting(self) -> float:
        """Mean number of people waiting (Little's law)."""
        return self.arrivals * self.mean_wait

    def waits_longer(self, time: float) -> float:
        """Return the probability that the wait exceeds ``time``."""
        return self.must_wait * math.exp(-self._spare * time)


def priority_waits(arrivals: Sequence[float], service: float, servers: int) -> list[float]:
    """Return the mean wait by class, most urgent class first, in a queue without interruption (Cobham 1954).

    Args:
        arrivals: arrival rate of each class, in order of priority.
        service: service rate of one server, the same for all classes.
        servers: number of servers.
    """
    station = Station(sum(arrivals), service, servers)
    ahead = station.must_wait / (servers * service)
    waits, above = [], 0.0
    for rate in arrivals:
        upto = above + rate / (servers * service)
        waits.append(ahead / ((1.0 - above) * (1.0 - upto)))
        above = upto
    return waits


def pooling_gain(servers: int, utilisation: float) -> float:
    """Return how many times longer the wait is in separate single-server queues than in one common queue."""
    alone = Station(utilisation, 1.0, 1).mean_wait
    return alone / Station(utilisation * servers, 1.0, servers).mean_wait


@dataclass(frozen=True)
class Impatient:
    """M/M/c with people who leave unseen after an exponential patience (Erlang A).

    Attributes:
        arrivals: arrival rate.
        service: service rate of one server.
        servers: number of servers.
        leaving: rate at which one waiting person leaves.
    """

    arrivals: float
    service: float
    servers: int
    leaving: float

    def _law(self) -> list[float]:
        """Probabilities of 0, 1, 2, … people present, up to a negligible tail."""
        weights, total = [1.0], 1.0
        while weights[-1] > 1e-17 * total or len(weights) < self.servers + 2:
            present = len(weights)
            out = min(present, self.servers) * self.service + max(present - self.servers, 0) * self.leaving
            weights.append(weights[-1] * self.arrivals / out)
            total += weights[-1]
        return [weight / total for weight in weights]

    @property
    def mean_waiting(self) -> float:
        """Mean number of people waiting."""
        return sum(p * max(n - self.servers, 0) for n, p in enumerate(self._law()))

    @property
    def leaves_unseen(self) -> float:
        """Probability that an arrival leaves before service."""
        return self.leaving * self.mean_waiting / self.arrivals

    @property
    def must_wait(self) -> float:
        """Probability that an arrival waits."""
        return sum(self._law()[self.servers :])
