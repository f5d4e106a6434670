"""Numbers that remember what they rest on: the tables behind each of them, and why one is missing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Quantity, Values, changed, marked
from kommunalprofil.vocabulary import GAP, Flag

Codes = NDArray[np.int32]
SPARSE = 20
"""So much larger than the cells is a table of all pairs when sorting the pairs there are takes less time."""
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
    _pairs: dict[tuple[int, int], int] = field(default_factory=dict, repr=False)
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
        if pairs.size < size * size // SPARSE:
            seen, where = np.unique(pairs, return_inverse=True)
            numbers = np.array([self._pair(*divmod(pair, size)) for pair in seen.tolist()], dtype=np.int32)
            small: Codes = numbers[where.reshape(pairs.shape)]
            return small
        there = np.zeros(size * size, dtype=bool)
        there[pairs] = True
        numbers = np.zeros(size * size, dtype=np.int32)
        for pair in np.flatnonzero(there).tolist():
            numbers[pair] = self._pair(*divmod(pair, size))
        joined: Codes = numbers[pairs]
        return joined

    def _pair(self, first: int, second: int) -> int:
        """The number of what two numbers stand for together."""
        if (first, second) not in self._pairs:
            names = [*self.tables[first].split("|"), *self.tables[second].split("|")]
            self._pairs[first, second] = self.table("|".join(dict.fromkeys(filter(None, names))))
        return self._pairs[first, second]


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
            return replace(self, value=result.value, flags=result.flags, trail=result.trail)
        source = self.ledger.join(self.source, other.source)
        reason = self.reason
        if other.reason.any():
            reason = np.where(reason != NOTHING, reason, other.reason)
        return Traced(result.value, result.flags, source, reason, self.ledger, trail=result.trail)

    def __add__(self, other: Quantity) -> Traced:
        return self._join(super().__add__(other), other)

    def __sub__(self, other: Quantity) -> Traced:
        return self._join(super().__sub__(other), other)

    def __truediv__(self, other: Quantity) -> Traced:
        return self._join(super().__truediv__(other), other)

    def __mul__(self, factor: float) -> Traced:
        return replace(self, value=self.value * factor, trail=self.trail * factor)

    def marked(self, flag: Flag, where: NDArray[np.bool_] | None = None) -> Traced:
        """The same numbers with one more fact about all that are there, or about those in `where`."""
        there = (self.flags & GAP.value) == 0
        there = there if where is None else there & where
        return replace(self, flags=marked(self.flags, flag, there))

    def gap(self, where: NDArray[np.bool_], reason: str, flag: Flag = Flag.NOT_COMPUTABLE) -> Traced:
        """The same with gaps of one reason in `where`, whatever was there before."""
        if not where.any():
            return self
        return Traced(
            changed(self.value, where, np.nan),
            changed(self.flags, where, np.uint16(flag)),
            self.source,
            changed(self.reason, where, np.int32(self.ledger.reason(reason))),
            self.ledger,
            trail=self.trail,
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
            trail=self.trail.otherwise(other.trail, own),
        )

    def calculated(self, value: Values, flag: Flag = Flag.NORMAL) -> Traced:
        """Other numbers that rest on these: gaps stay gaps, what is there gets the flag."""
        there = (self.flags & GAP.value) == 0
        return replace(
            self, value=np.where(there, value, np.nan), flags=marked(self.flags, flag, there), trail=self.trail.made()
        )
