"""A class behind a code: who gets in, who keeps a seat, and what remains of those who have left."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from live_socket import HOME, joined
from patience import comes_true

pytest.importorskip("starlette")
import dying_worker
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from cpts_sim.app import worker
from cpts_sim.app.asks import read_ask
from cpts_sim.app.desk import Desk
from cpts_sim.app.door import Door
from cpts_sim.app.limits import Limits
from cpts_sim.app.presets import presets
from cpts_sim.app.room import Room, Run, Show
from cpts_sim.app.server import make_app
from cpts_sim.errors import InputError

LIMITS = Limits(sessions=4, kept_seats=1, shown=200, hello_s=30.0, wrong_codes=3, wrong_wait_s=0.2)
SMALL = {"preset": "rural_underdense", "population": 600, "days": 28, "seed": 5}
STUDENT, TEACHER = "student2", "teacher2"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpts_sim.app.server.DEFAULT", read_ask(SMALL, LIMITS))


@pytest.fixture
def room() -> Iterator[TestClient]:
    door = Door(frozenset(), code=STUDENT, key=TEACHER, limits=LIMITS)
    with TestClient(make_app(presets(), door=door, limits=LIMITS), base_url=HOME) as made:
        yield made


def hello(socket: Any, code: str) -> dict[str, Any]:
    """Return the first answer; one that closes the door is heard to its end, so that nobody leaves in its middle."""
    socket.send_text(json.dumps({"do": "hello", "code": code}))
    told: dict[str, Any] = socket.receive_json()
    if told["topic"] == "closed":
        with pytest.raises(WebSocketDisconnect):
            socket.receive_json()
    return told


# ---------------------------------------------------------------------------------------------- the code
def test_recorded_pages_and_health_want_the_code_too(room: TestClient) -> None:
    served = room.app.state.served  # type: ignore[attr-defined]
    assert comes_true(lambda: served.desk.shelf.find(1) and served.desk.shelf.find(1).done)
    record = "/record-1-1.html"
    assert [room.get(record + code).status_code for code in ("", "?code=guess", f"?code={STUDENT}")] == [403, 403, 200]
    assert room.get(f"{record}?code={TEACHER}").status_code == 200
    assert room.get("/health").status_code == 429  # a third wrong code within a minute
    assert room.get(f"/health?code={STUDENT}").status_code == 429  # how much is in use is the teacher's business
    assert room.get(f"/health?code={TEACHER}").json()["records"] == 1


def test_the_right_code_opens_whatever_was_tried_before() -> None:
    door = Door(frozenset(), code=STUDENT, key=TEACHER, limits=Limits(wrong_codes=3))
    assert [door.role(f"guess{n}", "10.0.0.9") for n in range(50)] == [None] * 50
    assert door.guesses("10.0.0.9") and not door.guesses("10.0.0.7")
    assert [door.role(TEACHER, place) for place in ("10.0.0.7", "10.0.0.9")] == ["full", "full"]
    for n in range(3000):
        door.role("guess", f"10.{n}")
    assert len(door._wrong) <= 1000  # what is remembered of guessers is bounded


def test_who_guesses_much_waits_for_each_answer(room: TestClient) -> None:
    took = []
    for _ in range(5):
        start = time.monotonic()
        with joined(room) as socket:
            assert "code" in hello(socket, "guess")["why"]
        took.append(time.monotonic() - start)
    assert min(took[2:]) >= 0.2
    with joined(room) as teacher:
        assert hello(teacher, TEACHER)["role"] == "full"


def test_pages_that_never_say_their_code_cannot_fill_the_door() -> None:
    door = Door(frozenset(), code=STUDENT, key=TEACHER, limits=LIMITS)
    with (
        door.waiting("a") as one, door.waiting("a"), door.waiting("a"), door.waiting("a"),
        door.waiting("a") as fifth, door.waiting("b") as other,
    ):  # fmt: skip
        assert (one, fifth, other) == (True, False, True)
    assert not door._waiting


def test_a_full_room_keeps_a_seat_for_the_teacher(room: TestClient) -> None:
    with joined(room) as one, joined(room) as two, joined(room) as three, joined(room) as four:
        assert [hello(socket, STUDENT)["topic"] for socket in (one, two, three, four)] == ["hello"] * 3 + ["closed"]
        with joined(room) as teacher:
            assert hello(teacher, TEACHER)["role"] == "full"


@pytest.mark.parametrize("host", ["[::1", "localhost:port", "[", "a]b", "user@localhost", "localhost/../x", ""])
def test_a_host_that_is_none_is_refused_not_a_fault(host: str) -> None:
    with TestClient(make_app(presets(), limits=LIMITS), base_url=HOME) as client:
        assert client.get("/", headers={"host": host}).status_code == 421
        headers = {"origin": "http://" + host, "host": host}
        with pytest.raises(WebSocketDisconnect) as ended, client.websocket_connect("/live", headers=headers) as socket:
            hello(socket, "")
        assert ended.value.code == 1008


# ---------------------------------------------------------------------------------------------- what is left behind
class Idle:
    """A pool that takes jobs and never begins."""

    def __init__(self) -> None:
        self.jobs: list[Any] = []
        self.forgotten: list[str] = []

    @property
    def waiting(self) -> int:
        return len(self.jobs)

    def submit(self, job: Any, receive: Any, urgency: int) -> None:
        self.jobs.append((job, receive))

    def hurry(self, key: str, urgency: int) -> None:
        pass

    def forget(self, key: str) -> None:
        self.forgotten.append(key)


def a_room(**limits: Any) -> tuple[Room, Idle]:
    pool, bounds = Idle(), Limits(shown=200, **limits)
    return Room(Desk(presets(), bounds, pool), bounds), pool  # type: ignore[arg-type]


def ask(seed: int = 5, **more: Any) -> Run:
    return Run(do="run", ask={**SMALL, "seed": seed, "missions": {"quality": {}}, **more})


def test_a_pair_refused_halfway_leaves_nothing() -> None:
    room, _ = a_room(waiting_jobs=1)
    session = room.enter(True)
    assert session is not None
    with pytest.raises(InputError, match="waiting"):
        asyncio.run(room.act(session, ask()))
    assert len(room.desk.shelf) == 0 and not session.records


def test_a_pair_refused_halfway_takes_nothing_away_either() -> None:
    room, pool = a_room(waiting_jobs=3)
    session = room.enter(True)
    assert session is not None
    asyncio.run(room.act(session, ask()))
    held = set(session.records)
    with pytest.raises(InputError, match="waiting"):
        asyncio.run(room.act(session, ask(seed=6)))
    assert set(session.records) == held and len(room.desk.shelf) == 2
    assert all(record.holders == {session.number} for record in session.records.values())
    assert len(pool.forgotten) == 1  # the arm of the other seed


def test_what_a_teacher_showed_goes_with_the_last_who_follows() -> None:
    room, _ = a_room()
    teacher, student, late = room.enter(True), room.enter(False), None
    assert teacher is not None and student is not None
    asyncio.run(room.act(teacher, ask()))
    room._plain(student, "follow")
    asyncio.run(room.act(teacher, Show(do="show", day=0, playing=False, speed=7.0)))
    assert set(student.records) == set(teacher.records)
    room.leave(teacher)
    assert len(room.desk.shelf) == 2  # the student still follows
    late = room.enter(False)
    assert late is not None
    room._plain(late, "follow")
    assert not late.records  # nobody shows anything now
    room.leave(student)
    assert len(room.desk.shelf) == 0
    assert room._shown_records == [] and room._shown is None


def test_failed_records_go_and_complete_ones_stay_within_bounds() -> None:
    room, pool = a_room(idle_bytes=25_000)
    session = room.enter(True)
    assert session is not None
    for seed in range(1, 9):
        asyncio.run(room.act(session, ask(seed)))
        for _, receive in pool.jobs:
            if seed % 2:
                receive("failed", "killed")
            else:
                receive("stage", b"\0" * 5000)
                receive("done")
        pool.jobs.clear()
    room.leave(session)
    assert len(room.desk.shelf) == 3  # of 7 000 bytes each, none of the failed
    assert room.desk.shelf.size <= 25_000


def test_a_late_goodbye_does_not_take_away_what_came_after() -> None:
    room, pool = a_room()
    one, two = room.enter(True), room.enter(True)
    assert one is not None and two is not None
    asyncio.run(room.act(one, ask()))
    for _, receive in list(pool.jobs):
        receive("failed", "killed")
    asyncio.run(room.act(two, ask()))  # computed anew, under the same keys
    room.leave(one)
    assert len(room.desk.shelf) == 2 and not set(pool.forgotten)
    assert all(room.desk.shelf.find(number) is record for number, record in two.records.items())


# ---------------------------------------------------------------------------------------------- workers
def test_workers_that_cannot_live_are_not_hired_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "serve", dying_worker.serve)
    limits = Limits(deaths=3, rest_s=600.0, shown=200)
    with TestClient(make_app(presets(), limits=limits), base_url=HOME) as client:
        pool = client.app.state.served.pool  # type: ignore[attr-defined]
        assert comes_true(lambda: pool._dead >= 3 and not pool._hands)
        assert pool._dead == 3
        with joined(client) as socket:
            hello(socket, "")
            socket.send_text(json.dumps({"do": "run", "ask": SMALL}))
            told: dict[str, Any] = {}
            while told.get("topic") != "progress":
                told = socket.receive_json()
        assert told["failed"] == "no_workers"
        assert pool._hands == [] and pool.waiting == 0


def test_a_stopped_draw_tells_nothing_and_is_no_fault() -> None:
    from cpts_sim.app.desk import draws_of, jobs_of

    limits = Limits(shown=200)
    job = draws_of(jobs_of(read_ask(SMALL, limits), presets(), limits), 1, limits)[0]
    told: list[str] = []
    computer = worker.Computer()
    computer.run(job, lambda what, *rest: told.append(what), lambda: "warming" in told and told.count("warming") > 11)
    assert set(told) == {"warming"}
    computer.run(job, lambda what, *rest: told.append(what), lambda: True)  # the territory may be there already
    assert "draw" not in told
    computer.run(job, lambda what, *rest: told.append(what))
    assert told[-1] == "draw"
