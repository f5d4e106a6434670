"""German numbers, units, dates, ages and signs – the only place where a value becomes text for readers.

Rounding is commercial (half away from zero on the decimal digits), as the statistical offices round.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache

MINUS = "\u2212"
NBSP = "\u00a0"
THIN = "\u202f"  # narrow no-break space: a unit must not fall into the next line
DASH = "\u2013"

MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]

SIGNS = {
    DASH: "genau null",
    ".": "Zahlenwert unbekannt oder geheim zu halten",
    "/": "Zahlenwert nicht sicher genug",
    "( )": "Aussagewert eingeschränkt",
    "...": "Angabe fällt später an",
    "x": "Tabellenfach gesperrt, weil die Aussage nicht sinnvoll oder nicht zu berechnen ist",
}
"""The signs of German official tables, in the words of their legend (DIN 55301)."""

_FLAG_SIGNS = {
    "not_published": ".",
    "secret": ".",
    "unreliable": "/",
    "later": "...",
    "blocked": "x",
    "not_computable": "x",
    "region_absent": "x",
    "zero_denominator": "x",
}


_SEPARATORS = str.maketrans({",": ".", ".": ","})
_CONTEXT = Context(prec=400)  # the default stops at 28 digits, a float may have 309 before the point


@lru_cache(maxsize=10_000, typed=True)  # beyond 2**53 equal numbers of two types print differently
def _digits(value: float, decimals: int) -> tuple[bool, str]:
    """Whether the rounded value is negative, and its absolute digits with German separators."""
    quantum = Decimal(1).scaleb(-decimals)
    exact = Decimal(repr(float(value))) if not isinstance(value, int) else Decimal(value)
    rounded = exact.copy_abs().quantize(quantum, rounding=ROUND_HALF_UP, context=_CONTEXT)
    text = f"{rounded:,f}".translate(_SEPARATORS)
    return exact < 0 and rounded != 0, text


def missing(value: float | None) -> bool:
    """True for None and NaN, the two ways a value can be absent."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: float | None, decimals: int = 0) -> str:
    """133460 → '133.460', 42.04 with one decimal → '42,0', −66.6 → '−66,6'; a missing value → '.'.

    Raises ValueError for an infinite value or negative `decimals`.
    """
    if value is None or missing(value):
        return "."
    if math.isinf(value) or decimals < 0:
        raise ValueError(f"cannot print {value} with {decimals} decimals")
    negative, text = _digits(value, decimals)
    return MINUS + text if negative else text


def change(value: float | None, decimals: int = 0) -> str:
    """A difference with its sign: 1.2 → '+1,2', −3 → '−3', what rounds to zero → '±0'."""
    text = number(value, decimals)
    if value is None or missing(value) or text.startswith(MINUS):
        return text
    return ("+" if any(c in "123456789" for c in text) else "±") + text


def counted_or(unit: str) -> str:
    """The unit as it stands beside a number: none where people or things are counted."""
    return "" if unit in ("Zahl", "Personen") else unit


def with_unit(text: str, unit: str) -> str:
    """A printed number and its unit, '%' after a no-break space, any other after a thin one."""
    if not unit:
        return text
    return f"{text}{NBSP if unit == '%' else THIN}{unit}"


def percent(value: float | None, decimals: int = 1) -> str:
    """12.34 → '12,3 %' with a no-break space (the value is in percent, not a fraction)."""
    return with_unit(number(value, decimals), "%")


def quantity(value: float | None, unit: str, decimals: int = 0) -> str:
    """A number with its unit, for running text: '42,6 Jahre', '133.460 Personen', '12,3 %'."""
    return with_unit(number(value, decimals), unit)


def share_decimals(persons: float | None) -> int | None:
    """Decimals a percentage of so many persons may carry: 1, under 100 persons 0, under 20 None (counts only)."""
    if persons is None or missing(persons) or persons < 20:
        return None
    return 1 if persons >= 100 else 0


def sign(flag: str) -> str:
    """The official sign for a missing value with this flag; unknown reasons print '.'."""
    return _FLAG_SIGNS.get(flag.split(":", 1)[0], ".")


def cell(value: float | None, decimals: int = 0, flag: str = "") -> str:
    """A table cell: the number, in brackets when of low reliability, or the sign that says why there is none."""
    if value is None or missing(value):
        return sign(flag)
    if value == 0 and decimals == 0:
        return DASH
    text = number(value, decimals)
    return f"({text})" if "low_reliability" in flag.split("|") else text


