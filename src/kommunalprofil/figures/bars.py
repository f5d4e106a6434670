"""Horizontal bars from a zero line, with their values printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kommunalprofil import formatting
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.keys import Key, draw_keys, key_rows
from kommunalprofil.figures.rows import RowNames, axis_height, draw_value_axis
from kommunalprofil.figures.scales import Scale, ticks_within, widened
from kommunalprofil.figures.sheet import Array, Sheet, Spot
from kommunalprofil.figures.widths import text_width


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `part` of `value` is hatched (foreign nationals); `text` replaces the printed value.

    A missing value draws no bar, only `text` or the sign.
    """

    label: str
    value: float | None
    role: str = "place"
    part: float | None = None
    text: str | None = None


def bars(
    rows: Sequence[Bar],
    *,
    unit: str,
    decimals: int = 0,
    part_label: str = "",
    signed: bool = False,
    width: Width = "full",
) -> str:
    """Draw bars as SVG; `part_label` names the hatched part, `signed` prints '+' before gains.

    Bars always start at zero. Raises ValueError without any value.
    """
    values = np.array([np.nan if formatting.missing(row.value) else row.value for row in rows], float)
    if not np.isfinite(values).any():
        raise ValueError("no value to draw")
    room = style.WIDTHS[width]
    strong = [style.LOOKS[row.role].strong and len({r.role for r in rows}) > 1 for row in rows]
    names = RowNames.lay_out([row.label for row in rows], room * 0.36, 15, strong)
    keys = key_rows([Key(part_label, (style.LOOKS[rows[0].role].colour,), hatched=True)] if part_label else [], room)
    top = len(keys) * (style.LEADING + 2) + 3
    floor = top + sum(names.heights)
    sheet = Sheet(width, floor + axis_height(unit, room))
    draw_keys(sheet, keys, 0)
    low, high = widened(min(0.0, float(np.nanmin(values))), max(0.0, float(np.nanmax(values))))
    grid = ticks_within(low, high, 5 if width != "half" else 3, whole=decimals == 0)
    word = formatting.change if signed else formatting.number
    texts = [row.text or word(row.value, decimals) for row in rows]
    labels = [(np.nan_to_num(v), text_width(text) + 5, v < 0) for v, text in zip(values.tolist(), texts, strict=True)]
    labels += [(v, text_width(formatting.number(v, grid.decimals)) / 2, v < 0) for v in grid.values]
    scale = _scale(labels, low, high, names.width + 10, sheet.width)
    draw_value_axis(sheet, scale, grid, top, floor, unit)
    names.draw(sheet, top, strong)
    _draw_bars(sheet, rows, values, np.array(names.middles(top)), scale)
    for text, value, middle in zip(texts, values, names.middles(top), strict=True):
        end = scale(0 if np.isnan(value) else value)
        negative = value < 0
        x, y = end + (-4 if negative else 4), middle + style.TEXT * style.CAP / 2
        wide = text_width(text)
        sheet.rects(x - wide - 1 if negative else x - 1, y - 7, x + 1 if negative else x + wide + 1, y + 2, style.WHITE)
        sheet.text(x, y, text, anchor="end" if negative else "start")
    marks = zip(rows, texts, values.tolist(), names.middles(top), strict=True)
    spots = (Spot((scale(0), y, scale(v), y), row.label, text) for row, text, v, y in marks if not np.isnan(v))
    sheet.spots((), unit, spots)
    return sheet.svg()


def _scale(labels: Sequence[tuple[float, float, bool]], low: float, high: float, left: float, right: float) -> Scale:
    """The widest scale on which every label (value, width, to the left of its value?) stays between left and right."""
    start, end = left, right
    for _ in range(20):  # labels widen the margins, that moves the bars, and so on: settles quickly
        scale = Scale(low, high, start, end)
        start += max(0.0, *(left - (scale(value) - width) for value, width, at_left in labels if at_left), 0.0)
        end -= max(0.0, *(scale(value) + width - right for value, width, at_left in labels if not at_left), 0.0)
    return scale


def _draw_bars(sheet: Sheet, rows: Sequence[Bar], values: Array, middles: Array, scale: Scale) -> None:
    zero = np.full(len(values), scale(0))
    for role in dict.fromkeys(row.role for row in rows):
        chosen = np.array([row.role == role for row in rows]) & np.isfinite(values)
        look = style.LOOKS[role]
        ends = scale(values[chosen])
        left, right = np.minimum(zero[chosen], ends), np.maximum(zero[chosen], ends)
        sheet.rects(left, middles[chosen] - 5, right, middles[chosen] + 5, look.colour)
        if look.hatch and chosen.any():
            sheet.hatch(left, middles[chosen] - 5, right, middles[chosen] + 5, style.WHITE, gap=look.hatch, width=0.9)
    parts = np.array([np.nan if row.part is None else row.part for row in rows], float)
    chosen = np.isfinite(parts) & np.isfinite(values)
    if chosen.any():
        ends = scale(parts[chosen])
        left, right = np.minimum(zero[chosen], ends), np.maximum(zero[chosen], ends)
        sheet.hatch(left, middles[chosen] - 5, right, middles[chosen] + 5, style.WHITE, gap=3.5, width=0.9)
    sheet.segments([(scale(0), middles[0] - 8), (scale(0), middles[-1] + 8)], style.INK, width=0.9)
