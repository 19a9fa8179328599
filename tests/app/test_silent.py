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

PATIENCE_S = 2.0
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
        thread.join(10)


def status(port: int) -> int:
    """Ask for the page and return the number of the answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as asking:
        asking.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        return int(asking.recv(100).split()[1])


def full(port: int) -> bool:
    """Whether the room fills, as it does once the server has taken in all who stand at its door."""
    end = time.monotonic() + PATIENCE_S
    while (found := status(port)) != 503 and time.monotonic() < end:
        time.sleep(0.01)
    return found == 503


def test_silent_connections_are_let_go(port: int) -> None:
    assert status(port) == 200
    with ExitStack() as held:
        opened = (socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(ROOM + 2))
        silent = [held.enter_context(one) for one in opened]
        silent[0].sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half: ")
        assert full(port)
        for one in silent:
            assert one.recv(1) == b""  # closed by the server
        assert status(port) == 200


def test_half_a_further_request_is_let_go_too(port: int) -> None:
    with ExitStack() as held:
        opened = (socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(ROOM - 1))
        slow = [held.enter_context(one) for one in opened]
        for one in slow:
            one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            told = b""
            while b"page" not in told:
                told += one.recv(1000)
                assert told.startswith(b"HTTP/1.1 200")
            one.sendall(b"G")
        assert full(port)
        for one in slow:
            assert one.recv(1) == b""
        assert status(port) == 200


def test_a_page_that_talks_stays(port: int) -> None:
    with connect(f"ws://127.0.0.1:{port}/live") as talk:
        time.sleep(2 * PATIENCE_S)
        talk.send("still here")
        assert talk.recv(10) == "still here"
