"""The drawing surface: a matplotlib figure measured in printed points, and the SVG that leaves it.

matplotlib is used the fast way: no pyplot, no axes to lay out, one artist per layer, text written as text. The
origin is the top left corner, x to the right, y down, in points.
"""

from __future__ import annotations

import io
import json
import logging
import pathlib
import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple
from xml.sax.saxutils import quoteattr

# Without a writable home matplotlib warns in English about its cache; the figures are the same.
logging.getLogger("matplotlib").setLevel(logging.ERROR)

import matplotlib  # noqa: E402
import numpy as np  # noqa: E402
from matplotlib.artist import Artist  # noqa: E402

# While it loads, matplotlib writes a docstring of all settable properties for each of its hundred artist classes: a
# quarter of its import time, for readers a command line does not have. Where the method is gone, nothing changes.
if hasattr(Artist, "_update_set_signature_and_docstring"):
    Artist._update_set_signature_and_docstring = classmethod(lambda cls: None)

from matplotlib.backends.backend_svg import FigureCanvasSVG  # noqa: E402
from matplotlib.figure import Figure as MplFigure  # noqa: E402
from matplotlib.ft2font import FT2Font, LoadFlags  # noqa: E402
from matplotlib.patches import PathPatch  # noqa: E402
from matplotlib.path import Path  # noqa: E402
from matplotlib.transforms import Affine2D  # noqa: E402

from kommunalprofil import formatting  # noqa: E402
from kommunalprofil.document import Width  # noqa: E402
from kommunalprofil.figures import style  # noqa: E402
from kommunalprofil.resources import fonts_dir  # noqa: E402

FAMILY = "Source Sans 3"
_FILES = {400: "SourceSans3-Regular.ttf", 600: "SourceSans3-SemiBold.ttf"}
Anchor = Literal["start", "middle", "end"]
Array = np.ndarray[Any, np.dtype[Any]]
Points = Sequence[tuple[float, float]] | Array


def font_file(weight: int) -> pathlib.Path:
    """The font of a weight, 400 or 600. Raises KeyError for another one."""
    return fonts_dir() / _FILES[weight]


@cache
def _font(weight: int) -> FT2Font:
    font = FT2Font(str(font_file(weight)))
    font.set_size(100, 72)
    return font


@lru_cache(maxsize=4096)
def _advance(char: str, weight: int) -> float:
    """Width of one character as a part of the text size."""
    return float(_font(weight).load_char(ord(char), flags=LoadFlags.NO_HINTING).linearHoriAdvance) / 6553600


@lru_cache(maxsize=20_000)
def _advances(text: str, weight: int) -> float:
    return sum([_advance(char, weight) for char in text])


def text_width(text: str, size: float = style.TEXT, *, bold: bool = False) -> float:
    """Printed width in points (kerning left out: at most a hair too wide)."""
    return size * _advances(text, 600 if bold else 400)


def unprintable(text: str) -> str:
    """The first letter of a text that the house font does not have, '' if it has them all."""
    return next((c for c in text if not c.isspace() and not _font(400).get_char_index(ord(c))), "")


class Label(Artist):
    """One line of text at a baseline point: written as an SVG text element, so nothing has to be laid out."""

    def __init__(self, x: float, y: float, text: str, attributes: dict[str, str]) -> None:
        super().__init__()
        self.x, self.y, self.text, self.attributes = x, y, text, attributes

    def draw(self, renderer: Any) -> None:
        """Write the element; the SVG renderer's writer escapes the text."""
        where = {"x": f"{self.x:.2f}", "y": f"{self.y:.2f}"}
        renderer.writer.element("text", self.text, attrib=where | self.attributes)


class Link(NamedTuple):
    """Where a shape leads on a page, and what that is called."""

    href: str
    name: str


class Leading(PathPatch):
    """A shape that is a link, its name shown when pointed at and read aloud."""

    def __init__(self, path: Path, link: Link, **look: Any) -> None:
        super().__init__(path, **look)
        self.link = link

    def draw(self, renderer: Any) -> None:
        """Write the element; the SVG renderer's writer escapes address and name."""
        renderer.writer.start("a", attrib={"href": self.link.href})
        renderer.writer.element("title", self.link.name)
        super().draw(renderer)
        renderer.writer.end("a")


class Spot(NamedTuple):
    """Where a mark stands (x, y; of a bar both ends), what it is of ('31.12.2015'), its value as printed."""

    place: tuple[float, ...]
    label: str
    value: str


