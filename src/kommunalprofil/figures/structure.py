"""The age structure: the pyramid, and the shares of age groups beside Land and Bund."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kommunalprofil import boundaries
from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table, Width
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import AgeBand, dots, grouped, pyramid
from kommunalprofil.figures.compared import (
    AGES,
    BY_AGE,
    FEW,
    Row,
    absent,
    cell,
    census_note,
    comparison_table,
    dot_row,
    labels,
    names,
    row,
    sources,
    surroundings,
    too_few,
)

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Profile, Value

FULL_GROUPS = ("0-17", "18-24", "25-44", "45-64", "65-79", "80+")
SHORT_GROUPS = ("0-17", "18-24", "25-44", "45-64", "65+")
LOOK_BACK = 20
"""Years between the pyramid and its outline, as near as there are data, at least half of it."""


@dataclass(frozen=True, slots=True)
class People:
    """Men and women by age at one date, and the values they were read from."""

    date: str
    bands: list[AgeBand]
    values: list[Value]


def people(p: Profile | Evidence, date: str | None = None, *, foreign: bool = False) -> People | None:
    """Men and women by age at `date` (None: the newest there is) in the finest groups; None if these leave a gap.

    With `foreign` the foreign nationals among them are told apart.
    """
    kinds = ("DE", "AUS") if foreign else ("T",)
    counts: dict[tuple[str, str], dict[str, float]] = {}
    values: list[Value] = []
    for sex in "MF":
        for kind in kinds:
            found = p.split("population", "age", sex=sex, nationality=kind, date=date)
            if not found:
                return None
            date = found[0].date
            values += found
            counts[sex, kind] = {v.age: v.value for v in found if v.value is not None}
    ages = counts["M", kinds[0]].keys()
    if any(part.keys() != ages for part in counts.values()):
        return None
    bands = [_band(age, counts, kinds) for age in ages]
    bands.sort(key=lambda band: band.low)
    ends = [0, *(band.top for band in bands)]
    return People(date or "", bands, values) if [band.low for band in bands] == ends[:-1] else None


def _band(age: str, counts: dict[tuple[str, str], dict[str, float]], kinds: Sequence[str]) -> AgeBand:
    men, women = (sum(counts[sex, kind][age] for kind in kinds) for sex in "MF")
    foreign = (counts["M", "AUS"][age], counts["F", "AUS"][age]) if "AUS" in kinds else ()
    return AgeBand(*fmt.age_bounds(age), men, women, *foreign)


def _earlier(p: Profile, date: str) -> People | None:
    """The people about LOOK_BACK years before, at the nearest date that has them by sex and age."""
    year = fmt.year(date)
    reforms = boundaries.known(p.series("population"))
    since = max((reform.after for reform in reforms), default="")  # other borders, other people
    dates = [d for d in p.dates("population", sex="F") if d >= since and year - fmt.year(d) >= LOOK_BACK / 2]
    nearest = sorted(dates, key=lambda d: abs(year - LOOK_BACK - fmt.year(d)))[:3]
    return next((found for d in nearest if (found := people(p, d))), None)


@figure("pyramid")
def age_pyramid(p: Profile) -> Figure | Gap:
    """Men and women by age at the newest date, with an earlier date as outline."""
    now = people(p)
    if now is None:
        return absent(p, "pyramid", BY_AGE, AGES)
    if sum(band.men + band.women for band in now.bands) < FEW:
        few = f"weil dort weniger als {FEW} Menschen leben"
        text = f"Eine Alterspyramide ist für {p.region.accusative} nicht dargestellt, {few}."
        return Gap("pyramid", text)
    then = _earlier(p, now.date)
    single = sum(band.high == band.low + 1 for band in now.bands) > len(now.bands) / 2
    men, women = sum(b.men for b in now.bands), sum(b.women for b in now.bands)
    strongest = _strongest(now.bands)
    tables = sources([*now.values, *(then.values if then else ())])
    width: Width = "full" if then else "half"  # the columns of a single date fit at the side
    return Figure(
        id="pyramid",
        title=f"Am stärksten besetzt sind die {strongest}" if men + women >= 1000 else "Altersaufbau",
        subtitle=f"Bevölkerung nach {'Altersjahren' if single else 'Altersgruppen'} und Geschlecht, {p.region.title}, "
        f"{fmt.date(now.date)}" + (f" und {fmt.date(then.date)}" if then else ""),
        svg=pyramid(
            now.bands,
            year=fmt.year(now.date),
            earlier=then.bands if then else (),
            earlier_label=_outline_label(now, then),
            width=width,
        ),
        width=width,
        alt=(
            f"Bevölkerungspyramide, {p.region.title}, {fmt.date_words(now.date)}: {fmt.number(men)} Männer und "
            f"{fmt.number(women)} Frauen, am stärksten besetzt sind die {strongest}."
        ),
        table=_pyramid_table(now, then, tables),
        sources=tables,
        note="Ein Balken zeigt die Menschen je Altersjahr; Altersgruppen sind gleichmäßig auf ihre Jahre verteilt."
        if any(band.high and band.high > band.low + 1 for band in now.bands)
        else "",
    )


def _outline_label(now: People, then: People | None) -> str:
    if then is None:
        return ""
    low = then.bands[-1].low
    only = f", bis unter {low} Jahre" if low < now.bands[-1].low else ""
    return f"Umriss: {fmt.date(then.date)}{only}"


def _strongest(bands: Sequence[AgeBand]) -> str:
    """The ages (five single years or one group) with most people per year of age: '53- bis 57-Jährigen'."""
    closed = [band for band in bands if band.high is not None]
    if all(band.top == band.low + 1 for band in closed[:60]):
        single = {band.low: band.men + band.women for band in closed if band.top == band.low + 1}
        low = max((a for a in single if a + 4 in single), key=lambda a: sum(single[a + i] for i in range(5)))
        high = low + 4
    else:
        best = max(closed, key=lambda band: (band.men + band.women) / (band.top - band.low))
        low, high = best.low, best.top - 1
    return fmt.age_people(f"{low}-{high}").replace("Jährige", "Jährigen")


def _pyramid_table(now: People, then: People | None, tables: tuple[str, ...]) -> Table:
    """Groups of ten years (or as published) with men, women and both, then and now."""
    parts = [now, then] if then else [now]
    shared = set.intersection(*({band.low for band in part.bands} for part in parts))
    open_from = {part.bands[-1].low for part in parts} & shared
    tens = {low for low in shared if low % 10 == 0}
    cuts = sorted(tens | open_from) if len(tens) >= 6 else sorted(shared)
    counted = [(part.date, grouped(part.bands, cuts)) for part in parts]
    head = [Column(f"{who} {fmt.year(date)}" if then else who, "Personen") for date, _ in counted for who in _WHO]
    rows = [
        (_ages(band), *(text for _, part in counted for text in _counts(part[i : i + 1])))
        for i, band in enumerate(counted[0][1])
    ]
    rows.append(("Insgesamt", *(text for _, part in counted for text in _counts(part))))
    title = f"Bevölkerung nach Alter und Geschlecht am {fmt.list_and(fmt.date(date) for date, _ in counted)}"
    return Table(title, (Column("Alter", align="left"), *head), tuple(rows), tables, total_rows=(len(rows) - 1,))


_WHO = ("Männer", "Frauen", "zusammen")


def _ages(band: AgeBand) -> str:
    return fmt.age(band.label)


def _counts(group: Sequence[AgeBand]) -> tuple[str, ...]:
    men, women = sum(b.men for b in group), sum(b.women for b in group)
    return tuple(fmt.cell(n) for n in (men, women, men + women))


@figure("age_shares")
def age_shares(p: Profile) -> Figure | Gap:
    """The shares of six (or five) age groups beside Land and Bund."""
    ages, date = _best_groups(p)
    if not date:
        return absent(p, "age_shares", BY_AGE, AGES)
    unit = "Anteil an der Bevölkerung in %"
    rows = [row(p, fmt.age(age), "age_share", date=date, age=age) for age in ages]
    if few := too_few(p, "age_shares", "Anteile der Altersgruppen sind", rows[0].own):
        return few
    every = [v for one in rows for v in one.values.values()]
    young, old = rows[0].own, p.get("age_share", age="65+", date=date)
    read = f"{cell(young)} % sind unter 18 Jahre alt, {cell(old)} % 65 Jahre oder älter."
    return Figure(
        id="age_shares",
        title=_difference(p, ages, rows) or "Altersgruppen",
        subtitle=f"{unit}, {names(p)}, {fmt.date(date)}",
        svg=dots([dot_row(one) for one in rows], labels(p), unit="Anteil an der Bevölkerung in %"),
        alt=f"Punktdiagramm, {p.region.title}, {fmt.date_words(date)}: {read}",
        table=comparison_table(p, "Anteil der Altersgruppen", "Alter", "%", rows, census_note(every)),
        sources=sources(every),
    )


def _best_groups(p: Profile) -> tuple[tuple[str, ...], str]:
    """The groups and the newest date at which the place has them all: with 80+ unless that is three years older."""
    best: dict[tuple[str, ...], str] = {}
    for ages in (FULL_GROUPS, SHORT_GROUPS):
        dates = set.intersection(*(set(p.dates("age_share", age=age)) for age in ages))
        best[ages] = max(dates, default="")
    full, short = best[FULL_GROUPS], best[SHORT_GROUPS]
    if full and fmt.year(short) - fmt.year(full) <= 2:
        return FULL_GROUPS, full
    return SHORT_GROUPS, short


def _difference(p: Profile, ages: Sequence[str], rows: Sequence[Row]) -> str:
    """The group that differs most from the Land (else the Bund), if by 1.5 points and in a place of 1,000 people."""
    role = "land" if "land" in surroundings(p) else "bund"
    gaps = [((one.own.value or 0) - (one.values[role].value or 0), age) for age, one in zip(ages, rows, strict=True)
            if role in one.values and not one.values[role].missing]  # fmt: skip
    if not gaps or (rows[0].own.denominator or 0) < 1000:
        return ""
    most, age = max(gaps, key=lambda gap: abs(gap[0]))
    if abs(most) < 1.5:
        return ""
    word = "mehr" if most > 0 else "weniger"
    return f"Anteilig {word} {fmt.age_people(age)} als {surroundings(p)[role].dative_in}"
