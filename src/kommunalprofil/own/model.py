"""The checked contents of a `profil.toml`: plain values, nothing left to refuse."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kommunalprofil.document import Table
from kommunalprofil.templating import Template

CREDIT = "eigene Angaben der Kommune"
"""How everything is marked that does not come from official statistics."""
BREAK = "\n"
FIRST = "anfang"
"""The place before every chapter of the profile."""

ChartKind = Literal["linien", "saeulen", "balken"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of running text in one look; the text BREAK ends a line, `href` makes it a link."""

    text: str
    strong: bool = False
    emphasis: bool = False
    href: str = ""


Spans = tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a text by its kind: spans, the spans of every item, a table, the id of a chart."""

    kind: Literal["paragraph", "list", "steps", "table", "figure"]
    content: Spans | tuple[Spans, ...] | Table | str


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and what stands below it; a whole text is a part without heading."""

    title: str
    blocks: tuple[Block, ...]
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Picture:
    """A logo or portrait: as SVG for the PDF, as data URI for the page, and its text for people who cannot see it."""

    id: str
    svg: str
    uri: str
    alt: str


@dataclass(frozen=True, slots=True)
class Signature:
    """Who signs the foreword."""

    name: str
    role: str = ""
    portrait: Picture | None = None


@dataclass(frozen=True, slots=True)
class Chapter:
    """A foreword or a chapter; `after` is the template it follows ('' for the default place), `credit` its source.

    `figures` are the ids of charts at its end.
    """

    title: str
    body: Part
    after: str = ""
    credit: str = ""
    figures: tuple[str, ...] = ()
    signature: Signature | None = None


@dataclass(frozen=True, slots=True)
class Numbers:
    """A table of numbers: heading of the first column, names of the others, rows of label and values."""

    label: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[float | None, ...]], ...]
    decimals: int = 0


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure of the Kommune's own numbers, not drawn yet."""

    id: str
    kind: ChartKind
    title: str
    subtitle: str
    unit: str
    alt: str
    credit: str
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Own:
    """Everything of one `profil.toml`; `accent` is '#RRGGBB' or '' for the house colour."""

    accent: str = ""
    logo: Picture | None = None
    foreword: Chapter | None = None
    chapters: tuple[Chapter, ...] = ()
    charts: tuple[Chart, ...] = ()
    templates: tuple[Template, ...] = field(default=())

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """Logo and portrait, where there are any."""
        signed = self.foreword.signature if self.foreword else None
        return tuple(one for one in (self.logo, signed and signed.portrait) if one)


NOTHING = Own()
"""A profile as it comes."""
