"""Codes and schemas of the journal: what can happen in a run, and which columns tell it.

Codes are small integers kept in ``int8`` columns. Times are minutes since Monday 00:00 of day 0 (the first
day after the warm-up); rows written during the warm-up have negative times.
"""

from __future__ import annotations

from enum import IntEnum


class Need(IntEnum):
    """Kinds of need."""

    MINOR = 0
    ACUTE = 1
    EMERGENCY = 2
    FOLLOWUP = 3
    PREVENTIVE = 4
    MENTAL = 5
    NURSING = 6


SYMPTOMS = (Need.MINOR, Need.ACUTE)


class Origin(IntEnum):
    """Why a request exists (law 4: only the first kind must be equal in all arms)."""

    EXOGENOUS = 0
    RETURN = 1
    CARE = 2
    ATTACHMENT = 3
    INDUCED = 4
    OUTREACH = 5


class Route(IntEnum):
    """Ways a request may go."""

    NONE = 0
    OWN_GP = 1
    SQUEEZE = 2
    COLLEAGUE = 3
    PHARMACIST = 4
    OTHER_GP = 5
    DESK = 6
    DUTY = 7
    OUTSIDE = 8
    NURSE = 9
    ED = 10
    SELF = 11
    VISIT = 12
    SURGE = 13
    SAS = 14
    REMOTE = 15
    SESSION = 16


class Ending(IntEnum):
    """How a request ends; exactly once (law 6)."""

    SERVED = 1
    UNMET = 2
    PENDING = 3


class First(IntEnum):
    """Result of the first contact of a request."""

    ACCEPTED = 0
    REFUSED = 1
    BUSY = 2
    NO_CONTACT = 3


class After(IntEnum):
    """What followed a failed first contact."""

    NONE = 0
    ELSEWHERE = 1
    GAVE_UP = 2
    ED = 3
    LATER = 4


class Status(IntEnum):
    """What became of a booked slot."""

    DONE = 0
    NO_SHOW = 1
    CANCELLED = 2


class Account(IntEnum):
    """Whose capacity served (the sources of net access of law 2)."""

    REGULAR = 0
    PAID_EXTRA = 1
    NEW_PROFESSIONAL = 2
    OUTSIDE = 3
    SHIFTED = 4


class Road(IntEnum):
    """Roads to the emergency department, counted apart."""

    DIRECT = 0
    SENT = 1
    RESCUE = 2
    SPILL = 3
    OUTSIDER = 4


class EdOutcome(IntEnum):
    """How an emergency visit ends."""

    HOME = 0
    ADMITTED = 1
    SHORT_STAY = 2
    LEFT_UNSEEN = 3


class Profession(IntEnum):
    """Professions with a weekly ledger."""

    GP = 0
    NURSE = 1
    PHARMACIST = 2
    ED_STAFF = 3


class Work(IntEnum):
    """Working state of a professional."""

    WORKING = 0
    LEAVE = 1
    SICK = 2
    LEFT = 3


class Career(IntEnum):
    """What happens in the working life of a professional, told one by one."""

    ARRIVED = 0
    SUCCEEDED = 1
    RETIRED = 2
    LEFT_EARLY = 3
    LEFT_BY_SHOCK = 4
    DISPLACED = 5
    SICK_LEAVE = 6
    RETURNED = 7
    HOURS_CUT = 8
    LIST_CLOSED = 9
    REPLACED = 10
    LIST_REOPENED = 11
    HOURS_RESTORED = 12


class Member(IntEnum):
    """Place of a professional in the CPTS."""

    NONE = 0
    PASSIVE = 1
    ACTIVE = 2
    LEADER = 3


class Attachment(IntEnum):
    """What happens between a person and the register of médecins traitants (MT)."""

    REGISTERED = 0
    ORPHANED = 1
    DECEASED = 2
    MOVED_OUT = 3
    MOVED_IN = 4
    BORN = 5
    STARTED_SEEKING = 6


class Via(IntEnum):
    """By which way an attachment came about."""

    SPONTANEOUS = 0
    CPTS = 1
    NATIONAL_PLAN = 2


class MtState(IntEnum):
    """Relation of a person to a médecin traitant."""

    HAS = 0
    NOT_SEEKING = 1
    SEEKING = 2
    ORPHAN = 3


class CptsEvent(IntEnum):
    """What a CPTS does that costs time or money, what nobody paid, and the steps of its life."""

    MEETING = 0
    DESK_CALL = 1
    SHARED_SLOT = 2
    EXTRA_SESSION = 3
    PLEDGE = 4
    COORDINATION = 5
    PREPARATION = 6
    PAYMENT = 7
    PROTOCOL = 8
    ARRIVAL = 9
    DISPLACED = 10
    UNPAID = 11
    SALARY = 12
    UPKEEP = 13
    STUDY = 14
    EMERGENCE = 15
    LETTER = 16
    CREDIT = 17
    PROJECT = 18
    REFUSED = 19
    STALLED = 20
    APPROVED = 21
    SILENCE = 22
    CONTRACT = 23
    MISSION_OPEN = 24
    REVIEW = 25
    RENEWED = 26
    ENDED = 27
    BOUNDARY = 28
    HIRED = 29
    COORDINATOR_LEFT = 30
    LEADER_LEFT = 31
    STAFF_UNPAID = 32
    LATE = 33
    LOCUM = 34
    LOCUM_LENT = 35


class Service(IntEnum):
    """Services of the second line that have a waiting list of their own.

    ``HOME_SUPPORT``: help in daily life at home. ``OTHER``: every other profession as one generic kind
    (physiotherapists, midwives, dentists, dietitians, social workers and the like).
    """

    CARDIOLOGY = 0
    PSYCHIATRY = 1
    ADDICTOLOGY = 2
    HOME_SUPPORT = 3
    OTHER = 4


