"""daten.csv and profil.json: columns of the contract, every value shown, gaps with reasons, same bytes."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

import pytest

from fake_profile import FIGURES, GEMEINDE, FakeProfile
from kommunalprofil import export, render
from kommunalprofil.evidence import Evidence
from kommunalprofil.indicators.export import COLUMNS
from kommunalprofil.profile import Profile, Together
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir


@pytest.fixture(scope="module")
def made() -> render.Document:
    return render.document(FakeProfile(GEMEINDE, gaps=("foreign_share",)), FIGURES)


@pytest.fixture(scope="module")
def rows(made: render.Document) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(made.files["daten.csv"].decode("utf-8"), newline="")))


@pytest.fixture(scope="module")
def profile(made: render.Document) -> Any:
    return json.loads(made.files["profil.json"])


def test_the_table_follows_the_contract(made: render.Document) -> None:
    content = made.files["daten.csv"]
    assert content.splitlines()[0].decode() == ",".join(COLUMNS)
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")


def test_every_region_of_the_document_is_there_by_name(rows: list[dict[str, str]]) -> None:
    regions = {(row["region"], row["name"]) for row in rows}
    assert regions == {("99001001", "Winzig"), ("99001", "Musterkreis"), ("99", "Probeland"), ("DE", "Deutschland")}


def test_a_value_or_a_reason(rows: list[dict[str, str]]) -> None:
    assert all(row["value"] or row["flag"] for row in rows)
    assert all(row["sources"] for row in rows if row["value"])
    assert {row["indicator"] for row in rows if not row["value"]} == {"foreign_share"}


def test_no_row_twice_and_in_order(rows: list[dict[str, str]]) -> None:
    keys = [tuple(row[name] for name in COLUMNS[:10]) for row in rows]
    assert len(set(keys)) == len(keys)
    assert [row["region"] for row in rows] == sorted(row["region"] for row in rows)


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.1 + 0.2, 0.3), (12.0, 12), (None, None), (math.nan, None), (1 / 3, 0.333333333333333), (-66.6, -66.6)],
)
def test_numbers_are_as_people_write_them(number: float | None, shown: float | None) -> None:
    assert export.plain(number) == shown
    assert isinstance(export.plain(12.0), int)


def test_json_names_the_place_the_figures_and_the_gaps(profile: Any, made: render.Document) -> None:
    assert profile["region"]["ags"] == "99001001"
    assert [parent["ags"] for parent in profile["parents"]] == ["99001", "99", "DE"]
    assert [figure["alt"] for figure in profile["figures"]] == [numbered.alt for numbered in made.outline.figures]
    assert {gap["id"] for gap in profile["gaps"]} == {
        "foreign_share", "foreign_share_by_age", "immigration_history", "groups", "key_figures", "questions",
    }  # fmt: skip
    assert profile["origins"][0]["sha256"]
    assert profile["stand"] == "2025-06-30"


def test_json_values_carry_their_parts(profile: Any) -> None:
    share = next(v for v in profile["values"] if v["indicator"] == "household_share")
    assert {"value", "numerator", "denominator", "unit", "flag", "sources", "base"} <= set(share)
    gaps = [v for v in profile["values"] if v["value"] is None]
    assert gaps
    assert all(gap["reason"] for gap in gaps)


def test_a_region_without_values_has_no_line() -> None:
    line = export.Line("", "2020,population\r\n", "{}")
    text = export.csv_bytes(
        {"01": {}, "02": {"a": line, "b": line}}, {"01": "Leer", "02": 'Ort, "x"'}, lambda region, what, make: make()
    ).decode()
    assert text.split("\r\n")[1:] == ['02,"Ort, ""x""",2020,population'] * 2 + [""]


def test_what_surrounds_places_told_together_is_written_as_for_one_alone() -> None:
    register = Register.load(data_dir())
    places = [register.get("01051"), register.get("01053")]
    together = Together(data_dir(), register, places)
    for place in places:
        shared, alone = Profile(place.ags, data_dir(), register, together), Profile(place.ags, data_dir(), register)
        blocks = [export.collected(Evidence(profile), {}) for profile in (shared, alone)]
        assert blocks[0] == blocks[1]
        assert all(len(blocks[0][ags]) > 1_000 for ags in (place.ags, "01", "DE"))
        assert all(list(block) == sorted(block) for block in blocks[0].values())
