"""The stamp of the code on a kept run: all that decides its bytes, and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cpts_sim
from cpts_sim.experiment.keys import decides

PACKAGE = Path(cpts_sim.__file__).parent

RUN = """
import sys
from cpts_sim.catalogue import catalogue
from cpts_sim.experiment.sweep.job import make_model
from cpts_sim.scenario import parse
town = {"archetype": "rural_underdense", "population": 2000}
cpts = {"missions": {"treating_physician": {}}}
make_model(parse({"name": "stamp", "years": 0.05, "territory": town, "cpts": cpts}, catalogue()), 1)
print("\\n".join(sorted(m.__file__ for m in list(sys.modules.values()) if getattr(m, "__file__", None))))
"""
UNTOUCHED = {"experiment", "words"}
"""Rooms of which a run loads files that only start it, name it and speak."""


def test_whatever_a_run_loads_is_in_the_stamp() -> None:
    done = subprocess.run([sys.executable, "-c", RUN], capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    loaded = [Path(line) for line in done.stdout.splitlines() if Path(line).is_relative_to(PACKAGE)]
    assert len(loaded) > 100
    left_out = {file.relative_to(PACKAGE).parts[0] for file in loaded if not decides(file)}
    assert left_out <= UNTOUCHED


def test_pages_and_exact_laws_are_not_in_the_stamp() -> None:
    for name in ("documentation", "theory", "report", "app", "cli", "words"):
        files = list((PACKAGE / name).rglob("*.py"))
        assert files and not any(decides(file) for file in files)
    assert decides(PACKAGE / "experiment" / "values.py") and decides(PACKAGE / "experiment" / "sweep" / "job.py")
    assert not decides(PACKAGE / "experiment" / "readings.py")
