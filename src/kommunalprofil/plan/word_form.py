"""The plan as a Word file with form fields: a block for each measure, the SWOT table, questions, the indicators."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from kommunalprofil import formatting as fmt
from kommunalprofil.plan.explained import RANKS, aim, compared
from kommunalprofil.plan.packed import settled
from kommunalprofil.plan.wording import AREAS, FIELDS, FOLLOWING, GROUPS, JUDGEMENTS, Field
from kommunalprofil.sentences import capital
from kommunalprofil.similar import THEME
from kommunalprofil.templating import printable

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell

    from kommunalprofil.plan.controls import Controls
    from kommunalprofil.plan.facts import Facts, Known

BLOCKS = 5
"""Empty measures in form."""
INK, PETROL = RGBColor(0x1B, 0x2A, 0x33), RGBColor(0x0B, 0x6E, 0x6E)
PALE = "E8F1F2"
FONT = "Calibri"
WIDE = 16.2
"""Centimetres between the margins of an upright page."""


def document(facts: Facts) -> bytes:
    """The Word file of a place; the same facts give the same bytes."""
    made = _Plan(facts)
    made.write()
    out = io.BytesIO()
    made.document.save(out)
    return settled(out.getvalue(), facts.stand)


class _Plan:
    """One document while it is written."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.document: Document = docx.Document()
        self.title = printable(f"Werkstattplan {facts.title}")
        _language(self.document)
        _styles(self.document)
        self._properties()
        self.controls = _controls(self.document)

    def _properties(self) -> None:
        core = self.document.core_properties
        core.title, core.language, core.author = self.title, "de-DE", "kommunalprofil"
        core.comments = core.keywords = core.subject = ""
        core.last_modified_by, core.revision = "kommunalprofil", 1
        core.created = core.modified = datetime.datetime.fromisoformat(self.facts.stand)

    def write(self) -> None:
        """Everything, in the order of the document."""
        facts = self.facts
        self._page(across=False)
        self.document.add_heading(self.title, 0)
        self._say(aim(facts))
        self._say(
            "Auszufüllen ist die rechte Spalte. Was in einem Feld steht, sagt, was hineingehört, und verschwindet beim "
            "Schreiben. Wo es eine Auswahl gibt, sind auch eigene Worte erlaubt. Weitere Maßnahmen: in Word mit dem "
            "Pluszeichen am Ende des letzten Blocks, sonst einen Block kopieren. Zur Halbzeit ausgewertet wird die "
            "Arbeitsmappe werkstattplan.xlsx."
        )
        self._say(f"Datenstand {fmt.date(facts.stand)}. {facts.licence}")
        self.document.add_heading("Maßnahmen", 1)
        body = self.document.element.body
        blocks = []
        for number in range(1, BLOCKS + 1):
            there = set(body)
            self._measure(number)
            blocks.append([element for element in body if element not in there])
        self.controls.repeat(blocks, "Maßnahmen", "measures")
        self._page(across=True)
        self.document.add_heading("SWOT", 1)
        self._say(f"{compared(facts)} {RANKS} Das Urteil ist offen; anzukreuzen ist, was zutrifft.")
        self._swot(facts.placed)
        self._page(across=False)
        self.document.add_heading("Offene Fragen", 1)
        self._questions()
        self._page(across=True)
        self.document.add_heading("Indikatoren", 1)
        self._say("Ausgangswerte mit Stichtag und Quelle. „.“ heißt: kein Wert; warum, steht unter „Hinweis“.")
        self._indicators()
        self.controls.declare()

    def _say(self, text: str) -> None:
        self.document.add_paragraph(printable(text))

    def _page(self, across: bool) -> None:
        """Begin a page upright or across; the first one is there already."""
        from docx.enum.section import WD_SECTION

        first = len(self.document.element.body) <= 1
        section = self.document.sections[0] if first else self.document.add_section(WD_SECTION.NEW_PAGE)
        long, short = Cm(29.7), Cm(21.0)
        section.orientation = WD_ORIENT.LANDSCAPE if across else WD_ORIENT.PORTRAIT
        section.page_width, section.page_height = (long, short) if across else (short, long)
        section.left_margin = section.right_margin = Cm(2.2 if across else 2.4)
        section.top_margin, section.bottom_margin = Cm(2.0), Cm(2.0)
        if first:
            foot = section.footer.paragraphs[0]
            foot.text = f"{self.title} · Seite "
            _page_number(foot)

    def _measure(self, number: int) -> None:
        """A form block: label on the left, field on the right."""
        self.document.add_heading(f"Maßnahme {number}", 2)
        table = self._table(("Feld", "Eintrag"), f"Maßnahme {number}: Felder zum Ausfüllen")
        for field in FIELDS:
            row = table.add_row()
            _keep_whole(row)
            _fill(row.cells[0], field.label, bold=True)
            self._field(row.cells[1], field, number)
        for row in table.rows[:-1]:  # a form does not go over the end of a page if it fits on one
            for cell in row.cells:
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        _widths(table, (4.6, WIDE - 4.6))

    def _field(self, cell: _Cell, field: Field, number: int) -> None:
        paragraph, title = cell.paragraphs[0], f"{field.label}, Maßnahme {number}"
        tag, hint = f"{field.key}_{number}", _hint(field)
        if field.key in ("begin", "end"):
            self.controls.day(paragraph, title, tag, "Tag wählen oder schreiben")
        elif field.key == "area":
            self.controls.choice(paragraph, title, tag, hint, AREAS)
        elif field.key == "group":
            self.controls.choice(paragraph, title, tag, hint, GROUPS)
        elif field.key == "indicator":
            self.controls.choice(paragraph, title, tag, hint, [one.measure.label for one in self.facts.known])
        else:
            self.controls.text(paragraph, title, tag, hint)

    def _swot(self, placed: Sequence[Known]) -> None:
        header = ("Thema", "Kennzahl", "Wert", "Stichtag", "Platz", "Median", *JUDGEMENTS, "Bemerkung")
        widths = (2.6, 4.2, 2.6, 2.2, 1.7, 1.8, 1.75, 1.85, 1.75, 1.75, 3.1)
        table = self._table(
            header, "Kennzahlen nach ihrem Platz unter vergleichbaren Kommunen, mit Feldern für das Urteil"
        )
        for one in placed:
            among = one.among
            if among is None:
                continue
            row = table.add_row()
            _keep_whole(row)
            rank = f"{fmt.number(among.rank)} von {fmt.number(among.count)}"
            texts = (
                THEME[one.measure.id].name,
                one.measure.label,
                _valued(one),
                one.day,
                rank,
                one.printed(one.median),
            )
            for cell, text in zip(row.cells, texts, strict=False):
                _fill(cell, text)
            for place, judgement in enumerate(JUDGEMENTS, len(texts)):
                tag = f"swot_{judgement[:2]}_{one.measure.id}"
                self.controls.tick(row.cells[place].paragraphs[0], f"{judgement}: {one.measure.label}", tag)
            last = row.cells[len(header) - 1].paragraphs[0]
            self.controls.text(last, f"Bemerkung: {one.measure.label}", f"swot_{one.measure.id}", "Bemerkung")
        _widths(table, widths)
        if not placed:
            self._say("Für keine Kennzahl gibt es einen Platz unter vergleichbaren Kommunen.")
        self.document.add_heading("Eigene Beobachtungen", 2)
        own = self._table(("Urteil", "Beobachtung"), "Felder für eigene Beobachtungen")
        for judgement in JUDGEMENTS:
            row = own.add_row()
            _fill(row.cells[0], judgement, bold=True)
            self.controls.text(row.cells[1].paragraphs[0], judgement, f"swot_{judgement}", "Was noch dazugehört")
        _widths(own, (3.0, 22.3))

    def _questions(self) -> None:
        if self.facts.unasked:
            self._say(self.facts.unasked)
        given = (*self.facts.questions, "", "", "")
        for number, question in enumerate(given, 1):
            head = self.document.add_heading(f"Frage {number}", 2)
            if question:
                self._say(question)
            else:
                paragraph = self.document.add_paragraph()
                self.controls.text(paragraph, f"Eigene Frage {number}", f"question_{number}", "Eigene Frage")
            paragraph = self.document.add_paragraph()
            self.controls.text(paragraph, f"Antwort auf Frage {number}", f"answer_{number}", "Antwort")
            head.paragraph_format.keep_with_next = True

    def _indicators(self) -> None:
        land = [self.facts.land] if self.facts.land else []
        header = ("Kennzahl", "Ausgangswert", "Stichtag", *land, "Deutschland", "Hinweis", "Quelle")
        widths = (5.4, 3.0, 2.3, *([2.3] * len(land)), 2.4, 4.4, 7.8 - 2.3 * len(land))
        table = self._table(header, "Indikatoren mit Ausgangswert, Stichtag und Quelle")
        for one in self.facts.known:
            row = table.add_row()
            _keep_whole(row)
            around = [one.land, one.bund] if land else [one.bund]
            notes = "; ".join(filter(None, (one.remark, one.base)))
            texts = (one.measure.label, _valued(one), one.day, *map(one.printed, around), notes, one.source)
            for cell, text in zip(row.cells, texts, strict=True):
                _fill(cell, text)
        _widths(table, widths)

    def _table(self, header: Iterable[str], caption: str) -> Any:
        """A table whose header comes again on every page and is announced as one; `caption` is read aloud before it."""
        labels = tuple(header)
        table = self.document.add_table(1, len(labels), "Table Grid")
        table.autofit = False
        for cell, label in zip(table.rows[0].cells, labels, strict=True):
            _fill(cell, label, bold=True)
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", PALE)):
                shade.set(qn(f"w:{name}"), value)
            cell._tc.get_or_add_tcPr().append(shade)
        said = OxmlElement("w:tblCaption")
        said.set(qn("w:val"), caption)
        table._tbl.tblPr.append(said)
        properties = table.rows[0]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        properties.append(OxmlElement("w:tblHeader"))
        return table


