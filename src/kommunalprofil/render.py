"""A profile becomes a document: chapters through two sets of macros, one HTML page, one PDF, the data files."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment
from markupsafe import Markup, escape

from kommunalprofil import (
    __version__,
    datapackage,
    export,
    narrative,
    pdf,
    pictures,
    references,
    sentences,
    templating,
    workbook,
)
from kommunalprofil import formatting as fmt
from kommunalprofil.document import Figure, Gap
from kommunalprofil.errors import RenderError
from kommunalprofil.evidence import Evidence
from kommunalprofil.keyfigures import key_figures
from kommunalprofil.outline import NumberedFigure, Outline
from kommunalprofil.resources import fonts_dir, templates_dir
from kommunalprofil.store import write_atomic

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile

MACROS = (
    "chapter", "section", "lead", "paragraph", "strong", "note", "gap", "figure", "beside", "table", "keyfigures",
    "definitions", "bullets",
)  # fmt: skip
"""The words a chapter is written in; every format has all of them."""

FigureFunctions = Mapping[str, Callable[[Any], Figure | Gap]]


def figure_functions() -> FigureFunctions:
    """Every declared figure by its id."""
    from kommunalprofil import figures

    return figures.collected()


@dataclass(slots=True)
class Drawings:
    """Figures by id, drawn when a chapter asks for them and only once for both formats."""

    evidence: Evidence
    functions: FigureFunctions
    made: dict[str, Figure | Gap] = field(default_factory=dict)

    def __call__(self, figure_id: str) -> Figure | Gap:
        """The figure or the gap in its place. Raises RenderError if no figure has this id."""
        if figure_id not in self.made:
            if figure_id not in self.functions:
                raise RenderError(f"Eine Kapitelvorlage verlangt die Abbildung „{figure_id}“, die es nicht gibt.")
            made = self.functions[figure_id](self.evidence)
            self.made[figure_id] = made
            if isinstance(made, Figure):
                self.evidence.cite((*made.sources, *made.table.sources))
        return self.made[figure_id]

    @property
    def svgs(self) -> dict[str, str]:
        """The pictures of the figures drawn so far."""
        return {name: made.svg for name, made in self.made.items() if isinstance(made, Figure)}


def inline_svg(figure: Figure, numbered: NumberedFigure) -> Markup:
    """The SVG for an HTML page: no prolog, ids of its own, role img with title and description."""
    start = figure.svg.find("<svg")
    if start < 0:
        raise RenderError(f"Die Abbildung „{figure.id}“ enthält kein SVG.")
    svg = re.sub(r"<(title|desc|metadata)\b.*?</\1>", "", figure.svg[start:], flags=re.DOTALL)
    svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{numbered.anchor}-", svg)
    head, rest = svg[4:].split(">", 1)
    head = re.sub(r'\s(width|height|role|aria-[a-z]+|id)="[^"]*"', "", head)
    name = f"{numbered.anchor}-titel"
    text = f"{numbered.anchor}-text"
    words = f'<title id="{name}">{escape(figure.title)}</title><desc id="{text}">{escape(numbered.alt)}</desc>'
    return Markup(f'<svg{head} role="img" aria-labelledby="{name} {text}">{words}{rest}')


def _fonts_css() -> str:
    rules = []
    for name, weight in (("latin-regular", 400), ("latin-semibold", 600)):
        data = base64.b64encode((fonts_dir() / f"{name}.woff2").read_bytes()).decode()
        rules.append(
            f'@font-face {{ font-family: "Source Sans 3"; font-weight: {weight}; font-display: swap; '
            f'src: url(data:font/woff2;base64,{data}) format("woff2"); }}'
        )
    return "\n".join(rules)


def _style(name: str) -> Markup:
    return Markup((templates_dir() / name).read_text(encoding="utf-8"))


@cache
def _html_style() -> Markup:
    return Markup(_fonts_css()) + "\n" + _style("html/style.css")


def _chapters() -> list[str]:
    return [f"chapters/{path.name}" for path in sorted((templates_dir() / "chapters").glob("*.jinja"))]


@dataclass(slots=True)
class Composer:
    """Renders the chapters and the page of one format."""

    environment: Environment
    folder: str
    evidence: Evidence
    drawings: Drawings
    outline: Outline = field(default_factory=Outline)

    def page(self, style: Markup) -> str:
        """The whole document in the format's own language."""
        context: dict[str, Any] = {
            "p": self.evidence,
            "d": self.outline,
            "fig": self.drawings,
            "say": narrative.chapters(),
            "sentences": sentences,
            "key_figures": key_figures,
            "references": references,
            "source_note": lambda tables: references.source_note(self.evidence, tables),
            "inline_svg": inline_svg,
        }
        macros = self.environment.get_template(f"{self.folder}/macros.jinja").make_module(context)
        words = {name: getattr(macros, name) for name in MACROS}
        body = [self._part(name, context | words) for name in _chapters()]
        settings = self._settings() | {"style": style, "body": Markup("\n".join(body))}
        return self.environment.get_template(f"{self.folder}/page.jinja").render(context | settings)

    def _part(self, name: str, context: dict[str, Any]) -> str:
        """One chapter template; evidence and outline keep which values and which heading are its own."""
        self.evidence.part, known = name, len(self.outline.headings)
        text = self.environment.get_template(name).render(context)
        if opened := self.outline.headings[known:]:
            self.outline.parts[name] = opened[0]
        return text

    def _settings(self) -> dict[str, Any]:
        region = self.evidence.region
        stand = fmt.date_words(references.newest_stand(self.evidence))
        subtitle = "Bevölkerung, Altersaufbau, Zuwanderung und Haushalte"
        return {
            "title": f"Kommunalprofil {region.title}",
            "subtitle": subtitle,
            "description": f"{subtitle} {region.dative_in}: Zahlen der amtlichen Statistik in Wort und Bild.",
            "author": "kommunalprofil",
            "keywords": ["Kommunalprofil", region.name, "Bevölkerung", "Demografie", "amtliche Statistik"],
            "edition": f"Datenstand {stand}",
            "short_source": "Quelle: Statistische Ämter des Bundes und der Länder; eigene Berechnung",
            "imprint": f"Erstellt mit kommunalprofil {__version__} aus Daten der amtlichen Statistik. "
            "Die Quellen und ihre Lizenzen stehen im letzten Kapitel.",
            "version": __version__,
        }


