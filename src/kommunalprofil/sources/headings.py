"""Headings and row labels become codes, and what they say together becomes a Grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Coded, Grid
from kommunalprofil.sources.labels import NOTHING, UNUSED, Meaning, day_of, meaning, projection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TIME = ("date", "year", "month")
"""What a date is put together from."""


@dataclass
class Draft:
    """A table taken apart, its labels translated but its dates and bases not yet put together.

    `rows` holds for every thing a row label says (dimensions, and year, month, variant, left_out) one value a row;
    `columns` what each column adds; `fixed` what the title says of all cells. Cells are Coded, row after row.
    """

    rows: dict[str, Coded]
    columns: list[Meaning]
    values: Coded
    signs: Coded | None
    lines: NDArray[np.int32]
    fixed: Meaning = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)


def add(codes: dict[str, Any], said: Meaning, what: str, file: str, line: int) -> None:
    """Join what another heading says to `codes`. Raises SourceError if the two contradict each other."""
    for dim, code in said.items():
        if codes.setdefault(dim, code) != code:
            raise SourceError(
                file, f"{what} sagt über das Merkmal „{dim}“ zweierlei: „{codes[dim]}“ und „{code}“.", line
            )


def columns_of(headers: Sequence[tuple[int, Sequence[str]]], table: Table, file: str) -> list[Meaning]:
    """What each column adds to a key, from its headings (line number and texts of each heading row).

    A text that means nothing may stand in a heading row only if it is the only one there. Raises SourceError with the
    line for an unknown heading, for headings that contradict each other, for two columns that say the same.
    """
    columns: list[dict[str, Any]] = [{} for _ in headers[0][1]]
    for line, texts in headers:
        there = {t.strip() for t in texts} - {""}
        said = {text: meaning(text, table) for text in there}
        unknown = sorted(text for text, m in said.items() if m is None)
        if unknown and len(there) > 1:
            shown = ", ".join(map(repr, unknown[:4]))
            raise SourceError(file, f"unbekannte Überschriften {shown}: Merkmal nicht zu erkennen.", line)
        for number, (column, text) in enumerate(zip(columns, texts, strict=True), start=1):
            add(column, said.get(text.strip()) or NOTHING, f"Der Kopf der {number}. Wertspalte", file, line)
    seen: dict[tuple[tuple[str, Any], ...], int] = {}
    for number, column in enumerate(columns, start=1):
        key = tuple(sorted(column.items()))
        if key in seen and "left_out" not in column:
            reason = f"Die Wertspalten {seen[key]} und {number} haben dieselbe Überschrift."
            raise SourceError(file, reason, headers[-1][0])
        seen[key] = number
    return list(columns)


def rows_of(columns: Mapping[int, Coded], table: Table, lines: NDArray[np.int32], file: str) -> dict[str, Coded]:
    """What the label columns (by their place) say of each row. Raises SourceError with the line for an unknown one."""
    import numpy as np

    found: dict[str, Coded] = {}
    for place, column in columns.items():
        said: list[Meaning] = []
        for number, text in enumerate(column.texts):
            m = meaning(text, table)
            if m is None:
                line = int(lines[np.argmax(column.codes == number)])
                reason = f"„{text.strip()[:60]}“ in Spalte {place + 1} ist weder Gebiet noch bekanntes Merkmal."
                raise SourceError(file, reason, line)
            said.append(m)
        for dim in {d for m in said for d in m}:
            there = renumbered([m.get(dim) for m in said], column.codes)
            found[dim] = _joined(found[dim], there, dim, lines, file) if dim in found else there
    return found


def renumbered(of_text: list[Any], codes: NDArray[Any]) -> Coded:
    """A column of texts as a column of what each text means (None: nothing), by each row's place among the texts."""
    import numpy as np

    texts = list(dict.fromkeys(c for c in of_text if c is not None))
    place = {None: -1} | {text: i for i, text in enumerate(texts)}
    numbers = np.array([place[c] for c in of_text], dtype=np.int32)
    return Coded(numbers[codes], texts)


