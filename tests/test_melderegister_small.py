"""The rule for small numbers: what is hidden cannot be had from any sum that is told."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kommunalprofil.melderegister import small
from kommunalprofil.melderegister.districts import Districts, percent, printed
from kommunalprofil.melderegister.reading import parse
from kommunalprofil.melderegister.topics import SEX, TOTALS

Rows = Mapping[str, Mapping[str, float]]


def told_by_sums(table: Rows, hidden: set[small.Cell], totals: set[str]) -> set[small.Cell]:
    """The hidden cells that the sums of rows and columns determine, by linear algebra."""
    unknown = [*sorted(hidden), *((row, "*") for row in sorted(totals))]
    rows = [[(row == r and c != "*") - ((r, c) == (row, "*")) for r, c in unknown] for row in table]
    columns = [[int(c == column) for _, c in unknown] for column in [*next(iter(table.values())), "*"]]
    _, values, base = np.linalg.svd(np.array(rows + columns, float))
    free = base[int((values > 1e-9).sum()) :]
    return {cell for at, cell in enumerate(unknown) if not len(free) or np.abs(free[:, at]).max() < 1e-9}


TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.one_of(st.just(0), st.integers(0, 5), st.integers(0, 400)), min_size=width, max_size=width),
        min_size=2, max_size=10,
    )
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(TABLES)
def test_no_small_count_follows_from_sums(numbers: list[list[int]]) -> None:
    table = {f"r{i}": {f"c{j}": float(n) for j, n in enumerate(row)} for i, row in enumerate(numbers)}
    sums = {row: sum(line.values()) for row, line in table.items()}
    totals = small.hidden_totals(sums)
    hidden = small.hidden(table, totals)
    few = {(r, c) for r, line in table.items() for c, n in line.items() if 0 < n < 3}
    assert few <= hidden
    known = told_by_sums(table, hidden, totals) if hidden or totals else set()
    assert not {cell for cell in known if 0 < (sums[cell[0]] if cell[1] == "*" else table[cell[0]][cell[1]]) < 3}


def test_nothing_is_hidden_without_small_counts() -> None:
    table = {"A": {"F": 3.0, "M": 0.0}, "B": {"F": 50.0, "M": 60.0}}
    assert small.hidden(table, set()) == set()
    assert small.hidden_totals({"A": 3.0, "B": 0.0}) == set()


def test_a_small_count_takes_its_row_and_column_along() -> None:
    table = {"A": {"F": 1.0, "M": 40.0}, "B": {"F": 50.0, "M": 60.0}, "C": {"F": 70.0, "M": 80.0}}
    assert small.hidden(table, set()) == {("A", "F"), ("A", "M"), ("B", "F"), ("B", "M")}


def test_two_hidden_counts_whose_sum_tells_them_take_a_third() -> None:
    assert small.hidden_totals({"A": 1.0, "B": 1.0, "C": 9.0, "D": 20.0}) == {"A", "B", "C"}


def test_a_tiny_district_is_told_nowhere() -> None:
    rows = {"Moor": (1, 0), "Nord": (500, 400), "Heide": (2, 30), "Süd": (450, 500)}
    text = "".join(
        f"31.12.2021;{name};{s};{n}\n" for name, both in rows.items() for s, n in zip("mw", both, strict=True)
    )
    d = Districts(parse(f"Stichtag;Ortsteil;Geschlecht;Anzahl\n{text}".encode(), "x.csv"))
    assert [d.total(TOTALS, name) for name in d.names] == [None, None, 900, 950]
    assert [d.count(SEX, name, "F") for name in d.names] == [None, None, 400, None]
    assert d.part(d.shares[0], "Süd") is None
    assert d.part(d.shares[0]) == (930, 1883)


def test_shares_of_few_people() -> None:
    assert (percent(3, 17), percent(3, 50), percent(30, 200), percent(0, 0)) == ("3 von 17", "6", "15,0", "–")
    assert (percent(None, 50), printed(None), printed(0), printed(1234)) == ("·", "·", "–", "1.234")


def test_what_the_file_keeps_secret_hides_others_with_it() -> None:
    """Of 1.916 people two districts would be left with 2: one secret, one of a single person."""
    found = Districts(parse(b"Ortsteil;Anzahl\n;1916\nAlt;*\nBerg;1\nCamp;1000\nDorf;914\n", "x.csv", "31.12.2021"))
    assert {name: found.total(TOTALS, name) for name in found.names} == {
        "Alt": None, "Berg": None, "Camp": 1000, "Dorf": None,
    }  # fmt: skip


def test_a_lone_secret_does_not_follow_from_the_whole() -> None:
    found = Districts(parse(b"Ortsteil;Anzahl\n;1916\nAlt;*\nCamp;1000\nDorf;914\n", "x.csv", "31.12.2021"))
    assert sum(found.total(TOTALS, name) is None for name in found.names) == 2
