"""The dot plot: one row per group or type, the place among its comparators, told apart by shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kommunalprofil import formatting
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.keys import Key, draw_keys, key_rows
from kommunalprofil.figures.rows import RowNames, axis_height, draw_value_axis
from kommunalprofil.figures.scales import Scale, ticks_within, widened
from kommunalprofil.figures.sheet import Sheet, Spot
from kommunalprofil.figures.widths import text_width

MANY = 13
"""From so many rows on they stand closer."""


@dataclass(frozen=True, slots=True)
class DotRow:
    """One row: values by role ('place', 'kreis', 'land', 'bund', 'men' …); `text` replaces the printed value.

    `interval` is how sure the first value is: its lower and upper bound. `told` is what is said of a mark when it is
    pointed at, by role, where that is not the value.
    """

    label: str
    values: Mapping[str, float | None]
    text: str | None = None
    interval: tuple[float, float] | None = None
    told: Mapping[str, str] = field(default_factory=dict)

    def reach(self, roles: Iterable[str]) -> list[float]:
        """Everything that is drawn in the row: the values of these roles and the ends of the interval."""
        return [v for role in roles if (v := self.values.get(role)) is not None] + list(self.interval or ())


def dots(
    rows: Sequence[DotRow],
    labels: Mapping[str, str],
    *,
    unit: str,
    decimals: int = 1,
    zero: bool = True,
    bounds: tuple[float, float] | None = None,
    heading: str = "",
    interval_label: str = "",
    width: Width = "full",
    row: float = 0,
) -> str:
    """Draw rows of markers as SVG; `labels` names the roles in drawing order, the first one is printed with its value.

    A missing value leaves its marker out, and prints the sign for it if it is the first role's. The axis starts at
    zero unless `zero` is off, and reaches over `bounds`; `heading` is the bold title of a panel, `interval_label` names
    the bars of the intervals, `row` is the least height of a row in points. Raises ValueError without any value.
    """
    known = [v for one in rows for v in one.reach(labels)]
    if not known:
        raise ValueError("no value to draw")
    room = style.WIDTHS[width]
    least = row or (15 if len(rows) < MANY else 14)
    names = RowNames.lay_out([one.label for one in rows], room * (0.34 if width == "full" else 0.38), least)
    looks = {role: style.LOOKS[role] for role in labels}
    keys = [Key(text, (looks[r].colour,), marker=looks[r].dot, bold=looks[r].strong) for r, text in labels.items()]
    keys += [Key(interval_label, (style.PLACE_PALE,))] if interval_label else []
    key_lines = key_rows(keys, room)
    head = style.LEADING + 3 if heading else 0.0
    top = head + len(key_lines) * (style.LEADING + 2) + 5
    floor = top + sum(names.heights)
    sheet = Sheet(width, floor + axis_height(unit, room))
    sheet.text(0, style.TEXT, heading, bold=True)
    draw_keys(sheet, key_lines, head)
    known += bounds or ()
    low, high = widened(min(0.0, *known) if zero else min(known), max(known))
    grid = ticks_within(low, high, 5 if width in ("full", "wide") else 3)
    words = _Words.of(rows, list(labels), decimals)
    beyond = words.room + 9
    left = names.width + 12
    room_left = len(labels) == 2 or low < 0
    start = left + (beyond if room_left else 2)
    scale = Scale(low, high, start, sheet.width - beyond)
    if words.cramped(rows, scale, left):
        scale = Scale(low, high, left + beyond, sheet.width - beyond)
    draw_value_axis(sheet, scale, grid, top, floor, unit)
    names.draw(sheet, top)
    middles = names.middles(top)
    _draw_ranges(sheet, rows, labels, scale, middles)
    for one, y in zip(rows, middles, strict=True):
        if one.interval:
            sheet.rects(scale(one.interval[0]), y - 4.5, scale(one.interval[1]), y + 4.5, style.PLACE_PALE,
                        edge=style.PLACE, width=0.6)  # fmt: skip
    for role in reversed(list(labels)):
        ats = [(scale(v), y) for one, y in zip(rows, middles, strict=True) if (v := one.values.get(role)) is not None]
        sheet.marks(ats, looks[role].dot, looks[role].colour, size=7.5 if looks[role].dot == "circle" else 6.5)
    words.draw(sheet, rows, scale, middles, left)
    for role, name in labels.items():
        spots = (
            Spot((scale(v), y), one.label, one.told.get(role) or formatting.number(v, decimals))
            for one, y in zip(rows, middles, strict=True)
            if (v := one.values.get(role)) is not None
        )
        sheet.spots((heading, name), unit, spots)
    return sheet.svg()


def _draw_ranges(sheet: Sheet, rows: Sequence[DotRow], labels: Mapping[str, str], scale: Scale,
                 middles: Sequence[float]) -> None:  # fmt: skip
    """A thin line that ties the markers of a row."""
    ends = []
    for row, y in zip(rows, middles, strict=True):
        known = [v for role in labels if (v := row.values.get(role)) is not None]
        if len(known) > 1:
            ends += [(scale(min(known)), y), (scale(max(known)), y)]
    sheet.segments(ends, style.MAP_BORDER, width=1.2)


@dataclass(frozen=True, slots=True)
class _Words:
    """The printed values: of the first role, or of both where there are only two to compare."""

    texts: tuple[dict[str, str], ...]

    @classmethod
    def of(cls, rows: Sequence[DotRow], roles: Sequence[str], decimals: int) -> _Words:
        printed = roles if len(roles) == 2 and "place" not in roles else roles[:1]
        texts = [
            {role: row.told.get(role) or formatting.number(row.values.get(role), decimals) for role in printed}
            if row.values
            else {}
            for row in rows
        ]
        return cls(tuple({printed[0]: row.text} if row.text else t for row, t in zip(rows, texts, strict=True)))

    @property
    def room(self) -> float:
        """The widest of them in points."""
        return max((text_width(text, bold=True) for texts in self.texts for text in texts.values()), default=0.0)

    def cramped(self, rows: Sequence[DotRow], scale: Scale, edge: float) -> bool:
        """Whether a number has no room beside the lowest mark, its own: at the other end it would seem another's."""
        for row, texts in zip(rows, self.texts, strict=True):
            known = {role: v for role, v in row.values.items() if v is not None}
            for role, text in texts.items():
                lowest = len(known) > 1 and known.get(role) == min(known.values()) < max(known.values())
                if lowest and scale(known[role]) - 7 - text_width(text, bold=True) <= edge:
                    return True
        return False

    def draw(self, sheet: Sheet, rows: Sequence[DotRow], scale: Scale, middles: Sequence[float], edge: float) -> None:
        """Each value beyond the outermost mark on the side it is nearer to, two on both sides, none left of `edge`."""
        for row, texts, middle in zip(rows, self.texts, middles, strict=True):
            known = {role: v for role, v in row.values.items() if v is not None}
            reach = row.reach(known)
            low, high = min(reach, default=scale.low), max(reach, default=scale.low)
            taken = False
            for role, text in sorted(texts.items(), key=lambda item: known.get(item[0], high)):
                value = known.get(role)
                near = value is not None and (value - low < high - value or (len(texts) == 2 and not taken))
                at_left = near and not taken and scale(low) - 7 - text_width(text, bold=True) > edge
                taken = taken or at_left
                x = scale(low) - 7 if at_left else scale(high) + 7
                y, look = middle + style.TEXT * style.CAP / 2, style.LOOKS[role]
                wide = text_width(text, bold=True)
                left = x - wide if at_left else x
                sheet.rects(left - 1, y - 7, left + wide + 1, y + 2, style.WHITE)  # no axis runs through a number
                sheet.text(x, y, text, bold=True, colour=look.text, anchor="end" if at_left else "start")
