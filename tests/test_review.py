"""Then and now: what may be compared, golden values, groups, neighbours, small numbers, the plan, the command."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

import plans
from kommunalprofil import cli, german_cli, pdf_checks, render
from kommunalprofil import review as parts
from kommunalprofil.comparison import Measure
from kommunalprofil.errors import UsageError
from kommunalprofil.indicators.series import Value
from kommunalprofil.regions import Region, Register
from kommunalprofil.resources import data_dir
from kommunalprofil.review import Review, figures, measures, pairs, words
from kommunalprofil.review.pairs import Change
from kommunalprofil.states import State
from kommunalprofil.synopsis import POPULATION, SECTIONS
from test_html import browse, violations

OLD = Measure.of("Anteil der Menschen ab 65", "", "age_share", age="65+")
FOREIGN = Measure.of("Anteil der Ausländerinnen und Ausländer", "", "foreign_share")
MOVES = Measure.of("Wanderung von Familien", "", "family_migration")
PEOPLE = POPULATION


@cache
def register() -> Register:
    return Register.load(data_dir())


@cache
def review(key: str = "01051", then: int = 2015, now: int = 2020) -> Review:
    return Review.load(register().get(key), State.of(data_dir()), None, (then, now))


@cache
def made() -> render.Document:
    plan = plans.filled(
        {"title": "Ankommen", "indicator": FOREIGN.label, "target": 12, "value": 4.3, "day": "31.12.2015"},
        {"title": "Pflege", "indicator": "Anteil der Menschen ab 80", "target": 8.5, "end": "bald"},
        {"title": "Treff", "indicator": "Gäste je Monat", "value": "1.200", "day": "2026", "target": 1500},
    )
    return parts.document(review(), plan)


@pytest.fixture
def text() -> str:
    return made().files["halbzeitbilanz.html"].decode()


def value(number: float, date: str, **more: Any) -> Value:
    """A share of people as the indicators give it."""
    told: dict[str, Any] = {
        "region": "01051", "date": date, "indicator": "age_share", "variant": "", "sex": "T", "age": "65+",
        "nationality": "T", "migration": "T", "household": "not_applicable", "value": number, "unit": "%",
        "numerator": number * 10, "denominator": 1000.0, "flag": "", "sources": ("12411-02-03-4",),
        "base": "zensus_2011",
    }  # fmt: skip
    return Value(**(told | more))


def test_ends_as_the_offices_print_them() -> None:
    """12411-01-01-4: 132.917 people at the end of 2015, 133.251 at that of 2020."""
    found = review().change(PEOPLE)
    assert found.then is not None
    assert found.now is not None
    assert (found.then.value, found.then.date) == (132917, "2015-12-31")
    assert (found.now.value, found.now.date) == (133251, "2020-12-31")
    assert found.value == pytest.approx((133251 / 132917 - 1) * 100)
    assert (found.unit, words.moved(found)) == ("%", "von 132.917 auf 133.251 gestiegen (+0,3\u00a0%)")


def test_the_middle_of_the_neighbours_is_their_median() -> None:
    row = review().row(OLD)
    changes = [review().change(OLD, register().get(ags)).value for ags in review().neighbours]
    known = [change for change in changes if change is not None]
    assert len(review().neighbours) == 10
    assert (row.number, row.alike) == (len(known), pytest.approx(float(np.median(known))))
    assert row.apart == pytest.approx((row.own.value or 0) - (row.alike or 0))


def test_land_and_bund_are_of_the_same_days() -> None:
    compared = 0
    for row in review().rows:
        for change in row.around.values():
            assert change.then is not None
            assert change.now is not None
            assert row.own.then is not None
            assert row.own.now is not None
            assert (change.then.date, change.now.date) == (row.own.then.date, row.own.now.date)
            compared += 1
    assert compared > 20


def test_groups_are_told_apart() -> None:
    labels = [row.own.measure.label for row in review().rows if row.own.value is not None]
    assert "Durchschnittsalter, Frauen" in labels
    assert "Anteil der Menschen unter 18, Ausländerinnen und Ausländer" in labels


def test_a_census_between_both_keeps_them_from_being_compared() -> None:
    """Hamburg's ages of 2019 stand on the census of 2011, those of 2024 on that of 2022."""
    change = review("02000", 2019, 2024).change(OLD)
    assert change.then is not None
    assert change.now is not None
    assert (change.then.base, change.now.base) == ("zensus_2011", "zensus_2022")
    assert (change.value, figures.changed(change)) == (None, "x")
    assert "Zensus 2011" in change.why
    said = words.not_compared(review("02000", 2019, 2024))
    assert any("einer anderen Zählung" in text and OLD.label in text for text in said)


