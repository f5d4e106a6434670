"""Files of the Melderegister as Kommunen write them: read alike whatever they look like, or refused with a reason."""

from __future__ import annotations

import math
import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kommunalprofil.errors import KommunalprofilError
from kommunalprofil.melderegister import topics, values
from kommunalprofil.melderegister.faults import RegisterError
from kommunalprofil.melderegister.model import Counts, Group
from kommunalprofil.melderegister.reading import parse

DAY = "2021-12-31"
HEAD = "Stichtag;Geschlecht;Alter;Anzahl\n"


def counts(text: str, date: str = "", encoding: str = "utf-8") -> Counts:
    return parse(text.encode(encoding), "datei.csv", date)


def refused(text: str, date: str = "") -> str:
    with pytest.raises(RegisterError) as caught:
        counts(text, date)
    return str(caught.value)


def people(found: Counts, *dimensions: str) -> dict[tuple[str, ...], float] | None:
    table = found.table("people", found.newest, dimensions)
    return None if table is None else dict(table)


# One meaning, many ways to write it


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Stichtag;Geschlecht;Staatsangehörigkeit;Anzahl\n31.12.2021;m;D;1.200\n31.12.2021;w;A;300\n", "utf-8"),
        ("Stichtag;Geschlecht;Staatsangehörigkeit;Anzahl\n31.12.2021;m;D;1200\n31.12.2021;w;A;300\n", "utf-8-sig"),
        ("STICHTAG;GESCHLECHT;STAATSANGEHÖRIGKEIT;EINWOHNER\n31.12.2021;m;D;1200\n31.12.2021;w;A;300\n", "cp1252"),
        ("Datum,Geschlecht,Nationalität,Personen\n2021-12-31,männlich,deutsch,1200\n"
         "2021-12-31,weiblich,A,300\n", "latin9"),
        ("Datum\tGeschlecht\tStaatsangehoerigkeit\tAnzahl\n31.12.2021\tM\tD\t1200\n31.12.2021\tW\tA\t300\n", "utf-16"),
        ("sep=;\nStichtag;Geschlecht;Nationalität;Anzahl;\n31.12.2021;m;D;1200,0;\n31.12.2021;w;A;300;\n", "utf-8"),
        ("Auswertung 2021\n\nStichtag;Geschlecht;Nationalität;Anzahl\r\n31.12.2021;\"Männer\";Deutsche;1 200\r\n"
         "31.12.2021;Frauen;nicht deutsch;300\r\n", "utf-8"),
    ],
    ids=["semicolon", "byte-order mark", "capitals", "comma", "excel text", "sep", "title and quotes"],
)  # fmt: skip
def test_encodings_separators_and_head_lines(text: str, encoding: str) -> None:
    found = counts(text, encoding=encoding)
    assert found.dates == [DAY]
    assert people(found, "sex", "nationality") == {("M", "DE"): 1200, ("F", "AUS"): 300}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("18-24", "18-24"), ("18 bis 24", "18-24"), ("18 – 24 Jahre", "18-24"), ("18 bis unter 25", "18-24"),
        ("18- bis 24-Jährige", "18-24"), ("75+", "75+"), ("75 und älter", "75+"), ("75 Jahre und mehr", "75+"),
        ("75 u.ä.", "75+"), ("ab 75", "75+"), ("unter 3", "0-2"), ("< 3", "0-2"), ("unter 1 Jahr", "0-0"),
        ("bis 17", "0-17"), ("7", "7-7"), ("1 Jahr", "1-1"), ("0", "0-0"), ("insgesamt", "*"), ("unbekannt", "?"),
    ],
)  # fmt: skip
def test_ages(text: str, code: str) -> None:
    assert values.age(text) == code


@pytest.mark.parametrize("text", ["24-18", "abc", "-3", "150", "18-", "1e3", "٣", "3.5", ""])
def test_what_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="ein Alter wie 7, 18-24"):
        values.age(text)


@pytest.mark.parametrize("text", ["05. Sep", "5. Mai", "10.12.2024", "14. Okt"])
def test_an_age_group_that_became_a_date(text: str) -> None:
    with pytest.raises(ValueError, match="aus einer Altersgruppe ein Datum gemacht"):
        values.age(text)


