"""One district in several spellings: what only case tells apart is one, what else looks alike is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

from kommunalprofil import formatting as fmt
from kommunalprofil.melderegister.model import TOTAL, UNKNOWN, Group
from kommunalprofil.names import distance, fold, in_order, squash

Cells = Mapping[Group, float]
LONG = 5
"""Letters of a word from which on one letter more, less or other is rather a slip than another name."""
MOST = 10
"""So many names that look alike are told, the rest is counted."""


def united(cells: Mapping[str, Cells]) -> tuple[dict[str, Cells], list[str]]:
    """The cells of each unit with districts that differ in case alone as one, and what to tell of spellings.

    It keeps the spelling with most people; of several those with capitals and small letters first.
    """
    weight: dict[str, float] = {}
    for table in cells.values():
        for group, number in table.items():
            weight[group.district] = weight.get(group.district, 0.0) + max(0.0, number)  # a secret one weighs nothing
    same: dict[str, list[str]] = {}
    for name in sorted(weight.keys() - {TOTAL, UNKNOWN}, key=in_order):
        same.setdefault(name.casefold(), []).append(name)
    kept: dict[str, str] = {}
    told = []
    for names in same.values():
        one = min(names, key=lambda name: (-weight[name], name.isupper(), name.islower(), name))
        kept |= dict.fromkeys(names, one)
        if others := [f"„{name}“" for name in names if name != one]:
            told.append(f"„{one}“ steht in der Datei auch als {fmt.list_and(others)}; gezählt ist alles als „{one}“.")
    if told:
        cells = {unit: _renamed(table, kept) for unit, table in cells.items()}
    pairs = combinations(dict.fromkeys(kept.values()), 2)
    alike = [f"„{one}“ und „{other}“" for one, other in pairs if _alike(one, other)]
    if alike:
        rest = len(alike) - MOST
        more = [f"{rest} weitere Paare" if rest > 1 else "ein weiteres Paar"] if rest > 0 else []
        told.append(
            f"Vielleicht ein Ortsteil in zwei Schreibweisen: {'; '.join([*alike[:MOST], *more])}. Gezählt sind sie "
            "getrennt; ist es derselbe, in der Datei gleich schreiben."
        )
    return dict(cells), told


def _renamed(table: Cells, kept: Mapping[str, str]) -> Cells:
    found: dict[Group, float] = {}
    for group, number in table.items():
        one = group._replace(district=kept.get(group.district, group.district))
        found[one] = found.get(one, 0.0) + number
    return found


def _alike(one: str, other: str) -> bool:
    """Whether two names are one but for separators, accents, or one letter of a long word; other numbers are others."""
    keys = fold(one), fold(other)
    if squash(keys[0]) == squash(keys[1]) != "":
        return True
    words, others = (key.split("-") for key in keys)
    if len(words) != len(others):
        return False
    different = [pair for pair in zip(words, others, strict=True) if pair[0] != pair[1]]
    return len(different) == 1 and _slip(*different[0])


def _slip(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= LONG and (one + other).isalpha() and distance(one, other, 1) == 1
