"""Two Jinja environments for one set of chapters: whatever a chapter prints is text, only macros make markup.

Both environments escape every value (HTML as HTML, typst as a string literal) and also the literal text of the
chapter templates, so that „31. Dezember“, „#“ or „Köln & Bonn“ stay what they are, whoever writes them.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    TemplateSyntaxError,
    UndefinedError,
)
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup, escape

from kommunalprofil import formatting as fmt
from kommunalprofil.compiled import Compiled
from kommunalprofil.errors import RenderError, TemplateError, UsageError, shown
from kommunalprofil.remote import remote
from kommunalprofil.resources import templates_dir
from kommunalprofil.sandbox import PADDING_FILTERS, Sandbox, TooMuchError, Trusted, join
from kommunalprofil.sentences import capital

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_ENDS = re.compile(r"[\t\r\n\u0085\u2028\u2029]+")
_HTML_ONLY = ("e", "escape", "forceescape", "safe", "striptags", "tojson", "urlize", "xmlattr")


@dataclass(frozen=True, slots=True)
class Template:
    """A template that replaces the built-in one of its name or adds a chapter; `file` is what messages call it."""

    name: str
    file: str
    source: str


Templates = tuple[Template, ...]
Filled = Sandbox | Trusted
"""What fills templates: a sandbox where the user's are among them."""


class Replaced(BaseLoader):
    """Hands out the user's templates, under the names of their files."""

    def __init__(self, templates: Templates) -> None:
        self.by_name = {one.name: one for one in templates}

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Source and file. Raises TemplateNotFound."""
        if template not in self.by_name:
            raise TemplateNotFound(template)
        return self.by_name[template].source, self.by_name[template].file, lambda: True

    def list_templates(self) -> list[str]:
        """The names there are."""
        return list(self.by_name)


def printable(value: object) -> str:
    """The text of a value without control characters and broken surrogates, which no format can carry."""
    text = str(value)
    return text if text.isprintable() else _CONTROL.sub("", text)


def literal(value: object) -> Markup:
    """A typst string literal: only backslash and quote need a backslash, line ends become a space."""
    text = printable(value)
    if not text.isprintable():
        text = _LINE_ENDS.sub(" ", text)
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return Markup(f'"{text}"')


def typst_text(value: object) -> Markup:
    """What `{{ value }}` prints in typst markup: a string literal in code, or markup that a macro has made."""
    return value if isinstance(value, Markup) else Markup(f"#{literal(value)};")


def code(value: float) -> Markup:
    """A number or a truth value as typst code. Raises TypeError for anything else, which belongs into a literal."""
    if not isinstance(value, int | float):
        raise TypeError(f"{value!r} is not typst code")
    return Markup(str(value).lower())


def html_text(value: object) -> object:
    """What `{{ value }}` prints in HTML before it is escaped: printable text, or markup that a macro has made."""
    return value if isinstance(value, Markup) else printable(value)


OTHERS = ("gazetteer/", "synopsis/", "review/", "register/")
"""Templates of what is no profile of one place; nobody replaces them."""
PLAIN = ("chapters/", "own/", "synopsis/", "review/", "register/")
"""Templates that know no format: all their text is text."""


class ChapterText(Extension):
    """Escapes the literal text of chapter templates; white space around it stays markup."""

    def filter_stream(self, stream: TokenStream) -> TokenStream | Iterable[Token]:
        """The token stream, with the data tokens of chapters replaced by escaped text."""
        return self._escaped(stream) if (stream.name or "").startswith(PLAIN) else stream

    def _escaped(self, stream: TokenStream) -> Iterator[Token]:
        as_text = self.environment.globals["as_text"]
        for token in stream:
            if token.type == "data" and token.value.strip():
                body = re.sub(r"\s+", " ", token.value)
                core = str(as_text(body.strip()))  # type: ignore[operator]
                yield Token(token.lineno, "data", (" " * body.startswith(" ")) + core + (" " * body.endswith(" ")))
            else:
                yield token


def sentences(items: Iterable[str]) -> str:
    """The sentences that there are, one after the other; empty ones are left out."""
    return " ".join(text for item in items if (text := str(item).strip()))


def _environment(templates: Templates, form: str, finalize: Callable[[Any], Any]) -> Filled:
    options: dict[str, Any] = {
        "loader": ChoiceLoader([Replaced(templates), FileSystemLoader(templates_dir())]),
        "autoescape": True,
        "undefined": StrictUndefined,
        "trim_blocks": True,
        "lstrip_blocks": True,
        "extensions": [ChapterText, "jinja2.ext.do"],
        "auto_reload": False,
    }
    own = frozenset(one.name for one in templates)
    if own:
        environment: Filled = Sandbox(own, finalize, **options)
    else:
        environment = Trusted(finalize=finalize, bytecode_cache=Compiled(form), **options)
    for name in ("number", "change", "percent", "quantity", "date", "date_words", "age", "list_and", "year"):
        environment.filters[name] = getattr(fmt, name)
    for name in PADDING_FILTERS:
        environment.filters.pop(name)
    environment.filters["join"] = join
    environment.filters["zip"] = zip
    environment.filters["sentences"] = sentences
    environment.filters["capital"] = capital
    return environment


@lru_cache(maxsize=4)
def html_environment(templates: Templates = ()) -> Filled:
    """The environment of HTML pages: autoescape."""
    environment = _environment(templates, "html", html_text)
    environment.globals["as_text"] = escape
    return environment


@lru_cache(maxsize=4)
def typst_environment(templates: Templates = ()) -> Filled:
    """The environment of typst sources: a finalizer that writes string literals, and no filter that speaks HTML."""
    environment = _environment(templates, "typst", typst_text)
    environment.globals["as_text"] = typst_text
    environment.filters["lit"] = literal
    environment.filters["code"] = code
    for name in _HTML_ONLY:
        environment.filters.pop(name, None)
    return environment


def text_of(name: str, templates: Templates = ()) -> str:
    """A style sheet as it stands, the user's or the built-in one."""
    own = next((one.source for one in templates if one.name == name), None)
    return (templates_dir() / name).read_text(encoding="utf-8") if own is None else own


