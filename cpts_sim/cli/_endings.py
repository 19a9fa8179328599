"""How commands that judge end: what they found is saved with its figures, and ``--strict`` refuses what is outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from cpts_sim.errors import InputError
from cpts_sim.files import write_file
from cpts_sim.words import say


def save(folder: Path, files: Mapping[str, bytes], figures: Mapping[str, bytes], key: str) -> None:
    """Write files and figures into a folder, each as a whole, and say where.

    Args:
        folder: where, made if absent.
        files: name → content.
        figures: name → picture, put under ``figures``.
        key: the sentence that says it.

    Raises:
        InputError: the disk is full or the folder cannot be written.
    """
    for name, data in {**files, **{f"figures/{name}": data for name, data in figures.items()}}.items():
        write_file(folder / name, data)
    click.echo(say(key, folder=folder), err=True)


def refuse(wrong: Sequence[str], key: str, most: int | None = None) -> None:
    """Leave with exit code 3 if anything is outside.

    Args:
        wrong: what is, in words.
        key: the sentence that says how many, and which.
        most: how many of them are named (default: all).

    Raises:
        InputError: something is.
    """
    if wrong:
        raise InputError(say(key, count=len(wrong), rows="; ".join(wrong[:most])))
