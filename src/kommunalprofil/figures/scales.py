"""Arithmetic of layout without any drawing: ticks, linear scales, labels that keep clear of each other."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Scale:
    """A linear map from data (`low`, `high`) to points on the sheet (`start`, `end`)."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: Any) -> Any:
        """The position in points of a data value, or an array of them."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True, slots=True)
class Ticks:
    """Round numbers that cover a range; `decimals` is how many the labels need."""

    values: tuple[float, ...]
    decimals: int

    @property
    def low(self) -> float:
        """The first tick."""
        return self.values[0]

    @property
    def high(self) -> float:
        """The last tick."""
        return self.values[-1]


def widened(low: float, high: float) -> tuple[float, float]:
    """The bounds of an axis, apart from each other even if the values are (nearly) all the same."""
    if high - low > 1e-6 * max(1.0, abs(low), abs(high)):
        return low, high
    return (low, 1.0) if abs(low) < 1e-6 else (low - 1, high + 1)


def ticks(low: float, high: float, count: int = 5, *, whole: bool = False) -> Ticks:
    """About `count` round steps (1, 2, 2.5, 5 × 10ⁿ) from at or below `low` to at or above `high`.

    `whole` keeps to whole numbers (persons). Raises ValueError unless both are finite.
    """
    if not (math.isfinite(low) and math.isfinite(high)) or high < low:
        raise ValueError(f"no axis from {low} to {high}")
    low, high = widened(low, high)
    rough = (high - low) / count
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999999)
    if whole:
        step = max(1.0, math.ceil(step))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    decimals = 0
    while decimals < 6 and abs(round(step, decimals) - step) > step * 1e-6:
        decimals += 1
    return Ticks(tuple(round(i * step, 9) for i in range(first, last + 1)), decimals)


def ticks_within(low: float, high: float, count: int = 5, *, whole: bool = False) -> Ticks:
    """Round steps that lie between `low` and `high`, for axes that end with the data instead of at a tick."""
    every = ticks(low, high, count, whole=whole)
    margin = (high - low) * 1e-9
    kept = tuple(value for value in every.values if low - margin <= value <= high + margin)
    return Ticks(kept or every.values[:1], every.decimals)


def year_ticks(first: int, last: int, room: float, each: float) -> list[int]:
    """Years to label on an axis of `room` points when a label needs `each`: both ends and round years between."""
    if last <= first:
        return [first]
    most = max(1, min(8, int(room // each)))
    step = next((s for s in (1, 2, 5, 10, 20, 50) if (last - first) / s <= most), 100)
    years = [year for year in range(first, last + 1) if year % step == 0]
    apart = math.ceil((last - first) * each / room)
    inner = [year for year in years if year - first >= apart and last - year >= apart]
    return [first, *inner, last] if last - first >= apart else [last]


def spread(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Centres for labels of given sizes, as near as possible to the wanted ones, in order, without overlap.

    Least squares under the order of `wanted` (pool adjacent violators), then kept within `low` and `high`.
    If they do not all fit they are stacked from `low` and stick out at `high`: ask `fits` first.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    offset, offsets = 0.0, []
    for i in order:
        offsets.append(offset + sizes[i] / 2)
        offset += sizes[i]
    pools: list[tuple[float, int]] = []  # mean start and number of labels that touch each other
    for i, shift in zip(order, offsets, strict=True):
        mean, number = wanted[i] - shift, 1
        while pools and pools[-1][0] > mean:
            before, size = pools.pop()
            mean, number = (before * size + mean * number) / (size + number), size + number
        pools.append((mean, number))
    starts = [mean for mean, number in pools for _ in range(number)]
    placed = [0.0] * len(order)
    for i, start, shift in zip(order, starts, offsets, strict=True):
        placed[i] = max(low, min(start, high - offset)) + shift
    return placed


def fits(sizes: Sequence[float], low: float, high: float) -> bool:
    """Whether labels of these sizes find room side by side between `low` and `high`."""
    return sum(sizes) <= high - low + 1e-6


def wrap(text: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """Break a name into lines no wider than `room` points: at spaces, after hyphens and slashes, else within a word."""
    whole = text.rstrip(" ")
    if measure(whole) <= room:
        return [whole]
    lines = [""]
    for piece in _pieces(text):
        if lines[-1] and measure((lines[-1] + piece).rstrip(" ")) > room:
            lines[-1] = lines[-1].rstrip(" ")
            lines.append("")
        while measure((lines[-1] + piece).rstrip(" ")) > room and len(piece) > 4:
            cut = next((n for n in range(len(piece) - 2, 2, -1) if measure(piece[:n] + "-") <= room), 2)
            lines[-1] += piece[:cut] + "-"
            lines.append("")
            piece = piece[cut:]
        lines[-1] += piece
    return [line.rstrip(" ") for line in lines]


def _pieces(text: str) -> list[str]:
    """The parts between which a line may break; a part keeps the space, hyphen or slash it ends with."""
    pieces, start = [], 0
    for i, char in enumerate(text):
        if char == " " or (char in "-/" and 0 < i < len(text) - 1 and text[i + 1] != " "):
            pieces.append(text[start : i + 1])
            start = i + 1
    return [*pieces, text[start:]] if start < len(text) else pieces or [""]
