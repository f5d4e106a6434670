"""The age pyramid: area is people, so groups of several years are drawn per year of age and said to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from kommunalprofil import formatting
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.keys import Key, draw_keys, key_rows
from kommunalprofil.figures.scales import Scale, Ticks, ticks_within
from kommunalprofil.figures.sheet import Array, Sheet, Spot
from kommunalprofil.figures.widths import text_width

OLDEST = 100
"""An open top group is drawn up to this age (at least five years wide)."""


@dataclass(frozen=True, slots=True)
class AgeBand:
    """People of ages `low` to below `high` (None: and older); `*_foreign` are the foreign nationals among them."""

    low: int
    high: int | None
    men: float
    women: float
    men_foreign: float | None = None
    women_foreign: float | None = None

    @property
    def label(self) -> str:
        """The ages as codes name them: '18-24', '90+'."""
        return f"{self.low}+" if self.high is None else f"{self.low}-{self.high - 1}"

    @property
    def top(self) -> int:
        """The age up to which the band is drawn."""
        return max(OLDEST, self.low + 5) if self.high is None else self.high


def pyramid(
    bands: Sequence[AgeBand],
    *,
    unit: str = "Personen",
    decimals: int = 0,
    year: int | None = None,
    earlier: Sequence[AgeBand] = (),
    earlier_label: str = "",
    surplus: bool = True,
    heading: str = "",
    most: float = 0,
    width: Width = "full",
    height: float | None = None,
) -> str:
    """Draw men to the left, women to the right, the young at the bottom.

    Values are in `unit` per band and drawn per year of age. `earlier` is drawn as an outline on the same scale, named
    `earlier_label` (an open top group that begins earlier than the bands' own is left out: its mean would look like a
    step); `surplus` marks by a darker tone by how much one sex exceeds the other; with `year` the year of
    birth stands at the right. `heading` is the bold title of a panel; `most` the people per year of age that the axes
    reach at least, the same for several panels. Raises ValueError if the bands do not follow each other from age 0, or
    hold nobody.
    """
    _check(bands)
    _check(earlier or bands)
    pyramid_ = _Pyramid(bands, year, width, height, heading)
    pyramid_.lay_out(earlier, earlier_label, surplus, decimals, most)
    pyramid_.draw_axes(unit, decimals)
    pyramid_.draw_side("men", surplus)
    pyramid_.draw_side("women", surplus)
    pyramid_.draw_outline(earlier)
    pyramid_.draw_words(decimals)
    pyramid_.note_spots(unit, decimals)
    return pyramid_.sheet.svg()


def _check(bands: Sequence[AgeBand]) -> None:
    ends = [0, *(band.top for band in bands)]
    if [band.low for band in bands] != ends[:-1] or sum(band.men + band.women for band in bands) <= 0:
        raise ValueError("age bands have a gap or nobody in them")


def _density(bands: Sequence[AgeBand], side: str) -> Array:
    """People per year of age."""
    return np.array([(getattr(band, side) or 0) / (band.top - band.low) for band in bands], float)


class _Pyramid:
    def __init__(
        self, bands: Sequence[AgeBand], year: int | None, width: Width, height: float | None, heading: str
    ) -> None:
        self.heading, self.head = heading, style.LEADING + 3 if heading else 0.0
        self.bands, self.year, self.width, self.full = bands, year, width, width == "full"
        self.height = (height or (252 if self.full else 185)) + self.head
        self.low = np.array([band.low for band in bands], float)
        self.top = np.array([band.top for band in bands], float)
        self.is_open = np.array([band.high is None for band in bands])

    def lay_out(
        self, earlier: Sequence[AgeBand], earlier_label: str, surplus: bool, decimals: int, most: float
    ) -> None:
        """Fix the scales, and below them as many rows of keys as are needed."""
        self.keys = self._keys(bool(earlier), earlier_label, surplus)
        room = style.WIDTHS[self.width]
        rows = key_rows(self.keys, room)
        sheet = self.sheet = Sheet(self.width, self.height + len(rows) * (style.LEADING + 2))
        oldest = max([self.top[-1], *(band.top for band in earlier)])
        self.age = Scale(0, float(oldest), self.height - 32, self.head + 15)
        parts = (self.bands, earlier or self.bands)
        most = max(most, *(float(_density(part, side).max()) for part in parts for side in _SIDES))
        end = most * 1.02
        self.grid: Ticks = ticks_within(0, end, 4 if self.full else 2, whole=decimals == 0 and most > 4)
        gap = text_width("90+") / 2 + 5
        # The outermost number may stick out of the panel by half its width, and the years of birth need their column.
        overhang = text_width(formatting.number(self.grid.high, self.grid.decimals)) / 2
        left, right = overhang, sheet.width - max(overhang, text_width("2000") + 6 if self.year else 0)
        self.middle = middle = (left + right) / 2
        self.men = Scale(0, end, middle - gap, left)
        self.women = Scale(0, end, middle + gap, right)
        draw_keys(sheet, rows, self.height - 2)

    def _keys(self, earlier: bool, earlier_label: str, surplus: bool) -> list[Key]:
        keys = []
        if surplus:
            keys.append(Key("dunkel: Überschuss an Männern oder Frauen", (style.MEN_SURPLUS, style.WOMEN_SURPLUS)))
        if any(band.men_foreign is not None for band in self.bands):
            keys.append(Key("schraffiert: Ausländerinnen und Ausländer", (style.MEN, style.WOMEN), hatched=True))
        if earlier:
            keys.append(Key(earlier_label, (), outline=True))
        if self.is_open.any() and self.width != "third":
            low = self.bands[-1].low
            keys.append(Key(f"ab {low} Jahren zusammengefasst", (style.MEN_PALE, style.WOMEN_PALE)))
        return keys

    def draw_axes(self, unit: str, decimals: int) -> None:
        """Ages in the middle, years of birth at the right, people at the foot."""
        sheet, floor = self.sheet, self.age.start
        for scale in (self.men, self.women):
            points = [(scale(v), y) for v in self.grid.values[1:] for y in (self.age.end, floor)]
            sheet.segments(points, style.GRID)
            sheet.segments([(scale.start, floor), (scale.end, floor)], style.INK, width=0.9)
            for value in self.grid.values:
                words = formatting.number(value, self.grid.decimals)
                sheet.text(scale(value), floor + 11, words, anchor="middle", colour=style.MUTED)
        wide = bool((self.top - self.low > 1)[~self.is_open].any())
        wide = wide and self.width != "third"  # there the figure says it once for all panels
        words = f"{unit} je Altersjahr" + (" (Altersgruppen: Durchschnitt)" if wide else "")
        sheet.text(self.middle, floor + 22, words, anchor="middle", colour=style.MUTED)
        last = int(self.low[-1]) if self.is_open[-1] else int(self.top[-1])
        for age in range(0, last + 1, 10):
            y = self.age(age)
            if not self.is_open[-1] or last - age >= 5:
                sheet.text(self.middle, y + style.TEXT * style.CAP / 2, str(age), anchor="middle", colour=style.MUTED)
            if self.year is not None:
                sheet.text(sheet.width, y + 2.8, str(self.year - age), anchor="end", colour=style.MUTED)
        if self.is_open[-1]:
            y = (self.age(self.low[-1]) + self.age(self.top[-1])) / 2 + style.TEXT * style.CAP / 2
            sheet.text(self.middle, y, f"{last}+", anchor="middle", colour=style.MUTED)

    def draw_side(self, side: str, surplus: bool) -> None:
        """Bars of one sex: plain, surplus dark, foreign nationals hatched, the open group pale with an edge."""
        sheet, scale = self.sheet, self.men if side == "men" else self.women
        other = "women" if side == "men" else "men"
        own, opposite = _density(self.bands, side), _density(self.bands, other)
        plain, dark, pale = _COLOURS[side]
        inner = np.full(len(own), scale(0))
        outer = scale(own)
        bottom, top = self.age(self.low), self.age(self.top)
        closed = ~self.is_open
        shared = scale(np.minimum(own, opposite)) if surplus else outer
        for left, right, fill in ((inner, shared, plain), *([(shared, outer, dark)] if surplus else ())):
            edge, rim = self._rim(fill)
            sheet.rects(left[closed], top[closed], right[closed], bottom[closed], fill, edge=edge, width=rim)
        sheet.rects(inner[self.is_open], top[self.is_open], outer[self.is_open], bottom[self.is_open], pale,
                    edge=plain, width=0.8)  # fmt: skip
        if any(getattr(band, f"{side}_foreign") is not None for band in self.bands):
            edge = scale(_density(self.bands, f"{side}_foreign"))
            left, right = np.minimum(inner, edge), np.maximum(inner, edge)
            for part, colour in ((closed, style.WHITE), (self.is_open, plain)):
                if part.any():
                    sheet.hatch(left[part], top[part], right[part], bottom[part], colour, gap=3.5, width=0.9)

    def _rim(self, fill: str) -> tuple[str, float]:
        """A white line between bars; between very thin ones none, or a screen shows nothing but lines."""
        year = abs(self.age(0) - self.age(1))
        if len(self.bands) > 40 and year < 2:
            return fill, 0.2
        return style.WHITE, 0.3 if len(self.bands) > 40 else 0.7

    def draw_outline(self, earlier: Sequence[AgeBand]) -> None:
        """The earlier pyramid as a stepped line on both sides, white below ink so that it shows on every ground."""
        kept = [band for band in earlier if band.high is not None or band.low >= self.bands[-1].low]
        for side in _SIDES if kept else ():
            scale = self.men if side == "men" else self.women
            values = scale(_density(kept, side))
            ages = [self.age(age) for band in kept for age in (band.low, band.top)]
            points = [*zip(np.repeat(values, 2), ages, strict=True)]
            points += [(scale(0), ages[-1])] if len(kept) == len(earlier) else []
            self.sheet.line(points, style.WHITE, width=1.8)
            self.sheet.line(points, style.INK, width=0.9)

    def draw_words(self, decimals: int) -> None:
        """Name and number of men and women, and what the outer columns are."""
        sheet = self.sheet
        total = {side: formatting.number(sum(getattr(b, side) for b in self.bands), decimals) for side in _SIDES}
        top = self.head + style.TEXT
        sheet.text(0, style.TEXT, self.heading, bold=True)
        sheet.text(self.men.end, top, f"Männer {total['men']}", colour=style.MEN, bold=True)
        born = "geboren" if self.full else "geb."
        right = sheet.width - text_width(born) - 8 if self.year is not None else self.women.end
        words = f"Frauen {total['women']}"
        sheet.text(right, top, words, colour=style.WOMEN_TEXT, bold=True, anchor="end")
        sheet.text(self.middle, top, "Alter", anchor="middle", colour=style.MUTED)
        if self.year is not None:
            sheet.text(sheet.width, top, born, anchor="end", colour=style.MUTED)

    def note_spots(self, unit: str, decimals: int) -> None:
        """The people of every bar, and the foreign nationals among them."""
        for side, name in zip(_SIDES, ("Männer", "Frauen"), strict=True):
            scale = self.men if side == "men" else self.women
            ends, middles = scale(_density(self.bands, side)), self.age((self.low + self.top) / 2)
            spots = []
            for band, end, y in zip(self.bands, ends, middles, strict=True):
                text, part = formatting.number(getattr(band, side), decimals), getattr(band, f"{side}_foreign")
                if part is not None:
                    part_text = formatting.number(part, decimals)
                    text = f"{formatting.with_unit(text, unit)}, davon {part_text} ausländisch"
                spots.append(Spot((scale(0), y, end, y), formatting.age_words(band.label), text))
            self.sheet.spots((name,), unit, spots)


_SIDES = ("men", "women")
_COLOURS = {
    "men": (style.MEN, style.MEN_SURPLUS, style.MEN_PALE),
    "women": (style.WOMEN, style.WOMEN_SURPLUS, style.WOMEN_PALE),
}


def grouped(bands: Sequence[AgeBand], cuts: Sequence[int]) -> list[AgeBand]:
    """Add bands up to coarser ones that begin at `cuts`. Raises ValueError if a cut is not the start of a band."""
    starts = [band.low for band in bands]
    if any(cut not in starts for cut in cuts):
        raise ValueError(f"cuts {cuts} are not all starts of bands")
    result: list[AgeBand] = []
    for band in bands:
        if band.low in cuts or not result:
            result.append(band)
            continue
        last = result[-1]
        result[-1] = replace(last, high=band.high, men=last.men + band.men, women=last.women + band.women,
                             men_foreign=_add(last.men_foreign, band.men_foreign),
                             women_foreign=_add(last.women_foreign, band.women_foreign))  # fmt: skip
    return result


def _add(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
