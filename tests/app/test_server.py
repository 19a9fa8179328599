"""The server under hostile hands: what is wrong is refused with a reason, and the others go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from live_socket import HOME, joined
from patience import comes_true

pytest.importorskip("starlette")
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from cpts_sim.app.asks import read_ask
from cpts_sim.app.door import Door
from cpts_sim.app.limits import Limits
from cpts_sim.app.pack import unpack
from cpts_sim.app.page import Files
from cpts_sim.app.presets import presets
from cpts_sim.app.room import Get, Room
from cpts_sim.app.server import DEFAULT, make_app
from cpts_sim.app.session import Session
from cpts_sim.errors import InputError

LIMITS = Limits(sessions=3, burst=30, messages_per_second=1.0, shown=300, hello_s=30.0, draws=2)
SMALL = {"preset": "rural_underdense", "population": 600, "days": 28, "seed": 5}
Made = Callable[..., TestClient]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The territory prepared at the start is a small one."""
    monkeypatch.setattr("cpts_sim.app.server.DEFAULT", read_ask(SMALL, LIMITS))


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(make_app(presets(), limits=LIMITS), base_url=HOME) as made:
        yield made


def hello(socket: Any, code: str = "") -> dict[str, Any]:
    socket.send_text(json.dumps({"do": "hello", "code": code}))
    told: dict[str, Any] = socket.receive_json()
    return told


def until(socket: Any, topic: str, **facts: Any) -> dict[str, Any]:
    """Return the next message about a topic in which all these facts hold."""
    for _ in range(2000):
        message = socket.receive()
        if message.get("text") is None:
            continue
        told: dict[str, Any] = json.loads(message["text"])
        if told["topic"] == topic and all(told.get(name) == value for name, value in facts.items()):
            return told
    raise AssertionError(f"nothing about {topic}")


def refused(client: TestClient, text: str) -> str:
    """Return why the server refuses a message; the same page must be able to go on."""
    with joined(client) as socket:
        hello(socket)
        socket.send_text(text)
        socket.send_text('{"do": "ping"}')
        why, told = "", socket.receive_json()
        while told["topic"] != "pong":
            why = told["why"] if told["topic"] == "refused" else why
            told = socket.receive_json()
    return why


def test_a_pair_is_computed_and_pulled(client: TestClient) -> None:
    with joined(client) as socket:
        assert hello(socket) == {"topic": "hello", "role": "full", "code": ""}
        socket.send_text(json.dumps({"do": "run", "ask": {**SMALL, "missions": {"quality": {"start": "0 months"}}}}))
        left, right = until(socket, "run")["records"]
        assert left != right
        for number in (left, right):
            until(socket, "progress", record=number, done=True)
        parts = {}
        for number in (left, right):
            for part in ("stage", 0, 1):
                socket.send_text(json.dumps({"do": "get", "record": number, "part": part}))
            for part in ("stage", 0, 1):
                parts[number, part] = unpack(socket.receive_bytes())
        assert parts[left, 0][0] == left and parts[right, 0][0] == right  # every part tells its record
        np.testing.assert_array_equal(parts[left, "stage"][2]["x"], parts[right, "stage"][2]["x"])
        shapes = [parts[left, rank][2]["looks"].shape for rank in (0, 1)]
        assert shapes == [(300, 1), (300, 7)]  # day 0 comes alone, then weeks
        page = client.get(f"/record-{left}-{right}.html")
        assert page.status_code == 200 and b'id="recorded"' in page.content


