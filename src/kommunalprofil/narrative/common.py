"""What several chapters say in the same words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kommunalprofil.sentences import both_sexes, capital, on, people, share, versus

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

WERE, HAD = ("war", "waren"), ("hatte", "hatten")


def compared(p: Evidence, indicator: str, more: str, less: str, same: str, **dims: Any) -> str:
    """', mehr als in Schleswig-Holstein und in Deutschland' or nothing where there is nothing to compare."""
    words = versus(p.compare(indicator, **dims), more, less, same)
    return f", {words}" if words else ""


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
