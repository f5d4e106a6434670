"""Where the values of a document come from: source notes, the table of sources, the edition – all from provenance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Table
from kommunalprofil.provenance import BKG, CC_BY_4, DESTATIS, DL_DE_BY, EUROSTAT, RDB, WITH_SOURCE
from kommunalprofil.vocabulary import BASE

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence, Joint
    from kommunalprofil.profile import Profile
    from kommunalprofil.provenance import Origin


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence by its German title, its address and the name programs know it by (SPDX, else Open Definition)."""

    title: str
    url: str
    id: str


LICENCES = {
    DL_DE_BY: Licence(
        "Datenlizenz Deutschland – Namensnennung – Version 2.0", "https://www.govdata.de/dl-de/by-2-0", "DL-DE-BY-2.0"
    ),
    CC_BY_4: Licence(
        "Creative Commons Namensnennung 4.0", "https://creativecommons.org/licenses/by/4.0/deed.de", "CC-BY-4.0"
    ),
    WITH_SOURCE: Licence(WITH_SOURCE, "", "other-at"),
}
"""By the words of the origins."""
NEARLY_ALL = 0.7
"""So large a part of the tables says the same in a column that a sentence is enough."""
OFFICES = {RDB: "StÄBL", DESTATIS: "Destatis", BKG: "BKG", EUROSTAT: "Eurostat"}
"""How the table of sources calls an office."""


def _day(text: str) -> str:
    """The ISO day at the start of a time stamp, or ''."""
    match = re.match(r"\d{4}-\d\d-\d\d", text)
    return match[0] if match else ""


def source_note(profile: Profile | Evidence | Joint, tables: Iterable[str]) -> str:
    """'Statistische Ämter des Bundes und der Länder, Tabellen 12411-01-01-4 und 12411-02-03-4; …'; '' for no tables."""
    by_producer: dict[str, list[str]] = {}
    for table in tables:
        by_producer.setdefault(profile.origin(table).producer, []).append(table)
    notes = []
    for producer, ids in by_producer.items():
        notes.append(f"{producer}, {_tables(ids)}")
    return "; ".join(notes)


def _tables(ids: Iterable[str]) -> str:
    """'Tabelle 12411-01-01-4', 'Tabellen … und …', 'Datensatz VG5000'."""
    known = sorted(ids)
    if not all(name[:1].isdigit() for name in known):
        return f"Datensatz {known[0]}" if len(known) == 1 else f"Datensätze {fmt.list_and(known)}"
    return f"Tabelle {known[0]}" if len(known) == 1 else f"Tabellen {fmt.list_and(known)}"


def used_origins(evidence: Evidence | Joint) -> dict[str, list[Origin]]:
    """The origins behind the values given away and the maps, by table id, each once and in order of their dates."""
    known = len(evidence.used), len(evidence.cited)  # they only grow
    if known not in evidence.origins:
        evidence.origins = {known: _used_origins(evidence)}
    return evidence.origins[known]


def _used_origins(evidence: Evidence | Joint) -> dict[str, list[Origin]]:
    found: dict[str, dict[int, Origin]] = {}  # by identity: comparing all that an origin says takes long
    for table, date, base in evidence.used:
        origin = evidence.origin(table, date, base or None)
        found.setdefault(table, {})[id(origin)] = origin
    for table in evidence.cited:
        if table not in found:
            found[table] = {0: evidence.origin(table)}
    return {table: sorted(found[table].values(), key=lambda o: (o.dates, o.stand)) for table in sorted(found)}


def used_licences(evidence: Evidence | Joint) -> dict[str, Licence]:
    """The licences of the files behind the document, by the words of their origins."""
    used = {o.licence for group in used_origins(evidence).values() for o in group}
    return {name: one for name, one in LICENCES.items() if name in used}


