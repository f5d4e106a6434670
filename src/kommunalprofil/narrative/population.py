"""How many people there are, since when, women and men."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import boundaries
from kommunalprofil import formatting as fmt
from kommunalprofil.narrative.common import compared, inhabitants
from kommunalprofil.sentences import capital, development, few, look_back, on, segments, shown

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence


def lead(p: Evidence) -> list[str]:
    """The newest number, the last year, the newest comparable stretch of some years before."""
    stretches = [s for s in segments(p.series("population")) if fmt.year(s[1].date) - fmt.year(s[0].date) > 3]
    return [inhabitants(p), _last_year(p), *(development(*s) for s in stretches[-1:])]


def _last_year(p: Evidence) -> str:
    """How the newest number differs from the one a year before on the same base."""
    series = [v for v in p.series("population") if not v.missing]
    before = look_back(series, years=1)
    if before is None or before.value is None or series[-1].value is None:
        return ""
    difference, then = series[-1].value - before.value, fmt.date_words(before.date)
    if not difference:
        return f"Das sind genauso viele wie {then}."
    more = "mehr" if difference > 0 else "weniger"
    if abs(difference) == 1:
        return f"Das ist ein Mensch {more} als {then}."
    return f"Das sind {fmt.number(abs(difference))} {more} als {then}."


def borders(p: Evidence) -> list[str]:
    """What older values were added up from; when the borders of the place moved, over which nothing compares."""
    moved = boundaries.told(p.reforms())
    sums: list[str] = p.sums()
    if not moved:
        return sums
    apart = "Zahlen von davor und danach gelten für verschiedene Gebiete und sind nicht vergleichbar."
    return [*sums, moved, apart]


def women_and_men(p: Evidence) -> list[str]:
    """How many women there are for 100 men, beside Land and Bund."""
    ratio = p.get("women_per_100_men")
    if ratio.missing:
        return []
    more = compared(p, "women_per_100_men", "mehr", "weniger", "genauso viele")
    if few(ratio):
        return []  # the lead of the chapter has both numbers
    return [f"{capital(on(ratio.date))} kamen {p.region.dative_in} {shown(ratio)} Frauen auf 100 Männer{more}."]
