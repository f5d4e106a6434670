"""Own numbers beside official ones, as readers get them: what is told, what is kept apart, accessible on every way."""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from markupsafe import Markup

from kommunalprofil import cli, german_cli, pdf, pdf_checks, references, render, templating
from kommunalprofil.document import Figure, Gap
from kommunalprofil.evidence import identity
from kommunalprofil.melderegister import causes, figures, files, tables, words
from kommunalprofil.melderegister.beside import Beside, Pair
from kommunalprofil.melderegister.reading import parse
from kommunalprofil.own import NOTHING
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir
from test_html import Page, browse, violations

DISTRICTS = {"Dorf": 900, "Wehm": 600, "Am <Moor> & See": 380, "Hof": 2}


def sample(times: float = 1) -> bytes:
    """A file of about as many people as Vrees has, in four districts, one of two people; two Stichtage."""
    rows = ["Stichtag;Geschlecht;Altersgruppe;Staatsangehörigkeit;Haushaltstyp;Ortsteil;Anzahl;Haushalte"]
    for year in (2021, 2023):
        for name, number in DISTRICTS.items():
            if name == "Hof":
                rows.append(f"31.12.{year};m;18-24;D;;{name};2;")
                continue
            ages = (("0-17", 0.2), ("18-24", 0.1), ("25-44", 0.25), ("45-64", 0.3), ("65+", 0.15))
            for age, share in ages:
                for sex, half in (("m", 0.5), ("w", 0.49), ("d", 0.01)):
                    for nationality, part in (("D", 0.9), ("A", 0.1)):
                        count = round(number * share * half * part * times)
                        rows.append(f"31.12.{year};{sex};{age};{nationality};;{name};{count};")
            types = ("Einpersonenhaushalt", "Paar ohne Kind", "Paar mit Kind", "Alleinerziehende", "Sonstige")
            rows += [f"31.12.{year};;;;{one};{name};;{number // (n + 5)}" for n, one in enumerate(types)]
    return "\n".join(rows).encode("cp1252")


def beside(data: bytes, place: str = "vrees", date: str = "") -> Beside:
    return Beside(Profile(place, data_dir()), parse(data, "datei.csv", date))


@pytest.fixture(scope="module")
def told() -> Beside:
    return beside(sample())


@pytest.fixture(scope="module")
def made(told: Beside) -> dict[str, bytes]:
    return files.files(told)


@pytest.fixture(scope="module")
def text(made: dict[str, bytes]) -> str:
    return made["melderegister.html"].decode()


@pytest.fixture(scope="module")
def book(made: dict[str, bytes]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(made["melderegister.xlsx"]))


def test_own_beside_official(told: Beside) -> None:
    """12411-01-01-5 and Zensus 2022 for Vrees: 1.916 people at 31.12.2023, 931 women, 985 men, 242 foreigners 2022."""
    assert tables.totals(told).rows[0][2:4] == ("1.916", "31.12.2023")
    assert [pair.official.value for pair in told.pairs("sex")[:2] if pair.official] == [931, 985]
    (_, foreign) = told.pairs("nationality")
    assert foreign.official is not None
    assert (foreign.official.value, foreign.official.date, foreign.official.base) == (242, "2022-05-15", "census_2022")
    assert foreign.days == 595
    assert tables.compared(told, "household").rows[0][2] == "176"


def test_each_stichtag_is_compared_with_its_own_day(told: Beside) -> None:
    rows = tables.totals(told).rows
    assert [row[0] for row in rows] == ["31.12.2023", "31.12.2021"]
    assert [row[2:4] for row in rows] == [("1.916", "31.12.2023"), ("1.830", "31.12.2021")]


def test_own_numbers_are_never_evidence(told: Beside, made: dict[str, bytes]) -> None:
    """Ten times as many people of their own change no official value and none of their sheets."""
    other = beside(sample(10))
    found = openpyxl.load_workbook(io.BytesIO(files.files(other)["melderegister.xlsx"]))
    book = openpyxl.load_workbook(io.BytesIO(made["melderegister.xlsx"]))
    assert {identity(v): v.value for v in other.shown} == {identity(v): v.value for v in told.shown}
    for name in ("Auf einen Blick", "Neben den amtlichen Zahlen", "Quellen", "Begriffe"):
        assert [[c.value for c in row] for row in found[name]] == [[c.value for c in row] for row in book[name]]
    assert all(v.sources for v in told.shown)


