"""Draw the pictures of README.md and docs/rundgang.md: two pages of a real profile side by side.

Run from the root of a checkout: `python tools/picture.py`. Needs pdftotext and pdftoppm (poppler-utils).
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageOps

from kommunalprofil import render
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "bilder"
PLACE = "dithmarschen"
CHAPTERS = {  # those whose first pages are shown
    "seite.png": ("Auf einen Blick", "Altersaufbau"),
    "bewegung.png": ("Geburten und Sterbefälle", "Wanderungen"),
    "vergleich.png": ("Gruppen im Vergleich", "Im Vergleich"),
    "worte.png": ("In Einfacher Sprache", "Was das für die Zukunftswerkstatt heißt"),
}
PAGE_WIDTH = 700  # pixels
GAP = 12  # pixels between and around the pages, in the grey of their edge
EDGE = "#c8d0d4"
COLOURS = 96  # a page has few colours; a palette makes the file a third as large


def number_of(pdf: Path, chapter: str) -> int:
    """The page where the chapter begins: its heading stands alone in a line, for the last time if a figure has it, too.

    Raises ValueError if there is none.
    """
    text = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    heading = re.compile(rf"^\s*{re.escape(chapter)}\s*$", re.MULTILINE)
    return max(number for number, words in enumerate(text.split("\f"), start=1) if heading.search(words))


def page(pdf: Path, number: int) -> Image.Image:
    """One page of the PDF as an image of PAGE_WIDTH. Raises CalledProcessError if pdftoppm fails."""
    stem = pdf.with_suffix(f".{number}")
    # Twice the size, then halved: small type stays readable.
    scale = ["-scale-to-x", str(2 * PAGE_WIDTH), "-scale-to-y", "-1"]
    command = ["pdftoppm", "-png", "-singlefile", "-f", str(number), "-l", str(number), *scale, str(pdf), str(stem)]
    subprocess.run(command, check=True)
    with Image.open(f"{stem}.png") as image:
        return image.convert("RGB").reduce(2)


def main() -> None:
    """Build the profile, put the pages beside each other, write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "profil.pdf"
        pdf.write_bytes(render.document(Profile(PLACE, data_dir())).files["kommunalprofil.pdf"])
        for name, chapters in CHAPTERS.items():
            pages = [ImageOps.expand(page(pdf, number_of(pdf, chapter)), GAP, EDGE) for chapter in chapters]
            beside(pages).quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)
            print(f"{name}: {(FOLDER / name).stat().st_size / 1000:.0f} kB")


def beside(pages: list[Image.Image]) -> Image.Image:
    """Pages of one size in a row, their edges shared."""
    sheet = Image.new("RGB", (sum(p.width for p in pages) - GAP * (len(pages) - 1), max(p.height for p in pages)), EDGE)
    for position, image in enumerate(pages):
        sheet.paste(image, (position * (image.width - GAP), 0))
    return sheet


if __name__ == "__main__":
    main()
