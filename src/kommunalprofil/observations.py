"""The observation schema: one long table, one counted number a row; its keys and its rules.

In memory a frame of observations has these types, which `typed` gives to any frame: `region` is text; `gebietsstand`
and `date` are days (Arrow's date32: elements are `datetime.date`); `period` to `household` and `flag` are Categorical
with the whole code list of CATEGORIES, always the same, so that frames of any origin join without losing their type;
`source` is Categorical; ages are int16 and `value` is float64.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from kommunalprofil import vocabulary as v
from kommunalprofil.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    import pyarrow as pa
    from numpy.typing import NDArray

COLUMNS = (
    "region",
    "gebietsstand",
    "date",
    "period",
    "base",
    "measure",
    "sex",
    "nationality",
    "migration",
    "household",
    "age_from",
    "age_to",
    "value",
    "flag",
    "source",
)
KEY = tuple(c for c in COLUMNS if c not in ("value", "flag"))
TEXT = ("region", "period", "base", "measure", "sex", "nationality", "migration", "household", "flag", "source")
CLOSED: dict[str, Mapping[str, object]] = {
    "period": v.PERIOD,
    "base": v.BASE,
    "measure": v.MEASURE,
    "sex": v.SEX,
    "nationality": v.NATIONALITY,
    "migration": v.MIGRATION,
    "household": v.HOUSEHOLD,
}
DEFAULTS: dict[str, Any] = {
    "period": "stock",
    "sex": v.TOTAL,
    "nationality": v.TOTAL,
    "migration": v.TOTAL,
    "household": v.NOT_APPLICABLE,
    "age_from": 0,
    "age_to": 200,
    "flag": "normal",
}
"""What a column holds when a table does not carry the dimension."""


def _flags() -> tuple[str, ...]:
    """Every flag a number may carry: no fact, any facts about a value, or a reason for a gap with any of them."""
    quality = v.flag_names(int(v.QUALITY))
    facts = ["|".join(some) for size in range(len(quality) + 1) for some in combinations(quality, size)]
    gaps = v.flag_names(int(v.GAP))
    reasons = ["|".join(filter(None, (fact, gap))) for fact in facts for gap in gaps]
    return tuple(sorted({fact or "normal" for fact in facts} | set(reasons)))


FLAGS = _flags()
CATEGORIES: dict[str, tuple[str, ...]] = {c: tuple(sorted(codes)) for c, codes in CLOSED.items()} | {"flag": FLAGS}
"""The codes of each closed column in the order rows are sorted by."""
DATES = ("gebietsstand", "date")


def admit(measure: v.Measure) -> None:
    """Add to the measures one that a user declared (sources/own.py), before anything is read."""
    v.MEASURE[measure.id] = measure
    CATEGORIES["measure"] = tuple(sorted(v.MEASURE))
    closed_type.cache_clear()


def schema() -> pa.Schema:
    """The Parquet schema; text columns are dictionaries, dates are days, ages int16, values float64."""
    import pyarrow as pa

    kinds = dict.fromkeys(TEXT, pa.dictionary(pa.int32(), pa.string()))
    kinds |= {"gebietsstand": pa.date32(), "date": pa.date32(), "value": pa.float64()}
    kinds |= {"age_from": pa.int16(), "age_to": pa.int16()}
    return pa.schema([(c, kinds[c]) for c in COLUMNS])


def typed(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """The frame with columns in order and of the types of the schema.

    Raises DataError for a missing column or a code that is in no list.
    """
    import pandas as pd
    import pyarrow as pa

    missing = [c for c in COLUMNS if c not in frame.columns]
    if missing:
        raise DataError(f"{where}: Spalten fehlen: {', '.join(missing)}.")
    columns: dict[str, Any] = {c: frame[c] for c in COLUMNS}
    for name, codes in CATEGORIES.items():
        columns[name] = _closed(columns[name], codes, where)
    days = pd.ArrowDtype(pa.date32())
    for name in DATES:
        columns[name] = columns[name].astype(days)
    columns["region"] = columns["region"].astype("str")
    if not isinstance(columns["source"].dtype, pd.CategoricalDtype):
        columns["source"] = columns["source"].astype("category")
    for name in ("age_from", "age_to"):
        columns[name] = columns[name].astype("int16")
    columns["value"] = columns["value"].astype("float64")
    return pd.DataFrame(columns)


@lru_cache
def closed_type(column: str) -> Any:
    """The type of a closed column: Categorical with its whole code list."""
    import pandas as pd

    return pd.CategoricalDtype(list(CATEGORIES[column]))


def _closed(column: pd.Series, codes: tuple[str, ...], where: str) -> pd.Series:
    kind = closed_type(str(column.name))
    if column.dtype == kind:
        return column
    if bad := set(column.unique()) - set(codes):
        shown = ", ".join(codes) if len(codes) < 100 else "die Kennzeichen aus vocabulary.Flag"
        first = sorted(map(str, bad))[0]
        raise DataError(f"{where}: unbekannter Schlüssel in „{column.name}“: {first!r}. Erlaubt: {shown}.")
    return column.astype(kind)


def flag_bits(frame: pd.DataFrame) -> NDArray[np.uint16]:
    """The facts about each row's value as bits of vocabulary.Flag, for a typed frame."""
    import numpy as np

    bits = np.array([v.flag_bits(f) for f in FLAGS], dtype=np.uint16)
    return bits[frame["flag"].cat.codes.to_numpy()]


