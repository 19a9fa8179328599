"""One page: what it has asked for, what waits to be sent to it (only the newest of each kind), how fast it may talk."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from typing import Any

from cpts_sim.app.desk import Desk, Jobs
from cpts_sim.app.limits import Limits
from cpts_sim.app.records import Record

Message = str | bytes


class Session:
    """A page that is connected.

    Args:
        number: number of the session.
        limits: limits of the server.
        may_run: whether it may ask for runs (a student who watches the class may not).
    """

    def __init__(self, number: int, limits: Limits, may_run: bool) -> None:
        self.number, self.limits, self.may_run = number, limits, may_run
        self.jobs: Jobs | None = None
        self.records: dict[int, Record] = {}
        self.pulls: deque[tuple[int, str | int]] = deque()
        self.newest: dict[str, dict[str, Any]] = {}
        self.following = False
        self.awake = asyncio.Event()
        self._tokens, self._at = float(limits.burst), time.monotonic()

    # ------------------------------------------------------------------------------------------ talking
    def may_talk(self) -> bool:
        """Count one message; False when the page talks too fast."""
        now = time.monotonic()
        earned = (now - self._at) * self.limits.messages_per_second
        self._tokens, self._at = min(float(self.limits.burst), self._tokens + earned), now
        self._tokens -= 1.0
        return self._tokens >= 0.0

    def tell(self, topic: str, **facts: Any) -> None:
        """Have something sent; what was to be sent about the same topic and is older is not sent any more."""
        self.newest[topic] = {"topic": topic.partition(":")[0], **facts}
        self.awake.set()

    def progress(self, record: Record) -> None:
        """Tell how far a record is (a watcher of the record)."""
        facts: dict[str, Any] = {
            "record": record.number, "blocks": len(record.blocks), "stage": record.stage is not None,
            "scene": record.scene is not None, "pictured": record.pictured, "warming": record.warming,
            "done": record.done, "draw": record.draw is not None,
        }  # fmt: skip
        if record.failed is not None:
            facts["failed"] = record.failed
        self.tell(f"progress:{record.number}", **facts)

    def next_message(self) -> Message | None:
        """Take what is to be sent now: small news first, then the oldest part asked for that is there."""
        if self.newest:
            topic = next(iter(self.newest))
            return json.dumps(self.newest.pop(topic))  # escaped: half a character cannot be sent otherwise
        while self.pulls:
            number, part = self.pulls.popleft()
            record = self.records.get(number)
            data = record.part(part) if record is not None else None
            if data is not None:
                return data
        self.awake.clear()
        return None

    # ------------------------------------------------------------------------------------------ records
    def hold(self, desk: Desk, records: list[Record]) -> None:
        """Want these records and no others."""
        kept = {record.number: record for record in records}
        for number, record in list(self.records.items()):
            if number not in kept:
                self.drop(desk, record)
        self.records |= kept

    def drop(self, desk: Desk, record: Record) -> None:
        """Want a record no more."""
        self.records.pop(record.number, None)
        self.newest.pop(f"progress:{record.number}", None)
        desk.release(record, self.number, self.progress)

    def close(self, desk: Desk) -> None:
        """Want nothing more."""
        for record in list(self.records.values()):
            self.drop(desk, record)
