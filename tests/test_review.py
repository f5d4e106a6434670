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


def test_households_of_another_territory_are_not_compared() -> None:
    """Eisenach joined the Wartburgkreis in 2021: 56.648 households without it, 75.372 with it."""
    found = review("16063", 2019, 2024)
    row = found.households[0]
    assert row.own.then is not None
    assert row.own.now is not None
    assert (row.own.then.denominator, row.own.now.denominator) == (56648, 75372)
    assert (row.own.value, row.own.why) == (None, "sich das Gebiet dazwischen geändert hat")
    listed = figures.household_table(found)
    assert listed.rows[0][:4] == ("Einpersonenhaushalte", "28,5", "40,1", "x")
    assert listed.note.endswith("x: nicht verglichen, weil sich das Gebiet dazwischen geändert hat.")
    page = parts.document(found).files["halbzeitbilanz.html"].decode()
    assert "nicht dargestellt, weil sich das Gebiet dazwischen geändert hat" in page
    assert "Tabelle 4" in page


def test_places_of_another_territory_are_not_in_the_median() -> None:
    found = review("16063", 2019, 2024)
    measure = found.households[0].own.measure
    moved = [ags for ags in found.neighbours if found.change(measure, register().get(ags)).why]
    assert moved
    assert found.households[0].number == 10 - len(moved)


def test_a_reform_only_the_area_tells_of_keeps_both_from_being_compared() -> None:
    """Grabfeld took in a neighbour in 2012: 5.248 people before, 5.503 a year later; no key changed."""
    found = review("16066094", 2011, 2016).change(PEOPLE)
    assert found.then is not None
    assert found.then.value == 5248
    assert (found.value, found.why) == (None, "sich das Gebiet dazwischen geändert hat")


def test_where_the_data_set_sums_up_the_households_of_both_censuses_they_compare() -> None:
    """Göttingen and Osterode became one Kreis in 2016; the census of 2011 is summed up: 63.883 of 159.234."""
    own = review("03159").households[0].own
    assert own.then is not None
    assert (own.then.numerator, own.then.denominator) == (63883, 159234)
    assert figures.changed(own) == "+5,6"


def test_counts_of_two_censuses_compare_wherever_they_stand() -> None:
    counts = [value(36, "2011-05-09", base="census_2011"), value(41.9, "2022-05-15", base="census_2022")]
    assert pairs.hindrance(counts[0].date, counts[0].base, counts[1], counts) == ""
    why = pairs.hindrance("2019-12-31", "zensus_2011", counts[1], counts)
    assert why.endswith("(Fortschreibung auf Basis des Zensus 2011, Zählung im Zensus 2022)")
    found = review("09", 2011, 2022)
    assert figures.changed(found.households[0].own) == "+5,9"
    shown = [row.own.measure.label for _, rows in found.sections for row in rows]
    assert "Einpersonenhaushalte" not in shown
    assert not any("Einpersonenhaushalte" in text for text in words.not_compared(found))
    plan = plans.filled({"title": "X", "indicator": "Einpersonenhaushalte", "value": 32.9, "day": "09.05.2011",
                         "target": 46.8})  # fmt: skip
    one = measures.progress(review(), plan)
    assert measures.table(one).rows[0][2:] == ("32,9 (09.05.2011)", "41,6 (15.05.2022)", "46,8", "63\u00a0% des Wegs")


@pytest.mark.parametrize(
    "day", ["2015", 2015, "30.06.2015", "31.12.2015", "Ende 2015", "Stand 31.12.2015", "Stand: 31.12.2015"]
)
def test_however_the_day_of_a_baseline_is_written_today_is_on_its_base(day: object) -> None:
    """135.653 people at the end of 2023 on the base of 2011; on that of 2022 there are 133.460 at the end of 2024."""
    plan = plans.filled({"title": "X", "indicator": "Bevölkerung", "value": 132917, "day": day, "target": 140000})
    (one,) = measures.progress(review(), plan)
    assert one.now is not None
    assert (one.now.value, one.now.date, one.now.base) == (135653, "2023-12-31", "zensus_2011")
    assert one.told == "39\u00a0% des Wegs"


