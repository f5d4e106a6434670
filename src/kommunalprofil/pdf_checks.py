"""What must be true of every PDF beyond what typst checks: compared with the outline of the document it came from.

Machine checks cover part of PDF/UA-1 (ISO 14289-1); reading order, the sense of alternative texts and colours need
people.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from kommunalprofil.pdf import elements

if TYPE_CHECKING:
    from kommunalprofil.outline import Outline

CONTENTS = "Inhalt"
_HEADINGS = {f"/H{level}": level for level in range(1, 7)}


def findings(pdf: bytes, outline: Outline, title: str, place: str) -> list[str]:
    """Everything wrong with a finished PDF, as sentences; an empty list means that nothing was found.

    `outline` is the model the PDF was made from, `place` the name every figure's alternative text has to hold.
    """
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        tree = document.Root.StructTreeRoot.K
        return [
            *_document(document, title),
            *_standards(document),
            *_headings(tree, outline),
            *_figures(tree, outline, place),
            *_tables(tree, outline),
            *_fonts(document),
        ]


def _document(document: Any, title: str) -> Iterator[str]:
    root = document.Root
    if not root.get("/MarkInfo", {}).get("/Marked", False):
        yield "not marked as tagged"
    if not str(root.get("/Lang", "")).startswith("de"):
        yield f"language is {root.get('/Lang', '')!s}, not de"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle", False):
        yield "viewers show the file name instead of the title"
    with document.open_outline() as bookmarks:
        if not bookmarks.root:
            yield "no bookmarks"
    with document.open_metadata() as meta:
        if str(meta.get("dc:title", "")) != title:
            yield f"dc:title is {meta.get('dc:title', '')!s}, not {title}"


def _standards(document: Any) -> Iterator[str]:
    with document.open_metadata() as meta:
        for name, wanted in (("pdfuaid:part", "1"), ("pdfaid:part", "2"), ("pdfaid:conformance", "A")):
            if str(meta.get(name, "")) != wanted:
                yield f"{name} is {meta.get(name, '')!s}, not {wanted}"


def _headings(tree: Any, outline: Outline) -> Iterator[str]:
    found = [(_HEADINGS[str(e.S)], str(e.get("/T", ""))) for e in elements(tree) if str(e.S) in _HEADINGS]
    found = [heading for heading in found if heading != (1, CONTENTS)]
    wanted = [(heading.level, heading.text) for heading in outline.headings]
    if found != wanted:
        yield f"headings are {found}, not {wanted}"


def _figures(tree: Any, outline: Outline, place: str) -> Iterator[str]:
    texts = [str(figure.get("/Alt", "")) for figure in elements(tree, "/Figure")]
    if texts != outline.alts:
        yield f"alternative texts of {len(texts)} figures differ from those of {len(outline.alts)} in the document"
    if len(set(texts)) < len(texts):
        yield "two figures share an alternative text"
    for text in (numbered.alt for numbered in outline.figures):
        if place not in text or text.endswith((".svg", ".png")):
            yield f"alternative text does not name the place or is a file name: {text!r}"


def _scope(cell: Any) -> str:
    attributes = cell.get("/A", [])
    for entry in attributes if isinstance(attributes, list) or hasattr(attributes, "append") else [attributes]:
        if "/Scope" in entry:
            return str(entry.Scope)
    return ""


def _cells(row: Any) -> list[tuple[str, str]]:
    return [(str(cell.S), _scope(cell)) for cell in elements(row.K) if str(cell.S) in ("/TH", "/TD")]


def _tables(tree: Any, outline: Outline) -> Iterator[str]:
    tables = list(elements(tree, "/Table"))
    if len(tables) != len(outline.tables):  # a table that a page break has cut in two counts twice
        yield f"{len(tables)} tables, not {len(outline.tables)}"
    for number, (table, wanted) in enumerate(zip(tables, outline.tables, strict=False), 1):
        rows = [_cells(row) for row in elements(table.K, "/TR")]
        width = len(wanted.item.columns)
        if len(rows) != len(wanted.item.rows) + 1 or any(len(row) != width for row in rows):
            yield f"table {number} has rows of {sorted({len(row) for row in rows})} cells, not {width}"
        elif rows[0] != [("/TH", "/Column")] * width:
            yield f"table {number} has no header row"
        elif any(row[0] != ("/TH", "/Row") for row in rows[1:]):
            yield f"table {number} has rows without header"


def _fonts(document: Any) -> Iterator[str]:
    for page in document.pages:
        for font in page.get("/Resources", {}).get("/Font", {}).values():
            for part in font.get("/DescendantFonts", [font]):
                files = part.get("/FontDescriptor", {})
                if not any(name in files for name in ("/FontFile", "/FontFile2", "/FontFile3")):
                    yield f"font {part.get('/BaseFont', '?')!s} is not embedded"
