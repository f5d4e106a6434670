"""The door: official keys become regions once, and every row that does not come in is counted by its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

SAME_TERRITORY = {"02": "02000", "11": "11000"}
"""Länder that are one Kreis: offices print them as `02` or `02000`, in some files as both."""

LAENDER = tuple(f"{n:02d}" for n in range(1, 17))

REFORMS: dict[str, tuple[date, tuple[str, ...]]] = {
    "14": (date(2008, 8, 1), ("141", "142", "143")),
    "15": (date(2007, 7, 1), ("151", "152", "153")),
}
"""Land → (Gebietsstand of the recalculated Kreise, prefixes of the old ones): before the reform tables list both."""

WAS_KREIS = {"05334002": ("05313", date(2009, 10, 21))}
"""Parts of a Kreis that were a Kreis of their own: key in today's files → (its key then, day it became a part)."""

KREISE = ((date(2021, 7, 1), 400), (date(2016, 11, 1), 401), (date(2011, 9, 4), 402))
"""Number of Kreise and kreisfreie Städte since a day: Kreisreform Mecklenburg-Vorpommern, Göttingen, Eisenach."""


@dataclass(frozen=True)
class Reform:
    """A day on which Kreise ended (key → name) and others began; `successors` of those that went into one as a whole.

    `recalculated` says that the offices list the new Kreise also before that day. Only reforms that tables reach back
    over; a Kreis that kept its key while it grew or shrank is not named here, the crosswalk knows it.
    """

    day: date
    ended: Mapping[str, str]
    began: tuple[str, ...]
    successors: Mapping[str, str] = field(default_factory=dict)
    recalculated: bool = True


