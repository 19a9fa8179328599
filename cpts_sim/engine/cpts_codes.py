"""Codes of the account and of the life of a CPTS."""

from __future__ import annotations

from enum import IntEnum

ACI_MISSIONS = (
    "treating_physician", "unscheduled_care", "pathways", "prevention", "crisis", "quality", "professional_support",
)  # fmt: skip
"""Missions that a contract knows, in the order of their codes in the journal."""

NO_MISSION = -1
"""Mission of a payment that belongs to none."""


class Line(IntEnum):
    """Lines of the account: those up to ``OTHER_FUNDERS`` come in, those up to ``REPAID`` go out.

    The last four are of the same money spent otherwise: what was offered, and what found somebody.
    """

    RUNNING = 0
    FIXED = 1
    COMPENSATION = 2
    VARIABLE = 3
    STARTUP = 4
    LETTER = 5
    OTHER_FUNDERS = 6
    COORDINATOR = 7
    MEMBERS = 8
    DESK = 9
    TOOLS = 10
    PREMISES = 11
    COMMUNICATION = 12
    STUDIES = 13
    REPAID = 14
    OFFERED = 15
    ASSISTANTS = 16
    SESSIONS = 17
    MSP = 18


INCOME = tuple(line for line in Line if line <= Line.OTHER_FUNDERS)
SPENDING = tuple(line for line in Line if Line.OTHER_FUNDERS < line <= Line.REPAID)
INSTEAD = (Line.ASSISTANTS, Line.SESSIONS, Line.MSP)


def mission_code(name: str) -> int:
    """Return the code of a mission in the journal (a mission unknown to contracts: none)."""
    return ACI_MISSIONS.index(name) if name in ACI_MISSIONS else NO_MISSION
