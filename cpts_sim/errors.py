"""The one tree of exceptions.

A message is one sentence that a user can act on: the place, the value received, what was expected, the cure.
The command line prints it and leaves with ``exit_code``.
"""

from __future__ import annotations


class CptsSimError(Exception):
    """Any failure that this package announces itself.

    Attributes:
        exit_code: status with which the command line ends (1 internal, 2 usage, 3 invalid input).
    """

    exit_code = 1


class InputError(CptsSimError):
    """A scenario, a parameter or a data file given by the user cannot be used (exit code 3)."""

    exit_code = 3


class UsageError(CptsSimError):
    """A command or a function was called in a way that has no meaning (exit code 2)."""

    exit_code = 2


class InternalError(CptsSimError):
    """The package contradicts itself: a shipped file is wrong or a law is broken (exit code 1)."""

    exit_code = 1
