"""What is wrong with a file of the Melderegister, told all at once: where, what was found, what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from kommunalprofil.errors import KommunalprofilError, shown

MOST = 20
"""So many faults are told, the rest is counted."""


class Fault(NamedTuple):
    """One sentence about a line (0: about the file)."""

    line: int
    text: str


class RegisterError(KommunalprofilError):
    """A file that cannot be used: names it and what is wrong with it; nothing is written then."""

    def __init__(self, file: str, faults: Iterable[Fault | str]) -> None:
        found = [Fault(0, one) if isinstance(one, str) else one for one in faults]
        told = [f"Zeile {one.line}: {one.text}" if one.line else one.text for one in found[:MOST]]
        more = len(found) - MOST
        rest = [f"… und {more} weitere Stelle{'n' * (more > 1)}."] if more > 0 else []
        if len(found) == 1:
            super().__init__(shown(f"{file}{', ' if found[0].line else ': '}{told[0]}"))
            return
        head = shown(f"{file}: {len(found)} Stellen sind nicht zu verwenden. Geschrieben wurde nichts.")
        super().__init__("\n  ".join((head, *map(shown, told), *rest)))
