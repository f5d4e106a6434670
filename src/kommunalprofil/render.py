"""A profile becomes a document: chapters through two sets of macros, one HTML page, one PDF, the data files."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from inspect import isroutine
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup, escape

from kommunalprofil import (
    __version__,
    datapackage,
    dwk,
    export,
    narrative,
    official,
    paper,
    pdf,
    pictures,
    references,
    sentences,
    templating,
    workbook,
)
from kommunalprofil import formatting as fmt
from kommunalprofil.document import Figure, Gap
from kommunalprofil.errors import RenderError, TemplateError
from kommunalprofil.evidence import Evidence, Joint
from kommunalprofil.keyfigures import key_figures, left_out
from kommunalprofil.outline import NumberedFigure, Outline
from kommunalprofil.own import NOTHING, Chapter, Own, drawing
from kommunalprofil.own.colours import DARK_PANEL, light, tint
from kommunalprofil.own.model import CREDIT, FIRST
from kommunalprofil.resources import fonts_dir
from kommunalprofil.store import write_atomic

if TYPE_CHECKING:
    from kommunalprofil.profile import Profile
    from kommunalprofil.regions import Region
    from kommunalprofil.spreadsheet import Sheet

MACROS = (
    "chapter", "section", "lead", "paragraph", "strong", "note", "gap", "figure", "table", "keyfigures",
    "definitions", "columns", "bullets", "subsection", "prose", "points", "signature", "credit",
)  # fmt: skip
"""The words a chapter is written in; every format has all of them."""

SHORT = ("chapters/10_ueberblick.jinja", "chapters/12_einfache_sprache.jinja", "short/quellen.jinja")
"""What the version of two pages holds."""
FigureFunctions = Mapping[str, Callable[[Any], Figure | Gap]]


@cache
def figure_functions() -> FigureFunctions:
    """Every declared figure by its id."""
    from kommunalprofil import figures

    return figures.collected()


@dataclass(slots=True)
class Drawings:
    """Figures by id, drawn when a chapter asks for them and only once for both formats."""

    evidence: Evidence | Joint
    functions: FigureFunctions
    made: dict[str, Figure | Gap] = field(default_factory=dict)

    def __call__(self, figure_id: str) -> Figure | Gap:
        """The figure or the gap in its place. Raises RenderError if no figure has this id."""
        if figure_id not in self.made:
            if figure_id not in self.functions:
                raise RenderError(f"Eine Kapitelvorlage verlangt die Abbildung „{figure_id}“, die es nicht gibt.")
            try:
                made = self.functions[figure_id](self.evidence)
            except Exception as error:
                error.add_note(f"Abbildung „{figure_id}“")
                raise
            self.made[figure_id] = made
            if isinstance(made, Figure):
                self.evidence.cite((*made.sources, *made.table.sources))
        return self.made[figure_id]

    @property
    def svgs(self) -> dict[str, str]:
        """The pictures of the figures drawn so far."""
        return {name: made.printed for name, made in self.made.items() if isinstance(made, Figure)}


def once(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, called but once with the same arguments; each time with those that have no hash."""
    kept = cache(function)

    def tell(*about: Any, **more: Any) -> Any:
        try:
            hash((about, *more.values()))
        except TypeError:
            return function(*about, **more)
        return kept(*about, **more)

    return tell


def said() -> dict[str, Any]:
    """What templates take words of a document from, worked out when one asks for it and only once for both formats."""
    chapters = {
        name: SimpleNamespace(**{n: once(x) if isroutine(x) else x for n, x in vars(module).items()})
        for name, module in narrative.chapters().items()
    }
    return {"say": chapters, "key_figures": once(key_figures)}


def inline_svg(figure: Figure, numbered: NumberedFigure) -> Markup:
    """The SVG for an HTML page: no prolog, ids of its own, role img with title and description."""
    start = figure.svg.find("<svg")
    if start < 0:
        raise RenderError(f"Die Abbildung „{figure.id}“ enthält kein SVG.")
    svg = re.sub(r"<(title|desc|metadata)\b.*?</\1>", "", figure.svg[start:], flags=re.DOTALL)
    if 'id="' in svg:  # as in pictures of others; our own refer to nothing
        svg = re.sub(r'(\bid="|href="#|url\(#)', rf"\g<1>{numbered.anchor}-", svg)
    head, rest = svg[4:].split(">", 1)
    head = re.sub(r'\s(width|height|role|aria-[a-z]+|id)="[^"]*"', "", head)
    name = f"{numbered.anchor}-titel"
    text = f"{numbered.anchor}-text"
    words = f'<title id="{name}">{escape(figure.title)}</title><desc id="{text}">{escape(numbered.alt)}</desc>'
    return Markup(f'<svg{head} role="img" aria-labelledby="{name} {text}">{words}{rest}')


