"""The indicator table users' scripts read: one row a value, columns and codes fixed by contract."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Point
from kommunalprofil.errors import UsageError
from kommunalprofil.indicators.rows import NUMBERS, Rows
from kommunalprofil.indicators.series import Series, flag_text, printed_date
from kommunalprofil.vocabulary import MEASURE, Flag

if TYPE_CHECKING:
    import pyarrow as pa

    from kommunalprofil.store import Store

COLUMNS = (
    "region",
    "name",
    "date",
    "indicator",
    "variant",
    "sex",
    "age",
    "nationality",
    "migration",
    "household",
    "value",
    "unit",
    "numerator",
    "denominator",
    "flag",
    "sources",
)
FORMATS = ("table", "csv", "json", "parquet", "xlsx")
BATCH = 200_000
"""Rows that are turned into text at a time."""


@dataclass(frozen=True)
class Dates:
    """What `--date` asks for: all days from `first` to `last`; `day` is the one it names, '' for a period."""

    first: str
    last: str
    day: str = ""

    def __contains__(self, day: str) -> bool:
        return self.first <= day <= self.last


EVERY = Dates("0000-01-01", "9999-12-31")


def _day(text: str, end: bool) -> str:
    """ISO day of a day or a year (its last or first day). Raises ValueError for days that do not exist."""
    full = text if len(text) == 10 else f"{text}-12-31" if end else f"{text}-01-01"
    return date.fromisoformat(full).isoformat()


def date_filter(text: str) -> Dates | None:
    """What `--date` asks for: a day, a year, a range `2011:2021`, everything (empty), or None for `latest`.

    Raises UsageError for anything else.
    """
    if text == "latest":
        return None
    if not text:
        return EVERY
    form = r"\d{4}(?:-\d{2}-\d{2})?"
    try:
        if re.fullmatch(form, text, re.ASCII):
            return Dates(_day(text, end=False), _day(text, end=True), _day(text, end=True))
        if re.fullmatch(f"{form}:{form}", text, re.ASCII):
            first, last = text.split(":")
            found = Dates(_day(first, end=False), _day(last, end=True))
            if found.first <= found.last:
                return found
    except ValueError:
        pass
    raise UsageError(
        f"„{text}“ ist kein Datum. Erlaubt: ein Tag (2018-12-31), Jahr (2018), Zeitraum (2011:2021) oder latest."
    )


class Coverage:
    """For which levels and days there are official tables: what a region without any row at a day means."""

    def __init__(self, store: Store) -> None:
        from kommunalprofil.sources import declared

        tables = declared()
        origins = [o for o in store.origins if o.table in tables and not tables[o.table].oracle]
        self._known = {(tables[o.table].measure, o.level == "gemeinde", day) for o in origins for day in o.dates}

    def reason(self, series: Series, region: str, day: str) -> str:
        """`region_absent` where tables list the level at that day and know the region only at others."""
        listed = (series.indicator.measure, len(region) == 8, day) in self._known
        return flag_text(int(Flag.REGION_ABSENT if listed and region in series.regions else Flag.NOT_PUBLISHED), "", "")


def _latest(parts: Sequence[Series]) -> list[NDArray[np.bool_]]:
    """For each region the newest date at which any of the series has a value (else any row)."""
    there = np.logical_or.reduce([s.there for s in parts])
    valued = np.logical_or.reduce([s.there & np.isfinite(s.value) for s in parts])
    newest: NDArray[np.bool_] = np.zeros(there.shape, dtype=bool)
    for mask in (there, valued):
        rows = np.flatnonzero(mask.any(axis=1))
        newest[rows] = False
        newest[rows, mask.shape[1] - 1 - np.argmax(mask[rows, ::-1], axis=1)] = True
    return [s.there & newest for s in parts]


def _chosen(series: Iterable[Series], dates: Dates | None) -> Iterator[tuple[Series, NDArray[np.bool_]]]:
    """The series with the values to show. The age groups of one table belong together: `latest` is one date for all."""

    def whole(s: Series) -> tuple[Any, ...]:
        split = "age" in s.indicator.by - s.indicator.own and s.selection.age != "T"
        return (s.indicator.id, s.variant, s.selection._replace(age="") if split else s.selection)

    for _, group in groupby(series, key=whole):
        if dates is None:
            parts = list(group)
            yield from zip(parts, _latest(parts), strict=True)
            continue
        for one in group:
            asked: NDArray[np.bool_] = np.array([p.date in dates for p in one.points], dtype=bool)
            yield one, one.there & asked[None, :]


def table(
    series: Iterable[Series],
    names: Mapping[str, str],
    dates: Dates | None,
    asked: Sequence[str] = (),
    coverage: Coverage | None = None,
) -> pa.Table:
    """The rows of the series with the columns of the contract; numbers unrounded, gaps as missing.

    `names` gives the printed name of each region, `dates` which dates to keep (None: the newest with a value).
    Regions in `asked` get a row with the reason also where no table knows them, if `dates` names a day or year.
    """
    rows = Rows(names)
    for one, mask in _chosen(series, dates):
        rows.add(one, mask)
        named = dates is not None and dates.day and (one.selection.age == "T" or "age" in one.indicator.own)
        if named and dates is not None and coverage is not None:
            row = {region: i for i, region in enumerate(one.regions)}
            missing = [x for x in asked if x not in row or not mask[row[x]].any()]
            if missing:
                inside = [p.date for p in one.points if p.date in dates]
                day = inside[-1] if inside else dates.day
                years = one.indicator.variant(one.variant).years
                date = printed_date(Point(day, ""), one.indicator.period, years)
                rows.lacking(one, missing, date, [coverage.reason(one, x, day) for x in missing])
    return rows.table(COLUMNS)


def serialise(rows: pa.Table, form: str) -> bytes:
    """The table in one of FORMATS. Raises UsageError for another format."""
    if form not in FORMATS:
        raise UsageError(f"Das Format „{form}“ gibt es nicht. Erlaubt sind: {', '.join(FORMATS)}.")
    return {"csv": _csv, "json": _json, "table": _text, "parquet": _parquet, "xlsx": _xlsx}[form](rows)


def _plain(rows: pa.Table) -> Iterator[pa.RecordBatch]:
    """The table in portions, texts spelled out: all of them at once would fill the memory."""
    import pyarrow as pa

    plain = pa.schema([(c, pa.float64() if c in NUMBERS else pa.string()) for c in COLUMNS])
    for start in range(0, max(len(rows), 1), BATCH):
        yield from rows.slice(start, BATCH).cast(plain).combine_chunks().to_batches() or [plain.empty_table()]


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if re.search(r'[",\r\n]', text) else text


def _csv(rows: pa.Table) -> bytes:
    """Arrow's own writer quotes every text; here only what needs it is quoted, each distinct text once."""
    import pyarrow as pa
    import pyarrow.compute as pc

    columns = []
    for column in rows.unify_dictionaries().combine_chunks().columns:
        one = column.chunk(0) if column.num_chunks else pa.array([], column.type)
        if pa.types.is_dictionary(one.type):
            texts = pa.array([_quoted(x) for x in one.dictionary.to_pylist()], pa.string())
            one = pa.DictionaryArray.from_arrays(one.indices, texts)
        columns.append(one)
    parts = [(",".join(COLUMNS) + "\n").encode()]
    for start in range(0, len(rows), BATCH):
        cells = [pc.fill_null(c.slice(start, BATCH).cast(pa.string()), "") for c in columns]
        lines = pc.binary_join_element_wise(pc.binary_join_element_wise(*cells, ","), "", "\n")
        ends = np.frombuffer(lines.buffers()[1], dtype=np.int32)
        parts.append(lines.buffers()[2].to_pybytes()[: ends[len(lines)]])
    return b"".join(parts)


