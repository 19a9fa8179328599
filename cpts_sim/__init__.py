"""Access to care in a French territory, with and without a CPTS.

Importing the package is cheap: the names below are loaded from their room the first time they are used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

EPOCH = 5
"""Rises by one whenever the same scenario and seed no longer give the same bytes (see CHANGELOG.md)."""

_HOMES = {
    "CptsSimError": "cpts_sim.errors",
    "InputError": "cpts_sim.errors",
    "UsageError": "cpts_sim.errors",
    "InternalError": "cpts_sim.errors",
    "load_parameters": "cpts_sim.evidence",
    "Parameters": "cpts_sim.evidence",
    "Model": "cpts_sim.model",
}

__all__ = [
    "EPOCH",
    "CptsSimError",
    "InputError",
    "InternalError",
    "Model",
    "Parameters",
    "UsageError",
    "__version__",
    "load_parameters",
]

if TYPE_CHECKING:
    from cpts_sim.errors import CptsSimError, InputError, InternalError, UsageError
    from cpts_sim.evidence import Parameters, load_parameters
    from cpts_sim.model import Model


def __getattr__(name: str) -> Any:
    """Load a public name from its room at its first use."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
