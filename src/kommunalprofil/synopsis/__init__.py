"""The Synopse: several Kommunen in one document, every key figure at one date, Land and Germany beside each.

Small numbers have one rule: shares and means of few people are flagged or told as counts (LOOK.md), births, deaths and
moves are means of several years, and where a Gemeinde has no value that of its Kreis stands in its place and is named.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from kommunalprofil import formatting as fmt
from kommunalprofil import sentences
from kommunalprofil.comparison import LEAST, MEASURES, Measure, Standing, by_point, printed
from kommunalprofil.errors import UsageError
from kommunalprofil.evidence import Evidence, Joint
from kommunalprofil.vocabulary import HOUSEHOLD

if TYPE_CHECKING:
    from pathlib import Path

    from kommunalprofil.profile import Value
    from kommunalprofil.regions import Region
    from kommunalprofil.render import Document
    from kommunalprofil.spreadsheet import Cell, Sheet
    from kommunalprofil.states import State

FEWEST, MOST = 2, 12
"""So many places fit beside each other on a page."""
RECENT = 15
"""Years a date that all places share may lie behind the newest that one of them has."""


@dataclass(frozen=True, slots=True)
class Panel:
    """What one dot plot shows of all places: a measure, or the same of two groups of people, by role.

    `whole` is the measure of both groups together, which the table has beside them.
    """

    heading: str
    measures: tuple[tuple[str, Measure], ...]
    whole: Measure | None = None

    @property
    def every(self) -> tuple[Measure, ...]:
        """Its measures, that of both groups together last."""
        return (*(measure for _, measure in self.measures), *([self.whole] if self.whole else ()))

    @property
    def groups(self) -> bool:
        """Whether two groups of people stand beside each other."""
        return len(self.measures) > 1


def _one(heading: str, indicator: str, variant: str = "", **members: str) -> Panel:
    return Panel(heading, (("place", Measure.of(heading, "", indicator, variant, **members)),))


GROUPS = {
    "sex": (("women", "F", "Frauen"), ("men", "M", "Männer")),
    "nationality": (("german", "DE", "Deutsche"), ("foreign", "AUS", "Ausländerinnen und Ausländer")),
}
"""Role, code and name of the two groups of a dimension."""
WHOLE = "insgesamt"
"""Both groups together."""


def _both(heading: str, dimension: str, indicator: str, variant: str = "", **members: str) -> Panel:
    """The same measure of women and men, or of German and foreign nationals, and of both together."""
    parts = tuple(
        (role, Measure.of(f"{heading}, {name}", "", indicator, variant, **members, **{dimension: code}))
        for role, code, name in GROUPS[dimension]
    )
    whole = Measure.of(f"{heading}, {WHOLE}", dimension, indicator, variant, **members)  # of each panel its own
    return Panel(heading, parts, whole)


def _type(kind: str) -> Panel:
    """The share of a type of households, called as everywhere."""
    return _one(HOUSEHOLD[kind].de, "household_share", household=kind)


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter: panels about one thing."""

    id: str
    title: str
    panels: tuple[Panel, ...]


