"""Every declaration keeps the contract: ids, labels, units, dimensions, variants – and means the ages it says."""

from __future__ import annotations

import re

import pytest

from kommunalprofil.ages import AgeGroup
from kommunalprofil.indicators import Indicator, declared
from kommunalprofil.observations import CLOSED
from kommunalprofil.registry import collect
from kommunalprofil.sources import declared as tables
from kommunalprofil.vocabulary import BASE, HOUSEHOLD, LEVEL, MEASURE, MIGRATION, PERIOD

ALL = declared()
WAYS = [(name, variant) for name, one in ALL.items() for variant in ("", *one.variants)]
CONTRACT: dict[str, tuple[str, str]] = {
    "population": ("Personen", "sex nationality age"),
    "population_change": ("je 10.000", "sex"),
    "population_change_5y": ("%", "sex"),
    "population_change_10y": ("%", "sex"),
    "population_change_since_2011": ("%", "sex"),
    "average_population": ("Personen", "sex"),
    "population_density": ("je km²", ""),
    "women_per_100_men": ("je 100", "age"),
    "young_men_per_100_women": ("je 100", ""),
    "youth_ratio": ("je 100", "sex nationality"),
    "old_age_ratio": ("je 100", "sex nationality"),
    "total_dependency_ratio": ("je 100", "sex nationality"),
    "mean_age": ("Jahre", "sex nationality"),
    "median_age": ("Jahre", "sex nationality"),
    "age_share": ("%", "sex nationality age"),
    "ageing_index": ("je 100", "sex nationality"),
    "greying_index": ("je 100", "sex"),
    "billeter": ("Zahl", "sex"),
    "parent_support_ratio": ("je 100", ""),
    "working_age_replacement": ("je 100", "sex"),
    "birth_rate": ("je 10.000", "sex"),
    "death_rate": ("je 10.000", "sex"),
    "natural_balance_rate": ("je 10.000", "sex"),
    "births": ("Personen", "sex nationality"),
    "deaths": ("Personen", "sex nationality"),
    "natural_balance": ("Personen", "sex nationality"),
    "general_fertility_rate": ("je 1.000", ""),
    "total_fertility_rate": ("Kinder je Frau", "nationality"),
    "life_expectancy": ("Jahre", "sex"),
    "life_expectancy_65": ("Jahre", "sex"),
    "moves_in": ("Personen", "sex age nationality"),
    "moves_out": ("Personen", "sex age nationality"),
    "net_migration": ("Personen", "sex age nationality"),
    "in_migration_rate": ("je 10.000", "sex nationality"),
    "out_migration_rate": ("je 10.000", "sex nationality"),
    "net_migration_rate": ("je 10.000", "sex nationality"),
    "net_migration_age_rate": ("je 1.000", "sex age"),
    "education_migration": ("je 1.000", "sex"),
    "family_migration": ("je 1.000", "sex"),
    "midlife_migration": ("je 1.000", "sex"),
    "old_age_migration": ("je 1.000", "sex"),
    "net_migration_18_29": ("je 10.000", "sex"),
    "migration_turnover": ("je 1.000", ""),
    "foreign_moves_share": ("%", ""),
    "moves_abroad_share": ("%", "sex"),
    "foreign_share": ("%", "sex age"),
    "migration_background_share": ("%", "sex age nationality"),
    "immigration_history_share": ("%", "migration"),
    "naturalisation_rate": ("je 1.000", "sex"),
    "households": ("Haushalte", "household"),
    "household_share": ("%", "household"),
    "families_share": ("%", ""),
    "lone_parent_family_share": ("%", ""),
    "lone_father_share": ("%", ""),
    "unmarried_couple_share": ("%", ""),
    "persons_per_household": ("Personen", ""),
    "family_status_share": ("%", "household sex"),
    "care_need_65": ("je 1.000", "sex"),
}
"""Id → unit and the dimensions it must be offered by."""
VARIANTS = {
    "youth_ratio": {"0-14_15-64", "0-19_20-59", "0-17_18-64"},
    "old_age_ratio": {"65_15-64", "60_20-59", "67_20-66", "65_18-64"},
    "mean_age": {"completed_years"},
    "median_age": {"five_year_groups"},
    "greying_index": {"80_65-79"},
    "birth_rate": {"four_year_mean"},
    "death_rate": {"four_year_mean"},
    "natural_balance_rate": {"four_year_mean"},
    "general_fertility_rate": {"15-49"},
    "net_migration_age_rate": {"four_year_mean"},
    "education_migration": {"one_year"},
    "family_migration": {"one_year"},
    "midlife_migration": {"one_year"},
    "old_age_migration": {"one_year"},
    "life_expectancy": {"lower_95", "upper_95"},
    "life_expectancy_65": {"lower_95", "upper_95"},
}


def test_every_id_of_the_contract_is_there() -> None:
    assert set(ALL) >= set(CONTRACT)


