"""The measures (Maßnahmen) of a filled Werkstattplan: each indicator today beside its baseline and its target."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import sentences
from kommunalprofil.document import Column, Table
from kommunalprofil.errors import UsageError
from kommunalprofil.figures.compared import cell
from kommunalprofil.figures.widths import unprintable
from kommunalprofil.review.pairs import hindrance
from kommunalprofil.vocabulary import BASE, census_of

if TYPE_CHECKING:
    from kommunalprofil.plan.reading import Plan, Planned
    from kommunalprofil.profile import Value
    from kommunalprofil.review import Review
    from kommunalprofil.spreadsheet import Cell, Sheet

CREDIT = "Werkstattplan der Kommune; heutige Werte: amtliche Statistik, Quellen am Ende"
TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True)
class Progress:
    """A measure as planned and the newest value of its indicator; `why` keeps both from being compared ('': nothing).

    `now` is None for an indicator of the people's own and where there is no value newer than the baseline.
    """

    planned: Planned
    now: Value | None
    why: str

    @property
    def way(self) -> float | None:
        """What part of the way from baseline to target is done, in percent; None where nobody can tell."""
        baseline, target = self.planned.baseline.value, self.planned.target
        if self.now is None or self.now.value is None or self.why or baseline is None or target is None:
            return None
        whole = target - baseline
        return None if abs(whole) < TOLERANCE else (self.now.value - baseline) / whole * 100

    @property
    def told(self) -> str:
        """How it stands, in words."""
        one = self.planned
        if one.indicator is None:
            return "eigener Indikator: heutiger Wert von Hand" if one.indicator_text else "ohne Indikator"
        if self.now is None:
            return self.why or "kein neuerer Wert als der Ausgangswert"
        if self.why:
            return f"nicht vergleichbar, weil {self.why}"
        if one.target is None:
            return "ohne Zielwert"
        if self.way is None:
            return "ohne Ausgangswert" if one.baseline.value is None else "Ziel gleich Ausgangswert"
        if round(self.way) == 100:
            return "Zielwert erreicht"
        if self.way > 100:
            return "über den Zielwert hinaus"
        if self.way <= 0:
            return "noch nicht näher am Ziel" if self.way > -0.5 else "weiter weg vom Ziel"
        return f"{fmt.number(self.way)}{fmt.NBSP}% des Wegs"


def progress(review: Review, plan: Plan) -> list[Progress]:
    """Every measure of a plan, in its order. Raises UsageError for the plan of another place."""
    other = plan.ags != review.region.ags if plan.ags else plan.place not in ("", review.region.title)
    if other:
        wanted = f"Verlangt ist der Plan {review.region.genitive} ({review.region.ags})"
        raise UsageError(f"„{plan.file}“ ist der Plan eines anderen Ortes („{plan.place or plan.ags}“). {wanted}.")
    return [_progress(review, one) for one in plan.measures]


def _progress(review: Review, one: Planned) -> Progress:
    """The newest value after the baseline, if possible on the same base."""
    if one.indicator is None:
        return Progress(one, None, "")
    measure, place = one.indicator, review.place
    rows = place.known(measure)
    start = _start(one, rows)
    known = [v for v in rows if v.date > start]
    base = _base(one, start, rows)
    same = [v for v in known if census_of(v.base) == census_of(base)]
    now = max(same or known, key=lambda v: v.date, default=None)
    if now is None:
        newest = max((v.date for v in rows), key=_last_day, default="")
        late = newest and start and _last_day(start) > _last_day(newest)
        why = f"Stichtag nach dem neuesten Wert ({fmt.date(newest)})" if late else ""
        return Progress(one, None, why)
    place.take(now)
    if one.baseline.unit and one.baseline.unit != now.unit:
        return Progress(one, now, f"der Ausgangswert in „{one.baseline.unit}“ steht, die Kennzahl in „{now.unit}“")
    if not start:
        unread = "der Stichtag des Ausgangswerts nicht zu lesen ist"
        return Progress(one, now, unread if one.baseline.day else "der Ausgangswert keinen Stichtag hat")
    if _before(start, rows):
        first = fmt.date(rows[0].date)
        return Progress(one, now, f"der Stichtag des Ausgangswerts vor den ersten Zahlen liegt ({first})")
    if one.begin and _last_day(now.date) < one.begin:
        return Progress(one, now, "der neueste Wert von vor dem Beginn der Maßnahme ist")
    return Progress(one, now, hindrance(start, base or now.base, now, known))


def _start(one: Planned, rows: Sequence[Value]) -> str:
    """The date of a baseline as the values write theirs: a year meant of a stock is its last day; '' for none."""
    start = one.baseline.date
    if not start or not rows or _is_day(start):
        return start
    if _is_day(rows[0].date):
        return f"{fmt.year(start)}-12-31"
    return start if "/" in rows[0].date else str(fmt.year(start))


def _before(start: str, rows: Sequence[Value]) -> bool:
    """Whether a baseline is older than every value."""
    return fmt.year(start) < min(fmt.year(v.date) for v in rows)


def _is_day(when: str) -> bool:
    """Whether a date of the data is a day, no year and no span of years."""
    return len(when) == len("2015-12-31")


def _last_day(when: str) -> date:
    """The last day of a date of the data."""
    return date.fromisoformat(when) if _is_day(when) else date(fmt.year(when), 12, 31)


def _base(one: Planned, start: str, rows: Sequence[Value]) -> str:
    """The population base of a baseline: as the plan says, else of the official value of its day; '' for none.

    Without a value of that day it is that of the last one of its year, or of the year nearest to it.
    """
    named = next((code for code, name in BASE.items() if name.de == one.baseline.base), "")
    if named or not start or not rows or _before(start, rows):
        return named

    def far(v: Value) -> tuple[bool, int, int]:
        return v.date != start, abs(fmt.year(v.date) - fmt.year(start)), -_last_day(v.date).toordinal()

    return min(rows, key=far).base


MOST = 20
"""So many sentences on what could not be read are printed, the rest is counted."""
LONGEST = 160
"""Characters of a text of the plan that are printed; the workbook holds it whole."""


def printed(text: str) -> str:
    """A text people wrote, as the house font can print it: a long one is cut."""
    text = _lettered(text)
    return text if len(text) <= LONGEST else f"{text[:LONGEST].rsplit(' ', 1)[0]} …"


def _lettered(text: str) -> str:
    """A text with '?' for the letters that the house font does not have."""
    while strange := unprintable(text):
        text = text.replace(strange, "?")
    return text


def table(found: Sequence[Progress]) -> Table:
    """A row a measure: indicator, baseline, today, target, how it stands."""
    head = (Column("Maßnahme", align="left"), Column("Indikator", align="left"), Column("Ausgangswert"),
            Column("heute"), Column("Ziel"), Column("Stand", align="left"))  # fmt: skip
    rows = []
    for one in found:
        planned = one.planned
        unit = planned.baseline.unit or (one.now.unit if one.now else "")
        label = planned.indicator.labelled(unit) if planned.indicator else printed(planned.indicator_text) or fmt.DASH
        now = "." if one.now is None else f"{cell(one.now)} ({fmt.date(one.now.date)})"
        ends = _baseline(planned, unit), now, _number(planned.target, planned, unit)
        rows.append((printed(title(planned)), label, *ends, one.told))
    return Table("Maßnahmen des Werkstattplans", head, tuple(rows), credit=CREDIT)


def title(planned: Planned) -> str:
    """What the measure is called; its row where it has no name."""
    return planned.title or f"(ohne Namen, Zeile {planned.row})"


def _number(value: float | None, planned: Planned, unit: str) -> str:
    """A number with the decimals of its indicator; of the people's own one with as many as it has, at most two."""
    if value is None:
        return "."
    digits = sentences.decimals(unit)
    if planned.indicator is None:
        digits = next((n for n in (0, 1) if round(value, n) == round(value, 6)), 2)
    return fmt.number(value, digits)


