"""What a teacher shows: the warm-up, people under the mouse, the other language, sheets on paper."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from watched_page import Watched

pytestmark = pytest.mark.browser

LESSON = "#l=1&t=rural_underdense&n=1500&d=112&m=unscheduled_care~0&p=80,60&v=60&lang=fr"
REMNANTS = """() => {
  const { fr, en } = window.cptsSim.offer.words;
  const english = Object.values(en).join('\\n'), said = document.body.innerText.replaceAll('\\u00a0', ' ');
  return Object.values(fr).map((text) => text.split('{')[0].trim())
    .filter((text) => text.length > 5 && /[a-z]/i.test(text) && !english.includes(text) && said.includes(text));
}"""


def test_the_warm_up_is_seen_before_day_0(watched: Any) -> None:
    """Nothing is hidden behind a curtain: the first picture is of the warm-up and says so."""
    page = watched.page
    page.add_init_script(
        """new MutationObserver(() => {
          const [date, app] = [document.getElementById('date')?.textContent ?? '', window.cptsSim];
          if (!date.includes('Mise en route') || app.ready) return;
          const legend = document.getElementById('legend').innerText;
          const dots = document.querySelector('#map-right canvas:nth-child(2)');
          const { data } = dots.getContext('2d').getImageData(0, 0, dots.width, dots.height);
          const caption = document.getElementById('cap-right').textContent;
          (window.seen ??= []).push({ date, legend, drawn: data.some((value) => value > 0), caption });
        }).observe(document, { subtree: true, childList: true, characterData: true });"""
    )
    watched.open("#t=mixed_small_town&n=5000&d=28&g=4242&m=quality~0&lang=fr")
    seen = page.evaluate("window.seen ?? []")
    assert seen and all(one["drawn"] and one["caption"] == "Avec la CPTS" for one in seen)
    days = [int(re.findall(r"\d+", one["date"])[0]) for one in seen]
    assert days == sorted(days, reverse=True) and 0 < days[-1] <= days[0] <= 84
    assert not any(re.search(r"vu ce jour par un médecin\s+\d", one["legend"]) for one in seen)  # not known
    marks = page.evaluate("performance.getEntriesByType('mark').map((mark) => mark.name)")
    assert marks[0] == "first picture" and marks[-1] == "first frame"
    assert "Jour 0" in watched.text("#date") and page.is_hidden("#notice")


def test_the_mouse_picks_people_and_gps(watched: Any) -> None:
    watched.open()
    watched.computed(14)
    page = watched.page
    page.fill("#time", "14")
    spots = page.evaluate(
        """() => {
          const map = window.cptsSim.screen.maps[1], scale = map.marks.clientWidth / map.size, { stage } = map;
          const apart = (pro, x, y) => Math.hypot(map.proX[pro] - x, map.proY[pro] - y) > 40 / scale;
          const far = ([x, y]) => map.proX.every((_, pro) => stage.pro_kind[pro] || apart(pro, x, y));
          const people = [...stage.told.keys()].filter((person) => stage.told[person]);
          const person = people.map((p) => [map.at[p] % map.size, Math.floor(map.at[p] / map.size)]).find(far);
          const gp = stage.pro_kind.indexOf(0);
          return [[map.proX[gp], map.proY[gp]], person].map((place) => place.map((value) => value * scale));
        }"""
    )
    titles = (r"Médecin n° \d+, (femme|homme), \d+ ans", r"Une? (femme|homme) de \d+ ans")
    for (x, y), title in zip(spots, titles, strict=True):
        page.click("#map-right canvas[tabindex]", position={"x": x, "y": y})
        assert re.search(title, watched.text("#box-title"))
        page.keyboard.press("Escape")
    page.hover("#map-left canvas[tabindex]", position={"x": spots[0][0], "y": spots[0][1]})
    tip = watched.text("#tip")
    assert "habitants" in tip and "sans → avec" in tip
    box, frame = page.locator("#tip").bounding_box(), page.locator("#map-left").bounding_box()
    middle = frame["y"] + frame["height"] / 2
    pointed = frame["y"] + spots[0][1]
    assert not box["y"] <= pointed <= box["y"] + box["height"]  # it does not hide what it tells of
    assert (box["y"] > middle) == (pointed < middle) or abs(pointed - middle) < frame["height"] / 4


def test_nothing_of_the_former_language_stays(watched: Any) -> None:
    watched.open(LESSON)
    watched.computed(112)
    page = watched.page
    page.fill("#time", "112")
    page.click("#vote-down")
    page.click("#reveal")
    page.click("#places summary")
    watched.until("document.querySelector('#places-table tbody tr')", 30)
    page.focus("#map-left canvas[tabindex]")
    page.keyboard.press("ArrowDown")
    assert len(page.evaluate(REMNANTS)) > 30  # the page is French now
    for view in ("care", "doctor", "difference"):
        page.click(f"#view-{view}")
        if page.get_attribute("html", "lang") == "fr":
            page.click("#lang")
        assert page.evaluate(REMNANTS) == []


def test_a_mission_waits_for_the_one_it_needs(watched: Any) -> None:
    """No shipped mission needs another; one of somebody else may."""
    watched.open()
    page = watched.page
    page.evaluate("window.cptsSim.offer.missions.find((m) => m.name === 'crisis').requires = ['quality']")
    page.click("#lang")
    page.click("#lang")
    assert page.is_disabled("#m-crisis") and "Qualité des soins" in watched.text("#w-crisis")
    page.check("#m-quality")
    assert page.is_enabled("#m-crisis") and watched.text("#w-crisis") == ""


def plain(text: str) -> str:
    """Letters without ligatures, one space between words."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


