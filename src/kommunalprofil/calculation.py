"""A formula with its numbers put in, in German: `32.221 / 76.655 × 100`."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kommunalprofil.formatting import MINUS, number
from kommunalprofil.trail import Count, Made, Ratio, Sum, Term, merged

MOST = 12
"""Terms of a sum that are all shown; of more only the first and the last."""
Weighted = Sequence[tuple[float, Term]]


def plain(value: float | None, most: int = 6) -> str:
    """A number with as many decimals as it has, but no more than `most`."""
    if value is None or math.isnan(value):
        return "?"
    decimals = next((d for d in range(most) if round(value, d) == value), most)
    return number(value, decimals)


def unrounded(value: float) -> str:
    """A number with all digits that it has."""
    return plain(value, 15)


def formula(term: Term) -> str:
    """The term with its numbers, `?` for missing ones; '' for one that no line can show or that has no number."""
    return "" if _hidden(term) or not merged(term) else _text(term)


def _hidden(term: Term) -> bool:
    if isinstance(term, Sum):
        return any(_hidden(part) for _, part in term.terms)
    if isinstance(term, Ratio):
        return _hidden(term.over) or _hidden(term.under)
    return isinstance(term, Made)


def _text(term: Term) -> str:
    if isinstance(term, Ratio):
        return f"{_tight(term.over)} / {_tight(term.under)}"
    if not isinstance(term, Sum) or not term.terms:
        return plain(term.value)
    parts: Weighted = term.terms
    if all(isinstance(part, Count) for _, part in parts):
        parts = merged(term)
    groups: dict[float, list[tuple[float, Term]]] = {}
    for factor, part in parts:
        groups.setdefault(abs(factor), []).append((math.copysign(1.0, factor), part))
    shown: list[tuple[float, str]] = []
    for factor, inside in groups.items():
        shown += [(sign, _text(part)) for sign, part in inside] if factor == 1 else [(1.0, _times(factor, inside))]
    return _joined(shown)


def _tight(term: Term) -> str:
    """In brackets where something stands beside it."""
    text = _text(term)
    return f"({text})" if " " in text else text


def _times(factor: float, terms: Weighted) -> str:
    """`(a + b) / 2`, `a / b × 100`, `32,5 × a`."""
    if len(terms) == 1 and terms[0][0] > 0:
        inner = _text(terms[0][1])
    else:
        inner = f"({_joined([(sign, _text(part)) for sign, part in terms])})"
    if 0 < factor < 1 and abs(1 / factor - round(1 / factor)) < 1e-9:
        return f"{inner} / {round(1 / factor)}"
    if len(terms) == 1 and isinstance(terms[0][1], Count):
        return f"{plain(factor, 4)} × {inner}"
    return f"{inner} × {plain(factor)}"


def _joined(shown: Sequence[tuple[float, str]]) -> str:
    texts = [f"{'+' if sign > 0 else MINUS} {text}" for sign, text in shown]
    if len(texts) > MOST:
        texts = [*texts[:3], "+ …", texts[-1]]
    first, *rest = texts
    return " ".join([first.removeprefix("+ "), *rest])