class Sheet:
    """A figure of printed size. Everything is drawn in the order of calls; `svg()` ends it."""

    def __init__(self, figure_id: str, width: Width | float, height: float) -> None:
        self.id = figure_id
        self.width = style.WIDTHS[width] if isinstance(width, str) else width
        self.height = height
        self._spots: list[str] = []
        self._figure = MplFigure(figsize=(self.width / 72, self.height / 72), dpi=72)
        self._figure.patch.set_visible(False)
        self._down = Affine2D().scale(1, -1).translate(0, height)

    def shape(self, path: Path, *, fill: str = "none", edge: str = "none", width: float = 0,
              dash: tuple[float, ...] = (), alpha: float | None = None, link: Link | None = None) -> None:  # fmt: skip
        """One path (of any number of parts), `width` in points, `dash` as on/off lengths in points."""
        look: dict[str, Any] = {"facecolor": fill, "edgecolor": edge, "linewidth": width, "alpha": alpha}
        look["transform"] = self._down
        patch = PathPatch(path, **look) if link is None else Leading(path, link, **look)
        if dash:
            patch.set_linestyle((0, tuple(length / width for length in dash)))
        patch.set_clip_on(False)
        patch.set_joinstyle("round")
        self._figure.add_artist(patch)

    def rects(self, left: Any, top: Any, right: Any, bottom: Any, fill: str, **look: Any) -> None:
        """Rectangles from arrays of their sides, as one path; those without extent are left out."""
        corners = np.broadcast_arrays(*(np.atleast_1d(np.asarray(side, float)) for side in (left, top, right, bottom)))
        x0, y0, x1, y1 = (side[(corners[0] != corners[2]) & (corners[1] != corners[3])] for side in corners)
        if not len(x0):
            return
        points = np.stack([x0, y0, x1, y0, x1, y1, x0, y1, x0, y0], axis=1).reshape(-1, 2)
        codes = np.tile([Path.MOVETO, Path.LINETO, Path.LINETO, Path.LINETO, Path.CLOSEPOLY], len(x0))
        self.shape(Path(points.round(2), codes), fill=fill, **look)

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
        codes = np.tile([Path.MOVETO, Path.LINETO], len(ends) // 2)
        self.shape(Path(ends, codes), edge=colour, width=width, dash=dash)

    def line(self, points: Points, colour: str, *, width: float, dash: tuple[float, ...] = ()) -> None:
        """One line through the points; NaN interrupts it."""
        xy = np.asarray(points, float)
        seen = np.isfinite(xy).all(axis=1)
        begins = seen & ~np.concatenate([[False], seen[:-1]])
        codes = np.where(begins, Path.MOVETO, Path.LINETO)[seen]
        if len(codes):
            self.shape(Path(xy[seen].round(2), codes), edge=colour, width=width, dash=dash)

    def marks(self, at: Points, marker: style.Marker, colour: str, *, size: float = 6.5) -> None:
        """Markers of the same kind, `size` points across, with a white rim that parts them from what lies below."""
        xy = np.asarray(at, float)
        if not len(xy):
            return
        outline = _MARKERS[marker]
        points = (xy[:, None, :] + np.asarray(outline.vertices)[None] * size / 2).reshape(-1, 2).round(2)
        path = Path(points, np.tile(np.asarray(outline.codes), len(xy)))
        if marker == "ring":
            self.shape(path, fill=style.WHITE, edge=colour, width=1.5)
        else:
            self.shape(path, fill=colour, edge=style.WHITE, width=0.8)

    def text(self, x: float, y: float, text: str, *, size: float = style.TEXT, colour: str = style.INK,
             bold: bool = False, anchor: Anchor = "start", halo: bool = False, turn: float = 0) -> None:  # fmt: skip
        """A line of text with its baseline at y; `halo` puts a white rim around the letters (on maps)."""
        if not text:
            return
        look = {"font-size": f"{size:g}", "fill": colour}
        if bold:
            look["font-weight"] = "600"
        if anchor != "start":
            look["text-anchor"] = anchor
        if halo:
            look |= {"stroke": style.WHITE, "stroke-width": "2.4", "paint-order": "stroke"}
        if turn:
            look["transform"] = f"rotate({turn:g} {x:.2f} {y:.2f})"
        self._figure.add_artist(Label(x, y, text, look))

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
            self._spots.append("".join(f" data-{key}={quoteattr(text)}" for key, text in parts.items() if text))

    def svg(self) -> str:
        """The finished SVG element: no prolog, ids (if any) unique to this figure, the same bytes every time."""
        canvas: Any = FigureCanvasSVG(self._figure)
        with matplotlib.rc_context(_RC | {"svg.hashsalt": self.id}):
            for number, artist in enumerate(self._figure.get_children()):
                artist.set_zorder(number)
            stream = io.StringIO()
            canvas.print_svg(stream, metadata=_NO_METADATA)
        drawn = _tidy(stream.getvalue(), self.id, self.width, self.height)
        spots = "".join(f'<g class="spots"{spots}/>\n' for spots in self._spots)
        return drawn.replace("</svg>", f"{spots}</svg>")


_NUMBER = re.compile(rf"\(?[+±{formatting.MINUS}]?[\d.,]*\d\)?|{formatting.DASH}")
_RC: Any = {"svg.fonttype": "none", "path.simplify": False}
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def _polygon(*corners: tuple[float, float]) -> Path:
    return Path([*corners, corners[0]], closed=True)


_MARKERS: dict[str, Path] = {
    "circle": Path.unit_circle(),
    "ring": Path(np.asarray(Path.unit_circle().vertices) * 0.85, Path.unit_circle().codes),
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


def _tidy(svg: str, figure_id: str, width: float, height: float) -> str:
    """Keep the drawing; drop prolog, global style and unused ids, which would meet other figures in the same page."""
    body = svg[svg.index('<g id="figure_1"') : svg.rindex("</svg>")]
    for command in "MLCQ":  # one line a path instead of one a point
        body = body.replace(f" \n{command} ", command)
    used = [one for one in dict.fromkeys(re.findall(r'(?:url\(|href=")#([^")]+)', body)) if f' id="{one}"' in body]
    names = {old: f"{figure_id}-{number}" for number, old in enumerate(used, 1)}
    body = re.sub(r' id="([^"]+)"', lambda m: f' id="{names[m[1]]}"' if m[1] in names else "", body)
    body = re.sub(r'((?:url\(|href=")#)([^")]+)', lambda m: m[1] + names.get(m[2], m[2]), body)
    body = re.sub(r"<!--.*?-->|^\s+", "", body, flags=re.MULTILINE)
    if "<g " not in body and "<defs" not in body:
        body = re.sub(r"</?g>\n?", "", body)
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'width="{width:.2f}pt" height="{height:.2f}pt" viewBox="0 0 {width:.2f} {height:.2f}" '
        f"font-family=\"'{FAMILY}', sans-serif\" stroke-linejoin='round'>\n"
    )
    return head + body.strip() + "\n</svg>\n"
