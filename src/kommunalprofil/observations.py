"""The observation schema: one long table, one counted number a row; its keys and its rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from kommunalprofil import vocabulary as v
from kommunalprofil.errors import DataError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

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


def schema() -> pa.Schema:
    """The Parquet schema; text columns are dictionaries, dates are days, ages int16, values float64."""
    import pyarrow as pa

    kinds = dict.fromkeys(TEXT, pa.dictionary(pa.int32(), pa.string()))
    kinds |= {"gebietsstand": pa.date32(), "date": pa.date32(), "value": pa.float64()}
    kinds |= {"age_from": pa.int16(), "age_to": pa.int16()}
    return pa.schema([(c, kinds[c]) for c in COLUMNS])


def validate(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """The frame with columns in order, sorted by key; checked against every rule of the schema.

    Raises DataError naming `where`, the rule, and the first offending row: unknown code, doubled key, age bounds,
    a value without reason for its absence or a reason beside a value.
    """
    missing = [c for c in COLUMNS if c not in frame.columns]
    if missing:
        raise DataError(f"{where}: Spalten fehlen: {', '.join(missing)}.")
    frame = frame.loc[:, list(COLUMNS)]
    for column, codes in CLOSED.items():
        bad = set(frame[column].unique()) - set(codes)
        if bad:
            raise DataError(
                f"{where}: unbekannter Schlüssel in „{column}“: {sorted(bad)[0]!r}. Erlaubt: {', '.join(codes)}."
            )
    gap = frame["flag"].map({f: bool(v.flag_bits(f) & v.GAP) for f in frame["flag"].unique()}).astype(bool)
    wrong = frame[frame["value"].isna() != gap]
    if len(wrong):
        raise DataError(f"{where}: Wert und Kennzeichen passen nicht zusammen: {wrong.iloc[0].to_dict()}.")
    if not (frame["age_from"].between(0, 199) & (frame["age_to"] > frame["age_from"]) & (frame["age_to"] <= 200)).all():
        raise DataError(f"{where}: Altersgrenzen außerhalb von 0 bis 200.")
    frame = frame.sort_values(list(KEY), kind="stable", ignore_index=True)
    doubled = frame.duplicated(list(KEY))
    if doubled.any():
        row = frame[doubled].iloc[0]
        raise DataError(
            f"{where}: doppelter Eintrag für Gebiet {row['region']}, {row['date']},"
            f" Alter {row['age_from']}–{row['age_to']}, Geschlecht {row['sex']}."
        )
    return frame
