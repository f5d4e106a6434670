"""Numbers that remember what they rest on: the tables behind each of them, and why one is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Flags, Quantity, Values
from kommunalprofil.vocabulary import GAP, Flag

Codes = NDArray[np.int32]
NOTHING = 0
"""The number of no table and of no reason."""


@dataclass
class Ledger:
    """The tables (joined by `|`) and the German reasons of gaps that numbers refer to, each once."""

    tables: list[str] = field(default_factory=lambda: [""])
    reasons: list[str] = field(default_factory=lambda: [""])
    same: dict[tuple[Any, ...], NDArray[np.uint8]] = field(default_factory=dict, repr=False)
    """The breaks of series with values at the same places."""
    _table: dict[str, int] = field(default_factory=lambda: {"": NOTHING}, repr=False)
    _reason: dict[str, int] = field(default_factory=lambda: {"": NOTHING}, repr=False)

    def table(self, names: str) -> int:
        """The number of one or several tables."""
        return _number(self.tables, self._table, names)

    def reason(self, text: str) -> int:
        """The number of a reason."""
        return _number(self.reasons, self._reason, text)

    def join(self, first: Codes, second: Codes) -> Codes:
        """The numbers of what both rest on, the tables of `first` first."""
        if first is second or not second.any():
            return first
        size = len(self.tables)
        pairs = first.astype(np.int64) * size + second
        seen = np.zeros(size * size, dtype=bool)
        seen[pairs] = True
        numbers = np.zeros(size * size, dtype=np.int32)
        for pair in np.flatnonzero(seen).tolist():
            names = [*self.tables[pair // size].split("|"), *self.tables[pair % size].split("|")]
            numbers[pair] = self.table("|".join(dict.fromkeys(filter(None, names))))
        joined: Codes = numbers[pairs]
        return joined


def _number(texts: list[str], numbers: dict[str, int], text: str) -> int:
    if text not in numbers:
        numbers[text] = len(texts)
        texts.append(text)
    return numbers[text]


@dataclass(frozen=True)
class Traced(Quantity):
    """A Quantity whose cells name their tables and the reason of a gap, as numbers of a ledger.

    Arithmetic joins the tables; of two reasons that of the first part stays.
    """

    source: Codes
    reason: Codes
    ledger: Ledger

    def _join(self, result: Quantity, other: Quantity) -> Traced:
        if not isinstance(other, Traced):
            return Traced(result.value, result.flags, self.source, self.reason, self.ledger)
        source = self.ledger.join(self.source, other.source)
        reason = np.where(self.reason != NOTHING, self.reason, other.reason)
        return Traced(result.value, result.flags, source, reason, self.ledger)

    def __add__(self, other: Quantity) -> Traced:
        return self._join(super().__add__(other), other)

    def __sub__(self, other: Quantity) -> Traced:
        return self._join(super().__sub__(other), other)

    def __truediv__(self, other: Quantity) -> Traced:
        return self._join(super().__truediv__(other), other)

    def __mul__(self, factor: float) -> Traced:
        return replace(self, value=self.value * factor)

    def marked(self, flag: Flag, where: NDArray[np.bool_] | None = None) -> Traced:
        """The same numbers with one more fact about all that are there, or about those in `where`."""
        there = (self.flags & GAP.value) == 0
        there = there if where is None else there & where
        return replace(self, flags=self.flags | np.where(there, np.uint16(flag), np.uint16(0)))

    def gap(self, where: NDArray[np.bool_], reason: str, flag: Flag = Flag.NOT_COMPUTABLE) -> Traced:
        """The same with gaps of one reason in `where`, whatever was there before."""
        return Traced(
            np.where(where, np.nan, self.value),
            np.where(where, np.uint16(flag), self.flags),
            self.source,
            np.where(where, np.int32(self.ledger.reason(reason)), self.reason),
            self.ledger,
        )

    def otherwise(self, other: Traced) -> Traced:
        """These numbers, and where they are missing the others; a gap in both keeps the reason of the others."""
        own = (self.flags & GAP.value) == 0
        pick: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]] = lambda a, b: np.where(own, a, b)  # noqa: E731
        return Traced(
            pick(self.value, other.value),
            pick(self.flags, other.flags),
            pick(self.source, other.source),
            pick(self.reason, other.reason),
            self.ledger,
        )

    def calculated(self, value: Values, flag: Flag = Flag.NORMAL) -> Traced:
        """Other numbers that rest on these: gaps stay gaps, what is there gets the flag."""
        there = (self.flags & GAP.value) == 0
        flags: Flags = self.flags | np.where(there, np.uint16(flag), np.uint16(0))
        return replace(self, value=np.where(there, value, np.nan), flags=flags)
