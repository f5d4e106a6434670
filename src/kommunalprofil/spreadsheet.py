"""A workbook of plain sheets as XLSX (ECMA-376): typed cells, a header that stays, a filter; the same bytes every time.

Written straight into the archive: the libraries that could do it stamp their files with the time of day, know no text
that may not become a formula, and take longer than the rest of a profile's data files.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain, zip_longest
from typing import NamedTuple

from kommunalprofil import xml_text
from kommunalprofil.templating import printable


class Number(NamedTuple):
    """A number and how many decimals are shown of it; `grouped` sets a separator after thousands, not for years."""

    value: float
    decimals: int = 0
    grouped: bool = True


Cell = str | Number | datetime.date | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells under a name: a table with its header in the first row, bold, frozen, with a filter.

    A sheet with `headings` is a page to read instead: those rows are bold, the first of them large and, alone in its
    row, over all columns; long texts wrap.
    """

    name: str
    rows: Sequence[Sequence[Cell]]
    headings: tuple[int, ...] = ()

    @property
    def table(self) -> bool:
        """Whether the sheet is one table."""
        return not self.headings

    @property
    def titled(self) -> bool:
        """Whether its title stands alone above several columns."""
        return not self.table and len(self.rows[0]) == 1 < max(map(len, self.rows))

    @property
    def area(self) -> str:
        """All its cells: `A1:Q40`."""
        return f"A1:{column_name(max(map(len, self.rows)) - 1)}{len(self.rows)}"


_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = ("text", "quoted", "header", "title", "wrapped", "date", "year", "0", "1", "2")
"""The cell formats, in the order of styles.xml."""
_PLACE = {style: place for place, style in enumerate(_STYLES)}
_FORMATS = {"quoted": 49, "date": 164, "year": 1, "0": 3, "1": 165, "2": 4}
_PLAIN = 'fontId="0" fillId="0" borderId="0"'
_LOOKS = {
    "header": 'fontId="1" fillId="2" borderId="1" applyFont="1" applyFill="1" applyBorder="1"',
    "title": 'fontId="2" fillId="0" borderId="0" applyFont="1"',
    "quoted": f'{_PLAIN} quotePrefix="1"',
}
_FIRST_DAY = datetime.date(1899, 12, 30)  # day 0 of the calendar, which takes 1900 for a leap year
_DAY = (1980, 1, 1, 0, 0, 0)  # the first an archive knows
_LONGEST_TEXT = 32_767
NARROWEST, WIDEST = 9, 46
"""Widths of columns, in characters."""
LINE = 15
"""Height of a line, in points."""


