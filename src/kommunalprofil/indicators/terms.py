"""The counts that formulas over several tables are made of, and the two forms such formulas have: counts and rates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from kommunalprofil.indicators.context import Context, Intervals
from kommunalprofil.indicators.declare import Derived, Parts
from kommunalprofil.indicators.traced import Traced
from kommunalprofil.vocabulary import Flag


@dataclass(frozen=True)
class Term:
    """A count at each point, or some years before it; `symbol` is how formulas write it."""

    symbol: str
    ask: Callable[[Context, int], Traced]

    def __call__(self, context: Context, back: int = 0) -> Traced:
        """The count so many years before each point."""
        return self.ask(context, back)

    def __add__(self, other: Term) -> Term:
        return Term(f"{self.symbol} + {other.symbol}", lambda c, back: self(c, back) + other(c, back))

    def __sub__(self, other: Term) -> Term:
        return Term(f"{self.symbol} − {other.symbol}", lambda c, back: self(c, back) - other(c, back))


def counted(
    symbol: str, measure: str, *intervals: tuple[int, int], gemeinde: str = "", any_base: bool = False, **members: str
) -> Term:
    """Persons or cases of a measure in some age intervals (none: those of the selection), see Context.count."""

    def ask(context: Context, back: int) -> Traced:
        ages: Intervals = intervals or ((context.age.lo, context.age.hi),)
        return context.count(measure, ages, back, gemeinde=gemeinde, any_base=any_base, **members)

    return Term(symbol, ask)


def _average(context: Context, back: int) -> Traced:
    official = context.count("average_population", back=back, any_base=True)
    start, end = context.count("population", back=back + 1), context.count("population", back=back)
    return official.otherwise(((start + end) * 0.5).marked(Flag.ESTIMATED))


AVERAGE = Term("P̄", _average)
"""The population of a year on average."""
AVERAGE_TEXT = (
    "Durchschnittsbevölkerung des Jahres (12411-05-01-4); wo sie fehlt, das Mittel aus Jahresanfang und Jahresende auf"
    " derselben Fortschreibungsbasis, als geschätzt gekennzeichnet"
)


def total(term: Term) -> Derived:
    """The formula of a plain count."""
    return lambda context: Parts(term(context))


def per(over: Term, under: Term, scale: float, years: int = 1, cases: Term | None = None) -> Derived:
    """The formula of a rate: cases per `scale` persons, both as means of so many years.

    `cases` are the events behind a balance, by which its reliability is judged.
    """

    def rate(context: Context) -> Parts:
        top, bottom = context.pooled(over, years), context.pooled(under, years)
        events = top if cases is None else context.pooled(cases, years)
        mixed = context.mixed("population", years) if years > 1 else None
        return Parts(top / bottom * scale, top, bottom, events * years, mixed=mixed)

    return rate
