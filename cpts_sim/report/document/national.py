"""France beside a territory: each number with the year and the source it was read in, none of them a model's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from cpts_sim.evidence import ParameterEntry, Parameters
from cpts_sim.experiment.facts import targets
from cpts_sim.report.document.territory_facts import Fact, ages_of, counted, exact, late_gps, late_nurses, unscheduled
from cpts_sim.territory import Territory, load_archetype
from cpts_sim.words import LANGUAGES, say, source_words

PER_10_000 = 0.1
"""What a number per 100 000 is multiplied by."""
READ = {"without_mt": "without_mt", "ald_without_mt": "ald_without_mt", "lists_closed": "closed_lists"}
"""Numbers of a diagnosis and the facts used for validation (``reads``) that are the same in France."""


@dataclass(frozen=True)
class National:
    """A number of France with its year and source (by language); the ends of the fact are its published band."""

    fact: Fact
    year: str
    source: Mapping[str, str]


def france_of(territory: Territory, year: int, p: Parameters) -> dict[str, National]:
    """Return the numbers of France beside those of a territory: of the same year where they are known by year.

    Args:
        territory: its supply was counted in a year, its accessibility published of one.
        year: reference year.
        p: parameters of that year.
    """
    return {**_of_ages(p), **_of_supply(territory, p), **_published(territory), **_validated(year), **_late(p),
            **_computed(p)}  # fmt: skip


def of_entry(entry: ParameterEntry, value: float | None = None) -> National:
    """Return a parameter as a number of France, with its source."""
    number = entry.value if value is None else value
    return National(exact(float(number)), entry.year, _source(entry.source))  # type: ignore[arg-type]


def _source(source: str, names: str = "") -> dict[str, str]:
    """Return a source by language, after the names of the parameters that it is of."""
    after = {"fr": f"{names} : ", "en": f"{names}: "}
    return {lang: (after[lang] if names else "") + source_words(source, lang) for lang in LANGUAGES}


def _said(key: str) -> dict[str, str]:
    return {lang: say(key, lang) for lang in LANGUAGES}


def _of_ages(p: Parameters) -> dict[str, National]:
    entry, table = p.entry("territory.national_age_sex"), p.table("territory.national_age_sex")
    bands = table["men"] + table["women"]
    shares = {name: of_entry(entry, value) for name, value in ages_of(bands).items()}
    same = {
        name: National(exact(value), "", _said("diagnosis.by_definition"))
        for name, value in (("need", 100.0), ("deprivation", 3.0))
    }
    rates = _source(p.entry("care.rate_acute").source, "care.rate_minor, care.rate_acute")
    asked = National(exact(unscheduled(bands, p)), entry.year, rates)
    return {**shares, **same, "unscheduled": asked, "density": of_entry(p.entry("territory.national_density"))}


def _of_supply(territory: Territory, p: Parameters) -> dict[str, National]:
    """Return professionals per 10 000 inhabitants in the year in which those of the territory were counted."""
    entry = p.entry("territory.national_gps_within_reach")
    base = min(entry.by_year)
    gps = PER_10_000 * float(entry.by_year[base]) * _carried("gps", territory.supply_year - base, p)  # type: ignore[arg-type]
    dense = National(exact(gps), str(territory.supply_year), _source(entry.source))
    others = {
        name: National(exact(told["value"] * _carried(told["trend"], territory.supply_year - int(told["year"]), p)),
                       str(territory.supply_year), told["source"])
        for name, told in published_facts().items() if "trend" in told
    }  # fmt: skip
    return {"gps_density": dense, "gps_need": dense, **others}


def _carried(profession: str, years: int, p: Parameters) -> float:
    return 1.0 + p.mapping("territory.supply_trend")[profession] * years


def _published(territory: Territory) -> dict[str, National]:
    """Return what was published once; accessibility only beside a territory's of the same year."""
    told = {name: fact for name, fact in published_facts().items() if "trend" not in fact}
    year = apl_year(territory)
    kept = {name: fact for name, fact in told.items() if not name.endswith("_published") or fact["year"] == str(year)}
    return {name: National(exact(fact["value"]), fact["year"], fact["source"]) for name, fact in kept.items()}


def apl_year(territory: Territory) -> int:
    """Return the year of the accessibility published for a territory, 0 where there is none."""
    told = [remark.values["year"] for remark in territory.remarks if remark.key == "territory.note_apl_gap"]
    return int(told[0]) if told else 0


def _validated(year: int) -> dict[str, National]:
    """Return the facts of the reference year that the model is held against, with their bands."""
    known = {entry.fact["reads"]: entry for entry in targets(year)}
    return {name: National(Fact(float(entry.value), entry.low, entry.high), entry.year, _source(entry.source))  # type: ignore[arg-type]
            for name, reads in READ.items() if (entry := known.get(reads)) is not None}  # fmt: skip


def _late(p: Parameters) -> dict[str, National]:
    gps, nurses = p.entry("territory.gp_age"), p.entry("territory.nurse_age")
    return {"gps_late": of_entry(gps, late_gps(p)), "nurses_late": of_entry(nurses, late_nurses(p))}


def _computed(p: Parameters) -> dict[str, National]:
    """Return the accessibility computed as that of a territory is, on the territory with the national means."""
    value = counted(load_archetype("reference"), p)["apl"].value
    if not math.isfinite(value):
        return {}
    return {"apl": National(exact(value), "", _said("diagnosis.by_mean_territory"))}


@cache
def published_facts() -> Mapping[str, Mapping[str, Any]]:
    """Return the facts of ``evidence/facts/france.yaml``."""
    import yaml

    text = files("cpts_sim.evidence").joinpath("facts/france.yaml").read_text(encoding="utf-8")
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return found
