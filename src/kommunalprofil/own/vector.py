"""A logo or portrait as SVG: only shapes, colours and pictures inside it go on, all else is dropped or refused."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from xml.parsers import expat

from kommunalprofil import xml_text
from kommunalprofil.own.reading import OwnError

SVG = "http://www.w3.org/2000/svg"
MOST_ELEMENTS = 20_000
MOST_DRAWN = 100_000
"""Elements when every reference (use, clip path, gradient) is followed."""
MOST_DEPTH = 100
_ELEMENTS = frozenset(
    [
        "svg",
        "g",
        "defs",
        "symbol",
        "use",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "image",
        "linearGradient",
        "radialGradient",
        "stop",
        "clipPath",
        "mask",
        "style",
    ]
)
_DROPPED = ("title", "desc", "metadata")
_ATTRIBUTES = frozenset(
    [
        "id",
        "class",
        "style",
        "x",
        "y",
        "width",
        "height",
        "rx",
        "ry",
        "cx",
        "cy",
        "r",
        "x1",
        "y1",
        "x2",
        "y2",
        "fx",
        "fy",
        "fr",
        "d",
        "points",
        "transform",
        "viewBox",
        "preserveAspectRatio",
        "href",
        "offset",
        "gradientUnits",
        "gradientTransform",
        "spreadMethod",
        "clipPathUnits",
        "maskUnits",
        "maskContentUnits",
        "mask-type",
        "pathLength",
        "version",
        "fill",
        "fill-opacity",
        "fill-rule",
        "stroke",
        "stroke-width",
        "stroke-opacity",
        "stroke-linecap",
        "stroke-linejoin",
        "stroke-miterlimit",
        "stroke-dasharray",
        "stroke-dashoffset",
        "color",
        "opacity",
        "display",
        "visibility",
        "overflow",
        "clip-path",
        "clip-rule",
        "mask",
        "stop-color",
        "stop-opacity",
        "vector-effect",
        "paint-order",
        "shape-rendering",
        "image-rendering",
    ]
)
_FUNCTIONS = frozenset(
    [
        "url",
        "rgb",
        "rgba",
        "hsl",
        "hsla",
        "matrix",
        "translate",
        "translatex",
        "translatey",
        "scale",
        "scalex",
        "scaley",
        "rotate",
        "skewx",
        "skewy",
    ]
)
_FORBIDDEN = {
    "script": "ein Skript",
    "foreignObject": "fremde Inhalte (foreignObject)",
    "iframe": "fremde Inhalte (iframe)",
    "text": "Schrift; Text in Pfade umwandeln",
}
_EMBEDDED = re.compile(r"data:image/(?:png|jpeg);base64,")
_FRAGMENT = re.compile(r"url\(\s*['\"]?#([^)'\"]*?)['\"]?\s*\)", re.IGNORECASE)
_LENGTH = re.compile(r"\+?(\d*\.?\d+(?:[eE][+-]?\d+)?)(?:px|pt|pc|mm|cm|in|em|ex|%)?")


@dataclass(slots=True)
class _Element:
    line: int
    named: list[str]
    """The ids it refers to."""
    children: list[_Element] = field(default_factory=list)
    drawn: tuple[int, int] | None = None
    """Elements and levels below it with all references followed; (0, 0) while they are counted."""


def drawing(data: bytes, file: str, check_picture: Callable[[bytes], object]) -> str:
    """The drawing in its own words, without prolog, comments and what editors keep beside it. Raises OwnError.

    `check_picture` raises for a photograph inside the drawing that is none.
    """
    return _Reader(file, check_picture).read(data)


class _Reader:
    def __init__(self, file: str, check_picture: Callable[[bytes], object]) -> None:
        self.file, self.check_picture = file, check_picture
        self.parser = expat.ParserCreate("UTF-8", " ")
        self.parser.buffer_text = True
        self.out: list[str] = []
        self.open: list[_Element] = []
        self.tags: list[str] = []
        self.skipped = 0  # depth inside an element that is dropped
        self.seen = 0
        self.style: str | None = None
        self.by_id: dict[str, _Element] = {}
        self.classes: dict[str, list[str]] = {"": []}  # class → ids its rules refer to; "" for all other rules
        self.of_class: list[tuple[_Element, list[str]]] = []

    def read(self, data: bytes) -> str:
        self.parser.StartElementHandler, self.parser.EndElementHandler = self.start, self.end
        self.parser.CharacterDataHandler = self.text
        self.parser.EntityDeclHandler = lambda *_: self.refuse("eigene Abkürzungen (ENTITY)")
        try:
            self.parser.Parse(data, True)
        except expat.ExpatError as error:
            raise OwnError(
                self.file,
                "Die Zeichnung ist kein gültiges SVG. Im Zeichenprogramm öffnen und noch einmal als SVG speichern.",
                error.lineno,
            ) from None
        for element, classes in self.of_class:
            element.named += [name for one in ("", *classes) for name in self.classes.get(one, [])]
        self.count(self.of_class[0][0])
        return "".join(self.out)

    def refuse(self, what: str, line: int | None = None) -> None:
        raise OwnError(self.file, f"Die Zeichnung enthält {what}.", line or self.parser.CurrentLineNumber)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, tag = name.rpartition(" ")
        self.seen += 1
        if self.seen == 1 and name != f"{SVG} svg":
            raise OwnError(self.file, f"Das ist kein SVG: Das erste Element heißt „{tag}“.")
        if self.seen > MOST_ELEMENTS:
            self.refuse(f"mehr als {MOST_ELEMENTS} Elemente")
        if self.skipped or ((space != SVG or tag in _DROPPED) and tag not in _FORBIDDEN):
            self.skipped += 1
            return
        if tag in _FORBIDDEN:
            self.refuse(_FORBIDDEN[tag])
        if len(self.open) == MOST_DEPTH:
            self.refuse(f"mehr als {MOST_DEPTH} Ebenen ineinander")
        kept = self.attributes(tag, attributes)
        if tag not in _ELEMENTS:
            self.refuse(f"das Element „{tag}“; erlaubt sind {', '.join(sorted(_ELEMENTS))}")
        if tag == "svg":
            self.check_size(kept)
        element = _Element(self.parser.CurrentLineNumber, _FRAGMENT.findall(" ".join(kept.values())))
        if kept.get("href", "").startswith("#"):
            element.named.append(kept["href"][1:])
        if self.open:
            self.open[-1].children.append(element)
        self.open.append(element)
        self.tags.append(tag)
        self.of_class.append((element, kept.get("class", "").split()))
        self.by_id.setdefault(kept.get("id", ""), element)
        self.style = "" if tag == "style" else None
        space = f' xmlns="{SVG}"' if self.seen == 1 else ""
        self.out.append(
            f"<{tag}{space}" + "".join(f" {key}={xml_text.attribute(value)}" for key, value in kept.items()) + ">"
        )

    def attributes(self, tag: str, given: dict[str, str]) -> dict[str, str]:
        """The attributes that go on, each checked."""
        kept: dict[str, str] = {}
        for key, value in given.items():
            space, _, short = key.rpartition(" ")
            if short.lower().startswith("on"):
                self.refuse(f"ein Skript ({short})")
            if short == "href":
                self.check_address(tag, value)
            elif short not in _ATTRIBUTES or space:
                continue
            elif short not in ("id", "class"):
                self.check_css(value)
            kept[short] = value
        return kept

    def check_address(self, tag: str, value: str) -> None:
        picture = _EMBEDDED.match(value) if tag == "image" else None
        if picture:
            try:
                self.check_picture(base64.b64decode(value[picture.end() :]))
            except (OwnError, binascii.Error):
                self.refuse("ein Bild (image), das beschädigt oder zu groß ist")
        elif tag == "image" or not value.startswith("#"):
            self.refuse(f"einen Verweis auf etwas außerhalb der Datei („{value}“)")

    def check_css(self, css: str) -> None:
        if sign := re.search(r"[\\@<]", css):
            self.refuse(f"ein „{sign[0]}“ in Angaben zum Aussehen („{css.strip()}“)")
        for name in re.findall(r"([\w-]*)\s*\(", css):
            if name.lower() not in _FUNCTIONS:
                self.refuse(f"„{name}(…)“; erlaubt sind {', '.join(sorted(_FUNCTIONS))}")
        if len(re.findall(r"url\s*\(", css, re.IGNORECASE)) != len(_FRAGMENT.findall(css)):
            self.refuse(f"einen Verweis auf etwas außerhalb der Datei („{css.strip()}“)")

    def check_size(self, kept: dict[str, str]) -> None:
        found = [kept[key] for key in ("width", "height") if key in kept]
        if "viewBox" in kept:
            numbers = kept["viewBox"].replace(",", " ").split()
            found += numbers[2:] if len(numbers) == 4 else ["?"]
        for value in found:
            number = _LENGTH.fullmatch(value.strip())
            if not number or not 0.01 <= float(number[1]) <= 1_000_000:
                shown = ", ".join(f'{key}="{kept[key]}"' for key in ("width", "height", "viewBox") if key in kept)
                self.refuse(f"eine Größe, mit der sie niemand sieht ({shown}); erlaubt sind 0.01 bis 1000000")

    def text(self, words: str) -> None:
        if self.style is not None and not self.skipped:
            self.style += words

    def end(self, _: str) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        self.open.pop()
        if self.style is not None:
            self.rules(self.style)
            self.out.append(xml_text.text(self.style))
            self.style = None
        self.out.append(f"</{self.tags.pop()}>")

    def rules(self, css: str) -> None:
        """Check a style sheet and note which class refers to what."""
        plain = re.sub(r"/\*.*?\*/", " ", css, flags=re.DOTALL)
        self.check_css(plain)
        for selectors, body in re.findall(r"([^{}]*)\{([^{}]*)\}", plain):
            for selector in selectors.split(","):
                name = re.fullmatch(r"\s*\.([\w-]+)\s*", selector)
                self.classes.setdefault(name[1] if name else "", []).extend(_FRAGMENT.findall(body))

    def count(self, element: _Element, level: int = 0) -> tuple[int, int]:
        """How many elements are drawn for one, and in how many levels. Raises OwnError for too many."""
        if element.drawn == (0, 0) or level > 2 * MOST_DEPTH:
            self.refuse("Verweise, die sich im Kreis drehen oder zu tief führen", element.line)
        if element.drawn is None:
            element.drawn = (0, 0)
            below = element.children + [self.by_id[name] for name in element.named if name in self.by_id]
            found = [self.count(one, level + 1) for one in below]
            element.drawn = (1 + sum(n for n, _ in found), 1 + max((deep for _, deep in found), default=0))
            if element.drawn[0] > MOST_DRAWN or element.drawn[1] > 2 * MOST_DEPTH:
                self.refuse(f"Verweise, die zusammen mehr als {MOST_DRAWN} Elemente zeichnen", element.line)
        return element.drawn
