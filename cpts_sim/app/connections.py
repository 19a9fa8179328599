"""Connections that ask for nothing: many silent ones would keep everybody else out."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def impatient(seconds: float) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with an end for those who have not sent a whole request.

    Args:
        seconds: how long a connection may take for a request that it has begun, and a new one for its first.
    """

    class Impatient(H11Protocol):
        """Closes a connection that for a while has owed the rest of a request."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.loop.call_later(seconds, self._end_silent)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self._unanswered():  # a part of a further request ends uvicorn's own patience
                self.loop.call_later(seconds, self._end_silent)

        def _unanswered(self) -> bool:
            """Whether no whole request is being answered."""
            cycle = getattr(self, "cycle", None)
            return cycle is None or cycle.response_complete

        def _end_silent(self) -> None:
            """Sockets of pages have left this protocol by then."""
            if self._unanswered() and self in self.connections and not self.transport.is_closing():
                self.transport.close()

    return Impatient
