"""From what formulas came to, to series: what applies to every indicator, whatever its formula."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.cells import Flags, Values, marked
from kommunalprofil.indicators.answers import Answer, Tables
from kommunalprofil.indicators.context import Axis, level
from kommunalprofil.indicators.declare import Indicator, Parts
from kommunalprofil.indicators.series import Selection, Series
from kommunalprofil.indicators.traced import Ledger, Traced
from kommunalprofil.vocabulary import GAP, Flag

FEW_PEOPLE = 100
"""A value per fewer persons than these is unreliable."""
FEW_CASES = 20
"""A value that rests on fewer cases than these is unreliable."""
WRONG_LEVEL = "wird für diese Ebene nicht berechnet"


def from_answer(
    ledger: Ledger,
    declaration: Indicator,
    variant: str,
    selection: Selection,
    tables: Tables,
    answer: Answer,
    there: NDArray[np.bool_],
) -> Series:
    """The series of an indicator whose values come from one table each."""
    flags = _judged(declaration, answer.flags, answer.numerator, answer.denominator)
    return Series(
        declaration, variant, selection, tables.regions, tables.points, answer.value, answer.numerator,
        answer.denominator, flags, answer.source, ledger.tables, answer.reason, ledger.reasons, there,
        answer.territory, same=ledger.same,
    )  # fmt: skip


def from_parts(
    ledger: Ledger,
    declaration: Indicator,
    variant: str,
    selection: Selection,
    axis: Axis,
    parts: Parts,
    there: NDArray[np.bool_],
) -> Series:
    """The series of an indicator over several tables."""
    value = parts.value
    assert isinstance(value, Traced)
    if declaration.levels:
        wrong = np.array([level(region) not in declaration.levels for region in axis.regions], dtype=bool)
        value = value.gap(np.broadcast_to(wrong[:, None], value.value.shape), WRONG_LEVEL)
    numerator, denominator = (
        np.full(value.value.shape, np.nan) if part is None else part.value
        for part in (parts.numerator, parts.denominator)
    )
    cases = numerator if parts.events is None else parts.events.value
    flags = _judged(declaration, value.flags, cases, denominator)
    return Series(
        declaration, variant, selection, axis.regions, axis.points, value.value, numerator, denominator, flags,
        value.source, ledger.tables, value.reason, ledger.reasons, there, axis.territory, parts.mixed, ledger.same,
    )  # fmt: skip


def _judged(declaration: Indicator, flags: Flags, cases: Values, people: Values) -> Flags:
    """The flags, with a value on few cases or few people marked as unreliable."""
    few = people < FEW_PEOPLE if "denominator" in declaration.few else np.zeros(flags.shape, dtype=bool)
    if "numerator" in declaration.few:
        few |= (np.abs(cases) < FEW_CASES) & np.isfinite(people)
    if not few.any():
        return flags
    return marked(flags, Flag.LOW_RELIABILITY, few & ((flags & GAP.value) == 0))


def newest_base(series: Series) -> Series:
    """The series with only the value on the newer base where there are two at one date; itself if there are none.

    Of a flow a gap on the newer base gives way to a value on the older: its denominator is the population there is.
    """
    flow, there = series.indicator.period != "stock", series.there
    for t in range(len(series.points) - 1):
        if series.points[t].date == series.points[t + 1].date and (both := there[:, t] & there[:, t + 1]).any():
            there = there.copy() if there is series.there else there
            older = np.isfinite(series.value[:, t]) & ~np.isfinite(series.value[:, t + 1]) & flow
            there[:, t] &= ~both | older
            there[:, t + 1] &= ~both | ~older
    return series if there is series.there else replace(series, there=there)
