"""Reader of GENESIS flat files (ffcsv): old wide-by-content layout and the long one since 2025, German and English.

Codes count, never labels; rows come in any order; a total has an empty attribute code. The file is read in batches by
pyarrow, so that half a gigabyte takes no more memory than its observations do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources import headings, keys
from kommunalprofil.sources.content import Content
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Coded, Grid
from kommunalprofil.sources.labels import Meaning, ages, attribute, time

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

NEW_HEAD = ("statistics_code", "statistics_label", "time_code", "time_label", "time")
OLD_HEADS = (("Statistik_Code", "Statistik_Label", "Zeit_Code", "Zeit_Label", "Zeit"), NEW_HEAD)
REGION_VARIABLES = frozenset({"DINSG", "DLAND", "REGBEZ", "KREISE", "GEMEIN"})
ENTRY = re.compile(r"(?P<table>[0-9A-Za-z-]+?)_(?:\d+_)?(?:[a-z]{2}_)?flat\.csv")
CODE = re.compile(r"[A-Z][A-Z0-9]{2,19}", re.ASCII)
DAYS, YEARS = frozenset({"STAG", "STICHTAG"}), frozenset({"JAHR"})
BLOCK = 8_000_000
SHIFTED = "Spalten sind verschoben oder die Tabelle ist neu."


@dataclass
class Head:
    """Where what stands: columns of the statistic, of time, of each variable (code, attribute, label), of the values.

    `contents` are the value columns of the old layout with the code of their content, empty in the new one; `labels`
    the label columns that are read, those of ages.
    """

    layout: str
    width: int
    groups: list[tuple[int, int, int]] = field(default_factory=list)
    value: int = -1
    unit: int = -1
    sign: int = -1
    contents: list[tuple[int, str]] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)


def recognise(text: str) -> bool:
    """Whether the first line is the head of a flat file, old or new."""
    head = tuple(name.strip('"') for name in text.split("\n", 1)[0].strip().split(";")[:5])
    return head == NEW_HEAD or head in OLD_HEADS


def read(content: Content, tables: Mapping[str, Table]) -> tuple[Table, Iterator[Grid]]:
    """The declared table of a flat file and its rows as Grids that follow one another.

    Raises SourceError with the line for a row of another width, codes where labels belong, a time that is none, an
    attribute nobody knows; UnknownTableError if no declared table has these variables.
    """
    head = _head(content)
    if not content.finished:
        reason = "Die letzte Zeile ist nicht abgeschlossen; die Datei ist abgeschnitten."
        raise SourceError(content.name, reason, content.lines + 1)
    second = [*content.opening.split("\n", 2), "", ""][1].split(";")
    head.labels = [
        label for code, _, label in head.groups if "".join(second[code : code + 1]).strip('"').startswith("ALT")
    ]
    batches = _batches(content, head)
    first = next(batches, None)
    if first is None:
        raise SourceError(content.name, "Die Datei hat einen Kopf, aber keine Zeilen.", 1)
    reader = _Reader(content, head, first)
    reader.find(tables)

    def grids() -> Iterator[Grid]:
        yield reader.grid(first)
        for batch in batches:
            yield reader.grid(batch)

    return reader.table, grids()


def _head(content: Content) -> Head:
    names = [n.strip().strip('"') for n in content.opening.split("\n", 1)[0].strip("\r").split(";")]
    if "value" not in names:
        contents = [(i, n.split("__")[0]) for i, n in enumerate(names) if n.count("__") == 2]
        first = contents[0][0] if contents else 0
        whole = [i for i, _ in contents] == list(range(first, len(names)))
        if not contents or (first - 5) % 4 or not whole:
            raise SourceError(content.name, f"Inhaltsspalten werden am Ende erwartet, gefunden: {len(contents)}.", 1)
        groups = [(i, i + 2, i + 3) for i in range(5, first, 4)]
        return Head("alt", len(names), groups, contents=contents)
    index = {name: i for i, name in enumerate(names)}
    codes = [n[:-5] for n in names if n.endswith("_variable_code") and n[0].isdigit()] or ["1_variable"]
    needed = [*NEW_HEAD, "value", "value_unit", "value_variable_code"]
    needed += [f"{n}_{part}" for n in codes for part in ("code", "attribute_code", "attribute_label")]
    for name in needed:
        if name not in index:
            raise SourceError(content.name, f"Die Spalte „{name}“ fehlt im Kopf.", 1)
    groups = [(index[f"{n}_code"], index[f"{n}_attribute_code"], index[f"{n}_attribute_label"]) for n in codes]
    value = index["value"]
    return Head("neu", len(names), groups, value, index["value_variable_code"], index.get("value_q", -1))


@dataclass
class _Batch:
    """Some rows: their columns as Coded, the line of the first."""

    columns: dict[int, Coded]
    line: int
    size: int

    def lines(self) -> NDArray[Any]:
        import numpy as np

        return np.arange(self.line, self.line + self.size, dtype=np.int32)

    def line_of(self, column: int, text: Any) -> int:
        """The first line on which a column says the text."""
        import numpy as np

        coded = self.columns[column]
        return self.line + int(np.argmax(coded.codes == coded.texts.index(text)))


def _batches(content: Content, head: Head) -> Iterator[_Batch]:
    """The rows in batches. Raises SourceError with the line for one of another width, and if any line got lost."""
    import pyarrow as pa
    from pyarrow import csv as arrow

    wanted = {0, 2, 4, *(i for code, place, _ in head.groups for i in (code, place)), *(i for i, _ in head.contents)}
    wanted |= {i for i in (head.value, head.unit, head.sign, *head.labels) if i >= 0}
    names = [str(i) for i in range(head.width)]
    wrong: list[Any] = []

    def refuse(row: Any) -> str:
        wrong.append(row)
        return "error"

    rows = 0
    try:
        stream = arrow.open_csv(
            pa.BufferReader(content.data()) if content.in_memory else content.stream(),
            arrow.ReadOptions(
                use_threads=False,
                block_size=min(BLOCK, max(content.size, 1 << 16)),
                skip_rows=1,
                column_names=names,
                encoding="utf8" if content.encoding == "utf-8-sig" else "latin-1",  # every byte is some letter there
            ),
            arrow.ParseOptions(delimiter=";", invalid_row_handler=refuse),
            arrow.ConvertOptions(
                column_types=dict.fromkeys(names, pa.dictionary(pa.int32(), pa.string())),
                include_columns=[str(i) for i in sorted(wanted)],
                strings_can_be_null=False,
            ),
        )
        for batch in stream:
            if batch.num_rows:
                columns = {int(n): _coded(batch.column(n)) for n in batch.schema.names}
                yield _Batch(columns, rows + 2, batch.num_rows)
                rows += batch.num_rows
    except pa.ArrowInvalid as error:
        if wrong:
            row = wrong[0]
            reason = f"Die Zeile hat {row.actual_columns} Spalten, der Kopf hat {row.expected_columns}."
            raise SourceError(content.name, reason, row.number) from None
        if "Empty CSV" in str(error):
            return
        raise SourceError(content.name, "Die Datei ist kein gültiges CSV. Neu herunterladen.") from None
    blank = len(content.tail) - len(content.tail.rstrip(b"\r\n"))
    if rows and rows + 1 != content.lines - content.tail[len(content.tail) - blank :].count(b"\n") + 1:
        reason = f"Die Datei hat {content.lines} Zeilen, gelesen wurden {rows + 1}; Anführungszeichen oder Leerzeilen"
        raise SourceError(content.name, f"{reason} stören den Aufbau.")


def _coded(column: pa.DictionaryArray) -> Coded:
    return Coded(column.indices.to_numpy(zero_copy_only=False), [t.strip() for t in column.dictionary.to_pylist()])


class _Reader:
    """Turns batches into Grids; what the variables are is decided by the first of them and held to by the others."""

    def __init__(self, content: Content, head: Head, first: _Batch) -> None:
        self.content, self.head, self.file = content, head, content.name
        self.statistic = self._only(first, 0, "Die Statistik")
        self.time = self._only(first, 2, "Der Zeitbezug")
        self.regional: frozenset[str] = frozenset()
        self.key = -1
        self.variables: dict[int, str] = {}
        for code, place, _ in head.groups:
            names = frozenset(first.columns[code].texts)
            if names <= REGION_VARIABLES and self.key < 0:
                self.key, self.regional = place, names
            else:
                self.variables[place] = self._only(first, code, "Das Merkmal")
        if self.key < 0:
            reason = f"Kein Gebietsmerkmal (KREISE, GEMEIN, DLAND …) gefunden; {SHIFTED}"
            raise SourceError(self.file, reason, first.line)
        self.values = self._value_codes(first)
        self.restore = keys.zeros_lost(first.columns[self.key].texts)
        self.remarks: list[str] = []

    def _only(self, batch: _Batch, column: int, what: str, known: str | None = None) -> str:
        """The one text of a column. Raises SourceError with the line if there is another."""
        first, *others = [known, *batch.columns[column].texts] if known is not None else batch.columns[column].texts
        for other in others:
            if other != first:
                reason = f"{what} wechselt von „{first}“ zu „{other[:40]}“; {SHIFTED}"
                raise SourceError(self.file, reason, batch.line_of(column, other))
        return str(first)

    def _value_codes(self, batch: _Batch) -> frozenset[str]:
        codes = [c for _, c in self.head.contents] or batch.columns[self.head.unit].texts
        for code in codes:
            if not CODE.fullmatch(code):
                line = 1 if self.head.contents else batch.line_of(self.head.unit, code)
                raise SourceError(self.file, f"„{code[:40]}“ ist kein Schlüssel eines Inhalts; {SHIFTED}", line)
        return frozenset(codes)

    def find(self, tables: Mapping[str, Table]) -> None:
        """The declared table, by its signature; one without a signature by the name GENESIS gave the file in the zip.

        Raises UnknownTableError if there is none.
        """
        variables = frozenset(self.variables.values())
        for table in tables.values():
            if table.flat is not None:
                statistic, names, values, regional = table.flat
                same = (statistic, names) == (self.statistic, variables) and self.values <= set(values.split())
                if same and self.regional <= regional:
                    self.table = table
                    return
        entry = ENTRY.fullmatch(self.content.entry)
        named = tables.get(entry["table"]) if entry else None
        if named is not None and named.flat is None and named.id.startswith(self.statistic):
            self.table = named
            return
        found = f"Statistik {self.statistic}, Inhalt {', '.join(sorted(self.values))}"
        if variables:
            found += f", Merkmale {', '.join(sorted(variables))}"
        raise UnknownTableError(self.file, f"Keine deklarierte Tabelle passt zu dieser Flat-Datei ({found}).", 2)

    def grid(self, batch: _Batch) -> Grid:
        """One batch as a Grid."""
        self._only(batch, 0, "Die Statistik", self.statistic)
        self._only(batch, 2, "Der Zeitbezug", self.time)
        rows = {"key": self._keys(batch)}
        for code, place, label in self.head.groups:
            if place in self.variables:
                name = self._only(batch, code, "Das Merkmal", self.variables[place])
                codes = batch.columns[place].texts
                self._add(rows, batch, place, [self._attribute(batch, name, place, label, c) for c in codes])
            elif other := set(batch.columns[code].texts) - self.regional - REGION_VARIABLES:
                line = batch.line_of(code, min(other))
                raise SourceError(self.file, f"„{min(other)[:40]}“ ist kein Gebietsmerkmal; {SHIFTED}", line)
        self._add(rows, batch, 4, [self._time(batch, text) for text in batch.columns[4].texts])
        columns, values = self._values(rows, batch)
        draft = headings.Draft(rows, columns, values, None, batch.lines())
        if self.head.sign >= 0:
            draft.signs = batch.columns[self.head.sign]
        grid = headings.grid_of(
            draft, self.table, self.file, title="", layout=self.head.layout, retrieved=self.content.retrieved
        )
        grid.remarks = self.remarks
        return grid

    def _keys(self, batch: _Batch) -> Coded:
        """The keys, with the leading zeros that Excel took from all of them."""
        import numpy as np

        column = batch.columns[self.key]
        if not self.restore:
            return column
        lines = (np.unique(column.codes, return_index=True)[1] + batch.line).tolist()
        codes = [keys.official(k, True, self.file, n) for k, n in zip(column.texts, lines, strict=True)]
        self.remarks = self.remarks or [keys.restored(column.texts, codes)]
        return Coded(column.codes, codes)

    def _add(self, rows: dict[str, Coded], batch: _Batch, place: int, said: list[Meaning]) -> None:
        for dim in {d for m in said for d in m}:
            rows[dim] = headings.renumbered([m.get(dim) for m in said], batch.columns[place].codes)

    def _attribute(self, batch: _Batch, variable: str, place: int, label: int, code: str) -> Meaning:
        said = attribute(variable, code)
        if said is None:
            reason = f"Unbekannte Ausprägung „{code[:40]}“ des Merkmals {variable}."
            raise SourceError(self.file, reason, batch.line_of(place, code))
        if "age_from" in said and label in self.head.labels:
            self._check_label(batch, place, label, code, said)
        return said

    def _check_label(self, batch: _Batch, place: int, label: int, code: str, said: Meaning) -> None:
        """An age code means what the label beside it says, where that is a label we know."""
        import numpy as np

        at = int(np.argmax(batch.columns[place].codes == batch.columns[place].texts.index(code)))
        text = batch.columns[label].texts[batch.columns[label].codes[at]]
        told = ages(text)
        if told is not None and told != said:
            reason = f"Der Schlüssel „{code}“ und die Beschriftung „{text[:40]}“ meinen verschiedene Altersgruppen."
            raise SourceError(self.file, reason, batch.line + at)

    def _time(self, batch: _Batch, text: str) -> Meaning:
        said = time(text, self.table)
        wanted, name = ("date", "Stichtag") if self.time in DAYS else ("year", "Jahr")
        if self.time not in DAYS | YEARS or said is None or wanted not in said:
            reason = f"„{text[:40]}“ ist kein {name} (Zeitbezug {self.time[:20]}); {SHIFTED}"
            raise SourceError(self.file, reason, batch.line_of(4, text))
        return said

    def _values(self, rows: dict[str, Coded], batch: _Batch) -> tuple[list[Meaning], Coded]:
        """What the contents add to a key, and the texts of all cells, row after row."""
        import numpy as np

        meanings = self.table.headings
        if not self.head.contents:
            if other := self._value_codes(batch) - self.values:
                line = batch.line_of(self.head.unit, min(other))
                raise SourceError(self.file, f"Ein neuer Inhalt „{min(other)}“ taucht auf; {SHIFTED}", line)
            codes = batch.columns[self.head.unit]
            self._add(rows, batch, self.head.unit, [meanings.get(c) or {} for c in codes.texts])
            return [{}], batch.columns[self.head.value]
        parts = [batch.columns[i] for i, _ in self.head.contents]
        starts = np.cumsum([0, *(len(p.texts) for p in parts)])
        joined = np.stack([p.codes + start for p, start in zip(parts, starts, strict=False)], axis=1)
        texts = [t for p in parts for t in p.texts]
        return [meanings.get(c) or {} for _, c in self.head.contents], Coded(joined.ravel(), texts)
