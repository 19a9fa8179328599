"""The page in a real browser: what a teacher does in a lesson, with and without a mouse."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cpts_sim.app import drawn
from cpts_sim.app.asks import read_ask
from cpts_sim.app.limits import Limits

pytestmark = pytest.mark.browser

SERIES = "window.cptsSim.pair.map((arm) => [...arm.series[{day}]])"
LOOKS = "window.cptsSim.pair.map((arm) => {{ const d = arm.looks({day}); return d && Array.from(d.looks).join('') }})"


def test_plays_and_goes_back(watched: Any) -> None:
    watched.open()
    watched.page.click("#play")
    watched.until("window.cptsSim.player.day > 20")
    watched.page.click("#play")
    watched.until("!window.cptsSim.player.playing", 10)
    day = watched.page.evaluate("window.cptsSim.player.day")
    assert f"Jour {day}" in watched.text("#date")
    watched.page.fill("#time", "7")
    assert watched.page.evaluate("window.cptsSim.player.day") == 7
    assert watched.text("#date") == "Jour 7 · 13 janv. 2019"  # a Sunday: the seventh day since Monday 7
    watched.page.click("#day")
    watched.page.click("#week")
    assert watched.page.evaluate("window.cptsSim.player.day") == 15


def test_a_mission_changes_the_right_arm_only_and_the_people_are_the_same(watched: Any) -> None:
    watched.open()
    watched.computed(56)
    before = watched.page.evaluate(SERIES.format(day=56))
    people = watched.page.evaluate("[...window.cptsSim.pair[0].stage.x]")
    numbers = watched.page.evaluate("window.cptsSim.pair.map((arm) => arm.number)")
    assert before[0] == before[1]  # no mission: the same on both sides
    watched.page.click("text=Qui participe")
    for chosen in ("#p-share_gps", "#p-active_share"):
        with watched.another_run():
            watched.page.select_option(chosen, "1")
    with watched.another_run():
        watched.page.check("#m-unscheduled_care")
    with watched.another_run():
        watched.page.select_option("#s-unscheduled_care", "0")
    watched.computed(56)
    after = watched.page.evaluate(SERIES.format(day=56))
    assert after[0] == before[0]
    assert after[1] != before[1]
    assert watched.page.evaluate("window.cptsSim.pair[0].number") == numbers[0]
    for arm in (0, 1):
        assert watched.page.evaluate(f"[...window.cptsSim.pair[{arm}].stage.x]") == people
    days = watched.page.evaluate("window.cptsSim.pair.map((arm) => [...arm.series[0]])")
    assert days[0] == days[1]  # day 0 is common
    watched.until("location.hash.includes('unscheduled_care~0')", 10)
    assert "start=0" not in watched.page.url


def test_same_people_again_and_another_draw_are_two_things(watched: Any) -> None:
    watched.open()
    watched.computed(28)
    first = watched.page.evaluate(SERIES.format(day=28))
    with watched.another_run():
        watched.page.click("#again")
    watched.computed(28)
    assert watched.page.evaluate(SERIES.format(day=28)) == first
    with watched.another_run():
        watched.page.click("#other")
    watched.computed(28)
    assert watched.page.evaluate("window.cptsSim.state.seed") == 2
    assert watched.page.evaluate(SERIES.format(day=28)) != first


def test_the_address_restores_the_screen(watched: Any) -> None:
    hash_ = "#t=mixed_small_town&n=2000&d=56&g=3&m=quality~2~0.5&p=100,40&j=30&v=14&w=doctor"
    hash_ += "&c=unmet,cpts_hours&lang=en&big=1&s=influenza,pandemic_wave~20"
    watched.open(hash_)
    watched.until("window.cptsSim.player.day === 30")
    page = watched.page
    assert page.evaluate("window.cptsSim.state.shocks") == {"influenza": {}, "pandemic_wave": {"start": "20 days"}}
    assert page.input_value("#preset") == "mixed_small_town"
    assert page.input_value("#s-quality") == "2" and page.input_value("#d-quality") == "0.5"
    assert page.get_attribute("#view-doctor", "aria-pressed") == "true"
    shown = page.evaluate("[...document.querySelectorAll('.chart')].map((c) => c.dataset.series)")
    assert shown == ["unmet", "cpts_hours"]
    assert page.get_attribute("html", "lang") == "en" and "Day 30" in watched.text("#date")
    assert page.input_value("#speed") == "14"
    watched.until("location.hash.includes('j=30')")
    again = page.evaluate("location.hash")
    assert set(again[1:].split("&")) == set(hash_[1:].split("&"))


def test_nonsense_in_the_address_is_left_out(watched: Any) -> None:
    nonsense = "t=../../etc/passwd&n=-5&d=9e99&g=x&m=%3Cscript%3E,quality~99~7&j=-1&v=0&l=77&lang=xx&w=&c=a,b"
    watched.open("#" + nonsense)
    state = watched.page.evaluate("window.cptsSim.state")
    assert state["preset"] == "rural_underdense" and state["seed"] == 1 and state["lesson"] == 0
    assert state["missions"] == {"quality": {}}


def test_the_keyboard_alone_suffices(watched: Any) -> None:
    watched.open()
    watched.computed(40)
    page = watched.page
    page.keyboard.press("Space")
    watched.until("window.cptsSim.player.day > 3")
    page.keyboard.press("Space")
    page.keyboard.press("Home")
    assert page.evaluate("window.cptsSim.player.day") == 0
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("window.cptsSim.player.day") == 7
    with watched.another_run():
        page.keyboard.press("3")
    assert page.evaluate("'pathways' in window.cptsSim.state.missions")
    page.keyboard.press("?")
    assert page.evaluate("document.getElementById('box').open")
    page.keyboard.press("Escape")
    watched.computed(14)
    page.keyboard.press("Shift+ArrowRight")
    reached = _tab_through(page)
    for wanted in ("preset", "lesson", "play", "time", "speed", "m-pathways", "view-doctor", "draws", "share", "csv"):
        assert wanted in reached, f"{wanted} cannot be reached with Tab"
    page.focus("#map-right canvas[tabindex]")
    page.keyboard.press("ArrowDown")
    assert "habitants" in watched.text("#tip")
    page.keyboard.press("Enter")
    assert "Médecin n°" in watched.text("#box-title")
    assert "Total" in watched.text("#box-body")


def _tab_through(page: Any) -> set[str]:
    """Press Tab until the end of the page; returns the names of what was reached, each with a visible focus."""
    page.evaluate("document.body.focus(); window.scrollTo(0, 0)")
    reached: set[str] = set()
    for _ in range(120):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement?.id ?? ''")
        if name:
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"{name} shows no focus"
            reached.add(name)
    return reached


LESSON = "#l=1&t=rural_underdense&n=2000&d=112&m=unscheduled_care~0&p=80,60&v=60&lang=fr"


def test_predict_first_then_see(watched: Any) -> None:
    watched.open(LESSON)
    page = watched.page
    assert page.evaluate("[...document.querySelectorAll('.cover')].every((cover) => !cover.hidden)")
    assert page.is_disabled("#reveal")
    assert watched.text("#f-wait_days .other") == "?"
    page.click("#vote-down")
    assert page.evaluate("[...document.querySelectorAll('.cover')].every((cover) => cover.hidden)")
    watched.computed(112)
    page.fill("#time", "60")
    page.click("#reveal")
    assert "jusqu’au jour 90" in watched.text("#verdict")  # what the lesson looks at has not begun
    page.fill("#time", "112")
    page.click("#reveal")
    left, right = page.evaluate(
        "window.cptsSim.pair.map((arm) => arm.series.slice(90, 113).reduce((sum, day) => sum + day[0], 0) / 23)"
    )
    verdict, said = watched.text("#verdict"), page.evaluate("window.cptsSim.offer.lessons[0].reveal")
    way = "same" if abs(right - left) <= 0.05 * left else "down" if right < left else "up"
    assert {"same": "presque pareil", "down": "plus bas", "up": "plus haut"}[way] in verdict
    assert f"{left:.1f}".replace(".", ",") in verdict and "Jours 90 à 112" in verdict
    assert "un tirage" in verdict and said["always"]["fr"] in verdict
    assert [text["fr"] in verdict for name, text in said.items() if name != "always"].count(True) == 1
    assert said[way]["fr"] in verdict  # the sentence of this outcome, and of no other
    page.click("#note")
    assert "Durée : 30 minutes" in watched.text("#box-body")
    page.keyboard.press("Escape")
    before = page.evaluate("window.cptsSim.pair[1].number")
    page.check("#m-quality")
    watched.until(f"window.cptsSim.pair[1].number !== {before}")
    watched.computed(112)
    page.fill("#time", "112")
    page.click("#reveal")
    other = watched.text("#verdict")
    assert "Jours 90 à 112" in other and "ne sont plus les réglages" in other and "prédit" not in other
    assert not any(text["fr"] in other for text in said.values())  # what the lesson says is of its own settings


def test_the_reveal_follows_all_draws_once_they_are_there(watched: Any) -> None:
    """Draws with a clear rise and one clear fall: the sentences follow them, not the single run."""
    watched.open(LESSON)
    watched.computed(112)
    page = watched.page
    page.click("#vote-same")
    page.fill("#time", "112")
    page.click("#reveal")
    for sign, way in ((1, "up"), (-1, "down"), (0, "same"), (0.1, "same")):
        page.evaluate(
            f"""async () => {{
              const {{ recordedDraws }} = await import('./static/js/bands.js');
              const width = window.cptsSim.offer.series.length, count = 8;
              const series = new Float32Array(count * 2 * width * 2);
              for (let r = 0; r < count; r += 1) for (let arm = 0; arm < 2; arm += 1) for (let k = 0; k < 2; k += 1)
                series[((r * 2 + arm) * width) * 2 + k] = 5 + r + arm * ({sign} * 2 + 0.1 * (r % 2 ? 1 : -1));
              series.shape = [count, 2, width, 2];
              const draws = recordedDraws({{ arrays: {{ series, days: Uint16Array.from([0, 112]) }} }});
              window.cptsSim.draws = draws;
              window.cptsSim.screen.draws();
            }}"""
        )
        verdict, said = watched.text("#verdict"), page.evaluate("window.cptsSim.offer.lessons[0].reveal")
        assert said[way]["fr"] in verdict and "8 autres tirages" in verdict
        assert ("Net, mais petit : 2,4 %" in verdict) == (sign == 0.1)  # .2 of a level of 8.5, nowhere near zero
        assert ("ne se distingue pas" in verdict) == (sign == 0)
        assert ("C’est ce qui était prédit" in verdict) == (way == "same")
        assert "écart type" in verdict and "2,45" in verdict  # the levels 5 to 12 spread by 2.45


def test_what_a_lesson_runs_has_its_recorded_draws(watched: Any) -> None:
    """The page writes settings in its own way; they must still be those that draws were recorded for."""
    watched.open()
    for rank, wanted in enumerate(drawn.asks(), 1):
        watched.page.evaluate("window.cptsSim.source.run = (ask) => { window.asked = ask; }")
        watched.page.select_option("#lesson", str(rank))
        asked = read_ask(watched.page.evaluate("window.asked"), Limits())
        assert drawn.name_of(asked) == drawn.name_of(wanted) and drawn.drawn_path(asked).is_file(), rank
        assert watched.page.evaluate("window.cptsSim.screen.curves.ghosts") == []  # of another territory


def test_recorded_draws_lie_on_straight_lines(watched: Any) -> None:
    watched.open()
    found = watched.page.evaluate(
        """async () => {
          const { recordedDraws } = await import('./static/js/bands.js');
          const series = Float32Array.from([0, 7, 21, 1, 1, 8]);
          series.shape = [1, 2, 1, 3];
          const [draw] = recordedDraws({ arrays: { series, days: Uint16Array.from([0, 7, 14]) } });
          return [draw.arrays.series.shape, [...draw.arrays.series]];
        }"""
    )
    left = [0, 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 15, 17, 19, 21]
    assert found[0] == [2, 1, 15] and found[1] == [*left, *[1] * 8, *range(2, 9)]


def test_a_person_has_a_story_and_a_commune_its_numbers(watched: Any) -> None:
    watched.open()
    watched.computed(56)
    page = watched.page
    page.fill("#time", "56")
    person = page.evaluate("window.cptsSim.pair[0].story.find((row) => row.frame < 50).person")
    page.evaluate(f"window.cptsSim.screen.pick({{person: {person}}})")
    assert re.search(r"Une? (femme|homme) de \d+ ans", watched.text("#box-title"))
    assert page.locator("#box-body .story li").count() >= 2
    page.keyboard.press("Escape")
    page.click("#places summary")
    names = page.evaluate("window.cptsSim.pair[0].stage.names.length")
    watched.until(f"document.querySelectorAll('#places-table tbody tr').length === {names}", 30)
    page.click("#view-difference")
    assert "Écart" in watched.text("#cap-right")


def test_further_draws_come_as_a_band(watched: Any) -> None:
    watched.open("#t=rural_underdense&n=1000&d=28&lang=en")
    watched.computed(28)
    watched.page.click("#draws")
    watched.until("window.cptsSim.draws.filter((draw) => draw && draw.arrays).length >= 5", 150)
    assert "95% interval" in watched.text(".chart")


def test_what_can_be_taken_away(watched: Any) -> None:
    watched.open()
    watched.computed(56)
    with watched.page.expect_download() as got:
        watched.page.click("#csv")
    lines = got.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 58 and lines[0].count(";") == 16 and "," in lines[5]
    with watched.page.expect_download() as picture:
        watched.page.click("#png")
    assert picture.value.path().read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize("size", [(1366, 768), (360, 740)])
@pytest.mark.parametrize("hash_", ["lang=fr", "lang=en&w=difference&l=5", "lang=fr&big=1"])
def test_nothing_serious_for_the_accessibility_checker(watched: Any, size: tuple[int, int], hash_: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    watched.open("#t=rural_underdense&n=2000&d=56&" + hash_)
    watched.computed(7)
    watched.page.click("#places summary")
    watched.until("document.querySelector('#places-table tbody tr')", 30)
    found = Axe().run(watched.page).response["violations"]
    serious = [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in ("serious", "critical")]
    assert serious == []
    assert watched.page.evaluate("document.documentElement.scrollWidth") <= size[0]
