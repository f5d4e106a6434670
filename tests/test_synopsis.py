"""Several Kommunen side by side: one date for all, the small-number rule, order, pages for everybody, the command."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import openpyxl
import pytest

from kommunalprofil import cli, comparison, german_cli, indicators, keyfigures, pdf_checks, render
from kommunalprofil import formatting as fmt
from kommunalprofil import synopsis as parts
from kommunalprofil.cells import Point
from kommunalprofil.comparison import Numbers, by_point
from kommunalprofil.dwk import MODEL_KOMMUNEN
from kommunalprofil.errors import UsageError
from kommunalprofil.figures.panels import apart
from kommunalprofil.indicators.compute import Key
from kommunalprofil.indicators.series import Series
from kommunalprofil.melderegister import topics
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.synopsis import SECTIONS, Date, Synopsis, figures, words
from test_html import browse, violations

ALONE = SECTIONS[4].panels[0].measures[0][1]
OLD = SECTIONS[1].panels[2].measures[0][1]
BIRTHS = SECTIONS[5].panels[0].measures[0][1]


@cache
def register() -> Register:
    return Register.load(data_dir())


@pytest.fixture(autouse=True)
def _kreise_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What all Kreise come to follows from the data set, not from the places: it is computed for one Synopse only."""
    monkeypatch.setattr(parts, "by_point", of_kreise)


KREISE: dict[Key, dict[Point, Numbers]] = {}


def of_kreise(series: Series, regions: Sequence[str]) -> dict[Point, Numbers]:
    key = (series.indicator.id, series.variant, series.selection)
    if key not in KREISE:
        KREISE[key] = by_point(series, regions)
    return KREISE[key]


@cache
def synopsis(*keys: str) -> Synopsis:
    return Synopsis.load([register().get(key) for key in keys or MODEL_KOMMUNEN], data_dir())


@cache
def made() -> render.Document:
    return parts.document(synopsis())


@pytest.fixture
def text() -> str:
    return made().files["synopse.html"].decode()


def place(name: str):  # type: ignore[no-untyped-def]
    return next(p for p in synopsis().places if p.region.name == name)


def test_all_values_of_a_measure_are_of_one_day_and_one_base() -> None:
    seen = 0
    for measure in parts.measures():
        date = synopsis().date(measure)
        assert date is not None, measure.id
        for one in synopsis().places:
            for region in (one.region, *one.parents):
                if value := synopsis().value(one, measure, region):
                    assert (value.date, value.base) == date
                    seen += 1
    assert seen > 500


def test_the_day_is_the_newest_that_most_places_share() -> None:
    """Gemeinden know their ages up to 2015 only, Kreise up to 2021; the census of 2022 counted everywhere."""
    assert synopsis().date(OLD) == Date("2015-12-31", "zensus_2011")
    assert synopsis().date(ALONE) == Date("2022-05-15", "census_2022")
    assert synopsis("01051", "05358").date(OLD) == Date("2021-12-31", "zensus_2011")
    assert [p.region.name for p in synopsis().newer(OLD)] == [
        "Dithmarschen", "Düren", "Emsland", "Saarbrücken", "Dortmund", "Havelland",
    ]  # fmt: skip


def test_numbers_of_the_census_as_it_printed_them() -> None:
    value = synopsis().value(place("Dithmarschen"), ALONE)
    assert value is not None
    assert (round(value.value or 0, 1), value.denominator) == (41.6, 66778)


def test_a_gemeinde_without_births_shows_those_of_its_kreis_and_says_so() -> None:
    value, region = synopsis().told(place("Vrees"), BIRTHS)
    assert value is not None
    assert (value.region, region.ags, region.title) == ("03454", "03454", "Landkreis Emsland")
    table = figures.DRAWN[[m.id for s in SECTIONS for p in s.panels for _, m in p.measures[:1]].index(BIRTHS.id)](
        synopsis()
    ).table  # type: ignore[union-attr]
    row = next(row for row in table.rows if row[0] == "Vrees")
    assert row[1].endswith(f"{fmt.NBSP}K")
    assert table.note == "K: Wert des Kreises, weil es für die Gemeinde keinen gibt."
    assert any(text.startswith("Kreis statt Gemeinde") for text in words.rules(synopsis()))
    assert not any(text.startswith("Kreis statt") for text in words.rules(synopsis("01051", "05358")))