def test_what_is_on_the_shelf_is_shared(client: TestClient) -> None:
    with joined(client) as one, joined(client) as two:
        numbers = []
        for socket in (one, two):
            hello(socket)
            socket.send_text(json.dumps({"do": "run", "ask": SMALL}))
            numbers.append(until(socket, "run")["records"])
        assert numbers[0] == numbers[1]
        assert numbers[0][0] == numbers[0][1]  # without a mission both arms are one
    assert client.get("/health").json()["records"] == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("{", "unreadable"),
        ("[" * 3000, "unreadable"),
        ("[1, 2]", "unknown message"),
        ('{"do": "open", "path": "/etc/passwd"}', "unknown message"),
        ('{"do": "get", "record": "1", "part": 0}', "record"),
        ('{"do": "get", "record": 1, "part": "../stage"}', "part"),
        ('{"do": "get", "record": -1, "part": 0}', "record"),
        ('{"do": "show", "day": 1, "playing": "yes", "speed": 1}', "playing"),
        ('{"do": "show", "day": 1, "playing": true, "speed": 1}', "choose a territory first"),
        ('{"do": "vote", "choice": "sideways"}', "choice"),
        ('{"do": "draws", "count": 1}', "choose a territory first"),
        ('{"do": "run"}', "ask"),
    ],
)
def test_messages_that_make_no_sense(client: TestClient, text: str, reason: str) -> None:
    assert reason in refused(client, text)


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        ({"preset": "/etc/passwd"}, "unknown territory"),
        ({"preset": "rural_underdens"}, "rural_underdense"),
        ({"population": 10**9}, "at most"),
        ({"population": -1}, "population"),
        ({"population": 2.5}, "population"),
        ({"days": 10**6}, "at most"),
        ({"days": True}, "days"),
        ({"seed": "1"}, "seed"),
        ({"missions": {"teleport": {}}}, "teleport"),
        ({"missions": {"quality": {"dose": 7}}}, "dose"),
        ({"missions": {"quality": {"dose": "a"}}}, "dose"),
        ({"missions": {"quality": {"surprise": 1}}}, "surprise"),
        ({"missions": {f"m{n}": {} for n in range(99)}}, "missions"),
        ({"members": {"share_gps": 3.0}}, "share_gps"),
        ({"shocks": {"meteor": {}}}, "meteor"),
        ({"territory": {"file": "/etc/passwd"}}, "territory"),
        ({"parameters": {"care.no_show_base": 1}}, "parameters"),
    ],
)
def test_asks_are_checked_as_scenario_files_are(client: TestClient, ask: dict[str, Any], reason: str) -> None:
    why = refused(client, json.dumps({"do": "run", "ask": {**SMALL, **ask}}))
    assert reason in why and len(why) < 700
    assert client.get("/health").json()["records"] == 1  # the territory prepared at the start, nothing of this ask


def test_too_long_a_message_ends_the_talk(client: TestClient) -> None:
    with joined(client) as socket:
        hello(socket)
        socket.send_text(json.dumps({"do": "run", "ask": {"preset": "x" * 9000}}))
        assert "8192" in until(socket, "closed")["why"]
    with joined(client) as socket:
        hello(socket)
        socket.send_bytes(b"\0" * 20)
        until(socket, "closed")
    assert client.get("/health").json()["sessions"] == 0


def test_a_flood_ends_the_talk_of_the_flooder_only(client: TestClient) -> None:
    with joined(client) as calm, joined(client) as wild:
        hello(calm)
        hello(wild)
        with pytest.raises(WebSocketDisconnect) as ended:
            for _ in range(100):
                wild.send_text('{"do": "ping"}')
            while True:
                wild.receive_json()
        assert ended.value.code == 1008
        calm.send_text('{"do": "ping"}')
        until(calm, "pong")


def test_pulls_are_limited() -> None:
    """What a page may ask for without waiting is bounded, and the refusal says by how much."""
    few = Limits(pulls=2)
    room = cast(Room, SimpleNamespace(limits=few))
    session = Session(1, few, may_run=True)
    for part in (0, 1):
        Room._get(room, session, Get(do="get", record=1, part=part))
    with pytest.raises(InputError, match="3"):
        Room._get(room, session, Get(do="get", record=1, part=2))
    assert len(session.pulls) == 2


def test_half_a_character_is_refused_and_the_talk_goes_on(client: TestClient) -> None:
    with joined(client) as socket:
        hello(socket)
        socket.send_text('{"do": "vote", "choice": "\\ud800"}')
        until(socket, "refused")
        socket.send_text('{"do": "ping"}')
        until(socket, "pong")


def test_half_a_character_is_a_wrong_code_and_is_remembered() -> None:
    door = Door(code="blue", key="red", limits=Limits(wrong_codes=1))
    assert door.role("\ud800", "here") is None
    assert door.guesses("here")


@pytest.mark.parametrize("origin", ["http://evil.example", "http://localhost:9999", "null", "file://", "https://127.0.0.1"])
def test_foreign_pages_are_turned_away(client: TestClient, origin: str) -> None:
    with pytest.raises(WebSocketDisconnect) as ended, joined(client, origin=origin) as socket:
        hello(socket)
    assert ended.value.code == 1008
    assert client.get("/health").json()["sessions"] == 0


def test_no_origin_at_all_is_turned_away(client: TestClient) -> None:
    host = {"host": "localhost:8642"}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/live", headers=host) as socket:
        hello(socket)


