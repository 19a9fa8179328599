"""The server: a page, its files from memory, one socket. It reads no file for anybody and keeps nothing of anybody."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from cpts_sim.app.asks import Ask
from cpts_sim.app.desk import LATER, Desk
from cpts_sim.app.door import Door
from cpts_sim.app.drawn import Drawn
from cpts_sim.app.limits import Limits
from cpts_sim.app.page import Files, one_lesson, recorded_page
from cpts_sim.app.pool import Pool
from cpts_sim.app.presets import SCHOOL_PEOPLE, offer
from cpts_sim.app.records import Record
from cpts_sim.app.room import Room, read_message
from cpts_sim.app.session import Session
from cpts_sim.errors import CptsSimError
from cpts_sim.words import languages, say

POLICY, TRY_LATER, TOO_BIG = 1008, 1013, 1009
"""Reasons for closing a socket (RFC 6455)."""
DEFAULT = Ask(preset="rural_underdense", population=SCHOOL_PEOPLE)
"""What the page asks for first."""
NOBODY = 0
NUMBER_DIGITS = 16
"""A number of a record has fewer: thousands of digits cannot even be read."""
READY_S = 10.0
"""How long the address waits for the territory shown first, which may take long on a slow machine."""
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


def make_app(
    presets: Mapping[str, Mapping[str, Any]], *, door: Door | None = None, limits: Limits | None = None,
    pool: Pool | None = None, ready: Callable[[], None] = lambda: None,
) -> Starlette:  # fmt: skip
    """Return the application.

    Args:
        presets: territories by name, as mappings of a scenario file.
        door: who may come in (default: this machine).
        limits: how much may be asked.
        pool: processes that compute (default: one).
        ready: called once, as soon as the territory shown first has its first days (or takes too long).
    """
    limits = limits or Limits()
    pool = pool or Pool(1, limits.job_s, limits.deaths, limits.rest_s)
    served = _Server(presets, door or Door(limits=limits), limits, pool, ready)
    routes = [
        Route("/", served.index),
        Route("/offer.json", served.offer),
        Route("/health", served.health),
        Route("/record-{left:str}-{right:str}.html", served.recorded),
        Route("/draws-{name:str}.cpt", served.draws),
        Route("/static/{name:path}", served.static),
        WebSocketRoute("/live", served.live),
    ]
    app = Starlette(routes=routes, lifespan=served.lifespan)
    app.state.served = served
    return app


class _Server:
    def __init__(
        self, presets: Mapping[str, Any], door: Door, limits: Limits, pool: Pool, ready: Callable[[], None]
    ) -> None:
        self.door, self.limits = door, limits
        self.files = Files()
        self.pool = pool
        self.desk = Desk(presets, limits, pool)
        self.drawn = Drawn()
        self.room = Room(self.desk, limits, self.drawn)
        self._ready: Callable[[], None] | None = ready
        self.offered: dict[str, Any] = {}
        self._offer = b""

    @contextlib.asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Start and end the workers; the territory shown first is computed before anybody asks."""
        self.pool.start()  # a worker imports the model while this process gathers what is offered
        if DEFAULT.preset in self.desk.presets:
            for job in (await self.desk.jobs(DEFAULT)).arms:
                self.desk.open(job, NOBODY, self._prepared, LATER)
        asyncio.get_running_loop().call_later(READY_S, self._tell_ready)
        self.offered = await asyncio.to_thread(offer, self.desk.presets, self.limits)
        self._offer = json.dumps(self.offered, ensure_ascii=False).encode()
        await self.pool.ready(READY_S)
        reading = asyncio.create_task(asyncio.to_thread(self.drawn.read))  # nobody waits for these
        yield
        await reading
        await self.pool.close()

    def _prepared(self, record: Record) -> None:
        if record.blocks or record.failed is not None:
            self._tell_ready()

    def _tell_ready(self) -> None:
        told, self._ready = self._ready, None
        if told is not None:
            told()

    # ------------------------------------------------------------------------------------------ pages
    def _answer(self, request: Request, content: bytes, kind: str, **headers: str) -> Response:
        if not self.door.knows(request.headers.get("host", "")):
            return Response(say("app.wrong_host") + "\n", 421, HEADERS, "text/plain; charset=utf-8")
        return Response(content, 200, {**HEADERS, **headers}, kind)

    async def index(self, request: Request) -> Response:
        """The page."""
        return self._answer(request, self.files["index.html"], "text/html; charset=utf-8")

    async def static(self, request: Request) -> Response:
        """A file of the page: one of those read at the start, by its exact name."""
        name = request.path_params["name"]
        if name not in self.files:
            return Response(status_code=404, headers=HEADERS)
        return self._answer(request, self.files[name], self.files.kind(name))

    async def offer(self, request: Request) -> Response:
        """What may be chosen, and every word."""
        return self._answer(request, self._offer, "application/json; charset=utf-8")

    def _turned_away(self, request: Request, *roles: str) -> Response | None:
        """Return why a request without the right code gets nothing, None when it may go on."""
        address = request.client.host if request.client else ""
        if self.door.role(request.query_params.get("code", "")[:64], address) in roles:
            return None
        status = 429 if self.door.guesses(address) else 403
        return Response(say("app.wrong_code") + "\n", status, HEADERS, "text/plain; charset=utf-8")

    async def health(self, request: Request) -> Response:
        """How much is in use (for the teacher)."""
        if (refusal := self._turned_away(request, "full")) is not None:
            return refusal
        facts = {"sessions": len(self.room.sessions), "records": len(self.desk.shelf),
                 "bytes": self.desk.shelf.size, "waiting": self.pool.waiting}  # fmt: skip
        return self._answer(request, json.dumps(facts).encode(), "application/json")

    async def recorded(self, request: Request) -> Response:
        """A pair of runs as one page that needs no server (for those who have the code)."""
        if (refusal := self._turned_away(request, "full", "watch")) is not None:
            return refusal
        numbers = [request.path_params[side] for side in ("left", "right")]
        known = [int(number) for number in numbers if number.isdecimal() and len(number) < NUMBER_DIGITS]
        pair = [self.desk.shelf.find(number) for number in known]
        ready = [record for record in pair if record is not None and record.done]
        if len(ready) < 2:
            return Response(say("app.not_ready") + "\n", 404, HEADERS, "text/plain; charset=utf-8")
        lesson = request.query_params.get("lesson", "")[:2]
        rank = int(lesson) if lesson.isdecimal() else 0
        offered = {**self.offered, "lessons": one_lesson(self.offered["lessons"], rank)}
        titles = [{lang: say("app.with", lang) for lang in languages()}]
        asks = [ready[1].ask]
        ask = asks[0]  # empty: prepared at the start, asked by nobody
        named = self.drawn.of(Ask.model_validate(ask)) if ask else None
        kept = self.drawn.parts.get(named or "")
        draws = [kept] if kept else []
        page = await asyncio.to_thread(recorded_page, self.files, offered, [(ready[0], ready[1])], draws, titles, asks)
        saved_as = {"Content-Disposition": 'attachment; filename="cpts-sim.html"'}
        return self._answer(request, page, "text/html; charset=utf-8", **saved_as)

    async def draws(self, request: Request) -> Response:
        """Draws of a lesson, recorded beforehand: one of those read at the start, by its exact name."""
        data = self.drawn.parts.get(request.path_params["name"])
        if data is None:
            return Response(status_code=404, headers=HEADERS)
        return self._answer(request, data, "application/octet-stream")

    # ------------------------------------------------------------------------------------------ socket
    async def live(self, socket: WebSocket) -> None:
        """One page: it says hello, then talks until it leaves or breaks a rule."""
        host, origin = socket.headers.get("host", ""), socket.headers.get("origin")
        if not (self.door.knows(host) and self.door.same_origin(origin, host)):
            await socket.close(POLICY, say("app.wrong_origin"))
            return
        await socket.accept()
        session = None
        try:
            role = await self._let_in(socket)
            if role is None:
                return
            session = self.room.enter(role == "full")
            if session is None:
                await _refuse(socket, TRY_LATER, say("app.room_full", count=self.limits.sessions))
                return
            session.tell("hello", role=role, code=self.door.code if role == "full" else "")
            await self._talk(socket, session)
        except WebSocketDisconnect:
            pass
        finally:
            if session is not None:
                self.room.leave(session)

    async def _let_in(self, socket: WebSocket) -> str | None:
        """Wait for the code; who guesses many waits a moment for each answer, who has the right one never."""
        address = socket.client.host if socket.client else ""
        with self.door.waiting(address) as room:
            if not room:
                await _refuse(socket, TRY_LATER, say("app.too_many_waiting"))
                return None
            role = await self._hello(socket, address)
            if role is None:
                if self.door.guesses(address):
                    await asyncio.sleep(self.limits.wrong_wait_s)
                await _refuse(socket, POLICY, say("app.wrong_code"))
            return role

    async def _hello(self, socket: WebSocket, address: str) -> str | None:
        try:
            text = await asyncio.wait_for(socket.receive_text(), self.limits.hello_s)
            said = json.loads(text) if len(text) <= 200 else {}
        except (TimeoutError, ValueError, KeyError, RecursionError):
            return None
        if not isinstance(said, dict) or said.get("do") != "hello":
            return None
        return self.door.role(str(said.get("code", ""))[:64], address)

    async def _talk(self, socket: WebSocket, session: Session) -> None:
        sender = asyncio.create_task(self._send(socket, session))
        listener = asyncio.create_task(self._listen(socket, session))
        done, rest = await asyncio.wait({sender, listener}, return_when=asyncio.FIRST_COMPLETED)
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for task in done:
            error = task.exception()
            if error is not None and not isinstance(error, WebSocketDisconnect):
                raise error

    async def _send(self, socket: WebSocket, session: Session) -> None:
        while True:
            message = session.next_message()
            if message is None:
                await session.awake.wait()
            elif isinstance(message, bytes):
                await socket.send_bytes(message)
            else:
                await socket.send_text(message)

    async def _listen(self, socket: WebSocket, session: Session) -> None:
        while True:
            try:
                got = await asyncio.wait_for(socket.receive(), self.limits.idle_s)
            except TimeoutError:
                await _refuse(socket, POLICY, say("app.idle"))
                return
            if got["type"] == "websocket.disconnect":
                return
            text = got.get("text")
            if text is None or len(text.encode(errors="surrogatepass")) > self.limits.message_bytes:
                await _refuse(socket, TOO_BIG, say("app.message_too_big", most=self.limits.message_bytes))
                return
            if not session.may_talk():
                await _refuse(socket, POLICY, say("app.too_fast"))
                return
            await self._act(session, text)

    async def _act(self, session: Session, text: str) -> None:
        """Do what a message asks; what is wrong with it is told, and the page may go on."""
        try:
            await self.room.act(session, read_message(json.loads(text)))
        except CptsSimError as error:
            session.tell("refused", why=str(error))
        except (ValueError, RecursionError):
            session.tell("refused", why=say("app.not_json"))


async def _refuse(socket: WebSocket, code: int, why: str) -> None:
    """Say why, then close."""
    if socket.client_state is WebSocketState.CONNECTED:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await socket.send_text(json.dumps({"topic": "closed", "why": why}))
            await socket.close(code, why.encode()[:120].decode(errors="ignore"))
