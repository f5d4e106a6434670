"""Numbers as people write them in German: points between thousands, a comma before decimals, a unit behind."""

from __future__ import annotations

import re
from typing import NamedTuple

_GROUPED = re.compile(r"\d{1,3}(?:[.\u00a0\u202f' ]\d{3})+(?:,\d+)?|\d+(?:,\d+)?", re.ASCII)
_SPACES = re.compile(r"[\u00a0\u202f ]+")
EURO = ("€", "eur", "euro")
_MONEY = re.compile(r"(.+?)(?:,-+|,–|,—)")


class Amount(NamedTuple):
    """A number and the unit written behind it ('' for none)."""

    value: float
    unit: str


def amount(text: str) -> Amount | None:
    """1200 of '1.200', 12.5 of '12,5 %', 50000 of '50.000 €' and '50.000,- Euro'; None for anything else.

    '12.5' is none: it may be a day, or the twelve and a half of another language.
    """
    plain = _SPACES.sub(" ", text).strip()
    if len(plain) > 60:
        return None
    if plain[:1] == "€":
        plain = f"{plain[1:].strip()} €"
    sign = -1.0 if plain[:1] in "-−–" and plain[1:2].isdigit() else 1.0
    plain = plain.removeprefix(plain[:1]) if plain[:1] in ("-", "−", "–", "+") else plain
    match = re.fullmatch(r"([\d.,' –—-]*[\d–—-]) ?([^\d\s.,'][^\d]*(?:\d\.?0{2,3})?\D*)?", plain)
    if match is None:
        return None
    digits, unit = match[1].strip(), (match[2] or "").strip()
    if money := _MONEY.fullmatch(digits):
        digits = money[1]
    if not _GROUPED.fullmatch(digits):
        return None
    return Amount(sign * float(re.sub(r"[.' ]", "", digits).replace(",", ".")), unit)