def _short(text: str, most: int) -> str:
    """At most so many characters, cut between words where that leaves more than half."""
    if len(text) > most:
        cut = text[: most - 1].rstrip(" '")
        words = text[:most].rpartition(" ")[0]
        text = (words if len(words) > most // 2 else cut) + "…"
    return text[:most].rstrip(" '")


def sheet_names(wanted: Iterable[str]) -> list[str]:
    """Names a workbook allows: at most 31 characters, no brackets, slashes, colons, * or ?, none twice."""
    names: list[str] = []
    for text in wanted:
        stem = re.sub(r"[\[\]:*?/\\]+", " ", printable(text)).strip(" '") or "Blatt"
        tails = chain([""], (f" {n}" for n in range(2, 1000)))
        tries = (_short(stem, 31 - len(tail)) + tail for tail in tails)
        taken = {name.lower() for name in names}
        names.append(next(name for name in tries if name.lower() not in taken))
    return names


@cache
def column_name(number: int) -> str:
    """0 → 'A', 25 → 'Z', 26 → 'AA'."""
    before, letter = divmod(number, 26)
    return (column_name(before - 1) if before else "") + chr(65 + letter)


@lru_cache(maxsize=10_000)
def _text(text: str) -> str:
    """A text as XML; `_x0041_` stays what it is instead of becoming the letter that it stands for."""
    return xml_text.text(re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", printable(text)[:_LONGEST_TEXT]))


class _Texts(dict[str, int]):
    """The texts of a workbook, each once: cells hold their numbers."""

    def __missing__(self, text: str) -> int:
        self[text] = len(self)
        return self[text]

    def written(self) -> str:
        """The part of the workbook that holds them."""
        # A shared string is text whatever it begins with; only an element <f> would be a formula.
        each = "".join(f'<si><t xml:space="preserve">{_text(text)}</t></si>' for text in self)
        return f'<sst xmlns="{_NAMESPACE}" uniqueCount="{len(self)}">{each}</sst>'


class _Quoted(dict[str, str]):
    """What cells of a style that hold a text say behind their place, made once for each text."""

    def __init__(self, style: str, texts: _Texts) -> None:
        self.style, self.texts = style, texts

    def __missing__(self, text: str) -> str:
        form = "quoted" if self.style == "text" and text[0] in "=+-@\t\r" else self.style
        self[text] = f's="{_PLACE[form]}" t="s"><v>{self.texts[text]}</v></c>'
        return self[text]


def _plain(cell: Number | datetime.date) -> str:
    """What a cell that holds no text says behind its place."""
    if isinstance(cell, Number):
        form = str(min(cell.decimals, 2)) if cell.grouped else "year"
        return f's="{_PLACE[form]}"><v>{cell.value!r}</v></c>'
    return f's="{_PLACE["date"]}"><v>{(cell - _FIRST_DAY).days}</v></c>'


def _cells(row: Sequence[Cell], letters: Sequence[str], number: str, quoted: _Quoted) -> str:
    """The cells of one row; those that are empty are left out."""
    return "".join(
        [
            f'<c r="{letter}{number}" {quoted[cell] if isinstance(cell, str) else _plain(cell)}'
            for letter, cell in zip(letters, row, strict=False)
            if cell
        ]
    )


def _style(sheet: Sheet, number: int) -> str:
    if sheet.table:
        return "text" if number else "header"
    if number not in sheet.headings:
        return "wrapped"
    return "header" if number else "title"


def _length(cell: Cell) -> int:
    if isinstance(cell, str):
        return len(cell)
    return len(f"{cell.value:,.{cell.decimals}f}") if isinstance(cell, Number) else 10


def _widths(sheet: Sheet) -> list[float]:
    """Wide enough for the longest cell within limits; headers wrap, a title has all columns."""
    rows = (row for number, row in enumerate(sheet.rows) if _style(sheet, number) != "title")
    longest = (max(NARROWEST, *map(_length, set(column))) for column in zip_longest(*rows))
    return [min(length * 1.1, WIDEST if sheet.table else 2 * WIDEST) + 2.5 for length in longest]


def _height(sheet: Sheet, number: int, widths: Sequence[float]) -> str:
    """Room for all lines of a row of a page to read: not every program makes it when it opens the file."""
    if sheet.table:
        return ""
    if _style(sheet, number) == "title":
        return f' ht="{1.6 * LINE:g}" customHeight="1"'
    lines = max(-(-_length(cell) // (width - 2.5)) for cell, width in zip(sheet.rows[number], widths, strict=False))
    return f' ht="{lines * LINE:g}" customHeight="1"' if lines > 1 else ""


def _worksheet(sheet: Sheet, first: bool, texts: _Texts) -> str:
    rows, widths = [], _widths(sheet)
    quoted = {style: _Quoted(style, texts) for style in _STYLES}
    letters = [column_name(c) for c in range(max(map(len, sheet.rows)))]
    for number, row in enumerate(sheet.rows):
        cells = _cells(row, letters, str(number + 1), quoted[_style(sheet, number)])
        rows.append(f'<row r="{number + 1}"{_height(sheet, number, widths)}>{cells}</row>')
    columns = "".join(
        f'<col min="{n}" max="{n}" width="{width:g}" customWidth="1"/>' for n, width in enumerate(widths, 1)
    )
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>' if sheet.table else ""
    shown = ' tabSelected="1"' if first else ""
    filtered = f'<autoFilter ref="{sheet.area}"/>' if sheet.table else ""
    last = column_name(max(map(len, sheet.rows)) - 1)
    joined = f'<mergeCells count="1"><mergeCell ref="A1:{last}1"/></mergeCells>' if sheet.titled else ""
    return (
        f'<worksheet xmlns="{_NAMESPACE}"><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="{sheet.area}"/>'
        f'<sheetViews><sheetView workbookViewId="0"{shown}>{frozen}</sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="{LINE}"/><cols>{columns}</cols>'
        f"<sheetData>{''.join(rows)}</sheetData>{filtered}{joined}"
        '<pageMargins left="0.6" right="0.6" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/></worksheet>'
    )


def _styles() -> str:
    wrapped = ' applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>'
    formats = "".join(
        f'<xf numFmtId="{_FORMATS.get(style, 0)}" xfId="0" applyNumberFormat="1" {_LOOKS.get(style, _PLAIN)}'
        + (wrapped if style in ("header", "wrapped") else "/>")
        for style in _STYLES
    )
    font = '<font>{}<sz val="{}"/><color rgb="FF1B2A33"/><name val="Calibri"/><family val="2"/></font>'
    fonts = font.format("", 11) + font.format("<b/>", 11) + font.format("<b/>", 16)
    edge = "<left/><right/><top/>"
    return (
        f'<styleSheet xmlns="{_NAMESPACE}">'
        '<numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/>'
        '<numFmt numFmtId="165" formatCode="#,##0.0"/></numFmts>'
        f'<fonts count="3">{fonts}</fonts><fills count="3"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
        '<fgColor rgb="FFEEF5F5"/><bgColor indexed="64"/></patternFill></fill></fills>'
        f'<borders count="2"><border>{edge}<bottom/><diagonal/></border>'
        f'<border>{edge}<bottom style="thin"><color rgb="FF0B6E6E"/></bottom><diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(_STYLES)}">{formats}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Standard" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _workbook(sheets: Sequence[Sheet], names: Sequence[str]) -> str:
    listed = "".join(
        f'<sheet name="{_attribute(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in enumerate(names, 1)
    )
    filters = "".join(
        f'<definedName name="_xlnm._FilterDatabase" localSheetId="{n}" hidden="1">{_attribute(_absolute(name, sheet))}'
        "</definedName>"
        for n, (name, sheet) in enumerate(zip(names, sheets, strict=True))
        if sheet.table
    )
    return (
        f'<workbook xmlns="{_NAMESPACE}" xmlns:r="{_OFFICE}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{listed}</sheets>{f'<definedNames>{filters}</definedNames>' if filters else ''}</workbook>"
    )


def _absolute(name: str, sheet: Sheet) -> str:
    """`'Auf einen Blick'!$A$1:$Q$40`."""
    quoted = name.replace("'", "''")
    return f"'{quoted}'!" + re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", sheet.area)


def _attribute(text: str) -> str:
    return xml_text.text(text).replace('"', "&quot;")


def _parts(title: str, day: str, sheets: Sequence[Sheet]) -> dict[str, str]:
    names = sheet_names(sheet.name for sheet in sheets)
    numbers, texts = range(1, len(sheets) + 1), _Texts()
    worksheets = {f"xl/worksheets/sheet{n}.xml": _worksheet(sheet, n == 1, texts) for n, sheet in enumerate(sheets, 1)}
    main = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{main}.worksheet+xml"/>' for n in numbers
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n in numbers
    )
    return {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{main}.sheet.main+xml"/>{types}'
        f'<Override PartName="/xl/styles.xml" ContentType="{main}.styles+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{main}.sharedStrings+xml"/>'
        '<Override PartName="/docProps/core.xml" '
        'ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/><Relationship Id="rId2" '
        f'Type="{_PACKAGE}/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>',
        "docProps/core.xml": f'<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{_text(title)}</dc:title><dc:creator>kommunalprofil</dc:creator><dc:language>de-DE</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{day}T00:00:00Z</dcterms:modified></cp:coreProperties>',
        "xl/workbook.xml": _workbook(sheets, names),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rId{len(sheets) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId{len(sheets) + 2}" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        "</Relationships>",
        "xl/styles.xml": _styles(),
        "xl/sharedStrings.xml": texts.written(),
        **worksheets,
    }  # fmt: skip


def xlsx(title: str, day: str, sheets: Sequence[Sheet]) -> bytes:
    """The workbook; `day` is the ISO date its properties name. Every sheet needs a row."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(title, day, sheets).items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.create_system, entry.compress_type, entry.external_attr = 3, zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, _HEAD + text)
    return out.getvalue()
