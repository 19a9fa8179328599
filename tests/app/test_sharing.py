"""Arms of one territory share its warm-up, what is less urgent makes way, and neither changes a byte."""

from __future__ import annotations

import pickle
from hashlib import sha256
from typing import Any

import numpy as np
import pytest

from cpts_sim.app import hand, pool
from cpts_sim.app.asks import read_ask
from cpts_sim.app.desk import Jobs, draws_of, jobs_of
from cpts_sim.app.limits import Limits
from cpts_sim.app.pack import pack, unpack
from cpts_sim.app.presets import presets
from cpts_sim.app.records import Record
from cpts_sim.app.warm import Job
from cpts_sim.app.worker import Computer, Line
from cpts_sim.catalogue import catalogue
from cpts_sim.model import Model
from cpts_sim.scenario import from_written

LIMITS = Limits(shown=900)
ASK = {"preset": "rural_underdense", "population": 900, "days": 28, "missions": {"quality": {"start": "0 months"}}}
NOW, LATER = 0, 1


@pytest.fixture(scope="module")
def jobs() -> Jobs:
    return jobs_of(read_ask(ASK, LIMITS), presets(), LIMITS)


@pytest.fixture(scope="module")
def computer() -> Computer:
    """It has the territory at day 0 after its first job."""
    return Computer()


@pytest.fixture(scope="module")
def alone(jobs: Jobs, computer: Computer) -> dict[str, list[bytes]]:
    """What one process makes of both arms and of a draw, by key: nothing lent, nothing watched."""
    out = {}
    for job in (*jobs.arms, *draws_of(jobs, 1, LIMITS)):
        told: list[Any] = []
        computer.run(job, lambda *what, told=told: told.append(what))
        out[job.key] = blocks(told)
    return out


def blocks(told: list[Any]) -> list[bytes]:
    return [what[-1] for what in told if what[0] in ("stage", "block", "draw")]


# ---------------------------------------------------------------------------------------------- one warm-up
class Wire:
    """A pipe whose other end is this test."""

    def __init__(self) -> None:
        self.said: list[Any] = []
        self.coming: list[Any] = []

    def send(self, what: Any) -> None:
        self.said.append(what)

    def poll(self) -> bool:
        return bool(self.coming)

    def recv(self) -> Any:
        return self.coming.pop(0)


def test_an_arm_from_a_lent_territory_has_the_same_bytes(jobs: Jobs, alone: dict[str, list[bytes]]) -> None:
    left, right = jobs.arms
    wire, other = Wire(), Wire()
    maker, borrower = Line(Computer(), wire), Line(Computer(), other)
    wire.coming = [("lend", left.warm_key), ("lend", "another")]
    maker.take(left)
    lent = [what for what in wire.said if what[0] == "lent"]
    assert lent[0] == ("lent", "another", None) and lent[1][1] == left.warm_key
    before = wire.said.index(lent[1])
    first = [(what[0], what[1]) for what in wire.said[:before] if what[0] in ("block", "beside")]
    assert first == [("block", left.key), ("beside", left.key)]  # nobody waits for the end of an arm
    wire.said.clear()
    borrower.take(("warm", *lent[1][1:]))
    borrower.take(right)
    assert not any(what[0] == "warming" for what in other.said)
    assert blocks(other.said) == alone[right.key] and len(alone[right.key]) == 6


def test_day_0_of_both_arms_comes_from_who_has_lived_the_warm_up(
    jobs: Jobs, alone: dict[str, list[bytes]], computer: Computer
) -> None:
    left, right = jobs.arms
    told: list[Any] = []
    Computer().run(left, lambda *what: told.append(what), lambda: any(what[0] == "beside" for what in told))
    assert [what[0] for what in told if what[0] != "warming"] == ["stage", "block", "beside"]
    assert told[-1] == ("beside", right.key, *alone[right.key][:2])
    assert unpack(told[-1][3])[1]["frames"] == 1  # no day has been lived for it
    again: list[Any] = []
    computer.run(left, lambda *what: again.append(what), lambda: any(what[0] == "block" for what in again))
    assert [what[0] for what in again] == ["stage", "block"]  # its territory was there: the other has it too


def test_arms_do_not_wear_out_their_territory(jobs: Jobs, computer: Computer) -> None:
    """A territory at day 0 is the same data after both arms as before."""
    job = jobs.arms[1]
    computer.run(job, lambda *what: None, lambda: job.warm_key in computer.warm)
    fresh = sha256(pickle.dumps(computer.warm[job.warm_key].state)).hexdigest()
    for arm in (job, jobs.arms[0], job):
        computer.run(arm, lambda *what: None)
    assert sha256(pickle.dumps(computer.warm[job.warm_key].state)).hexdigest() == fresh


