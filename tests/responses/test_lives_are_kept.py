"""Lives are kept like every other run: found again, computed again where the file is damaged, never lost to a crash."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpts_sim.catalogue import catalogue
from cpts_sim.experiment import keys
from cpts_sim.experiment.comparison import scenario_of
from cpts_sim.experiment.responses.enact import Asked, Job, Player, arms_of, ask, packed
from cpts_sim.experiment.responses.lives import Life
from cpts_sim.experiment.responses.published import enactments
from cpts_sim.scenario import calendar_of, load

SCENARIO = Path(__file__).parents[2] / "scenarios" / "rural_underdense.yaml"
LIVES = 4  # two arms, two seeds


def lived(job: Job, ranks: Iterator[int], workers: int) -> Iterator[tuple[int, bytes]]:
    """Lives that tell their seed, without any run."""
    for rank in ranks:
        yield rank, packed(Life({}, {"mt": np.zeros(1)}, {"seed": float(job.runs[rank][2])}))


@pytest.fixture
def wanted() -> Asked:
    return ask(load(SCENARIO, catalogue()), 4_000, 2, 7)


def player(folder: Path, told: list[tuple[str, Any]]) -> Player:
    return Player(store=folder, compute=lived, warn=lambda key, values: told.append((key, values)))


def test_every_year_of_a_change_has_its_holidays(wanted: Asked) -> None:
    for text, _ in arms_of(wanted, enactments()["prado"]).values():
        spec = scenario_of(text)
        days = calendar_of(spec)
        second = slice(days.index(365), days.index(730))
        assert spec.years == 2 and days.public_holiday[second].sum() >= 10 and days.school_holiday[second].sum() > 100


def test_a_damaged_life_is_set_aside_said_and_lived_again(tmp_path: Path, wanted: Asked) -> None:
    told: list[tuple[str, Any]] = []
    first = player(tmp_path, told)
    pairs = first(wanted, ["prado"])
    assert first.reused == 0 and [pair["with"].totals["seed"] for pair in pairs["prado"]] == [7.0, 8.0]
    files = sorted(tmp_path.glob("??/*.run"))
    assert len(files) == LIVES
    files[0].write_bytes(files[0].read_bytes()[:-40])
    again = player(tmp_path, told)
    assert [pair["with"].totals for pair in again(wanted, ["prado"])["prado"]] == [{"seed": 7.0}, {"seed": 8.0}]
    assert again.reused == LIVES - 1 and [key for key, _ in told] == ["experiment.store.damaged"]
    assert len(list((tmp_path / "set_aside").iterdir())) == 1


def test_a_life_counts_the_missions_of_third_parties(
    tmp_path: Path, wanted: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    player(tmp_path, [])(wanted, ["prado"])
    monkeypatch.setattr(keys, "third_parties", lambda plain: {"shocks.theirs": "theirs 1.1"})
    other = player(tmp_path, [])
    other(wanted, ["prado"])
    assert other.reused == 0
