"""Days and numbers as people write them in German."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil.formatting import MONTHS, number
from kommunalprofil.plan.amounts import Amount, amount
from kommunalprofil.plan.filled import Form, form_of
from kommunalprofil.plan.moments import serial, span

days = st.dates(date(2000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("31.12.2027", "2027-12-31", "2027-12-31"),
        ("31.12.27", "2027-12-31", "2027-12-31"),
        ("1. 3. 2027", "2027-03-01", "2027-03-01"),
        ("1. März 2027", "2027-03-01", "2027-03-01"),
        ("31/12/2027", "2027-12-31", "2027-12-31"),
        ("2027-12-31", "2027-12-31", "2027-12-31"),
        ("2027-12-31T00:00:00", "2027-12-31", "2027-12-31"),
        ("bis zum 31.12.2027", "2027-12-31", "2027-12-31"),
        ("12/2027", "2027-12-01", "2027-12-31"),
        ("2027-12", "2027-12-01", "2027-12-31"),
        ("Februar 2028", "2028-02-01", "2028-02-29"),
        ("Dez. ’27", "2027-12-01", "2027-12-31"),
        ("MÄRZ\u00a02027", "2027-03-01", "2027-03-31"),
        ("Mitte Juni 2027", "2027-06-11", "2027-06-20"),
        ("2027", "2027-01-01", "2027-12-31"),
        ("Anfang 2027", "2027-01-01", "2027-03-31"),
        ("bis Ende 2027", "2027-10-01", "2027-12-31"),
        ("III. Quartal 2027", "2027-07-01", "2027-09-30"),
        ("4. Quartal 2027", "2027-10-01", "2027-12-31"),
        ("Q2/2027", "2027-04-01", "2027-06-30"),
        ("II/2027", "2027-04-01", "2027-06-30"),
        ("2. Halbjahr 2027", "2027-07-01", "2027-12-31"),
        ("KW 1/2027", "2027-01-04", "2027-01-10"),
        ("Herbst 2027", "2027-09-01", "2027-11-30"),
    ],
)
def test_days_people_write(text: str, first: str, last: str) -> None:
    assert span(text) == (date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    "text",
    ["", "bald", "laufend", "31.02.2027", "12/31/2027", "31.12.", "Mai", "13/2027", "0000", "1/12", "2027/28",
     "KW 60/2027", "1.1.2027 – 31.12.2027", "٣.١.2027", "12.5",
     "ca. 2027", "2027 oder 2028", "9" * 500, "Ende", "V. Quartal 2027"],
)  # fmt: skip
def test_what_is_no_day(text: str) -> None:
    assert span(text) is None


@given(days)
def test_a_day_survives_every_spelling(day: date) -> None:
    month = MONTHS[day.month - 1]
    for text in (
        f"{day:%d.%m.%Y}",
        f"{day.day}.{day.month}.{day:%y}",
        day.isoformat(),
        f"{day.day}. {month} {day.year}",
    ):
        assert span(text) == (day, day), text
    assert serial((day - date(1899, 12, 30)).days) == (day, day)


@given(st.text(max_size=80))
def test_any_text_gives_a_span_or_nothing(text: str) -> None:
    found = span(text)
    assert found is None or found.first <= found.last
    amount(text)


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("1.200", 1200, ""),
        ("1 200,5", 1200.5, ""),
        ("12,5", 12.5, ""),
        ("12,5 %", 12.5, "%"),
        ("12,5\u00a0%", 12.5, "%"),
        ("−3,5", -3.5, ""),
        ("-3", -3, ""),
        ("+4", 4, ""),
        ("50.000 €", 50_000, "€"),
        ("€ 50.000", 50_000, "€"),
        ("50.000,- €", 50_000, "€"),
        ("50.000,00 Euro", 50_000, "Euro"),
        ("50 T€", 50, "T€"),
        ("7,3 je 1.000", 7.3, "je 1.000"),
        ("1200000", 1_200_000, ""),
    ],
)
def test_numbers_people_write(text: str, value: float, unit: str) -> None:
    assert amount(text) == Amount(value, unit)


@pytest.mark.parametrize(
    "text", ["", "ca. 12", "> 12", "12–15", "12.5", "1.20", "1.2.3", "12,", "1e5", "€", "je 1.000", "--5", "²", "1,2,3"]
)
def test_what_is_no_number(text: str) -> None:
    assert amount(text) is None


@given(st.integers(-(10**9), 10**9), st.integers(0, 3), st.sampled_from(["", "%", "€", "je 100", "Jahre"]))
def test_a_printed_number_is_read_back(digits: int, decimals: int, unit: str) -> None:
    value = digits / 10**decimals
    assert amount(f"{number(value, decimals)} {unit}") == Amount(value, unit)


@pytest.mark.parametrize(
    ("code", "form"),
    [
        ("General", Form.NUMBER),
        ("Standard", Form.NUMBER),
        ('#,##0" €"', Form.NUMBER),
        ("[Red]-0.0", Form.NUMBER),
        ("0.00E+00", Form.NUMBER),
        ("0.0%", Form.PERCENT),
        ("dd\\.mm\\.yyyy", Form.DAY),
        ("[$-407]d. mmmm yyyy;@", Form.DAY),
        ("mmm\\ yy", Form.MONTH),
        ("yyyy", Form.YEAR),
        ("hh:mm", Form.TIME),
        ("@", Form.NUMBER),
    ],
)
def test_what_a_format_makes_of_a_number(code: str, form: Form) -> None:
    assert form_of(code) is form