def _json(rows: pa.Table) -> bytes:
    lines = [json.dumps(row, ensure_ascii=False) for batch in _plain(rows) for row in batch.to_pylist()]
    return ("[\n" + ",\n".join(lines) + "\n]\n").encode() if lines else b"[]\n"


def _parquet(rows: pa.Table) -> bytes:
    import io

    import pyarrow.parquet as pq

    sink = io.BytesIO()
    batches = iter(_plain(rows))
    first = next(batches)
    with pq.ParquetWriter(sink, first.schema, compression="zstd") as writer:
        for batch in (first, *batches):
            writer.write(batch)
    return sink.getvalue()


def _xlsx(rows: pa.Table) -> bytes:
    import io

    import pandas as pd

    if len(rows) >= 1_048_576:
        raise UsageError("Für Excel sind das zu viele Zeilen (höchstens 1.048.575). Bitte csv oder parquet wählen.")
    sink = io.BytesIO()
    # The code lists of the columns may hold a text twice, which pandas refuses: it gets the texts themselves.
    pd.concat([batch.to_pandas() for batch in _plain(rows)]).to_excel(sink, index=False, sheet_name="Indikatoren")
    return sink.getvalue()


def _text(rows: pa.Table) -> bytes:
    from kommunalprofil.formatting import number

    if not len(rows):
        return b"Keine Werte.\n"
    columns = {name: rows.column(name).to_pylist() for name in COLUMNS if name not in ("numerator", "denominator")}
    counts = {measure.unit for measure in MEASURE.values() if measure.kind == "count" and measure.unit != "km²"}
    pairs = zip(columns["value"], columns["unit"], strict=True)
    columns["value"] = ["" if v is None else number(v, 0 if v.is_integer() or u in counts else 2) for v, u in pairs]
    for name in ("variant", "sex", "age", "nationality", "migration", "household"):
        if set(columns[name]) <= {"T", ""}:
            del columns[name]
    widths = {name: max(len(name), *map(len, texts)) for name, texts in columns.items()}

    def line(cells: Iterable[str]) -> str:
        pairs = zip(cells, widths.items(), strict=True)
        return "  ".join(c.rjust(w) if name == "value" else c.ljust(w) for c, (name, w) in pairs).rstrip()

    head = [line(columns), line("─" * w for w in widths.values())]
    return ("\n".join([*head, *map(line, zip(*columns.values(), strict=True))]) + "\n").encode()