def licence_note(evidence: Evidence | Joint) -> str:
    """Under what the values may be passed on, and that they have been worked on: the licences ask for both."""
    named = (f"{one.title} ({one.url})" if one.url else one.title for one in used_licences(evidence).values())
    return f"{'; '.join(named)}. Daten bearbeitet."


def _range(texts: Iterable[str]) -> str:
    """The only day there is, or the first and the last: '10.10.2017 bis 12.08.2020'; a dash without any."""
    known = sorted({text for text in texts if text})
    ends = dict.fromkeys((known[0], known[-1]) if known else ())
    return " bis ".join(fmt.date(end) for end in ends) or fmt.DASH


def title_of(origin: Origin) -> str:
    """The title of a table without what the other columns say: Stichtag, depth, statistics it belongs to."""
    title = re.split(r" [–-] | Fortschreibung des | Statistik der ", origin.title)[0].strip()
    series = title.split(" Indikatoren ")[0]  # the Regionalatlas names itself at both ends of a title
    return title.removesuffix(f" {series}") if series != title else title


def _territory(text: str) -> str:
    return fmt.date(text) if _day(text) else text.removeprefix("wie ") or fmt.DASH


def _base(code: str) -> str:
    """The year of the census behind a population base; a dash where there is none."""
    return re.sub(r"\D", "", BASE[code].de) if code in BASE else fmt.DASH


def _years(dates: Iterable[str]) -> str:
    """The dates of a table: its days, '1995–2018' for a row of year ends, '2010, 2015' for two of them."""
    known = sorted(set(dates))
    if len(known) > 1 and all(day.endswith("-12-31") for day in known):
        return (fmt.DASH if len(known) > 2 else ", ").join((known[0][:4], known[-1][:4]))
    return fmt.list_and(fmt.date(day) for day in known)


def source_table(evidence: Evidence | Joint) -> Table:
    """Every official table the document rests on: office, title, dates, territory, base, time stamp, licence."""
    shown: dict[str, set[str]] = {}
    for table, date, _ in evidence.used:
        shown.setdefault(table, set()).add(date)
    rows = []
    for table, origins in used_origins(evidence).items():
        first, held = origins[0], {day for origin in origins for day in origin.dates}
        dates = shown.get(table, set()) & held or held
        rows.append(
            (
                table,
                title_of(first),
                ", ".join(dict.fromkeys(OFFICES.get(o.producer, o.producer) for o in origins)),
                _years(dates),
                fmt.list_and(dict.fromkeys(_territory(o.gebietsstand) for o in origins)),
                ", ".join(dict.fromkeys(_base(o.base) for o in origins)),
                _range(_day(o.stand) or _day(o.retrieved) for o in origins),
                fmt.list_and(dict.fromkeys(o.licence for o in origins)),
            )
        )
    labels = ("Tabelle", "Titel", "Stelle", "Stichtage", "Gebietsstand", "Basis", "Stand der Datei", "Lizenz")
    said = [told for column in (4, 7) if (told := _shared(labels[column], rows, column))]
    kept = [n for n, label in enumerate(labels) if not any(told.startswith(f"{label}: ") for told in said)]
    columns = tuple(Column(labels[n], align="left") for n in kept)
    body = tuple(tuple(row[n] for n in kept) for row in rows)
    return Table("Verwendete amtliche Statistiken", columns, body, note=" ".join([*said, _legend(evidence)]))


def _shared(label: str, rows: Sequence[tuple[str, ...]], column: int) -> str:
    """A column that says nearly the same in every row as a sentence, with what differs; '' for other columns."""
    usual, many = Counter(row[column] for row in rows).most_common(1)[0] if rows else ("", 0)
    if many < NEARLY_ALL * len(rows):
        return ""
    others: dict[str, list[str]] = {}
    for row in rows:
        if row[column] != usual:
            others.setdefault(row[column], []).append(row[0])
    but = (f"{fmt.list_and(tables)}: {text}" for text, tables in others.items())
    return f"{label}: {'; '.join([usual, *but])}."


