"""Two sets of parameters with the very same levels and different slopes: only the responses tell them apart.

In 2019 no GP has an assistant, so what GPs do with minutes that somebody saves them leaves no trace in any level: a
calibration on facts keeps both sets. In one, minutes saved become slots; in the other, a shorter day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cpts_sim.catalogue import catalogue, plugin_modules
from cpts_sim.experiment.comparison import scenario_of
from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.experiment.responses import enact
from cpts_sim.experiment.responses.enact import Asked, Player, arms_of, ask
from cpts_sim.experiment.responses.keep import sieve
from cpts_sim.experiment.responses.lives import Life
from cpts_sim.experiment.responses.outcome import Outcome, Verdict, outcomes
from cpts_sim.experiment.responses.published import Enactment, Published, enactments, published
from cpts_sim.model import Model
from cpts_sim.scenario import load

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SPLIT = ("backfill", "list", "longer", "shorter")
SLOTS, REST = (
    Choice(name, 1.0, {f"strain.slack_{use}": float(use == most) for use in SPLIT})
    for name, most in (("slots", "backfill"), ("rest", "shorter"))
)
ROW: Published = next(row for row in published() if row.name == "assistants_acts")


def asked(people: int, pairs: int, scenario: str = "rural_underdense") -> Asked:
    return ask(load(SCENARIOS / f"{scenario}.yaml", catalogue()), people, pairs, 1)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The change of the test: many assistants, five months."""
    arms: Mapping[str, Mapping[str, object]] = {
        "without": {}, "with": {"parameters": {"territory.assistant": 0.4}}
    }  # fmt: skip
    changed = {**enactments(), "assistants": Enactment("assistants", 0.4, arms)}
    monkeypatch.setattr(enact, "enactments", lambda: changed)


def told_apart(wanted: Asked, play: Player) -> tuple[list[list[dict[str, Life]]], list[Outcome]]:
    lived, found = [], []
    for member in (SLOTS, REST):
        pairs = play(replace(wanted, parameters=dict(member.parameters)), ["assistants"])
        lived.append(pairs["assistants"])
        found += outcomes([ROW], pairs)
    return lived, found


def same_levels(lived: list[list[dict[str, Life]]]) -> bool:
    """Every number of the territory and every GP's year, without assistants, to the last digit."""
    first, second = ([pair["without"] for pair in pairs] for pairs in lived)
    return all(
        np.array_equal(list(a.totals.values()), list(b.totals.values()), equal_nan=True)
        and all(np.array_equal(a.gps[name], b.gps[name]) for name in a.gps)
        for a, b in zip(first, second, strict=True)
    )


def test_the_same_levels_and_slopes_that_the_response_tells_apart(short: None, tmp_path: Path) -> None:
    wanted, play = asked(4_500, 3), Player(store=tmp_path)
    lived, (slots, rest) = told_apart(wanted, play)
    print("acts by week: slots", slots.reached, "rest", rest.reached)
    assert same_levels(lived)
    assert slots.verdict is not Verdict.OUTSIDE and rest.verdict is Verdict.OUTSIDE
    both = sieve(Ensemble((SLOTS, REST), {}), wanted, play, [ROW])
    assert play.reused >= 12, "no life is computed twice"
    assert both.kept is not None and both.kept.members == (SLOTS,)
    assert both.missed == {"slots": [], "rest": ["assistants_acts"]}
    assert sieve(Ensemble((REST,), {}), wanted, play, [ROW]).kept is None


@pytest.mark.slow
def test_the_change_as_shipped_tells_them_apart_too() -> None:
    lived, (slots, rest) = told_apart(asked(14_000, 5), Player())
    print("acts by week: slots", slots.reached, "rest", rest.reached)
    assert same_levels(lived)
    assert slots.reached.low > 0 and rest.verdict is Verdict.OUTSIDE


@cache
def at_start(text: str) -> dict[str, np.ndarray]:
    model = Model(scenario_of(text), 1)
    try:
        kept = {"people": ("key", "mt", "born"), "gps": ("key", "halo", "age", "slot_min")}
        return {f"{t}.{c}": np.array(model.tables[t][c]) for t, names in kept.items() for c in names}
    finally:
        model.close()


@pytest.mark.parametrize("name", [name for name in enactments() if name not in ("france", "territories")])
def test_the_arms_of_a_change_begin_with_the_same_people_and_gps(name: str) -> None:
    arms = arms_of(asked(4_000, 1, "france_2019"), enactments()[name])
    assert len(set(arms.values())) == len(arms) >= 2, "arms differ"
    first, *others = (at_start(text) for text, _ in arms.values())
    for other in others:
        for column, values in first.items():
            assert np.array_equal(values, other[column]), column


def test_every_arm_is_a_scenario_and_a_member_lives_in_all() -> None:
    wanted = replace(asked(4_000, 1, "france_2019"), parameters={"care.calls_back": 0.77})
    assert "pathways" in plugin_modules("missions")
    for enactment in enactments().values():
        for text, arm in arms_of(wanted, enactment).values():
            scenario = scenario_of(text)
            assert arm in scenario.arms and scenario.years == enactment.years
            assert scenario.territory.population == 4_000 * enactment.times
            assert scenario.parameters["care.calls_back"] == 0.77
            assert scenario.arms[arm].parameters["care.calls_back"] == 0.77
    years = [scenario_of(text).reference_year for text, _ in arms_of(wanted, enactments()["france"]).values()]
    assert years == [2019, 2024]
