"""What the offices' words mean: sexes, nationalities, ages, days, years, months, Länder, units – German and English.

Every heading and row label of a table adds its part to a cell's key. What only one table says (the names of its
measures, of household types, of forms of care) stands in the declaration of that table, as `headings`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from kommunalprofil import vocabulary as v
from kommunalprofil.ages import OPEN, parse_label
from kommunalprofil.sources.declare import Table

Meaning = Mapping[str, Any]
NOTHING: Meaning = {}
"""Meaning of a total, a unit, an empty heading: it adds nothing to a key."""
LEFT_OUT: Meaning = {"left_out": True}
"""Meaning of a column or row the declaration leaves out; it is counted under UNUSED."""
UNUSED = "Gliederung, die der Datenbestand nicht führt"

TOTALS = frozenset({"", "Insgesamt", "insgesamt", "Zusammen", "Total", "total"})
UNITS = frozenset(
    {
        "Anzahl", "Jahre", "Prozent", "%", "qkm", "km²", "ha", "1000", "Ziffer", "Personen", "EUR",
        "number", "Number", "years", "percent", "rate", "sq.km", "sqkm",
    }
)  # fmt: skip
SEXES: Mapping[str, str] = {
    "männlich": "M", "weiblich": "F", "männl.": "M", "weibl.": "F", "male": "M", "female": "F", "Male": "M",
    "Female": "F", "Männer": "M", "Frauen": "F",
}  # fmt: skip
NATIONALITIES: Mapping[str, str] = {
    "Deutsche": "DE", "Deutscher": "DE", "deutsch": "DE", "Ausländer": "AUS", "Ausländer(innen)": "AUS",
    "Ausländer/-innen": "AUS", "Ausländer/innen": "AUS", "Ausländerinnen und Ausländer": "AUS", "Germans": "DE",
    "German": "DE", "Foreigners": "AUS", "Foreigner": "AUS",
}  # fmt: skip
MONTHS: Mapping[str, int] = {
    name: number
    for names in (
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "January February March April May June July August September October November December",
    )
    for number, name in enumerate(names.split(), start=1)
}
LAENDER: Mapping[str, str] = {
    "Schleswig-Holstein": "01", "Hamburg": "02", "Niedersachsen": "03", "Bremen": "04", "Nordrhein-Westfalen": "05",
    "Hessen": "06", "Rheinland-Pfalz": "07", "Baden-Württemberg": "08", "Bayern": "09", "Saarland": "10",
    "Berlin": "11", "Brandenburg": "12", "Mecklenburg-Vorpommern": "13", "Sachsen": "14", "Sachsen-Anhalt": "15",
    "Thüringen": "16", "Deutschland": "DG", "Germany": "DG", "Lower Saxony": "03", "North Rhine-Westphalia": "05",
    "Nordrhein-Westphalia": "05", "Hesse": "06", "Rhineland-Palatinate": "07", "Bavaria": "09", "Saxony": "14",
    "Saxony-Anhalt": "15", "Thuringia": "16", "Mecklenburg-Western Pomerania": "13",
}  # fmt: skip
PROJECTIONS: Mapping[int, str] = {2019: "kbv_14", 2022: "kbv_15"}
"""First year a coordinated projection reaches → which one it is: the 14th from 31.12.2018, the 15th from 31.12.2021."""

DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})", re.ASCII)
YEAR = re.compile(r"(?:19|20)\d{2}", re.ASCII)
SPAN = re.compile(r"((?:19|20)\d{2})/(\d{2}|\d{4})", re.ASCII)
VARIANT = re.compile(r"BEV-VARIANTE-(\d{2})", re.ASCII)
_ENGLISH_AGES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[int, int]]], ...] = (
    (re.compile(r"under (\d{1,3}) years?", re.ASCII), lambda m: (0, int(m[1]))),
    (
        re.compile(r"(\d{1,3}) (?:to|up to|bis) (?:under|below) (\d{1,3}) years?", re.ASCII),
        lambda m: (int(m[1]), int(m[2])),
    ),
    (re.compile(r"(\d{1,3}) years? and (?:over|older|more)", re.ASCII), lambda m: (int(m[1]), OPEN)),
    (re.compile(r"(\d{1,3}) years?", re.ASCII), lambda m: (int(m[1]), int(m[1]) + 1)),
)
_AGE_CODE = re.compile(r"ALT(?P<lo>\d{3})(?:B(?P<hi>\d{2,3})|(?P<open>UM))?", re.ASCII)


def iso_day(text: str) -> str | None:
    """`31.12.2015` or `2015-12-31` as ISO day; None for anything else, also for days that do not exist."""
    text = text.strip()
    if m := DAY.fullmatch(text):
        text = f"{m[3]}-{m[2]}-{m[1]}"
    try:
        return date.fromisoformat(text).isoformat() if len(text) == 10 and text.isascii() else None
    except ValueError:
        return None


def ages(text: str) -> Meaning | None:
    """The bounds an official age label names, German or English; None for anything else."""
    try:
        group = parse_label(text)
    except ValueError:
        return None
    if group is not None:
        return {"age_from": group.lo, "age_to": group.hi}
    for pattern, bounds in _ENGLISH_AGES:
        if m := pattern.fullmatch(text):
            low, high = bounds(m)
            return {"age_from": low, "age_to": high} if 0 <= low < high <= OPEN else None
    return None


def time(text: str, table: Table) -> Meaning | None:
    """A day, a year, or the years of a life table (its date is the end of the last one)."""
    if day := iso_day(text):
        return {"date": day}
    if YEAR.fullmatch(text):
        return {"year": int(text)}
    if table.period == "years" and (m := SPAN.fullmatch(text)):
        first, last = int(m[1]), m[2]
        end = int(last) if len(last) == 4 else first - first % 100 + int(last) + (100 if int(last) < first % 100 else 0)
        return {"year": end} if 0 < end - first < 10 else None
    return None


def meaning(text: str, table: Table) -> Meaning | None:
    """What a heading or row label adds to the key of its cells; None if it is unknown.

    Beside the dimensions of a Grid: `year` and `month` (the reader makes a date of them), `variant` (of a projection),
    `left_out`. The words of the declaration come first.
    """
    text = " ".join(text.split())
    if text in table.headings:
        said = table.headings[text]
        return LEFT_OUT if said is None else said
    if text in TOTALS or text in UNITS:
        return NOTHING
    if text in SEXES:
        return {"sex": SEXES[text]}
    if text in NATIONALITIES:
        return {"nationality": NATIONALITIES[text]}
    if text in MONTHS:
        return {"month": MONTHS[text]}
    if table.level == "land" and text in LAENDER:
        return {"key": LAENDER[text]}
    if m := VARIANT.fullmatch(text):
        return {"variant": int(m[1])}
    found = time(text, table)
    return ages(text) if found is None else found


def day_of(said: Meaning, table: Table) -> str:
    """The date of a period: a day as it is, the last day of a month, the declared day of a year; '' if none is said."""
    if "date" in said:
        return str(said["date"])
    if "year" not in said:
        return ""
    if "month" in said:
        year, month = int(said["year"]), int(said["month"])
        last = date(year + month // 12, month % 12 + 1, 1).toordinal() - 1
        return date.fromordinal(last).isoformat()
    return f"{said['year']}-{table.day_of_year}"


def projection(variant: int, first_day: str) -> str | None:
    """The base of a projected value: which coordinated projection, told by its first year, and which variant."""
    which = PROJECTIONS.get(int(first_day[:4]))
    code = f"{which}_v{variant:02d}"
    return code if which and code in v.BASE else None


@lru_cache(maxsize=4096)
def attribute(variable: str, code: str) -> Meaning | None:
    """What an attribute code of a flat file adds to a key (`GES`, `GESM` → men); a total has an empty code.

    None for a variable or code nobody has declared here.
    """
    if code == "":
        return NOTHING
    if variable in _VARIABLES:
        return _VARIABLES[variable].get(code)
    if variable.startswith("ALT"):
        return _age_code(code)
    if variable.startswith("MONAT"):
        m = re.fullmatch(r"MONAT(\d{2})", code)
        return {"month": int(m[1])} if m and 1 <= int(m[1]) <= 12 else None
    return None


_VARIABLES: Mapping[str, Mapping[str, Meaning]] = {
    "GES": {"GESM": {"sex": "M"}, "GESW": {"sex": "F"}},
    "NAT": {"NATD": {"nationality": "DE"}, "NATA": {"nationality": "AUS"}},
}
"""Variables of flat files whose attributes are a short list of codes."""


def _age_code(code: str) -> Meaning | None:
    """`ALT003` → 3, `ALT000B03` → 0–2, `ALT003B06` → 3–5, `ALT075UM` → 75 and more (B: up to below)."""
    m = _AGE_CODE.fullmatch(code)
    if m is None:
        return None
    low = int(m["lo"])
    high = OPEN if m["open"] else int(m["hi"]) if m["hi"] else low + 1
    return {"age_from": low, "age_to": high} if low < high <= OPEN else None
