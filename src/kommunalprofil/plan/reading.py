"""The filled plan read back: every measure, and a sentence with the cell for whatever cannot be read.

Rows and columns may have moved: columns are found by their headers, the baseline of an indicator is looked up again in
the sheet of the indicators. Nothing is guessed: what is not plainly a day or a number is a problem.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kommunalprofil.comparison import Measure
from kommunalprofil.errors import KommunalprofilError, UsageError, shown
from kommunalprofil.file_kinds import TABLES, WORD, WORKBOOK, kind
from kommunalprofil.names import fold
from kommunalprofil.plan.baselines import Baseline, Indicators
from kommunalprofil.plan.entries import Grid, Row
from kommunalprofil.plan.filled import FilledBook
from kommunalprofil.plan.wording import FIELDS, KNOWN, PLAN

MOST = 2_000
"""More measures nobody plans."""
ENTRIES = tuple(field.key for field in FIELDS if field.key not in ("value", "unit", "day", "source"))
"""Fields people fill; a row without any of them is empty."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A measure (Maßnahme) as planned; `row` is its row in the sheet. '' and None: nothing there, or unreadable.

    `begin` is the first day meant, `end` the last one, `begin_text` and `end_text` what was written. `indicator` is
    None for one of the people's own, which `indicator_text` names. `budget` is in Euro, `target` in the unit of the
    baseline.
    """

    row: int
    title: str
    area: str
    responsible: str
    begin: date | None
    end: date | None
    begin_text: str
    end_text: str
    budget: float | None
    group: str
    strategy: str
    indicator: Measure | None
    indicator_text: str
    baseline: Baseline
    target: float | None
    remark: str


@dataclass(frozen=True, slots=True)
class Plan:
    """A filled plan: the place (`ags`, `place`) and edition it was made for ('' if it does not say), its measures.

    `stand` is the day of the data, `state` the short name of their state. `problems` are German sentences, each with
    sheet and cell.
    """

    file: str
    ags: str
    place: str
    stand: str
    state: str
    measures: tuple[Planned, ...]
    problems: tuple[str, ...]


def read(path: Path) -> Plan:
    """The plan in a workbook.

    Raises UsageError for a file that is no such workbook, SourceError for a damaged one, OSError.
    """
    file = shown(path.name)
    if path.exists() and not path.is_file():
        raise UsageError(f"„{file}“ ist keine Datei. Gelesen wird ein ausgefüllter Werkstattplan (werkstattplan.xlsx).")
    if path.stat().st_size > FilledBook.UNPACKED:
        raise UsageError(f"„{file}“ ist größer als 20 MB; das ist kein Werkstattplan.")
    data = path.read_bytes()
    if (found := kind(data)) != WORKBOOK:
        raise UsageError(f"„{file}“ ist {found or ('eine Textdatei' if data else 'leer')}. {_wanted(found)}")
    return parse(data, file)


def _wanted(found: str) -> str:
    """What is read instead of a file of some kind, and how to come by it."""
    read = "Gelesen wird der ausgefüllte Werkstattplan als Arbeitsmappe im Format XLSX (werkstattplan.xlsx)"
    if found == WORD:
        return f"{read}; was in der Word-Datei steht, dort eintragen."
    if found in TABLES:
        return f"{read}: die Datei in Excel oder LibreOffice öffnen und als .xlsx ohne Kennwort speichern."
    return f"{read}."


def parse(data: bytes, file: str) -> Plan:
    """The plan in the bytes of a workbook; `file` is what messages call it. Raises as `read`."""
    book = FilledBook(data, file)
    grids = [Grid(book.sheet(name)) for name in book.names]
    plan = _find(grids, PLAN, {field.key: field.label for field in FIELDS}, ("title",))
    if plan is None:
        there = ", ".join(f"„{shown(grid.name)}“" for grid in grids[:8])
        wanted = f"Erwartet wird ein Blatt „{PLAN}“ mit der Spalte „Maßnahme“"
        raise UsageError(f"„{file}“ ist kein Werkstattplan: Es gibt nur {there}. {wanted}.")
    indicators = Indicators.of(_find(grids, KNOWN, Indicators.COLUMNS, ("id", "label", "value")), grids)
    problems = [
        f"{plan.name}: Die Spalte „{field.label}“ fehlt; was in ihr stand, wird nicht gelesen."
        for field in FIELDS
        if field.key in ENTRIES and field.key != "remark" and field.key not in plan.columns
    ]
    problems += indicators.problems
    measures: list[Planned] = []
    for row in plan.rows:
        if any(row.entry(key) for key in ENTRIES):
            measures.append(_planned(row, indicators))
            problems += row.problems
        if len(measures) > MOST:
            raise KommunalprofilError(f"„{file}“ hat mehr als 2.000 Maßnahmen; das ist kein Werkstattplan.")
    return Plan(
        file, indicators.ags, indicators.place, indicators.stand, indicators.state, tuple(measures), tuple(problems)
    )


def _find(grids: list[Grid], name: str, columns: dict[str, str], needed: tuple[str, ...]) -> Grid | None:
    """The sheet of that name with these columns, or another one that has them; None if there is none."""
    for grid in sorted(grids, key=lambda grid: fold(grid.name) != fold(name)):  # the one so called first
        if grid.head(columns, needed):
            return grid
    return None


def _planned(row: Row, indicators: Indicators) -> Planned:
    title = row.text("title")
    if not row.entry("title"):
        row.told("title", "Die Maßnahme hat keinen Namen; sie wird mit ihrer Zeile genannt.")
    begin, end = row.span("begin"), row.span("end")
    first, last = begin and begin.first, end and end.last
    if first and last and last < first:
        row.told("end", f"Das Ende „{row.text('end')}“ liegt vor dem Beginn „{row.text('begin')}“.")
    measure, baseline = indicators.chosen(row)
    return Planned(
        row=row.number,
        title=title,
        area=row.text("area"),
        responsible=row.text("responsible"),
        begin=first,
        end=last,
        begin_text=row.text("begin"),
        end_text=row.text("end"),
        budget=row.money("budget"),
        group=row.text("group"),
        strategy=row.text("strategy"),
        indicator=measure,
        indicator_text=row.text("indicator"),
        baseline=baseline,
        target=row.number_of("target", baseline.unit, measure),
        remark=row.text("remark"),
    )
