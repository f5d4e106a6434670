"""Where the embedded data set, the templates and the fonts lie: inside an installed package or in a checkout."""

from __future__ import annotations

import hashlib
from pathlib import Path

from kommunalprofil.errors import DataError, RenderError

_PACKAGE = Path(__file__).resolve().parent
_ROOT = _PACKAGE.parent.parent  # src/kommunalprofil/ -> the checkout; meaningless in an installed wheel


def _first(what: str, *candidates: Path) -> Path:
    """The first candidate that is a folder. Raises DataError when none is, naming where it was looked for."""
    for candidate in candidates:
        if candidate.is_dir():
            return candidate
    places = "\n  ".join(str(candidate) for candidate in candidates)
    raise DataError(
        f"{what} fehlt. Gesucht wurde in:\n  {places}\n"
        "kommunalprofil neu installieren oder den vollständigen Quelltext verwenden."
    )


def data_dir() -> Path:
    """Folder of the embedded data set (Parquet files, origins.json). Raises DataError if there is none."""
    return _first("Der mitgelieferte Datenbestand", _PACKAGE / "data", _ROOT / "data" / "processed")


def templates_dir() -> Path:
    """Folder of the document templates. Raises DataError if there is none."""
    return _first("Der Ordner der Dokumentvorlagen", _PACKAGE / "templates", _ROOT / "templates")


def fonts_dir() -> Path:
    """Folder of the fonts (TTF for PDF, WOFF2 for HTML, licence). Raises DataError if there is none."""
    return _first("Der Ordner der Schriften", _PACKAGE / "templates" / "fonts", _ROOT / "templates" / "fonts")


def check_fonts() -> None:
    """Raises RenderError for a font that is not as it came; typst would silently take another in its place."""
    folder = fonts_dir()
    for line in (folder / "SHA256SUMS").read_text(encoding="ascii").splitlines():
        known, name = line.split()
        there = (folder / name).is_file()
        if not there or hashlib.sha256((folder / name).read_bytes()).hexdigest() != known:
            raise RenderError(
                f"Die Schrift „{folder / name}“ fehlt oder ist beschädigt. kommunalprofil neu installieren."
            )
