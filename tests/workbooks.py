"""Small workbooks for tests: sheets of rows, written part by part, so that any part can be spoilt."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def place(row: int, column: int) -> str:
    """B5 for row 5, column 1 (tests need no column beyond ZZ)."""
    letters = chr(65 + column % 26)
    return f"{chr(64 + column // 26) if column >= 26 else ''}{letters}{row}"


def cell(value: Any, at: str, strings: list[str] | None) -> str:
    """One cell: numbers as numbers, texts shared (or in place, without a list to share them in)."""
    if value is None:
        return ""
    if isinstance(value, (int, float)):
        return f'<c r="{at}"><v>{value!r}</v></c>'
    if strings is None:
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    strings.append(value)
    return f'<c r="{at}" t="s"><v>{len(strings) - 1}</v></c>'


def sheet(rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), strings: list[str] | None = None) -> str:
    """The XML of a sheet; empty rows are left out, as programs do."""
    lines = [
        f'<row r="{n}">{"".join(cell(v, place(n, i), strings) for i, v in enumerate(row))}</row>'
        for n, row in enumerate(rows, 1)
        if row
    ]
    ranges = "".join(f'<mergeCell ref="{r}"/>' for r in merged)
    cells = f"<mergeCells>{ranges}</mergeCells>" if ranges else ""
    return f'<worksheet xmlns="{MAIN}"><dimension ref="A1"/><sheetData>{"".join(lines)}</sheetData>{cells}</worksheet>'


def parts(
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    merged: Mapping[str, Sequence[str]] | None = None,
    shared: bool = True,
) -> dict[str, str]:
    """The parts of a workbook by name."""
    strings: list[str] | None = [] if shared else None
    bodies = [sheet(rows, (merged or {}).get(name, ()), strings) for name, rows in sheets.items()]
    listed = "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(sheets, 1))
    related = "".join(
        f'<Relationship Id="rId{n}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in range(1, len(sheets) + 1)
    )
    found = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">{related}</Relationships>',
    }
    if strings is not None:
        texts = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
        found["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{texts}</sst>'
    return found | {f"xl/worksheets/sheet{n}.xml": body for n, body in enumerate(bodies, 1)}


def pack(found: Mapping[str, str | bytes]) -> bytes:
    """The parts as one file, the same for the same parts."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in found.items():
            archive.writestr(zipfile.ZipInfo(name, (2023, 11, 10, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return sink.getvalue()


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Any]]],
    merged: Mapping[str, Sequence[str]] | None = None,
    shared: bool = True,
) -> bytes:
    """A workbook."""
    return pack(parts(sheets, merged, shared))
