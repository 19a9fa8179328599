"""A model that costs nothing: it writes the hand-made journal of the measures' tests."""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from cpts_sim.engine.events import SCHEMAS
from cpts_sim.engine.journal import Journal

_PLACE = Path(__file__).parents[1] / "measures" / "fake.py"
_SPEC = importlib.util.spec_from_file_location("fake_journal", _PLACE)
fake = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(fake)

TITLE = "Valfictif"


class FakeModel:
    """One warm-up month, then months in which the arm ``with`` serves a little more."""

    def __init__(self, spec, seed, arm=None, gain=0.03, observers=()):
        self.spec, self.seed, self.arm, self.gain = spec, seed, arm, gain
        self.journal = Journal(SCHEMAS, [lambda chunk, see=see: see(chunk, self.tables) for see in observers])
        picture = fake.tables()
        people = {**picture["people"], "born": -picture["people"]["age"] * 525600.0 - 1.0}
        self.tables = {"people": people, "gps": picture["gps"]}
        self.territory = SimpleNamespace(
            communes={k: v for k, v in picture["communes"].items() if k != "accessibility"},
            apl_computed=np.arange(3) + 2.0, title=TITLE, schematic=True, notes=[], outlines=None,
        )  # fmt: skip

    def warm_up(self):
        self.write(0)

    def fork(self, arm=None, observers=()):
        return type(self)(self.spec, self.seed, arm, self.gain, observers)

    def run(self, days):
        for month in range(1, 1 + round(days / 28)):
            self.write(month)

    def write(self, month):
        better = self.gain if self.arm == "with" else 0.0
        chunk = fake.journal(months=month, seed=1 + 97 * self.seed, better=better)[-1]
        for kind, columns in chunk.items():
            if len(next(iter(columns.values()))):
                self.journal.add(kind, **columns)
        self.journal.close_chunk()

    def finish(self):
        self.journal.close_chunk()

    def close(self):
        pass


def make(spec, seed):
    return FakeModel(spec, seed)


def make_zero(spec, seed):
    return FakeModel(spec, seed, gain=0.0)


def make_failing(spec, seed):
    if seed == 3:
        raise ValueError("no such slot")
    return FakeModel(spec, seed)


def make_killing(spec, seed):
    """Seed 2 kills its worker the first time (a mark is left beside the scenario's name)."""
    mark = Path(os.environ["CPTS_SIM_TEST_MARK"])
    if seed == 2 and not mark.exists():
        mark.write_text("killed")
        os._exit(9)
    return FakeModel(spec, seed)


def make_slow(spec, seed):
    time.sleep(0.3)
    return FakeModel(spec, seed)