def _joined(one: Coded, other: Coded, dim: str, lines: NDArray[np.int32], file: str) -> Coded:
    """Two label columns that speak of the same dimension, each where the other is silent."""
    import numpy as np

    texts = list(dict.fromkeys([*one.texts, *other.texts]))
    a, b = (
        np.where(c.codes < 0, -1, np.array([texts.index(t) for t in c.texts] or [0])[np.maximum(c.codes, 0)])
        for c in (one, other)
    )
    clash = (a >= 0) & (b >= 0) & (a != b)
    if clash.any():
        at = int(clash.argmax())
        reason = f"Die Zeile sagt über das Merkmal „{dim}“ zweierlei: „{texts[a[at]]}“ und „{texts[b[at]]}“."
        raise SourceError(file, reason, int(lines[at]))
    return Coded(np.where(a >= 0, a, b), texts)


def grid_of(draft: Draft, table: Table, file: str, **about: Any) -> Grid:
    """The draft as a Grid: left out what is declared so, regions and months from columns to rows, dates put together.

    `about` are the other fields of the Grid. Raises SourceError for a table without region or without date, and for one
    of thousands whose file does not say so.
    """
    if table.thousands and about.get("scale") != 1000.0:
        raise SourceError(file, "Der Kopf nennt die Einheit 1000 nicht, in der diese Tabelle gedruckt ist.", 1)
    _leave_out(draft)
    if any("key" in c for c in draft.columns):
        _to_rows(draft, ("key",), "Gebiet", file)
    if any("month" in c for c in draft.columns):
        _to_rows(draft, ("month",), "Monat", file)
    _put_dates(draft, table, file)
    _put_bases(draft, file)
    if "key" not in draft.rows:
        if table.level != "bund":
            raise SourceError(file, "Keine Spalte mit Gebietsschlüsseln gefunden.", int(draft.lines[0]))
        draft.rows["key"] = _constant("DG", len(draft.lines))
    return Grid(
        table=table.id,
        rows=dict(draft.rows),
        columns=list(draft.columns),
        values=draft.values,
        signs=draft.signs,
        lines=draft.lines,
        dropped=draft.dropped,
        **about,
    )  # fmt: skip


def _constant(code: Any, size: int) -> Coded:
    import numpy as np

    return Coded(np.zeros(size, dtype=np.int32), [code])


def _leave_out(draft: Draft) -> None:
    """Without the columns and rows that the declaration leaves out; they are counted, in cells and lines."""
    width = len(draft.columns)
    kept = [i for i, c in enumerate(draft.columns) if "left_out" not in c]
    if len(kept) < width:
        draft.dropped[UNUSED] = draft.dropped.get(UNUSED, 0) + (width - len(kept)) * len(draft.lines)
        draft.columns = [draft.columns[i] for i in kept]
        draft.values, draft.signs = (_cut(cells, width, kept, None) for cells in (draft.values, draft.signs))  # type: ignore[assignment]
    if "left_out" in draft.rows:
        keep = draft.rows.pop("left_out").codes < 0
        draft.dropped[UNUSED] = draft.dropped.get(UNUSED, 0) + int((~keep).sum())
        draft.values, draft.signs = (_cut(cells, len(kept), None, keep) for cells in (draft.values, draft.signs))  # type: ignore[assignment]
        draft.rows = {d: Coded(c.codes[keep], c.texts) for d, c in draft.rows.items()}
        draft.lines = draft.lines[keep]


def _cut(cells: Coded | None, width: int, columns: list[int] | None, rows: NDArray[Any] | None) -> Coded | None:
    if cells is None:
        return None
    codes = cells.codes.reshape(-1, width)
    codes = codes[:, columns] if columns is not None else codes[rows]
    return Coded(codes.ravel(), cells.texts)


