"""Where borders moved: found from areas and people, never from a good year or a camp for refugees."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fake_profile import FakeValue
from kommunalprofil import boundaries
from kommunalprofil import sentences as say
from kommunalprofil.evidence import Evidence
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir


def yearly(people: list[float], first: int = 2011, base: str = "zensus_2011") -> list[Any]:
    return [
        FakeValue("99001", f"{first + i}-12-31", "population", float(n), "Personen", base=base)
        for i, n in enumerate(people)
    ]


def dense(people: list[Any], areas: list[float]) -> list[Any]:
    pairs = zip(people, areas, strict=True)
    return [replace(v, value=v.value / area, numerator=v.value, denominator=area, unit="je km²") for v, area in pairs]


@pytest.mark.parametrize(
    ("people", "areas", "after"),
    [
        ([1000, 1004, 1001, 1003, 1300, 1302], [10, 10, 10, 13, 13, 13], ["2015-12-31"]),
        ([1000, 1004, 1001, 1003, 900, 902], [10, 10, 10, 9, 9, 9], ["2015-12-31"]),
        ([1000, 1004, 1001, 1003, 1300, 1302], [10, 10, 10, 10.05, 10.05, 10.05], []),  # a survey, not a reform
        ([100, 104, 101, 103, 260, 262], [10, 10, 10, 10.3, 10.3, 10.3], []),  # a camp, not a reform
        ([1000, 1004, 1001, 1003, 1004, 1002], [10, 10, 10, 20, 20, 20], []),  # woods without people
        ([1000, 990, 981, 1055, 1044, 1035], [10, 10, 10, 10, 14, 14], ["2014-12-31"]),  # a gain against the trend
    ],
)
def test_found(people: list[float], areas: list[float], after: list[str]) -> None:
    values = yearly(people)
    assert [reform.after for reform in boundaries.find(values, dense(values, areas))] == after


def test_no_values_no_reform() -> None:
    assert boundaries.find([], []) == []
    assert boundaries.told([]) == ""


def test_a_reform_is_a_break() -> None:
    reform = boundaries.Reform("2013-12-31", "2014-12-31")
    marked = boundaries.crossed(yearly([1000, 1004, 1001, 1300, 1302]), [reform])
    assert [v.flag for v in marked] == ["", "", "", "break:territory", ""]
    assert [(a.date[:4], b.date[:4]) for a, b in say.segments(marked)] == [("2011", "2013"), ("2014", "2015")]
    assert boundaries.told([reform]) == "Zwischen Ende 2013 und Ende 2014 haben sich die Grenzen geändert."
    counted = boundaries.Reform("2022-05-15", "2023-12-31")
    assert boundaries.told([counted]).startswith("Zwischen dem 15.\N{NO-BREAK SPACE}Mai 2022 und Ende 2023")
    assert boundaries.known(marked) == [reform]


def test_a_value_after_two_reforms_is_one_break() -> None:
    reforms = [boundaries.Reform("2012-12-31", "2013-12-31"), boundaries.Reform("2013-12-31", "2014-12-31")]
    first, *_, last = yearly([1000, 1004, 1001, 1300, 1302])
    marked = boundaries.crossed([first, replace(last, flag="estimated")], reforms)
    assert [v.flag for v in marked] == ["", "estimated|break:territory"]


def test_no_change_is_counted_over_a_reform() -> None:
    changes = [replace(v, indicator="population_change") for v in yearly([1.0, 2.0, 3000.0, 1.0])]
    marked = boundaries.crossed(changes, [boundaries.Reform("2012-12-31", "2013-12-31")])
    assert [v.value for v in marked] == [1.0, 2.0, None, 1.0]


@pytest.mark.parametrize(
    ("place", "after"),
    [
        ("16063", ["2019-12-31"]),  # Kaltennordheim left on 1.1.2019; Eisenach, which came later, is added before
        ("16054", ["2019-12-31"]),  # Suhl took in Gehlberg and Schmiedefeld
        ("16066", ["2019-12-31"]),
        ("06635001", []),  # Allendorf (Eder) took in Bromskirchen as a whole
        ("01051", []),
        ("04012", []),  # Bremerhaven: more area before 2017, more people in 2015, but not because of it
        ("05913", []),
        ("03454055", []),
    ],
)
def test_real_places(place: str, after: list[str]) -> None:
    assert [reform.after for reform in Evidence(Profile(place, data_dir())).reforms()] == after


def test_nothing_printed_crosses_the_reform_of_the_wartburgkreis() -> None:
    from kommunalprofil.narrative import population

    said = " ".join(population.lead(Evidence(Profile("16063", data_dir()))))
    assert "von 128.105 auf 123.025 gesunken" in said
    assert "158.900" not in said
