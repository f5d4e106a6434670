"""Ageing: how many young and old people there are for those of working age, now and over the years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import DotRow, Series, above, beside, dots, line
from kommunalprofil.figures.compared import (
    AGES,
    BY_AGE,
    Row,
    absent,
    breaks,
    cell,
    comparison_table,
    dot_row,
    labels,
    names,
    points,
    row,
    sources,
    surroundings,
    too_few,
)
from kommunalprofil.sentences import order, stretches

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value

LONG_ENOUGH = 3
"""Years a stretch without a break must span before its change is the title."""
RATIOS = {"youth_ratio": "Jugendquotient", "old_age_ratio": "Altenquotient", "total_dependency_ratio": "Gesamtquotient"}
PER_100 = "je 100 Menschen von 20 bis 64 Jahren"
TERMS = (
    "Jugendquotient: unter 20-Jährige, Altenquotient: 65-Jährige und Ältere, Gesamtquotient: beide zusammen, "
    "jeweils je 100 Menschen von 20 bis 64 Jahren."
)


@figure("ageing_indicators")
def ageing_indicators(p: Profile) -> Figure | Gap:
    """Youth, old-age and total ratio beside Land and Bund, by sex, and by nationality where there are numbers."""
    rows = [row(p, label, ratio) for ratio, label in RATIOS.items()]
    if any(one.own.missing for one in rows):
        return absent(p, "ageing_indicators", BY_AGE, AGES)
    old, young = rows[1].own, rows[0].own
    if few := too_few(p, "ageing_indicators", "Jugend- und Altenquotient sind", old, "Menschen von 20 bis 64 Jahren"):
        return few
    parts = (
        _by_group(p, "sex", {"F": "women", "M": "men"}),
        _by_group(p, "nationality", {"DE": "german", "AUS": "foreign"}),
    )
    drawn = [_panel(part, words) for part, words in zip(parts, _GROUP_LABELS, strict=True) if part]
    main = dots([dot_row(one) for one in rows], labels(p), unit=PER_100,
                heading=f"Im Vergleich, {fmt.date_words(old.date)}" if drawn else "")  # fmt: skip
    extra = [one for part, words in zip(parts, _GROUP_LABELS, strict=True) for one in _group_rows(p, part, words)]
    every = [v for one in [*rows, *extra] for v in one.values.values()]
    return Figure(
        id="ageing_indicators",
        title=f"Auf 100 Menschen von 20 bis 64 Jahren kommen {cell(young)} Jüngere und {cell(old)} Ältere",
        subtitle=f"Jugend-, Alten- und Gesamtquotient, {names(p)}, {fmt.list_and(_dates([*rows, *extra]))}",
        svg=above([main, beside(drawn)]) if drawn else main,
        alt=(
            f"Punktdiagramm, {p.region.title}, {fmt.date_words(old.date)}: Jugendquotient {cell(young)}, Altenquotient "
            f"{cell(old)}, Gesamtquotient {cell(rows[2].own)}."
        ),
        table=comparison_table(p, "Kennzahlen der Alterung", "Kennzahl", "je 100", [*rows, *extra]),
        sources=sources(every),
        note=TERMS,
    )


_GROUP_LABELS = (
    {"women": "Frauen", "men": "Männer"},
    {"german": "Deutsche", "foreign": "Ausländerinnen und Ausländer"},
)


def _by_group(p: Profile, dim: str, members: dict[str, str]) -> dict[tuple[str, str], Value]:
    """Both ratios of the place by the members of a dimension (role by code), {} unless all are there at one date."""
    found = {
        (ratio, role): p.get(ratio, **{dim: code})
        for ratio in ("youth_ratio", "old_age_ratio")
        for code, role in members.items()
    }
    whole = not any(v.missing for v in found.values()) and len({v.date for v in found.values()}) == 1
    return found if whole else {}


def _panel(part: dict[tuple[str, str], Value], words: dict[str, str]) -> str:
    date = next(iter(part.values())).date
    what = "Geschlecht" if "men" in words else "Nationalität"
    rows = [DotRow(RATIOS[ratio], {role: part[ratio, role].value for role in words},
                   told={role: cell(part[ratio, role]) for role in words})
            for ratio in ("youth_ratio", "old_age_ratio")]  # fmt: skip
    return dots(rows, words, unit=PER_100, width="half", heading=f"Nach {what}, {fmt.date_words(date)}")


def _group_rows(p: Profile, part: dict[tuple[str, str], Value], words: dict[str, str]) -> list[Row]:
    """Table rows for the members of a panel, with Land and Bund at the same date."""
    return [
        row(
            p,
            f"{RATIOS[ratio]}, {words[role]} ({fmt.year(v.date)})",
            ratio,
            date=v.date,
            sex=v.sex,
            nationality=v.nationality,
        )
        for (ratio, role), v in part.items()
    ]


def _dates(rows: Sequence[Row]) -> list[str]:
    return [fmt.date(date) for date in sorted({one.own.date for one in rows}, reverse=True)]


@figure("ageing_series")
def ageing_series(p: Profile) -> Figure | Gap:
    """Old-age and youth ratio over the years in two panels of one scale, beside Land and Bund."""
    own = [v for v in p.series("old_age_ratio") if not v.missing]
    if len(own) < 3:
        if not own:
            return absent(p, "ageing_series", BY_AGE, AGES)
        dates = fmt.list_and(fmt.date(v.date) for v in own)
        what = f"Ein Verlauf von Jugend- und Altenquotient ist für {p.region.accusative} nicht dargestellt"
        return Gap("ageing_series", f"{what}, weil Zahlen nach Alter nur vom {dates} vorliegen.")
    first, last = own[0], own[-1]
    old, young = (_all_series(p, ratio, first.date, last.date) for ratio in ("old_age_ratio", "youth_ratio"))
    every = [v for series in (*old.values(), *young.values()) for v in series]
    bounds = (min(v.value or 0 for v in every), max(v.value or 0 for v in every))
    panels = [_ratio_panel(p, old, "Altenquotient", bounds), _ratio_panel(p, young, "Jugendquotient", bounds)]
    years = fmt.span(fmt.year(first.date), fmt.year(last.date))
    return Figure(
        id="ageing_series",
        title=_ratio_trend(own),
        subtitle=f"65-Jährige und Ältere sowie unter 20-Jährige {PER_100}, {names(p)}, {years}",
        svg=beside(panels),
        alt=(
            f"Zwei Liniendiagramme, {p.region.title}, {years}: Altenquotient {fmt.date_words(first.date)} "
            f"{cell(first)}, {fmt.date_words(last.date)} {cell(last)}; Jugendquotient {cell(young['place'][0])} "
            f"und {cell(young['place'][-1])}."
        ),
        table=_series_table(p, old, young),
        sources=sources(every),
    )


def _all_series(p: Profile, ratio: str, begin: str, end: str) -> dict[str, list[Value]]:
    """The ratio of the place and what surrounds it from one day to another, so that all lines end with the place."""
    return {role: [v for v in p.series(ratio, region=region.ags) if not v.missing and begin <= v.date <= end]
            for role, region in surroundings(p).items()}  # fmt: skip


def _ratio_panel(p: Profile, series: dict[str, list[Value]], name: str, bounds: tuple[float, float]) -> str:
    words = labels(p)
    lines = [Series(words[role], points(values), role) for role, values in series.items() if values]
    every = [*series["place"], *(replace(v, flag="") for values in series.values() for v in values)]
    return line(lines, heading=name, unit="je 100 von 20 bis 64 Jahren", decimals=1,
                breaks=breaks(every), bounds=bounds, width="half", height=155)  # fmt: skip


def _ratio_trend(own: Sequence[Value]) -> str:
    """The change of the old-age ratio of the place since the last break, in words."""
    first, last = stretches(own)[-1][0], own[-1]
    begin, end = fmt.year(first.date), fmt.year(last.date)
    if end - begin < LONG_ENOUGH or order(last, first) == 0 or abs((last.value or 0) - (first.value or 0)) < 1:
        return "Jugend- und Altenquotient im Zeitverlauf"
    verb = "stieg" if order(last, first) > 0 else "sank"
    return f"Der Altenquotient {verb} von {cell(first)} ({begin}) auf {cell(last)} ({end})"


def _series_table(p: Profile, old: dict[str, list[Value]], young: dict[str, list[Value]]) -> Table:
    """Both ratios of the place, Land and Bund in every fifth year, the first and the last."""
    own = old["place"]
    edges = [v for stretch in stretches(own) for v in (stretch[0], stretch[-1])]
    chosen = [v.date for v in own if fmt.year(v.date) % 5 == 0 or v in edges]
    roles = [role for role in old if role != "kreis"]
    words = labels(p)
    by_date = {(name, role): {v.date: v for v in series[role]}
               for name, series in (("Alten", old), ("Jugend", young)) for role in roles}  # fmt: skip
    head = (Column("Stichtag", align="left"),
            *(Column(f"{name}quotient {words[role]}", "je 100") for name, role in by_date))  # fmt: skip
    rows = tuple(
        (fmt.date(date), *(cell(series[date]) if date in series else "." for series in by_date.values()))
        for date in chosen
    )
    every = [v for series in (*old.values(), *young.values()) for v in series]
    return Table("Alten- und Jugendquotient an ausgewählten Stichtagen", head, rows, sources(every),
                 "Alle Jahre stehen in der Datei daten.csv.")  # fmt: skip
