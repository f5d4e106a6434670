"""The register of areas: official names taken apart, keys to the Kreise, one slug each, dissolved Gemeinden marked."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from kommunalprofil import names
from kommunalprofil.errors import DataError
from kommunalprofil.sources import attributes

if TYPE_CHECKING:
    import pandas as pd

    from kommunalprofil.crosswalk import Crosswalk

GERMANY = "DE"
KREIS_KINDS = {
    "41": "Kreisfreie Stadt",
    "42": "Stadtkreis",
    "43": "Kreis",
    "44": "Landkreis",
    "45": "Regionalverband",
}
GEMEINDE_KINDS = {
    "60": "Markt",
    "61": "Stadt",
    "62": "Stadt",
    "63": "Stadt",
    "64": "Gemeinde",
    "65": "Gemeindefreier Bezirk",
    "66": "Gemeindefreies Gebiet",
    "67": "Stadt",
}
OWN_KINDS = frozenset({"Flecken", "Marktflecken", "Marktgemeinde", "Klosterflecken"})
"""Titles of a Gemeinde that are its official type, where others (Ostseebad, Lutherstadt) are an ornament."""
UNINHABITED = "66"
SORBIAN_SAXONY, SORBIAN_BRANDENBURG = ("14625", "14626"), ("12052", "12061", "12066", "12071")
ASSOCIATIONS = {
    "51": "Amt",
    "52": "Samtgemeinde",
    "53": "Verbandsgemeinde",
    "54": "Verwaltungsgemeinschaft",
    "55": "Amt",
    "56": "Verwaltungsverband",
    "57": "Verwaltungsgemeinschaft",
}
RAW = ("ags", "ars", "official", "code", "area_km2", "population", "population_date", "gebietsstand", "association",
       "seat", "lon", "lat", "valid_to", "successors")  # fmt: skip
TOLD = ("nuts3", "nuts3_name", "kreistyp", "raumtyp", "gemeindetyp", "valid_from")
"""What other files say of places: NUTS 3 code and name of a Kreis, the BBSR's types, the first day known of."""
COLUMNS = ("ags", "ars", "name", "kind", "level", "slug", "same_as", "keys", "base", *RAW[2:], *TOLD)
"""Columns of regions.parquet; the first ones follow from the RAW ones, which is what files and old registers give."""


def bilingual(official: str, kreis: str) -> tuple[str, str]:
    """The German and the Sorbian half: „Bautzen / Budyšin, Stadt“ → („Bautzen, Stadt“, „Budyšin“).

    In Saxony ` / ` divides the two, in Brandenburg also a bare `/`; elsewhere a slash says where a place lies.
    """
    if kreis not in SORBIAN_SAXONY + SORBIAN_BRANDENBURG:
        return official, ""
    sign = "/" if kreis in SORBIAN_BRANDENBURG and " / " not in official else " / "
    found = re.search(rf"{sign}([^,]+)", official)
    return (official.replace(found[0], "", 1), found[1].strip()) if found else (official, "")


def split_name(official: str, ags: str, code: str) -> tuple[str, str]:
    """Name and official type: („Riesa, Stadt“, Textkennzeichen 67) → („Riesa“, „Stadt“)."""
    if len(ags) < 5:
        return official, "Bund" if ags == GERMANY else "Land"
    name, _, title = (part.strip() for part in bilingual(official, ags[:5])[0].partition(","))
    name = re.sub(r"\s*/\s*", "/", name)
    if len(ags) == 5:
        kind = KREIS_KINDS[code]
        first, _, rest = name.partition(" ")
        return (rest if rest and first in ("Kreis", "Landkreis", "Regionalverband") else name), kind
    kind = title if title in OWN_KINDS else GEMEINDE_KINDS[code]
    return (f"Kirchspiel {name}" if title == "Kirchspiel" else name), kind


def association_name(code: str, name: str) -> str:
    """An association as one says it: „Amt Mitteldithmarschen“; empty for a Gemeinde of its own (50)."""
    name = name.removesuffix(" (VGem)").partition(",")[0]
    if name.startswith("VVG "):
        return f"Vereinbarte Verwaltungsgemeinschaft {name[4:]}"
    if name.startswith("GVV "):
        return f"Gemeindeverwaltungsverband {name[4:]}"
    if code == "58":
        return f"Erfüllende Gemeinde {name.removeprefix('EG ')}"
    noun = ASSOCIATIONS.get(code, "")
    if not noun or name.startswith((noun, "Amt ", "EG ")):
        return name if noun else ""
    return f"{noun} {name}"


