"""Households and forms of living."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil.narrative.common import WERE, compared
from kommunalprofil.sentences import capital, counted, few, households, noise, on, share, shown

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence


def lead(p: Evidence) -> list[str]:
    """Number of households, those of one person, those with children."""
    count, families = p.get("households"), p.get("families_share")
    single = p.get("household_share", household="one_person")
    said = []
    if not count.missing:
        said.append(f"{capital(on(count.date))} gab es {p.region.dative_in} {households(count)}.")
    if few(single) and not single.numerator:
        said.append("Allein lebte nach dem Zensus niemand.")
    elif not single.missing:
        more = compared(p, "household_share", "mehr", "weniger", "genauso viele", household="one_person")
        said.append(f"In {share(single, 'der Haushalte', 'Haushalten')} lebte ein Mensch allein{more}.")
    if few(families) and not families.numerator:
        said.append("Haushalte mit Kindern gab es nach dem Zensus nicht.")
    elif not families.missing:
        more = compared(p, "families_share", "mehr", "weniger", "genauso viele")
        said.append(f"{share(families, '', '', WERE)} Haushalte mit Kindern{more}.")
    return said


def reading(p: Evidence) -> list[str]:
    """The large types beside each other."""
    keys = ("couple_without_child", "couple_with_child", "lone_parent", "shared")
    couples, parents, lone, others = (p.get("household_share", household=key) for key in keys)
    said = []
    if not couples.missing and not parents.missing and not lone.missing:
        of = ("der Haushalte", "Haushalten")
        said.append(f"In {share(couples, *of)} lebte ein Paar ohne Kinder, in {shown(parents)} ein Paar mit Kindern.")
        if lone.value:
            said.append(f"In {shown(lone)} lebte eine Mutter oder ein Vater allein mit Kindern.")
        said.append("Als Kinder zählen Töchter und Söhne jeden Alters, die im Haushalt ihrer Eltern leben.")
    if not others.missing and others.value and not few(others):
        begin = f"Die übrigen {shown(others)} sind Haushalte mehrerer Menschen ohne Paar und ohne Elternteil mit Kind"
        said.append(f"{begin}, zum Beispiel Wohngemeinschaften.")
    return said


def lone_parents(p: Evidence) -> list[str]:
    """How many lone parents there are, their share of families, mothers and fathers."""
    count, share_of = p.get("households", household="lone_parent"), p.get("lone_parent_family_share")
    if count.missing:
        return []
    where = f"{capital(on(count.date))} lebten {p.region.dative_in}"
    if not count.value:
        return [f"{where} nach dem Zensus keine Mütter oder Väter allein mit ihren Kindern."]
    said = [f"{where} {shown(count)} Mütter und Väter allein mit ihren Kindern."]
    if not share_of.missing:
        more = compared(p, "lone_parent_family_share", "mehr", "weniger", "genauso viele")
        of = f"{shown(share_of)} {'' if few(share_of) else 'aller '}Haushalte{'n' if few(share_of) else ''} mit Kindern"
        said.append(f"Das sind {of}{more}.")
    mothers, fathers = (p.get("households", household=key, date=count.date) for key in ("lone_mother", "lone_father"))
    if not mothers.missing and not fathers.missing:
        said.append(f"Gezählt wurden {counted(mothers, 'Mutter', 'Mütter')} und {counted(fathers, 'Vater', 'Väter')}.")
        said.append(noise(count, (mothers, fathers)))
    return said
