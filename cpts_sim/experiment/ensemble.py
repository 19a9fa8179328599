"""Which parameters a pair lives with: a member of a calibrated ensemble and a reading of each open structure.

The draw is a pure function of the ensemble's content and the pair's seed, so that it does not depend on workers or
on how many pairs are asked. Twelve seeds draw anew, the next twelve live the same draws again: what differs between
twins is chance, what differs between draws is parameters and structure (:mod:`cpts_sim.experiment.shares`).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from pathlib import Path
from typing import Any

from cpts_sim.care.baseline import levels
from cpts_sim.catalogue import catalogue
from cpts_sim.errors import InputError
from cpts_sim.evidence import Parameters, check_overrides, load_parameters
from cpts_sim.evidence.entry import is_number
from cpts_sim.scenario import Scenario, as_written, canonical_json, from_written
from cpts_sim.words import say

STRUCTURE = "structure"
"""Prefix of the groups of variants among the things that vary."""
SHIPPED = "ensemble.yaml"
YEAR = 2019
"""Reference year of the shipped variants, and of an ensemble that names none."""
BLOCK = 12
"""Seeds that draw anew before as many live the same draws again."""


@dataclass(frozen=True)
class Choice:
    """A member of the ensemble, or a variant of one group.

    Attributes:
        name: what it is called. weight: relative chance of being drawn. parameters: id → number. why: reason.
    """

    name: str
    weight: float
    parameters: Mapping[str, float]
    why: str = ""


@dataclass(frozen=True)
class Vector:
    """What one pair lives with.

    Attributes:
        member: name of the member. variants: group → name of the variant. parameters: all their numbers.
    """

    member: str
    variants: Mapping[str, str]
    parameters: Mapping[str, float]


@dataclass(frozen=True)
class Ensemble:
    """Sets of parameters that are all plausible, and structural variants.

    Attributes:
        members: the sets. variants: group → its variants. year: reference year of the facts they reach.
        source: where it was calibrated. discrepancy: fact → standard deviation granted to the model.
    """

    members: tuple[Choice, ...]
    variants: Mapping[str, tuple[Choice, ...]]
    year: int = YEAR
    source: str = ""
    discrepancy: Mapping[str, float] = field(default_factory=dict)

    @property
    def structures(self) -> int:
        """Number of combinations of structural variants."""
        return math.prod(len(found) for found in self.variants.values())

    def plain(self) -> dict[str, Any]:
        """Return the ensemble as plain values: what its file holds."""
        return {
            "kind": "ensemble", "year": self.year, "source": self.source,
            "discrepancy": dict(self.discrepancy),
            "members": [_plain(member) for member in self.members],
            "variants": {
                group: {v.name: {k: x for k, x in _plain(v).items() if k != "name"} for v in found}
                for group, found in self.variants.items()
            },
        }  # fmt: skip

    def to_yaml(self) -> bytes:
        """Write the file of the ensemble; :func:`read_ensemble` reads the same ensemble from it."""
        import yaml

        return str(yaml.safe_dump(self.plain(), sort_keys=False, allow_unicode=True, width=120)).encode()

    def digest(self) -> str:
        """Return 32 hexadecimal digits that change when a draw could."""
        plain = self.plain()
        told = {"members": plain["members"], "variants": plain["variants"]}
        return blake2b(canonical_json(told).encode(), digest_size=16).hexdigest()

    def of_year(self, year: int) -> Ensemble:
        """Return the same ensemble in another reference year.

        A number whose reference changes between the years changes in proportion, within its range: what is
        uncertain is how France works, what is known is how it changed.
        """
        if year == self.year:
            return self
        mine, other = load_parameters(self.year), load_parameters(year)
        moved = {
            group: tuple(_carried(choice, mine, other) for choice in found) for group, found in self.variants.items()
        }
        members = tuple(_carried(choice, mine, other) for choice in self.members)
        return replace(self, members=members, variants=moved, year=year)

    def draw(self, seed: int) -> Vector:
        """Return what the pair of a seed lives with; a variant has the last word over a member."""
        rank = draw_number(seed)
        member = _drawn(self.members, f"member:{rank}")
        chosen = {group: _drawn(found, f"{group}:{rank}") for group, found in self.variants.items()}
        parameters = dict(member.parameters)
        for variant in chosen.values():
            parameters |= variant.parameters
        return Vector(member.name, {group: v.name for group, v in chosen.items()}, dict(sorted(parameters.items())))


def _carried(choice: Choice, mine: Parameters, other: Parameters) -> Choice:
    numbers = {}
    for name, value in choice.parameters.items():
        entry, was, becomes = other.entry(name), mine[name], other[name]
        moved = value * becomes / was if was and was != becomes else value
        numbers[name] = min(max(moved, entry.low), entry.high)
    return replace(choice, parameters=numbers)


def draw_number(seed: int) -> int:
    """Return the number of the draw that the pair of a seed lives with: twins have the same."""
    block, place = divmod(seed - 1, 2 * BLOCK)
    return block * BLOCK + place % BLOCK + 1


def _plain(choice: Choice) -> dict[str, Any]:
    out: dict[str, Any] = {"name": choice.name, "weight": float(choice.weight)}
    if choice.why:
        out["why"] = choice.why
    return {**out, "parameters": dict(sorted(choice.parameters.items()))}


def _drawn(choices: Sequence[Choice], what: str) -> Choice:
    """Draw by weight, with a number that depends on the name of the draw only."""
    digits = blake2b(f"cpts_sim ensemble:{what}".encode(), digest_size=8).digest()
    left = int.from_bytes(digits, "big") / 2**64 * sum(choice.weight for choice in choices)
    for choice in choices:
        left -= choice.weight
        if left < 0:
            return choice
    return choices[-1]


def with_vector(scenario: Scenario, vector: Vector) -> Scenario:
    """Return the scenario with the parameters of a vector, the same in every arm.

    A number that the scenario, or one of its arms, sets itself is kept: what the user wrote is not uncertain.
    """
    return with_numbers(scenario, vector.parameters)


def with_numbers(scenario: Scenario, numbers: Mapping[str, float]) -> Scenario:
    """Return the scenario with parameters under those that it sets itself, the same in every arm.

    The level of an institution that the scenario writes (``baseline``) is a parameter that it sets itself.
    """
    written, own_levels = as_written(scenario), levels(scenario.baseline)
    numbers = {name: value for name, value in numbers.items() if name not in own_levels}
    arms = {
        name: {**arm, "parameters": {**numbers, **(arm.get("parameters") or {})}}
        for name, arm in written["arms"].items()
    }
    own = {**numbers, **(written.get("parameters") or {})}
    return from_written({**written, "parameters": own, "arms": arms}, catalogue())


def read_ensemble(path: Path) -> Ensemble:
    """Read an ensemble that ``cpts-sim calibrate`` wrote, or one written by hand.

    Raises:
        InputError: no readable ensemble, no member, two of one name, an unknown parameter or one outside its range.
    """
    import yaml

    try:
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError):
        told = None
    if not _is_ensemble(told):
        raise InputError(say("calibrate.ensemble.shape", file=path))
    year = int(told.get("year", YEAR))
    members = tuple(_choice(raw, f"{path}: members[{rank}]", year) for rank, raw in enumerate(told["members"]))
    for name, times in Counter(member.name for member in members).items():
        if times > 1:  # what a member misses is told by its name
            raise InputError(say("calibrate.ensemble.twice", file=path, name=name))
    variants = shipped_variants() if "variants" not in told else _groups(told["variants"] or {}, str(path), year)
    granted = {str(name): float(value) for name, value in (told.get("discrepancy") or {}).items()}
    return Ensemble(members, variants, year, str(told.get("source", "")), granted)


def _is_ensemble(told: Any) -> bool:
    """Tell whether a file's content has the outer shape of an ensemble; members are looked at one by one."""
    if not isinstance(told, dict) or told.get("kind") != "ensemble":
        return False
    members, granted, year = told.get("members"), told.get("discrepancy") or {}, told.get("year", YEAR)
    known = isinstance(granted, dict) and all(is_number(value) for value in granted.values())
    return isinstance(members, list) and bool(members) and known and is_number(year) and year == int(year)


