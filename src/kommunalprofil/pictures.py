"""The figures of a profile as files of their own: SVG, PNG with 300 dpi, CSV of the table and of every drawn value.

A picture carries title, subtitle, remark, source and licence as they stand in the document, for it travels alone.
"""

from __future__ import annotations

import csv
import io
import json
import re
import struct
import zlib
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from markupsafe import Markup

from kommunalprofil import formatting as fmt
from kommunalprofil import pdf, references, templating, xml_text
from kommunalprofil.document import SPOTS, Figure, Table
from kommunalprofil.errors import RenderError
from kommunalprofil.outline import NumberedFigure, Outline
from kommunalprofil.resources import templates_dir

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence

FOLDER = "abbildungen"
DRAWN = "-gezeichnet"
DPI = 300
_NUMBER = re.compile(rf"[+±{fmt.MINUS}]?\d{{1,3}}(\.\d{{3}})*(,\d+)?")
_IMAGE = re.compile(r'<image transform="([^"]*)" xlink:href="[^"]*" width="([\d.]+)"[^>]*/>')
_IHDR_END = 33


def name(numbered: NumberedFigure) -> str:
    """The path of a figure's files without their endings: 'abbildungen/04-pyramid'."""
    return f"{FOLDER}/{numbered.number:02d}-{re.sub('[^a-z0-9_]+', '-', numbered.item.id.lower())}"


def _plain(cell: str) -> str:
    """A printed number as programs read it: '133.460' → '133460', '−66,6' → '-66.6', '–' → '0'; others unchanged."""
    if cell == fmt.DASH:
        return "0"
    if not _NUMBER.fullmatch(cell):
        return cell
    return cell.lstrip("+±").replace(".", "").replace(",", ".").replace(fmt.MINUS, "-")


def table_csv(table: Table) -> bytes:
    """A table as UTF-8, comma, RFC 4180; columns of numbers as numbers, signs and words in them as printed."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(f"{column.label} ({column.unit})" if column.unit else column.label for column in table.columns)
    numeric = [column.align == "right" and bool(place) for place, column in enumerate(table.columns)]
    for row in table.rows:
        writer.writerow(_plain(cell) if number else cell for cell, number in zip(row, numeric, strict=True))
    return text.getvalue().encode()


def drawn_csv(svg: str) -> bytes:
    """Every value a figure draws, one a row, as `table_csv`: a table in print may name a choice of them."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(("Reihe", "Stelle", "Wert", "Einheit"))
    for group in map(ElementTree.fromstring, SPOTS.findall(svg)):
        for *_, label, value in json.loads(group.attrib["data-spots"]):
            writer.writerow((group.get("data-name", ""), label, _plain(value), group.get("data-unit", "").strip()))
    return text.getvalue().encode()


def _source(evidence: Evidence, figure: Figure) -> str:
    """The source note of a figure with the licences under which it may go on."""
    note = references.source_note(evidence, figure.sources)
    used = dict.fromkeys(evidence.origin(table).licence for table in figure.sources)
    addresses = {name: one.url.removeprefix("https://") for name, one in references.LICENCES.items()}
    terms = [f"{text} ({address})" if (address := addresses.get(text)) else text for text in used]
    return f"{note}. Lizenz{'en' * (len(terms) > 1)}: {fmt.list_and(terms)}. Daten bearbeitet." if note else ""


def _svg(page: str, figure: Figure) -> bytes:
    """A typeset page as one drawing: the figure inside it no longer an image, its texts outlines, its words on top."""
    from kommunalprofil.figures.lettering import drawing

    width, group = drawing(figure.printed)
    found = _IMAGE.search(page)
    if found is None:
        raise RenderError(f"Die Abbildung „{figure.id}“ fehlt in ihrem Bild.")
    scale = float(found[2]) / width
    whole = f'{page[: found.start()]}<g transform="{found[1]} scale({scale:.5f})">{group}</g>{page[found.end() :]}'
    head, rest = whole.split(">", 1)
    words = f"<title>{xml_text.text(figure.title)}</title><desc>{xml_text.text(figure.alt)}</desc>"
    return f'{head} role="img">{words}{rest}'.encode()


def _with_resolution(png: bytes) -> bytes:
    """The PNG with the chunk that tells its dots per inch, so that it is placed in its printed size."""
    body = b"pHYs" + struct.pack(">IIB", *(round(DPI / 0.0254),) * 2, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:_IHDR_END] + chunk + png[_IHDR_END:]


def files(evidence: Evidence, outline: Outline) -> dict[str, bytes]:
    """SVG, PNG and CSV of every figure, by path; the same document gives the same bytes. Raises RenderError."""
    if not outline.figures:
        return {}
    title = f"Kommunalprofil {evidence.region.title}"
    style = Markup((templates_dir() / "typst" / "style.typ").read_text(encoding="utf-8"))
    template = templating.typst_environment().get_template("typst/pictures.jinja")
    figures = [(numbered, _source(evidence, numbered.item)) for numbered in outline.figures]
    source = template.render(style=style, title=title, kind=f"{title}, Abbildung", figures=figures)
    svgs = {numbered.item.id: numbered.item.printed for numbered in outline.figures}
    drawn, painted = pdf.pages(source, svgs, "svg"), pdf.pages(source, svgs, "png", DPI)
    made: dict[str, bytes] = {}
    for numbered, svg, png in zip(outline.figures, drawn, painted, strict=True):
        path = name(numbered)
        made[f"{path}.svg"] = _svg(svg.decode(), numbered.item)
        made[f"{path}.png"] = _with_resolution(png)
        made[f"{path}.csv"] = table_csv(numbered.item.table)
        if SPOTS.search(numbered.item.svg):
            made[f"{path}{DRAWN}.csv"] = drawn_csv(numbered.item.svg)
    return made


def titles(outline: Outline) -> dict[str, str]:
    """What each file shows, by path."""
    shown = {f"{name(n)}.{form}": n.item.title for n in outline.figures for form in ("svg", "png")}
    shown |= {f"{name(n)}{DRAWN}.csv": f"{n.item.title}: alle gezeichneten Werte" for n in outline.figures}
    return shown | {f"{name(n)}.csv": n.item.table.caption for n in outline.figures}
