"""The drawing surface: shapes and texts measured in printed points, and the SVG that is made of them.

Every shape is one SVG element, text is written as text. The origin is the top left corner, x to the right, y down, in
points.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np

from kommunalprofil import formatting, xml_text
from kommunalprofil.document import Width
from kommunalprofil.figures import style

FAMILY = "Source Sans 3"
Anchor = Literal["start", "middle", "end"]
Array = np.ndarray[Any, np.dtype[Any]]
Points = Sequence[tuple[float, float]] | Array


class Path(NamedTuple):
    """Any number of lines and areas. `form` has a letter for each point.

    M begins, L is a line to the point, C a curve (two points that pull at it, then, as blanks, the others: `C  `), z
    closes an area; its point is where the area began.
    """

    points: Array
    form: str


class Link(NamedTuple):
    """Where a shape leads on a page, and what that is called."""

    href: str
    name: str


class Spot(NamedTuple):
    """Where a mark stands (x, y; of a bar both ends), what it is of ('31.12.2015'), its value as printed."""

    place: tuple[float, ...]
    label: str
    value: str


class Sheet:
    """A figure of printed size. Everything is drawn in the order of calls; `svg()` ends it."""

    def __init__(self, width: Width | float, height: float) -> None:
        self.width = style.WIDTHS[width] if isinstance(width, str) else width
        self.height = height
        self._drawn: list[str] = []
        self._spots: list[str] = []

    def shape(self, path: Path, *, fill: str = "none", edge: str = "none", width: float = 0,
              dash: tuple[float, ...] = (), link: Link | None = None) -> None:  # fmt: skip
        """One path, `width` in points, `dash` as on/off lengths in points; a link says its name when pointed at."""
        look = _style(fill, edge, width, dash)
        look = f' style="{look}"' if look else ""
        element = f'<path d="{_data(path, fill != "none")}"{look}/>'
        if link is not None:
            name = xml_text.text(link.name)
            element = f"<a href={xml_text.attribute(link.href)}>\n<title>{name}</title>\n{element}\n</a>"
        self._drawn.append(element)

    def rects(self, left: Any, top: Any, right: Any, bottom: Any, fill: str, **look: Any) -> None:
        """Rectangles from arrays of their sides, as one path; those without extent are left out."""
        corners = np.broadcast_arrays(*(np.atleast_1d(np.asarray(side, float)) for side in (left, top, right, bottom)))
        x0, y0, x1, y1 = (side[(corners[0] != corners[2]) & (corners[1] != corners[3])] for side in corners)
        if not len(x0):
            return
        points = np.stack([x0, y0, x1, y0, x1, y1, x0, y1, x0, y0], axis=1).reshape(-1, 2)
        self.shape(Path(points.round(2), "MLLLz" * len(x0)), fill=fill, **look)

    def hatch(self, left: Any, top: Any, right: Any, bottom: Any, colour: str, *,
              gap: float = 4, width: float = 0.8) -> None:  # fmt: skip
        """Diagonal lines over rectangles, `gap` points apart, aligned across neighbouring rectangles."""
        sides = np.broadcast_arrays(*(np.atleast_1d(np.asarray(side, float)) for side in (left, top, right, bottom)))
        boxes = zip(*(side.tolist() for side in sides), strict=True)
        self.segments(
            np.concatenate([_diagonals(x0, y0, x1, y1, gap) for x0, y0, x1, y1 in boxes]), colour, width=width
        )

    def segments(self, points: Points, colour: str, *, width: float = 0.6, dash: tuple[float, ...] = ()) -> None:
        """Separate straight lines: every two points are one."""
        ends = np.asarray(points, float).round(2)
        if not len(ends):
            return
        self.shape(Path(ends, "ML" * (len(ends) // 2)), edge=colour, width=width, dash=dash)

    def line(self, points: Points, colour: str, *, width: float, dash: tuple[float, ...] = ()) -> None:
        """One line through the points; NaN interrupts it."""
        xy = np.asarray(points, float)
        seen = np.isfinite(xy).all(axis=1)
        begins = seen & ~np.concatenate([[False], seen[:-1]])
        if seen.any():
            form = "".join("M" if begin else "L" for begin in begins[seen])
            self.shape(Path(xy[seen].round(2), form), edge=colour, width=width, dash=dash)

    def marks(self, at: Points, marker: style.Marker, colour: str, *, size: float = 6.5) -> None:
        """Markers of the same kind, `size` points across, with a white rim that parts them from what lies below."""
        xy = np.asarray(at, float)
        if not len(xy):
            return
        outline = _MARKERS[marker]
        points = (xy[:, None, :] + outline.points[None] * size / 2).reshape(-1, 2).round(2)
        path = Path(points, outline.form * len(xy))
        if marker == "ring":
            self.shape(path, fill=style.WHITE, edge=colour, width=1.5)
        else:
            self.shape(path, fill=colour, edge=style.WHITE, width=0.8)

    def text(self, x: float, y: float, text: str, *, size: float = style.TEXT, colour: str = style.INK,
             bold: bool = False, anchor: Anchor = "start", halo: bool = False, turn: float = 0) -> None:  # fmt: skip
        """A line of text with its baseline at y; `halo` puts a white rim around the letters (on maps)."""
        if not text:
            return
        look = {"x": f"{x:.2f}", "y": f"{y:.2f}", "font-size": f"{size:g}", "fill": colour}
        if bold:
            look["font-weight"] = "600"
        if anchor != "start":
            look["text-anchor"] = anchor
        if halo:
            look |= {"stroke": style.WHITE, "stroke-width": "2.4", "paint-order": "stroke"}
        if turn:
            look["transform"] = f"rotate({turn:g} {x:.2f} {y:.2f})"
        attributes = "".join(f' {name}="{value}"' for name, value in look.items())
        self._drawn.append(f"<text{attributes}>{xml_text.text(text)}</text>")

    def lines_of_text(self, x: float, middle: float, lines: Sequence[str], **look: Any) -> None:
        """Several lines of text, together centred on `middle`."""
        first = middle + style.TEXT * style.CAP / 2 - (len(lines) - 1) / 2 * style.LEADING
        for number, line in enumerate(lines):
            self.text(x, first + number * style.LEADING, line, **look)

    def spots(self, name: Sequence[str], unit: str, spots: Iterable[Spot]) -> None:
        """Note what a page says of marks when pointed at; nothing is drawn.

        `name` is what they share (panel, place, sex), `unit` the words at the axis: it follows values that are numbers.
        """
        found = list(spots)
        words = formatting.with_unit("", "%" if "%" in unit else unit.split(" (")[0])
        if not all(_NUMBER.fullmatch(spot.value) for spot in found):  # „3 von 17“ has no unit: each value has its own
            found = [s._replace(value=s.value + words) if _NUMBER.fullmatch(s.value) else s for s in found]
            words = ""
        if rows := [(*(round(float(n), 1) for n in spot.place), spot.label, spot.value) for spot in found]:
            data = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
            parts = {"name": ", ".join(filter(None, name)), "unit": words, "spots": data}
            self._spots.append(
                "".join(f" data-{key}={xml_text.attribute(text)}" for key, text in parts.items() if text)
            )

    def svg(self) -> str:
        """The finished SVG element: no prolog, no ids, the same bytes every time."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'width="{self.width:.2f}pt" height="{self.height:.2f}pt" '
            f'viewBox="0 0 {self.width:.2f} {self.height:.2f}" '
            f"font-family=\"'{FAMILY}', sans-serif\" stroke-linejoin='round'>"
        )
        spots = [f'<g class="spots"{spots}/>' for spots in self._spots]
        return "\n".join([head, *(self._drawn or ["<g/>"]), *spots, "</svg>\n"])


