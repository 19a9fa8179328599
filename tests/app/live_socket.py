"""A page on the socket of the test client."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from typing import Any

from starlette.testclient import TestClient

HOME = "http://localhost:8642"


@contextmanager
def joined(client: TestClient, origin: str = HOME) -> Iterator[Any]:
    """Open ``/live``; where both sides leave at once, the test client cancels its own task and would raise that."""
    headers = {"origin": origin, "host": "localhost:8642"}
    with suppress(CancelledError), client.websocket_connect("/live", headers=headers) as socket:
        yield socket