@pytest.mark.parametrize("name", CONTRACT)
def test_unit_and_breakdowns_of_the_contract(name: str) -> None:
    unit, by = CONTRACT[name]
    assert ALL[name].unit == unit
    assert ALL[name].by >= set(by.split())


def test_variants_of_the_contract() -> None:
    assert {i.id: set(i.variants) for i in ALL.values() if i.variants} == VARIANTS


@pytest.mark.parametrize("one", ALL.values(), ids=lambda i: i.id)
def test_a_declaration_is_complete(one: Indicator) -> None:
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", one.id)
    assert one.de
    assert one.en
    assert one.unit in {unit for unit, _ in CONTRACT.values()}
    assert one.reference
    assert one.denominator
    assert one.period in ("stock", "year")
    assert one.by <= {"sex", "nationality", "age", "migration", "household"}
    assert one.own <= one.by
    assert set(one.members) <= one.by
    assert set(one.measures) <= set(MEASURE)
    assert one.against in ("", "population")
    assert one.levels <= set(LEVEL)
    assert one.few <= {"numerator", "denominator"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in one.breaks)
    assert all(re.fullmatch(r"[a-z0-9_]+", name) for name in one.breaks.values())
    assert one.note == "" or one.note.endswith(".")
    for member in one.own:
        assert one.members[member]
    with pytest.raises(KeyError):
        one.variant("gibt es nicht")


@pytest.mark.parametrize(("name", "variant"), WAYS)
def test_every_way_to_compute_is_told(name: str, variant: str) -> None:
    way = ALL[name].variant(variant)
    assert (way.formula is None) != (way.derived is None)
    assert way.definition.endswith(".")
    assert way.symbol
    assert way.unit in {unit for unit, _ in CONTRACT.values()}
    assert way.years in (1, 3, 4)
    assert way.years == 1 or ALL[name].period == "year"
    if variant:
        assert way.definition != ALL[name].definition
        assert way.symbol != ALL[name].symbol


def test_labels_are_not_used_twice() -> None:
    for label in ("de", "en"):
        texts = [getattr(one, label) for one in ALL.values()]
        assert len(texts) == len(set(texts))


@pytest.mark.parametrize("one", [i for i in ALL.values() if i.oracle], ids=lambda i: i.id)
def test_an_oracle_is_a_declared_table(one: Indicator) -> None:
    for oracle in one.oracle:
        assert oracle.table in tables()
        assert oracle.measure in MEASURE
        assert oracle.measure.startswith("official_") == tables()[oracle.table].oracle or "Sterbetafel" in oracle.table
        assert oracle.household == "T" or oracle.household in one.members["household"]
        assert oracle.variant in ("", *one.variants)


def test_every_official_ratio_is_somebodys_oracle() -> None:
    """What the offices compute themselves is met by an indicator, unless nobody declares it."""
    met = {(o.table, o.measure) for one in ALL.values() for o in one.oracle}
    for table, measure in (
        ("12411-07-01-4", "official_mean_age"),
        ("12411-07-01-5", "official_mean_age"),
        ("12411-08-01-4", "official_youth_ratio"),
        ("12411-08-01-4", "official_old_age_ratio"),
        ("AI-N-03", "official_net_migration_rate"),
        ("AI-N-04", "official_youth_ratio"),
        ("AI-N-04", "official_old_age_ratio"),
        ("AI-N-04", "official_total_dependency_ratio"),
        ("AI-Z1-2011", "official_mean_age"),
        ("AI-Z1-2011", "official_migration_background_share"),
        ("AI-Z3-2011", "official_household_size"),
        ("AI-Z3-2011", "official_one_person_share"),
        ("AI-Z3-2011", "official_families_share"),
        ("AI014-2", "official_care_need_65"),
        ("12621-Laender", "official_life_expectancy"),
        ("12621-Sterbetafel", "official_life_expectancy"),
    ):
        assert (table, measure) in met


def test_the_two_notions_of_migration_are_bridged() -> None:
    """Migration background (2011) and immigration history (2022) are two indicators that name each other."""
    one, other = ALL["migration_background_share"], ALL["immigration_history_share"]
    assert one.measure != other.measure
    for each in (one, other):
        assert "zwei Begriffe" in each.note
        assert "Migrationshintergrund" in each.note
        assert "Einwanderungsgeschichte" in each.note


def test_members_are_codes_of_their_lists() -> None:
    for one in ALL.values():
        assert set(one.members.get("household", ())) <= set(HOUSEHOLD)
        assert set(one.members.get("migration", ())) <= set(MIGRATION)
        for text in one.members.get("age", ()):
            assert str(AgeGroup.parse(text)) == text


def test_shares_of_the_contract() -> None:
    ages = ["0-17", "18-24", "25-44", "45-64", "65+", "80+", "0-2", "3-5", "6-9", "10-15", "16-18", "19-24", "65-79"]
    assert set(ages) == set(ALL["age_share"].members["age"])
    assert ALL["net_migration_age_rate"].members["age"] == ("0-17", "18-24", "25-29", "30-49", "50-64", "65+")


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