def _controls(document: Document) -> Controls:
    from kommunalprofil.plan.controls import Controls

    return Controls(document)


def _hint(field: Field) -> str:
    return capital(field.hint) if field.hint and field.key not in FOLLOWING else f"{field.label} eintragen"


def _valued(one: Known) -> str:
    """The value with its unit, '.' for a gap."""
    text = one.printed(one.value)
    return text if one.value is None else fmt.with_unit(text, fmt.counted_or(one.unit))


def _fill(cell: _Cell, text: str, bold: bool = False) -> None:
    run = cell.paragraphs[0].add_run(printable(text))
    run.bold = bold or None
    run.font.size = Pt(9)


def _widths(table: Any, widths: Sequence[float]) -> None:
    """The widths of the columns in centimetres, in each cell, because Word reads them there."""
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = Cm(width)


def _keep_whole(row: Any) -> None:
    """No row is cut by the end of a page."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _language(document: Document) -> None:
    """German for every word, in the defaults of the styles and in the settings."""
    properties = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    for old in properties.findall(qn("w:lang")):
        properties.remove(old)
    made = OxmlElement("w:lang")
    for name in ("val", "eastAsia"):
        made.set(qn(f"w:{name}"), "de-DE")
    properties.append(made)
    for theme in document.settings.element.findall(qn("w:themeFontLang")):
        theme.set(qn("w:val"), "de-DE")


def _styles(document: Document) -> None:
    """The look of the house: one font, headings in ink and petrol."""
    normal: Any = document.styles["Normal"]
    normal.font.name, normal.font.size, normal.font.color.rgb = FONT, Pt(10.5), INK
    normal.paragraph_format.space_after = Pt(6)
    for name, size, colour in (("Title", 22, PETROL), ("Heading 1", 16, PETROL), ("Heading 2", 12, INK)):
        style: Any = document.styles[name]
        style.font.name, style.font.size, style.font.color.rgb = FONT, Pt(size), colour
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for part in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{part}"), None)


def _page_number(paragraph: Any) -> None:
    """The field that shows the number of the page."""
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        run = paragraph.add_run()._r
        if kind:
            made = OxmlElement("w:fldChar")
            made.set(qn("w:fldCharType"), kind)
        else:
            made = OxmlElement("w:instrText")
            made.text = text
        run.append(made)
