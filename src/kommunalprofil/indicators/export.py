"""The forms in which the table of indicators goes out: text, CSV, JSON, Parquet, Excel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from kommunalprofil.errors import UsageError
from kommunalprofil.indicators.rows import COLUMNS, NUMBERS
from kommunalprofil.vocabulary import MEASURE

if TYPE_CHECKING:
    import pyarrow as pa

FORMATS = ("table", "csv", "json", "parquet", "xlsx")
BATCH = 200_000
"""Rows that are turned into text at a time."""


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
        raise UsageError("Für Excel sind das zu viele Zeilen (höchstens 1.048.575). csv oder parquet wählen.")
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
