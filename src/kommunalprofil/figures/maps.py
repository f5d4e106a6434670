"""Maps: the place among its neighbours and where in Germany that is; areas coloured by a value.

Outlines are GeoParquet files in EPSG:25832 (metres), simplified together at import; here they are only thinned out to
what print can show. Official source note: © GeoBasis-DE / BKG, dl-de/by-2-0 (see provenance of the outlines).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import shapely

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Width
from kommunalprofil.figures import style
from kommunalprofil.figures.keys import Key, draw_keys, key_rows
from kommunalprofil.figures.scales import wrap
from kommunalprofil.figures.sheet import Array, Link, Path, Sheet, Spot
from kommunalprofil.figures.widths import text_width
from kommunalprofil.outlines import Layer, gemeinden_of, layer
from kommunalprofil.states import State

FINEST = 0.9
"""Corners that make less difference than a triangle of this size (points) are dropped."""
MOST_LABELS = 14
FAR = 0.6
"""An area without which the map of the others is so much smaller lies too far away to be drawn in its place."""
FEWEST_OF_CLASS = 3
"""So many areas there are for each class of values."""
NEARER = "näher gerückt"
"""What is written beside such an area."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A rectangle on the sheet and the part of the country it shows."""

    left: float
    top: float
    width: float
    height: float
    west: float
    north: float
    metres: float  # per point

    @classmethod
    def around(cls, left: float, top: float, width: float, height: float, bounds: tuple[float, ...],
               margin: float = 6) -> _Frame:  # fmt: skip
        """The frame that shows `bounds` as large as possible, in its middle, `margin` points from the edge."""
        west, south, east, north = bounds
        metres = max((east - west) / (width - 2 * margin), (north - south) / (height - 2 * margin))
        middle_x, middle_y = (west + east) / 2, (south + north) / 2
        return cls(left, top, width, height, middle_x - width / 2 * metres, middle_y + height / 2 * metres, metres)

    @property
    def window(self) -> tuple[float, float, float, float]:
        """West, south, east, north of what it shows, in metres."""
        return (self.west, self.north - self.height * self.metres, self.west + self.width * self.metres, self.north)

    def points(self, xy: Array) -> Array:
        """Positions on the sheet of coordinates in metres."""
        shifted: Array = (xy - (self.west, self.north)) / (self.metres, -self.metres) + (self.left, self.top)
        return shifted

    def clip(self, shapes: Array) -> Array:
        """The parts inside the frame, thinned to what can be seen, shared borders still shared."""
        window = shapely.box(*self.window)
        near = shapes[shapely.intersects(shapes, window)]
        if len(near):
            near = _thinned(near, self)
        clipped: Array = shapely.clip_by_rect(near, *self.window)
        return clipped

    def path(self, shapes: Array) -> Path | None:
        """Polygons as one path on the sheet; None if nothing is left of them."""
        rings = shapely.get_rings(shapely.get_parts(shapes))
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        if not len(xy):
            return None
        form = "".join([f"M{'L' * (corners - 2)}z" for corners in np.bincount(ring).tolist()])
        return Path(self.points(xy).round(1), form)


class _Areas:
    """Outlines as the key of what is made of them: the very same objects, whatever array holds them."""

    def __init__(self, shapes: Array) -> None:
        self.shapes, self._ids = shapes, tuple(map(id, shapes))

    def __hash__(self) -> int:
        return hash(self._ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Areas) and self._ids == other._ids


@lru_cache(maxsize=32)
def _simplified(areas: _Areas, tolerance: float) -> Array:
    made: Array = shapely.coverage_simplify(areas.shapes, tolerance)
    return made


def _thinned(shapes: Array, frame: _Frame) -> Array:
    """The outlines as print can show them; the places of a Land show the same, so they are kept for the next."""
    return _simplified(_Areas(shapes), FINEST * frame.metres)


