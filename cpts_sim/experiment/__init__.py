"""Many runs: pairs that share their seed, executors, a store that computes nothing twice, statistics.

    plan = Plan(scenario, arms_of(scenario), seed=1, replications=20)
    comparison = compare(plan, store=Path("results/.pairs"))
    comparison.line("access.in_time").reading

The names below are loaded from their module the first time they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

_HOMES = {
    "CEILING": "defaults",
    "DEFAULT_PAIRS": "defaults",
    "Comparison": "comparison",
    "Line": "readings",
    "Pair": "pair",
    "Place": "values",
    "Plan": "comparison",
    "Reading": "readings",
    "Values": "values",
    "arms_of": "comparison",
    "compare": "comparison",
    "read_earlier": "results",
    "read_results": "results",
    "replicate": "pair",
    "smallest_differences": "readings",
    "with_short_arms": "comparison",
    "write_results": "results",
}

__all__ = [
    "CEILING",
    "DEFAULT_PAIRS",
    "Comparison",
    "Line",
    "Pair",
    "Place",
    "Plan",
    "Reading",
    "Values",
    "arms_of",
    "compare",
    "read_earlier",
    "read_results",
    "replicate",
    "smallest_differences",
    "with_short_arms",
    "write_results",
]

if TYPE_CHECKING:
    from cpts_sim.experiment.comparison import Comparison, Plan, arms_of, compare, with_short_arms
    from cpts_sim.experiment.defaults import CEILING, DEFAULT_PAIRS
    from cpts_sim.experiment.pair import Pair, replicate
    from cpts_sim.experiment.readings import Line, Reading, smallest_differences
    from cpts_sim.experiment.results import read_earlier, read_results, write_results
    from cpts_sim.experiment.values import Place, Values


def __getattr__(name: str) -> Any:
    """Load a public name from its module at its first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"cpts_sim.experiment.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
