"""A teacher's page and a student's phone on one server with codes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest
from watched_page import ROOT, Watched

pytestmark = pytest.mark.browser

VOTES = "document.getElementById('votes').textContent.match(/↓.*/)?.[0].replaceAll('\u00a0', ' ')"
LESSON = "#l=1&t=rural_underdense&n=1500&d=35&m=unscheduled_care~0&p=80,60&lang=fr"


@pytest.fixture
def addresses() -> Iterator[tuple[str, str]]:
    """The addresses that ``cpts-sim app --open-to-class`` prints."""
    command = [sys.executable, "-m", "cpts_sim.cli", "app", "--port", "0", "--lang", "en", "--open-to-class"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env, cwd=ROOT) as server:
        assert server.stderr is not None
        told = {}
        for line in server.stderr:
            if found := re.match(r"(Teacher|Students): (\S+)", line):
                told[found[1]] = found[2]
            if len(told) == 2:
                break
        yield told["Teacher"], told["Students"]
        server.terminate()


def opened(chromium: Any, address: str, width: int, hash_: str = "") -> Watched:
    context = chromium.new_context(viewport={"width": width, "height": 768}, locale="fr-FR")
    context.add_init_script("navigator.clipboard.writeText = async (text) => { window.copied = text; };")
    page = Watched(context, address.partition("?")[0])
    page.page.goto(address + hash_)
    page.until("window.cptsSim && window.cptsSim.ready === true")
    return page


def test_a_class_follows_and_votes(chromium: Any, addresses: tuple[str, str]) -> None:
    mine, theirs = addresses
    key, code = (address.rpartition("=")[2] for address in addresses)
    teacher = opened(chromium, mine, 1366, LESSON)
    teacher.computed(35)
    assert key not in teacher.page.url  # a projector shows the address
    teacher.page.click("#share")
    teacher.until("window.copied !== undefined")
    shared = teacher.page.evaluate("window.copied")
    assert key not in shared and f"?code={code}#" in shared
    assert f"code={key}" in (teacher.page.get_attribute("#offline", "href") or "")
    assert teacher.page.request.get(teacher.home + teacher.page.get_attribute("#offline", "href")).status == 200
    teacher.page.fill("#time", "21")
    teacher.page.click("#follow")
    student = opened(chromium, theirs, 360)
    student.until("window.cptsSim.player.day === 21")
    for hidden in (".bar", "#note", ".choices", "#preset"):
        assert student.page.is_hidden(hidden), hidden
    student.page.keyboard.press("ArrowRight")
    assert student.page.evaluate("window.cptsSim.player.day") == 21
    student.page.click("#vote-up")
    teacher.page.click("#vote-down")
    for page in (teacher, student):
        page.until(f"{VOTES} === '↓ 1 · = 0 · ↑ 1'")
    teacher.page.fill("#time", "30")
    student.until("window.cptsSim.player.day === 30")
    assert student.page.evaluate("document.documentElement.scrollWidth") <= 360
    teacher.page.reload()
    teacher.until("window.cptsSim && window.cptsSim.ready === true")
    assert teacher.page.evaluate("window.cptsSim.role") == "full"  # the tab remembers the code
    time.sleep(0.2)
    for page in (teacher, student):
        assert page.errors == [] and page.outside == []
        page.page.context.close()
