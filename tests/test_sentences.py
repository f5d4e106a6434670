"""Words for trends, comparisons and dates: grammar, small numbers, values that are not there."""

from __future__ import annotations

import inspect
from dataclasses import replace
from typing import Any

import pytest

from fake_profile import BUND, GEMEINDE, KREIS, LAND, FakeProfile, FakeValue
from kommunalprofil import narrative
from kommunalprofil import sentences as say
from kommunalprofil.evidence import Evidence
from kommunalprofil.figures.compared import breaks
from kommunalprofil.narrative import ageing


def value(number: float | None, unit: str = "%", **more: Any) -> Any:
    return FakeValue("99001", "2024-12-31", "x", number, unit, **more)


def series(*points: tuple[str, float, str, str]) -> list[Any]:
    return [replace(value(number, "Personen"), date=date, base=base, flag=flag) for date, number, base, flag in points]


LINE = series(
    ("2009-12-31", 1000, "volkszaehlung_1987", ""),
    ("2010-12-31", 1010, "volkszaehlung_1987", ""),
    ("2011-12-31", 900, "zensus_2011", "break:zensus_2011"),
    ("2012-12-31", 950, "zensus_2011", ""),
    ("2013-12-31", 940, "zensus_2011", ""),
)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (value(12.34, denominator=1000, numerator=123), "12,3\u00a0%"),
        (value(12.34, denominator=99, numerator=12), "12\u00a0%"),
        (value(17.6, denominator=17, numerator=3), "3 von 17"),
        (value(133460, "Personen"), "133.460"),
        (value(45.94, "Jahre"), "45,9\u00a0Jahre"),
        (value(44.75, "je 100"), "44,8"),
        (value(None, flag="not_published"), "."),
        (value(42.3, "je 100", numerator=11, denominator=26), "42"),
        (value(12.5, "je 100", numerator=1, denominator=8), "1 auf 8"),
        (value(49.94, "Jahre", numerator=2247, denominator=45), "50\u00a0Jahre"),
    ],
)
def test_values_in_text(given: Any, text: str) -> None:
    assert say.shown(given) == text


@pytest.mark.parametrize(
    ("date", "when", "since"),
    [
        ("2015-12-31", "Ende 2015", "seit Ende 2015"),
        ("2022-05-15", "am 15.\u00a0Mai 2022", "seit dem 15.\u00a0Mai 2022"),
        ("2015", "im Jahr 2015", "seit 2015"),
        ("2012/2015", "in den Jahren 2012–2015", "seit 2012–2015"),
    ],
)
def test_dates_in_text(date: str, when: str, since: str) -> None:
    assert say.on(date) == when
    assert say.since(date) == since


@pytest.mark.parametrize(
    ("own", "others", "text"),
    [
        (10.0, (9.0, 8.0), "mehr als in Probeland (9,0\u00a0%) und in Deutschland (8,0\u00a0%)"),
        (10.0, (9.0, 11.0), "mehr als in Probeland (9,0\u00a0%), aber weniger als in Deutschland (11,0\u00a0%)"),
        (10.0, (10.04, 9.0), "gleich viel wie in Probeland (10,0\u00a0%), aber mehr als in Deutschland (9,0\u00a0%)"),
        (10.0, (None, 11.0), "weniger als in Deutschland (11,0\u00a0%)"),
        (10.0, (None, None), ""),
        (None, (1.0, 2.0), ""),
    ],
)
def test_comparisons(own: float | None, others: tuple[float | None, float | None], text: str) -> None:
    compared: Any = [(KREIS, value(own)), (LAND, value(others[0])), (BUND, value(others[1]))]
    assert say.versus(compared, same="gleich viel") == text


def test_a_place_without_anything_around_it_is_not_compared() -> None:
    assert say.versus([(BUND, value(1.0))]) == ""  # type: ignore[list-item]


def test_no_sentence_crosses_a_break() -> None:
    assert say.developments(LINE) == [
        "Von Ende 2009 bis Ende 2010 ist die Einwohnerzahl von 1.000 auf 1.010 gestiegen (+1,0\u00a0%).",
        "Von Ende 2011 bis Ende 2013 ist sie von 900 auf 940 gestiegen (+4,4\u00a0%).",
    ]
    assert say.breaks(LINE) == ["dem Zensus 2011"]
    back = say.look_back(LINE)
    assert back is not None
    assert back.date == "2011-12-31"
    nearer = say.look_back(LINE, years=1)
    assert nearer is not None
    assert nearer.date == "2012-12-31"
    assert say.look_back(LINE[:3]) is None


def test_a_return_to_an_older_base_is_no_census() -> None:
    late = series(
        ("2021-12-31", 940, "zensus_2011", ""),
        ("2022-05-15", 930, "census_2022", "break:zensus_2022"),
        ("2022-12-31", 935, "zensus_2011", "break:zensus_2011"),
    )
    assert say.breaks(late) == []
    assert say.lone_count(late).startswith("Der Punkt vom 15.\u00a0Mai 2022 ist die Zählung im Zensus;")
    assert [event.label for event in breaks(late)] == []
    assert say.developments(late) == [
        "Von Ende 2021 bis Ende 2022 ist die Einwohnerzahl von 940 auf 935 gesunken (−0,5\u00a0%)."
    ]
    assert say.lone_count(LINE) == say.lone_count(late[:2]) == ""