def test_a_share_of_few_is_told_as_counts() -> None:
    """Gröde had eight people in the census: no percentage is printed, drawn or called highest."""
    tiny = Synopsis.load([register().find("groede"), register().get("03454055")], data_dir())
    measure = SECTIONS[3].panels[0].measures[0][1]
    value = tiny.value(tiny.places[0], measure)
    assert value is not None
    assert value.denominator is not None
    assert value.denominator < 20
    assert " von " in figures.printed(value)
    assert [p.region.name for p, _ in tiny.ordered(measure)] == ["Vrees"]
    panel = SECTIONS[3].panels[0]
    assert figures._row(tiny, tiny.places[0], panel).values["place"] is None
    assert not figures._lines(tiny.places[0])["place"]
    sheet = parts.sheet(tiny)
    row = next(row for row in sheet.rows if row[1] == measure.label and str(row[4]).endswith("Gröde"))
    assert row[6] is None
    assert "nur Anzahlen" in str(row[-1])


def test_a_type_of_household_has_one_name() -> None:
    """In the Synopse, the Halbzeitbilanz that shares its key figures, the ranks, the first page, the Melderegister."""
    names = ["Einpersonenhaushalte", "Paare ohne Kind", "Paare mit Kind(ern)", "Alleinerziehende",
             "Mehrpersonenhaushalte ohne Kernfamilie"]  # fmt: skip
    assert [m.label for m in parts.measures() if m.indicator == "household_share"] == names
    assert [m.label for m in comparison.MEASURES if m.indicator == "household_share"] == names[:1]
    assert [one.label for one in keyfigures.WANTED if one.indicator == "household_share"] == names[:1]
    assert list(topics.HOUSEHOLD.members.values())[:5] == names
    assert all(name in indicators.declared()["families_share"].definition for name in names[2:4])


def test_a_value_of_few_people_is_called_unsure_inside_a_sentence() -> None:
    """Hellschen-Heringsand-Unterschaar had 164 people in 2015, 102 of them from 20 to 64: the table prints (62)."""
    said = words.section_lead(synopsis("01051045", "01054034"), SECTIONS[1])
    assert any("Hellschen-Heringsand-Unterschaar (62, eingeschränkt aussagekräftig)" in text for text in said), said
    assert not any("((" in text for text in said)


def test_the_order_of_places_changes_no_number() -> None:
    keys = ("01051", "03454055", "14627230")
    tables = [
        {row[0]: row[1:] for row in figures.DRAWN[2](synopsis(*order)).table.rows}  # type: ignore[union-attr]
        for order in (keys, keys[::-1])
    ]
    assert all(table == tables[0] for table in tables)


def test_groups_stand_beside_all_people_of_the_same_day() -> None:
    """The share of both together lies between those of the groups; of the day of the groups, not its own newest."""
    seen = 0
    for panel in (panel for section in SECTIONS for panel in section.panels if panel.groups):
        assert len({synopsis().date(measure) for measure in panel.every}) == 1
        for one in synopsis().places:
            values = [synopsis().told(one, measure)[0] for measure in panel.every]
            *groups, whole = (v.value for v in values if v is not None and v.value is not None)
            assert min(groups) <= whole <= max(groups), (panel.heading, one.region.name)
            seen += 1
    assert seen == 50


