"""How a number of the study of professionals is written: no interval beyond what a share can be, none left out."""

from math import nan

import pytest

from cpts_sim.experiment.wellbeing import Entry
from cpts_sim.report.wellbeing import cell


@pytest.mark.parametrize(
    ("unit", "section", "band", "text"),
    [
        ("share", "prevalence", (0.92, -0.14, 1.98), "92 (0 – 100)"),
        ("share", "prevalence", (0.5, 0.4, 0.6), "50 ± 10"),
        ("points", "levels", (29.2, 25.0, 33.4), "29 ± 4"),
        ("points", "levels", (3.0, -1.0, 7.0), "3 ± 4"),
        ("share", "prevalence", (0.6667, nan, nan), "67 (?)"),
        ("points", "change", (-2.77, nan, nan), "−3 (?)"),
        ("points", "levels", (nan, nan, nan), "–"),
    ],
)
def test_a_number_with_its_interval(unit: str, section: str, band: tuple[float, float, float], text: str) -> None:
    assert cell(Entry(section, "with", "gp", "ee", unit, *band, 6, ""), "en") == text