@cache
def inline_script(name: str = "html/page.js") -> Markup:
    """The script of an HTML page as it stands in the page: no text in it ends its element."""
    return Markup(templating.text_of(name).replace("</", "<\\/"))


@cache
def policy(name: str = "html/page.js") -> str:
    """What a browser lets an HTML page do: its own style, its one script, pictures and fonts inside the file."""
    script = base64.b64encode(hashlib.sha256(inline_script(name).encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{script}'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _fonts_css() -> str:
    rules = []
    for name, weight in (("latin-regular", 400), ("latin-semibold", 600)):
        data = base64.b64encode((fonts_dir() / f"{name}.woff2").read_bytes()).decode()
        rules.append(
            f'@font-face {{ font-family: "Source Sans 3"; font-weight: {weight}; font-display: swap; '
            f'src: url(data:font/woff2;base64,{data}) format("woff2"); }}'
        )
    return "\n".join(rules)


@cache
def _fonts() -> Markup:
    return Markup(_fonts_css())


def html_style(own: Own) -> Markup:
    """The style of an HTML page: fonts, the style sheet, the Kommune's colour."""
    return _fonts() + "\n" + Markup(templating.text_of("html/style.css", own.templates) + _accent_css(own.accent))


def _accent_css(accent: str) -> str:
    """The rules for another accent colour: as it is on white, lightened in dark mode."""
    if not accent:
        return ""
    rule = f":root {{ --accent: {accent}; --tint: {tint(accent)}; }}"
    dark = f":root {{ --accent: {light(accent)}; --tint: {DARK_PANEL}; }}"
    return f"\n{rule}\n@media (prefers-color-scheme: dark) {{ {dark} }}\n@media print {{ {rule} }}"


def _pdf(source: str, svgs: Mapping[str, str], day: str, own: Own) -> bytes:
    """The finished PDF. Raises TemplateError if typst refuses a source the user's typst templates had a part in."""
    try:
        return pdf.build(source, svgs, day, {"accent": own.accent, "tint": tint(own.accent)} if own.accent else {})
    except RenderError as error:
        if not (files := [one.file for one in own.templates if one.name.startswith("typst/")]):
            raise
        raise TemplateError(f"{', '.join(files)}: {error}") from error


@dataclass(frozen=True, slots=True)
class Kind:
    """A sort of document: what its head says, the templates it is made of, more names for these.

    `series` stands above the title („Kommunalprofil“), `place` is the title, `where` tells the place in a sentence
    („im Kreis Dithmarschen“), `sources` where the reader finds sources and licences. `figures` are those it draws, by
    id; a profile draws all that are declared for places. `credit` marks what is in it from elsewhere than official
    statistics.
    """

    series: str
    place: str
    subtitle: str
    where: str
    chapters: tuple[str, ...] = ()
    context: Mapping[str, Any] = field(default_factory=dict)
    short: bool = False
    sources: str = "im letzten Kapitel"
    figures: FigureFunctions = field(default_factory=dict)
    credit: str = ""


PROFILE = "Bevölkerung, Altersaufbau, Geburten, Wanderungen, Zuwanderung und Haushalte"


def profile_kind(region: Region, *, short: bool = False) -> Kind:
    """The profile of a place, or its version of two pages."""
    if short:
        subtitle, where = "Das Wichtigste in Kürze", "im ganzen Kommunalprofil"
        return Kind("Kommunalprofil", region.title, subtitle, region.dative_in, SHORT, short=True, sources=where)
    return Kind("Kommunalprofil", region.title, PROFILE, region.dative_in)


@dataclass(slots=True)
class Composer:
    """Renders the chapters and the page of one format."""

    environment: templating.Filled
    folder: str
    evidence: Evidence | Joint
    drawings: Drawings
    kind: Kind
    own: Own = NOTHING
    said: Mapping[str, Any] = field(default_factory=said)
    outline: Outline = field(default_factory=Outline)
    day: str = ""
    """The newest day of the data if another document of the place tells it."""

    def page(self, style: Markup) -> str:
        """The whole document in the format's own language."""
        context: dict[str, Any] = {
            "p": self.evidence,
            "d": self.outline,
            "fig": self.drawings,
            **self.said,
            "sentences": sentences,
            "key_figures_left_out": left_out,
            "references": references,
            "official": official,
            "dwk": dwk,
            "source_note": lambda tables: references.source_note(self.evidence, tables),
            "setting": paper.setting,
            "foot_aside": paper.foot_aside,
            "inline_svg": inline_svg,
            "inline_script": inline_script,
            "policy": policy,
            "own": self.own,
            "short": self.kind.short,
            "paper": self.folder == "typst",
            **self.kind.context,
        }
        if self.own.logo:
            self.outline.picture(self.own.logo.alt)
        with templating.blaming(self.own.templates, self.environment):
            words = self._words(context)
            body = [self._chapter(name, context | words) for name in self._order()]
            settings = self._settings() | {"style": style, "body": Markup("\n".join(body)), "logo": self.own.logo}
            return self.environment.get_template(f"{self.folder}/page.jinja").render(context | settings)

    def _words(self, context: dict[str, Any]) -> dict[str, Any]:
        macros = self.environment.get_template(f"{self.folder}/macros.jinja").make_module(context)
        if missing := [name for name in MACROS if not hasattr(macros, name)]:
            raise RenderError(f"In der Vorlage {self.folder}/macros.jinja fehlt das Makro „{missing[0]}“.")
        return {name: getattr(macros, name) for name in MACROS}

    def _order(self) -> list[str | Chapter]:
        """The templates of the chapters with the Kommune's own among them, its foreword first."""
        if self.kind.chapters:
            return list(self.kind.chapters)
        names = list(templating.chapters(self.own.templates).values())
        default = names[-2] if len(names) > 1 else FIRST  # before the sources, which close the document
        own = self.own.chapters
        order: list[str | Chapter] = [self.own.foreword] if self.own.foreword else []
        for name in (FIRST, *names):
            order += [name] if name != FIRST else []
            order += [chapter for chapter in own if (chapter.after or default) == name]
        return order

    def _chapter(self, item: str | Chapter, context: dict[str, Any]) -> str:
        if isinstance(item, str):
            return self._part(item, context)
        return self.environment.get_template("own/chapter.jinja").render(context | {"own": item})

    def _part(self, name: str, context: dict[str, Any]) -> str:
        """One chapter template; evidence and outline keep which values and which heading are its own."""
        self.evidence.part, known = name, len(self.outline.headings)
        text = self.environment.get_template(name).render(context)
        if opened := self.outline.headings[known:]:
            self.outline.parts[name] = opened[0]
        return text

    def _settings(self) -> dict[str, Any]:
        kind = self.kind
        stand = fmt.date_words(self.day or references.newest_stand(self.evidence))
        own = fmt.list_and(f"„{one.title}“" for one in self._order() if isinstance(one, Chapter)) or kind.credit
        about = PROFILE if kind.short else kind.subtitle
        return {
            "title": f"{kind.series} {kind.place}" + ", kurz" * kind.short,
            "series": kind.series,
            "place": kind.place,
            "subtitle": kind.subtitle,
            "description": f"{about} {kind.where}: Zahlen der amtlichen Statistik in Wort und Bild."
            + f" Dazu {kind.credit}." * bool(kind.credit),
            "author": "kommunalprofil",
            "keywords": [kind.series, kind.place, "Bevölkerung", "Demografie", "amtliche Statistik"],
            "edition": f"Datenstand {stand}",
            "short_source": "Amtliche Statistik, Quellen am Ende; eigene Berechnung"
            + f"; {CREDIT}" * bool(self.own.chapters or kind.credit),
            "imprint": f"Erstellt mit kommunalprofil {__version__} aus Daten der amtlichen Statistik. "
            f"Die Quellen und ihre Lizenzen stehen {kind.sources}." + f" Von der Kommune selbst: {own}." * bool(own),
            "version": __version__,
        }


@dataclass(frozen=True, slots=True)
class Document:
    """The finished files by name, and what they hold."""

    title: str
    files: dict[str, bytes]
    outline: Outline


def _drawings(evidence: Evidence, figures: FigureFunctions | None, own: Own) -> Drawings:
    functions = figure_functions() if figures is None else figures
    return Drawings(evidence, {**functions, **drawing.drawings(own.charts)})


class Pages(NamedTuple):
    """A document as PDF and HTML page, the files made of its outline beside them, and that outline."""

    pdf: bytes
    html: bytes
    rest: dict[str, bytes]
    outline: Outline


def _pages(
    evidence: Evidence | Joint,
    drawings: Drawings,
    kind: Kind,
    own: Own,
    rest: Callable[[Outline], dict[str, bytes]],
    day: str = "",
) -> Pages:
    """Both formats of a document; `day` is its edition if another document tells it."""
    typst, web = templating.typst_environment(own.templates), templating.html_environment(own.templates)
    words = said()
    printed = Composer(typst, "typst", evidence, drawings, kind, own, words, day=day)
    source = printed.page(Markup(templating.text_of("typst/style.typ", own.templates)))
    svgs = drawings.svgs | {picture.id: picture.svg for picture in own.pictures}
    edition = day or references.newest_stand(evidence)
    with ThreadPoolExecutor(max_workers=1) as pool:  # typst works outside the GIL
        made = pool.submit(_pdf, source, svgs, edition, own)
        pdf.load()
        shown = Composer(web, "html", evidence, drawings, kind, own, words, day=day)
        page = shown.page(html_style(own)).encode()
        files = rest(shown.outline)
        return Pages(made.result(), page, files, shown.outline)


def document(
    profile: Profile,
    figures: FigureFunctions | None = None,
    own: Own = NOTHING,
    *,
    single: bool = False,
    short: bool = False,
    inputs: str = "",
) -> Document:
    """Render a profile; nothing is written. Raises RenderError.

    `figures` replaces the declared figure functions, `own` is what the Kommune adds. With `single` every figure is a
    file of its own, too; with `short` there is a version of two pages as well. `inputs` is the fingerprint of what the
    document is made of, for its descriptor.
    """
    evidence = Evidence(profile)

    def data(outline: Outline) -> dict[str, bytes]:
        return export.files(evidence, outline) | {"daten.xlsx": workbook.workbook(evidence, outline)}

    made = _pages(evidence, _drawings(evidence, figures, own), profile_kind(profile.region), own, data)
    files = {"kommunalprofil.html": made.html, "kommunalprofil.pdf": made.pdf, **made.rest}
    files |= pictures.files(evidence, made.outline) if single else {}
    files |= _two_pages(profile, own, references.newest_stand(evidence)) if short else {}
    files[datapackage.NAME] = datapackage.describe(evidence, files, pictures.titles(made.outline), inputs)
    return Document(f"Kommunalprofil {profile.region.title}", files, made.outline)


def _two_pages(profile: Profile, own: Own, day: str) -> dict[str, bytes]:
    """The first page, the chapter in Einfacher Sprache and the sources, PDF and HTML."""
    evidence, kind = Evidence(profile), profile_kind(profile.region, short=True)
    made = _pages(evidence, _drawings(evidence, {}, NOTHING), kind, own, lambda _: {}, day)
    return {"kommunalprofil-kurz.pdf": made.pdf, "kommunalprofil-kurz.html": made.html}


def report(evidence: Evidence | Joint, kind: Kind, name: str, sheets: Sequence[tuple[Sheet, str]] = ()) -> Document:
    """A document of another kind as PDF, HTML and workbook; the files have this name. Raises RenderError.

    `sheets` come first in the workbook, each with a line about it.
    """
    title = f"{kind.series} {kind.place}"

    def book(outline: Outline) -> dict[str, bytes]:
        return {f"{name}.xlsx": workbook.workbook(evidence, outline, title, sheets)}

    made = _pages(evidence, Drawings(evidence, kind.figures), kind, NOTHING, book)
    return Document(title, {f"{name}.pdf": made.pdf, f"{name}.html": made.html, **made.rest}, made.outline)


def html(profile: Profile, figures: FigureFunctions | None = None, own: Own = NOTHING) -> str:
    """Only the HTML page of a profile. Raises RenderError."""
    evidence = Evidence(profile)
    drawings, kind = _drawings(evidence, figures, own), profile_kind(profile.region)
    composer = Composer(templating.html_environment(own.templates), "html", evidence, drawings, kind, own)
    return composer.page(html_style(own))


def write(files: Mapping[str, bytes], directory: Path) -> list[Path]:
    """Write all files into the folder, none of them half. Raises OSError if it cannot be written.

    As long as old and new files lie side by side there is no descriptor, so nobody takes them for one profile.
    """
    targets = {directory / name: content for name, content in files.items()}
    write_atomic(targets, directory / datapackage.NAME if datapackage.NAME in files else None)
    return list(targets)