def row_keys(frame: pd.DataFrame, columns: Sequence[str] = KEY) -> NDArray[np.int64]:
    """One whole number a row, equal where `columns` are equal, and in their order; for a typed frame.

    Sorting, joining and finding doubles by one number is many times faster than by twelve columns.
    """
    import numpy as np

    key = np.zeros(len(frame), dtype=np.int64)
    size = 1
    for column in columns:
        codes, count = _codes(frame[column])
        size *= max(count, 1)
        if size >= 2**62:  # no real table comes near; then what is there so far is numbered anew
            _, key = np.unique(key, return_inverse=True)
            size = (int(key.max()) + 1) * max(count, 1) if len(key) else 1
        key = key * max(count, 1) + codes
    return key


def _codes(column: pd.Series) -> tuple[NDArray[np.int64], int]:
    """Each row's place among the sorted values of the column, and their number."""
    import numpy as np
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        there = column.cat.codes.to_numpy()
        used, codes = np.unique(there, return_inverse=True)
        return codes.astype(np.int64), len(used)
    if column.dtype == np.int16:
        used, codes = np.unique(column.to_numpy(), return_inverse=True)
        return codes.astype(np.int64), len(used)
    codes, uniques = pd.factorize(column, sort=True)
    return codes.astype(np.int64), len(uniques)


def validate(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """The frame typed, with columns in order, sorted by key; checked against every rule of the schema.

    Raises DataError naming `where`, the rule, and the first offending row: unknown code, doubled key, age bounds,
    a value without reason for its absence or a reason beside a value.
    """
    import numpy as np

    frame = typed(frame, where)
    gap = (flag_bits(frame) & np.uint16(int(v.GAP))) != 0
    wrong = frame["value"].isna().to_numpy() != gap
    if wrong.any():
        first = frame.iloc[int(wrong.argmax())].to_dict()
        raise DataError(f"{where}: Wert und Kennzeichen passen nicht zusammen: {first}.")
    low, high = frame["age_from"].to_numpy(), frame["age_to"].to_numpy()
    if not ((low >= 0) & (low < high) & (high <= 200)).all():
        raise DataError(f"{where}: Altersgrenzen außerhalb von 0 bis 200.")
    key = row_keys(frame)
    order = np.argsort(key, kind="stable")
    doubled = np.flatnonzero(key[order[1:]] == key[order[:-1]])
    if len(doubled):
        row = frame.iloc[int(order[doubled[0] + 1])]
        raise DataError(
            f"{where}: doppelter Eintrag für Gebiet {row['region']}, {row['date']},"
            f" Alter {row['age_from']}–{row['age_to']}, Geschlecht {row['sex']}."
        )
    return frame.take(order).reset_index(drop=True)