def test_missing_years_are_named() -> None:
    years = [("2013-12-31", 1, "b", ""), ("2014-12-31", 1, "b", ""), ("2021-12-31", 1, "b", ""), ("2023", 1, "b", "")]
    assert say.missing_years(series(*years)) == "Für 2015 bis 2020 und 2022 liegen hier keine Zahlen vor."
    assert say.missing_years(series(*years[:2])) == say.missing_years([]) == ""


def test_no_change_has_no_direction() -> None:
    same = say.development(*series(("2011-12-31", 900, "b", ""), ("2012-12-31", 900, "b", "")))
    assert same == "Von Ende 2011 bis Ende 2012 ist die Einwohnerzahl mit 900 gleich geblieben."
    small = say.development(*series(("2011-12-31", 133514, "b", ""), ("2012-12-31", 133513, "b", "")))
    assert small == "Von Ende 2011 bis Ende 2012 ist die Einwohnerzahl von 133.514 auf 133.513 gesunken."


def test_one_is_singular() -> None:
    assert say.people(value(1, "Personen")) == "ein Mensch"
    assert say.households(value(1, "Haushalte")) == "ein Haushalt"
    assert say.people(value(1.6, "Personen")) == "2 Menschen"


def test_parts_that_do_not_add_up_are_explained_only_where_the_census_changed_them() -> None:
    noisy, plain = value(41, "Haushalte", flag="cell_key"), value(41, "Haushalte")
    parts = [value(35, "Haushalte"), value(9, "Haushalte")]
    assert "Summe" in say.noise(noisy, parts)
    assert say.noise(plain, parts) == ""
    assert say.noise(noisy, [value(32, "Haushalte"), value(9, "Haushalte")]) == ""
    assert say.noise(noisy, [value(None), value(9)]) == ""


def test_few_people_are_counted_and_not_compared() -> None:
    few, many = value(11.1, numerator=1, denominator=9), value(23.4, numerator=234, denominator=1000)
    assert say.share(few, "der Bevölkerung", "Menschen", ("war", "waren")) == "1 von 9 Menschen war"
    assert say.share(many, "der Bevölkerung", "Menschen", ("war", "waren")) == "23,4\u00a0% der Bevölkerung waren"
    assert say.versus([(KREIS, few), (LAND, many)]) == ""  # type: ignore[list-item]
    assert say.counted(value(1, "Personen"), "Frau", "Frauen") == "1 Frau"


def test_values_are_compared_as_they_are_printed() -> None:
    own, other = value(44.8, numerator=30, denominator=67), value(45.2, numerator=452, denominator=1000)
    assert say.shown(own) == "45\u00a0%"
    assert say.order(own, other) == 0  # 45 and 45,2: with the decimals of the coarser one they are the same
    assert say.order(value(44.8, numerator=448, denominator=1000), other) == -1


PARAGRAPHS = [
    f"{chapter}.{name}"
    for chapter, module in narrative.chapters().items()
    for name, function in vars(module).items()
    if inspect.isfunction(function)
    and function.__module__ == module.__name__
    and not name.startswith("_")
    and inspect.signature(function).return_annotation == "list[str]"
]


def paragraph(name: str, profile: FakeProfile) -> list[str]:
    chapter, function = name.split(".")
    said: list[str] = getattr(narrative.chapters()[chapter], function)(Evidence(profile))  # type: ignore[arg-type]
    return said


@pytest.mark.parametrize("name", PARAGRAPHS)
@pytest.mark.parametrize("region", [BUND, LAND, KREIS, GEMEINDE])
def test_every_paragraph_is_whole_sentences(name: str, region: Any) -> None:
    said = paragraph(name, FakeProfile(region))
    for sentence in filter(None, said):
        assert sentence[0].isupper() or sentence[0].isdigit()
        assert sentence.endswith(".")
        assert "  " not in sentence
        assert " ." not in sentence
        assert "None" not in sentence


@pytest.mark.parametrize("name", PARAGRAPHS)
def test_a_place_without_values_says_nothing_false(name: str) -> None:
    from fake_profile import UNITS

    said = paragraph(name, FakeProfile(KREIS, gaps=tuple(UNITS)))
    assert [s for s in said if s] == ([] if not name.startswith("place.") else [said[0]])


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        (44.74, 44.76, "hat es sich kaum verändert."),  # printed 44,7 and 44,8
        (44.0, 44.4, "ist es um 0,4 Jahre gestiegen."),
        (45.0, 44.5, "ist es um 0,5 Jahre gesunken."),
        (44.76, 44.77, ""),
    ],
)
def test_no_mean_age_rises_by_nothing(first: float, last: float, told: str) -> None:
    class Ageing(FakeProfile):
        def series(self, indicator: str, **dims: object) -> list[FakeValue]:  # type: ignore[override]
            found = super().series(indicator)
            return [replace(v, value=last if v is found[-1] else first) for v in found]

    assert ageing._mean_age_change(Evidence(Ageing(KREIS))).endswith(told)  # type: ignore[arg-type]
