"""Recorded runs as one HTML file: the same page, without a server, a network or Python."""

from __future__ import annotations

from collections.abc import Mapping

from cpts_sim.app.limits import Limits
from cpts_sim.app.page import Files, one_lesson, recorded_page
from cpts_sim.app.presets import offer
from cpts_sim.app.takes import Script, Take


def page_of(script: Script, takes: Mapping[str, Take], lang: str | None = None) -> bytes:
    """Return the page of a script that has been recorded; it opens in ``lang``, else in the browser's language."""
    offered = offer(script.presets, Limits())
    offered["lessons"] = one_lesson(offered["lessons"], script.lesson)
    pairs = [(takes[scene.jobs[0].key], takes[scene.jobs[1].key]) for scene in script.scenes]
    computed = (takes[job.key].draw for job in script.draws)
    draws = [*script.drawn, *(draw for draw in computed if draw is not None)]
    titles = [scene.title for scene in script.scenes]
    asks = [dict(scene.ask) for scene in script.scenes]
    return recorded_page(Files(), offered, pairs, draws, titles, asks, lang)
