"""What people ask for, in their words: places that have ended tell what they belong to now."""

from __future__ import annotations

import pytest

from kommunalprofil import asking
from kommunalprofil.errors import UnknownRegionError, UsageError
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.store import Store


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(data_dir())


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load(data_dir())


@pytest.mark.parametrize(
    ("key", "told"),
    [
        ("13054037", r"Eine Gemeinde mit dem Schlüssel 13054037 .* zu: Stadt Grabow \(13076050\)\."),
        ("03152", r"Göttingen \(03152\) gibt es seit dem 01.11.2016 .* zu: Landkreis Göttingen \(03159\)\."),
        ("16 056", r"Eisenach \(16056\) .* zu: Stadt Eisenach \(16063105\) und Wartburgkreis \(16063\)\."),
    ],
)
def test_what_has_ended_names_what_it_belongs_to(store: Store, register: Register, key: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        asking.find_place(store.state, register, key)


@pytest.mark.parametrize("text", ["01999999", "99999999", "Nirgendwo"])
def test_what_never_was_is_unknown(store: Store, register: Register, text: str) -> None:
    with pytest.raises(UnknownRegionError):
        asking.find_place(store.state, register, text)


def test_a_gemeinde_that_has_ended_is_reported_as_it_was(store: Store, register: Register) -> None:
    assert asking.chosen_regions(store, register, ["13054037"]) == {"13054037": True}
    with pytest.raises(UsageError, match=r"gibt es am 31.12.2024 nicht; .* Stadt Grabow"):
        asking.chosen_regions(store, register, ["13054037"], register.gebietsstand)


def test_levels_and_places_are_told_apart(store: Store, register: Register) -> None:
    found = asking.chosen_regions(store, register, ["land", "01"])
    assert found.pop("01")
    assert len(found) == 15
    assert not any(found.values())
