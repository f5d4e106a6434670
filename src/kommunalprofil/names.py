"""Names as people type them: one folded key for every spelling, looser keys behind it, the nearest names to a typo."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ł": "l", "ø": "oe", "æ": "ae", "đ": "d"})
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_PARTS = re.compile(r"[0-9]+|[^\W\d_]+")
_QUALIFIER = re.compile(
    r"(?<=\w)(?:\s*[(/,].*|\s+(?:a|am|an|auf|b|bei|d|der|i|im|in|o|ob|u|unter|v|vor|vorm)(?:\.|\s).*)$"
)
CONNECTING = frozenset(
    ("a", "am", "an", "auf", "b", "bei", "d", "dem", "den", "der", "die", "i", "im", "in", "o", "ob", "u", "und",
     "unter", "v", "von", "vor")
)  # fmt: skip
ABBREVIATIONS = {
    "opf": "oberpfalz",
    "ofr": "oberfranken",
    "ufr": "unterfranken",
    "mfr": "mittelfranken",
    "nb": "niederbayern",
    "schw": "schwaben",
    "vogtl": "vogtland",
    "erzgeb": "erzgebirge",
    "saechs": "saechsische",
    "sa": "sachsen",
    "westf": "westfalen",
    "rhld": "rheinland",
    "thuer": "thueringen",
    "holst": "holstein",
    "oldb": "oldenburg",
    "hess": "hessen",
}
MAX_QUERY = 100
"""Longer texts cannot be names (the longest official one has 59 characters) and are not searched for."""


def fold(text: str) -> str:
    """The key of a name: lower case, ä as ae, ß as ss, other accents dropped, every separator one hyphen.

    „St. Ingbert“, „Sankt Ingbert“ and „ST-INGBERT“ give `st-ingbert`; decomposed Unicode gives the same as composed.
    The result is [a-z0-9-]*, empty for a text without letters and digits.
    """
    text = unicodedata.normalize("NFC", text).casefold().translate(_LETTERS)
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    tokens = _SEPARATORS.sub(" ", text).split()
    return "-".join("st" if token == "sankt" else token for token in tokens)


def squash(key: str) -> str:
    """A key without its separators, so that „Ilmkreis“ meets „Ilm-Kreis“."""
    return key.replace("-", "")


def in_order(name: str) -> tuple[tuple[tuple[bool, int, str], ...], str]:
    """The key names are sorted by, as a German reader looks for them: ä beside a, ß as ss (DIN 5007-1), 2 before 10."""
    plain = "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))
    parts = _PARTS.findall(plain)
    return tuple((not part[0].isdigit(), int(part) if part[0].isdigit() else 0, part) for part in parts), name


def loose(key: str) -> str:
    """A key without connecting words and with abbreviations written out: `weiden-oberpfalz`, `frankfurt-main`."""
    return "-".join(ABBREVIATIONS.get(token, token) for token in key.split("-") if token not in CONNECTING)


def base(name: str) -> str:
    """The name without what tells it from its namesakes: „Adorf/Vogtl.“ → „Adorf“, „Halle (Saale)“ → „Halle“."""
    return _QUALIFIER.sub("", name).strip()


def distance(left: str, right: str, limit: int) -> int:
    """Edits (insert, delete, replace, swap of neighbours) between two texts; `limit` + 1 as soon as it is exceeded."""
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        last, row, older = row, [i], before
        before = last
        for j, b in enumerate(right, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if older and i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return min(row[-1], limit + 1)


def tolerance(query: str) -> int:
    """How many edits a typo may have, by the length of what was typed."""
    return 1 if len(query) <= 4 else 2 if len(query) <= 8 else 3


def printable(query: str) -> str:
    """A query as it may be repeated in a message: one line, no control characters, cut after 60 characters."""
    text = "".join(c if c.isprintable() else " " for c in query[:200])
    text = " ".join(text.split())
    return text if len(text) <= 60 and len(query) <= 200 else f"{text[:60]}…"


RURAL = frozenset({"Kreis", "Landkreis", "Regionalverband"})
"""Types of Kreise that are no town."""

CITY_STATES = {"02": "02000", "11": "11000"}
"""Hamburg and Berlin: Land and Kreis are one territory; their plain name means the Kreis."""


def winners(exact: Sequence[tuple[str, int]], same_base: Sequence[tuple[str, int]], rural: Container[str]) -> list[str]:
    """Keys of the places a plain name means, from (key, population) of those that have it and those built on it.

    Whoever bears exactly this name comes first. A place whose name only adds where it lies („Halle (Saale)“) competes
    if it has at least as many people as the largest of them, or if there is none. A Kreis among them (keys in `rural`)
    does not outweigh a town of its own Land: „Leer“ may mean Leer (Ostfriesland), „Offenbach“ Offenbach am Main.
    """
    largest = max((people for _, people in exact), default=-1)
    largest_town = max((people for ags, people in exact if ags not in rural), default=-1)
    laender = {ags[:2] for ags, _ in exact if ags in rural}
    found = [ags for ags, _ in exact]
    for ags, people in same_base:
        if ags not in found and (people >= largest or (ags[:2] in laender and people >= largest_town)):
            found.append(ags)
    return [ags for ags in found if CITY_STATES.get(ags) not in found]
