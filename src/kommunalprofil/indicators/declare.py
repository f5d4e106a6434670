"""What a declaration of an indicator says, and the few forms of formula that declarations are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.ages import OPEN, AgeGroup
from kommunalprofil.cells import Cells, Quantity
from kommunalprofil.indicators.inner import NO_AREAS, Inner

if TYPE_CHECKING:
    from kommunalprofil.indicators.context import Context

SAME_DAY = "dieselbe Tabelle, derselbe Stichtag"
"""How most denominators are taken."""


class Parts(NamedTuple):
    """A value with what it was made of; `events` are the cases behind a balance (default: the numerator).

    `reason` says why a formula over one table has no value where nothing is missing; `mixed` marks the points whose
    value rests on two population bases; `source` are further tables a formula over one rests on, by their numbers in
    the ledger.
    """

    value: Quantity
    numerator: Quantity | None = None
    denominator: Quantity | None = None
    events: Quantity | None = None
    reason: str = ""
    mixed: NDArray[np.bool_] | None = None
    source: NDArray[np.int32] | None = None


class At(NamedTuple):
    """The members of the dimensions a formula is asked for beside sex and nationality; None and `T` mean all.

    `inner` tells how people are spread inside age groups.
    """

    age: AgeGroup | None = None
    migration: str = "T"
    household: str = "T"
    inner: Inner = NO_AREAS


Formula = Callable[[Cells, At], Parts]
"""Over the cells of one table, for all its regions and points at once."""
Derived = Callable[["Context"], Parts]
"""Over several tables, dates or measures."""


class Cause(NamedTuple):
    """Why an official value may differ from ours, in German, and of which values it is true.

    `regions` are keys or their beginnings, `sex` a code as printed, `dates` the beginnings of ISO days, `level` that of
    the regions; what is empty does not restrict.
    """

    text: str
    regions: tuple[str, ...] = ()
    sex: str = ""
    dates: tuple[str, ...] = ()
    level: str = ""


@dataclass(frozen=True)
class Oracle:
    """An official series of the same indicator: table, measure, and the decimals it prints.

    `household` is the member of ours it is about, `age` the first year of the one age of a life table, `variant` the
    way of ours that counts as it does. `via` are the decimals to which the office rounds first, before it rounds to
    those it prints. `bound` is the largest difference from the printed value there may be, `inexact` how many values
    of a date may differ from it at all (None: any number within the bound), `usual` what 95 % of all values stay
    within; `causes` say why, the first that is true of a value counts. `needs` are counts it rests on beside those the
    indicator declares.
    """

    table: str
    measure: str
    decimals: int = 1
    household: str = "T"
    age: int | None = None
    variant: str = ""
    via: int | None = None
    bound: float = 0.0
    inexact: int | None = 0
    usual: float | None = None
    causes: tuple[Cause, ...] = ()
    needs: frozenset[str] = frozenset()

    @property
    def derived(self) -> bool:
        """Whether the office computed the values; others are counts that indicators take over as they are."""
        return self.measure.startswith("official_")


@dataclass(frozen=True)
class Variant:
    """One way to define an indicator. `years` is over how many years it is pooled, `symbol` the formula in short."""

    formula: Formula | None = None
    derived: Derived | None = None
    definition: str = ""
    unit: str = ""
    years: int = 1
    symbol: str = ""


@dataclass(frozen=True)
class Indicator:
    """One declared indicator.

    `measure` is the count whose tables say for which regions and dates there is a value; `gemeinde` the one that
    stands in for it for Gemeinden, whose tables count over another border; `also` names further ones. `by` are the
    dimensions it may be split by; `members` fixes the members of a dimension, which are always shown if it is the
    indicator's `own` (age groups of `age_share`, types of `household_share`). `derived` is a formula over several
    tables or dates instead of over the cells of one. `against` is the count on whose population bases the values
    stand. `period` says whether a date is a Stichtag or a year, `years` over how many the default is pooled.
    `denominator` says in German how the denominator is taken, `symbol` shows the formula, `note` what else has to be
    known. `few` names the parts in which small numbers make a value unreliable, `breaks` the first day of a new
    definition with its name, `levels` those it is computed for (all if empty). `finest` asks the tables with the most
    age groups first. `oracle` are the official series it has to meet. `decimals` is how many digits a document prints.
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
    gemeinde: str = ""
    also: tuple[str, ...] = ()
    against: str = ""
    by: frozenset[str] = frozenset()
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    variants: Mapping[str, Variant] = field(default_factory=dict)
    oracle: tuple[Oracle, ...] = ()
    decimals: int = 1
    period: str = "stock"
    years: int = 1
    denominator: str = ""
    symbol: str = ""
    note: str = ""
    few: frozenset[str] = frozenset({"numerator", "denominator"})
    breaks: Mapping[str, str] = field(default_factory=dict)
    levels: frozenset[str] = frozenset()
    finest: bool = False

    def variant(self, name: str) -> Variant:
        """A variant, completed by what it leaves open (empty: the default). Raises KeyError for an unknown one."""
        own = Variant(self.formula, self.derived, self.definition, self.unit, self.years, self.symbol)
        if not name:
            return own
        found = self.variants[name]
        return replace(found, definition=found.definition or own.definition, unit=found.unit or own.unit)

    @property
    def measures(self) -> tuple[str, ...]:
        """The counts that say for which regions and dates there is a value."""
        return tuple(filter(None, (self.measure, self.gemeinde, *self.also)))