def test_key_figures_counted_are_those_shown() -> None:
    """18 compared and 7 named as not compared are 25; those of households are told apart."""
    assert words.lead(review())[0].startswith(
        "Zwischen 2015 und 2020 lassen sich im Kreis Dithmarschen 18 von 25 Kennzahlen vergleichen"
    )
    assert words.lead(review())[-1] == "Dazu kommen 6 Kennzahlen zu Haushalten im Zensus 2011 und 2022."
    assert sum(text.count(";") + 1 for text in words.not_compared(review())) == 7
    none = review("16063", 2019, 2024)
    assert words.lead(none)[0].endswith("3 von 25 Kennzahlen vergleichen.")
    assert not any("Haushalten" in text for text in words.lead(none))


def test_what_is_printed_alike_has_not_changed() -> None:
    """95,6 and 96,4 people on a square kilometre are both 96: neither the table nor the sentence says +1."""
    ends = [value(n, day, unit="je km²") for n, day in ((95.6, "1998-12-31"), (96.4, "2003-12-31"))]
    change = Change(OLD, *ends)
    assert (figures.changed(change), words.moved(change)) == ("±0", "mit 96 gleich geblieben")
    other = Change(OLD, ends[0], replace(ends[1], value=97.4))
    assert (figures.changed(other), words.moved(other)) == ("+2", "von 96 auf 97 gestiegen (+2)")


def test_no_bracket_is_explained_where_there_is_none() -> None:
    tiny = [value(50, date, numerator=5.0, denominator=10.0) for date in ("2015-12-31", "2020-12-31")]
    rows = [parts.Row(Change(OLD, *tiny), {}, None, 0)]
    assert "In Klammern" not in figures.table(review(), SECTIONS[1], rows).note
    few = [value(2, "2015-12-31"), value(3, "2020-12-31")]
    rows = [parts.Row(Change(OLD, *few), {}, None, 0)]
    assert "In Klammern" in figures.table(review(), SECTIONS[1], rows).note


def test_how_measures_stand_is_told_in_a_sentence() -> None:
    planned = [plans.filled({"title": "X", "indicator": OLD.label}).measures[0]] * 3
    ends = [replace(one, target=20, baseline=replace(one.baseline, value=10)) for one in planned]
    found = [measures.Progress(one, value(now, "2024-12-31"), "") for one, now in zip(ends, (20, 12, 13), strict=True)]
    assert list(measures.said(found))[1] == (
        "Von den 3, deren Indikator sich vergleichen lässt, ist eine am Zielwert und 2 dem Zielwert näher."
    )


def test_a_day_nobody_can_read_is_named_with_its_cell() -> None:
    plan = plans.filled({"title": "X", "indicator": OLD.label, "value": 25, "day": "irgendwann"},
                        {"title": "Y", "indicator": OLD.label, "value": 25, "day": "2012-2015"})  # fmt: skip
    assert plan.problems == (
        "Plan!M2: „irgendwann“ ist kein Stichtag. Erlaubt ist zum Beispiel 31.12.2015, 2015 oder 2012–2015.",
    )
    assert plan.measures[1].baseline.date == "2012/2015"


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

    assert told(value=25, day="Ende 2027") == "Stichtag nach dem neuesten Wert (31.12.2021)"
    assert told(value=25, day="31.12.2021") == "kein neuerer Wert als der Ausgangswert"
    assert told(value=25, day="1970").endswith(
        "der Stichtag des Ausgangswerts vor den ersten Zahlen liegt (31.12.1995)"
    )
    assert told(value=25, day="irgendwann").endswith("der Stichtag des Ausgangswerts nicht zu lesen ist")
    assert told(value=25).endswith("der Ausgangswert keinen Stichtag hat")
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
    asked = r"anderen Ortes \(„Kreis Steinburg“\)\. Verlangt ist der Plan des Kreises Dithmarschen \(01051\)\."
    with pytest.raises(UsageError, match=asked):
        measures.progress(review(), nameless)
    with pytest.raises(UsageError, match="„Kreis Dithmarschen“"):
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
        (
            ["dithmarschen", "--from", "1960", "--to", "1970"],
            "Für 1960 gibt es keine Zahlen. Für den Kreis Dithmarschen gibt es welche von 1995 bis 2024.",
        ),
    ],
)
def test_what_cannot_be_done(
    words_: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["kommunalprofil", "halbzeitbilanz", *words_, "-o", str(tmp_path / "x")])
    assert german_cli.run(cli.app) != 0
    assert says in capsys.readouterr().err
    assert not (tmp_path / "x").exists()
