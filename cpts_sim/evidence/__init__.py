"""Parameters: every number that is not structural, with its unit, range, prior, source, year and grade.

The numbers live in ``evidence/data/*.yaml``; a room reads them by id::

    P = load_parameters(year=2019, overrides={"care.no_show_base": 0.08})
    P["care.no_show_base"]          # float
    P.array("care.hour_profile")    # read-only numpy array
"""

from cpts_sim.evidence.entry import GRADES, PRIORS, ParameterEntry, Value
from cpts_sim.evidence.entry import thaw as plain_value
from cpts_sim.evidence.parameters import (
    REFERENCE_YEARS,
    OverrideProblem,
    Parameters,
    check_overrides,
    load_parameters,
    parameter_ids,
)
from cpts_sim.evidence.reader import read_entries

__all__ = [
    "GRADES",
    "PRIORS",
    "REFERENCE_YEARS",
    "OverrideProblem",
    "ParameterEntry",
    "Parameters",
    "Value",
    "check_overrides",
    "load_parameters",
    "parameter_ids",
    "plain_value",
    "read_entries",
]
