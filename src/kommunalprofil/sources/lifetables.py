"""Reader of the reports „Sterbetafeln“ of Destatis: period life tables of Germany, life expectancy of the Länder.

Single-year tables of West and East have no region key, abridged tables repeat the single-year ones: both stay outside,
counted, as does p(x), which is 1 − q(x). What the report prints for Germany beside the Länder must agree with the life
table. q(x) from the age on that the footnote names is estimated by a model.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Grid
from kommunalprofil.sources.labels import LAENDER as LAENDER_KEYS
from kommunalprofil.sources.xlsx import Book, Number, Sheet, place

GERMANY, LAENDER = "12621-Sterbetafel", "12621-Laender"
"""The declared tables a report is read into."""
TITLE = re.compile(r"Sterbetafel ((?:19|20)\d\d)/((?:19|20)\d\d)", re.ASCII)
ABRIDGED = " in Altersgruppen"
BY_LAND = "Durchschnittliche fernere Lebenserwartung in den Bundesländern"
SYMBOLS = {"qx": "death_probability", "px": None, "lx": "survivors", "dx": "life_table_deaths", "Lx": "person_years",
           "Tx": "person_years_above", "ex": "official_life_expectancy"}  # fmt: skip
SEXES = {"Männlich": "M", "Weiblich": "F"}
WHOLE = "Deutschland"
LAST_AGE = 100
MODELLED = re.compile(r"ab Alter (\d+) Schätzwerte|Alter (\d+) Schätzwert\b")
COPYRIGHT = re.compile(r"©.*(?:19|20)\d\d")
NO_KEY = "West oder Ost: Gebiet ohne Schlüssel"
SHORTENED = "Sterbetafel in Altersgruppen: folgt aus den Altersjahren"
SURVIVAL = "p(x): ist 1 − q(x)"
ROUNDED = "Deutschland gerundet: wiederholt die Sterbetafel"


@dataclass
class Report:
    """What is gathered from the sheets, each sheet a part of it."""

    file: str
    end: str = ""
    title: str = ""
    life: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Sex → for each age from 0 to 100 the cells by symbol."""
    life_lines: dict[str, list[int]] = field(default_factory=dict)
    modelled: dict[str, int] = field(default_factory=dict)
    """Sex → the first age whose q(x) is estimated."""
    ages: list[int] = field(default_factory=list)
    land_rows: list[tuple[str, str, int, list[str]]] = field(default_factory=list)
    """Land, sex, line and e(x) at `ages`; `DG` for Germany."""
    notes: str = ""
    other_lines: int = 0
    dropped: dict[str, int] = field(default_factory=dict)

    def drop(self, reason: str, number: int) -> None:
        """Count lines that stay outside."""
        self.dropped[reason] = self.dropped.get(reason, 0) + number


def recognise(book: Book) -> bool:
    """Whether the workbook is a report on life tables: its sheets of ages say so in their first rows."""
    return any(_title(book.sheet(name, until=4)) for name in book.names)


def _title(sheet: Sheet) -> re.Match[str] | None:
    return next((match for _, row in sheet.rows[:2] if (match := TITLE.match(row[0]))), None)


def read(book: Book, file: str, tables: Mapping[str, Table]) -> list[tuple[Table, Grid]]:
    """The life table of Germany and the life expectancy of the Länder.

    Raises SourceError with sheet and cell for a missing age, Land or column, two periods, values that contradict each
    other.
    """
    report = Report(file)
    for name in book.names:
        sheet = book.sheet(name)
        if _title(sheet) is None:
            texts = "\n".join(c for _, row in sheet.rows for c in row)
            report.notes = report.notes or (m[0] if (m := COPYRIGHT.search(texts)) else "")
            report.other_lines += len(sheet.rows)
        else:
            _sort(report, sheet)
    if missing := [de for de, sex in SEXES.items() if sex not in report.life]:
        raise SourceError(file, f"Dem Bericht fehlt das Blatt „{WHOLE} {missing[0].lower()}“.")
    if not report.land_rows:
        raise SourceError(file, f"Dem Bericht fehlt das Blatt „{BY_LAND}“.")
    _compare(report)
    if not tables.keys() >= {GERMANY, LAENDER}:
        raise UnknownTableError(file, f"Die Tabellen {GERMANY} und {LAENDER} sind nicht deklariert.")
    return [(tables[GERMANY], _germany(report)), (tables[LAENDER], _laender(report))]