@pytest.mark.parametrize(
    ("parse_one", "text", "code"),
    [
        (values.sex, "d", "?"), (values.sex, "o. A.", "?"), (values.sex, "Frau", "F"), (values.sex, "gesamt", "*"),
        (values.nationality, "staatenlos", "AUS"), (values.nationality, "Ausländer/innen", "AUS"),
        (values.household, "Paar mit Kind(ern)", "couple_with_child"), (values.household, "WG", "shared"),
        (values.household, "1-Personen-Haushalt", "one_person"), (values.household, "Heim", "-"),
        (values.district, "  Am  See ", "Am See"), (values.district, "Gesamtstadt", "*"), (values.district, "-", "?"),
        (values.date, "1.1.2022", "2022-01-01"), (values.date, "2021-12-31 00:00:00", DAY),
        (values.count, "–", 0.0), (values.count, "12.345", 12345.0),
    ],
)  # fmt: skip
def test_words(parse_one: object, text: str, code: object) -> None:
    assert parse_one(text) == code  # type: ignore[operator]


def test_secret_counts_are_not_known() -> None:
    assert all(math.isnan(values.count(sign)) for sign in "*·./x")


def test_a_row_a_person_with_years_of_birth() -> None:
    text = "Geschlecht;Geburtsjahr;Ortsteil\nm;2021;Nord\nm;2021;Nord\nw;1921;Süd\nd;;\n"
    found = counts(text, "31.12.2021")
    assert people(found, "age") == {("0-0",): 2, ("100-100",): 1, ("?",): 1}
    assert found.districts(DAY) == ["Nord", "Süd"]


def test_a_year_of_birth_tells_the_age_only_at_the_end_of_a_year() -> None:
    text = "Geschlecht;Geburtsjahr\nm;1980\nw;\n"
    assert people(counts(text, "1.1.2022"), "age") == {("41-41",): 1, ("?",): 1}
    found = counts(text, "30.6.2022")
    assert people(found, "age") is None
    assert people(found) == {(): 2}
    assert "nur am 31. Dezember oder 1. Januar" in found.notices[0]


def test_total_rows_are_never_added_to_their_parts() -> None:
    text = "Stichtag;Ortsteil;Geschlecht;Einwohner\n31.12.2021;insgesamt;;300\n31.12.2021;A;;100\n31.12.2021;B;;200\n"
    found = counts(text + "31.12.2021;;m;140\n31.12.2021;;w;160\n")
    assert people(found) == {(): 300}
    assert people(found, "sex") == {("M",): 140, ("F",): 160}
    assert people(found, "sex", "district") is None
    assert "ergeben die Zeilen insgesamt 300, die nach Geschlecht 301" in refused(
        text + "31.12.2021;;m;140\n31.12.2021;;w;161\n"
    )


def test_what_no_row_tells_stays_open() -> None:
    counted = counts("Stichtag;Geschlecht;Anzahl\n31.12.2021;m;900\n")
    row = (topics.numbers(counted, topics.SEX, DAY) or {})["*"]
    assert row["M"] == 900
    assert math.isnan(row["F"])
    persons = counts("Geschlecht\nm\n", "31.12.2021")
    assert (topics.numbers(persons, topics.SEX, DAY) or {})["*"] == {"F": 0, "M": 1, "?": 0}


def test_ages_that_a_hole_reaches_into_stay_open() -> None:
    found = counts(HEAD + "31.12.2021;;0-17;10\n31.12.2021;;25-64;20\n31.12.2021;;65+;30\n")
    row = (topics.numbers(found, topics.ages(("0-17", "18-64", "65+")), DAY) or {})["*"]
    assert (row["0-17"], row["65+"]) == (10, 30)
    assert math.isnan(row["18-64"])
    assert found.notices == ("Am 31.12.2021 fehlt die Altersgruppe „18–24“. Was sie enthielte, bleibt offen.",)


