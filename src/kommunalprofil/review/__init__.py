"""The Halbzeitbilanz: what every key figure was then and is now, beside Land, Germany and the Kommunen most like it.

A change is told only where both values can be compared: on one population base, in the same territory, by one
definition, over years that do not overlap. Where that is not so, the values stand there and the reason instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from kommunalprofil import sentences
from kommunalprofil.comparison import Comparison, Measure
from kommunalprofil.errors import UsageError
from kommunalprofil.evidence import Evidence, Joint
from kommunalprofil.review.pairs import AWAY, Change, Years, change, like, told
from kommunalprofil.synopsis import POPULATION, SECTIONS, Section

if TYPE_CHECKING:
    from kommunalprofil.plan.reading import Plan
    from kommunalprofil.regions import Region
    from kommunalprofil.render import Document
    from kommunalprofil.spreadsheet import Cell, Sheet
    from kommunalprofil.states import State

NEIGHBOURS = 10
"""So many of the places most like it are looked at."""
LEAST = 5
"""Of fewer there is no middle."""
USUAL = 5
"""Years between both ends unless others are asked for."""
LOOK_BACK = 8
"""So many ends are tried where no year is asked for."""
CENSUSES = Years(2011, 2022)
"""The years of the key figures that only a census counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """A change in the place, in what surrounds it (by level) and in the middle of the places most like it."""

    own: Change
    around: dict[str, Change]
    alike: float | None
    number: int
    spread: float | None = None

    @property
    def apart(self) -> float | None:
        """How much more it changed here than in the middle of the places most like it."""
        return None if self.own.value is None or self.alike is None else self.own.value - self.alike


class Review(Joint):
    """A place then and now. `before` is what was known then, of an older state of the data set or of the same."""

    def __init__(self, after: Evidence, before: Evidence, years: Years, neighbours: Sequence[str]) -> None:
        super().__init__([after] if before is after else [after, before])
        self.place, self.before, self.neighbours = after, before, tuple(neighbours)
        self.region: Region = after.region
        self.years = years
        self._changes: dict[tuple[Measure, str], Change] = {}

    @classmethod
    def load(
        cls,
        place: Region,
        data: State,
        before: State | None = None,
        asked: tuple[int | None, int | None] = (None, None),
    ) -> Review:
        """Raises DataError for a damaged data set, UsageError for years that do not follow each other."""
        from kommunalprofil.profile import Profile, Together
        from kommunalprofil.regions import Register
        from kommunalprofil.similar import Space

        register = Register.load(data)
        comparison = Comparison.load(data, place.level, register)
        found = None if comparison is None else Space.of(comparison, register).alike(place.ags, NEIGHBOURS)
        neighbours = [one.ags for one in found.neighbours] if found else []
        together = Together(data, register, [place, *map(register.get, neighbours)])
        after = Evidence(Profile(place.ags, data, register, together))
        old = after if before is None else _of_state(before, [place.ags, *neighbours])
        newest = _newest(after)
        if before is None and asked == (None, None):
            return cls(after, after, _telling(after, newest), neighbours)
        now = asked[1] or (min(asked[0] + USUAL, newest) if asked[0] and before is None else newest)
        then = asked[0] or (now - USUAL if before is None else _newest(old))
        _check_years(place, Years(then, now), (_years(old), _years(after)), asked)
        return cls(after, old, Years(then, now), neighbours)

    @property
    def around(self) -> list[Region]:
        """Land and Germany, without the Land that is the place itself."""
        return [region for region in self.place.around if region.level in ("land", "bund")]

    def change(self, measure: Measure, region: Region | None = None) -> Change:
        """A measure of the place then and now, or of another region at the same dates."""
        ags = (region or self.region).ags
        key = (measure, ags)
        if key not in self._changes:
            self._changes[key] = self._find(measure, ags)
        return self._changes[key]

    def _find(self, measure: Measure, ags: str) -> Change:
        late = self.place.known(measure, ags)
        early = self.before.known(measure, ags) if self.before is not self.place else late
        if ags == self.region.ags:
            found = change(measure, early, late, self.span(measure))
        else:
            own = self.change(measure)
            found = told(measure, like(early, own.then), like(late, own.now), late)
        if found.then and found.now and ags in (self.region.ags, *(r.ags for r in self.around)):
            self.before.take(found.then)
            self.place.take(found.now)
        return found

    def span(self, measure: Measure) -> Years:
        """The years a measure is compared over: those of the document, of households those of the censuses."""
        return CENSUSES if measure in COUNTS else self.years

    def row(self, measure: Measure) -> Row:
        """The change of the place beside that of Land, Germany and the places most like it, at the same dates."""
        around = {region.level: self.change(measure, region) for region in self.around}
        there = {level: change for level, change in around.items() if change.then and change.now}
        alike = [self.change(measure, self.register.get(ags)).value for ags in self.neighbours]
        return Row(self.change(measure), there, *_middle(alike))

    @cached_property
    def chapters(self) -> list[tuple[Section, list[Row]]]:
        """Every key figure, chapter by chapter, with values at both ends or not; households are apart."""
        return [(section, [self.row(measure) for measure in key_figures(section)]) for section in CHANGING]

    @property
    def rows(self) -> list[Row]:
        """Every key figure of the years of the document."""
        return [row for _, rows in self.chapters for row in rows]

    @cached_property
    def sections(self) -> list[tuple[Section, list[Row]]]:
        """The key figures with a value at both ends, chapter by chapter; chapters without any are left out."""
        whole = ((section, [row for row in rows if row.own.then and row.own.now]) for section, rows in self.chapters)
        return [(section, rows) for section, rows in whole if rows]

    def of(self, section: Section) -> list[Row]:
        """The key figures of a chapter with a value at both ends."""
        return next((rows for one, rows in self.sections if one is section), [])

    @cached_property
    def households(self) -> list[Row]:
        """The key figures of households in the censuses of 2011 and 2022, with values at both ends or not."""
        return [self.row(measure) for measure in COUNTS]


