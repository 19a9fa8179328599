"""Sentences of costs: no ratio without its ends, no probability that contradicts its limit, no false zero."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from lives import arms, cpts, scenario

from cpts_sim.experiment import Comparison, Place, Plan, Values
from cpts_sim.experiment.costs import ITEMS, TOTAL, CostLine
from cpts_sim.experiment.readings import Reading
from cpts_sim.experiment.statistics import Interval
from cpts_sim.experiment.worth import Worth
from cpts_sim.report import style
from cpts_sim.report.costs import MONEY, _curve, _gap, below, cost_text, price_words, worth_words
from cpts_sim.words import LANGUAGES, say

NONE = math.nan


def found(probability: float, ratio: float = NONE, low: float = NONE, high: float = NONE) -> Worth:
    effects, euros = np.array([1.0, 2.0, 3.0]), np.array([100.0, 150.0, 130.0])
    return Worth("with", "needs_in_time", "public", effects, euros, probability, ratio, low, high)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("probability", [0.06, 0.9, 0.946, 0.9496, 0.94999, 0.9499999])
def test_a_probability_below_its_limit_is_not_written_like_the_limit(probability: float, lang: str) -> None:
    text = below(probability, 0.95, lang)
    value = float(text.rstrip("%").strip().replace(",", "."))
    assert value < 95
    assert value == pytest.approx(100 * probability, abs=0.5)
    assert text in worth_words(found(probability), lang)


def test_an_interval_without_ends_is_said_in_words() -> None:
    open_ = worth_words(found(0.97, 120.0), "en")
    assert "not defined" in open_ and "–" not in open_ and "nan" not in open_
    half_open = worth_words(found(0.97, 120.0, 40.0), "en")
    assert "at least, no upper end" in half_open and "40" in half_open
    assert "€40 to €300" in worth_words(found(0.97, 120.0, 40.0, 300.0), "en").replace("\u202f", "")


def test_a_negative_ratio_is_a_saving_not_a_price() -> None:
    text = worth_words(found(0.99, -120.0, -300.0, -40.0), "fr")
    assert "économisés" in text and "−" not in text
    assert text.index("40") < text.index("300"), "ends in order"
    assert "non défini" in worth_words(found(0.99, -120.0), "fr")


def test_a_difference_that_is_read_is_not_written_zero() -> None:
    shown, ends = _gap(Interval(-0.3, 0.1, 8, 0.1), "en")
    assert shown.strip("−") not in ("0", "0.0")
    assert _gap(Interval(-0.3, 0.9, 8, 0.1), "en")[0] == "0", "one that says nothing stays whole"
    assert "to" in ends


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_price_says_of_what_it_is_the_price(lang: str) -> None:
    for item in ITEMS:
        line = CostLine("with", item.perspective, item.name, (1.0, 2.0), 12.5, *([Interval(1.0, 0.1, 4, 0.1)] * 3),
                        (0.0, 1.0), Reading.UNDETERMINED)  # fmt: skip
        text = price_words(line, lang)
        assert (text == "") == (item.name in MONEY)
        assert item.name in MONEY or (" par " if lang == "fr" else " per ") in text
    assert price_words(replace(line, name=TOTAL, price=NONE), lang) == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_flat_curve_says_what_it_means(lang: str) -> None:
    """No price makes an arm worth its euros that brings nothing, and any price one that saves."""
    for effect, cost, word in ((-2.0, 500.0, "figure.never"), (2.0, -500.0, "figure.always")):
        effects, euros = effect + np.arange(4) / 10, cost + np.arange(4.0)
        found_ = Worth("with", "needs_in_time", "public", effects, euros, 0.5, NONE, NONE, NONE)
        with style.figure(4, 3) as (_, axes):
            _curve(axes, found_, lang)
            told = [text.get_text() for text in axes.texts]
        assert len(told) == 1
        assert told[0].split("\n")[1] == say(f"costs.{word}", lang, chance="", most="").split("\n")[1]


@pytest.mark.parametrize(("lang", "words"), [("fr", "sans actualiser ni les uns ni les autres"),
                                             ("en", "neither of them discounted")])  # fmt: skip
def test_a_cost_per_effect_says_over_which_years_and_weights(lang: str, words: str) -> None:
    spec = scenario(years=2, cpts=cpts(), arms=arms(without=None, **{"with": cpts()}))
    values = Values(("without", "with"), (1, 2, 3), {"without": {}, "with": {}})
    for item, year in product(ITEMS, range(2)):
        for arm, visits in (("without", 50.0), ("with", 40.0)):
            amount = visits if item.volume == "ed_visit" else 0.0
            values.put(arm, Place(item.indicator, f"year{year}", item.volume), [amount, amount, amount])
    text = cost_text(Comparison(Plan(spec, ("without", "with")), values, {}, "asked", 0, {}), lang, "with")
    assert words in text and say("costs.gain.ed_visits_avoided", lang) in text
