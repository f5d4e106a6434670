"""The ages of the people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.narrative.common import WERE, compared, old_share
from kommunalprofil.sentences import capital, few, look_back, on, order, places, share, shown, since, trend

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

NEAR = 2
"""Years that ages by sex may be older than the newest ages and still be read together."""


def lead(p: Evidence) -> list[str]:
    """Mean age beside Land and Bund, its change, and the two ratios."""
    mean, old, young = p.get("mean_age"), p.get("old_age_ratio"), p.get("youth_ratio")
    said = []
    if not mean.missing and not few(mean):
        more = compared(p, "mean_age", "höher", "niedriger", "genauso hoch")
        years = shown(mean, unit=False)
        said.append(f"Das Durchschnittsalter lag {p.region.dative_in} {on(mean.date)} bei {years} Jahren{more}.")
        said.append(_mean_age_change(p))
    if few(mean):
        said.append(old_share(p))
    if not old.missing and not few(old) and not young.missing and old.date == young.date:
        when = "Dabei kamen" if old.date == mean.date else f"{capital(on(old.date))} kamen"
        said.append(f"{when} auf 100 Menschen von 20 bis 64 Jahren {shown(young)} Jüngere und {shown(old)} Ältere.")
    return said


def _mean_age_change(p: Evidence) -> str:
    series = [v for v in p.series("mean_age") if not v.missing]
    before = look_back(series)
    if before is None or before.value is None or series[-1].value is None or not order(series[-1], before):
        return ""
    change = fmt.number(abs(series[-1].value - before.value), places(series[-1]) or 0)
    if not change.strip("0,"):  # two values on either side of a rounding limit
        return f"{capital(since(before.date))} hat es sich kaum verändert."
    years = "ein Jahr" if change == "1" else f"{change} Jahre"
    return f"{capital(since(before.date))} ist es um {years} {trend(before, series[-1])}."


def _reading_date(p: Evidence) -> str:
    """The newest day with ages by sex up to 80 and more, unless that lies years back: then the newest with ages."""
    newest, whole = p.get("age_share", age="65+").date, p.get("age_share", age="80+", sex="F")
    near = not whole.missing and fmt.year(newest) - fmt.year(whole.date) <= NEAR
    near = near and not any(whole.date < reform.after <= newest for reform in p.reforms())
    return whole.date if near else newest


def reading(p: Evidence) -> list[str]:
    """The shares of the young and the old, and how women and men of 80 and more differ, all at one date."""
    date = _reading_date(p)
    if not date:
        return []
    young, old = p.get("age_share", age="0-17", date=date), p.get("age_share", age="65+", date=date)
    women, men = (p.get("age_share", age="80+", sex=sex, date=date) for sex in "FM")
    said = []
    if not old.missing and not young.missing:
        verb = WERE[0] if few(young) and young.numerator == 1 else WERE[1]
        begin = f"{capital(on(date))} {verb} {p.region.dative_in} {share(young, 'der Menschen', 'Menschen')}"
        said.append(f"{begin} unter 18 Jahre alt, {share(old, '', '', WERE)} 65 Jahre oder älter.")
    if not women.missing and not men.missing and not few(women) and not few(men):
        said.append(f"{shown(women)} der Frauen und {shown(men)} der Männer waren 80 Jahre oder älter.")
    return said


def terms(p: Evidence) -> list[str]:
    """What the two ratios mean, before they are used."""
    old = p.get("old_age_ratio")
    if old.missing or few(old):
        return []
    return [
        "Der Jugendquotient sagt, wie viele unter 20-Jährige auf 100 Menschen von 20 bis 64 Jahren kommen.",
        "Der Altenquotient sagt dasselbe für die Menschen ab 65 Jahren.",
    ]


def _two_ages(first: Value, second: Value, names: tuple[str, str]) -> str:
    if first.missing or second.missing or few(first) or few(second):
        return ""
    return (
        f"{names[0]} waren {on(first.date)} im Durchschnitt {shown(first, unit=False)} Jahre alt, "
        f"{names[1]} {shown(second, unit=False)} Jahre."
    )


def _halves(p: Evidence) -> str:
    """What the median age says."""
    median = p.get("median_age")
    if median.missing or few(median):
        return ""
    return (
        f"{capital(on(median.date))} war die eine Hälfte der Menschen jünger, die andere älter als "
        f"{shown(median, unit=False)} Jahre (Medianalter)."
    )


def means_reading(p: Evidence) -> list[str]:
    """Median age, mean age of women and men, of Germans and foreigners."""
    women, men = p.get("mean_age", sex="F"), p.get("mean_age", sex="M")
    germans, foreigners = p.get("mean_age", nationality="DE"), p.get("mean_age", nationality="AUS")
    return [
        _halves(p),
        _two_ages(women, men, ("Frauen", "Männer")),
        _two_ages(germans, foreigners, ("Deutsche", "Ausländerinnen und Ausländer")),
    ]
