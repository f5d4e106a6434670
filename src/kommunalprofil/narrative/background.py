"""Nationality and immigration history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil.narrative.common import HAD, compared, foreign_share, opening
from kommunalprofil.sentences import capital, few, on, shown

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence


def lead(p: Evidence) -> list[str]:
    """The shares of foreigners and of people with immigration history."""
    history = p.get("immigration_history_share", migration="with")
    if history.missing:
        return [foreign_share(p)]
    more = compared(p, "immigration_history_share", "mehr", "weniger", "genauso viele", migration="with")
    begin = opening(history, "", "Menschen", HAD, p.get("foreign_share").date)
    return [foreign_share(p), f"{begin} eine Einwanderungsgeschichte{more}."]


def foreign_reading(p: Evidence) -> list[str]:
    """The share among women and among men."""
    women, men = p.get("foreign_share", sex="F"), p.get("foreign_share", sex="M")
    if women.missing or men.missing or women.date != men.date or few(women) or few(men):
        return []
    return [
        f"{capital(on(women.date))} hatten {shown(women)} der Frauen und {shown(men)} der Männer "
        "eine ausländische Staatsangehörigkeit."
    ]


def history_reading(p: Evidence) -> list[str]:
    """Who belongs to the people with immigration history: immigrated themselves, descendants; who does not."""
    immigrated, descendants, one_sided = (
        p.get("immigration_history_share", migration=key) for key in ("immigrated", "descendant", "one_sided")
    )
    said = []
    if few(immigrated) or (not immigrated.missing and not immigrated.value):
        return []
    if not immigrated.missing and not descendants.missing:
        begin = f"Selbst eingewandert waren {on(immigrated.date)} {shown(immigrated)} der Bevölkerung"
        said.append(f"{begin}, Nachkommen von zwei eingewanderten Eltern waren {shown(descendants)}.")
    if not one_sided.missing and one_sided.value:
        said.append(f"Bei weiteren {shown(one_sided)} war nur ein Elternteil eingewandert.")
    return said


def bridge(p: Evidence) -> list[str]:
    """The Migrationshintergrund of 2011, of women and men too, and why it is no earlier value of the other term."""
    then = p.get("migration_background_share")
    women, men = (p.get("migration_background_share", sex=sex) for sex in "FM")
    if then.missing or few(then):
        return []
    more = compared(p, "migration_background_share", "mehr", "weniger", "genauso viele")
    when = capital(on(then.date))
    said = [f"{when} hatten {shown(then)} der Menschen in privaten Haushalten einen Migrationshintergrund{more}."]
    if not women.missing and not men.missing and not few(women) and not few(men):
        said.append(f"Bei den Frauen waren es {shown(women)}, bei den Männern {shown(men)}.")
    return said
