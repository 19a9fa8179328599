"""Everything a sweep leaves: tables, analyses, their French copies, in one folder written as a whole."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpts_sim.experiment.analysis.choose import analyse
from cpts_sim.experiment.analysis.finding import Finding
from cpts_sim.experiment.results import PROVENANCE
from cpts_sim.experiment.store import MANIFEST
from cpts_sim.experiment.sweep import tables
from cpts_sim.experiment.sweep.coordinator import Outcome, Sweep
from cpts_sim.experiment.sweep.responses import Responses, responses_of
from cpts_sim.experiment.sweep.size import size_sentence
from cpts_sim.files import write_fault, write_folder


@dataclass(frozen=True)
class SweepResults:
    """What figures are drawn from: the numbers and what the analyses found."""

    responses: Responses
    findings: tuple[Finding, ...]
    effects: dict[str, list[Any]]


def files_of(sweep: Sweep, outcome: Outcome, lang: str) -> tuple[dict[str, bytes], SweepResults]:
    """Return the tables and analyses of a sweep, and what figures need."""
    responses = responses_of(sweep, outcome.runs)
    effects = tables.effects_table(responses)
    findings = tuple(analyse(responses))
    named = {
        "points": tables.points_table(sweep.experiment),
        "runs": tables.runs_table(sweep, outcome.runs),
        "effects": effects,
        **{finding.name: finding.table for finding in findings},
    }
    if outcome.failures:
        named["failures"] = tables.failures_table(sweep.experiment, outcome.failures)
    files = {f"{name}.parquet": tables.parquet(table) for name, table in named.items()}
    files |= {f"{name}.csv": tables.csv(table, "fr") for name, table in named.items() if name != "runs"}
    files["experiment.yaml"] = sweep.experiment.path.read_bytes()
    notes = [size_sentence(responses, lang)]
    notes += [line for finding in findings for line in finding.say(lang, sweep.experiment)]
    files["summary.txt"] = ("\n".join(notes) + "\n").encode()
    return files, SweepResults(responses, findings, effects)


def write_files(sweep: Sweep, outcome: Outcome, folder: Path, files: Mapping[str, bytes], apart: bytes) -> None:
    """Write the folder: each file whole, then the manifest that lists them; leftovers of before are removed."""
    everything = {**files, MANIFEST: tables.manifest(sweep, outcome.runs, files), PROVENANCE: apart}
    draft = folder.with_name(f".{folder.name}.{os.getpid()}.partial")
    write_folder(draft, everything, folder)  # a full disk is met here, with the results of before untouched
    try:
        folder.mkdir(exist_ok=True)
        shutil.rmtree(folder / "figures", ignore_errors=True)
        for old in folder.iterdir():
            if old.is_file() and old.suffix in (".parquet", ".csv", ".txt") and old.name not in everything:
                old.unlink()
        for name in everything:
            (folder / name).parent.mkdir(exist_ok=True)
            (draft / name).replace(folder / name)
    except OSError as error:
        raise write_fault(error, folder) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
