"""Texts and values of attributes as XML has them: as xml.sax.saxutils does, which loads urllib and ssl for it."""

from __future__ import annotations

from html import escape

_WHITE = str.maketrans({"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})


def text(value: str) -> str:
    """A text between tags."""
    return escape(value, quote=False)


def attribute(value: str) -> str:
    """The value of an attribute with its quotes: single ones around double ones, which the data of charts hold."""
    written = text(value).translate(_WHITE)
    if '"' not in value:
        return f'"{written}"'
    return f"'{written}'" if "'" not in value else '"' + written.replace('"', "&quot;") + '"'