def _legend(evidence: Evidence | Joint) -> str:
    """What the short words of the table of sources stand for."""
    producers = {o.producer for group in used_origins(evidence).values() for o in group}
    offices = "; ".join(f"{short}: © {name}" for name, short in OFFICES.items() if name in producers)
    used = used_licences(evidence)
    licences = "; ".join(f"{name}: {one.title}" for name, one in used.items() if one.title != name)
    years = "Stichtage: Ein Jahr ohne Tag meint den 31.12."
    bases = "Basis: Jahr der Volkszählung oder des Zensus, auf dem die Einwohnerzahlen beruhen"
    return ". ".join(filter(None, (f"Stelle: {offices}", f"{years} {bases}", licences))) + "."


def newest_stand(evidence: Evidence | Joint) -> str:
    """The latest time stamp of the files behind the document; a file without one counts by its newest date."""
    origins = [origin for group in used_origins(evidence).values() for origin in group]
    days = [_day(o.stand) or _day(o.retrieved) or max(map(_day, o.dates), default="") for o in origins]
    return max([day for day in days if day], default="1970-01-01")


def definitions(evidence: Evidence | Joint) -> list[tuple[str, str]]:
    """Label and definition of every indicator that the document shows, in alphabetical order of the labels."""
    declared = sorted((evidence.indicators[name] for name in evidence.shown_indicators), key=lambda one: one.de)
    return [(one.de, f"{one.definition.rstrip('.')}. Einheit: {one.unit}. Nach: {one.reference}.") for one in declared]


SUBJECTS = (
    ("population", "zur Einwohnerzahl"),
    ("old_age_ratio", "zum Alter"),
    ("foreign_share", "zur Staatsangehörigkeit"),
)
"""What a place may have older numbers of than Germany: an indicator that needs them, and how to name them."""


def _older(evidence: Evidence) -> list[str]:
    """'Angaben zum Alter gibt es für die Gemeinde Vrees bis Ende 2015, für Deutschland bis Ende 2021.'"""
    region, said = evidence.region, []
    for indicator, what in SUBJECTS:
        own, bund = evidence.dates(indicator), evidence.dates(indicator, region=evidence.bund.ags)
        if own and bund and own[-1] < bund[-1]:
            until = f"bis {fmt.date_words(own[-1])}, für Deutschland bis {fmt.date_words(bund[-1])}"
            said.append(f"Angaben {what} liegen hier für {region.accusative} {until} vor.")
    return said


def _begin(evidence: Evidence) -> list[str]:
    """Why the number of people of the place is known for fewer years than that of Germany."""
    own, bund = evidence.dates("population"), evidence.dates("population", region=evidence.bund.ags)
    if not own or not bund or own[0] <= bund[0]:
        return []
    region, kreise = evidence.region, evidence.region.level == "kreis"
    begin = f"Die Reihe der Einwohnerzahl beginnt für {region.accusative} {fmt.date_words(own[0])}, für Deutschland"
    tables = [o.dates[0] for o in evidence.store.origins if o.table == f"12411-01-01-{4 if kreise else 5}" and o.dates]
    if own[0] <= (min if kreise else max)(tables, default=own[0]):
        what = "Kreise" if kreise else "Gemeinden"
        why = f"weil die vorliegenden amtlichen Tabellen für {what} nicht weiter zurückreichen"
    else:
        why = f"weil es {region.accusative} vorher nicht in diesem Zuschnitt gab"
    return [f"{begin} {fmt.date_words(bund[0])}, {why}."]


def reach(evidence: Evidence) -> list[str]:
    """When the numbers begin here and what is older than for Germany; gaps are told where a reader looks for them."""
    return [*_begin(evidence), *_older(evidence)]


def signs() -> list[tuple[str, str]]:
    """The signs of the tables and their meaning."""
    return list(fmt.SIGNS.items())
