"""A folder of results whose numbers are not whole is told by its file, with the command that makes it again."""

from __future__ import annotations

from pathlib import Path

import pytest

from cpts_sim.errors import InputError
from cpts_sim.experiment.results import read_results

REFERENCE = Path(__file__).parents[2] / "results/reference"


@pytest.mark.parametrize("kept", [0, 500, None])
def test_numbers_that_are_not_whole_are_said(tmp_path: Path, kept: int | None) -> None:
    for file in REFERENCE.iterdir():
        if file.is_file():
            (tmp_path / file.name).write_bytes(file.read_bytes())
    assert read_results(tmp_path).values.seeds
    table = tmp_path / "values.parquet"
    whole = table.read_bytes()
    table.unlink()
    if kept is not None:
        table.write_bytes(whole[:kept])
    with pytest.raises(InputError, match=r"values\.parquet.*compare --like"):
        read_results(tmp_path)
