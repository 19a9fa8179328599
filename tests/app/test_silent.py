"""Connections that ask for nothing do not keep others out for long, over real sockets."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

pytest.importorskip("uvicorn")
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from websockets.sync.client import connect

from cpts_sim.app.connections import impatient

PATIENCE_S = 5.0
"""Long beside the pauses of a busy machine: until then the held connections must be there, and fill the room."""
LIMIT_S = 120.0
ROOM = 5


async def page(request: Any) -> PlainTextResponse:
    return PlainTextResponse("page")


async def echo(talk: Any) -> None:
    await talk.accept()
    while True:
        await talk.send_text(await talk.receive_text())


@pytest.fixture
def port() -> Iterator[int]:
    """A server with room for few, where a first request must come soon."""
    app = Starlette(routes=[Route("/", page), WebSocketRoute("/live", echo)])
    config = uvicorn.Config(app, http=impatient(PATIENCE_S), limit_concurrency=ROOM, log_level="critical")
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        server.should_exit = True
        thread.join(LIMIT_S)


def status(port: int) -> int:
    """Ask for the page and return the number of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) as asking:
        asking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return int(asking.recv(100).split()[1])


def full(port: int) -> bool:
    """Whether the room fills, as it does once the server has taken in all who stand at its door."""
    end = time.monotonic() + PATIENCE_S
    while (found := status(port)) != 503 and time.monotonic() < end:
        time.sleep(0.01)
    return found == 503


def ended(held: socket.socket) -> bool:
    """Whether the server closes a connection before we lose patience (a socket that waits too long raises)."""
    return held.recv(1) == b""


def test_silent_connections_are_let_go(port: int) -> None:
    assert status(port) == 200
    with ExitStack() as held:
        opened = (socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) for _ in range(ROOM + 2))
        silent = [held.enter_context(one) for one in opened]
        silent[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half: ")
        assert full(port)
        for one in silent:
            assert ended(one)
        assert status(port) == 200


def test_half_a_further_request_is_let_go_too(port: int) -> None:
    with ExitStack() as held:
        opened = (socket.create_connection(("127.0.0.1", port), timeout=LIMIT_S) for _ in range(ROOM - 1))
        slow = [held.enter_context(one) for one in opened]
        for one in slow:
            one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            told = b""
            while b"page" not in told:
                more = one.recv(1000)
                assert more, f"closed after {told!r}"
                told += more
            assert told.startswith(b"HTTP/1.1 200")
            one.sendall(b"G")
        assert full(port)
        for one in slow:
            assert ended(one)
        assert status(port) == 200


def test_a_page_that_talks_stays(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/live", open_timeout=LIMIT_S, ping_interval=None) as talk:
        time.sleep(1.2 * PATIENCE_S)
        talk.send("still here")
        assert talk.recv(LIMIT_S) == "still here"
