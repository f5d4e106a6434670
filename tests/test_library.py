"""The indicators for programs: the table of `compute`, its errors, the examples of the documentation, the notebook."""

from __future__ import annotations

import doctest
import json
import runpy
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import kommunalprofil
from kommunalprofil import compute, library, load
from kommunalprofil.errors import AmbiguousRegionError, DataError, UsageError
from kommunalprofil.indicators.rows import COLUMNS
from kommunalprofil.resources import data_dir

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def data() -> library.Data:
    return load()


def test_three_lines_give_a_tidy_table(data: library.Data) -> None:
    table = compute(data, "old_age_ratio", "dithmarschen", date="2015", by="sex")
    assert tuple(table.columns) == COLUMNS
    assert table["sex"].tolist() == ["T", "M", "F"]
    assert table["value"].round(1).tolist() == [42.0, 37.7, 46.5]  # 12411-08-01-4, 31.12.2015
    np.testing.assert_allclose(table["numerator"] / table["denominator"] * 100, table["value"])
    assert (table["region"].iloc[0], table["date"].iloc[0]) == ("01051", "2015-12-31")
    assert table["flag"].tolist() == [""] * 3


def test_gaps_are_missing_numbers_with_a_reason(data: library.Data) -> None:
    table = compute(data, ["greying_index", "births"], "vrees", date="2015")
    assert table["value"].isna().all()
    assert (table["flag"] != "").all()


def test_words_and_lists_mean_the_same(data: library.Data) -> None:
    one = compute(data, "births,deaths", "riesa,05913", date="2015", by="sex")
    other = compute(data, ["births", "deaths"], ["riesa", "05913"], date="2015", by=["sex"])
    pd.testing.assert_frame_equal(one, other)


@pytest.mark.parametrize(
    ("asked", "error", "text"),
    [
        ({"indicators": "altenquotient"}, UsageError, "gibt es nicht"),
        ({"regions": "Neustadt"}, AmbiguousRegionError, "mehrere"),
        ({"by": "gender"}, UsageError, "Merkmal"),
        ({"date": "gestern"}, UsageError, "kein Datum"),
        ({"variant": "x"}, UsageError, "Variante"),
        ({"territory": "bald"}, UsageError, "Gebietsstand"),
    ],
)
def test_what_means_nothing_is_said_so(
    data: library.Data, asked: dict[str, str], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        compute(data, **{"indicators": "population", "regions": "DE"} | asked)  # type: ignore[arg-type]


def test_another_folder(tmp_path: Path, data: library.Data) -> None:
    shutil.copytree(data_dir(), tmp_path / "daten")
    own = compute(load(tmp_path / "daten"), "population", "DE", date="2024")
    pd.testing.assert_frame_equal(own, compute(data, "population", "DE", date="2024"))
    with pytest.raises((DataError, UsageError)):
        load(tmp_path / "nichts")


def test_the_package_offers_what_it_says() -> None:
    assert set(kommunalprofil.__all__) == {"Data", "__version__", "compute", "load"}
    with pytest.raises(AttributeError):
        _ = kommunalprofil.nothing  # type: ignore[attr-defined]


def test_the_examples_are_true() -> None:
    outcome = doctest.testmod(library)
    assert outcome.attempted == 8
    assert outcome.failed == 0


def test_the_notebook_runs_and_shows_what_it_holds() -> None:
    tools = runpy.run_path(str(ROOT / "tools" / "notebook.py"))
    kept = json.loads(tools["TARGET"].read_text(encoding="utf-8"))
    outputs = [[_text(o) for o in cell.get("outputs", [])] for cell in kept["cells"]]
    fresh = tools["run"](kept)
    assert [[_text(o) for o in cell.get("outputs", [])] for cell in fresh["cells"]] == outputs
    assert any("image/png" in o.get("data", {}) for cell in kept["cells"] for o in cell.get("outputs", []))


def _text(output: dict[str, object]) -> object:
    """What an output says; pictures differ from machine to machine."""
    data = output.get("data")
    return data.get("text/plain", "image") if isinstance(data, dict) else output.get("text")
