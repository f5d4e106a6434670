"""What may be compared: two values of one measure, then and now, and what keeps them apart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import intervals, sentences
from kommunalprofil.comparison import Measure
from kommunalprofil.intervals import Interval
from kommunalprofil.vocabulary import BASE, COUNTED, census_of

if TYPE_CHECKING:
    from kommunalprofil.profile import Value

AWAY = 2
"""Years a value may lie beside the year asked for."""
SMALL = 100
"""People in a numerator below which a change gets an interval."""
PER = re.compile(r"je ([\d.]+)")
RATES = ("birth_rate", "death_rate")
"""Indicators that count events of a year, each for itself."""


@dataclass(frozen=True, slots=True)
class Change:
    """A measure of one region then and now; `why` says in words what keeps both from being compared ('' if nothing).

    `then` or `now` is None where there is no value near the year asked for.
    """

    measure: Measure
    then: Value | None
    now: Value | None
    why: str = ""

    @property
    def value(self) -> float | None:
        """How much more it is now: in the unit of the measure, of people counted in percent; None if not to tell."""
        if self.then is None or self.now is None or self.why or self.then.value is None or self.now.value is None:
            return None
        if self.counted:
            return (self.now.value / self.then.value - 1) * 100
        return self.now.value - self.then.value

    @property
    def told(self) -> bool:
        """Whether there is a change to tell, of enough people."""
        return self.value is not None and self.decimals is not None

    @property
    def still(self) -> bool:
        """Whether both values are printed alike: a change of what is rounded away is told as none."""
        return self.then is not None and self.now is not None and _printed(self.then) == _printed(self.now)

    @property
    def measured_in(self) -> str:
        """The unit of the values; '' without any."""
        return next((v.unit for v in (self.now, self.then) if v is not None), "")

    @property
    def counted(self) -> bool:
        """Whether many people are counted, so that the change is one in percent; of few it is one in people."""
        if self.then is None or self.now is None or self.now.unit != "Personen":
            return False
        return fmt.share_decimals(self.then.value) is not None

    @property
    def unit(self) -> str:
        """The unit of the change, as it is printed."""
        return "%" if self.counted else {"%": "Prozentpunkte"}.get(self.measured_in, self.measured_in)

    @property
    def decimals(self) -> int | None:
        """Decimals the change is printed with; None where the values are of too few people for it."""
        digits = [sentences.places(v) for v in (self.then, self.now) if v is not None]
        if None in digits or not digits:
            return None
        if self.counted and self.then is not None:
            return fmt.share_decimals(self.then.value)
        return min(d for d in digits if d is not None)

    @property
    def interval(self) -> Interval | None:
        """How far chance may carry the change where few people are behind it; None elsewhere or where nobody knows."""
        if not self.told or self.then is None or self.now is None or self.counted:
            return None
        ends = [_interval(v) for v in (self.then, self.now)]
        if ends[0] is None or ends[1] is None or min(v.numerator or 0 for v in (self.then, self.now)) >= SMALL:
            return None
        return intervals.difference(ends[0], ends[1])


def _printed(value: Value) -> str:
    return sentences.shown(value, unit=False)


def _interval(value: Value) -> Interval | None:
    """The interval of a share or a rate of events, in its unit; None for anything else."""
    part, whole = value.numerator, value.denominator
    if part is None or not whole or part < 0:
        return None
    if value.unit == "%" and part <= whole:
        return intervals.share(part, whole).times(100)
    per = PER.match(value.unit)
    if value.indicator in RATES and per:
        return intervals.rate(part, whole).times(float(per[1].replace(".", "")))
    return None


@dataclass(frozen=True, slots=True)
class Years:
    """The years both ends are looked for at."""

    then: int
    now: int


BREAKS = {
    "break:territory": "sich das Gebiet dazwischen geändert hat",
    "break:wanderungsstatistik": "die Wanderungsstatistik seit 2016 anders rechnet",
    "break:pflegegrade": "Pflegegrade die Pflegestufen abgelöst haben",
}
"""What may lie between two values of one base, and the words for it."""


def hindrance(date: str, base: str, now: Value, rows: Iterable[Value]) -> str:
    """What keeps a value of a date and base from being compared with a later one, in words after „weil“; '' if nothing.

    `rows` are the values of the measure, breaks flagged.
    """
    if not one_ground(base, now.base):
        return _census(base, now.base)
    flags = {flag for v in rows if date < v.date <= now.date for flag in v.flag.split("|")}
    if why := next((why for flag, why in BREAKS.items() if flag in flags), ""):
        return why
    overlap = "/" in now.date and int(now.date[:4]) <= fmt.year(date)
    return "die zusammengefassten Jahre sich überschneiden" if overlap else ""


def one_ground(one: str, other: str) -> bool:
    """Whether two bases compare: of one census, or themselves counts, each of all people, of different ones."""
    return census_of(one) == census_of(other) or {one, other} <= COUNTED.keys()


def _census(then: str, now: str) -> str:
    """'die frühere Zahl auf einer anderen Zählung beruht als die spätere (…)'."""
    old, new = (BASE[base].de if base in BASE else base for base in (then, now))
    return f"die frühere Zahl auf einer anderen Zählung beruht als die spätere ({old}, {new})"


def year_or_day(date: str) -> str:
    """A date as documents name it: the end of a year by its year, any other as it is."""
    return date[:4] if date.endswith("-12-31") else date


def change(measure: Measure, early: Sequence[Value], late: Sequence[Value], years: Years) -> Change:
    """What a measure was about one year and is about another."""
    return told(measure, *pair(early, late, years), late)


def like(values: Sequence[Value], one: Value | None) -> Value | None:
    """The value of another region at the date of a value, if possible on its base; None without such a value."""
    if one is None:
        return None
    same = [v for v in values if v.date == one.date]
    return min(same, key=lambda v: (v.base != one.base, census_of(v.base) != census_of(one.base), v.base), default=None)


def told(measure: Measure, then: Value | None, now: Value | None, late: Sequence[Value]) -> Change:
    """Two values of a measure and what keeps them apart; `late` are those of the later state."""
    return Change(measure, then, now, hindrance(then.date, then.base, now, late) if then and now else "")


def pair(early: Sequence[Value], late: Sequence[Value], years: Years) -> tuple[Value | None, Value | None]:
    """The values nearest to both years, if possible both on one base; each no more than AWAY years off."""

    def near(values: Sequence[Value], year: int) -> list[Value]:
        return [v for v in values if abs(fmt.year(v.date) - year) <= AWAY]

    def far(v: Value, year: int) -> tuple[int, bool, int]:
        return abs(fmt.year(v.date) - year), not v.date.endswith("12-31"), -fmt.year(v.date)

    thens, nows = near(early, years.then), near(late, years.now)
    pairs = [
        (not one_ground(a.base, b.base), far(a, years.then), far(b, years.now), a.base, b.base, a, b)
        for a in thens
        for b in nows
        if fmt.year(a.date) < fmt.year(b.date)
    ]
    if pairs:
        *_, then, now = min(pairs, key=lambda pair: pair[:5])
        return then, now
    early_one = min(thens, key=lambda v: far(v, years.then), default=None)
    late_one = min(nows, key=lambda v: far(v, years.now), default=None)
    if early_one and late_one:  # one and the same time, or the wrong way round
        return (early_one, None) if far(early_one, years.then) <= far(late_one, years.now) else (None, late_one)
    return early_one, late_one