def _sort(report: Report, sheet: Sheet) -> None:
    """What a sheet holds goes to its place in the report."""
    title = _title(sheet)
    assert title is not None  # only such sheets get here
    if report.end not in ("", title[2]):
        raise SourceError(report.file, f"Blatt „{sheet.name}“ ist von {title[0]}, andere Blätter enden {report.end}.")
    report.end, report.title = title[2], f"Sterbetafel {title[1]}/{title[2]}"
    heads = [row[0].strip() for _, row in sheet.rows[:3]]
    if heads[0].startswith(BY_LAND):
        _take_laender(report, sheet)
    elif heads[0].endswith(ABRIDGED):
        report.drop(SHORTENED, sum(len(row) > 2 for _, row in sheet.rows))
    elif heads[1] != WHOLE:
        report.drop(NO_KEY, sum(isinstance(row[0], Number) for _, row in sheet.rows))
    else:
        _take_life(report, sheet, heads[2])


def _wrong(report: Report, sheet: Sheet, line: int, column: int, reason: str) -> SourceError:
    return SourceError(report.file, f"Blatt „{sheet.name}“, Zelle {place(line, column)}: {reason}", line)


def _take_life(report: Report, sheet: Sheet, sex_text: str) -> None:
    """A sheet of single years: symbols above the columns, one row an age."""
    sex = SEXES.get(sex_text)
    if sex is None or sex in report.life:
        raise _wrong(report, sheet, 6, 0, f"„{sex_text}“ ist kein Geschlecht oder steht auf zwei Blättern.")
    head = next(((n, row) for n, row in sheet.rows if row[0] == "x"), (0, []))
    columns = {"".join(text.split()): i for i, text in enumerate(head[1]) if i and text}
    if columns.keys() != SYMBOLS.keys():
        raise _wrong(report, sheet, head[0] or 13, 0, f"Die Spalten sollen {', '.join(SYMBOLS)} heißen.")
    rows = [(line, row) for line, row in sheet.rows if line > head[0] and isinstance(row[0], Number)]
    if [row[0] for _, row in rows] != [str(age) for age in range(LAST_AGE + 1)]:
        line = next((n for age, (n, row) in enumerate(rows) if row[0] != str(age)), rows[-1][0] if rows else 16)
        raise _wrong(report, sheet, line, 0, f"Die Alter sollen von 0 bis {LAST_AGE} lückenlos aufeinander folgen.")
    report.life[sex] = [{s: _number(report, sheet, line, row, i) for s, i in columns.items()} for line, row in rows]
    report.life_lines[sex] = [line for line, _ in rows]
    for age, (line, _) in enumerate(rows):
        _check_row(report, sheet, line, report.life[sex][age])
    report.drop(SURVIVAL, len(rows))
    note = MODELLED.search(" ".join(row[0] for line, row in sheet.rows if line > rows[-1][0]))
    report.modelled[sex] = int(note[1] or note[2]) if note else LAST_AGE + 1
    report.other_lines += len(sheet.rows) - len(rows)


def _number(report: Report, sheet: Sheet, line: int, row: list[str], column: int) -> str:
    if column >= len(row) or not isinstance(row[column], Number):
        found = row[column] if column < len(row) else ""
        raise _wrong(report, sheet, line, column, f"„{found[:40]}“ ist keine Zahl.")
    return row[column]


def _check_row(report: Report, sheet: Sheet, line: int, row: dict[str, str]) -> None:
    """Deaths are l·q and expectancy is T/l, as the report itself computes them."""
    q, alive, dead, above, expected = (float(row[s]) for s in ("qx", "lx", "dx", "Tx", "ex"))
    if not (0 <= q <= 1 and alive > 0 and abs(alive * q - dead) < 1e-3 and abs(above / alive - expected) < 1e-3):
        reason = "Die Werte der Zeile widersprechen einander (d(x) = l(x)·q(x), e(x) = T(x)/l(x)); sie ist beschädigt."
        raise _wrong(report, sheet, line, 0, reason)


