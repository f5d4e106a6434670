"""Births, deaths and the expectation of life."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.narrative.common import former_borders, surplus
from kommunalprofil.sentences import capital, counted, on, shown, stretches, versus

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value
    from kommunalprofil.regions import Region

SEXES = {"F": "Frauen", "M": "Männer"}


def _where(p: Evidence) -> Region:
    """The place, or its Kreis where births are not known of smaller places."""
    region: Region = p.region
    kreis = next((parent for parent in p.around if parent.level == "kreis"), None)
    return kreis if kreis is not None and p.get("births").missing else region


def lead(p: Evidence) -> list[str]:
    """Births and deaths of the newest year with both, deaths since, expectancy; for a Gemeinde of its Kreis."""
    region = _where(p)
    born = p.get("births", region=region.ags)
    died = p.get("deaths", region=region.ags, date=born.date)
    newest = p.get("deaths", region=region.ags)
    said = [_only_there(p, region)]
    if not born.missing and not died.missing:
        said.append(
            f"{capital(on(born.date))} wurden {region.dative_in} {counted(born, 'Kind', 'Kinder')} geboren, "
            f"{counted(died, 'Mensch starb', 'Menschen starben')}."
        )
        balance = p.get("natural_balance", region=region.ags, date=born.date)
        said.append(surplus(balance, ("Geburt", "Geburten"), ("Sterbefall", "Sterbefälle")))
    if not newest.missing and newest.date != died.date and not _apart(p, region, died.date):
        said.append(f"{capital(on(newest.date))} starben dort {counted(newest, 'Mensch', 'Menschen')}.")
    return [*said, _life(p, region), former_borders(p, born) if region.ags == p.region.ags else ""]


def _apart(p: Evidence, region: Region, date: str) -> bool:
    """Whether the deaths of a year and the newest are those of different borders."""
    newest = stretches(p.series("deaths", region=region.ags))[-1]
    return all(v.date != date for v in newest)


def _only_there(p: Evidence, region: Region) -> str:
    """Whose numbers follow, where they are not those of the place."""
    if region.ags == p.region.ags:
        return ""
    return f"Zahlen dazu gibt es nur für {region.accusative}, nicht für {p.region.accusative}."


def _life(p: Evidence, region: Region) -> str:
    women, men = (p.get("life_expectancy", region=region.ags, sex=sex) for sex in SEXES)
    if women.missing or men.missing or women.date != men.date:
        return ""
    return (
        f"Die Lebenserwartung lag nach der Sterblichkeit der Jahre {fmt.date(women.date)} bei "
        f"{shown(women, unit=False)} Jahren für Frauen und {shown(men, unit=False)} Jahren für Männer."
    )


def children(p: Evidence) -> list[str]:
    """Children per woman beside Land and Bund; a difference that so few births make by chance is none."""
    rate = p.get("total_fertility_rate")
    if rate.missing:
        return []
    born = p.get("births", date=rate.date)
    chance = 2 * (rate.value or 0) / math.sqrt(born.value) if born.value else 0.0  # as large as a count varies
    words = versus(p.compare("total_fertility_rate"), same="etwa so viele", margin=chance)
    more = f", {words}" if words else ""
    when = capital(on(rate.date))
    return [f"{when} kamen {p.region.dative_in} rechnerisch {shown(rate)} Kinder auf eine Frau{more}."]


def expectancy(p: Evidence) -> list[str]:
    """How sure the two expectations are, and whether they differ from those of Germany by more than that."""
    said = []
    what, unsure = "der Unsicherheitsbereich der Lebenserwartung bei der Geburt", False
    for sex, words in SEXES.items():
        own = p.get("life_expectancy", sex=sex)
        low, high = (p.get("life_expectancy", sex=sex, date=own.date, variant=v) for v in ("lower_95", "upper_95"))
        if own.missing or low.value is None or high.value is None:
            continue
        bounds = f"von {shown(low, unit=False)} bis {shown(high, unit=False)} Jahre"
        said.append(f"Für {words} reicht {what} {bounds}{_beside(p, own, low, high)}.")
        what = "er"
        unsure = unsure or "low_reliability" in own.flag.split("|")
    return [
        *said,
        "Dort leben so wenige Menschen, dass diese Werte nur eingeschränkt aussagekräftig sind." if unsure else "",
    ]


def _beside(p: Evidence, own: Value, low: Value, high: Value) -> str:
    """'; der Wert für Deutschland (83,1 Jahre) liegt darüber' if the value of Germany lies outside the interval."""
    if p.region.ags == p.bund.ags:
        return ""
    other = p.get("life_expectancy", region=p.bund.ags, sex=own.sex, date=own.date)
    if other.value is None or low.value is None or high.value is None:
        return ""
    if low.value <= other.value <= high.value:
        return f"; ein Unterschied zu Deutschland ({shown(other)}) ist damit nicht sicher"
    side = "darüber" if high.value < other.value else "darunter"
    return f"; der Wert für Deutschland ({shown(other)}) liegt {side}"