def _baseline(planned: Planned, unit: str) -> str:
    text, day = _number(planned.baseline.value, planned, unit), planned.baseline.day
    return f"{text} ({printed(day)})" if day and planned.baseline.value is not None else text


SHEET = (
    "Maßnahme", "Handlungsfeld", "verantwortlich", "Beginn", "Ende", "Budget (Euro)", "Zielgruppe", "Indikator",
    "Ausgangswert", "Stichtag des Ausgangswerts", "heutiger Wert", "Stichtag", "Zielwert", "Einheit",
    "Weg zum Ziel (%)", "Stand", "Quelle des Ausgangswerts",
)  # fmt: skip


def sheet(found: Sequence[Progress]) -> Sheet:
    """Every measure with its dates, money and numbers."""
    from kommunalprofil.spreadsheet import Sheet
    from kommunalprofil.workbook import number, when

    rows: list[tuple[Cell, ...]] = [SHEET]
    for one in found:
        planned, now = one.planned, one.now
        rows.append((
            title(planned), planned.area, planned.responsible, planned.begin or planned.begin_text,
            planned.end or planned.end_text, number(planned.budget, 0), planned.group,
            planned.indicator.label if planned.indicator else planned.indicator_text, number(planned.baseline.value, 1),
            planned.baseline.day, number(now.value if now else None, 1), when(now.date) if now else "",
            number(planned.target, 1), planned.baseline.unit, number(one.way, 1), one.told, planned.baseline.source,
        ))  # fmt: skip
    return Sheet("Maßnahmen", rows)


def said(found: Sequence[Progress]) -> Iterator[str]:
    """How many measures can be judged, and how they stand."""
    if not found:
        yield "Der Plan enthält noch keine Maßnahme."
        return
    ways = [one.way for one in found if one.way is not None]
    verb = "steht eine Maßnahme" if len(found) == 1 else f"stehen {fmt.number(len(found))} Maßnahmen"
    yield f"Im Werkstattplan {verb}."
    if not ways:
        yield "Bei keiner lässt sich schon sagen, wie nah ihr Indikator dem Ziel ist."
        return
    reached, beyond = sum(round(way) == 100 for way in ways), sum(round(way) > 100 for way in ways)
    nearer = sum(way > 0 for way in ways) - reached - beyond
    rest = len(ways) - reached - beyond - nearer
    parts = [(reached, "am Zielwert"), (beyond, "über den Zielwert hinaus"), (nearer, "dem Zielwert näher"),
             (rest, "dem Zielwert nicht näher")]  # fmt: skip
    if len(ways) == 1:
        yield f"Eine, deren Indikator sich vergleichen lässt, ist {next(words for n, words in parts if n)}."
    else:
        told = fmt.list_and(f"{'eine' if n == 1 else fmt.number(n)} {words}" for n, words in parts if n)
        verb = "ist" if next(n for n, _ in parts if n) == 1 else "sind"
        yield f"Von den {fmt.number(len(ways))}, deren Indikator sich vergleichen lässt, {verb} {told}."
    yield "Ob das an der Maßnahme liegt, sagen die Zahlen nicht."


def problems(plan: Plan) -> list[str]:
    """What could not be read of a plan, as it can be printed; of a great deal the first part."""
    told = [_lettered(text) for text in plan.problems[:MOST]]
    rest = len(plan.problems) - MOST
    more = f"… und {fmt.number(rest)} weitere Stelle{'n' * (rest > 1)}; der Aufruf von halbzeitbilanz nennt alle."
    return [*told, more] if rest > 0 else told
