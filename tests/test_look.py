"""How pages look: as they did when somebody last looked at them, filled, no heading left alone at the foot.

With KOMMUNALPROFIL_NEW_LOOK=1 the pictures in tests/look are written anew; look at each before you commit it.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import documents
from kommunalprofil import pdf

Grey = NDArray[np.float64]
LOOK = Path(__file__).parent / "look"
DPI = 40
BLOCK = 6
MOST = 26.0
"""Grey levels (of 255) by which a block of 6 × 6 pixels may differ: other edges of letters, no other letters."""
FIGURES = ["pyramid", "age_map"]
PAGES = ["Auf einen Blick", "Altersaufbau", "Haushalte und Lebensformen"]
FILLED = ["dithmarschen", "vrees", "dortmund", "riesa"]


def grey(png: bytes) -> Grey:
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"), dtype=float)


def blocks(image: Grey) -> Grey:
    """The mean of every block of pixels, the page padded with white."""
    high, wide = (-side % BLOCK for side in image.shape)
    whole = np.pad(image, ((0, high), (0, wide)), constant_values=255)
    means: Grey = whole.reshape(whole.shape[0] // BLOCK, BLOCK, -1, BLOCK).mean(axis=(1, 3))
    return means


def difference(one: Grey, other: Grey) -> float:
    """By how many grey levels the blocks differ at most; infinite for pictures of another size."""
    return float(np.abs(blocks(one) - blocks(other)).max()) if one.shape == other.shape else float("inf")


def as_before(name: str, png: bytes) -> None:
    path = LOOK / f"{name}.png"
    if os.environ.get("KOMMUNALPROFIL_NEW_LOOK") == "1":
        LOOK.mkdir(exist_ok=True)
        Image.open(io.BytesIO(png)).convert("L").quantize(16).save(path, optimize=True)
        return
    assert difference(grey(path.read_bytes()), grey(png)) <= MOST, f"{name} looks different from tests/look/{name}.png"


def pages(place: str, folder: Path, tool: str, dpi: int) -> list[bytes]:
    """All pages of the PDF of a place as pictures."""
    source = folder / "k.pdf"
    source.write_bytes(documents.built(place).files["kommunalprofil.pdf"])
    subprocess.run([tool, "-gray", "-png", "-r", str(dpi), str(source), str(folder / "p")], check=True)
    return [path.read_bytes() for path in sorted(folder.glob("p-*.png"))]


def texts(place: str, folder: Path, tool: str) -> list[list[str]]:
    """The lines of every page without running head and foot."""
    source = folder / "t.pdf"
    source.write_bytes(documents.built(place).files["kommunalprofil.pdf"])
    done = subprocess.run([tool, "-layout", str(source), "-"], capture_output=True, encoding="utf-8", check=True)
    lines = [[line.strip() for line in page.splitlines() if line.strip()] for page in done.stdout.split("\f")[:-1]]
    return [lines[0], *(page[1:-1] for page in lines[1:])]


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_looks_as_before(figure: str) -> None:
    outline = documents.built("dithmarschen").outline
    svg = next(one.item.svg for one in outline.figures if one.item.id == figure)
    source = f'#set page(width: auto, height: auto, margin: 4pt)\n#image(bytes(sys.inputs.at("svg:{figure}")))'
    as_before(figure, pdf.pages(source, {figure: svg}, "png", 60)[0])


def test_pages_look_as_before(tmp_path: Path, require_tool: Callable[..., str]) -> None:
    said = texts("dithmarschen", tmp_path, require_tool("pdftotext"))
    seen = pages("dithmarschen", tmp_path, require_tool("pdftoppm"), DPI)
    for chapter in PAGES:
        number = next(i for i, lines in enumerate(said) if i and chapter in lines)
        as_before(chapter.split()[-1].lower(), seen[number])


def test_a_moved_or_missing_part_is_noticed() -> None:
    page = grey((LOOK / "blick.png").read_bytes())
    assert difference(page, page) == 0
    softer = page * 0.97 + 5
    assert difference(page, softer) < MOST
    lower = np.vstack([np.full((4, page.shape[1]), 255.0), page[:-4]])
    assert difference(page, lower) > MOST
    without = page.copy()
    without[200:215] = 255
    assert difference(page, without) > MOST


@pytest.mark.parametrize("place", FILLED)
def test_no_page_is_half_empty_but_a_chapters_last(
    place: str, tmp_path: Path, require_tool: Callable[..., str]
) -> None:
    """Nor does a heading stand alone at the foot of a page."""
    outline = documents.built(place).outline
    chapters = {heading.text for heading in outline.chapters}
    headings = {heading.text for heading in outline.headings}
    said = texts(place, tmp_path, require_tool("pdftotext"))
    seen = pages(place, tmp_path, require_tool("pdftoppm"), 20)
    assert len(said) == len(seen) <= 26
    for number, (lines, png) in enumerate(zip(said, seen, strict=True)):
        if number in (0, len(seen) - 1):
            continue
        assert lines[-1] not in headings, (number + 1, lines[-1])
        image = grey(png)
        body = image[: round(image.shape[0] * 0.93)]
        last = np.flatnonzero((body < 200).any(axis=1)).max() / len(body)
        assert last > 0.5 or said[number + 1][0] in chapters, (number + 1, lines[:2], round(last, 2))


@pytest.mark.parametrize("place", [*FILLED, "10041"])
def test_no_word_lies_on_another(place: str, tmp_path: Path, require_tool: Callable[..., str]) -> None:
    source, found = tmp_path / "w.pdf", tmp_path / "w.xml"
    source.write_bytes(documents.built(place).files["kommunalprofil.pdf"])
    subprocess.run([require_tool("pdftotext"), "-bbox", str(source), str(found)], check=True)
    box = re.compile(r'<word xMin="([\d.-]+)" yMin="([\d.-]+)" xMax="([\d.-]+)" yMax="([\d.-]+)">(.*?)</word>')
    for number, page in enumerate(found.read_text(encoding="utf-8").split("<page ")[1:], 1):
        words = [(*map(float, match.groups()[:4]), match[5]) for match in box.finditer(page)]
        edges = np.array([word[:4] for word in words])
        inner = np.minimum(edges[:, None, 2:], edges[None, :, 2:]) - np.maximum(edges[:, None, :2], edges[None, :, :2])
        high = np.minimum(*np.meshgrid(edges[:, 3] - edges[:, 1], edges[:, 3] - edges[:, 1]))
        over = (inner[..., 0] > 1.2) & (inner[..., 1] > 0.6 * high)
        pairs = [(words[i][4], words[j][4]) for i, j in zip(*np.nonzero(np.triu(over, 1)), strict=True)]
        assert not pairs, (number, pairs[:5])
