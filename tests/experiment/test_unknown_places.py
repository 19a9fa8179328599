"""What nobody knows is an error with a sentence, never a silent nan; what a set leaves out has its usual value."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from cpts_sim.errors import UsageError
from cpts_sim.evidence import load_parameters
from cpts_sim.experiment import Place
from cpts_sim.experiment.contrasts import EFFECT
from cpts_sim.experiment.ensemble import Choice, Ensemble
from cpts_sim.experiment.readings import known_indicators
from cpts_sim.experiment.values import MADE, Values
from cpts_sim.measures import indicators
from cpts_sim.report import uncertain
from cpts_sim.words import speaking

IN_TIME = Place("access.in_time")


def _values() -> Values:
    values = Values(("without", "with"), (1, 2, 3), {"without": {}, "with": {}})
    for arm, numbers in (("without", (0.1, 0.2, 0.3)), ("with", (0.2, 0.2, 0.4))):
        values.put(arm, IN_TIME, numbers)
    return values


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_an_unknown_indicator_or_arm_is_said(lang: str) -> None:
    with speaking(lang), pytest.raises(UsageError, match=r"access\.in_tme.*access\.in_time"):
        _values().get("with", Place("access.in_tme"))
    with speaking(lang), pytest.raises(UsageError, match=r"wth.*with"):
        _values().get("wth", IN_TIME)


def test_a_known_indicator_without_a_number_is_nan() -> None:
    values = _values()
    for place in (Place("ed.visits"), Place(EFFECT), Place("access.in_time", "age", "75+"), IN_TIME._replace(week=3)):
        assert np.isnan(values.get("with", place)).all()
    values.put("with", Place("of_a_third_party"), (1.0, 2.0, 3.0))
    assert np.isnan(values.get("without", Place("of_a_third_party"))).all()


def test_what_is_made_from_two_arms_is_listed() -> None:
    assert set(known_indicators()) - set(indicators()) == MADE


def test_a_set_that_leaves_a_parameter_out_has_its_usual_value(monkeypatch: pytest.MonkeyPatch) -> None:
    name = "gp.same_day_share"
    ensemble = Ensemble((Choice("a", 1, {name: 0.31}), Choice("b", 1, {})), {})
    seen: list[Any] = []
    monkeypatch.setattr(uncertain, "judgement_share", lambda gaps, groups, ours, others: seen.append((ours, others)))
    comparison = SimpleNamespace(plan=SimpleNamespace(ensemble=ensemble), values=_values())
    uncertain.share_of_judgement(comparison, IN_TIME, "with")  # type: ignore[arg-type]
    columns = np.concatenate([part.reshape(3, -1) for part in seen[0]], axis=1)
    assert set(columns.ravel().tolist()) <= {0.31, load_parameters(ensemble.year)[name]}
    assert columns.shape == (3, 1)
