"""Counts as formulas see them: exact sums, no total with its part, a missing part never yields a number."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise, product
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kommunalprofil.ages import ALL, OPEN, AgeGroup
from kommunalprofil.cells import Block, Cells, Member, Panel, Point, Quantity, panels
from kommunalprofil.errors import NotOfferedError, TilingError
from kommunalprofil.observations import DEFAULTS, schema, validate
from kommunalprofil.vocabulary import GAP, Flag

counts = st.lists(st.integers(0, 10**6), min_size=2, max_size=12)


def block(values: list[float], bounds: list[int], flags: list[int] | None = None) -> Block:
    groups = [AgeGroup(lo, hi) for lo, hi in pairwise(bounds)]
    marks = np.array([[flags or [0] * len(values)]], dtype=np.uint16)
    return Block(groups, np.array([[values]], dtype=float), marks)


def cells(one: Block, **others: Block) -> Cells:
    blocks = {Member(): one} | {Member(sex=s): b for s, b in others.items()}
    panel = Panel("t", "population", ["01"], [Point("2015-12-31", "zensus_2011")], blocks, np.array([[True]]))
    return panel.cells(Member())


def number(q: Quantity) -> float:
    return float(q.value[0, 0])


def bounds_of(values: list[int]) -> list[int]:
    return [*range(0, 5 * len(values), 5), OPEN]


@given(counts)
def test_parts_and_rest_are_the_whole(values: list[int]) -> None:
    view = cells(block([float(v) for v in values], bounds_of(values)))
    for cut in bounds_of(values)[1:-1]:
        assert number(view.count(0, cut) + view.count(cut, OPEN)) == number(view.count()) == sum(values)


@given(counts, st.integers(2, 5))
def test_all_counts_times_k_leave_a_ratio_as_it_is(values: list[int], k: int) -> None:
    def ratio(of: list[int]) -> Quantity:
        view = cells(block([float(v) for v in of], bounds_of(of)))
        return view.count(5, OPEN) / view.count(0, 5) * 100

    one, many = ratio(values), ratio([v * k for v in values])
    np.testing.assert_allclose(one.value, many.value)
    assert (one.flags == many.flags).all()


@given(counts, st.data())
def test_splitting_an_age_group_changes_nothing(values: list[int], data: st.DataObject) -> None:
    whole = cells(block([float(v) for v in values], bounds_of(values)))
    i = data.draw(st.integers(0, len(values) - 2))
    part = data.draw(st.integers(0, values[i]))
    finer = [*values[:i], part, values[i] - part, *values[i + 1 :]]
    bounds = sorted([*bounds_of(values), 5 * i + 2])
    split = cells(block([float(v) for v in finer], bounds))
    for lo, hi in ((0, 5), (5, OPEN), (0, OPEN)):
        assert number(whole.count(lo, hi)) == number(split.count(lo, hi))


@given(st.tuples(*[st.integers(1, 1000)] * 4))
def test_the_ratio_of_a_sum_lies_between_those_of_its_parts(n: tuple[int, int, int, int]) -> None:
    a, b = (Quantity(np.array([float(x)]), np.zeros(1, np.uint16)) for x in n[:2])
    c, d = (Quantity(np.array([float(x)]), np.zeros(1, np.uint16)) for x in n[2:])
    parts = sorted([n[0] / n[1], n[2] / n[3]])
    assert parts[0] - 1e-9 <= float(((a + c) / (b + d)).value[0]) <= parts[1] + 1e-9


GAPS = [int(f) for f in Flag if f & GAP and f != Flag.ZERO_DENOMINATOR]


@given(counts, st.data())
def test_a_missing_part_never_yields_a_number(values: list[int], data: st.DataObject) -> None:
    gap = data.draw(st.sampled_from(GAPS))
    i = data.draw(st.integers(0, len(values) - 1))
    numbers = [float(v) for v in values]
    numbers[i] = np.nan
    flags = [gap if j == i else 0 for j in range(len(values))]
    view = cells(block(numbers, bounds_of(values), flags))
    total = view.count()
    good = view.count(*((0, 5) if i else (5, OPEN))) if len(values) == 2 or i == 0 else view.count(0, 5)
    for result in (total, total + good, good - total, good / total, total / good, total * 2.0):
        assert np.isnan(result.value).all()
        assert result.flags[0, 0] & gap
    assert (total.marked(Flag.ESTIMATED).flags & Flag.ESTIMATED == 0).all()


def test_facts_travel_through_arithmetic() -> None:
    one = block([10, 20], [0, 20, OPEN], [int(Flag.PROVISIONAL), int(Flag.CELL_KEY)])
    total = cells(one).count()
    assert total.flags[0, 0] == Flag.PROVISIONAL | Flag.CELL_KEY
    assert number(total) == 30


def test_a_denominator_of_zero_is_a_reason_not_a_number() -> None:
    view = cells(block([5, 0], [0, 20, OPEN]))
    ratio = view.count(0, 20) / view.count(20, OPEN)
    assert np.isnan(ratio.value).all()
    assert ratio.flags[0, 0] == Flag.ZERO_DENOMINATOR


def test_intervals_are_half_open() -> None:
    view = cells(block([1, 10, 100, 1000], [0, 20, 64, 65, OPEN]))
    assert number(view.count(65, OPEN)) == 1000
    assert number(view.count(20, 65)) == 110
    with pytest.raises(TilingError):
        view.count(66, OPEN)


def test_a_printed_total_wins_over_its_parts_and_is_never_added_to_them() -> None:
    one = Block(
        [ALL, AgeGroup(0, 20), AgeGroup(20, OPEN)], np.array([[[31.0, 10, 20]]]), np.zeros((1, 1, 3), np.uint16)
    )
    view = cells(one)
    assert number(view.count()) == 31
    groups, values, _ = view.profile()
    assert ALL not in groups
    assert values.sum() == 30


def test_both_sexes_are_the_sum_of_two_only_where_the_table_has_both() -> None:
    men, women = block([1, 2], [0, 20, OPEN]), block([10, 20], [0, 20, OPEN])
    panel = Panel(
        "t", "population", ["01"], [Point("d", "none")], {Member("M"): men, Member("F"): women}, np.array([[True]])
    )
    assert number(panel.cells(Member()).count()) == 33
    alone = Panel("t", "population", ["01"], [Point("d", "none")], {Member("M"): men}, np.array([[True]]))
    with pytest.raises(NotOfferedError):
        alone.cells(Member())
    with pytest.raises(NotOfferedError):
        panel.cells(Member(nationality="AUS"))


def test_a_part_is_the_total_without_the_other_part_but_not_of_perturbed_counts() -> None:
    whole, germans = block([10, 20], [0, 20, OPEN]), block([7, 5], [0, 20, OPEN])
    blocks = {Member(): whole, Member(nationality="DE"): germans}
    panel = Panel("t", "births", ["01"], [Point("d", "none")], blocks, np.array([[True]]))
    foreign = panel.cells(Member(nationality="AUS"))
    assert [number(foreign.count(0, 20)), number(foreign.count(20, OPEN))] == [3, 15]
    secret = Block(germans.groups, np.array([[[np.nan, 5.0]]]), np.array([[[Flag.SECRET, 0]]], dtype=np.uint16))
    panel = replace(panel, blocks={Member(): whole, Member(nationality="DE"): secret})
    young = panel.cells(Member(nationality="AUS")).count(0, 20)
    assert np.isnan(young.value[0, 0])
    assert young.flags[0, 0] == Flag.SECRET
    noisy = Block(germans.groups, germans.values, np.full_like(germans.flags, Flag.CELL_KEY))
    panel = replace(panel, blocks={Member(): whole, Member(nationality="DE"): noisy})
    with pytest.raises(NotOfferedError):
        panel.cells(Member(nationality="AUS"))


def test_what_a_table_offers_does_not_hang_on_what_it_was_asked_before() -> None:
    """12411-0007 prints men and women, Germans and foreigners, and no total of either."""
    ages = [0, 20, OPEN]
    blocks = {Member(s, n): block([i, 10 * i], ages) for i, (s, n) in enumerate(product("MF", ("DE", "AUS")), 1)}
    panel = Panel("t", "population", ["01"], [Point("d", "none")], blocks, np.array([[True]]))
    members = [Member(*codes) for codes in product(("_T", "M", "F"), ("_T", "DE", "AUS"))]
    fresh = [number(replace(panel).cells(m).count()) for m in members]
    assert fresh == [110, 44, 66, 33, 11, 22, 77, 33, 44]
    assert [number(panel.cells(m).count()) for m in reversed(members)] == fresh[::-1]
    assert set(panel.blocks) == set(blocks)
    unknown = replace(panel, blocks={m: b for m, b in blocks.items() if m != Member("F", "AUS")})
    unknown.cells(Member("M"))
    with pytest.raises(NotOfferedError):
        unknown.cells(Member())


def observations(*changes: dict[str, Any]) -> pa.Table:
    import pandas as pd

    base = {**DEFAULTS, "region": "01", "gebietsstand": date(2015, 12, 31), "date": date(2015, 12, 31)}
    base |= {"base": "zensus_2011", "measure": "population", "value": 1.0, "source": "t"}
    frame = validate(pd.DataFrame([base | change for change in changes]), "t")
    return pa.Table.from_pandas(frame, schema=schema(), preserve_index=False)


def test_a_region_that_is_not_there_is_absent_and_a_cell_that_is_not_there_is_not_published() -> None:
    table = observations(
        {"region": "01", "sex": "M"},
        {"region": "01", "sex": "F"},
        {"region": "02", "sex": "M"},
        {"region": "01", "date": date(2014, 12, 31)},
    )
    (panel,) = panels(table, "t")
    assert panel.regions == ["01", "02"]
    men, women = panel.blocks[Member("M")], panel.blocks[Member("F")]
    assert men.flags[:, :, 0].tolist() == [[Flag.NOT_PUBLISHED, 0], [Flag.REGION_ABSENT, 0]]
    assert women.flags[1, 1, 0] == Flag.NOT_PUBLISHED


def test_two_bases_of_one_date_are_two_points_the_newer_last() -> None:
    table = observations(
        {"base": "zensus_2022", "value": 2.0}, {"base": "zensus_2011"}, {"base": "census_2022", "value": 3.0}
    )
    (panel,) = panels(table, "t")
    assert [p.base for p in panel.points] == ["zensus_2011", "zensus_2022", "census_2022"]
    assert panel.blocks[Member()].values.ravel().tolist() == [1, 2, 3]


def test_only_wanted_regions() -> None:
    table = observations({"region": "01"}, {"region": "02"}, {"region": "03", "measure": "households"})
    assert [p.regions for p in panels(table, "t", frozenset({"02"}))] == [["02"]]
