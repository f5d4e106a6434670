"""datapackage.json: the files of a profile described for programs (Frictionless Data Package, versions 1 and 2)."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from kommunalprofil import formatting as fmt
from kommunalprofil import references
from kommunalprofil.indicators.rows import COLUMNS, NUMBERS
from kommunalprofil.vocabulary import DIMENSION, printed_labels

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence

NAME = "datapackage.json"
KINDS = {
    "csv": ("text/csv", "utf-8"),
    "html": ("text/html", "utf-8"),
    "json": ("application/json", "utf-8"),
    "svg": ("image/svg+xml", "utf-8"),
    "pdf": ("application/pdf", ""),
    "png": ("image/png", ""),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ""),
}
"""Media type and, for text, encoding of each format."""
TITLES = {
    "kommunalprofil.pdf": "Das Profil zum Lesen und Drucken",
    "kommunalprofil.html": "Das Profil für den Browser",
    "daten.csv": "Alle Werte",
    "daten.xlsx": "Die Werte der Kapitel als Arbeitsmappe",
    "profil.json": "Das Profil für Programme",
}
FIELDS = {
    "region": ("Schlüssel", "Amtlicher Gemeindeschlüssel (AGS); DE ist Deutschland"),
    "name": ("Gebiet", "Name des Gebiets"),
    "date": ("Stichtag oder Jahr", "Tag (JJJJ-MM-TT), Jahr oder Zeitraum mehrerer Jahre (JJJJ/JJJJ)"),
    "indicator": ("Indikator", "Kennung des Indikators"),
    "variant": ("Variante", "Kennung der Variante; leer: die übliche Definition"),
    "age": ("Alter", "Altersgruppe, zum Beispiel 18-24 oder 65+; T: insgesamt"),
    "value": ("Wert", "Leer, wo es keinen gibt; den Grund nennt flag"),
    "unit": ("Einheit", "Einheit des Werts"),
    "numerator": ("Zähler", "Zähler des Werts, wo er ein Verhältnis ist"),
    "denominator": ("Nenner", "Nenner des Werts, wo er ein Verhältnis ist"),
    "flag": ("Kennzeichen", "Eigenschaften des Werts, durch | getrennt, oder der Grund, warum er fehlt"),
    "sources": ("Quellen", "Nummern der amtlichen Tabellen, durch | getrennt"),
}
"""Title and meaning of the columns of daten.csv that are not a dimension."""


def _field(name: str) -> dict[str, Any]:
    if name in DIMENSION and name != "age":
        labels = printed_labels(name)
        told = "; ".join(f"{code}: {label}" for code, label in labels.items())
        rule: dict[str, Any] = {"required": True, "enum": list(labels)}
        title = DIMENSION[name][0]
        return {"name": name, "type": "string", "title": title, "description": told, "constraints": rule}
    title, text = FIELDS[name]
    kind = "number" if name in NUMBERS else "string"
    field: dict[str, Any] = {"name": name, "type": kind, "title": title, "description": text}
    if name == "date":
        field["constraints"] = {"pattern": r"\d{4}(-\d{2}-\d{2}|/\d{4})?"}
    elif name in ("region", "name", "indicator", "age", "unit"):
        field["constraints"] = {"required": True}
    return field


def schema() -> dict[str, Any]:
    """The Table Schema of daten.csv."""
    return {"fields": [_field(name) for name in COLUMNS], "missingValues": [""]}


def _resource(path: str, content: bytes, titles: Mapping[str, str]) -> dict[str, Any]:
    form = path.rpartition(".")[2]
    media, encoding = KINDS[form]
    entry: dict[str, Any] = {"name": path.replace("/", "-"), "path": path}
    entry |= {"title": titles[path]} if path in titles else {}
    entry |= {"format": form, "mediatype": media} | ({"encoding": encoding} if encoding else {})
    entry |= {"bytes": len(content), "hash": f"sha256:{hashlib.sha256(content).hexdigest()}"}
    if path == "daten.csv":
        entry |= {"type": "table", "profile": "tabular-data-resource", "schema": schema()}
    return entry


def describe(
    evidence: Evidence, files: Mapping[str, bytes], titles: Mapping[str, str] | None = None, inputs: str = ""
) -> bytes:
    """The descriptor of the files, by their paths; `titles` are those of files beside the usual ones.

    `inputs` is the fingerprint of what they were made of (see many.fingerprint), kept in the descriptor. The same files
    give the same bytes. Raises KeyError for a file of an unknown format.
    """
    region, stand = evidence.region, references.newest_stand(evidence)
    year, month, day = map(int, stand.split("-"))
    sources = {
        origin.citation: {"title": origin.citation} | ({"path": origin.url} if origin.url else {})
        for group in references.used_origins(evidence).values()
        for origin in group
    }
    licences = [
        {"name": one.id, "title": one.title} | ({"path": one.url} if one.url else {})
        for one in references.used_licences(evidence).values()
    ]
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "profile": "data-package",
        "name": f"kommunalprofil-{region.slug}",
        "title": f"Kommunalprofil {region.title}",
        "description": f"Bevölkerung, Altersaufbau, Zuwanderung und Haushalte {region.dative_in}, berechnet aus Zahlen "
        f"der amtlichen Statistik; Datenstand {fmt.date_words(stand)}. Daten bearbeitet.",
        "version": f"{year}.{month}.{day}",
        "keywords": ["Kommunalprofil", region.name, "Bevölkerung", "Demografie", "amtliche Statistik"],
        "licenses": licences,
        "sources": list(sources.values()),
        "resources": [_resource(path, content, TITLES | dict(titles or {})) for path, content in files.items()],
    }
    package |= {"inputs": inputs} if inputs else {}
    return (json.dumps(package, ensure_ascii=False, indent=1) + "\n").encode()


class Written(NamedTuple):
    """A profile that is whole: the fingerprint of what it was made of, its files by their paths in the folder."""

    inputs: str
    files: tuple[str, ...]


def found(folder: Path) -> Written | None:
    """The profile in a folder; None if there is none, or one of its files is gone or of another size.

    What lies in a file is not read: to hash thousands of profiles takes longer than anybody waits for a list.
    """
    try:
        package = json.loads((folder / NAME).read_bytes())
        files = {entry["path"]: entry["bytes"] for entry in package["resources"]}
        whole = bool(files) and all(os.stat(f"{folder}/{path}").st_size == size for path, size in files.items())  # noqa: PTH116
        return Written(str(package.get("inputs", "")), tuple(files)) if whole else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def written(folder: Path, inputs: str) -> list[Path] | None:
    """The files of a profile in a folder if they were made of these inputs and are all whole; None if not."""
    there = found(folder)
    return None if there is None or there.inputs != inputs else [folder / path for path in (*there.files, NAME)]
