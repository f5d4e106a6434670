"""Every kind of chart with realistic and nasty values: readable, complete, reproducible, never drawn from nothing."""

from __future__ import annotations

import itertools
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from typing import Literal

import pytest
from drawn import assert_legible, path_count, texts, words
from hypothesis import given, settings
from hypothesis import strategies as st

from kommunalprofil.figures import style
from kommunalprofil.figures.charts import (
    AgeBand,
    Bar,
    Break,
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
    grouped,
    line,
    pyramid,
    stacked,
)
from kommunalprofil.figures.widths import text_width

Width = Literal["full", "wide", "half"]
WIDTHS = st.sampled_from(["full", "wide", "half"])
NAMES = ["Vrees", "Dithmarschen", "Verbandsgemeinde Hamm (Sieg)", "Landkreis Ludwigslust-Parchim", "Adorf/Vogtl.",
         "Regionalverband Saarbrücken", "Schmedeswurtherwesterdeich", "Hellschen-Heringsand-Unterschaar"]  # fmt: skip
ROLES = ["place", "kreis", "land", "bund", "total"]


def series(label: str, role: str, start: float, end: float, years: range = range(1995, 2022)) -> Series:
    slope = (end - start) / len(years)
    return Series(label, [Point(y, start + slope * i, "11" if y > 2010 else "") for i, y in enumerate(years)], role)


def ages(single: bool, people: float = 1000) -> list[AgeBand]:
    bands = [AgeBand(a, a + 1, round(people * (1 + math.sin(a / 9) / 3)), round(people)) for a in range(90)]
    bands.append(AgeBand(90, None, people, 3 * people))
    return bands if single else grouped(bands, [0, 3, 6, 10, 15, 18, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 75])


# Lines


def test_a_break_interrupts_the_line_and_is_named() -> None:
    drawn = line(
        [series("Dithmarschen", "place", 133428, 130000)], unit="Personen", breaks=[Break(2010.5, "Zensus 2011")]
    )
    assert_legible(drawn)
    assert "Zensus 2011" in texts(drawn)
    paths = re.findall(r'd="([^"]+)"', drawn)
    coloured = [d for d, look in zip(paths, re.findall(r'style="([^"]+)"', drawn), strict=True) if "#0b6e6e" in look]
    assert coloured[0].count("M") == 2


def test_missing_years_are_gaps_and_lonely_points_are_marks() -> None:
    points = [Point(2000, 10), Point(2001, 11), Point(2002, None), Point(2004, 12), Point(2006, 13), Point(2007, 14)]
    drawn = line([Series("Riesa", points)], unit="je 100", decimals=1)
    runs = re.findall(r'd="([^"]+)"[^/]*stroke-width: 2.2', drawn)
    assert runs[0].count("M") == 3
    marks = re.findall(r'd="([^"]+)"\s*style="fill: #0b6e6e', drawn)
    assert marks[0].count("M") == 2, "the lonely year and the last one"


def test_the_axis_says_where_it_starts() -> None:
    far = line([series("Riesa", "place", 31000, 30000)], unit="Personen")
    assert any(text.startswith("Personen (Achse beginnt bei ") for text in texts(far))
    assert "Personen" in texts(line([series("Riesa", "place", 3, 30)], unit="Personen"))
    forced = line([series("Riesa", "place", 31000, 30000)], unit="Personen", zero=True)
    assert {"Personen", "0"} <= set(texts(forced))


def test_numbers_are_german() -> None:
    drawn = texts(line([series("Saldo", "total", -1234, 1234)], unit="Personen"))
    assert any(re.fullmatch(r"−1\.\d{3}", text) for text in drawn)
    assert not any("-" in text for text in drawn)


def test_hollow_points_are_rings() -> None:
    points = [Point(2020, 1.0), Point(2021, 2.0, hollow=True)]
    drawn = line([Series("x", points)], unit="je 100", decimals=1)
    assert "fill: #ffffff; stroke: #0b6e6e" in drawn


def test_lines_refuse_too_many_and_none() -> None:
    one = series("a", "place", 1, 2)
    with pytest.raises(ValueError, match="1 to 5"):
        line([one] * 6, unit="x")
    with pytest.raises(ValueError, match="1 to 5"):
        line([Series("a", [Point(2000, None)])], unit="x")


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=5),
    st.lists(st.floats(-5e6, 5e6).map(lambda v: round(v, 1)), min_size=10, max_size=10),
    st.lists(st.sampled_from([(2010.5, "Zensus 2011"), (2012.5, "Gebietsreform 2012"), (2021.5, "Zensus 2022"),
                              (2013.2, "Wechsel der Tabelle")]), unique=True, max_size=4),
    WIDTHS,
)  # fmt: skip
def test_line_labels_never_collide(
    names: list[str], ends: list[float], breaks: list[tuple[float, str]], width: Width
) -> None:
    shown = [series(n, r, *ends[2 * i : 2 * i + 2]) for i, (n, r) in enumerate(zip(names, ROLES, strict=False))]
    drawn = line(shown, unit="65-Jährige und Ältere je 100 Personen von 20 bis 64 Jahren", decimals=1,
                 breaks=[Break(*one) for one in breaks], width=width)  # fmt: skip
    assert_legible(drawn)


