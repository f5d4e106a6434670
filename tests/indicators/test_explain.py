"""Every value can be traced to the published numbers behind it, and these give it again: `explain`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from world import Row, World

from kommunalprofil import cli, german_cli, resources
from kommunalprofil.ages import ALL as EVERYBODY
from kommunalprofil.calculation import formula
from kommunalprofil.cells import Member, Point
from kommunalprofil.errors import UsageError
from kommunalprofil.explain import Choice, Explanation, explain, held_dates, held_years, selected
from kommunalprofil.explain_json import as_json
from kommunalprofil.explain_text import WIDTH, text
from kommunalprofil.indicators import Results, declared
from kommunalprofil.indicators.recorded import Recorded
from kommunalprofil.indicators.tabulate import date_filter
from kommunalprofil.regions import Region, Register
from kommunalprofil.store import Store
from kommunalprofil.trail import NO_TRAIL, Cell, Made, Ratio, bounds, counts, total

ALL = declared()
PLACES = ("DE", "01", "01051", "03454055")
WAYS = [(name, variant) for name, one in ALL.items() for variant in ("", *one.variants)]


@cache
def register() -> Register:
    return Register.load(resources.data_dir())


@cache
def recorded(region: str) -> Recorded:
    return Recorded(Store(resources.data_dir()), [region])


def told(name: str, region: str, when: str = "latest", variant: str = "", **chosen: str) -> Explanation | Choice:
    indicator = ALL[name]
    place = register().get(region)
    return explain(recorded(region), place, indicator, selected(indicator, chosen), variant, date_filter(when))


def one(name: str, region: str, when: str = "latest", variant: str = "", **chosen: str) -> Explanation:
    found = told(name, region, when, variant, **chosen)
    assert isinstance(found, Explanation)
    return found


def first_member(name: str) -> dict[str, str]:
    return {dim: ALL[name].members[dim][0] for dim in ALL[name].own}


def added_up(part: dict[str, Any]) -> float:
    return sum(cell["factor"] * cell["value"] for cell in part["cells"])


def parts(facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from (facts[key] for key in ("numerator", "denominator", "counts") if facts[key] is not None)


@pytest.mark.parametrize("region", PLACES)
def test_the_cells_of_every_indicator_give_its_value_again(region: str) -> None:
    valued = 0
    for name, variant in WAYS:
        found = one(name, region, variant=variant, **first_member(name))
        facts = json.loads(json.dumps(as_json(found)))
        assert text(found)
        if found.value.missing:
            continue
        valued += 1
        for part in parts(facts):
            if not isinstance(found.how.value, Made) or part is not facts["counts"]:
                assert added_up(part) == pytest.approx(part["value"], rel=1e-12), (name, variant)
                assert all(cell["files"] for cell in part["cells"]), (name, variant)
        if isinstance(found.how.value, Made):
            assert formula(found.how.value) == ""
        else:
            assert found.how.value.value == pytest.approx(found.value.value, rel=1e-12), (name, variant)
            assert "?" not in formula(found.how.value)
        used = {number for part in parts(facts) for cell in part["cells"] for number in cell["files"]}
        assert used <= {file["number"] for file in facts["files"]}
        assert all(len(file["sha256"]) == 64 for file in facts["files"])
    assert valued > (40 if region != "03454055" else 20)


def test_dithmarschen_2015_meets_the_office() -> None:
    found = one("old_age_ratio", "01051", "2015")
    facts = as_json(found)
    assert (facts["numerator"]["value"], facts["denominator"]["value"]) == (31_955, 76_006)
    assert facts["value"] == pytest.approx(31_955 / 76_006 * 100, rel=1e-15)
    assert {c["table"] for part in parts(facts) for c in part["cells"]} == {"12411-04-02-4"}
    assert [c["age"] for c in facts["numerator"]["cells"]][-2:] == ["85-89", "90+"]
    official = {one["table"]: one for one in facts["official"]}
    assert official["12411-08-01-4"]["value"] == 42.0
    assert official["12411-08-01-4"]["exact"]
    assert [way["variant"] for way in facts["variants"]] == ["", *ALL["old_age_ratio"].variants]
    printed = text(found)
    for words in (
        "Kreis Dithmarschen (01051), 31.12.2015",
        "42,0\u202fje 100 (ungerundet: 42,04273346841039)",
        "= 31.955 / 76.006 × 100",
        "Tabelle 12411-08-01-4, Altenquotient (amtlich): 42,0. Unser Wert ist bis auf die letzte",
        "SHA-256 823f1e307d92032f733361b9f776cf38fd32ca7f91b98e8edf60bcc7531eb7f2",
        "Stand 10.10.2017",
    ):
        assert words in printed
    assert max(map(len, printed.splitlines())) <= WIDTH


def test_a_mean_names_the_areas_that_tell_how_people_are_spread() -> None:
    found = one("mean_age", "03454055", "2015")
    assert found.spread == ("12411-04-02-4", "12411-0013", "12411-0005")
    assert "des umgebenden Gebiets: 12411-04-02-4, 12411-0013 und 12411-0005." in text(found)


def test_a_median_says_between_which_ages_it_lies() -> None:
    printed = text(one("median_age", "03454055", "2015"))
    assert "Die Hälfte von 1.767 Personen sind 883,5. Unter 35 Jahren sind 807, unter 40 Jahren 915" in printed


def test_a_difference_of_nationalities_shows_both_numbers() -> None:
    facts = as_json(one("births", "01051", "2015", nationality="AUS"))
    cells = [(c["nationality"], c["factor"], c["value"]) for c in facts["counts"]["cells"]]
    assert cells == [("_T", 1, 960), ("DE", -1, 878)]


def test_a_mean_of_years_names_every_year() -> None:
    facts = as_json(one("education_migration", "01051", "2019"))
    cells = facts["numerator"]["cells"]
    assert {(c["measure"], c["date"][:4]) for c in cells} == {
        (m, y) for m in ("moves_in", "moves_out") for y in ("2016", "2017", "2018", "2019")
    }
    assert {c["factor"] for c in cells} == {0.25, -0.25}


def test_a_life_table_shows_the_ages_below_too() -> None:
    found = one("life_expectancy_65", "01051", "2017", "lower_95")
    assert {count.group.lo for count in found.how.further} == set(range(0, 65, 5))
    assert "90 Jahre und älter" in text(found).split("Aus dieser Tafel wird gerechnet:")[1]


def test_a_break_is_told_in_words() -> None:
    assert "die Wanderungsstatistik rechnet seit 2016 nach einem" in " ".join(
        text(one("moves_in", "01051", "2016")).split()
    )


@pytest.mark.parametrize("name", [name for name in ALL if ALL[name].own])
@pytest.mark.parametrize("region", ["01051", "03454055"])
def test_without_a_member_all_are_shown(name: str, region: str) -> None:
    found = told(name, region)
    assert isinstance(found, Choice)
    (dim,) = ALL[name].own
    assert [getattr(value, dim) for value in found.values] == list(ALL[name].members[dim])
    assert len({value.date for value in found.values}) == 1
    printed = text(found)
    assert f"--{dim} {ALL[name].members[dim][0]}" in printed
    assert all(member in printed for member in ALL[name].members[dim])
    assert as_json(found)["choose"] == dim


def test_what_no_table_counts_for_a_level_is_a_gap_with_its_reason() -> None:
    printed = text(one("life_expectancy", "03454055"))
    assert "Er wird für diese Ebene nicht berechnet" in printed
    assert "lower_95: kein Wert (wird für diese Ebene nicht berechnet)" in printed
    assert "Der Datenbestand hat Tabellen dazu für: Kreis oder kreisfreie Stadt." in text(one("births", "03454055"))
    printed = text(one("old_age_ratio", "03454055", "2023"))
    assert "GV-Auszug: 65+ nicht bildbar: keine Gliederung nach Alter" in printed


@pytest.mark.parametrize(
    ("name", "region", "when", "variant", "chosen", "words"),
    [
        ("old_age_ratio", "03454055", "1980", "", {}, "zu 1980 nicht. Vorhanden: 31.12. des Jahres 2015."),
        ("education_migration", "03159", "2015", "", {}, "Vorhanden: 2019 (mit den 3 Jahren davor)."),
        ("old_age_ratio", "01051", "2011:2015", "", {}, "einzelner Wert"),
        ("old_age_ratio", "01051", "2015", "65_1", {}, "Vorhanden: 65_15-64, 60_20-59"),
        ("old_age_ratio", "01051", "2015", "", {"household": "married"}, "Möglich: --sex M|F, --nationality DE|AUS."),
        ("old_age_ratio", "01051", "2015", "", {"sex": "W"}, "Erlaubt sind: M, F."),
        ("age_share", "01051", "2015", "", {"age": "1-2"}, "Erlaubt sind: 0-17, 18-24"),
        ("population", "01051", "2015", "", {"age": "alt"}, "ist keine Altersgruppe"),
        ("billeter", "01051", "2015", "", {"age": "65+"}, "Möglich: --sex"),
        ("families_share", "01051", "2022", "", {"sex": "M"}, "nur insgesamt"),
    ],
)
def test_what_is_not_offered_is_refused_with_what_is(
    name: str, region: str, when: str, variant: str, chosen: dict[str, str], words: str
) -> None:
    with pytest.raises(UsageError) as refused:
        told(name, region, when, variant, **chosen)
    assert words in str(refused.value)


def test_members_are_taken_in_any_spelling() -> None:
    assert selected(ALL["population"], {"sex": "m", "age": "18–24", "nationality": "aus"})[:3] == ("M", "AUS", "18-24")
    assert selected(ALL["population"], {"age": "7", "sex": "t"}).age == "7-7"


def test_a_missing_cell_is_named_once() -> None:
    printed = text(one("life_expectancy", "01051", "2014")).split("Es fehlen:")[1].split("Rechnung")[0].splitlines()
    cells = [n for n, line in enumerate(printed) if line.startswith("    85 Jahre und älter")]
    assert cells
    assert all(later - n > 1 for n, later in pairwise(cells))


def test_dates_are_told_in_runs() -> None:
    days = ["1995-12-31", "1996-12-31", "1998-12-31", "2022-05-15"]
    assert held_dates(days) == "31.12. der Jahre 1995–1996 und 1998; 15.05.2022"
    assert held_dates(["2011-05-09"]) == "09.05.2011"
    assert held_years(["1995-12-31", "1996-12-31", "1998-12-31"]) == "1995–1996 und 1998"
    assert held_years(["2019-12-31"], 4) == "2019 (mit den 3 Jahren davor)"
    assert held_years(["2014-12-31", "2015-12-31"], 3) == "2014–2015 (jeweils mit den 2 Jahren davor)"


def place(ags: str) -> Region:
    return replace(register().get("01051"), ags=ags, level="gemeinde")


def secret(rows: list[Row]) -> list[Row]:
    """The tables with one cell of a Gemeinde kept secret."""
    hidden = {"region": "01002001", "date": "2015-12-31", "sex": "_T", "age_from": 65, "age_to": 75}
    return [
        row | {"value": None, "flag": "secret"}
        if row["measure"] == "population" and all(row[key] == code for key, code in hidden.items())
        else row
        for row in rows
    ]


def test_a_secret_cell_is_named_as_the_reason_of_the_gap() -> None:
    results = World().results(secret, ["01002001"], Recorded)
    assert isinstance(results, Recorded)
    indicator = ALL["old_age_ratio"]
    found = explain(results, place("01002001"), indicator, selected(indicator, {}), "", date_filter("2015"))
    assert isinstance(found, Explanation)
    assert (found.value.value, found.value.flag) == (None, "secret")
    missing = [cell for _, count in counts(found.how.value) for _, cell in count.cells if cell.value != cell.value]
    assert [(cell.table, str(cell.group)) for cell in missing] == [("12411-02-03-5", "65-74")]
    printed = text(found)
    assert "Warum es keinen Wert gibt\n  Unbekannt oder geheim zu halten." in printed
    assert "65 bis 74 Jahre" in printed.split("Es fehlen:")[1].split("Rechnung")[0]
    cell = next(c for c in as_json(found)["numerator"]["cells"] if c["value"] is None)
    assert (cell["flag"], cell["facts"]) == ("secret", "unbekannt oder geheim zu halten")


def test_nothing_is_kept_where_nobody_asks() -> None:
    results = World().results()
    assert not isinstance(results, Recorded)
    assert results.whole("population").trail is NO_TRAIL
    assert all(block.trail is NO_TRAIL for panel in results.panels["population"] for block in panel.blocks.values())


def test_recorded_results_are_those_of_everybody() -> None:
    plain, kept = (kind(Store(resources.data_dir()), ["01051"]) for kind in (Results, Recorded))
    for name in ("old_age_ratio", "life_expectancy", "net_migration_rate", "mean_age"):
        assert list(plain.series(name).row("01051")) == list(kept.series(name).row("01051"))


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (["old_age_ratio", "dithmarschen", "--date", "2015"], 0),
        (["age_share", "vrees"], 0),
        (["births", "vrees"], 0),
        (["old_age_ratiox", "vrees"], 2),
        (["old_age_ratio", "vreez"], 2),
        (["old_age_ratio", "vrees", "--date", "1980"], 2),
        (["old_age_ratio", "vrees", "--date", "gestern"], 2),
    ],
)
def test_the_command_answers_or_says_why_not(call: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert german_cli.run(cli.app, ["explain", *call]) == code
    printed = capsys.readouterr()
    assert bool(printed.out) == (code == 0)
    assert printed.err.startswith("Fehler: ") == (code != 0)
    assert "Traceback" not in printed.err


def test_the_command_gives_json(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert german_cli.run(cli.app, ["explain", "old_age_ratio", "01051", "--date", "2015", "--sex", "F", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["region"], facts["sex"], facts["date"]) == ("01051", "F", "2015-12-31")
    assert facts["value"] == pytest.approx(added_up(facts["numerator"]) / added_up(facts["denominator"]) * 100)


def test_changed_counts_carry_a_bound() -> None:
    """Parts and sums of the census tables lie up to 30 apart; a true zero is not changed."""
    found = one("household_share", "03454055", "2022", household="one_person")
    assert found.bounds == pytest.approx(((176 - 30) / (701 + 30) * 100, (176 + 30) / (701 - 30) * 100))
    assert "liegt der wahre Wert zwischen 20,0 und 30,7" in " ".join(text(found).split())
    assert as_json(found)["bounds"] == found.bounds
    unchanged = one("old_age_ratio", "01051", "2015")
    assert unchanged.bounds is None


def test_bounds_follow_the_formula() -> None:
    point = Point("2022-05-15", "census_2022")
    cells = [Cell("t", "households", "DE", point, Member(), EVERYBODY, value, 0) for value in (100.0, 5.0, 0.0)]
    ten = {100.0: 10.0, 5.0: 10.0, 0.0: 0.0}
    whole, part, nothing = cells
    assert bounds(total((1.0, whole), (-1.0, part)), lambda cell: ten[cell.value]) == (75, 110)
    assert bounds(total((100.0, Ratio(part, whole))), lambda cell: ten[cell.value]) == pytest.approx((0, 15 / 90 * 100))
    assert bounds(nothing, lambda cell: ten[cell.value]) == (0, 0)
    assert np.isnan(bounds(Ratio(whole, part), lambda cell: ten[cell.value])).all()
    assert np.isnan(bounds(Made((whole,), 3.0), lambda cell: 1.0)).all()
