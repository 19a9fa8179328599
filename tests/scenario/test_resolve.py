"""The canonical form of a scenario, and the key of a run."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cpts_sim.errors import InternalError
from cpts_sim.scenario import (
    FrozenMap,
    as_written,
    canonical_json,
    from_written,
    load,
    parse,
    resolved,
    run_key,
)

BASE: dict[str, Any] = {
    "territory": {"archetype": "reference"},
    "cpts": {
        "start": "3 months",
        "stop": "2 years",
        "missions": {"unscheduled_care": {"slots": 3}, "desk": {}},
    },
    "arms": {
        "without": {"cpts": None},
        "with": {},
        "no_desk": {"cpts": {"stop": None, "missions": {"desk": None}}},
    },
}


def _key(scenario, arm: str | None = None, seed: int = 1, epoch: int = 1) -> str:
    return run_key(resolved(scenario, arm), seed, scenario.horizon_days, epoch)


def _changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BASE), **changes}


def test_the_written_form_reads_back(catalogue) -> None:
    scenario = parse(BASE, catalogue)
    written = as_written(scenario)
    again = from_written(json.loads(json.dumps(written)), catalogue)
    assert as_written(again) == written
    assert again.arms == scenario.arms, "what an arm lacks stays lacking"
    assert again.arm("no_desk").cpts is not None and again.arm("no_desk").cpts.stop_months is None
    assert resolved(again) == resolved(scenario)


def test_equal_meaning_equal_key(catalogue) -> None:
    key = _key(parse(BASE, catalogue))
    same = _changed(name="other", title={"fr": "Autre"}, years=1.0, warmup="84 days")
    same["cpts"]["start"] = "0.25 an"
    assert _key(parse(same, catalogue)) == key
    assert _key(parse({k: BASE[k] for k in reversed(BASE)}, catalogue)) == key


@pytest.mark.parametrize(
    "changes",
    [{"years": 2}, {"windows": [0, 8, 12, 18]}, {"drift": False}, {"department": "57"}, {"reference_year": 2024}],
)
def test_what_changes_a_journal_changes_the_key(catalogue, changes) -> None:
    assert _key(parse(_changed(**changes), catalogue)) != _key(parse(BASE, catalogue))


def test_seed_horizon_and_epoch_are_in_the_key(catalogue) -> None:
    scenario = parse(BASE, catalogue)
    keys = {_key(scenario), _key(scenario, seed=2), _key(scenario, epoch=2), _key(scenario, "with")}
    keys.add(run_key(resolved(scenario), 1, 100, 1))
    keys.add(run_key(resolved(scenario), 1, 365, 1, plugins={"x": "1.0"}))
    assert len(keys) == 6


def test_an_arm_has_the_key_of_the_scenario_that_is_only_that_arm(catalogue) -> None:
    alone = {**BASE, "cpts": None, "arms": {"without": {}}}
    assert _key(parse(BASE, catalogue), "without") == _key(parse(alone, catalogue), "without")
    with pytest.raises(KeyError):
        resolved(parse(BASE, catalogue), "nobody")


def test_the_content_of_a_file_is_in_the_key_and_not_its_path(write, catalogue) -> None:
    write("code,name\n01001,A\n", "one/communes.csv")
    write("code,name\n01001,A\n", "two/places.csv")
    one = load(write("territory: {table: communes.csv}\n", "one/s.yaml"), catalogue)
    two = load(write("territory: {table: places.csv}\n", "two/s.yaml"), catalogue)
    assert _key(one) == _key(two)
    write("code,name\n01001,B\n", "two/places.csv")
    assert _key(one) != _key(two)
    assert resolved(one)["territory"]["table"].startswith("blake2b:")


def test_holidays_are_frozen(catalogue) -> None:
    written = as_written(parse(BASE, catalogue))
    assert "2019-05-01" in written["dates"]["public"]
    written["dates"]["public"] = ["2019-06-03"]
    again = from_written(written, catalogue)
    assert as_written(again)["dates"]["public"] == ["2019-06-03"], "a later library changes nothing"


def test_canonical_json() -> None:
    assert canonical_json({"b": 1.0, "a": [0.1, True, None, "é"]}) == '{"a":[0.1,true,null,"é"],"b":1}'
    with pytest.raises(InternalError):
        canonical_json({"x": float("nan")})


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=10,
    )
)
def test_canonical_json_does_not_depend_on_order_and_keeps_numbers(value) -> None:
    text = canonical_json(value)
    assert canonical_json(json.loads(text)) == text
    if isinstance(value, dict):
        assert canonical_json(dict(reversed(value.items()))) == text


def test_frozen_mappings_can_be_copied_and_sent() -> None:
    frozen = FrozenMap({"a": 1})
    assert pickle.loads(pickle.dumps(frozen)) == copy.deepcopy(frozen) == {"a": 1}
