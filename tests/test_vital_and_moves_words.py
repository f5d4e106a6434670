"""What is said of births, deaths, expectation of life and moves: of whom, over which border, how surely."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fake_profile import GEMEINDE, KREIS, FakeProfile, FakeValue
from kommunalprofil import figures
from kommunalprofil.comparison import MEASURES
from kommunalprofil.evidence import Evidence
from kommunalprofil.figures.moves import PHASES
from kommunalprofil.indicators.compute import declared
from kommunalprofil.narrative import moves, place, plain, vital
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir


class Numbers(FakeProfile):
    """A profile with given values by indicator and variant; everything else as invented."""

    def __init__(self, given: dict[str, float], region: Any = KREIS, gaps: tuple[str, ...] = ()) -> None:
        super().__init__(region, gaps)
        self.given = given

    def get(self, indicator: str, *, region: str | None = None, date: str | None = None, **dims: Any) -> FakeValue:
        found = super().get(indicator, region=region, date=date, **dims)
        key = " ".join(filter(None, (indicator, dims.get("variant"), region if region != KREIS.ags else "")))
        return replace(found, value=self.given[key]) if key in self.given else found


def said(function: Any, p: Any) -> str:
    return " ".join(filter(None, function(p if isinstance(p, Evidence) else Evidence(p))))


@pytest.mark.parametrize(
    ("bund", "words"),
    [
        (83.5, "von 81,0 bis 83,0 Jahre; der Wert für Deutschland (83,5\u00a0Jahre) liegt darüber."),
        (80.0, "von 81,0 bis 83,0 Jahre; der Wert für Deutschland (80,0\u00a0Jahre) liegt darunter."),
        (82.5, "; ein Unterschied zu Deutschland (82,5\u00a0Jahre) ist damit nicht sicher."),
    ],
)
def test_a_difference_within_the_interval_is_not_sure(bund: float, words: str) -> None:
    p = Numbers({"life_expectancy": 82.0, "life_expectancy lower_95": 81.0, "life_expectancy upper_95": 83.0,
                 "life_expectancy DE": bund})  # fmt: skip
    assert words in said(vital.expectancy, p)
    assert "Wahrscheinlichkeit" not in said(vital.expectancy, p)


@pytest.mark.parametrize(
    ("births", "words"),
    [
        (900, "1,48 Kinder auf eine Frau, etwa so viele wie in Deutschland (1,40)."),
        (10_000, "1,48 Kinder auf eine Frau, mehr als in Deutschland (1,40)."),
    ],
)
def test_few_births_make_no_difference_in_children_per_woman(births: float, words: str) -> None:
    given = {"births": births, "total_fertility_rate": 1.48, "total_fertility_rate DE": 1.4}
    assert words in said(vital.children, Numbers(given))


@pytest.mark.parametrize(
    ("balance", "words"),
    [
        (-885, "Das sind 885 Sterbefälle mehr als Geburten."),
        (12, "Das sind 12 Geburten mehr als Sterbefälle."),
        (-1, "Das ist ein Sterbefall mehr als Geburten."),
    ],
)
def test_the_balance_of_births_and_deaths(balance: float, words: str) -> None:
    assert words in said(vital.lead, Numbers({"natural_balance": balance}))


def test_no_balance_is_told_of_nothing() -> None:
    assert "mehr als" not in said(vital.lead, Numbers({"natural_balance": 0}))


def test_one_is_singular() -> None:
    few = Numbers({"moves_in": 1, "moves_out": 1, "net_migration": 0}, GEMEINDE)
    assert said(moves.lead, few).endswith("gab es in der Gemeinde Winzig 1 Zuzug und 1 Fortzug.")


def test_a_gemeinde_hears_of_its_kreis() -> None:
    text = said(vital.lead, Evidence(Profile("03454055", data_dir())))
    assert text.startswith("Zahlen dazu gibt es nur für den Landkreis Emsland, nicht für die Gemeinde Vrees. ")
    assert "im Landkreis Emsland 2.889 Kinder geboren" in text


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("01051", "über die Grenze des Kreises Dithmarschen,"),
        ("03454055", "über die Grenze der Gemeinde Vrees,"),
        ("02000", "über die Grenze Hamburgs,"),
        ("02", "über die Grenze des Landes Hamburg,"),
        ("10", "über eine Kreisgrenze, auch die zwischen zwei Kreisen im Saarland,"),
        ("DE", "über eine Kreisgrenze, auch die zwischen zwei Kreisen in Deutschland,"),
    ],
)
def test_the_border_that_is_crossed_is_named(place: str, words: str) -> None:
    assert words in said(moves.borders, Evidence(Profile(place, data_dir())))


def test_one_day_is_named_once_and_ages_are_round() -> None:
    told = plain.people(Evidence(Profile("01051", data_dir())))
    assert told[2:4] == [
        "Die nächsten Zahlen sind von Ende 2021.",
        "Im Durchschnitt waren die Menschen etwa 47 Jahre alt.",
    ]
    assert sum("2021" in text for text in told) == 1
    mixed = said(plain.moves, Evidence(Profile("DE", data_dir())))
    assert "keinen deutschen Pass. Das war Ende 2023." in mixed


def test_a_kreis_is_named_once() -> None:
    p = Evidence(Profile("07138068", data_dir()))
    assert said(place.lead, p).startswith("Die Gemeinde Sankt Katharinen liegt im Landkreis Neuwied in Rheinland-Pfalz")
    assert figures.collected()["locator_map"](p).title.startswith("Gemeinde Sankt Katharinen im Landkreis Neuwied")


def test_a_phase_of_life_and_lone_parents_have_one_name() -> None:
    indicators = declared()
    for phase, label in PHASES.items():
        assert indicators[phase].de.partition(" (")[0] == label.partition(" (")[0]
    lone = next(measure for measure in MEASURES if measure.indicator == "lone_parent_family_share")
    assert indicators["lone_parent_family_share"].de == lone.label


def test_numbers_of_other_borders_are_not_set_beside_each_other() -> None:
    """The Wartburgkreis has had Eisenach since 2021: deaths of 2015 and of 2021 are of different areas."""
    text = said(vital.lead, Evidence(Profile("16063", data_dir())))
    assert "1.679 Menschen starben" in text
    assert "2021" not in text
    assert text.endswith("Zahlen bis 2015 gelten für das Gebiet in seinen damaligen Grenzen.")


def test_a_small_kreis_is_told_with_caution() -> None:
    assert "eingeschränkt aussagekräftig" in said(vital.expectancy, Evidence(Profile("07320", data_dir())))
    assert "eingeschränkt" not in said(vital.expectancy, Evidence(Profile("01051", data_dir())))
