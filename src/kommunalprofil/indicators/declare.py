"""What a declaration of an indicator says, and the few forms of formula that declarations are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from kommunalprofil.ages import AgeGroup
from kommunalprofil.cells import Cells, Quantity

if TYPE_CHECKING:
    from kommunalprofil.indicators.context import Context


class Parts(NamedTuple):
    """A value with what it was made of."""

    value: Quantity
    numerator: Quantity | None = None
    denominator: Quantity | None = None


class At(NamedTuple):
    """The members of the dimensions a formula is asked for beside sex and nationality; None and `T` mean all."""

    age: AgeGroup | None = None
    migration: str = "T"
    household: str = "T"


Formula = Callable[[Cells, At], Parts]
Derived = Callable[["Context"], Parts]
Count = Callable[[Cells], Quantity]


@dataclass(frozen=True)
class Indicator:
    """One declared indicator.

    `by` are the dimensions it may be split by; `members` fixes the members of a dimension that is the indicator's own
    (age groups of `age_share`, types of `household_share`), which are then always shown. `derived` marks a formula
    over finished series (change against another date) instead of over cells. `oracle` names the official series it
    has to meet, as (table, measure). `decimals` is how many digits a document prints.
    """

    id: str
    de: str
    en: str
    unit: str
    definition: str
    reference: str
    formula: Formula | None = None
    derived: Derived | None = None
    measure: str = "population"
    by: frozenset[str] = frozenset()
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    variants: Mapping[str, Formula] = field(default_factory=dict)
    oracle: tuple[str, str] | None = None
    decimals: int = 1

    def formula_of(self, variant: str) -> Formula:
        """The formula of a variant (empty: the default). Raises KeyError for an unknown one."""
        if not variant and self.formula is not None:
            return self.formula
        return self.variants[variant]


def persons(*intervals: tuple[int, int]) -> Count:
    """A count of all persons whose age lies in one of the half-open intervals."""

    def count(cells: Cells) -> Quantity:
        first, *rest = (cells.count(lo, hi) for lo, hi in intervals)
        for part in rest:
            first = first + part
        return first

    return count


def quotient(numerator: Count, denominator: Count, scale: float = 100) -> Formula:
    """The formula numerator ÷ denominator × scale, of the same cells."""

    def formula(cells: Cells, at: At) -> Parts:
        over, under = numerator(cells), denominator(cells)
        return Parts(over / under * scale, over, under)

    return formula


def ratio(
    id: str,  # noqa: A002 - the word of every declaration
    de: str,
    en: str,
    unit: str,
    numerator: Count,
    denominator: Count,
    *,
    definition: str,
    reference: str,
    variants: Mapping[str, tuple[Count, Count]] | None = None,
    scale: float = 100,
    by: tuple[str, ...] = (),
    **more: object,
) -> Indicator:
    """Declare an indicator that is one count per `scale` of another."""
    indicator = Indicator(
        id,
        de,
        en,
        unit,
        definition,
        reference,
        formula=quotient(numerator, denominator, scale),
        by=frozenset(by),
        variants={name: quotient(n, d, scale) for name, (n, d) in (variants or {}).items()},
    )
    return replace(indicator, **more)  # type: ignore[arg-type]
