"""What a page says of the marks of a chart: every value where it stands, in German, and nothing of it on paper."""

from __future__ import annotations

from dataclasses import replace

import pytest
from drawn import Said, path_count, spots, texts

from fake_profile import FIGURES, FakeProfile
from kommunalprofil.document import Figure
from kommunalprofil.figures import style
from kommunalprofil.figures.charts import (
    AgeBand,
    Bar,
    DotRow,
    Point,
    Segment,
    Series,
    StackRow,
    above,
    bars,
    beside,
    columns,
    dots,
    line,
    pyramid,
    stacked,
)

THIN, NBSP = "\u202f", "\u00a0"


def said(svg: str) -> dict[str, str]:
    """The text of each spot by its label; no two spots of these charts share one."""
    found = spots(svg)
    assert len({spot.label for spot in found}) == len(found)
    return {spot.label: spot.text for spot in found}


def test_points_of_lines_say_their_date_and_base() -> None:
    points = [Point(2010, 133460, when="31.12.2010"), Point(2011, None), Point(2012, -66.6)]
    drawn = line([Series("Vrees", points), Series("Land", [Point(2012.4, 7)], "land")], decimals=1,
                 unit="Personen (Achse beginnt bei 3)", heading="Bestand")  # fmt: skip
    assert said(drawn) == {
        "Bestand, Vrees, 31.12.2010": f"133.460,0{THIN}Personen",
        "Bestand, Vrees, 2012": f"−66,6{THIN}Personen",
        "Bestand, Land, 2012.4": f"7,0{THIN}Personen",
    }
    first, second, _ = spots(drawn)
    assert first.place[0] < second.place[0]
    assert first.place[1] < second.place[1], "a higher value stands higher"


def test_columns_reach_from_zero_and_have_a_sign() -> None:
    drawn = columns([Point(2001, 3), Point(2002, -4), Point(2003, 0), Point(2004, None)], unit="Personen")
    assert list(said(drawn).values()) == [f"{text}{THIN}Personen" for text in ("+3", "−4", "±0")]
    gain, loss, none = (spot.place for spot in spots(drawn))
    assert gain[1] == loss[1] == none[1] == none[3], "all begin at zero"
    assert gain[3] < gain[1] < loss[3]


def test_bars_say_what_is_printed() -> None:
    drawn = bars([Bar("0–17", 12.0, text="2 von 17"), Bar("18+", 7.25), Bar("fehlt", None)],
                 unit="Anteil in %", decimals=1)  # fmt: skip
    assert said(drawn) == {"0–17": "2 von 17", "18+": f"7,3{NBSP}%"}
    assert all(spot.place[0] < spot.place[2] for spot in spots(drawn))


def test_dots_say_place_and_row() -> None:
    rows = [DotRow("unter 18", {"place": 16.2, "land": 17.0}), DotRow("ab 80", {"place": None, "land": 8.0})]
    told = DotRow("18–24", {"place": 90.0}, "4.711", told={"place": "4.711 Personen, Rang 3 von 12"})
    drawn = dots([*rows, told], {"place": "Vrees", "land": "Niedersachsen"}, unit="Anteil in %")
    assert said(drawn) == {
        "Vrees, unter 18": f"16,2{NBSP}%",
        "Vrees, 18–24": "4.711 Personen, Rang 3 von 12",
        "Niedersachsen, unter 18": f"17,0{NBSP}%",
        "Niedersachsen, ab 80": f"8,0{NBSP}%",
    }


def test_parts_of_a_bar_follow_each_other() -> None:
    parts = [Segment("eins", style.MEN), Segment("zwei", style.WOMEN), Segment("keine", style.GERMAN)]
    drawn = stacked([StackRow("Vrees", (1, 3, 0))], parts)
    assert said(drawn) == {"eins, Vrees": f"25,0{NBSP}%", "zwei, Vrees": f"75,0{NBSP}%"}
    one, two = (spot.place for spot in spots(drawn))
    assert one[2] == two[0]


def test_the_pyramid_says_every_bar() -> None:
    bands = [AgeBand(0, 18, 10, 12, 1, 0), AgeBand(18, 65, 1000, 900, 100, 90), AgeBand(65, None, 5, 8, 0, 2)]
    found = said(pyramid(bands))
    assert found["Männer, 18 bis 64 Jahre"] == f"1.000{THIN}Personen, davon 100 ausländisch"
    assert found["Frauen, 65 Jahre und älter"] == f"8{THIN}Personen, davon 2 ausländisch"
    plain = pyramid([replace(band, men_foreign=None, women_foreign=None) for band in bands])
    assert said(plain)["Frauen, unter 18 Jahre"] == f"12{THIN}Personen"
    men, women = spots(plain)[0].place, spots(plain)[3].place
    assert men[2] < men[0] < women[0] < women[2]


def test_spots_move_along_with_their_panel() -> None:
    def panel(heading: str) -> str:
        return line([Series("", [Point(1, 1), Point(2, 2)])], unit="x", heading=heading, width="half")

    alone = spots(panel("a"))
    left, right = spots(beside([panel("a"), panel("b")]))[::2]
    assert left == alone[0]
    assert (right.label, right.text) == ("b, 1", alone[0].text)
    assert right.place[0] > left.place[0] + 100
    assert right.place[1] == left.place[1]
    assert spots(above([panel("a"), panel("b")]))[2].place[1] > left.place[1] + 100


@pytest.mark.parametrize("name", ["a & b <c>", '"', "'", "\"'", "</svg>", "]", "|", '<g class="spots"/>'])
def test_names_stay_text_and_paper_knows_nothing_of_them(name: str) -> None:
    drawn = bars([Bar(name, 1)], unit=name)
    (spot,) = spots(drawn)
    assert spot.label == name
    assert isinstance(spot, Said)
    printed = figure(drawn).printed
    assert spots(printed) == []
    assert '<g class="spots"' not in printed
    assert texts(printed) == texts(drawn)
    assert path_count(printed) == path_count(drawn)


def figure(svg: str) -> Figure:
    made = FIGURES["pyramid"](FakeProfile())
    assert isinstance(made, Figure)
    return replace(made, svg=svg)
