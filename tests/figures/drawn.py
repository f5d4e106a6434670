"""Reading back what was drawn: where every text stands, and whether any is clipped or covered by another."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from kommunalprofil.figures.widths import text_width

SVG = "{http://www.w3.org/2000/svg}"
_SHIFT = re.compile(r"translate\(([\d.]+) ([\d.]+)\)")


@dataclass(frozen=True)
class Word:
    text: str
    left: float
    top: float
    right: float
    bottom: float
    fill: str


def words(svg: str) -> list[Word]:
    """Every text with the box its letters fill (from the font's widths, capitals and descenders)."""
    return [_word(*placed) for placed in _placed(ET.fromstring(svg)) if placed[0].tag == f"{SVG}text"]


def _placed(element: ET.Element, dx: float = 0.0, dy: float = 0.0) -> Iterator[tuple[ET.Element, float, float]]:
    """Every element with how far the groups around it are moved."""
    if shift := _SHIFT.fullmatch(element.get("transform", "")):
        dx, dy = dx + float(shift[1]), dy + float(shift[2])
    yield element, dx, dy
    for child in element:
        yield from _placed(child, dx, dy)


def _word(element: ET.Element, dx: float, dy: float) -> Word:
    text, size = element.text or "", float(element.get("font-size", "0"))
    width = text_width(text, size, bold=element.get("font-weight") == "600")
    x, y = float(element.get("x", "nan")) + dx, float(element.get("y", "nan")) + dy
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[element.get("text-anchor", "start")]
    return Word(text, left, y - 0.7 * size, left + width, y + 0.2 * size, element.get("fill", ""))


@dataclass(frozen=True)
class Said:
    """What a page says of a mark: where it stands (both ends of a bar), of what, and the value with its unit."""

    place: tuple[float, ...]
    label: str
    text: str


def spots(svg: str) -> list[Said]:
    """Every spot of a drawing, in the order in which the arrow keys reach them."""
    return [said for placed in _placed(ET.fromstring(svg)) for said in _said(*placed)]


def _said(element: ET.Element, dx: float, dy: float) -> Iterator[Said]:
    for *place, label, value in json.loads(element.get("data-spots", "[]")):
        moved = tuple(n + (dx, dy)[i % 2] for i, n in enumerate(place))
        name = [element.get("data-name"), label]
        yield Said(moved, ", ".join(filter(None, name)), value + element.get("data-unit", ""))


def texts(svg: str) -> list[str]:
    return [word.text for word in words(svg)]


def assert_legible(svg: str) -> None:
    """Nothing is clipped at the edge of the figure, and no two texts overlap."""
    root = ET.fromstring(svg)
    width, height = (float(n) for n in root.get("viewBox", "").split()[2:])
    every = words(svg)
    clipped = [w for w in every if w.left < -0.6 or w.right > width + 0.6 or w.top < -0.6 or w.bottom > height + 0.6]
    assert not clipped, f"clipped in {width:.0f} × {height:.0f}: {clipped}"
    covered = [
        (one.text, other.text)
        for one, other in combinations(every, 2)
        if min(one.right, other.right) - max(one.left, other.left) > 0.5
        and min(one.bottom, other.bottom) - max(one.top, other.top) > 0.8
    ]
    assert not covered, f"texts cover each other: {covered}"


def path_count(svg: str) -> int:
    return len(list(ET.fromstring(svg).iter(f"{SVG}path")))
