"""Keys of offices become regions once; what stays outside has a reason."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil import territory as t

NOW = date(2015, 12, 31)


@pytest.mark.parametrize(
    ("key", "level", "region", "reason"),
    [
        ("DG", "kreis", "DE", ""),
        ("00", "gemeinde", "DE", ""),
        ("02", "kreis", "02", ""),
        ("02000", "kreis", "02000", ""),
        ("11000", "kreis", "11000", ""),
        ("051", "kreis", "051", t.REGION),
        ("11001001", "kreis", "11001001", t.PART),
        ("03241001", "kreis", "03241001", t.PART),
        ("05334002", "kreis", "05334002", t.PART),
        ("10041100", "kreis", "10041100", t.PART),
        ("03151401", "gemeinde", "03151401", t.ASSOCIATION),
        ("0713101", "gemeinde", "0713101", t.ASSOCIATION),
        ("03151401002", "gemeinde", "03151002", ""),
        ("0713101001", "gemeinde", "07131001", ""),
        ("0713100007", "gemeinde", "07131007", ""),
        ("01051001", "gemeinde", "01051001", ""),
        ("010515163001", "gemeinde", "01051001", ""),
        ("11001", "gemeinde", "11001", t.PART),
        ("02000000", "gemeinde", "02000000", ""),
    ],
)
def test_official_keys(key: str, level: str, region: str, reason: str) -> None:
    found, why = t.region_of(key, level, NOW)
    assert why == reason
    if not why:
        assert found == region


@pytest.mark.parametrize(
    "key", ["1", "51", "1001", "1001000", "713101", "713101001", "3151401002", "10510010001", "99"]
)
def test_a_key_without_its_leading_zero_is_none(key: str) -> None:
    """Seven digits would be a Verbandsgemeinde, ten and eleven a Gemeinde of another Land."""
    with pytest.raises(ValueError, match="no official key"):
        t.region_of(key, "gemeinde", NOW)


@pytest.mark.parametrize(("day", "region"), [(date(2008, 12, 31), "05313"), (date(2009, 12, 31), "")])
def test_aachen_was_a_kreis_of_its_own_before_2009(day: date, region: str) -> None:
    found, why = t.region_of("05334002", "kreis", day)
    assert (found if not why else "") == region


@given(st.text(max_size=14))
def test_anything_else_is_refused_or_official(key: str) -> None:
    try:
        region, why = t.region_of(key, "gemeinde", NOW)
    except ValueError:
        return
    assert why or region == "DE" or (len(region) in (2, 5, 8) and region.isdigit())


def test_old_kreise_beside_recalculated_ones() -> None:
    assert t.dissolved_by_reform("15151", date(2006, 12, 31))
    assert not t.dissolved_by_reform("15081", date(2006, 12, 31))
    assert not t.dissolved_by_reform("15151", date(2007, 12, 31))
    assert t.gebietsstand("15081", date(2000, 12, 31)) == date(2007, 7, 1)
    assert t.gebietsstand("15151", date(2000, 12, 31)) == date(2000, 12, 31)
    assert t.gebietsstand("01051", date(2000, 12, 31)) == date(2000, 12, 31)


@pytest.mark.parametrize(
    ("year", "number"), [(2010, None), (2011, 402), (2015, 402), (2016, 401), (2020, 401), (2024, 400)]
)
def test_number_of_kreise(year: int, number: int | None) -> None:
    assert t.number_of_kreise(date(year, 12, 31)) == number


def test_gone_kreise_have_keys_of_kreise_and_names() -> None:
    assert all(t.region_level(key) == "kreis" and name for key, name in t.FORMER_KREISE.items())
    assert t.FORMER_KREISE["16056"] == "Eisenach"
