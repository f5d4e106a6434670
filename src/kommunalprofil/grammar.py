"""German for places: title, article and case of a Kreis, a town, a Land, from its name and its official type."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Gender = Literal["m", "f", "n"]

NOUNS: dict[str, tuple[Gender, str]] = {
    "Kreis": ("m", "Kreises"),
    "Landkreis": ("m", "Landkreises"),
    "Regionalverband": ("m", "Regionalverbandes"),
    "Stadt": ("f", "Stadt"),
    "Gemeinde": ("f", "Gemeinde"),
    "Markt": ("m", "Marktes"),
    "Marktgemeinde": ("f", "Marktgemeinde"),
    "Flecken": ("m", "Fleckens"),
    "Marktflecken": ("m", "Marktfleckens"),
    "Klosterflecken": ("m", "Klosterfleckens"),
    "Region": ("f", "Region"),
    "Städteregion": ("f", "Städteregion"),
    "Land": ("n", "Landes"),
}
"""Type nouns that stand before the name: gender and genitive."""

BARE_KINDS = frozenset({"Kreisfreie Stadt", "Stadtkreis", "Land", "Bund"})
"""Types whose places are called by their name alone, without article: Dortmund, Hessen, Deutschland."""

CITY_STATES = frozenset({"Berlin", "Bremen", "Hamburg"})
_ARTICLES = {"m": ("der", "den", "dem", "im", "des"), "f": ("die", "die", "der", "in der", "der")}
_ARTICLES["n"] = ("das", "das", "dem", "im", "des")
_UNDECLINED = re.compile(r"[^\wäöüÄÖÜß-]|(?:s|ß|x|z|ce|tsch)$")
_ADJECTIVE_KREIS = re.compile(r"^(?P<stem>.+isch)er Kreis$")
_KREIS_WORD = re.compile(r"(?i)(?<![a-zäöüß])kreis\b|(?<=[a-zäöüß])kreis\b")


@dataclass(frozen=True, slots=True)
class Forms:
    """The cases of one place, articles included; `dative_in` is the dative with „in“."""

    title: str
    nominative: str
    accusative: str
    dative: str
    dative_in: str
    genitive: str


@lru_cache(maxsize=4096)
def forms(name: str, kind: str) -> Forms:
    """All forms of a place of this name and official type; an unknown type is treated like a bare proper name."""
    if kind.startswith("Gemeindefreie"):
        return _unincorporated(name, kind)
    if kind == "Land" and name == "Saarland":
        return _with_article("Saarland", "Saarland", "Saarlandes", "n")
    if kind == "Land" and name in CITY_STATES:
        return _with_article(f"Land {name}", f"Land {name}", f"Landes {name}", "n")
    if kind in BARE_KINDS or kind not in NOUNS:
        return _bare(name)
    if adjective := _ADJECTIVE_KREIS.match(name):
        stem = adjective["stem"]
        return Forms(name, f"der {stem}e Kreis", f"den {stem}en Kreis", f"dem {stem}en Kreis", f"im {stem}en Kreis",
                     f"des {stem}en Kreises")  # fmt: skip
    first = name.partition(" ")[0]
    if first in ("Region", "Städteregion"):
        return _with_article(name, name, name, "f")
    if first == kind:  # the town Stadt Wehlen, the market Markt Schwaben: the type is the name's first word
        return _bare(name)
    if kind in ("Kreis", "Landkreis") and _KREIS_WORD.search(name):
        return _with_article(name, name, _KREIS_WORD.sub(lambda found: f"{found[0]}es", name, count=1), "m")
    gender, genitive = NOUNS[kind]
    return _with_article(f"{kind} {name}", f"{kind} {name}", f"{genitive} {name}", gender)


def _with_article(title: str, other: str, genitive: str, gender: Gender) -> Forms:
    nominative_, accusative_, dative_, dative_in_, genitive_ = _ARTICLES[gender]
    return Forms(title, f"{nominative_} {other}", f"{accusative_} {other}", f"{dative_} {other}",
                 f"{dative_in_} {other}", f"{genitive_} {genitive}")  # fmt: skip


def _bare(name: str) -> Forms:
    """A proper name without article: genitive with -s where that can be said, else „von …“."""
    genitive = f"von {name}" if _UNDECLINED.search(name) else f"{name}s"
    return Forms(name, name, name, name, f"in {name}", genitive)


def _unincorporated(name: str, kind: str) -> Forms:
    """Areas that belong to no Gemeinde: „das gemeindefreie Gebiet …“, „der gemeindefreie Bezirk …“."""
    if name.startswith("Gemeinsames"):  # the German-Luxembourg condominium has a name that is a phrase
        first, _, noun = name.removeprefix("Gemeinsames ").rpartition(" ")
        first = first.removesuffix("s")  # deutsch-luxemburgisches: every adjective takes the weak ending
        weak, oblique = f"gemeinsame {first} {noun}", f"gemeinsamen {first}n {noun}"
        return Forms(name, f"das {weak}", f"das {weak}", f"dem {oblique}", f"im {oblique}", f"des {oblique}s")
    noun = kind.rpartition(" ")[2]
    genitive = {"Gebiet": "Gebietes", "Bezirk": "Bezirks"}[noun]
    gender: Gender = "n" if noun == "Gebiet" else "m"
    articles = _ARTICLES[gender]
    weak, strong = f"gemeindefreie {noun} {name}", f"gemeindefreien {noun} {name}"
    accusative = f"das {weak}" if gender == "n" else f"den {strong}"
    return Forms(f"{kind} {name}", f"{articles[0]} {weak}", accusative, f"dem {strong}", f"im {strong}",
                 f"des gemeindefreien {genitive} {name}")  # fmt: skip
