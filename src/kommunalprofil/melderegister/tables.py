"""The tables of the document: own beside official numbers, the districts – every own number marked as one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import references
from kommunalprofil.document import Column, Table
from kommunalprofil.melderegister import topics
from kommunalprofil.melderegister.districts import Districts, percent, printed
from kommunalprofil.melderegister.model import TOTAL, UNKNOWN
from kommunalprofil.melderegister.topics import HOUSEHOLD, NATIONALITY, TOTALS, Topic

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from kommunalprofil.melderegister.beside import Beside, Pair
    from kommunalprofil.profile import Value

OWN, OFFICIAL = "eigene Angabe", "amtlich"
NOTHING = "x"
"""Where there is nothing to say."""


def of_office(value: Value | None) -> str:
    """An official count as tables print it."""
    return NOTHING if value is None else fmt.cell(value.value, 0, value.flag)


def change(pair: Pair) -> tuple[str, str]:
    """The difference and the difference in percent, under the rule for small numbers."""
    if not pair.comparable:
        return NOTHING, NOTHING
    places = fmt.share_decimals(pair.official.value if pair.official else None)
    return fmt.change(pair.difference), NOTHING if places is None else fmt.change(pair.percent, places)


def credit(p: Beside, date: str, values: Iterable[Value | None] = ()) -> str:
    """'eigene Angaben der Kommune (Melderegister, Stichtag 31.12.2024); amtlich: …'."""
    own = f"{p.credit[:-1]}, Stichtag {fmt.date(date)})"
    tables = dict.fromkeys(table for value in values if value is not None for table in value.sources)
    return f"{own}; amtlich: {references.source_note(p, tables)}" if tables else own


def totals(p: Beside) -> Table:
    """All people at every Stichtag of the file."""
    pairs = [pair for date in reversed(p.counts.dates) for pair in p.pairs("total", date)]
    head = (Column("Stichtag", align="left"), Column(OWN), Column(OFFICIAL), Column("amtlicher Stichtag"),
            Column("Unterschied"), Column("Unterschied", "%"), Column("Ursachen", align="left"))  # fmt: skip
    rows = tuple(
        (fmt.date(pair.date), _own(pair), of_office(pair.official),
         fmt.date(pair.official.date) if pair.official else NOTHING, *change(pair), p.marks(pair) or fmt.DASH)
        for pair in pairs
    )  # fmt: skip
    return Table("Menschen insgesamt", head, rows, _sources(pairs),
                 credit=credit(p, p.date, (pair.official for pair in pairs)))  # fmt: skip


def _own(pair: Pair) -> str:
    return "." if pair.own is None else fmt.cell(pair.own)


def _sources(pairs: Sequence[Pair]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(table for pair in pairs if pair.official for table in pair.official.sources))


def compared(p: Beside, name: str) -> Table:
    """The members of a topic: own, official, difference, the numbers of the usual causes."""
    pairs, topic = p.pairs(name), p.topic(name)
    day = next((pair.official.date for pair in pairs if pair.official), "")
    earlier = p.earlier_census(name) if topic is HOUSEHOLD else {}
    before = fmt.year(next(iter(earlier.values())).date) if earlier else 0
    head = (Column(topic.title, align="left"), Column(OWN), Column(OFFICIAL),
            Column("Unterschied"), Column("Unterschied", "%"), Column("Ursachen", align="left"),
            *((Column(f"Zensus {before}"),) if earlier else ()))  # fmt: skip
    rows = tuple(
        (pair.label, _own(pair), of_office(pair.official), *change(pair), p.marks(pair) or fmt.DASH,
         *((of_office(earlier.get(pair.code)),) if earlier else ()))
        for pair in pairs
    )  # fmt: skip
    note = topics.unknown(p.counts, topic, p.date) if any(pair.own is None for pair in pairs) else ""
    values = [*(pair.official for pair in pairs), *earlier.values()]
    beside = f", amtlich am {fmt.date(day)}" if day else ""
    caption = f"{topic.title}: eigene Angaben am {fmt.date(p.date)}{beside}"
    return Table(caption, head, rows, _sources(pairs), note, credit=credit(p, p.date, values))


def people(p: Beside, d: Districts) -> Table:
    """The districts with their people and their part of the Kommune."""
    whole = d.own(TOTALS)[TOTAL]
    rows = []
    for name in d.names:
        number = d.total(TOTALS, name)
        rows.append((d.label(name), printed(number), percent(number, whole)))
    rows.append(("ganze Kommune", printed(whole), percent(whole, whole)))
    head = (Column("Ortsteil", align="left"), Column("Menschen"), Column("Anteil", "%"))
    return Table(f"Die Ortsteile und ihre Bevölkerung am {fmt.date(d.date)}", head, tuple(rows),
                 total_rows=(len(rows) - 1,), credit=credit(p, d.date))  # fmt: skip


def by_topic(p: Beside, d: Districts, topic: Topic) -> Table:
    """A row a district, a column a member of a topic: counts."""
    members = d.members(topic)
    rows = [(d.label(name), *(printed(d.count(topic, name, code)) for code in members), printed(d.total(topic, name)))
            for name in d.names]  # fmt: skip
    own = d.own(topic)
    rows.append(("ganze Kommune", *(printed(own[code]) for code in members), printed(topics.whole(own))))
    head = (Column("Ortsteil", align="left"), *(Column(topic.members[code]) for code in members), Column("zusammen"))
    return Table(f"{topic.title} in den Ortsteilen am {fmt.date(d.date)}", head, tuple(rows),
                 total_rows=(len(rows) - 1,), credit=credit(p, d.date))  # fmt: skip


def profile(p: Beside, d: Districts, name: str) -> Table:
    """One district beside the whole Kommune."""
    rows: list[tuple[str, ...]] = [("Menschen insgesamt", printed(d.total(TOTALS, name)), NOTHING, NOTHING)]
    bold = [0]
    for topic in d.topics:
        own = d.own(topic)
        total, whole = d.total(topic, name), topics.whole(own)
        if topic is HOUSEHOLD:
            bold.append(len(rows))
            rows.append(("Haushalte insgesamt", printed(total), NOTHING, NOTHING))
        for code in d.members(topic):
            number = d.count(topic, name, code)
            label = topic.members[code]
            if topic is HOUSEHOLD or (topic is NATIONALITY and code == UNKNOWN):
                label = f"{topic.title}: {label}"
            rows.append((label, printed(number), percent(number, total), percent(own[code], whole)))
    head = (Column("Merkmal", align="left"), Column("Anzahl"), Column("Anteil", "%"), Column("ganze Kommune", "%"))
    return Table(f"{d.label(name)} am {fmt.date(d.date)}", head, tuple(rows), total_rows=tuple(bold),
                 credit=credit(p, d.date))  # fmt: skip
