"""The same cases through programs of other people: Ciw and SimPy for queues, PySAL's ``access`` for accessibility."""

from __future__ import annotations

import access
import ciw
import numpy as np
import pandas
import pytest
import simpy
from numpy.typing import NDArray

from cpts_sim.care.ed_queue import LEFT, first_doctor
from cpts_sim.territory.apl import enhanced_two_step, gaussian_decay, step_decay, three_step, two_step

Floats = NDArray[np.float64]


def crowd(seed: int, count: int = 400, load: float = 0.9, servers: int = 3) -> dict[str, list[float]]:
    """Arrivals, lengths of service, priorities and patience of a crowd."""
    rng = np.random.default_rng(seed)
    service = rng.exponential(40.0, count)
    return {
        "arrival": np.cumsum(rng.exponential(40.0 / (load * servers), count)).tolist(),
        "service": service.tolist(),
        "hold": service.tolist(),
        "priority": rng.integers(0, 3, count).astype(float).tolist(),
        "patience": rng.exponential(60.0, count).tolist(),
    }


def ours(visits: dict[str, list[float]], servers: int) -> Floats:
    """Start of every visit in the queue of the package."""
    return np.array(first_doctor(visits, [], [], servers, [], np.inf, 1e9))


def simpys(visits: dict[str, list[float]], servers: int) -> Floats:
    """Start of every visit with SimPy's priority resource; LEFT for those whose patience ended."""
    env = simpy.Environment()
    doctors, start = simpy.PriorityResource(env, servers), np.full(len(visits["arrival"]), np.nan)

    def visit(rank: int):
        yield env.timeout(visits["arrival"][rank])
        with doctors.request(priority=visits["priority"][rank]) as doctor:
            left = env.timeout(visits["patience"][rank]) if np.isfinite(visits["patience"][rank]) else env.event()
            yield doctor | left
            if not doctor.triggered:
                start[rank] = LEFT
                return
            start[rank] = env.now
            yield env.timeout(visits["service"][rank])

    for rank in range(len(start)):
        env.process(visit(rank))
    env.run()
    return start


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("servers", [1, 3])
def test_simpy_serves_the_same_people_at_the_same_minute(seed: int, servers: int) -> None:
    visits = crowd(seed, servers=servers)
    for everybody_stays in (True, False):
        shared = visits | ({"patience": [np.inf] * 400} if everybody_stays else {})
        theirs = simpys(shared, servers)
        np.testing.assert_allclose(ours(shared, servers), theirs, rtol=0, atol=1e-6)
        assert everybody_stays or (theirs == LEFT).sum() > 10  # people do leave, so leaving is compared
    patient, longer = {"patience": [np.inf] * 400}, {"service": [x * 1.05 for x in visits["service"]]}
    assert np.abs(ours(visits | patient | longer, servers) - simpys(visits | patient, servers)).max() > 1.0  # power


def ciws(visits: dict[str, list[float]], servers: int) -> Floats:
    """Wait of every visit with Ciw, first come first served within three priorities, nobody interrupted."""
    arrival, priority = np.array(visits["arrival"]), np.array(visits["priority"]).astype(int)
    names = [f"class {k}" for k in range(3)]
    gaps, services = {}, {}
    for k, name in enumerate(names):
        mine = np.flatnonzero(priority == k)
        gaps[name] = [ciw.dists.Sequential([*np.diff(arrival[mine], prepend=0.0).tolist(), float("inf")])]
        services[name] = [ciw.dists.Sequential(np.array(visits["service"])[mine].tolist())]
    network = ciw.create_network(
        arrival_distributions=gaps, service_distributions=services, number_of_servers=[servers],
        priority_classes={name: k for k, name in enumerate(names)},
    )  # fmt: skip
    run = ciw.Simulation(network)
    run.simulate_until_max_time(1e6)
    found = sorted((one.arrival_date, one.waiting_time) for one in run.get_all_records())
    assert len(found) == len(arrival)
    return np.array([wait for _, wait in found])


