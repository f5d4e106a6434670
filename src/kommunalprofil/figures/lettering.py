"""Texts of a figure as outlines: a picture that leaves the document looks the same where its font is not installed."""

from __future__ import annotations

import logging
import re
import xml.etree.ElementTree as ET
from functools import lru_cache
from typing import TYPE_CHECKING

from kommunalprofil.figures.widths import font_file, text_width

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

SVG = "http://www.w3.org/2000/svg"
_KEPT = ("fill", "stroke", "stroke-width", "paint-order", "transform")
_COMMANDS = {1: "M", 2: "L", 3: "Q", 4: "C"}
"""By the codes of matplotlib's paths."""
_SHIFT = {"start": 0.0, "middle": 0.5, "end": 1.0}

ET.register_namespace("", SVG)
ET.register_namespace("xlink", "http://www.w3.org/1999/xlink")


@lru_cache(maxsize=8)
def _font(weight: int) -> FontProperties:
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(font_file(weight)))


def _outline(text: str, x: float, y: float, size: float, weight: int) -> str:
    """The letters as SVG path data, their baseline beginning at x, y."""
    # Without a writable home matplotlib warns in English about its cache; the letters are the same.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib.path import Path
    from matplotlib.textpath import text_to_path

    points, codes = text_to_path.get_text_path(_font(weight), text)
    scale = size / text_to_path.FONT_SCALE
    parts, last = [], None
    for (right, up), code in zip(points, codes, strict=True):
        if code == Path.CLOSEPOLY:
            parts.append("Z")
        else:
            at = f"{x + right * scale:.2f} {y - up * scale:.2f}"
            parts.append(f" {at}" if code == last and code != Path.MOVETO else f"{_COMMANDS[code]}{at}")
        last = code
    return "".join(parts)


def _drawn(text: ET.Element) -> None:
    """Turn a text element into the path of its letters."""
    words, size = text.text or "", float(text.get("font-size", "10"))
    weight = int(text.get("font-weight", "400"))
    shift = _SHIFT[text.get("text-anchor", "start")] * text_width(words, size, bold=weight == 600)
    path = _outline(words, float(text.get("x", "0")) - shift, float(text.get("y", "0")), size, weight)
    look = {name: text.attrib[name] for name in _KEPT if name in text.attrib}
    text.tag, text.text = f"{{{SVG}}}path", None
    text.attrib.clear()
    text.attrib.update(look | {"d": path})


def drawing(svg: str) -> tuple[float, str]:
    """The width of an SVG in points and its content as one group, every text drawn as outlines."""
    root = ET.fromstring(svg)
    for text in list(root.iter(f"{{{SVG}}}text")):
        _drawn(text)
    width = float(re.sub(r"[a-z]+$", "", root.attrib["width"]))
    kept = {name: text for name, text in root.attrib.items() if name.startswith("stroke")}
    root.tag = f"{{{SVG}}}g"
    root.attrib.clear()
    root.attrib.update(kept)
    return width, ET.tostring(root, encoding="unicode")
