"""Own numbers beside official ones: pairs of both, never one number of the two."""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from kommunalprofil.evidence import Evidence
from kommunalprofil.melderegister import causes, topics
from kommunalprofil.melderegister.districts import Districts
from kommunalprofil.melderegister.model import TOTAL, UNKNOWN, Counts
from kommunalprofil.melderegister.topics import BANDS, HOUSEHOLD, NATIONALITY, SEX, TOTALS, Topic
from kommunalprofil.own.model import CREDIT

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile, Value

COMPARED = ("sex", "age", "nationality", "household")
"""The topics that are compared beside the number of people."""
FAR = 15.0
"""Percent from the official number of people from which on the file is suspected to be of another place."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An own number (None if it is not known) beside an official one; `others` are in no group."""

    topic: str
    code: str
    label: str
    date: str
    own: float | None
    official: Value | None
    others: float = 0.0

    @property
    def days(self) -> int:
        """Days from the official date to the own one; 0 without an official number."""
        if self.official is None:
            return 0
        return (datetime.date.fromisoformat(self.date) - datetime.date.fromisoformat(self.official.date)).days

    @property
    def difference(self) -> float:
        """Own less official; 0 where one is missing."""
        if self.own is None or self.official is None or self.official.value is None:
            return 0.0
        return self.own - self.official.value

    @property
    def percent(self) -> float:
        """The difference in percent of the official number; 0 where that is zero or missing."""
        whole = self.official.value if self.official else None
        return self.difference / whole * 100 if whole else 0.0

    @property
    def comparable(self) -> bool:
        """Whether there are two numbers."""
        return self.own is not None and self.official is not None


class Beside(Evidence):
    """What is known officially of a place, and apart from it what its own file counts."""

    def __init__(self, profile: Profile, counts: Counts) -> None:
        super().__init__(profile)
        self.counts = counts
        self.date = counts.newest
        self.districts = Districts(counts)
        self._pairs: dict[tuple[str, str], list[Pair]] = {}
        self._nearest: dict[tuple[str, str], list[Value]] = {}

    @property
    def credit(self) -> str:
        """How own numbers are marked, in front of their Stichtag."""
        return f"{CREDIT} (Melderegister)"

    def _official(self, topic: Topic, code: str) -> list[Value]:
        """All official values of a member, from old to new, without remembering them as shown."""
        if code == UNKNOWN:
            return []
        key = (topic.id, code)
        if key not in self._nearest:
            members = {} if topic is TOTALS else {topic.id: code}
            self._nearest[key] = [v for v in self.whole(topic.indicator, **members) if not v.missing]
        return self._nearest[key]

    def _day(self, topic: Topic, date: str) -> str:
        """The official date nearest to a day at which all members are told; '' if there is none."""
        days = [{v.date for v in self._official(topic, code)} for code in topic.members if code != UNKNOWN]
        return min(set.intersection(*days), key=lambda day: (_distance(day, date), day), default="")

    def ages(self, date: str) -> Topic:
        """The age groups of which both sides tell most: official ones near the day, cut as the file is."""
        found = [(topic, self._day(topic, date)) for topic in map(topics.ages, BANDS)]

        def lack(one: tuple[Topic, str]) -> tuple[float, int]:
            """The part of the groups that the file does not tell, then how far the official day is."""
            row = (topics.numbers(self.counts, one[0], date) or {TOTAL: {}})[TOTAL]
            return sum(map(math.isnan, row.values())) / len(one[0].members), _distance(one[1], date)

        return min((one for one in found if one[1]), key=lack, default=found[0])[0]

    def topic(self, name: str, date: str = "") -> Topic:
        """A topic by its id: total, sex, age, nationality, household."""
        if name == "age":
            return self.ages(date or self.date)
        return {"total": TOTALS, "sex": SEX, "nationality": NATIONALITY, "household": HOUSEHOLD}[name]

    def pairs(self, name: str, date: str = "") -> list[Pair]:
        """Own beside official numbers of a topic at a Stichtag (the newest); none if the file does not tell them.

        Whoever asks shows the official values: they belong to the chapter being written.
        """
        found = self._known(name, date or self.date)
        self._keep(pair.official for pair in found if pair.official is not None)
        return found

    def _known(self, name: str, date: str) -> list[Pair]:
        if (name, date) not in self._pairs:
            self._pairs[name, date] = self._compare(self.topic(name, date), date)
        return self._pairs[name, date]

    def _compare(self, topic: Topic, date: str) -> list[Pair]:
        found = topics.numbers(self.counts, topic, date)
        if found is None:
            return []
        row, day = found[TOTAL], self._day(topic, date)
        others = row.get(UNKNOWN, 0.0)
        pairs = []
        for code, label in topic.members.items():
            number = row[code]
            if code == UNKNOWN and not number > 0:
                continue
            official = next((v for v in self._official(topic, code) if v.date == day), None)
            own = None if math.isnan(number) else number
            pairs.append(Pair(topic.id, code, label, date, own, official, others))
        return pairs

    def nearer(self, topic: Topic) -> str:
        """The official day nearer to the Stichtag than the one compared with, which tells other groups; '' for none."""
        day = self._day(topic, self.date)
        if topic.id == "age":
            days = set(filter(None, (self._day(one, self.date) for one in map(topics.ages, BANDS))))
        else:
            days = {value.date for code in topic.members for value in self._official(topic, code)}
        nearest = min(days, key=lambda one: (_distance(one, self.date), one), default=day)
        return nearest if day and _distance(nearest, self.date) < _distance(day, self.date) else ""

    def earlier_census(self, name: str) -> dict[str, Value]:
        """The counts of another census than the one compared with, by member: for households."""
        topic, day = self.topic(name), self._day(self.topic(name), self.date)
        other = {code: [v for v in self._official(topic, code) if v.date != day] for code in topic.members}
        return {code: self.take(values[-1]) for code, values in other.items() if values}

    @cached_property
    def causes(self) -> dict[str, str]:
        """The number of every usual cause in the document, by its id."""
        totals = (pair for date in self.counts.dates for pair in self._known("total", date))
        every = [*totals, *(pair for name in COMPARED for pair in self._known(name, self.date))]
        return {cause.id: str(number) for number, cause in enumerate(causes.used(every), 1)}

    def marks(self, pair: Pair) -> str:
        """The numbers of the usual causes of a difference: '1, 3'."""
        return ", ".join(self.causes[cause.id] for cause in causes.of(pair))

    @property
    def total(self) -> Pair | None:
        """All people, at the newest Stichtag."""
        return next(iter(self.pairs("total")), None)

    @property
    def suspicious(self) -> Pair | None:
        """All people, where the two numbers lie so far apart that the file may be of another place."""
        pair = self.total
        return pair if pair is not None and pair.comparable and abs(pair.percent) > FAR else None


def _distance(day: str, date: str) -> int:
    return abs((datetime.date.fromisoformat(day) - datetime.date.fromisoformat(date)).days)
