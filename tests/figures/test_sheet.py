"""Paths, looks and letters as SVG: what is written, and that the widths are those FreeType finds."""

from __future__ import annotations

import re

import numpy as np
import pytest
from matplotlib.ft2font import FT2Font, LoadFlags

from kommunalprofil.figures import widths
from kommunalprofil.figures.sheet import Link, Path, Sheet


def drawn(sheet: Sheet) -> str:
    return "\n".join(sheet.svg().splitlines()[1:-1])


def triangle(fill: str, edge: str = "none", width: float = 0, link: Link | None = None) -> str:
    sheet = Sheet(100, 50)
    points = np.array([(0, 0), (1.5, 1), (2, -0.0), (0, 0)])
    sheet.shape(Path(points, "MLLz"), fill=fill, edge=edge, width=width, link=link)
    return drawn(sheet)


def test_areas_and_their_edges() -> None:
    assert triangle("#AA00BB") == '<path d="M 0 0L1.5 1L2 0 \nz\n" style="fill: #aa00bb"/>'
    assert triangle("#000000") == '<path d="M 0 0L1.5 1L2 0 \nz\n"/>'
    edge = '<path d="M 0 0L1.5 1L2 0L0 0 \nz\n" style="fill: none; stroke: #000000"/>'
    assert triangle("none", "#000000", 1) == edge
    both = triangle("#FFFFFF", "#123456", 0.6)
    assert both.endswith(' style="fill: #ffffff; stroke: #123456; stroke-width: 0.6"/>')


def test_what_leads_somewhere_says_where() -> None:
    told = triangle("#AA00BB", link=Link("a/b&c", "„x“ & <y>"))
    assert told.startswith('<a href="a/b&amp;c">\n<title>„x“ &amp; &lt;y&gt;</title>\n<path ')
    assert told.endswith("/>\n</a>")


def test_lines_are_interrupted_and_dashed() -> None:
    sheet = Sheet(100, 50)
    sheet.line([(0, 0), (5, 5.126), (float("nan"), 3), (7, 7), (8, 9)], "#123456", width=1, dash=(4, 2.4))
    sheet.line([(float("nan"), 3)], "#123456", width=1)
    style = "fill: none; stroke-dasharray: 4,2.4; stroke-dashoffset: 0; stroke: #123456"
    assert drawn(sheet) == f'<path d="M 0 0L5 5.13M7 7L8 9 \n" style="{style}"/>'


def test_marks_are_round_where_they_should_be() -> None:
    sheet = Sheet(100, 50)
    sheet.marks([(5, 5), (20, 20)], "circle", "#00FF00", size=10)
    (path,) = re.findall(r' d="([^"]*)"', drawn(sheet))
    assert [path.count(letter) for letter in "MCz"] == [2, 16, 2]
    numbers = np.array(re.findall(r"[\d.]+", path), float).reshape(2, 25, 2)
    for middle, circle in zip((5, 20), numbers, strict=True):
        assert np.hypot(*(circle[::3] - middle).T) == pytest.approx(5, abs=0.01)


@pytest.mark.parametrize("weight", [400, 600])
def test_letters_are_as_wide_as_freetype_finds_them(weight: int) -> None:
    font = FT2Font(str(widths.font_file(weight)))
    font.set_size(100, 72)
    letters = widths.letters(weight)
    known = [chr(code) for code in font.get_charmap()]
    assert len(known) > 1000
    for char in known:
        assert char in letters
        found = font.load_char(ord(char), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 6553600
        assert letters.width(char) == found


def test_a_letter_the_font_lacks_is_found_and_as_wide_as_its_box() -> None:
    assert widths.unprintable("Köln, 5 €\n– „x“") == ""
    assert widths.unprintable("Köln \u4e2d") == "\u4e2d"
    assert widths.text_width("\u4e2d") > 0
    with pytest.raises(KeyError):
        widths.font_file(500)