def test_on_which_base_both_stand_counts_more_than_the_nearest_year() -> None:
    early = [value(20, "2015-12-31")]
    late = [value(22, "2020-12-31", base="zensus_2022"), value(21, "2019-12-31")]
    found = pairs.pair(early, late, pairs.Years(2015, 2020))
    assert [v.value for v in found if v] == [20, 21]


def test_a_new_method_and_overlapping_years_are_named() -> None:
    broken = value(3, "2016/2019", flag="break:wanderungsstatistik")
    assert "Wanderungsstatistik" in pairs.hindrance("2012/2015", "zensus_2011", broken, [broken])
    later = value(3, "2014/2017")
    assert "überschneiden" in pairs.hindrance("2012/2015", "zensus_2011", later, [later])
    moved = value(3, "2020-12-31", flag="break:territory")
    assert "Gebiet" in pairs.hindrance("2015-12-31", "zensus_2011", moved, [moved])
    assert pairs.hindrance("2015-12-31", "zensus_2011", value(3, "2020-12-31"), []) == ""


def test_small_numbers_get_an_interval_large_ones_none() -> None:
    few = Change(OLD, value(2, "2015-12-31"), value(3, "2020-12-31"))
    assert few.interval is not None
    assert few.interval.value == pytest.approx(1)
    assert few.interval.has_zero
    assert figures.changed(few, interval=True) == "+1,0 (−0,4 bis +2,4)"
    many = Change(OLD, value(20, "2015-12-31"), value(30, "2020-12-31"))
    assert (many.interval, figures.changed(many, interval=True)) == (None, "+10,0")


def test_of_very_few_people_there_is_no_share_and_no_percentage() -> None:
    tiny = [value(50, date, numerator=5.0, denominator=10.0) for date in ("2015-12-31", "2020-12-31")]
    assert figures.changed(Change(OLD, tiny[0], tiny[1])) == "x"
    people = [value(n, "2020-12-31", unit="Personen", numerator=None, denominator=None) for n in (11, 10)]
    change = Change(PEOPLE, people[0], people[1])
    assert (change.value, figures.changed(change)) == (-1, "−1")


class Shifted(Review):
    """Everywhere two units more now."""

    def change(self, measure: Measure, region: Region | None = None) -> Change:
        found = super().change(measure, region)
        if found.now is None or found.now.value is None:
            return found
        return replace(found, now=replace(found.now, value=found.now.value + 2))


def test_a_shift_of_all_places_moves_no_distance() -> None:
    shifted = Shifted(review().place, review().before, review().years, review().neighbours)
    seen = 0
    for section in SECTIONS:
        for measure in parts.key_figures(section):
            one, other = review().row(measure), shifted.row(measure)
            if one.apart is not None and not one.own.counted:
                assert other.own.value == pytest.approx((one.own.value or 0) + 2)
                assert other.apart == pytest.approx(one.apart, abs=1e-9)
                seen += 1
    assert seen > 10