def test_the_workbook_keeps_own_numbers_in_sheets_of_their_own(book: Any) -> None:
    own = [name for name in book.sheetnames if name.startswith("Eigene Angaben")]
    assert own == ["Eigene Angaben", "Eigene Angaben Ortsteile"]
    head, *rows = book["Eigene Angaben"].iter_rows(values_only=True)
    assert head[3:6] == ("Eigene Angabe der Kommune", "Amtlicher Stichtag", "Amtliche Zahl")
    assert {row[9] for row in rows} == {
        "eigene Angaben der Kommune (Melderegister, Stichtag 31.12.2023)",
        "eigene Angaben der Kommune (Melderegister, Stichtag 31.12.2021)",
    }
    listed = {row[0]: row[1] for row in book["Inhalt"].iter_rows(values_only=True)}
    assert "keine amtliche Statistik" in listed["Eigene Angaben Ortsteile"]


def test_small_districts_are_hidden_everywhere(text: str, book: Any) -> None:
    head, *rows = book["Eigene Angaben Ortsteile"].iter_rows(values_only=True)
    by_name = {row[0]: row[2:] for row in rows}
    assert set(by_name["Hof"][: len(head) - 7]) == {"·"}
    assert by_name["Wehm"][0] == 599
    assert [name for name, row in by_name.items() if row[0] == "·"] == ["Am <Moor> & See", "Hof"]
    assert "auch aus Summen nicht errechnen lässt" in text


def test_the_same_file_gives_the_same_bytes(made: dict[str, bytes]) -> None:
    assert files.files(beside(sample())) == made


def test_words_for_a_reader(text: str, told: Beside) -> None:
    plain = re.sub(r"\s+", " ", " ".join(Page(text).texts)).replace("\u00a0", " ")
    own = told.total
    assert own is not None
    assert own.own == 1883
    for sentence in (
        "Nach dem Melderegister lebten Ende 2023 in der Gemeinde Vrees 1.883 Menschen. Die amtliche Statistik nennt an "
        "diesem Tag 1.916. Die eigene Zahl ist um 33 oder 1,7 % niedriger.",
        "Beides wird verglichen und nirgends zusammengerechnet",
        "Die Datei hat 2 Stichtage.",
        "Die Datei nennt 4 Ortsteile.",
        "Das ist rund 8 Jahre vor dem Stichtag",
        "Quelle: eigene Angaben der Kommune (Melderegister, Stichtag 31.12.2023)",
    ):
        assert sentence in plain, sentence


def test_gaps_have_a_reason() -> None:
    p = beside(b"Stichtag;Haushaltstyp;Haushalte\n31.12.2023;Single;200\n")
    page = files.files(p)["melderegister.html"].decode()
    for sentence in (
        "Einwohnerzahl: keine eigenen Zahlen, denn die Datei zählt nur Haushalte, keine Menschen",
        "Alter: keine eigenen Zahlen, denn die Datei nennt kein Alter",
        "Ortsteile lassen sich aus der Datei nicht darstellen, denn sie nennt keine",
        "Ein Punkt steht, wo die Datei eine Zahl nicht nennt oder geheim hält.",
    ):
        assert sentence in page


def by_district(*rows: str, head: str = "Ortsteil;Geschlecht;Anzahl", date: str = "31.12.2023") -> Beside:
    return beside("\n".join([head, *rows]).encode(), date=date)


def test_why_there_are_no_numbers_of_a_topic_is_true() -> None:
    p = by_district("A;w;0-17;100", "A;m;0-17;90", "B;m;0-17;80", head="Ortsteil;Geschlecht;Alter;Anzahl")
    assert files.gap(p, "sex").text == (
        "Frauen und Männer: keine eigenen Zahlen, denn die Altersgruppen der Datei lassen Menschen aus "
        "(Stichtag 31.12.2023)."
    )
    assert files.gap(p, "district").text.endswith("denn die Altersgruppen der Datei lassen Menschen aus.")
    p = by_district("A;1980", "B;1970", head="Ortsteil;Geburtsjahr", date="30.6.2023")
    assert "Alter: keine eigenen Zahlen, denn aus dem Geburtsjahr folgt es an diesem" in files.gap(p, "age").text