def _take_laender(report: Report, sheet: Sheet) -> None:
    """The sheet of the Länder: ages in columns, one block a sex."""
    head = next(((n, row) for n, row in sheet.rows if sum(isinstance(c, Number) for c in row) > 1), (0, []))
    first = next((i for i, cell in enumerate(head[1]) if isinstance(cell, Number)), 0)
    report.ages = [int(cell) for cell in head[1][first:] if isinstance(cell, Number) and cell.isdecimal()]
    if len(report.ages) != len(head[1]) - first or report.ages != sorted(set(report.ages)):
        raise _wrong(report, sheet, head[0] or 9, first, "Die Kopfzeile soll aufsteigende Alter nennen.")
    sex = ""
    for line, row in sheet.rows:
        name = row[0].strip()
        if line <= head[0] or not any(row):
            continue
        if block := next((SEXES[text] for text in row if text in SEXES), ""):
            sex = block
        elif name in LAENDER_KEYS:
            values = [_number(report, sheet, line, row, first + i) for i in range(len(report.ages))]
            report.land_rows.append((LAENDER_KEYS[name], sex, line, values))
        elif any(isinstance(cell, Number) for cell in row):
            raise _wrong(report, sheet, line, 0, f"„{name}“ ist kein Land.")
    found = {(key, sex) for key, sex, _, _ in report.land_rows}
    if len(report.land_rows) != len(found) or len(found) != 2 * 17 or {s for _, s in found} != {"M", "F"}:
        raise _wrong(report, sheet, head[0], 0, "Das Blatt soll 16 Länder und Deutschland nach Geschlecht nennen.")
    report.other_lines += len(sheet.rows) - len(report.land_rows)


def _compare(report: Report) -> None:
    """Germany beside the Länder is the life table of Germany, rounded to two decimals."""
    for key, sex, line, values in report.land_rows:
        if key != "DG":
            continue
        for age, text in zip(report.ages, values, strict=True):
            if age > LAST_AGE or abs(float(text) - float(report.life[sex][age]["ex"])) > 0.0051:
                reason = f"Lebenserwartung {text} im Alter {age} widerspricht der Sterbetafel für Deutschland."
                raise SourceError(report.file, reason, line)
        report.drop(ROUNDED, 1)


def _germany(report: Report) -> Grid:
    kept = [symbol for symbol, measure in SYMBOLS.items() if measure]
    places = [(sex, age) for sex in report.life for age in range(LAST_AGE + 1)]
    rows: dict[str, Any] = {
        "key": ["DG"] * len(places),
        "date": [f"{report.end}-12-31"] * len(places),
        "sex": [sex for sex, _ in places],
        "age_from": [age for _, age in places],
        "age_to": [age + 1 for _, age in places],
    }
    values = [[report.life[sex][age][symbol] for symbol in kept] for sex, age in places]
    signs = [["s" if s == "qx" and age >= report.modelled[sex] else "" for s in kept] for sex, age in places]
    lines = [report.life_lines[sex][age] for sex, age in places]
    columns = [{"measure": SYMBOLS[symbol]} for symbol in kept]
    return Grid(GERMANY, f"{report.title} Deutschland", rows, list(columns), values, lines, signs, notes=report.notes,
                decimal=".", other_lines=report.other_lines, dropped=report.dropped)  # fmt: skip


def _laender(report: Report) -> Grid:
    own = [row for row in report.land_rows if row[0] != "DG"]
    rows: dict[str, Any] = {
        "key": [key for key, _, _, _ in own],
        "date": [f"{report.end}-12-31"] * len(own),
        "sex": [sex for _, sex, _, _ in own],
    }
    columns = [{"age_from": age, "age_to": age + 1} for age in report.ages]
    values, lines = [values for *_, values in own], [line for _, _, line, _ in own]
    return Grid(LAENDER, f"{report.title}: {BY_LAND}", rows, list(columns), values, lines, notes=report.notes,
                decimal=".")  # fmt: skip
