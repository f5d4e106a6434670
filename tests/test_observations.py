"""The schema: closed codes, unique keys, and a value exactly where there is no reason for a gap."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil import vocabulary as v
from kommunalprofil.errors import DataError
from kommunalprofil.observations import COLUMNS, DEFAULTS, KEY, schema, validate


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    base = {**DEFAULTS, "region": "01051", "gebietsstand": date(2015, 12, 31), "date": date(2015, 12, 31)}
    base |= {"base": "zensus_2011", "measure": "population", "value": 1.0, "source": "12411-01-01-4"}
    return pd.DataFrame([base | change for change in changes])


def test_columns_in_order_and_rows_by_key() -> None:
    frame = validate(rows({"region": "09"}, {"region": "01"}, {"region": "DE"})[list(reversed(COLUMNS))], "x")
    assert tuple(frame.columns) == COLUMNS == tuple(schema().names)
    assert list(frame["region"]) == ["01", "09", "DE"]


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"sex": "W"}, "unbekannter Schlüssel in „sex“"),
        ({"base": "zensus"}, "unbekannter Schlüssel in „base“"),
        ({"measure": "people"}, "unbekannter Schlüssel in „measure“"),
        ({"value": np.nan}, "Wert und Kennzeichen"),
        ({"flag": "secret"}, "Wert und Kennzeichen"),
        ({"age_from": 65, "age_to": 65}, "Altersgrenzen"),
        ({"age_from": -1}, "Altersgrenzen"),
        ({"age_to": 201}, "Altersgrenzen"),
    ],
)
def test_each_rule_is_enforced(change: dict[str, Any], text: str) -> None:
    with pytest.raises(DataError, match=text) as failed:
        validate(rows({}, {"region": "02"} | change), "Tabelle 1")
    assert str(failed.value).startswith("Tabelle 1: ")


def test_a_doubled_key_is_named() -> None:
    with pytest.raises(DataError, match="doppelter Eintrag für Gebiet 01051, 2015-12-31"):
        validate(rows({}, {"value": 2.0}), "x")
    validate(rows({}, *({column: other} for column, other in OTHER.items())), "x")


OTHER = {
    "region": "02",
    "date": date(2014, 12, 31),
    "base": "zensus_2022",
    "sex": "M",
    "age_from": 5,
    "household": "size_1",
}


def test_a_missing_column_is_named() -> None:
    with pytest.raises(DataError, match="Spalten fehlen: base"):
        validate(rows({}).drop(columns="base"), "x")


def test_the_key_is_everything_but_value_and_flag() -> None:
    assert set(COLUMNS) - set(KEY) == {"value", "flag"}


@given(st.sets(st.sampled_from([f for f in v.Flag if f])))
def test_flags_round_trip(flags: set[v.Flag]) -> None:
    bits = sum(flags)
    assert v.flag_bits("|".join(v.flag_names(bits))) == bits
    assert v.flag_bits("normal") == v.flag_bits("") == 0


def test_every_code_is_labelled_in_both_languages() -> None:
    lists = (v.SEX, v.NATIONALITY, v.MIGRATION, v.HOUSEHOLD, v.BASE, v.LEVEL, v.PERIOD)
    assert all(c.de and c.en for codes in lists for c in codes.values())
    assert all(m.de and m.unit and m.kind in ("count", "mean") for m in v.MEASURE.values())
    assert {f.name.lower() for f in v.Flag if f and f.name} == set(v.FLAG_TEXT)
    assert not v.GAP & v.QUALITY
