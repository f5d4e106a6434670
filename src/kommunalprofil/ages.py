"""Age groups as half-open intervals [lo, hi) in completed years, and exact tilings of a wanted interval."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kommunalprofil.errors import NotOfferedError, TilingError

OPEN = 200
"""Upper bound that stands for "and older"; all ages together are [0, 200)."""


@dataclass(frozen=True, order=True, slots=True)
class AgeGroup:
    """Persons who completed at least `lo` and fewer than `hi` years of age."""

    lo: int
    hi: int

    def __post_init__(self) -> None:
        if not 0 <= self.lo < self.hi <= OPEN:
            raise ValueError(f"no age interval: [{self.lo}, {self.hi})")

    @property
    def is_open(self) -> bool:
        """Whether the group has no upper end."""
        return self.hi == OPEN

    @property
    def is_total(self) -> bool:
        """Whether the group is all ages."""
        return self.lo == 0 and self.is_open

    def __str__(self) -> str:
        """As the export prints it: `T`, `18-24` (both ends included) or `65+`."""
        if self.is_total:
            return "T"
        return f"{self.lo}+" if self.is_open else f"{self.lo}-{self.hi - 1}"

    @classmethod
    def parse(cls, text: str) -> AgeGroup:
        """The inverse of `str()`. Raises ValueError on anything else."""
        if text == "T":
            return ALL
        if m := re.fullmatch(r"(\d+)\+", text):
            return cls(int(m[1]), OPEN)
        if m := re.fullmatch(r"(\d+)-(\d+)", text):
            return cls(int(m[1]), int(m[2]) + 1)
        raise ValueError(f"no age group: {text!r}")


ALL = AgeGroup(0, OPEN)

_PATTERNS: tuple[tuple[re.Pattern[str], int, int | None], ...] = (
    # (pattern, group index of lo or -1 for 0, group index of hi or None for open)
    (re.compile(r"unter (\d+) Jahren?"), -1, 1),
    (re.compile(r"unter (\d+) Jahr"), -1, 1),
    (re.compile(r"(\d+) bis unter (\d+) Jahren?"), 1, 2),
    (re.compile(r"(\d+) Jahre und (?:mehr|älter)"), 1, None),
    (re.compile(r"(\d+)-Jährige und Ältere"), 1, None),
)
_SINGLE = re.compile(r"(\d+)-Jährige|(\d+) Jahre?")


def parse_label(label: str) -> AgeGroup | None:
    """The group an official German label names (`unter 3 Jahre`, `75 Jahre und mehr`, `17-Jährige`), or None."""
    text = " ".join(label.split())
    for pattern, lo, hi in _PATTERNS:
        if m := pattern.fullmatch(text):
            low = 0 if lo < 0 else int(m[lo])
            high = OPEN if hi is None else int(m[hi])
            return AgeGroup(low, high) if low < high else None
    if m := _SINGLE.fullmatch(text):
        age = int(m[1] or m[2])
        return AgeGroup(age, age + 1)
    return None


def tile(groups: Sequence[AgeGroup], lo: int, hi: int) -> list[int]:
    """Indices of the groups that cover [lo, hi) exactly once, finest first at every step.

    Raises TilingError when no exact cover exists, NotOfferedError when there are no ages at all.
    """
    starting: dict[int, list[tuple[int, int]]] = {}
    for i, g in enumerate(groups):
        if g.hi <= hi:
            starting.setdefault(g.lo, []).append((g.hi, i))
    for ends in starting.values():
        ends.sort()
    found: list[int] = []
    dead: set[int] = set()  # ages from which nothing leads on to `hi`

    def cover(start: int) -> bool:
        if start == hi:
            return True
        for end, i in starting.get(start, ()):
            if end not in dead:
                found.append(i)
                if cover(end):
                    return True
                found.pop()
        dead.add(start)
        return False

    if not cover(lo):
        bounds = sorted({g.lo for g in groups if not g.is_total} | {g.hi for g in groups if not g.is_open})
        wanted = str(AgeGroup(lo, hi)).replace("-", "–")
        missing = [b for b in (lo, hi) if b not in (0, OPEN) and b not in bounds]
        if not bounds:
            raise NotOfferedError(f"{wanted} nicht bildbar: keine Gliederung nach Alter")
        cut = " und ".join(str(b) for b in missing) or "allen nötigen Altern"
        raise TilingError(f"{wanted} nicht bildbar: die Altersgruppen haben keine Grenze bei {cut}")
    return found


def partition(groups: Sequence[AgeGroup]) -> list[int]:
    """Indices of the finest groups that cover all ages exactly once.

    Raises TilingError if they do not, NotOfferedError if there is no age group but the total.
    """
    parts = [g for g in groups if not g.is_total]
    if not parts:
        raise NotOfferedError("keine Gliederung nach Alter")
    index = {g: i for i, g in enumerate(groups)}
    return [index[parts[i]] for i in tile(parts, 0, OPEN)]
