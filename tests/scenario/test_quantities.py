"""Amounts with their unit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from cpts_sim.scenario import fields
from cpts_sim.scenario import quantities as q

DIMENSIONS = [value for value in vars(q).values() if isinstance(value, q.Dimension)]


@pytest.mark.parametrize(
    ("dimension", "text", "amount"),
    [
        (q.MINUTES, "60 min", 60),
        (q.MINUTES, "1,5 h", 90),
        (q.MINUTES, "2 jours", 2880),
        (q.DAYS, "2 weeks", 14),
        (q.WEEKS, "12 semaines", 12),
        (q.MONTHS, "1 an", 12),
        (q.MONTHS, "18 mois", 18),
        (q.PER_YEAR, "4.70 per year", 4.7),
        (q.PER_YEAR, "4,70 par an", 4.7),
        (q.PER_YEAR, "19 per day", 6935),
        (q.PER_YEAR, "6/hour", 52560),
        (q.PER_YEAR, "2 par mois", 24),
        (q.EUROS, "250 k€", 250_000),
        (q.EUROS, "412 000 €", 412_000),
        (q.EUROS, "1,5 M€", 1_500_000),
        (q.EUROS_PER_YEAR, "220 k€ per year", 220_000),
        (q.EUROS_PER_YEAR, "10 k€ par mois", 120_000),
        (q.EUROS_PER_HOUR, "75 €/h", 75),
        (q.HOURS_PER_WEEK, "90 min per week", 1.5),
        (q.HOURS_PER_WEEK, "1 h par jour", 7),
        (q.KILOMETRES, "15 km", 15),
        (q.MINUTES, "0", 0),
    ],
)
def test_reading(dimension: q.Dimension, text: str, amount: float) -> None:
    assert dimension.read(text) == pytest.approx(amount, rel=1e-14)


@pytest.mark.parametrize(
    ("dimension", "text"),
    [
        (q.MINUTES, "60"),
        (q.MINUTES, "60 minuts"),
        (q.MINUTES, "min"),
        (q.MINUTES, "1.2.3 h"),
        (q.MINUTES, "5 per year"),
        (q.PER_YEAR, "5"),
        (q.PER_YEAR, "5 min per year"),
        (q.PER_YEAR, "5 per fortnight"),
        (q.EUROS, "250 k$"),
        (q.EUROS, "250 k€ per year"),
    ],
)
def test_refusing(dimension: q.Dimension, text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        dimension.read(text)


@given(st.sampled_from(DIMENSIONS), st.floats(1e-6, 1e9))
def test_what_is_written_reads_back_to_the_last_bit(dimension: q.Dimension, amount: float) -> None:
    assert dimension.read(dimension.write(amount)) == amount


@pytest.mark.parametrize(
    ("text", "minutes"), [("08:30", 510), ("8h30", 510), ("8 h", 480), ("00:00", 0), ("24:00", 1440)]
)
def test_times_of_day(text: str, minutes: float) -> None:
    assert q.read_clock(text) == minutes
    assert q.read_clock(q.write_clock(minutes)) == minutes


@pytest.mark.parametrize("text", ["25:00", "8:", "08:60", "24:30", "noon", "8"])
def test_no_times_of_day(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        q.read_clock(text)


def test_limits_may_be_unlimited() -> None:
    limit = TypeAdapter(fields.Limit)
    assert limit.validate_python("10 days") == 14400
    assert math.isinf(limit.validate_python("illimité"))
    assert limit.dump_python(math.inf, mode="json") == "unlimited"
    with pytest.raises(ValidationError):
        limit.validate_python("forever")


def test_shares_are_numbers_or_percentages() -> None:
    share = TypeAdapter(fields.Share)
    assert share.validate_python("15 %") == 0.15 == share.validate_python(0.15)
    for wrong in ("15", -0.1, "110 %", True):
        with pytest.raises(ValidationError):
            share.validate_python(wrong, strict=True)