def locator(state: State, place: str, *, names: Mapping[str, str], width: Width = "full") -> str:
    """Draw where `place` (key: 2, 5 or 8 digits) lies: main map and, beside it, Germany.

    A Gemeinde is shown among the Gemeinden of its Kreis, a Kreis among those of its Land, a Land (and a Kreis that is
    its whole Land) in Germany. `names` are labels by key, the most important first: the place's own is always
    printed, others where there is room. Raises KeyError if there is no outline of the place, DataError for bad files.
    """
    chosen, context, inner = _focus(state, place)
    full = style.WIDTHS[width]
    height = 250.0 if width == "full" else 138.0
    sheet = Sheet(width, height)
    aside = 0.0 if inner == "DE" else (0.23 if width == "full" else 0.3) * full
    room = (aside + (10 if aside else 0), 0.5, full - aside - (10 if aside else 0) - 0.5, height - 1)
    frame, chosen, boxes = _gathered(chosen, room)
    _draw_main(sheet, frame, chosen, context, place, boxes)
    _Labels(sheet, frame).draw(chosen, place, names, boxes)
    _draw_scale_bar(sheet, frame)
    if aside:
        _draw_germany(sheet, state, place, names, aside, height)
    return sheet.svg()


@dataclass(frozen=True, slots=True)
class ValueClass:
    """One colour of a map: the areas in it, by rising value."""

    colour: str
    areas: tuple[str, ...]


