"""Comparing arms over many pairs: what to compute, when to stop, what it says."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from cpts_sim.catalogue import catalogue
from cpts_sim.errors import UsageError
from cpts_sim.experiment.contrasts import add_contrasts
from cpts_sim.experiment.credible import Credible
from cpts_sim.experiment.defaults import CEILING, DEFAULT_PAIRS, JUDGED, LOOK_AHEAD
from cpts_sim.experiment.ensemble import Ensemble, draw_number, with_vector
from cpts_sim.experiment.keys import Keys, digest
from cpts_sim.experiment.pair import Maker, Pair, make_model, replicate
from cpts_sim.experiment.readings import Gap, Line, contrast_of, gap_of, least_of, line_of, smallest_differences
from cpts_sim.experiment.statistics import replications_for_difference, replications_for_level
from cpts_sim.experiment.store import Store
from cpts_sim.experiment.values import Place, Values
from cpts_sim.experiment.workers import results, usable_cores
from cpts_sim.measures import chosen
from cpts_sim.scenario import (
    Problem,
    Scenario,
    ScenarioError,
    as_written,
    canonical_json,
    from_written,
    short_arm,
)
from cpts_sim.words import did_you_mean, say

Progress = Callable[[int, int], None]
Warn = Callable[[str, dict[str, Any]], None]


def _silent(*_: Any) -> None:
    """Say nothing."""


def keeps(which: str, rank: int) -> bool:
    """Tell whether the journal of the pair of this rank is kept, for "all", "first" or "none"."""
    return which == "all" or (which == "first" and rank == 0)


@dataclass(frozen=True)
class Plan:
    """What a comparison must compute.

    Attributes:
        scenario: what the user wrote. arms: names, the first is the one that others are compared with.
        seed: seed of the first pair; the others follow it. replications: number of pairs (None: until
        ``precision``). precision: wanted half-width, as a share of the level of the first arm (None: a
        fixed number of pairs). measures: names (None: all). keep_journal: "all", "first" (the journal of
        the first pair) or "none". make: builds the model. ensemble: where each pair draws its parameters and
        structure (None: all pairs live with the scenario's own, one possible France).
    """

    scenario: Scenario
    arms: tuple[str, ...]
    seed: int = 1
    replications: int | None = DEFAULT_PAIRS
    precision: float | None = None
    measures: tuple[str, ...] | None = None
    keep_journal: str = "first"
    make: Maker = field(default=make_model, repr=False)
    ensemble: Ensemble | None = field(default=None, repr=False)

    @property
    def most(self) -> int:
        """Return the largest number of pairs that may be computed."""
        return CEILING if self.replications is None else self.replications

    @property
    def key(self) -> str:
        """Return the name of the comparison."""
        keys = Keys(self.scenario, self.arms, self.measures_digest())
        if self.ensemble is None:
            return keys.experiment(self.seed)
        return keys.uncertain(self.seed, self.ensemble.digest())

    def pair_key(self, rank: int) -> str:
        """Return the name of the pair of a rank, under which it is kept."""
        seed = self.seed + rank
        return Keys(lived(self.scenario, seed, self.ensemble), self.arms, self.measures_digest()).pair(seed)

    def keeps(self, rank: int) -> bool:
        """Tell whether the journal of a pair is kept."""
        return keeps(self.keep_journal, rank)

    def measures_digest(self) -> str:
        """Return the digest of the measures wanted and of their numbers' names."""
        names = {m.name: [i.name for i in m.indicators] for m in chosen(self.measures)}
        return digest(canonical_json(names).encode())


@dataclass(frozen=True)
class Comparison:
    """The pairs of a plan, put side by side.

    Attributes:
        plan: what was asked.
        values: the numbers of the pairs that count.
        pairs: the pairs that count, by seed.
        stopped: "asked" (as many as asked), "precision" (reached) or "ceiling" (not reached at 200 pairs).
        reused: how many pairs had been computed before.
        smallest: smallest differences that matter.
    """

    plan: Plan
    values: Values
    pairs: Mapping[int, Pair] = field(repr=False)
    stopped: str
    reused: int
    smallest: Mapping[str, float] = field(repr=False)

    @property
    def draws(self) -> list[int] | None:
        """The number of what each pair has drawn, the same for twins; None: one set of parameters for all."""
        return None if self.plan.ensemble is None else draws_of(self.values.seeds)

    def line(self, place: Place | str, arm: str | None = None, least: float | None = None) -> Line:
        """Compare one number (an indicator's name means the whole territory and horizon) with the first arm."""
        return self.between(place, self.values.arms[0], arm or self.values.arms[-1], least)

    def between(self, place: Place | str, first: str, second: str, least: float | None = None) -> Line:
        """Compare one number of two arms.

        Args:
            place: which number.
            first: arm compared with.
            second: arm compared.
            least: smallest difference that matters (default: that of the number over the whole territory).
        """
        where = Place(place) if isinstance(place, str) else place
        matters = least_of(self.values, where, self.smallest) if least is None else least
        return contrast_of(self.values, (first, second), where, matters, self.draws)

    def gap(self, differences: ArrayLike, better: str = "none", smallest: float = math.nan) -> Gap:
        """Read paired differences of the pairs that are no number of a measure."""
        return gap_of(differences, better, smallest, self.draws)

    def credible(self, place: Place | str, arm: str | None = None) -> Credible:
        """Read one number as uncertain: over the parameters and structures that its pairs have drawn.

        Raises:
            ValueError: the pairs have drawn nothing.
        """
        found = self.line(place, arm).credible
        if found is None:
            raise ValueError("the pairs of this comparison have drawn nothing")
        return found

    def lines(self) -> Iterator[Line]:
        """Compare every number of every arm with the first arm, in sorted order: means and their computing error."""
        for arm in self.values.arms[1:] or self.values.arms:
            for place in self.values.places():
                yield line_of(self.values, arm, place, self.smallest)


def arms_of(scenario: Scenario, wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """Return the arms to compare: those wanted, else all, ``without`` first.

    Raises:
        UsageError: an arm that the scenario does not have, or one named twice.
    """
    known = list(scenario.arms)
    for name in wanted:
        if wanted.count(name) > 1:
            raise UsageError(say("experiment.arm_twice", arm=name))
        if name not in known:
            hint = did_you_mean(name, known)
            raise UsageError(say("experiment.no_arm", arm=name, hint=hint, known=", ".join(known)))
    return tuple(wanted) or tuple(sorted(known, key=lambda name: (name != "without", known.index(name))))


def with_short_arms(scenario: Scenario, wanted: Sequence[str]) -> tuple[Scenario, tuple[str, ...]]:
    """Return a scenario that has the arms wanted, and their names; ``minus:prevention``, ``stop`` and such are made.

    Args:
        scenario: what the user wrote.
        wanted: names of its arms, or short forms of others (:func:`cpts_sim.scenario.short_arm`).

    Raises:
        ScenarioError: an arm that cannot be meant, such as a mission taken away that is not there.
        UsageError: an arm that the scenario does not have and that is no short form.
    """
    names, added = [], {}
    for text in wanted:
        made = None if text in scenario.arms else short_arm(text)
        if made is not None and made[0] not in scenario.arms:
            added[made[0]] = made[1]
        names.append(text if made is None else made[0])
    if added:
        written = as_written(scenario)
        try:
            scenario = from_written({**written, "arms": {**written["arms"], **added}}, catalogue())
        except ScenarioError as error:
            told = {f"arms.{name}": text for name, text in zip(names, wanted, strict=True) if name in added}
            raise ScenarioError(_once([_as_asked(problem, told) for problem in error.problems], told)) from None
    return scenario, arms_of(scenario, names)


def _once(problems: Sequence[Problem], told: Mapping[str, str]) -> Iterator[Problem]:
    """Yield one problem of each arm made on demand: it has one word to correct; and every other problem."""
    seen = set[str]()
    for problem in problems:
        if problem.key not in seen:
            yield problem
        if problem.key in {f"--arms {text}" for text in told.values()}:
            seen.add(problem.key)


def _as_asked(problem: Problem, told: Mapping[str, str]) -> Problem:
    """Put what is wrong with an arm made on demand where the user wrote it: on the command line."""
    place = ".".join(problem.key.split(".")[:2])
    return replace(problem, key=f"--arms {told[place]}") if place in told else problem


def compare(
    plan: Plan,
    *,
    workers: int | None = None,
    executor: Executor | None = None,
    store: Path | None = None,
    fresh: bool = False,
    smallest: Mapping[str, float] | None = None,
    progress: Progress = _silent,
    warn: Warn = _silent,
) -> Comparison:
    """Compute the pairs of a plan, those already in the store excepted, and put them side by side.

    The result does not depend on the number of workers: pairs count in the order of their seeds, and a rule
    that stops looks only at the pairs before it.

    Args:
        plan: what to compute.
        workers: number of processes (default: one per usable core).
        executor: any ``concurrent.futures`` executor to use instead.
        store: folder in which finished pairs are kept and found again (None: nothing is kept).
        fresh: compute every pair again, even those in the store.
        smallest: smallest differences that matter (default: the shipped ones).
        progress: told how many pairs are done, and of how many.
        warn: told of files set aside and other events, as a key of words and its values.
    """
    shelf = Store(store, plan.measures_digest(), warn)
    try:
        return _compared(plan, shelf, workers or usable_cores(), executor, fresh, smallest, progress)
    finally:
        shelf.close()


def _compared(
    plan: Plan, shelf: Store, workers: int, executor: Executor | None, fresh: bool,
    smallest: Mapping[str, float] | None, progress: Progress,
) -> Comparison:  # fmt: skip
    """Find, compute and put side by side."""
    found = {} if fresh else _found(plan, shelf)
    pairs = dict(found)
    progress(len(pairs), plan.most)
    count = _enough(plan, pairs)
    if count is None:
        count = _compute(plan, pairs, shelf, workers, executor, progress)
    kept = {plan.seed + rank: pairs[rank] for rank in range(count)}
    values = Values.of_pairs(plan.arms, {seed: pair.values for seed, pair in kept.items()})
    stopped = "asked" if plan.precision is None else "precision" if _met(plan, pairs) else "ceiling"
    reused = sum(rank in found for rank in range(count))
    return Comparison(plan, add_contrasts(values), kept, stopped, reused, smallest or smallest_differences())


def _found(plan: Plan, shelf: Store) -> dict[int, Pair]:
    """Return the pairs computed before, by rank."""
    out = {}
    for rank in range(plan.most):
        kept = shelf.get(plan.pair_key(rank))
        pair = None if kept is None else Pair.unpack(plan.seed + rank, kept)
        if pair is not None and (pair.has_journal or not plan.keeps(rank)):
            out[rank] = pair
    return out


def _compute(
    plan: Plan,
    pairs: dict[int, Pair],
    shelf: Store,
    workers: int,
    executor: Executor | None,
    progress: Progress,
) -> int:
    """Compute missing pairs in order until there are enough; returns how many count."""
    missing = iter([rank for rank in range(plan.most) if rank not in pairs])
    text = canonical_json(as_written(plan.scenario))
    job = _Order(text, plan.arms, plan.seed, plan.measures, plan.keep_journal, plan.make, plan.ensemble)
    coming = results(job, missing, min(workers, plan.most), executor)
    try:
        for rank, pair in coming:
            pairs[rank] = pair
            shelf.put(plan.pair_key(rank), pair.pack())
            count = _enough(plan, pairs)
            progress(len(pairs), plan.most)
            if count is not None:
                return count
    finally:
        coming.close()
    return len(pairs)


@dataclass(frozen=True)
class _Order:
    """What a worker needs; the scenario travels as text because its class is made at run time."""

    scenario: str
    arms: tuple[str, ...]
    seed: int
    measures: tuple[str, ...] | None
    keep_journal: str
    make: Maker
    ensemble: Ensemble | None = None

    def __call__(self, rank: int) -> Pair:
        """Compute one pair."""
        keep = keeps(self.keep_journal, rank)
        scenario = lived(scenario_of(self.scenario), self.seed + rank, self.ensemble)
        return replicate(
            scenario, self.seed + rank, self.arms, self.measures, keep_journal=keep, make=self.make
        )


def lived(scenario: Scenario, seed: int, ensemble: Ensemble | None) -> Scenario:
    """Return the scenario that the pair of a seed lives, with what it draws from an ensemble."""
    return scenario if ensemble is None else with_vector(scenario, ensemble.draw(seed))


def draws_of(seeds: Sequence[int]) -> list[int]:
    """Return the number of the draw of each seed, the same for twins."""
    return [draw_number(seed) for seed in seeds]


@cache
def scenario_of(text: str) -> Scenario:
    """Return the scenario written as canonical JSON."""
    return from_written(json.loads(text), catalogue())


def _enough(plan: Plan, pairs: Mapping[int, Pair]) -> int | None:
    """Return how many of the first pairs count, or None when more are needed."""
    met = _met(plan, pairs)
    return plan.most if met is None and _prefix(pairs) >= plan.most else met


def _met(plan: Plan, pairs: Mapping[int, Pair]) -> int | None:
    """Return the number of pairs at which every judged number has its precision, looking at a prefix only."""
    if plan.precision is None:
        return None
    prefix = [_judged(pairs[rank]) for rank in range(min(_prefix(pairs), plan.most))]
    if len(prefix) <= LOOK_AHEAD:
        return None
    values = Values.of_pairs(plan.arms, dict(enumerate(prefix)))
    counts = [count for name in JUDGED for count in _needed(values, Place(name), plan.precision)]
    return None if None in counts else max((c for c in counts if c is not None), default=None)


def _judged(pair: Pair) -> dict[str, dict[Place, float]]:
    wanted = [Place(name) for name in JUDGED]
    return {arm: {p: v[p] for p in wanted if p in v} for arm, v in pair.values.items()}


def _prefix(pairs: Mapping[int, Pair]) -> int:
    rank = 0
    while rank in pairs:
        rank += 1
    return rank


def _needed(values: Values, place: Place, precision: float) -> Iterator[int | None]:
    """Yield the pairs needed by the level in each arm and by each paired difference."""
    base = values.get(values.arms[0], place)
    bound = precision * np.abs(np.cumsum(base) / np.arange(1, len(base) + 1))
    for arm in values.arms:
        numbers = values.get(arm, place)
        yield replications_for_level(numbers, precision)
        if arm != values.arms[0]:
            yield replications_for_difference(numbers - base, bound)
