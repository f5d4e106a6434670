"""Days as people write them: a day, a month, a quarter, half a year or a year, each as its first and its last day."""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta
from typing import NamedTuple

from kommunalprofil.formatting import MONTHS

EARLIEST, LATEST = 1950, 2150
"""Years a plan may name."""
_FIRST_DAY, _FIRST_DAY_1904 = date(1899, 12, 30), date(1904, 1, 1)  # day 0 of the two calendars of spreadsheets
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_NAMES = {name: number for number, month in enumerate(MONTHS, 1) for name in (month.lower(), month.lower()[:3])} | {
    "maerz": 3, "mrz": 3, "jänner": 1, "jaenner": 1, "sept": 9,
}  # fmt: skip
_SEASONS = {"frühjahr": 3, "frühling": 3, "sommer": 6, "herbst": 9}
_LEAD = re.compile(
    r"^(?:(?:stand:?|stichtag:?|voraussichtlich|spätestens|bis|bis zum|ab|ab dem|seit|seit dem|von|vom|im|in|am|zum)"
    r"\s+)+"
)
_PART = {"anfang": 0, "mitte": 1, "ende": 2}


class Span(NamedTuple):
    """The days a text may mean: the first and the last one."""

    first: date
    last: date


def span(text: str) -> Span | None:
    """The days meant by '31.12.2027', '31.12.27', '12/2027', 'Dezember 2027', '2027', 'Ende 2027', 'III. Quartal 2027'.

    Also ISO days and months, calendar weeks ('KW 12/2027'), half years, seasons. The beginning, middle and end of a
    year are its first, its two middle and its last quarter, those of a month its thirds. None for anything else.
    """
    plain = " ".join(text.casefold().replace("\u00a0", " ").split())
    if len(plain) > 60:
        return None
    plain = _LEAD.sub("", plain)
    try:
        return _day(plain) or _month(plain) or _part_of_year(plain)
    except ValueError:  # a day the calendar does not have
        return None


def serial(number: float, since_1904: bool = False) -> Span | None:
    """The day a spreadsheet means by a number; None for one out of reach."""
    if not 0 < number < 100_000:
        return None
    day = (_FIRST_DAY_1904 if since_1904 else _FIRST_DAY) + timedelta(days=int(number))
    return Span(day, day) if EARLIEST <= day.year <= LATEST else None


def year(text: str) -> int | None:
    """2027 of '2027', '27' and '\u201927'; None out of reach."""
    digits = text.strip("'’ ")
    number = int(digits) + (2000 if len(digits) == 2 else 0)
    return number if EARLIEST <= number <= LATEST else None


def whole_month(of: int, month: int, months: int = 1) -> Span:
    """So many months from one on."""
    last = month + months - 1
    return Span(date(of, month, 1), date(of, last, calendar.monthrange(of, last)[1]))


def whole_year(of: int) -> Span:
    """From the first of January on."""
    return Span(date(of, 1, 1), date(of, 12, 31))


def _day(text: str) -> Span | None:
    found: tuple[str, str, str] | None = None
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[t ][\d:.]+z?)?", text, re.ASCII):
        found = (match[3], match[2], match[1])
    elif match := re.fullmatch(r"(\d{1,2})([./-]) ?(\d{1,2})\2 ?(\d{4}|\d{2})", text, re.ASCII):
        found = (match[1], match[3], match[4])
    elif match := re.fullmatch(r"(\d{1,2})\.? ?([a-zäöü]+)\.? ?(\d{4}|['’]?\d{2})", text, re.ASCII):
        if match[2] not in _NAMES:
            return None
        found = (match[1], str(_NAMES[match[2]]), match[3])
    if found is None or (of := year(found[2])) is None:
        return None
    day = date(of, int(found[1]), int(found[0]))
    return Span(day, day)


def _month(text: str) -> Span | None:
    part, text = _parted(text)
    found: Span | None = None
    if match := re.fullmatch(r"(\d{1,2}) ?[./-] ?(\d{4})", text, re.ASCII):
        found = _of_month(match[2], int(match[1]))
    elif match := re.fullmatch(r"(\d{4})-(\d{1,2})", text, re.ASCII):
        found = _of_month(match[1], int(match[2]))
    elif match := re.fullmatch(r"([a-zäöü]+)\.? ?(\d{4}|['’]?\d{2})", text, re.ASCII):
        found = _of_month(match[2], _NAMES[match[1]]) if match[1] in _NAMES else None
    if found is None or part is None:
        return found
    first, last = ((1, 10), (11, 20), (21, found.last.day))[part]
    return Span(found.first.replace(day=first), found.first.replace(day=last))


def _parted(text: str) -> tuple[int | None, str]:
    """'ende 2027' → 2, '2027'."""
    word, _, rest = text.partition(" ")
    return (_PART[word], rest) if word in _PART else (None, text)


def _of_month(of: str, month: int) -> Span | None:
    known = year(of)
    return whole_month(known, month) if known is not None and 1 <= month <= 12 else None


def _part_of_year(text: str) -> Span | None:
    if match := re.fullmatch(r"(?:(anfang|mitte|ende) )?(?:(?:des )?jahr(?:es)? )?(\d{4})", text, re.ASCII):
        of = year(match[2])
        if of is None:
            return None
        if match[1] is None:
            return whole_year(of)
        return whole_month(of, *((1, 3), (4, 6), (10, 3))[_PART[match[1]]])
    if match := re.fullmatch(r"([1-4]|i{1,3}|iv)\.? ?(?:quartal|quart\.|q\.?|vierteljahr) ?/?(\d{4})", text, re.ASCII):
        return _portion(match[2], match[1], 3)
    if match := re.fullmatch(r"(?:q ?([1-4]) ?/? ?|(i{1,3}|iv) ?/ ?)(\d{4})", text, re.ASCII):
        return _portion(match[3], match[1] or match[2], 3)
    if match := re.fullmatch(r"([12]|i{1,2})\.? ?(?:halbjahr|hj\.?) ?/?(\d{4})", text, re.ASCII):
        return _portion(match[2], match[1], 6)
    if match := re.fullmatch(r"(?:kw|kalenderwoche) ?(\d{1,2}) ?/? ?(\d{4})", text, re.ASCII):
        if (of := year(match[2])) is None:
            return None
        monday = date.fromisocalendar(of, int(match[1]), 1)
        return Span(monday, monday + timedelta(days=6))
    if (match := re.fullmatch(r"(\w+) (\d{4})", text)) and match[1] in _SEASONS:
        of = year(match[2])
        return None if of is None else whole_month(of, _SEASONS[match[1]], 3)
    return None


def _portion(of: str, number: str, months: int) -> Span | None:
    known, place = year(of), _ROMAN.get(number) or int(number)
    return None if known is None else whole_month(known, (place - 1) * months + 1, months)
