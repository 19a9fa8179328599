"""Commune codes: their form, those of overseas, the arrondissements of Paris, Lyon and Marseille, mergers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from cpts_sim.errors import InputError
from cpts_sim.territory.readers.tabular import Column, has_columns, read_table
from cpts_sim.words import say

_CODE = re.compile(r"(?:\d{2}|2[AB])\d{3}")

WHOLE_CITIES: Mapping[str, tuple[str, ...]] = {
    "75056": tuple(f"751{k:02d}" for k in range(1, 21)),
    "69123": tuple(f"6938{k}" for k in range(1, 10)),
    "13055": tuple(f"132{k:02d}" for k in range(1, 17)),
}
"""Paris, Lyon and Marseille: the code of the city → the codes of its arrondissements."""

_ODIS = (
    Column("old", "ancien code officiel"),
    Column("new", "code courant officiel"),
    Column("level", "niveau", True),
)
_INSEE = (Column("old", "codgeo_ini"), Column("new", r"codgeo_\d{4}"), Column("level", "nivgeo", True))
PASSAGE_LAYOUTS = (_ODIS, _INSEE)


def is_code(text: str) -> bool:
    """Tell whether a text has the form of a commune code (five characters, Corsica with A or B)."""
    return _CODE.fullmatch(text) is not None


def department_of(code: str) -> str:
    """Return the department part of a commune code: two characters, three overseas."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def commune_code(department: str, commune: str) -> str:
    """Return the five-character code from a department and a commune number, overseas included.

    Overseas, INSEE writes department 971 and commune 101: the code is 97101 (the third digit is shared).
    """
    department = department.strip().upper().zfill(2)
    number = commune.strip().zfill(3)
    return department[:2] + number if len(department) == 3 else department + number


def normal_code(text: str) -> str:
    """Return a code as five characters: lost leading zeros, 2a for 2A and 971102 for 97102 are mended."""
    code = text.strip().strip('"').upper()
    if code.isdigit() and len(code) == 4:
        return "0" + code
    if len(code) == 6 and code.startswith("97") and code[2] == code[3]:
        return code[:3] + code[4:]
    return code


def read_passage(path: Path) -> dict[str, str]:
    """Return old code → code of the file's target geography, for the communes whose code changed.

    Raises:
        InputError: the file has none of the known layouts, or holds no commune.
    """
    pairs = [row for row in _passage_rows(path) if row[2] in ("", "COM", "ARM")]
    if not pairs:
        raise InputError(say("territory.file_empty", place=path.name, expected=say("territory.kind_passage")))
    return {old: new for old, new, _ in pairs if old != new and is_code(new)}


def _passage_rows(path: Path) -> list[tuple[str, str, str]]:
    layout = next((item for item in PASSAGE_LAYOUTS if has_columns(path, item)), _ODIS)
    return [
        (normal_code(old), normal_code(new), level.strip()) for old, new, level in read_table(path, layout)
    ]


def follow(code: str, passage: Mapping[str, str]) -> str:
    """Return the code in the target geography after all mergers (chains are followed; a cycle stops)."""
    seen = {code}
    while code in passage and passage[code] not in seen:
        code = passage[code]
        seen.add(code)
    return code


def carry(values: Mapping[str, float], passage: Mapping[str, str]) -> dict[str, float]:
    """Return commune → value summed over the communes that merged into it."""
    out: dict[str, float] = {}
    for code, value in values.items():
        target = follow(code, passage)
        out[target] = out.get(target, 0.0) + value
    return out