def key_figures(section: Section) -> list[Measure]:
    """The key figures of a chapter, groups of people each for itself; all of them once in the document."""
    first = [POPULATION] if section.id == "size" else []
    alone = {panel.every[0].id for one in SECTIONS for panel in one.panels if not panel.groups}
    every = (m for panel in section.panels for m in panel.every if m is not panel.whole or m.id not in alone)
    return [*first, *(measure for measure in every if not measure.grows)]  # growth is itself a change


HOUSEHOLDS = next(section for section in SECTIONS if section.id == "households")
CHANGING = [section for section in SECTIONS if section is not HOUSEHOLDS]
"""The chapters of the years asked for: households are counted in a census only, they have a chapter of their own."""
COUNTS = key_figures(HOUSEHOLDS)
"""The key figures that only a census counts."""


def _telling(place: Evidence, newest: int) -> Years:
    """The five years over which most key figures compare, the latest of such; values asked for leave no trace."""
    spans = [Years(now - USUAL, now) for now in range(newest, newest - LOOK_BACK, -1)]
    figures = [measure for section in CHANGING for measure in key_figures(section)]
    values = [place.known(measure) for measure in figures]

    def compared(years: Years) -> int:
        return sum(change(m, rows, rows, years).value is not None for m, rows in zip(figures, values, strict=True))

    return max(spans, key=lambda years: (compared(years), years.now))


def _of_state(state: State, places: Sequence[str]) -> Evidence:
    """The first of some places as an older state of the data set knows it, and those of the others it knows."""
    from kommunalprofil.profile import Profile, Together
    from kommunalprofil.regions import Register

    register = Register.load(state)
    there = [register.get(ags) for ags in places if ags in register]
    return Evidence(Profile(places[0], state, register, Together(state, register, there)))


def _check_years(
    place: Region, asked_for: Years, known: tuple[list[int], list[int]], asked: tuple[int | None, int | None]
) -> None:
    """Raises UsageError for years that do not follow each other, or of which nobody knows anything.

    `known` are the years with numbers of the earlier and the later state.
    """
    then, now = asked_for.then, asked_for.now
    newest = known[1][-1]
    if now > newest + AWAY or then > newest:
        late = now if now > newest + AWAY else then
        raise UsageError(f"Für {late} gibt es noch keine Zahlen: Die neuesten zu {place.dative} sind von {newest}.")
    for year, years in zip((then, now), known, strict=True):
        if all(abs(year - one) > AWAY for one in years):
            there = f"Für {place.accusative} gibt es welche von {years[0]} bis {years[-1]}"
            raise UsageError(f"Für {year} gibt es keine Zahlen. {there}.")
    if then < now:
        return
    if asked == (None, None):
        why = f"kennt für {place.accusative} keine früheren Zahlen als der neue (beide bis {newest})"
        raise UsageError(f"Der Stand von --before {why}. Mit --from JAHR und --to JAHR lassen sich Jahre wählen.")
    why = "Die Bilanz vergleicht ein früheres Jahr mit einem späteren"
    raise UsageError(f"--from {then} liegt nicht vor --to {now}. {why}, zum Beispiel --from {now - USUAL}.")


