"""The tutorial notebooks are executed, whole, and hold nothing of the machine that ran them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from cpts_sim.documentation import notebooks

FOLDER = Path(__file__).parents[2] / "notebooks"
PATHS = sorted(FOLDER.glob("*.ipynb"))


def code(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_is_executed_in_order(path: Path) -> None:
    cells = code(path)
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert all(cell["outputs"] for cell in cells)
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert kinds <= {"stream", "execute_result", "display_data"}
    text = path.read_text(encoding="utf-8")
    assert "/home/" not in text and "/tmp/" not in text and "/work/" not in text and "Traceback" not in text


@pytest.mark.slow
@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_notebook_says_the_same_again(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("nbclient")
    again = tmp_path / path.name
    shutil.copy(path, again)
    notebooks.run(again)
    said = [[output.get("text", "") for output in cell["outputs"]] for cell in code(path)]
    assert [[output.get("text", "") for output in cell["outputs"]] for cell in code(again)] == said