@dataclass(frozen=True)
class Ages:
    """All persons whose age lies in one of some half-open intervals; called, it counts them."""

    intervals: tuple[tuple[int, int], ...]

    def __call__(self, cells: Cells) -> Quantity:
        """The persons in the cells of one table."""
        first, *rest = (cells.count(lo, hi) for lo, hi in self.intervals)
        for part in rest:
            first = first + part
        return first

    @property
    def symbol(self) -> str:
        """`P(0–19) + P(65+)`."""
        groups = (str(AgeGroup(lo, hi)).replace("-", "–").replace("T", "") for lo, hi in self.intervals)
        return " + ".join(f"P({group})" if group else "P" for group in groups)

    @property
    def text(self) -> str:
        """`Personen unter 20 und ab 65 Jahren`."""
        return f"Personen {' und '.join(_words(lo, hi) for lo, hi in self.intervals)} Jahren"


def _words(lo: int, hi: int) -> str:
    if hi == OPEN:
        return f"ab {lo}"
    return f"unter {hi}" if lo == 0 else f"von {lo} bis {hi - 1}"


def persons(*intervals: tuple[int, int]) -> Ages:
    """A count of all persons whose age lies in one of the half-open intervals."""
    return Ages(intervals)


@dataclass(frozen=True)
class Quotient:
    """The formula numerator ÷ denominator × scale, of the same cells."""

    numerator: Ages
    denominator: Ages
    scale: float = 100

    def __call__(self, cells: Cells, at: At) -> Parts:
        """The quotient of one table."""
        over, under = self.numerator(cells), self.denominator(cells)
        return Parts(over / under * self.scale, over, under)

    @property
    def symbol(self) -> str:
        """`P(65+) / P(20–64) × 100`."""
        over = self.numerator.symbol
        over = f"({over})" if " + " in over else over
        return f"{over} / {self.denominator.symbol}" + (f" × {self.scale:g}" if self.scale != 1 else "")

    @property
    def text(self) -> str:
        """`Personen ab 65 Jahren je 100 Personen von 20 bis 64 Jahren.`"""
        return f"{self.numerator.text} je {self.scale:g} {self.denominator.text}."


def ratio(
    id: str,  # noqa: A002 - the word of every declaration
    de: str,
    en: str,
    numerator: Ages,
    denominator: Ages,
    *,
    reference: str,
    variants: Mapping[str, tuple[Ages, Ages]] | None = None,
    **more: object,
) -> Indicator:
    """Declare an indicator that is one count of persons per 100 of another, with the definition its ages give."""

    def variant(formula: Quotient) -> Variant:
        return Variant(formula, definition=formula.text, symbol=formula.symbol)

    formula = Quotient(numerator, denominator)
    indicator = Indicator(
        id,
        de,
        en,
        "je 100",
        formula.text,
        reference,
        formula=formula,
        by=frozenset({"sex", "nationality"}),
        variants={name: variant(Quotient(n, d)) for name, (n, d) in (variants or {}).items()},
        denominator=SAME_DAY,
        symbol=formula.symbol,
    )
    return replace(indicator, **more)  # type: ignore[arg-type]