def test_why_no_district_is_shown_is_true() -> None:
    head = "Ortsteil;Haushaltstyp;Anzahl;Haushalte"
    homes = by_district(";;900;", "A;Single;;40", "B;Single;;60", head=head)
    assert files.gap(homes, "district").text.endswith("sie zählt nach Ortsteilen nur Haushalte, keine Menschen.")
    assert files.gap(by_district("A;w;5"), "district").text.endswith("denn sie nennt nur einen.")
    assert files.gap(by_district(";w;5"), "district").text.endswith("denn sie nennt keine (Stichtag 31.12.2023).")


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        (("A;w;5", "A;m;6", "B;w;7", "B;m;8"), "in allen Ortsteilen weniger als 20 Menschen gezählt sind."),
        (("A;w;1", "A;m;1", "B;w;1", "B;m;1", "C;w;1", "C;m;1"), "in allen Ortsteilen kleine Zahlen geschützt sind."),
        (("A;w;1", "A;m;99", "B;w;1", "B;m;99", "C;w;8", "C;m;8", "D;w;9", "D;m;9"),
         "in allen Ortsteilen kleine Zahlen geschützt oder weniger als 20 Menschen gezählt sind."),
    ],
    ids=["few", "hidden", "both"],
)  # fmt: skip
def test_why_a_share_is_not_drawn_is_true(rows: tuple[str, ...], why: str) -> None:
    p = by_district(*rows)
    gap = figures.drawn(p.districts)["register_women_1"](p)
    assert isinstance(gap, Gap)
    assert gap.text == f"„Frauen“ ist nicht dargestellt, weil dazu {why}"


@pytest.mark.parametrize(
    ("rows", "head", "date", "why"),
    [
        (("A;m;D;9", "A;m;A;*", "B;m;D;8"), "Ortsteil;Geschlecht;Nationalität;Anzahl", "31.12.2023",
         "weil die Datei dazu Zahlen geheim hält: Geschlecht und Staatsangehörigkeit."),
        (("A;0-20;90", "A;21+;90", "B;0-20;90", "B;21+;90"), "Ortsteil;Alter;Anzahl", "31.12.2023",
         "weil die Datei anders geschnittene hat oder eine auslässt: Altersgruppen."),
        (("A;1980", "B;1970"), "Ortsteil;Geburtsjahr", "30.6.2023",
         "weil sie an diesem Tag nicht aus dem Geburtsjahr folgen: Altersgruppen."),
        (("A;w;9", "B;m;8"), "Ortsteil;Geschlecht;Anzahl", "31.12.2023",
         "weil die Datei es so nicht nennt: Altersgruppen, Staatsangehörigkeit und Zahl der Haushalte nach ihrem Typ."),
    ],
    ids=["secret", "cut", "birth", "not there"],
)  # fmt: skip
def test_why_districts_are_not_told_by_a_topic_is_true(rows: tuple[str, ...], head: str, date: str, why: str) -> None:
    assert f"Nicht nach Ortsteilen zu haben, {why}" in words.small_numbers(by_district(*rows, head=head, date=date))


def test_that_the_census_lies_nearer_but_is_cut_otherwise_is_told() -> None:
    rows = [f"{age};200" for age in ("0-17", "18-24", "25-44", "45-64", "65-74", "75+")]
    p = by_district(*rows, head="Alter;Anzahl")
    said = " ".join(words.topic(p, p.topic("age")))
    assert "vom 31.12.2015 (Fortschreibung). Das ist rund 8 Jahre vor dem Stichtag; die amtlichen Zahlen vom " in said
    assert "15.05.2022 liegen näher, haben aber andere Altersgruppen als die Datei." in said
    p = by_district("D;1700", "A;100", head="Nationalität;Anzahl")
    assert "eine nähere Zahl liegt für die Gemeinde Vrees nicht vor" in " ".join(words.topic(p, p.topic("nationality")))


def test_equal_and_empty_districts_have_no_first_and_last() -> None:
    p = by_district("A;w;50", "A;m;50", "B;w;50", "B;m;50", "Moor;w;0", "Moor;m;0")
    assert words.districts(p) == ["Die Datei nennt 3 Ortsteile.", "Ohne Einwohnerin und Einwohner: Moor."]
    drawn = figures.drawn(p.districts)["register_women_1"](p)
    assert isinstance(drawn, Figure)
    assert drawn.title == "Frauen: in allen dargestellten Ortsteilen 50,0\u00a0%"
    assert tables.people(p, p.districts).rows[2] == ("Moor", "–", "0,0")


