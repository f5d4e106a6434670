"""Logo and portrait: PNG, JPEG or SVG, opened completely before they are used; only the picture itself goes on."""

from __future__ import annotations

import base64
import io
import warnings
from typing import Any

from kommunalprofil.own.model import Picture
from kommunalprofil.own.reading import PICTURE_LIMIT, Folder, OwnError
from kommunalprofil.own.vector import SVG, drawing

FORMATS = {"PNG": "png", "JPEG": "jpeg"}
LONGEST_SIDE = 1600
"""Pixels kept of the longer side: enough for 60 mm in print at 600 dpi."""
MOST_PIXELS = 50_000_000


def picture(folder: Folder, file: str, name: str, alt: str) -> Picture:
    """Read and check a picture; `name` is the id it gets. Raises OwnError."""
    data = folder.read(file, PICTURE_LIMIT)
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or file.lower().endswith(".svg"):
        text = drawing(data, file, lambda inside: _bitmap(inside, file))
        return Picture(name, text, _uri("svg+xml", text.encode()), alt)
    kind, packed, (width, height) = _bitmap(data, file)
    uri = _uri(kind, packed)
    svg = (
        f'<svg xmlns="{SVG}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
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