SECTIONS = (
    Section(
        "size",
        "Größe und Entwicklung",
        (
            _one("Bevölkerungsentwicklung in 5 Jahren", "population_change_5y"),
            _one("Menschen auf einem Quadratkilometer", "population_density"),
        ),
    ),
    Section(
        "age",
        "Jung und Alt",
        (
            _one("Durchschnittsalter", "mean_age"),
            _one("Anteil der Menschen unter 18", "age_share", age="0-17"),
            _one("Anteil der Menschen ab 65", "age_share", age="65+"),
            _one("Jugendquotient", "youth_ratio"),
            _one("Altenquotient", "old_age_ratio"),
        ),
    ),
    Section(
        "sexes",
        "Frauen und Männer",
        (
            _one("Frauen je 100 Männer", "women_per_100_men"),
            _both("Durchschnittsalter", "sex", "mean_age"),
            _both("Anteil der Menschen ab 65", "sex", "age_share", age="65+"),
            _both("Wanderung der 18- bis 24-Jährigen", "sex", "education_migration"),
        ),
    ),
    Section(
        "background",
        "Staatsangehörigkeit und Einwanderungsgeschichte",
        (
            _one("Anteil der Ausländerinnen und Ausländer", "foreign_share"),
            _one("Anteil der Menschen mit Einwanderungsgeschichte", "immigration_history_share", migration="with"),
            _both("Anteil der Menschen unter 18", "nationality", "age_share", age="0-17"),
            _both("Anteil der Menschen ab 65", "nationality", "age_share", age="65+"),
        ),
    ),
    Section(
        "households",
        "Formen des Zusammenlebens",
        (
            _type("one_person"),
            _type("couple_without_child"),
            _type("couple_with_child"),
            _type("lone_parent"),
            _one("Alleinerziehende an den Haushalten mit Kindern", "lone_parent_family_share"),
            _type("shared"),
        ),
    ),
    Section(
        "moves",
        "Geburten, Sterbefälle und Wanderungen",
        (
            _one("Geborene, Mittel aus 4 Jahren", "birth_rate", "four_year_mean"),
            _one("Gestorbene, Mittel aus 4 Jahren", "death_rate", "four_year_mean"),
            _one("Wanderung von Familien", "family_migration"),
            _one("Wanderung ab 65", "old_age_migration"),
        ),
    ),
)
"""What a Synopse compares."""
FIRST = {measure: panel.every[0] for section in SECTIONS for panel in section.panels for measure in panel.every}
"""The measure whose date a measure is of: groups and all people of a panel are compared on one day."""
POPULATION = Measure.of("Bevölkerung", "", "population")
RANKED = {measure.id: measure for measure in MEASURES}
"""What every place of a level has a rank in."""
AGES = SECTIONS[1].panels[2].measures[0][1]
"""The measure whose date the pyramids are of."""


class Date(NamedTuple):
    """A date as it is printed, and the population base of its values."""

    date: str
    base: str


class Spread(NamedTuple):
    """The values of all Kreise at a date: ends, median, how many."""

    low: float
    median: float
    high: float
    number: int


