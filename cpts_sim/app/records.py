"""Records of arms as they are computed, kept in memory within a limit and shared by all who watch."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cpts_sim.app.pack import renumbered

Watcher = Callable[["Record"], None]
PARTS = ("stage", "draw", "scene", "picture")
OWN_BYTES = 2000
"""What a record takes besides its content, so that many small ones count too."""


@dataclass
class Record:
    """What is known of one arm (or of one further draw).

    Attributes:
        number: number on the wire; never used twice by a server.
        key: what decides its content.
        ask: what a page asked for when it wanted this arm, the last one.
        stage: the bytes needed once. blocks: blocks of days. draw: numbers of a further draw.
        scene, picture: who is where before day 0, and how they are on the day ``pictured`` of the warm-up; forgotten
            when the stage is there.
        warming: share of the warm-up lived. done: complete. failed: why it will never be complete.
        watchers: called whenever something has come. holders: sessions that want it.
    """

    number: int
    key: str
    ask: Mapping[str, Any] = field(default_factory=dict)
    stage: bytes | None = None
    blocks: list[bytes] = field(default_factory=list)
    draw: bytes | None = None
    scene: bytes | None = None
    picture: bytes | None = None
    pictured: int | None = None
    warming: float = 0.0
    done: bool = False
    failed: str | None = None
    watchers: list[Watcher] = field(default_factory=list)
    holders: set[int] = field(default_factory=set)
    _in_blocks: int = 0

    @property
    def size(self) -> int:
        """Bytes in memory."""
        once = (self.stage, self.draw, self.scene, self.picture)
        return OWN_BYTES + self._in_blocks + sum(len(part) for part in once if part is not None)

    def part(self, name: str | int) -> bytes | None:
        """Return the bytes of a part: one of ``PARTS`` or the rank of a block; None when it is not there (yet)."""
        if isinstance(name, int):
            return self.blocks[name] if 0 <= name < len(self.blocks) else None
        return getattr(self, name) if name in PARTS else None

    def receive(self, what: str, *content: object) -> None:
        """Take in what a worker tells, and call the watchers; what a job begun again tells once more is known."""
        if what == "done":
            self.done = True
        elif what == "failed":
            self.failed = str(content[0])
        elif what == "warming":
            self._warms(*content)
        elif what == "block" and isinstance(content[1], bytes):
            if content[0] == len(self.blocks):
                self.blocks.append(renumbered(content[1], self.number))
                self._in_blocks += len(content[1])
        elif what in PARTS and isinstance(content[0], bytes):
            setattr(self, what, renumbered(content[0], self.number))
            if what == "stage":
                self.warming, self.scene, self.picture, self.pictured = 1.0, None, None, None
        for watcher in list(self.watchers):
            watcher(self)

    def _warms(self, share: object, day: object = None, picture: object = None) -> None:
        if self.stage is None:
            self.warming = float(str(share))
            if isinstance(picture, bytes):
                self.picture, self.pictured = renumbered(picture, self.number), int(str(day))


class Shelf:
    """Records by key and by number; those that nobody holds go first when room is short.

    Args:
        most_bytes: room for all of them.
        idle_bytes: room for those that nobody holds.
    """

    def __init__(self, most_bytes: int, idle_bytes: int) -> None:
        self.most_bytes, self.idle_bytes = most_bytes, idle_bytes
        self._numbers = itertools.count(1)
        self._by_key: OrderedDict[str, Record] = OrderedDict()
        self._by_number: dict[int, Record] = {}

    def __len__(self) -> int:
        return len(self._by_key)

    @property
    def size(self) -> int:
        """Bytes of all records."""
        return sum(record.size for record in self._by_key.values())

    def find(self, number: int) -> Record | None:
        """Return the record of a number, if it is still here."""
        return self._by_number.get(number)

    def get(self, key: str) -> Record | None:
        """Return the record of a key unless it failed, and remember that it was used."""
        record = self._by_key.get(key)
        if record is None or record.failed is not None:
            return None
        self._by_key.move_to_end(key)
        return record

    def make(self, key: str) -> Record:
        """Put a new record on the shelf (in place of a failed one)."""
        old = self._by_key.get(key)
        if old is not None:
            self.drop(old)
        record = Record(next(self._numbers), key)
        self._by_key[key] = self._by_number[record.number] = record
        return record

    def drop(self, record: Record) -> None:
        """Take a record away, and no other that has come under its key since."""
        self._by_number.pop(record.number, None)
        if self._by_key.get(record.key) is record:
            del self._by_key[record.key]

    def make_room(self) -> bool:
        """Forget complete records that nobody wants, the one used longest ago first; returns whether there is room."""
        idle = [record for record in self._by_key.values() if not record.holders and record.done]
        size, unwanted = self.size, sum(record.size for record in idle)
        for record in idle:
            if size <= self.most_bytes and unwanted <= self.idle_bytes:
                break
            size, unwanted = size - record.size, unwanted - record.size
            self.drop(record)
        return size <= self.most_bytes