@dataclass(frozen=True, slots=True)
class Document:
    """The finished files by name, and what they hold."""

    title: str
    files: dict[str, bytes]
    outline: Outline


def document(profile: Profile, figures: FigureFunctions | None = None, *, single: bool = False) -> Document:
    """Render a profile; nothing is written. `figures` replaces the declared figure functions. Raises RenderError.

    With `single` every figure is a file of its own, too.
    """
    evidence = Evidence(profile)
    drawings = Drawings(evidence, figure_functions() if figures is None else figures)
    printed = Composer(templating.typst_environment(), "typst", evidence, drawings)
    source = printed.page(_style("typst/style.typ"))
    day = references.newest_stand(evidence)
    with ThreadPoolExecutor(max_workers=1) as pool:  # typst works outside the GIL
        made = pool.submit(pdf.build, source, drawings.svgs, day)
        shown = Composer(templating.html_environment(), "html", evidence, drawings)
        page = shown.page(_html_style())
        data = export.files(evidence, shown.outline)
        data["daten.xlsx"] = workbook.workbook(evidence, shown.outline)
        files = {"kommunalprofil.html": page.encode(), "kommunalprofil.pdf": made.result(), **data}
    files |= pictures.files(evidence, shown.outline) if single else {}
    files[datapackage.NAME] = datapackage.describe(evidence, files, pictures.titles(shown.outline))
    return Document(f"Kommunalprofil {profile.region.title}", files, shown.outline)


def html(profile: Profile, figures: FigureFunctions | None = None) -> str:
    """Only the HTML page of a profile. Raises RenderError."""
    evidence = Evidence(profile)
    drawings = Drawings(evidence, figure_functions() if figures is None else figures)
    return Composer(templating.html_environment(), "html", evidence, drawings).page(_html_style())


def render(profile: Profile, *, single: bool = False) -> dict[str, bytes]:
    """The finished files of a profile by path: PDF, HTML, data, with `single` every figure too. Raises RenderError."""
    return document(profile, single=single).files


def write(files: Mapping[str, bytes], directory: Path) -> list[Path]:
    """Write all files into the folder, none of them half. Raises OSError if it cannot be written."""
    targets = {directory / name: content for name, content in files.items()}
    write_atomic(targets)
    return list(targets)
