"""Own numbers in the workbook: sheets of their own, each named and marked as own, none of them official."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.melderegister import causes, topics
from kommunalprofil.melderegister.beside import COMPARED
from kommunalprofil.melderegister.districts import HIDDEN
from kommunalprofil.melderegister.model import TOTAL
from kommunalprofil.melderegister.topics import TOTALS
from kommunalprofil.spreadsheet import Cell, Number, Sheet
from kommunalprofil.workbook import number

if TYPE_CHECKING:
    from kommunalprofil.melderegister.beside import Beside, Pair

HEADER = ("Merkmal", "Gruppe", "Stichtag der eigenen Angabe", "Eigene Angabe der Kommune", "Amtlicher Stichtag",
          "Amtliche Zahl", "Unterschied", "Unterschied in %", "Übliche Ursachen",
          "Quelle der eigenen Angabe")  # fmt: skip


def sheets(p: Beside) -> tuple[tuple[Sheet, str], ...]:
    """The sheets with what the first sheet of the workbook says of each."""
    found = [
        (_compared(p), "eigene Angaben der Kommune neben amtlichen Zahlen, alle Stichtage; keine amtliche Statistik")
    ]
    if p.districts.names:
        about = "eigene Angaben der Kommune nach Ortsteilen, kleine Zahlen geschützt; keine amtliche Statistik"
        found.append((_districts(p), about))
    return tuple(found)


def _row(p: Beside, title: str, pair: Pair) -> list[Cell]:
    official = pair.official
    places = fmt.share_decimals(official.value) if official and pair.comparable else None
    return [
        title,
        pair.label,
        datetime.date.fromisoformat(pair.date),
        number(pair.own, 0),
        datetime.date.fromisoformat(official.date) if official else None,
        number(official.value, 0) if official else None,
        number(pair.difference, 0) if pair.comparable else None,
        None if places is None else Number(round(pair.percent, 1), places),
        "; ".join(cause.title for cause in causes.of(pair)),
        f"{p.credit[:-1]}, Stichtag {fmt.date(pair.date)})",
    ]


def _compared(p: Beside) -> Sheet:
    rows = [
        _row(p, p.topic(name, date).title, pair)
        for date in reversed(p.counts.dates)
        for name in ("total", *COMPARED)
        for pair in p.pairs(name, date)
    ]
    return Sheet("Eigene Angaben", [HEADER, *rows])


def _districts(p: Beside) -> Sheet:
    """A row a district, a column a group; hidden counts as their sign."""
    d = p.districts
    pairs = [(topic, code) for topic in d.topics for code in d.members(topic)]
    header = (
        "Ortsteil (eigene Angaben)",
        "Stichtag",
        TOTALS.members[TOTAL],
        *(f"{t.title}: {t.members[c]}" for t, c in pairs),
    )
    day = datetime.date.fromisoformat(d.date)

    def cell(count: float | None) -> Cell:
        return HIDDEN if (found := number(count, 0)) is None else found

    rows: list[list[Cell]] = [
        [d.label(name), day, cell(d.total(TOTALS, name)), *(cell(d.count(topic, name, code)) for topic, code in pairs)]
        for name in d.names
    ]
    own = {topic.id: d.own(topic) for topic in d.topics}
    whole = topics.whole(d.own(TOTALS))
    rows.append(["ganze Kommune", day, cell(whole), *(cell(own[topic.id][code]) for topic, code in pairs)])
    return Sheet("Eigene Angaben Ortsteile", [header, *rows])
