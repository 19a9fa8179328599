"""Arms of a real decision: from their short forms in a file to complete policies.

Four short forms stand beside a whole block ``cpts``: ``minus`` takes missions away, ``plus`` adds some, ``stop`` ends
the contract, ``instead`` spends the same euros otherwise. An arm named ``without`` has no CPTS, one named ``stop``
ends it (on day 0 where it exists already, else half-way through the run), and one named ``same_money`` spends its
money otherwise, unless they say something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from cpts_sim.scenario.ends import ENDS, arm_at_end, at_end, end_of_range
from cpts_sim.scenario.fields import Euros, Share
from cpts_sim.scenario.problems import Mark, Path_, Problem
from cpts_sim.scenario.settings import Settings
from cpts_sim.words import did_you_mean, say

WITHOUT, WITH, STOP, SAME_MONEY = "without", "with", "stop", "same_money"
"""Names of arms that say what they are."""
FORMS = ("minus", "plus", "stop", "instead")
AT_ONCE = "0 months"


class Instead(Settings):
    """The same euros a year spent otherwise: shares of medical assistants, paid sessions, support of MSPs."""

    assistants: Share = 0.0
    """Share of the euros that employs medical assistants."""
    sessions: Share = 0.0
    """Share of the euros that pays extra sessions of unscheduled care."""
    msp: Share = 0.0
    """Share of the euros that employs coordinators of multiprofessional health houses (MSP)."""
    euros_per_year: Euros | None = Field(None, alias="euros")
    """Euros a year (none: those that the contract of the scenario's CPTS is due to pay, when it is)."""

    @model_validator(mode="after")
    def _whole(self) -> Instead:
        total = self.assistants + self.sessions + self.msp
        if abs(total - 1.0) > 1e-6:
            raise PydanticCustomError("expected", "expected {expected}", {"expected": "shares_of_one"})
        return self


EQUALLY = {"assistants": 0.5, "sessions": 0.5}
"""How the money is spent by an arm that only says that it spends it otherwise."""


def with_arms(values: Mapping[str, Any]) -> dict[str, Any]:
    """Write every arm in full: its CPTS and parameters are put over the scenario's, short forms are worked out."""
    cpts, parameters = values.get("cpts"), values.get("parameters", {})
    arms = values.get("arms") or default_arms(cpts)
    if not isinstance(arms, Mapping):
        return dict(values)
    ends = AT_ONCE if exists_already(cpts) else _half_way(values.get("years", 1.0))
    full = {name: _full_arm(str(name), arm, cpts, parameters, ends) for name, arm in arms.items()}
    return {**values, "arms": full}


def _half_way(years: Any) -> str:
    """Return the middle of a run, as a scenario writes it."""
    whole = isinstance(years, int | float) and not isinstance(years, bool)
    return f"{6.0 * years:g} months" if whole else AT_ONCE


def default_arms(cpts: Any) -> dict[str, Any]:
    """Return the arms of a scenario that names none: today against the decision."""
    if cpts is None:
        return {WITHOUT: {}}
    return {WITH: {}, STOP: {}} if exists_already(cpts) else {WITHOUT: {}, WITH: {}}


def exists_already(cpts: Any) -> bool:
    """Tell whether a block ``cpts`` describes a CPTS that exists on day 0."""
    return isinstance(cpts, Mapping) and cpts.get("since") is not None


def merge(base: Any, upper: Any) -> Any:
    """Return ``upper`` over ``base``: mappings merge key by key, anything else (null included) replaces."""
    if not (isinstance(base, Mapping) and isinstance(upper, Mapping)):
        return upper
    return {**base, **{key: merge(base.get(key), value) for key, value in upper.items()}}


def _full_arm(name: str, arm: Any, cpts: Any, parameters: Any, ends: str) -> Any:
    if not isinstance(arm, Mapping):
        return arm
    written = {**_of_name(name, arm, ends), **arm}
    own = written.get("cpts", cpts)
    for form in ("minus", "plus", "stop"):
        own = _FORMS[form](own, written.pop(form)) if form in written else own
    if written.get("instead") is not None and "cpts" not in written:
        own = _stopped(own, AT_ONCE) if exists_already(own) else None
    return {
        **written,
        "cpts": merge(cpts, own) if own is not None else None,
        "parameters": merge(parameters, arm.get("parameters", {})),
    }


def _of_name(name: str, arm: Mapping[str, Any], ends: str = AT_ONCE) -> dict[str, Any]:
    """What an arm means by its name alone."""
    if "cpts" in arm or any(form in arm for form in FORMS):
        return {}
    meant: dict[str, dict[str, Any]] = {
        WITHOUT: {"cpts": None}, STOP: {"stop": ends}, SAME_MONEY: {"instead": dict(EQUALLY)},
    }  # fmt: skip
    return meant.get(name, {})


def _minus(cpts: Any, names: Any) -> Any:
    return merge(cpts, {"missions": dict.fromkeys(_listed(names))})


def _plus(cpts: Any, missions: Any) -> Any:
    added = missions if isinstance(missions, Mapping) else {name: {} for name in _listed(missions)}
    return merge(cpts, {"missions": dict(added)}) if isinstance(cpts, Mapping) else cpts


def _stopped(cpts: Any, when: Any) -> Any:
    return merge(cpts, {"stop": when}) if isinstance(cpts, Mapping) else cpts


_FORMS = {"minus": _minus, "plus": _plus, "stop": _stopped}


def _listed(names: Any) -> list[str]:
    if isinstance(names, Mapping):
        return [str(name) for name in names]
    return [str(name) for name in names] if isinstance(names, list | tuple) else [str(names)]


# ------------------------------------------------------------------------------------------ what is wrong
def arm_problems(values: Mapping[str, Any], marks: Mapping[Path_, Mark]) -> Iterator[Problem]:
    """Yield what cannot be meant: missions taken away that are not there, a CPTS that never was, money of nothing."""
    arms, cpts = values.get("arms"), values.get("cpts")
    if not isinstance(arms, Mapping):
        return
    there = cpts.get("missions") if isinstance(cpts, Mapping) else None
    known = [name for name, block in there.items() if block is not None] if isinstance(there, Mapping) else []
    for name, arm in arms.items():
        if isinstance(arm, Mapping):
            for form, text in _faults(str(name), arm, cpts, known):
                path: Path_ = ("arms", name, form) if form in arm else ("arms", name)
                yield Problem.about(marks.get(path) or marks.get(("arms", name)), path, text)


def _faults(name: str, arm: Mapping[str, Any], cpts: Any, known: list[str]) -> Iterator[tuple[str, str]]:
    meant = {**_of_name(name, arm), **arm}
    for mission in _listed(meant["minus"]) if "minus" in meant else []:
        if mission not in known:
            hint = did_you_mean(mission, known)
            yield "minus", say("scenario.minus_absent", value=mission, hint=hint, known=", ".join(known) or "–")
    for form in _FORMS:
        if form in arm and arm.get("instead") is not None and "cpts" not in arm:
            yield form, say("scenario.arm_form_unused", form=form)
    for form in ("plus", "stop"):
        if form in meant and not isinstance(meant.get("cpts", cpts), Mapping):
            yield form, say("scenario.arm_of_nothing", form=form)
    instead = meant.get("instead")
    if isinstance(instead, Mapping) and instead.get("euros") is None and not isinstance(cpts, Mapping):
        yield "instead", say("scenario.money_of_nothing")
    if exists_already(cpts) and meant.get("cpts", cpts) is None:
        yield "cpts", say("scenario.exists_already")


# ------------------------------------------------------------------------------------------ on a command line
def short_arm(text: str) -> tuple[str, dict[str, Any]] | None:
    """Read an arm as a command line writes it.

    It is a name that says what it is, ``minus:mission``, ``plus:mission``, or the scenario's CPTS with one parameter at
    an end of its range: ``low:parameter``, ``high:parameter``.

    Returns:
        The arm's name and its block; None for any other text.

    Raises:
        UsageError: the parameter is not known, is read without a CPTS too, or has no range.
    """
    form, colon, about = text.partition(":")
    if not colon:
        return (text, {}) if text in (WITHOUT, WITH, STOP, SAME_MONEY) else None
    if form in ENDS and about:
        return arm_at_end(form, about), {"parameters": {about: end_of_range(about, form)}}
    return (f"{form}_{about}", {form: about}) if form in ("minus", "plus") and about else None


def mission_of(arm: str) -> tuple[str, str] | None:
    """Return ("minus" or "plus", mission) for an arm that differs by one mission, else None."""
    form, _, mission = arm.partition("_")
    return (form, mission) if form in ("minus", "plus") and mission else None


def made_for_a_table(arm: str) -> bool:
    """Tell whether an arm differs by one mission or by one assumption: it is read beside the decision only."""
    return mission_of(arm) is not None or at_end(arm) is not None
