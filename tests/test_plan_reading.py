"""The filled plan read back: moved rows and columns, what people write, what cannot be read, files that are no plan."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

import plans
from kommunalprofil.errors import KommunalprofilError, SourceError, UsageError
from kommunalprofil.plan.reading import Plan, parse, read
from kommunalprofil.similar import BY_ID

CARE = {
    "area": "Gesundheit, Pflege, Inklusion", "title": "Pflegelotsen", "responsible": "Frau Öz, Amt 50",
    "begin": "März 2027", "end": date(2028, 12, 31), "budget": "50.000 €", "group": "Hochbetagte",
    "strategy": "Gut alt werden", "indicator": "Anteil der Menschen ab 80", "target": "8,5 %", "remark": "erst prüfen",
}  # fmt: skip
OWN = {"title": "Treff", "indicator": "Gäste je Monat", "value": "1.200", "unit": "Personen", "day": "2026",
       "source": "Strichliste", "target": 1500}  # fmt: skip


def test_a_number_beyond_all_reason_is_named_and_the_rest_is_read() -> None:
    plan = plans.filled({"title": "A", "budget": 1e30, "target": 5}, {"title": "B", "budget": 100})
    assert [one.budget for one in plan.measures] == [None, 100]
    assert [one.target for one in plan.measures] == [5, None]
    assert any("ist zu groß für einen Plan" in text and text.startswith("Plan!G2") for text in plan.problems)


def without_rows(plan: Plan) -> list[object]:
    return sorted((replace(one, row=0) for one in plan.measures), key=lambda one: one.title)


def problems(**entries: object) -> list[str]:
    return list(plans.filled({"title": "X", **entries}).problems)


def test_a_measure_as_planned() -> None:
    plan = plans.filled(CARE)
    assert (plan.ags, plan.place, plan.problems) == ("01051", "Kreis Dithmarschen", ())
    assert plan.stand == "10.03.2026"
    assert len(plan.state) == 12
    (one,) = plan.measures
    assert (one.row, one.title, one.area) == (2, "Pflegelotsen", "Gesundheit, Pflege, Inklusion")
    assert (one.begin, one.end, one.begin_text) == (date(2027, 3, 1), date(2028, 12, 31), "März 2027")
    assert (one.budget, one.target) == (50_000, 8.5)
    assert one.indicator is BY_ID["age_share:age=80+"]
    assert one.baseline.value == pytest.approx(8.2, abs=0.05)
    assert (one.baseline.unit, one.baseline.day, one.baseline.date) == ("%", "31.12.2021", "2021-12-31")
    assert one.baseline.source.startswith("Eurostat, ")
    assert one.baseline.base == "Fortschreibung auf Basis des Zensus 2011"


def test_an_indicator_of_their_own_keeps_its_baseline_and_is_named() -> None:
    plan = plans.filled(OWN)
    (one,) = plan.measures
    assert (one.indicator, one.indicator_text, one.target) == (None, "Gäste je Monat", 1500)
    assert (one.baseline.value, one.baseline.unit, one.baseline.date) == (1200, "Personen", "2026")
    assert plan.problems == (
        "Plan!J2: „Gäste je Monat“ ist keine Kennzahl des Profils. "
        "Der Stand zur Halbzeit lässt sich dazu nicht nachschlagen.",
    )


def test_shuffled_rows_and_moved_columns_say_the_same() -> None:
    rows = [CARE, OWN, *({"title": f"M{n}", "begin": 2027, "budget": n} for n in range(9))]
    before = plans.filled(*rows)
    rng = random.Random(7)
    book = plans.opened()
    sheet = book["Plan"]
    for row, entries in zip(rng.sample(range(2, 300), len(rows)), rows, strict=True):
        plans.fill(sheet, row, entries)
    order = rng.sample(range(1, sheet.max_column + 1), sheet.max_column)
    cells = [[sheet.cell(row, column).value for column in order] for row in range(1, sheet.max_row + 1)]
    moved = book.create_sheet("Plan neu")
    moved.append(["Stand der Beratung"])
    for line in cells:
        moved.append([None, None, *line])
    del book["Plan"]
    assert without_rows(parse(plans.saved(book), "plan.xlsx")) == without_rows(before)


@pytest.mark.parametrize(
    "name", ["mean_age", "durchschnittsalter", "Durchschnittsalter (Jahre)", " Durchschnittsalter "]
)
def test_an_indicator_by_its_names(name: str) -> None:
    assert plans.filled({"title": "X", "indicator": name}).measures[0].indicator is BY_ID["mean_age"]


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        ({"begin": "bald"}, "Plan!E2: „bald“ ist kein Datum. Erlaubt ist zum Beispiel 31.12.2027 oder Juni 2027."),
        ({"begin": 7}, "Plan!E2: „7“ ist kein Datum."),
        ({"begin": "2028", "end": "2027"}, "Plan!F2: Das Ende „2027“ liegt vor dem Beginn „2028“."),
        ({"budget": "50 T€"}, "Plan!G2: „50 T€“ ist kein Betrag in Euro."),
        ({"budget": "20 %"}, "Plan!G2: „20 %“ ist kein Betrag in Euro."),
        ({"budget": -5}, "Plan!G2: „−5“ ist kein Betrag in Euro."),
        ({"target": "ca. 12"}, "Plan!O2: „ca. 12“ ist keine Zahl. Erlaubt ist zum Beispiel 12,5 oder 1.200."),
        ({"target": date(2027, 5, 12)}, "Plan!O2: „12.05.2027“ ist ein Datum, keine Zahl."),
        ({"indicator": "mean_age", "target": "5 %"}, "Plan!O2: „5 %“ hat nicht die Einheit des Indikators (Jahre)."),
        ({"indicator": "Altenqotient"}, "Plan!J2: „Altenqotient“ ist keine Kennzahl des Profils; ähnlich heißt: Al"),
        ({"title": None, "area": "Wohnen"}, "Plan!C2: Die Maßnahme hat keinen Namen;"),
        ({"target": "=5+5"}, "Plan!O2: Die Formel hat kein gespeichertes Ergebnis. Die Datei in Excel oder LibreOffi"),
        ({"title": '="A"&"B"'}, "Plan!C2: Die Formel hat kein gespeichertes Ergebnis."),
        ({"indicator": "foreign_share", "target": "130 %"}, "Plan!O2: „130 %“ ist für „Anteil der Ausländerinnen und "
         "Ausländer“ nicht möglich, erlaubt sind 0 bis 100 %. Ist ein anderer Wert oder ein anderer Indikator"),
        ({"indicator": "foreign_share", "target": -500}, "Plan!O2: „−500“ ist für „Anteil der Ausländerinnen und Ausl"),
        ({"indicator": "foreign_share", "value": "-3 %", "target": 5}, "Plan!K2: „-3 %“ ist für „Anteil der Auslände"),
        ({"indicator": "population", "target": "-1.200"}, "Plan!O2: „-1.200“ ist für „Bevölkerung“ nicht möglich, "
         "erlaubt sind Werte ab 0."),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_its_cell(entries: dict[str, object], said: str) -> None:
    (problem,) = problems(**entries)
    assert problem.startswith(said)


def test_a_baseline_of_their_own_by_a_formula_without_result_is_told() -> None:
    assert [text[:8] for text in problems(indicator="Gäste", value="=7*9", target=80)] == ["Plan!J2:", "Plan!K2:"]


def test_growth_and_balances_may_be_below_zero() -> None:
    plan = plans.filled(
        {"title": "A", "indicator": "net_migration_rate", "target": -20},
        {"title": "B", "indicator": "population_change_5y", "target": "-1,5 %"},
        {"title": "C", "indicator": "old_age_ratio", "target": 130},
    )
    assert [one.target for one in plan.measures] == [-20, -1.5, 130]
    assert plan.problems == ()


def test_a_percentage_typed_into_the_cell_means_what_it_shows() -> None:
    book = plans.opened()
    sheet = book["Plan"]
    plans.fill(sheet, 2, {"title": "X", "indicator": "foreign_share", "target": 0.125, "end": 46_000})
    sheet.cell(2, plans.column(sheet, "target")).number_format = "0.0%"
    sheet.cell(2, plans.column(sheet, "end")).number_format = "mmm yy"
    (one,) = parse(plans.saved(book), "plan.xlsx").measures
    assert one.target == 12.5
    assert (one.end, one.end_text) == (date(2025, 12, 31), "12/2025")


def with_cell(place: str, xml: str) -> Plan:
    """The plan with one cell of its sheet replaced by markup, as a spreadsheet saves it."""
    book = plans.opened()
    plans.fill(book["Plan"], 2, {"title": "X", "indicator": "mean_age"})
    plans.fill(book["Plan"], 3, {"title": "Y"})
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plans.saved(book))) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            text = before.read(name)
            if name == "xl/worksheets/sheet2.xml":
                start = text.index(f'<c r="{place}"'.encode())
                ends = [text.find(end, start) + len(end) for end in (b"/>", b"</c>") if text.find(end, start) >= 0]
                text = text[:start] + xml.encode() + text[text.index(b"<c ", min(ends)) if xml else min(ends) :]
            after.writestr(name, text)
    return parse(out.getvalue(), "plan.xlsx")


def test_results_of_formulas_count_and_their_errors_are_named() -> None:
    plan = with_cell("G2", '<c r="G2"><f>3*20000</f><v>60000</v></c>')
    assert plan.measures[0].budget == 60_000
    plan = with_cell("G2", '<c r="G2" t="e"><f>A1/0</f><v>#N/A</v></c>')
    assert plan.measures[0].budget is None
    assert plan.problems == ("Plan!G2: Die Formel ergibt „#NV“ statt eines Werts.",)
    plan = with_cell("O2", '<c r="O2" t="str"><f>IF(1=2,5,"")</f><v></v></c>')  # an empty text is a result
    assert (plan.measures[0].target, plan.problems) == (None, ())
    plan = with_cell("K2", '<c r="K2"><f>1</f><v>99</v></c>')  # an older result of our own formula
    assert plan.measures[0].baseline.value == pytest.approx(46.77, abs=0.01)


def test_a_missing_column_or_sheet_is_told() -> None:
    book = plans.opened()
    plans.fill(book["Plan"], 2, CARE)
    book["Plan"].delete_cols(plans.column(book["Plan"], "budget"))
    del book["Indikatoren"]
    plan = parse(plans.saved(book), "plan.xlsx")
    assert plan.problems == (
        "Plan: Die Spalte „Budget (Euro)“ fehlt; was in ihr stand, wird nicht gelesen.",
        "Indikatoren: Das Blatt fehlt; Ausgangswerte werden nur gelesen, wo sie im Plan stehen.",
    )
    assert plan.ags == "01051"  # the first sheet says so, too
    assert plan.measures[0].baseline.value is None


def test_an_empty_plan_has_no_measures_and_no_problems() -> None:
    plan = plans.filled(place="vrees")
    assert (plan.ags, plan.measures, plan.problems) == ("03454055", (), ())


def other_book() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Indikator", "Wert"])
    return plans.saved(book)


def packed(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


SAVE = "die Datei in Excel oder LibreOffice öffnen und als .xlsx ohne Kennwort speichern."
ODS = packed("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "„plan.xlsx“ ist leer. Gelesen wird der ausgefüllte Werkstattplan als Arbeitsmappe im Format XLSX"),
        (b"Titel;Beginn\n", "„plan.xlsx“ ist eine Textdatei. Gelesen wird der ausgefüllte Werkstattplan"),
        (other_book(), "„plan.xlsx“ ist kein Werkstattplan: Es gibt nur „Sheet“. Erwartet wird ein Blatt „Plan“"),
        (plans.workbook()[:9000], "plan.xlsx: Die Arbeitsmappe ist beschädigt. In Excel oder LibreOffice öffnen und "),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), f"(XLS, DOC) oder mit einem Kennwort gesperrt. {SAVE}"),
        (ODS, f"„plan.xlsx“ ist eine LibreOffice-Tabelle (ODS). {SAVE}"),
        (packed("xl/workbook.bin", b"-"), f"„plan.xlsx“ ist eine Excel-Arbeitsmappe (XLSB). {SAVE}"),
        (packed("bild.txt", b"-"), "„plan.xlsx“ ist ein Zip-Archiv. Gelesen wird der ausgefüllte Werkstattplan"),
        (b"%PDF-1.7\n", "„plan.xlsx“ ist ein PDF-Dokument. Gelesen wird der ausgefüllte Werkstattplan"),
        (plans.text_file(), "„plan.xlsx“ ist ein Word-Dokument (DOCX). was in der Word-Datei steht, dort eintragen."),
    ],
)
def test_other_files_are_refused_in_a_sentence(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.xlsx"
    path.write_bytes(data)
    with pytest.raises((UsageError, SourceError)) as caught:
        read(path)
    wanted = "Gelesen wird der ausgefüllte Werkstattplan als Arbeitsmappe im Format XLSX (werkstattplan.xlsx)"
    assert said in str(caught.value).replace(f"{wanted}: ", "").replace(f"{wanted}; ", "")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ist keine Datei"):
        read(tmp_path)


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/styles.xml"])
def test_damage_is_told_without_the_english_of_a_library(part: str) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plans.workbook())) as before, zipfile.ZipFile(out, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name)[: 300 if name == part else None])
    with pytest.raises(SourceError) as caught:
        parse(out.getvalue(), "plan.xlsx")
    assert str(caught.value).endswith(
        ": Die Arbeitsmappe ist beschädigt. In Excel oder LibreOffice öffnen und neu als .xlsx speichern, sonst eine "
        "frühere Fassung nehmen."
    )


def test_a_bomb_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(70_000_000))
    with pytest.raises(SourceError, match="mehr als 20 MB"):
        parse(out.getvalue(), "plan.xlsx")


def test_damage_never_ends_in_anything_but_a_sentence() -> None:
    book = plans.opened()
    plans.fill(book["Plan"], 2, CARE)
    whole = plans.saved(book)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    rng = random.Random(11)
    for _ in range(120):
        damaged = dict(parts)
        name = rng.choice([n for n in parts if n.startswith("xl/")])
        text = bytearray(damaged[name])
        for _ in range(rng.randint(1, 12)):
            text[rng.randrange(len(text))] = rng.randrange(256)
        damaged[name] = bytes(text)
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for part, content in damaged.items():
                archive.writestr(part, content)
        with suppress(KommunalprofilError):
            parse(out.getvalue(), "plan.xlsx")
