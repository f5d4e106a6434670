"""What in a style sheet asks for something from elsewhere: a page and a drawing hold everything themselves."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))")
_CALLS = re.compile(r"@import\b|image-set\(|\bsrc\(|url\((?!\s*['\"]?(?:#|data:))[^)]{0,100}", re.IGNORECASE)


def remote(css: str) -> tuple[str, int] | None:
    """The first such place and how many lines stand before it, also where signs are written as escapes."""
    plain = _ESCAPE.sub(lambda found: found[2] or _letter(found[1]), css)
    found = _CALLS.search(plain)
    return (found[0], plain.count("\n", 0, found.start())) if found else None


def _letter(code: str) -> str:
    number = int(code, 16)
    return chr(number) if number <= 0x10FFFF else "\ufffd"
