"""How figures look: one quiet style, colours that colour-blind readers tell apart, bytes that repeat."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from cpts_sim.words import number

BASE, OTHER = "#5A5A5A", "#0072B2"
"""Grey for the first arm, blue (Okabe & Ito 2008) for the compared one; dashes and labels say it too."""
BETTER, WORSE, NEUTRAL = "#009E73", "#D55E00", "#5A5A5A"
"""Bluish green, vermilion and grey (Okabe & Ito): apart for every common kind of colour blindness."""
ROADS = ("#56B4E9", "#0072B2", "#E69F00", "#D55E00")
LIGHT = "#D9D9D9"
EDGE = 6.0
"""Room left between a title and the right edge of its figure, in pixels of the screen."""

_STYLE: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.titlesize": 12,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 12,
    "axes.labelsize": 9.5,
    "axes.edgecolor": "#8C8C8C",
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "xtick.color": "#404040",
    "ytick.color": "#404040",
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "figure.dpi": 100,
    "savefig.dpi": 200,
    "svg.fonttype": "path",
    "svg.hashsalt": "cpts_sim",
    "legend.frameon": False,
}


@contextmanager
def figure(width_in: float, height_in: float, **grid: Any) -> Iterator[tuple[Any, Any]]:
    """Give a figure and its axes in our style; the figure is closed afterwards.

    Args:
        width_in: width in inches.
        height_in: height in inches.
        **grid: what ``Figure.subplots`` takes.
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        drawn = Figure(figsize=(width_in * (_BARE.get() or 1.0), height_in), layout="constrained")
        FigureCanvasAgg(drawn)
        yield drawn, drawn.subplots(**grid)


_BARE: ContextVar[float] = ContextVar("cpts_sim_bare_figures", default=0.0)
"""How wide a bare figure is beside its usual width; 0 where figures are not bare."""


@contextmanager
def bare(width: float = 1.0) -> Iterator[None]:
    """Draw figures without title and note inside this block: the page around them says both.

    Args:
        width: how wide they are beside their usual width; letters keep their size.
    """
    token = _BARE.set(width)
    try:
        yield
    finally:
        _BARE.reset(token)


def is_bare() -> bool:
    """Tell whether figures are drawn without title and note."""
    return bool(_BARE.get())


def subtitle(axes: Any, title: str, text: str) -> None:
    """Write a title with a quiet line below it; neither in a bare figure, whose page says both."""
    if not is_bare():
        axes.set_title(title, pad=26)
        look = {"fontsize": 9, "color": "#404040", "va": "bottom"}
        axes.annotate(text, (0, 1), xytext=(0, 9), textcoords="offset points", xycoords="axes fraction", **look)


def few_ticks(axis: Any, most: int) -> None:
    """Give an axis so few ticks, at round numbers, that their labels never touch."""
    from matplotlib.ticker import MaxNLocator

    axis.set_major_locator(MaxNLocator(most, steps=[1, 2, 5, 10]))


def _fit_titles(drawn: Any) -> None:
    """Break titles that would be cut at the right edge of their figure."""
    import textwrap

    from matplotlib.text import Text

    titled = [(axes, title) for axes in drawn.axes if (title := axes.get_title(loc="left"))]
    if not titled:
        return
    drawn.draw_without_rendering()
    for axes, title in titled:
        box = next(text for text in axes.findobj(Text) if text.get_text() == title).get_window_extent()
        room = drawn.bbox.width - box.x0 - EDGE
        if box.width > room > 0:
            axes.set_title(textwrap.fill(title, max(12, int(len(title) * room / box.width))), loc="left")


def _strip(drawn: Any) -> None:
    for axes in drawn.axes:
        axes.set_title("", loc="left")
    drawn.supxlabel("")


def picture(drawn: Any, kind: str, title: str, text: str) -> bytes:
    """Write a figure as "png" or "svg", always the same bytes, with its title and description inside."""
    if _BARE.get():
        _strip(drawn)
    else:
        _fit_titles(drawn)
    out = io.BytesIO()
    if kind == "png":
        meta: dict[str, Any] = {"Software": None, "Title": title, "Description": text}
        drawn.savefig(out, format="png", metadata=meta)
        return out.getvalue()
    meta = {"Date": None, "Title": title, "Description": text, "Creator": None}
    drawn.savefig(out, format="svg", metadata=meta)
    return _with_alternative(out.getvalue(), title, text)


def _with_alternative(svg: bytes, title: str, text: str) -> bytes:
    """Put the title and the description where screen readers look: first inside the picture."""
    from xml.sax.saxutils import escape

    start = svg.index(b">", svg.index(b"<svg")) + 1
    told = f"\n <title>{escape(title)}</title>\n <desc>{escape(text)}</desc>".encode()
    return svg[:start] + told + svg[start:]


def number_axis(axis: Any, lang: str, decimals: int | None = None) -> None:
    """Write the ticks of an axis as people of this language write numbers."""
    from matplotlib.ticker import FuncFormatter

    def write(value: float, _: int) -> str:
        ticks = axis.get_majorticklocs()
        step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
        places = next((d for d in range(5) if abs(step * 10**d - round(step * 10**d)) < 1e-6), 4)
        return number(value, places if decimals is None else decimals, lang)

    axis.set_major_formatter(FuncFormatter(write))


def end_labels(axes: Any, labels: list[tuple[float, float, str, str]], gap: float) -> None:
    """Write labels at the ends of lines, pushed apart so that they never collide.

    Args:
        axes: where.
        labels: (x, y, text, colour) of each.
        gap: least distance between two labels, as a share of the height.
    """
    low, high = axes.get_ylim()
    least = gap * (high - low)
    placed: list[float] = []
    for x, y, text, colour in sorted(labels, key=lambda label: label[1]):
        height = y if not placed else max(y, placed[-1] + least)
        placed.append(height)
        axes.annotate(text, (x, height), xytext=(6, 0), textcoords="offset points", va="center", color=colour,
                      fontweight="bold", annotation_clip=False)  # fmt: skip


def foot(drawn: Any, text: str) -> None:
    """Write a note under a figure."""
    import textwrap

    width = int(drawn.get_figwidth() * 15.5)
    drawn.supxlabel("\n".join(textwrap.wrap(text, width)), fontsize=7.5, color="#595959", x=0.01, ha="left")