def test_hidden_districts_may_lie_beyond_those_that_are_told() -> None:
    def said(**districts: tuple[int, int]) -> tuple[list[str], str]:
        rows = [
            f"{name};{age};{n}"
            for name, both in districts.items()
            for age, n in zip(("18-64", "65+"), both, strict=True)
        ]
        p = by_district(*rows, "Alt;0-17;40", "Berg;0-17;30", "Camp;0-17;20", head="Ortsteil;Alter;Anzahl")
        drawn = figures.drawn(p.districts)["register_old_1"](p)
        assert isinstance(drawn, Figure)
        return [one.replace("\u00a0", " ") for one in words.districts(p)[1:]], drawn.title.replace("\u00a0", " ")

    some = {"Alt": (300, 100), "Berg": (120, 50), "Camp": (80, 31)}
    assert said(**some) == (
        [
            "Am größten ist Alt mit 440 Menschen, am kleinsten Camp mit 131.",
            "Der Anteil der Menschen ab 65 reicht von 22,7 % in Alt bis 25,0 % in Berg.",
        ],
        "Menschen ab 65: höchster Anteil in Berg (25,0 %), niedrigster in Alt (22,7 %)",
    )
    assert said(**some, Dorf=(30, 25)) == (
        [
            "Am größten ist Alt mit 440 Menschen, am kleinsten Dorf mit 55.",
            "Der Anteil der Menschen ab 65 reicht in Ortsteilen mit mindestens 100 Menschen von 22,7 % in Alt bis 25,0 "
            "% in Berg.",
        ],
        "Menschen ab 65: höchster Anteil in Dorf (45 %), niedrigster in Alt (22,7 %)",
    )
    assert said(**some, Dorf=(1, 0), Esch=(9, 1)) == (
        [
            "Von den Ortsteilen, deren Zahl genannt ist, ist Alt mit 440 Menschen am größten, Camp mit 131 am "
            "kleinsten.",
            "Der Anteil der Menschen ab 65 reicht, soweit er genannt ist, von 22,7 % in Alt bis 25,0 % in Berg.",
        ],
        "Menschen ab 65: soweit dargestellt, höchster Anteil in Berg (25,0 %), niedrigster in Alt (22,7 %)",
    )


def test_a_stichtag_far_from_every_official_one_is_told() -> None:
    (told,) = words.notices(by_district("A;w;900", "A;m;900", date="31.12.1960"))
    assert told.startswith("Mehr als zwei Jahre von der nächsten amtlichen Einwohnerzahl entfernt: 31.12.1960 (amtlich")
    assert words.notices(by_district("A;w;900", "A;m;900", date="31.12.2023")) == []


@pytest.mark.parametrize(
    ("own", "days", "base", "flag", "topic", "code", "ids"),
    [
        (1010, 0, "zensus_2022", "", "total", "*", ["method", "second_homes", "never_left", "late", "base_2022"]),
        (990, 0, "zensus_2011", "", "total", "*", ["method", "late", "base_2011"]),
        (1100, 0, "zensus_2022", "", "total", "*", ["large", "second_homes", "never_left", "late", "base_2022"]),
        (990, 0, "zensus_2022", "", "sex", "F", ["method", "late", "base_2022", "third_sex"]),
        (990, 900, "zensus_2011", "", "age", "65+", ["date", "base_2011", "unknown"]),
        (1005, 100, "census_2022", "cell_key", "household", "shared", ["date", "dwelling", "noise"]),
        (1000, 0, "zensus_2022", "", "total", "*", []),
    ],
)
def test_causes_are_named_where_they_can_apply(
    told: Beside, own: float, days: int, base: str, flag: str, topic: str, code: str, ids: list[str]
) -> None:
    official = told.pairs("total")[0].official
    assert official is not None
    date = {0: "2023-12-31", 100: "2024-04-09", 900: "2026-06-18"}[days]
    pair = Pair(topic, code, "", date, own, replace(official, value=1000.0, base=base, flag=flag), 5)
    assert pair.days == days
    assert [cause.id for cause in causes.of(pair)] == ids