def test_another_name_for_this_machine_is_not_served(client: TestClient) -> None:
    answer = client.get("/", headers={"host": "rebound.example"})
    assert answer.status_code == 421 and b"<html" not in answer.content
    assert client.get("/").status_code == 200


def test_a_room_has_so_many_seats(client: TestClient) -> None:
    with joined(client) as one, joined(client) as two, joined(client) as three:
        for socket in (one, two, three):
            hello(socket)
        with joined(client) as four:
            assert "3 pages" in hello(four)["why"]
    with joined(client) as again:
        assert hello(again)["topic"] == "hello"


def test_who_says_nothing_is_let_go(client: TestClient) -> None:
    with joined(client) as socket:
        assert socket.receive_json()["topic"] == "closed"


def test_no_file_can_be_reached(client: TestClient) -> None:
    paths = ["/static/../server.py", "/static/%2e%2e/server.py", "/static//etc/passwd", "/static/js/../../page.py",
             "/static/vendor/SHA256SUMS", "/server.py", "/record-1-999.html", "/record--1-x.html",
             f"/record-{'9' * 5000}-1.html", "/record-1-2-3.html"]  # fmt: skip
    assert [client.get(path).status_code for path in paths] == [404] * len(paths)
    for path in ("/", "/static/js/main.js", "/offer.json"):
        policy = client.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy


def test_a_class_needs_its_code_and_only_the_teacher_chooses() -> None:
    door = Door(frozenset(), code="student2", key="teacher2", limits=LIMITS)
    app = make_app(presets(), door=door, limits=LIMITS)
    with TestClient(app, base_url=HOME) as client:
        for code in ("", "wrong", "student", "x" * 150):
            with joined(client) as socket:
                assert hello(socket, code)["topic"] == "closed"
        with joined(client) as teacher, joined(client) as student:
            assert hello(teacher, "teacher2")["code"] == "student2"
            assert hello(student, "student2") == {"topic": "hello", "role": "watch", "code": ""}
            student.send_text(json.dumps({"do": "run", "ask": SMALL}))
            assert "only the teacher" in until(student, "refused")["why"]
            student.send_text('{"do": "follow"}')
            teacher.send_text(json.dumps({"do": "run", "ask": SMALL}))
            numbers = until(teacher, "run")["records"]
            for day in (3, 9):
                teacher.send_text(json.dumps({"do": "show", "day": day, "playing": False, "speed": 7.0, "lesson": 1}))
            assert until(student, "run")["records"] == numbers
            assert until(student, "show", day=9)["lesson"] == 1
            until(student, "progress", record=numbers[0], done=True)
            student.send_text(json.dumps({"do": "get", "record": numbers[0], "part": 1}))
            while (message := student.receive()).get("bytes") is None:
                pass
            assert unpack(message["bytes"])[1]["first"] == 1  # the first block is day 0 alone
            student.send_text('{"do": "vote", "choice": "down"}')
            assert until(teacher, "votes") == {"topic": "votes", "down": 1, "same": 0, "up": 0}


def test_a_worker_that_dies_is_replaced(client: TestClient) -> None:
    served = client.app.state.served  # type: ignore[attr-defined]
    with joined(client) as socket:
        hello(socket)
        socket.send_text(json.dumps({"do": "run", "ask": {**SMALL, "population": 5000, "days": 1000}}))
        number = until(socket, "run")["records"][0]
        until(socket, "progress", record=number, stage=True)
        served.pool._hands[0].process.kill()
        assert until(socket, "progress", record=number, failed="killed")["done"] is False
        socket.send_text(json.dumps({"do": "run", "ask": SMALL}))
        number = until(socket, "run")["records"][0]
        until(socket, "progress", record=number, done=True)


def test_what_nobody_wants_is_not_computed_on(client: TestClient) -> None:
    with joined(client) as socket:
        hello(socket)
        socket.send_text(json.dumps({"do": "run", "ask": {**SMALL, "population": 5000, "days": 1000}}))
        until(socket, "run")
    assert comes_true(lambda: client.get("/health").json()["records"] == 1)  # the territory prepared at the start


def test_the_page_and_the_server_ask_for_the_same_first() -> None:
    text = Files().text("js/main.js")
    assert f'preset: "{DEFAULT.preset}"' in text and f"days: {DEFAULT.days}" in text and f"seed: {DEFAULT.seed}" in text
