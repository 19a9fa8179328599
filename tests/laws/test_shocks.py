"""The contract of every shock: no force is absence, all arms are struck alike, a fork changes nothing."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from lives import Life, Recorder, arms, cpts, digest, exogenous, live, same_bytes, scenario, winter

from cpts_sim.catalogue import plugin_modules
from cpts_sim.engine.events import LEDGER_LINES
from cpts_sim.errors import InputError
from cpts_sim.evidence import load_parameters
from cpts_sim.model import Model
from cpts_sim.shocks import Shock, ShockSettings

SHOCKS = sorted(plugin_modules("shocks"))
DAYS = 30
ABSENT: dict[str, dict[str, Any]] = {
    "drug_shortage": {"severity": 0.0}, "ed_closed_at_night": {"nights": 0}, "gp_departure": {"count": 0},
    "heatwave": {"severity": 0.0}, "influenza": {"severity": 0.0}, "mass_event": {"casualties": 0},
    "pandemic_wave": {"severity": 0.0}, "tourist_season": {"visitors": 0.0},
}  # fmt: skip
"""For each shock the settings that leave it no force."""
PRESENT: dict[str, dict[str, Any]] = {name: {"start": "3 days"} for name in ABSENT}
BEFORE: dict[str, dict[str, Any]] = {name: {"on": "2018-12-17"} for name in ABSENT}
"""A date in the warm-up."""


def _spec(name: str | None, settings: dict[str, Any] | None) -> Any:
    shocks = {} if name is None else {name: settings}
    policies = arms(**{"without": None, "with": cpts()})
    return scenario(population=4000, shocks=shocks, arms=policies, cpts=cpts())


@cache
def _life(name: str | None, kind: str, arm: str = "without") -> Life:
    settings = {"absent": ABSENT, "present": PRESENT, "before": BEFORE}[kind][name] if name else None
    return live(winter(_spec(name, settings)), arm, DAYS)


@pytest.mark.parametrize("name", SHOCKS)
class TestContract:
    def test_without_force_it_changes_no_byte(self, name: str) -> None:
        same_bytes(_life(None, "absent"), _life(name, "absent"))

    def test_with_force_it_changes_the_journal(self, name: str) -> None:
        calm, struck = _life(None, "absent"), _life(name, "present")
        assert digest(calm.journal) != digest(struck.journal)

    def test_nothing_changes_before_it_strikes(self, name: str) -> None:
        calm, struck = _life(None, "absent").rows("request"), _life(name, "present").rows("request")
        for time, many in (("raised", 100), ("ended", 50)):  # the first of these days is New Year's Day
            early = [tuple(np.sort(rows["raised"][rows[time] < 3 * 1440.0])) for rows in (calm, struck)]
            assert early[0] == early[1] and len(early[0]) > many

    def test_the_needs_it_adds_are_the_same_in_every_arm(self, name: str) -> None:
        without, other = (exogenous(_life(name, "present", arm)) for arm in ("without", "with"))
        assert len(without) == len(other) > 1000
        assert (without == other).all()

    def test_it_may_fall_in_the_warm_up(self, name: str) -> None:
        calm, struck = (winter(_spec(chosen, BEFORE[name])) for chosen in (None, name))
        assert digest(calm.journal.open_chunk()) != digest(struck.journal.open_chunk())

    def test_a_fork_in_the_middle_is_the_straight_run(self, name: str) -> None:
        recorder = Recorder()
        start = winter(_spec(name, PRESENT[name]))
        first = start.fork("with", observers=[recorder])
        first.run(9)
        second = first.fork("with", observers=[recorder])
        second.run(DAYS - 9)
        second.finish()
        same_bytes(Life(second, recorder.journal()), _life(name, "present", "with"))

    def test_time_is_whole(self, name: str) -> None:
        week = _life(name, "present").rows("week")
        lines = np.stack([week[line] for line in LEDGER_LINES])
        assert np.isfinite(lines).all() and (lines >= 0).all()
        assert (lines.sum(axis=0) <= 7 * 1440).all()

    def test_it_says_what_it_is(self, name: str) -> None:
        module = plugin_modules("shocks")[name]
        assert issubclass(module.SHOCK, Shock) and module.SHOCK.name == name
        assert issubclass(module.SETTINGS, ShockSettings)
        ranks = [plugin_modules("shocks")[other].SHOCK.rank for other in SHOCKS]
        assert len(set(ranks)) == len(ranks)


def test_a_theory_has_no_shock() -> None:
    week = {"mon": [{"at": "08:30", "slots": 4, "every": "15 min"}]}
    practices = {"practices": 2, "inhabitants": 1000, "list_weights": [1], "weekly": week}
    need = {"rate": "4 per year", "minute": "uniform", "routes": ["own_gp"]}
    values = {"territory": {"practices": practices}, "care": {"needs": {"any": need}}}
    with pytest.raises(InputError, match="influenza"):
        Model(scenario(**values, shocks={"influenza": {}}), 1)


def test_parameters_of_shocks_have_sources() -> None:
    parameters = load_parameters(2019)
    entries = [parameters.entry(name) for name in parameters if name.startswith("shocks.")]
    assert len(entries) > 12
    assert all(entry.source and entry.unit and entry.grade for entry in entries)