@pytest.mark.parametrize("lesson", range(1, 7))
def test_the_sheet_of_every_lesson_fits_a_page(watched: Any, lesson: int) -> None:
    """Before the class has predicted there is room to write; afterwards the numbers of the day."""
    from io import BytesIO

    from pypdf import PdfReader

    watched.open(LESSON.replace("l=1", f"l={lesson}"))
    watched.computed(112)
    page = watched.page
    page.fill("#time", "112")
    all_told = page.evaluate("window.cptsSim.offer.lessons.map((lesson) => [lesson.title.fr, ...lesson.sheet.fr])")
    found = all_told[lesson - 1]
    texts = []
    for _ in ("before", "after"):
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        paper = PdfReader(BytesIO(page.pdf(format="A4")))
        assert len(paper.pages) == 1
        texts.append(plain(paper.pages[0].extract_text()))
        page.click("#vote-same")
    for text in texts:
        assert all(plain(part) in text for part in found) and "ni évaluation" in text
    assert "à remplir" in texts[0] and "−1" not in texts[0]
    left = page.evaluate("window.cptsSim.pair[0].series[112][0]")
    assert "Chiffres du jour 112" in texts[1] and f"{left:.1f}".replace(".", ",") in texts[1]


def test_the_page_taken_home_shows_the_run_and_its_lesson(watched: Any, chromium: Any, tmp_path: Path) -> None:
    """What "Offline page" gives opens from disk with the network off: same run, same lesson, nothing else to choose."""
    watched.open(LESSON)
    watched.computed(112)
    page = watched.page
    watched.until("!document.getElementById('offline').hidden")
    with page.expect_download() as got:
        page.click("#offline")
    target = tmp_path / "home.html"
    got.value.save_as(target)
    context = chromium.new_context(offline=True, viewport={"width": 1366, "height": 768}, locale="fr-FR")
    home = Watched(context, target.as_uri())
    home.open("")
    assert home.page.is_visible("#vote-down") and "file" in home.text("#lesson-box")
    assert home.page.locator("#lesson option").count() == 2  # free, and this one
    home.page.click("#vote-down")
    home.page.fill("#time", "112")
    told = "window.cptsSim.pair.map((arm) => arm.series.map((day) => [...day]))"
    assert home.page.evaluate(told) == page.evaluate(told)
    for name in ("preset", "population", "days", "seed", "missions", "members", "lesson"):
        state = f"window.cptsSim.state.{name}"
        assert home.page.evaluate(state) == page.evaluate(state), name
    assert home.page.is_checked("#m-unscheduled_care") and home.page.is_disabled("#m-quality")
    context.close()
    assert home.errors == [] and home.outside == []
