"""Speed and memory of the package and of other programs on the same work, each run in a process of its own.

Two works are timed: *appointments*, the reference workload (:mod:`cpts_sim.theory.appointment_year`), through
the ordinary model with ``appointment_year.yaml``; and *full*, the whole model on an archetype. Peers are
programs that print one JSON line for the first work (``--n --years --seed``).
"""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

from cpts_sim.errors import InternalError, UsageError

APPOINTMENTS, FULL = "appointments", "full"
OWN = "cpts_sim"


@dataclass(frozen=True)
class Measurement:
    """One run of one program.

    Attributes:
        program: ``cpts_sim`` or the name of a peer.
        work: ``appointments`` or ``full``.
        inhabitants: size.
        years: simulated years.
        import_s, setup_s, run_s: seconds inside the process; ``run_s`` is the simulation itself.
        process_s: wall-clock seconds of the whole process.
        cpu_s: seconds of processor of the whole process (nan where the system does not tell); other work on
            the machine lengthens these less.
        peak_mb: greatest resident memory of the process in MiB (nan where the system does not tell).
        outputs: what the program printed.
    """

    program: str
    work: str
    inhabitants: int
    years: float
    import_s: float
    setup_s: float
    run_s: float
    process_s: float
    cpu_s: float
    peak_mb: float
    outputs: Mapping[str, float] = field(default_factory=dict)

    @property
    def per_100k_year_s(self) -> float:
        """Seconds of simulation for 100 000 inhabitants and one year."""
        return self.run_s / (self.inhabitants * self.years) * 100_000


@dataclass(frozen=True)
class Peer:
    """A program that does the reference workload.

    Attributes:
        name: name in the table.
        file: file in the folder of peers.
        environment: variables that choose its variant.
        largest: largest number of inhabitants that it is asked for.
    """

    name: str
    file: str
    environment: Mapping[str, str] = field(default_factory=dict)
    largest: int = 250_000


PEERS = (
    Peer("C", "cref.c"),
    Peer("numpy cascade", "numpy_daily.py"),
    Peer("plain Python", "python_seq.py"),
    Peer("Mesa views + SimPy clock", "proto_views.py", {"ENGINE": "numpy", "AGENTS": "eager"}),
    Peer("SimPy per need", "simpy_need.py", largest=100_000),
    Peer("Mesa + SimPy per patient", "mesa_simpy_patient.py", largest=100_000),
)
SLOW = ("SimPy per need", "Mesa + SimPy per patient")


_LAUNCHER = """
import os, sys, time
began, cpu, peak = time.perf_counter(), "NaN", "NaN"
if hasattr(os, "wait4"):
    child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
    _, status, usage = os.wait4(child, 0)
    code = os.waitstatus_to_exitcode(status)
    cpu = usage.ru_utime + usage.ru_stime
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 2**20
else:
    import subprocess
    code = subprocess.call(sys.argv[1:])
sys.stdout.write(f"\\n[{time.perf_counter() - began}, {cpu}, {peak}]")
sys.exit(code)
"""
"""Starts a program from a small process: a child's peak memory counts that of the process that started it."""


def measure(
    program: str,
    work: str,
    command: Sequence[str],
    years: float,
    environment: Mapping[str, str] | None = None,
) -> Measurement:
    """Run a program once and read its JSON line, its wall-clock time and its peak memory.

    Raises:
        InternalError: the program failed or printed no JSON line.
    """
    launched = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *command]
    done = subprocess.run(launched, capture_output=True, text=True, env={**os.environ, **(environment or {})})
    *lines, measured = done.stdout.strip().splitlines() or [""]
    if done.returncode or not any(lines):
        complaint = (done.stderr.strip() or f"status {done.returncode}").splitlines()[-1]
        raise InternalError(f"bench: {program} failed ({complaint}); run it alone: {' '.join(command)}")
    wall, cpu_s, peak_mb = json.loads(measured)
    printed = next(line for line in reversed(lines) if line)
    outputs = {k: v for k, v in json.loads(printed).items() if isinstance(v, int | float)}
    inhabitants = int(outputs.pop("n"))
    times = {f"{name}_s": float(outputs.pop(f"t_{name}", 0.0)) for name in ("import", "setup", "run")}
    return Measurement(
        program, work, inhabitants, years, **times, process_s=wall, cpu_s=cpu_s, peak_mb=peak_mb,
        outputs=outputs,
    )


@dataclass(frozen=True)
class Job:
    """A program at one size, ready to be run any number of times.

    Attributes:
        program, work, inhabitants: what is measured.
        start: command without its options.
        environment: variables of the program.
    """

    program: str
    work: str
    inhabitants: int
    start: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    def run(self, years: float, seed: int) -> Measurement:
        """Run it once."""
        options = ("--n", str(self.inhabitants), "--years", f"{years:g}", "--seed", str(seed))
        return measure(self.program, self.work, [*self.start, *options], years, self.environment)