def value_classes(values: Mapping[str, float], decimals: int) -> list[ValueClass]:
    """Areas in classes of about equal number from the lowest value on; values that print the same are never parted.

    There are as many classes as colours, fewer for few areas: one for each three, but two at least.
    """
    printed = {ags: fmt.number(value, decimals) for ags, value in values.items()}
    ordered = sorted(values, key=lambda ags: (values[ags], ags))
    most = max(2, min(len(style.MAP_CLASSES), len(ordered) // FEWEST_OF_CLASS))
    parts: list[list[str]] = [[]]
    for number, ags in enumerate(ordered):
        left = len(ordered) - number + len(parts[-1])  # to be shared by this class and those to come
        full = len(parts[-1]) * (most - len(parts) + 1) >= left
        if full and parts[-1] and printed[ags] != printed[parts[-1][-1]]:
            parts.append([])
        parts[-1].append(ags)
    last = style.MAP_CLASSES[-1:] if len(parts) == 1 else style.MAP_CLASSES
    colours = [last[round(i * (len(last) - 1) / max(len(parts) - 1, 1))] for i in range(len(parts))]
    return [ValueClass(colour, tuple(part)) for colour, part in zip(colours, parts, strict=True) if part]


def choropleth(
    state: State, place: str, classes: Sequence[ValueClass], *, names: Mapping[str, str], legend: Sequence[str],
    told: Mapping[str, str], unit: str,
) -> str:  # fmt: skip
    """Draw the areas around `place` (as `locator` chooses them) in the colours of their classes, the place outlined.

    Areas in no class stay white; `legend` names the classes, and after them those. `told` is the value of each area as
    printed, in `unit`. Raises KeyError if there is no outline of the place, DataError for bad files.
    """
    chosen, context, _ = _focus(state, place)
    full, height = style.WIDTHS["full"], 205.0
    colours = [*(one.colour for one in classes), style.WHITE]
    keys = [Key(text, (colour,)) for text, colour in zip(legend, colours, strict=False)]
    rows = key_rows(keys, full)
    sheet = Sheet("full", height + len(rows) * (style.LEADING + 2) + 4)
    frame, chosen, boxes = _gathered(chosen, (0.5, 0.5, full - 1, height - 1))
    _fill(sheet, frame, frame.clip(context.shapes), style.PALE, style.WHITE, 0.6)
    _draw_boxes(sheet, boxes)
    thinned = _thinned(chosen.shapes, frame)
    _fill(sheet, frame, thinned, style.WHITE, style.MAP_BORDER, 0.5)
    for one in classes:
        mine = np.isin(chosen.ags.astype(str), one.areas)
        if mine.any():
            _fill(sheet, frame, thinned[mine], one.colour, style.WHITE, 0.5)
    _fill(sheet, frame, _rim(thinned), "none", style.MAP_BORDER, 0.8)
    _fill(sheet, frame, thinned[chosen.ags == place], "none", style.INK, 1.6)
    _Labels(sheet, frame).draw(chosen, place, names, boxes)
    _draw_scale_bar(sheet, frame)
    draw_keys(sheet, rows, height + 2)
    inner = frame.points(shapely.get_coordinates(shapely.point_on_surface(chosen.shapes)))
    areas = zip(chosen.ags.astype(str), inner.tolist(), strict=True)
    sheet.spots((), unit, (Spot((x, y), names.get(ags, ags), told[ags]) for ags, (x, y) in areas if ags in told))
    return sheet.svg()


def germany(state: State, level: str, links: Mapping[str, Link]) -> str:
    """Draw all areas of a level ('laender', 'kreise'), those in `links` (by key) filled and leading somewhere.

    Areas come in the order of `links`. Raises DataError for bad files.
    """
    areas = layer(state, level)
    west, south, east, north = areas.bounds
    width = style.WIDTHS["full"]
    frame = _Frame.around(0, 0, width, width * (north - south) / (east - west), areas.bounds, margin=2)
    sheet = Sheet(frame.width, frame.height)
    thinned = _thinned(areas.shapes, frame)
    plain = [str(ags) not in links for ags in areas.ags]
    _fill(sheet, frame, thinned[plain], style.MAP_LAND, style.WHITE, 0.5)
    row = {str(ags): number for number, ags in enumerate(areas.ags)}
    for ags, link in links.items():
        if ags in row and (path := frame.path(thinned[row[ags] : row[ags] + 1])) is not None:
            sheet.shape(path, fill=style.PLACE, edge=style.WHITE, width=0.6, link=link)
    lands = np.array([str(ags)[:2] for ags in areas.ags])
    rims = np.concatenate([_rim(thinned[lands == land]) for land in np.unique(lands)])
    _fill(sheet, frame, rims, "none", style.WHITE, 2.2)  # seen on filled areas, the dark line in it on plain ones
    _fill(sheet, frame, rims, "none", style.INK, 0.8)
    _draw_scale_bar(sheet, frame)
    return sheet.svg()


def _focus(state: State, place: str) -> tuple[Layer, Layer, str]:
    """The regions in focus, what lies around them, the key prefix of the former. Raises KeyError without an outline."""
    main, inner, around = _parts(state, place)
    if place not in main.ags:
        raise KeyError(place)
    if inner == "DE":
        return main, around.only(np.zeros(len(around.ags), dtype=bool)), inner
    inside = [np.array([str(a).startswith(inner) for a in part.ags], dtype=bool) for part in (main, around)]
    return main.only(inside[0]), around.only(~inside[1]), inner


def _parts(state: State, place: str) -> tuple[Layer, str, Layer]:
    """The layer of the main map, the key prefix of its regions in focus, and what lies around them."""
    kreise = layer(state, "kreise")
    if len(place) == 8:
        return gemeinden_of(state, place[:5]), place[:5], kreise
    siblings = int(sum(str(ags).startswith(place[:2]) for ags in kreise.ags))
    if len(place) == 5 and siblings > 1:
        return kreise, place[:2], kreise
    laender = layer(state, "laender")
    if len(place) == 5:  # Berlin, Hamburg: the Kreis is the Land
        return Layer(np.where(laender.ags == place[:2], place, laender.ags), laender.shapes), "DE", laender
    return laender, "DE", laender


def _fill(sheet: Sheet, frame: _Frame, shapes: Array, fill: str, edge: str, width: float) -> None:
    path = frame.path(shapes)
    if path is not None:
        sheet.shape(path, fill=fill, edge=edge, width=width)


Box = tuple[float, float, float, float]


def _gathered(chosen: Layer, room: Box) -> tuple[_Frame, Layer, list[Box]]:
    """The frame (in `room`: left, top, width, height), the areas with a far island moved near, the box around it.

    Only one area lies so far from its neighbours today: Helgoland, 60 km from the other Gemeinden of Pinneberg.
    """
    far = _far(chosen.shapes)
    frame = _Frame.around(*room, chosen.only(~far).bounds)
    if not far.any():
        return frame, chosen, []
    island = chosen.shapes[far][0]
    west, south, east, north = shapely.bounds(island)
    wide, high = (east - west) / frame.metres, (north - south) / frame.metres
    width, height = max(wide + 16, text_width(NEARER, style.SMALL) + 10), high + style.LEADING + 16
    corners = [(frame.left + x, frame.top + y)
               for x in (6, frame.width - width - 6) for y in (6, frame.height - height - 40)]  # fmt: skip
    others = frame.points(shapely.get_coordinates(chosen.shapes[~far]))
    hidden = [((others > at) & (others < np.add(at, (width, height)))).all(axis=1).sum() for at in corners]
    left, top = corners[int(np.argmin(hidden))]
    x = frame.west + (left + (width - wide) / 2 - frame.left) * frame.metres
    y = frame.north - (top + style.LEADING + 9 - frame.top) * frame.metres
    shapes, way = chosen.shapes.copy(), np.array((x - west, y - north))
    shapes[far] = shapely.transform(island, lambda xy: xy + way)
    return frame, Layer(chosen.ags, shapes), [(left, top, left + width, top + height)]


def _far(shapes: Array) -> Array:
    """The area (at most one) that makes the map of all much larger than that of the others is."""
    sides = shapely.bounds(shapes)
    far = np.zeros(len(shapes), dtype=bool)
    if len(shapes) > 2:
        rest = [np.delete(sides, i, axis=0) for i in range(len(shapes))]
        sizes = np.array([np.ptp(s[:, ::2]) * np.ptp(s[:, 1::2]) for s in rest])
        far[np.argmin(sizes)] = sizes.min() < FAR * np.ptp(sides[:, ::2]) * np.ptp(sides[:, 1::2])
    return far


def _draw_boxes(sheet: Sheet, boxes: Sequence[Box]) -> None:
    for left, top, right, bottom in boxes:
        sheet.rects(left, top, right, bottom, style.WHITE, edge=style.MAP_BORDER, width=0.6)
        sheet.text((left + right) / 2, top + 10, NEARER, size=style.SMALL, anchor="middle", colour=style.MUTED)


def _draw_main(sheet: Sheet, frame: _Frame, chosen: Layer, context: Layer, place: str, boxes: Sequence[Box]) -> None:
    """Neighbours pale, the area in focus with its inner borders, the place filled and outlined."""
    _fill(sheet, frame, frame.clip(context.shapes), style.PALE, style.WHITE, 0.6)
    _draw_boxes(sheet, boxes)
    mine = chosen.ags == place
    thinned = _thinned(chosen.shapes, frame)
    _fill(sheet, frame, thinned, style.MAP_LAND, style.WHITE, 0.7)
    _fill(sheet, frame, _rim(thinned), "none", style.MAP_BORDER, 0.8)
    _fill(sheet, frame, thinned[mine], style.PLACE, style.INK, 0.9)
    x, y = frame.left, frame.top
    sheet.line([(x, y), (x + frame.width, y), (x + frame.width, y + frame.height), (x, y + frame.height), (x, y)],
               style.GRID, width=0.6)  # fmt: skip


def _rim(shapes: Array) -> Array:
    """The outer border of all shapes together; their own borders if they do not fit together without gaps."""
    return _united(_Areas(shapes))


@lru_cache(maxsize=32)
def _united(areas: _Areas) -> Array:
    try:
        return np.array([shapely.coverage_union_all(areas.shapes)])
    except shapely.errors.GEOSException:
        return areas.shapes


def _draw_germany(sheet: Sheet, state: State, place: str, names: Mapping[str, str], width: float,
                  height: float) -> None:  # fmt: skip
    """Germany with the Land marked and, for a Kreis or Gemeinde, its Kreis filled."""
    laender, kreise = layer(state, "laender"), layer(state, "kreise")
    west, south, east, north = laender.bounds
    frame = _Frame.around(0, 0, width, min(height, width * (north - south) / (east - west)), laender.bounds, margin=1)
    thinned = _thinned(laender.shapes, frame)
    _fill(sheet, frame, thinned, style.MAP_LAND, style.WHITE, 0.5)
    _fill(sheet, frame, thinned[laender.ags == place[:2]], style.MAP_CLASSES[2], style.WHITE, 0.5)
    own = kreise.shapes[kreise.ags == place[:5]]
    _fill(sheet, frame, shapely.simplify(own, 0.4 * frame.metres), style.PLACE, style.INK, 0.5)
    words = f"{names[place[:2]]} in Deutschland" if place[:2] in names else "Lage in Deutschland"
    for number, line in enumerate(wrap(words, width, lambda text: text_width(text, style.SMALL))):
        baseline = frame.height + 11 + number * style.LEADING
        sheet.text(width / 2, baseline, line, size=style.SMALL, anchor="middle", colour=style.MUTED)


def _draw_scale_bar(sheet: Sheet, frame: _Frame) -> None:
    """A round distance of at most a quarter of the frame, in its lower right corner."""
    most = frame.width / 4 * frame.metres / 1000
    power = 10.0 ** np.floor(np.log10(most))
    distance = next(f * power for f in (5, 2, 1) if f * power <= most)
    length = distance * 1000 / frame.metres
    right, y = frame.left + frame.width - 7, frame.top + frame.height - 7
    words = f"{distance:g}".replace(".", ",") + "\u202fkm"
    sheet.line([(right - length, y - 3), (right - length, y), (right, y), (right, y - 3)], style.INK, width=0.8)
    sheet.text(right, y - 5, words, size=style.SMALL, anchor="end", halo=True)


class _Labels:
    """Names on the map, placed in order of importance, each only where it covers no other and stays in the frame."""

    def __init__(self, sheet: Sheet, frame: _Frame) -> None:
        self.sheet, self.frame = sheet, frame
        right, bottom = frame.left + frame.width, frame.top + frame.height
        self.taken: list[Box] = [(right - frame.width / 4 - 12, bottom - 26, right, bottom)]  # the scale bar's corner

    def draw(self, chosen: Layer, place: str, names: Mapping[str, str], boxes: Sequence[Box] = ()) -> None:
        """The place first, beside or inside its outline, then the others at theirs, none over one of the boxes."""
        self.taken += boxes
        where = {ags: i for i, ags in enumerate(chosen.ags)}
        west, south, east, north = shapely.bounds(chosen.shapes[where[place]])
        corners = self.frame.points(np.array([[west, north], [east, south]]))
        inner = self.frame.points(shapely.get_coordinates(shapely.point_on_surface(chosen.shapes)))
        for box in boxes:
            if box[0] < inner[where[place]][0] < box[2] and box[1] < inner[where[place]][1] < box[3]:
                corners = np.array([box[:2], box[2:]])
        self._own(names.get(place, ""), corners, inner[where[place]])
        left = MOST_LABELS
        for ags, name in names.items():
            if ags != place and ags in where and left:
                left -= self._other(name, inner[where[ags]])

    def _own(self, name: str, corners: Array, inner: Array) -> None:
        """Right, left, below or above the outline: the first that fits the frame; else over it."""
        (left, top), (right, bottom) = corners
        frame = self.frame
        lines = wrap(name, frame.width * 0.72, lambda text: text_width(text, bold=True))
        wide, more = max(text_width(line, bold=True) for line in lines), (len(lines) - 1) * style.LEADING
        middle = (left + right) / 2
        wished = [(right + 4, inner[1] + 3 - more / 2), (left - wide - 4, inner[1] + 3 - more / 2),
                  (middle - wide / 2, bottom + 10), (middle - wide / 2, top - 4 - more)]  # fmt: skip
        for x, y in wished:
            box = (x, y - 7, x + wide, y + 2.5 + more)
            if self._inside(box) and not self._covered(box):
                break
        else:
            x = max(frame.left + 3, min(middle - wide / 2, frame.left + frame.width - wide - 3))
            y = max(frame.top + 10, min(inner[1] + 3 - more / 2, frame.top + frame.height - 30 - more))
        self.taken += [(x, y - 7, x + wide, y + 2.5 + more), (left, top, right, bottom)]
        for number, line in enumerate(lines):
            self.sheet.text(x, y + number * style.LEADING, line, bold=True, halo=True)

    def _other(self, name: str, at: Array) -> bool:
        lines = wrap(name, 62, lambda text: text_width(text, style.SMALL - 0.5))
        size = style.SMALL - 0.5
        wide, high = max(text_width(line, size) for line in lines), len(lines) * 8.5
        x, y = at
        box = (x - wide / 2 - 1, y - high / 2, x + wide / 2 + 1, y + high / 2)
        if not self._inside(box) or self._covered(box):
            return False
        self.taken.append(box)
        for number, line in enumerate(lines):
            self.sheet.text(
                x, box[1] + 6.5 + number * 8.5, line, size=size, anchor="middle", colour=style.MUTED, halo=True
            )
        return True

    def _inside(self, box: Box) -> bool:
        frame = self.frame
        return (box[0] > frame.left + 2 and box[2] < frame.left + frame.width - 2
                and box[1] > frame.top + 2 and box[3] < frame.top + frame.height - 2)  # fmt: skip

    def _covered(self, box: Box) -> bool:
        return any(box[0] < b[2] and box[2] > b[0] and box[1] < b[3] and box[3] > b[1] for b in self.taken)
