"""The model Kommunen beside each other: each in the profiles of the others of its level, nowhere else."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

import documents
from kommunalprofil import dwk
from kommunalprofil import formatting as fmt


def table_of(place: str) -> list[list[str]]:
    """Header and rows of the table in a built profile, [] if it has none."""
    document = documents.built(place)
    found = [t.item for t in document.outline.tables if t.item.caption.endswith("unter den Modellkommunen")]
    return [[*(c.label for c in found[0].columns)], *map(list, found[0].rows)] if found else []


def test_a_kreis_beside_the_other_five() -> None:
    head, *rows = table_of("dithmarschen")
    assert head == [
        "Kennzahl", "Dithmarschen", "Düren", "Emsland", "Saarbrücken", "Dortmund", "Havelland", "Stand",
    ]  # fmt: skip
    population = next(row for row in rows if row[0] == "Bevölkerung")
    assert population[1] == "133.460"
    assert all(row.count(".") == 0 for row in rows)


def test_the_other_values_are_those_of_their_own_profiles() -> None:
    """What Dithmarschen's table says of Dortmund is what Dortmund's table says of itself."""
    first, second = (table_of(place) for place in ("dithmarschen", "dortmund"))
    assert first[0][5] == second[0][1] == "Dortmund"
    of_itself = {row[0]: (row[1], row[-1]) for row in second[1:]}
    shared = {row[0]: (row[5], row[-1]) for row in first[1:] if row[0] in of_itself}
    assert len(shared) > 15
    assert shared == {name: of_itself[name] for name in shared}


def test_a_gemeinde_beside_gemeinden_and_no_other_place() -> None:
    assert table_of("vrees")[0] == ["Kennzahl", "Vrees", "Riesa", "Adorf/Vogtl.", "Grabow", "Stand"]
    assert table_of("groede") == []


def test_the_values_are_in_the_profile_for_programs() -> None:
    document = documents.built("vrees")
    others = json.loads(document.files["profil.json"])["others"]
    known = [row["values"] for row in others if row["indicator"] == "population"]
    riesa = next(values["14627230"] for values in known if "14627230" in values)
    row = next(row for row in table_of("vrees") if row[0] == "Bevölkerung")
    assert row[2] == fmt.number(riesa)


@pytest.mark.parametrize("known", [("01051",), ()])
def test_a_register_without_the_others_has_no_table(known: tuple[str, ...]) -> None:
    p: Any = SimpleNamespace(region=SimpleNamespace(ags="01051"), comparison=True, register=dict.fromkeys(known))
    assert dwk.table(p) is None
