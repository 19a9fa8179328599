"""The class: who is there, what the teacher shows, how the class has voted. Votes are counts, in memory only."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from cpts_sim.app.asks import Strict, read_ask
from cpts_sim.app.desk import LATER, Desk, draws_of
from cpts_sim.app.drawn import Drawn
from cpts_sim.app.limits import Limits
from cpts_sim.app.records import Record
from cpts_sim.app.session import Session
from cpts_sim.errors import InputError
from cpts_sim.words import say


class Get(Strict):
    """A part of a record."""

    do: Literal["get"]
    record: int = Field(ge=1, le=2**31)
    part: int | Literal["stage", "draw", "scene", "picture"]


class Show(Strict):
    """What the teacher's page shows now, for those who follow it."""

    do: Literal["show"]
    day: int = Field(ge=0, le=10_000)
    playing: bool
    speed: float = Field(gt=0, le=1000)
    hidden: bool = False
    lesson: int = Field(0, ge=0, le=99)


class Vote(Strict):
    """A prediction."""

    do: Literal["vote"]
    choice: Literal["down", "same", "up"]


class Run(Strict):
    """A pair of runs."""

    do: Literal["run"]
    ask: dict[str, Any]


class Draws(Strict):
    """Further draws of the present run."""

    do: Literal["draws"]
    count: int
    recorded: bool = False
    """Only those recorded beforehand."""


class Plain(Strict):
    """Words without anything more."""

    do: Literal["follow", "ping", "clear_votes"]


KINDS: Mapping[str, type[Strict]] = {
    "get": Get, "show": Show, "vote": Vote, "run": Run, "draws": Draws, "follow": Plain, "ping": Plain,
    "clear_votes": Plain,
}  # fmt: skip


def read_message(content: Any) -> Any:
    """Check a message of a page.

    Raises:
        InputError: it is not one of those known, or not complete.
    """
    kind = KINDS.get(str(content.get("do"))) if isinstance(content, dict) else None
    if kind is None:
        raise InputError(say("app.no_message", known=", ".join(KINDS)))
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise InputError(say("app.bad_value", place=place, value=str(first["input"])[:60], text=first["msg"])) from None


class Room:
    """All sessions of a server.

    Args:
        desk: opens runs.
        limits: limits of the server.
        drawn: draws recorded beforehand.
    """

    def __init__(self, desk: Desk, limits: Limits, drawn: Drawn | None = None) -> None:
        self.desk, self.limits, self.drawn = desk, limits, drawn or Drawn()
        self.sessions: dict[int, Session] = {}
        self._numbers = itertools.count(1)
        self._shown: dict[str, Any] | None = None
        self._shown_run: dict[str, Any] | None = None
        self._shown_records: list[Record] = []
        self._shower = 0
        self._votes: dict[int, str] = {}

    def enter(self, may_run: bool) -> Session | None:
        """Let a page in, or None when the room is full; some seats are the teacher's, however many students come."""
        students = sum(not session.may_run for session in self.sessions.values())
        full = len(self.sessions) >= self.limits.sessions
        if full or (not may_run and students >= self.limits.sessions - self.limits.kept_seats):
            return None
        session = Session(next(self._numbers), self.limits, may_run)
        self.sessions[session.number] = session
        return session

    def leave(self, session: Session) -> None:
        """A page has gone; what it showed to the class stays with those who follow, and is shown to nobody new."""
        self.sessions.pop(session.number, None)
        self._votes.pop(session.number, None)
        if self._shower == session.number:
            self._shown, self._shown_run, self._shown_records, self._shower = None, None, [], 0
        session.close(self.desk)

    async def act(self, session: Session, message: Any) -> None:
        """Do what a page asks.

        Raises:
            InputError: it may not, or the values are not valid.
        """
        if isinstance(message, Get):
            self._get(session, message)
        elif isinstance(message, Vote):
            self._vote(session, message.choice)
        elif isinstance(message, Plain):
            self._plain(session, message.do)
        elif not session.may_run:
            raise InputError(say("app.only_watch"))
        elif isinstance(message, Run):
            await self._run(session, message.ask)
        elif isinstance(message, Draws):
            self._draws(session, message)
        elif isinstance(message, Show):
            self._show(session, message)

    # ------------------------------------------------------------------------------------------ runs
    async def _run(self, session: Session, content: dict[str, Any]) -> None:
        jobs = await self.desk.jobs(read_ask(content, self.limits))
        if session.number not in self.sessions:
            return
        records = self.desk.open_all(jobs.arms, session.number, session.progress)
        session.jobs, session.following = jobs, False
        for record in records:
            record.ask = jobs.ask.model_dump()
        session.hold(self.desk, records)
        session.pulls.clear()
        session.tell("run", ask=jobs.ask.model_dump(), records=[record.number for record in records])
        for record in records:
            session.progress(record)

    def _draws(self, session: Session, message: Draws) -> None:
        if session.jobs is None:
            raise InputError(say("app.no_run"))
        jobs = draws_of(session.jobs, message.count, self.limits)
        recorded = self.drawn.of(session.jobs.ask)
        if recorded is not None:
            session.tell("drawn", name=recorded)
        if recorded is not None or message.recorded:
            return
        room = self.limits.jobs_per_session - len(session.records)
        for job in jobs[: max(room, 0)]:
            record = self.desk.open(job, session.number, session.progress, LATER)
            session.records[record.number] = record
            session.progress(record)

    def _get(self, session: Session, message: Get) -> None:
        if len(session.pulls) >= self.limits.pulls:
            raise InputError(say("app.too_large", place="get", value=len(session.pulls) + 1, most=self.limits.pulls))
        session.pulls.append((message.record, message.part))
        session.awake.set()

    # ------------------------------------------------------------------------------------------ class
    def _show(self, session: Session, message: Show) -> None:
        if session.jobs is None:
            raise InputError(say("app.no_run"))
        self._shown = message.model_dump(exclude={"do"})
        arms = [r for r in session.records.values() if r.key in {job.key for job in session.jobs.arms}]
        by_key = {record.key: record for record in arms}
        self._shown_records = [by_key[job.key] for job in session.jobs.arms]
        self._shower, ask = session.number, session.jobs.ask.model_dump()
        self._shown_run = {"ask": ask, "records": [record.number for record in self._shown_records]}
        for other in self.sessions.values():
            if other.following and other is not session:
                self._follow(other)

    def _follow(self, session: Session) -> None:
        """Let a page see what the teacher shows: the newest state only, however slow the page."""
        session.following = True
        if self._shown is None or self._shown_run is None:
            return
        if {record.number for record in self._shown_records} != set(session.records):
            for record in self._shown_records:
                self.desk.want(record, session.number, session.progress)
            session.hold(self.desk, self._shown_records)
            session.tell("run", **self._shown_run)
            for record in self._shown_records:
                session.progress(record)
        session.tell("show", **self._shown)

    def _plain(self, session: Session, what: str) -> None:
        if what == "follow":
            self._follow(session)
        elif what == "clear_votes" and session.may_run:
            self._votes.clear()
            self._tell_votes()
        elif what == "ping":
            session.tell("pong")

    def _vote(self, session: Session, choice: str) -> None:
        self._votes[session.number] = choice
        self._tell_votes()

    def _tell_votes(self) -> None:
        counts = Counter(self._votes.values())
        for session in self.sessions.values():
            session.tell("votes", down=counts["down"], same=counts["same"], up=counts["up"])
