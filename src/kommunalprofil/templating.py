"""Two Jinja environments for one set of chapters: whatever a chapter prints is text, only macros make markup.

Both environments escape every value (HTML as HTML, typst as a string literal) and also the literal text of the
chapter templates, so that „31. Dezember“, „#“ or „Köln & Bonn“ stay what they are, whoever writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from kommunalprofil import formatting as fmt
from kommunalprofil.resources import templates_dir
from kommunalprofil.sentences import capital

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_HTML_ONLY = ("e", "escape", "forceescape", "safe", "striptags", "tojson", "urlize", "xmlattr")


def printable(value: object) -> str:
    """The text of a value without control characters and broken surrogates, which no format can carry."""
    return _CONTROL.sub("", str(value))


def literal(value: object) -> Markup:
    """A typst string literal: only backslash and quote need a backslash, line ends become a space."""
    text = re.sub(r"[\t\r\n\u0085\u2028\u2029]+", " ", printable(value)).replace("\\", "\\\\").replace('"', '\\"')
    return Markup(f'"{text}"')


def typst_text(value: object) -> Markup:
    """What `{{ value }}` prints in typst markup: a string literal in code, or markup that a macro has made."""
    return value if isinstance(value, Markup) else Markup(f"#{literal(value)};")


def code(value: bool | int) -> Markup:
    """A number or a truth value as typst code. Raises TypeError for anything else, which belongs into a literal."""
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is not typst code")
    return Markup(str(value).lower())


def html_text(value: object) -> object:
    """What `{{ value }}` prints in HTML before it is escaped: printable text, or markup that a macro has made."""
    return value if isinstance(value, Markup) else printable(value)


class ChapterText(Extension):
    """Escapes the literal text of chapter templates; white space around it stays markup."""

    def filter_stream(self, stream: TokenStream) -> TokenStream | Iterable[Token]:
        """The token stream, with the data tokens of chapters replaced by escaped text."""
        return self._escaped(stream) if (stream.name or "").startswith("chapters/") else stream

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


def _environment(**options: Any) -> SandboxedEnvironment:
    environment = SandboxedEnvironment(
        loader=FileSystemLoader(templates_dir()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[ChapterText, "jinja2.ext.do"],
        **options,
    )
    for name in ("number", "change", "percent", "quantity", "date", "date_words", "age", "list_and", "year"):
        environment.filters[name] = getattr(fmt, name)
    environment.filters["sentences"] = sentences
    environment.filters["capital"] = capital
    return environment


@cache
def html_environment() -> SandboxedEnvironment:
    """The environment of HTML pages: autoescape."""
    environment = _environment(finalize=html_text)
    environment.globals["as_text"] = escape
    return environment


@cache
def typst_environment() -> SandboxedEnvironment:
    """The environment of typst sources: a finalizer that writes string literals, and no filter that speaks HTML."""
    environment = _environment(finalize=typst_text)
    environment.globals["as_text"] = typst_text
    environment.filters["lit"] = literal
    environment.filters["code"] = code
    for name in _HTML_ONLY:
        environment.filters.pop(name, None)
    return environment
