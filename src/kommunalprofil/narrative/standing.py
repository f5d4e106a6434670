"""What stands out among all places of the level, and the questions that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from kommunalprofil import formatting as fmt
from kommunalprofil.comparison import MEASURES, Measure, Standing
from kommunalprofil.document import Gap
from kommunalprofil.sentences import LEVELS, capital, on, places, shown

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

Found = tuple[Measure, Standing]
MOST = 3
"""Findings of the first page."""


class Saying(NamedTuple):
    """How a measure is told: the sentence, and how it goes on where other places mostly have less or more.

    A measure with a sign has a sentence for each side of zero, and one for values nearer to it than `clear`.
    """

    text: str
    higher: str = "mehr als in {among}"
    lower: str = "weniger als in {among}"
    negative: str = ""
    even: str = ""
    clear: float = 0


def _moves(whom: str, clear: float = 1, of: str = "1.000") -> Saying:
    begin = f"{{On}} zogen auf {of} {whom}"
    return Saying(
        f"{begin} {{size}} mehr her als fort",
        "in {among} war dieser Saldo niedriger",
        "in {among} war dieser Saldo höher",
        negative=f"{begin} {{size}} mehr fort als her",
        even=f"{begin} etwa so viele her wie fort ({{change}})",
        clear=clear,
    )


SAYINGS = {
    "population_change_5y": Saying(
        "In den fünf Jahren bis {day} wuchs die Bevölkerung um {size}",
        "in {among} wuchs sie weniger oder sank",
        "in {among} wuchs sie mehr",
        negative="In den fünf Jahren bis {day} sank die Bevölkerung um {size}",
        even="In den fünf Jahren bis {day} blieb die Bevölkerung etwa gleich ({change})",
        clear=1,
    ),
    "population_density": Saying("{On} lebten auf einem Quadratkilometer {value} Menschen"),
    "women_per_100_men": Saying("{On} kamen auf 100 Männer {value} Frauen"),
    "mean_age": Saying(
        "{On} waren die Menschen im Durchschnitt {value} alt", "älter als in {among}", "jünger als in {among}"
    ),
    "youth_ratio": Saying("{On} kamen auf 100 Menschen von 20 bis 64 Jahren {value} unter 20-Jährige"),
    "old_age_ratio": Saying("{On} kamen auf 100 Menschen von 20 bis 64 Jahren {value} Menschen ab 65 Jahren"),
    "age_share:age=0-17": Saying("{On} waren {value} der Menschen unter 18 Jahre alt"),
    "age_share:age=65+": Saying("{On} waren {value} der Menschen 65 Jahre oder älter"),
    "age_share:age=80+": Saying("{On} waren {value} der Menschen 80 Jahre oder älter"),
    "birth_rate:four_year_mean": Saying("{On} kamen auf 1.000 Menschen im Mittel {value} Geborene im Jahr"),
    "death_rate:four_year_mean": Saying("{On} kamen auf 1.000 Menschen im Mittel {value} Gestorbene im Jahr"),
    "net_migration_rate": _moves("Menschen", clear=10, of="10.000"),
    "education_migration": _moves("Menschen von 18 bis 24 Jahren im Mittel jedes Jahr"),
    "family_migration": _moves("Menschen unter 18 und von 30 bis 49 Jahren im Mittel jedes Jahr"),
    "old_age_migration": _moves("Menschen ab 65 Jahren im Mittel jedes Jahr"),
    "foreign_share": Saying("{On} hatten {value} der Menschen keine deutsche Staatsangehörigkeit"),
    "immigration_history_share:migration=with": Saying("{On} hatten {value} der Menschen eine Einwanderungsgeschichte"),
    "household_share:household=one_person": Saying("{On} bestanden {value} der Haushalte aus einer Person"),
    "families_share": Saying("{On} hatten {value} der Haushalte Kinder"),
    "lone_parent_family_share": Saying(
        "{On} war in {value} der Haushalte mit Kindern ein Elternteil alleinerziehend",
        "häufiger als in {among}",
        "seltener als in {among}",
    ),
}
"""By the id of the measure."""


def _striking(p: Evidence, among: Sequence[Found] | None = None) -> list[Found]:
    """The measures in the outer quarters, the most extreme one of each theme, from the most extreme on."""
    ranked = p.ranked(measure for measure in MEASURES if measure.id in SAYINGS) if among is None else among
    found = [(measure, one) for measure, one in ranked if one.outer]
    found.sort(key=lambda pair: -pair[1].extreme)
    themes: dict[str, Found] = {}
    for pair in found:
        themes.setdefault(pair[0].theme, pair)
    return list(themes.values())


def _high(one: Standing) -> bool:
    return one.below > one.above


def _side(measure: Measure, one: Standing) -> int:
    """1 for a high value, -1 for a low one; of a measure with a sign the side of zero, 0 near it."""
    saying = SAYINGS[measure.id]
    if saying.clear:
        return 0 if round(abs(one.value), 1) < saying.clear else 1 if one.value > 0 else -1
    return 1 if _high(one) else -1


def _unit(value: Value) -> str:
    return f"{fmt.NBSP}{value.unit}" if value.unit.startswith("je ") and value.unit != "je 100" else ""


def _told(p: Evidence, measure: Measure, one: Standing) -> str:
    """'Ende 2021 waren 25,5 % der Menschen 65 Jahre oder älter, mehr als in 323 von 399 anderen Kreisen.'"""
    value, saying = p.measured(measure, one.date), SAYINGS[measure.id]
    number = one.below if _high(one) else one.above
    part = "allen" if number == one.others else f"{fmt.number(number)} von"
    among = f"{part} {fmt.number(one.others)} anderen {LEVELS[p.region.level][1]}"
    text = saying.text
    if saying.clear:
        text = {1: text, -1: saying.negative, 0: saying.even}[_side(measure, one)]
    digits, percent = places(value) or 0, f"{fmt.NBSP}%" if value.unit == "%" else ""
    said = text.format(
        On=capital(on(one.date)),
        day=fmt.date_words(one.date),
        value=shown(value),
        size=f"{fmt.number(abs(one.value), digits)}{percent}",
        change=f"{fmt.change(one.value, digits)}{percent}",
    )
    comma = ";" if saying.clear else ","
    return f"{said}{comma} {(saying.higher if _high(one) else saying.lower).format(among=among)}."


def findings(p: Evidence, among: Sequence[Found] | None = None) -> list[str]:
    """What stands out most, a sentence each; `among` is what a document shows where it does not show everything."""
    return [_told(p, *pair) for pair in _striking(p, among)[:MOST]]


def lead(p: Evidence) -> list[str]:
    """How many measures lie far from the middle."""
    found = p.ranked()
    if not found:
        return []
    level = LEVELS[p.region.level][0]
    if not _striking(p):
        return [f"In allen verglichenen Kennzahlen liegt {p.region.nominative} in der mittleren Hälfte der {level}."]
    many = sum(one.outer for _, one in found)
    verb = "liegt" if many == 1 else "liegen"
    begin = f"Von {len(found)} verglichenen Kennzahlen {verb} {p.region.dative_in} {'eine' if many == 1 else many}"
    return [
        f"{begin} im oberen oder unteren Viertel der {level}.",
        "Welche das sind, zeigt die Tabelle mit den Rängen.",
    ]


Question = tuple[str, int, str]
QUESTIONS: tuple[Question, ...] = (
    ("age", 1, "Wie sollen Wohnen, Wege, Treffpunkte und Pflege aussehen, wenn viele Menschen alt sind?"),
    ("age", -1, "Was brauchen die Älteren, wenn sie hier weniger sind als anderswo?"),
    ("youth", 1, "Reichen Kitas, Schulen, Ganztag und Orte für junge Menschen?"),
    ("youth", -1, "Was hält junge Menschen hier, und was fehlt ihnen?"),
    ("growth", 1, "Wo fehlt es durch das Wachstum an Platz in Kitas, Schulen und Wohnungen?"),
    ("growth", 0, "Was heißt es für die Angebote hier, wenn die Zahl der Menschen etwa gleich bleibt?"),
    ("growth", -1, "Welche Angebote müssen auch mit weniger Menschen erreichbar bleiben, und wie?"),
    ("moves", 1, "Wer kommt, warum gerade hierher, und was hilft beim Ankommen?"),
    ("moves", 0, "Wer kommt und wer geht, und warum?"),
    ("moves", -1, "Wer geht, wohin und warum, und wer käme unter welchen Bedingungen zurück?"),
    ("births", 1, "Reichen Hebammen, Kinderärztinnen und Kinderärzte, Kitas und Ganztag?"),
    ("births", -1, "Was macht es Familien hier leicht oder schwer?"),
    ("background", 1, "Wie sind Menschen mit und ohne Einwanderungsgeschichte an Entscheidungen beteiligt?"),
    ("background", -1, "Was erleben die Menschen, die neu ins Land kommen und hier wenige sind?"),
    ("households", 1, "Wer lebt allein, wer mit anderen, und passen Wohnungen und Nachbarschaften dazu?"),
    ("households", -1, "Wie verändern sich Haushalte, und passen die Wohnungen noch zu ihnen?"),
    ("lone parents", 1, "Was entlastet Mütter und Väter, die ihre Kinder allein erziehen?"),
    ("sexes", 1, "Gehen oder kommen hier eher Frauen oder eher Männer, und woran liegt das?"),
    ("sexes", -1, "Gehen oder kommen hier eher Frauen oder eher Männer, und woran liegt das?"),
)
"""Theme, side of the value (1, -1, 0 near zero) and what a Zukunftswerkstatt may ask; people there shall judge."""


def questions(p: Evidence) -> list[str]:
    """Facts that stand out in short, each with an open question."""
    asked = {(theme, side): text for theme, side, text in QUESTIONS}
    told = []
    for measure, one in _striking(p):
        if question := asked.get((measure.theme, _side(measure, one))):
            value = p.measured(measure, one.date)
            told.append(f"{measure.label} ({shown(value)}{_unit(value)} {on(one.date)}): {question}")
    return told


def unasked(p: Evidence) -> Gap:
    """Why there is no question."""
    why = "keine Kennzahl, zu der hier gefragt wird, im Vergleich mit anderen Orten auffällt"
    if not p.ranked():
        why = "es dafür keinen Vergleich mit anderen Orten gibt"
    return Gap("questions", f"Für {p.region.accusative} stehen hier keine Fragen, weil {why}.")