@pytest.mark.parametrize("servers", [1, 4])
def test_ciw_gives_the_same_waits(servers: int) -> None:
    """In Ciw services belong to the order of arrival inside a class, as given: the sample paths are equal."""
    rng = np.random.default_rng(servers)
    visits = crowd(17, servers=servers) | {"patience": [np.inf] * 400}
    visits["service"] = visits["hold"] = np.round(rng.uniform(20, 50, 400), 3).tolist()
    visits["priority"] = [0.0] * 400
    theirs = ciws(visits, servers)
    mine = ours(visits, servers) - np.array(visits["arrival"])
    np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-6)
    assert mine.max() > 10
    longer = visits | {"service": [x * 1.05 for x in visits["service"]]}
    assert np.abs(ours(longer, servers) - np.array(visits["arrival"]) - theirs).max() > 1.0


def test_ciw_gives_the_same_priorities() -> None:
    """With services of one length for all, whom Ciw takes next decides every wait."""
    visits = crowd(23) | {"patience": [np.inf] * 400, "service": [37.5] * 400, "hold": [37.5] * 400}
    theirs = ciws(visits, 3)
    mine = ours(visits, 3) - np.array(visits["arrival"])
    np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-6)
    flat = ours(visits | {"priority": [0.0] * 400}, 3) - np.array(visits["arrival"])
    assert np.abs(flat - theirs).max() > 10.0


def pysal(people: Floats, doctors: Floats, minutes: Floats):
    """PySAL's model of a territory."""
    pairs = [(i, j, minutes[i, j]) for i in range(len(people)) for j in range(len(doctors))]
    costs = pandas.DataFrame(pairs, columns=["o", "d", "cost"])
    model = access.Access(
        demand_df=pandas.DataFrame({"id": range(len(people)), "pop": people}), demand_index="id",
        demand_value="pop", supply_df=pandas.DataFrame({"id": range(len(doctors)), "doc": doctors}),
        supply_index="id", supply_value="doc", cost_df=costs, cost_origin="o", cost_dest="d", cost_name="cost",
        neighbor_cost_df=costs.head(0), neighbor_cost_origin="o", neighbor_cost_dest="d", neighbor_cost_name="cost",
    )  # fmt: skip
    return model, access.weights


@pytest.mark.filterwarnings("ignore")  # of pandas, inside the other program
@pytest.mark.parametrize("seed", range(8))
def test_pysal_gives_the_same_access_on_random_territories(seed: int) -> None:
    rng = np.random.default_rng(seed)
    homes, places = rng.integers(3, 20, 2)
    minutes = np.round(rng.uniform(1, 45, (homes, places)), 2)
    minutes[np.arange(homes), rng.integers(0, places, homes)] = 2.0  # PySAL has no access for who reaches nobody
    minutes[rng.integers(0, homes, places), np.arange(places)] = 3.0
    people, doctors = np.round(rng.uniform(50, 900, homes)), np.round(rng.uniform(1, 20, places), 1)
    model, weights = pysal(people, doctors, minutes)

    def theirs(name: str, **how: object) -> Floats:
        found = getattr(model, name)(name=name, cost="cost", max_cost=30, **how)
        return found[f"{name}_doc"].to_numpy()

    plain = two_step(people, doctors, (minutes <= 30).astype(float))
    np.testing.assert_allclose(plain, theirs("two_stage_fca"), rtol=1e-12)
    steps = {"weight_fn": weights.step_fn({10: 1, 15: 0.3, 20: 0.1})}  # the steps of the French APL
    ours_ = enhanced_two_step(people, doctors, minutes, step_decay([10, 15, 20], [1, 0.3, 0.1]))
    np.testing.assert_allclose(ours_, theirs("enhanced_two_stage_fca", **steps), rtol=1e-12)
    bell = enhanced_two_step(people, doctors, minutes, gaussian_decay(20.0, 30.0))
    model_, weights = pysal(people, doctors, minutes)
    again = model_.enhanced_two_stage_fca(name="g", cost="cost", max_cost=30, weight_fn=weights.gaussian(20))["g_doc"]
    np.testing.assert_allclose(bell, again.to_numpy(), rtol=1e-12)
    shared = three_step(people, doctors, minutes, step_decay([10, 15, 20], [1, 0.3, 0.1]))
    np.testing.assert_allclose(shared, theirs("three_stage_fca", **steps), rtol=1e-12)
    crowded = enhanced_two_step(people * 1.05, doctors, minutes, step_decay([10, 15, 20], [1, 0.3, 0.1]))
    assert np.abs(crowded / ours_ - 1).max() > 0.01  # power
