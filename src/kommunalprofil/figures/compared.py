"""The place beside what surrounds it: roles, labels, cells and sources of the values a figure shows."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil.boundaries import coincide
from kommunalprofil.document import Column, Gap, Table
from kommunalprofil.figures.charts import Break, DotRow, Point
from kommunalprofil.indicators.series import TERRITORY
from kommunalprofil.sentences import outlived, places, restarts, shown_counts, stretches
from kommunalprofil.vocabulary import census_of

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Profile, Value
    from kommunalprofil.regions import Region

ROLES = {"gemeinde": "place", "kreis": "kreis", "land": "land", "bund": "bund"}
FEW = 20
MOST_NOISE = 0.05
AGES, NATIONALITY, CENSUS = "12411-02-03-5", "12411-03-03-4", "Zensus2022-Demografie"
"""The tables that a gap names the date of."""
BY_AGE = "Zahlen nach Alter sind"
ALL_YEARS = "Alle Jahre stehen in der Datei daten.csv."
CENSUS_NOTE = (
    "Zensus 2022: Die Zahlen sind zur Geheimhaltung leicht verändert (Cell-Key-Methode); "
    "Teile ergeben deshalb nicht immer genau die Summe."
)


METHOD_NOTE = (
    "Seit 2016 rechnet die Wanderungsstatistik nach einem anderen Verfahren; Werte davor und danach sind kaum "
    "vergleichbar."
)


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in all places shown: its name and the values by role, the place first."""

    label: str
    values: dict[str, Value]

    @property
    def own(self) -> Value:
        """The value of the place."""
        return self.values["place"]


def surroundings(p: Profile | Evidence) -> dict[str, Region]:
    """The place ('place'), its Kreis, its Land, Germany by role; a Land that is the place itself is left out."""
    found = {"place": p.region}
    for region in p.parents:
        if not coincide(p.region, region):
            found[ROLES[region.level]] = region
    return found


def labels(p: Profile) -> dict[str, str]:
    """Printable names by role: 'Kreis Dithmarschen', 'Schleswig-Holstein', 'Deutschland'."""
    return {role: region.title for role, region in surroundings(p).items()}


def row(p: Profile, label: str, indicator: str, *, date: str | None = None, **members: Any) -> Row:
    """A measure for the place at `date` (default: its newest with a value) and for the others at the same date."""
    own = p.get(indicator, date=date, **members)
    if own.missing:
        return Row(label, {"place": own})
    others = {
        role: p.get(indicator, region=region.ags, date=own.date or date, **members)
        for role, region in surroundings(p).items()
        if role != "place"
    }
    return Row(label, {"place": own} | others)


def cell(value: Value) -> str:
    """A table cell: '12,3', under 100 people '12', under 20 '3 von 17', or the sign that says why there is nothing."""
    digits = places(value)
    if not value.missing and digits is None:
        return shown_counts(value)
    return fmt.cell(value.value, digits or 0, value.flag)


def too_few(p: Profile, figure_id: str, what: str, value: Value, whom: str = "Menschen") -> Gap | None:
    """The gap for a share of fewer than 20: such a percentage says nothing and could betray somebody."""
    if value.missing or places(value) is not None:
        return None
    counted = f"dort weniger als {FEW} {whom} gezählt wurden"
    return undrawn(p, figure_id, what, f"weil {counted}")


def undrawn(p: Profile | Evidence, figure_id: str, what: str, why: str) -> Gap:
    """The gap of a figure that is not drawn: `what` ends with its verb, `why` begins with „weil“."""
    return Gap(figure_id, f"{what} für {p.region.accusative} nicht dargestellt, {why}.")


def absent(p: Profile, figure_id: str, what: str, table: str) -> Gap:
    """The gap where the place has no values at all, with the reason: the table is older than its borders, or lacks it.

    `table` is the one that gives such values for places of this level.
    """
    why = "weil die amtlichen Tabellen sie hier nicht oder nicht vollständig nennen"
    known, dates = p.dates("population"), p.origin(table).dates
    if known and dates and known[0] > max(dates):
        days = f"die Tabelle dazu vom {fmt.date(max(dates))} ist und es Zahlen für das heutige Gebiet erst ab"
        why = f"weil {days} {fmt.date(known[0])} gibt"
    return undrawn(p, figure_id, what, why)


def uneven(p: Profile, figure_id: str, what: str, parts: Sequence[Value], whom: str = "Menschen") -> Gap | None:
    """The gap for shares that add up to anything but 100 %, because noise has changed counts of very few."""
    whole = parts[0].denominator
    if not whole or abs(sum(v.numerator or 0 for v in parts) / whole - 1) <= MOST_NOISE:
        return None
    why = f"die zur Geheimhaltung veränderten Zahlen bei so wenigen {whom} zusammen nicht 100{fmt.NBSP}% ergeben"
    return undrawn(p, figure_id, what, f"weil {why}")


def dot_row(one: Row) -> DotRow:
    """The row as a dot plot draws it."""
    own = one.own
    text = None if own.missing or places(own) == 1 else cell(own)
    told = {role: cell(value) for role, value in one.values.items()}
    return DotRow(one.label, {role: value.value for role, value in one.values.items()}, text, told=told)


