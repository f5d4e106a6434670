"""Draw the pictures of README.md and docs/: two pages of a real document side by side.

Run from the root of a checkout: `python tools/picture.py`. Needs pdftotext and pdftoppm (poppler-utils), for the
picture of the Werkstattplan LibreOffice (soffice).
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image, ImageOps

from kommunalprofil import plan, render, review, synopsis
from kommunalprofil.dwk import MODEL_KOMMUNEN
from kommunalprofil.evidence import Evidence
from kommunalprofil.profile import Profile
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.states import State
from kommunalprofil.store import write_atomic

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "bilder"
PLACE = "dithmarschen"
CHAPTERS = {  # those whose first pages are shown
    "seite.png": ("Auf einen Blick", "Altersaufbau"),
    "bewegung.png": ("Geburten und Sterbefälle", "Wanderungen"),
    "vergleich.png": ("Gruppen im Vergleich", "Im Vergleich"),
    "worte.png": ("In Einfacher Sprache", "Was das für die Zukunftswerkstatt heißt"),
}
PAGE_HEIGHT = 990  # pixels
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


def first_with(pdf: Path, words: str) -> int:
    """The first page but one that has these words; on the first everything is explained."""
    text = subprocess.run(["pdftotext", str(pdf), "-"], check=True, capture_output=True).stdout.decode()
    return next(number for number, said in enumerate(text.split("\f"), start=1) if number > 1 and words in said)


def page(pdf: Path, number: int) -> Image.Image:
    """One page of the PDF as an image of PAGE_HEIGHT. Raises CalledProcessError if pdftoppm fails."""
    stem = pdf.with_suffix(f".{number}")
    # Twice the size, then halved: small type stays readable.
    scale = ["-scale-to-x", "-1", "-scale-to-y", str(2 * PAGE_HEIGHT)]
    command = ["pdftoppm", "-png", "-singlefile", "-f", str(number), "-l", str(number), *scale, str(pdf), str(stem)]
    subprocess.run(command, check=True)
    with Image.open(f"{stem}.png") as image:
        return image.convert("RGB").reduce(2)


def documents() -> Iterator[tuple[bytes, dict[str, tuple[str, ...]]]]:
    """The PDFs and which of their chapters go into which picture."""
    register = Register.load(data_dir())
    place, small = register.find(PLACE), register.find("vrees")
    yield render.document(Profile(place.ags, data_dir())).files["kommunalprofil.pdf"], CHAPTERS
    several = synopsis.Synopsis.load([register.get(ags) for ags in MODEL_KOMMUNEN], data_dir())
    yield synopsis.document(several).files["synopse.pdf"], {"synopse.png": ("Auf einen Blick", "Frauen und Männer")}
    for region, years, name in ((place, (2015, 2020), "halbzeit.png"), (small, (2015, 2020), "halbzeit-vrees.png")):
        found = review.Review.load(region, State.of(data_dir()), None, years)
        yield (
            review.document(found).files["halbzeitbilanz.pdf"],
            {name: ("Auf einen Blick", "Was sich vergleichen lässt")},
        )


def forms(folder: Path) -> Iterator[bytes]:
    """The plan to work in of the place as LibreOffice prints it, the sheets and the form."""
    place = Profile(PLACE, data_dir())
    assert place.comparison is not None
    made = plan.files(Evidence(place), place.comparison, folder)
    write_atomic(made)
    for path in made:
        command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(path)]
        subprocess.run(command, check=True, capture_output=True)
        yield path.with_suffix(".pdf").read_bytes()


def main() -> None:
    """Build the documents, put pages beside each other, write the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "seiten.pdf"
        for content, wanted in documents():
            pdf.write_bytes(content)
            for name, chapters in wanted.items():
                write(name, [page(pdf, number_of(pdf, chapter)) for chapter in chapters])
        if shutil.which("soffice") is None:
            print("Ohne LibreOffice (soffice) bleibt das Bild des Werkstattplans, wie es ist.")
            return
        pages = []
        for content, words in zip(forms(Path(folder) / "plan"), ("Schwäche", "Zielgruppe"), strict=True):
            pdf.write_bytes(content)
            pages.append(page(pdf, first_with(pdf, words)))
        write("werkstattplan.png", pages)


def write(name: str, pages: Iterable[Image.Image]) -> None:
    """Write a picture of some pages in a row."""
    framed = [ImageOps.expand(one, GAP, EDGE) for one in pages]
    beside(framed).quantize(COLOURS, dither=Image.Dither.NONE).save(FOLDER / name, optimize=True)
    print(f"{name}: {(FOLDER / name).stat().st_size / 1000:.0f} kB")


def beside(pages: list[Image.Image]) -> Image.Image:
    """Pages in a row, their edges shared."""
    sheet = Image.new("RGB", (sum(p.width for p in pages) - GAP * (len(pages) - 1), max(p.height for p in pages)), EDGE)
    left = 0
    for image in pages:
        sheet.paste(image, (left, 0))
        left += image.width - GAP
    return sheet


if __name__ == "__main__":
    main()
