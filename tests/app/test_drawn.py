"""Draws of the lessons, recorded beforehand: of this model, or not shown."""

from __future__ import annotations

import json
from contextlib import closing
from itertools import islice
from typing import Any

import numpy as np
import pytest
from live_socket import HOME, joined

pytest.importorskip("starlette")
from starlette.testclient import TestClient

from cpts_sim.app import drawn
from cpts_sim.app.asks import read_ask
from cpts_sim.app.course import SERIES
from cpts_sim.app.desk import draws_of, jobs_of
from cpts_sim.app.limits import Limits
from cpts_sim.app.pack import pack, unpack
from cpts_sim.app.presets import presets
from cpts_sim.app.server import make_app
from cpts_sim.app.takes import script_of_lesson
from cpts_sim.app.warm import warm_up
from cpts_sim.app.worker import days_of
from cpts_sim.catalogue import catalogue
from cpts_sim.scenario import from_written

LIMITS = Limits(shown=100)
SMALL = {"preset": "rural_underdense", "population": 600, "days": 28, "seed": 5}


def some(count: int = 4, days: int = 29) -> list[Any]:
    """Draws whose first series rises by one a day, by three more on the right."""
    base = np.zeros((2, len(SERIES), days))
    base[:, 0] = np.arange(days)
    base[1, 0] += 3.0
    return [base + rank / 10 for rank in range(count)]


def test_shipped_draws_are_of_this_model() -> None:
    stale = [
        path.name for ask in drawn.asks()
        if (path := drawn.drawn_path(ask)).is_file() and drawn.made_by(path.read_bytes()) != drawn.model_mark()
    ]  # fmt: skip
    assert stale == [], "parameters or the epoch have changed: python -m cpts_sim.app.drawn"
    known = {drawn.drawn_path(ask).name for ask in drawn.asks()}
    folder = drawn.drawn_path(drawn.asks()[0]).parent
    assert {path.name for path in folder.glob("*")} <= known, "a lesson has changed: remove these"


def test_shipped_draws_are_what_the_model_computes() -> None:
    """The first weeks of one draw again: a change of the numbers without a change of the epoch is found here."""
    there = [ask for ask in drawn.asks() if drawn.drawn_path(ask).is_file()]
    for ask in sorted(there, key=lambda ask: ask.population or 0)[:1]:
        _, meta, arrays = unpack(drawn.drawn_path(ask).read_bytes())
        job = draws_of(jobs_of(ask, presets(), LIMITS), 1, LIMITS)[0]
        assert job.seed == meta["seeds"][0]
        scenario = from_written(job.scenario, catalogue())
        warm = warm_up(job, scenario, None, False, lambda *_: None, lambda: False)
        assert warm is not None
        for rank, arm in enumerate(job.arms):
            with closing(days_of(job, scenario, arm, warm)) as days:
                weeks = [frame.series for frame in islice(days, 29) if frame.day % 7 == 0]
            np.testing.assert_allclose(arrays["series"][0][rank, :, :5], np.stack(weeks, axis=1), rtol=1e-3)


def test_a_lesson_taken_home_has_the_draws_recorded_beforehand(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "drawn_path", lambda ask: tmp_path / drawn.name_of(ask))
    one, *_ = drawn.asks()
    assert len(script_of_lesson(1, None, 100).draws) == 10 and script_of_lesson(1, None, 100).drawn == ()
    drawn.drawn_path(one).write_bytes(drawn.packed(some(), [1, 2, 3, 4]))
    script = script_of_lesson(1, None, 100)
    assert script.draws == () and [unpack(data)[1]["seeds"] for data in script.drawn] == [[1, 2, 3, 4]]
    asked = script_of_lesson(1, 3, 100)
    assert len(asked.draws) == 3 and asked.drawn == ()


def test_draws_of_another_model_are_not_read(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawn, "drawn_path", lambda ask: tmp_path / drawn.name_of(ask))
    one, two, *_ = drawn.asks()
    drawn.drawn_path(one).write_bytes(drawn.packed(some(), [1, 2, 3, 4]))
    drawn.drawn_path(two).write_bytes(pack(0, {"model": "another"}, {"series": np.zeros((1, 2, 8, 5), "f4")}))
    kept = drawn.Drawn()
    kept.read()
    assert list(kept.parts) == [drawn.name_of(one)]
    assert kept.of(one.model_copy(update={"seed": 77})) == drawn.name_of(one)  # whatever its own seed
    assert kept.of(one.model_copy(update={"days": 364})) is None


def test_every_seventh_day_and_the_last_are_kept_with_four_digits() -> None:
    data = drawn.packed([np.full((2, len(SERIES), 31), 123.456)], [9])
    _, meta, arrays = unpack(data)
    assert arrays["days"].tolist() == [0, 7, 14, 21, 28, 30] and meta["seeds"] == [9]
    np.testing.assert_allclose(arrays["series"], 123.5, rtol=1e-6)


def test_what_draws_say() -> None:
    without, found = drawn.gap(drawn.packed(some(), [1, 2, 3, 4]), SERIES[0], (14, 28))
    assert without == pytest.approx(21.15, abs=0.01) and found.mean == pytest.approx(3.0, abs=1e-3)
    assert found.low <= 3.0 <= found.high and found.high - found.low < 0.02  # pairs differ by rounding only


def test_a_page_gets_recorded_draws_instead_of_waiting_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cpts_sim.app.server.DEFAULT", read_ask(SMALL, LIMITS))
    with TestClient(make_app(presets(), limits=LIMITS), base_url=HOME) as client:
        served = client.app.state.served  # type: ignore[attr-defined]
        name = drawn.name_of(read_ask(SMALL, LIMITS))
        with joined(client) as socket:

            def told(topic: str, message: dict[str, Any]) -> dict[str, Any]:
                socket.send_text(json.dumps(message))
                while (found := socket.receive_json())["topic"] != topic:
                    pass
                return dict(found)

            told("hello", {"do": "hello"})
            told("run", {"do": "run", "ask": SMALL})
            socket.send_text(json.dumps({"do": "draws", "count": 5, "recorded": True}))
            told("pong", {"do": "ping"})
            assert len(served.desk.shelf) == 1  # none recorded, none computed
            served.drawn.parts[name] = drawn.packed(some(), [1, 2, 3, 4])
            assert told("drawn", {"do": "draws", "count": 5})["name"] == name
            assert len(served.desk.shelf) == 1
        answer = client.get(f"/draws-{name}.cpt")
        assert unpack(answer.content)[2]["series"].shape == (4, 2, len(SERIES), 5)
        assert [client.get(f"/draws-{other}.cpt").status_code for other in ("x", "..%2fserver", name[:-1])] == [404] * 3


def test_writing_draws_computes_what_the_page_would(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = read_ask({**SMALL, "missions": {"quality": {}}}, LIMITS)
    monkeypatch.setattr(drawn, "asks", lambda: [ask])
    monkeypatch.setattr(drawn, "drawn_path", lambda ask: tmp_path / "draws" / "one.cpt")
    said: list[str] = []
    drawn.write(2, 1, said.append)
    _, meta, arrays = unpack((tmp_path / "draws" / "one.cpt").read_bytes())
    assert meta["seeds"] == [1005, 2005] and arrays["series"].shape[:2] == (2, 2) and len(said) == 1
    assert not np.array_equal(arrays["series"][0], arrays["series"][1])
    drawn.write(2, 1, said.append)  # of this model already
    assert len(said) == 1
