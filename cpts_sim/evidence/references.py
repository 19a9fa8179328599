"""What the codes in the sources of parameters stand for, and where each was read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CODE = re.compile(r"\b[A-Z]{1,3}\d{1,3}\b")
"""How a code looks in a source: one to three capitals and a number."""
NO_CODES = frozenset({"D201", "D301", "P10", "P50", "P90"})
"""What looks like a code and is none: lines of the BPE and quantiles."""


@dataclass(frozen=True)
class Reference:
    """A code in the sources of parameters.

    Attributes:
        code: as sources write it. what: its subject by language (empty where the addresses say it).
        where: addresses where it was read, originals in brackets; none where it was recalled or computed.
    """

    code: str
    what: Mapping[str, str]
    where: tuple[str, ...]


@cache
def references() -> dict[str, Reference]:
    """Return every code with what it stands for."""
    import yaml

    text = files("cpts_sim.evidence").joinpath("references.yaml").read_text(encoding="utf-8")
    return {
        code: Reference(code, told.get("what", {}), tuple(told.get("where", ())))
        for code, told in yaml.safe_load(text).items()
    }


def codes_in(text: str) -> list[str]:
    """Return the codes that a source names, in order."""
    return [code for code in CODE.findall(text) if code not in NO_CODES]
