"""Texts of cells: every sign of the offices with any dress, and nothing that is not one."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil.errors import SourceError
from kommunalprofil.observations import FLAGS
from kommunalprofil.sources import declared
from kommunalprofil.sources.declare import NOT_PUBLISHED, SIGNS
from kommunalprofil.sources.grid import Coded
from kommunalprofil.sources.signs import Cells, NotACellError, cell, flag_codes
from kommunalprofil.vocabulary import Flag, flag_names

TABLE = declared()["12411-01-01-4"]


@pytest.mark.parametrize(
    ("text", "sign", "value", "flag"),
    [
        ("0", "", 0, ""),
        ("-", "", 0, ""),
        ("- p", "", 0, "provisional"),
        ("-0,3", "", -0.3, ""),
        ("-12", "", -12, ""),
        ("(12)", "", 12, "low_reliability"),
        ("( 12 )", "", 12, "low_reliability"),
        ("(1,5)", "", 1.5, "low_reliability"),
        ("12p", "", 12, "provisional"),
        ("12 r", "", 12, "revised"),
        ("12 s", "", 12, "estimated"),
        ("12 e", "", 12, ""),
        ("12 pr", "", 12, "provisional|revised"),
        ("(12) r", "", 12, "revised|low_reliability"),
        ("(12 p)", "", 12, "provisional|low_reliability"),
        ("12", "e", 12, ""),
        ("12", "p", 12, "provisional"),
        ("12", "()", 12, "low_reliability"),
        ("0", ".", None, "secret"),
        ("", "/", None, "unreliable"),
        (".", ".", None, "secret"),
        ("-", "-", 0, ""),
        (".", "", None, "secret"),
        (".", "e", None, "secret"),
        ("...", "", None, "later"),
        ("…", "", None, "later"),
        ("/", "", None, "unreliable"),
        ("x", "", None, "blocked"),
        ("X", "", None, "blocked"),
    ],
)
def test_cells(text: str, sign: str, value: float | None, flag: str) -> None:
    found, bits, _ = cell(text, sign, TABLE)
    assert math.isnan(found) if value is None else found == value, found
    assert "|".join(flag_names(bits)) == flag


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("", ""), ("?", ""), ("1.030", ""), ("1 030", ""), ("1'030", ""), ("1.030,5", ""), ("1,2,3", ""), ("+3", ""),
        ("(12", ""), ("12)", ""), ("(-)", ""), ("(.)", ""), ("12 q", ""), ("12", "q"), ("12", "."), ("12", "-"),
        ("--", ""), ("- -", ""), ("1e5", ""), ("NaN", ""), ("inf", ""), ("9" * 16, ""), ("p" * 100_000, ""),
        ("٣", ""), ("12", "pq"), ("=1+1", ""),
    ],
)  # fmt: skip
def test_what_is_no_cell(text: str, sign: str) -> None:
    with pytest.raises(NotACellError):
        cell(text, sign, TABLE)


def test_points_and_commas_as_the_language_has_them() -> None:
    assert cell("0.5", "", TABLE, ".")[0] == cell("0,5", "", TABLE, ",")[0] == 0.5
    for text, decimal in (("0.5", ","), ("0,5", "."), ("1,000.5", ".")):
        with pytest.raises(NotACellError):
            cell(text, "", TABLE, decimal)


def test_a_sign_means_what_its_table_declares() -> None:
    table = replace(TABLE, signs={**SIGNS, "-": NOT_PUBLISHED})
    assert flag_names(cell("-", "", table)[1]) == ["not_published"]
    assert math.isnan(cell("-", "", table)[0])


def test_the_first_bad_cell_is_named_with_its_line() -> None:
    values = Coded(np.array([0, 1, 2, 0]), ["3", "?", "??", "!"])  # the last is used nowhere
    with pytest.raises(SourceError, match="„\\?“ ist weder Zahl") as failed:
        Cells(values, None, TABLE, ",").check(TABLE, "x.csv", lambda place: place + 10)
    assert failed.value.line == 11
    Cells(Coded(np.array([0, 0]), ["3", "?"]), None, TABLE, ",").check(TABLE, "x.csv", lambda place: place)
    contradiction = Cells(Coded(np.array([0]), ["3"]), Coded(np.array([0]), ["."]), TABLE, ",")
    with pytest.raises(SourceError, match="widerspricht seinem Qualitätszeichen „\\.“"):
        contradiction.check(TABLE, "x.csv", lambda place: 1)


@given(st.sets(st.sampled_from([f for f in Flag if f and f & 31]), max_size=5))
def test_every_set_of_facts_has_a_flag(facts: set[Flag]) -> None:
    code = flag_codes(np.array([sum(facts)], dtype=np.uint16))
    assert FLAGS[int(code[0])] == ("|".join(flag_names(sum(facts))) or "normal")
