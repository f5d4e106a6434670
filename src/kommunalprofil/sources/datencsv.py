"""Reader of the wide "Datencsv" of GENESIS databases: header rows, year lines, label columns are read, not assumed.

All variants since 2013: `GENESIS-Tabelle:` or `Tabelle:` in the first line, German or English, two to six header rows,
dates in the title, in rows or in columns, regions in rows or in columns, a sign column beside each value column, blocks
whose labels stand in their first line only, files saved anew by Excel.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from kommunalprofil.errors import SourceError
from kommunalprofil.sources import foot, headings, keys
from kommunalprofil.sources.content import Content
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.gather import coded
from kommunalprofil.sources.grid import Coded, Grid
from kommunalprofil.sources.labels import YEAR, Meaning, iso_day, meaning, time

FIRST_LINE = re.compile(r"(?:GENESIS-)?Tabelle: *(\S+)")
NO_NAME = "Temporär"
YEAR_LINE = re.compile(r"(?:Stichtag|Jahr|Reference date|Date|Year): *(.+)")
THOUSANDS = re.compile(r"\((?:in )?1[. ]?000\)$")
STAND = re.compile(r"(?:Stand|created): *(\d{2}\.\d{2}\.\d{4}|\d{4}-\d{2}-\d{2})(?: */ *(\d{2}:\d{2}:\d{2}))?")
ENGLISH = re.compile(r"^\"?created: ", re.MULTILINE)
SIGN = re.compile(r"[prse]*|\( ?\)|[-–./xX0]|\.\.\.|…")
GERMANY = re.compile(r"\b(?:Deutschland|Germany)\b")
MOST_LINES = 200
"""Lines above the data at most."""
CELLS = 500_000
"""How many cells make one Grid; longer tables become several."""
LEAST_ROWS = 1000
Row = tuple[int, list[str]]


def recognise(text: str) -> str | None:
    """The table id in the first line of a Datencsv, or None if it is none."""
    match = FIRST_LINE.fullmatch(_only_cell(text[:200].split("\n", 1)[0]))
    return match[1] if match else None


def _only_cell(line: str) -> str:
    """The one cell of a line, however a program has quoted it and the empty ones beside it; '' if there are more."""
    first, *others = (cell.strip().strip('"').strip() for cell in line.split(";"))
    return "" if any(others) else first


def by_opening(text: str, tables: Iterable[Table]) -> Table | None:
    """The table whose declared first title line begins a file that has no line with its id, or a nameless one."""
    for line in text.split("\n", 3)[:2]:
        opening = _only_cell(line)
        for table in tables:
            if table.opening and table.opening == opening:
                return table
    return None


def stand_of(foot: str) -> str:
    """The office's time stamp `Stand: 03.08.2020 / 12:04:20` as ISO text, empty if there is none."""
    match = None
    for match in STAND.finditer(foot):  # noqa: B007 - footnotes may quote a Stand too, the last one is the file's
        pass
    if not match:
        return ""
    day = iso_day(match[1]) or ""
    return f"{day}T{match[2]}" if match[2] and day else day


