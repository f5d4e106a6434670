"""`indicators`: columns, codes, dates, gaps and formats as the contract says, on the embedded data set."""

from __future__ import annotations

import csv
import io
import json
import re
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from kommunalprofil.cli import app
from kommunalprofil.errors import UsageError
from kommunalprofil.indicators import compute, declared, export
from kommunalprofil.indicators.rows import COLUMNS
from kommunalprofil.indicators.tabulate import date_filter
from kommunalprofil.resources import data_dir
from kommunalprofil.store import Store
from kommunalprofil.vocabulary import HOUSEHOLD, Flag

CONTRACT = (
    "region,name,date,indicator,variant,sex,age,nationality,migration,household,"
    "value,unit,numerator,denominator,flag,sources"
)
Row = dict[str, str]


def run(capsys: pytest.CaptureFixture[str], *args: str) -> list[Row]:
    """The rows the command prints as CSV."""
    app(["indicators", *args, "--format", "csv"], standalone_mode=False)
    text = capsys.readouterr().out
    assert text.splitlines()[0] == CONTRACT
    return list(csv.DictReader(io.StringIO(text)))


def test_columns_and_codes(capsys: pytest.CaptureFixture[str]) -> None:
    assert ",".join(COLUMNS) == CONTRACT
    rows = run(capsys, "--region", "dithmarschen", "--by", "sex,nationality,age,migration,household")
    assert {r["sex"] for r in rows} == {"T", "M", "F"}
    assert {r["nationality"] for r in rows} == {"T", "DE", "AUS"}
    assert {r["migration"] for r in rows} == {"T", "with", "without", "immigrated", "descendant", "one_sided"}
    assert {r["household"] for r in rows} <= {"T", *HOUSEHOLD}
    assert all(re.fullmatch(r"T|\d+-\d+|\d+\+", r["age"]) for r in rows)
    assert all(re.fullmatch(r"\d{4}(-\d\d-\d\d|/\d{4})?", r["date"]) for r in rows)
    assert all((r["value"] == "") == (r["flag"].split(":")[0] in GAPS) for r in rows)
    assert all(
        re.fullmatch(r"(-?\d+(\.\d+)?([eE]-?\d+)?)?", r[c]) for r in rows for c in ("value", "numerator", "denominator")
    )
    assert {r["indicator"] for r in rows} == set(declared())
    keys = [tuple(r[c] for c in COLUMNS[:10]) for r in rows]
    assert len(keys) == len(set(keys))


GAPS = {f.name.lower() for f in Flag if f.name and f >= 256}


