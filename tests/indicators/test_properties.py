"""What holds for every indicator, whatever the numbers: scaling, splitting, order, parts and wholes, missing parts."""

from __future__ import annotations

import random
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from world import PLACES, YEARS, Row, World, inside

from kommunalprofil.indicators import Results, Selection, declared

ALL = declared()
WAYS = [(name, variant) for name, one in ALL.items() for variant in ("", *one.variants)]
MEANS = {name for name, one in ALL.items() if one.unit == "Jahre" and one.formula}
"""Mean and median age: finer tables give other, better numbers."""
NO_YEARS = {
    "not_computable:kein Wert des Vorjahres (Gestorbene)",
    "not_computable:kein Wert des Vorjahres auf derselben Basis",
    "not_computable:kein Wert von vor 2 Jahren (Gestorbene)",
}
COUNTS = {name for name, one in ALL.items() if one.denominator == "keiner"}
Numbers = dict[tuple[str, str, Selection], tuple[np.ndarray, np.ndarray]]


def everything(results: Results, by: tuple[str, ...] = ("sex",)) -> Numbers:
    """Values and flags of every indicator and variant, split by sex."""
    found = {}
    for name, variant in WAYS:
        for selection in results.selections(name, by, variant):
            series = results.series(name, selection, variant)
            values = np.where(series.there, series.value, np.nan)
            found[name, variant, selection] = values, series.flags
    return found


@cache
def world(seed: int = 1, scale: int = 1) -> World:
    return World(seed, scale)


@cache
def plain() -> Numbers:
    return everything(world().results())


def same(one: np.ndarray, other: np.ndarray, what: object, tolerance: float = 1e-9) -> None:
    assert np.array_equal(np.isnan(one), np.isnan(other)), what
    assert np.allclose(one, other, rtol=tolerance, atol=1e-9, equal_nan=True), what


@settings(max_examples=4, deadline=None)
@given(st.integers(2, 50))
def test_more_people_of_every_kind_change_counts_only(scale: int) -> None:
    for key, (values, _) in everything(world(scale=scale).results()).items():
        name = key[0]
        if ALL[name].measure in ("households", "population_private_households") or "household" in ALL[name].own:
            continue  # the census of this world is not drawn
        before = plain()[key][0]
        fixed = name == "population_density"
        if name in COUNTS or fixed:
            t = [i for i in range(before.shape[1]) if not np.array_equal(before[:, i], values[:, i], equal_nan=True)]
            same(values[:, t], before[:, t] * scale, key)
        elif ALL[name].unit == "Jahre" and key[1] in ("lower_95", "upper_95"):
            centre = plain()[name, "", key[2]][0]
            same((values - centre) * np.sqrt(scale), before - centre, key, 1e-6)  # the interval narrows
        else:
            same(values, before, key)


def split(rows: list[Row]) -> list[Row]:
    """People of 20–24 in two groups, as finer tables have them."""
    found = []
    for row in rows:
        if row["source"] == "12411-02-03-5" and (row["age_from"], row["age_to"]) == (20, 25):
            half = row["value"] // 3
            found += [{**row, "age_to": 22, "value": half}, {**row, "age_from": 22, "value": row["value"] - half}]
        else:
            found.append(row)
    return found


def test_a_split_age_group_changes_nothing() -> None:
    for key, (values, flags) in everything(world().results(split)).items():
        if key[0] not in MEANS:
            same(values, plain()[key][0], key)
            assert np.array_equal(flags, plain()[key][1]), key


@settings(max_examples=3, deadline=None)
@given(st.integers(0, 10_000))
def test_the_order_of_rows_means_nothing(seed: int) -> None:
    shuffle = random.Random(seed)

    def shuffled(rows: list[Row]) -> list[Row]:
        mixed = list(rows)
        shuffle.shuffle(mixed)
        return mixed

    for key, (values, flags) in everything(world().results(shuffled)).items():
        same(values, plain()[key][0], key)
        assert np.array_equal(flags, plain()[key][1]), key


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["secret", "unreliable", "later", "blocked", "not_published"]),
       st.sampled_from([0.02, 0.2, 0.7]))  # fmt: skip
def test_a_missing_part_never_yields_another_number(seed: int, flag: str, share: float) -> None:
    """Any cells hidden: a result is what it was, or a gap with a reason. Never a number made of the rest."""
    rng = np.random.default_rng(seed)

    def hidden(rows: list[Row]) -> list[Row]:
        return [{**r, "value": None, "flag": flag} if rng.random() < share else r for r in rows]

    found = world().results(hidden)
    for key, (values, flags) in everything(found).items():
        if ALL[key[0]].unit == "Jahre":
            continue  # coarser age groups of another table may answer
        before = plain()[key][0]
        there = np.isfinite(values)
        assert np.allclose(values[there], before[there]), key
        lost = np.isnan(values) & np.isfinite(before)
        assert (flags[lost] & np.uint16(0xFF00)).all(), key


@pytest.mark.parametrize("name", sorted(name for name, one in ALL.items() if one.unit == "Jahre"))
def test_ages_with_a_missing_group_come_from_another_table_or_are_a_gap(name: str) -> None:
    def hidden(rows: list[Row]) -> list[Row]:
        return [{**r, "value": None, "flag": "secret"} if r["age_from"] == 20 else r for r in rows]

    values = world().results(hidden).series(name)
    assert np.isnan(values.value).all()
    assert {values.flag(r, t) for r, t in np.argwhere(values.there)} <= {"secret", "not_published", *NO_YEARS}


@pytest.mark.parametrize("name", sorted(COUNTS - {"households", "average_population"}))
def test_parts_make_up_the_whole(name: str) -> None:
    """Women and men, Germans and foreigners, the age groups: each adds up to all."""
    results = world().results()

    def numbers(selection: Selection) -> np.ndarray:
        series = results.series(name, selection)
        return np.where(series.there, series.value, np.nan)

    whole = numbers(Selection())
    for dim, codes in (("sex", ("M", "F")), ("nationality", ("DE", "AUS"))):
        if dim in ALL[name].by:
            parts = sum(numbers(Selection(**{dim: code})) for code in codes)
            both = np.isfinite(parts) & np.isfinite(whole)
            assert both.any()
            assert np.allclose(parts[both], whole[both])
    if "age" in ALL[name].by:
        groups = results.by_age(name, Selection())
        total, told, axis = np.zeros_like(whole), np.zeros_like(whole, dtype=bool), results.series(name)
        for series in groups:
            rows = [axis.regions.index(region) for region in series.regions]
            cells = np.ix_(rows, [axis.points.index(point) for point in series.points])
            total[cells] += np.where(series.there, series.value, 0)
            told[cells] |= series.there & np.isfinite(series.value)
        assert told.any()
        assert np.allclose(total[told], whole[told])


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_the_mean_age_is_that_of_single_years(seed: int) -> None:
    """With single years to 74 and the spread above them known from nowhere, it is off by little; never in between."""
    drawn = World(seed)
    series = drawn.results().series("mean_age")
    ages = np.arange(drawn.people.shape[-1]) + 0.5
    for region in ("01", "01001", "01002"):
        places = [i for i, place in enumerate(PLACES) if inside(region, place)]
        for y, year in enumerate(YEARS):
            people = drawn.people[places, y].sum(axis=(0, 1, 2))
            exact = (people * ages).sum() / people.sum()
            value = next(v for v in series.row(region) if v.date == f"{year}-12-31").value
            assert value is not None
            assert abs(value - exact) < 0.35
