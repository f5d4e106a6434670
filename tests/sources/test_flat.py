"""Flat files: old and new layout, German and English, in any order, in a zip."""

from __future__ import annotations

import io
import random
import zipfile
from pathlib import Path

import pytest

from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources import content
from twins import cells, flat, read, zipped

HERE = {"DG": [30, 10, 20], "01051": [3, 1, 2], "02": [6, 2, 4], "02000": [6, 2, 4]}


@pytest.mark.parametrize("layout", ["alt", "neu"])
@pytest.mark.parametrize("lang", ["de", "en"])
def test_codes_count_and_never_labels(tmp_path: Path, layout: str, lang: str) -> None:
    reading = read(tmp_path, flat(HERE, layout, lang))
    assert reading.report.table == "12411-01-01-4"
    assert cells(reading, "01051") == {
        ("2023-12-31", "_T", 0, 200): 3,
        ("2023-12-31", "M", 0, 200): 1,
        ("2023-12-31", "F", 0, 200): 2,
    }


@pytest.mark.parametrize(("layout", "base"), [("alt", "zensus_2011"), ("neu", "zensus_2022")])
def test_the_layout_tells_the_base_of_2023(tmp_path: Path, layout: str, base: str) -> None:
    reading = read(tmp_path, flat(HERE, layout))
    assert reading.observations is not None
    assert set(reading.observations["base"]) == {base}
    assert [o.base for o in reading.origins] == [base]


def test_the_day_of_the_zip_entry_is_the_retrieval_and_tells_the_base(tmp_path: Path) -> None:
    for day, base in (((2024, 12, 4), "zensus_2011"), ((2025, 4, 11), "zensus_2022")):
        reading = read(tmp_path, zipped(flat(HERE), day=day))
        assert reading.origins[0].retrieved == "{:04d}-{:02d}-{:02d}".format(*day)
        assert reading.origins[0].base == base


def test_rows_may_come_in_any_order(tmp_path: Path) -> None:
    head, *lines = flat(HERE).splitlines()
    random.Random(1).shuffle(lines)
    assert cells(read(tmp_path, "\n".join([head, *lines]) + "\n"), "01051")["2023-12-31", "F", 0, 200] == 2


def test_zeros_that_excel_ate_are_restored_and_reported(tmp_path: Path) -> None:
    values = {"01051": [3, 1, 2], "10041": [6, 2, 4]}
    found = read(tmp_path, flat(values).replace(";01051;", ";1051;"))
    assert cells(found, "01051") == cells(read(tmp_path, flat(values)), "01051")
    assert "führende Nullen der Gebietsschlüssel ergänzt (1051 → 01051" in found.report.note


def test_every_cell_may_be_quoted(tmp_path: Path) -> None:
    text = "".join(";".join(f'"{c}"' for c in line.split(";")) + "\r\n" for line in flat(HERE).splitlines())
    assert cells(read(tmp_path, text), "01051") == cells(read(tmp_path, flat(HERE)), "01051")


def test_quality_signs(tmp_path: Path) -> None:
    head, *lines = flat({"DG": [30, 10, 20]}).splitlines()
    text = "\n".join([head + ";value_q", *(f"{line};{q}" for line, q in zip(lines, "epr", strict=True))]) + "\n"
    frame = read(tmp_path, text).observations
    assert frame is not None
    assert dict(zip(frame["sex"], frame["flag"], strict=True)) == {"_T": "normal", "M": "provisional", "F": "revised"}
    with pytest.raises(SourceError, match="Qualitätszeichen „k“"):
        read(tmp_path, text.replace(";r\n", ";k\n"))


ARCHIVES = {
    "nothing": {},
    "two files": {"a.csv": "x", "b.csv": "y"},
    "no csv": {"liesmich.txt": "x"},
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_archives_of_another_kind(tmp_path: Path, what: str) -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, text in ARCHIVES[what].items():
            archive.writestr(name, text)
    with pytest.raises(SourceError, match="Archiv"):
        read(tmp_path, sink.getvalue())


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "MAX_UNPACKED", 1_000_000)
    with pytest.raises(SourceError, match="entpackt sich auf mehr als 1 MB"):
        read(tmp_path, zipped("0" * 5_000_000))


def test_a_zip_whose_checksum_is_wrong(tmp_path: Path) -> None:
    data = bytearray(zipped(flat(HERE)))
    data[100] ^= 0xFF
    with pytest.raises(SourceError, match="Zip-Archiv ist beschädigt"):
        read(tmp_path, bytes(data))


BROKEN = {
    "cut": (lambda t: t[:-3], "nicht abgeschlossen", 13),
    "a column too many": (lambda t: t.replace("de 01051;GES", "de; 01051;GES"), "18 Spalten, der Kopf hat 17", 5),
    "shifted columns": (
        lambda t: t.replace("BEVSTD;Bev", "Bev;BEVSTD", 1),
        "kein Schlüssel eines Inhalts; Spalten sind verschoben",
        2,
    ),
    "a year for a day": (lambda t: t.replace("2023-12-31", "2023", 1), "„2023“ ist kein Stichtag", 2),
    "an unknown sex": (lambda t: t.replace("GESM", "GESX"), "Unbekannte Ausprägung „GESX“", 3),
    "no rows": (lambda t: t.splitlines()[0] + "\n", "keine Zeilen", 1),
    "a missing row": (lambda t: "\n".join(t.splitlines()[:-1]) + "\n", "fehlen 1 von 3 Angaben", None),
    "a doubled row": (lambda t: t + t.splitlines()[-1] + "\n", "doppelt", 14),
}


@pytest.mark.parametrize("what", BROKEN)
def test_damage_is_named_with_its_line(tmp_path: Path, what: str) -> None:
    damage, text, line = BROKEN[what]
    with pytest.raises(SourceError, match=text) as failed:
        read(tmp_path, damage(flat(HERE)))
    if line is not None:
        assert failed.value.line == line


def test_another_table_in_the_same_layout(tmp_path: Path) -> None:
    with pytest.raises(UnknownTableError, match="Keine deklarierte Tabelle passt"):
        read(tmp_path, flat(HERE).replace("BEVSTD", "BEV030"))
    with pytest.raises(UnknownTableError, match="Merkmale ALTX"):
        read(tmp_path, flat(HERE).replace(";GES;", ";ALTX;"))


@pytest.mark.parametrize("name", ["1_variable_attribute_code", "2_variable_attribute_code", "value_variable_code"])
def test_a_heading_that_is_missing_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=f"Spalte „{name}“ fehlt"):
        read(tmp_path, flat(HERE).replace(name, "anders"))
