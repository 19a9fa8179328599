"""What the page offers: territories, missions, shocks, lessons and every word, from the package's own files."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cpts_sim import __version__
from cpts_sim.app import course
from cpts_sim.app.asks import read_ask
from cpts_sim.app.limits import Limits
from cpts_sim.catalogue import catalogue, plugin_modules
from cpts_sim.engine.events import LEDGER_LINES, Act, Attachment, Need, Road, Route
from cpts_sim.errors import InternalError
from cpts_sim.evidence import load_parameters
from cpts_sim.missions.base import Mission
from cpts_sim.scenario import as_written, load
from cpts_sim.territory.archetypes import ARCHETYPES, archetype_title
from cpts_sim.words import label, languages
from cpts_sim.words.catalogue import sentences

Titles = dict[str, str]
SCHOOL_PEOPLE = 12_000
"""Inhabitants of a territory in the class by default: large enough for a few GPs a commune, quick to compute."""


FIRST = (
    "treating_physician", "unscheduled_care", "pathways", "prevention", "crisis", "quality", "professional_support",
)  # fmt: skip
"""Missions in the order of the contract: those of the socle, then the optional ones, then others' missions."""


def _rank(mission: str) -> tuple[int, str]:
    return (FIRST.index(mission) if mission in FIRST else len(FIRST), mission)


def presets(scenarios: list[Path] | None = None) -> dict[str, dict[str, Any]]:
    """Return the territories by name, as mappings of a scenario file.

    Args:
        scenarios: scenario files of the teacher, read now and never again.

    Raises:
        InputError: one of them is not valid.
    """
    found: dict[str, dict[str, Any]] = {name: {"territory": {"archetype": name}} for name in ARCHETYPES}
    for path in scenarios or ():
        scenario = load(path, catalogue())
        found[scenario.name] = {**as_written(scenario), "dates": None}
    return found


def offer(chosen: Mapping[str, Mapping[str, Any]], limits: Limits) -> dict[str, Any]:
    """Return what the page needs to know before anything runs, as JSON."""
    return {
        "version": __version__, "words": words(), "presets": [_preset(name, chosen[name]) for name in chosen],
        "missions": [_mission(name) for name in sorted(plugin_modules("missions"), key=_rank)],
        "shocks": [_shock(name) for name in plugin_modules("shocks")], "lessons": lessons(),
        "series": list(course.SERIES), "by_commune": list(course.BY_COMMUNE), "ledger": list(LEDGER_LINES),
        "codes": {kind.__name__.lower(): {str(int(code)): code.name.lower() for code in kind}
                  for kind in (Need, Route, Road, Attachment, Act)},
        "limits": {"days": limits.days, "people": limits.people, "draws": limits.draws},
        "school_people": SCHOOL_PEOPLE,
    }  # fmt: skip


def words() -> dict[str, Titles]:
    """Return the sentences of the page in both languages."""
    return {
        lang: {key.partition(".")[2]: str(text[lang]) for key, text in sentences("app").items() if lang in text}
        for lang in languages()
    }


def _titles(key: str, default: str) -> Titles:
    return {lang: label(key, lang, default=default) for lang in languages()}


def _preset(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    if name in ARCHETYPES:
        return {"name": name, "title": {lang: archetype_title(name, lang) for lang in languages()}, "scales": True}
    title = values.get("title") or {}
    return {"name": name, "title": {lang: title.get(lang) or name for lang in languages()}, "scales": False,
            "asks": _asks(values)}  # fmt: skip


def _asks(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a scenario of the teacher sets on the page at first."""
    cpts = values.get("cpts") or next((a["cpts"] for a in values.get("arms", {}).values() if a.get("cpts")), None)
    days = round(float(values.get("years", 1.0)) * 365)
    found: dict[str, Any] = {"days": days, "year": values.get("reference_year", 2019)}
    if cpts:
        members = {key: value for key, value in (cpts.get("members") or {}).items() if value is not None}
        found |= {"missions": cpts.get("missions", {}), "members": members}
    return found | {"shocks": values.get("shocks") or {}}


def _mission(name: str) -> dict[str, Any]:
    module = plugin_modules("missions")[name]
    parameters = load_parameters(2019)
    kind = next((item for item in vars(module).values() if _is_mission(item)), Mission)
    return {
        "name": name, "title": _titles(f"app.mission.{name}", name), "text": _titles(f"model.mission_{name}", name),
        "grade": kind.grade, "pays": [_titles(f"app.who.{who.replace(' ', '_')}", who) for who in kind.pays],
        "loses": [_titles("app.who." + _slug(who), who) for who in kind.loses],
        "start_months": float(parameters[kind.delay]), "requires": list(getattr(module.SETTINGS, "requires", ())),
        "preparation_hours": float(parameters["cpts.preparation_hours_month"]),
    }  # fmt: skip


def _is_mission(item: Any) -> bool:
    return isinstance(item, type) and issubclass(item, Mission) and item is not Mission


def _slug(text: str) -> str:
    return text.replace("'", "").replace("’", "").replace(" ", "_")


def _shock(name: str) -> dict[str, Any]:
    return {"name": name, "title": _titles(f"app.shock.{name}", name), "text": _titles(f"model.shock_{name}", name)}


@cache
def lessons() -> list[dict[str, Any]]:
    """Return the lessons, in order, each checked.

    Raises:
        InternalError: a lesson's file is not complete, or what it runs is not valid.
    """
    import yaml

    folder = files("cpts_sim.app").joinpath("lessons")
    found = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        if item.name.endswith(".yaml"):
            found.append(_lesson(item.name, yaml.safe_load(item.read_text(encoding="utf-8"))))
    return found


LESSON_TEXTS = ("title", "question", "story", "prediction", "watch", "note", "sheet")
OUTCOMES = ("down", "same", "up", "always")
"""What a reveal says: one sentence for each way the numbers may go, and one that holds whatever they say."""


def _lesson(name: str, content: Any) -> dict[str, Any]:
    missing = [key for key in ("id", "run", "series", "window", "reveal", *LESSON_TEXTS) if key not in content]
    if missing:
        raise InternalError(f"lessons/{name}: {', '.join(missing)} missing.")
    texts = {key: content[key] for key in LESSON_TEXTS}
    texts |= {f"reveal.{way}": content["reveal"].get(way, {}) for way in OUTCOMES}
    for key, text in texts.items():
        if set(text) != set(languages()):
            raise InternalError(f"lessons/{name}: {key} is not in every language.")
    first, last = content["window"]
    if not 0 <= first < last <= content["run"].get("days", 365):
        raise InternalError(f"lessons/{name}: window {content['window']}, expected two days of the run.")
    for series in (content["series"], *content.get("charts", ())):
        if series not in course.SERIES:
            known = ", ".join(course.SERIES)
            raise InternalError(f"lessons/{name}: series {series!r}, expected one of {known}.")
    for ask in (content["run"], *(item["run"] for item in content.get("variants", ()))):
        read_ask(ask, Limits())
    return dict(content)
