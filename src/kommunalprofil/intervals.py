"""How far chance alone may carry a small number: 95 percent intervals of shares, rates and of their differences.

A share has Wilson's interval (1927), a rate of events Byar's approximation of the Poisson interval (Breslow, Day 1987);
the interval of a difference is put together from both ends' own (Newcombe 1998, Zou and Donner 2008).
"""

from __future__ import annotations

from math import sqrt
from typing import NamedTuple

Z = 1.959963984540054
"""The 97.5th percentile of the normal distribution."""


class Interval(NamedTuple):
    """A value between its bounds."""

    low: float
    value: float
    high: float

    @property
    def has_zero(self) -> bool:
        """Whether the value may as well be zero."""
        return self.low <= 0 <= self.high

    def times(self, factor: float) -> Interval:
        """The same in another unit; the factor is positive."""
        return Interval(self.low * factor, self.value * factor, self.high * factor)


def share(part: float, whole: float) -> Interval:
    """A share (0 to 1) of `part` among `whole`. Raises ValueError unless 0 <= part <= whole and whole > 0."""
    if not 0 <= part <= whole or not whole:
        raise ValueError(f"{part} of {whole} is no share")
    p, square = part / whole, Z * Z
    middle = (p + square / (2 * whole)) / (1 + square / whole)
    reach = Z / (1 + square / whole) * sqrt(p * (1 - p) / whole + square / (4 * whole * whole))
    # Of none and of all the bounds end at the share itself, which the last bit of a float may miss.
    return Interval(min(max(middle - reach, 0.0), p), p, max(min(middle + reach, 1.0), p))


def rate(events: float, of: float) -> Interval:
    """Events for each of `of` persons or years. Raises ValueError for negative events, or none they are of."""
    if events < 0 or of <= 0:
        raise ValueError(f"{events} events of {of} are no rate")
    more = events + 1
    low = events * (1 - 1 / (9 * events) - Z / (3 * sqrt(events))) ** 3 if events else 0.0
    high = more * (1 - 1 / (9 * more) + Z / (3 * sqrt(more))) ** 3
    return Interval(max(low, 0.0) / of, events / of, high / of)


def difference(then: Interval, now: Interval) -> Interval:
    """How much more `now` is than `then`, two independent numbers."""
    value = now.value - then.value
    below = sqrt((now.value - now.low) ** 2 + (then.high - then.value) ** 2)
    above = sqrt((now.high - now.value) ** 2 + (then.value - then.low) ** 2)
    return Interval(value - below, value, value + above)