class Referral(IntEnum):
    """What happens to a referral to the second line: it is sent, then one of the others (or still waits)."""

    SENT = 0
    LOST = 1
    SEEN = 2
    GAVE_UP = 3


class Act(IntEnum):
    """Acts outside the GP's practice that the journal tells one by one."""

    VACCINE = 0
    SCREENING = 1
    FALL_PLAN = 2
    NURSE_FOLLOWUP = 3
    NURSE_AFTER_DISCHARGE = 4
    FRAILTY_SCREENING = 5
    """A nurse looked for frailty and found none; who is found frail gets a plan."""


class Institution(IntEnum):
    """Institutions of the baseline whose own staff work for the territory (their minutes are nobody's here)."""

    SAS = 0
    ASSISTANT = 1
    DAC = 2
    PRADO = 3
    HAD = 4
    TELECONSULTATION = 5
    ALD_PLAN = 6
    CRISIS_CENTRES = 7


LEDGER_LINES = (
    "consult", "visit", "squeeze", "session_other", "idle", "admin", "knowledge", "other", "duty",
    "cpts_lunch", "cpts_evening", "cpts_day", "cpts_admin", "extra_paid", "supervision", "travel",
)  # fmt: skip

STRAIN_FACTORS = (
    "load", "interruptions", "refusals", "complex_alone", "evening", "administration", "control", "peer_support",
    "assistance", "recovery", "spiral",
)  # fmt: skip
"""What a week's drive is made of: demands, resources (with a minus sign), and the tipping-point option."""

SCHEMAS: dict[str, dict[str, str]] = {
    "request": {
        "raised": "f8", "asked": "f8", "wished": "f8", "ended": "f8", "visit": "f8", "person": "i4",
        "kind": "i1",
        "origin": "i1", "contacts": "i1", "first": "i1", "after": "i1", "ending": "i1", "route": "i1",
        "provider": "i4", "commune": "i2", "age": "i1", "ald": "i1", "attached": "i1", "deprivation": "i1",
        "account": "i1",
    },
    "visit": {
        "at": "f8", "booked": "f8", "provider": "i4", "person": "i4", "kind": "i1", "minutes": "f4",
        "status": "i1", "slot": "i1", "account": "i1", "home": "i1", "own": "i1",
    },
    "ed": {
        "arrival": "f8", "start": "f8", "end": "f8", "person": "i4", "hospital": "i2", "road": "i1",
        "level": "i1",
        "outcome": "i1", "boarding": "f4", "hours_open": "i1", "age": "i1",
    },
    "admission": {
        "at": "f8", "person": "i4", "avoidable": "i1", "days": "f4", "readmission": "i1", "age": "i1",
    },
    "week": {
        "at": "f8", "profession": "i1", "row": "i4", "status": "i1", "member": "i1", "acts": "i2", "ee": "f4",
        "dp": "f4", "pa": "f4", "ee_true": "f4", **dict.fromkeys(LEDGER_LINES, "f4"),
        "group": "i1", "drive": "f8", **{f"drive_{factor}": "f8" for factor in STRAIN_FACTORS}, "home": "f4",
        "life": "f4", "rise": "f4", "scar": "f4", "exit_chance": "f4", "sick_chance": "f4", "cut_chance": "f4",
    },
    "career": {"at": "f8", "profession": "i1", "row": "i4", "event": "i1", "ee": "f4", "orphans": "i4"},
    "attachment": {
        "at": "f8", "person": "i4", "event": "i1", "gp": "i4", "via": "i1", "ald": "i1", "age": "i1",
    },
    "practice_week": {"at": "f8", "row": "i4", "account": "i1", "laid": "f8", "given": "f8"},
    "provider_day": {"at": "f8", "profession": "i1", "row": "i4", "count": "i4", "minutes": "f4"},
    "cpts": {"at": "f8", "event": "i1", "profession": "i1", "actor": "i4", "hours": "f4", "euros": "f4"},
    "payment": {"at": "f8", "line": "i1", "mission": "i1", "euros": "f8"},
    "members": {
        "at": "f8", "profession": "i1", "nominal": "i4", "active": "i4", "leaders": "i4", "attended": "i4",
    },
    "review": {
        "at": "f8", "mission": "i1", "declared": "f4", "target": "f4", "achieved": "f4", "euros": "f8",
    },
    "day": {
        "at": "f8", "backlog": "i4", "free_at_close": "i4", "capacity": "i4", "pending": "i4", "adults": "i4",
        "without_mt": "i4", "seeking_mt": "i4", "ald_adults": "i4", "ald_without_mt": "i4",
        "third_next_days": "f4",
        "residents": "i4",
    },
    "referral": {
        "at": "f8", "made": "f8", "person": "i4", "service": "i1", "event": "i1", "gp": "i4",
        "organised": "i1",
    },
    "act": {
        "at": "f8", "person": "i4", "act": "i1", "organised": "i1", "provider": "i4", "age": "i1",
        "ald": "i1", "attached": "i1", "deprivation": "i1",
    },
    "institution": {"at": "f8", "institution": "i1", "person": "i4", "minutes": "f4"},
    "stabiliser": {"at": "f8", "rule": "i1", "amount": "f4"},
    "slack": {
        "at": "f8", "row": "i4", "freed": "f4", "backfill": "f4", "to_list": "f4", "longer": "f4",
        "shorter": "f4",
    },
}  # fmt: skip
