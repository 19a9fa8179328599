"""A model that costs nothing, sweeps of it, and the same from a command line of its own."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path

from experiment.fake_model import FakeModel

from cpts_sim.experiment.sweep.coordinator import Sweep
from cpts_sim.experiment.sweep.executors import opened
from cpts_sim.experiment.sweep.reader import read_experiment

ROOT = Path(__file__).parents[2]
DAYS = 56


class Quick(FakeModel):
    """Serves a little more where the arm has a CPTS, and more with each mission."""

    @property
    def policy(self):
        return self.spec.arms.get(self.arm)

    def write(self, month):
        policy = self.policy
        better = 0.0
        if policy is not None and policy.cpts is not None:
            better = 0.02 + 0.02 * len(policy.cpts.missions.names())
        self.gain, arm, self.arm = better, self.arm, "with"
        super().write(month)
        self.arm = arm


def make(spec, seed):
    return Quick(spec, seed)


def make_slow(spec, seed):
    time.sleep(0.15)
    return Quick(spec, seed)


def make_stuck(spec, seed):
    """Come to no end from the third seed on, until it is killed."""
    if seed > 2:
        time.sleep(600)
    return Quick(spec, seed)


def make_busy(spec, seed):
    """Take a second of the processor, as the benchmark's model does."""
    until = time.process_time() + 1.0
    while time.process_time() < until:
        pass
    return Quick(spec, seed)


def make_failing(spec, seed):
    if seed == 3:
        raise ValueError("no such slot")
    return Quick(spec, seed)


def make_killing_once(spec, seed):
    """Seed 2 kills its worker the first time (a mark is left)."""
    mark = Path(os.environ["CPTS_SIM_TEST_MARK"])
    if seed == 2 and not mark.exists():
        mark.write_text("killed")
        os.kill(os.getpid(), signal.SIGKILL)
    return Quick(spec, seed)


def make_killing(spec, seed):
    """Seed 2 always kills its worker."""
    if seed == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return Quick(spec, seed)


def write_file(folder, **more):
    """Write a factorial of two missions over a short run, with keys put over it."""
    import yaml

    content = {
        "name": "quick",
        "base": str(ROOT / "scenarios" / "rural_underdense.yaml"),
        "settings": {"years": DAYS / 365, "cpts": {"start": "0 months"}},
        "factors": {name: {"mission": name} for name in ("treating_physician", "unscheduled_care")},
        "design": {"kind": "factorial"},
        "replications": 4,
        "measures": ["access.in_time", "ed.visits"],
        **more,
    }
    path = Path(folder) / "quick.yaml"
    path.write_text(yaml.safe_dump({k: v for k, v in content.items() if v is not None}), encoding="utf-8")
    return path


def sweep_of(path, store, maker=make, warn=lambda k, v: None):
    return Sweep(read_experiment(Path(path)), Path(store), maker, warn)


def tree(folder):
    """Return every file below a folder with its bytes, locks and what was set aside left out."""
    files = (f for f in Path(folder).rglob("*") if f.is_file() and f.name != ".lock")
    kept = (f for f in files if "set_aside" not in f.parts)
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in kept}


def environment(**more):
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", **more}


def main(path, store, maker, workers, address=""):
    sweep = sweep_of(path, store, globals()[maker])
    with opened(int(workers), address or None) as (executor, count):
        outcome = sweep.run(executor, count)
    print(json.dumps({"computed": outcome.computed, "reused": outcome.reused, "failed": len(outcome.failures)}))


if __name__ == "__main__":
    from sweep import quick

    quick.main(*sys.argv[1:])
