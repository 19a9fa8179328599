"""Tables on a narrow terminal: names wrap or cells stand below each other, numbers stay whole."""

import re

import pytest

from cpts_sim.report.columns import fitted, wrapped

HEAD = ("Indicator", "Unit", "Without the CPTS", "With the CPTS", "Difference", "90% credible interval", "Reading")
ROWS = [
    HEAD,
    ("Requests served by a general practitioner", "per 1,000 inhabitants a year", "3,676", "3,670", "−6.5",
     "−12.4 – −0.7", "too few pairs"),
    ("Spending of the CPTS per inhabitant", "€ per inhabitant a year", "0", "30", "+30", "+21 – +39", "higher"),
]  # fmt: skip
RIGHT = (2, 3, 4, 5)
NUMBERS = [word for row in ROWS[1:] for cell in row[2:6] for word in cell.split(" ")]


@pytest.mark.parametrize("width", [24, 40, 60, 80, 120, 200])
def test_no_number_nor_word_is_cut(width):
    lines = "\n".join(fitted(ROWS, RIGHT, width)).splitlines()
    words = re.findall(r"\S+", " ".join(lines).replace("\N{NO-BREAK SPACE}", " "))
    assert max(map(len, lines)) <= width and "…" not in " ".join(words)
    assert all(number in words for number in NUMBERS), width
    assert all(word in words for row in ROWS[1:] for word in row[0].split())


def test_wide_is_one_line_a_row_and_narrow_names_every_cell():
    wide = fitted(ROWS, RIGHT, 200)
    assert len(wide) == 3 and not any("\n" in row for row in wide)
    narrow = fitted(ROWS, RIGHT, 40)
    assert len(narrow) == 2 and "Difference: −6.5" in narrow[0].replace("\N{NO-BREAK SPACE}", " ")
    assert narrow[0].startswith("Requests served by a general")
    between = fitted(ROWS, RIGHT, 100)
    assert len(between) == 3 and "\n" in between[1], "names wrap before columns are given up"


def test_thousands_stay_together():
    rows = [("Indicateur", "Unité"), ("Demandes servies par une infirmière", "pour 1 000 hab. et par an")]
    text = "\n".join(fitted(rows, (), 30))
    assert "1\N{NO-BREAK SPACE}000" in text and "pour 1\n" not in text


def test_a_block_without_head_and_a_text():
    assert fitted([("Total", "+2.5", "+0.3 to +4.8", "better")], (1, 2), 12, head=False) == [
        "Total\n  +2.5 ·\n  +0.3 to\n  +4.8 ·\n  better"
    ]
    assert wrapped("one two three\n\nfour", 8) == "one two\nthree\n\nfour"