def comparison_table(p: Profile, caption: str, first: str, unit: str, rows: Sequence[Row], note: str = "") -> Table:
    """Rows by measure, columns by place."""
    head = (Column(first, align="left"), *(Column(name, unit) for name in labels(p).values()))
    body = tuple(
        (one.label, *(cell(one.values[role]) if role in one.values else "." for role in labels(p))) for one in rows
    )
    return Table(caption, head, body, sources(v for one in rows for v in one.values.values()), note)


def sources(values: Iterable[Value]) -> tuple[str, ...]:
    """Table ids behind the values that exist, each once, in order of appearance."""
    return tuple(dict.fromkeys(table for value in values if not value.missing for table in value.sources))


def census_note(values: Iterable[Value]) -> str:
    """The remark on the census's noise if any of the values carries it."""
    return CENSUS_NOTE if any("cell_key" in value.flag for value in values if not value.missing) else ""


def method_note(values: Iterable[Value]) -> str:
    """The remark on the new method of the statistic of moves if the values stand on both sides of it."""
    return METHOD_NOTE if any(event.label == CHANGES[METHOD] for event in breaks(values)) else ""


def known(values: Iterable[Value]) -> list[Value]:
    """The values of a series without its gaps."""
    return [v for v in values if not v.missing]


def milestones(values: Sequence[Value]) -> set[str]:
    """The dates a table names of a long series: every fifth year, both ends of each stretch, the newest three."""
    edges = {v.date for stretch in stretches(values) for v in (stretch[0], stretch[-1])}
    return edges | {v.date for v in values[-3:]} | {v.date for v in values if fmt.year(v.date) % 5 == 0}


def years_of(found: int, every: int) -> str:
    """'in 17 der 21 Jahre mit Angaben', 'in allen 21 Jahren mit Angaben', 'in keinem der 21 Jahre mit Angaben'."""
    if found in (0, every):
        return f"in keinem der {every} Jahre mit Angaben" if not found else f"in allen {every} Jahren mit Angaben"
    return f"in {found} der {every} Jahre mit Angaben"


def until(parts: dict[str, list[Value]]) -> str:
    """Up to which year each is known, where these differ."""
    ends = {name: values[-1].date for name, values in parts.items()}
    if len(set(ends.values())) == 1:
        return ""
    said = fmt.list_and(f"{name} bis {year}" for name, year in ends.items())
    return f"Die vorliegenden Tabellen nennen {said}."


def names(p: Profile) -> str:
    """The places in a subtitle: 'Gemeinde Vrees, Landkreis Emsland, Niedersachsen und Deutschland'."""
    return fmt.list_and(labels(p).values())


def on(iso: str) -> str:
    """When, inside a sentence: 'Ende 2015', 'am 15. Mai 2022'."""
    words = fmt.date_words(iso)
    return words if words.startswith("Ende") else f"am {words}"


def decimal_year(iso: str) -> float:
    """The place of a day on an axis where 31.12.2015 stands at 2015: 15.5.2022 → 2021.37; of years their last one."""
    if "-" not in iso:
        return float(fmt.year(iso))
    year, month, day = (int(part) for part in iso.split("-"))
    return year - 1 + datetime.date(year, month, day).timetuple().tm_yday / (366 if year % 4 == 0 else 365)


def points(values: Iterable[Value], hollow: str = "provisional") -> list[Point]:
    """The values as points of a line; those flagged `hollow` are drawn hollow."""
    found, starts = [], 0
    for v in values:
        starts += restarts(v)
        if not v.missing:
            base = f"{census_of(v.base)} {starts}"
            found.append(Point(decimal_year(v.date), v.value, base, hollow in v.flag.split("|"), fmt.date(v.date)))
    return found


EVENTS = {"zensus_2011": Break(2010.35, "Zensus 2011"), "zensus_2022": Break(2021.37, "Zensus 2022")}
"""Where the population bases begin: the census days 9.5.2011 and 15.5.2022."""


METHOD = "break:wanderungsstatistik"
CHANGES = {TERRITORY: "Gebietsänderung", METHOD: "neue Statistik"}
"""Flags of the first value after such a change, and the words for it."""


def breaks(values: Iterable[Value]) -> list[Break]:
    """What interrupts the series, by date: the censuses between whose sides values stand, changes of borders or method.

    What is counted in the course of a year (births, moves) stands on no census.
    """
    known = [v for v in values if not v.missing]
    years, over = [decimal_year(v.date) for v in known if v.base != "none"], outlived(known)
    found = [event for name, event in EVENTS.items()
             if name not in over and years and min(years) < event.x <= max(years)]  # fmt: skip
    changed = {
        (decimal_year(v.date) - 0.5, CHANGES[flag]) for v in known for flag in v.flag.split("|") if flag in CHANGES
    }
    return sorted([*found, *(Break(x, label) for x, label in changed)], key=lambda event: (event.x, event.label))


def versus_land(one: Row, begin: str, p: Profile, least: float = 1.0) -> str:
    """'… höher als in Schleswig-Holstein' if the place differs by at least `least` points from its Land (else Bund).

    '' where there is nothing to compare, the difference is small, or the share is one of fewer than 100.
    """
    role = "land" if "land" in one.values else "bund"
    own, other = one.own, one.values.get(role)
    if other is None or own.value is None or other.value is None or (own.denominator or 0) < 100:
        return ""
    difference = own.value - other.value
    if abs(difference) < least:
        return ""
    return f"{begin} {'höher' if difference > 0 else 'niedriger'} als {surroundings(p)[role].dative_in}"
