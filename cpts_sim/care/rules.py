"""Named rules: about a dozen functions that decide who does what, and that missions wrap.

This is the table of contents of the model's behaviour. A mission wraps a rule with a function that receives the
inner rule as its first argument; wrappers apply by (rank, owner), so the order of a scenario file never matters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from cpts_sim.errors import InternalError

Rule = Callable[..., Any]


class Rules:
    """The rules in force in one model.

    Args:
        base: rule name → function of the model without any mission.
    """

    def __init__(self, base: Mapping[str, Rule]) -> None:
        self._base = dict(base)
        self._wrappers: dict[str, list[tuple[int, str, Rule]]] = {name: [] for name in base}
        self._composed: dict[str, Rule] = dict(base)

    def wrap(self, name: str, owner: str, rank: int, wrapper: Rule) -> None:
        """Put a wrapper around a rule.

        Args:
            name: name of the rule.
            owner: name of the mission or shock; it may wrap a rule once.
            rank: lower ranks are nearer to the base rule.
            wrapper: called as ``wrapper(inner, *arguments)``.
        """
        if name not in self._base:
            raise InternalError(f"rules: {owner} wraps {name!r}, which is not among {sorted(self._base)}.")
        if any(other == owner for _, other, _ in self._wrappers[name]):
            raise InternalError(f"rules: {owner} wraps {name!r} twice; install a mission only once.")
        self._wrappers[name] = sorted([*self._wrappers[name], (rank, owner, wrapper)], key=lambda w: w[:2])
        composed = self._base[name]
        for _, _, outer in self._wrappers[name]:
            composed = partial(outer, composed)
        self._composed[name] = composed

    def __getitem__(self, name: str) -> Rule:
        return self._composed[name]

    def describe(self) -> Iterator[tuple[str, str, list[str]]]:
        """Yield name, first line of the documentation and owners of the wrappers of each rule."""
        for name in sorted(self._base):
            text = (self._base[name].__doc__ or "").strip().splitlines()
            yield name, text[0] if text else "", [owner for _, owner, _ in self._wrappers[name]]
