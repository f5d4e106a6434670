"""Moves in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil.narrative.common import compared, former_borders, surplus
from kommunalprofil.sentences import capital, counted, few, on, shown
from kommunalprofil.territory import SAME_TERRITORY

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence


def lead(p: Evidence) -> list[str]:
    """Moves in and out in the newest year, their balance, and what that is beside Land and Bund."""
    come = p.get("moves_in")
    leave, net = p.get("moves_out", date=come.date), p.get("net_migration", date=come.date)
    if come.missing or leave.missing:
        return []
    said = [
        f"{capital(on(come.date))} gab es {p.region.dative_in} {counted(come, 'Zuzug', 'Zuzüge')} und "
        f"{counted(leave, 'Fortzug', 'Fortzüge')}."
    ]
    more = surplus(net, ("Zuzug", "Zuzüge"), ("Fortzug", "Fortzüge"))
    return [*said, more, _rate(p, come.date) if more else ""]


def _rate(p: Evidence, date: str) -> str:
    """The balance for 10,000 people beside Land and Bund; not of a Gemeinde, whose moves cross other borders."""
    rate = p.get("net_migration_rate", date=date)
    more = compared(p, "net_migration_rate", "höher", "niedriger", "genauso hoch", date=date)
    if rate.missing or not more or p.region.level == "gemeinde":
        return ""
    return f"Dieser Saldo lag je 10.000 Einwohnerinnen und Einwohner bei {shown(rate)}{more}."


def borders(p: Evidence) -> list[str]:
    """Which moves count: over the border of the place; of a Land and of Germany over any border of a Kreis."""
    if p.get("moves_in").missing:
        return []
    if p.region.level in ("land", "bund") and p.region.ags not in SAME_TERRITORY:
        return [
            "Gezählt sind alle Umzüge über eine Kreisgrenze, auch die zwischen zwei Kreisen "
            f"{p.region.dative_in}, und die Umzüge über die Grenze Deutschlands."
        ]
    return [
        f"Gezählt sind Umzüge über die Grenze {p.region.genitive}, auch die aus dem Ausland und in das Ausland.",
        "Wer innerhalb dieser Grenze umzieht, ist nicht gezählt.",
    ]


def origins(p: Evidence) -> list[str]:
    """How many of those who moved in have no German nationality, and how many came from abroad."""
    foreign, abroad = p.get("foreign_moves_share"), p.get("moves_abroad_share")
    said = []
    if not foreign.missing and not few(foreign):
        more = compared(p, "foreign_moves_share", "mehr", "weniger", "genauso viele")
        said.append(
            f"{capital(on(foreign.date))} entfielen {shown(foreign)} der Zuzüge auf Menschen ohne deutsche "
            f"Staatsangehörigkeit{more}."
        )
    if not abroad.missing and not few(abroad):
        more = compared(p, "moves_abroad_share", "mehr", "weniger", "genauso viele")
        said.append(f"{shown(abroad)} der Zuzüge {on(abroad.date)} kamen aus dem Ausland{more}.")
    return [*said, former_borders(p, foreign)]