KREIS_REFORMS = (
    Reform(date(1998, 1, 1), {}, ("16056",)),
    Reform(date(2001, 11, 1), {"03201": "Hannover", "03253": "Hannover"}, ("03241",),
           dict.fromkeys(("03201", "03253"), "03241")),
    Reform(
        date(2007, 7, 1),
        {
            "15101": "Dessau", "15151": "Anhalt-Zerbst", "15153": "Bernburg", "15154": "Bitterfeld",
            "15159": "Köthen", "15171": "Wittenberg", "15202": "Halle (Saale)", "15256": "Burgenlandkreis",
            "15260": "Mansfelder Land", "15261": "Merseburg-Querfurt", "15265": "Saalkreis", "15266": "Sangerhausen",
            "15268": "Weißenfels", "15303": "Magdeburg", "15352": "Aschersleben-Staßfurt", "15355": "Bördekreis",
            "15357": "Halberstadt", "15358": "Jerichower Land", "15362": "Ohrekreis", "15363": "Stendal",
            "15364": "Quedlinburg", "15367": "Schönebeck", "15369": "Wernigerode", "15370": "Altmarkkreis Salzwedel",
        },
        ("15001", "15002", "15003", *(str(n) for n in range(15081, 15092))),
        {"15153": "15089", "15154": "15082", "15159": "15082", "15171": "15091", "15202": "15002", "15256": "15084",
         "15260": "15087", "15261": "15088", "15265": "15088", "15266": "15087", "15268": "15084", "15303": "15003",
         "15355": "15083", "15357": "15085", "15358": "15086", "15362": "15083", "15363": "15090", "15364": "15085",
         "15367": "15089", "15369": "15085", "15370": "15081", "15101": "15001"},
    ),
    Reform(
        date(2008, 8, 1),
        {
            "14161": "Chemnitz", "14166": "Plauen", "14167": "Zwickau", "14171": "Annaberg",
            "14173": "Chemnitzer Land", "14177": "Freiberg", "14178": "Vogtlandkreis",
            "14181": "Mittlerer Erzgebirgskreis", "14182": "Mittweida", "14188": "Stollberg",
            "14191": "Aue-Schwarzenberg", "14193": "Zwickauer Land", "14262": "Dresden", "14263": "Görlitz",
            "14264": "Hoyerswerda", "14272": "Bautzen", "14280": "Meißen",
            "14284": "Niederschlesischer Oberlausitzkreis", "14285": "Riesa-Großenhain",
            "14286": "Löbau-Zittau", "14287": "Sächsische Schweiz",
            "14290": "Weißeritzkreis", "14292": "Kamenz", "14365": "Leipzig", "14374": "Delitzsch", "14375": "Döbeln",
            "14379": "Leipziger Land", "14383": "Muldentalkreis", "14389": "Torgau-Oschatz",
        },
        ("14511", "14521", "14522", "14523", "14524", "14612", "14625", "14626", "14627", "14628", "14713", "14729",
         "14730"),
        {"14161": "14511", "14166": "14523", "14167": "14524", "14171": "14521", "14173": "14524", "14177": "14522",
         "14178": "14523", "14181": "14521", "14182": "14522", "14188": "14521", "14191": "14521", "14193": "14524",
         "14262": "14612", "14263": "14626", "14264": "14625", "14272": "14625", "14280": "14627", "14284": "14626",
         "14285": "14627", "14286": "14626", "14287": "14628", "14290": "14628", "14292": "14625", "14365": "14713",
         "14374": "14730", "14375": "14522", "14379": "14729", "14383": "14729", "14389": "14730"},
    ),
    Reform(date(2009, 10, 21), {"05313": "Aachen", "05354": "Aachen"}, ("05334",),
           dict.fromkeys(("05313", "05354"), "05334"), recalculated=False),
    Reform(
        date(2011, 9, 4),
        {
            "13001": "Greifswald", "13002": "Neubrandenburg", "13005": "Stralsund", "13006": "Wismar",
            "13051": "Bad Doberan", "13052": "Demmin", "13053": "Güstrow", "13054": "Ludwigslust",
            "13055": "Mecklenburg-Strelitz", "13056": "Müritz", "13057": "Nordvorpommern",
            "13058": "Nordwestmecklenburg", "13059": "Ostvorpommern", "13060": "Parchim", "13061": "Rügen",
            "13062": "Uecker-Randow",
        },
        tuple(str(n) for n in range(13071, 13077)),
        {"13001": "13075", "13002": "13071", "13005": "13073", "13006": "13074", "13051": "13072", "13053": "13072",
         "13054": "13076", "13055": "13071", "13056": "13071", "13057": "13073", "13058": "13074", "13059": "13075",
         "13060": "13076", "13061": "13073", "13062": "13075"},
    ),
    Reform(date(2016, 11, 1), {"03152": "Göttingen", "03156": "Osterode am Harz"}, ("03159",),
           dict.fromkeys(("03152", "03156"), "03159"), recalculated=False),
    Reform(date(2021, 7, 1), {"16056": "Eisenach"}, (), {"16056": "16063"}),
)  # fmt: skip
"""Kreisreformen since 1998, with the day each came into force and the names 12411-02-03-4 gives to what ended."""

FORMER_KREISE = {key: name for reform in KREIS_REFORMS for key, name in reform.ended.items()}
"""Kreise and kreisfreie Städte that are gone but stand in the tables."""
FORMER_CITIES = frozenset(
    {"03201", "05313", "13001", "13002", "13005", "13006", "14161", "14166", "14167", "14262", "14263", "14264",
     "14365", "15101", "15202", "15303", "16056"}
)  # fmt: skip
"""Those of them that were kreisfreie Städte."""
_ENDED = {key: reform for reform in KREIS_REFORMS for key in reform.ended}
_BEGAN = {key: reform for reform in KREIS_REFORMS for key in reform.began}

PART = "Teil eines Kreises"
REGION = "Regierungsbezirk oder Statistische Region"
ASSOCIATION = "Samt- oder Verbandsgemeinde"
ABSENT = "Gebiet gibt es zum Stichtag nicht"
GONE = "Gebiet war zum Stichtag schon aufgelöst"
EARLY = "Gebiet gab es zum Stichtag noch nicht; die Kreise, aus denen es entstand, stehen in anderen Tabellen"
DOUBLED = "Altkreis, neben den umgerechneten neuen Kreisen geführt"
REPEATED = "Spalte wiederholt eine andere"


