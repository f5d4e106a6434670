"""The indicator table users' scripts read: one row a value, columns and codes fixed by contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.errors import UsageError
from kommunalprofil.indicators.compute import Series

if TYPE_CHECKING:
    import pandas as pd

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
DateFilter = Callable[[str], bool]


def date_filter(text: str) -> DateFilter | None:
    """What `--date` asks for: a day, a year, a range `2011:2021`, or None for `latest`.

    Raises UsageError for anything else.
    """
    if text == "latest":
        return None
    if re.fullmatch(r"\d{4}", text):
        return lambda day: day[:4] == text
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return lambda day: day == text
    if m := re.fullmatch(r"(\d{4}(?:-\d{2}-\d{2})?):(\d{4}(?:-\d{2}-\d{2})?)", text):
        first, last = m[1], m[2] + "\uffff"
        return lambda day: first <= day <= last
    raise UsageError(
        f"„{text}“ ist kein Datum. Erlaubt: ein Tag (2018-12-31), Jahr (2018), Zeitraum (2011:2021) oder latest."
    )


def _wanted(series: Series, dates: DateFilter | None) -> NDArray[np.bool_]:
    if dates is not None:
        asked: NDArray[np.bool_] = np.array([dates(p.date) for p in series.points], dtype=bool)
        return series.there & asked[None, :]
    there, valued = series.there, series.there & np.isfinite(series.value)
    latest: NDArray[np.bool_] = np.zeros(there.shape, dtype=bool)
    for mask in (there, valued):
        rows = np.flatnonzero(mask.any(axis=1))
        latest[rows] = False
        latest[rows, mask.shape[1] - 1 - np.argmax(mask[rows, ::-1], axis=1)] = True
    return latest


def _flags(series: Series, r: NDArray[np.int64], t: NDArray[np.int64]) -> NDArray[np.object_]:
    """The flag texts of many values, each distinct combination of facts spelled out once."""
    base = np.array([hash(p.base) for p in series.points])[t]
    facts = np.stack([series.flags[r, t].astype(np.int64), series.broken[r, t], series.reason[r, t], base], axis=1)
    _, first, inverse = np.unique(facts, axis=0, return_index=True, return_inverse=True)
    texts = np.array([series.flag(int(r[i]), int(t[i])) for i in first], dtype=object)
    return texts[inverse.ravel()] if len(texts) else texts


def frame(series: Iterable[Series], names: Mapping[str, str], dates: DateFilter | None) -> pd.DataFrame:
    """The rows of the series as a table with the columns of the contract; numbers unrounded, gaps as missing.

    `names` gives the printed name of each region, `dates` which dates to keep (None: the newest with a value).
    """
    import pandas as pd

    parts = []
    for one in series:
        r, t = np.nonzero(_wanted(one, dates))
        if not len(r):
            continue
        regions = np.array(one.regions, dtype=object)[r]
        sources = np.array([*one.sources, ""], dtype=object)
        rows: dict[str, object] = {
            "region": regions,
            "name": [names.get(x, "") for x in regions],
            "date": np.array([p.date for p in one.points], dtype=object)[t],
            "indicator": one.indicator.id,
            "variant": one.variant,
            **one.selection._asdict(),
            "value": one.value[r, t],
            "unit": one.indicator.unit,
            "numerator": one.numerator[r, t],
            "denominator": one.denominator[r, t],
            "flag": _flags(one, r, t),
            "sources": sources[one.source[r, t]],
        }
        parts.append(pd.DataFrame(rows))
    if not parts:
        return pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def serialise(table: pd.DataFrame, form: str) -> bytes:
    """The table in one of FORMATS. Raises UsageError for another format."""
    import io

    if form == "csv":
        return table.to_csv(index=False, lineterminator="\n").encode()
    if form == "json":
        return (table.to_json(orient="records", force_ascii=False, double_precision=15, indent=1) + "\n").encode()
    if form == "table":
        return _text(table).encode()
    if form not in FORMATS:
        raise UsageError(f"Das Format „{form}“ gibt es nicht. Erlaubt sind: {', '.join(FORMATS)}.")
    sink = io.BytesIO()
    if form == "parquet":
        table.to_parquet(sink, index=False)
    else:
        table.to_excel(sink, index=False, sheet_name="Indikatoren")
    return sink.getvalue()


def _text(table: pd.DataFrame) -> str:
    from kommunalprofil.formatting import number

    if table.empty:
        return "Keine Werte.\n"
    shown = table.drop(columns=["numerator", "denominator"]).copy()
    shown["value"] = ["" if np.isnan(v) else number(v, 0 if float(v).is_integer() else 2) for v in table["value"]]
    constant = [
        c for c in ("variant", "sex", "age", "nationality", "migration", "household") if set(shown[c]) <= {"T", ""}
    ]
    shown = shown.drop(columns=constant)
    heads = list(shown.columns)
    rows = [[str(x) for x in row] for row in shown.itertuples(index=False)]
    widths = [max(len(h), *(len(r[i]) for r in rows)) for i, h in enumerate(heads)]
    right = {"value"}

    def line(cells: list[str]) -> str:
        return "  ".join(
            c.rjust(w) if h in right else c.ljust(w) for c, w, h in zip(cells, widths, heads, strict=True)
        ).rstrip()

    return "\n".join([line(heads), line(["─" * w for w in widths]), *map(line, rows)]) + "\n"