def own_jobs(work: str, sizes: Sequence[int]) -> list[Job]:
    """Return this package at each size, on one of the two works."""
    start = (sys.executable, "-m", "cpts_sim.experiment.bench_worker", work)
    return [Job(OWN, work, inhabitants, start) for inhabitants in sizes]


@dataclass
class Bench:
    """A series of measurements on this machine, one after the other.

    Attributes:
        runs: every run made.
        missing: peer → why it was not run.
    """

    runs: list[Measurement] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)

    def peer_jobs(self, folder: Path, build: Path, sizes: Sequence[int], *, slow: bool = True) -> list[Job]:
        """Return the peers found in a folder at each size; note those that cannot be started, and why."""
        if not folder.is_dir():
            raise UsageError(f"--peers {folder}: no such folder, expected programs; correct the path.")
        jobs = []
        for peer in (peer for peer in PEERS if slow or peer.name not in SLOW):
            try:
                start = tuple(_command(folder / peer.file, build))
            except InternalError as error:
                self.missing[peer.name] = str(error)
                continue
            fitting = (size for size in sizes if size <= peer.largest)
            jobs += [Job(peer.name, APPOINTMENTS, size, start, peer.environment) for size in fitting]
        return jobs

    def time(self, jobs: Sequence[Job], years: float, repeats: int) -> None:
        """Run all jobs in turn, several times over, so that other work on the machine slows them alike."""
        for seed in range(1, repeats + 1):
            for job in jobs:
                if job.program in self.missing or (seed > 1 and job.program in SLOW):
                    continue
                try:
                    self.runs.append(job.run(years, seed))
                except InternalError as error:
                    if job.program == OWN:
                        raise
                    self.missing[job.program] = str(error)

    def best(self, program: str, work: str, inhabitants: int) -> Measurement | None:
        """Return the fastest run (times vary upwards only: other work on the machine), or None."""
        found = [r for r in self.runs if (r.program, r.work, r.inhabitants) == (program, work, inhabitants)]
        return min(found, key=lambda run: run.run_s, default=None)

    def rows(self) -> list[Measurement]:
        """Return the fastest run of each program, work and size, in the order of their first runs."""
        keys = dict.fromkeys((run.program, run.work, run.inhabitants) for run in self.runs)
        return [run for key in keys if (run := self.best(*key)) is not None]

    def exponent(self, program: str, work: str) -> float:
        """Return log(t2 / t1) / log(N2 / N1) of run times at the two largest sizes; nan if only one."""
        timed = sorted(
            (r.inhabitants, r.run_s) for r in self.rows() if (r.program, r.work) == (program, work)
        )
        if len(timed) < 2:
            return math.nan
        (small, fast), (large, long) = timed[-2:]
        return math.log(long / fast) / math.log(large / small)

    def ratios(self, inhabitants: int) -> dict[str, float]:
        """Return how many times a peer's run time the package takes on the reference workload, by peer."""
        mine = self.best(OWN, APPOINTMENTS, inhabitants)
        peers = ((peer.name, self.best(peer.name, APPOINTMENTS, inhabitants)) for peer in PEERS)
        return {name: mine.run_s / run.run_s for name, run in peers if mine and run}

    def outputs(self, program: str, inhabitants: int) -> dict[str, float]:
        """Return the median over repeats of each output of the reference workload."""
        found = [
            r for r in self.runs if (r.program, r.work, r.inhabitants) == (program, APPOINTMENTS, inhabitants)
        ]
        return {
            name: median(run.outputs[name] for run in found) for name in (found[0].outputs if found else ())
        }

    def as_json(self) -> str:
        """Return everything measured, and what follows from it."""
        sizes = sorted({run.inhabitants for run in self.runs if run.work == APPOINTMENTS})
        works = dict.fromkeys((run.program, run.work) for run in self.runs)
        content = {
            "runs": [{**asdict(run), "per_100k_year_s": run.per_100k_year_s} for run in self.runs],
            "exponents": {
                f"{p}/{w}": self.exponent(p, w) for p, w in works if not math.isnan(self.exponent(p, w))
            },
            "ratios": {str(size): self.ratios(size) for size in sizes},
            "missing": self.missing,
        }
        return json.dumps(content, indent=2)


def _command(file: Path, build: Path) -> list[str]:
    """How to start a peer; a C program is compiled first."""
    if not file.is_file():
        raise InternalError(f"bench: {file} is not there; add it or leave it out.")
    if file.suffix != ".c":
        return [sys.executable, str(file)]
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        raise InternalError("bench: no C compiler on this machine; install gcc to compare with C.")
    program = build / file.stem
    subprocess.run([compiler, "-O2", "-o", str(program), str(file), "-lm"], check=True)
    return [str(program)]
