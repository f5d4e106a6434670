"""The plan to work in: what both files hold, what is locked, that nothing filled in is overwritten."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import pytest
from docx.oxml.ns import qn

import plans
from kommunalprofil import cli, german_cli
from kommunalprofil.comparison import MEASURES, Comparison
from kommunalprofil.plan.wording import AREAS, FACTS, FIELDS, GROUPS
from kommunalprofil.resources import data_dir
from kommunalprofil.states import State

HEADER = ["Nr.", "Handlungsfeld", "Maßnahme", "Verantwortlich", "Beginn", "Ende", "Budget (Euro)", "Zielgruppe",
          "Bezug zur Gesamtstrategie", "Indikator", "Ausgangswert", "Einheit", "Stichtag", "Quelle", "Zielwert",
          "Bemerkung"]  # fmt: skip


def call(capfd: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = german_cli.run(cli.app, ["werkstattplan", *args])
    out, err = capfd.readouterr()
    return code, out, err


def rows(name: str, place: str = "dithmarschen") -> list[list[Any]]:
    return [[cell.value for cell in row] for row in plans.opened(plans.workbook(place))[name].iter_rows()]


def test_the_sheets_and_what_they_say_of_themselves() -> None:
    book = plans.opened()
    assert book.sheetnames == ["Anleitung", "Plan", "Indikatoren", "SWOT", "Offene Fragen", "Listen"]
    assert (book.properties.title, book.properties.language) == ("Werkstattplan Kreis Dithmarschen", "de-DE")
    for sheet in book:
        assert sheet.protection.sheet
        assert not sheet.protection.password
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.page_setup.fitToWidth, sheet.sheet_properties.pageSetUpPr.fitToPage) == (1, True)
    assert book["Plan"].print_title_rows == "$1:$1"
    assert book["Plan"].freeze_panes == "D2"


def test_the_form_of_a_measure() -> None:
    sheet = plans.opened()["Plan"]
    assert [cell.value for cell in sheet[1]][: len(HEADER)] == HEADER
    assert all(cell.protection.locked for cell in sheet[1][: len(HEADER)])
    assert not any(cell.protection.locked for row in sheet["A2:P41"] for cell in row)
    assert sheet["K2"].value == (
        '=IF($J2="","",IFERROR(INDEX(Indikatoren!$C$7:$C$27,MATCH($J2,Indikatoren!$B$7:$B$27,0)),""))'
    )
    assert "Indikatoren!$K$7:$K$27" in sheet["N41"].value
    assert FACTS[10] == "Quelle"


def test_the_choices_leave_room_for_own_words() -> None:
    book = plans.opened()
    rules = {str(rule.sqref): rule for rule in book["Plan"].data_validations.dataValidation}
    assert rules["B2:B41"].formula1 == "OFFSET(Listen!$A$2,0,0,MAX(1,COUNTA(Listen!$A$2:$A$31)),1)"
    assert rules["J2:J41"].formula1 == "Indikatoren!$B$7:$B$27"
    assert [(rules[f"{c}2:{c}41"].type, rules[f"{c}2:{c}41"].showErrorMessage) for c in "BHJEF"] == [
        ("list", False), ("list", False), ("list", False), ("date", False), ("date", False),
    ]  # fmt: skip
    assert {rules[f"{c}2:{c}41"].errorStyle for c in "GO"} == {"warning"}
    lists = list(book["Listen"].iter_rows(min_row=2, values_only=True))
    assert [a for a, _ in lists if a] == list(AREAS)
    assert [b for _, b in lists if b] == list(GROUPS)


def test_every_measure_has_its_baseline_or_a_reason() -> None:
    for place in ("dithmarschen", "vrees", "groede"):
        table = rows("Indikatoren", place)
        assert [row[1] for row in table[6:]] == [measure.label for measure in MEASURES]
        for row in table[6:]:
            told = dict(zip(FACTS, row, strict=True))
            assert told["Hinweis"] if told["Wert"] == "." else told["Quelle"] and told["Stichtag"], (place, row)
    assert rows("Indikatoren")[:4] == [
        [name, text, *[None] * (len(FACTS) - 2)]
        for name, text in (("Ort", "Kreis Dithmarschen"), ("Schlüssel (AGS)", "01051"), ("Datenstand", "10.03.2026"),
                           ("Kennung des Datenstands", plans.known().state))
    ]  # fmt: skip
    people = dict(zip(rows("Indikatoren")[5], rows("Indikatoren")[6], strict=True))
    assert (people["Wert"], people["Schleswig-Holstein"]) == (133_460, 2_959_517)


def test_shares_of_few_people_are_no_baseline() -> None:
    told = {row[1]: row for row in rows("Indikatoren", "groede")[6:]}
    assert told["Bevölkerung"][2] == 10
    assert told["Frauen je 100 Männer"][2] == "."
    assert told["Frauen je 100 Männer"][9].startswith("Nenner unter 20: nur Anzahlen")


@pytest.mark.parametrize("place", ["dithmarschen", "dortmund", "vrees", "10"])
def test_the_swot_is_sorted_by_place_and_judges_nothing(place: str) -> None:
    table = rows("SWOT", place)
    filled = [row for row in table[1:] if row[1]]
    assert len(filled) >= 10
    shares = [(row[5] - 1) / row[6] for row in filled]
    assert all(one <= other + 0.06 for one, other in pairwise(shares))  # ties share a place
    assert not any(any(row[9:]) for row in table[1:])
    assert table[0][9:] == ["Stärke", "Schwäche", "Chance", "Risiko", "Bemerkung"]
    above, others = filled[0][5] - 1, filled[0][6] - 1
    told = f"niedriger als {above} der {others} anderen" if above else f"höher als alle {others} anderen"
    assert filled[0][7].endswith(told)


def test_a_place_among_others_in_words_and_the_median_of_the_others() -> None:
    told = {row[1]: row for row in rows("SWOT")[1:] if row[1]}
    assert told["Wanderungssaldo"][5:8] == [1, 20, "höher als alle 19 anderen"]
    assert told["Haushalte mit Kindern"][5:8] == [20, 21, "höher als 1, niedriger als 19 der 20 anderen"]
    circle = plans.known().circle.names
    comparison = Comparison.load(State.of(data_dir()), "kreis", plans.register())
    assert comparison is not None
    people = sorted(comparison.values(MEASURES[0])[ags] for ags in circle)
    assert told["Bevölkerung"][8] == (people[9] + people[10]) / 2


def test_facts_are_locked_and_judgements_free() -> None:
    sheet = plans.opened()["SWOT"]
    assert all(cell.protection.locked for cell in sheet[2][:9])
    assert not any(cell.protection.locked for cell in sheet[2][9:14])
    assert not any(cell.protection.locked for cell in sheet[sheet.max_row][:14])  # own observations


def test_the_questions_of_the_profile_wait_for_answers() -> None:
    table = rows("Offene Fragen")
    assert table[0] == ["Nr.", "Frage", "Antwort", "Wer geht ihr nach?"]
    assert [row[1] for row in table[1:] if row[1]] == list(plans.known().questions)
    assert not any(row[2] or row[3] for row in table[1:])
    assert rows("Offene Fragen", "groede")[1][1] == plans.known("groede").unasked


def test_with_whom_a_place_is_compared() -> None:
    assert plans.known().circle.words == "20 ähnlichsten Landkreisen mit 100.000 bis unter 200.000 Menschen"
    assert plans.known("10").circle.words == "15 anderen Ländern"
    assert re.fullmatch(r"[\d.]+ anderen Gemeinden mit weniger als 500 Menschen", plans.known("groede").circle.words)


def controls(place: str = "dithmarschen") -> dict[str, Any]:
    body = docx.Document(io.BytesIO(plans.text_file(place))).element.body
    found = [sdt.find(qn("w:sdtPr")) for sdt in body.iter(qn("w:sdt"))]
    assert all(one.find(qn("w:alias")).get(qn("w:val")) for one in found)
    made = {one.find(qn("w:tag")).get(qn("w:val")): one for one in found}
    assert len(made) == len(found)
    return made


def test_the_text_file_has_a_field_for_everything() -> None:
    made = controls()
    kinds = {"begin": "w:date", "end": "w:date", "area": "w:comboBox", "group": "w:comboBox", "indicator": "w:comboBox"}
    for number in range(1, 6):
        for field in FIELDS:
            one = made[f"{field.key}_{number}"]
            assert one.find(qn(kinds.get(field.key, "w:text"))) is not None, field
            assert one.find(qn("w:alias")).get(qn("w:val")) == f"{field.label}, Maßnahme {number}"
    day = made["begin_1"].find(qn("w:date"))
    assert day.find(qn("w:dateFormat")).get(qn("w:val")) == "dd.MM.yyyy"
    assert day.find(qn("w:lid")).get(qn("w:val")) == "de-DE"
    listed = [item.get(qn("w:value")) for item in made["indicator_1"].iter(qn("w:listItem"))]
    assert listed == [measure.label for measure in MEASURES]
    assert {f"answer_{n}" for n in range(1, len(plans.known().questions) + 4)} <= set(made)


def test_the_text_file_is_german_and_structured() -> None:
    document = docx.Document(io.BytesIO(plans.text_file()))
    assert (document.core_properties.title, document.core_properties.language) == (
        "Werkstattplan Kreis Dithmarschen", "de-DE",
    )  # fmt: skip
    assert {lang.get(qn("w:val")) for lang in document.styles.element.iter(qn("w:lang"))} == {"de-DE"}
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads == ["Maßnahmen", "SWOT", "Offene Fragen", "Indikatoren"]
    tables = list(document.element.body.iter(qn("w:tbl")))
    assert len(tables) == 5 + 3
    assert all(table.find(qn("w:tr")).find(qn("w:trPr")).find(qn("w:tblHeader")) is not None for table in tables)


def test_both_files_are_the_same_bytes_every_time() -> None:
    script = (
        "import hashlib, plans\n"
        "print(*(hashlib.sha256(made('vrees')).hexdigest() for made in (plans.workbook, plans.text_file)))"
    )
    env = os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parent), "TZ": "Pacific/Kiritimati"}
    run = subprocess.run([sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True)
    assert run.stdout.split() == [
        hashlib.sha256(made("vrees")).hexdigest() for made in (plans.workbook, plans.text_file)
    ]
    for data in (plans.workbook("vrees"), plans.text_file("vrees")):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
            for name in archive.namelist():
                if name.endswith((".xml", ".rels")):
                    ElementTree.fromstring(archive.read(name))


def test_the_command_writes_both_files_beside_the_profile(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "vrees"
    code, out, _ = call(capfd, "vrees", "-o", str(tmp_path))
    assert (code, out) == (0, f"Gemeinde Vrees: {folder}\n  werkstattplan.xlsx\n  werkstattplan.docx\n")
    assert {path.name for path in folder.iterdir()} == {"werkstattplan.xlsx", "werkstattplan.docx"}
    code, out, _ = call(capfd, "vrees", "-o", str(tmp_path), "--json")  # unchanged: nothing to lose
    assert code == 0
    told = json.loads(out)
    assert (told["ags"], [Path(name).name for name in told["files"]]) == (
        "03454055", ["werkstattplan.xlsx", "werkstattplan.docx"],
    )  # fmt: skip


def test_a_plan_that_may_be_filled_in_is_not_overwritten(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "vrees" / "werkstattplan.xlsx"
    path.parent.mkdir()
    path.write_bytes(b"filled")
    code, out, err = call(capfd, "vrees", "-o", str(tmp_path))
    assert (code, out) == (1, "")
    assert f"„{path}“ gibt es schon, vielleicht ausgefüllt. Nichts wurde geschrieben." in err
    assert [one.read_bytes() for one in path.parent.iterdir()] == [b"filled"]
    assert call(capfd, "vrees", "-o", str(tmp_path), "--force", "--quiet") == (0, "", "")
    assert path.read_bytes() != b"filled"


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["DE"], 2, "Für Deutschland gibt es keinen Werkstattplan, nur für Länder, Kreise und Gemeinden."),
        (["gibtesnicht"], 2, "Kein Ort heißt „gibtesnicht“."),
        (["16056"], 2, "Eisenach (16056) gibt es seit dem 01.07.2021 nicht mehr"),
    ],
)
def test_refusals(args: list[str], code: int, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    got, out, err = call(capfd, *args, "-o", str(tmp_path))
    assert (got, out) == (code, "")
    assert said in err
    assert not list(tmp_path.iterdir())