def test_other_people_live_in_the_same_places(jobs: Jobs, computer: Computer) -> None:
    """Another draw of a territory whose places are known: the same bytes as without knowing them."""
    other = jobs_of(read_ask({**ASK, "seed": 2}, LIMITS), presets(), LIMITS).arms[1]
    told: list[Any] = []
    fresh: list[Any] = []
    computer.run(jobs.arms[1], lambda *what: None)
    places = next(iter(computer._places.values()))
    computer.run(other, lambda *what: told.append(what))
    assert computer.warm[other.warm_key].territory is places
    Computer().run(other, lambda *what: fresh.append(what))
    assert blocks(told) == blocks(fresh)


# ---------------------------------------------------------------------------------------------- seen on the way
def test_pictures_of_the_warm_up_are_what_the_model_is(jobs: Jobs) -> None:
    job = jobs.arms[0]
    told: list[Any] = []
    Computer(watched=True).run(job, lambda *what: told.append(what), lambda: any(w[0] == "stage" for w in told))
    scene = next(unpack(what[1]) for what in told if what[0] == "scene")
    pictures = {what[2]: unpack(what[3])[2] for what in told if what[0] == "warming"}
    assert next(iter(pictures)) == -84 and list(pictures)[-1] == 0 and len(pictures) == 13
    stage = next(unpack(what[1]) for what in told if what[0] == "stage")
    np.testing.assert_array_equal(scene[2]["x"], stage[2]["x"])
    model = Model(from_written(job.scenario, catalogue()), job.seed)
    for day in (-84, -42, 0):
        model.run(day - model.day)
        ward = {int(row) for row in np.flatnonzero(pictures[day]["looks"] % 8 == 6)}
        away = model.tables["people"]["ward_until"][: len(pictures[day]["looks"])] > model.now
        assert ward == set(np.flatnonzero(away).tolist())
    waiting = [int((looks["looks"] % 8 == 2).sum() + (looks["looks"] % 8 == 3).sum()) for looks in pictures.values()]
    assert waiting[0] < waiting[-1]  # books fill


def test_watching_the_warm_up_changes_no_byte(jobs: Jobs, alone: dict[str, list[bytes]]) -> None:
    seen: list[Any] = []
    Computer(watched=True).run(jobs.arms[1], lambda *what: seen.append(what))
    assert blocks(seen) == alone[jobs.arms[1].key]


def test_a_record_forgets_the_warm_up_and_knows_what_it_is_told_twice() -> None:
    record = Record(3, "key")
    own = record.size
    data = pack(0, {}, {"a": np.zeros(9, dtype=np.uint8)})
    record.receive("scene", data)
    record.receive("warming", 0.5, -42, data)
    assert (record.warming, record.pictured) == (0.5, -42) and record.size == own + 2 * len(data)
    assert unpack(record.part("picture") or b"")[0] == 3
    record.receive("stage", data)
    assert record.part("scene") is None and record.part("picture") is None and record.pictured is None
    for rank in (0, 1, 0, 1, 2):
        record.receive("block", rank, data)
    assert len(record.blocks) == 3 and record.size == own + 4 * len(data)
    record.receive("warming", 0.1, -70, data)  # a job begun again
    assert record.warming == 1.0 and record.part("size") is None


# ---------------------------------------------------------------------------------------------- who makes way
class Paper(hand.Hand):
    """A worker that only writes down what it is told."""

    @classmethod
    def hired(cls) -> Paper:
        made = cls(None, None)
        made.heard = []  # type: ignore[attr-defined]
        return made

    def hear(self, loop: Any, heard: Any) -> None:
        pass

    def say(self, what: Any) -> None:
        self.heard.append(what)  # type: ignore[attr-defined]


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> pool.Pool:
    """A pool of two workers of paper, both ready."""
    monkeypatch.setattr(pool, "Hand", Paper)
    made = pool.Pool(2, 600.0, 3, 60.0)
    made.prepare()
    made._told(made._hands[0], ("ready",))
    made._told(made._hands[1], ("ready",))
    return made


def heard(of: pool.Pool) -> list[list[str]]:
    def word(what: Any) -> str:
        return what.key if isinstance(what, Job) else what if isinstance(what, str) else what[0]

    return [[word(what) for what in each.heard] for each in of._hands]  # type: ignore[attr-defined]


def a_job(key: str, warm: str) -> Job:
    return Job(key, warm, {}, ("without",), 1, 100)


