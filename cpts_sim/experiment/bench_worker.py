"""One timed run in a process of its own: ``python -m cpts_sim.experiment.bench_worker WORK --n N``.

Prints one JSON line: the outputs of the work and ``t_import``, ``t_setup``, ``t_run`` in seconds.
"""

from __future__ import annotations

import time

_BEGAN = time.perf_counter()

import argparse  # noqa: E402 - the imports are part of what is timed
import json  # noqa: E402
from collections.abc import Mapping  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import Any  # noqa: E402

import numpy as np  # noqa: E402

from cpts_sim.engine.events import Need, Road, Route  # noqa: E402
from cpts_sim.engine.journal import Chunk  # noqa: E402
from cpts_sim.errors import InternalError, UsageError  # noqa: E402
from cpts_sim.model import Model  # noqa: E402
from cpts_sim.scenario import Scenario, load, parse  # noqa: E402
from cpts_sim.theory.appointment_year import PATIENCE_MIN, Outcome, Trace, Workload, plain_loop  # noqa: E402

_IMPORTED = time.perf_counter()
SCENARIO = "appointment_year.yaml"
ARCHETYPE = "mixed_small_town"
FULL_COUNTS = ("request", "visit", "ed", "admission")


def appointment_scenario(workload: Workload) -> Scenario:
    """Return the shipped scenario of the reference workload, resized.

    Raises:
        UsageError: the file is not in ``scenarios/`` here or beside the package.
    """
    places = [Path("scenarios"), *(folder / "scenarios" for folder in Path(__file__).resolve().parents[1:3])]
    found = [place / SCENARIO for place in places if (place / SCENARIO).is_file()]
    if not found:
        raise UsageError(
            f"scenarios/{SCENARIO}: not found, expected here or beside the package; start from the sources."
        )
    scenario = load(found[0])
    practices = scenario.territory.practices
    if practices is None or practices.ed is None:
        raise InternalError(
            f"{found[0]}: no practices with an emergency department; restore the shipped file."
        )
    emergency = practices.ed.model_copy(update={"servers": workload.servers})
    sized = {"practices": workload.gps, "inhabitants": workload.inhabitants, "ed": emergency}
    territory = scenario.territory.model_copy(update={"practices": practices.model_copy(update=sized)})
    return scenario.model_copy(update={"territory": territory, "years": float(workload.years)})


class Tally:
    """Adds up the outputs of the reference workload as chunks go by; delays by whole minutes."""

    def __init__(self, workload: Workload) -> None:
        self.served = np.zeros(workload.inhabitants, dtype=np.int32)
        self.delays = np.zeros(int(PATIENCE_MIN) + 2, dtype=np.int64)
        self.delay_min = 0.0
        self.visits, self.waits_min = np.zeros(2, dtype=np.int64), np.zeros(2)

    def __call__(self, chunk: Chunk, tables: Mapping[str, Any]) -> None:
        """Count a closed chunk."""
        rows, visits = chunk["request"], chunk["ed"]
        seen = rows["route"] != Route.ED
        delay = (rows["visit"] - rows["raised"])[seen]
        self.delays += np.bincount(delay.astype(np.int64), minlength=len(self.delays))
        self.delay_min += float(delay.sum())
        self.served += np.bincount(rows["person"][seen], minlength=len(self.served)).astype(np.int32)
        diverted = (visits["road"] == Road.SPILL).astype(np.int64)
        self.visits += np.bincount(diverted, minlength=2)
        self.waits_min += np.bincount(diverted, visits["start"] - visits["arrival"], 2)

    def summary(self) -> dict[str, float]:
        """Return the outputs that every implementation of the workload prints."""
        contacts, visits = int(self.delays.sum()), int(self.visits.sum())
        ranks = np.searchsorted(np.cumsum(self.delays), [0.5 * contacts, 0.9 * contacts]) + 0.5
        waits = self.waits_min / np.maximum(self.visits, 1)
        return {
            "needs": contacts + visits, "contacts": contacts, "ed_visits": visits,
            "ed_diverted": int(self.visits[1]), "delay_mean": self.delay_min / max(1, contacts),
            "delay_median": float(ranks[0]), "delay_p90": float(ranks[1]),
            "ed_wait_mean": float(self.waits_min.sum()) / max(1, visits), "ed_wait0": float(waits[0]),
            "ed_wait1": float(waits[1]), "no_contact": float((self.served == 0).mean()),
        }  # fmt: skip


