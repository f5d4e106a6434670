"""The place beside what surrounds it: roles, labels, cells and sources of the values a figure shows."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Gap, Table
from kommunalprofil.figures.charts import Break, DotRow, Point

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value
    from kommunalprofil.regions import Region

ROLES = {"gemeinde": "place", "kreis": "kreis", "land": "land", "bund": "bund"}
FEW = 20
CENSUS_NOTE = (
    "Zensus 2022: Die Zahlen sind zur Geheimhaltung leicht verändert (Cell-Key-Methode); "
    "Teile ergeben deshalb nicht immer genau die Summe."
)
DECIMALS = {"Personen": 0, "Haushalte": 0, "je 10.000": 1, "Jahre": 1}


@dataclass(frozen=True, slots=True)
class Row:
    """One measure in all places shown: its name and the values by role, the place first."""

    label: str
    values: dict[str, Value]

    @property
    def own(self) -> Value:
        """The value of the place."""
        return self.values["place"]


def surroundings(p: Profile) -> dict[str, Region]:
    """The place ('place'), its Kreis, its Land, Germany by role; a Land that is the place itself is left out."""
    found = {"place": p.region}
    for region in p.parents:
        same = region.level == "land" and p.region.level == "kreis" and region.area_km2 == p.region.area_km2
        if not same:
            found[ROLES[region.level]] = region
    return found


def labels(p: Profile) -> dict[str, str]:
    """Printable names by role: 'Kreis Dithmarschen', 'Schleswig-Holstein', 'Deutschland'."""
    return {role: region.title for role, region in surroundings(p).items()}


def row(p: Profile, label: str, indicator: str, *, date: str | None = None, **members: Any) -> Row:
    """A measure for the place at `date` (default: its newest with a value) and for the others at the same date."""
    own = p.get(indicator, date=date, **members)
    others = {
        role: p.get(indicator, region=region.ags, date=own.date or date, **members)
        for role, region in surroundings(p).items()
        if role != "place"
    }
    return Row(label, {"place": own} | others)


def decimals(value: Value) -> int | None:
    """Decimals for a value: by its unit, for shares by how many they are of (None: counts only)."""
    if value.unit in ("%", "je 100"):
        return 1 if value.denominator is None else fmt.share_decimals(value.denominator)
    return DECIMALS.get(value.unit, 1)


def cell(value: Value) -> str:
    """A table cell: '12,3', under 100 people '12', under 20 '3 von 17', or the sign that says why there is nothing."""
    places = decimals(value)
    if not value.missing and places is None:
        return f"{fmt.number(value.numerator)} von {fmt.number(value.denominator)}"
    return fmt.cell(value.value, places or 0, value.flag)


def too_few(p: Profile, figure_id: str, what: str, value: Value, whom: str = "Menschen") -> Gap | None:
    """The gap for a share of fewer than 20: such a percentage says nothing and could betray somebody."""
    if value.missing or decimals(value) is not None:
        return None
    counted = f"dort weniger als {FEW} {whom} gezählt wurden"
    return Gap(figure_id, f"{what} für {p.region.accusative} nicht dargestellt, weil {counted}.")


def dot_row(one: Row) -> DotRow:
    """The row as a dot plot draws it."""
    own = one.own
    text = None if own.missing or decimals(own) == 1 else cell(own)
    return DotRow(one.label, {role: value.value for role, value in one.values.items()}, text)


def comparison_table(p: Profile, caption: str, first: str, unit: str, rows: Sequence[Row], note: str = "") -> Table:
    """Rows by measure, columns by place."""
    head = (Column(first, align="left"), *(Column(name, unit) for name in labels(p).values()))
    body = tuple((one.label, *(cell(one.values[role]) for role in labels(p))) for one in rows)
    return Table(caption, head, body, sources(v for one in rows for v in one.values.values()), note)


def sources(values: Iterable[Value]) -> tuple[str, ...]:
    """Table ids behind the values that exist, each once, in order of appearance."""
    return tuple(dict.fromkeys(table for value in values if not value.missing for table in value.sources))


def census_note(values: Iterable[Value]) -> str:
    """The remark on the census's noise if any of the values carries it."""
    return CENSUS_NOTE if any("cell_key" in value.flag for value in values if not value.missing) else ""


def names(p: Profile) -> str:
    """The places in a subtitle: 'Gemeinde Vrees, Landkreis Emsland, Niedersachsen und Deutschland'."""
    return fmt.list_and(labels(p).values())


def on(iso: str) -> str:
    """When, inside a sentence: 'Ende 2015', 'am 15. Mai 2022'."""
    words = fmt.date_words(iso)
    return words if words.startswith("Ende") else f"am {words}"


def decimal_year(iso: str) -> float:
    """The place of a day on an axis where 31.12.2015 stands at 2015: 15.5.2022 → 2021.37."""
    if len(iso) == 4:
        return float(iso)
    year, month, day = (int(part) for part in iso.split("-"))
    return year - 1 + datetime.date(year, month, day).timetuple().tm_yday / (366 if year % 4 == 0 else 365)


def points(values: Iterable[Value], hollow: str = "provisional") -> list[Point]:
    """The values as points of a line; those flagged `hollow` are drawn hollow."""
    bases = {"census": "zensus_2022"}
    return [
        Point(decimal_year(v.date), v.value, bases.get(v.base, v.base), hollow in v.flag.split("|"))
        for v in values
        if not v.missing
    ]


EVENTS = {"zensus_2011": Break(2010.35, "Zensus 2011"), "zensus_2022": Break(2021.37, "Zensus 2022")}
"""Where the population bases begin: the census days 9.5.2011 and 15.5.2022."""


def breaks(values: Iterable[Value]) -> list[Break]:
    """The censuses that interrupt the series: those between whose sides values stand."""
    years = [decimal_year(v.date) for v in values if not v.missing]
    return [event for event in EVENTS.values() if years and min(years) < event.x <= max(years)]


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
