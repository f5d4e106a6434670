"""A user's own table: the code of docs/eigene-tabelle.md is declared, a file is read with it, faults are named."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kommunalprofil import cli
from kommunalprofil.errors import UsageError
from kommunalprofil.sources import own

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "docs" / "eigene-tabelle.md").read_text(encoding="utf-8")
(CODE,) = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.DOTALL | re.MULTILINE)
FILE = """\
GENESIS-Tabelle: 13211-02-05-4
Arbeitslose nach ausgewählten Personengruppen;;;;;
Arbeitsmarktstatistik der Bundesagentur für Arbeit;;;;;
Jahr: 2020;;;;;
;;Arbeitslose;Arbeitslose;Arbeitslose;Arbeitslose
;;Insgesamt;Deutsche;Ausländer;Schwerbehinderte
;;Anzahl;Anzahl;Anzahl;Anzahl
DG;Deutschland;30;20;10;3
01;  Schleswig-Holstein;30;20;10;3
01051;      Dithmarschen, Kreis;30;20;10;.
__________
© Statistische Ämter des Bundes und der Länder, Deutschland, 2021
Stand: 08.04.2021 / 16:26:29
"""
FOUND = """\
from pathlib import Path
from kommunalprofil.store import Store
frame = Store(Path("meine-daten")).observations("13211-02-05-4", ["01"]).to_pandas()
rows = frame[["region", "date", "period", "measure", "nationality", "value"]].astype(str)
print(rows.to_json(orient="values"))
"""


def call(folder: Path, *words: str, tables: str = "meine-tabellen.py") -> subprocess.CompletedProcess[str]:
    """Another process, since what a user declares stays declared; the package is found as it is here."""
    environment = os.environ | {own.VARIABLE: tables, "PYTHONPATH": os.pathsep.join(sys.path)}
    call = [sys.executable, *words]
    return subprocess.run(call, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=120)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "meine-tabellen.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "13211-02-05-4.csv").write_text(FILE, encoding="cp1252")
    return tmp_path


def commands() -> list[list[str]]:
    block = DOCUMENT.partition("## Ausprobieren")[2].partition("```\n")[2].partition("```")[0]
    return [line.split()[1:] for line in block.splitlines() if line.startswith("kommunalprofil ")]


def test_the_table_of_the_document_comes_in(folder: Path) -> None:
    done = [call(folder, "-m", "kommunalprofil", *words) for words in commands()]
    assert [(one.returncode, one.stderr) for one in done] == [(0, "")] * 3, done
    imported, status, checked = (one.stdout for one in done)
    assert "Tabelle 13211-02-05-4, Ebene kreis, 31.12.2020" in imported
    assert "Deutsche + Ausländer = insgesamt: stimmt" in imported
    assert "13211-02-05-4: Arbeitslose nach Personengruppen" in status
    assert "Prüfungen bestanden" in checked
    rows = json.loads(call(folder, "-c", FOUND).stdout)
    assert ["01051", "2020-12-31", "year", "unemployed", "AUS", "10.0"] in rows
    assert len(rows) == 6


def test_fifteen_lines_are_enough() -> None:
    assert len([line for line in CODE.splitlines() if line.strip()]) <= 16
    assert cli.OWN_TABLES == own.VARIABLE in DOCUMENT


def test_without_the_declaration_the_file_is_refused_and_the_document_named(folder: Path) -> None:
    done = call(folder, "-m", "kommunalprofil", *commands()[0], tables="")
    assert done.returncode == 1
    assert "Die Tabelle 13211-02-05-4 ist nicht deklariert" in done.stderr
    assert "docs/eigene-tabelle.md" in done.stderr


def instead(old: str, new: str) -> Callable[[str], str]:
    return lambda code: code.replace(old, new)


FAULTS = {
    "no python": (lambda code: code + "Table(", r"Zeile \d+ ist kein Python"),
    "no table": (lambda code: "x = 1", "deklariert keine Table"),
    "an unknown field": (instead("level=", "ebene="), "fehlerhaft .TypeError.*ebene"),
    "an unknown level": (instead('"kreis"', '"stadt"'), "„stadt“ ist kein Wert für level .erlaubt: bund"),
    "an unknown dimension": (instead('{"nationality"}', '{"alter"}'), "„alter“ ist kein Wert für dims"),
    "an unknown measure": (instead('measure="unemployed"', 'measure="x"'), "„x“ ist kein Wert für measure"),
    "an unknown period": (instead('"year"', '"jahr"'), "„jahr“ ist kein Wert für period"),
    "an unknown base": (instead('"none"', '"keine"'), "„keine“ ist kein Wert für base"),
    "another meaning": (instead('"unemployed"', '"births"'), "Das Maß „births“ gibt es schon"),
    "a wrong import": (instead("import Table", "import Tabelle"), "fehlerhaft .ImportError"),
}


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    change, text = FAULTS[what]
    path = tmp_path / "meine-tabellen.py"
    path.write_text(change(CODE), encoding="utf-8")
    monkeypatch.setenv(own.VARIABLE, str(path))
    monkeypatch.setattr(own.observations, "admit", lambda measure: None)  # it would stay in this process
    if what != "another meaning":
        monkeypatch.setitem(own.v.MEASURE, "unemployed", own.v.Measure("unemployed", "Arbeitslose", "Personen"))
    with pytest.raises(UsageError, match=text) as failed:
        own.tables()
    assert str(path) in str(failed.value)


def test_a_table_of_the_program_cannot_be_declared_again(folder: Path) -> None:
    text = CODE.replace("13211-02-05-4", "12411-01-01-4")
    (folder / "meine-tabellen.py").write_text(text, encoding="utf-8")
    done = call(folder, "-m", "kommunalprofil", *commands()[0])
    assert done.returncode == 2
    assert "12411-01-01-4 ist schon im Programm deklariert" in done.stderr


@pytest.mark.parametrize("place", ["fehlt.py", "eigene.txt", "."])
def test_a_file_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    (tmp_path / "eigene.txt").write_text(CODE, encoding="utf-8")
    monkeypatch.setenv(own.VARIABLE, str(tmp_path / place))
    with pytest.raises(UsageError, match="gibt es nicht"):
        own.tables()