def _date_parts(iso: str) -> tuple[int, int, int]:
    match = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", iso)
    if not match or not (1 <= int(match[2]) <= 12 and 1 <= int(match[3]) <= 31):
        raise ValueError(f"not an ISO date: {iso!r}")
    return int(match[1]), int(match[2]), int(match[3])


def date(iso: str) -> str:
    """'2015-12-31' → '31.12.2015'; a year or a pooled period ('2012/2015') → '2012–2015'. Raises ValueError."""
    if "/" in iso:
        return DASH.join(iso.split("/"))
    if re.fullmatch(r"\d{4}", iso):
        return iso
    year, month, day = _date_parts(iso)
    return f"{day:02d}.{month:02d}.{year}"


def stand(text: str) -> str:
    """An office's time stamp: '2024-10-10T11:57:53' → '10.10.2024', '2024-10' → '10/2024', other texts unchanged."""
    if re.match(r"\d{4}-\d{2}-\d{2}", text):
        return date(text[:10])
    return f"{text[5:]}/{text[:4]}" if re.fullmatch(r"\d{4}-\d{2}", text) else text


def date_words(iso: str) -> str:
    """For sentences: '2015-12-31' → 'Ende 2015', '2022-05-15' → '15. Mai 2022', '2015' → '2015'."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", iso):
        return date(iso)
    year, month, day = _date_parts(iso)
    if (month, day) == (12, 31):
        return f"Ende {year}"
    return f"{day}.{NBSP}{MONTHS[month - 1]} {year}"


def year(iso: str) -> int:
    """The year of a date, a year, or the last year of a pooled period."""
    return int(iso.split("/")[-1][:4])


def span(first: int | str, last: int | str) -> str:
    """'2011–2021', or just '2011' when both are the same."""
    return str(first) if str(first) == str(last) else f"{first}{DASH}{last}"


def age_bounds(label: str) -> tuple[int, int | None]:
    """'18-24' → (18, 25), '90+' → (90, None), '7' → (7, 8): half-open bounds of a printed age label.

    Raises ValueError for anything else.
    """
    if match := re.fullmatch(r"(\d{1,3})\+", label):
        return int(match[1]), None
    if match := re.fullmatch(r"(\d{1,3})(?:[-–](\d{1,3}))?", label):
        low, high = int(match[1]), int(match[2] or match[1])
        if low <= high:
            return low, high + 1
    raise ValueError(f"not an age group: {label!r}")


def age(label: str) -> str:
    """For tables and axes: '18-24' → '18–24', '65+' → '65 und älter', '0-17' → 'unter 18', 'T' → 'insgesamt'."""
    if label == "T":
        return "insgesamt"
    low, high = age_bounds(label)
    if high is None:
        return f"{low} und älter"
    if high == low + 1:
        return str(low)
    return f"unter {high}" if low == 0 else f"{low}{DASH}{high - 1}"


def age_words(label: str) -> str:
    """For sentences: '18 bis 24 Jahre', '65 Jahre und älter', 'unter 18 Jahre', 'insgesamt'."""
    if label == "T":
        return "insgesamt"
    low, high = age_bounds(label)
    if high is None:
        return f"{low} Jahre und älter"
    if high == low + 1:
        return f"{low} {'Jahr' if low == 1 else 'Jahre'}"
    return f"unter {high} Jahre" if low == 0 else f"{low} bis {high - 1} Jahre"


def age_people(label: str) -> str:
    """The people of an age group: '18- bis 24-Jährige', 'unter 18-Jährige', '65-Jährige und Ältere', '7-Jährige'."""
    low, high = age_bounds(label)
    if high is None:
        return f"{low}-Jährige und Ältere"
    if high == low + 1:
        return f"{low}-Jährige"
    return f"unter {high}-Jährige" if low == 0 else f"{low}- bis {high - 1}-Jährige"


def list_and(items: Iterable[str], conjunction: str = "und") -> str:
    """['a', 'b', 'c'] → 'a, b und c'; nothing → ''."""
    words = list(items)
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {conjunction} {words[-1]}"


def rounded(value: float, digits: int = 2) -> str:
    """A number kept to its leading digits, for 'rund …' in text: 133460 → '130.000', 27781 with three → '27.800'."""
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    quantum = Decimal(1).scaleb(-places)
    kept = Decimal(repr(float(value))).quantize(quantum, rounding=ROUND_HALF_UP, context=_CONTEXT)
    return number(float(kept), max(0, places))