def test_the_balance_of_moves_has_a_column_for_all() -> None:
    table = figures.DRAWN[10](synopsis()).table  # type: ignore[union-attr]
    assert table.caption == "Wanderung der 18- bis 24-Jährigen, 2016–2019"
    assert [column.label for column in table.columns] == ["Kommune", "Frauen", "Männer", "insgesamt"]
    assert next(row for row in table.rows if row[0] == "Dithmarschen") == ("Dithmarschen", "−28,3", "−15,1", "−21,4")
    assert table.rows[-1] == ("Deutschland", "20,0", "19,1", "19,5")
    rows = [row for row in parts.sheet(synopsis()).rows if row[1] == "Wanderung der 18- bis 24-Jährigen, insgesamt"]
    assert len(rows) == 10


def test_the_range_holds_every_kreis() -> None:
    spread = synopsis().spread(ALONE)
    assert spread is not None
    assert spread.number == 400
    assert spread.low < spread.median < spread.high
    values = [synopsis().value(p, ALONE) for p in synopsis().places if p.region.level == "kreis"]
    assert all(v is not None and spread.low <= (v.value or 0) <= spread.high for v in values)


def test_places_of_one_name_are_told_apart() -> None:
    both = synopsis("05358", "05358008")
    assert [both.name(p) for p in both.places] == ["Kreis Düren", "Stadt Düren"]


def test_the_lead_counts_who_stands_here() -> None:
    assert words.lead(synopsis())[0].startswith("Hier stehen sechs Kreise oder kreisfreie Städte und vier Gemeinden ")
    assert words.lead(synopsis("05358", "05358008"))[0].startswith("Hier stehen ein Kreis und eine Gemeinde ")


def test_what_stands_out_is_said_of_each_place() -> None:
    said = words.striking(synopsis())
    assert [text.partition(":")[0] for text in said] == [p.region.title for p in synopsis().places]
    assert all(text.endswith(".") for text in said)
    assert said[3].replace(fmt.NBSP, " ") == (
        "Gemeinde Vrees: Ende 2015 waren die Menschen im Durchschnitt 39,0 Jahre alt, jünger als in 10.317 von 10.357 "
        "anderen Gemeinden."
    )
    assert ("Vrees", "39,0") in [row[:2] for row in figures.DRAWN[2](synopsis()).table.rows]  # type: ignore[union-attr]


def test_what_stands_out_is_a_number_of_the_document() -> None:
    """The balance of all moves of 2015 is most extreme in Osterheide, but no table here holds it."""
    shown = {(m.id, synopsis().date(m).date) for m in parts.measures()}  # type: ignore[union-attr]
    told = [(measure.id, one.date) for place in synopsis().places for measure, one in synopsis().standings(place)]
    assert len(told) > 50
    assert set(told) <= shown
    first = words.striking(extreme())[0].replace(fmt.NBSP, " ")
    assert first.startswith("Gemeindefreier Bezirk Osterheide: Am 15. Mai 2022 hatten 77,9 % der Menschen keine ")


@cache
def extreme() -> Synopsis:
    """Osterheide had five times as many people in 2015 as in 2011, most of them refugees in one camp."""
    return synopsis("03358501", "03358008", "03454055", "01051")


def test_panels_share_a_scale_but_one_that_would_leave_the_others_flat() -> None:
    drawn = figures.growth(extreme())
    names = ("Osterheide", "Bad Fallingbostel", "Vrees", "Dithmarschen")
    marks = re.findall(rf">(−?\d+|eigener Maßstab, %|%|{'|'.join(names)})</text>", drawn.svg)
    at = [marks.index(name) for name in names]
    assert marks[at[0] + 1] == "eigener Maßstab, %"
    assert "600" in marks[at[0] : at[1]]
    common = [marks[start + 1 : end] for start, end in zip(at[1:], [*at[2:], None], strict=True)]
    assert all({"%", "0", "10", "20"} <= set(found) and "600" not in found for found in common)
    for text in (drawn.subtitle, drawn.alt.rstrip(".")):
        assert text.endswith("derselbe Maßstab außer für Osterheide")
    assert figures.growth(synopsis()).subtitle.endswith("überall derselbe Maßstab")
    assert figures.pyramids(extreme()).alt.endswith("; überall derselbe Maßstab.")


