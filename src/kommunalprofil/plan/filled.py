"""A workbook people have filled in, as the cells they see: texts, numbers, days, percentages, results of formulas.

It is taken apart by the reader of official workbooks, which trusts nothing; here formulas count by the result the
spreadsheet saved, and the format of a number tells whether it is a day.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from enum import Enum

from kommunalprofil.plan.moments import Span, serial, whole_month, whole_year
from kommunalprofil.sources.sheets import Number, SheetReader
from kommunalprofil.sources.xlsx import WORKBOOK, Book

LARGEST = 12
"""No number of a plan has more digits before the comma than this and one."""
STYLES = "xl/styles.xml"
ERRORS = {"#N/A": "#NV", "#REF!": "#BEZUG!", "#VALUE!": "#WERT!", "#NAME?": "#NAME?", "#NUM!": "#ZAHL!"}
"""What a spreadsheet in German shows for an error that is saved in English."""
_NO_LETTERS = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')


class Form(Enum):
    """What the format of a number makes of it; the days by their precision."""

    NUMBER = "number"
    PERCENT = "percent"
    DAY = "day"
    MONTH = "month"
    YEAR = "year"
    TIME = "time"


_BUILT_IN = (
    dict.fromkeys((9, 10), Form.PERCENT)
    | dict.fromkeys((14, 15, 16, 22), Form.DAY)
    | {17: Form.MONTH}
    | dict.fromkeys((18, 19, 20, 21, 45, 46, 47), Form.TIME)
)
"""The formats that have a number instead of a code (ECMA-376, 18.8.30)."""


class Entry(str):
    """The text of a cell with what is known of it beside."""

    __slots__ = ("error", "form", "formula", "since_1904", "unsaved")
    form: Form | None
    formula: bool
    error: bool
    since_1904: bool
    unsaved: bool

    def __new__(
        cls,
        text: str = "",
        form: Form | None = None,
        formula: bool = False,
        error: bool = False,
        since_1904: bool = False,
        unsaved: bool = False,
    ) -> Entry:
        """`form` is None where the cell holds no number; `unsaved` tells that the text is a formula without result."""
        made = super().__new__(cls, text)
        made.form, made.formula, made.error, made.since_1904 = form, formula, error, since_1904
        made.unsaved = unsaved
        return made

    @property
    def span(self) -> Span | None:
        """The day a number with the format of a date means, as precise as it is shown; None for other cells."""
        if self.form not in (Form.DAY, Form.MONTH, Form.YEAR):
            return None
        day = serial(float(self), self.since_1904)
        if day is None or self.form is Form.DAY:
            return day
        first = day.first
        return whole_month(first.year, first.month) if self.form is Form.MONTH else whole_year(first.year)


NOTHING = Entry()


class FilledReader(SheetReader):
    """Handlers for one sheet whose cells become entries; `forms` are the formats by the number of the style."""

    forms: tuple[Form, ...] = ()
    since_1904 = False
    _style = ""
    _formula = False
    _in_formula = False
    _told = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "c":
            self._style, self._formula, self._told = attributes.get("s", ""), False, ""
        elif name == "f":
            self._formula = self._in_formula = True
            name = "formula"  # which is nothing the reader of official files minds
        super().start(name, attributes)

    def end(self, name: str) -> None:
        """An element ends."""
        self._in_formula = False
        super().end(name)

    def text(self, data: str) -> None:
        """Text inside the element that began last."""
        if self._in_formula:
            self._told += data
        else:
            super().text(data)

    def _number(self, text: str) -> str:
        """A number too large for any plan stays as it is written, and is told of with its cell when it is wanted."""
        try:
            number = Decimal(text)
        except InvalidOperation:
            return super()._number(text)
        if not number.is_finite():
            raise self._fail(f"„{text[:40]}“ ist keine Zahl.")
        return text if number.adjusted() > LARGEST else super()._number(text)

    def _finish_cell(self) -> None:
        if not self._pieces:
            if self._formula and self._kind == "n":  # an empty text is a result, an empty number is none
                self._line += [""] * (self._column - len(self._line))
                self._line.append(Entry(f"={self._told}", formula=True, unsaved=True))
            return
        super()._finish_cell()
        text = self._line[-1]
        form = None
        if isinstance(text, Number):
            place = int(self._style) if self._style.isdecimal() and len(self._style) < 7 else 0
            form = self.forms[place] if place < len(self.forms) else Form.NUMBER
        error = self._kind == "e"
        self._line[-1] = Entry(ERRORS.get(text, text) if error else text, form, self._formula, error, self.since_1904)


class FilledBook(Book):
    """An open workbook whose sheets hold entries."""

    UNPACKED = 20_000_000
    AGAIN = "In Excel oder LibreOffice öffnen und neu als .xlsx speichern, sonst eine frühere Fassung nehmen."

    def __init__(self, data: bytes, file: str) -> None:
        super().__init__(data, file)
        since: list[str] = []

        def calendar(name: str, attributes: dict[str, str]) -> None:
            if name == "workbookPr":
                since.append(attributes.get("date1904", ""))

        self._parse(WORKBOOK, calendar, None, None, "Inhaltsverzeichnis")
        forms = _Forms()
        if STYLES in self._members:
            self._parse(STYLES, forms.start, forms.end, None, "Formate")
        self._forms = tuple(forms.found)
        self._since_1904 = bool(since) and since[0] in ("1", "true")

    def _reader(self, name: str, strings: list[str], until: int | None, others: int) -> FilledReader:
        reader = FilledReader(name, self._file, strings, until, others)
        reader.forms, reader.since_1904 = self._forms, self._since_1904
        return reader


class _Forms:
    """Handlers for the part that tells the formats."""

    def __init__(self) -> None:
        self.found: list[Form] = []
        self._own: dict[str, Form] = {}
        self._inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        number = attributes.get("numFmtId", "")
        if name == "numFmt":
            self._own[number] = form_of(attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._inside = True
        elif name == "xf" and self._inside:
            built_in = _BUILT_IN.get(int(number), Form.NUMBER) if re.fullmatch(r"\d{1,5}", number) else Form.NUMBER
            self.found.append(self._own.get(number, built_in))

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "cellXfs":
            self._inside = False


def form_of(code: str) -> Form:
    """What a format code makes of a number: 'dd.mm.yyyy' a day, 'mmm yy' a month, '0.0%' a percentage."""
    if len(code) > 255:  # longer ones no spreadsheet allows
        return Form.NUMBER
    letters = _NO_LETTERS.sub("", code.split(";")[0]).lower()
    if "%" in letters:
        return Form.PERCENT
    if "d" in letters or "t" in letters.replace("standard", ""):
        return Form.NUMBER if "general" in letters or "standard" in letters else Form.DAY
    if "y" in letters or "j" in letters:
        return Form.MONTH if "m" in letters else Form.YEAR
    if "general" in letters or "standard" in letters:
        return Form.NUMBER
    return Form.TIME if set("hs") & set(letters) else Form.MONTH if "m" in letters else Form.NUMBER
