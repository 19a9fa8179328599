"""A freed minute is used once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cpts_sim.care.slack import USES, Slack, slack_shares, use_of_slack
from cpts_sim.errors import InputError
from cpts_sim.evidence import load_parameters

P = load_parameters(2019)
SHARE = st.floats(0, 1)


def parts(slack: Slack) -> np.ndarray:
    return np.array([slack.backfill, slack.to_list, slack.longer, slack.shorter])


@settings(max_examples=100)
@given(st.lists(st.tuples(st.floats(-600, 600), st.floats(-4, 4), SHARE), min_size=1, max_size=6), st.data())
def test_minutes_are_divided_and_never_counted_twice(gps, data) -> None:
    weights = {f"strain.slack_{use}": data.draw(SHARE) for use in USES}
    weights["strain.slack_backfill"] += 0.0 if sum(weights.values()) > 0 else 0.5
    minutes, strain, fee = (np.array(column) for column in zip(*gps, strict=True))
    parameters = load_parameters(2019, weights)
    shares = slack_shares(minutes, strain, fee, parameters)
    assert np.allclose(shares.sum(axis=0), 1.0, atol=1e-12) and (shares >= 0).all()
    used = parts(use_of_slack(minutes, strain, fee, parameters))
    assert np.allclose(used.sum(axis=0), minutes, atol=1e-9)
    assert (used * np.sign(minutes) >= -1e-9).all()


def test_the_prior_means_hold_for_the_middle_gp() -> None:
    used = parts(use_of_slack(np.array([100.0]), 0.0, 0.5, P))[:, 0]
    assert used == pytest.approx([45.0, 20.0, 15.0, 20.0])


@pytest.mark.parametrize("corner", USES)
def test_every_corner_can_be_reached(corner: str) -> None:
    weights = {f"strain.slack_{use}": float(use == corner) for use in USES}
    minutes, strain = np.array([30.0, -12.0]), np.array([2.5, -2.0])
    used = parts(use_of_slack(minutes, strain, 1.0, load_parameters(2019, weights)))
    assert used[USES.index(corner)].tolist() == [30.0, -12.0]
    assert np.abs(np.delete(used, USES.index(corner), axis=0)).max() == 0.0


def test_the_exhausted_rest_and_the_paid_by_act_fill() -> None:
    calm, tired = (use_of_slack(np.array([60.0]), strain, 0.5, P) for strain in (0.0, 2.0))
    assert tired.shorter[0] > calm.shorter[0]
    salaried, by_act = (use_of_slack(np.array([60.0]), 0.0, fee, P) for fee in (0.0, 1.0))
    assert by_act.backfill[0] + by_act.to_list[0] > salaried.backfill[0] + salaried.to_list[0]


def test_the_exhausted_lengthen_their_day_less_when_minutes_are_missing() -> None:
    calm, tired = (use_of_slack(np.array([-60.0]), strain, 0.5, P) for strain in (0.0, 2.0))
    assert calm.shorter[0] < tired.shorter[0] <= 0


def test_no_weight_at_all_is_refused() -> None:
    nothing = load_parameters(2019, {f"strain.slack_{use}": 0.0 for use in USES})
    with pytest.raises(InputError, match="slack"):
        use_of_slack(np.array([1.0]), 0.0, 0.5, nothing)