_NUMBER = re.compile(rf"\(?[+±{formatting.MINUS}]?[\d.,]*\d\)?|{formatting.DASH}")
_WORDS = {"~": "M %g %g", "M": "M%g %g", "L": "L%g %g", "C": "C%g %g", " ": " %g %g"}
_FILLED = str.maketrans(_WORDS | {"z": " \nz\n"})
_OPEN = str.maketrans(_WORDS | {"z": "L%g %g \nz\n"})
"""Where only its edge is drawn, an area comes back to where it began before it closes."""
_MANY = 128
_BLACK = "#000000"


def _data(path: Path, filled: bool) -> str:
    """SVG path data; a new line for each area, so that they can be told apart in the file."""
    points, form = path
    if filled:
        points = points[np.frombuffer(form.encode(), np.uint8) != ord("z")]
    elif len(form) >= _MANY and "z" not in form:  # the pen stays where it is: no picture changes
        points, form = np.append(points, points[-1:], axis=0), form + "L"
    words = ("z" + form).replace("zM", "z~")[1:].translate(_FILLED if filled else _OPEN)
    words += "" if form.endswith("z") else " \n"
    return words % tuple((points + 0.0).ravel().tolist())  # adding 0 turns -0 into 0


def _style(fill: str, edge: str, width: float, dash: tuple[float, ...]) -> str:
    """The CSS of a shape, without what goes without saying: black areas, lines one point wide."""
    look = [] if fill == _BLACK else [f"fill: {fill.lower()}"]
    if dash:
        look += [f"stroke-dasharray: {','.join(f'{length:g}' for length in dash)}", "stroke-dashoffset: 0"]
    if width and edge != "none":
        look += [f"stroke: {edge.lower()}"] + [f"stroke-width: {width:g}"] * (width != 1)
    return "; ".join(look)


