"""Which analyses an experiment gets, and what each leaves: one tidy table and a few sentences."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cpts_sim.experiment.analysis import curves, discovery, factorial, information, ranking, sensitivity
from cpts_sim.experiment.analysis.finding import (
    Finding,
    Row,
    by_base,
    cases_of,
    finding_of,
    interval_row,
    many_said,
    reading_row,
    unit_of,
    verdict_of,
)
from cpts_sim.experiment.defaults import FEWEST_PAIRS
from cpts_sim.experiment.readings import Reading, known_indicators
from cpts_sim.experiment.statistics import Interval, mean_interval
from cpts_sim.experiment.sweep.design import unit_rows
from cpts_sim.experiment.sweep.responses import Responses
from cpts_sim.experiment.sweep.settings import SUITS

Matrix = NDArray[np.float64]
DEFAULTS = {
    "factorial": ("effects", "attribution"),
    "fractional_factorial": ("effects",),
    "one_at_a_time": ("curves",),
    "grid": ("curves",),
    "list": ("curves",),
    "morris": ("morris",),
    "sobol": ("sobol",),
    "latin_hypercube": ("sobol",),
}
FEWEST_POINTS = 16
"""With fewer points no box and no emulator is sought."""


def chosen_analyses(responses: Responses) -> list[str]:
    """Return the analyses of an experiment: those asked for, else those that suit its design."""
    asked = responses.experiment.file
    if asked.analyses is not None:
        return list(asked.analyses)
    out = list(DEFAULTS[asked.design.kind]) if asked.factors else []
    suits = [("discovery", asked.discovery), ("information", asked.decision)]
    out += [name for name, wish in suits if wish is not None and asked.design.kind in SUITS[name]]
    return out + (["ranking"] if len(responses.experiment.bases) > 1 else [])


def analyse(responses: Responses) -> Iterator[Finding]:
    """Yield what each analysis finds; an analysis that finds no number is left out."""
    for name in chosen_analyses(responses):
        finding = _ANALYSES[name](responses)
        if finding is not None and any(finding.table.values()):
            yield finding


# ---------------------------------------------------------------------------------------------- factorial designs
def _cells(table: Matrix) -> NDArray[np.int8]:
    out: NDArray[np.int8] = (table > table.min(axis=0)).astype(np.int8)
    return out


def _effects(responses: Responses) -> Finding | None:
    names, _ = responses.numbers()
    rows: list[Row] = []
    lines: list[tuple[str, dict[str, Any]]] = []
    every: list[Interval] = []
    confounded = _confounded(responses, names)
    for base, indicator, table, values in cases_of(responses):
        cells = _cells(table)
        found = [*factorial.main_effects(cells, values), *factorial.interactions(cells, values)]
        for effect in found:
            told = " × ".join(names[i] for i in effect.factors)
            rows.append({"base": base, "indicator": indicator, "unit": unit_of(indicator), "effect": told,
                         "order": len(effect.factors), **interval_row(effect.change),
                         **reading_row(responses, indicator, effect.change),
                         "confounded_with": confounded.get(effect.factors, "")})  # fmt: skip
        every += [effect.change for effect in found]
        lines.append(_clearest(responses, {"base": base, "indicator": indicator}, names, found))
    lines += many_said(every)
    return finding_of("effects_of_factors", rows, lines)


def _clearest(
    responses: Responses, head: dict[str, Any], names: list[str], found: list[factorial.Effect]
) -> tuple[str, dict[str, Any]]:
    """Return the sentence on the largest effect that is told from zero, and what it says; or on there being none."""
    indicator = head["indicator"]
    clear = [e for e in found if not e.change.low <= 0 <= e.change.high and e.change.count >= FEWEST_PAIRS]
    best = max(clear, key=lambda e: abs(e.change.mean), default=None)
    head = {**head, "unit": unit_of(indicator)}
    if best is not None:
        told = " × ".join(names[i] for i in best.factors)
        return "sweep.said.effect", {**head, "effect": told, **verdict_of(responses, indicator, best.change)}
    readings = [reading_row(responses, indicator, e.change)["reading"] for e in found]
    if readings and set(readings) <= {Reading.TOO_SMALL, Reading.EQUAL}:
        least = mean_only(responses.smallest[indicator])
        return "sweep.said.all_small", {**head, "count": len(found), "least": least}
    return "sweep.said.no_effect", {**head, "count": len(found)}


def _confounded(responses: Responses, names: list[str]) -> dict[tuple[int, ...], str]:
    """Return, for the effects of a fraction, the other effects that cannot be told from them."""
    from cpts_sim.experiment.sweep.fractional import aliases, fractional

    design = responses.experiment.file.design
    if design.kind != "fractional_factorial":
        return {}
    words = fractional(len(names), design.resolution)[1]
    effects = [(i,) for i in range(len(names))] + [(i, j) for j in range(len(names)) for i in range(j)]
    found = {effect: aliases(words, frozenset(effect)) for effect in effects}
    return {e: ", ".join(" × ".join(names[i] for i in sorted(w)) for w in found[e]) for e in found}


def _attribution(responses: Responses) -> Finding | None:
    names, _ = responses.numbers()
    rows: list[Row] = []
    lines: list[tuple[str, dict[str, Any]]] = []
    for base, indicator, table, values in cases_of(responses):
        cells = _cells(table)
        none = values[(cells == 0).all(axis=1)][0]
        every = values[(cells == 1).all(axis=1)][0]
        head = {"base": base, "indicator": indicator, "unit": unit_of(indicator)}
        whole, bare = mean_interval(every), mean_interval(none)
        for share in factorial.shapley(cells, values):
            rows.append({**head, "factor": names[share.factor], **interval_row(share.share),
                         **reading_row(responses, indicator, share.share),
                         **interval_row(share.alone, "alone_"), **interval_row(share.last, "last_")})  # fmt: skip
        for name, change in (("none", bare), ("all", whole)):
            told = reading_row(responses, indicator, change)
            three = {**interval_row(change), **told, **interval_row(change, "alone_"), **interval_row(change, "last_")}
            rows.append({**head, "factor": name, **three})
        lines.append(("sweep.said.whole", {**head, **verdict_of(responses, indicator, whole)}))
    return finding_of("attribution", rows, lines)


# ---------------------------------------------------------------------------------------------- curves
def _curves(responses: Responses) -> Finding | None:
    names, _ = responses.numbers()
    one = responses.experiment.file.design.kind == "one_at_a_time"
    rows: list[Row] = []
    lines: list[tuple[str, dict[str, Any]]] = []
    for base, indicator, table, values in cases_of(responses):
        for column, name in enumerate(names):
            known = np.isfinite(table[:, column])
            places = np.unique(table[known, column])
            if len(places) < 2 or (not one and len(places) > len(table) / 2):
                continue
            got = curves.curve(table[known, column], values[known])
            head = {"base": base, "indicator": indicator, "unit": unit_of(indicator), "factor": name}
            tip = got.tipping or (math.nan,) * 3
            rows += [{**head, "at": at, **interval_row(response), "tipping": tip[0], "tipping_low": tip[1],
                      "tipping_high": tip[2], "tipping_found": got.found}
                     for at, response in zip(got.at, got.response, strict=True)]  # fmt: skip
            if got.tipping and got.found >= 0.95:
                low, high = got.tipping[1:]
                lines.append(("sweep.said.tipping", {**head, "at": tip[0], "low": low, "high": high}))
            else:
                ends = {"from": got.at[0], "to": got.at[-1], "change": got.response[0], "end": got.response[-1]}
                lines.append(("sweep.said.curve", {**head, **ends}))
    return finding_of("curves", rows, lines)


# ---------------------------------------------------------------------------------------------- sensitivity
def _morris(responses: Responses) -> Finding | None:
    names, _ = responses.numbers()
    design = responses.experiment.file.design
    cube = unit_rows(design, len(names))
    rows: list[Row] = []
    lines: list[tuple[str, dict[str, Any]]] = []
    for base, indicator, _table, values in cases_of(responses):
        found = sensitivity.morris(cube, values, design.levels)
        order = sensitivity.ranked([s.mu_star for s in found])
        noise = sensitivity.noise_share(values)
        for name, got, rank in zip(names, found, order, strict=True):
            rows.append({"base": base, "indicator": indicator, "unit": unit_of(indicator), "factor": name,
                         "mu_star": got.mu_star.value, "mu_star_half": got.mu_star.half, "mu": got.mu,
                         "sigma": got.sigma, "rank": rank or 0, "noise": noise.value,
                         "noise_half": noise.half})  # fmt: skip
        lines += _first_said(base, indicator, names, order, noise, values)
    return finding_of("morris", rows, lines)


def _first_said(
    base: str, indicator: str, names: list[str], order: list[int | None], noise: sensitivity.Index, values: Matrix
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield which factors matter first, and how much of a run is luck."""
    first = [names[order.index(rank)] for rank in range(1, 4) if rank in order]
    head = {"base": base, "indicator": indicator}
    if not np.ptp(values):
        yield "sweep.said.nothing", head
    else:
        yield ("sweep.said.first", {**head, "first": first}) if first else ("sweep.said.none_first", head)
    if math.isfinite(noise.value):
        yield "sweep.said.luck", {**head, "noise": noise.value}


