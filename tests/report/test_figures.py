"""Figures: drawn in both languages, the same bytes each time, with a title and a description."""

import io
import json
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest

from cpts_sim.experiment import Comparison, Place, Reading, compare
from cpts_sim.report.courses import QUARTER, _cut, _moving
from cpts_sim.report.figures import FIGURES, draw, draw_all
from cpts_sim.report.maps import SHOWN, _scale

sys.path.insert(0, str(Path(__file__).parents[1]))
from experiment import fake_model
from experiment.test_compare import plan


def _with_outlines(done: Comparison) -> Comparison:
    seed = min(done.pairs)
    pair = done.pairs[seed]
    told = json.loads(pair.files["territory.json"])
    square = [[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]
    told["outlines"] = [[[[x + i, y] for x, y in square]] for i in range(3)]
    files = {**pair.files, "territory.json": json.dumps(told).encode()}
    pairs = {**done.pairs, seed: type(pair)(seed, files)}
    return Comparison(done.plan, done.values, pairs, done.stopped, done.reused, done.smallest)


@pytest.fixture(scope="module")
def done() -> Comparison:
    return _with_outlines(compare(plan(), workers=1))


def test_every_figure_is_drawn_twice_alike(done):
    first, second = draw_all(done, "fr"), draw_all(done, "fr")
    assert set(first) == {f"{name}.{kind}" for name in FIGURES for kind in ("png", "svg")}
    assert first == second


@pytest.mark.parametrize("name", sorted(FIGURES))
@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_picture_tells_screen_readers_what_it_shows(done, name, lang):
    svg = draw(done, name, lang, "svg").decode()
    head = svg[svg.index("<svg") :][:2500]
    assert "<title>" in head
    assert "<desc>" in head
    assert ("une France possible" if lang == "fr" else "one possible France") in head
    assert "<dc:date>" not in svg


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_a_picture_is_sharp_and_not_blank(done, name):
    import matplotlib.image as image

    pixels = image.imread(io.BytesIO(draw(done, name, "en", "png")))
    assert pixels.shape[1] >= 1400
    ink = (pixels[..., :3].min(axis=-1) < 0.8).mean()
    assert 0.005 < ink < 0.6
    edges = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    assert (edges[:, :3] > 0.95).mean() > 0.9


def test_png_holds_no_date(done):
    data = draw(done, "access", "en", "png")
    assert b"Software" not in data
    assert b"tIME" not in data
    assert zlib.crc32(data) == zlib.crc32(draw(done, "access", "en", "png"))


def test_nothing_to_show_draws_nothing():
    bare = compare(plan(measures=("mt_stock",), replications=2), workers=1)
    assert set(draw_all(bare, "en")) == {"forest.png", "forest.svg"}
    zero = compare(plan(make=fake_model.make_zero, replications=2), workers=1)
    assert draw(zero, "accounts", "en", "png") is None
    assert draw(zero, "communes", "en", "png") is None


def test_few_pairs_are_lines_and_the_figure_says_so(done):
    few = compare(plan(replications=3), workers=1)
    assert "each pair (thin line)" in draw(few, "access", "en", "svg").decode()
    assert len(done.values.seeds) >= 5
    assert "10 to 90% band" in draw(done, "access", "en", "svg").decode()


def test_a_map_without_any_difference_says_so(done):
    sentence = "No difference: both arms"
    none = _with_outlines(compare(plan(make=fake_model.make_zero, replications=2), workers=1))
    assert sentence in draw(none, "communes", "en", "svg").decode()
    assert sentence not in draw(done, "communes", "en", "svg").decode()


def test_a_commune_has_a_colour_only_where_its_difference_can_be_told_and_matters(done):
    least = dict(done.smallest)
    small = Comparison(done.plan, done.values, done.pairs, done.stopped, done.reused, {**least, SHOWN: 1e6})
    svg = draw(small, "communes", "en", "svg").decode()
    assert "No commune has such a difference" in svg
    assert "Smallest difference that matters: 1000000 day" in svg.replace(",", "")
    lines = [small.line(Place(SHOWN, "commune", code), None, 1e6) for code in small.values.groups(SHOWN, "commune")]
    assert lines and all(line.reading in (Reading.TOO_SMALL, Reading.EQUAL) for line in lines)


def test_full_colour_is_not_given_to_a_difference_that_barely_matters(done):
    lines = [done.line(Place(SHOWN, "commune", code), None, 0.0) for code in done.values.groups(SHOWN, "commune")]
    largest = max(abs(line.difference.mean) for line in lines)
    assert _scale(lines, 0.0).norm.vmax <= largest
    assert _scale(lines, largest).norm.vmax == pytest.approx(3 * largest)


def test_weeks_left_out_are_told(done):
    assert "at first a part of the needs is not yet to be judged" in draw(done, "access", "en", "svg").decode() or all(
        np.isfinite(done.values.weeks(arm, "access.in_time")).all() for arm in done.values.arms)  # fmt: skip
    values = done.values.weeks("with", "access.in_time")
    courses = {"with": np.where(np.arange(values.shape[1]) < 3, np.nan, values)}
    words = _cut(done, courses, "en")
    assert words and words[0].startswith("Weeks 4 to ") and "judged" in words[0]
    assert "judged" not in _cut(done, courses, "en", judged=False)[0], "exhaustion is not judged, it is measured"


def test_a_long_course_is_a_moving_mean_that_knows_what_is_missing() -> None:
    course = np.tile(np.arange(130.0), (2, 1))
    course[1, 40:60] = np.nan
    smooth = _moving(course, QUARTER)
    assert np.allclose(smooth[0, 6:-6], course[0, 6:-6]), "a straight line stays one"
    assert np.isnan(smooth[1, 47:53]).all() and np.isfinite(smooth[1, 20])
