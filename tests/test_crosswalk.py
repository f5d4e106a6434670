"""Crosswalk: what official keys, lists and changes prove, what becomes of counts, and what stays a gap."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kommunalprofil import crosswalk as walk
from kommunalprofil.ages import ALL, AgeGroup
from kommunalprofil.cells import Block, Member, Panel, Point
from kommunalprofil.continuity import OTHER, UNKNOWN, Continuity, follow
from kommunalprofil.conversion import PART_MISSING, convert, no_key
from kommunalprofil.crosswalk import Crosswalk
from kommunalprofil.errors import DataError, UsageError
from kommunalprofil.indicators.territory import AsReported
from kommunalprofil.sources import facts, steps
from kommunalprofil.sources.bbsr import Key, Piece
from kommunalprofil.sources.changes import Changes, Move
from kommunalprofil.vocabulary import Flag
from once import once, read_areas

OLD, MIDDLE, NEW = "2015-12-31", "2021-12-31", "2023-12-31"
TOTAL = Member()


def key_of(old: str, new: str, rows: Sequence[tuple[str, str, float, float]], level: str = "kreis") -> pd.DataFrame:
    """An Umsteigeschlüssel: from, to, share of the area, share of the people; a thousand people an area."""
    pieces = [Piece(n, a, f"Name {a}", b, area, people, 10 * area, 1000 * people)
              for n, (a, b, area, people) in enumerate(rows)]  # fmt: skip
    return facts.of_keys([Key("Blatt", level, date.fromisoformat(old), date.fromisoformat(new), pieces)], "Schlüssel")


def list_of(day: str, *gemeinden: tuple[str, str, float, int], above: str = "") -> pd.DataFrame:
    """A list of Gemeinden: key, name, km², people; all in one association."""
    rows = ((key, above or key[:5], name, area, people) for key, name, area, people in gemeinden)
    return facts.of_list(date.fromisoformat(day), rows, "Liste")


def changes_of(first: str, until: str, *moves: Move) -> pd.DataFrame:
    days = (date.fromisoformat(first), date.fromisoformat(until))
    found = facts.of_changes(Changes([], list(moves), *days, "", "", 0, {}), "Änderungen")
    assert found is not None
    return found


def made(*parts: pd.DataFrame) -> Crosswalk:
    """The crosswalk of some facts, once through its file."""
    return walk.parse(walk.to_parquet(steps.build(parts)))


def panel_of(
    counts: dict[str, dict[str, float | None]],
    measure: str = "population",
    flags: dict[tuple[str, str], Flag] | None = None,
) -> Panel:
    """A panel of totals: region → date → count; None is a secret."""
    regions, points = (
        sorted(counts),
        [Point(day, "zensus_2011") for day in sorted({d for c in counts.values() for d in c})],
    )
    shape = (len(regions), len(points), 1)
    values, marks = np.full(shape, np.nan), np.full(shape, np.uint16(Flag.REGION_ABSENT))
    present = np.zeros(shape[:2], dtype=bool)
    for r, region in enumerate(regions):
        for t, point in enumerate(points):
            if point.date not in counts[region]:
                continue
            count = counts[region][point.date]
            present[r, t] = True
            values[r, t, 0] = np.nan if count is None else count
            fact = (flags or {}).get((region, point.date), Flag.SECRET if count is None else Flag.NORMAL)
            marks[r, t, 0] = np.uint16(fact)
    return Panel("Tabelle", measure, regions, points, {TOTAL: Block([ALL], values, marks)}, present)


def counts_of(panel: Panel, day: str) -> dict[str, float | None]:
    """Region → count at a day, None for a gap."""
    t = [p.date for p in panel.points].index(day)
    values = panel.blocks[TOTAL].values[:, t, 0]
    there = zip(panel.regions, values.tolist(), panel.present[:, t].tolist(), strict=True)
    return {region: None if value != value else value for region, value, listed in there if listed}


def fact(panel: Panel, region: str, day: str) -> Flag:
    t = [p.date for p in panel.points].index(day)
    return Flag(int(panel.blocks[TOTAL].flags[panel.regions.index(region), t, 0]))


KREISE = [
    ("01001", "01001", 1, 1),
    ("01002", "01009", 1, 1),
    ("01003", "01009", 1, 1),
    ("01004", "01004", 0.9, 0.75),
    ("01004", "01005", 0.1, 0.25),
    ("01005", "01005", 1, 1),
    ("01006", "01007", 1, 1),
]
"""01002 and 01003 became 01009, 01004 gave a quarter of its people to 01005, 01006 got a new key."""
REPORTED = {"01001": 10.0, "01002": 20.0, "01003": 30.0, "01004": 40.0, "01005": 50.0, "01006": 60.0}


@pytest.fixture(scope="module")
def kreise() -> Crosswalk:
    return made(key_of(OLD, MIDDLE, KREISE))


def test_merged_is_exact_divided_is_estimated(kreise: Crosswalk) -> None:
    converted = convert(panel_of({key: {OLD: n} for key, n in REPORTED.items()}), kreise, MIDDLE)
    assert counts_of(converted, OLD) == {"01001": 10, "01004": 30, "01005": 60, "01007": 60, "01009": 50}
    assert {r for r in converted.regions if fact(converted, r, OLD) & Flag.ESTIMATED} == {"01004", "01005"}
    assert fact(converted, "01009", OLD) == Flag.NORMAL


def test_areas_go_by_area(kreise: Crosswalk) -> None:
    converted = convert(panel_of({key: {OLD: 10.0} for key in REPORTED}, "area"), kreise, MIDDLE)
    assert counts_of(converted, OLD)["01004"] == 9
    assert counts_of(converted, OLD)["01005"] == 11


def test_laender_and_germany_stay(kreise: Crosswalk) -> None:
    panel = panel_of({**{key: {OLD: n} for key, n in REPORTED.items()}, "01": {OLD: 210.0}, "DE": {OLD: 210.0}})
    converted = convert(panel, kreise, MIDDLE)
    counts = counts_of(converted, OLD)
    assert counts["DE"] == counts["01"] == 210
    assert sum(n or 0 for key, n in counts.items() if len(key) == 5) == 210


def test_a_gap_stays_a_gap_with_its_reason(kreise: Crosswalk) -> None:
    counts: dict[str, dict[str, float | None]] = {key: {OLD: n} for key, n in REPORTED.items()}
    counts["01002"][OLD] = None
    converted = convert(panel_of(counts), kreise, MIDDLE)
    assert counts_of(converted, OLD)["01009"] is None
    assert fact(converted, "01009", OLD) == Flag.SECRET
    assert counts_of(converted, OLD)["01001"] == 10


def test_a_missing_part_makes_a_gap(kreise: Crosswalk) -> None:
    counts = {key: {OLD: n} for key, n in REPORTED.items() if key != "01002"}
    converted = convert(panel_of(counts), kreise, MIDDLE)
    assert counts_of(converted, OLD)["01009"] is None
    assert converted.reasons[PART_MISSING][converted.regions.index("01009"), 0]


def test_facts_travel(kreise: Crosswalk) -> None:
    panel = panel_of({key: {OLD: n} for key, n in REPORTED.items()}, flags={("01002", OLD): Flag.CELL_KEY})
    assert fact(convert(panel, kreise, MIDDLE), "01009", OLD) == Flag.CELL_KEY


def test_what_no_key_knows_has_no_value(kreise: Crosswalk) -> None:
    converted = convert(
        panel_of({**{key: {OLD: n} for key, n in REPORTED.items()}, "01999": {OLD: 5.0}}), kreise, MIDDLE
    )
    assert "01999" not in converted.regions
    assert counts_of(converted, OLD)["01009"] == 50


def test_means_are_refused(kreise: Crosswalk) -> None:
    with pytest.raises(DataError, match="Nur Zählungen addieren sich"):
        convert(panel_of({"01001": {OLD: 43.1}}, "official_mean_age"), kreise, MIDDLE)


def test_moves_between_merged_areas_are_no_moves_over_their_border(kreise: Crosswalk) -> None:
    converted = convert(panel_of({key: {OLD: n} for key, n in REPORTED.items()}, "moves_in"), kreise, MIDDLE)
    assert fact(converted, "01009", OLD) == Flag.ESTIMATED
    assert fact(converted, "01001", OLD) == Flag.NORMAL


def test_a_recalculated_row_comes_before_a_converted_one(kreise: Crosswalk) -> None:
    """The office lists old and new Kreise: nothing is counted twice, and its own number stands."""
    counts = {**{key: {OLD: n} for key, n in REPORTED.items()}, "01009": {OLD: 49.0}}
    converted = convert(panel_of(counts), kreise, MIDDLE)
    assert counts_of(converted, OLD)["01009"] == 49
    assert sum(n or 0 for n in counts_of(converted, OLD).values()) == 209


def test_a_recalculated_row_of_a_divided_area_gives_way(kreise: Crosswalk) -> None:
    """Taking one half of a division as the office says it and converting the other would change the sum."""
    twin = made(key_of(OLD, MIDDLE, [("01004", "01014", 0.9, 0.75), ("01004", "01015", 0.1, 0.25)]))
    converted = convert(panel_of({"01004": {OLD: 40.0}, "01014": {OLD: 31.0}}), twin, MIDDLE)
    assert counts_of(converted, OLD) == {"01014": 30, "01015": 10}


def test_an_office_that_recalculated_everything_is_believed(kreise: Crosswalk) -> None:
    later = {"01001": 10.0, "01004": 30.0, "01005": 60.0, "01007": 60.0, "01009": 50.0}
    both = made(key_of(OLD, MIDDLE, KREISE), key_of("2020-12-31", MIDDLE, [(k, k, 1, 1) for k in later]))
    converted = convert(panel_of({key: {OLD: n} for key, n in later.items()}), both, MIDDLE)
    assert counts_of(converted, OLD) == later
    assert not any(fact(converted, r, OLD) for r in converted.regions)


def test_a_later_day_stays_where_nothing_touched_it() -> None:
    both = made(
        key_of(OLD, MIDDLE, [("01001001", "01001001", 1, 1), ("01001002", "01001002", 1, 1)], "gemeinde"),
        key_of(MIDDLE, NEW, [("01001001", "01001001", 1, 1), ("01001002", "01001003", 1, 1)], "gemeinde"),
        key_of(OLD, MIDDLE, [("01001", "01001", 1, 1)]),
    )
    panel = panel_of({"01001001": {NEW: 1.0}, "01001003": {NEW: 2.0}})
    assert counts_of(convert(panel, both, MIDDLE), NEW) == {"01001001": 1}


def test_days_without_a_key_are_named(kreise: Crosswalk) -> None:
    with pytest.raises(UsageError, match="2015-12-31"):
        kreise.check_target(OLD)


shares = st.floats(0.01, 0.99)


@st.composite
def keys_and_counts(draw: st.DrawFn) -> tuple[list[tuple[str, str, float, float]], dict[str, float]]:
    """Up to eight areas that stay, merge or are divided between two, and a count for each."""
    rows: list[tuple[str, str, float, float]] = []
    counts: dict[str, float] = {}
    for number in range(draw(st.integers(1, 8))):
        old = f"01{number:03d}"
        first, second = draw(st.lists(st.integers(0, 5), min_size=2, max_size=2, unique=True))
        if draw(st.booleans()):
            part = draw(shares)
            rows += [(old, f"01{900 + first}", part, part), (old, f"01{900 + second}", 1 - part, 1 - part)]
        else:
            rows.append((old, f"01{900 + first}", 1, 1))
        counts[old] = float(draw(st.integers(0, 10**6)))
    return rows, counts


@given(drawn=keys_and_counts(), order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_sums_are_conserved_whatever_the_order(drawn: Any, order: Any) -> None:
    rows, counts = drawn
    panel = panel_of({key: {OLD: n} for key, n in counts.items()})
    first = counts_of(convert(panel, made(key_of(OLD, MIDDLE, rows)), MIDDLE), OLD)
    assert sum(n or 0 for n in first.values()) == pytest.approx(sum(counts.values()), rel=1e-9, abs=1e-6)
    order.shuffle(rows)
    again = counts_of(convert(panel, made(key_of(OLD, MIDDLE, rows)), MIDDLE), OLD)
    assert again == pytest.approx(first)
    whole = {new for old, new, _, people in rows if people == 1} - {new for _, new, _, people in rows if people < 1}
    for region in whole:
        assert first[region] == sum(counts[old] for old, new, _, _ in rows if new == region)


@given(counts=st.lists(st.integers(0, 10**6), min_size=6, max_size=6))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_converting_twice_is_converting_once(counts: list[int], kreise: Crosswalk) -> None:
    panel = panel_of({key: {OLD: float(n)} for key, n in zip(REPORTED, counts, strict=True)})
    once = convert(panel, kreise, MIDDLE)
    moved = panel_of({key: {MIDDLE: n} for key, n in counts_of(once, OLD).items()})
    assert counts_of(convert(moved, kreise, MIDDLE), MIDDLE) == counts_of(once, OLD)


# --- what lists prove ------------------------------------------------------------------------------------------------

BEFORE = (
    ("13054037", "Grabow, Stadt", 47.68, 5846),
    ("13054098", "Steesow", 24.40, 210),
    ("13054001", "Alt Krenzlin", 37.70, 700),
    ("13054002", "Neuenkirchen", 20.00, 300),
    ("13054003", "Neuenkirchen", 20.10, 400),
    ("13054004", "Wachsend", 30.00, 900),
)
AFTER = (
    ("13076050", "Grabow, Stadt", 47.68, 5556),
    ("13076128", "Steesow", 24.40, 198),
    ("13076003", "Alt Krenzlin", 37.75, 690),
    ("13076101", "Neuenkirchen", 20.00, 290),
    ("13076102", "Neuenkirchen", 20.10, 390),
    ("13076004", "Wachsend", 33.00, 950),
)


def proofs(day: str, *lists: pd.DataFrame) -> pd.DataFrame:
    """The steps that lead away from a day, by key."""
    found = steps.build(lists)
    return found[found["from_date"] == day].set_index("from_region")


def test_a_new_key_is_proved_by_name_and_area() -> None:
    """Two of one name prove nothing, nor does an area that is another one."""
    rows = proofs("2009-12-31", list_of("2009-12-31", *BEFORE), list_of(OLD, *AFTER))
    assert rows.loc["13054037", ["to_region", "kind"]].tolist() == ["13076050", walk.RENAMED]
    assert rows.loc["13054001", "to_region"] == "13076003"
    for key in ("13054002", "13054003", "13054004"):
        assert rows.loc[key, "kind"] == walk.UNPROVED
        assert rows.loc[key, "to_region"] == ""
    assert "kein Nachfolger ist belegt" in rows.loc["13054002", "source"]


def test_a_merger_is_proved_where_the_areas_fit_and_one_place_grew() -> None:
    """Steesow came to Grabow in 2016; a survey that adds a few hectares elsewhere is no second candidate."""
    before = [("13076050", "Grabow, Stadt", 47.68, 5556), ("13076127", "Steesow", 24.40, 198),
              ("13076021", "Brunow", 21.09, 317)]  # fmt: skip
    after = [("13076050", "Grabow, Stadt", 72.27, 5701), ("13076021", "Brunow", 21.40, 312)]
    found = proofs(OLD, list_of(OLD, *before), list_of("2017-12-31", *after))
    assert found.loc["13076127", ["to_region", "kind"]].tolist() == ["13076050", walk.MERGED]
    assert found.loc["13076050", ["to_region", "kind"]].tolist() == ["13076050", walk.MERGED]
    assert found.loc["13076021", "kind"] == walk.UNPROVED
    assert found.loc["13076021", "weight_area"] == pytest.approx(21.40 / 21.09)


@pytest.mark.parametrize("grown", [80.0, 60.0])
def test_a_merger_that_does_not_fit_is_not_proved(grown: float) -> None:
    before = [("13076050", "Grabow, Stadt", 47.68, 5556), ("13076127", "Steesow", 24.40, 198)]
    found = proofs(OLD, list_of(OLD, *before), list_of("2017-12-31", ("13076050", "Grabow, Stadt", grown, 5701)))
    assert set(found["kind"]) == {walk.UNPROVED}


def test_two_that_grew_prove_nothing() -> None:
    before = [("13076050", "Grabow", 47.68, 5556), ("13076127", "Steesow", 24.40, 198), ("13076001", "Neu", 30.0, 100)]
    after = [("13076050", "Grabow", 72.08, 5701), ("13076001", "Neu", 54.4, 312)]
    found = proofs(OLD, list_of(OLD, *before), list_of("2017-12-31", *after))
    assert set(found["kind"]) == {walk.UNPROVED}


def test_what_vanished_beside_it_and_fits_into_the_difference_spoils_the_proof() -> None:
    """A large town grew by less than a hundredth, but a small place beside it is gone: it may have taken it in."""
    before = [("01001001", "Stadt", 200.0, 90_000), ("01001002", "Dorf", 1.0, 50), ("01001003", "Insel", 5.0, 10)]
    after = [("01001001", "Stadt", 201.0, 90_000), ("01001003", "Insel", 5.0, 10)]
    found = proofs(OLD, list_of(OLD, *before), list_of("2017-12-31", *after))
    assert found.loc["01001001", "kind"] == walk.UNPROVED
    assert found.loc["01001003", "kind"] == walk.SAME


def test_official_changes_lead_over_day_by_day() -> None:
    """A dissolution in three parts, a new key, a part that changed hands; who gave a part keeps the rest."""
    day, later = date(2024, 1, 1), date(2024, 6, 1)
    start = list_of(NEW, ("16064055", "Rodeberg", 26.7, 2033), ("16061118", "Dingelstädt", 100.0, 9000),
                    ("16064046", "Mühlhausen", 90.0, 36_000), ("07232096", "Obergeckler", 4.0, 150),
                    ("12068117", "Fehrbellin", 270.4, 9000), ("12065165", "Kremmen", 200.0, 8000))  # fmt: skip
    moves = changes_of(
        "2024-01-01", "2024-12-31",
        Move("16064055", "Rodeberg", "16061118", 11.2, 1552, day),
        Move("16064055", "Rodeberg", "16064046", 15.5, 481, day),
        Move("07232096", "Obergeckler", "07232503", 0.0, 0, later),
        Move("12068117", "Fehrbellin", "12065165", 0.074, 0, later, part=True),
    )  # fmt: skip
    found = made(start, moves)
    way = found.way(8, NEW, "2024-12-31")
    assert way is not None
    assert {s.to: round(s.people, 4) for s in way.route("16064055")} == {"16061118": 0.7634, "16064046": 0.2366}
    assert way.route("07232096") == (walk.Share("07232503", 1.0, 1.0),)
    assert {s.to: s.people for s in way.route("12068117")} == {"12068117": 1.0, "12065165": 0.0}
    assert way.parts("12065165") == ("12065165",)
    assert way.parts("16061118") == ()


def test_shares_of_kreise_follow_from_their_gemeinden() -> None:
    kreise = key_of(OLD, MIDDLE, [("16061", "16061", 1, 1), ("16064", "16064", 1, 1)])
    gemeinden = key_of(MIDDLE, NEW, [("16061001", "16061001", 1, 1), ("16064001", "16064001", 1, 1),
                                     ("16064002", "16061001", 0.5, 0.25), ("16064002", "16064001", 0.5, 0.75)],
                       "gemeinde")  # fmt: skip
    found = made(kreise, gemeinden)
    way = found.way(5, MIDDLE, NEW)
    assert way is not None
    assert {s.to: (s.area, s.people) for s in way.route("16064")} == {"16061": (0.25, 0.125), "16064": (0.75, 0.875)}
    assert way.route("16061") == (walk.Share("16061", 1.0, 1.0),)
    converted = convert(panel_of({"16061": {OLD: 100.0}, "16064": {OLD: 80.0}}), found, NEW)
    assert counts_of(converted, OLD) == {"16061": 110, "16064": 70}


def test_a_forest_brings_land_but_nobody() -> None:
    start = list_of(NEW, ("09473453", "Gellnhausen", 2.8, 0), ("09473158", "Bad Rodach", 77.0, 6000))
    found = made(start, changes_of("2024-01-01", "2024-12-31",
                                   Move("09473453", "Gellnhausen", "09473158", 2.8, 0, date(2024, 1, 1))))  # fmt: skip
    people = convert(panel_of({"09473158": {NEW: 6000.0}}), found, "2024-12-31")
    assert counts_of(people, NEW) == {"09473158": 6000}
    area = convert(panel_of({"09473158": {NEW: 77.0}, "09473453": {NEW: 2.8}}, "area"), found, "2024-12-31")
    assert counts_of(area, NEW) == {"09473158": 79.8}


def test_facts_in_any_order_and_in_two_imports_give_one_crosswalk() -> None:
    parts = [list_of("2009-12-31", *BEFORE), list_of(OLD, *AFTER), key_of(OLD, MIDDLE, KREISE)]
    whole = steps.build(parts)
    assert steps.build(parts[::-1]).equals(whole)
    first = steps.build(parts[:2])
    assert steps.build(parts[2:], first).equals(whole)


# --- a place followed back -------------------------------------------------------------------------------------------


def lists() -> Crosswalk:
    """Grabow gets a new key and takes in Steesow; Wachsend changed, nobody knows when and how."""
    last = [("13076050", "Grabow, Stadt", 72.27, 5701), ("13076004", "Wachsend", 33.0, 960), *AFTER[2:5]]
    return made(list_of("2009-12-31", *BEFORE), list_of(OLD, *AFTER), list_of("2017-12-31", *last))


def test_grabow_goes_back_under_its_old_key() -> None:
    continuity = Continuity(lists(), "2017-12-31")
    assert continuity.ancestors("13076050") == {"13054037", "13054098", "13076050", "13076128"}
    panel = panel_of({
        "13054037": {"2008-12-31": 6000.0, "2010-12-31": 5900.0},
        "13054098": {"2008-12-31": 200.0, "2010-12-31": 199.0},
        "13076050": {"2011-12-31": 5800.0, OLD: 5700.0, "2017-12-31": 5701.0},
        "13076128": {"2011-12-31": 198.0, OLD: 197.0},
    })  # fmt: skip
    followed = follow(panel, continuity, ["13076050"])
    assert followed.blocks[TOTAL].values[0, :, 0].tolist() == [6200, 6099, 5998, 5897, 5701]
    assert followed.territory is not None
    assert followed.territory.tolist() == [[0, 0, 0, 0, 0]]
    assert continuity.made_of["13076050"]["2010-12-31"] == ("13054037", "13054098")


def test_a_rest_without_its_parts_is_of_another_territory() -> None:
    panel = panel_of({"13076050": {OLD: 5700.0, "2017-12-31": 5701.0}, "13076128": {"2017-12-31": None}})
    followed = follow(panel, Continuity(lists(), "2017-12-31"), ["13076050"])
    assert followed.territory is not None
    assert followed.territory.tolist() == [[OTHER, 0]]


def test_between_two_lists_that_differ_nobody_knows() -> None:
    twice = made(list_of("2009-12-31", ("01001001", "Dorf", 10.0, 500)), list_of(OLD, ("01001001", "Dorf", 14.0, 800)))
    panel = panel_of({"01001001": {"2009-12-31": 500.0, "2012-12-31": 790.0, OLD: 800.0}})
    followed = follow(panel, Continuity(twice, OLD), ["01001001"])
    assert followed.territory is not None
    assert followed.territory.tolist() == [[1, UNKNOWN, 0]]


def test_a_trifle_is_no_break_and_a_part_is_one() -> None:
    rows = [
        ("16061001", "16061001", 1, 1),
        ("16061002", "16061002", 0.999, 0.995),
        ("16061002", "16061001", 0.001, 0.005),
    ]
    tiny = made(key_of(OLD, MIDDLE, rows, "gemeinde"))
    assert Continuity(tiny, MIDDLE).numbers("16061001") == {MIDDLE: 0, OLD: 0}
    more = made(key_of(OLD, MIDDLE, [rows[0], ("16061002", "16061002", 0.9, 0.9), ("16061002", "16061001", 0.1, 0.1)],
                       "gemeinde"))  # fmt: skip
    assert Continuity(more, MIDDLE).numbers("16061001") == {MIDDLE: 0, OLD: 1}


def test_a_town_that_was_a_kreis_goes_back_under_the_key_of_the_kreis() -> None:
    towns = made(key_of(OLD, MIDDLE, [("16056000", "16063105", 1, 1)], "gemeinde"))
    continuity = Continuity(towns, MIDDLE)
    panel = panel_of(
        {"16056": {"2014-12-31": 410.0, OLD: 420.0}, "16056000": {OLD: 421.0}, "16063105": {MIDDLE: 430.0}}
    )
    followed = follow(panel, continuity, ["16063105"])
    assert followed.blocks[TOTAL].values[0, :, 0].tolist() == [410, 421, 430], "its own key goes first"
    assert continuity.made_of["16063105"]["2014-12-31"] == ("16056000",)


def test_moves_over_the_border_are_never_added_up(kreise: Crosswalk) -> None:
    panel = panel_of({"01002": {OLD: 5.0}, "01003": {OLD: 6.0}, "01009": {MIDDLE: 9.0}}, "moves_in")
    followed = follow(panel, Continuity(kreise, MIDDLE), ["01009"])
    assert counts_of(followed, OLD) == {}
    assert counts_of(followed, MIDDLE) == {"01009": 9}


# --- the true keys ---------------------------------------------------------------------------------------------------

FILES = (
    "ref-kreise-umrech-2021-1990-2020.xlsx", "ref-gemeinden-ab-2020.xlsx", "BBSR_Referenz_1998_2015.xlsx",
    "31122009_Auszug_GV.xlsx", "31122017_Auszug_GV.xlsx", "31122021_Auszug_GV.xlsx", "31122023_Auszug_GV.xlsx",
    "AuszugGV4QAktuell_2024.xlsx", "Gebietsaenderungen_2023.xlsx", "Gebietsaenderungen_2024.xlsx",
    "Gebietsaenderungen_2025-02.xlsx",
)  # fmt: skip


@pytest.fixture(scope="module")
def official(shared: Path) -> list[pd.DataFrame]:
    folder = shared / "data" / "gemeindeverzeichnis"
    return [f for name in FILES if (f := read_areas(folder / name).crosswalk) is not None]


@pytest.fixture(scope="module")
def true_file(official: list[pd.DataFrame]) -> bytes:
    return once("crosswalk", lambda: walk.to_parquet(steps.build(official)))


@pytest.fixture(scope="module")
def true(true_file: bytes) -> Crosswalk:
    return walk.parse(true_file)


@pytest.mark.shared
def test_true_days_and_kreise(true: Crosswalk) -> None:
    assert true.targets() == [MIDDLE, "2022-12-31", NEW, "2024-12-31", "2025-02-28"]
    assert {len(true.keys(5, day)) for day in true.days(5) if day >= MIDDLE} == {400}
    assert len(true.keys(5, "2018-12-31")) == 401
    assert len(true.keys(8, "2024-12-31")) == 10_959
    assert len(true.keys(8, "2025-02-28")) == 10_959 - 1 - 6  # Niedergeckler and six forests


@pytest.mark.shared
@pytest.mark.parametrize("year", range(1990, 2021))
def test_people_and_land_of_every_sheet_are_conserved(year: int, true: Crosswalk) -> None:
    """Whatever counts a table holds: with one for each Kreis, the sum is the same before and after."""
    day = f"{year}-12-31"
    panel = panel_of({key: {day: float(1000 + n)} for n, key in enumerate(sorted(true.keys(5, day)))})
    before = panel.blocks[TOTAL].values.sum()
    for to in (MIDDLE, "2024-12-31"):
        converted = convert(panel, true, to)
        assert len(converted.regions) == 400
        assert converted.blocks[TOTAL].values.sum() == pytest.approx(before, rel=1e-12)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("region", "day", "parts"),
    [
        ("03159", OLD, ("03152", "03156")),
        ("16063", "2020-12-31", ("16056", "16063")),
        ("13076", "2010-12-31", ("13054", "13060")),
        ("05334", "2008-12-31", ("05313", "05354")),
        ("03241", "2000-12-31", ("03201", "03253")),
        ("14522", "2007-12-31", ("14177", "14182", "14375")),
        ("13071", "2010-12-31", ()),  # Demmin was divided
        ("16063", "2018-12-31", ()),  # Kaltennordheim left
        ("13076050", "2009-12-31", ("13054037", "13054098")),  # Grabow and Steesow
        ("06635001", "2021-12-31", ("06635001", "06635005")),  # Allendorf and Bromskirchen
    ],
)
def test_true_parts(region: str, day: str, parts: tuple[str, ...], true: Crosswalk) -> None:
    way = true.way(len(region), day, NEW)
    assert way is not None
    assert way.parts(region) == parts


@pytest.mark.shared
def test_official_lists_of_changes_agree_with_the_bbsr(shared: Path, true: Crosswalk) -> None:
    """2023 is told twice: by Destatis' moves, and by the BBSR's key. People go the same ways."""
    folder = shared / "data" / "gemeindeverzeichnis"
    moves = read_areas(folder / "Gebietsaenderungen_2023.xlsx").crosswalk
    bbsr = true.way(8, "2022-12-31", NEW)
    assert bbsr is not None
    assert moves is not None
    for row in moves[moves["people"] > 100].itertuples():
        share = {s.to: s.people for s in bbsr.route(str(row.from_region))}[str(row.to_region)]
        told = moves.loc[moves["from_region"] == row.from_region, "people"].sum()
        assert share == pytest.approx(float(str(row.people)) / told, abs=0.01)


@pytest.mark.shared
def test_the_file_is_small_and_the_same_again(official: list[pd.DataFrame], true_file: bytes) -> None:
    assert walk.to_parquet(steps.build(official[::-1])) == true_file
    assert len(true_file) < 400_000
    assert pq.read_schema(io.BytesIO(true_file)).names == list(walk.COLUMNS)


def test_what_no_key_leads_to_says_so() -> None:
    assert no_key("2024-12-31") == "kein Umsteigeschlüssel auf den Gebietsstand 31.12.2024"
    assert AgeGroup(0, 200) == ALL


def test_as_reported_no_kreis_stands_before_its_first_day() -> None:
    """Eurostat recalculates: its Göttingen of 2015 is that of 2016, while other tables list the two of 2015."""
    panel = panel_of({"03159": {OLD: 3.0, MIDDLE: 4.0}, "01051": {OLD: 1.0, MIDDLE: 1.0}})
    untouched = AsReported().carry(panel, None)
    assert counts_of(untouched, OLD) == {"03159": 3, "01051": 1}
    shown = AsReported().carry(replace(panel, stands={0: MIDDLE}), None)
    assert counts_of(shown, OLD) == {"01051": 1}
    assert counts_of(shown, MIDDLE) == {"01051": 1, "03159": 4}