def test_people_by_household_tell_only_who_lives_alone() -> None:
    found = counts("Stichtag;Haushaltstyp;Personen\n31.12.2021;Single;5\n31.12.2021;Paar ohne Kind;8\n")
    row = (topics.numbers(found, topics.HOUSEHOLD, DAY) or {})["*"]
    assert row["one_person"] == 5
    assert math.isnan(row["couple_without_child"])


def test_several_days_and_columns_nobody_needs() -> None:
    text = "Stichtag;PLZ;Geschlecht;Anzahl\n31.12.2020;1;m;5\n31.12.2021;1;m;6\n31.12.2021;2;m;6\n"
    found = counts(text)
    assert found.dates == ["2020-12-31", DAY]
    assert people(found) == {(): 12}
    assert found.notices == (
        "Nicht gelesen, weil nicht gebraucht: „PLZ“.",
        "Die Datei hat 2 Stichtage. Ausführlich verglichen ist der 31.12.2021, in der Summe auch 31.12.2020.",
    )


def test_a_district_that_is_the_sum_of_the_others_is_suspected() -> None:
    rows = "".join(
        f"31.12.2021;{name};{n}\n" for name, n in (("A-Dorf", 5), ("B-Dorf", 6), ("C-Dorf", 7), ("Ganz", 18))
    )
    assert "„Ganz“ zählt so viele Menschen wie alle anderen" in counts("Stichtag;Ortsteil;Anzahl\n" + rows).notices[0]


def test_the_example_of_the_document_is_read(root: Path) -> None:
    text = (root / "docs" / "melderegister.md").read_text(encoding="utf-8")
    example = next(block for block in text.split("```") if block.lstrip().startswith("Stichtag;"))
    found = counts(example.strip())
    assert people(found) is None  # an example of some rows: its ages leave people out
    assert (people(found, "age") or {})[("0-17",)] == 160
    assert dict(found.table("homes", found.newest, ("household",)) or {}) == {("one_person",): 180}


def test_two_encodings_in_one_file_are_told() -> None:
    with pytest.raises(RegisterError, match="Zeile 2: „Ã¼“ ist ein falsch umgewandelter Umlaut"):
        parse("Stichtag;Ortsteil\n31.12.2021;Mühle\n".encode() + "31.12.2021;Mühle\n".encode("cp1252"), "datei.csv")


@pytest.mark.parametrize("encoding", ["cp850", "cp437", "mac_roman"])
@pytest.mark.parametrize(
    ("text", "line"),
    [("Stichtag;Geschlecht;Anzahl\r31.12.2021;männlich;3\r", 2),
     ("Stichtag;Ortsteil\n31.12.2021;\n31.12.2021;Mühle\n", 3),
     ("Stichtag;Staatsangehörigkeit\n31.12.2021;D\n", 1)],
)  # fmt: skip
def test_encodings_of_old_are_told(text: str, line: int, encoding: str) -> None:
    with pytest.raises(RegisterError) as caught:
        counts(text, encoding=encoding)
    assert f"Zeile {line}: Die Umlaute stehen in einem alten Zeichensatz (DOS oder Mac)." in str(caught.value)
    assert "Gelesen werden UTF-8, UTF-16 und der Zeichensatz von Windows" in str(caught.value)


def test_quotes_and_sorbian_names_in_the_encoding_of_windows_are_read() -> None:
    text = "Stichtag;Ortsteil;Anzahl\n31.12.2021;Dešno;3\n31.12.2021;Hof „am See“;4\n31.12.2021;Žylow;5\n"
    found = counts(text, encoding="cp1252")
    assert found.districts(DAY) == ["Dešno", "Hof „am See“", "Žylow"]


def test_utf_16_without_its_mark_is_read() -> None:
    assert people(counts(HEAD + "31.12.2021;m;3;5\n", encoding="utf-16-le")) == {(): 5}


def test_a_district_called_a_sum_is_asked_about() -> None:
    assert named("Nord", "Summe Nord").notices == (
        "„Summe Nord“ klingt nach einer Summe. Ist es eine, die Zeilen weglassen.",
    )


