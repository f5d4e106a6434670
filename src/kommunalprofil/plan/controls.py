"""Form fields of a Word file: content controls (ECMA-376, w:sdt), which python-docx does not make.

Each has a title that readers aloud announce, a tag for programs and a placeholder that goes when something is entered.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml

if TYPE_CHECKING:
    from docx.document import Document
    from docx.oxml.xmlchemy import BaseOxmlElement
    from docx.text.paragraph import Paragraph

PLACEHOLDER = "PlaceholderText"
"""The built-in style of placeholders, by its id."""
W15 = "http://schemas.microsoft.com/office/word/2012/wordml"


class Controls:
    """Makes the controls of one document; each gets a number of its own."""

    def __init__(self, document: Document) -> None:
        self._last, self._document = 0, document
        _placeholder_style(document)

    def text(self, paragraph: Paragraph, title: str, tag: str, hint: str) -> None:
        """Plain text of any length; line breaks are allowed."""
        self._add(paragraph, title, tag, hint, [_element("w:text", multiLine="1")])

    def choice(self, paragraph: Paragraph, title: str, tag: str, hint: str, entries: Iterable[str],
               own: bool = True) -> None:  # fmt: skip
        """One of some entries; with `own` also words of one's own (a combo box)."""
        listed = _element("w:comboBox" if own else "w:dropDownList")
        for entry in dict.fromkeys(entries):
            listed.append(_element("w:listItem", displayText=entry, value=entry))
        self._add(paragraph, title, tag, hint, [listed])

    def day(self, paragraph: Paragraph, title: str, tag: str, hint: str) -> None:
        """A day from a calendar, as people in Germany write it."""
        picker = _element("w:date")
        parts = (
            ("dateFormat", "dd.MM.yyyy"),
            ("lid", "de-DE"),
            ("storeMappedDataAs", "dateTime"),
            ("calendar", "gregorian"),
        )
        for name, value in parts:
            picker.append(_element(f"w:{name}", val=value))
        self._add(paragraph, title, tag, hint, [picker])

    def tick(self, paragraph: Paragraph, title: str, tag: str) -> None:
        """A box to tick (Word 2010, w14:checkbox)."""
        box = parse_xml(
            '<w14:checkbox xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w14:checked w14:val="0"/>'
            '<w14:checkedState w14:val="2612" w14:font="MS Gothic"/>'
            '<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox>'
        )
        self._add(paragraph, title, tag, "\u2610", [box], placeholder=False)

    def declare(self) -> None:
        """Name the newer namespaces at the top, as ones that a program may pass over: older ones then still open."""
        from lxml import etree

        root = self._document.element
        etree.cleanup_namespaces(root, top_nsmap={"w15": W15}, keep_ns_prefixes=list(root.nsmap))
        root.set(f"{{{root.nsmap['mc']}}}Ignorable", "w14 w15 wp14")

    def repeat(self, blocks: Sequence[Sequence[BaseOxmlElement]], title: str, tag: str) -> None:
        """Put blocks of paragraphs and tables into a repeating section (Word 2013), which adds more of them."""
        section, content = self._around(parse_xml(f'<w15:repeatingSection xmlns:w15="{W15}"/>'), title, tag)
        blocks[0][0].addprevious(section)
        for number, block in enumerate(blocks, 1):
            item, inner = self._around(
                parse_xml(f'<w15:repeatingSectionItem xmlns:w15="{W15}"/>'), f"{title} {number}", f"{tag}_{number}"
            )
            for element in block:
                inner.append(element)  # which takes it from where it was
            content.append(item)

    def _around(self, kind: BaseOxmlElement, title: str, tag: str) -> tuple[BaseOxmlElement, BaseOxmlElement]:
        """A control and its content, still empty."""
        control, content = OxmlElement("w:sdt"), OxmlElement("w:sdtContent")
        control.append(self._properties(title, tag, [kind], placeholder=False))
        control.append(content)
        return control, content

    def _add(self, paragraph: Paragraph, title: str, tag: str, shown: str, kind: Sequence[BaseOxmlElement], *,
             placeholder: bool = True) -> None:  # fmt: skip
        run = paragraph.add_run(shown)._r
        content = OxmlElement("w:sdtContent")
        if placeholder:
            properties = run.get_or_add_rPr()
            properties.insert(0, _element("w:rStyle", val=PLACEHOLDER))
        content.append(run)  # which takes it out of the paragraph
        control = OxmlElement("w:sdt")
        control.append(self._properties(title, tag, kind, placeholder))
        control.append(content)
        paragraph._p.append(control)

    def _properties(self, title: str, tag: str, kind: Sequence[BaseOxmlElement], placeholder: bool) -> BaseOxmlElement:
        """In the order the schema wants; 64 characters are all that Word takes for title and tag."""
        self._last += 1
        made = OxmlElement("w:sdtPr")
        made.append(_element("w:alias", val=title[:64]))
        made.append(_element("w:tag", val=tag[:64]))
        made.append(_element("w:id", val=str(self._last)))
        if placeholder:
            made.append(OxmlElement("w:showingPlcHdr"))
        for element in kind:
            made.append(element)
        return made


def _element(name: str, **attributes: str) -> BaseOxmlElement:
    made: BaseOxmlElement = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _placeholder_style(document: Document) -> None:
    """The style of the placeholders: grey enough to tell it from an entry, dark enough to be read (contrast 4.6)."""
    from docx.enum.style import WD_STYLE_TYPE
    from docx.shared import RGBColor

    style = document.styles.add_style("Placeholder Text", WD_STYLE_TYPE.CHARACTER, builtin=True)
    style.font.color.rgb = RGBColor(0x6B, 0x77, 0x80)
    style.element.set(qn("w:styleId"), PLACEHOLDER)
