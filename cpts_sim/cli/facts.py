"""``cpts-sim facts``: the plausible France of a reference year beside what the model reaches."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import click

from cpts_sim.cli._options import Given, cut, json_option, reference_scenario, table, write_json
from cpts_sim.errors import InputError, UsageError
from cpts_sim.words import has, number, percent, say, signed, source_words

SOURCE = Given(dir_okay=False)
COLUMNS = ("fact", "use", "band", "reached", "interval", "verdict", "distance", "year", "source")


@click.command(help=say("cli.facts"))
@click.argument("path", metavar="[SCENARIO]", default=reference_scenario, type=SOURCE)
@click.option("--population", type=click.IntRange(2_000, 1_000_000), help=say("facts.option_population"))
@click.option("--replications", "-n", type=click.IntRange(1, 1_000), default=8, show_default=True,
              help=say("facts.option_replications"))  # fmt: skip
@click.option("--seed", type=click.IntRange(0, 2**53), default=1, show_default=True, help=say("facts.option_seed"))
@click.option("--workers", type=click.IntRange(1, 1024), help=say("facts.option_workers"))
@click.option("--drawn", is_flag=True, help=say("facts.option_drawn"))
@click.option("--ensemble", type=SOURCE, help=say("uncertain.option_ensemble"))
@click.option("--strict", is_flag=True, help=say("facts.option_strict"))
@json_option
def command(
    path: Path,
    population: int | None,
    replications: int,
    seed: int,
    workers: int | None,
    drawn: bool,
    ensemble: Path | None,
    strict: bool,
    as_json: bool,
) -> None:
    """Run the scenario without a CPTS and print fact by fact what it reaches."""
    from cpts_sim.catalogue import catalogue
    from cpts_sim.cli._pairs import drawn_from
    from cpts_sim.experiment.facts import counts, facts_of
    from cpts_sim.scenario import load

    scenario = _sized(load(path, catalogue()), population)

    def progress(rank: int) -> None:
        click.echo(say("facts.progress", rank=rank, count=replications), err=True)

    facts = facts_of(
        scenario, replications, seed, workers=workers, progress=progress if replications > 1 else None,
        ensemble=drawn_from(scenario, ensemble, fixed=False) if drawn or ensemble is not None else None,
    )  # fmt: skip
    found = counts(facts)
    if as_json:
        write_json({"scenario": scenario.name, "counts": found, "facts": [_plain(fact) for fact in facts]})
    else:
        _print(scenario, facts, replications, found)
    if strict:
        _refuse(facts)


def _refuse(facts: list[Any]) -> None:
    """Leave with exit code 3 if a fact that applies is missed.

    Raises:
        InputError: at least one is.
    """
    from cpts_sim.experiment.facts import misses

    found = misses(facts)
    if found:
        rows = (f"{_name(fact)} {_with_unit(fact.reached.mean, fact.target)} [{_band(fact)}]" for fact in found)
        raise InputError(say("facts.strict", count=len(found), rows="; ".join(rows)))


def _name(fact: Any) -> str:
    return say(f"facts.{fact.name}")


def _band(fact: Any) -> str:
    return f"{_amount(fact.target.low, fact.target)} – {_amount(fact.target.high, fact.target)}"


def _sized(scenario: Any, population: int | None) -> Any:
    """Return the scenario on a territory of another size.

    Raises:
        UsageError: the territory is a real one.
    """
    if population is None:
        return scenario
    if scenario.territory.archetype is None:
        raise UsageError(say("facts.not_archetype", value=population))
    from cpts_sim.catalogue import catalogue
    from cpts_sim.scenario import as_written, from_written

    written = as_written(scenario)
    return from_written({**written, "territory": {**written["territory"], "population": population}}, catalogue())


def _print(scenario: Any, facts: list[Any], runs: int, found: dict[str, int]) -> None:
    from cpts_sim.territory import load_territory

    people = load_territory(scenario.territory).population
    title = say(
        "facts.title", name=scenario.name, year=scenario.reference_year, people=people, count=runs,
        days=scenario.horizon_days,
    )  # fmt: skip
    click.echo(click.style(title, bold=True) + "\n")
    drawn = any(fact.drawn for fact in facts)
    keys = ("interval_drawn" if drawn and name == "interval" else name for name in COLUMNS)
    click.echo(table([tuple(say(f"facts.column.{name}") for name in keys), *(_row(fact) for fact in facts)]))
    notes = [say("facts.distance"), *([say("facts.drawn_note")] if drawn else []), *_reasons(facts), *_whys(facts)]
    click.echo("\n" + "\n".join(notes) + "\n" + say("facts.counts", None, **found))


def _reasons(facts: list[Any]) -> list[str]:
    """Say why some facts of France do not apply to this territory."""
    from cpts_sim.experiment.fact_places import REASONS

    found = [reason for reason in REASONS if any(fact.reason == reason for fact in facts)]
    return [say("facts.apart", reason=say(f"facts.reason.{reason}"),
                count=sum(fact.reason == reason for fact in facts)) for reason in found]  # fmt: skip


def _whys(facts: list[Any]) -> list[str]:
    """Explain each miss by the structure of the model, or say that no explanation is known."""
    from cpts_sim.experiment.facts import misses

    return [say("facts.missed", name=_name(fact), why=_why(fact)) for fact in misses(facts)]


def _why(fact: Any) -> str:
    """What the structure explains, and that chance could explain it where the interval reaches the band."""
    low, high = fact.reached.low, fact.reached.high
    overlap = low <= fact.target.high and high >= fact.target.low
    keys = (f"facts.why.{fact.name}", *(["facts.why_chance"] if overlap else []))
    said = [say(key) for key in keys if has(key)]
    return " ".join([*said[:1], *(text[0].upper() + text[1:] for text in said[1:])]) or say("facts.why_unknown")


def _row(fact: Any) -> tuple[str, ...]:
    entry, reached = fact.target, fact.reached
    word = "hit" if fact.hit else "miss" if fact.known else "unknown"
    verdict = say(f"facts.{word}" if fact.applies else "facts.not_applicable")
    band = _band(fact) if fact.applies else "–"
    ends = (_amount(reached.low, entry), _amount(reached.high, entry))
    interval = " – ".join(ends) if math.isfinite(reached.half) else ""
    return (
        _name(fact), entry.fact["use"], band, _with_unit(reached.mean, entry), interval,
        verdict, "" if fact.hit or not fact.applies else _distance(fact), entry.year,
        cut(source_words(entry.source), 46),
    )  # fmt: skip


def _amount(value: float, entry: Any) -> str:
    return percent(value, 1) if entry.unit == "share" else number(value, _decimals(entry))


def _decimals(entry: Any) -> int:
    size = max(abs(entry.low), abs(entry.high))
    return 0 if size >= 100 else 1 if size >= 6 else 2


def _with_unit(value: float, entry: Any) -> str:
    unit = say(f"facts.unit.{entry.unit}")
    return f"{_amount(value, entry)} {unit}".strip()


def _distance(fact: Any) -> str:
    """Write the distance to the band: points for a share, per cent of the central value otherwise."""
    entry = fact.target
    if not fact.known:
        return ""
    if entry.unit == "share" or not entry.value:
        return signed(fact.distance * (100 if entry.unit == "share" else 1), 1)
    return signed(100 * fact.distance / entry.value, 0) + " %"


def _plain(fact: Any) -> dict[str, Any]:
    entry, reached = fact.target, fact.reached
    known = math.isfinite(reached.half)
    return {
        "name": fact.name, "label": say(f"facts.{fact.name}"), "low": entry.low,
        "value": entry.value, "high": entry.high,
        "unit": entry.unit, "year": entry.year, "source": entry.source, "grade": entry.grade, **entry.fact,
        "reached": reached.mean if fact.known else None, "values": list(fact.values),
        "interval": [reached.low, reached.high] if known else None, "hit": fact.hit if fact.applies else None,
        "not_applicable": say(f"facts.reason.{fact.reason}") if fact.reason else None, "drawn": fact.drawn,
        "distance": fact.distance if fact.known else None,
    }  # fmt: skip