def test_a_label_at_the_upper_edge_stays_below_the_words_at_the_breaks() -> None:
    shown = [Series("Landkreis Ludwigslust-Parchim und", [Point(2010 + i, 29.0 + i) for i in range(12)])]
    drawn = words(line(shown, unit="je 100", decimals=1, breaks=[Break(2021, "Zensus 2022")],
                       bounds=(29, 40), width="half"))  # fmt: skip
    (caption,) = (word for word in drawn if word.text == "Zensus 2022")
    assert all(word.top >= caption.bottom - 1 for word in drawn if word.text.startswith(("Landkreis", "Ludwigslust")))


# Columns and panels


def test_the_last_value_is_not_struck_through_by_the_zero_line() -> None:
    points = [Point(2000 + i, y) for i, y in enumerate([-900.0, 800.0, -4.0])]
    drawn = words(columns(points, unit="Personen", years=(2000, 2010)))
    (last,) = (word for word in drawn if word.text == "−4")
    (zero,) = (word for word in drawn if word.text == "0")
    assert last.top > (zero.top + zero.bottom) / 2


@settings(max_examples=40, deadline=None)
@given(st.lists(st.none() | st.floats(-700, 700).map(lambda v: round(v, 1)), min_size=1, max_size=30), WIDTHS)
def test_columns_are_legible(values: list[float | None], width: Width) -> None:
    points = [Point(1995 + i, value, hollow=i == 3) for i, value in enumerate(values)]
    if all(value is None for value in values):
        with pytest.raises(ValueError, match="no value"):
            columns(points, unit="Personen", width=width)
        return
    drawn = columns(points, unit="je 10.000", decimals=1, breaks=[Break(2010.35, "Zensus 2011")], width=width)
    assert_legible(drawn)
    assert {"0", "0,0", "0,00", "0,000"} & set(texts(drawn))


def test_panels_stand_beside_and_below_each_other() -> None:
    half = line([series("Deutschland", "bund", 20, 40)], unit="je 100", heading="Altenquotient", width="half")
    full = dots([DotRow("a", {"place": 1.0})], {"place": "Vrees"}, unit="%")
    pair = beside([half, half])
    both = above([full, pair])
    assert_legible(both)
    assert texts(both).count("Altenquotient") == 2
    sizes = [tuple(map(float, ET.fromstring(svg).get("viewBox", "").split()[2:])) for svg in (full, pair, both)]
    assert sizes[2] == pytest.approx((style.WIDTHS["full"], sizes[0][1] + sizes[1][1] + 12), abs=0.02)


# Pyramid


@pytest.mark.parametrize("width", ["full", "wide", "half"])
@pytest.mark.parametrize("people", [0.4, 3, 800, 600_000])
@pytest.mark.parametrize("single", [True, False])
def test_pyramids_of_every_size(width: Width, people: float, single: bool) -> None:
    drawn = pyramid(ages(single, people), year=2015, width=width, decimals=0 if people >= 1 else 1,
                    earlier=ages(single, people * 1.1), earlier_label="Umriss: 31.12.1995")  # fmt: skip
    assert_legible(drawn)
    assert {"90+" if single else "75+", "Umriss: 31.12.1995"} <= set(texts(drawn))


def test_groups_are_drawn_per_year_of_age_and_say_so() -> None:
    """Twice the years with twice the people is a bar of the same length."""
    even = [AgeBand(0, 5, 50, 50), AgeBand(5, 15, 100, 100)]
    drawn = pyramid(even, surplus=False)
    assert "Personen je Altersjahr (Altersgruppen: Durchschnitt)" in texts(drawn)
    men = re.search(r'd="([^"]+)"\s*style="fill: #1d5a73', drawn)
    assert men
    assert len(set(re.findall(r"[ML] ?([\d.]+) ", men[1]))) == 2


