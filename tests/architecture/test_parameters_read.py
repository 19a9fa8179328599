"""Every parameter is read by name somewhere: a number that nobody reads is a promise that a scenario cannot keep."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import cpts_sim
from cpts_sim.evidence import load_parameters

PACKAGE = Path(cpts_sim.__file__).parent


def _spoken() -> tuple[set[str], list[re.Pattern[str]]]:
    """Return the texts of the code, and what its texts with blanks in them could say."""
    whole: set[str] = set()
    patterns: list[re.Pattern[str]] = []
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr):
                parts = [re.escape(str(v.value)) if isinstance(v, ast.Constant) else "[a-z0-9_.]+" for v in node.values]
                if any(re.search(r"[a-z]{3}", part) for part in parts if part != "[a-z0-9_.]+"):
                    patterns.append(re.compile("".join(parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
    for file in PACKAGE.rglob("*.yaml"):
        if "evidence/data" not in file.as_posix():
            whole.update(re.findall(r"[a-z_]+\.[a-z0-9_.]+", file.read_text(encoding="utf-8")))
    return whole, patterns


def unread(ids: list[str]) -> list[str]:
    """Return the ids that no text of the code names, whole or by what follows the room."""
    whole, patterns = _spoken()
    return [
        name for name in ids
        if name not in whole and name.partition(".")[2] not in whole
        and not any(pattern.fullmatch(name) or pattern.fullmatch(name.partition(".")[2]) for pattern in patterns)
    ]  # fmt: skip


def test_every_parameter_is_read_by_name() -> None:
    ids = sorted(load_parameters())
    assert len(ids) > 500
    assert unread(ids) == []


def test_the_scan_sees_a_number_that_nobody_reads() -> None:
    assert unread(["nurse.density_per_100k", "gp.same_day_share"]) == ["nurse.density_per_100k"]