def test_households_of_both_censuses() -> None:
    """12111-32-01-4 and the census of 2022: one-person households of Dithmarschen rose from 32,9 to 41,6 percent."""
    first = review().households[0].own
    assert first.then is not None
    assert first.now is not None
    assert (round(first.then.value or 0, 1), round(first.now.value or 0, 1)) == (32.9, 41.6)
    assert [v.base for v in (first.then, first.now)] == ["census_2011", "census_2022"]


def test_a_place_with_hardly_any_numbers_has_a_document_that_says_so() -> None:
    found = review("01058172", 2015, 2020)
    files = parts.document(found).files
    page = files["halbzeitbilanz.html"].decode()
    assert "Ohne Wert um 2015" in page
    assert "Formen des Zusammenlebens 2011 und 2022 sind" in page


def test_two_states_of_the_data_set(tmp_path: Path) -> None:
    """The older state says what was known then; here both are the same data, so every change is none or the same."""
    place = register().get("14627230")
    both = Review.load(place, State.of(data_dir()), State.of(data_dir()), (2012, 2017))
    one = review("14627230", 2012, 2017)
    assert both.before is not both.place
    for mine, other in zip(both.rows, one.rows, strict=True):
        assert mine.own.value == other.own.value
    assert any("eingefrorenen" in text for text in words.rules(both))


def test_the_sheet_of_changes() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made().files["halbzeitbilanz.xlsx"]), read_only=True)
    assert book.sheetnames[:3] == ["Inhalt", "Maßnahmen", "Veränderung"]
    rows = {row[1]: row for row in book["Veränderung"].iter_rows(values_only=True)}
    assert rows["Bevölkerung"][4] == 132917
    assert rows["Bevölkerung"][7] == pytest.approx((133251 / 132917 - 1) * 100)
    assert rows[MOVES.label][-1].startswith("nicht vergleichbar, weil die Wanderungsstatistik")


def test_each_measure_of_the_plan_stands_beside_its_target(text: str) -> None:
    for said in ("Ankommen", "4,3 (31.12.2015)", "22\u00a0% des Wegs", "Plan!F3: „bald“ ist kein Datum",
                 "eigener Indikator: heutiger Wert von Hand"):  # fmt: skip
        assert said in text


@pytest.mark.parametrize(
    ("baseline", "target", "now", "says"),
    [
        (10, 20, 15, "50\u00a0% des Wegs"),
        (20, 10, 15, "50\u00a0% des Wegs"),
        (20, 10, 10, "Zielwert erreicht"),
        (20, 10, 9, "über den Zielwert hinaus"),
        (10, 20, 8, "weiter weg vom Ziel"),
        (10, 20, 10, "noch nicht näher am Ziel"),
        (10, 10, 12, "Ziel gleich Ausgangswert"),
        (10, None, 12, "ohne Zielwert"),
        (None, 12, 12, "ohne Ausgangswert"),
    ],
)
def test_how_far_a_measure_is(baseline: float | None, target: float | None, now: float, says: str) -> None:
    (planned,) = plans.filled({"title": "X", "indicator": OLD.label}).measures
    planned = replace(planned, target=target, baseline=replace(planned.baseline, value=baseline))
    assert measures.Progress(planned, value(now, "2024-12-31"), "").told == says


def test_a_baseline_without_a_day_or_later_than_every_value_is_not_judged() -> None:
    def told(**entries: object) -> str:
        plan = plans.filled({"title": "X", "indicator": OLD.label, "target": 20, **entries})
        return measures.progress(review(), plan)[0].told

    assert told(value=25, day="Ende 2027") == "kein neuerer Wert als der Ausgangswert"
    assert told(value=25, day="31.12.2015", begin="01.01.2027").endswith("der neueste Wert von vor dem Beginn der "
                                                                        "Maßnahme ist")  # fmt: skip
    assert told(value=25, day="31.12.2015", unit="Anteil").startswith("nicht vergleichbar, weil der Ausgangswert in")