def csv_rows(lines: Iterable[str], file: str) -> Iterator[Row]:
    """The rows of lines with semicolons and the line each ends on. Raises SourceError for what is no CSV."""
    reader = csv.reader(lines, delimiter=";", strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        raise SourceError(
            file, "Die Zeile ist kein gültiges CSV. Vermutlich fehlt ein Anführungszeichen.", reader.line_num
        ) from None


@dataclass
class Head:
    """What stands above the data: titles, what they say of all cells, header rows, the width of the table."""

    titles: list[str] = field(default_factory=list)
    fixed: dict[str, Any] = field(default_factory=dict)
    headers: list[Row] = field(default_factory=list)
    scale: float = 1.0

    @property
    def lead(self) -> int:
        """How many label columns stand before the values."""
        return min(next(i for i, c in enumerate(row) if c.strip()) for _, row in self.headers)


def grids(content: Content, table: Table) -> Iterator[Grid]:
    """The table of a file as Grids that follow one another, one for each half million cells.

    Raises SourceError with the line for a missing foot, an unknown heading or label, a row of another width, a line
    that is neither title, heading nor data.
    """
    file = content.name
    named = recognise(content.opening) is not None
    below = foot.of(content, named)
    stand = stand_of(below)
    if named and not stand:
        raise SourceError(file, "Die Angabe „Stand:“ am Ende fehlt; die Datei ist abgeschnitten.", content.lines + 1)
    with content.text() as stream:
        rows = csv_rows(foot.until_rule(stream), file)
        head, first = _head(rows, table, file, named)
        reader = _Reader(table, file, head, first)
        read = 0
        for chunk in reader.chunks(rows):
            grid = reader.grid(chunk)
            grid.stand, grid.notes, grid.decimal = stand, below, "." if ENGLISH.search(below) else ","
            grid.title = " ".join(head.titles).replace(" - ", " – ")
            grid.other_lines = -len(chunk) if read else content.lines - len(chunk)
            read += len(chunk)
            yield grid
        foot.check(stream, content, below, table, (reader.lead, reader.width))
    if table.level == "land" and not named:
        keys.all_laender(reader.keys_seen, file)


def _head(rows: Iterator[Row], table: Table, file: str, named: bool) -> tuple[Head, Row]:
    """Everything above the first row of data, and that row."""
    head = Head()
    for line, row in rows:
        first = row[0].strip() if row else ""
        if not any(c.strip() for c in row):
            continue
        if first and head.headers:
            return head, (line, row)
        if not first:
            head.headers.append((line, row))
        elif any(c.strip() for c in row[1:]):
            shown = ";".join(row)[:60]
            raise SourceError(file, f"Die Zeile ist weder Titel noch Kopf noch Daten: „{shown}“.", line)
        elif line > 1 or not named:
            _title(head, first, table, file, line)
        if len(head.titles) + len(head.headers) > MOST_LINES:
            break
    raise SourceError(file, "Es gibt keine Kopfzeilen oder keine Datenzeilen.", 1)


def _title(head: Head, text: str, table: Table, file: str, line: int) -> None:
    stated = YEAR_LINE.fullmatch(text)
    said = time((stated[1] if stated else text).strip(), table)
    if said is not None:
        headings.add(head.fixed, said, "Der Titel", file, line)
        return
    if THOUSANDS.search(text):
        head.scale = 1000.0
    head.titles.append(text)


class _Reader:
    """Turns rows of data into Grids; what the columns are is decided by the first of them."""

    def __init__(self, table: Table, file: str, head: Head, first: Row) -> None:
        self.table, self.file, self.head, self.first = table, file, head, first
        self.width = len(head.headers[0][1])
        self.lead = head.lead
        self.block = not any(c.strip() for c in first[1][1:])
        self.before: list[str] = []
        self.of_block = ""
        self.layout: _Layout | None = None
        self.keys_seen: set[str] = set()
        for line, row in head.headers:
            self._check_width(line, row)

    def chunks(self, rows: Iterator[Row]) -> Iterator[list[Row]]:
        """Rows of data in portions of about half a million cells, blank ones left out."""
        size = max(LEAST_ROWS, CELLS // self.width)
        chunk = [self.first]
        for line, row in rows:
            if not row or not any(row):
                continue
            chunk.append((line, row))
            if len(chunk) >= size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk

    def _check_width(self, line: int, row: Sequence[str]) -> None:
        if len(row) != self.width:
            reason = f"Die Zeile hat {len(row)} Spalten, der Kopf hat {self.width}."
            raise SourceError(self.file, reason, line)

    def grid(self, chunk: list[Row]) -> Grid:
        """One portion as a Grid."""
        import numpy as np

        if {len(row) for _, row in chunk} != {self.width}:
            for line, row in chunk:
                self._check_width(line, row)
        if self.block or not all(row[0].strip() for _, row in chunk):
            chunk = self._filled(chunk)
        lead = self.lead + self.block
        lines = np.array([line for line, _ in chunk], dtype=np.int32)
        table = np.array([row for _, row in chunk], dtype=object).reshape(len(chunk), -1)
        if self.layout is None:
            self.layout = _Layout.of(table, lead, self)
        layout = self.layout
        layout.check(table, lines, self.file)
        labels = {i: coded(table[:, i]) for i in layout.labels}
        draft = headings.Draft(
            rows=headings.rows_of(labels, self.table, lines, self.file),
            columns=list(layout.columns),
            values=coded(table[:, layout.values].ravel()),
            signs=coded(table[:, layout.signs].ravel()) if layout.signs else None,
            lines=lines,
            fixed=self.head.fixed,
        )
        remarks: list[str] = []
        if layout.key is not None:
            draft.rows["key"] = self._keys(coded(table[:, layout.key]), lines, remarks)
        grid = headings.grid_of(draft, self.table, self.file, title="", scale=self.head.scale)
        self.keys_seen |= set(grid.rows["key"].texts) if isinstance(grid.rows["key"], Coded) else set()
        grid.remarks = remarks
        return grid

    def _filled(self, chunk: list[Row]) -> list[Row]:
        """Rows of a table in blocks: the line above a block in front, and labels said once said again."""
        filled: list[Row] = []
        for line, row in chunk:
            if not any(c.strip() for c in row[1:]):
                self.of_block, self.before = row[0], []
                continue
            labels = row[: self.lead]
            if not labels[-1].strip():
                raise SourceError(self.file, f"In Spalte {self.lead} fehlt die Angabe, für die die Zeile steht.", line)
            for i, label in enumerate(labels[:-1]):
                if label.strip():
                    self.before = labels[: i + 1]
                elif i < len(self.before):
                    labels[i] = self.before[i]
                else:
                    raise SourceError(self.file, f"In Spalte {i + 1} fehlt die Angabe, zu der die Zeile gehört.", line)
            start = [self.of_block] if self.block else []
            filled.append((line, [*start, *labels, *row[self.lead :]]))
        if not filled:
            raise SourceError(self.file, "Auf eine Zwischenzeile folgen keine Daten.", chunk[-1][0])
        return filled

    def _keys(self, column: Coded, lines: Any, remarks: list[str]) -> Coded:
        import numpy as np

        texts = [t.strip() for t in column.texts]
        assert self.layout is not None
        if self.layout.restore is None:
            self.layout.restore = keys.zeros_lost(texts)
        first = lines[np.unique(column.codes, return_index=True)[1]].tolist()
        restore = self.layout.restore
        codes = [keys.official(text, restore, self.file, line) for text, line in zip(texts, first, strict=True)]
        if self.layout.restore:
            remarks.append(keys.restored(texts, codes))
        return Coded(column.codes, codes)


@dataclass
class _Layout:
    """Which columns are what: the key, labels with a meaning, values with what they add, signs beside the values."""

    key: int | None
    labels: list[int]
    values: list[int]
    signs: list[int]
    columns: list[Meaning]
    padding: list[int]
    restore: bool | None = None

    @classmethod
    def of(cls, table: Any, lead: int, reader: _Reader) -> _Layout:
        headers = [(line, row[reader.lead :]) for line, row in reader.head.headers]
        blank = [i for i in range(len(headers[0][1])) if not any(row[i].strip() for _, row in headers)]
        padding, signs = _blank_columns(table, lead, blank)
        wanted = [i for i in range(len(headers[0][1])) if i not in padding and i not in signs]
        line = headers[-1][0]
        if bare := sorted(set(wanted) & set(blank)):
            raise SourceError(reader.file, f"Spalte {lead + bare[0] + 1} hat Werte, aber keine Überschrift.", line)
        if signs and signs != [i + 1 for i in wanted]:
            raise SourceError(reader.file, "Nicht neben jeder Wertspalte steht eine Spalte mit Qualitätszeichen.", line)
        texts = [(line, [row[i] for i in wanted]) for line, row in headers]
        if any({t.strip() for t in row} == {"1000"} for _, row in texts):
            reader.head.scale = 1000.0
        columns = headings.columns_of(texts, reader.table, reader.file)
        key, labels = _label_columns(table, lead, reader)
        if key is None and reader.table.level == "bund" and not any(map(GERMANY.search, reader.head.titles)):
            reason = "Weder eine Spalte noch der Titel nennt das Gebiet; erwartet wird „Deutschland“."
            raise SourceError(reader.file, reason, headers[0][0])
        return cls(
            key, labels, [lead + i for i in wanted], [lead + i for i in signs], columns, [lead + i for i in padding]
        )

    def check(self, table: Any, lines: Any, file: str) -> None:
        """Raises SourceError for a value in a column that the first rows showed to be padding or signs."""
        for i in self.padding:
            for n, cell in enumerate(table[:, i]):
                if cell.strip():
                    raise SourceError(file, f"In Spalte {i + 1} ohne Überschrift steht „{cell[:40]}“.", int(lines[n]))


def _blank_columns(table: Any, lead: int, blank: Sequence[int]) -> tuple[list[int], list[int]]:
    """Columns without any heading: padding (nothing in them at the end) and signs (nothing else in them)."""
    padding: list[int] = []
    width = table.shape[1] - lead
    for i in reversed(blank):
        if i == width - 1 - len(padding) and not any(c.strip() for c in table[:, lead + i]):
            padding.append(i)
    beside = [i for i in blank if i not in padding and i > 0 and i - 1 not in blank]
    signs = [i for i in beside if all(SIGN.fullmatch(c.strip()) for c in set(table[:, lead + i]))]
    return padding, signs


def _label_columns(table: Any, lead: int, reader: _Reader) -> tuple[int | None, list[int]]:
    """The place of the key, and of the columns with a meaning; names beside a key or a variant have none."""
    key: int | None = None
    labels: list[int] = []
    named = False  # whether the column before this one is a code whose name may follow
    for i in range(lead):
        texts = list(dict.fromkeys(c.strip() for c in coded(table[:, i]).texts))
        if key is None and keys.KEY.fullmatch(texts[0]) and not YEAR.fullmatch(texts[0]):
            key, named = i, True
            continue
        said = (meaning(t, reader.table) for t in texts)
        if named and any(m is None or m.keys() == {"key"} for m in said):
            named = False
            continue
        labels.append(i)
        first = meaning(texts[0], reader.table)
        named = first is not None and "variant" in first
    return key, labels
