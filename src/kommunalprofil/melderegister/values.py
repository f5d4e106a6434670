"""What stands in the cells, as people write it, as codes. Every function raises ValueError, saying what is allowed."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.melderegister.model import INSTITUTION, TOTAL, UNKNOWN
from kommunalprofil.names import fold, squash

OLDEST = 125
"""Completed years; nobody older is known."""
LARGEST = 100_000_000
LONGEST = 60
"""Characters of the name of a district."""
_TOTALS = ("insgesamt", "gesamt", "insg", "summe", "alle", "zusammen", "total", "gesamtsumme", "gesamtergebnis")
_UNKNOWN = ("ohneangabe", "oa", "unbekannt", "keineangabe", "ka", "nichtbekannt", "nichtzuordenbar", "ohnezuordnung")
_ANY = dict.fromkeys(_TOTALS, TOTAL) | dict.fromkeys(_UNKNOWN, UNKNOWN)
SEX = _ANY | {
    **dict.fromkeys(("m", "maennlich", "mann", "maenner"), "M"),
    **dict.fromkeys(("w", "weiblich", "frau", "frauen"), "F"),
    **dict.fromkeys(("d", "divers", "x", "diverse"), UNKNOWN),
}
NATIONALITY = _ANY | {
    **dict.fromkeys(("d", "de", "deutsch", "deutsche", "deutscher", "deutschland", "deutscheinnen", "deu"), "DE"),
    **dict.fromkeys(
        ("a", "aus", "ausl", "auslaendisch", "auslaendische", "auslaender", "auslaenderin", "auslaenderinnen",
         "auslaenderinnenundauslaender", "auslaenderinnenauslaender", "nichtdeutsch", "nichtdeutsche", "nd",
         "staatenlos", "ungeklaert"),
        "AUS",
    ),
}  # fmt: skip
HOUSEHOLD = _ANY | {
    **dict.fromkeys(
        ("einpersonenhaushalt", "einpersonenhaushalte", "1personenhaushalt", "1personenhaushalte", "1person",
         "eineperson", "singlehaushalt", "alleinlebend", "alleinlebende", "single", "singles"),
        "one_person",
    ),
    **dict.fromkeys(
        ("paarohnekind", "paarohnekinder", "paareohnekind", "paareohnekinder", "ehepaarohnekind", "ehepaarohnekinder",
         "ehepaareohnekinder", "nichtehelichelebensgemeinschaftohnekind", "nichtehelichelebensgemeinschaftohnekinder"),
        "couple_without_child",
    ),
    **dict.fromkeys(
        ("paarmitkind", "paarmitkindern", "paaremitkind", "paaremitkindern", "ehepaarmitkind", "ehepaarmitkindern",
         "ehepaaremitkindern", "nichtehelichelebensgemeinschaftmitkind", "nichtehelichelebensgemeinschaftmitkindern"),
        "couple_with_child",
    ),
    **dict.fromkeys(
        ("alleinerziehend", "alleinerziehende", "einelternfamilie", "alleinerziehendehaushalte"), "lone_parent"
    ),
    **dict.fromkeys(
        ("mehrpersonenhaushaltohnekernfamilie", "mehrpersonenhaushalteohnekernfamilie", "sonstigermehrpersonenhaushalt",
         "sonstigemehrpersonenhaushalte", "wohngemeinschaft", "wohngemeinschaften", "wg", "sonstige", "sonstiger"),
        "shared",
    ),
    **dict.fromkeys(("anstalt", "gemeinschaftsunterkunft", "heim", "wohnheim", "keinprivathaushalt"), INSTITUTION),
}  # fmt: skip
_PAREN = re.compile(r"\(([^)]*)\)")


def _word(text: str, known: dict[str, str], allowed: str) -> str:
    plain = _PAREN.sub(r"\1", text)  # „Paar mit Kind(ern)“
    key = squash(fold(plain))
    if key not in known:
        raise ValueError(allowed)
    return known[key]


def sex(text: str) -> str:
    """M, F, total or unknown; „divers“ and „ohne Angabe“ are one, for both are too few to be told apart."""
    return _word(text, SEX, "männlich, weiblich, divers, ohne Angabe oder insgesamt (auch m, w, d)")


def nationality(text: str) -> str:
    """DE or AUS; who has no or an unsettled nationality is no German."""
    return _word(
        text, NATIONALITY, "deutsch, ausländisch, ohne Angabe oder insgesamt (auch D, A); einzelne Staaten nicht"
    )


def household(text: str) -> str:
    """The types of the Zensus (Typ des privaten Haushalts nach Familien)."""
    return _word(text, HOUSEHOLD, "Einpersonenhaushalt, Paar ohne Kind, Paar mit Kind, Alleinerziehende, "
                 "Mehrpersonenhaushalt ohne Kernfamilie, Anstalt, ohne Angabe oder insgesamt")  # fmt: skip


def district(text: str) -> str:
    """The name as it stands, its letters composed (NFC), in single spaces."""
    name = " ".join(unicodedata.normalize("NFC", text).split())
    key = squash(fold(name))
    if key in (*_TOTALS, "gesamtstadt", "stadtgesamt", "stadtinsgesamt", "gemeindeinsgesamt", "gesamtort"):
        return TOTAL
    if key in _UNKNOWN or not any(map(str.isalnum, name)):
        return UNKNOWN
    if len(name) > LONGEST:
        raise ValueError(f"ein Name mit höchstens {LONGEST} Zeichen")
    return name


_AGES = "ein Alter wie 7, 18-24, 18 bis 24, unter 3, 75+ oder 75 und älter, unbekannt oder insgesamt"
_OPEN = r"(?:\+|und (?:älter|mehr|ältere)|u\. ?ä\.?|u\. ?m\.?)"
_CLOSED = re.compile(r"(\d{1,3}) ?-? ?(?:-|bis) ?(\d{1,3})")
_BELOW = re.compile(r"(\d{1,3}) ?(?:-|bis)? ?(?:unter|<) ?(\d{1,3})")
_UNDER = re.compile(r"(?:bis )?(?:unter|<) ?(\d{1,3})")
_UNTIL = re.compile(r"bis ?(?:zu )?(\d{1,3})")
_ABOVE = re.compile(rf"(\d{{1,3}}) ?{_OPEN}")
_FROM = re.compile(r"(?:ab|>=|≥) ?(\d{1,3})")
_EXCEL = re.compile(
    r"\d{1,2}\. ?(?:jan|feb|mär|mrz|apr|mai|jun|jul|aug|sep|okt|nov|dez)\w*\.?|\d{1,2}\.\d{1,2}\.(?:\d{2,4})?"
)


def age(text: str) -> str:
    """An age or age group as AgeGroup prints it: `7-7`, `18-24`, `65+`."""
    plain = text.lower().replace("–", "-").replace("—", "-").replace("\u2212", "-")
    plain = re.sub(r"-?jährige[nr]?|\bjahren?\b|\bjahre?\b|\bj\.|\blebensjahre?\b", "", plain)
    plain = " ".join(plain.split())
    if (word := _ANY.get(squash(fold(text)))) is not None:
        return word
    if _EXCEL.fullmatch(plain):
        raise ValueError(f"{_AGES}. Ein Tabellenprogramm hat hier wohl aus einer Altersgruppe ein Datum gemacht")
    low, high = _bounds(plain)
    if not 0 <= low < high or (high != OPEN and high > OLDEST + 1) or low > OLDEST:
        raise ValueError(_AGES)
    return str(AgeGroup(low, high))


def _bounds(text: str) -> tuple[int, int]:
    if text.isdecimal() and text.isascii() and len(text) <= 3:
        return int(text), int(text) + 1
    if found := _BELOW.fullmatch(text):
        return int(found[1]), int(found[2])
    if found := _CLOSED.fullmatch(text):
        return int(found[1]), int(found[2]) + 1
    if found := _UNDER.fullmatch(text):
        return 0, int(found[1])
    if found := _UNTIL.fullmatch(text):
        return 0, int(found[1]) + 1
    if found := _ABOVE.fullmatch(text) or _FROM.fullmatch(text):
        return int(found[1]), OPEN
    raise ValueError(_AGES)


def birth(text: str) -> int | None:
    """A year of birth; None if it is not known."""
    if squash(fold(text)) in _UNKNOWN:
        return None
    if re.search(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d", text):
        raise ValueError("nur das Jahr; der Tag der Geburt ist eine persönliche Angabe und wird nicht gebraucht")
    if not re.fullmatch(r"1[89]\d\d|20\d\d", text, re.ASCII):
        raise ValueError("ein Jahr wie 1984")
    return int(text)


_DAY = re.compile(r"(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>\d{4})|(?P<y2>\d{4})-(?P<m2>\d\d)-(?P<d2>\d\d)", re.ASCII)


def date(text: str) -> str:
    """A day as ISO; none to come, for a register counts who is there."""
    allowed = "ein Tag wie 31.12.2021 oder 2021-12-31"
    found = _DAY.fullmatch(re.sub(r"[T ]00:00(?::00(?:\.0+)?)?$", "", text.strip()))
    if found is None:
        raise ValueError(allowed)
    parts = [int(found[name] or found[f"{name}2"]) for name in "ymd"]
    try:
        day = datetime.date(*parts)
    except ValueError:
        raise ValueError(allowed) from None
    if day.year < 1950 or day > datetime.date.today():
        raise ValueError("ein Tag von 1950 bis heute")
    return day.isoformat()


_COUNT = re.compile(r"(\d{1,3}(?:[.\u00a0\u202f ']\d{3})+|\d+)(?:[.,]0+)?", re.ASCII)


def count(text: str) -> float:
    """A whole number from zero up; NaN for a sign that keeps it secret."""
    if text in ("-", "–", "—"):
        return 0.0
    if text in ("·", "*", ".", "x", "X", "/", "•"):
        return math.nan
    found = _COUNT.fullmatch(text)
    if found is None or len(text) > 20:
        raise ValueError("eine ganze Zahl ab 0 wie 1.234, ein Strich für „genau null“, ein Punkt oder * für „geheim“")
    number = int(re.sub(r"\D", "", found[1]))
    if number > LARGEST:
        raise ValueError("höchstens 100 Millionen")
    return float(number)