def test_an_outline_leaves_out_an_open_group_that_begins_earlier() -> None:
    people = ages(True)
    earlier = grouped(people, [0, 40, 75])
    closed = [AgeBand(0, 40, earlier[0].men, earlier[0].women), AgeBand(40, 75, earlier[1].men, earlier[1].women)]
    cut = pyramid(people, earlier=earlier, earlier_label="2000")
    whole = pyramid(people, earlier=[*closed, AgeBand(75, 90, 9, 9), AgeBand(90, None, 9, 9)], earlier_label="2000")
    assert len(cut) < len(whole)


def test_single_years_do_not_speak_of_groups() -> None:
    assert "Personen je Altersjahr" in texts(pyramid(ages(True)))


def test_surplus_foreigners_and_open_group_are_in_the_key() -> None:
    bands = [AgeBand(0, 40, 400, 300, 40, 30), AgeBand(40, None, 200, 300, 2, 3)]
    found = texts(pyramid(bands))
    assert {"dunkel: Überschuss an Männern oder Frauen", "schraffiert: Ausländerinnen und Ausländer"} <= set(found)
    assert "ab 40 Jahren zusammengefasst" in found
    assert "dunkel: Überschuss an Männern oder Frauen" not in texts(pyramid(bands, surplus=False))


@pytest.mark.parametrize("bands", [[], [AgeBand(0, 5, 0, 0)], [AgeBand(5, None, 1, 1)],
                                   [AgeBand(0, 5, 1, 1), AgeBand(6, None, 1, 1)]])  # fmt: skip
def test_pyramid_refuses_gaps_and_nobody(bands: list[AgeBand]) -> None:
    with pytest.raises(ValueError, match="gap or nobody"):
        pyramid(bands)


def test_grouped_adds_up() -> None:
    coarse = grouped(ages(True), [0, 18, 65])
    assert [(b.low, b.high) for b in coarse] == [(0, 18), (18, 65), (65, None)]
    assert sum(b.men for b in coarse) == sum(b.men for b in ages(True))
    with pytest.raises(ValueError, match="starts of bands"):
        grouped(ages(False), [0, 17])


# Dots, bars, shares


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([*NAMES, "Mehrpersonenhaushalte ohne Kernfamilie", "unter 18"]),
                       st.lists(st.none() | st.floats(0, 100), min_size=4, max_size=4)), min_size=1, max_size=8),
    st.lists(st.sampled_from(NAMES), min_size=4, max_size=4),
    st.integers(1, 4),
    WIDTHS,
)  # fmt: skip
def test_dots_are_legible(
    rows: list[tuple[str, list[float | None]]], names: list[str], many: int, width: Width
) -> None:
    roles = ROLES[:many]
    drawn = [DotRow(label, dict(zip(roles, values, strict=False))) for label, values in rows]
    if all(v is None for row in drawn for v in row.values.values()):
        with pytest.raises(ValueError, match="no value"):
            dots(drawn, dict(zip(roles, names, strict=False)), unit="%", width=width)
        return
    assert_legible(dots(drawn, dict(zip(roles, names, strict=False)), unit="Anteil in %", width=width))


def test_two_groups_both_show_their_values() -> None:
    drawn = dots([DotRow("Altenquotient", {"women": 44.9, "men": 33.4})], {"women": "Frauen", "men": "Männer"},
                 unit="je 100", width="half")  # fmt: skip
    assert_legible(drawn)
    assert {"44,9", "33,4"} <= set(texts(drawn))


def test_a_missing_place_prints_its_sign() -> None:
    drawn = dots([DotRow("80+", {"place": None, "land": 3.0})], {"place": "Vrees", "land": "Niedersachsen"},
                 unit="%")  # fmt: skip
    assert "." in texts(drawn)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.none() | st.floats(-1e6, 1e6)), min_size=1, max_size=8),
    WIDTHS,
    st.booleans(),
)
def test_bars_are_legible(rows: list[tuple[str, float | None]], width: Width, signed: bool) -> None:
    chart = [Bar(name, value, text="nicht veröffentlicht" if value is None else None) for name, value in rows]
    if all(value is None for _, value in rows):
        with pytest.raises(ValueError, match="no value"):
            bars(chart, unit="Personen", width=width)
        return
    drawn = bars(chart, unit="Personen", width=width, signed=signed)
    assert_legible(drawn)
    assert len(words(drawn)) > len(rows)


