"""The files of the page, read once from the package, and the same page as one file that needs no server."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any, Protocol

KINDS = {
    ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}  # fmt: skip
_IMPORT = re.compile(r"""(from\s+|import\s+)(["'])\./([\w-]+\.js)\2""")


class Recorded(Protocol):
    """What a page needs of a record."""

    number: int
    stage: bytes | None
    blocks: list[bytes]


class Files(Mapping[str, bytes]):
    """The files of the page by name; there are no others."""

    def __init__(self) -> None:
        self._all: dict[str, bytes] = {}
        self._read(files("cpts_sim.app").joinpath("static"), "")

    def _read(self, folder: Traversable, start: str) -> None:
        for item in folder.iterdir():
            if item.is_dir():
                self._read(item, f"{start}{item.name}/")
            elif self.suffix(item.name) in KINDS:
                self._all[start + item.name] = item.read_bytes()

    @staticmethod
    def suffix(name: str) -> str:
        """Return the end of a name, with its dot."""
        return name[name.rfind(".") :] if "." in name else ""

    def kind(self, name: str) -> str:
        """Return the media type of a file."""
        return KINDS[self.suffix(name)]

    def text(self, name: str) -> str:
        """Return a file as text."""
        return self._all[name].decode()

    def __getitem__(self, name: str) -> bytes:
        return self._all[name]

    def __iter__(self) -> Any:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def one_lesson(lessons: Sequence[Mapping[str, Any]], rank: int) -> list[dict[str, Any]]:
    """Return what a recorded page offers as lessons: the one it was recorded in, if any; others need a server."""
    return [{**lesson, "variants": [], "rank": rank} for lesson in lessons[rank - 1 : rank]] if rank > 0 else []


def recorded_page(
    page: Files, offered: Mapping[str, Any], pairs: Sequence[tuple[Recorded, Recorded]], draws: Sequence[bytes],
    titles: Sequence[Mapping[str, str]] = (), asks: Sequence[Mapping[str, Any]] = (),
    lang: str | None = None,
) -> bytes:  # fmt: skip
    """Return one HTML file with the page, its words and recorded runs; it asks nobody for anything.

    Args:
        page: files of the page.
        offered: what the live page gets as ``offer.json``.
        pairs: runs without and with the CPTS.
        draws: numbers of further draws of the first pair, each alone or all as one file of ``drawn``.
        titles: title of each pair by language.
        asks: what each pair ran.
        lang: the language in which it opens (default: that of the browser).
    """
    parts: dict[int, dict[str, Any]] = {}
    for record in (record for pair in pairs for record in pair):
        data = [record.stage or b"", *record.blocks]
        parts[record.number] = {"stage": _text(data[0]), "blocks": [_text(block) for block in data[1:]]}
    told = {
        "offer": offered, "records": parts, "pairs": [[pair[0].number, pair[1].number] for pair in pairs],
        "titles": [dict(title) for title in titles], "asks": [dict(ask) for ask in asks],
        "draws": [_text(draw) for draw in draws],
    }  # fmt: skip
    return _assembled(page, json.dumps(told, ensure_ascii=False, separators=(",", ":")), lang)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _assembled(page: Files, data: str, lang: str | None) -> bytes:
    """Put styles, scripts and data into the page in place of the links to them."""
    modules = {f"app/{name[3:]}": _as_data(_renamed(page.text(name))) for name in page if name.startswith("js/")}
    scripts = (
        f'<script type="application/json" id="recorded">{_json(data)}</script>\n'
        f'<script type="importmap">{json.dumps({"imports": modules})}</script>\n'
        f"<script>{_safe(page.text('vendor/uPlot.iife.min.js'))}</script>\n"
        '<script type="module">import "app/main.js";</script>'
    )
    styles = f"<style>{page.text('vendor/uPlot.min.css')}\n{page.text('style.css')}</style>"
    html = page.text("index.html")
    if lang is not None:
        html = html.replace('<html lang="fr">', f'<html lang="{lang}" data-asked="{lang}">', 1)
    html = re.sub(r"<!-- styles -->.*?<!-- /styles -->", lambda _: styles, html, flags=re.DOTALL)
    return re.sub(r"<!-- scripts -->.*?<!-- /scripts -->", lambda _: scripts, html, flags=re.DOTALL).encode()


def _renamed(script: str) -> str:
    """Name modules by their place in the import map: a page on disk cannot load its neighbours."""
    return _IMPORT.sub(lambda found: f'{found[1]}"app/{found[3]}"', script)


def _as_data(script: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(script.encode()).decode()


def _json(text: str) -> str:
    """Keep JSON inside its script element, whatever the sentences hold."""
    return text.replace("<", "\\u003c")


def _safe(script: str) -> str:
    """Keep a script inside its element."""
    return script.replace("</script", "<\\/script")