def merge(
    parts: Sequence[pd.DataFrame], old: pd.DataFrame | None = None, crosswalk: Crosswalk | None = None
) -> pd.DataFrame:
    """The register from what files say of it (column `part`) and from the one there was.

    Parts are auszug, seats, changes, types and nuts. A new base is the directory with the newest boundaries (of two
    with the same the one with the newer people), unless the old register has newer ones: then it stays, slugs
    included. What is told of older boundaries is carried over by the crosswalk. Raises DataError if there is neither a
    directory nor an old register.
    """
    import pandas as pd

    by_part: dict[str, list[pd.DataFrame]] = defaultdict(list)
    for frame in parts:
        by_part[str(frame["part"].iloc[0])].append(frame)
    base = max(by_part["auszug"], key=_rank, default=None)
    fresh = base is not None and (old is None or _rank(base)[0] >= old["gebietsstand"].iloc[0])
    if fresh and base is not None:
        rows = _records(base[list(RAW)])
    elif old is not None:
        rows = _records(old[old["valid_to"] == ""])
    else:
        raise DataError("Für das Gebietsverzeichnis fehlt ein Auszug aus dem Gemeindeverzeichnis (GV-Auszug).")
    _add_seats(rows, by_part["seats"], old)
    _add_dissolved(rows, by_part["changes"], old)
    for row in rows:  # a register read back from Parquet says NaN where a file says nothing
        row |= {key: None for key in ("area_km2", "lon", "lat") if row[key] is not None and math.isnan(row[key])}
    if fresh:
        _add_sums(rows)
    attributes.attach(rows, by_part["types"], by_part["nuts"], old, crosswalk)
    finished = pd.DataFrame(_finish(rows), columns=list(COLUMNS))
    numbers = {"area_km2": "double[pyarrow]", "population": "int64[pyarrow]", "lon": "double[pyarrow]"}
    return finished.astype({c: numbers.get(c, "string[pyarrow]") for c in COLUMNS} | {"lat": "double[pyarrow]"})


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def _rank(auszug: pd.DataFrame) -> tuple[str, str]:
    first = auszug.iloc[0]
    return (first["gebietsstand"], first["population_date"])


def _add_seats(rows: list[dict[str, Any]], parts: Iterable[pd.DataFrame], old: pd.DataFrame | None) -> None:
    """Seats of Kreise and Länder; what an older file says only fills gaps."""
    seats: dict[str, str] = dict(zip(old["ags"], old["seat"], strict=True)) if old is not None else {}
    for frame in sorted(parts, key=lambda f: str(f["gebietsstand"].iloc[0])):
        told = dict(zip(frame["ags"], frame["seat"], strict=True))
        older = str(frame["gebietsstand"].iloc[0])[:4] < rows[0]["gebietsstand"][:4]
        seats = told | {k: v for k, v in seats.items() if v} if older else seats | told
    for row in rows:
        row["seat"] = seats.get(row["ags"], row["seat"])


def _add_dissolved(rows: list[dict[str, Any]], parts: Iterable[pd.DataFrame], old: pd.DataFrame | None) -> None:
    """Gemeinden that are gone by the day of the boundaries and whose key no other one took over."""
    gone: dict[str, Any] = {}
    if old is not None:
        gone |= {row["ags"]: row for row in _records(old[old["valid_to"] != ""])}
    for frame in parts:
        told = _records(frame[list(RAW)])
        gone |= {row["ags"]: {**row, "slug": gone.get(row["ags"], {}).get("slug", "")} for row in told}
    there = {row["ags"] for row in rows}
    rows += [r for r in gone.values() if r["valid_to"] < rows[0]["gebietsstand"] and r["ags"] not in there]


