"""Who may come in: this machine only, or a class with a code."""

from __future__ import annotations

import hmac
import time
from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cpts_sim.app.limits import Limits

LOOPBACK = ("127.0.0.1", "localhost", "::1", "[::1]")
MINUTE_S = 60.0
MOST_ADDRESSES = 1000
"""Addresses of whom wrong codes are remembered, the ones that erred last."""


@dataclass
class Door:
    """Who may come in.

    A right code always opens, however many wrong ones came before from anywhere: with 31 signs in eight places it
    cannot be guessed at the pace that the server allows, and a lock would shut out the teacher, not the guesser.

    Attributes:
        hosts: names under which the server answers; empty: every name (a class on a local network).
        code: what students must say; empty: nobody is asked (loopback only).
        key: what the teacher must say when there is a code.
    """

    hosts: frozenset[str] = frozenset(LOOPBACK)
    code: str = ""
    key: str = ""
    limits: Limits = field(default_factory=Limits)
    _wrong: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)
    _waiting: Counter[str] = field(default_factory=Counter)

    def knows(self, host: str) -> bool:
        """Whether a request names this server (a page elsewhere cannot give our address a name of its own)."""
        name = _name(host)
        return name is not None and (not self.hosts or name in {known.strip("[]") for known in self.hosts})

    def same_origin(self, origin: str | None, host: str) -> bool:
        """Whether a socket is opened by our own page."""
        if origin is None:
            return False
        scheme, _, place = origin.partition("://")
        return scheme in ("http", "https") and place == host and _name(place) is not None

    def role(self, said: str, address: str = "") -> str | None:
        """Return "full", "watch", or None for a wrong code, which is remembered of its address for a minute."""
        told = said.encode(errors="surrogatepass")  # half a character is a wrong code like any other
        if not self.code or hmac.compare_digest(told, self.key.encode()):
            return "full"
        if hmac.compare_digest(told, self.code.encode()):
            return "watch"
        times = self._wrong.setdefault(address, deque(maxlen=self.limits.wrong_codes))
        times.append(time.monotonic())
        self._wrong.move_to_end(address)
        while len(self._wrong) > MOST_ADDRESSES:
            self._wrong.popitem(last=False)
        return None

    def guesses(self, address: str) -> bool:
        """Whether an address has said too many wrong codes within the last minute."""
        times = self._wrong.get(address)
        if times is None or len(times) < self.limits.wrong_codes:
            return False
        return time.monotonic() - times[0] < MINUTE_S

    @contextmanager
    def waiting(self, address: str) -> Iterator[bool]:
        """Count a page that has not said its code yet; gives whether there is room for one more of its address."""
        self._waiting[address] += 1
        try:
            yield self._waiting[address] <= self.limits.sessions
        finally:
            self._waiting[address] -= 1
            if not self._waiting[address]:
                del self._waiting[address]


def _name(host: str) -> str | None:
    """Return the name in ``name:port``, None when these are no such words."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # read for its check
    except ValueError:
        return None
    return parts.hostname if parts.netloc == host and "@" not in host else None
