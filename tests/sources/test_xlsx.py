"""Workbooks taken apart: what is read, and which tricks are refused, with the cell at fault."""

from __future__ import annotations

import io
import zipfile

import pytest

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.xlsx import OLE, Book, Number, place, recognise
from workbooks import MAIN, pack, parts, workbook

ROWS = [["Titel"], [], [None, "Anzahl", None, "%"], ["01051", 12, "-", 3.5]]


def _cells(data: bytes, name: str = "T") -> list[tuple[int, list[str]]]:
    return Book(data, "a.xlsx").sheet(name).rows


def _sheet(body: str) -> bytes:
    found = parts({"T": ROWS})
    found["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{MAIN}">{body}</worksheet>'
    return pack(found)


@pytest.mark.parametrize("shared", [True, False])
def test_rows_keep_their_numbers_and_cells_their_kind(shared: bool) -> None:
    rows = _cells(workbook({"T": ROWS}, shared=shared))
    assert rows == [(1, ["Titel"]), (3, ["", "Anzahl", "", "%"]), (4, ["01051", "12", "-", "3.5"])]
    assert [isinstance(cell, Number) for cell in rows[2][1]] == [False, True, False, True]


def test_sheets_are_read_in_order_and_up_to_a_row() -> None:
    book = Book(workbook({"B": [["b"], ["c"]], "A": [["a"]]}), "a.xlsx")
    assert book.names == ["B", "A"]
    assert book.sheet("B", until=1).rows == [(1, ["b"])]


@pytest.mark.parametrize(
    ("raw", "text"),
    [("581677.0", "581677"), ("8.666552054655799E-05", "0.000086665520547"), ("-0.5", "-0.5"), ("1E3", "1000"),
     ("0.0", "0"), ("99630.83887978962", "99630.83887978962")],
)  # fmt: skip
def test_numbers_lose_neither_digits_nor_exponents(raw: str, text: str) -> None:
    rows = _cells(_sheet(f'<sheetData><row r="1"><c r="A1"><v>{raw}</v></c></row></sheetData>'))
    assert rows == [(1, [text])]


def test_texts_in_pieces_and_escapes_are_joined_without_reading_aids() -> None:
    found = parts({"T": [["x"]]})
    found["xl/sharedStrings.xml"] = (
        f'<sst xmlns="{MAIN}"><si><r><t>Zu</t></r><r><t>züge_x000A_je</t></r><rPh><t>aid</t></rPh></si></sst>'
    )
    assert _cells(pack(found)) == [(1, ["Zuzüge\nje"])]


def test_parts_with_a_prefix_are_read_too() -> None:
    found = parts({"T": ROWS})
    text = found["xl/worksheets/sheet1.xml"]
    for name in ("worksheet", "sheetData", "row", "c", "v", "dimension"):
        text = text.replace(f"<{name} ", f"<x:{name} ").replace(f"<{name}>", f"<x:{name}>")
        text = text.replace(f"</{name}>", f"</x:{name}>")
    found["xl/worksheets/sheet1.xml"] = text.replace("xmlns=", "xmlns:x=")
    assert _cells(pack(found)) == _cells(workbook({"T": ROWS}))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ('<sheetData><row r="2"><c r="B2"><f>A1+1</f><v>2</v></c></row></sheetData>', "Zelle B2: Formel statt"),
        ('<sheetData><row r="1"><c r="A1"><f>1</f></c></row></sheetData>', "Zelle A1: Formel statt"),
        ('<sheetData><row r="2"/><row r="2"/></sheetData>', "doppelt da oder in falscher Reihenfolge"),
        ('<sheetData><row r="2"/><row r="1"/></sheetData>', "in falscher Reihenfolge"),
        ('<sheetData><row r="9999999"/></sheetData>', "in falscher Reihenfolge"),
        ('<sheetData><row r="1"><c r="B1"/><c r="A1"/></row></sheetData>', "„A1“ steht doppelt da oder am falschen"),
        ('<sheetData><row r="1"><c r="A7"/></row></sheetData>', "„A7“ steht doppelt da oder am falschen Ort"),
        ('<sheetData><row r="1"><c r="XFE1"/></row></sheetData>', "„XFE1“ steht"),
        ('<sheetData><row r="1"><c r="A1" t="s"><v>99</v></c></row></sheetData>', "Zelle A1: Der Text der Zelle fehlt"),
        ('<sheetData><row r="1"><c r="A1" t="s"><v>-1</v></c></row></sheetData>', "Der Text der Zelle fehlt"),
        ('<sheetData><row r="1"><c r="A1"><v>1,5</v></c></row></sheetData>', "„1,5“ ist keine Zahl"),
        ('<sheetData><row r="1"><c r="A1"><v>NaN</v></c></row></sheetData>', "„NaN“ ist keine Zahl"),
        ('<sheetData><row r="1"><c r="A1"><v>1E999999999</v></c></row></sheetData>', "ist keine Zahl"),
        ('<sheetData><row r="1"><c r="A1"><v>12</c></row></sheetData>', "beschädigt"),
        ("<sheetData>", "beschädigt"),
    ],
)
def test_what_is_wrong_in_a_sheet_is_named_with_its_cell(body: str, reason: str) -> None:
    with pytest.raises(SourceError, match="Blatt „T“") as error:
        _cells(_sheet(body))
    assert reason in str(error.value)