def region_of(key: str, level: str, day: date) -> tuple[str, str]:
    """The region an office key names in a table of `level` at `day`, and why it stays outside ('' if it comes in).

    Keys: `DG`/`00`, 2-digit Land, 3-digit Regierungsbezirk, 5-digit Kreis, 7-digit Verbandsgemeinde (Rheinland-Pfalz),
    8-digit Gemeinde, part of a Kreis or Samtgemeinde, 9-digit Verband, 10-digit Gemeinde (Rheinland-Pfalz), 11-digit
    Gemeinde (Niedersachsen), 12-digit ARS. Raises ValueError for a key that is none of these, like one that lost its
    leading zero.
    """
    if key in ("DG", "00"):
        return "DE", ""
    if not (key.isascii() and key.isdigit() and LAENDER[0] <= key[:2] <= LAENDER[-1]):
        raise ValueError(f"no official key: {key!r}")
    match len(key):
        case 5 if key[:2] in SAME_TERRITORY and key[2:] != "000":
            return key, PART
        case 2 | 5:
            return key, ""
        case 3:
            return key, REGION
        case 9:
            return key, ASSOCIATION
        case 7 if key[:2] == "07":
            return key, ASSOCIATION
        case 8 if level == "kreis":
            former, until = WAS_KREIS.get(key, ("", date.min))
            return (former, "") if day < until else (key, PART)
        case 8 if key[:2] == "03" and key[5] == "4":
            return key, ASSOCIATION
        case 8 if key[:2] in SAME_TERRITORY and key[5:] != "000":
            return key, PART
        case 8:
            return key, ""
        case 12:
            return key[:5] + key[-3:], ""
        case 10 | 11 if key[:2] == {10: "07", 11: "03"}[len(key)]:
            return key[:5] + key[-3:], ""
    raise ValueError(f"no official key: {key!r}")


def region_level(region: str) -> str:
    """The level a region's key belongs to. Raises KeyError for a key of another length."""
    return "bund" if region == "DE" else {2: "land", 5: "kreis", 8: "gemeinde"}[len(region)]


def dissolved_by_reform(region: str, day: date) -> bool:
    """Whether this is an old Kreis whose Land was also recalculated to new ones, at a date before the reform."""
    reform = REFORMS.get(region[:2])
    return bool(reform and len(region) == 5 and day < reform[0] and region.startswith(reform[1]))


def lived(kreis: str) -> tuple[date | None, date | None]:
    """The day a Kreis began and the first day without it; None for before 1998 and for as long as it exists."""
    began, ended = _BEGAN.get(kreis), _ENDED.get(kreis)
    return began.day if began else None, ended.day if ended else None


def gone(region: str, day: date) -> bool:
    """Whether this is a Kreis that had ended by that day: numbers under its key belong to no area."""
    ended = _ENDED.get(region)
    return ended is not None and day >= ended.day


def out_of_time(region: str, day: date) -> str:
    """Why a Kreis has no numbers at a day, '' if it may have: it had ended, or its parts are listed instead of it."""
    if gone(region, day):
        return GONE
    began = _BEGAN.get(region)
    return EARLY if began is not None and not began.recalculated and day < began.day else ""


def successor(region: str, day: date) -> str:
    """The Kreis whose territory a region lies in at that day: itself, or the one it went into as a whole.

    For sources that keep listing an ended Kreis beside what is left of its successor, like Eurostat's Eisenach: adding
    both up gives the official Kreis. '' for an ended Kreis that was divided.
    """
    while gone(region, day):
        region = _ENDED[region].successors.get(region, "")
    return region


def gebietsstand(region: str, day: date) -> date:
    """The boundaries a row refers to: as reported, or those of the day a Kreis began that is listed before it.

    Offices that list a Kreis before its first day have recalculated it backwards.
    """
    began = _BEGAN.get(region)
    return began.day if began is not None and day < began.day else day


def number_of_kreise(day: date) -> int | None:
    """How many Kreise and kreisfreie Städte there were on a day, None before 2011-09-04."""
    return next((count for since, count in KREISE if day >= since), None)