def _to_rows(draft: Draft, dims: tuple[str, ...], name: str, file: str) -> None:
    """Columns that speak of a region or month become rows: one for each, with the same columns under every one."""
    import numpy as np

    groups: dict[tuple[Any, ...], dict[frozenset[tuple[str, Any]], int]] = {}
    for place, column in enumerate(draft.columns):
        rest = frozenset((d, c) for d, c in column.items() if d not in dims)
        groups.setdefault(tuple(column.get(d) for d in dims), {})[rest] = place
    first = next(iter(groups.values()))
    if any(None in key for key in groups) or any(group.keys() != first.keys() for group in groups.values()):
        reason = f"Die Spalten sind nicht für jeden Wert ({name}) dieselben; der Aufbau der Tabelle ist neu."
        raise SourceError(file, reason, 1)
    order = np.array([[group[rest] for rest in first] for group in groups.values()])
    height, width, size = len(draft.lines), len(draft.columns), len(groups)

    def turned(cells: Coded) -> Coded:
        return Coded(cells.codes.reshape(height, width)[:, order].ravel(), cells.texts)

    draft.values = turned(draft.values)
    draft.signs = turned(draft.signs) if draft.signs is not None else None
    draft.columns = [dict(rest) for rest in first]
    draft.rows = {d: Coded(np.repeat(c.codes, size), c.texts) for d, c in draft.rows.items()}
    draft.lines = np.repeat(draft.lines, size)
    for i, dim in enumerate(dims):
        codes = [key[i] for key in groups]
        draft.rows[dim] = Coded(np.tile(np.arange(size, dtype=np.int32), height), codes)


def _put_dates(draft: Draft, table: Table, file: str) -> None:
    """Days, years and months of title, rows and columns become dates. Raises SourceError if there are none."""
    in_rows, in_columns = (
        [d for d in TIME if d in draft.rows],
        [d for d in TIME if any(d in c for c in draft.columns)],
    )
    line = int(draft.lines[0]) if len(draft.lines) else 1
    if in_columns and not in_rows:
        said = [{**draft.fixed, **{d: c[d] for d in TIME if d in c}} for c in draft.columns]
        days = [day_of(s, table) for s in said]
        draft.columns = [
            {d: c for d, c in column.items() if d not in TIME} | {"date": day}
            for column, day in zip(draft.columns, days, strict=True)
        ]
    elif in_rows and not in_columns:
        days = _dates_of_rows(draft, in_rows, table)
    elif not in_rows:
        days = [day_of(draft.fixed, table)]
        draft.rows["date"] = _constant(days[0], len(draft.lines))
    else:
        raise SourceError(
            file, "Der Zeitbezug steht in Zeilen und Spalten zugleich; der Aufbau der Tabelle ist neu.", line
        )
    if not all(days):
        raise SourceError(file, "Kein Stichtag gefunden: weder im Kopf noch in einer Spalte.", line)
    stated = day_of(draft.fixed, table) if "date" in draft.fixed else str(draft.fixed.get("year", ""))
    if other := next((d for d in days if not d.startswith(stated)), None):
        raise SourceError(file, f"Der Titel nennt den Zeitbezug {stated}, die Tabelle auch {other}.", line)


def _dates_of_rows(draft: Draft, dims: list[str], table: Table) -> list[str]:
    import numpy as np

    parts = [draft.rows.pop(d) for d in dims]
    combined = np.zeros(len(draft.lines), dtype=np.int64)
    for part in parts:
        combined = combined * (len(part.texts) + 1) + part.codes + 1
    _, first, where = np.unique(combined, return_index=True, return_inverse=True)
    said = [{d: p.texts[p.codes[f]] for d, p in zip(dims, parts, strict=True) if p.codes[f] >= 0} for f in first]
    days = [day_of({**(draft.fixed if "month" in s and "year" not in s else {}), **s}, table) for s in said]
    draft.rows["date"] = Coded(where.astype(np.int32), days)
    return days


def _put_bases(draft: Draft, file: str) -> None:
    """The variants of a projection become bases, told by the first year the table reaches."""
    if "variant" not in draft.rows:
        return
    days = [c["date"] for c in draft.columns if "date" in c] or list(draft.rows["date"].texts)
    variants = draft.rows.pop("variant")
    bases = [projection(v, min(days)) for v in variants.texts]
    if None in bases:
        reason = f"Keine bekannte Vorausberechnung beginnt {min(days)[:4]} mit diesen Varianten."
        raise SourceError(file, reason, int(draft.lines[0]))
    draft.rows["base"] = Coded(variants.codes, bases)