def test_without_by_only_totals(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run(capsys, "--region", "01051", "--indicator", "youth_ratio", "--indicator", "population")
    assert {(r["sex"], r["nationality"], r["age"]) for r in rows} == {("T", "T", "T")}


def test_by_gives_the_total_and_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    (total, men, women) = run(capsys, "--region", "01051", "--indicator", "population", "--by", "sex", "--date", "2015")
    assert [r["sex"] for r in (total, men, women)] == ["T", "M", "F"]
    assert float(total["value"]) == float(men["value"]) + float(women["value"]) == 132_917


def test_ages_are_parts_of_one_whole(capsys: pytest.CaptureFixture[str]) -> None:
    for date in ("2015", "2018", "2021", "latest"):
        rows = run(capsys, "--region", "01051", "--indicator", "population", "--by", "age", "--date", date)
        parts = [r for r in rows if r["age"] != "T"]
        assert len({r["date"] for r in parts}) == 1
        bounds = sorted((int(re.match(r"\d+", r["age"])[0]), r["age"]) for r in parts)  # type: ignore[index]
        assert bounds[0][0] == 0
        assert bounds[-1][1].endswith("+")
        for (_, age), (following, _) in pairwise(bounds):
            assert int(age.split("-")[1]) + 1 == following
        if date != "latest":
            assert sum(float(r["value"]) for r in parts) == float(rows[0]["value"])


def test_values_are_unrounded_and_follow_from_their_parts(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = run(capsys, "--region", "01051", "--indicator", "old_age_ratio", "--date", "2015-12-31")
    assert float(row["value"]) == float(row["numerator"]) / float(row["denominator"]) * 100
    assert len(row["value"].split(".")[1]) > 6
    assert row["sources"] == "12411-04-02-4"


@pytest.mark.parametrize(
    ("text", "days"), [("2011:2013", 4), ("2012-12-31:2013-12-31", 2), ("2012", 1), ("2012-12-31", 1)]
)
def test_dates(capsys: pytest.CaptureFixture[str], text: str, days: int) -> None:
    """2011 has two: the day of the census and the end of the year."""
    rows = run(capsys, "--region", "01051", "--indicator", "population", "--date", text)
    assert len(rows) == days


def test_latest_is_the_newest_with_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run(
        capsys, "--region", "01051", "--indicator", "population", "--indicator", "old_age_ratio", "--date", "latest"
    )
    assert {r["indicator"]: r["date"] for r in rows} == {"population": "2024-12-31", "old_age_ratio": "2021-12-31"}


@pytest.mark.parametrize(
    "text", ["gestern", "2018-13-01", "2018-02-30", "20181231", "2020:2018", "2018:", ":2018", "２０１８"]
)
def test_dates_that_are_none(text: str) -> None:
    with pytest.raises(UsageError, match="ist kein Datum"):
        date_filter(text)


def test_breaks_are_marked_on_the_first_value_after(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run(capsys, "--region", "01051", "--indicator", "population")
    marked = {r["date"]: r["flag"] for r in rows if "break" in r["flag"]}
    assert marked == {"2011-05-09": "break:zensus_2011", "2022-05-15": "break:zensus_2022"}


def test_no_change_is_computed_across_a_census(capsys: pytest.CaptureFixture[str]) -> None:
    rows = {r["date"]: r for r in run(capsys, "--region", "01051", "--indicator", "population_change")}
    for day in ("2011-12-31", "2022-05-15", "2023-12-31"):
        assert rows[day]["value"] == ""
        assert rows[day]["flag"] == "not_computable:kein Wert des Vorjahres auf derselben Basis"
    assert float(rows["2024-12-31"]["numerator"]) == 133_460 - 133_514
    assert float(rows["2012-12-31"]["value"]) < 0


def test_of_two_bases_the_newer_is_shown_once(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = run(capsys, "--region", "01051", "--indicator", "population", "--date", "2023")
    assert row["value"] == "133514"


@pytest.mark.parametrize(
    ("place", "indicator", "date", "flag"),
    [
        ("vrees", "youth_ratio", "2019", "not_published"),
        ("vrees", "households", "2015-12-31", "not_published"),
        ("vrees", "youth_ratio", "2014-12-31", "not_published"),
        ("vrees", "old_age_ratio", "2022-05-15", "not_computable"),
        ("13071", "population", "2005", "region_absent"),
        ("03159", "old_age_ratio", "2015", "region_absent"),
        ("16056", "population", "2024", "region_absent"),
        ("de", "population", "1949", "not_published"),
    ],
)
def test_a_named_place_at_a_named_day_always_has_a_row(
    capsys: pytest.CaptureFixture[str], place: str, indicator: str, date: str, flag: str
) -> None:
    (row,) = run(capsys, "--region", place, "--indicator", indicator, "--date", date)
    assert row["value"] == row["numerator"] == ""
    assert row["flag"].split(":")[0] == flag
    assert row["unit"]
    assert row["name"]


def test_a_level_means_everything_that_was_of_it_at_the_day(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run(capsys, "--region", "kreis", "--indicator", "population", "--date", "2015")
    assert len(rows) == 402
    assert {"03152", "03156", "16056", "02000"} <= {r["region"] for r in rows}
    assert all(r["name"] for r in rows)
    assert sum(float(r["value"]) for r in rows) == 82_175_684
    rows = run(capsys, "--region", "kreis", "--indicator", "population", "--date", "2024")
    assert (len(rows), sum(float(r["value"]) for r in rows)) == (400, 83_577_140)
    land = run(capsys, "--region", "land", "--indicator", "population", "--date", "2024")
    assert (len(land), sum(float(r["value"]) for r in land)) == (16, 83_577_140)


def test_formats_tell_the_same(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    args = [
        "--region",
        "vrees",
        "--region",
        "01051",
        "--indicator",
        "population",
        "--indicator",
        "age_share",
        "--date",
        "2015:2024",
    ]
    rows = run(capsys, *args)
    numbers = ("value", "numerator", "denominator")
    expected = [{k: (float(v) if v else None) if k in numbers else v for k, v in r.items()} for r in rows]
    for form in ("json", "parquet", "xlsx"):
        path = tmp_path / f"x.{form}"
        app(["indicators", *args, "--format", form, "-o", str(path)], standalone_mode=False)
        if form == "json":
            found = json.loads(path.read_text())
        else:
            text = {c: str for c in COLUMNS if c not in numbers}
            table = (
                pd.read_parquet(path) if form == "parquet" else pd.read_excel(path, dtype=text, keep_default_na=False)
            )
            assert tuple(table.columns) == COLUMNS
            found = [
                {k: None if v != v or (v == "" and k in numbers) else v for k, v in r.items()}
                for r in table.to_dict("records")
            ]
        assert [{k: pytest.approx(v) if isinstance(v, float) else v for k, v in r.items()} for r in found] == expected


def test_texts_with_commas_are_quoted(capsys: pytest.CaptureFixture[str]) -> None:
    import pyarrow as pa

    row = dict.fromkeys(COLUMNS, 'a, "b"\nc') | dict.fromkeys(export.NUMBERS, 0.1 + 0.2)
    table = pa.table({c: [row[c], row[c]] for c in COLUMNS})
    for c in COLUMNS:
        if c not in export.NUMBERS:
            table = table.set_column(COLUMNS.index(c), c, table.column(c).dictionary_encode())
    found = list(csv.DictReader(io.StringIO(export.serialise(table, "csv").decode())))
    assert found[1] == {c: str(v) for c, v in row.items()}
    assert export.serialise(table.slice(0, 0), "csv").decode() == CONTRACT + "\n"


def test_an_unknown_format_variant_or_indicator() -> None:
    for args, text in (
        (["--format", "pdf"], "Das Format „pdf“"),
        (["--variant", "65_20"], "Die Variante „65_20“"),
        (["--indicator", "yuoth_ratio"], "Gemeint sein könnte: youth_ratio"),
        (["--by", "religion"], "Das Merkmal „religion“"),
        (["--format", "xlsx"], "braucht eine Zieldatei"),
    ):
        with pytest.raises(UsageError, match=text):
            app(["indicators", "--region", "01051", *args], standalone_mode=False)


def test_a_variant_keeps_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = run(capsys, "--region", "de", "--indicator", "old_age_ratio", "--variant", "67_20-66", "--date", "2015")
    assert row["variant"] == "67_20-66"
    (default,) = run(capsys, "--region", "de", "--indicator", "old_age_ratio", "--date", "2015")
    assert default["variant"] == ""
    assert float(row["value"]) < float(default["value"])


def test_ratios_are_never_means_of_ratios(capsys: pytest.CaptureFixture[str]) -> None:
    """Germany's ratio is Σ numerators ÷ Σ denominators of its Länder and lies between theirs."""
    rows = run(capsys, "--region", "land", "--region", "de", "--indicator", "old_age_ratio", "--date", "2015")
    laender = [r for r in rows if r["region"] != "DE"]
    (whole,) = [r for r in rows if r["region"] == "DE"]
    over, under = (sum(float(r[c]) for r in laender) for c in ("numerator", "denominator"))
    assert over / under * 100 == pytest.approx(float(whole["value"]))
    assert min(float(r["value"]) for r in laender) < float(whole["value"]) < max(float(r["value"]) for r in laender)


def test_a_row_read_at_once_is_the_row_read_cell_by_cell() -> None:
    for series in compute(Store(data_dir()), ["01051", "DE"], ["population", "median_age"], ["sex", "nationality"]):
        for r, region in enumerate(series.regions):
            t = [t for t in range(len(series.points)) if series.there[r, t]]
            values = list(series.row(region))
            assert [v.date for v in values] == [series.points[i].date for i in t]
            assert [v.flag for v in values] == [series.flag(r, i) for i in t]
            assert all(v.missing == (v.reason != "") for v in values)
        assert list(series.row("nirgends")) == []
