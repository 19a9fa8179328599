"""Frames tell what the model did, no more, and looking changes nothing."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cpts_sim.app import course
from cpts_sim.app.asks import read_ask
from cpts_sim.app.desk import Jobs, jobs_of
from cpts_sim.app.limits import Limits
from cpts_sim.app.pack import pack, renumbered, unpack
from cpts_sim.app.page import Files
from cpts_sim.app.presets import lessons, offer, presets, words
from cpts_sim.app.recorder import Look, Strain
from cpts_sim.app.records import Shelf
from cpts_sim.app.worker import Computer, days_of
from cpts_sim.catalogue import catalogue
from cpts_sim.errors import InternalError
from cpts_sim.model import Model
from cpts_sim.scenario import from_written

LIMITS = Limits(shown=2000)
ASK = {
    "preset": "rural_underdense", "population": 1500, "days": 35, "members": {"share_gps": 1.0, "active_share": 1.0},
    "missions": {"unscheduled_care": {"start": "0 months"}, "treating_physician": {"start": "0 months"}},
}  # fmt: skip


@pytest.fixture(scope="module")
def jobs() -> Jobs:
    return jobs_of(read_ask(ASK, LIMITS), presets(), LIMITS)


@pytest.fixture(scope="module")
def told(jobs: Jobs) -> dict[str, list[Any]]:
    """Everything that a worker tells of both arms, by arm."""
    out: dict[str, list[Any]] = {}
    for job in jobs.arms:
        out[job.arms[0]] = []
        Computer().run(job, lambda *what, here=out[job.arms[0]]: here.append(what))
    return out


def column(told: list[Any], name: str) -> Any:
    parts = [unpack(what[2])[2] for what in told if what[0] == "block"]
    return np.concatenate([part[name] for part in parts if name in part], axis=1 if name == "looks" else 0)


def test_day_zero_is_the_same_in_both_arms_and_the_days_are_not(told: dict[str, list[Any]]) -> None:
    stages = [next(what[1] for what in arm if what[0] == "stage") for arm in told.values()]
    assert stages[0] == stages[1]
    left, right = (column(arm, "looks") for arm in told.values())
    assert left.shape == right.shape == (1500, 36)
    np.testing.assert_array_equal(left[:, 0], right[:, 0])
    assert (left[:, 1:] != right[:, 1:]).any()


def test_looking_changes_nothing(jobs: Jobs) -> None:
    job = jobs.arms[1]
    scenario = from_written(job.scenario, catalogue())
    computer = Computer()
    warm = computer._warm(job, scenario, lambda *what: None, lambda: False)
    assert warm is not None
    for _ in days_of(job, scenario, "with", warm):
        pass
    seen: dict[str, int] = {}
    watched = Model(scenario, 1, arm="with", observers=[lambda chunk, tables: seen.update(_digest(chunk))],
                    state=warm.state, territory=warm.territory)  # fmt: skip
    alone: dict[str, int] = {}
    straight = Model(scenario, 1)
    straight.warm_up()
    forked = straight.fork("with", [lambda chunk, tables: alone.update(_digest(chunk))])
    for model in (watched, forked):
        model.run(28)
        model.finish()
    assert seen == alone and len(seen) > 5


def _digest(chunk: Any) -> dict[str, str]:
    return {
        f"{kind}/{name}": sha256(np.ascontiguousarray(data).tobytes()).hexdigest()
        for kind, columns in chunk.items() for name, data in columns.items() if len(data)
    }  # fmt: skip


def test_frames_agree_with_the_model_and_its_journal(jobs: Jobs) -> None:
    """Without the recorder: the same model is run and its tables and journal are read by hand."""
    job = jobs.arms[0]
    scenario = from_written(job.scenario, catalogue())
    warm = Computer()._warm(job, scenario, lambda *what: None, lambda: False)
    assert warm is not None
    frames = list(days_of(job, scenario, "without", warm))[:20]
    model = Model(scenario, job.seed, arm="without", state=warm.state, territory=warm.territory)
    model.run(19)
    people, rows, frame = model.tables["people"], warm.cast.people, frames[19]
    look = frame.looks & 7
    np.testing.assert_array_equal(look == Look.ABSENT, ~people["alive"][rows])
    here = people["alive"][rows]
    np.testing.assert_array_equal((look == Look.WARD)[here], (people["ward_until"][rows] > model.now)[here])
    adult = people["born"][rows] <= model.now - 17 * 365 * 1440
    np.testing.assert_array_equal(frame.looks >= 8, adult & (people["mt_state"][rows] != 0))
    day = model.journal.open_chunk()["day"]
    share = dict(zip(course.SERIES, frame.series.tolist(), strict=True))
    assert share["without_mt"] == pytest.approx(100 * day["without_mt"][-1] / day["adults"][-1], abs=1.0)
    gps = model.tables["gps"]
    present = gps["alive"] & (gps["halo"] == 0) & (gps["status"] != 3)
    assert share["exhaustion"] == pytest.approx(gps["ee"][present].mean(), rel=1e-6)
    ed = model.journal.open_chunk()["ed"]
    today = {int(p) for p, end in zip(ed["person"], ed["end"], strict=True) if end >= 18 * 1440 and p >= 0}
    shown = {int(rows[rank]) for rank in np.flatnonzero(look == Look.ED)}
    assert shown <= today
    pros = frame.pros[: len(warm.cast.gps)]
    gone = ~gps["alive"][warm.cast.gps] | (gps["status"][warm.cast.gps] == 3)
    np.testing.assert_array_equal((pros & 7) == Strain.LEFT, gone)


def test_hours_of_a_week_are_hours(told: dict[str, list[Any]]) -> None:
    hours = column(told["without"], "week.hours").sum(axis=1)
    assert 15 < np.median(hours) < 90


def test_coordination_costs_hours_and_only_where_there_is_any(told: dict[str, list[Any]]) -> None:
    left, right = (column(arm, "series")[-1, course.SERIES.index("cpts_hours")] for arm in told.values())
    assert left == 0.0 and right > 0.0


def test_stories_are_of_people_shown(told: dict[str, list[Any]]) -> None:
    person, frame = column(told["with"], "story.person"), column(told["with"], "story.frame")
    assert len(person) > 500 and person.max() < 1500
    in_order = bool((np.diff(frame.astype(int)) >= 0).all())
    assert in_order and 28 < int(frame.max()) <= 35


def test_a_job_that_nobody_wants_stops(jobs: Jobs) -> None:
    heard: list[str] = []
    Computer().run(jobs.arms[0], lambda what, *more: heard.append(what), lambda: "block" in heard)
    assert heard.count("block") == 1


def test_bytes_come_back_as_they_went() -> None:
    arrays = {"a": np.arange(5, dtype=np.uint8), "b": np.array([[1.5, np.nan]], dtype=np.float32)}
    record, meta, found = unpack(renumbered(pack(1, {"é": 2}, arrays), 7))
    assert record == 7 and meta == {"é": 2}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found[name], array)
    with pytest.raises(InternalError, match="int64"):
        pack(1, {}, {"c": np.arange(3)})
    with pytest.raises(InternalError):
        unpack(b"GIF89a  ")


def test_the_shelf_forgets_what_nobody_holds_first() -> None:
    shelf = Shelf(25_000, 25_000)
    for key in "abc":
        record = shelf.make(key)
        record.receive("block", 0, bytes(8000))
        record.receive("done")
    shelf.get("a").holders.add(1)  # type: ignore[union-attr]
    shelf.make_room()
    assert shelf.get("a") is not None and shelf.get("b") is None and shelf.get("c") is not None
    assert shelf.size <= 25_000


def test_lessons_are_complete_and_can_be_run() -> None:
    assert [lesson["id"] for lesson in lessons()] == ["shortage", "hours", "one_or_all", "chance", "winners", "crisis"]
    for lesson in lessons():
        for run in (lesson["run"], *(item["run"] for item in lesson.get("variants", ()))):
            made = jobs_of(read_ask(run, LIMITS), presets(), LIMITS)
            assert made.arms[0].key != made.arms[1].key
        for lang in ("fr", "en"):
            assert len(lesson["sheet"][lang]) == 3 and len(lesson["note"][lang]) >= 2


def test_every_word_that_the_page_needs_is_there() -> None:
    page = Files()
    said = words()["en"]
    assert said.keys() == words()["fr"].keys()
    text = "\n".join(page.text(name) for name in page if name.startswith("js/")) + page.text("index.html")
    named = set(re.findall(r"""(?:\bt\(|data-t=|data-label=)"([\w.]+)["]""", text))
    assert len(named) > 80 and not named - said.keys()
    offered = offer(presets(), LIMITS)
    for name in offered["series"]:
        assert {f"{part}.{name}" for part in ("series", "short", "unit", "about")} <= said.keys()
    for who in (who for mission in offered["missions"] for who in (*mission["pays"], *mission["loses"])):
        assert who["fr"] != who["en"], f"{who['en']} has no French"
    for group in ("mission", "shock"):
        names = {f"{group}.{item['name']}" for item in offered[f"{group}s"]}
        assert names <= said.keys(), f"{group}: {names - said.keys()} have no title"


def test_borrowed_files_are_the_ones_we_checked() -> None:
    folder = Path(__file__).parents[2] / "cpts_sim" / "app" / "static" / "vendor"
    sums = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    assert sums.keys() == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest
    assert "MIT" in (folder / "uPlot.LICENSE.txt").read_text()
    own = [len(Files()[name]) for name in Files() if not name.startswith("vendor/")]
    assert sum(own) < 150_000
