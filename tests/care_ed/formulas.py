"""Queueing formulas used as references."""

from __future__ import annotations

from collections.abc import Sequence


def erlang_b(servers: int, load: float) -> float:
    blocked = 1.0
    for k in range(1, servers + 1):
        blocked = load * blocked / (k + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Probability of waiting in M/M/c."""
    blocked = erlang_b(servers, load)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def mmc_wait(arrivals: float, service_rate: float, servers: int) -> float:
    """Mean wait of M/M/c."""
    return erlang_c(servers, arrivals / service_rate) / (servers * service_rate - arrivals)


def priority_waits(arrivals: Sequence[float], service_rate: float, servers: int) -> list[float]:
    """Mean waits by class, non-preemptive head of the line, the first class served first (Cobham 1954)."""
    first = erlang_c(servers, sum(arrivals) / service_rate) / (servers * service_rate)
    waits, before = [], 0.0
    for rate in arrivals:
        upto = before + rate / (servers * service_rate)
        waits.append(first / ((1.0 - before) * (1.0 - upto)))
        before = upto
    return waits


def erlang_a(arrivals: float, service_rate: float, servers: int, leaving: float) -> float:
    """Share that leaves before service when patience is exponential of rate ``leaving`` (M/M/c+M)."""
    weights = [1.0]
    while weights[-1] > 1e-14 * max(weights) or len(weights) < servers + 50:
        n = len(weights)
        out = min(n, servers) * service_rate + max(n - servers, 0) * leaving
        weights.append(weights[-1] * arrivals / out)
    queue = sum(max(n - servers, 0) * w for n, w in enumerate(weights)) / sum(weights)
    return leaving * queue / arrivals
