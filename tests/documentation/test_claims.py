"""What pages written by hand claim of the code and of the parameters is so."""

from __future__ import annotations

from pathlib import Path

from cpts_sim.evidence import load_parameters
from cpts_sim.experiment.credible import fewest_for_ends, fewest_for_sure

HOME = Path(__file__).parents[2]
SEVEN = 7


def test_the_page_of_uncertainty_tells_the_rules_of_the_code() -> None:
    text = " ".join((HOME / "docs" / "calibration.md").read_text(encoding="utf-8").split())
    assert "Weibull" in text and f"with fewer than {fewest_for_ends()} pairs" in text
    assert "Wilson" in text and "seven independent draws that all agree" in text and fewest_for_sure() == SEVEN


def test_the_effects_that_are_parameters_are_told_with_their_names() -> None:
    text = (HOME / "README.md").read_text(encoding="utf-8")
    assert "No effect is typed in" not in text
    known = load_parameters()
    for name in ("prevention.fall_rate_ratio", "cpts.induced_share"):
        assert f"`{name}`" in text and known.entry(name).source
