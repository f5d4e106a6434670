"""Births, deaths and moves from the embedded data set: values of the official tables, breaks, gaps, small places."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from drawn import assert_legible, texts, words

from kommunalprofil import figures
from kommunalprofil import formatting as fmt
from kommunalprofil.document import Figure, Gap
from kommunalprofil.evidence import Evidence
from kommunalprofil.figures.charts import DotRow, Point, columns, dots
from kommunalprofil.figures.compared import breaks, decimal_year, milestones, points, years_of
from kommunalprofil.indicators.series import Value
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir
from kommunalprofil.sentences import stretches

FIGURES = (
    "population_components", "births_deaths", "vital_rates", "fertility", "mothers", "life_expectancy", "moves_series",
    "moves_by_age", "migration_phases", "moves_by_nationality",
)  # fmt: skip


@cache
def profile(place: str) -> Any:
    return Evidence(Profile(place, data_dir()))


@cache
def drawn(place: str, name: str) -> Figure | Gap:
    return figures.collected()[name](profile(place))


def figure(place: str, name: str) -> Figure:
    found = drawn(place, name)
    assert isinstance(found, Figure), found
    return found


def rows(place: str, name: str) -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in figure(place, name).table.rows}


def value(date: str, number: float | None = 1.0, flag: str = "", base: str = "none") -> Value:
    return Value("99001", date, "x", "", "T", "T", "T", "T", "T", number, "Personen", None, None, flag, (), base)


@pytest.mark.parametrize("place", ["01051", "05913", "02000", "DE", "16063", "03159", "07320"])
@pytest.mark.parametrize("name", FIGURES)
def test_figures_are_legible_or_gaps_with_a_reason(place: str, name: str) -> None:
    found = drawn(place, name)
    if isinstance(found, Gap):
        assert ", weil " in found.text
        return
    assert_legible(found.svg)
    assert profile(place).region.name in found.alt
    assert len(found.table.columns) <= 8


def test_counts_are_those_of_the_official_tables() -> None:
    """12612-01-01-4, 12613-01-01-4, 12711-04-02-4, 12711-05-02-4 for Dithmarschen."""
    assert rows("01051", "births_deaths")["2015"] == ("960", "1.845", "−885")
    assert rows("01051", "moves_series")["2021"] == ("5.619", "4.104", "+1.515")
    assert rows("01051", "moves_by_nationality")["2015"] == ("+121", "+961")
    assert rows("01051", "population_components")["2015"] == ("−885", "+1.082")
    assert rows("01051", "population_components")["2021"] == (".", "+1.515")
    assert rows("01051", "mothers")["30–34"] == ("290",)


def test_titles_count_the_years() -> None:
    assert figure("01051", "births_deaths").title == "Mehr Gestorbene als Geborene in allen 21 Jahren mit Angaben"
    assert figure("01051", "moves_series").title == "Mehr Zuzüge als Fortzüge in 25 der 26 Jahre mit Angaben"
    assert years_of(0, 4) == "in keinem der 4 Jahre mit Angaben"
    title = figure("01051", "population_components").title
    assert title == "2015: 885 Menschen weniger durch Geburten und Sterbefälle, 1.082 Menschen mehr durch Umzüge"


def test_years_that_do_not_overlap_get_the_plain_title() -> None:
    """Göttingen (merged in 2016): births until 2015, moves since 2016."""
    assert figure("03159", "population_components").title == "Geburten, Sterbefälle und Umzüge"


def test_rates_stand_beside_land_and_bund() -> None:
    assert rows("01051", "vital_rates")["Geborene 2012–2015"] == ("7,3", "8,0", "8,7")
    assert figure("01051", "vital_rates").title.startswith(
        "Weniger Geborene und mehr Gestorbene je 1.000 Menschen als in"
    )
    assert rows("01051", "fertility")["Zusammengefasste Geburtenziffer"] == ("1,48", "1,50", "1,49")


def test_expectancies_have_their_interval() -> None:
    own, low, high, *_ = rows("01051", "life_expectancy")["Frauen, bei der Geburt"]
    assert (own, low, high) == ("82,3", "81,8", "82,8")
    assert "2015–2017" in figure("01051", "life_expectancy").subtitle
    assert rows("07320", "life_expectancy")["Frauen, bei der Geburt"][0] == "(82,4)"  # Zweibrücken: too few people


def test_the_words_for_a_picture_of_few_moves_name_the_largest_balance() -> None:
    made = figure("07231021", "moves_by_age")
    balances = [int(row[3].replace("\u2212", "-").replace("±", "")) for row in made.table.rows]
    assert fmt.change(max(balances, key=abs)) in made.alt.partition("am weitesten von null")[2]


def test_a_gemeinde_has_counts_and_no_rates() -> None:
    shown = figure("03454055", "moves_by_age")
    assert {column.unit for column in shown.table.columns[1:]} == {"Personen"}
    assert rows("03454055", "moves_by_age")["65 und älter"] == ("1", "5", "−4", "−3", "−1")
    gap = drawn("03454055", "births_deaths")
    assert isinstance(gap, Gap)
    assert gap.text.endswith(
        "weil die vorliegenden amtlichen Tabellen sie nur für Kreise, Länder und Deutschland nennen."
    )


def test_the_new_method_interrupts_moves_and_no_census_does() -> None:
    series = [value("2010"), value("2015"), value("2016", flag="break:wanderungsstatistik"), value("2021")]
    assert [(event.x, event.label) for event in breaks(series)] == [(2015.5, "neue Statistik")]
    assert len({point.base for point in points(series)}) == 2
    assert [len(stretch) for stretch in stretches(series)] == [2, 2]
    assert "neue Statistik" in texts(figure("01051", "moves_series").svg)
    assert "Zensus 2011" not in texts(figure("01051", "births_deaths").svg)


def test_a_mean_of_years_stands_at_the_last_of_them() -> None:
    assert decimal_year("2012/2015") == 2015.0
    rates = [value("2007/2010", base="volkszaehlung_1987"), value("2009/2012", base="zensus_2011")]
    assert [event.label for event in breaks(rates)] == ["Zensus 2011"]


def test_a_table_names_round_years_edges_and_the_newest() -> None:
    series = [value(str(year)) for year in range(2003, 2014)]
    assert milestones(series) == {"2003", "2005", "2010", "2011", "2012", "2013"}


def test_panels_of_columns_share_their_axes() -> None:
    shared: dict[str, Any] = {"unit": "Personen", "years": (1995, 2021), "bounds": (-900, 1500)}
    short = columns([Point(1995, -300), Point(2015, -885)], heading="Geborene", **shared)
    long = columns([Point(1995, 700), Point(2021, 1500)], heading="Zuzüge", **shared)
    assert_legible(short)
    ticks = [text for text in texts(short) if text.replace(".", "").lstrip("−").isdigit()]
    assert {"1.500", "−885", "1995", "2021"} <= set(ticks)
    assert {text for text in ticks if text != "−885"} <= set(texts(long))
    last = next(word for word in words(short) if word.text == "−885")
    axis_end = next(word for word in words(short) if word.text == "2021")
    assert last.right < axis_end.left  # beside its bar, not at the end of the axis


def test_a_value_is_printed_outside_its_interval() -> None:
    places = {"place": "Kreis", "bund": "Deutschland"}
    one = DotRow("Frauen", {"place": 82.3, "bund": 82.4}, interval=(80.0, 84.0))
    wide = dots([one], places, unit="Jahre", zero=False, interval_label="Unsicherheitsbereich")
    assert "Unsicherheitsbereich" in texts(wide)
    assert one.reach(places) == [82.3, 82.4, 80.0, 84.0]
    assert_legible(wide)