def test_a_document_type_is_refused_before_it_can_unfold() -> None:
    found = parts({"T": ROWS})
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    found["xl/worksheets/sheet1.xml"] = bomb + found["xl/worksheets/sheet1.xml"]
    with pytest.raises(SourceError, match="Dokumenttyp"):
        _cells(pack(found))


def test_what_unpacks_to_too_much_is_refused_unread() -> None:
    found = parts({"T": ROWS}) | {"xl/media/image1.png": b"\0" * 130_000_000}
    data = pack(found)
    assert len(data) < 300_000
    with pytest.raises(SourceError, match="mehr als 60 MB"):
        Book(data, "a.xlsx")


def test_a_sheet_far_to_the_right_costs_no_memory() -> None:
    rows = "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(1, 600))
    with pytest.raises(SourceError, match="mehr als 8 Millionen Zellen"):
        _cells(_sheet(f"<sheetData>{rows}</sheetData>"))


def test_a_part_that_stands_twice_is_refused() -> None:
    sink = io.BytesIO(workbook({"T": ROWS}))
    with zipfile.ZipFile(sink, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("xl/worksheets/sheet1.xml", "<a/>")
    with pytest.raises(SourceError, match="derselbe Teil doppelt"):
        Book(sink.getvalue(), "a.xlsx")


@pytest.mark.parametrize("lost", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_missing_part_is_named(lost: str) -> None:
    found = parts({"T": ROWS})
    del found[lost]
    with pytest.raises(SourceError, match=r"fehlt"):
        Book(pack(found), "a.xlsx")


def test_a_sheet_that_points_outside_is_refused() -> None:
    found = parts({"T": ROWS})
    found["xl/_rels/workbook.xml.rels"] = found["xl/_rels/workbook.xml.rels"].replace(
        "worksheets/sheet1.xml", "../../../etc/passwd"
    )
    with pytest.raises(SourceError, match="Das Blatt „T“ der Arbeitsmappe fehlt"):
        Book(pack(found), "a.xlsx")


def test_locked_and_damaged_workbooks_say_so() -> None:
    whole = workbook({"T": ROWS})
    with pytest.raises(SourceError, match="mit einem Kennwort gesperrt"):
        Book(OLE + b"\0" * 600, "a.xlsx")
    with pytest.raises(SourceError, match="beschädigt"):
        Book(whole[: len(whole) // 2], "a.xlsx")
    flipped = bytearray(whole)
    flipped[whole.index(b"sheet1.xml") + 40] ^= 8
    with pytest.raises(SourceError, match="beschädigt"):
        Book(bytes(flipped), "a.xlsx")
    assert recognise(whole)
    assert recognise(OLE + b"\0")
    assert not recognise(b"PK\x03\x04 something else")


def test_cells_are_named_as_spreadsheets_do() -> None:
    assert [place(5, 1), place(1, 25), place(2, 26), place(3, 702)] == ["B5", "Z1", "AA2", "AAA3"]
