"""Formulas over one table: each year of age on the side it belongs to, sexes not swapped, means and medians right."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.cells import Block, Member, Panel, Point
from kommunalprofil.errors import TilingError
from kommunalprofil.indicators import declared
from kommunalprofil.indicators.declare import At, Parts
from kommunalprofil.vocabulary import Flag

ALL = declared()
SINGLE = [*(AgeGroup(a, a + 1) for a in range(90)), AgeGroup(90, OPEN)]


def block(values: np.ndarray, groups: list[AgeGroup] = SINGLE) -> Block:
    return Block(groups, values.reshape(1, 1, -1).astype(float), np.zeros((1, 1, len(values)), np.uint16))


def people(values: np.ndarray, extra: dict[Member, np.ndarray] | None = None) -> Any:
    """The cells of a population by single years of age."""
    member = Member()
    blocks = {member: block(values)} | {m: block(v) for m, v in (extra or {}).items()}
    return Panel("t", "population", ["01"], [Point("2015-12-31", "x")], blocks, np.array([[True]])).cells(member)


def parts(name: str, variant: str = "", values: np.ndarray | None = None, at: At | None = None) -> Parts:
    formula = ALL[name].variant(variant).formula
    assert formula is not None
    return formula(people(values if values is not None else np.ones(91)), at or At())


def value(name: str, variant: str = "", values: np.ndarray | None = None, at: At | None = None) -> float:
    return float(parts(name, variant, values, at).value.value[0, 0])


Ranges = list[range]
AGES: dict[tuple[str, str], tuple[Ranges, Ranges, Ranges, float]] = {
    ("youth_ratio", ""): ([range(20)], [], [range(20, 65)], 100),
    ("youth_ratio", "0-14_15-64"): ([range(15)], [], [range(15, 65)], 100),
    ("youth_ratio", "0-19_20-59"): ([range(20)], [], [range(20, 60)], 100),
    ("youth_ratio", "0-17_18-64"): ([range(18)], [], [range(18, 65)], 100),
    ("old_age_ratio", ""): ([range(65, 91)], [], [range(20, 65)], 100),
    ("old_age_ratio", "65_15-64"): ([range(65, 91)], [], [range(15, 65)], 100),
    ("old_age_ratio", "60_20-59"): ([range(60, 91)], [], [range(20, 60)], 100),
    ("old_age_ratio", "67_20-66"): ([range(67, 91)], [], [range(20, 67)], 100),
    ("old_age_ratio", "65_18-64"): ([range(65, 91)], [], [range(18, 65)], 100),
    ("total_dependency_ratio", ""): ([range(20), range(65, 91)], [], [range(20, 65)], 100),
    ("ageing_index", ""): ([range(65, 91)], [], [range(15)], 100),
    ("greying_index", ""): ([range(80, 91)], [], [range(60, 80)], 100),
    ("greying_index", "80_65-79"): ([range(80, 91)], [], [range(65, 80)], 100),
    ("parent_support_ratio", ""): ([range(80, 91)], [], [range(50, 65)], 100),
    ("working_age_replacement", ""): ([range(20, 25)], [], [range(60, 65)], 100),
    ("billeter", ""): ([range(15)], [range(50, 91)], [range(15, 50)], 1),
}
"""Indicator, variant → ages that add to the numerator, that are taken from it, of the denominator; scale."""


def test_every_ratio_of_ages_is_held_by_its_ages() -> None:
    """A new declaration over ages must be written down here, too."""
    other = {"population", "age_share", "mean_age", "median_age", "foreign_share", "women_per_100_men"}
    other |= {"young_men_per_100_women", "immigration_history_share", "family_status_share"}
    declared_ones = {
        (name, variant)
        for name, one in ALL.items()
        for variant in ("", *one.variants)
        if one.measure == "population" and one.variant(variant).formula and name not in other
    }
    assert declared_ones == set(AGES)


@pytest.mark.parametrize(("name", "variant"), AGES)
def test_each_year_of_age_is_on_the_side_it_belongs_to(name: str, variant: str) -> None:
    """One more person of each age, one at a time: fails if 65 becomes 64 or an interval turns inclusive."""
    plus, minus, under, scale = AGES[name, variant]
    above = sum(map(len, plus)) - sum(map(len, minus))
    below = sum(map(len, under))
    for age in range(91):
        values = np.ones(91)
        values[age] += 1
        more = any(age in r for r in plus) - any(age in r for r in minus)
        expected = (above + more) / (below + any(age in r for r in under)) * scale
        assert value(name, variant, values) == pytest.approx(expected), age


@pytest.mark.parametrize(("name", "variant"), AGES)
def test_symbol_and_words_name_the_bounds(name: str, variant: str) -> None:
    way = ALL[name].variant(variant)
    for ranges in AGES[name, variant][:3]:
        for r in ranges:
            shown = f"{r.start}+" if r.stop == 91 else f"{r.start}–{r.stop - 1}"
            assert f"P({shown})" in way.symbol
            words = f"ab {r.start}" if r.stop == 91 else f"unter {r.stop}" if r.start == 0 else f"{r.start} bis"
            assert words in way.definition


@pytest.mark.parametrize("text", ALL["age_share"].members["age"])
def test_each_share_means_its_ages(text: str) -> None:
    group = AgeGroup.parse(text)
    for age in range(91):
        values = np.ones(91)
        values[age] += 1
        expected = (min(group.hi, 91) - group.lo + (group.lo <= age < group.hi)) / 92 * 100
        assert value("age_share", "", values, At(group)) == pytest.approx(expected), age


def of_sexes(name: str, values: np.ndarray) -> Parts:
    formula = ALL[name].variant("").formula
    assert formula is not None
    return formula(people(np.ones(91), extra={Member("M"): values, Member("F"): values[::-1].copy()}), At())


def test_women_and_men_are_not_swapped() -> None:
    men = np.arange(91.0)
    found = of_sexes("women_per_100_men", men)
    assert found.numerator is not None
    assert float(found.value.value[0, 0]) == pytest.approx(100)
    assert of_sexes("young_men_per_100_women", men).value.value[0, 0] == pytest.approx(
        men[18:30].sum() / men[::-1][18:30].sum() * 100
    )
    one_more = men.copy()
    one_more[0] += 91
    more = of_sexes("women_per_100_men", one_more)
    assert more.denominator is not None
    assert more.denominator.value[0, 0] == one_more.sum()
    fewer_women = {Member("M"): np.full(91, 2.0), Member("F"): np.ones(91)}
    formula = ALL["women_per_100_men"].variant("").formula
    assert formula is not None
    assert formula(people(np.full(91, 3.0), fewer_women), At()).value.value[0, 0] == pytest.approx(50)


@pytest.mark.parametrize(("age", "counts"), [(17, False), (18, True), (29, True), (30, False)])
def test_young_means_18_to_29(age: int, counts: bool) -> None:
    men = np.ones(91)
    men[age] += 1
    extra = {Member("M"): men, Member("F"): np.ones(91)}
    formula = ALL["young_men_per_100_women"].variant("").formula
    assert formula is not None
    found = formula(people(np.ones(91), extra=extra), At())
    assert float(found.value.value[0, 0]) == pytest.approx((12 + counts) / 12 * 100)


def test_foreigners_are_the_numerator() -> None:
    extra = {Member(nationality="AUS"): np.ones(91), Member(nationality="DE"): np.full(91, 3.0)}
    formula = ALL["foreign_share"].variant("").formula
    assert formula is not None
    cells = people(np.full(91, 4.0), extra=extra)
    assert float(formula(cells, At()).value.value[0, 0]) == pytest.approx(25)
    assert float(formula(cells, At(AgeGroup(20, 30))).value.value[0, 0]) == pytest.approx(25)


def test_descendants_of_grown_ups_are_a_gap_not_a_zero() -> None:
    """The census prints `-` for descendants from 20 up: the registers know no parents of theirs."""
    formula = ALL["immigration_history_share"].variant("").formula
    assert formula is not None
    cells = people(np.full(91, 4.0), extra={Member(migration=m): np.ones(91) for m in ("descendant", "one_sided")})
    for code in ("descendant", "one_sided"):
        assert float(formula(cells, At(AgeGroup(10, 20), code)).value.value[0, 0]) == pytest.approx(25)
        for group in (AgeGroup(20, 30), AgeGroup(19, 21), AgeGroup(65, OPEN)):
            with pytest.raises(TilingError, match="nur von unter 20-Jährigen"):
                formula(cells, At(group, code))


def test_mean_and_median_of_a_cohort() -> None:
    cohort = np.zeros(91)
    cohort[40] = 7
    assert value("mean_age", "", cohort) == pytest.approx(40.5)
    assert value("mean_age", "completed_years", cohort) == pytest.approx(40)
    completed = parts("mean_age", "completed_years", cohort)
    assert completed.numerator is not None
    assert float(completed.numerator.value[0, 0]) == pytest.approx(40 * 7)
    assert value("median_age", "", cohort) == pytest.approx(40.5)
    assert value("median_age", "five_year_groups", cohort) == pytest.approx(42.5)


@pytest.mark.parametrize(
    ("bounds", "estimated"),
    [([*range(0, 86, 5), OPEN], False), ([*range(0, 81, 5), OPEN], True), ([0, 6, *range(11, 87, 5), OPEN], True)],
)
def test_a_mean_of_coarse_groups_is_estimated(bounds: list[int], estimated: bool) -> None:
    found = in_groups("mean_age", bounds)
    assert bool(found.value.flags[0, 0] & Flag.ESTIMATED) == estimated


@pytest.mark.parametrize("name", ["mean_age", "median_age"])
def test_too_wide_groups_have_no_mean(name: str) -> None:
    in_groups(name, [*range(0, 91, 10), OPEN])
    with pytest.raises(TilingError, match="20–30 ist dafür zu breit"):
        in_groups(name, [0, 10, 20, 31, *range(41, 92, 10), OPEN])


def in_groups(name: str, bounds: list[int]) -> Parts:
    """Of a population with one person in each age group."""
    groups = [AgeGroup(lo, hi) for lo, hi in pairwise(bounds)]
    blocks = {Member(): block(np.ones(len(groups)), groups)}
    panel = Panel("t", "population", ["01"], [Point("2015-12-31", "x")], blocks, np.array([[True]]))
    formula = ALL[name].variant("").formula
    assert formula is not None
    return formula(panel.cells(Member()), At())


def test_a_median_in_the_open_group_is_a_gap_with_its_reason() -> None:
    old = np.zeros(91)
    old[90] = 5
    found = parts("median_age", "", old)
    assert found.value.flags[0, 0] & Flag.NOT_COMPUTABLE
    assert "offenen Altersgruppe" in found.reason


@settings(max_examples=40)
@given(st.lists(st.integers(0, 500), min_size=91, max_size=91).filter(lambda v: sum(v[:80]) > sum(v[80:]) * 2))
def test_half_are_younger_than_the_median(values: list[int]) -> None:
    numbers = np.array(values, float)
    median = value("median_age", "", numbers)
    whole = int(median)
    assert numbers[:whole].sum() <= numbers.sum() / 2 + 1e-6
    assert numbers[: whole + 1].sum() >= numbers.sum() / 2 - 1e-6


@pytest.mark.parametrize("name", ["mean_age", "median_age", "youth_ratio", "billeter"])
def test_nobody_has_no_mean_age_and_no_share(name: str) -> None:
    found = parts(name, "", np.zeros(91))
    assert found.value.flags[0, 0] & Flag.ZERO_DENOMINATOR
    assert np.isnan(found.value.value[0, 0])


HOUSES = {"_T": 200.0, "couple_with_child": 30.0, "lone_parent": 10.0, "one_person": 90.0, "married": 50.0,
          "registered_partnership": 2.0, "unmarried_couple": 13.0, "lone_mother": 8.0, "lone_father": 3.0}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("households", "T", 200),
        ("households", "one_person", 90),
        ("household_share", "one_person", 45),
        ("household_share", "lone_father", 1.5),
        ("families_share", "T", 20),
        ("lone_parent_family_share", "T", 25),
        ("lone_father_share", "T", 300 / 11),
        ("unmarried_couple_share", "T", 20),
    ],
)
def test_households(name: str, kind: str, expected: float) -> None:
    whole = [AgeGroup(0, OPEN)]
    blocks = {Member("_Z", "_Z", "_Z", kind): block(np.array([n]), whole) for kind, n in HOUSES.items()}
    panel = Panel("t", "households", ["01"], [Point("d", "x")], blocks, np.array([[True]]))
    formula = ALL[name].variant("").formula
    assert formula is not None
    found = formula(panel.cells(Member("_Z", "_Z", "_Z", "_T")), At(household=kind))
    assert float(found.value.value[0, 0]) == pytest.approx(expected)
