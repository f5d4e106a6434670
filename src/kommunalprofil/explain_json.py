"""`explain` for programs: the facts with every cell, so that numerator and denominator can be added up again."""

from __future__ import annotations

from dataclasses import asdict
from math import isnan
from typing import Any

from kommunalprofil.calculation import formula
from kommunalprofil.explain import Choice, Explanation, flag_words
from kommunalprofil.explain_text import cell_facts
from kommunalprofil.indicators import Indicator, Value
from kommunalprofil.indicators.series import flag_text
from kommunalprofil.provenance import Origin
from kommunalprofil.trail import Cell, Term, merged
from kommunalprofil.vocabulary import DIMENSION, GAP

ORIGIN = ("table", "title", "producer", "stand", "retrieved", "sha256", "licence", "citation", "url", "note")


def as_json(told: Explanation | Choice) -> dict[str, Any]:
    """Everything that is known. A part of the formula is the sum of factor × value over its `cells`.

    `files` of a cell are numbers of `files`, the one that counts first; values that are missing are null.
    """
    indicator, region = told.indicator, told.region
    place = {"region": region.ags, "name": region.name, "level": region.level}
    if isinstance(told, Choice):
        values = [_value(indicator, value) for value in told.values]
        return {"indicator": _declared(indicator, told.variant), **place, "choose": told.dimension, "values": values}
    how = told.how
    return {
        "indicator": _declared(indicator, told.value.variant),
        **place,
        **_value(indicator, told.value),
        "bounds": told.bounds,
        "calculation": formula(how.value),
        "numerator": _part(told, how.numerator, told.value.numerator),
        "denominator": _part(told, how.denominator, told.value.denominator),
        "counts": _part(told, how.value, told.value.value)
        if how.numerator is None and how.denominator is None
        else None,
        "further": [_cell(told, sign, cell) for count in how.further for sign, cell in count.cells],
        "spread_by": list(told.spread),
        "variants": [_value(indicator, way) for way in told.ways],
        "official": [asdict(one) for one in told.official],
        "files": [
            {"number": n, **{key: getattr(origin, key) for key in ORIGIN}}
            for n, origin in enumerate(told.files.used, 1)
        ],
    }


def _file(origin: Origin) -> dict[str, Any]:
    return {key: getattr(origin, key) for key in ORIGIN}


def _declared(indicator: Indicator, variant: str) -> dict[str, Any]:
    way = indicator.variant(variant)
    return {
        "id": indicator.id,
        "de": indicator.de,
        "en": indicator.en,
        "definition": way.definition,
        "symbol": way.symbol or indicator.symbol,
        "denominator": indicator.denominator,
        "reference": indicator.reference,
        "note": indicator.note,
        "decimals": indicator.decimals,
    }


def _value(indicator: Indicator, value: Value) -> dict[str, Any]:
    keys = ("date", "base", "variant", *DIMENSION, "value", "unit", "flag")
    reasons = flag_words(value.flag)
    return {key: getattr(value, key) for key in keys} | {"facts": reasons, "sources": list(value.sources)}


def _part(told: Explanation, term: Term | None, value: float | None) -> dict[str, Any] | None:
    """A numerator, a denominator or a plain count."""
    if term is None:
        return None
    cells = [(factor * sign, cell) for factor, count in merged(term) for sign, cell in count.cells]
    return {"value": value, "cells": [_cell(told, factor, cell) for factor, cell in cells]}


def _cell(told: Explanation, factor: float, cell: Cell) -> dict[str, Any]:
    return {
        "factor": None if isnan(factor) else factor,
        "table": cell.table,
        "measure": cell.measure,
        "region": cell.region,
        "date": cell.point.date,
        "base": cell.point.base,
        **cell.member._asdict(),
        "age": str(cell.group),
        "value": None if cell.flags & GAP else cell.value,
        "flag": flag_text(cell.flags, ""),
        "facts": cell_facts(cell),
        "files": list(told.files.numbers(cell)),
    }
