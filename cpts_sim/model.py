"""One run: scenario → territory → people → books → days. ``step()`` is one day; ``fork()`` starts another arm."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from cpts_sim import EPOCH
from cpts_sim.agents.base import MesaModel, RowAgent
from cpts_sim.agents.people import KINDS
from cpts_sim.build import build_france, build_plain
from cpts_sim.care.baseline import levels
from cpts_sim.care.plain import PlainCare, Trace
from cpts_sim.catalogue import plugin_modules, third_parties
from cpts_sim.engine.clock import DAY, Clock, collector_waits
from cpts_sim.engine.columns import Table
from cpts_sim.engine.draws import Draws
from cpts_sim.engine.events import SCHEMAS
from cpts_sim.engine.journal import Chunk, Journal
from cpts_sim.errors import InputError
from cpts_sim.evidence import load_parameters
from cpts_sim.files import reason, write_file
from cpts_sim.missions import SameMoney, existing, install
from cpts_sim.scenario import Scenario
from cpts_sim.scenario.state_key import NO_ARM, state_keys
from cpts_sim.shocks import install as install_shocks
from cpts_sim.words import say

PROCESS_GP, PROCESS_HOSPITAL, PROCESS_CALENDAR = 1, 3, 4
"""Who goes first at one time; 2 is the CPTS (``missions.organisation``)."""
Array = NDArray[Any]
Observer = Callable[[Chunk, Mapping[str, Table]], None]


class Model(MesaModel):
    """A territory with its people, from the beginning of the warm-up.

    Args:
        spec: the scenario.
        seed: seed of all random numbers.
        arm: policy of the scenario to live by; None for no CPTS at all (the common warm-up).
        observers: called with each closed chunk of the journal and the tables.
        trace: needs given from outside (theory and benchmarks).
        state: state of another model to start from (``checkpoint``, ``fork``).

    Attributes:
        tables: every table by name.
        journal: events, the only output.
        shocks: what befalls every arm, without those that have no force.
        now: minutes since Monday 00:00 of day 0.
    """

    @collector_waits()
    def __init__(
        self, spec: Scenario, seed: int = 0, *, arm: str | None = None, observers: Sequence[Observer] = (),
        trace: Trace | None = None, state: dict[str, Any] | None = None, territory: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(seed=seed)
        self.spec, self.seed, self.arm = spec, seed, arm
        self.observers = list(observers)
        self.organisation: Any = None
        policy = spec.arms[arm] if arm is not None else None
        written = dict(policy.parameters) if policy is not None else dict(spec.parameters)
        self.parameters = load_parameters(spec.reference_year, {**levels(spec.baseline), **written})
        self.draws = Draws(seed)
        self.journal = Journal(SCHEMAS, [self._observe])
        self.first_day = -spec.warmup_days
        self.clock = Clock(self.first_day * DAY if state is None else state["now"])
        self.care: Any
        if spec.territory.practices is not None:
            self.territory = None
            self.care = build_plain(self, trace, state)
            self.tables = self.care.tables
        else:
            self.care, self.territory = build_france(self, state, territory)
            self.tables = self.care.world.tables
        self._start_clock(state)
        if state is not None:
            self.journal.restore(state["journal"], state["written"])
        self.shocks = install_shocks(self, plugin_modules("shocks"))
        cpts = existing(spec) if policy is None else policy.cpts
        if cpts is not None:
            install(self, cpts, plugin_modules("missions"), spec.cpts)
        if policy is not None and policy.instead is not None:
            SameMoney(self, policy.instead, spec.cpts, plugin_modules("missions")).install()

    # ------------------------------------------------------------------------------------------ time
    def _start_clock(self, state: dict[str, Any] | None) -> None:
        if "calendar" not in self.tables:
            first = np.array([self.first_day * DAY])
            self.tables["calendar"] = Table("calendar", 1, {"next_at": first, "window": "i4"})
        if not isinstance(self.care, PlainCare):
            self.clock.loop(PROCESS_GP, self.tables["gps"], self.care.gp_wakes)
            self.clock.loop(PROCESS_HOSPITAL, self.tables["hospitals"], self.care.hospital_wakes)
            self.care.world.hooks["new_gp"] = [self._gps_arrived]
        self.clock.loop(PROCESS_CALENDAR, self.tables["calendar"], self._window)

    def _gps_arrived(self, rows: Array) -> None:
        """Start the processes of GPs who have just come."""
        self.clock.loop(PROCESS_GP, self.tables["gps"], self.care.gp_wakes, rows.tolist())

    def _window(self, row: int) -> None:
        """Live one window, and sleep until the next."""
        calendar, hours = self.tables["calendar"], self.spec.windows
        which = int(calendar["window"][row])
        start = float(calendar["next_at"][row])
        day = int(start // DAY)
        last = which + 1 == len(hours)
        end = (day + 1) * DAY if last else day * DAY + hours[which + 1] * 60.0
        if which == 0:
            self._open_day(day)
        self.care.window(start, end)
        if last:
            self.care.close_day(end if isinstance(self.care, PlainCare) else day)
        calendar["window"][row] = 0 if last else which + 1
        calendar["next_at"][row] = end

    def _open_day(self, day: int) -> None:
        if isinstance(self.care, PlainCare):
            if day % 28 == 0 and day > self.first_day:
                self.journal.close_chunk()
            self.care.open_day(day)
        else:
            self.care.world.now = day * DAY
            self.care.turn(day)

    @property
    def now(self) -> float:
        """Minutes since Monday 00:00 of day 0."""
        return self.clock.now

    @property
    def day(self) -> int:
        """Present day; 0 is the first after the warm-up."""
        return int(self.now // DAY)

    def step(self) -> None:
        """Live one day."""
        self.clock.run_to((self.day + 1) * DAY)

    def run(self, days: int) -> None:
        """Live some days."""
        self.clock.run_to((self.day + days) * DAY)

    def warm_up(self) -> None:
        """Fill the books until day 0, then release what was frozen."""
        if self.now < 0:
            self.clock.run_to(0.0)
        self.release()

    def release(self) -> None:
        """Let structural events happen from now on (unless the scenario freezes them)."""
        if not isinstance(self.care, PlainCare):
            self.care.release(self.spec.frozen)

    def finish(self) -> None:
        """Close what is open and hand the last chunk to the observers."""
        self.care.finish()
        self.journal.close_chunk()

    def _observe(self, chunk: Chunk) -> None:
        for observer in self.observers:
            observer(chunk, self.tables)

    # ------------------------------------------------------------------------------------------ agents
    def kinds_of_agents(self) -> list[type[RowAgent]]:
        """Return the kinds of agent that this model has (a CPTS only where there is one)."""
        return [kind for name, kind in KINDS.items() if name in self.tables]

    # ------------------------------------------------------------------------------------------ state
    def state(self) -> dict[str, Any]:
        """Return everything that the future depends on; copy what is to be kept while this model lives on."""
        return {
            "now": self.now, "tables": {name: table.arrays() for name, table in self.tables.items()},
            "care": self.care.state(), "journal": self.journal.open_chunk(), "written": self.journal.written,
        }  # fmt: skip

    def fork(self, arm: str | None = None, observers: Sequence[Observer] = ()) -> Model:
        """Return a model that goes on from here under an arm of the scenario; this one is untouched."""
        return Model(self.spec, self.seed, arm=arm, observers=observers, state=self.state(), territory=self.territory)

    def checkpoint(self, path: str | Path) -> None:
        """Write the state to one file of arrays, as a whole: a checkpoint that was there stays until the new one is.

        Raises:
            InputError: the disk is full or the folder cannot be written.
        """
        state = self.state()
        flat: dict[str, Any] = {}
        for name, columns in state["tables"].items():
            flat |= {f"tables/{name}/{c}": a for c, a in columns.items()}
        flat |= {f"care/{part}/{c}": a for part, arrays in state["care"].items() for c, a in arrays.items()}
        flat |= {f"journal/{kind}/{c}": a for kind, columns in state["journal"].items() for c, a in columns.items()}
        numbers = {"now": state["now"], "written": state["written"], "epoch": EPOCH, "seed": self.seed}
        flat |= {name: np.array([number]) for name, number in numbers.items()}
        keys = state_keys(self.spec, self.arm, self.seed, EPOCH, third_parties)
        flat |= {name: np.array([key]) for name, key in keys.items()}
        held = BytesIO()
        np.savez_compressed(held, **flat)
        write_file(Path(path), held.getvalue())

    @classmethod
    def resume(
        cls, path: str | Path, spec: Scenario, arm: str | None = None, observers: Sequence[Observer] = (),
        seed: int | None = None,
    ) -> Model:  # fmt: skip
        """Go on from a checkpoint, in the arm in which it was written (that of the common warm-up in any arm).

        Raises:
            InputError: the file is not a checkpoint of this scenario, arm, epoch or, if given, seed.
        """
        arrays = _arrays_of(path)
        state: dict[str, Any] = {"now": float(arrays.pop("now")[0]), "written": int(arrays.pop("written")[0])}
        written = int(arrays.pop("seed")[0])
        arrays.pop("epoch")
        _check_checkpoint(path, arrays, spec, arm, (written, seed))
        for part in ("tables", "care", "journal"):
            grouped: dict[str, dict[str, Array]] = {}
            for name in [n for n in arrays if n.startswith(part + "/")]:
                _, group, column = name.split("/", 2)
                grouped.setdefault(group, {})[column] = arrays[name]
            state[part] = grouped
        return cls(spec, written, arm=arm, observers=observers, state=state)


def _arrays_of(path: str | Path) -> dict[str, Array]:
    """Read the arrays of a checkpoint.

    Raises:
        InputError: the file is no checkpoint, is cut short or damaged, or is of another epoch.
    """
    try:
        with np.load(path) as file:
            arrays = {name: file[name] for name in file.files}
        epoch = int(arrays["epoch"][0])
    except OSError as error:
        raise InputError(say("model.checkpoint_unreadable", file=path, why=reason(error))) from None
    except (ValueError, KeyError, IndexError, EOFError, BadZipFile, zlib.error, TypeError, NotImplementedError):
        raise InputError(say("model.checkpoint_damaged", file=path)) from None
    if epoch != EPOCH:
        raise InputError(say("model.checkpoint_epoch", file=path, epoch=epoch, mine=EPOCH))
    if not {"now", "written", "seed"} <= arrays.keys():
        raise InputError(say("model.checkpoint_damaged", file=path))
    return arrays


def _check_checkpoint(
    path: str | Path, arrays: dict[str, Array], spec: Scenario, arm: str | None, seeds: tuple[int, int | None]
) -> None:
    """Refuse to go on from a checkpoint of another life; takes its keys out of the arrays.

    Raises:
        InputError: it was written with another scenario, arm or seed.
    """
    written, wanted = seeds
    keys = {name: str(arrays.pop(name, np.array([""]))[0]) for name in ("scenario_key", "arm_key")}
    if wanted is not None and wanted != written:
        raise InputError(say("model.checkpoint_seed", file=path, seed=written, wanted=wanted))
    expected = state_keys(spec, arm, written, EPOCH, third_parties)
    if keys["scenario_key"] != expected["scenario_key"]:
        raise InputError(say("model.checkpoint_scenario", file=path, name=spec.name))
    if keys["arm_key"] not in (NO_ARM, expected["arm_key"]):
        raise InputError(say("model.checkpoint_arm", file=path, arm=arm or "–"))


