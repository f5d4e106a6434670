"""A small Markdown: paragraphs, headings of two levels, lists, tables, strong, emphasis, links – the rest is refused.

HTML in a text is text. A table has its title in the paragraph before it („Tabelle: …“), a figure stands alone in a
paragraph („{{abbildung:id}}“).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kommunalprofil.document import Column, Table
from kommunalprofil.own.model import BREAK, Block, Part, Span, Spans
from kommunalprofil.own.reading import OwnError, heading

if TYPE_CHECKING:
    from markdown_it.token import Token

SCHEMES = ("http", "https", "mailto")
MOST_COLUMNS, MOST_ROWS = 8, 60
ALLOWED = "Erlaubt sind Absätze, Überschriften (## und ###), Listen, Tabellen, **fett**, *kursiv* und Links."
_FOREIGN = {
    "blockquote_open": "ein Zitat (>)",
    "code_block": "eine Zeile mit vier Leerzeichen am Anfang",
    "fence": "einen Programmtext (```)",
    "hr": "eine Trennlinie",
    "image": "ein Bild; Abbildungen stehen unter [[abbildung]] und kommen mit {{abbildung:id}} in den Text",
    "code_inline": "einen Programmtext (`)",
}
_TABLE_TITLE = re.compile(r"Tabelle:\s*(\S.*)")
_FIGURE = re.compile(r"\{\{\s*abbildung:\s*([^\s{}]*)\s*\}\}")
_NUMBER = re.compile(r"[+\-−±]?\d[\d.]*(?:,\d+)?(?:\s?%)?|[–./x]|")


def parse(text: str, where: str, credit: str) -> Part:
    """The blocks of a text; `credit` is the source its tables name. Raises OwnError with the line for all else."""
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    markdown.validateLink = lambda url: True  # type: ignore[method-assign]  # told below which links are allowed
    return _Reader(markdown.parse(text), where, credit).read()


@dataclass(slots=True)
class _Open:
    """A heading whose text is being read."""

    title: str
    level: int
    blocks: list[Block]
    parts: list[Part]

    def closed(self) -> Part:
        return Part(self.title, tuple(self.blocks), tuple(self.parts))


class _Reader:
    """Goes through the tokens of a text once."""

    def __init__(self, tokens: Sequence[Token], where: str, credit: str) -> None:
        self.tokens, self.where, self.credit = tokens, where, credit
        self.at = 0
        self.line = 1
        self.caption: tuple[str, int] | None = None
        self.open = [_Open("", 1, [], [])]

    def fault(self, reason: str) -> OwnError:
        return OwnError(self.where, reason, self.line)

    def read(self) -> Part:
        while self.at < len(self.tokens):
            token = self.next()
            match token.type:
                case "heading_open":
                    self.heading(int(token.tag[1]))
                case "paragraph_open":
                    self.paragraph()
                case "bullet_list_open":
                    self.add(Block("list", tuple(self.items(token))))
                case "ordered_list_open":
                    if token.attrs.get("start", 1) != 1:
                        raise self.fault("Eine nummerierte Liste beginnt mit 1.")
                    self.add(Block("steps", tuple(self.items(token))))
                case "table_open":
                    self.table()
                case other:
                    raise self.fault(f"Der Text enthält {_FOREIGN.get(other, other)}. {ALLOWED}")
        self.check_caption()
        while len(self.open) > 1:
            self.close()
        return self.open[0].closed()

    def next(self) -> Token:
        token = self.tokens[self.at]
        self.at += 1
        if token.map:
            self.line = token.map[0] + 1
        return token

    def check_caption(self) -> None:
        if self.caption:
            self.line = self.caption[1]
            raise self.fault("Nach „Tabelle: …“ muss die Tabelle folgen.")

    def add(self, block: Block) -> None:
        self.check_caption()
        self.open[-1].blocks.append(block)

    def close(self) -> None:
        done = self.open.pop()
        if not (done.blocks or done.parts):
            raise self.fault(f"Unter der Überschrift „{done.title}“ steht nichts.")
        self.open[-1].parts.append(done.closed())

    def heading(self, level: int) -> None:
        self.check_caption()
        if level == 1:
            raise self.fault("Überschriften im Text beginnen mit ##; den Titel nennt profil.toml.")
        if level > 3:
            raise self.fault("Tiefer als ### geht die Gliederung nicht.")
        while self.open[-1].level >= level:
            self.close()
        if self.open[-1].level < level - 1:
            raise self.fault("Eine Überschrift ### steht unter einer mit ##.")
        title = plain(self.spans(self.next()))
        if not title:
            raise self.fault("Die Überschrift ist leer.")
        self.open.append(_Open(heading(title, self.where, self.line), level, [], []))
        self.next()

    def paragraph(self) -> None:
        token = self.next()
        spans = self.spans(token)
        text = plain(spans)
        if found := _FIGURE.fullmatch(text):
            self.add(Block("figure", found[1]))
        elif _FIGURE.search(text):
            raise self.fault("{{abbildung:…}} muss allein in seinem Absatz stehen.")
        elif found := _TABLE_TITLE.fullmatch(text):
            self.check_caption()
            self.caption = (found[1], self.line)
        else:
            self.add(Block("paragraph", spans))
        self.next()

    def items(self, opened: Token) -> Iterator[Spans]:
        end = opened.type.replace("open", "close")
        while (token := self.next()).type != end:
            if token.type != "list_item_open":
                raise self.fault(f"Die Liste enthält etwas anderes als Punkte. {ALLOWED}")
            parts = [self.next() for _ in range(4)] if self.tokens[self.at].type == "paragraph_open" else []
            if [one.type for one in parts[2:]] != ["paragraph_close", "list_item_close"]:
                raise self.fault("Ein Punkt einer Liste ist genau ein Absatz, ohne Liste darin.")
            yield self.spans(parts[1])

    def table(self) -> None:
        if self.caption is None:
            raise self.fault("Über der Tabelle fehlt ihr Titel: ein Absatz, der mit „Tabelle:“ beginnt.")
        caption, _ = self.caption
        self.caption = None
        rows: list[list[str]] = []
        aligned: list[str] = []
        while (token := self.next()).type != "table_close":
            if token.type == "tr_open":
                rows.append([])
            elif token.type == "th_open":
                aligned.append(str(token.attrs.get("style", "")).partition(":")[2])
            elif token.type == "inline":
                rows[-1].append(plain(self.spans(token)))
        head, *body = rows
        self.check_table(head, body)
        sides = [side or _side(row[i] for row in body) for i, side in enumerate(aligned)]
        columns = tuple(
            Column(label, align="right" if side == "right" and i else "left")
            for i, (label, side) in enumerate(zip(head, sides, strict=True))
        )
        self.add(Block("table", Table(caption, columns, tuple(map(tuple, body)), credit=self.credit)))

    def check_table(self, head: Sequence[str], body: Sequence[Sequence[str]]) -> None:
        if not 2 <= len(head) <= MOST_COLUMNS or not 1 <= len(body) <= MOST_ROWS:
            size = f"{len(head)} Spalten und {len(body)} Zeilen"
            allowed = f"2 bis {MOST_COLUMNS} Spalten und 1 bis {MOST_ROWS} Zeilen"
            raise self.fault(f"Die Tabelle hat {size}, erlaubt sind {allowed}.")
        if not all(head) or not all(row[0] for row in body):
            raise self.fault("In der Kopfzeile und in der ersten Spalte einer Tabelle darf kein Feld leer sein.")

    def spans(self, inline: Token) -> Spans:
        """The stretches of one paragraph, cell or item."""
        if inline.map:
            self.line = inline.map[0] + 1
        found: list[Span] = []
        strong = emphasis = 0
        href = ""
        for token in inline.children or ():
            match token.type:
                case "text" | "text_special":
                    if token.content:
                        found.append(Span(token.content, strong > 0, emphasis > 0, href))
                case "softbreak":
                    self.line += 1
                    found.append(Span(" ", strong > 0, emphasis > 0, href))
                case "hardbreak":
                    self.line += 1
                    found.append(Span(BREAK))
                case "strong_open" | "strong_close":
                    strong += token.nesting
                case "em_open" | "em_close":
                    emphasis += token.nesting
                case "link_open":
                    href = self.address(str(token.attrs.get("href", "")))
                case "link_close":
                    if not any(span.href == href and span.text.strip() for span in found):
                        raise self.fault("Ein Link braucht einen Text: [Text](https://…).")
                    href = ""
                case other:
                    raise self.fault(f"Der Text enthält {_FOREIGN.get(other, other)}. {ALLOWED}")
        return joined(found)

    def address(self, href: str) -> str:
        try:
            parts = urlsplit(href)
        except ValueError:
            parts = urlsplit("")
        if parts.scheme not in SCHEMES or not (parts.netloc or (parts.scheme == "mailto" and parts.path)):
            raise self.fault(f"Der Link „{href}“ ist nicht erlaubt, nur Adressen mit https:, http: und mailto:.")
        return href


def joined(spans: Sequence[Span]) -> Spans:
    """Neighbours of one look as one span."""
    found: list[Span] = []
    for span in spans:
        last = found[-1] if found else None
        same = last and BREAK not in (last.text, span.text)
        if last and same and (last.strong, last.emphasis, last.href) == (span.strong, span.emphasis, span.href):
            found[-1] = Span(last.text + span.text, span.strong, span.emphasis, span.href)
        else:
            found.append(span)
    return tuple(found)


def plain(spans: Spans) -> str:
    """The words alone."""
    return " ".join("".join(span.text for span in spans).split())


def _side(cells: Iterator[str]) -> str:
    """Where a column without a mark of its own stands: numbers at the right."""
    return "right" if all(_NUMBER.fullmatch(cell) for cell in cells) else "left"
