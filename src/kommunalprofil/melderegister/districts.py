"""The districts of a Kommune from its own numbers: short profiles under the rule for small numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kommunalprofil import formatting as fmt
from kommunalprofil.melderegister import small, topics
from kommunalprofil.melderegister.model import TOTAL, UNKNOWN, Counts
from kommunalprofil.melderegister.topics import BANDS, HOUSEHOLD, NATIONALITY, SEX, TOTALS, Numbers, Topic

HIDDEN = "·"
FEW_SECTIONS = 15
"""Up to so many districts each has a section of its own on paper, too."""


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole (the members of a topic together), as figures and overviews show it."""

    id: str
    title: str
    topic: Topic
    codes: tuple[str, ...]


class Districts:
    """Every district of the newest Stichtag; what small numbers forbid to tell is told nowhere."""

    def __init__(self, counts: Counts) -> None:
        self.counts, self.date = counts, counts.newest
        self._numbers: dict[str, Numbers | None] = {}
        self._hidden: dict[str, set[small.Cell]] = {}
        self._own: dict[str, dict[str, float]] = {}
        self._sums: dict[str, dict[str, float]] = {}

    @cached_property
    def names(self) -> list[str]:
        """The districts by name, people without one last; none unless there are two."""
        named = self.counts.districts(self.date)
        found = self.counts.table("people", self.date, ("district",)) or {}
        rest = [UNKNOWN] if found.get((UNKNOWN,)) else []
        return [*named, *rest] if len(named) > 1 and found else []

    def label(self, name: str) -> str:
        """A district as tables call it."""
        return "ohne Angabe des Ortsteils" if name == UNKNOWN else name

    @cached_property
    def ages(self) -> Topic:
        """The finest age groups that the file tells."""
        every = [topics.ages(bands) for bands in BANDS]
        return next((topic for topic in every if topics.tellable(self.counts, topic, self.date)), every[0])

    @cached_property
    def topics(self) -> list[Topic]:
        """What may be told of districts."""
        return [topic for topic in self._counted if not self._gives_away(topic)]

    @cached_property
    def _counted(self) -> list[Topic]:
        """What the file tells of districts."""
        wanted = (SEX, self.ages, NATIONALITY, HOUSEHOLD)
        return [t for t in wanted if self.numbers(t) is not None and topics.tellable(self.counts, t, self.date)]

    def _gives_away(self, topic: Topic) -> bool:
        """Whether small numbers of a topic would follow from sums, however much of it is hidden."""
        totals = small.hidden_totals(self._totals(topic))
        return bool(small.told(self.numbers(topic) or {}, self._hidden_cells(topic), totals))

    def untold(self, topic: Topic) -> str:
        """Why a topic cannot be told by district."""
        if topic in self._counted:
            return "sich sonst kleine Zahlen aus den Summen errechnen ließen"
        return topics.untold(self.counts, topic, self.date)

    def numbers(self, topic: Topic) -> Numbers | None:
        """The counts of a topic by district; members nobody belongs to anywhere are left out."""
        if topic.id not in self._numbers:
            found = topics.numbers(self.counts, topic, self.date, by_district=True)
            if found is not None:
                used = [m for m in topic.members if m != UNKNOWN or any(row[m] for row in found.values())]
                found = {name: {m: found[name][m] for m in used} for name in self.names}
            self._numbers[topic.id] = found
        return self._numbers[topic.id]

    def _totals(self, topic: Topic) -> Mapping[str, float]:
        """What the members of a topic add up to in each district: people, or households."""
        if topic.id not in self._sums:
            found = (self.numbers(topic if topic is HOUSEHOLD else TOTALS) or {}).items()
            self._sums[topic.id] = {name: topics.whole(row) for name, row in found}
        return self._sums[topic.id]

    def _hidden_cells(self, topic: Topic) -> set[small.Cell]:
        if topic.id not in self._hidden:
            totals = small.hidden_totals(self._totals(topic))
            cells = small.hidden(self.numbers(topic) or {}, totals) if topic is not TOTALS else set()
            self._hidden[topic.id] = cells | {(name, TOTAL) for name in totals}
        return self._hidden[topic.id]

    def total(self, topic: Topic, name: str) -> float | None:
        """People (or households) of a district; None if hidden."""
        number = self._totals(topic).get(name, math.nan)
        return None if (name, TOTAL) in self._hidden_cells(topic) or math.isnan(number) else number

    def count(self, topic: Topic, name: str, code: str) -> float | None:
        """A member of a topic in a district; None if hidden."""
        number = (self.numbers(topic) or {}).get(name, {}).get(code, math.nan)
        return None if (name, code) in self._hidden_cells(topic) or math.isnan(number) else number

    def members(self, topic: Topic) -> list[str]:
        """The members that somebody belongs to."""
        return list(next(iter((self.numbers(topic) or {}).values()), {}))

    def own(self, topic: Topic) -> dict[str, float]:
        """The members of a topic in the whole Kommune."""
        if topic.id not in self._own:
            found = topics.numbers(self.counts, topic, self.date) or {}
            self._own[topic.id] = {code: found[TOTAL][code] for code in self.members(topic)}
        return self._own[topic.id]

    @property
    def hides(self) -> bool:
        """Whether anything is hidden."""
        return any(self._hidden_cells(topic) for topic in (TOTALS, *self._counted))

    @cached_property
    def shares(self) -> list[Share]:
        """What districts are compared by."""
        bands = [code for code in self.ages.members if code != UNKNOWN]
        old = tuple(code for code in bands if fmt.age_bounds(code)[0] >= 65)
        first = fmt.age_bounds(old[0])[0]
        wanted = (
            Share("women", "Frauen", SEX, ("F",)),
            Share("young", f"Menschen {fmt.age(bands[0])}", self.ages, (bands[0],)),
            Share("old", f"Menschen ab {first}", self.ages, old),
            Share("foreign", "Ausländerinnen und Ausländer", NATIONALITY, ("AUS",)),
            Share("alone", HOUSEHOLD.members["one_person"], HOUSEHOLD, ("one_person",)),
        )
        return [share for share in wanted if share.topic in self.topics]

    def part(self, share: Share, name: str = "") -> tuple[float, float] | None:
        """How many of how many, in a district or the Kommune (''); None if hidden."""
        if not name:
            row = self.own(share.topic)
            return sum(row[code] for code in share.codes), topics.whole(row)
        counts = [self.count(share.topic, name, code) for code in share.codes]
        total = self.total(share.topic, name)
        if total is None or any(number is None for number in counts):
            return None
        return sum(number for number in counts if number is not None), total


def percent(part: float | None, total: float | None) -> str:
    """A share under the rule for small numbers: '12,3', of under 100 '12', of under 20 none but its counts."""
    if part is None or total is None or math.isnan(part + total):
        return HIDDEN
    places = fmt.share_decimals(total)
    if places is None:
        return f"{fmt.number(part)} von {fmt.number(total)}" if total else fmt.DASH
    return fmt.number(part / total * 100, places)


def printed(number: float | None) -> str:
    """A count as tables print it."""
    return HIDDEN if number is None or math.isnan(number) else fmt.cell(number)
