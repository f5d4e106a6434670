"""Households and forms of living, as the census counts them: everybody in one dwelling is one household."""

from __future__ import annotations

from kommunalprofil.cells import Cells, Quantity
from kommunalprofil.indicators.context import Context
from kommunalprofil.indicators.declare import SAME_DAY, At, Cause, Formula, Indicator, Oracle, Parts
from kommunalprofil.vocabulary import TOTAL, Flag

TYPES = ("one_person", "couple_without_child", "couple_with_child", "lone_parent", "shared")
SIZES = ("size_1", "size_2", "size_3", "size_4", "size_5", "size_6plus")
FORMS = ("married", "registered_partnership", "unmarried_couple", "lone_mother", "lone_father")
SENIORS = ("seniors_only", "seniors_and_younger", "no_seniors")
ALL_KINDS = (*TYPES, *SIZES, *FORMS, *SENIORS)
STATUSES = ("status_single", "status_married", "status_widowed", "status_divorced")
SOURCE = "Zensus 2022, Regionaltabelle Haushalte; Zensus 2011, 12111-32-01-4"
PERTURBED = Cause("die Zählungen sind zur Geheimhaltung leicht verändert, der amtliche Wert nicht")
"""Of the tables of the census 2011."""
FORM_SOURCE = "Zensus 2022, Regionaltabelle Haushalte (Typ nach Lebensform)"


def _of(cells: Cells, *kinds: str) -> Quantity:
    first, *rest = (cells.of(household=k).count() for k in kinds)
    for part in rest:
        first = first + part
    return first


def _kind(at: At) -> str:
    return TOTAL if at.household == "T" else at.household


def _households(cells: Cells, at: At) -> Parts:
    return Parts(_of(cells, _kind(at)))


def _share(*kinds: str, of: tuple[str, ...] = (TOTAL,)) -> Formula:
    """Households of some kinds in percent of those of others."""

    def formula(cells: Cells, at: At) -> Parts:
        part, whole = _of(cells, *(kinds or (_kind(at),))), _of(cells, *of)
        return Parts(part / whole * 100, part, whole)

    return formula


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
    denominator="keiner",
    symbol="H",
    decimals=0,
)

household_share = Indicator(
    "household_share",
    "Anteil des Haushaltstyps",
    "Share of the household type",
    "%",
    "Haushalte des Typs, der Größe, der Lebensform oder des Seniorenstatus in Prozent aller privaten Haushalte.",
    SOURCE,
    formula=_share(),
    measure="households",
    by=frozenset({"household"}),
    members={"household": ALL_KINDS},
    own=frozenset({"household"}),
    oracle=(
        Oracle(
            "AI-Z3-2011",
            "official_one_person_share",
            household="one_person",
            bound=0.1,
            inexact=None,
            causes=(PERTURBED,),
        ),
    ),
    denominator=SAME_DAY,
    symbol="H(Typ) / H × 100",
)

families_share = Indicator(
    "families_share",
    "Haushalte mit Kindern",
    "Households with children",
    "%",
    "Paare mit Kind(ern) und Alleinerziehende, Kinder jeden Alters, in Prozent aller privaten Haushalte.",
    "Regionalatlas AI-Z14, Zensus 2022",
    formula=_share("couple_with_child", "lone_parent"),
    measure="households",
    oracle=(Oracle("AI-Z3-2011", "official_families_share", bound=0.1, inexact=None, causes=(PERTURBED,)),),
    denominator=SAME_DAY,
    symbol="(H(Paare mit Kind(ern)) + H(Alleinerziehende)) / H × 100",
)

lone_parent_family_share = Indicator(
    "lone_parent_family_share",
    "Alleinerziehende an den Haushalten mit Kindern",
    "Lone parents among families",
    "%",
    "Alleinerziehende in Prozent der Haushalte mit Kindern (Paare mit Kind(ern) und Alleinerziehende).",
    SOURCE,
    formula=_share("lone_parent", of=("couple_with_child", "lone_parent")),
    measure="households",
    denominator="Haushalte mit Kindern derselben Tabelle",
    symbol="H(Alleinerziehende) / (H(Paare mit Kind(ern)) + H(Alleinerziehende)) × 100",
)

lone_father_share = Indicator(
    "lone_father_share",
    "Väter an den Alleinerziehenden",
    "Fathers among lone parents",
    "%",
    "Alleinerziehende Väter in Prozent der alleinerziehenden Mütter und Väter.",
    FORM_SOURCE,
    formula=_share("lone_father", of=("lone_mother", "lone_father")),
    measure="households",
    denominator="alleinerziehende Mütter und Väter derselben Tabelle",
    symbol="H(Väter) / (H(Mütter) + H(Väter)) × 100",
)

unmarried_couple_share = Indicator(
    "unmarried_couple_share",
    "Nichteheliche an allen Paaren",
    "Unmarried couples among couples",
    "%",
    "Nichteheliche Lebensgemeinschaften in Prozent aller Paare: Ehepaare, eingetragene Lebenspartnerschaften und"
    " nichteheliche Lebensgemeinschaften.",
    FORM_SOURCE,
    formula=_share("unmarried_couple", of=("married", "registered_partnership", "unmarried_couple")),
    measure="households",
    denominator="alle Paare derselben Tabelle",
    symbol="H(nichtehelich) / (H(Ehepaare) + H(eingetragen) + H(nichtehelich)) × 100",
)


def _persons(context: Context) -> Parts:
    people, homes = context.count("population"), context.count("households")
    return Parts((people / homes).marked(Flag.ESTIMATED), people, homes)


persons_per_household = Indicator(
    "persons_per_household",
    "Personen je Haushalt",
    "Persons per household",
    "Personen",
    "Bevölkerung geteilt durch die Zahl der privaten Haushalte.",
    "Regionalatlas AI-Z12, Zensus 2022",
    derived=_persons,
    measure="households",
    oracle=(
        Oracle(
            "AI-Z3-2011",
            "official_household_size",
            bound=0.2,
            inexact=None,
            needs=frozenset({"population"}),
            causes=(
                Cause(
                    "das Amt zählt Personen in privaten Haushalten, auch die mit Nebenwohnsitz; die Bevölkerung"
                    " hat nur Hauptwohnsitze, dafür auch die in Heimen"
                ),
            ),
        ),
    ),
    denominator="private Haushalte am Zensusstichtag",
    symbol="P / H",
    note="Die amtliche Haushaltsgröße zählt nur Personen in privaten Haushalten, diese aber auch am Nebenwohnsitz; sie"
    " weicht um bis zu 0,2 ab.",
    decimals=2,
)


def _status(cells: Cells, at: At) -> Parts:
    part, everybody = cells.of(household=at.household).count(), cells.count()
    return Parts(part / everybody * 100, part, everybody)


family_status_share = Indicator(
    "family_status_share",
    "Familienstand",
    "Marital status",
    "%",
    "Personen eines Familienstands in Prozent der Bevölkerung; Verheiratete mit eingetragenen Lebenspartnerschaften.",
    "Zensus 2022, Regionaltabelle Demografie; Zensus 2011, 12111-05-01-4",
    formula=_status,
    by=frozenset({"sex", "nationality", "household"}),
    members={"household": STATUSES},
    own=frozenset({"household"}),
    denominator=SAME_DAY,
    symbol="P(Familienstand) / P × 100",
)