def test_bars_hatch_their_part() -> None:
    plain = bars([Bar("0–17", 100)], unit="Personen")
    split = bars([Bar("0–17", 100, part=40)], unit="Personen", part_label="schraffiert: Ausländer")
    assert path_count(split) > path_count(plain)
    assert "schraffiert: Ausländer" in texts(split)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.lists(st.integers(0, 100_000), min_size=3, max_size=3)), min_size=1,
             max_size=4),
    WIDTHS,
)  # fmt: skip
def test_shares_are_legible(rows: list[tuple[str, list[int]]], width: Width) -> None:
    parts = [Segment("mit Einwanderungsgeschichte", style.FOREIGN, True), Segment("einseitige", "#C9A94A"),
             Segment("ohne Einwanderungsgeschichte", style.GERMAN)]  # fmt: skip
    chart = [StackRow(name, values) for name, values in rows]
    if any(sum(values) == 0 for _, values in rows):
        with pytest.raises(ValueError, match="cannot be drawn as shares"):
            stacked(chart, parts, width=width)
        return
    drawn = stacked(chart, parts, width=width)
    assert_legible(drawn)
    assert {part.label for part in parts} <= set(texts(drawn))


# The SVG itself


def every_kind() -> dict[str, str]:
    # fmt: off
    return {
        "line": line([series("a & b <c>", "place", 1, 2)], unit="je 100", breaks=[Break(2010.5, "Z")]),
        "pyramid": pyramid(ages(False)),
        "dots": dots([DotRow("a", {"place": 1.0})], {"place": "Vrees"}, unit="%"),
        "bars": bars([Bar("a", 1, part=0.5)], unit="%"),
        "stacked": stacked([StackRow("a", (1, 2))], [Segment("x", style.MEN, True), Segment("y", "#C9A94A")]),
    }


@pytest.mark.parametrize("kind", ["line", "pyramid", "dots", "bars", "stacked"])
def test_svg_is_well_formed_scalable_and_small(kind: str) -> None:
    drawn = every_kind()[kind]
    root = ET.fromstring(drawn)
    assert root.get("viewBox")
    assert "<!DOCTYPE" not in drawn
    assert "<style" not in drawn, "a style element would apply to the whole page"
    assert "metadata" not in drawn
    assert " id=" not in drawn
    assert len(drawn) < 40_000


@pytest.mark.parametrize("kind", ["line", "pyramid", "dots", "bars", "stacked"])
def test_the_same_values_give_the_same_bytes(kind: str) -> None:
    assert every_kind()[kind] == every_kind()[kind]


def test_names_are_escaped() -> None:
    assert "a & b <c> 2" in texts(every_kind()["line"])


def test_figures_need_neither_matplotlib_nor_pandas() -> None:
    names = ("matplotlib", "pandas", "geopandas", "shapely")
    code = f"import sys, kommunalprofil.figures.charts; print([m for m in {names} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_package_alone_imports_nothing_heavy() -> None:
    code = "import sys, kommunalprofil.figures, kommunalprofil.figures.style; print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_a_home_that_cannot_be_written_causes_no_words() -> None:
    code = "from kommunalprofil.figures import lettering; lettering._outline('x', 0, 0, 8, 400)"
    env = {
        "MPLCONFIGDIR": "/proc/none",
        "HOME": "/proc/none",
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": ":".join(sys.path),
    }
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert "atplotlib" not in done.stderr


def test_markers_of_one_row_are_all_seen() -> None:
    """Equal values: each role's mark has a place of its own."""
    drawn = dots([DotRow("gleich", dict.fromkeys(ROLES[:4], 10.0))], dict(zip(ROLES[:4], NAMES, strict=False)),
                 unit="%")  # fmt: skip
    shapes = re.findall(r'd="([^"]+)"\s*style="fill: #[0-9a-f]{6}; stroke: #ffffff', drawn)
    assert len(shapes) == 8, "one mark in the key and one in the row for each"
    assert all(one != other for one, other in itertools.combinations(shapes, 2))


def test_the_number_of_the_lowest_mark_never_stands_beside_the_highest() -> None:
    rows = [DotRow("Altenquotient", {"place": 0.5, "land": 40.0, "bund": 55.0}, text="13,4")]
    svg = dots(rows, {"place": "Dorf", "land": "Land", "bund": "Bund"}, unit="%", bounds=(0, 100))
    number = re.search(r'<text x="([\d.]+)"[^>]*text-anchor="end"[^>]*>13,4</text>', svg)
    assert number, "left of its own mark, with room for it before the axis"
    assert float(number[1]) > text_width("Altenquotient")


def test_two_told_counts_at_one_place_stand_on_both_sides() -> None:
    rows = [
        DotRow("Gröde", {"german": 0.0, "foreign": 0.0}, told={"german": "0 von 4", "foreign": "1 von 5"}),
        DotRow("Vrees", {"german": 12.0, "foreign": 30.0}),
    ]
    svg = dots(rows, {"german": "Deutsche", "foreign": "Ausländer"}, unit="%")
    assert_legible(svg)
