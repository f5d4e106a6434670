"""The profile in Einfache Sprache: short sentences with one thought each, shares as so many of a hundred."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil.narrative.common import HAD, WERE
from kommunalprofil.sentences import capital, few, look_back, on, shown

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

Dated = tuple[str, str]
"""A sentence and the date of its number."""
ENOUGH = 100
"""Of fewer people no share is told."""


def people(p: Evidence) -> list[str]:
    """How many there are, more or fewer than before, how old they are."""
    now, mean = p.get("population"), p.get("mean_age")
    said = []
    if not now.missing:
        said += [f"{capital(on(now.date))} lebten {p.region.dative_in} {shown(now)} Menschen.", _before(p)]
    old = []
    if not mean.missing and not few(mean):
        old.append((f"Im Durchschnitt waren die Menschen etwa {fmt.number(mean.value)} Jahre alt.", mean.date))
    old += _people(p, "age_share", WERE, "65 Jahre alt oder älter", age="65+")
    old += _people(p, "age_share", WERE, "jünger als 18 Jahre", age="0-17")
    return [*said, *_dated(old)]


def _before(p: Evidence) -> str:
    series = [v for v in p.series("population") if not v.missing]
    before = look_back(series, years=1)
    if before is None or before.value is None or series[-1].value is None:
        return ""
    difference = series[-1].value - before.value
    if not difference:
        return "Ein Jahr davor waren es genauso viele."
    many = "ein Mensch" if abs(difference) == 1 else f"{fmt.number(abs(difference))} Menschen"
    verb = "war" if abs(difference) == 1 else "waren"
    return f"Ein Jahr davor {verb} es {many} {'weniger' if difference > 0 else 'mehr'}."


def moves(p: Evidence) -> list[str]:
    """Whether more people came or left, who has no German passport, who came from abroad."""
    balance = p.get("net_migration")
    said = []
    if balance.value:
        more = "mehr" if balance.value > 0 else "weniger"
        came = f"kam ein Mensch {more}" if abs(balance.value) == 1 else f"kamen {more} Menschen"
        said.append(f"{capital(on(balance.date))} {came} her, als wegzogen.")
    said += _dated([
        *_people(p, "foreign_share", HAD, "keinen deutschen Pass"),
        *(history := _people(p, "immigration_history_share", HAD, "eine Einwanderungsgeschichte", migration="with")),
    ])  # fmt: skip
    if history:
        said.append("Das heißt: Sie selbst oder beide Eltern sind nach Deutschland gekommen.")
    return said


def homes(p: Evidence) -> list[str]:
    """How people live together."""
    said = _dated([
        *_homes(p, "household_share", "Haushalten lebte nur ein Mensch", household="one_person"),
        *_homes(p, "families_share", "Haushalten lebten Eltern mit Kindern"),
        *_homes(p, "lone_parent_family_share", "Haushalten mit Kindern lebte nur ein Elternteil"),
    ])  # fmt: skip
    return ["Ein Haushalt sind alle Menschen, die zusammen wohnen.", *said] if said else []


def _dated(said: list[Dated]) -> list[str]:
    """The sentences below their day if it is the same for all, else each with its own."""
    days = {date for _, date in said}
    if len(said) > 1 and len(days) == 1:
        words = fmt.date_words(days.pop())
        return [f"Die nächsten Zahlen sind {'von' if words.startswith('Ende') else 'vom'} {words}.",
                *(text for text, _ in said)]  # fmt: skip
    return [f"{text} Das war {on(date)}." for text, date in said]


def _of_hundred(p: Evidence, indicator: str, **dims: Any) -> tuple[int, str]:
    """How many of a hundred and the date; 0 and '' where that is not known, of too few people, or nearly none."""
    value: Value = p.get(indicator, **dims)
    if value.value is None or (value.denominator or 0) < ENOUGH:
        return 0, ""
    number = int(value.value + 0.5)
    return number, value.date if number else ""


def _people(p: Evidence, indicator: str, verbs: tuple[str, str], what: str, **dims: Any) -> list[Dated]:
    number, date = _of_hundred(p, indicator, **dims)
    return [(f"{number} von 100 Menschen {verbs[number != 1]} {what}.", date)] if date else []


def _homes(p: Evidence, indicator: str, what: str, **dims: Any) -> list[Dated]:
    number, date = _of_hundred(p, indicator, **dims)
    return [(f"In {number} von 100 {what}.", date)] if date else []
