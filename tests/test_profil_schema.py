"""docs/profil.schema.json describes profil.json: every key and code, what a gap has to say, and nothing else."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import documents
from fake_profile import FIGURES, GEMEINDE, FakeProfile
from kommunalprofil import render
from kommunalprofil.vocabulary import BASE, DIMENSION, FLAG_TEXT, GAP, LEVEL, Flag, printed_labels

SCHEMA = json.loads((Path(__file__).parent.parent / "docs" / "profil.schema.json").read_text(encoding="utf-8"))
CHECKER = jsonschema.Draft202012Validator.FORMAT_CHECKER
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA, format_checker=CHECKER)
VALUE = SCHEMA["$defs"]["value"]["properties"]


def errors(profile: Any) -> list[str]:
    return [f"{list(error.absolute_path)}: {error.message}" for error in VALIDATOR.iter_errors(profile)]


@cache
def invented() -> Any:
    document = render.document(FakeProfile(GEMEINDE, gaps=("foreign_share",)), FIGURES)
    profile = json.loads(document.files["profil.json"])
    return profile | {"values": [v for v in profile["values"] if v["value"] is None][:2] + profile["values"][:2]}


def test_the_schema_is_one_with_german_words_for_everything() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    told = [SCHEMA, *SCHEMA["$defs"].values()]
    for properties in [part.get("properties", {}) for part in told]:
        for name, one in properties.items():
            assert one.get("description") or "$ref" in one, name
    assert all(part["additionalProperties"] is False for part in told if part.get("type") == "object")


@pytest.mark.parametrize("place", ["groede", "vrees", "hamburg"])
def test_profiles_are_valid(place: str) -> None:
    content = documents.built(place).files["profil.json"]
    assert errors(json.loads(content))[:5] == []


def changed(path: list[Any], value: Any) -> Any:
    profile = copy.deepcopy(invented())
    *steps, last = path
    part = profile
    for step in steps:
        part = part[step]
    part[last] = value
    return profile


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["neu"], 1),
        (["stand"], "heute"),
        (["stand"], "2025-02-30"),
        (["region", "ags"], "1234"),
        (["region", "level"], "amt"),
        (["figures", 0, "number"], 0),
        (["gaps", 0, "reason"], "fehlt"),
        (["origins", 0, "sha256"], "abc"),
        (["values", 0, "reason"], ""),
        (["values", 0, "flag"], ""),
        (["values", 2, "flag"], "secret"),
        (["values", 2, "flag"], "estimated|"),
        (["values", 2, "reason"], "ein Wert hat keinen Grund"),
        (["values", 2, "sex"], "W"),
        (["values", 2, "age"], "alt"),
        (["values", 2, "sources"], []),
        (["values", 2, "value"], "12"),
    ],
)
def test_what_is_wrong_is_refused(path: list[Any], value: Any) -> None:
    assert errors(invented()) == []
    assert errors(changed(path, value)) != []


def test_codes_are_those_of_the_program() -> None:
    for dimension in set(DIMENSION) - {"age"}:
        assert set(VALUE[dimension]["enum"]) == set(printed_labels(dimension)), dimension
    assert SCHEMA["$defs"]["region"]["properties"]["level"]["enum"] == list(LEVEL)
    base = jsonschema.Draft202012Validator(SCHEMA["$defs"]["base"])
    assert [code for code in BASE if not base.is_valid(code)] == []
    gaps = {name for name in FLAG_TEXT if Flag[name.upper()] & GAP}
    for names, part in ((gaps, "then"), (set(FLAG_TEXT) - gaps, "else")):
        flag = jsonschema.Draft202012Validator(SCHEMA["$defs"]["value"][part]["properties"]["flag"])
        assert {name for name in FLAG_TEXT if flag.is_valid(name)} == names