def test_what_the_font_has_no_letter_for_stops_no_document() -> None:
    plan = plans.filled({"title": "Treff 😀 مرحبا", "indicator": OLD.label}, {"title": "wort " * 200})
    rows = measures.table(measures.progress(review(), plan)).rows
    assert rows[0][0].startswith("Treff ? ?")
    assert len(rows[1][0]) <= measures.LONGEST + 2
    assert parts.document(review(), plan).files["halbzeitbilanz.pdf"]


def test_of_very_many_unreadable_cells_the_first_are_printed_whole_and_the_rest_is_counted() -> None:
    plan = plans.filled(*({"title": f"M{n}", "indicator": "foreign_share", "target": "130 %"} for n in range(25)))
    told = measures.problems(plan)
    assert len(told) == 21
    assert told[0].endswith("Ist ein anderer Wert oder ein anderer Indikator gemeint?")
    assert told[-1] == "… und 5 weitere Stellen; der Aufruf von halbzeitbilanz nennt alle."
    assert measures.problems(replace(plan, problems=plan.problems[:20])) == list(plan.problems[:20])


def test_a_change_is_no_target() -> None:
    plan = plans.filled({"title": "X", "indicator": OLD.label, "target": "+2 %"})
    assert plan.measures[0].target is None
    assert any("sieht nach einer Veränderung aus" in text for text in plan.problems)


def test_the_plan_of_another_place_is_refused() -> None:
    nameless = replace(plans.filled({"title": "X"}), ags="", place="Kreis Steinburg")
    with pytest.raises(UsageError, match="der Plan von Kreis Steinburg"):
        measures.progress(review(), nameless)
    with pytest.raises(UsageError, match="der Plan von Kreis Dithmarschen"):
        measures.progress(review("14627230", 2012, 2017), plans.filled({"title": "X"}))


def test_the_pdf_is_for_everybody() -> None:
    place = "Dithmarschen"
    assert pdf_checks.findings(made().files["halbzeitbilanz.pdf"], made().outline, made().title, place) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(chromium: str, axe: str, tmp_path: Path, text: str, width: int) -> None:
    assert violations(chromium, tmp_path, text, axe, width) == []


def test_a_long_word_leaves_room_for_the_numbers_on_a_small_screen(chromium: str, tmp_path: Path) -> None:
    plan = plans.filled({"title": "Bevölkerungsfortschreibungsverbesserungsmaßnahmenkatalog " * 8, "target": 5})
    page = parts.document(review(), plan).files["halbzeitbilanz.html"].decode()
    script = """
      const head = [...document.querySelectorAll('th[scope=row]')].find(e => e.textContent.startsWith('Bevölkerungsf'));
      done([head.offsetWidth, document.documentElement.scrollWidth, window.innerWidth]);
    """
    head, content, window = browse(chromium, tmp_path, page, 390, script)
    assert 0 < head < window / 2
    assert content <= window


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    command = ["halbzeitbilanz", "grabow", "--from", "2012", "-o", str(tmp_path), "--json"]
    monkeypatch.setattr("sys.argv", ["kommunalprofil", *command])
    assert german_cli.run(cli.app) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["ags"], told["from"], told["to"]) == ("13076050", 2012, 2017)
    names = sorted(path.name for path in tmp_path.glob("*/*"))
    assert names == ["halbzeitbilanz.html", "halbzeitbilanz.pdf", "halbzeitbilanz.xlsx"]


@pytest.mark.parametrize(
    ("words_", "says"),
    [
        (["deutschland"], "Für Deutschland gibt es keine Halbzeitbilanz"),
        (["vrees", "--from", "2020", "--to", "2015"], "--from 2020 liegt nicht vor --to 2015"),
        (["vrees", "--plan", "nirgends.xlsx"], "nirgends.xlsx"),
    ],
)
def test_what_cannot_be_done(
    words_: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["kommunalprofil", "halbzeitbilanz", *words_, "-o", str(tmp_path / "x")])
    assert german_cli.run(cli.app) != 0
    assert says in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
