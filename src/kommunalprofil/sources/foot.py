"""What stands below the rule of a wide table: notes, source and Stand – and never a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.content import Content
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.labels import meaning

RULE = re.compile(r"^_{5,};*\r?$", re.MULTILINE)
KEY = re.compile(r"DG|\d{2,12}", re.ASCII)
CELL = re.compile(r"(?:-?\d{1,15}(?:[.,]\d{1,15})?)?[prse ]{0,4}|[-–./xX]|\.\.\.|…", re.ASCII)


def of(content: Content, named: bool) -> str:
    """The text below the rule, empty for a table without. Raises SourceError if a named table has none."""
    match = RULE.search(content.ending)
    if match is None and named:
        reason = "Der Fuß der Tabelle (Trennlinie „__________“ mit Stand) fehlt; die Datei ist abgeschnitten."
        raise SourceError(content.name, f"{reason} Bitte neu herunterladen.", content.lines + 1)
    return content.ending[match.end() :] if match else ""


def until_rule(stream: TextIO) -> Iterator[str]:
    """The lines above the rule; the stream stands then at the line below it."""
    for line in stream:
        if line[:5] == "_____" and RULE.match(line.rstrip("\r\n")):
            return
        yield line


def check(stream: TextIO, content: Content, foot: str, width: int, table: Table) -> None:
    """Raises SourceError unless what follows the rule at which reading ended is the foot, and no row stands in it."""
    below = stream.read(len(foot) + 1)
    first = content.lines - foot.count("\n") + 2
    if below != foot.removeprefix("\n"):
        raise _below(content.name, None)
    for line, text in enumerate(below.split("\n"), first):
        cells = [c.strip() for c in text.split(";")]
        label = next((c for c in cells if c), "")
        rest = cells[cells.index(label) + 1 :]
        if len(cells) != width or not any(rest):
            continue
        known = KEY.fullmatch(label) is not None or bool(meaning(label, table))
        if known and all(CELL.fullmatch(c) for c in rest[KEY.fullmatch(label) is not None :]):
            raise _below(content.name, line)


def _below(file: str, line: int | None) -> SourceError:
    reason = "Unter der Trennlinie der Tabelle steht eine Datenzeile; die Datei ist beschädigt."
    return SourceError(file, reason, line)
