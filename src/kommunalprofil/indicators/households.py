"""Households and forms of living, as the census counts them: everybody in one dwelling is one household."""

from __future__ import annotations

from kommunalprofil.cells import Cells, Quantity
from kommunalprofil.indicators.declare import At, Indicator, Parts
from kommunalprofil.vocabulary import TOTAL

TYPES = ("one_person", "couple_without_child", "couple_with_child", "lone_parent", "shared")
SIZES = ("size_1", "size_2", "size_3", "size_4", "size_5", "size_6plus")
FORMS = ("married", "registered_partnership", "unmarried_couple", "lone_mother", "lone_father")
SENIORS = ("seniors_only", "seniors_and_younger", "no_seniors")
ALL_KINDS = (*TYPES, *SIZES, *FORMS, *SENIORS)
SOURCE = "Zensus 2022, Regionaltabelle Haushalte"


def _of(cells: Cells, *kinds: str) -> Quantity:
    first, *rest = (cells.of(household=k).count() for k in kinds)
    for part in rest:
        first = first + part
    return first


def _kind(at: At) -> str:
    return TOTAL if at.household == "T" else at.household


def _households(cells: Cells, at: At) -> Parts:
    return Parts(_of(cells, _kind(at)))


def _share(cells: Cells, *kinds: str) -> Parts:
    part, whole = _of(cells, *kinds), _of(cells, TOTAL)
    return Parts(part / whole * 100, part, whole)


def _lone_parents(cells: Cells, at: At) -> Parts:
    lone, families = _of(cells, "lone_parent"), _of(cells, "couple_with_child", "lone_parent")
    return Parts(lone / families * 100, lone, families)


households = Indicator(
    "households",
    "Haushalte",
    "Households",
    "Haushalte",
    "Zahl der privaten Haushalte; alle Personen einer Wohnung bilden einen Haushalt.",
    SOURCE,
    formula=_households,
    measure="households",
    by=frozenset({"household"}),
    members={"household": ALL_KINDS},
    decimals=0,
)

household_share = Indicator(
    "household_share",
    "Anteil des Haushaltstyps",
    "Share of the household type",
    "%",
    "Haushalte des Typs, der Größe, der Lebensform oder des Seniorenstatus in Prozent aller privaten Haushalte.",
    SOURCE,
    formula=lambda cells, at: _share(cells, _kind(at)),
    measure="households",
    by=frozenset({"household"}),
    members={"household": ALL_KINDS},
    own=frozenset({"household"}),
)

families_share = Indicator(
    "families_share",
    "Haushalte mit Kindern",
    "Households with children",
    "%",
    "Paare mit Kind(ern) und Alleinerziehende, Kinder jeden Alters, in Prozent aller privaten Haushalte.",
    "Regionalatlas AI-Z14, Zensus 2022",
    formula=lambda cells, at: _share(cells, "couple_with_child", "lone_parent"),
    measure="households",
)

lone_parent_family_share = Indicator(
    "lone_parent_family_share",
    "Alleinerziehende an den Familien",
    "Lone parents among families",
    "%",
    "Alleinerziehende in Prozent der Haushalte mit Kindern (Paare mit Kind und Alleinerziehende).",
    SOURCE,
    formula=_lone_parents,
    measure="households",
)
