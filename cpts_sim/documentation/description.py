"""The model's description (ODD+D) and the STRESS page: prose with marks that the code fills.

Prose lives in ``prose/*.md``; ``{{name}}`` is replaced by a list made from a registry and ``{{= id}}`` by the value of
a parameter with its unit, so that no number stands in the prose.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

from cpts_sim import EPOCH
from cpts_sim.documentation.markdown import NOTICE, bullets
from cpts_sim.documentation.numbers import short
from cpts_sim.documentation.parts import baseline_table, rules_table, shocks_table
from cpts_sim.errors import InternalError
from cpts_sim.evidence import REFERENCE_YEARS, Parameters, load_parameters, plain_value
from cpts_sim.explain import mission_card, mission_names

MARK = re.compile(r"\{\{(=?)\s*([a-z0-9_.]+)\s*\}\}")


def odd_page() -> str:
    """Return the description of the model after the ODD+D protocol."""
    return _filled("model.md")


def stress_page() -> str:
    """Return the answers to the STRESS checklist for agent-based simulation."""
    return _filled("stress.md")


def _filled(name: str) -> str:
    text = (files(__package__) / "prose" / name).read_text(encoding="utf-8")
    parameters = load_parameters(REFERENCE_YEARS[0])
    return f"{NOTICE}\n\n" + MARK.sub(lambda mark: _fill(name, mark, parameters), text)


def _fill(page: str, mark: re.Match[str], parameters: Parameters) -> str:
    number, name = mark.group(1) == "=", mark.group(2)
    if number and name in parameters:
        entry = parameters.entry(name)
        return f"{short(plain_value(entry.value))} {entry.unit} (`{name}`, {entry.grade})"
    if not number and name in LISTS:
        return LISTS[name](parameters)
    raise InternalError(f"prose/{page}: {mark.group(0)} is neither a parameter nor a list; correct the mark.")


def _missions(parameters: Parameters) -> str:
    cards = (mission_card(name, parameters) for name in mission_names())
    return bullets(f"**{card.words['title']}** (`{card.name}`). {card.words['does']} {card.words['price']}"
                   for card in cards)  # fmt: skip


def _counts(parameters: Parameters) -> str:
    inputs = [entry for entry in parameters.entries() if not entry.target]
    judged = sum(entry.grade == "judgement" for entry in inputs)
    return f"{len(inputs)} parameters, {judged} of them of grade *judgement*"


LISTS: Mapping[str, Callable[[Any], str]] = {
    "rules": lambda _: rules_table(),
    "baseline": lambda _: baseline_table(),
    "shocks": lambda _: shocks_table(),
    "missions": _missions,
    "counts": _counts,
    "epoch": lambda _: str(EPOCH),
}
"""Marks without a number → what they are replaced by."""