@cache
def replaceable() -> tuple[str, ...]:
    """The names of all built-in templates and style sheets of a profile, in order."""
    root = templates_dir()
    found = (p.relative_to(root).as_posix() for end in ("jinja", "css", "typ") for p in root.rglob(f"*.{end}"))
    return tuple(sorted(name for name in found if not name.startswith(OTHERS)))


def chapters(templates: Templates = ()) -> dict[str, str]:
    """The chapters in order: short name ('altersaufbau') → template ('chapters/30_altersaufbau.jinja')."""
    names = {*replaceable(), *(one.name for one in templates)}
    found = sorted(name for name in names if name.startswith("chapters/"))
    return {re.sub(r"^chapters/(?:\d+_)?|\.jinja$", "", name): name for name in found}


def check(templates: Sequence[Template]) -> None:
    """Raises UsageError, with file and line, for a template that is none, or a style sheet that is more than one."""
    own = tuple(templates)
    both = {"html": html_environment(own), "typst": typst_environment(own)}
    for one in templates:
        if one.name.endswith(".css"):
            _check_css(one)
        if one.name.endswith(".jinja"):
            folder = one.name.partition("/")[0]
            for environment in [both[folder]] if folder in both else both.values():
                _compile(one, environment)


_PYTHON = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError)
"""What Python says of a program that is nested too deep, or too large to compile."""


def _compile(one: Template, environment: Filled) -> None:
    """Raises UsageError, with file and line, for a template that cannot be compiled."""
    program = ""
    try:
        program = str(environment.compile(one.source, one.name, one.file, raw=True))
        compile(program, one.file, "exec")
    except TemplateSyntaxError as error:
        reason = f"Das ist keine gültige Vorlage ({error.message})."
        raise UsageError(shown(f"{one.file}, Zeile {error.lineno}: {reason}")) from None
    except _PYTHON as error:
        line = _line(program, getattr(error, "lineno", None) or 0)
        reason = f"Die Vorlage ist zu tief geschachtelt oder zu groß ({error})."
        raise UsageError(shown(f"{one.file}, Zeile {line}: {reason}")) from None


def _line(program: str, at: int) -> int:
    """The line of a template that a line of its program comes from, as Jinja noted it there; 1 if there is none."""
    pairs = re.findall(r"(\d+)=(\d+)", program.rpartition("debug_info = ")[2])
    return max((int(line) for line, own in pairs if int(own) <= at), default=1)


def _check_css(sheet: Template) -> None:
    end = re.search("</style", sheet.source, re.IGNORECASE)  # there the browser stops reading it as a style sheet
    found = (end[0], sheet.source.count("\n", 0, end.start())) if end else remote(sheet.source)
    if found:
        what, before = found
        reason = f"Gefunden wurde „{what}“. Die Seite lädt nichts nach; erlaubt sind url(#…) und url(data:…)."
        reason = f"Gefunden wurde „{what}“, das gehört in kein Stilblatt." if end else reason
        raise UsageError(shown(f"{sheet.file}, Zeile {before + 1}: {reason}"))


@contextmanager
def blaming(templates: Templates, environment: Filled) -> Iterator[None]:
    """Turn whatever a user's template raises into a TemplateError with its file and line; ours pass, with a note.

    The templates get a new account of work, for one document.
    """
    environment.begin()
    try:
        yield
    except RenderError:
        raise
    except Exception as error:
        own, trace = {one.file for one in templates}, traceback.extract_tb(error.__traceback__)
        frames = [frame for frame in trace if frame.filename in own]
        if frames:
            place = f"{frames[-1].filename}, Zeile {frames[-1].lineno}"
        elif isinstance(error, TooMuchError):
            place = ", ".join(sorted(own))  # the account ran out in a template of ours
        elif isinstance(error, TemplateSyntaxError):
            raise RenderError(
                f"{error.filename}, Zeile {error.lineno}: {_what_failed(error)} ({error.message})."
            ) from error
        else:
            ours = [frame for frame in trace if frame.filename.endswith(".jinja")]
            if ours:
                error.add_note(f"Vorlage {ours[-1].filename}, Zeile {ours[-1].lineno}")
            raise
        raise TemplateError(shown(f"{place}: {_what_failed(error)} ({error}).")) from error


def _what_failed(error: Exception) -> str:
    if isinstance(error, TooMuchError):
        return "Die Vorlage rechnet zu lange oder zu viel"
    if isinstance(error, SecurityError):
        return "Das ist in einer Vorlage nicht erlaubt"
    if isinstance(error, TemplateNotFound):
        return "Diese Vorlage gibt es nicht"
    return (
        "Diesen Namen gibt es nicht" if isinstance(error, UndefinedError) else "Die Vorlage lässt sich nicht ausfüllen"
    )