def test_many_days_are_told_by_the_first_and_the_last() -> None:
    found = counts(HEAD + "".join(f"31.12.{year};m;3;5\n" for year in range(2000, 2022)))
    assert found.notices == (
        "Die Datei hat 22 Stichtage. Ausführlich verglichen ist der 31.12.2021, in der Summe auch 21 Tage vom "
        "31.12.2000 bis zum 31.12.2020.",
    )


def named(*names: str) -> Counts:
    return counts("Ortsteil;Geschlecht\n" + "".join(f"{name};w\n" for name in names), "31.12.2021")


def test_districts_stand_in_german_order_and_by_number() -> None:
    names = ["Bezirk 10", "Zell", "Bezirk 2", "Ösch", "Oben", "Ostend", "Bezirk 1", "Äcker", "Ahorn", "Bezirk 2a"]
    assert named(*names).districts(DAY) == [
        "Äcker", "Ahorn", "Bezirk 1", "Bezirk 2", "Bezirk 2a", "Bezirk 10", "Oben", "Ösch", "Ostend", "Zell",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["T", "U", "Z", "M", "F", "A 1"])
def test_a_district_may_be_called_by_any_letter(name: str) -> None:
    found = counts(f"Ortsteil;Anzahl\n{name};5\nOst;7\n;12\n", "31.12.2021")
    assert people(found, "district") == {(name,): 5, ("Ost",): 7}
    assert people(found) == {(): 12}


def test_districts_that_differ_in_case_alone_are_one_and_that_is_told() -> None:
    found = named("Dorf", "Dorf", "DORF", "dorf", " Dorf  ", "Süd", "Su\u0308d")
    assert people(found, "district") == {("Dorf",): 5, ("Süd",): 2}
    assert found.notices == ("„Dorf“ steht in der Datei auch als „DORF“ und „dorf“; gezählt ist alles als „Dorf“.",)
    assert people(named("AM SEE", "Am See"), "district") == {("Am See",): 2}


@pytest.mark.parametrize(
    ("one", "other"),
    [("St. Georg", "St.Georg"), ("Sankt Georg", "St. Georg"), ("Altdorf", "Altdorff"), ("Am Moor", "Ammoor"),
     ("Mühle", "Muehle"), ("Oberweiler", "Oberwieler")],
)  # fmt: skip
def test_districts_that_look_alike_are_asked_about_and_stay_apart(one: str, other: str) -> None:
    found = named(one, other, "Nord")
    assert len(found.districts(DAY)) == 3
    (told,) = found.notices
    assert told.startswith("Vielleicht ein Ortsteil in zwei Schreibweisen: „")
    assert f"„{one}“" in told
    assert f"„{other}“" in told


def test_other_districts_are_no_spellings() -> None:
    assert named("Bezirk 1", "Bezirk 11", "Neustadt I", "Neustadt II", "Zone A", "Zone B", "Au", "Aue").notices == ()


def test_many_that_look_alike_are_counted() -> None:
    (told,) = named(*(f"{word} {mark}straße" for word in "abcdef" for mark in ("rosen", "rosem", "roser"))).notices
    assert told.count("; „") == 9
    assert "; 8 weitere Paare. Gezählt sind sie getrennt" in told


# Refused, with line and reason


def test_unreadable_cells_are_named_by_line_and_column() -> None:
    text = refused(HEAD + "31.12.2021;m;3;-5\n31.12.2021;q;4;2,5\n2021;w;5;1\n31.12.2021;w;6;\n")
    number = "eine ganze Zahl ab 0 wie 1.234, ein Strich für „genau null“, ein Punkt oder * für „geheim“"
    assert text.splitlines() == [
        "datei.csv: 5 Stellen sind nicht zu verwenden. Geschrieben wurde nichts.",
        f"  Zeile 2: In der Spalte „Anzahl“ steht „-5“. Erlaubt ist {number}.",
        f"  Zeile 3: In der Spalte „Anzahl“ steht „2,5“. Erlaubt ist {number}.",
        "  Zeile 3: In der Spalte „Geschlecht“ steht „q“. Erlaubt ist männlich, weiblich, divers, ohne Angabe oder "
        "insgesamt (auch m, w, d).",
        "  Zeile 4: In der Spalte „Stichtag“ steht „2021“. Erlaubt ist ein Tag wie 31.12.2021 oder 2021-12-31.",
        "  Zeile 5: Die Zelle „Anzahl“ ist leer; erlaubt ist eine ganze Zahl.",
    ]