def test_which_panels_stand_apart() -> None:
    assert apart({"a": 3.0, "b": 4.0, "c": 40.0}) == {"c"}
    assert apart({"a": 3.0, "b": 15.0, "c": 70.0}) == set()
    assert apart({"a": 3.0, "b": 16.0}) == {"b"}
    assert apart({"a": 3.0, "b": 40.0, "c": 41.0}) == set(), "never more than half"
    assert apart({"a": 3.0}) == set()


def test_the_sheet_has_a_row_for_each_key_figure_of_each_place() -> None:
    book = openpyxl.load_workbook(io.BytesIO(made().files["synopse.xlsx"]), read_only=True)
    assert book.sheetnames[:2] == ["Inhalt", "Synopse"]
    rows = list(book["Synopse"].iter_rows(values_only=True))
    assert rows[0] == parts.SHEET
    assert len(rows) == 1 + 10 * len(list(parts.measures()))
    known = {(row[4], row[1]): row for row in rows}
    row = known["Kreis Dithmarschen", "Einpersonenhaushalte"]
    assert (round(row[6], 1), row[7]) == (41.6, "Kreis Dithmarschen")


def test_the_pdf_is_for_everybody() -> None:
    assert pdf_checks.findings(made().files["synopse.pdf"], made().outline, made().title, "Kommunen") == []


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(chromium: str, axe: str, tmp_path: Path, text: str, width: int) -> None:
    assert violations(chromium, tmp_path, text, axe, width) == []


def test_captions_are_read_without_scrolling_a_table(chromium: str, tmp_path: Path, text: str) -> None:
    script = """
    document.body.style.width = '390px';  // a browser without a window is never so narrow
    document.querySelectorAll('details').forEach(d => d.open = true);
    const right = caption => { const r = document.createRange(); r.selectNodeContents(caption);
                               return r.getBoundingClientRect().right; };
    done([...document.querySelectorAll('.table')].map(box => {
      const ends = [box.getBoundingClientRect().right, right(box.querySelector('caption'))];
      const wide = box.scrollWidth > box.clientWidth + 1;
      box.scrollLeft = 1000;
      const left = of => of.getBoundingClientRect().left;
      return [wide, ...ends, left(box.querySelector('.stays')) - left(box)];
    }));
    """
    found = browse(chromium, tmp_path, text, 390, script)
    assert sum(wide for wide, *_ in found) >= 3
    for _, edge, end, moved in found:
        assert end <= edge + 1
        assert abs(moved) < 1, "the caption stays while the table moves"


def test_the_same_places_give_the_same_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "by_point", by_point)
    keys = ("03454055", "14523010")
    one, other = (
        parts.document(Synopsis.load([register().get(key) for key in keys], data_dir())).files for _ in range(2)
    )
    assert one == other


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["kommunalprofil", "compare", "vrees", "grabow", "-o", str(tmp_path), "--json"])
    assert german_cli.run(cli.app) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["places"] == ["03454055", "13076050"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["synopse.html", "synopse.pdf", "synopse.xlsx"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["vrees"], "ist nur ein Ort (Gemeinde Vrees) genannt"),
        (["vrees", "03454055"], "mehrfach genannte zählen einmal"),
        (["vrees", "bayern"], "Bayern ist weder Kreis noch Gemeinde"),
        (["bayern", "vrees", "saarland"], "Bayern und Saarland sind weder Kreise noch Gemeinden. "),
        (["vrees", "bremen"], "„bremen“ ist mehrdeutig. Eindeutig ist der Schlüssel oder der Kurzname:"),
        (["vrees", "nirgendwo"], "nirgendwo"),
    ],
)
def test_what_cannot_be_compared(
    names: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["kommunalprofil", "compare", *names, "-o", str(tmp_path / "x")])
    assert german_cli.run(cli.app) == 2
    assert says in capsys.readouterr().err
    assert not (tmp_path / "x").exists()


def test_too_many_places() -> None:
    many = register().search(level="kreis")[:13]
    with pytest.raises(UsageError, match="sind 13 Orte genannt"):
        parts.check(many)
