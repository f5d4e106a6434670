"""Every layout a Datencsv was ever served or saved in, as small made-up files."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import pytest

from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources.reading import Reading
from twins import by_sex, cells, flat, read, sheet

LAENDER = (
    "Baden-Württemberg", "Bayern", "Berlin", "Brandenburg", "Bremen", "Hamburg", "Hessen", "Mecklenburg-Vorpommern",
    "Niedersachsen", "Nordrhein-Westfalen", "Rheinland-Pfalz", "Saarland", "Sachsen", "Sachsen-Anhalt",
    "Schleswig-Holstein", "Thüringen",
)  # fmt: skip
SEXES = ("Insgesamt", "männlich", "weiblich")


def rows(reading: Reading, *columns: str, **codes: object) -> dict[tuple[str, ...], float]:
    """The named columns as text → value, of the rows with the codes."""
    frame = reading.observations
    assert frame is not None
    for name, code in codes.items():
        frame = frame[frame[name].astype(str) == str(code)]
    keys = zip(*(frame[c].astype(str) for c in columns), strict=True)
    return dict(zip(keys, frame["value"], strict=True))


def table(id_: str, lines: Sequence[str], foot: str = "Stand: 10.10.2024 / 11:57:53", first: str = "Tabelle: ") -> str:
    """A file from its lines above the rule."""
    return "\n".join([first + id_, *lines, "__________", '"Fußnote ""x"":', '31.12.1999"', foot]) + "\n"


def test_years_in_the_first_column_are_the_ends_of_years(tmp_path: Path) -> None:
    lines = ["Geburten;;;;;", ";;;Insgesamt;männlich;weiblich"]
    lines += [f"{year};DG;Deutschland;3;1;2" for year in (2015, 1995)]
    found = read(tmp_path, table("12612-01-01-4", lines))
    assert rows(found, "date", "period", "measure", "base", sex="M") == {
        ("2015-12-31", "year", "births", "none"): 1,
        ("1995-12-31", "year", "births", "none"): 1,
    }


@pytest.mark.parametrize("line", ["2015", "Jahr: 2015", "Year: 2015"])
def test_a_year_in_a_line_of_its_own(tmp_path: Path, line: str) -> None:
    head = [";;;" + ";".join(f"{what} über die Kreisgrenzen" for what in ("Zuzüge", "Fortzüge") for _ in SEXES)]
    head += [";;;" + ";".join([*SEXES] * 2), ";;;" + ";".join(["Anzahl"] * 6)]
    lines = [line + ";" * 8, *head, "DG;Deutschland;unter 18 Jahre;9;4;5;7;3;4", "DG;Deutschland;Insgesamt;9;4;5;7;3;4"]
    found = read(tmp_path, table("12711-04-02-4", lines))
    assert rows(found, "measure", "age_to", "date", sex="F") == {
        ("moves_in", "18", "2015-12-31"): 5,
        ("moves_in", "200", "2015-12-31"): 5,
        ("moves_out", "18", "2015-12-31"): 4,
        ("moves_out", "200", "2015-12-31"): 4,
    }


def test_the_heading_counts_and_not_the_name_of_the_file(tmp_path: Path) -> None:
    text = table("12612-01-01-4", ["Geburten", "Jahr: 2000", ";;Insgesamt;männlich;weiblich", "DG;Deutschland;3;1;2"])
    note = "Dateiname nennt 2001, der Kopf 2000"
    assert read(tmp_path, text, "12612-01-01-4 (2001).csv").report.note == note
    assert read(tmp_path, text, "Geburten 2000.csv").report.note == ""
    assert read(tmp_path, text, "12612-2001-01.csv").report.note == ""


def test_a_title_that_contradicts_the_table(tmp_path: Path) -> None:
    lines = ["Jahr: 2014", ";;;Insgesamt;männlich;weiblich", "2015;DG;Deutschland;3;1;2"]
    with pytest.raises(SourceError, match="Der Titel nennt den Zeitbezug 2014, die Tabelle auch 2015-12-31"):
        read(tmp_path, table("12612-01-01-4", lines))
    with pytest.raises(SourceError, match="Der Titel sagt über das Merkmal „year“ zweierlei"):
        read(tmp_path, table("12612-01-01-4", ["Jahr: 2014", "Jahr: 2015", *lines[1:]]))


def test_months_side_by_side(tmp_path: Path) -> None:
    head = [";;;Lebend Geborene;Lebend Geborene;Lebend Geborene", ";;;Insgesamt;Februar;Dezember"]
    found = read(tmp_path, table("12612-03-01-4", [*head, "2016;DG;Deutschland;3;1;2", "2015;DG;Deutschland;7;3;4"]))
    assert rows(found, "date", "measure", "period") == {
        ("2016-02-29", "births_monthly", "month"): 1,
        ("2016-12-31", "births_monthly", "month"): 2,
        ("2015-02-28", "births_monthly", "month"): 3,
        ("2015-12-31", "births_monthly", "month"): 4,
    }
    assert found.report.dropped["Gliederung, die der Datenbestand nicht führt"] == 2
    assert found.report.rows_read == 2


def test_laender_by_name_in_the_heading(tmp_path: Path) -> None:
    head = [";;" + ";".join(land for land in LAENDER for _ in SEXES), ";;" + ";".join([*SEXES] * 16)]
    ages = [f"31.12.2021;{age};" + ";".join(["3;1;2"] * 16) for age in ("unter 1 Jahr", "Insgesamt")]
    found = read(tmp_path, table("12411-0013", [*head, *ages], first="GENESIS-Tabelle: "))
    assert rows(found, "sex", "age_to", region="09") == {
        ("M", "1"): 1, ("F", "1"): 2, ("_T", "1"): 3, ("M", "200"): 1, ("F", "200"): 2, ("_T", "200"): 3,
    }  # fmt: skip
    assert found.report.regions == 16 + 2  # Hamburg and Berlin are Kreise, too


def test_columns_that_differ_from_land_to_land(tmp_path: Path) -> None:
    lines = [";;Bayern;Bayern;Hessen", ";;männlich;weiblich;männlich", "31.12.2021;Insgesamt;1;2;1"]
    with pytest.raises(SourceError, match="nicht für jeden Wert \\(Gebiet\\) dieselben"):
        read(tmp_path, table("12411-0013", lines))


def test_germany_is_meant_where_the_title_says_so(tmp_path: Path) -> None:
    lines = [
        "Bevölkerung: Deutschland, Stichtag, Altersjahre", ";Stichtag;Stichtag", ";31.12.2000;31.12.2001",
        "unter 1 Jahr;3;4", "Insgesamt;3;4",
    ]  # fmt: skip
    found = read(tmp_path, table("12411-0005", lines))
    assert rows(found, "region", "date", age_to=1) == {("DE", "2000-12-31"): 3, ("DE", "2001-12-31"): 4}
    with pytest.raises(SourceError, match="Weder eine Spalte noch der Titel nennt das Gebiet"):
        read(tmp_path, table("12411-0005", ["Bevölkerung", *lines[1:]]))
    with pytest.raises(SourceError, match="Keine Spalte mit Gebietsschlüsseln"):
        read(tmp_path, table("12411-0017", [lines[0], *lines[1:]]))


def test_blocks_whose_labels_stand_in_their_first_line(tmp_path: Path) -> None:
    lines = [
        "Sterbetafel: Deutschland;;", ";;Sterbewahrscheinlichkeit [q(x)]", ";;Ziffer", "1991/93;;",
        "männlich;0 Jahre;0,007", ";1 Jahr;0,001", "weiblich;0 Jahre;0,006", ";1 Jahr;-",
        "2022/24;;", "männlich;0 Jahre;0,003", ";1 Jahr;0,001", "weiblich;0 Jahre;0,002", ";1 Jahr;0,0005",
    ]  # fmt: skip
    stand = "Stand: 13.12.2025 / 16:09:08"
    found = read(tmp_path, table("12621-0001", lines, stand).replace("\n", "\r\n"))
    assert rows(found, "date", "sex", "period", age_from=0) == {
        ("1993-12-31", "M", "years"): 0.007,
        ("1993-12-31", "F", "years"): 0.006,
        ("2024-12-31", "M", "years"): 0.003,
        ("2024-12-31", "F", "years"): 0.002,
    }
    frame = found.observations
    assert frame is not None
    assert list(frame.loc[frame["value"].isna(), "flag"]) == ["not_published"]
    with pytest.raises(SourceError, match="In Spalte 1 fehlt die Angabe") as failed:
        read(tmp_path, table("12621-0001", [*lines[:4], lines[5]]))
    assert failed.value.line == 6


def test_english_with_points_and_a_sign_beside_each_value(tmp_path: Path) -> None:
    lines = [
        "Live births per 1000 women: Germany, years, age;;;;", "Germany;;;;", ";Year;;;", ";1972;;1973;",
        "15 years;1.3;e;1.2;p", "16 years;6.7;e;.;.",
    ]  # fmt: skip
    found = read(tmp_path, table("12612-0008", lines, "created: 2024-11-28 / 12:20:37"), encoding="utf-8-sig")
    assert rows(found, "date", "flag", age_from=15) == {
        ("1972-12-31", "normal"): 1.3,
        ("1973-12-31", "provisional"): 1.2,
    }
    assert list(found.observations["flag"]).count("secret") == 1  # type: ignore[union-attr, index]
    assert found.origins[0].stand == "2024-11-28T12:20:37"
    with pytest.raises(SourceError, match="Nicht neben jeder Wertspalte"):
        read(tmp_path, table("12612-0008", [*lines[:2], ";Year;;", ";1972;;1973", "15 years;1.3;e;1.2"]))
    with pytest.raises(SourceError, match="hat Werte, aber keine Überschrift"):
        read(tmp_path, table("12612-0008", [*lines[:4], "15 years;1.3;q;1.2;e"]))


def test_thousands_are_persons(tmp_path: Path) -> None:
    lines = [
        "Vorausberechneter Bevölkerungsstand: Deutschland", "Vorausberechneter Bevölkerungsstand (1000)",
        ";;;;Stichtag;Stichtag", ";;;;31.12.2022;31.12.2070",
        *(f"BEV-VARIANTE-01;moderat (G2L2W1);{sex};Insgesamt;385,8;84039,9" for sex in SEXES),
        *(f"BEV-VARIANTE-01;moderat (G2L2W1);{sex};unter 1 Jahr;1,1;2" for sex in SEXES),
    ]  # fmt: skip
    found = read(tmp_path, table("12421-0002", lines))
    assert rows(found, "date", "base", "measure", sex="M", age_to=200) == {
        ("2022-12-31", "kbv_15_v01", "population_projected"): 385_800,
        ("2070-12-31", "kbv_15_v01", "population_projected"): 84_039_900,
    }
    with pytest.raises(SourceError, match="Keine bekannte Vorausberechnung beginnt 2030"):
        read(tmp_path, table("12421-0002", [line.replace("31.12.2022", "31.12.2030") for line in lines]))


def _bare(laender: Sequence[str] = LAENDER) -> str:
    """12421-0004 as it was saved without first line and foot."""
    lines = ["Vorausberechneter Bevölkerungsstand: Bundesländer, Stichtag,;;;;;;", "Altersjahre;;;;;;"]
    lines += ["Vorausberechneter Bevölkerungsstand (1000);;;;;;", ";;;;;Stichtag;Stichtag"]
    lines += [";;;;;31.12.2019;31.12.2020"]
    for land in laender:
        for sex in SEXES:
            lines += [
                f"{land};BEV-VARIANTE-02;moderat (G2L2W2);{sex};{age};1;2" for age in ("unter 1 Jahr", "Insgesamt")
            ]
    return "\r\n".join(lines)


def test_a_file_without_first_line_and_foot(tmp_path: Path) -> None:
    found = read(tmp_path, _bare())
    assert found.report.table == "12421-0004"
    assert rows(found, "base", "date", region="05", sex="M", age_to=1) == {
        ("kbv_14_v02", "2019-12-31"): 1000,
        ("kbv_14_v02", "2020-12-31"): 2000,
    }
    with pytest.raises(SourceError, match="Für das Gebiet 16 am 2019-12-31 fehlen 1 von 6"):
        read(tmp_path, _bare().rsplit("\r\n", 1)[0])
    with pytest.raises(SourceError, match="Die Länder 16 fehlen; die Datei ist abgeschnitten"):
        read(tmp_path, _bare(LAENDER[:-1]))
    assert read(tmp_path, "GENESIS-Tabelle: Temporär\r\n" + _bare() + "\r\n__________\r\nStand: 01.02.2022").origins
    with pytest.raises(UnknownTableError, match="Temporär ist nicht deklariert"):
        read(tmp_path, by_sex({"DG": [3, 1, 2]}, table="Temporär"))


EXCEL = {
    "DG": [30, 10, 20],
    "1": [30, 10, 20],
    "1001": [30, 10, 20],
    "51": [3, 1, 2],
    "11": [3, 1, 2],
    "14521": [3, 1, 2],
}


def test_zeros_that_excel_ate_are_restored_and_reported(tmp_path: Path) -> None:
    text = by_sex(EXCEL).replace("\n", ";;\r\n")  # type: ignore[arg-type]
    found = read(tmp_path, text)
    assert found.observations is not None
    assert set(found.observations["region"]) == {"DE", "01", "01001", "11", "11000", "14521"}
    assert found.report.dropped["Regierungsbezirk oder Statistische Region"] == 1
    assert "führende Nullen der Gebietsschlüssel ergänzt (1 → 01, 1001 → 01001" in found.report.note


@pytest.mark.parametrize("keys", [("01", "1001"), ("1", "99001"), ("1", "00")])
def test_keys_that_could_be_two_things_are_refused(tmp_path: Path, keys: tuple[str, ...]) -> None:
    with pytest.raises(SourceError, match="Gebietsschlüssel"):
        read(tmp_path, by_sex({key: [3, 1, 2] for key in keys}))


def test_gemeinden_without_their_zeros(tmp_path: Path) -> None:
    values = {k: [3, 1, 2] for k in ("1051001", "3151401002", "713101001", "713101", "10041100", "12060005")}
    found = read(tmp_path, by_sex(values, table="12411-01-01-5"))
    assert found.observations is not None
    regions = {"01051001", "03151002", "07131001", "10041100", "12060005"}
    assert set(found.observations["region"]) == regions


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16_needs_its_mark(tmp_path: Path, encoding: str) -> None:
    data = by_sex({"DG": [3, 1, 2]}).encode(encoding)
    if encoding == "utf-16":
        assert cells(read(tmp_path, data), "DE")["2015-12-31", "M", 0, 200] == 1
    else:
        with pytest.raises(SourceError, match="Nullbytes"):
            read(tmp_path, data)


def test_what_the_declaration_leaves_out_is_counted(tmp_path: Path) -> None:
    head = [";;;Insgesamt;Afrika;Europa", ";;;Anzahl;Anzahl;Anzahl"]
    found = read(tmp_path, table("12511-01-01-4", [*head, "2016;DG;Deutschland;3;1;2", "2016;01;SH;3;-;2"]))
    assert rows(found, "region", "measure") == {("DE", "naturalisations"): 3, ("01", "naturalisations"): 3}
    assert found.report.dropped["Gliederung, die der Datenbestand nicht führt"] == 4
    lines = [";;;;männlich", "DG;Deutschland;unter 5 Jahre;7;3", "DG;Deutschland;Insgesamt;9;4"]
    lines += ["DG;Deutschland;Personen ohne Migrationshintergrund;2;1"]
    head = ["09.05.2011", ";;;Bevölkerung in privaten Haushalten;Bevölkerung in privaten Haushalten"]
    found = read(tmp_path, table("12111-08-01-4", [*head, lines[0] + ";Deutsche", *(f"{x};1" for x in lines[1:])])
                 .replace("Haushalten\n", "Haushalten;Bevölkerung in privaten Haushalten\n"))  # fmt: skip
    assert rows(found, "migration", "sex", nationality="_T") == {
        ("_T", "_T"): 9, ("_T", "M"): 4, ("without", "_T"): 2, ("without", "M"): 1,
    }  # fmt: skip
    assert found.report.dropped["Gliederung, die der Datenbestand nicht führt"] == 1


WRONG = {
    "two headings that contradict each other": (
        [";;männlich;weiblich", ";;weiblich;männlich", "DG;Deutschland;1;2"], "über das Merkmal „sex“ zweierlei", 3),
    "an unknown heading among known ones": (
        [";;männlich;divers", "DG;Deutschland;1;2"], "unbekannte Überschriften 'divers'", 2),
    "an unknown label": (
        [";;;männlich;weiblich", "DG;Deutschland;Drittes;1;2"], "„Drittes“ in Spalte 3 ist weder Gebiet noch", 3),
    "a sex in row and column": (
        ["31.12.2015", ";;;männlich;weiblich", "DG;Deutschland;männlich;1;2"], "in der Zeile und im Spaltenkopf", 4),
    "a date in rows and columns": (
        [";;;31.12.2015;31.12.2014", "31.12.2015;DG;Deutschland;1;2"], "steht in Zeilen und Spalten zugleich", 3),
    "a value beside the table": (
        ["31.12.2015", ";;männlich;weiblich;", "DG;D;1;2;", "01;SH;1;2;9"], "Spalte 5 hat Werte, aber keine Über", 3),
}  # fmt: skip


@pytest.mark.parametrize("what", WRONG)
def test_what_cannot_be_told_is_refused_with_its_line(tmp_path: Path, what: str) -> None:
    lines, text, line = WRONG[what]
    with pytest.raises(SourceError, match=text) as failed:
        read(tmp_path, table("12411-01-01-4", lines))
    assert failed.value.line == line


def test_notes_in_brackets_and_letters_reach_the_flag(tmp_path: Path) -> None:
    found = read(tmp_path, sheet("12411-01-01-4", [["", "", *["31.12.2015"] * 3], ["", "", *SEXES]],
                                 [["DG", "D", "30 p", "( 10 )", "20r"], ["01", "SH", 5, ".", "..."]]))  # fmt: skip
    assert {(r, s, f) for r, s, f in rows(found, "region", "sex", "flag")} == {
        ("DE", "_T", "provisional"), ("DE", "M", "low_reliability"), ("DE", "F", "revised"),
        ("01", "_T", "normal"), ("01", "M", "secret"), ("01", "F", "later"),
    }  # fmt: skip


def quoted(text: str) -> str:
    """Every cell in quotes, as some programs save a table."""
    rows = csv.reader(io.StringIO(text), delimiter=";")
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    return "\r\n".join(lines) + "\r\n"


def test_a_table_whose_cells_are_all_quoted(tmp_path: Path) -> None:
    text = by_sex({"DG": [3, 1, 2], "01": [3, 1, 2]})
    assert cells(read(tmp_path, quoted(text)), "01") == cells(read(tmp_path, text), "01")
    with pytest.raises(SourceError, match="Unter der Trennlinie"):
        read(tmp_path, quoted(text) * 2)


@pytest.mark.parametrize(("mark", "name"), [(",", "Kommas"), ("\t", "Tabulatoren")])
def test_other_separators_are_named(tmp_path: Path, mark: str, name: str) -> None:
    values = {"DG": [30, 10, 20], "01051": [3, 1, 2]}
    for text in (by_sex(values), quoted(by_sex(values)), flat(values), flat(values, "alt")):
        with pytest.raises(SourceError, match=f"durch {name} getrennt"):
            read(tmp_path, text.replace(";", mark))