def test_twenty_faults_are_told_and_the_rest_counted() -> None:
    lines = refused(HEAD + "".join(f"31.12.2021;z{n};3;1\n" for n in range(50))).splitlines()
    assert len(lines) == 22
    assert lines[-1] == "  … und 30 weitere Stellen."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Die Datei ist leer."),
        ("1;2;3\n", "Keine Kopfzeile gefunden. Die Datei beginnt mit „1;2;3“"),
        (HEAD.replace(";", "|"), "getrennt durch Semikolon, Komma oder Tabulator."),
        (HEAD, "Unter der Kopfzeile steht keine Zeile."),
        (HEAD + "31.12.2021;m;3\n", "Zeile 2: Die Zeile hat 3 Felder, die Kopfzeile 4."),
        (HEAD + "31.12.2021;m;3;5\n31.12.2021;M;3 ;7\n", "Zeile 3: Die Gruppe von „31.12.2021, M, 3, 7“ steht schon"),
        (HEAD + "31.12.2021;m;0-5;5\n31.12.2021;m;3-7;5\n", "überschneiden sich die Altersgruppen „unter 6“ und „3–7“"),
        (HEAD + '31.12.2021;"m;3;5\n', "Zeile 2: Ab hier ist die Datei nicht zu lesen."),
        (HEAD + "31.12.2021;" + "m" * 200_000 + ";3;5\n", "Zeile 2: Die Zeile hat 200.016 Zeichen, erlaubt sind 20"),
        (HEAD.strip() + " 31.12.2021;m;3;5" * 9_000, "datei.csv, Zeile 1: Die Zeile hat 153.032 Zeichen, erlaubt sind "
         "20.000. Vermutlich fehlen die Zeilenumbrüche, oder die Datei ist keine Tabelle"),
        (HEAD + '31.12.2021;"' + "m;3;5\n31.12.2021;w;" * 20_000, "Zeile 2: Ab hier ist die Datei nicht zu lesen."),
        (HEAD + "31.12.2999;m;3;5\n", "steht „31.12.2999“. Erlaubt ist ein Tag von 1950 bis heute."),
        ("%PDF-1.7\n", "Das ist ein PDF-Dokument. Gelesen wird CSV mit einer Zeile je Gruppe oder Mensch: eine Tab"),
        ("Stichtag;Anzahl\n\x01\x02", "Das ist keine Textdatei. Gelesen wird CSV"),
        ("<html><table>", "Das ist eine Internetseite (HTML)."),
        ("PK\x03\x04xl/workbook.xml", "Das ist eine Excel-Arbeitsmappe (XLSX)."),
        ("Geschlecht;Anzahl\nm;3\n", "Der Stichtag fehlt"),
        ("Stichtag;Alter;Altersgruppe;Anzahl\n31.12.2021;3;3;3\n", "bedeuten beide „Alter“. Eine weglassen."),
        ("Stichtag;Geburtsjahr\n31.12.2021;2022\n", "Das Geburtsjahr 2022 liegt nach dem Stichtag"),
        ("PK\x03\x04", "Das ist ein Zip-Archiv."),
        (HEAD + "Erstellt am 5. Januar\n", "Zeile 2: Die Zeile hat ein Feld, die Kopfzeile 4."),
        ("Stichtag;Ortsteil\n31.12.2021;MÃ¼hle\n", "Zeile 2: „Ã¼“ ist ein falsch umgewandelter Umlaut."),
        ("\0\0\0", "Das ist keine Textdatei."),
        ("Stichtag;Ortsteil;Anzahl\n" + "".join(f"31.12.2021;Weg {n};1\n" for n in range(401)), "401 Namen, erlaubt"),
    ],
)  # fmt: skip
def test_files_that_cannot_be_used(text: str, reason: str) -> None:
    assert reason in refused(text)