def test_the_second_arm_waits_for_the_first_and_is_told_what_it_lives(two: pool.Pool) -> None:
    news: list[Any] = []
    two.submit(a_job("left", "W"), lambda *what: news.append(("left", *what)), NOW)
    two.submit(a_job("rite", "W"), lambda *what: news.append(("rite", *what)), NOW)
    assert heard(two) == [["left", "lend"], []]
    two._told(two._hands[0], ("warming", "left", 0.5, -42, b""))
    assert news == [("left", "warming", 0.5, -42, b""), ("rite", "warming", 0.5, -42, b"")]
    news.clear()
    two._told(two._hands[0], ("beside", "left", "rite", b"stage", b"day 0"))
    assert news == [("rite", "stage", b"stage"), ("rite", "block", 0, b"day 0")]
    two._told(two._hands[0], ("lent", "W", b"data"))
    assert heard(two) == [["left", "lend"], ["warm", "rite"]]
    two._told(two._hands[1], ("done", "rite"))
    two.submit(a_job("next", "W"), lambda *what: None, NOW)
    assert heard(two)[1] == ["warm", "rite", "next"]  # it has the territory now


@pytest.mark.parametrize("end", ["done", "failed", "stopped", "lent", "gone"])
def test_who_waits_for_a_worker_that_lends_nothing_begins_alone(two: pool.Pool, end: str) -> None:
    two.submit(a_job("left", "W"), lambda *what: None, NOW)
    two.submit(a_job("rite", "W"), lambda *what: None, NOW)
    lender, borrower = two._hands
    lender.end = lambda kill=False: None  # type: ignore[method-assign]
    two._told(lender, {"lent": ("lent", "W", None), "gone": ("gone",)}.get(end, (end, "left")))
    assert borrower.heard == [borrower.now.job] and borrower.lender is None  # type: ignore[attr-defined,union-attr]


def test_what_nobody_wants_does_not_begin_when_its_territory_comes(two: pool.Pool) -> None:
    two.submit(a_job("left", "W"), lambda *what: None, NOW)
    two.submit(a_job("rite", "W"), lambda *what: None, NOW)
    two.forget("rite")
    two._told(two._hands[0], ("lent", "W", b"data"))
    assert heard(two)[1] == [] and two._hands[1].now is None


def test_the_class_goes_before_draws_and_draws_go_on_afterwards(two: pool.Pool) -> None:
    news: list[Any] = []
    for rank in range(4):
        two.submit(a_job(f"dra{rank}", f"D{rank}"), lambda *what, rank=rank: news.append((rank, *what)), LATER)
    two.submit(a_job("left", "W"), lambda *what: news.append(("left", *what)), NOW)
    assert heard(two) == [["dra0"], ["dra1", "stop"]]
    two._told(two._hands[1], ("stopped", "dra1"))
    assert heard(two)[1] == ["dra1", "stop", "left"] and news == []  # nobody is told that a draw was put off
    two._told(two._hands[0], ("done", "dra0"))
    two._told(two._hands[1], ("lent", "D1", None))  # the draw was put off before day 0
    assert heard(two)[0] == ["dra0", "dra1"] and two.waiting == 2
    two.hurry("dra3", NOW)  # somebody watches it now: it takes the place of the draw
    assert heard(two)[0] == ["dra0", "dra1", "stop"]
    two.forget("dra1")  # nobody wants it any more before it has stopped
    two._told(two._hands[0], ("stopped", "dra1"))
    assert (1, "stopped") in news and heard(two)[0][-1] == "dra3" and two.waiting == 1


def test_real_workers_lend_and_make_way(jobs: Jobs, alone: dict[str, list[bytes]]) -> None:
    """Two processes: a draw makes way for a pair, the pair shares a warm-up, and all bytes are those of one process."""
    import asyncio

    draw = draws_of(jobs, 1, LIMITS)[0]

    async def main() -> dict[str, Record]:
        hands = pool.Pool(2, 600.0, 3, 60.0)
        hands.prepare()
        hands.start()
        records = {job.key: Record(0, job.key) for job in (draw, *jobs.arms)}
        hands.submit(draw, records[draw.key].receive, LATER)
        await hands.ready(300.0)
        for job in jobs.arms:
            hands.submit(job, records[job.key].receive, NOW)
        while not all(record.done or record.failed for record in records.values()):
            await asyncio.sleep(0.02)
        await hands.close()
        return records

    records = asyncio.run(asyncio.wait_for(main(), 900.0))
    for key, record in records.items():
        assert record.failed is None
        assert [part for part in (record.stage, *record.blocks, record.draw) if part is not None] == alone[key]


def test_a_worker_tells_what_it_cannot_do_and_lives_on(jobs: Jobs, computer: Computer) -> None:
    wire = Wire()
    line = Line(computer, wire)
    line.take(Job("bad", "bad", {"nonsense": 1}, ("with",), 1, 10))
    assert wire.said[-1][:2] == ("failed", "bad") and wire.said[-1][2]
    wire.coming = ["stop"]
    line.take(jobs.arms[0])
    assert wire.said[-1] == ("stopped", jobs.arms[0].key)
    line.take("stop")  # too late: it stops nothing that comes after
    line.take(jobs.arms[0])
    assert wire.said[-1] == ("done", jobs.arms[0].key)
