"""The territory that a scenario asks for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters, load_parameters
from cpts_sim.territory.archetypes import load_archetype
from cpts_sim.territory.commune_table import read_commune_table
from cpts_sim.territory.practices import build_practices
from cpts_sim.territory.territory import Territory, read_territory
from cpts_sim.words import did_you_mean, say

KINDS = ("archetype", "file", "table", "practices")
"""The ways to name a territory, of which a scenario uses one."""


def load_territory(settings: Any, base_dir: Path | str = ".", p: Parameters | None = None) -> Territory:
    """Return the territory of a scenario.

    Args:
        settings: a mapping (or a pydantic model) with exactly one of ``archetype`` (with or without
            ``population``), ``file`` (a territory file), ``table`` (a csv of communes) or ``practices``
            (a theory layout).
        base_dir: folder from which relative paths are read, that of the scenario.
        p: parameters (default: those of 2019).

    Raises:
        InputError: no or several kinds, unknown key, or what the kind's own reader refuses.
    """
    p = p or load_parameters()
    given = _given(settings)
    kind = _only_kind(given)
    if kind == "archetype":
        return load_archetype(str(given["archetype"]), given.get("population"), p)
    if kind == "practices":
        return build_practices(_plain(given["practices"]), p)
    path = Path(base_dir) / str(given[kind])
    return read_territory(path) if kind == "file" else read_commune_table(path, p)


def _plain(settings: Any) -> dict[str, Any]:
    return dict(settings) if isinstance(settings, Mapping) else dict(settings.model_dump())


def _given(settings: Any) -> dict[str, Any]:
    given = {key: value for key, value in _plain(settings).items() if value is not None}
    for key in given:
        if key not in (*KINDS, "population"):
            raise InputError(say("territory.option_unknown", value=key, hint=did_you_mean(key, KINDS)))
    return given


def _only_kind(given: Mapping[str, Any]) -> str:
    kinds = [kind for kind in KINDS if kind in given]
    if len(kinds) != 1:
        raise InputError(say("territory.option_one", value=", ".join(kinds) or "∅"))
    return kinds[0]
