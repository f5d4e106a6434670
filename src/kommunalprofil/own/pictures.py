"""Logo and portrait: PNG, JPEG or SVG, opened completely before they are used; only the picture itself goes on."""

from __future__ import annotations

import base64
import io
import re
import warnings
from typing import Any
from xml.parsers import expat

from kommunalprofil.own.model import Picture
from kommunalprofil.own.reading import PICTURE_LIMIT, Folder, OwnError

FORMATS = {"PNG": "png", "JPEG": "jpeg"}
LONGEST_SIDE = 1600
"""Pixels kept of the longer side: enough for 60 mm in print at 600 dpi."""
MOST_PIXELS = 50_000_000
MOST_ELEMENTS = 20_000
_SVG = "http://www.w3.org/2000/svg"
_FORBIDDEN = {
    "script": "ein Skript",
    "foreignObject": "fremde Inhalte (foreignObject)",
    "iframe": "fremde Inhalte (iframe)",
    "text": "Schrift; bitte Text in Pfade umwandeln",
}
_EMBEDDED = re.compile(r"#|data:image/(?:png|jpeg);base64,")
_ADDRESS = re.compile(r"url\(\s*['\"]?(?!#)[^)]*\)|@import", re.IGNORECASE)


def picture(folder: Folder, file: str, name: str, alt: str) -> Picture:
    """Read and check a picture; `name` is the id it gets. Raises OwnError."""
    data = folder.read(file, PICTURE_LIMIT)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or file.lower().endswith(".svg"):
        _check_svg(data, file)
        text = _without_prolog(data, file)
        _check_svg(text.encode(), file)  # what was cut out must not have made something new
        return Picture(name, text, _uri("svg+xml", text.encode()), alt)
    kind, packed, (width, height) = _bitmap(data, file)
    uri = _uri(kind, packed)
    svg = (
        f'<svg xmlns="{_SVG}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="{uri}"/></svg>'
    )
    return Picture(name, svg, uri, alt)


def _uri(kind: str, data: bytes) -> str:
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def _bitmap(data: bytes, file: str) -> tuple[str, bytes, tuple[int, int]]:
    """Kind, bytes and size of a photograph or drawing, upright, without what cameras write beside the picture."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Image.Image = Image.open(io.BytesIO(data), formats=list(FORMATS))
            if image.width * image.height > MOST_PIXELS:
                raise OwnError(file, f"Das Bild hat mehr als {MOST_PIXELS // 1_000_000} Millionen Bildpunkte.")
            kind = FORMATS[image.format or ""]
            upright = ImageOps.exif_transpose(image)
            shown = upright.convert("RGB" if kind == "jpeg" or not _clear(upright) else "RGBA")
    except (OSError, ValueError, SyntaxError, EOFError, KeyError, Image.DecompressionBombError):
        raise OwnError(file, "Das Bild ist beschädigt oder kein PNG, JPEG oder SVG.") from None
    shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    out = io.BytesIO()
    plain = Image.frombytes(shown.mode, shown.size, shown.tobytes())
    plain.save(out, kind, **({"quality": 90} if kind == "jpeg" else {"optimize": True}))
    return kind, out.getvalue(), plain.size


def _clear(image: Any) -> bool:
    """Whether a picture has parts one can see through."""
    return bool(image.has_transparency_data)


def _check_svg(data: bytes, file: str) -> None:
    """Raises OwnError for a drawing that is broken, runs something or wants something from elsewhere."""
    parser = expat.ParserCreate("UTF-8", " ")
    styles: list[str] = []
    seen = 0

    def refuse(what: str) -> None:
        raise OwnError(file, f"Die Zeichnung enthält {what}.", parser.CurrentLineNumber)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal seen
        seen += 1
        tag = name.rpartition(" ")[2]
        if seen == 1 and name != f"{_SVG} svg":
            raise OwnError(file, f"Das ist kein SVG: Das erste Element heißt „{tag}“.")
        if seen > MOST_ELEMENTS:
            raise OwnError(file, f"Die Zeichnung hat mehr als {MOST_ELEMENTS} Elemente.")
        if tag in _FORBIDDEN:
            refuse(_FORBIDDEN[tag])
        styles[:] = [""] if tag == "style" else []
        for key, value in attributes.items():
            short = key.rpartition(" ")[2].lower()
            if short.startswith("on"):
                refuse(f"ein Skript ({short})")
            if short in ("href", "src") and not _EMBEDDED.match(value):
                refuse(f"einen Verweis auf etwas außerhalb der Datei („{value}“)")
            if _ADDRESS.search(value):
                refuse(f"einen Verweis auf etwas außerhalb der Datei („{value}“)")

    def text(words: str) -> None:
        if styles:
            styles[0] += words
            if "@import" in styles[0].lower() or _ADDRESS.search(styles[0]):
                refuse("einen Verweis auf etwas außerhalb der Datei (style)")

    def entity(*_: object) -> None:
        refuse("eigene Abkürzungen (ENTITY)")

    parser.StartElementHandler, parser.CharacterDataHandler = start, text
    parser.EndElementHandler = lambda name: styles.clear()
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise OwnError(file, f"Die Zeichnung ist kein gültiges SVG ({error}).", error.lineno) from None


def _without_prolog(data: bytes, file: str) -> str:
    """The svg element alone: declaration, document type and what stands around it are left out."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise OwnError(file, "Die Zeichnung ist nicht als UTF-8 gespeichert.") from None
    body = re.sub(r"<!--.*?-->|<\?.*?\?>|<!DOCTYPE[^>\[]*>", "", text, flags=re.DOTALL).strip()
    if not body.startswith("<svg"):
        raise OwnError(file, "Die Zeichnung beginnt nicht mit dem Element svg ohne Vorsilbe.")
    return body
