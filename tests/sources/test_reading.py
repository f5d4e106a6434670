"""From texts to observations: signs, keys at the door, absent regions, two bases, Kreise listed twice."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil.errors import SourceError
from kommunalprofil.sources import declared
from kommunalprofil.sources.reading import Reading, base_of
from kommunalprofil.sources.signs import NUMBER
from twins import aged, by_age, by_sex, cells, read, wide_ages

DAY = "2015-12-31"


def value(reading: Reading, region: str, sex: str = "_T") -> tuple[float, str] | None:
    frame = reading.observations
    assert frame is not None
    frame = frame[(frame["region"] == region) & (frame["sex"] == sex)]
    return (float(frame["value"].iloc[0]), str(frame["flag"].iloc[0])) if len(frame) else None


def regions(reading: Reading) -> set[str]:
    assert reading.observations is not None
    return set(reading.observations["region"])


@pytest.mark.parametrize(
    ("text", "number", "flag"),
    [
        ("-", 0, "normal"),
        ("–", 0, "normal"),
        ("0", 0, "normal"),
        ("12", 12, "normal"),
        ("-12", -12, "normal"),
        ("1,5", 1.5, "normal"),
        ("(12)", 12, "low_reliability"),
        (".", None, "secret"),
        ("...", None, "later"),
        ("/", None, "unreliable"),
        ("x", None, "blocked"),
    ],
)
def test_signs_are_different_facts(tmp_path: Path, text: str, number: float | None, flag: str) -> None:
    found = value(read(tmp_path, by_sex({"DG": [30, 10, 20], "01": [7, text, 7]})), "01", "M")
    assert found is not None
    assert found[1] == flag
    assert found[0] == number or (number is None and found[0] != found[0])


@pytest.mark.parametrize("sign", ["-", "–", "."])
def test_a_row_of_nothing_but_signs_is_a_region_that_does_not_exist(tmp_path: Path, sign: str) -> None:
    reading = read(tmp_path, by_sex({"DG": [30, 10, 20], "16056": [sign] * 3}))
    assert regions(reading) == {"DE"}
    assert reading.report.dropped["Gebiet gibt es zum Stichtag nicht"] == 1


def test_zeros_are_people_that_are_not_there_in_a_region_that_is(tmp_path: Path) -> None:
    reading = read(tmp_path, by_sex({"DG": [30, 10, 20], "01": [0, 0, 0], "03": ["-", 0, "-"]}))
    assert value(reading, "01") == (0, "normal")
    assert value(reading, "03") == (0, "normal")


def test_absent_at_one_stichtag_there_at_the_other(tmp_path: Path) -> None:
    reading = read(tmp_path, by_sex({"16056": ["-", "-", "-", 3, 1, 2]}, ["31.12.2021", "31.12.2020"]))
    assert {day for day, *_ in cells(reading, "16056")} == {"2020-12-31"}


def test_parts_of_kreise_stay_outside(tmp_path: Path) -> None:
    rows = {k: [3, 1, 2] for k in ("03241", "03241001", "05334002", "10041100", "11000", "11001001", "11012012")}
    reading = read(tmp_path, by_sex(rows))
    assert regions(reading) == {"03241", "11000", "11"}
    assert reading.report.dropped["Teil eines Kreises"] == 5


def test_aachen_before_2009_is_a_kreis(tmp_path: Path) -> None:
    rows = {"05334002": [3, 1, 2, 6, 2, 4], "05334": [9, 3, 6, "-", "-", "-"], "05354": ["-", "-", "-", 3, 1, 2]}
    reading = read(tmp_path, by_sex(rows, ["31.12.2009", "31.12.2008"]))
    assert cells(reading, "05313") == {
        ("2008-12-31", "_T", 0, 200): 6,
        ("2008-12-31", "M", 0, 200): 2,
        ("2008-12-31", "F", 0, 200): 4,
    }
    assert regions(reading) == {"05313", "05334", "05354"}


@pytest.mark.parametrize("keys", [("02",), ("02000",), ("02", "02000")])
def test_hamburg_is_a_land_and_a_kreis_once_each(tmp_path: Path, keys: tuple[str, ...]) -> None:
    reading = read(tmp_path, by_sex({"DG": [30, 10, 20]} | {k: [6, 2, 4] for k in keys}))
    assert cells(reading, "02") == cells(reading, "02000") != {}


def test_keys_of_gemeinden(tmp_path: Path) -> None:
    row = [2 * x for x in (1, 2, 3, 4, 5, 15)] + [1, 2, 3, 4, 5, 15] * 2
    keys = ("03151401002", "03151401", "0713101001", "0713101", "0713100007", "01051001", "05913", "011")
    reading = read(tmp_path, wide_ages(dict.fromkeys(keys, row)))
    assert regions(reading) == {"03151002", "07131001", "07131007", "01051001", "05913"}
    assert reading.report.dropped["Samt- oder Verbandsgemeinde"] == 2
    assert reading.report.dropped["Regierungsbezirk oder Statistische Region"] == 1


def test_a_gemeinde_that_changed_its_samtgemeinde_stands_under_two_keys(tmp_path: Path) -> None:
    row = [2 * x for x in (1, 2, 3, 4, 5, 15)] + [1, 2, 3, 4, 5, 15] * 2
    reading = read(tmp_path, wide_ages({"03151401002": ["-"] * 18, "03151405002": row}))
    assert cells(reading, "03151002")[DAY, "_T", 0, 200] == 30
    with pytest.raises(SourceError, match="doppelt"):
        read(tmp_path, wide_ages({"03151401002": row, "03151405002": row}))


SACHSEN_ANHALT = {"15": [90, 30, 60], "15001": [30, 10, 20], "15081": [60, 20, 40]}
OLD = {"15101": [45, 15, 30], "15370": [45, 15, 30]}


def test_old_kreise_go_where_the_new_ones_make_up_their_land(tmp_path: Path) -> None:
    reading = read(tmp_path, by_sex(SACHSEN_ANHALT | OLD, ["31.12.2005"]))
    assert regions(reading) == set(SACHSEN_ANHALT)
    assert reading.report.dropped["Altkreis, neben den umgerechneten neuen Kreisen geführt"] == 2


def test_both_stay_told_apart_by_gebietsstand_where_the_new_ones_are_incomplete(tmp_path: Path) -> None:
    reading = read(tmp_path, by_sex(SACHSEN_ANHALT | OLD | {"15001": [29, 9, 20]}, ["31.12.2005"]))
    frame = reading.observations
    assert frame is not None
    stands = dict(zip(frame["region"], frame["gebietsstand"].astype(str), strict=True))
    assert stands["15081"] == "2007-07-01"
    assert stands["15101"] == stands["15"] == "2005-12-31"


def test_old_kreise_alone_stay(tmp_path: Path) -> None:
    reading = read(tmp_path, by_sex({"15": [90, 30, 60]} | OLD, ["31.12.2005"]))
    assert set(OLD) <= regions(reading)


@pytest.mark.parametrize(
    ("day", "stand", "layout", "base"),
    [
        ("2010-12-31", "2017-10-10", "", "volkszaehlung_1987"),
        ("2011-12-31", "2017-10-10", "", "zensus_2011"),
        ("2021-12-31", "2026-01-01", "", "zensus_2011"),
        ("2022-12-31", "2024-06-20", "", "zensus_2011"),
        ("2022-12-31", "2025-06-20", "", "zensus_2022"),
        ("2023-12-31", "", "alt", "zensus_2011"),
        ("2023-12-31", "", "neu", "zensus_2022"),
    ],
)
def test_the_base_of_a_stichtag(day: str, stand: str, layout: str, base: str) -> None:
    assert base_of(declared()["12411-01-01-4"], day, stand, layout) == base


@given(st.text(st.sampled_from("0123456789.,- '"), max_size=8))
def test_a_number_is_read_as_germans_print_it_or_not_at_all(text: str) -> None:
    if NUMBER.fullmatch(text):
        float(text.replace(",", "."))
        assert "." not in text
        assert text.count(",") <= 1


def test_a_missing_age_row_is_an_incomplete_file(tmp_path: Path) -> None:
    text = by_age({"DG": aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]), "01": aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6])})
    lines = text.splitlines(keepends=True)
    cut = next(i for i, line in enumerate(lines) if ";01;" in line and "65 bis" in line)
    with pytest.raises(SourceError, match="Für das Gebiet 01 am 2015-12-31 fehlen 3 von 18 Angaben"):
        read(tmp_path, "".join(lines[:cut] + lines[cut + 1 :]))