def _polygon(*corners: tuple[float, float]) -> Path:
    return Path(np.array([*corners, corners[0]], float), f"M{'L' * (len(corners) - 1)}z")


def _circle() -> Path:
    """The circle of radius 1, in eight curves."""
    pull, half = 0.2652031, 0.5**0.5
    slant = half * pull
    quarter = [(pull, -1.0), (half - slant, -half - slant), (half, -half)]
    quarter += [(half + slant, -half + slant), (1.0, -pull), (1.0, 0.0)]
    points = [(0.0, -1.0)]
    for _ in range(4):
        points += quarter
        quarter = [(-y, x) for x, y in quarter]
    return Path(np.array([*points, points[0]]), f"M{'C  ' * 8}z")


_CIRCLE = _circle()
_MARKERS: dict[str, Path] = {
    "circle": _CIRCLE,
    "ring": Path(_CIRCLE.points * 0.85, _CIRCLE.form),
    "diamond": _polygon((0, -1.25), (1.25, 0), (0, 1.25), (-1.25, 0)),
    "square": _polygon((-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)),
    "tick": _polygon((-0.4, -1.9), (0.4, -1.9), (0.4, 1.9), (-0.4, 1.9)),
    "above": _polygon((0, -0.55), (1.05, -2.3), (-1.05, -2.3)),
    "below": _polygon((0, 0.55), (1.05, 2.3), (-1.05, 2.3)),
}


def _diagonals(left: float, top: float, right: float, bottom: float, gap: float) -> Array:
    """End points of the lines x + y = k·gap inside one rectangle."""
    first, last = np.ceil((left + top) / gap), np.floor((right + bottom) / gap)
    sums = np.arange(first, last + 1) * gap
    start_x = np.minimum(sums - top, right)
    end_y = np.minimum(sums - left, bottom)
    ends = np.stack([start_x, sums - start_x, sums - end_y, end_y], axis=1)
    kept: Array = ends[ends[:, 0] - ends[:, 2] > 0.1].reshape(-1, 2)
    return kept
