"""German numbers, dates, ages: examples as the offices print them, and properties that hold for every value."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil import formatting as f

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15)
DECIMALS = st.integers(0, 4)


def parse(text: str) -> Decimal:
    """The inverse of number(), for the round trip."""
    return Decimal(text.replace(".", "").replace(",", ".").replace(f.MINUS, "-"))


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (133460, 0, "133.460"),
        (83577140, 0, "83.577.140"),
        (42.04, 1, "42,0"),
        (-66.6, 1, "−66,6"),
        (999.5, 0, "1.000"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),
        (2.675, 2, "2,68"),
        (-0.04, 1, "0,0"),
        (-0.0, 0, "0"),
        (None, 0, "."),
        (math.nan, 1, "."),
        (10**300, 0, "1" + ".000" * 100),
    ],
)
def test_number(value: float | None, decimals: int, text: str) -> None:
    assert f.number(value, decimals) == text


@given(FINITE, DECIMALS)
def test_number_round_trip(value: float, decimals: int) -> None:
    """Reading the text back gives the value within half of the last printed digit."""
    text = f.number(value, decimals)
    assert abs(parse(text) - Decimal(value)) <= Decimal(5).scaleb(-decimals - 1) + Decimal("1e-9") * abs(Decimal(value))


@given(FINITE, DECIMALS)
def test_number_never_prints_negative_zero_or_a_hyphen(value: float, decimals: int) -> None:
    text = f.number(value, decimals)
    assert "-" not in text
    assert not text.startswith(f.MINUS) or parse(text) < 0
    assert f.number(-value, decimals).lstrip(f.MINUS) == text.lstrip(f.MINUS)


@given(st.integers(-(10**18), 10**18))
def test_whole_numbers_are_exact_and_grouped(value: int) -> None:
    text = f.number(value)
    assert parse(text) == value
    groups = text.lstrip(f.MINUS).split(".")
    assert 1 <= len(groups[0]) <= 3
    assert all(len(group) == 3 for group in groups[1:])


@given(FINITE, DECIMALS)
def test_percent_has_a_no_break_space(value: float, decimals: int) -> None:
    assert f.percent(value, decimals) == f.number(value, decimals) + "\u00a0%"


@given(FINITE, DECIMALS)
def test_change_always_carries_a_sign(value: float, decimals: int) -> None:
    text = f.change(value, decimals)
    assert text[0] in "+−±"
    assert (text[0] == "±") == (parse(text[1:]) == 0)


def test_infinity_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot print"):
        f.number(math.inf)


def test_units() -> None:
    assert f.quantity(42.64, "Jahre", 1) == "42,6\u202fJahre"
    assert f.quantity(12.34, "%", 1) == "12,3\u00a0%"
    assert f.quantity(5, "") == "5"
    assert f.percent(None) == ".\u00a0%"


@pytest.mark.parametrize(("persons", "decimals"), [(1000, 1), (100, 1), (99, 0), (20, 0), (19, None), (None, None)])
def test_small_numbers_carry_no_false_precision(persons: float | None, decimals: int | None) -> None:
    assert f.share_decimals(persons) == decimals


def test_cells_and_signs() -> None:
    assert f.cell(1234.0) == "1.234"
    assert f.cell(0.0) == "–"
    assert f.cell(0.0, 1) == "0,0"
    assert f.cell(None, flag="not_computable:age_groups") == "x"
    assert f.cell(None, flag="unreliable") == "/"
    assert f.cell(None) == "."
    assert f.cell(12.3, 1, "low_reliability|cell_key") == "(12,3)"
    assert {f.sign(flag) for flag in ("secret", "later", "blocked", "zero_denominator")} <= set(f.SIGNS)


def test_dates() -> None:
    assert f.date("2015-12-31") == "31.12.2015"
    assert f.date("2012/2015") == "2012–2015"
    assert f.date("2015") == "2015"
    assert f.date_words("2015-12-31") == "Ende 2015"
    assert f.date_words("2022-05-15") == "15.\u00a0Mai 2022"
    assert f.date_words("2015") == "2015"
    assert f.year("2012/2015") == 2015
    assert f.span(2011, 2021) == "2011–2021"
    assert f.span("2011", 2011) == "2011"
    with pytest.raises(ValueError, match="ISO"):
        f.date("31.12.2015")


@given(st.dates(min_value=datetime.date(1000, 1, 1)))
def test_every_date_is_printed_in_german_order(day: datetime.date) -> None:
    assert f.date(day.isoformat()) == f"{day:%d.%m.}{day.year}"
    assert str(day.year) in f.date_words(day.isoformat())


@pytest.mark.parametrize(
    ("label", "short", "words"),
    [
        ("18-24", "18–24", "18 bis 24 Jahre"),
        ("65+", "65 und älter", "65 Jahre und älter"),
        ("0-17", "unter 18", "unter 18 Jahre"),
        ("0", "0", "0 Jahre"),
        ("1", "1", "1 Jahr"),
        ("T", "insgesamt", "insgesamt"),
    ],
)
def test_ages(label: str, short: str, words: str) -> None:
    assert f.age(label) == short
    assert f.age_words(label) == words


def test_people_of_an_age() -> None:
    assert f.age_people("18-24") == "18- bis 24-Jährige"
    assert f.age_people("0-17") == "unter 18-Jährige"
    assert f.age_people("65+") == "65-Jährige und Ältere"
    assert f.age_people("7") == "7-Jährige"


@given(st.integers(0, 120), st.integers(0, 120))
def test_age_bounds_are_half_open(low: int, width: int) -> None:
    assert f.age_bounds(f"{low}-{low + width}") == (low, low + width + 1)


@pytest.mark.parametrize("label", ["", "x", "24-18", "65 +", "-5"])
def test_unknown_ages_are_refused(label: str) -> None:
    with pytest.raises(ValueError, match="age group"):
        f.age_bounds(label)


def test_lists() -> None:
    assert f.list_and([]) == ""
    assert f.list_and(["a"]) == "a"
    assert f.list_and(["a", "b", "c"]) == "a, b und c"
    assert f.list_and(["a", "b"], "oder") == "a oder b"


def test_rounded() -> None:
    assert f.rounded(133460) == "130.000"
    assert f.rounded(27781, 3) == "27.800"
    assert f.rounded(0.1234) == "0,12"
    assert f.rounded(0) == "0"
    assert f.rounded(99.9) == "100"