class Synopsis(Joint):
    """Some places side by side; every value of a measure is of one date and one population base."""

    def __init__(self, places: Sequence[Evidence]) -> None:
        super().__init__(places)
        self._rows: dict[tuple[Measure, str], dict[Date, Value]] = {}
        self._dates: dict[Measure, Date | None] = {}

    @classmethod
    def load(cls, places: Sequence[Region], data: Path | State) -> Synopsis:
        """Places by their areas. Raises UsageError for too few or too many."""
        from kommunalprofil.profile import Profile, Together
        from kommunalprofil.regions import Register

        check(places)
        register = Register.load(data)
        together = Together(data, register, places)
        return cls([Evidence(Profile(place.ags, data, register, together)) for place in places])

    def _values(self, place: Evidence, measure: Measure, region: Region) -> dict[Date, Value]:
        """What there is of a measure in a region that the place knows, by date and base."""
        key = (measure, region.ags)
        if key not in self._rows:
            self._rows[key] = {Date(v.date, v.base): v for v in place.known(measure, region.ags)}
        return self._rows[key]

    def name(self, place: Evidence) -> str:
        """How a place is called beside the others: by its name, by its whole title where two have one name."""
        same = sum(other.region.name == place.region.name for other in self.places)
        name: str = place.region.title if same > 1 else place.region.name
        return name

    @cached_property
    def lands(self) -> list[Region]:
        """The Länder of the places, each once; none that is one of the places."""
        around = (r for place in self.places for r in place.around if r.level == "land")
        return list({land.ags: land for land in around}.values())

    @property
    def bund(self) -> Region:
        """Germany."""
        bund: Region = self.places[0].bund
        return bund

    def of(self, measure: Measure, region: Region) -> Value | None:
        """The value of a Land or of Germany at the date of the measure."""
        place = next(p for p in self.places if region.ags in {r.ags for r in p.parents})
        return self.value(place, measure, region)

    def date(self, measure: Measure) -> Date | None:
        """The newest date of those that most places have a value of; None if no place has any.

        For both groups of a panel and for all people it is the date of the first group.
        """
        measure = FIRST.get(measure, measure)
        if measure not in self._dates:
            count = self._count(measure, [place.region for place in self.places])
            count = count or self._count(measure, [place.kreis for place in self.places])
            newest = max((fmt.year(date.date) for date in count), default=0)
            late = {date: n for date, n in count.items() if fmt.year(date.date) >= newest - RECENT}
            self._dates[measure] = max(late, key=lambda date: (late[date], date), default=None)
        return self._dates[measure]

    def _count(self, measure: Measure, regions: Sequence[Region | None]) -> dict[Date, int]:
        """How many of some regions, one for each place, have a value at a date."""
        found: dict[Date, int] = {}
        for place, region in zip(self.places, regions, strict=True):
            for date in self._values(place, measure, region) if region else ():
                found[date] = found.get(date, 0) + 1
        return found

    def newer(self, measure: Measure) -> list[Evidence]:
        """The places that have a newer value than the one compared."""
        date = self.date(measure)
        found = (max(self._values(p, measure, p.region), default=date) for p in self.places)
        return [p for p, newest in zip(self.places, found, strict=True) if date and newest and newest.date > date.date]

    def value(self, place: Evidence, measure: Measure, region: Region | None = None) -> Value | None:
        """The value of a place, or of a region around it, at the date of the measure; None if there is none."""
        date = self.date(measure)
        known = self._values(place, measure, region or place.region)
        return place.take(known[date]) if date and date in known else None

    def told(self, place: Evidence, measure: Measure) -> tuple[Value | None, Region]:
        """What is told of a place: its own value, for a Gemeinde without one that of its Kreis; whose value it is."""
        own = self.value(place, measure)
        kreis = place.kreis
        if own is None and kreis is not None and (other := self.value(place, measure, kreis)) is not None:
            return other, kreis
        return own, place.region

    def ordered(self, measure: Measure) -> list[tuple[Evidence, Value]]:
        """The places with a value of their own of enough people, from low to high."""
        known = ((place, self.value(place, measure)) for place in self.places)
        found = [(place, value) for place, value in known if value is not None and not sentences.few(value)]
        return sorted(found, key=lambda pair: pair[1].value or 0)

    def standings(self, place: Evidence) -> list[tuple[Measure, Standing]]:
        """Where a place stands among all of its level, in what is shown here: the number and the day of its table."""
        every, found = place.comparison, []
        for measure in measures():
            one = every.standing(place.region, measure) if every and measure.id in RANKED else None
            value = self.value(place, measure) if one else None
            if one and value and value.date == one.date and math.isclose(value.value or 0, one.value):
                found.append(RANKED[measure.id])
        return place.ranked(dict.fromkeys(found))

    @property
    def stand_in(self) -> bool:
        """Whether a Kreis stands in for a Gemeinde somewhere."""
        return any(self.told(place, measure)[1] != place.region for place in self.places for measure in measures())

    @cached_property
    def _spreads(self) -> dict[Measure, Spread]:
        """How the values of all Kreise lie, for every measure whose date they have values of."""
        from kommunalprofil.indicators import Results

        kreise = [region.ags for region in self.register.search(level="kreis")]
        results = Results(self.store, kreise)
        found: dict[Measure, Spread] = {}
        for measure in measures():
            date = self.date(measure)
            for point, values in by_point(results.on_every_base(*measure.series), kreise).items() if date else ():
                known = values[np.isfinite(values)]
                if Date(printed(measure, point), point.base) == date and len(known) >= LEAST:
                    low, median, high = np.quantile(known, (0, 0.5, 1)).tolist()
                    found[measure] = Spread(low, median, high, len(known))
            results.forget()
        return found

    def spread(self, measure: Measure) -> Spread | None:
        """How the values of all Kreise lie at the date of a measure; None if they have none then."""
        return self._spreads.get(measure)


