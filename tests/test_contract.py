"""Every declaration keeps the contract: ids, labels, units, dimensions, variants – and means the ages it says."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.cells import Block, Member, Panel, Point
from kommunalprofil.indicators import Indicator, declared
from kommunalprofil.indicators.declare import At
from kommunalprofil.observations import CLOSED
from kommunalprofil.registry import collect
from kommunalprofil.sources import declared as tables
from kommunalprofil.vocabulary import BASE, HOUSEHOLD, LEVEL, MEASURE, MIGRATION, PERIOD, Flag

IDS = {
    "population",
    "population_change",
    "population_density",
    "women_per_100_men",
    "youth_ratio",
    "old_age_ratio",
    "total_dependency_ratio",
    "mean_age",
    "median_age",
    "age_share",
    "ageing_index",
    "foreign_share",
    "immigration_history_share",
    "households",
    "household_share",
    "families_share",
    "lone_parent_family_share",
}
ALL = declared()


def test_the_first_indicators_are_there() -> None:
    assert set(ALL) >= IDS


@pytest.mark.parametrize("one", ALL.values(), ids=lambda i: i.id)
def test_a_declaration_is_complete(one: Indicator) -> None:
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", one.id)
    assert one.de
    assert one.en
    assert one.unit in {"Personen", "Haushalte", "je 100", "je 1.000", "je 10.000", "%", "je km²", "Jahre", "Zahl"}
    assert one.definition.endswith(".")
    assert one.reference
    assert (one.formula is None) != (one.derived is None)
    assert one.by <= {"sex", "nationality", "age", "migration", "household"}
    assert one.own <= one.by
    assert set(one.members) <= one.by
    assert one.measure in MEASURE
    assert all(callable(formula) for formula in one.variants.values())
    assert one.oracle is None or (one.oracle[0] in tables() and one.oracle[1] in MEASURE)
    with pytest.raises(KeyError):
        one.formula_of("gibt es nicht")


def test_members_are_codes_of_their_lists() -> None:
    for one in ALL.values():
        assert set(one.members.get("household", ())) <= set(HOUSEHOLD)
        assert set(one.members.get("migration", ())) <= set(MIGRATION)
        for text in one.members.get("age", ()):
            assert str(AgeGroup.parse(text)) == text


VARIANTS = {
    "youth_ratio": {"0-14_15-64", "0-19_20-59", "0-17_18-64"},
    "old_age_ratio": {"65_15-64", "60_20-59", "67_20-66", "65_18-64"},
    "mean_age": {"completed_years"},
    "median_age": {"five_year_groups"},
}


def test_variants_of_the_contract() -> None:
    assert {i.id: set(i.variants) for i in ALL.values() if i.variants} == VARIANTS


def test_shares_of_the_contract() -> None:
    ages = ["0-17", "18-24", "25-44", "45-64", "65+", "80+", "0-2", "3-5", "6-9", "10-15", "16-18", "19-24", "65-79"]
    assert set(ages) == set(ALL["age_share"].members["age"])


def test_every_table_is_declared_whole() -> None:
    for table in tables().values():
        assert table.title
        assert table.level in LEVEL
        assert table.dims <= {"sex", "nationality", "age", "migration", "household"}
        assert table.measure in MEASURE
        assert table.period in PERIOD
        assert table.base in {*BASE, "fortschreibung", "as_read"}
        for said in [*table.headings.values(), *table.columns.values()]:
            for dim, code in (said or {}).items():
                assert code in CLOSED.get(dim, (code,)), (table.id, dim)
                assert dim in {*CLOSED, "age_from", "age_to", "flag", "variant"}


def test_a_doubled_id_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from kommunalprofil.indicators import ageing, population

    monkeypatch.setattr(population, "impostor", ageing.youth_ratio.__class__(**vars(ageing.youth_ratio)), raising=False)
    with pytest.raises(ValueError, match="'youth_ratio' is declared twice"):
        collect("kommunalprofil.indicators", Indicator)


SINGLE = [*(AgeGroup(a, a + 1) for a in range(90)), AgeGroup(90, OPEN)]


def people(values: np.ndarray, sex: str = "_T", extra: dict[Member, np.ndarray] | None = None) -> Any:
    """The cells of a population by single years of age."""

    def block(v: np.ndarray) -> Block:
        return Block(SINGLE, v.reshape(1, 1, -1).astype(float), np.zeros((1, 1, len(v)), np.uint16))

    blocks = {Member(sex): block(values)} | {m: block(v) for m, v in (extra or {}).items()}
    return Panel("t", "population", ["01"], [Point("2015-12-31", "x")], blocks, np.array([[True]])).cells(Member(sex))


def ratio(name: str, variant: str = "", values: np.ndarray | None = None, at: At | None = None) -> float:
    cells = people(values if values is not None else np.ones(91))
    return float(ALL[name].formula_of(variant)(cells, at or At()).value.value[0, 0])


# indicator, variant → ages above and below the line, both ends included
AGES: dict[tuple[str, str], tuple[list[range], range]] = {
    ("youth_ratio", ""): ([range(20)], range(20, 65)),
    ("youth_ratio", "0-14_15-64"): ([range(15)], range(15, 65)),
    ("youth_ratio", "0-19_20-59"): ([range(20)], range(20, 60)),
    ("youth_ratio", "0-17_18-64"): ([range(18)], range(18, 65)),
    ("old_age_ratio", ""): ([range(65, 91)], range(20, 65)),
    ("old_age_ratio", "65_15-64"): ([range(65, 91)], range(15, 65)),
    ("old_age_ratio", "60_20-59"): ([range(60, 91)], range(20, 60)),
    ("old_age_ratio", "67_20-66"): ([range(67, 91)], range(20, 67)),
    ("old_age_ratio", "65_18-64"): ([range(65, 91)], range(18, 65)),
    ("total_dependency_ratio", ""): ([range(20), range(65, 91)], range(20, 65)),
    ("ageing_index", ""): ([range(65, 91)], range(15)),
}


@pytest.mark.parametrize(("name", "variant"), AGES)
def test_each_year_of_age_is_on_the_side_it_belongs_to(name: str, variant: str) -> None:
    """One more person of each age, one at a time: fails if 65 becomes 64 or an interval turns inclusive."""
    over, under = AGES[name, variant]
    above, below = sum(len(r) for r in over), len(under)
    for age in range(91):
        values = np.ones(91)
        values[age] += 1
        expected = (above + any(age in r for r in over)) / (below + (age in under)) * 100
        assert ratio(name, variant, values) == pytest.approx(expected), age


@pytest.mark.parametrize("text", ALL["age_share"].members["age"])
def test_each_share_means_its_ages(text: str) -> None:
    group = AgeGroup.parse(text)
    for age in range(91):
        values = np.ones(91)
        values[age] += 1
        expected = (min(group.hi, 91) - group.lo + (group.lo <= age < group.hi)) / 92 * 100
        assert ratio("age_share", "", values, At(group)) == pytest.approx(expected), age


def test_women_and_men_are_not_swapped() -> None:
    cells = people(np.ones(91), extra={Member("M"): np.full(91, 2.0), Member("F"): np.full(91, 3.0)})
    parts = ALL["women_per_100_men"].formula_of("")(cells, At())
    assert float(parts.value.value[0, 0]) == pytest.approx(150)
    assert parts.numerator is not None
    assert float(parts.numerator.value[0, 0]) == 273


def test_foreigners_are_the_numerator() -> None:
    cells = people(
        np.full(91, 4.0), extra={Member(nationality="AUS"): np.ones(91), Member(nationality="DE"): np.full(91, 3.0)}
    )
    assert float(ALL["foreign_share"].formula_of("")(cells, At()).value.value[0, 0]) == pytest.approx(25)
    assert float(ALL["foreign_share"].formula_of("")(cells, At(AgeGroup(20, 30))).value.value[0, 0]) == pytest.approx(
        25
    )


def test_mean_and_median_of_a_cohort() -> None:
    cohort = np.zeros(91)
    cohort[40] = 7
    assert ratio("mean_age", "", cohort) == pytest.approx(40.5)
    assert ratio("mean_age", "completed_years", cohort) == pytest.approx(40)
    assert ratio("median_age", "", cohort) == pytest.approx(40.5)
    assert ratio("median_age", "five_year_groups", cohort) == pytest.approx(42.5)


@settings(max_examples=40)
@given(st.lists(st.integers(0, 500), min_size=91, max_size=91).filter(lambda v: sum(v[:80]) > sum(v[80:]) * 2))
def test_half_are_younger_than_the_median(values: list[int]) -> None:
    numbers = np.array(values, float)
    median = ratio("median_age", "", numbers)
    whole = int(median)
    assert numbers[:whole].sum() <= numbers.sum() / 2 + 1e-6
    assert numbers[: whole + 1].sum() >= numbers.sum() / 2 - 1e-6


def test_nobody_has_no_mean_age_and_no_share() -> None:
    for name in ("mean_age", "median_age", "youth_ratio"):
        parts = ALL[name].formula_of("")(people(np.zeros(91)), At())
        assert parts.value.flags[0, 0] & Flag.ZERO_DENOMINATOR
        assert np.isnan(parts.value.value[0, 0])


HOUSES = {"_T": 200.0, "couple_with_child": 30.0, "lone_parent": 10.0, "one_person": 90.0}


def test_households() -> None:
    blocks = {
        Member("_Z", "_Z", "_Z", kind): Block([AgeGroup(0, OPEN)], np.array([[[n]]]), np.zeros((1, 1, 1), np.uint16))
        for kind, n in HOUSES.items()
    }
    panel = Panel("t", "households", ["01"], [Point("d", "x")], blocks, np.array([[True]]))
    cells = panel.cells(Member("_Z", "_Z", "_Z", "_T"))

    def of(name: str, kind: str = "T") -> float:
        return float(ALL[name].formula_of("")(cells, At(household=kind)).value.value[0, 0])

    assert of("households") == 200
    assert of("households", "one_person") == 90
    assert of("household_share", "one_person") == pytest.approx(45)
    assert of("families_share") == pytest.approx(20)
    assert of("lone_parent_family_share") == pytest.approx(25)
