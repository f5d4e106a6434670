"""What several chapters say in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kommunalprofil import formatting as fmt
from kommunalprofil.sentences import both_sexes, capital, on, people, share, versus

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

WERE, HAD = ("war", "waren"), ("hatte", "hatten")


def compared(p: Evidence, indicator: str, more: str, less: str, same: str, **dims: Any) -> str:
    """', mehr als in Schleswig-Holstein und in Deutschland' or nothing where there is nothing to compare."""
    words = versus(p.compare(indicator, **dims), more, less, same)
    return f", {words}" if words else ""


def surplus(balance: Value, gains: tuple[str, str], losses: tuple[str, str]) -> str:
    """'Das sind 885 Sterbefälle mehr als Geburten.'; gains and losses as (one, many); '' where both are as many."""
    if not balance.value:
        return ""
    (one, many), (_, others) = (gains, losses) if balance.value > 0 else (losses, gains)
    number = abs(balance.value)
    begin = f"Das ist ein {one}" if number == 1 else f"Das sind {fmt.number(number)} {many}"
    return f"{begin} mehr als {others}."


def former_borders(p: Evidence, value: Value) -> str:
    """That a value is older than the borders the place has now; '' where it is not."""
    year = fmt.year(value.date) if value.date else 0
    if value.missing or not any(fmt.year(reform.after) > year for reform in p.reforms()):
        return ""
    return f"Zahlen bis {year} gelten für das Gebiet in seinen damaligen Grenzen."


def inhabitants(p: Evidence) -> str:
    """'Ende 2024 lebten im Kreis Dithmarschen 133.460 Menschen: 67.000 Frauen und 66.460 Männer.'"""
    now = p.get("population")
    if now.missing:
        return ""
    sexes = both_sexes(p.get("population", date=now.date, sex="F"), p.get("population", date=now.date, sex="M"))
    return f"{capital(on(now.date))} lebten {p.region.dative_in} {people(now)}{': ' + sexes if sexes else ''}."


def opening(value: Value, whole: str, counted: str, verbs: tuple[str, str], said: str = "") -> str:
    """'Ende 2021 waren 26,2 % der Bevölkerung', or '26,2 % … waren' where the date `said` has just been named."""
    if value.date == said:
        return share(value, whole, counted, verbs)
    subject, verb = share(value, whole, counted), share(value, whole, counted, verbs).rpartition(" ")[2]
    return f"{capital(on(value.date))} {verb} {subject}"


def old_share(p: Evidence, said: str = "") -> str:
    """How many are 65 or older; without the date if it is the one `said` before."""
    old = p.get("age_share", age="65+")
    if old.missing:
        return ""
    more = compared(p, "age_share", "mehr", "weniger", "genauso viele", age="65+")
    return f"{opening(old, 'der Bevölkerung', 'Menschen', WERE, said)} 65 Jahre oder älter{more}."


def foreign_share(p: Evidence, said: str = "") -> str:
    """How many have no German nationality; without the date if it is the one `said` before."""
    foreign = p.get("foreign_share")
    if foreign.missing:
        return ""
    more = compared(p, "foreign_share", "mehr", "weniger", "genauso viele")
    begin = opening(foreign, "der Bevölkerung", "Menschen", HAD, said)
    return f"{begin} keine deutsche Staatsangehörigkeit{more}."
