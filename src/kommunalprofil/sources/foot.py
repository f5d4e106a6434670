"""What stands below the rule of a wide table: notes, source and Stand – and never a row."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TextIO

from kommunalprofil.errors import SourceError
from kommunalprofil.sources.content import Content
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.labels import meaning

RULE = re.compile(r'^"?_{5,}"?(?:;|"")*\r?$', re.MULTILINE)
KEY = re.compile(r"DG|\d{2,12}", re.ASCII)
CELL = re.compile(r"(?:-?\d{1,15}(?:[.,]\d{1,15})?)?[prse ]{0,4}|[-–./xX]|\.\.\.|…", re.ASCII)


def of(content: Content, named: bool) -> str:
    """The text below the rule, empty for a table without. Raises SourceError if a named table has none."""
    match = RULE.search(content.ending)
    if match is None and named:
        reason = "Der Fuß der Tabelle (Trennlinie „__________“ mit Stand) fehlt; die Datei ist abgeschnitten."
        raise SourceError(content.name, f"{reason} Neu herunterladen.", content.lines + 1)
    return content.ending[match.end() :] if match else ""


def until_rule(stream: TextIO) -> Iterator[str]:
    """The lines above the rule; the stream stands then at the line below it."""
    for line in stream:
        if "_____" in line[:6] and RULE.match(line.rstrip("\r\n")):
            return
        yield line


def check(stream: TextIO, content: Content, foot: str, table: Table, shape: tuple[int, int]) -> None:
    """Raises SourceError unless what follows the rule at which reading ended is the foot, and no row stands in it.

    `shape` is how many label columns and how many columns in all the table has.
    """
    below = stream.read(len(foot) + 1)
    if below != foot.removeprefix("\n"):
        raise _below(content.name, None)
    first = content.lines - foot.count("\n") + 2
    for line, text in enumerate(below.split("\n"), first):
        cells = [c.strip().strip('"').strip() for c in text.split(";")]
        if len(cells) == shape[1] and _is_row(cells[: shape[0]], cells[shape[0] :], table):
            raise _below(content.name, line)


def _is_row(labels: list[str], values: list[str], table: Table) -> bool:
    """Whether only numbers and signs stand behind labels; before a single number the labels must mean a thing."""
    if not any(labels) or not any(values) or not all(CELL.fullmatch(v) for v in values):
        return False
    return len(values) > 1 or any(KEY.fullmatch(text) or meaning(text, table) for text in labels)


def _below(file: str, line: int | None) -> SourceError:
    reason = "Unter der Trennlinie der Tabelle steht eine Datenzeile; die Datei ist beschädigt."
    return SourceError(file, reason, line)
