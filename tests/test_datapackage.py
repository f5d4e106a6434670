"""datapackage.json: every file with its bytes and hash, and a Table Schema that every row of daten.csv meets."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from functools import cache
from typing import Any

import pytest

import documents
from kommunalprofil import datapackage, render
from kommunalprofil.indicators.rows import COLUMNS
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir

PLACES = ["vrees", "groede"]


@cache
def built(place: str) -> tuple[render.Document, dict[str, Any]]:
    whole = place == "groede"
    document = render.document(Profile(place, data_dir()), single=True) if whole else documents.built(place)
    return document, json.loads(document.files["datapackage.json"])


@pytest.mark.parametrize("place", PLACES)
def test_every_file_is_described_as_it_is(place: str) -> None:
    document, package = built(place)
    listed = {resource["path"]: resource for resource in package["resources"]}
    assert set(listed) == set(document.files) - {"datapackage.json"}
    for path, resource in listed.items():
        content = document.files[path]
        assert resource["bytes"] == len(content)
        assert resource["hash"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
        assert resource["format"] == path.rpartition(".")[2]
        if "encoding" in resource:
            content.decode(resource["encoding"])
        assert resource["title"]


@pytest.mark.parametrize("place", PLACES)
def test_the_rules_of_the_standard(place: str) -> None:
    """Names, licences, sources, hashes and paths as versions 1 and 2 of the profile want them."""
    _, package = built(place)
    assert re.fullmatch(r"[-a-z0-9._/]+", package["name"])
    names = [resource["name"] for resource in package["resources"]]
    assert len(set(names)) == len(names)
    for resource in package["resources"]:
        assert re.fullmatch(r"[-a-z0-9._]+", resource["name"])
        assert re.fullmatch(r"[^/.~\\][^\\:]*", resource["path"])
        assert re.fullmatch(r"[^/]+/[^/]+", resource["mediatype"])
        assert resource.get("type", "table") == "table"
    assert all(re.fullmatch(r"[-a-zA-Z0-9._]+", one["name"]) and one["title"] for one in package["licenses"])
    assert {"name": "DL-DE-BY-2.0", "path": "https://www.govdata.de/dl-de/by-2-0"}.items() <= package["licenses"][
        0
    ].items()
    assert all(source["title"] for source in package["sources"])
    assert re.fullmatch(r"\d+\.\d+\.\d+", package["version"])


def problem(text: str, field: dict[str, Any]) -> str:
    """What is wrong with a cell under its field, '' if nothing is."""
    rule = field.get("constraints", {})
    if text == "":
        return "required" if rule.get("required") else ""
    if field["type"] == "number" and not re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", text):
        return "number"
    if "enum" in rule and text not in rule["enum"]:
        return "enum"
    return "pattern" if "pattern" in rule and not re.fullmatch(rule["pattern"], text) else ""


@pytest.mark.parametrize("place", PLACES)
def test_every_row_meets_the_schema(place: str) -> None:
    document, package = built(place)
    (resource,) = [r for r in package["resources"] if "schema" in r]
    assert resource["path"] == "daten.csv"
    fields = resource["schema"]["fields"]
    head, *body = csv.reader(io.StringIO(document.files["daten.csv"].decode(), newline=""))
    assert head == [field["name"] for field in fields] == list(COLUMNS)
    assert len(body) > 5000
    wrong = [
        (field["name"], text) for row in body for text, field in zip(row, fields, strict=True) if problem(text, field)
    ]
    assert wrong == []


def test_the_schema_can_refuse() -> None:
    fields = {field["name"]: field for field in datapackage.schema()["fields"]}
    assert problem("1.234,5", fields["value"]) == "number"
    assert problem("X", fields["sex"]) == "enum"
    assert problem("2015-12", fields["date"]) == "pattern"
    assert problem("", fields["region"]) == "required"
    assert problem("", fields["value"]) == ""


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError):
        datapackage._resource("bild.tiff", b"", {})