class Collector:
    """Keeps the columns of the journal that say what became of each need."""

    def __init__(self) -> None:
        self.chunks: list[dict[str, dict[str, Any]]] = []

    def __call__(self, chunk: Chunk, tables: Mapping[str, Any]) -> None:
        """Take what is wanted of a closed chunk."""
        wanted = {
            "request": ("raised", "visit", "person", "kind", "route"),
            "ed": ("arrival", "start", "end", "person"),
        }
        self.chunks.append(
            {kind: {name: chunk[kind][name] for name in names} for kind, names in wanted.items()}
        )

    def column(self, kind: str, name: str) -> Any:
        """Return one column over all chunks."""
        return np.concatenate([chunk[kind][name] for chunk in self.chunks])

    def outcome(self) -> tuple[Trace, Outcome]:
        """Return the needs of the run in the order of their minute, and what became of each."""
        minute, person, kind = (self.column("request", name) for name in ("raised", "person", "kind"))
        visit, route = self.column("request", "visit"), self.column("request", "route")
        order = np.lexsort((person, minute))
        minute, person, route, visit = (
            minute[order],
            person[order].astype(np.int64),
            route[order],
            visit[order],
        )
        went = np.flatnonzero(route == Route.ED)
        ed_order = np.lexsort((self.column("ed", "person"), self.column("ed", "arrival")))
        start, end = self.column("ed", "start")[ed_order], self.column("ed", "end")[ed_order]
        ed_start, service = np.full(len(minute), np.nan), np.zeros(len(minute))
        ed_start[went], service[went] = start, end - start
        slot = np.where(route == Route.ED, np.nan, visit)
        return Trace(minute, person, kind[order] == Need.EMERGENCY, service), Outcome(slot, ed_start)


def run_appointments(workload: Workload, seed: int, trace: Trace | None = None) -> tuple[Trace, Outcome]:
    """Run the reference workload through the model; its needs and what became of each."""
    collector = Collector()
    model = Model(appointment_scenario(workload), seed, observers=[collector], trace=_given(trace))
    model.run(workload.days)
    model.finish()
    model.close()
    return collector.outcome()


def time_appointments(workload: Workload, seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Run the reference workload with its agents; outputs and times."""
    tally = Tally(workload)
    began = time.perf_counter()
    model = Model(appointment_scenario(workload), seed, observers=[tally])
    len(model.agents)
    made = time.perf_counter()
    model.run(workload.days)
    model.finish()
    times = {"t_setup": made - began, "t_run": time.perf_counter() - made}
    model.close()
    return tally.summary(), times


def _given(trace: Trace | None) -> Any:
    if trace is None:
        return None
    from cpts_sim.care.plain import Trace as Given

    return Given(trace.minute, trace.person, trace.urgent, trace.service_min)


def compare_with_plain_loop(workload: Workload, trace: Trace) -> dict[str, float]:
    """Run a trace through the model and through the plain loop; the outputs common to both.

    Raises:
        InternalError: some outcome differs (times to 1e-7 minute).
    """
    needs, outcome = run_appointments(workload, 1, trace)
    expected = plain_loop(workload, trace)
    wrong = len(needs) != len(trace) or not np.array_equal(needs.minute, trace.minute)
    if not wrong:
        pairs = ((outcome.slot, expected.slot), (outcome.ed_start, expected.ed_start))
        wrong = not all(np.allclose(a, b, rtol=0.0, atol=1e-7, equal_nan=True) for a, b in pairs)
    if wrong:
        raise InternalError(
            "bench: the model and the plain loop differ on this trace; a law of settlement is broken."
        )
    return outcome.summary(trace, workload.inhabitants)


def time_full(inhabitants: int, years: int, seed: int) -> tuple[dict[str, float], dict[str, float]]:
    """Run the whole model on an archetype; counts of events after the warm-up, and times."""
    counts = dict.fromkeys(FULL_COUNTS, 0)

    def count(chunk: Chunk, tables: Mapping[str, Any]) -> None:
        for kind in FULL_COUNTS:
            counts[kind] += len(next(iter(chunk[kind].values())))

    source = {"territory": {"archetype": ARCHETYPE, "population": inhabitants}, "years": years}
    began = time.perf_counter()
    model = Model(parse(source), seed)
    len(model.agents)
    made = time.perf_counter()
    model.warm_up()
    model.journal.close_chunk()
    model.observers.append(count)
    warm = time.perf_counter()
    model.run(365 * years)
    model.finish()
    times = {"t_setup": made - began, "t_warmup": warm - made, "t_run": time.perf_counter() - warm}
    model.close()
    return {kind: float(value) for kind, value in counts.items()}, times


def main() -> None:
    """Time one run and print its line."""
    parser = argparse.ArgumentParser(prog="bench_worker")
    parser.add_argument("work", choices=("appointments", "full"))
    parser.add_argument("--n", type=int, default=100_000)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.work == "full":
        outputs, times = time_full(asked.n, asked.years, asked.seed)
    else:
        outputs, times = time_appointments(Workload(asked.n, asked.years), asked.seed)
    print(json.dumps({"n": asked.n, **outputs, "t_import": _IMPORTED - _BEGAN, **times}))


if __name__ == "__main__":
    main()
