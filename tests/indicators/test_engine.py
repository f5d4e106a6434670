"""Formulas over several tables: dates, bases, borders, years and groups come together as declared, on a small world."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from world import PLACES, REGIONS, YEARS, Row, World, inside

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.indicators import Results, Selection, Value, declared
from kommunalprofil.indicators.lifetable import expectation

ALL = declared()


@cache
def world() -> World:
    return World()


@cache
def results() -> Results:
    return world().results()


def at(name: str, region: str, date: str, variant: str = "", found: Results | None = None, **members: str) -> Value:
    """The one value of a region at a date as it is printed."""
    series = (found or results()).series(name, Selection(**members), variant)
    (value,) = [v for v in series.row(region) if v.date == date]
    return value


def people(region: str, year: int, lo: int = 0, hi: int = 200, **codes: str) -> int:
    return world().count(world().people, region, year, lo, hi, **codes)


def born(region: str, year: int, lo: int = 0, hi: int = 200, **codes: str) -> int:
    return world().count(world().births, region, year, lo, hi, **codes)


def died(region: str, year: int, lo: int = 0, hi: int = 200, **codes: str) -> int:
    return world().count(world().deaths, region, year, lo, hi, **codes)


def net(region: str, year: int, *ages: tuple[int, int], **codes: str) -> int:
    ages = ages or ((0, 200),)
    w = world()
    return sum(
        w.count(w.come, region, year, lo, hi, **codes) - w.count(w.leave, region, year, lo, hi, **codes)
        for lo, hi in ages
    )


def average(region: str, year: int, **codes: str) -> float:
    return (people(region, year, **codes) + people(region, year - 1, **codes)) / 2


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("sex", ["_T", "M", "F"])
def test_rates_are_per_average_population(region: str, sex: str) -> None:
    shown = "T" if sex == "_T" else sex
    for year in YEARS[1:]:
        by = {"sex": sex}
        per = 10_000 / average(region, year, **by)
        for name, expected in (
            ("birth_rate", born(region, year, **by)),
            ("death_rate", died(region, year, **by)),
            ("natural_balance_rate", born(region, year, **by) - died(region, year, **by)),
            ("net_migration_rate", net(region, year, **by)),
        ):
            value = at(name, region, str(year), sex=shown)
            assert value.value == pytest.approx(expected * per)
            assert value.numerator == expected
            assert value.denominator == average(region, year, **by)
            assert value.sources[-1] == "12411-05-01-4"
            assert value.flag == ""


def test_a_gemeinde_counts_its_own_border_and_its_own_average() -> None:
    """No table has the average population of Gemeinden: the mean of both ends, estimated."""
    value = at("net_migration_rate", "01002001", "2013")
    assert value.numerator == net("01002001", 2013)
    assert value.denominator == average("01002001", 2013)
    assert value.flag == "estimated"
    assert value.sources == ("12711-01-03-5", "12411-02-03-5")
    assert at("moves_in", "01002001", "2013").sources == ("12711-01-03-5",)
    assert at("moves_in", "01002", "2013").sources == ("12711-04-02-4",)


def test_flows_are_dated_by_year_and_pooled_years_by_both() -> None:
    assert {v.date for v in results().series("births").row("01")} == {str(y) for y in YEARS}
    assert {v.date for v in results().series("birth_rate", variant="four_year_mean").row("01")} >= {"2012/2015"}
    assert {v.date for v in results().series("life_expectancy").row("01")} >= {"2013/2015"}
    assert {v.date for v in results().series("care_need_65").row("01")} == {f"{y}-12-31" for y in YEARS}


def test_four_year_means_are_sums_over_sums() -> None:
    years = YEARS[1:]
    value = at("birth_rate", "01", "2012/2015", "four_year_mean")
    assert value.value == pytest.approx(
        sum(born("01", y) for y in years) / sum(average("01", y) for y in years) * 1_000
    )
    assert value.unit == "je 1.000"
    value = at("natural_balance_rate", "01", "2012/2015", "four_year_mean")
    balance = sum(born("01", y) - died("01", y) for y in years)
    assert value.value == pytest.approx(balance / sum(average("01", y) for y in years) * 1_000)


def test_a_mean_of_four_years_needs_all_of_them() -> None:
    value = at("birth_rate", "01", "2011/2014", "four_year_mean")
    assert value.missing
    assert value.flag.startswith("not_computable:kein Wert ")


@pytest.mark.parametrize(
    ("name", "ages"),
    [
        ("education_migration", [(18, 25)]),
        ("family_migration", [(0, 18), (30, 50)]),
        ("midlife_migration", [(50, 65)]),
        ("old_age_migration", [(65, 200)]),
    ],
)
@pytest.mark.parametrize("region", ["01001", "01002001"])
def test_life_phases_are_per_persons_of_the_same_age(name: str, ages: list[tuple[int, int]], region: str) -> None:
    def stock(year: int) -> int:
        return sum(people(region, year, lo, hi) for lo, hi in ages)

    one = at(name, region, "2014", "one_year")
    assert one.value == pytest.approx(net(region, 2014, *ages) / stock(2014) * 1_000)
    four = [net(region, y, *ages) for y in range(2012, 2016)], [stock(y) for y in range(2012, 2016)]
    value = at(name, region, "2012/2015")
    assert value.value == pytest.approx(sum(four[0]) / sum(four[1]) * 1_000)
    assert value.numerator == pytest.approx(sum(four[0]) / 4)
    assert value.denominator == pytest.approx(sum(four[1]) / 4)
    men = at(name, region, "2014", "one_year", sex="M")
    stock_of_men = sum(people(region, 2014, lo, hi, sex="M") for lo, hi in ages)
    assert men.value == pytest.approx(net(region, 2014, *ages, sex="M") / stock_of_men * 1_000)


@pytest.mark.parametrize(
    ("age", "lo", "hi"),
    [("0-17", 0, 18), ("18-24", 18, 25), ("25-29", 25, 30), ("30-49", 30, 50), ("50-64", 50, 65), ("65+", 65, 200)],
)
def test_net_migration_by_age(age: str, lo: int, hi: int) -> None:
    value = at("net_migration_age_rate", "01001", "2015", age=age)
    assert value.value == pytest.approx(net("01001", 2015, (lo, hi)) / people("01001", 2015, lo, hi) * 1_000)
    four = at("net_migration_age_rate", "01001", "2012/2015", "four_year_mean", age=age)
    years = range(2012, 2016)
    over, under = sum(net("01001", y, (lo, hi)) for y in years), sum(people("01001", y, lo, hi) for y in years)
    assert four.value == pytest.approx(over / under * 1_000)


def test_young_migration_is_per_the_same_sex_and_age() -> None:
    for sex in ("M", "F"):
        value = at("net_migration_18_29", "01001", "2015", sex=sex)
        under = people("01001", 2015, 18, 30, sex=sex)
        assert value.value == pytest.approx(net("01001", 2015, (18, 30), sex=sex) / under * 10_000)
        assert value.denominator == under


def test_shares_of_moves() -> None:
    w = world()
    moves = w.count(w.come, "01001", 2015)
    foreign = at("foreign_moves_share", "01001", "2015")
    assert foreign.value == pytest.approx(w.count(w.come, "01001", 2015, nat="AUS") / moves * 100)
    assert foreign.sources == ("12711-05-02-4", "12711-04-02-4")
    abroad = at("moves_abroad_share", "01001", "2015")
    assert abroad.value == pytest.approx(w.count(w.abroad, "01001", 2015) / moves * 100)
    more_leave = w.results(lambda rows: [{**r, "value": 2 * r["value"]} if "out" in r["measure"] else r for r in rows])
    assert at("moves_abroad_share", "01001", "2015", found=more_leave).value == abroad.value
    volume = at("migration_turnover", "01001", "2015")
    both = moves + w.count(w.leave, "01001", 2015)
    assert volume.value == pytest.approx(both / average("01001", 2015) * 1_000)


def test_children_per_woman() -> None:
    """Births of mothers under 20 to women of 15–19, from 40 on to women of 40–44; five years to a group."""
    groups = (((0, 20), (15, 20)), ((20, 25),) * 2, ((25, 30),) * 2, ((30, 35),) * 2, ((35, 40),) * 2,
              ((40, 200), (40, 45)))  # fmt: skip
    rates = [born("01", 2015, *mothers) / people("01", 2015, *women, sex="F") for mothers, women in groups]
    value = at("total_fertility_rate", "01", "2015")
    assert value.value == pytest.approx(5 * sum(rates))
    assert value.flag == "estimated"
    assert value.numerator == born("01", 2015)
    assert value.denominator == people("01", 2015, 15, 45, sex="F")


def test_children_per_woman_are_not_had_by_nationality() -> None:
    value = at("total_fertility_rate", "01", "2015", nationality="DE")
    assert value.missing
    assert "nach ihrer eigenen Staatsangehörigkeit" in value.flag


@pytest.mark.parametrize(("variant", "hi"), [("", 45), ("15-49", 50)])
def test_births_per_women(variant: str, hi: int) -> None:
    value = at("general_fertility_rate", "01", "2015", variant)
    assert value.value == pytest.approx(born("01", 2015) / people("01", 2015, 15, hi, sex="F") * 1_000)


def test_births_and_deaths_by_nationality_and_age() -> None:
    for nat in ("DE", "AUS"):
        assert at("births", "01", "2015", nationality=nat).value == born("01", 2015, nat=nat)
    ages = results().by_age("births", Selection())
    assert [s.selection.age for s in ages] == ["0-19", "20-24", "25-29", "30-34", "35-39", "40+"]
    assert sum(v.value for s in ages for v in s.row("01") if v.date == "2015") == born("01", 2015)
    groups = results().by_age("net_migration", Selection(sex="F"))
    assert [s.selection.age for s in groups] == ["0-17", "18-24", "25-29", "30-49", "50-64", "65+"]
    total = sum(v.value for s in groups for v in s.row("01002001") if v.date == "2015")
    assert total == net("01002001", 2015, sex="F")


def test_change_of_the_population() -> None:
    now, before = people("01", 2015), people("01", 2014)
    value = at("population_change", "01", "2015-12-31")
    assert value.value == pytest.approx((now - before) / ((now + before) / 2) * 10_000)
    assert at("population_change", "01", "2011-12-31").missing
    since = at("population_change_since_2011", "01", "2015-12-31")
    assert since.value == pytest.approx((now / people("01", 2011) - 1) * 100)
    for name, years in (("population_change_5y", 5), ("population_change_10y", 10)):
        assert (
            at(name, "01", "2015-12-31").flag == f"not_computable:kein Wert von vor {years} Jahren auf derselben Basis"
        )


def test_care_and_naturalisations() -> None:
    need = people("01", 2015, 80)
    assert at("care_need_65", "01", "2015-12-31").value == pytest.approx(need / people("01", 2015, 65) * 1_000)
    women = people("01", 2015, 80, sex="F") / people("01", 2015, 65, sex="F") * 1_000
    assert at("care_need_65", "01", "2015-12-31", sex="F").value == pytest.approx(women)
    new = world().count(world().new_germans, "01", 2015, nat="AUS")
    assert at("naturalisation_rate", "01", "2015").value == pytest.approx(new / people("01", 2015, nat="AUS") * 1_000)


def test_a_missing_count_of_some_people_says_of_whom() -> None:
    def not_by_nationality(rows: list[Row]) -> list[Row]:
        return [r for r in rows if r["nationality"] not in ("AUS", "DE") or r["measure"] != "population"]

    flag = at("naturalisation_rate", "01", "2015", found=world().results(not_by_nationality)).flag
    assert flag == "not_computable:keine Angabe: Bevölkerung (Ausländerinnen und Ausländer)"


def test_a_change_per_a_mean_of_both_ends_is_estimated_as_that_mean_is() -> None:
    for region, mark in (("01", ""), ("01002001", "estimated")):
        assert at("average_population", region, "2015").flag == mark
        assert at("population_change", region, "2015-12-31").flag == mark


def test_density_takes_the_area_of_the_nearest_day() -> None:
    value = at("population_density", "01002001", "2015-12-31")
    assert value.denominator == 80
    assert value.value == pytest.approx(people("01002001", 2015) / 80)
    assert value.sources == ("12411-02-03-5", "GV-Auszug")


def test_persons_per_household_are_said_to_be_estimated() -> None:
    value = at("persons_per_household", "01", "2022-05-15")
    assert value.value == pytest.approx(2.1)
    assert value.flag.split("|")[0] == "estimated"
    assert value.sources == ("Zensus2022-Demografie", "Zensus2022-Haushalte")


def test_migration_background_is_everybody_but_germans_without() -> None:
    assert at("migration_background_share", "01", "2011-05-09").value == pytest.approx(20)
    young = at("migration_background_share", "01", "2011-05-09", age="0-19")
    assert (young.numerator, young.denominator) == (8_000, 40_000)
    assert at("migration_background_share", "01", "2011-05-09", nationality="DE").value == pytest.approx(12 / 0.92)


def test_the_two_notions_of_migration_never_share_a_date() -> None:
    one, other = (results().series(n) for n in ("migration_background_share", "immigration_history_share"))
    dates = [{v.date for v in s.row("01") if not v.missing} for s in (one, other)]
    assert dates == [{"2011-05-09"}, {"2022-05-15"}]


def test_the_mean_age_of_a_coarse_table_is_spread_as_around_it() -> None:
    """The Gemeinden have 17 groups, their Kreis single years: their mean ages add up to its own, nearly."""
    parts = [at("mean_age", place, "2015-12-31") for place in ("01002001", "01002002")]
    whole = at("mean_age", "01002", "2015-12-31")
    assert all(part.flag == "estimated" for part in parts)
    assert all(part.sources == ("12411-02-03-5", "12411-04-02-4") for part in parts)
    together = sum(p.numerator or 0 for p in parts) / sum(p.denominator or 0 for p in parts)
    assert together == pytest.approx(whole.value, abs=1e-9)
    alone = world().results(regions=["01002001"])
    assert at("mean_age", "01002001", "2015-12-31", found=alone).value == pytest.approx(parts[0].value)


def test_the_region_asked_for_does_not_change_its_value() -> None:
    alone = world().results(regions=["01001"])
    for name in ("mean_age", "net_migration_rate", "life_expectancy", "population_density", "age_share"):
        ages = {"age": "18-24"} if name == "age_share" else {}
        one, many = (f.series(name, Selection(**ages)) for f in (alone, results()))
        assert [(v.date, v.value, v.flag, v.sources) for v in one.row("01001")] == [
            (v.date, v.value, v.flag, v.sources) for v in many.row("01001")
        ]


def on_a_new_base(rows: list[Row]) -> list[Row]:
    """The population of 2014 and 2015 on another base, and that of 2014 on both."""
    moved = [{**r, "base": "zensus_2022"} for r in rows if r["base"] == "zensus_2011" and r["date"] >= "2014"]
    return [r for r in rows if r["base"] != "zensus_2011" or r["date"] < "2015"] + moved


def test_two_bases_never_meet_in_a_difference() -> None:
    found = world().results(on_a_new_base)
    assert at("population_change", "01", "2015-12-31", found=found).value is not None
    assert at("population_change", "01", "2014-12-31", found=found).missing  # the newer base has no year before
    rates = {v.date: v.flag for v in found.series("birth_rate").row("01") if not v.missing}
    assert {date for date, flag in rates.items() if flag == "break:zensus_2022"} == {"2014"}
    assert at("population_change_since_2011", "01", "2015-12-31", found=found).missing
    for name, variant in (("education_migration", ""), ("birth_rate", "four_year_mean")):
        mean = at(name, "01", "2012/2015", variant, found)  # of years on both
        assert mean.value is not None
        assert mean.flag == "break:zensus_2022"


def test_a_new_definition_breaks_the_series() -> None:
    assert ALL["care_need_65"].breaks == {"2017-12-31": "pflegegrade"}
    later = world().results(lambda rows: [{**r, "date": str(int(r["date"][:4]) + 4) + r["date"][4:]} for r in rows])
    flags = {v.date: v.flag for v in later.series("care_need_65").row("01")}
    assert [date for date, flag in flags.items() if flag] == ["2017-12-31"]
    assert flags["2017-12-31"] == "break:pflegegrade"
    moves = {v.date: v.flag for v in later.series("moves_in").row("01")}
    assert {date for date, flag in moves.items() if flag} == {"2016"}


@pytest.mark.parametrize(("name", "age"), [("life_expectancy", 0), ("life_expectancy_65", 65)])
def test_a_life_table_rests_on_three_years_of_deaths_and_of_life(name: str, age: int) -> None:
    groups = [*(AgeGroup(lo, lo + 5) for lo in range(0, 90, 5)), AgeGroup(90, OPEN)]
    years = (2013, 2014, 2015)
    deaths = np.array([sum(died("01", y, g.lo, g.hi, sex="M") for y in years) for g in groups], float)
    ends = [[people("01", y, g.lo, g.hi, sex="M") for g in groups] for y in (2012, *years)]
    lived = (np.array(ends[:-1]) + np.array(ends[1:])).sum(axis=0) / 2
    growth = np.log(ends[-1][-1] / ends[0][-1]) / 3
    expected, variance = expectation(groups, deaths, lived, age, growth)
    value = at(name, "01", "2013/2015", sex="M")
    from_age = [g.lo >= age for g in groups]
    assert value.value == pytest.approx(float(expected))
    assert (value.numerator, value.denominator) == (deaths[from_age].sum(), lived[from_age].sum())
    for variant, sign in (("lower_95", -1), ("upper_95", 1)):
        bound = at(name, "01", "2013/2015", variant, sex="M").value
        assert bound == pytest.approx(float(expected + sign * 1.96 * np.sqrt(variance)), abs=1e-3)


@pytest.mark.parametrize(("scale", "sex", "few"), [(2, "M", True), (3, "M", False), (2, "T", True), (3, "T", False)])
def test_few_years_lived_make_a_life_table_unreliable(scale: int, sex: str, few: bool) -> None:
    """Fewer than 100,000 of either sex: those of the Kreis are about 37,000 in three years, by scale."""
    value = at("life_expectancy", "01001", "2013/2015", found=World(scale=scale).results(), sex=sex)
    assert value.denominator is not None
    assert (value.denominator < 100_000 * (2 if sex == "T" else 1)) == few
    assert value.flag == ("low_reliability" if few else "")


@pytest.mark.parametrize(("cases", "people_", "few"), [(19, 1_000, True), (20, 1_000, False), (50, 99, True),
                                                       (50, 100, False)])  # fmt: skip
def test_small_numbers_are_unreliable(cases: int, people_: int, few: bool) -> None:
    def few_only(rows: list[Row]) -> list[Row]:
        sizes = {(65, 200): cases, (20, 65): people_}
        groups = [r for r in rows if r["source"] == "12411-04-02-4" and r["age_from"] == 0 and r["age_to"] == 200]
        return [{**r, "age_from": lo, "age_to": hi, "value": float(n)} for r in groups for (lo, hi), n in sizes.items()]

    found = world().results(few_only)
    assert at("old_age_ratio", "01", "2015-12-31", found=found).flag == ("low_reliability" if few else "")


def test_a_balance_is_judged_by_its_moves() -> None:
    """A balance near zero of many moves is a good number."""
    value = at("net_migration_rate", "01", "2013")
    small = min((at("net_migration", p, str(y)).value or 0 for p in PLACES[1:] for y in YEARS), key=abs)
    assert value.flag == ""
    assert abs(small) < 200
    zero = world().results(
        lambda rows: [{**r, "value": 500.0} if r["measure"].startswith("moves") else r for r in rows]
    )
    for name, age in (("net_migration_age_rate", "18-24"), ("net_migration_18_29", "T"), ("net_migration_rate", "T")):
        balance = at(name, "01", "2013", found=zero, age=age)
        assert (balance.value, balance.flag) == (0, "")


SAME_EVERYWHERE = {"population_density", "persons_per_household"}
"""Areas and the counts of the census are not drawn for people: they do not add up in this world."""


@pytest.mark.parametrize("name", sorted(n for n, i in ALL.items() if i.unit != "Jahre" and n not in SAME_EVERYWHERE))
def test_sums_are_over_sums(name: str) -> None:
    """A rate of a larger area is Σ numerators ÷ Σ denominators, and lies between those of its parts."""
    compared = 0
    for selection in results().selections(name, ["sex"])[:6]:
        series = results().series(name, selection)
        rows = [{v.date: v for v in series.row(region)} for region in ("01", "01001", "01002")]
        for date, whole in rows[0].items():
            parts = [row[date] for row in rows[1:] if date in row]
            if date[:4] in ("2022",) or date == "2011-05-09" or whole.value is None or len(parts) < 2:
                continue
            if whole.denominator is None:
                assert sum(v.value or 0 for v in parts) == pytest.approx(whole.value)
            else:
                assert sum(v.numerator or 0 for v in parts) == pytest.approx(whole.numerator)
                assert sum(v.denominator or 0 for v in parts) == pytest.approx(whole.denominator)
                values = [v.value or 0 for v in parts]
                assert min(values) - 1e-9 <= whole.value <= max(values) + 1e-9
            compared += 1
    census = {"household", "migration"} & ALL[name].by or ALL[name].measure in (
        "households",
        "population_private_households",
    )
    assert compared or census or name in ("population_change_5y", "population_change_10y")


def test_everybody_is_inside() -> None:
    assert inside("01002", "01002001")
    assert not inside("01001", "01002001")
    assert np.isfinite(people("DE", 2015))
