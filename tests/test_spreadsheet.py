"""The XLSX writer: types stay types, text never becomes a formula, names a workbook allows, the same bytes."""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Any

import openpyxl
import pytest

from kommunalprofil.spreadsheet import Number, Sheet, column_name, sheet_names, xlsx

DAY = "2025-06-30"
HOSTILE = ["=1+1", "+49", "-5", "@SUM(A1)", "\t=1", '<b>&"', "_x0041_", " Rand ", "Zeile\nzwei", "\x00Null", "𝔘nicode"]


def opened(*sheets: Sheet, **options: Any) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(xlsx("Titel & Co", DAY, sheets)), **options)


def test_cells_keep_their_types_and_decimals() -> None:
    row = [Number(133460), Number(12.345, 1), Number(2.5, 2), Number(2024, grouped=False), datetime.date(2015, 12, 31)]
    sheet = opened(Sheet("A", [["Kopf"] * 7, [*row, "Text", None]]))["A"]
    cells = sheet[2]
    assert [cell.value for cell in cells[:4]] == [133460, 12.345, 2.5, 2024]
    assert cells[4].value == datetime.datetime(2015, 12, 31)
    assert [cell.number_format for cell in cells[:5]] == ["#,##0", "#,##0.0", "#,##0.00", "0", r"dd\.mm\.yyyy"]
    assert (cells[5].value, cells[6].value) == ("Text", None)


@pytest.mark.parametrize("text", HOSTILE)
def test_text_is_never_a_formula(text: str) -> None:
    content = xlsx(text, DAY, [Sheet(text, [[text], [text]])])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    (sheet,) = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    cell = sheet["A2"]
    assert cell.data_type == "s"
    assert cell.value == text.replace("\x00", "")
    assert cell.quotePrefix is (text[0] in "=+-@\t")


def test_a_table_has_a_frozen_header_and_a_filter() -> None:
    table = opened(Sheet("Blatt 'eins'", [["Kurz", "Lang"], ["a", "x" * 30], ["b", "y" * 200]]))["Blatt 'eins"]
    assert table.freeze_panes == "A2"
    assert table.auto_filter.ref == "A1:B3"
    assert table["A1"].font.bold
    assert not table["A2"].font.bold
    narrow, wide = (table.column_dimensions[letter].width for letter in "AB")
    assert 9 <= narrow < 14 < 40 < wide < 60


def test_a_page_to_read_has_headings_and_no_filter() -> None:
    page = opened(Sheet("Inhalt", [["Titel", "Stand"], ["a", "b"], ["Teil", "c"], ["d", "e" * 400]], (0, 2)))["Inhalt"]
    assert page.freeze_panes is None
    assert page.auto_filter.ref is None
    assert [row[0].font.bold for row in page.iter_rows()] == [True, False, True, False]
    assert page["B4"].alignment.wrap_text
    assert page.row_dimensions[4].height == 75, "five lines of 92 characters"
    assert page.row_dimensions[2].height is None


def test_a_title_alone_in_its_row_has_all_columns() -> None:
    """The text in A1 is longer than its column: beside it stands nothing that would cut it."""
    page = opened(Sheet("Inhalt", [["Ein Titel, länger als jede Spalte: Daten"], ["a", "b", "c"]], (0,)))["Inhalt"]
    assert [str(cells) for cells in page.merged_cells.ranges] == ["A1:C1"]
    assert not opened(Sheet("Blatt", [["Kopf"], ["a", "b"]]))["Blatt"].merged_cells.ranges
    assert not opened(Sheet("Inhalt", [["Titel", "Stand"], ["a", "b"]], (0,)))["Inhalt"].merged_cells.ranges


def test_names_of_sheets() -> None:
    wanted = [
        "Alter/Geschlecht [neu]: a?",
        "Ein sehr langer Name eines Kapitels",
        "Ein sehr langer Name eines Kapitels!",
    ]
    names = sheet_names([*wanted, "inhalt", "Inhalt", "''", ""])
    assert names == [
        "Alter Geschlecht  neu  a",
        "Ein sehr langer Name eines…",
        "Ein sehr langer Name eines… 2",
        "inhalt",
        "Inhalt 2",
        "Blatt",
        "Blatt 2",
    ]
    assert all(len(name) <= 31 for name in names)


@pytest.mark.parametrize(("number", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_names_of_columns(number: int, name: str) -> None:
    assert column_name(number) == name


def test_same_bytes_and_no_time_of_day() -> None:
    sheet = Sheet("A", [["Kopf"], [Number(1)]])
    content = xlsx("T", DAY, [sheet])
    assert content == xlsx("T", DAY, [sheet])
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    properties = openpyxl.load_workbook(io.BytesIO(content)).properties
    assert properties.created == properties.modified == datetime.datetime(2025, 6, 30)
