"""The door: official keys become regions once, and every row that does not come in is counted by its reason."""

from __future__ import annotations

from datetime import date

SAME_TERRITORY = {"02": "02000", "11": "11000"}
"""Länder that are one Kreis: offices print them as `02` or `02000`, in some files as both."""

REFORMS: dict[str, tuple[date, tuple[str, ...]]] = {
    "14": (date(2008, 8, 1), ("141", "142", "143")),
    "15": (date(2007, 7, 1), ("151", "152", "153")),
}
"""Land → (Gebietsstand of the recalculated Kreise, prefixes of the old ones): before the reform tables list both."""

WAS_KREIS = {"05334002": ("05313", date(2009, 10, 21))}
"""Parts of a Kreis that were a Kreis of their own: key in today's files → (its key then, day it became a part)."""

KREISE = ((date(2021, 7, 1), 400), (date(2016, 11, 1), 401), (date(2011, 9, 4), 402))
"""Number of Kreise and kreisfreie Städte since a day: Kreisreform Mecklenburg-Vorpommern, Göttingen, Eisenach."""

FORMER_KREISE = {
    "03152": "Göttingen",
    "03156": "Osterode am Harz",
    "05313": "Aachen",
    "05354": "Aachen",
    "13001": "Greifswald",
    "13002": "Neubrandenburg",
    "13005": "Stralsund",
    "13006": "Wismar",
    "13051": "Bad Doberan",
    "13052": "Demmin",
    "13053": "Güstrow",
    "13054": "Ludwigslust",
    "13055": "Mecklenburg-Strelitz",
    "13056": "Müritz",
    "13057": "Nordvorpommern",
    "13058": "Nordwestmecklenburg",
    "13059": "Ostvorpommern",
    "13060": "Parchim",
    "13061": "Rügen",
    "13062": "Uecker-Randow",
    "15101": "Dessau",
    "15151": "Anhalt-Zerbst",
    "15153": "Bernburg",
    "15154": "Bitterfeld",
    "15159": "Köthen",
    "15171": "Wittenberg",
    "15202": "Halle (Saale)",
    "15256": "Burgenlandkreis",
    "15260": "Mansfelder Land",
    "15261": "Merseburg-Querfurt",
    "15265": "Saalkreis",
    "15266": "Sangerhausen",
    "15268": "Weißenfels",
    "15303": "Magdeburg",
    "15352": "Aschersleben-Staßfurt",
    "15355": "Bördekreis",
    "15357": "Halberstadt",
    "15358": "Jerichower Land",
    "15362": "Ohrekreis",
    "15363": "Stendal",
    "15364": "Quedlinburg",
    "15367": "Schönebeck",
    "15369": "Wernigerode",
    "15370": "Altmarkkreis Salzwedel",
    "16056": "Eisenach",
}
"""Kreise and kreisfreie Städte that are gone but stand in the tables, as 12411-02-03-4 names them."""

PART = "Teil eines Kreises"
REGION = "Regierungsbezirk oder Statistische Region"
ASSOCIATION = "Samt- oder Verbandsgemeinde"
ABSENT = "Gebiet gibt es zum Stichtag nicht"
DOUBLED = "Altkreis, neben den umgerechneten neuen Kreisen geführt"
REPEATED = "Spalte wiederholt eine andere"


def region_of(key: str, level: str, day: date) -> tuple[str, str]:
    """The region an office key names in a table of `level` at `day`, and why it stays outside ('' if it comes in).

    Keys: `DG`/`00`, 2-digit Land, 3-digit Regierungsbezirk, 5-digit Kreis, 7-digit Verbandsgemeinde (Rheinland-Pfalz),
    8-digit Gemeinde, part of a Kreis or Samtgemeinde, 9-digit Verband, 10-digit Gemeinde (Rheinland-Pfalz), 11-digit
    Gemeinde (Niedersachsen), 12-digit ARS. Raises ValueError for a key that is none of these.
    """
    if key in ("DG", "00"):
        return "DE", ""
    if not (key.isascii() and key.isdigit()):
        raise ValueError(f"no official key: {key!r}")
    match len(key):
        case 5 if key[:2] in SAME_TERRITORY and key[2:] != "000":
            return key, PART
        case 2 | 5:
            return key, ""
        case 3:
            return key, REGION
        case 7 | 9:
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
        case 10 | 11 | 12:
            return key[:5] + key[-3:], ""
    raise ValueError(f"no official key: {key!r}")


def region_level(region: str) -> str:
    """The level a region's key belongs to. Raises KeyError for a key of another length."""
    return "bund" if region == "DE" else {2: "land", 5: "kreis", 8: "gemeinde"}[len(region)]


def dissolved_by_reform(region: str, day: date) -> bool:
    """Whether this is an old Kreis whose Land was also recalculated to new ones, at a date before the reform."""
    reform = REFORMS.get(region[:2])
    return bool(reform and len(region) == 5 and day < reform[0] and region.startswith(reform[1]))


def gebietsstand(region: str, day: date) -> date:
    """The boundaries a row refers to: as reported, or the reform date for Kreise the office recalculated backwards."""
    reform = REFORMS.get(region[:2])
    if reform and len(region) == 5 and day < reform[0] and not region.startswith(reform[1]):
        return reform[0]
    return day


def number_of_kreise(day: date) -> int | None:
    """How many Kreise and kreisfreie Städte there were on a day, None before 2011-09-04."""
    return next((count for since, count in KREISE if day >= since), None)
