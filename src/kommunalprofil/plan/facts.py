"""What the profile knows and the plan starts from: baselines and places among comparable Kommunen."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import references, sentences
from kommunalprofil.comparison import MEASURES, Comparison, Measure, Standing
from kommunalprofil.evidence import SAME
from kommunalprofil.export import plain
from kommunalprofil.narrative import standing
from kommunalprofil.similar import Space
from kommunalprofil.vocabulary import BASE
from kommunalprofil.workbook import remark

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

NEIGHBOURS = 20
"""So many comparable places a value is set among."""
AT_LEAST = 5
"""With fewer that are alike all places of the size class are taken."""


@dataclass(frozen=True, slots=True)
class Known:
    """A measure of the place at a day: value (None is a gap, `remark` says why), unit, decimals shown, source.

    `base` is the census the numbers of people rest on, in words.

    `land`, `bund`, the place among comparable Kommunen and the `median` of these, without the place itself, are of the
    same day; None where there is none to tell.
    """

    measure: Measure
    value: float | None
    unit: str
    decimals: int
    date: str
    base: str
    remark: str
    source: str
    land: float | None
    bund: float | None
    among: Standing | None
    median: float | None

    @property
    def beside(self) -> str:
        """'höher als 16, niedriger als 4 der 20 anderen', 'höher als alle 19 anderen'; '' without a place."""
        one = self.among
        if one is None:
            return ""
        parts = [f"höher als {fmt.number(one.below)}"] if one.below else []
        parts += [f"niedriger als {fmt.number(one.above)}"] if one.above else []
        others = fmt.number(one.others)
        if one.others in (one.below, one.above):
            return f"{'höher' if one.below else 'niedriger'} als alle {others} anderen"
        return f"{', '.join(parts)} der {others} anderen" if parts else f"gleich den {others} anderen"

    @property
    def day(self) -> str:
        """'31.12.2024', '2021', '2016–2019'; '' without a date."""
        return fmt.date(self.date) if self.date else ""

    def printed(self, value: float | None) -> str:
        """A value of this measure for readers, '.' for a gap."""
        return fmt.number(value, self.decimals)


@dataclass(frozen=True, slots=True)
class Circle:
    """The comparable Kommunen: their keys with names, and how they were chosen, in the dative without article."""

    names: dict[str, str]
    words: str
    alike: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is filled in before people begin; `questions` of the profile, or `unasked` says why there are none."""

    title: str
    ags: str
    dative_in: str
    land: str
    stand: str
    state: str
    licence: str
    circle: Circle
    known: tuple[Known, ...]
    questions: tuple[str, ...]
    unasked: str

    @property
    def placed(self) -> tuple[Known, ...]:
        """The measures that have a place among comparable Kommunen, from the highest on; equal ones as declared."""
        found = [(one, one.among) for one in self.known if one.among is not None]
        found.sort(key=lambda pair: (pair[1].above - pair[1].below) / pair[1].others)
        return tuple(one for one, _ in found)


def facts(p: Evidence, comparison: Comparison) -> Facts:
    """What the plan of a place starts from. Raises DataError for a damaged data set."""
    circle = _circle(p, comparison)
    known = tuple(_known(p, comparison, measure, frozenset({p.region.ags, *circle.names})) for measure in MEASURES)
    questions = tuple(standing.questions(p))
    return Facts(
        title=p.region.title,
        ags=p.region.ags,
        dative_in=p.region.dative_in,
        land=next((one.name for one in p.around if one.level == "land"), ""),
        stand=references.newest_stand(p),
        state=p.store.state.id,
        licence=references.licence_note(p),
        circle=circle,
        known=known,
        questions=questions,
        unasked="" if questions else standing.unasked(p).text,
    )


def _circle(p: Evidence, comparison: Comparison) -> Circle:
    """The places most like this one; all of its size class where too few have enough numbers in common with it."""
    space = Space.of(comparison, p.register)
    found = space.alike(p.region.ags, NEIGHBOURS)
    many = 0 if found is None else len(found.neighbours)
    if found is not None and many >= AT_LEAST:
        keys = tuple(one.ags for one in found.neighbours)
        most = "ähnlichsten" if many < found.others else "anderen"
        words = f"{fmt.number(many)} {most} {found.size.words}"
    else:
        size = space.classes.get(p.region.ags)
        places = size.places if size is not None else tuple(comparison.regions)
        keys = tuple(ags for ags in places if ags != p.region.ags)
        level = sentences.LEVELS[p.region.level][1]
        words = f"{fmt.number(len(keys))} anderen {size.words if size is not None else level}"
    return Circle({ags: p.register.get(ags).title for ags in keys}, words, many >= AT_LEAST)


def _known(p: Evidence, comparison: Comparison, measure: Measure, among: frozenset[str]) -> Known:
    """A measure at the day all places have a value of; where the place has none then, at its own newest day."""
    day = comparison.date(measure)
    value = p.measured(measure, day or None)
    if value.missing and day:
        newest = p.measured(measure, None)
        value = value if newest.missing else newest
    place = comparison.standing(p.region, measure, among) if value.date == day else None
    few = sentences.few(value)
    if value.value is None or few or (place and abs(place.value - value.value) > SAME * max(1.0, abs(place.value))):
        place = None  # the last: the profile tells of another area or base than the comparison
    around = {one.level: p.measured(measure, value.date, one.ags) for one in p.around} if not value.missing else {}
    return Known(
        measure=measure,
        value=None if few else _number(value),
        unit=value.unit,
        decimals=sentences.decimals(value.unit) if value.missing or few else sentences.places(value) or 0,
        date=value.date,
        base=BASE[value.base].de if value.base in BASE and value.base != "none" else "",
        remark=remark(value),
        source="" if value.missing else references.source_note(p, value.sources),
        land=_number(around.get("land")),
        bund=_number(around.get("bund")),
        among=place,
        median=None if place is None else _median(p, comparison, measure, among),
    )


def _median(p: Evidence, comparison: Comparison, measure: Measure, among: frozenset[str]) -> float:
    """The median of the comparable Kommunen that have a value."""
    values = comparison.values(measure)
    return statistics.median(values[ags] for ags in among if ags in values and ags != p.region.ags)


def _number(value: Value | None) -> float | None:
    """The number of a value as the data files hold it; None for a gap."""
    if value is None or value.missing:
        return None
    return plain(value.value)
