"""The plan as a workbook: facts locked, entries free, drop-downs beside own words, formulas for the baseline.

Locked are headers and facts, without a password. Formulas stand only where a person may overwrite them: whoever takes
an indicator of their own writes its baseline there.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil.plan.explained import Block, explained
from kommunalprofil.plan.packed import settled
from kommunalprofil.plan.wording import (
    AREAS,
    EDITION,
    FACTS,
    FIELDS,
    FOLLOWING,
    GROUPS,
    JUDGEMENTS,
    KEY,
    KNOWN,
    LISTS,
    NUMBER,
    PLACE,
    PLAN,
    QUESTIONS,
    STATE,
    SWOT,
    TICK,
)  # fmt: skip
from kommunalprofil.sentences import capital
from kommunalprofil.similar import THEME
from kommunalprofil.spreadsheet import column_name
from kommunalprofil.templating import printable

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

    from kommunalprofil.plan.facts import Facts, Known

MEASURES = 40
"""Rows in form; more may be inserted."""
OWN = 10
"""Empty rows for what people themselves observe or ask."""
HEAD = 6
"""The row of the header in the sheet of the indicators."""
LONGEST_LIST = 30
"""So many entries a list may grow to."""
GAP = "."
SHOWN_AS = {"value": "Wert"}
"""The column of the indicators a following field is taken from, where it is called otherwise."""
INK, PETROL, PALE, FACT = "FF1B2A33", "FF0B6E6E", "FFE8F1F2", "FFF4F6F7"
Text = str | float | None


class _Writer:
    """One sheet, cell by cell, in the look all of them share."""

    def __init__(self, book: Workbook, name: str, widths: Sequence[float]) -> None:
        from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side

        self.sheet: Worksheet = book.create_sheet(name)
        thin = Side(style="thin", color="FFC5D0D4")
        self._wrapped = Alignment(vertical="top", wrap_text=True)
        self._number = Alignment(vertical="top", horizontal="right", indent=1)
        self._border = Border(left=thin, right=thin, top=thin, bottom=thin)
        self._fonts = {
            "": Font(name="Calibri", size=10, color=INK),
            "header": Font(name="Calibri", size=10, bold=True, color=INK),
            "title": Font(name="Calibri", size=16, bold=True, color=PETROL),
        }
        self._fills = {
            name: PatternFill("solid", fgColor=colour, bgColor=colour)
            for name, colour in (("header", PALE), ("fact", FACT))
        }
        self._free, self._locked = Protection(locked=False), Protection(locked=True)
        for place, width in enumerate(widths):
            self.sheet.column_dimensions[column_name(place)].width = width

    def put(self, row: int, column: int, value: Text, look: str = "", form: str = "", framed: bool = True) -> None:
        """Write a cell: `look` is header, title, fact or '' for an entry people may change."""
        cell = self.sheet.cell(row, column + 1)
        if isinstance(value, str):
            cell.value = printable(value)
            cell.data_type = "s"  # a text never becomes a formula
        else:
            cell.value = value
        cell.font = self._fonts.get(look, self._fonts[""])
        if look != "title":  # which reaches beyond its cell
            cell.alignment = self._number if isinstance(value, (int, float)) else self._wrapped
        cell.protection = self._locked if look else self._free
        if look in self._fills and framed:
            cell.fill = self._fills[look]
        if framed:
            cell.border = self._border
        if form:
            cell.number_format = form

    def formula(self, row: int, column: int, text: str) -> None:
        """Write a formula that may be overwritten."""
        self.put(row, column, None)
        self.sheet.cell(row, column + 1).value = text

    def choice(self, kind: str, column: int, rows: tuple[int, int], formula: str, title: str = "", hint: str = "",
               warning: str = "", **more: Any) -> None:  # fmt: skip
        """What belongs into some cells of a column; with `warning` other entries are asked about, else let pass."""
        from openpyxl.worksheet.datavalidation import DataValidation

        rule = DataValidation(type=kind, formula1=formula, allow_blank=True, **more)
        rule.showErrorMessage = bool(warning)
        if warning:
            rule.errorStyle, rule.errorTitle, rule.error = "warning", title, warning
        if hint:
            rule.showInputMessage, rule.promptTitle, rule.prompt = True, title[:32], hint
        rule.add(f"{column_name(column)}{rows[0]}:{column_name(column)}{rows[1]}")
        self.sheet.add_data_validation(rule)

    def table(self, name: str, rows: tuple[int, int], columns: int) -> None:
        """Declare some rows a table with its header, which readers aloud announce."""
        from openpyxl.worksheet.table import Table, TableStyleInfo

        made = Table(displayName=name, ref=f"A{rows[0]}:{column_name(columns - 1)}{rows[1]}")
        made.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=False)
        self.sheet.add_table(made)

    def free_beyond(self, column: int) -> None:
        """Unlock the columns from one on: a row can only be deleted if none of its cells is locked."""
        beyond = self.sheet.column_dimensions[column_name(column)]
        beyond.min, beyond.max, beyond.protection, beyond.width = column + 1, 16_384, self._free, 13

    def finish(self, title: str, header: int = 0, beside: int = 0, form: bool = True, pages: int = 1) -> None:
        """Set up freezing, printing (on one page or, 0, on many) and protection.

        `header` is the row that stays in sight, `beside` the columns; `form` lets people add and sort rows.
        """
        sheet = self.sheet
        if header:
            sheet.freeze_panes = f"{column_name(beside)}{header + 1}"
            sheet.print_title_rows = f"{header}:{header}"
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, pages
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top = sheet.page_margins.bottom = 0.6
        sheet.oddFooter.left.text = title.replace("&", "&&")
        sheet.oddFooter.right.text = "Seite &P von &N"
        protection = sheet.protection
        protection.sheet = True
        if form:  # False: not forbidden
            for name in (
                "formatCells",
                "formatColumns",
                "formatRows",
                "insertRows",
                "deleteRows",
                "sort",
                "autoFilter",
            ):
                setattr(protection, name, False)


def workbook(facts: Facts) -> bytes:
    """The workbook of a place; the same facts give the same bytes."""
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)
    title = f"Werkstattplan {facts.title}"
    _explained(book, title, facts)
    _plan(book, title, len(facts.known))
    _known(book, title, facts)
    _swot(book, title, facts.placed)
    _questions(book, title, facts)
    _lists(book, title)
    book.properties.title, book.properties.language = printable(title), "de-DE"
    book.properties.creator = "kommunalprofil"
    book.calculation.fullCalcOnLoad = True  # the formulas have no results yet
    out = io.BytesIO()
    book.save(out)
    return settled(out.getvalue(), facts.stand)


def _explained(book: Workbook, title: str, facts: Facts) -> None:
    writer = _Writer(book, "Anleitung", (26, 110))
    writer.put(1, 0, title, "title", framed=False)
    row = 3
    for block in explained(facts):
        row = _block(writer, row, block)
    writer.finish(title, form=False)


def _block(writer: _Writer, row: int, block: Block) -> int:
    """A heading and its lines; the next free row."""
    writer.put(row, 0, block.heading, "header")
    writer.put(row, 1, "", "header")
    for line, (name, text) in enumerate(block.lines, row + 1):
        writer.put(line, 0, name, "fact")
        writer.put(line, 1, text, "fact")
        writer.sheet.row_dimensions[line].height = 14 * max(1, -(-len(text) // 112), -(-len(name) // 26)) + 2
    return row + len(block.lines) + 2


def _plan(book: Workbook, title: str, number: int) -> None:
    writer = _Writer(book, PLAN, [5, *(field.width for field in FIELDS)])
    first, last = 2, MEASURES + 1
    place = {field.key: column for column, field in enumerate(FIELDS, 1)}
    writer.put(1, 0, NUMBER, "header")
    for field in FIELDS:
        writer.put(1, place[field.key], field.label, "header")
    found = f"{KNOWN}!$B${HEAD + 1}:$B${HEAD + number}"
    chosen = f"${column_name(place['indicator'])}"
    for row in range(first, last + 1):
        writer.put(row, 0, row - 1)
        for field in FIELDS:
            column = place[field.key]
            if field.key in FOLLOWING:
                letter = column_name(FACTS.index(SHOWN_AS.get(field.key, field.label)))
                values = f"{KNOWN}!${letter}${HEAD + 1}:${letter}${HEAD + number}"
                index = f"INDEX({values},MATCH({chosen}{row},{found},0))"
                writer.formula(row, column, f'=IF({chosen}{row}="","",IFERROR({index},""))')
            else:
                writer.put(row, column, None, form='#,##0" €"' if field.key == "budget" else "")
        writer.sheet.row_dimensions[row].height = 56
    writer.sheet.row_dimensions[1].height = 30
    rows = (first, last)
    texts = {field.key: (field.label, f"{capital(field.hint)}.") for field in FIELDS if field.hint}
    writer.choice("list", place["area"], rows, _list_range("A"), *texts["area"])
    writer.choice("list", place["group"], rows, _list_range("B"), *texts["group"])
    writer.choice("list", place["indicator"], rows, found, *texts["indicator"])
    for key in ("begin", "end"):
        writer.choice("date", place[key], rows, "36526", *texts[key], operator="greaterThan")
    for key, operator in (("budget", "greaterThanOrEqual"), ("target", "notEqual")):
        text = "Hier steht sonst eine Zahl. Trotzdem übernehmen?"
        limit = "0" if key == "budget" else "1E+300"
        writer.choice("decimal", place[key], rows, limit, *texts[key], warning=text, operator=operator)
    writer.free_beyond(len(FIELDS) + 1)
    writer.sheet.auto_filter.ref = f"A1:{column_name(len(FIELDS))}{last}"
    writer.finish(title, header=1, beside=3, pages=0)


def _list_range(letter: str) -> str:
    """The filled part of a list, so that the drop-down has no empty lines and grows with what people add."""
    whole = f"{LISTS}!${letter}$2:${letter}${LONGEST_LIST + 1}"
    return f"OFFSET({LISTS}!${letter}$2,0,0,MAX(1,COUNTA({whole})),1)"


def _decimals(one: Known) -> str:
    return "#,##0" + ("." + "0" * one.decimals if one.decimals else "")


def _known(book: Workbook, title: str, facts: Facts) -> None:
    """Every measure with its baseline; above them the place and the edition, which reading back needs."""
    writer = _Writer(book, KNOWN, (24, 32, 12, 11, 12, 13, 13, 15, 22, 32, 46))
    above = ((PLACE, facts.title), (KEY, facts.ags), (EDITION, fmt.date(facts.stand)), (STATE, facts.state))
    for row, (name, text) in enumerate(above, 1):
        writer.put(row, 0, name, "fact")
        writer.put(row, 1, text, "fact")
    header = [facts.land or label if label == "Land" else label for label in FACTS]
    for column, label in enumerate(header):
        writer.put(HEAD, column, label, "header")
    for row, one in enumerate(facts.known, HEAD + 1):
        form = _decimals(one)
        cells: list[Text] = [
            one.measure.id,
            one.measure.label,
            one.value,
            one.unit,
            one.day,
            one.land,
            one.bund,
            one.median,
        ]
        for column, value in enumerate([*cells, one.base, one.remark, one.source]):
            writer.put(row, column, GAP if value is None else value, "fact", form if column in (2, 5, 6, 7) else "")
        texts = ((one.measure.id, 22), (one.measure.label, 30), (one.base, 20), (one.remark, 30), (one.source, 44))
        writer.sheet.row_dimensions[row].height = 13 * max(-(-len(text) // width) for text, width in texts) + 2
    writer.sheet.row_dimensions[HEAD].height = 42
    writer.table("Kennzahlen", (HEAD, HEAD + len(facts.known)), len(FACTS))
    writer.finish(title, header=HEAD, beside=2, form=False)


SWOT_HEADER = ("Thema", "Kennzahl", "Wert", "Einheit", "Stichtag", "Platz", "von", "Im Vergleich", "Median",
               *JUDGEMENTS, "Bemerkung")  # fmt: skip


def swot_row(one: Known) -> list[Text]:
    """The facts of a measure, in the order of SWOT_HEADER."""
    among = one.among
    if among is None:
        raise ValueError(f"{one.measure.id} has no place among comparable Kommunen")
    place = (among.rank, among.count, one.beside, one.median)
    return [THEME[one.measure.id].name, one.measure.label, one.value, one.unit, one.day, *place]


def _swot(book: Workbook, title: str, placed: Iterable[Known]) -> None:
    """The measures by their place, and empty cells for the judgement."""
    writer = _Writer(book, SWOT, (14, 34, 11, 10, 12, 7, 6, 22, 11, 9, 11, 9, 9, 40))
    for column, label in enumerate(SWOT_HEADER):
        writer.put(1, column, label, "header")
    row, facts = 1, len(SWOT_HEADER) - len(JUDGEMENTS) - 1
    for row, one in enumerate(placed, 2):
        for column, value in enumerate(swot_row(one)):
            writer.put(row, column, value, "fact", _decimals(one) if column in (2, 8) else "")
        for column in range(facts, len(SWOT_HEADER)):
            writer.put(row, column, None)
        writer.sheet.row_dimensions[row].height = 30
    for own in range(row + 1, row + 1 + OWN):
        for column in range(len(SWOT_HEADER)):
            writer.put(own, column, None)
    hint = f"Ein {TICK}, wenn es zutrifft; auch mehrere sind erlaubt."
    for column, label in enumerate(JUDGEMENTS, facts):
        writer.choice("list", column, (2, row + OWN), f'"{TICK}"', label, hint)
    writer.table("SWOT_Tabelle", (1, row + OWN), len(SWOT_HEADER))
    writer.finish(title, header=1, beside=2)


QUESTION_HEADER = (NUMBER, "Frage", "Antwort", "Wer geht ihr nach?")


def _questions(book: Workbook, title: str, facts: Facts) -> None:
    """The questions of the profile, each with an empty answer, and rows for others."""
    writer = _Writer(book, QUESTIONS, (6, 70, 70, 30))
    for column, label in enumerate(QUESTION_HEADER):
        writer.put(1, column, label, "header")
    given = facts.questions or (facts.unasked,)
    for row in range(2, len(given) + OWN + 2):
        asked = given[row - 2] if row - 2 < len(given) else None
        writer.put(row, 0, row - 1)
        writer.put(row, 1, asked, "fact" if asked else "")
        for column in (2, 3):
            writer.put(row, column, None)
        writer.sheet.row_dimensions[row].height = 46
    writer.table("Fragen", (1, len(given) + OWN + 1), len(QUESTION_HEADER))
    writer.finish(title, header=1, pages=0)


def _lists(book: Workbook, title: str) -> None:
    """What the drop-downs offer; people may add to it."""
    writer = _Writer(book, LISTS, (44, 52))
    for column, (label, entries) in enumerate((("Handlungsfelder", AREAS), ("Zielgruppen", GROUPS))):
        writer.put(1, column, label, "header")
        for row in range(2, LONGEST_LIST + 2):
            writer.put(row, column, entries[row - 2] if row - 2 < len(entries) else None)
    writer.finish(title, header=1)
