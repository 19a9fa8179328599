"""A key says all that can change the numbers: the measures asked, and missions that others have written."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import EntryPoint
from types import ModuleType, SimpleNamespace

import pytest

from cpts_sim import catalogue
from cpts_sim.errors import UsageError
from cpts_sim.experiment import compare, write_results
from cpts_sim.experiment.calibrate.save import calibration_key
from cpts_sim.experiment.calibrate.space import read_space
from cpts_sim.experiment.calibrate.waves import Settings as Waves
from cpts_sim.experiment.keys import Keys
from cpts_sim.experiment.sweep.job import World, policies_of
from cpts_sim.experiment.wellbeing import MEASURES
from cpts_sim.scenario import Settings, parse
from cpts_sim.scenario.state_key import state_keys

from .test_compare import plan

ARMS = ("without", "with")


def test_pairs_of_other_measures_stand_beside_each_other(tmp_path):
    """What ``wellbeing`` measures does not take the place of what ``compare`` has measured."""
    whole, some = plan(replications=2), plan(replications=2, measures=MEASURES)
    for asked in (whole, some):
        assert compare(asked, workers=1, store=tmp_path).reused == 0
    for asked in (whole, some):
        assert compare(asked, workers=1, store=tmp_path).reused == 2


def test_results_of_other_measures_are_not_written_over(tmp_path):
    whole = compare(plan(replications=1), workers=1)
    write_results(whole, tmp_path / "out")
    some = compare(plan(replications=1, measures=("access",)), workers=1)
    assert some.plan.key != whole.plan.key
    with pytest.raises(UsageError, match="--replace"):
        write_results(some, tmp_path / "out")
    longer = replace(some.plan, replications=2)
    assert longer.key == some.plan.key, "more pairs extend"


class _Settings(Settings):
    """Settings of a mission of a third party."""

    dose: float = 1.0
    """How much of it."""


@pytest.fixture
def elsewhere(monkeypatch, tmp_path):
    """A mission and a shock of a distribution whose version and content can be changed."""
    state = SimpleNamespace(version="1.0", file=tmp_path / "elsewhere.py")
    state.file.write_text("STRENGTH = 1\n")
    module = ModuleType("elsewhere")
    module.SETTINGS, module.__file__ = _Settings, str(state.file)
    monkeypatch.setitem(__import__("sys").modules, "elsewhere", module)

    def found(group):
        kind = {"cpts_sim.missions": "house_calls", "cpts_sim.shocks": "flood"}[group]
        point = EntryPoint(kind, "elsewhere", group)
        return [point._for(SimpleNamespace(name="cpts-elsewhere", version=state.version))]

    monkeypatch.setattr(catalogue, "entry_points", found)

    def renew():
        catalogue.plugin_modules.cache_clear()
        catalogue.origins.cache_clear()

    renew()
    yield state, renew
    monkeypatch.undo()
    renew()


def written(mission, shock=False):
    missions = {"house_calls": {}} if mission else {}
    content = {
        "name": "test", "years": 112 / 365, "territory": {"archetype": "rural_underdense"},
        "cpts": {"missions": missions}, "shocks": {"flood": {}} if shock else {},
    }  # fmt: skip
    return parse(content, catalogue.catalogue())


def all_keys(spec):
    """Return every key under which something of a scenario is kept."""
    world = World(spec, ARMS)
    policies = policies_of(spec, ARMS)
    states = [state_keys(spec, arm, 1, 2, catalogue.third_parties) for arm in ARMS]
    keys = Keys(spec, ARMS)
    return {
        "pair": keys.pair(1), "comparison": keys.experiment(1), "uncertain": keys.uncertain(1, "e"),
        "calibration": calibration_key(read_space(), spec, Waves(), [1], []),
        **{f"run {arm}": world.key(policies[arm], 1) for arm in ARMS},
        **{f"state {arm}": state["scenario_key"] + state["arm_key"] for arm, state in zip(ARMS, states, strict=True)},
    }  # fmt: skip


@pytest.mark.parametrize("change", ["version", "content"])
def test_another_version_of_a_third_partys_mission_is_another_key(elsewhere, change):
    state, renew = elsewhere
    first = all_keys(written(mission=True))
    assert first == all_keys(written(mission=True))
    if change == "version":
        state.version = "1.1"
    else:
        state.file.write_text("STRENGTH = 2\n")
    renew()
    after = all_keys(written(mission=True))
    same = {name for name in first if first[name] == after[name]}
    assert same == {"run without", "state without"}, "the arm without it has not changed"


def test_another_version_of_a_third_partys_shock_is_another_key_of_every_arm(elsewhere):
    state, renew = elsewhere
    first = all_keys(written(mission=False, shock=True))
    state.version = "1.1"
    renew()
    after = all_keys(written(mission=False, shock=True))
    assert not [name for name in first if first[name] == after[name]]


def test_what_is_installed_and_not_used_changes_no_key(elsewhere):
    state, renew = elsewhere
    first = all_keys(written(mission=False))
    state.version = "1.1"
    renew()
    assert all_keys(written(mission=False)) == first


def test_keys_of_our_own_missions_name_no_third_party():
    assert catalogue.third_parties({"cpts": {"missions": {"prevention": {}}}}) == {}