def _sobol(responses: Responses) -> Finding | None:
    names, _ = responses.numbers()
    design = responses.experiment.file.design
    by_emulator = design.kind != "sobol"
    cube = unit_rows(design, len(names))
    if by_emulator and len(cube) < FEWEST_POINTS:
        return None
    rows: list[Row] = []
    lines: list[tuple[str, dict[str, Any]]] = []
    for base, indicator, _table, values in cases_of(responses):
        error = explained = math.nan
        if by_emulator:
            first, total, emulator = sensitivity.sobol_by_emulator(cube, values)
            error, explained = emulator.error, emulator.explained
            key = {"base": base, "indicator": indicator, "unit": unit_of(indicator)}
            lines.append(("sweep.said.emulator", {**key, "error": mean_only(error), "explained": explained}))
        else:
            first, total = sensitivity.sobol(values, len(names))
        order, noise = sensitivity.ranked(total), sensitivity.noise_share(values)
        for i, name in enumerate(names):
            rows.append({"base": base, "indicator": indicator, "factor": name, "first": first[i].value,
                         "first_half": first[i].half, "total": total[i].value, "total_half": total[i].half,
                         "rank": order[i] or 0, "noise": noise.value, "noise_half": noise.half,
                         "emulator_error": error, "emulator_explained": explained})  # fmt: skip
        lines += _first_said(base, indicator, names, order, noise, values)
    return finding_of("sobol", rows, lines)


