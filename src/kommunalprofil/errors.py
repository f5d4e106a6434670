"""Errors for people: each is a German text that says where, what was found, what was allowed, what to do."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_QUOTED = re.compile(r"„([^“]{100})[^“]+")
_LONGEST = 2000


def shown(text: str) -> str:
    """A text that quotes what strangers wrote, fit for a terminal: no control characters, long quotations shortened."""
    text = _QUOTED.sub(r"„\1…", text)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
    return "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)


class DamageError(ValueError):
    """What is wrong inside a file, in a few German words, for the sentence that names the file."""


def damage(error: Exception) -> str:
    """What to tell of damage in brackets: our own words, else the line; nothing in the English of a library."""
    line = getattr(error, "lineno", None)
    return f" ({error})" if isinstance(error, DamageError) else f" (Zeile {line})" if line else ""


class KommunalprofilError(Exception):
    """Base of every error raised on purpose; the command line prints its text and exits with `exit_code`."""

    exit_code = 1


class UsageError(KommunalprofilError):
    """A call that cannot be carried out as written (unknown place, unknown indicator, impossible option)."""

    exit_code = 2


class DataError(KommunalprofilError):
    """The processed data set is missing, damaged or breaks its own rules."""

    exit_code = 3


class BusyError(KommunalprofilError):
    """Another process is changing the same data set."""


class CheckError(KommunalprofilError):
    """A new state of the data set fails its checks; the old one stands."""


class SourceError(KommunalprofilError):
    """An official file that cannot be read: names the file, the line where there is one, and the reason."""

    def __init__(self, file: str, reason: str, line: int | None = None) -> None:
        file, reason = shown(file), shown(reason)
        self.file, self.reason, self.line = file, reason, line
        where = f"{file}, Zeile {line}" if line is not None else file
        super().__init__(f"{where}: {reason}")

    def __reduce__(self) -> tuple[type[SourceError], tuple[str, str, int | None]]:
        return type(self), (self.file, self.reason, self.line)


class NotATableError(SourceError):
    """A file known to hold no table – documentation, a companion of another file: passed over, no fault."""


class UnknownTableError(SourceError):
    """An official-looking file of a table nobody has declared yet."""


class UnknownRegionError(UsageError):
    """No region answers to the name; `suggestions` holds the nearest ones as printable lines."""

    def __init__(self, query: str, suggestions: Sequence[str] = ()) -> None:
        self.query, self.suggestions = query, tuple(suggestions)
        text = f"Kein Ort heißt „{query}“."
        if self.suggestions:
            text += " Gemeint sein könnte:\n  " + "\n  ".join(self.suggestions)
        super().__init__(text + "\nAlle Orte zeigt: kommunalprofil list")


class AmbiguousRegionError(UsageError):
    """Several regions answer to the name; `candidates` holds them as printable lines with key and slug."""

    def __init__(self, query: str, candidates: Sequence[str]) -> None:
        self.query, self.candidates = query, tuple(candidates)
        text = f"„{query}“ ist mehrdeutig. Eindeutig ist der Schlüssel oder der Kurzname:"
        super().__init__("\n  ".join([text, *self.candidates]))


class TargetError(KommunalprofilError):
    """Where a result is to be written lies something else; `option` is how people name another place."""

    exit_code = 74

    @classmethod
    def no_folder(cls, path: Path, option: str = "--output") -> TargetError:
        """A file lies where a folder is needed."""
        why = f"„{path}“ ist eine Datei, gebraucht wird ein Ordner. Geschrieben wurde nichts."
        return cls(f"{why} Mit {option} einen anderen Ordner nennen oder die Datei verschieben.")

    @classmethod
    def no_file(cls, path: Path) -> TargetError:
        """A folder lies where a file is to be."""
        why = f"„{path}“ ist ein Ordner, hier soll eine Datei entstehen. Geschrieben wurde nichts."
        return cls(f"{why} Mit --output einen anderen Ort nennen oder den Ordner verschieben.")


class TilingError(KommunalprofilError):
    """Age groups of a table do not add up to the wanted interval exactly."""


class NotOfferedError(TilingError):
    """A table does not carry the asked combination of members at all."""


class RenderError(KommunalprofilError):
    """A document could not be written."""


class TemplateError(RenderError):
    """A template of the user's own cannot be filled in or set: names its file, and its line where there is one."""

    exit_code = 2
