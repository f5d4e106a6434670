"""Shares of a whole: one horizontal bar of 100 percent per place or group."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from kommunalprofil import formatting
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.keys import Key, draw_keys, key_rows
from kommunalprofil.figures.rows import RowNames
from kommunalprofil.figures.scales import Scale, fits, spread
from kommunalprofil.figures.sheet import Sheet, Spot
from kommunalprofil.figures.widths import text_width

BAR = 16.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One part of the whole, in drawing order from the left; hatched where the colour alone would carry the meaning."""

    label: str
    colour: str
    hatched: bool = False


@dataclass(frozen=True, slots=True)
class StackRow:
    """One bar: its parts in any unit (drawn as shares of their sum), and what is printed for each, if not the share."""

    label: str
    values: Sequence[float]
    texts: Sequence[str] | None = None
    strong: bool = False


def stacked(
    rows: Sequence[StackRow],
    segments: Sequence[Segment],
    *,
    decimals: int = 1,
    width: Width = "full",
) -> str:
    """Draw the bars as SVG, the names of the parts over the first bar or, where they do not fit, in a key.

    Shares stand inside their part where they fit, else below it. Raises ValueError for a bar with a negative part, of
    another number of parts, or without people.
    """
    for row in rows:
        if len(row.values) != len(segments) or min(row.values) < 0 or sum(row.values) <= 0:
            raise ValueError(f"row {row.label!r} cannot be drawn as shares: {list(row.values)}")
    room = style.WIDTHS[width]
    strong = [row.strong for row in rows]
    first = RowNames.lay_out([row.label for row in rows], room * 0.34, BAR + 6, strong)
    scale = Scale(0, 1, first.width + 10, room - 1)
    shares = [[v / sum(row.values) for v in row.values] for row in rows]
    texts = [_texts(row, share, decimals) for row, share in zip(rows, shares, strict=True)]
    below = [any(_outside(scale, s, t) for s, t in zip(*pair, strict=True)) for pair in zip(shares, texts, strict=True)]
    heights = [h + (style.LEADING + 1) * b for h, b in zip(first.heights, below, strict=True)]
    heads = _heads(segments, shares[0], scale, room)
    keys = [] if heads else key_rows([Key(s.label, (s.colour,), hatched=s.hatched) for s in segments], room)
    top = style.LEADING + 5 if heads else len(keys) * (style.LEADING + 2) + 3
    sheet = Sheet(width, top + sum(heights))
    draw_keys(sheet, keys, 0)
    for x, segment in zip(heads, segments, strict=False):
        sheet.text(x, style.TEXT - 0.5, segment.label, anchor="middle", size=style.SMALL)
    middles = [top + before + h / 2 for before, h in zip(accumulate([0.0, *heights]), first.heights, strict=False)]
    for row, words, share, text, middle in zip(rows, first.lines, shares, texts, middles, strict=True):
        sheet.lines_of_text(0, middle, words, bold=row.strong)
        _draw_bar(sheet, segments, share, text, scale, middle)
    if heads:
        centres = [scale(x) for x in _centres(shares[0])]
        bar_top = middles[0] - BAR / 2
        sheet.segments([p for head, c in zip(heads, centres, strict=True)
                        for p in ((head, style.TEXT + 2), (c, bar_top - 0.5))], style.MUTED, width=0.5)  # fmt: skip
    for i, segment in enumerate(segments):
        spots = (
            Spot((scale(sum(share[:i])), y, scale(sum(share[: i + 1])), y), row.label, text[i])
            for row, share, text, y in zip(rows, shares, texts, middles, strict=False)
            if share[i] > 0
        )
        sheet.spots((segment.label,), "", spots)
    return sheet.svg()


def _texts(row: StackRow, share: Sequence[float], decimals: int) -> list[str]:
    return list(row.texts) if row.texts else [formatting.percent(100 * part, decimals) for part in share]


def _outside(scale: Scale, share: float, text: str) -> bool:
    return bool(share > 0 and text and scale(share) - scale(0) < text_width(text) + 5)


def _centres(share: Sequence[float]) -> list[float]:
    ends = list(accumulate(share))
    return [end - part / 2 for end, part in zip(ends, share, strict=True)]


def _heads(segments: Sequence[Segment], share: Sequence[float], scale: Scale, room: float) -> list[float]:
    """Where the names of the parts stand over the first bar; empty if they do not fit there."""
    sizes = [text_width(segment.label, style.SMALL) + 8 for segment in segments]
    centres = [scale(x) for x in _centres(share)]
    heads = spread(centres, sizes, scale.start - 4, room + 4)
    near = all(abs(head - centre) < size / 2 + 12 for head, centre, size in zip(heads, centres, sizes, strict=True))
    return heads if near and fits(sizes, scale.start - 4, room + 4) and min(share) > 0 else []


def _draw_bar(sheet: Sheet, segments: Sequence[Segment], share: Sequence[float], texts: Sequence[str],
              scale: Scale, middle: float) -> None:  # fmt: skip
    """One bar with its shares."""
    upper, lower = middle - BAR / 2, middle + BAR / 2
    start = 0.0
    small: list[tuple[float, str]] = []
    for segment, part, text in zip(segments, share, texts, strict=True):
        left, right = scale(start), scale(start + part)
        start += part
        sheet.rects(left, upper, right, lower, segment.colour, edge=style.WHITE, width=0.8)
        inside = part > 0 and not _outside(scale, part, text)
        ink = style.text_on(segment.colour)
        if segment.hatched and part > 0:
            sheet.hatch(left, upper, right, lower, ink, gap=4.5, width=0.6)
        if inside:
            _write_inside(sheet, segment, (left + right) / 2, middle, text, ink)
        elif part > 0:
            small.append(((left + right) / 2, text))
    sizes = [text_width(text) + 6 for _, text in small]
    placed = spread([centre for centre, _ in small], sizes, scale.start, sheet.width + 3)
    for x, (centre, text) in zip(placed, small, strict=True):
        sheet.segments([(centre, lower), (x, lower + 3)], style.MUTED, width=0.5)
        sheet.text(x, lower + 10, text, anchor="middle")


def _write_inside(sheet: Sheet, segment: Segment, x: float, middle: float, text: str, ink: str) -> None:
    if segment.hatched:
        half = text_width(text, bold=True) / 2 + 2
        sheet.rects(x - half, middle - 5.5, x + half, middle + 5.5, segment.colour)
    sheet.text(x, middle + style.TEXT * style.CAP / 2, text, anchor="middle", colour=ink)
