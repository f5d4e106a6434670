"""How a table is set on paper: widths of columns, heights of rows, found here so that typst need not measure each cell.

All lengths are points. The sizes are those of templates/typst/style.typ.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kommunalprofil.document import Column, Figure, Table, Width
from kommunalprofil.figures import panels, style
from kommunalprofil.figures.scales import wrap
from kommunalprofil.figures.widths import text_width

GUTTER = 6 / 25.4 * 72
ROOM: dict[Width, float] = {"full": style.WIDTHS["full"]}
"""What a table has, at the side of a figure of a width or below one as wide as the text."""
ROOM |= {width: style.WIDTHS["full"] - style.WIDTHS[width] - GUTTER for width in ("wide", "half", "third")}
SMALL, DENSE, PAD = 8.5, 7.8, 2.1
"""Sizes of the letters of a table and of one with many columns or little room; what is above and below a line."""
FEW = 5
"""Fewer columns than these stand together at the right with some air between them."""
HAIR = 0.5
FIRST = 3
"""So many rows stay with the head of a table."""
LONGEST = 9.5
"""Times its size, a word may decide the width of a column."""
TOGETHER = 240.0
"""A table less high than this is not divided between pages."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How a table is set: the widths of its columns with `gap` (left, right) inside, the `size` of its letters.

    `row` is the height of a row of one line, `wrapped` are the indexes of the rows that may take more; `height` is
    about that of the whole table with caption and head, `start` that of caption, head and the first rows.
    """

    widths: tuple[float, ...]
    gap: tuple[float, float]
    size: float
    row: float
    wrapped: tuple[int, ...]
    height: float
    start: float

    @property
    def whole(self) -> bool:
        """Whether it stays on one page."""
        return self.height < TOGETHER


def setting(table: Table, beside: Width = "full") -> Setting:
    """Set a table at the side of a figure of the width `beside`, or over the width of the text.

    Columns of text get what their longest word needs, and of the rest the more, the more is missing to their longest
    text. A few numbers stay together at the right. More of them, or those of a table at the side, take what their
    longest number and the words above it need, and what is left over in equal parts; else the first column wraps.
    """
    columns, rows = table.columns, table.rows
    narrow, room = beside != "full", ROOM[beside]
    few = len(columns) < FEW and not narrow
    size = DENSE if narrow or len(columns) > FEW + 1 else SMALL
    gap = (11.0 if few else 4.0, 2.0 if narrow else 4.0)
    air = [gap[0] * (i > 0) + gap[1] * (i + 1 < len(columns)) + HAIR for i in range(len(columns))]
    cells = [[row[i] for row in rows] for i in range(len(columns))]
    if any(column.align == "left" for column in columns[1:]):
        widths = _of_texts(columns, cells, room, size, air)
    else:
        widths = _of_numbers(columns, cells, room, size, air, few)
    inner = [width - a for width, a in zip(widths, air, strict=True)]
    lines = [
        max(_lines(cell, inner[i], size, bold=number in table.total_rows) for i, cell in enumerate(row))
        for number, row in enumerate(rows)
    ]
    head = max(_lines(c.label, w, size, bold=True) + bool(c.unit) for c, w in zip(columns, inner, strict=True))
    row = style.CAP * size + 2 * PAD
    more = size * (style.CAP + 0.5)
    heights = [row + (n - 1) * more for n in [head, *lines]]
    caption = len(_broken(f"Tabelle 10 {table.caption}", room, 9, bold=True)) * 10.5 + 6
    return Setting(
        widths=tuple(round(width, 2) for width in widths),
        gap=gap,
        size=size,
        row=round(row, 2),
        wrapped=tuple(number for number, n in enumerate(lines) if n > 1),
        height=caption + sum(heights),
        start=round(caption + sum(heights[: 1 + FIRST]), 2),
    )


def foot_aside(figure: Figure, table: Setting, note: str, source: str) -> bool:
    """Whether note and source of a figure stand below the table at its side, where they make the whole less high."""
    _, drawn = panels.size(figure.svg)
    left, right = style.WIDTHS[figure.width], ROOM[figure.width]
    title = len(_broken(figure.title, left, 11, bold=True)) * 13 + len(_broken(figure.subtitle, left, 9)) * 10.5 + 14
    here, there = (_foot(note, source, room) for room in (left, right))
    return max(title + drawn, table.height + there) < max(title + drawn + here, table.height)


def _foot(note: str, source: str, room: float) -> float:
    return sum(len(_broken(text, room, SMALL)) * 11 + 6 for text in (note, source) if text)


def _broken(text: str, room: float, size: float, *, bold: bool = False) -> list[str]:
    return wrap(text, room, lambda words: text_width(words, size, bold=bold))


def _lines(text: str, room: float, size: float, *, bold: bool) -> int:
    if text_width(text, size, bold=bold) <= room:
        return 1
    return max(2, len(_broken(text, room, size, bold=bold)))


def _widest(words: Iterable[str], size: float) -> float:
    """The room the longest of some words needs; a very long one is hyphenated instead."""
    return min(max((text_width(word, size, bold=True) for word in words), default=0.0), LONGEST * size)


def _of_texts(columns: Sequence[Column], cells: Sequence[Sequence[str]], room: float, size: float,
              air: Sequence[float]) -> list[float]:  # fmt: skip
    least, whole = [], []
    for i, column in enumerate(columns):
        split = i == 0 or column.align == "left"
        words = [word for cell in cells[i] for word in (cell.split(" ") if split else [cell])]
        least.append(_widest([*words, *column.label.split(" "), "0"], size) + air[i])
        texts = [text_width(cell, size, bold=True) for cell in (*cells[i], column.label)] if split else [0.0]
        whole.append(max(least[-1], max(texts) + air[i]))
    if (spare := room - sum(whole)) >= 0:
        return [width + spare / len(whole) for width in whole]
    if (rest := room - sum(least)) <= 0:
        return [width * room / sum(least) for width in least]
    more = [full - width for full, width in zip(whole, least, strict=True)]
    return [width + rest * wish / sum(more) for width, wish in zip(least, more, strict=True)]


def _of_numbers(columns: Sequence[Column], cells: Sequence[Sequence[str]], room: float, size: float,
                air: Sequence[float], few: bool) -> list[float]:  # fmt: skip
    apart = [_head(column, whole=True) for column in columns]
    together = [_widest([*cells[i], *apart[i]], size) + air[i] for i in range(1, len(columns))]
    if few and (first := room - sum(together)) >= room / 4:
        return [first, *together]
    heads = [_head(column, whole=False) for column in columns]
    numbers = [_widest([*cells[i], *heads[i]], size) + air[i] for i in range(1, len(columns))]
    first = max(text_width(text, size, bold=True) for text in (*cells[0], *heads[0])) + air[0]
    rest = room - first - sum(numbers)
    if rest >= 0:
        return [first, *(width + rest / len(numbers) for width in numbers)]
    least = room / 5
    scale = min(1.0, (room - least) / sum(numbers))
    numbers = [width * scale for width in numbers]
    return [room - sum(numbers), *numbers]


def _head(column: Column, *, whole: bool) -> list[str]:
    """The texts above a column that must fit on a line: label and unit, or each of their words."""
    return [column.label, column.unit] if whole else re.split(r"[ -]", f"{column.label} {column.unit}")
