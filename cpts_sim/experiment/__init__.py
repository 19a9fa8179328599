"""Many runs: pairs that share their seed, executors, a store that computes nothing twice, statistics.

plan = Plan(scenario, arms_of(scenario), seed=1, replications=20)
comparison = compare(plan, store=Path("results/.store"))
comparison.line("access.in_time").reading
"""

from cpts_sim.experiment.compare import CEILING, DEFAULT_PAIRS, Comparison, Plan, arms_of, compare
from cpts_sim.experiment.pair import Pair, replicate
from cpts_sim.experiment.readings import Line, Reading, smallest_differences
from cpts_sim.experiment.results import read_earlier, read_results, write_results
from cpts_sim.experiment.values import Place, Values

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
    "write_results",
]
