"""A run is the same to the last bit with other vector units, and whatever the hash seed."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

PROGRAM = """
import hashlib, sys
from cpts_sim.model import Model
from cpts_sim.scenario import parse

THEORY = {
    "calendar": "plain", "warmup": "1 weeks", "frozen": True, "drift": False,
    "territory": {"practices": {
        "practices": 6, "gps_per_practice": 3, "inhabitants": 6000, "links": "full",
        "weekly": {"mon": [{"at": "08:00", "slots": 12, "every": "15 min"}],
                   "thu": [{"at": "08:00", "slots": 12, "every": "15 min"}]},
        "ed": {"servers": 2, "service": {"exponential": "45 min"}},
    }},
    "care": {"needs": {"visit": {"rate": "4 per year", "routes": ["own_gp", "linked_gp", "ed"],
                                 "patience": "9 days", "minute": "profile"}}},
}
FRANCE = {"territory": {"archetype": "rural_underdense", "population": 6000}, "warmup": "2 weeks"}
digest = hashlib.blake2b()

def see(chunk, tables):
    for kind in sorted(chunk):
        for name in sorted(chunk[kind]):
            digest.update(chunk[kind][name].tobytes())

for source, days in ((THEORY, 70), (FRANCE, 35)):
    model = Model(parse(source), 3, observers=[see])
    model.warm_up()
    model.run(days)
    model.finish()
    for name in sorted(model.tables):
        for column in sorted(model.tables[name].columns):
            digest.update(model.tables[name][column].tobytes())
    model.close()
print(digest.hexdigest())
"""


def digest(**environment: str) -> str:
    path = os.pathsep.join(sys.path)
    env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": path, **environment}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_compiled_loops_do_not_matter(usual: str) -> None:
    pytest.importorskip("numba")
    assert digest(CPTS_SIM_COMPILED="1") == usual


@pytest.fixture(scope="module")
def usual() -> str:
    return digest()


def test_vector_units_do_not_matter(usual: str) -> None:
    present = [feature for feature in __cpu_dispatch__ if __cpu_features__.get(feature)]
    if not present:
        pytest.skip("numpy dispatches nothing on this processor")
    assert digest(NPY_DISABLE_CPU_FEATURES=" ".join(present)) == usual


def test_hash_seed_does_not_matter(usual: str) -> None:
    assert digest(PYTHONHASHSEED="4711") == usual
