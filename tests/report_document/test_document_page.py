"""The page: valid, accessible, small, the same bytes twice; and the same page as a tagged PDF."""

from __future__ import annotations

import os
import re
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cpts_sim.errors import UsageError
from cpts_sim.experiment import Comparison
from cpts_sim.experiment.results import write_results
from cpts_sim.report.document import html_of, pdf, pdf_of, report_of
from cpts_sim.report.document.diagnosis import diagnosis_of
from cpts_sim.territory import load_archetype

PAGES = ("report-fr", "report-en", "diagnosis-fr", "diagnosis-en")


def page_of(name: str, done: Comparison) -> str:
    kind, _, lang = name.partition("-")
    if kind == "report":
        return html_of(report_of(done, lang))
    return html_of(diagnosis_of(load_archetype("rural_underdense", 3000), 2019, lang, ("cpts-sim diagnose x",)))


@pytest.fixture(scope="module")
def pages(harmful: Comparison) -> dict[str, str]:
    return {name: page_of(name, harmful) for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_valid(pages: dict[str, str], name: str) -> None:
    html5lib = pytest.importorskip("html5lib")
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parse(pages[name])
    assert parser.errors == []
    assert tree.get("lang") == name[-2:]
    ids = [node.get("id") for node in tree.iter() if node.get("id")]
    assert len(ids) == len(set(ids)), "no name twice"
    links = [node.get("href") for node in tree.iter("a")]
    assert all(link[1:] in ids for link in links), "every link leads somewhere"
    assert {node.get("aria-labelledby") for node in tree.iter() if node.get("aria-labelledby")}
    for node in tree.iter():
        for label in (node.get("aria-labelledby") or "").split():
            assert label in ids


@pytest.mark.parametrize("name", PAGES)
def test_headings_tables_and_pictures(pages: dict[str, str], name: str) -> None:
    html5lib = pytest.importorskip("html5lib")
    tree = html5lib.parse(pages[name], namespaceHTMLElements=False)
    levels = [int(node.tag[1]) for node in tree.iter() if re.fullmatch(r"h[1-6]", str(node.tag))]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    tables = list(tree.iter("table"))
    assert len(tables) > 5
    for table in tables:
        assert table.find("caption") is not None
        columns = [cell.get("scope") for cell in table.find("thead").iter("th")]
        assert columns and set(columns) == {"col"}
        for row in table.find("tbody").iter("tr"):
            assert len(row) == len(columns) and row[0].get("scope") == "row"
    pictures = [node for node in tree.iter() if str(node.tag).endswith("svg")]
    assert pictures and all(node.get("role") == "img" for node in pictures)
    for picture in pictures:
        kinds = [str(child.tag).rpartition("}")[2] for child in picture]
        assert kinds[:2] == ["title", "desc"]
    assert len(list(tree.iter("figcaption"))) == len(pictures)


@pytest.mark.parametrize("name", PAGES)
def test_alone_small_and_without_script(pages: dict[str, str], name: str) -> None:
    page = pages[name]
    assert len(page.encode()) < 1_000_000
    assert "<script" not in page and "javascript:" not in page
    outside = re.findall(r'(?:src|href|xlink:href)="(?!#|data:)[^"]*"', page) + re.findall(r"url\((?!#)[^)]*\)", page)
    assert outside == [], "nothing from elsewhere"
    assert "Marianne" not in page and "République" not in page, "no brand element of the State"


def test_same_bytes_twice(pages: dict[str, str], harmful: Comparison) -> None:
    for name in ("report-fr", "diagnosis-en"):
        assert page_of(name, harmful) == pages[name], name


def test_a_theme_comes_last_and_cannot_close_the_style(harmful: Comparison) -> None:
    page = html_of(report_of(harmful, "fr"), "h1 { color: teal; } </style><script>x</script>")
    style = page[page.index("<style>") : page.index("</style>")]
    assert style.rindex("teal") > style.index("--accent")
    assert "<script" not in page.replace(style, "")


def test_a_tagged_pdf_twice_the_same(pages: dict[str, str]) -> None:
    if os.environ.get("CPTS_SIM_PDF_REQUIRED"):
        import weasyprint  # noqa: F401 - its absence, or that of its system library, is a failure there
    pytest.importorskip("weasyprint")
    written = pdf_of(pages["diagnosis-fr"])
    assert written.startswith(b"%PDF-") and len(written) < 1_000_000
    assert written == pdf_of(pages["diagnosis-fr"])
    reader = pytest.importorskip("pypdf").PdfReader(__import__("io").BytesIO(written))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and "/StructTreeRoot" in root
    assert str(root["/Lang"]).startswith("fr")


def test_a_missing_library_is_told_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(UsageError, match=r"cpts-sim\[pdf\]"):
        pdf.pdf_of("<p>x</p>")


def test_command_line(harmful: Comparison, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from cpts_sim.cli import main

    folder = tmp_path / "result"
    write_results(harmful, folder)

    def run(*args: str) -> int:
        with pytest.raises(SystemExit) as stop:
            main([*args])
        return int(stop.value.code or 0)

    assert run("report", str(folder), "--lang", "en") == 0
    assert "would harm access to care" in (folder / "report_en.html").read_text(encoding="utf-8")
    assert run("report", str(folder), "--lang", "fr", "-o", str(tmp_path / "here.html")) == 0
    assert 'lang="fr"' in (tmp_path / "here.html").read_text(encoding="utf-8")
    assert run("report", str(folder), "--seed", "3") == 2
    assert run("report", str(tmp_path / "nothing")) == 3
    capsys.readouterr()
    assert run("report", str(folder), "--theme", str(tmp_path / "none.css")) == 3
    assert "--theme" in capsys.readouterr().err
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "weasyprint", None)
        assert run("report", str(folder), "--lang", "en", "--pdf") == 2
    told = capsys.readouterr().err
    assert "report_en.html" in told and "report_en.pdf" not in told
    (folder / "values.parquet").unlink()
    capsys.readouterr()
    assert run("report", str(folder)) == 3
    assert "values.parquet" in capsys.readouterr().err
    assert run("diagnose", "rural_underdens") == 3
    assert "rural_underdense" in capsys.readouterr().err


@pytest.mark.browser
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [1100, 360])
def test_nothing_serious_for_the_accessibility_checker(
    pages: dict[str, str], chromium: Any, tmp_path: Path, name: str, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    file = tmp_path / f"{name}.html"
    file.write_text(pages[name], encoding="utf-8")
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(file.as_uri())
    found = Axe().run(page).response["violations"]
    serious = [f"{v['id']}: {v['nodes'][0]['html'][:150]}" for v in found if v["impact"] in ("serious", "critical")]
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.close()
    assert serious == []
    assert wide <= width


@pytest.mark.browser
def test_long_annexes_open_on_demand_on_a_screen_and_always_on_paper(
    pages: dict[str, str], chromium: Any, tmp_path: Path
) -> None:
    file = tmp_path / "report.html"
    file.write_text(pages["report-fr"], encoding="utf-8")
    page = chromium.new_page(viewport={"width": 390, "height": 800})
    page.goto(file.as_uri())
    row = "document.querySelector('#parameters tbody tr').checkVisibility({contentVisibilityAuto: true})"
    assert page.evaluate(row) is False, "a phone scrolls over a line, not over every parameter"
    closed = page.evaluate("document.documentElement.scrollHeight")
    page.emulate_media(media="print")
    page.wait_for_function(row, polling=50)  # the browser lays out anew a frame later
    assert not page.locator("#parameters summary").is_visible()
    page.emulate_media(media="screen")
    page.click("#parameters summary")
    page.wait_for_function(row, polling=50)
    assert page.evaluate("document.documentElement.scrollHeight") > 1.5 * closed
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize(("width", "told"), [(390, True), (1100, False)])
def test_a_figure_that_goes_on_beyond_the_screen_says_so(
    pages: dict[str, str], chromium: Any, tmp_path: Path, width: int, told: bool
) -> None:
    file = tmp_path / "report.html"
    file.write_text(pages["report-en"], encoding="utf-8")
    page = chromium.new_page(viewport={"width": width, "height": 800})
    page.goto(file.as_uri())
    for figure in page.locator("figure").all():
        picture = figure.locator(".picture")
        beyond = picture.evaluate("node => node.scrollWidth > node.clientWidth + 1")
        assert beyond is told and figure.get_by_text("Slide the figure").is_visible() is told
    page.emulate_media(media="print")
    assert not page.get_by_text("Slide the figure").first.is_visible()
    page.close()


def test_the_body_of_a_report_has_six_pages_at_most(pages: dict[str, str]) -> None:
    pytest.importorskip("weasyprint")
    reader = pytest.importorskip("pypdf")
    body = re.sub(r'<section id="[^"]*" class="annex".*?</section>', "", pages["report-fr"], flags=re.DOTALL)
    assert 'class="annex"' not in body
    assert len(reader.PdfReader(__import__("io").BytesIO(pdf_of(body))).pages) <= 6
