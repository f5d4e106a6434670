"""Official values beside ours: what counts as exact, which cause is named, what is compared at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kommunalprofil import verdicts
from kommunalprofil.availability import Sketch
from kommunalprofil.indicators import Results, declared
from kommunalprofil.indicators.compute import Selection
from kommunalprofil.indicators.declare import Cause, Oracle
from kommunalprofil.indicators.oracles import ABSENT, UNEXPLAINED, Block, Comparison, compare, comparison, rounded
from kommunalprofil.resources import data_dir
from kommunalprofil.store import Store
from kommunalprofil.verdicts import Verdict
from test_data_check import RATIOS, frames, state


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return state(tmp_path_factory.mktemp("small"), frames())


def test_halves_are_rounded_away_from_zero_and_binary_fractions_do_not_matter() -> None:
    values = np.array([0.25, -0.25, 1.005, 2.675, 27.1999, -27.15])
    assert rounded(values, 1).tolist() == pytest.approx([0.3, -0.3, 1.0, 2.7, 27.2, -27.2])
    assert rounded(values, 2)[[2, 3]].tolist() == pytest.approx([1.01, 2.68])


def test_one_region_alone(small: Store) -> None:
    """What `explain` shows: the official values of one Kreis and ours, in order of the dates."""
    ratio = declared()["youth_ratio"]
    found = list(compare(Results(small, ["01051"]), ratio, ratio.oracle[1]))
    assert [(c.region, c.date, c.official, c.ours, c.exact, c.cause) for c in found] == [
        ("01051", day, 40.0, 40.0, True, "") for day in ("2014-12-31", "2015-12-31")
    ]
    assert list(compare(Results(small, ["01051"]), ratio, ratio.oracle[0])) == []
    assert comparison(Results(small), ratio, ratio.oracle[0]) is None


def of(small: Store, oracle: Oracle, official: list[float], ours: list[float]) -> Comparison:
    """A comparison whose last value has no counterpart."""
    ratio = declared()["youth_ratio"]
    series = Results(small).series("youth_ratio", Selection())
    series.value[: len(ours), -1] = ours
    size = len(official)
    row = np.array([*range(len(ours)), -1][:size], dtype=np.intp)
    names = np.array(["02", "07140", "05915"][:size], dtype=object)
    column = np.full(size, len(series.points) - 1, dtype=np.intp)
    block = Block(series, names, np.full(size, "2015-12-31", dtype=object), np.array(official), row, column)
    return Comparison(ratio, oracle, [block])


def test_an_office_that_rounds_twice(small: Store) -> None:
    """43.4451 is 43.4, but rounded to two digits first it is 43.45, and that 43.5."""
    once, twice = (of(small, Oracle(RATIOS, "x", via=via), [43.5, 43.4], [43.4451, 43.4449]) for via in (None, 2))
    assert once.exact.tolist() == [False, True]
    assert twice.exact.tolist() == [True, True]


def test_causes_and_gaps(small: Store) -> None:
    oracle = Oracle(
        RATIOS, "x", bound=0.1, causes=(Cause("eins", ("07",), "T", ("2015",)), Cause("zwei", level="land"))
    )
    found = of(small, oracle, [40.1, 40.1, 1.0], [40.0, 40.0])
    assert [c.cause for c in found.cells()] == ["zwei", "eins", ""]
    assert [c.ours for c in found.cells(~found.comparable)] == [None]
    assert dict(found.gaps()) == {ABSENT: 1}
    assert found.why(2) == UNEXPLAINED


@pytest.mark.parametrize(
    ("limits", "ok"),
    [({}, False), ({"bound": 0.1}, False), ({"bound": 0.1, "inexact": 2}, True), ({"bound": 0.1, "inexact": 1}, False),
     ({"bound": 0.05, "inexact": None}, False), ({"bound": 0.1, "inexact": None, "usual": 0.05}, False)],
)  # fmt: skip
def test_a_verdict_allows_what_is_declared(small: Store, limits: dict[str, float], ok: bool) -> None:
    found = of(small, Oracle(RATIOS, "x", causes=(Cause("weil"),), **limits), [40.1, 40.1], [40.0, 40.0])  # type: ignore[arg-type]
    assert Verdict(found).ok is ok
    assert Verdict(found).text.startswith("0 von 2 auf die gedruckte Stelle gleich, am weitesten bei 02 am 31.12.2015")


def test_what_a_comparison_rests_on_is_declared(monkeypatch: pytest.MonkeyPatch) -> None:
    """An import checks the series that rest on a changed measure; each asks for no other count than those it names."""
    asked: set[str] = set()
    counted = Results.counted
    monkeypatch.setattr(Results, "counted", lambda s, m, *rest: (asked.add(m), counted(s, m, *rest))[1])
    results = Results(Sketch(Store(Path(data_dir())).state))
    for indicator, oracle in verdicts.pairs():
        asked.clear()
        results.forget()
        if comparison(results, indicator, oracle) is not None:
            assert asked <= verdicts.needs(indicator, oracle), (indicator.id, oracle.table)
