"""How tables are set on paper: typst takes the widths and heights as they come from here."""

from __future__ import annotations

from kommunalprofil.document import Column, Figure, Table
from kommunalprofil.figures.widths import text_width
from kommunalprofil.paper import ROOM, foot_aside, setting

YEARS = Table("Umzüge", (Column("Jahr", align="left"), Column("Zuzüge", "Personen"), Column("Fortzüge", "Personen")),
              (("2020", "1.204", "987"), ("2021", "12.204", "−7")))  # fmt: skip
LONG = "Bevölkerung: Deutschland, Stichtag, Altersjahre, Nationalität, Geschlecht und Familienstand, auch früher"
THREE = tuple(Column(name, align="left") for name in ("Tabelle", "Titel", "Stelle"))
SOURCES = Table("Quellen", THREE,
                (("12411-0007", LONG, "Destatis"), ("GV", "Verzeichnis", "Destatis")))  # fmt: skip


def test_a_few_numbers_stand_together_at_the_right() -> None:
    laid = setting(YEARS)
    assert round(sum(laid.widths), 1) == round(ROOM["full"], 1) == 459.2
    assert laid.widths[0] > 300
    assert max(laid.widths[1:]) < 60
    assert (laid.size, laid.gap, laid.wrapped) == (8.5, (11.0, 4.0), ())


def test_numbers_at_the_side_of_a_figure_share_what_is_left_and_never_wrap() -> None:
    laid = setting(YEARS, "wide")
    assert round(sum(laid.widths), 1) == round(ROOM["wide"], 1) == 141.7
    assert laid.widths[1] > text_width("12.204", 7.8, bold=True) + 6
    assert laid.wrapped == ()
    assert laid.size == 7.8


def test_rows_whose_text_takes_more_than_a_line_are_named() -> None:
    laid = setting(SOURCES)
    assert laid.wrapped == (0,)
    assert setting(SOURCES, "half").wrapped == (0,)
    assert laid.widths[1] > laid.widths[0] > text_width("12411-0007", 8.5)
    assert setting(SOURCES, "half").height > laid.height


def figure(height: int, rows: int) -> Figure:
    table = Table("Werte", YEARS.columns, tuple((str(2000 + n), "1", "2") for n in range(rows)))
    return Figure(
        "x",
        "Titel",
        "Untertitel",
        f'<svg width="300pt" height="{height}pt" viewBox="0 0 300 {height}"></svg>',
        "Text",
        table,
        width="wide",
    )


def test_note_and_source_stand_where_they_make_the_whole_less_high() -> None:
    tall, flat = figure(200, 3), figure(60, 25)
    assert foot_aside(tall, setting(tall.table, "wide"), "Eine Anmerkung.", "Ein Amt")
    assert not foot_aside(flat, setting(flat.table, "wide"), "Eine Anmerkung.", "Ein Amt")
