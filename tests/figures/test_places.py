"""Every declared figure for real places of every kind: drawn readably with words and table, or a gap that says why."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

import pytest
from drawn import assert_legible, texts

from kommunalprofil import figures
from kommunalprofil.document import Figure, Gap
from kommunalprofil.evidence import Evidence
from kommunalprofil.figures.compared import breaks, decimal_year, points
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir

PLACES = ["01051", "05358", "03454", "03454055", "10041", "14627230", "14523010", "13076050", "05913", "12063"]
OTHERS = ["02000", "04012", "DE", "14", "05358008", "14628", "09575"]
TINY = ["01054039", "01061111", "03151501"]  # ten people, ten people, nobody
IDS = ["locator_map", "population_series", "population_change", "pyramid", "age_shares", "ageing_indicators",
       "ageing_series", "foreign_share", "foreign_share_by_age", "immigration_history", "household_types",
       "household_sizes", "household_seniors", "standing", "age_map", "groups"]  # fmt: skip


@cache
def profile(ags: str) -> Evidence:
    return Evidence(Profile(ags, data_dir()))


@cache
def drawn(ags: str) -> dict[str, Figure | Gap]:
    return {name: draw(profile(ags)) for name, draw in figures.collected().items()}


def figure(ags: str, name: str) -> Figure:
    made = drawn(ags)[name]
    assert isinstance(made, Figure), made
    return made


def test_the_figures_the_chapters_ask_for_are_declared() -> None:
    assert set(IDS) <= set(figures.collected())


@pytest.mark.parametrize("ags", PLACES + OTHERS + TINY)
def test_every_figure_is_complete_or_says_why_not(ags: str) -> None:
    place = profile(ags).region
    alts = set()
    for name, made in drawn(ags).items():
        assert made.id == name
        if isinstance(made, Gap):
            assert place.accusative in made.text or place.level == "bund"
            assert made.text.endswith(".")
            assert "None" not in made.text
            continue
        assert_legible(made.svg)
        assert place.title in made.alt
        assert len(re.findall(r"\d", made.alt)) >= 2, f"no numbers in {made.alt!r}"
        assert made.alt.endswith(".")
        assert not made.title.endswith(".")
        assert made.sources
        assert made.table.rows
        assert "None" not in made.svg + made.alt + made.title + made.subtitle + made.note + str(made.table)
        assert not re.search(r"(?<![\d.])-\d", made.alt + made.title + str(made.table.rows)), "hyphen for minus"
        alts.add(made.alt)
    assert len(alts) == sum(isinstance(made, Figure) for made in drawn(ags).values())


@pytest.mark.parametrize("ags", PLACES[:4])
def test_drawing_twice_gives_the_same(ags: str) -> None:
    assert {name: draw(profile(ags)) for name, draw in figures.collected().items()} == drawn(ags)


def test_population_of_dithmarschen() -> None:
    """12411-01-01-4: 133,428 people on 31.12.1995, 133,460 on 31.12.2024, breaks in 2011 and 2022."""
    made = figure("01051", "population_series")
    assert ("31.12.1995", "133.428", "Volkszählung 1987") in made.table.rows
    assert made.table.rows[-1] == ("31.12.2024", "133.460", "Zensus 2022")
    assert {"Zensus 2011", "Zensus 2022"} <= set(texts(made.svg))


def test_pyramid_is_of_the_newest_date_there_is() -> None:
    """31.12.2021 in Eurostat's five-year groups; Vrees has the 17 groups of 2015 only."""
    assert "Altersgruppen" in figure("01051", "pyramid").subtitle
    assert "31.12.2021" in figure("01051", "pyramid").subtitle
    assert "Altersgruppen" in figure("03454055", "pyramid").subtitle
    assert figure("01051", "pyramid").table.rows[-1][0] == "Insgesamt"


def test_ratios_of_2015_are_the_official_ones() -> None:
    """12411-08-01-4, Dithmarschen, 31.12.2015: Jugendquotient 32,8 and Altenquotient 42,0."""
    rows = {row[0]: row[1:] for row in figure("01051", "ageing_series").table.rows}
    assert rows["31.12.2015"][0] == "42,0"
    assert rows["31.12.2015"][3] == "32,8"


@pytest.mark.parametrize("ags", ["01051", "03159"])
def test_lines_of_land_and_bund_end_with_the_place(ags: str) -> None:
    """Numbers by age of Kreise end in 2021, those of Land and Bund in 2023."""
    made = figure(ags, "ageing_series")
    last = made.table.rows[-1][0]
    drawn_last = {points[-1][2] for points in map(json.loads, re.findall(r"data-spots='([^']*)'", made.svg))}
    assert drawn_last == {last}
    assert made.subtitle.endswith(last[-4:])


def test_households_of_dithmarschen() -> None:
    """Zensus 2022: 27,781 of 66,778 households are of one person."""
    made = figure("01051", "household_types")
    assert made.table.rows[0][1] == "41,6"
    assert "Cell-Key" in made.table.note


def test_small_places_say_what_is_missing() -> None:
    for name in ("ageing_series", "foreign_share_by_age"):
        made = drawn("03454055")[name]
        assert isinstance(made, Gap)
        assert "weil" in made.text


def test_a_city_that_is_a_land_is_not_compared_with_itself() -> None:
    columns = [column.label for column in figure("02000", "household_types").table.columns]
    assert len(columns) == 3
    assert columns[1:] == ["Hamburg", "Deutschland"]


def test_dates_stand_where_they_belong() -> None:
    assert decimal_year("2015-12-31") == 2015
    assert decimal_year("2022-05-15") == pytest.approx(2021.37, abs=0.005)
    assert decimal_year("2015") == 2015


def test_breaks_only_between_values() -> None:
    values: Callable[[str], list] = lambda ags: profile(ags).series("population")  # noqa: E731
    assert [event.label for event in breaks(values("01051"))] == ["Zensus 2011", "Zensus 2022"]
    late = [v for v in values("01051") if v.date > "2012"]
    assert [event.label for event in breaks(late)] == ["Zensus 2022"]
    assert len({point.base for point in points(values("01051"))}) == 3
