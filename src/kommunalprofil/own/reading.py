"""Files named in a `profil.toml`: only those in its folder, of a fitting size, and texts that can be printed."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath

from kommunalprofil.errors import UsageError, shown

MEGABYTE = 1_000_000
TEXT_LIMIT, PICTURE_LIMIT = 1, 5
"""Largest files read, in megabytes."""
LONGEST_WORD = 40
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn")
_KEPT = "\n\u00ad"


class OwnError(UsageError):
    """Something in a `profil.toml`, or a file it names, cannot be used: says where, what was found, what is allowed."""

    def __init__(self, where: str, reason: str, line: int | None = None) -> None:
        place = f"{where}, Zeile {line}" if line is not None else where
        super().__init__(shown(f"{place}: {reason}"))


def nearest(word: str, known: Iterable[str]) -> str:
    """' Gemeint sein könnte: „…“.' where something known is like the word, else ''."""
    found = difflib.get_close_matches(word, list(known), 1, 0.6)
    return f" Gemeint sein könnte: „{found[0]}“." if found else ""


def clean(text: str, where: str, line: int | None = None) -> str:
    """The text composed (NFC), without control characters, marks of direction and other signs nobody sees.

    Raises OwnError for a letter the fonts of the document do not have.
    """
    from kommunalprofil.figures.widths import unprintable

    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    visible = (c for c in lines if c in _KEPT or unicodedata.category(c) not in _INVISIBLE)
    seen = unicodedata.normalize("NFC", "".join(visible))
    if letter := unprintable(seen):
        at = seen[: seen.index(letter)].count("\n")
        there = at + (line or 1) if line is not None or at else None
        code = f"U+{ord(letter):04X}"
        raise OwnError(where, f"Das Zeichen „{letter}“ ({code}) fehlt in der Schrift des Dokuments.", there)
    return seen


def heading(text: str, where: str, line: int | None = None, part: str = "eine Überschrift") -> str:
    """A text fit for a part that no line may break within a word. Raises OwnError for a word that is too long."""
    if long := next((word for word in text.split() if len(word) > LONGEST_WORD), ""):
        raise OwnError(where, f"Das Wort „{long}“ ist für {part} zu lang, erlaubt sind {LONGEST_WORD} Zeichen.", line)
    return text


def utf8(data: bytes, where: str) -> str:
    """The text of a file. Raises OwnError if it is not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise OwnError(where, "Die Datei ist kein UTF-8. Mit dieser Kodierung speichern.", line) from None


def content(path: Path, where: str, most: int = TEXT_LIMIT) -> bytes:
    """The bytes of a file of at most so many megabytes. Raises OwnError, and OSError where the system refuses."""
    if path.is_dir():
        raise OwnError(where, "Das ist ein Ordner, keine Datei.")
    if not path.exists():
        others = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        raise OwnError(where, f"Diese Datei gibt es nicht.{nearest(path.name, sorted(others))}")
    if not path.is_file():
        raise OwnError(where, "Das ist keine gewöhnliche Datei.")
    with path.open("rb") as stream:
        data = stream.read(most * MEGABYTE + 1)
    if len(data) > most * MEGABYTE:
        raise OwnError(where, f"Die Datei ist größer als {most} MB.")
    if not data:
        raise OwnError(where, "Die Datei ist leer.")
    return data


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder of a `profil.toml`: nothing outside of it is read."""

    root: Path

    def path(self, name: str) -> Path:
        """The place of a file or folder named relative to this one. Raises OwnError if it could lie elsewhere."""
        told = PurePosixPath(name.replace("\\", "/"))
        if not told.parts or not name.isprintable():
            raise OwnError(name, "Das ist kein Name einer Datei.")
        if told.is_absolute() or PureWindowsPath(name).drive or ".." in told.parts:
            raise OwnError(name, "Die Datei muss im Ordner von profil.toml liegen; gefunden wurde ein Weg hinaus.")
        path = self.root
        for part in told.parts:
            path /= part
            if path.is_symlink():
                raise OwnError(name, "Das ist eine Verknüpfung. Die Datei selbst in den Ordner legen.")
        return path

    def read(self, name: str, most: int = TEXT_LIMIT) -> bytes:
        """The bytes of a file in the folder. Raises OwnError."""
        return content(self.path(name), name, most)

    def text(self, name: str) -> str:
        """The printable text of a file in the folder. Raises OwnError."""
        return clean(utf8(self.read(name), name), name)