def test_the_pdf_is_accessible(told: Beside) -> None:
    kind = files.kind(told)
    drawings = render.Drawings(told, kind.figures)
    printed = render.Composer(templating.typst_environment(), "typst", told, drawings, kind)
    source = printed.page(Markup(templating.text_of("typst/style.typ")))
    data = pdf.build(source, drawings.svgs, references.newest_stand(told))
    assert pdf_checks.findings(data, printed.outline, "Melderegister Gemeinde Vrees", "Gemeinde Vrees") == []
    assert len(printed.outline.figures) == len(kind.figures) == 5


def test_the_row_of_the_whole_kommune_stays_on_one_line(tmp_path: Path, require_tool: Callable[..., str]) -> None:
    """Where it is the longest text of its column, at the side of a figure."""
    file = tmp_path / "a.pdf"
    file.write_bytes(files.files(by_district("A;w;60", "A;m;40", "B;w;50", "B;m;50"))["melderegister.pdf"])
    command = [require_tool("pdftotext"), "-layout", str(file), "-"]
    said = subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout
    rows = [" ".join(line.split()) for line in re.findall(r"ganze Kommune +\d.*", said)]
    assert rows == ["ganze Kommune 200 100,0", "ganze Kommune 110 55,0"]


def test_the_page_is_well_formed_and_names_stay_text(text: str) -> None:
    page = Page(text)
    assert page.stack == []
    assert "Am <Moor> & See" in page.texts
    assert len(page.all("svg")) == 5


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(chromium: str, axe: str, tmp_path: Path, text: str, width: int) -> None:
    assert violations(chromium, tmp_path, text, axe, width) == []


def test_the_page_never_scrolls_sideways(chromium: str, tmp_path: Path, text: str) -> None:
    script = "done([document.documentElement.scrollWidth, window.innerWidth])"
    content, window = browse(chromium, tmp_path, text, 390, script)
    assert content <= window


def test_many_districts_are_tables_on_paper_and_sections_on_the_page() -> None:
    rows = "".join(f"Ort {n:02};{s};{50 + n}\n" for n in range(45) for s in "mw")
    p = beside(f"Ortsteil;Geschlecht;Anzahl\n{rows}".encode(), "dithmarschen", "31.12.2024")
    kind = files.kind(p)
    assert list(kind.figures) == ["register_women_1", "register_women_2"]
    paper = render.Composer(templating.typst_environment(), "typst", p, render.Drawings(p, kind.figures), kind)
    paper.page(Markup(""))
    page = render.Composer(templating.html_environment(), "html", p, render.Drawings(p, kind.figures), kind)
    page.page(render.html_style(NOTHING))
    sections = [[h.text for h in one.outline.headings if h.text.startswith("Ort 0")] for one in (paper, page)]
    assert [len(found) for found in sections] == [0, 10]
    assert "Frauen und Männer in den Ortsteilen am 31.12.2024" in [t.item.caption for t in paper.outline.tables]


# The command


def call(*args: str | Path) -> int:
    return german_cli.run(cli.app, [str(arg) for arg in args])


def test_the_command_writes_and_tells(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "datei.csv"
    file.write_text("Geschlecht;Anzahl\nm;9000\nw;9000\n")
    assert call("melderegister", "Vrees", file, "--stichtag", "31.12.2023", "-o", tmp_path / "r", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert [Path(name).name for name in said["files"]] == [
        "melderegister.pdf",
        "melderegister.html",
        "melderegister.xlsx",
    ]
    assert (said["eigene_angabe"], said["amtlich"], said["amtlicher_stichtag"]) == (18000, 1916, "2023-12-31")
    assert said["hinweise"][0].startswith("Achtung: Die Datei zählt 18.000 Menschen, amtlich sind es 1.916")
    assert (tmp_path / "r" / "vrees" / "melderegister.pdf").is_file()


@pytest.mark.parametrize(
    ("place", "content", "said", "code"),
    [
        ("Vrees", "Name;Geschlecht\nx;m\n", "Aus Gründen des Datenschutzes", 1),
        ("Vrees", None, "Diese Datei gibt es nicht.", 2),
        ("Schleswig-Holstein", "Geschlecht\nm\n", "führt kein Melderegister", 2),
    ],
)
def test_nothing_is_written_where_something_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], place: str, content: str | None, said: str, code: int
) -> None:
    file = tmp_path / "datei.csv"
    if content is not None:
        file.write_text(content)
    assert call("melderegister", place, file, "-o", tmp_path / "r") == code
    assert said in capsys.readouterr().err
    assert not (tmp_path / "r").exists()
