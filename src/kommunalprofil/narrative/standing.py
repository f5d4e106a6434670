"""What stands out among all places of the level, and the questions that follow from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.comparison import MEASURES, Measure, Standing
from kommunalprofil.sentences import LEVELS, on, shown

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence

Found = tuple[Measure, Standing]
MOST = 3
"""Findings of the first page."""


def _striking(p: Evidence) -> list[Found]:
    """The measures in the outer quarters, the most extreme one of each theme, from the most extreme on."""
    told = [measure for measure in MEASURES if measure.indicator != "population"]
    found = [(measure, one) for measure, one in p.ranked(told) if one.outer]
    found.sort(key=lambda pair: -pair[1].extreme)
    themes: dict[str, Found] = {}
    for pair in found:
        themes.setdefault(pair[0].theme, pair)
    return list(themes.values())


def _told(p: Evidence, measure: Measure, one: Standing) -> str:
    """'Altenquotient: 44,8 Ende 2021, höher als in 323 von 399 anderen Kreisen.'"""
    value = p.measured(measure, one.date)
    unit = f"{fmt.NBSP}{value.unit}" if value.unit.startswith("je ") and value.unit != "je 100" else ""
    word, number = ("höher", one.below) if one.below > one.above else ("niedriger", one.above)
    part = "allen" if number == one.others else f"{fmt.number(number)} von"
    among = f"{part} {fmt.number(one.others)} anderen {LEVELS[p.region.level][1]}"
    return f"{measure.label}: {shown(value)}{unit} {on(one.date)}, {word} als in {among}."


def findings(p: Evidence) -> list[str]:
    """What stands out most, a sentence each."""
    return [_told(p, *pair) for pair in _striking(p)[:MOST]]


def lead(p: Evidence) -> list[str]:
    """How many measures lie far from the middle, and the most extreme one."""
    found = p.ranked()
    striking = _striking(p)
    if not found:
        return []
    places = LEVELS[p.region.level][0]
    if not striking:
        return [f"In allen verglichenen Kennzahlen liegt {p.region.nominative} in der mittleren Hälfte der {places}."]
    many = sum(one.outer for _, one in found)
    verb = "liegt" if many == 1 else "liegen"
    begin = f"Von {len(found)} verglichenen Kennzahlen {verb} {p.region.dative_in} {'eine' if many == 1 else many}"
    return [f"{begin} im oberen oder unteren Viertel der {places}.", *(_told(p, *pair) for pair in striking[:2])]


Question = tuple[str, bool, str]
QUESTIONS: tuple[Question, ...] = (
    ("age", True, "Wie sollen Wohnen, Wege, Treffpunkte und Pflege aussehen, wenn viele Menschen alt sind?"),
    ("age", False, "Was brauchen die Älteren, wenn sie hier weniger sind als anderswo?"),
    ("youth", True, "Reichen Kitas, Schulen, Ganztag und Orte für junge Menschen?"),
    ("youth", False, "Was hält junge Menschen hier, und was fehlt ihnen?"),
    ("growth", True, "Wo fehlt es durch das Wachstum an Platz in Kitas, Schulen und Wohnungen?"),
    ("growth", False, "Welche Angebote müssen auch mit weniger Menschen erreichbar bleiben, und wie?"),
    ("moves", True, "Wer kommt, warum gerade hierher, und was hilft beim Ankommen?"),
    ("moves", False, "Wer geht, wohin und warum, und wer käme unter welchen Bedingungen zurück?"),
    ("births", True, "Reichen Hebammen, Kinderärztinnen und Kinderärzte, Kitas und Ganztag?"),
    ("births", False, "Was macht es Familien hier leicht oder schwer?"),
    ("background", True, "Wie sind Menschen mit und ohne Einwanderungsgeschichte an Entscheidungen beteiligt?"),
    ("background", False, "Was erleben die Menschen, die neu ins Land kommen und hier wenige sind?"),
    ("households", True, "Wer lebt allein, wer mit anderen, und passen Wohnungen und Nachbarschaften dazu?"),
    ("households", False, "Wie verändern sich Haushalte, und passen die Wohnungen noch zu ihnen?"),
    ("lone parents", True, "Was entlastet Mütter und Väter, die ihre Kinder allein erziehen?"),
    ("sexes", True, "Unterscheiden sich die Wege von Frauen und Männern hier, und warum?"),
    ("sexes", False, "Unterscheiden sich die Wege von Frauen und Männern hier, und warum?"),
)
"""Theme, whether the value is high, and what a Zukunftswerkstatt may ask; judgement stays with the people there."""


def questions(p: Evidence) -> list[str]:
    """Facts that stand out, each with an open question."""
    asked = {(theme, high): text for theme, high, text in QUESTIONS}
    told = []
    for measure, one in _striking(p):
        question = asked.get((measure.theme, one.below > one.above))
        if question:
            told.append(f"{_told(p, measure, one)} {question}")
    return told