def _groups(told: Any, place: str, year: int) -> dict[str, tuple[Choice, ...]]:
    if not isinstance(told, dict) or not all(isinstance(group, dict) and group for group in told.values()):
        raise InputError(say("calibrate.ensemble.variants", file=place))
    return {
        str(group): tuple(
            _choice({**raw, "name": name} if isinstance(raw, dict) else raw, f"{place}: {group}.{name}", year)
            for name, raw in sorted(items.items())
        )
        for group, items in sorted(told.items())
    }


def _choice(raw: Any, place: str, year: int) -> Choice:
    parameters = raw.get("parameters") if isinstance(raw, dict) else None
    weight = raw.get("weight", 1.0) if isinstance(raw, dict) else 0.0
    if not isinstance(parameters, dict) or not is_number(weight) or weight <= 0:
        raise InputError(say("calibrate.ensemble.member", place=place))
    for problem in check_overrides(parameters, year):
        raise InputError(f"{place}: {problem.message}")
    numbers = {str(name): float(value) for name, value in parameters.items()}
    return Choice(str(raw.get("name", "")), float(weight), numbers, str(raw.get("why", "")))


@cache
def shipped_variants() -> Mapping[str, tuple[Choice, ...]]:
    """Return the structural variants shipped with the package."""
    import yaml

    place = files("cpts_sim.evidence").joinpath("uncertainty/variants.yaml")
    return _groups(yaml.safe_load(place.read_text(encoding="utf-8")), "variants.yaml", YEAR)


def shipped_ensemble() -> Path | None:
    """Return the file of the ensemble shipped with the package, None where there is none."""
    place = Path(str(files("cpts_sim.evidence").joinpath(f"uncertainty/{SHIPPED}")))
    return place if place.is_file() else None


def judged(ensemble: Ensemble) -> tuple[list[str], list[str]]:
    """Return (what varies by judgement, what varies by evidence): ids of parameters, and groups of variants.

    Structural variants are judgement: nobody has measured which of them holds.
    """
    known = load_parameters(ensemble.year)
    names = sorted({name for member in ensemble.members for name in member.parameters})
    varying = [n for n in names if len({member.parameters.get(n) for member in ensemble.members}) > 1]
    ours = [name for name in varying if known.entry(name).grade == "judgement"]
    groups = [f"{STRUCTURE}.{group}" for group, found in ensemble.variants.items() if len(found) > 1]
    return ours + groups, [name for name in varying if name not in ours]