@pytest.mark.parametrize("name", ["Name", "Vorname", "Familienname", "Geburtsdatum", "Straße", "E-Mail", "Hausnummer"])
def test_personal_columns_are_refused_without_reading_a_row(name: str) -> None:
    text = refused(f"Stichtag;{name};Geschlecht\n31.12.2021;Erika Muster;w\n")
    assert f"Die Spalte „{name}“ enthält dem Namen nach persönliche Angaben. Aus Gründen des Datenschutzes" in text
    assert "Erika" not in text


def test_days_of_birth_are_refused() -> None:
    text = refused("Stichtag;Geburtsjahr\n31.12.2021;24.12.1980\n")
    assert "nur das Jahr; der Tag der Geburt ist eine persönliche Angabe" in text


# For every file

ROW = st.tuples(
    st.sampled_from(["m", "w", "d"]),
    st.integers(1900, 2021),
    st.sampled_from(["deutsch", "ausländisch"]),
    st.sampled_from(["Nord", "Süd", "Am See"]),
)


def _groups(found: Counts) -> dict[Group, float]:
    return dict(found.cells("people"))


@settings(max_examples=40, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_order_of_rows_and_of_columns_and_counting_change_nothing(
    rows: list[tuple[str, int, str, str]], chance: random.Random
) -> None:
    """A row a person gives what the same people give who are counted first, in whatever order."""
    head = ("Geschlecht", "Geburtsjahr", "Staatsangehörigkeit", "Ortsteil")
    single = "\n".join(";".join(map(str, row)) for row in [head, *rows])
    shuffled = list(rows)
    chance.shuffle(shuffled)
    turned = "\n".join(";".join(map(str, row[::-1])) for row in [head, *shuffled])
    number = {row: rows.count(row) for row in shuffled}
    grouped = "\n".join(
        ";".join(map(str, row)) for row in [(*head, "Anzahl"), *((*row, n) for row, n in number.items())]
    )
    wanted = _groups(counts(single, "31.12.2021"))
    assert sum(wanted.values()) == len(rows)
    assert _groups(counts(turned, "31.12.2021")) == wanted
    assert _groups(counts(grouped, "31.12.2021")) == wanted


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.text("Stichag;,\t\n\"'0123m.wäß-", max_size=200).map(
    lambda text: (HEAD + text).encode())))  # fmt: skip
def test_no_bytes_break_the_reader(data: bytes) -> None:
    try:
        told = str(parse(data, "datei.csv", "").dates)
    except KommunalprofilError as error:
        told = str(error)
    assert told.startswith(("datei.csv", "['"))


def test_a_large_city_takes_seconds() -> None:
    chance = random.Random(1)
    rows = [
        f"{chance.choice('mw')};{chance.randint(1925, 2021)};D;Bezirk {chance.randint(1, 60)}" for _ in range(100_000)
    ]
    begun = time.process_time()
    found = counts("Geschlecht;Geburtsjahr;Staatsangehörigkeit;Ortsteil\n" + "\n".join(rows), "31.12.2021")
    assert time.process_time() - begun < 3
    assert people(found) == {(): 100_000}


# Files that would be misread


@pytest.mark.parametrize(
    ("head", "says"),
    [
        ("Ortsteil;männlich;weiblich", "Die Spalten „männlich“ und „weiblich“ sehen nach Anzahlen aus."),
        ("Ortsteil;Einwohner gesamt", "Die Spalte „Einwohner gesamt“ sieht nach Anzahlen aus."),
        ("Geschlecht;Wohnungsstatus", "Die Spalte „Wohnungsstatus“ unterscheidet wohl Haupt- und Nebenwohnungen."),
    ],
)
def test_a_table_across_and_second_homes_are_refused(head: str, says: str) -> None:
    assert says in refused(f"{head}\nw{';5' * head.count(';')}\n", "31.12.2021")


def test_age_groups_that_leave_people_out_are_no_whole() -> None:
    found = counts("Alter;Anzahl\n0-17;400\n18-24;100\n30-64;900\n65+;500\n", "31.12.2021")
    assert people(found) is None
    assert (people(found, "age") or {})[("0-17",)] == 400
    with_total = counts("Alter;Anzahl\n;2000\n0-17;2000\n", "31.12.2021")
    assert people(with_total) == {(): 2000}