def mean_only(value: float) -> Interval:
    """Return a number without an interval."""
    return Interval(value, math.inf, 1, math.nan)


# ---------------------------------------------------------------------------------------------- discovery
def _gain(responses: Responses, measure: str) -> tuple[Matrix, float]:
    """Return the effect counted positive when it is better, points × seeds, and the smallest that matters."""
    sign = -1.0 if known_indicators()[measure].better == "lower" else 1.0
    return sign * responses.effect(measure), responses.smallest.get(measure, 0.0)


def _discovery(responses: Responses) -> Finding | None:
    wish = responses.experiment.file.discovery
    if wish is None or len(responses.experiment.rows) < FEWEST_POINTS:
        return None
    names, table = responses.numbers()
    gain, shipped = _gain(responses, wish.measure)
    least = shipped if wish.least is None else wish.least
    rows: list[Row] = []
    lines: list[tuple[str, dict[str, Any]]] = []
    for base, part in by_base(responses):
        known = np.isfinite(gain[part]).all(axis=1)
        mean, x = gain[part][known].mean(axis=1), table[part][known]
        helps, harms = (mean >= least, mean <= -least) if least else (mean > 0, mean < 0)
        for which, case in (("helps", helps), ("harms", harms)):
            box = discovery.discover(x, case)
            head = {"base": base, "indicator": wish.measure, "which": which}
            share = float(case.mean())
            if box is None or not box.limits:
                lines.append((f"sweep.said.no_box_{which}", {"base": base, "indicator": wish.measure, "share": share}))
                continue
            numbers = {"coverage": box.coverage, "density": box.density, "mass": box.mass, "share": box.base}
            rows += [{**head, "factor": names[i.factor], "low": i.low, "high": i.high, "chance": i.chance, **numbers}
                     for i in box.limits]  # fmt: skip
            rule = [(names[limit.factor], limit.low, limit.high) for limit in box.limits]
            told = {"base": base, "indicator": wish.measure, "rule": rule, **numbers}
            lines.append((f"sweep.said.box_{which}", told))
    bases = {"base": list(responses.experiment.bases)}
    return finding_of("discovery", rows, lines) or Finding("discovery", bases, tuple(lines))