def figure_of(section: Section, panel: Panel) -> str:
    """The id of the figure that shows a panel."""
    return f"synopsis_{section.id}_{section.panels.index(panel) + 1}"


def measures() -> Iterator[Measure]:
    """Everything that is shown."""
    yield from (measure for section in SECTIONS for panel in section.panels for measure in panel.every)


def check(places: Sequence[Region]) -> None:
    """Raises UsageError unless there are from two to twelve places, none of them larger than a Kreis."""
    if large := [place for place in places if place.level in ("bund", "land")]:
        verb = "ist weder Kreis" if len(large) == 1 else "sind weder Kreise"
        names = f"{fmt.list_and(place.title for place in large)} {verb} noch Gemeinde{'n' * (len(large) > 1)}"
        why = "Eine Synopse stellt Kreise und Gemeinden nebeneinander; Land und Bund stehen von selbst dabei."
        raise UsageError(f"{names}. {why}")
    if not FEWEST <= len(places) <= MOST:
        number = f"ist nur ein Ort ({places[0].title})" if len(places) == 1 else f"sind {len(places)} Orte"
        allowed = f"Möglich sind {FEWEST} bis {MOST} verschiedene; mehrfach genannte zählen einmal."
        raise UsageError(f"Für eine Synopse {number} genannt. {allowed}")


SHEET = (
    "Kapitel", "Kennzahl", "Einheit", "Stichtag", "Kommune", "Schlüssel (AGS)", "Wert", "gilt für", "Zähler", "Nenner",
    "Wert des Landes", "Wert Deutschlands", "niedrigster Kreis", "mittlerer Kreis", "höchster Kreis", "Hinweis",
)  # fmt: skip


def sheet(synopsis: Synopsis) -> Sheet:
    """Every key figure of every place beside Land, Germany and the range of all Kreise, as numbers."""
    from kommunalprofil.spreadsheet import Sheet
    from kommunalprofil.workbook import number, remark, when

    rows: list[tuple[Cell, ...]] = [SHEET]
    for section, measure in ((s, m) for s in SECTIONS for panel in s.panels for m in panel.every):
        date, spread = synopsis.date(measure), synopsis.spread(measure)
        ends = (spread.low, spread.median, spread.high) if spread else (None, None, None)
        for place in synopsis.places:
            value, region = synopsis.told(place, measure)
            around = {r.level: synopsis.value(place, measure, r) for r in place.around}
            others = [v.value if (v := around.get(level)) else None for level in ("land", "bund")]
            few = value is not None and sentences.few(value)
            counts = (number(value.numerator, 0), number(value.denominator, 0)) if value else (None, None)
            rows.append((
                section.title, measure.label, measure.unit, when(date.date) if date else "", place.region.title,
                place.region.ags, number(value.value, sentences.places(value) or 0) if value and not few else None,
                region.title if value else "", *counts, *(number(x, 1) for x in (*others, *ends)),
                remark(value) if value else "kein Wert an diesem Stichtag",
            ))  # fmt: skip
    return Sheet("Synopse", rows)


def document(synopsis: Synopsis) -> Document:
    """The document as PDF, HTML and workbook. Raises RenderError."""
    from kommunalprofil import registry, render
    from kommunalprofil.figures import Declaration
    from kommunalprofil.synopsis import figures, words

    names = fmt.list_and(place.region.title for place in synopsis.places)
    kind = render.Kind(
        "Synopse",
        f"{len(synopsis.places)} Kommunen im Vergleich",
        names,
        f"von {len(synopsis.places)} Kommunen",
        tuple(f"synopsis/{name}.jinja" for name in ("10_ueberblick", "20_vergleich", "80_regeln", "90_quellen")),
        {"sections": SECTIONS, "figure_of": figure_of, "overview": figures.overview, "words": words},
        figures=registry.collect(figures, Declaration),
    )
    about = "jede Kennzahl jeder Kommune neben Land, Bund und der Spanne aller Kreise"
    return render.report(synopsis, kind, "synopse", [(sheet(synopsis), about)])