def _years(place: Evidence) -> list[int]:
    """The years with a number of people, ascending. Raises UsageError without any."""
    dates = place.dates("population")
    if not dates:
        raise UsageError(f"Für {place.region.accusative} gibt es keine Zahlen, die sich vergleichen ließen.")
    return [int(date[:4]) for date in dates]


def _newest(place: Evidence) -> int:
    return _years(place)[-1]


def _middle(values: Sequence[float | None]) -> tuple[float | None, int, float | None]:
    """The median of the changes there are, how many, and their median distance from it; no median of too few."""
    there = np.array([value for value in values if value is not None])
    if len(there) < LEAST:
        return None, len(there), None
    middle = float(np.median(there))
    return middle, len(there), float(np.median(np.abs(there - middle)))


CHAPTERS = (
    "review/10_ueberblick.jinja", "review/15_massnahmen.jinja", "review/20_veraenderung.jinja",
    "review/50_haushalte.jinja", "review/80_vergleichbar.jinja", "synopsis/90_quellen.jinja",
)  # fmt: skip
SHEET = (
    "Kapitel", "Kennzahl", "Einheit", "Stichtag damals", "Wert damals", "Stichtag heute", "Wert heute", "Veränderung",
    "Einheit der Veränderung", "95-%-Bereich von", "95-%-Bereich bis", "Veränderung Land", "Veränderung Deutschland",
    "ähnliche Orte (Median)", "Zahl ähnlicher Orte", "Abstand zu diesen", "Hinweis",
)  # fmt: skip


def sheet(review: Review) -> Sheet:
    """Every key figure then and now, as numbers."""
    from kommunalprofil.spreadsheet import Sheet
    from kommunalprofil.workbook import number, remark, when

    rows: list[tuple[Cell, ...]] = [SHEET]
    for section, figures in [*review.chapters, (HOUSEHOLDS, review.households)]:
        for row in figures:
            own, ends = row.own, [row.own.then, row.own.now]
            both = all(ends)
            pairs = [
                (when(v.date), number(v.value, sentences.places(v) or 0)) if v and both else ("", None) for v in ends
            ]
            low, high = (own.interval.low, own.interval.high) if own.interval else (None, None)
            lines = [f"nicht vergleichbar, weil {own.why}" if own.why else "", *(remark(v) for v in ends if v and both)]
            lines += ["" if both else "zu mindestens einem der beiden Zeitpunkte gibt es keinen Wert"]
            shown = own.value if own.decimals is not None else None
            others = [c.value if (c := row.around.get(level)) else None for level in ("land", "bund")]
            rows.append((
                section.title, own.measure.label, own.measured_in, *pairs[0], *pairs[1], number(shown, 1),
                own.unit if shown is not None else "", *(number(x, 1) for x in (low, high, *others, row.alike)),
                number(row.number, 0), number(row.apart, 1), "; ".join(dict.fromkeys(filter(None, lines))),
            ))  # fmt: skip
    return Sheet("Veränderung", rows)


def document(review: Review, plan: Plan | None = None) -> Document:
    """The document as PDF, HTML and workbook. Raises RenderError, UsageError for another place's plan."""
    from kommunalprofil import registry, render
    from kommunalprofil.figures import Declaration
    from kommunalprofil.review import figures, measures, words

    region, years = review.region, review.years
    progress = measures.progress(review, plan) if plan else []
    kind = render.Kind(
        "Halbzeitbilanz",
        region.title,
        f"Was sich zwischen {years.then} und {years.now} verändert hat",
        region.dative_in,
        CHAPTERS,
        {
            "changes": figures.table,
            "household_table": figures.household_table,
            "words": words,
            "plan": plan,
            "measures": measures,
            "progress": progress,
            "counted": any(row.own.then and row.own.now for row in review.households),
        },
        figures=registry.collect(figures, Declaration),
    )
    about = "jede Kennzahl damals und heute, ihre Veränderung hier, in Land, Bund und ähnlichen Orten"
    sheets = [(sheet(review), about)]
    if progress:
        sheets.insert(0, (measures.sheet(progress), "jede Maßnahme des Werkstattplans, ihr Indikator und ihr Ziel"))
    return render.report(review, kind, "halbzeitbilanz", sheets)