def _finish(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Names, types, levels, aliases, keys and slugs; sorted by key."""
    codes = {row["ags"]: row["code"] for row in rows}
    for row in rows:
        ags = row["ags"]
        row["name"], row["kind"] = split_name(row["official"], ags, row["code"])
        row["level"] = {2: "bund" if ags == GERMANY else "land", 5: "kreis", 8: "gemeinde"}[len(ags)]
        independent = ags[5:] == "000" and codes.get(ags[:5]) in ("41", "42")
        row["same_as"] = ags[:5] if independent else ""
        key = names.fold(row["name"])
        others = [row["official"], bilingual(row["official"], ags[:5])[1]]
        first, _, rest = row["name"].partition(" ")
        if first in ("Region", "Städteregion"):  # they took the place of a Kreis and are asked for as one
            others += [f"Kreis {rest}", f"Landkreis {rest}"]
        row["keys"] = "|".join(dict.fromkeys(k for k in (key, *map(names.fold, others)) if k))
        row["base"] = names.fold(names.base(row["name"]))
    _add_slugs(rows)
    return sorted(rows, key=lambda row: (row["ags"] != GERMANY, row["ags"]))


def _add_sums(rows: list[dict[str, Any]]) -> None:
    """Area (exact, in hectares) and population of Kreise, Länder and Germany as sums of their Gemeinden."""
    area: Counter[str] = Counter()
    people: Counter[str] = Counter()
    for row in rows:
        if len(row["ags"]) == 8 and not row["valid_to"]:
            for above in (row["ags"][:5], row["ags"][:2], GERMANY):
                area[above] += round(row["area_km2"] * 100)
                people[above] += int(row["population"])
    first = rows[0]
    rows.append({**first, "ags": GERMANY, "ars": GERMANY, "official": "Deutschland", "code": "", "seat": "Berlin",
                 "association": "", "lon": None, "lat": None, "same_as": ""})  # fmt: skip
    day = {"population_date": first["population_date"], "gebietsstand": first["gebietsstand"]}
    coordinates = {row["ags"]: (row["lon"], row["lat"]) for row in rows}
    for row in rows:
        if len(row["ags"]) < 8:
            row |= {**day, "area_km2": area[row["ags"]] / 100, "population": people[row["ags"]]}
            seat = f"{row['ags']}000" if len(row["ags"]) == 5 else ""  # only a kreisfreie Stadt has a centre of its own
            row["lon"], row["lat"] = coordinates.get(seat, (None, None))


SLUG_KINDS = {"Kreisfreie Stadt": "stadt", "Stadtkreis": "stadt", "Gemeindefreies Gebiet": "gemeindefrei",
              "Gemeindefreier Bezirk": "gemeindefrei"}  # fmt: skip


def _add_slugs(rows: list[dict[str, Any]]) -> None:
    """One slug each, [a-z0-9-]+, unique.

    The plain name for the place that the plain name finds (see names.winners); else the name with the type
    (`dueren-kreis`); if several share that, with the name of the Kreis (or Land); if still several, with the key. An
    alias of a kreisfreie Stadt ends in `-gemeinde`. A slug that is there already stays.
    """
    fixed = {row["slug"]: row["ags"] for row in rows if row.get("slug")}
    plain = plain_names(rows)
    above = {row["ags"]: row["name"] for row in rows}
    for row in rows:
        if row.get("slug"):
            continue
        key = names.fold(row["name"])
        kind = "gemeinde" if row["same_as"] else SLUG_KINDS.get(row["kind"], names.fold(row["kind"]))
        if plain.get(key) == row["ags"] and key not in fixed:
            row["slug"] = key
        else:
            row["slug"] = key if key.endswith(f"-{kind}") or kind == "bund" else f"{key}-{kind}"
    for number in range(2):
        for row in _doubled(rows, plain | fixed):
            parent = row["ags"][:5] if row["level"] == "gemeinde" else row["ags"][:2]
            addition = names.fold(above.get(parent, "")) if number == 0 else row["ags"]
            row["slug"] = f"{row['slug']}-{addition}" if addition else row["slug"]


def _doubled(rows: list[dict[str, Any]], owners: dict[str, str]) -> list[dict[str, Any]]:
    """Rows that share a slug, without the one that owns it."""
    count = Counter(row["slug"] for row in rows)
    return [row for row in rows if count[row["slug"]] > 1 and owners.get(row["slug"]) != row["ags"]]


def plain_names(rows: Sequence[dict[str, Any]]) -> dict[str, str]:
    """Plain names that find exactly one place: folded name → key."""
    exact: dict[str, list[dict[str, Any]]] = defaultdict(list)
    same_base: dict[str, list[dict[str, Any]]] = defaultdict(list)
    spare: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["same_as"]:
            continue
        if row["valid_to"] or row["code"] == UNINHABITED:
            spare[names.fold(row["name"])].append(row)
            continue
        for key in row["keys"].split("|"):
            exact[key].append(row)
        same_base[row["base"]].append(row)
    rural = {row["ags"] for row in rows if row["kind"] in names.RURAL}
    found: dict[str, str] = {}
    for key in {*exact, *same_base, *spare}:
        best = names.winners([(r["ags"], r["population"]) for r in exact[key]],
                             [(r["ags"], r["population"]) for r in same_base[key]], rural)  # fmt: skip
        best = best or [r["ags"] for r in spare[key]]
        if len(best) == 1:
            found[key] = best[0]
    return found