# ---------------------------------------------------------------------------------------------- several territories
def _ranking(responses: Responses) -> Finding | None:
    """Rank the territories that have two seeds or more; the others wait for theirs."""
    known = known_indicators()
    all_missions = _all_missions(responses)
    every: list[Interval] = []
    rows: list[Row] = []
    lines: list[tuple[str, dict[str, Any]]] = []
    for indicator in responses.experiment.file.measures:
        better = known[indicator].better
        each = {base: _seeds_of(responses.response(indicator)[part][all_missions]) for base, part in by_base(responses)}
        bases = [base for base, values in each.items() if len(values) >= 2]
        if better == "none" or len(bases) < 2:
            continue
        found = ranking.ranks([each[base] for base in bases], better)
        for base, got in zip(bases, found, strict=True):
            tied = ", ".join(bases[j] for j in got.tied)
            rows.append({"base": base, "indicator": indicator, "unit": unit_of(indicator), **interval_row(got.effect),
                         **reading_row(responses, indicator, got.effect),
                         "first": got.first, "rank": got.rank, "rank_low": got.low, "rank_high": got.high,
                         "tied_with": tied})  # fmt: skip
        every += [got.effect for got in found]
        best = max(range(len(bases)), key=lambda i: found[i].first)
        key = "sweep.said.best" if found[best].first >= ranking.SURE else "sweep.said.tie"
        lines.append((key, {"base": bases[best], "indicator": indicator, "first": found[best].first}))
        lines += _territories_said(responses, indicator, [got.effect for got in found])
    lines += many_said(every)
    return finding_of("ranking", rows, lines)


def _territories_said(
    responses: Responses, indicator: str, effects: list[Interval]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield in how many territories the effect is better, worse, too small to matter or not told from zero."""
    readings = Counter(reading_row(responses, indicator, effect)["reading"] for effect in effects)
    if readings[Reading.TOO_FEW] < len(effects):
        better, worse, small = (readings[name] for name in (Reading.BETTER, Reading.WORSE, Reading.TOO_SMALL))
        rest = len(effects) - better - worse - small
        told = {"count": len(effects), "better": better, "worse": worse, "small": small, "rest": rest}
        yield "sweep.said.territories", {"indicator": indicator, **told}


def _all_missions(responses: Responses) -> NDArray[np.bool_]:
    """Return which points of a base tell what it would get: all missions on in a factorial, else every point."""
    _, table = responses.numbers()
    rows = table[: len(responses.experiment.rows)]
    if responses.experiment.file.design.kind != "factorial":
        return np.ones(len(rows), bool)
    return np.asarray((_cells(rows) == 1).all(axis=1))


def _seeds_of(values: Matrix) -> Matrix:
    mean = values.mean(axis=0)
    return np.asarray(mean[np.isfinite(mean)])


# ---------------------------------------------------------------------------------------------- information
def _information(responses: Responses) -> Finding | None:
    wish = responses.experiment.file.decision
    if wish is None:
        return None
    names, table = responses.numbers()
    gain, shipped = _gain(responses, wish.measure)
    least = shipped if wish.least is None else wish.least
    rows: list[Row] = []
    lines: list[tuple[str, dict[str, Any]]] = []
    for base, part in by_base(responses):
        known = np.isfinite(gain[part]).all(axis=1)
        net, x = gain[part][known] - least, table[part][known]
        clean = information.without_luck(net.mean(axis=1), sensitivity.noise_of_mean(net))
        head = {"base": base, "indicator": wish.measure, "unit": unit_of(wish.measure)}
        found = {name: information.worth(clean, x[:, i]) for i, name in enumerate(names)}
        everything = information.worth(clean)
        rows += [{**head, "factor": name, "value": got.value, "low": got.low, "high": got.high}
                 for name, got in {"all": everything, **found}.items()]  # fmt: skip
        most = max(found, key=lambda name: found[name].value)
        fund = float((clean > 0).mean())
        lines.append(("sweep.said.information", {**head, "all": mean_only(everything.value), "factor": most,
                      "value": mean_only(found[most].value), "fund": fund, "least": mean_only(least)}))  # fmt: skip
    return finding_of("information", rows, lines)


_ANALYSES: dict[str, Callable[[Responses], Finding | None]] = {
    "effects": _effects,
    "attribution": _attribution,
    "curves": _curves,
    "morris": _morris,
    "sobol": _sobol,
    "discovery": _discovery,
    "ranking": _ranking,
    "information": _information,
}
