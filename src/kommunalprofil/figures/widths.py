"""How wide the letters of the house font are, read from its files as FreeType reckons.

fontTools and matplotlib know that, too, but each takes longer to load than all letters of a profile to measure.
"""

from __future__ import annotations

import pathlib
import struct
from collections.abc import Iterator
from functools import cache, lru_cache

from kommunalprofil.figures import style
from kommunalprofil.resources import fonts_dir

_FILES = {400: "SourceSans3-Regular.ttf", 600: "SourceSans3-SemiBold.ttf"}
_SCALED, _ONE = 100 * 64, 65536
"""The size letters are measured at, in 64ths of a point, and one in FreeType's numbers of 16 binary places."""


def font_file(weight: int) -> pathlib.Path:
    """The font of a weight, 400 or 600. Raises KeyError for another one."""
    return fonts_dir() / _FILES[weight]


class Letters:
    """The letters of a font file: which there are, and their widths as parts of the text size."""

    def __init__(self, data: bytes) -> None:
        number = struct.unpack_from(">H", data, 4)[0]
        entries = (struct.unpack_from(">4s4xII", data, 12 + 16 * i) for i in range(number))
        tables = {name: data[start : start + length] for name, start, length in entries}
        unit = struct.unpack_from(">H", tables[b"head"], 18)[0]
        known = struct.unpack_from(">H", tables[b"hhea"], 34)[0]
        scale = (_SCALED * _ONE + unit // 2) // unit
        widths = struct.unpack_from(">" + "H2x" * known, tables[b"hmtx"])
        self._widths: list[float] = [(width * scale + 32) // 64 / (100 * _ONE) for width in widths]
        self._glyphs = dict(_characters(tables[b"cmap"]))

    def __contains__(self, char: str) -> bool:
        return ord(char) in self._glyphs

    def width(self, char: str) -> float:
        """Width of a letter, or of the box that is printed in its place."""
        return self._widths[min(self._glyphs.get(ord(char), 0), len(self._widths) - 1)]


def _characters(table: bytes) -> Iterator[tuple[int, int]]:
    """Every character with its glyph. Raises ValueError for a font without a list of all Unicode."""
    number = struct.unpack_from(">H", table, 2)[0]
    for i in range(number):
        platform, encoding, start = struct.unpack_from(">HHI", table, 4 + 8 * i)
        if (platform, encoding, table[start : start + 2]) == (3, 10, b"\0\x0c"):
            groups = struct.unpack_from(">I", table, start + 12)[0]
            for first, last, glyph in struct.iter_unpack(">III", table[start + 16 : start + 16 + 12 * groups]):
                yield from zip(range(first, last + 1), range(glyph, glyph + last - first + 1), strict=True)
            return
    raise ValueError("no list of characters in the font")


@cache
def letters(weight: int) -> Letters:
    """The letters of the house font in a weight, 400 or 600."""
    return Letters(font_file(weight).read_bytes())


@lru_cache(maxsize=20_000)
def _advances(text: str, weight: int) -> float:
    width = letters(weight).width
    return sum([width(char) for char in text])


def text_width(text: str, size: float = style.TEXT, *, bold: bool = False) -> float:
    """Printed width in points (kerning left out: at most a hair too wide)."""
    return size * _advances(text, 600 if bold else 400)


def unprintable(text: str) -> str:
    """The first letter of a text that the house font does not have, '' if it has them all."""
    return next((c for c in text if not c.isspace() and c not in letters(400)), "")
