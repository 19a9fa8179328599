"""What a difference between groups of GPs is made of, and who has left the cohort."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from lives import Life, live, scenario, winter

from cpts_sim.engine.events import Career, Profession, Work
from cpts_sim.measures import Horizon
from cpts_sim.measures.base import Row, Tally
from cpts_sim.measures.careers import Cascade
from cpts_sim.measures.study import LEVELS, SPLIT, SPLIT_TRAITS, Study
from cpts_sim.measures.tables import picture

WEEKS = 40


@dataclass
class Lived:
    life: Life
    tables: Any


@pytest.fixture(scope="module")
def lived() -> Lived:
    start = winter(scenario(population=20_000, warmup="8 weeks", parameters={"gp.retirement_rate_year": [0.3] * 8}))
    communes = {"code": np.arange(start.tables["gps"]["commune"].max() + 1)}
    tables = picture(start.tables, communes)
    return Lived(live(start, None, 7 * WEEKS), tables)


def _rows(lived: Lived, one: Any) -> list[Row]:
    life, tables = lived.life, lived.tables
    tally = Tally()
    chunk = {kind: life.rows(kind) for kind in ("week", "career")}
    one.add(tally, chunk, tables)
    return list(one.finish(tally, Horizon(7.0 * WEEKS), tables))


def test_parts_sum_to_the_difference_that_a_study_finds(lived: Lived) -> None:
    found = {(row.by, row.group): row.value for row in _rows(lived, Study()) if row.indicator == "study.split"}
    seen = 0
    for trait in SPLIT_TRAITS:
        parts = [found[f"study_{trait}_split", f"{LEVELS[trait][1]}.{name}"] for name in SPLIT]
        total = found[f"study_{trait}_split", f"{LEVELS[trait][1]}.total"]
        if np.isfinite(total):
            seen += 1
            assert sum(parts) == pytest.approx(total, abs=1e-9)
    assert seen >= 2
    assert found["study_practice_split", "group.feedback"] == 0.0, "nobody changes the kind of practice"


def test_who_hands_over_has_left_the_cohort(lived: Lived) -> None:
    career = lived.life.rows("career")
    own = career["profession"] == Profession.GP
    gone = np.unique(career["row"][own & np.isin(career["event"], (Career.SUCCEEDED, Career.RETIRED,
                                                                  Career.LEFT_EARLY))])  # fmt: skip
    assert (own & (career["event"] == Career.SUCCEEDED)).any(), "choose another seed: nobody is succeeded"
    gps = lived.life.model.tables["gps"]
    before = int(((gps["halo"] == 0) & (gps["arrived"] == 0)).sum())
    rows = {row.indicator: row.value for row in _rows(lived, Cascade()) if row.week < 0}
    assert rows["cascade.gone"] == pytest.approx(len(gone) / before)
    left = (gps["halo"] == 0) & (gps["status"] == Work.LEFT)
    assert rows["cascade.gone"] > left.sum() / before, "successors are other people"
