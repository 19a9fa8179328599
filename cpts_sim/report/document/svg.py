"""Pictures inside a page: no prologue, names of their own, short numbers, title and description tied to the picture."""

from __future__ import annotations

import re

_ID = re.compile(r'\bid="([^"]+)"')
_USE = re.compile(r'(xlink:href|href)="#([^"]+)"')
_URL = re.compile(r"url\(#([^)]+)\)")
_LONG = re.compile(r"(\d+\.\d{2})\d+")
_LETTERS = re.compile(r"<defs>.*?</defs>|scale\([^)]*\)", re.DOTALL)
_METADATA = re.compile(r"\s*<metadata>.*?</metadata>", re.DOTALL)
_COMMENT = re.compile(r"\s*<!--.*?-->", re.DOTALL)
_INSIDE = re.compile(r"<svg[^>]*>", re.DOTALL)


def inline(svg: bytes, name: str) -> str:
    """Return a picture of matplotlib as an element of a page.

    Args:
        svg: what ``style.picture`` wrote.
        name: anchor of the figure; every name inside the picture begins with it, so that none occurs twice.
    """
    text = svg.decode()
    text = _COMMENT.sub("", _METADATA.sub("", text[text.index("<svg") :]))
    text = _ID.sub(lambda found: f'id="{name}-{found[1]}"', text)
    text = _USE.sub(lambda found: f'{found[1]}="#{name}-{found[2]}"', text)
    text = _URL.sub(lambda found: f"url(#{name}-{found[1]})", text)
    text = _short(text)
    text = text.replace("<title>", f'<title id="{name}-title">', 1).replace("<desc>", f'<desc id="{name}-desc">', 1)
    return _INSIDE.sub(lambda found: _opened(found[0], name), text, count=1).strip()


def _short(text: str) -> str:
    """Keep two decimals of coordinates (hundredths of a point), outlines and sizes of letters excepted."""
    parts, last = [], 0
    for found in _LETTERS.finditer(text):
        parts += [_LONG.sub(r"\1", text[last : found.start()]), found[0]]
        last = found.end()
    return "".join([*parts, _LONG.sub(r"\1", text[last:])])


def _opened(tag: str, name: str) -> str:
    """Return the opening tag: an image with its title and description, as wide as the page allows."""
    box = re.search(r'viewBox="([^"]+)"', tag)
    view = "" if box is None else f' viewBox="{box[1]}"'
    names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
    return f'<svg {names}{view} role="img" aria-labelledby="{name}-title {name}-desc">'
