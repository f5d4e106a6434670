"""What a document holds, in order and numbered: filled while the chapters are rendered, read by page and checks."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from kommunalprofil.document import Figure, Gap, Table

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(eq=False, slots=True)
class Heading:
    """One heading: level 1 for a chapter, its text and the anchor links jump to."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class NumberedTable:
    """A table with its number in the document."""

    number: int
    item: Table

    @property
    def anchor(self) -> str:
        """The name links and labels use."""
        return f"tabelle-{self.number}"


@dataclass(frozen=True, slots=True)
class NumberedFigure:
    """A figure with its number; `alt` is the whole text for people who do not see it, it ends by naming the table."""

    number: int
    item: Figure
    alt: str

    @property
    def anchor(self) -> str:
        """The name links, labels and SVG ids use."""
        return f"abbildung-{self.number}"


@dataclass(slots=True)
class Outline:
    """Headings, figures, tables and gaps of one rendering, in reading order.

    `alts` are the texts of everything to see, figures and other pictures, for people who do not see it.
    """

    headings: list[Heading] = field(default_factory=list)
    figures: list[NumberedFigure] = field(default_factory=list)
    tables: list[NumberedTable] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    """The sentences of the gaps as they were printed, each once."""
    remarks: set[str] = field(default_factory=set)
    alts: list[str] = field(default_factory=list)
    parts: dict[str, Heading] = field(default_factory=dict)
    """The chapter that each part of the document began with, by the name of the part (see Evidence.part)."""

    def open(self, text: str, level: int) -> Heading:
        """A new heading at the end of the outline, with an anchor nobody else has."""
        stem = re.sub(r"[^a-z0-9]+", "-", text.lower().translate(_UMLAUTS)).strip("-") or "abschnitt"
        taken = {h.anchor for h in self.headings}
        anchor = next(a for n in range(1, len(taken) + 2) if (a := stem if n == 1 else f"{stem}-{n}") not in taken)
        heading = Heading(level, text, anchor)
        if level == 1:
            self.remarks.clear()
        self.headings.append(heading)
        return heading

    def withdraw(self, heading: Heading) -> None:
        """Take a heading back under which nothing was said."""
        self.headings.remove(heading)

    def figure(self, figure: Figure) -> tuple[NumberedFigure, NumberedTable]:
        """Number a figure and its table."""
        table = self.table(figure.table)
        alt = figure.alt.strip()
        if "Werte in Tabelle" not in alt:
            alt = f"{alt.rstrip('.')}. Werte in Tabelle {table.number}."
        numbered = NumberedFigure(len(self.figures) + 1, figure, alt)
        self.figures.append(numbered)
        self.alts.append(alt)
        return numbered, table

    @staticmethod
    def begun(body: str) -> tuple[str, str]:
        """A chapter's typst `body` in two: what its heading stays with, to the end of its first figure, and the rest.

        The macros mark that end, and where a table, definitions or a signature begin, by a line `// so far`.
        """
        start, _, rest = body.partition("\n// so far\n")  # by its own method, which keeps both marked as typst
        return start, rest

    def picture(self, alt: str) -> str:
        """Note a picture that has no number (logo, portrait); answers with its text."""
        self.alts.append(alt)
        return alt

    def table(self, table: Table) -> NumberedTable:
        """Number a table."""
        numbered = NumberedTable(len(self.tables) + 1, table)
        self.tables.append(numbered)
        return numbered

    def note(self, text: str) -> str:
        """A note below a table without the sentences that this chapter has said below an earlier one."""
        fresh = [one for one in re.split(r"(?<=\.) (?=[A-ZÄÖÜ])", text) if one not in self.remarks]
        self.remarks.update(fresh)
        return " ".join(fresh)

    def gap(self, gap: Gap) -> str:
        """The sentence of a gap, or nothing if it has been said before: a gap is said once."""
        self.gaps.append(gap)
        if gap.text in self.reasons:
            return ""
        self.reasons.append(gap.text)
        return gap.text

    @staticmethod
    def same(one: str, other: str) -> bool:
        """Whether two stretches of a document hold the same but for white space."""
        words = str.split(other)
        return str.split(one, None, len(words)) == words  # no further: a stretch with figures is long

    @property
    def chapters(self) -> Iterable[Heading]:
        """The headings of level 1."""
        return [h for h in self.headings if h.level == 1]
