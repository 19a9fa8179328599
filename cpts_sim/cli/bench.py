"""``cpts-sim bench``: speed and memory, beside other programs timed in the same call."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import click

from cpts_sim.words import number, say

if TYPE_CHECKING:
    from rich.table import Table

    from cpts_sim.experiment.bench import Bench

WORKS = ("appointments", "full")
SIZES = (100_000, 250_000)
WIDTH = 130


@click.command(help=say("cli.bench"))
@click.option("--peers", type=click.Path(path_type=Path), help=say("bench.option_peers"))
@click.option("--inhabitants", "-n", "sizes", type=click.IntRange(min=300), multiple=True, default=SIZES,
              show_default=True, help=say("bench.option_size"))  # fmt: skip
@click.option(
    "--years", type=click.IntRange(1, 20), default=1, show_default=True, help=say("bench.option_years")
)
@click.option(
    "--repeats", type=click.IntRange(1, 50), default=3, show_default=True, help=say("bench.option_repeats")
)
@click.option("--work", type=click.Choice(WORKS), help=say("bench.option_work"))
@click.option("--fast", is_flag=True, help=say("bench.option_fast"))
@click.option("--trace", type=click.Path(path_type=Path), help=say("bench.option_trace"))
@click.option("--json", "as_json", is_flag=True, help=say("bench.option_json"))
def command(
    peers: Path | None, sizes: tuple[int, ...], years: int, repeats: int, work: str | None, fast: bool,
    trace: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Time the package and, if asked, its peers."""
    if trace is not None:
        click.echo(_compare(trace, sizes[0], years))
        return
    from cpts_sim.experiment.bench import Bench, own_jobs

    bench = Bench()
    jobs = [job for chosen in (WORKS if work is None else (work,)) for job in own_jobs(chosen, sizes)]
    with TemporaryDirectory() as build:
        if peers is not None:
            jobs += bench.peer_jobs(peers, Path(build), sizes, slow=not fast)
        bench.time(jobs, years, repeats)
    if as_json:
        click.echo(bench.as_json())
    else:
        _print(bench)


def _compare(trace: Path, inhabitants: int, years: int) -> str:
    from cpts_sim.experiment.bench_worker import compare_with_plain_loop
    from cpts_sim.theory.appointment_year import Trace, Workload

    needs = Trace.read(trace)
    compare_with_plain_loop(Workload(inhabitants, years), needs)
    return say("bench.exact", needs=len(needs))


def _print(bench: Bench) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = WIDTH
    for work in dict.fromkeys(run.work for run in bench.runs):
        console.print(_table(bench, work))
    for program, work in dict.fromkeys((run.program, run.work) for run in bench.runs):
        value = bench.exponent(program, work)
        if value == value:
            name = f"{program} · {say(f'bench.{work}')}"
            console.print(say("bench.exponent", program=name, value=value))
    for program, reason in bench.missing.items():
        console.print(say("bench.missing", program=program, reason=reason))


def _table(bench: Bench, work: str) -> Table:
    from rich.table import Table

    table = Table(title=say(f"bench.{work}"))
    columns = ("program", "size", "setup", "run", "process", "cpu", "per", "memory", "ratio")
    for column in columns:
        left = column == "program"
        table.add_column(say(f"bench.column_{column}"), justify="left" if left else "right", no_wrap=left)
    for run in (run for run in bench.rows() if run.work == work):
        ratio = bench.ratios(run.inhabitants).get(run.program) if work == "appointments" else None
        table.add_row(
            run.program, number(run.inhabitants), number(run.setup_s, 2), number(run.run_s, 3),
            number(run.process_s, 2), number(run.cpu_s, 2), number(run.per_100k_year_s, 3),
            number(run.peak_mb), "" if ratio is None else number(ratio, 3 if ratio < 1 else 1),
        )  # fmt: skip
    return table
