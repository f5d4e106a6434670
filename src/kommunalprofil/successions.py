"""How the series of a place goes back beyond its own key: which former areas its older values were added up from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import grammar
from kommunalprofil.territory import FORMER_CITIES

if TYPE_CHECKING:
    from kommunalprofil.regions import Region

FEW = 4
"""Names that are listed; more are counted."""


def told(region: Region, made_of: Mapping[str, tuple[str, ...]], name_of: Callable[[str], str]) -> list[str]:
    """'Werte bis Ende 2015 sind die Summe der Kreise Göttingen und Osterode am Harz.', one sentence for each makeup.

    `made_of` gives for every date with a value the keys that were added up; nothing is said of dates with the place's
    own key alone.
    """
    first = min(made_of, default="")
    makeups = [(date, _makeup(region, made_of[date], name_of)) for date in sorted(made_of)]
    spans: dict[str, list[str]] = {}
    for text, run in groupby(makeups, key=itemgetter(1)):
        dates = [date for date, _ in run]
        spans.setdefault(text, []).append(_span(dates[0], dates[-1], first))
    return [f"Werte {fmt.list_and(some)} {text}." for text, some in spans.items() if text]


def _span(begin: str, end: str, first: str) -> str:
    """'bis Ende 2015', 'von Ende 2019 bis Ende 2020', 'von Ende 2020', 'vom 15. Mai 2022'."""
    until = fmt.date_words(end)
    until = until if until.startswith("Ende") else f"zum {until}"
    if begin <= first:
        return f"bis {until}"
    since = fmt.date_words(begin)
    since = f"von {since}" if since.startswith("Ende") else f"vom {since}"
    return since if begin == end else f"{since} bis {until}"


def _makeup(region: Region, keys: tuple[str, ...], name_of: Callable[[str], str]) -> str:
    """The end of the sentence: 'schließen die Stadt Eisenach ein', 'sind die Summe der Kreise …'."""
    kreis = len(region.ags) == 5
    names = {key: name_of(key).partition(",")[0] for key in keys}
    own = [key for key in keys if key == region.ags or (not kreis and names[key] == region.name)]
    others = [key for key in keys if key not in own]
    if not others:
        return f"stehen unter dem früheren Gebietsschlüssel {fmt.list_and(own)}" if own != [region.ags] else ""
    if not all(names.values()) or len(others) > FEW:
        what = "Kreise" if kreis else "Gemeinden"
        before = "schließen" if own else "sind die Summe"
        return f"{before} {len(others)} frühere {what} ein" if own else f"{before} {len(others)} früherer {what}"
    forms = [_forms(key, names[key]) if kreis else grammar.forms(names[key], "Gemeinde") for key in others]
    if own:
        listed = [form.accusative for form in forms] if kreis else [names[key] for key in others]
        return f"schließen {fmt.list_and(listed)} ein"
    if not kreis:
        return f"sind die Summe von {fmt.list_and(names[key] for key in others)}"
    if not any(key in FORMER_CITIES for key in others):
        return f"sind die Summe der Kreise {fmt.list_and(names[key] for key in others)}"
    return f"sind die Summe aus {fmt.list_and(form.dative for form in forms)}"


def _forms(key: str, name: str) -> grammar.Forms:
    if key in FORMER_CITIES:
        return grammar.forms(name, "Stadt")
    return grammar.forms(name, "Kreis" if key[:2] in ("01", "05") else "Landkreis")
