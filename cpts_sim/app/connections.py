"""Connections that ask for nothing: many silent ones would keep everybody else out."""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol


def impatient(seconds: float) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol with an end for those who have not sent a whole request.

    Args:
        seconds: how long a new connection may take for its first request.
    """

    class Impatient(H11Protocol):
        """Closes a connection that has been open for a while and has asked for nothing."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self.loop.call_later(seconds, self._end_silent)

        def _end_silent(self) -> None:
            """Sockets of pages have left this protocol by then, and whoever has asked has a cycle."""
            if getattr(self, "cycle", None) is None and self in self.connections and not self.transport.is_closing():
                self.transport.close()

    return Impatient
