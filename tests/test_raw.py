"""The raw store: bytes unchanged, nothing overwritten, damage said, nothing half-written under a name that counts."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kommunalprofil import importer, raw
from kommunalprofil.errors import SourceError
from kommunalprofil.intake import take
from kommunalprofil.sources.reading import Reading
from twins import by_sex, flat, zipped

ID = "12411-01-01-4"
CSV = by_sex({"DG": [30, 10, 20], "01051": [3, 1, 2]}, ["31.12.2018"]).encode()


def keep(store: raw.RawStore, body: bytes, ending: str = ".csv", **facts: Any) -> raw.Kept:
    moment = raw.now()
    told: dict[str, Any] = {"table": ID, "database": "regio", "url": "https://example.org/x", "query": {"name": ID}}
    told |= {"retrieved": moment, "checked": moment, **facts}
    part = store.part(told["database"], told["table"], told["query"])
    part.write_bytes(body)
    return store.keep(part, hashlib.sha256(body).hexdigest(), ending, told)


@pytest.fixture
def store(tmp_path: Path) -> raw.RawStore:
    return raw.RawStore(tmp_path / "raw")


def test_bytes_and_note_stay_together(store: raw.RawStore) -> None:
    kept = keep(store, CSV, stand="2024-10-10T11:57:53", warnings=("angepasst",), status=22)
    assert kept.path.read_bytes() == CSV
    assert kept.path.parent == store.folder / "regio"
    assert kept.path.name.startswith(f"{ID}_")
    assert kept.path.name.endswith(f"_{hashlib.sha256(CSV).hexdigest()[:8]}.csv")
    assert raw.sidecar_of(kept.path) == kept.sidecar
    note = json.loads((kept.path.parent / f"{kept.path.name}.json").read_text(encoding="utf-8"))
    assert note["sha256"] == hashlib.sha256(CSV).hexdigest()
    assert (note["bytes"], note["status"], note["warnings"]) == (len(CSV), 22, ["angepasst"])
    assert raw.is_sidecar(kept.path.with_name(f"{kept.path.name}.json"))
    assert not raw.is_sidecar(kept.path)


def test_history_is_kept_and_the_last_valid_answer_is_the_newest(store: raw.RawStore) -> None:
    first = keep(store, CSV)
    second = keep(store, CSV + b"\n")
    assert store.newest("regio", ID, {"name": ID}) == replace(second, new=False)
    again = keep(store, CSV)
    assert (again.path, again.new) == (first.path, False)
    assert again.sidecar.retrieved > second.sidecar.retrieved, "the office went back to it"
    assert store.newest("regio", ID, {"name": ID, "stand": "x", "job": "true"}) == again
    assert store.newest("regio", ID, {"name": ID, "startyear": "2011"}) is None
    assert store.newest("regio", "12411-02-03-4", {"name": ID}) is None


@pytest.mark.parametrize("table", ["../x", "a/b", "", "12411_0", "a..b", "-"])
def test_only_ids_of_tables_become_paths(store: raw.RawStore, table: str) -> None:
    with pytest.raises(ValueError, match="parts of a path"):
        store.place("regio", table, {})


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe",
        lambda note: {**note, "bytes": "viele"},
        lambda note: {**note, "warnings": "x"},
        lambda note: {**note, "query": {"name": 1}},
        lambda note: {**note, "mehr": 1},
        lambda note: {k: v for k, v in note.items() if k != "stand"},
    ],
)
def test_a_damaged_note_is_said(store: raw.RawStore, damage: Any) -> None:
    kept = keep(store, CSV)
    note = kept.path.with_name(f"{kept.path.name}.json")
    content = damage if isinstance(damage, bytes) else json.dumps(damage(json.loads(note.read_text()))).encode()
    note.write_bytes(content)
    for look in (lambda: raw.sidecar_of(kept.path), lambda: store.newest("regio", ID, {"name": ID})):
        with pytest.raises(SourceError, match="Die Begleitdatei ist beschädigt") as caught:
            look()
        assert "löschen" in str(caught.value)
    refused = take(kept.path)
    assert isinstance(refused, SourceError)


@pytest.mark.parametrize("content", [CSV[:-1], CSV.replace(b"30", b"31"), b""])
def test_a_changed_file_is_said(store: raw.RawStore, content: bytes) -> None:
    kept = keep(store, CSV)
    kept.path.write_bytes(content)
    with pytest.raises(SourceError, match="die Datei wurde verändert"):
        raw.sidecar_of(kept.path)
    refused = take(kept.path)
    assert isinstance(refused, SourceError)
    assert "Prüfsumme" in str(refused)


def test_what_a_killed_run_leaves_is_no_answer(store: raw.RawStore) -> None:
    """A part without a name that counts; a note whose file never came."""
    store.part("regio", ID, {"name": ID}).write_bytes(b"half")
    kept = keep(store, CSV)
    kept.path.unlink()
    store.part("regio", ID, {"name": ID}).write_bytes(b"half")
    assert store.newest("regio", ID, {"name": ID}) is None
    assert [p for p in importer.files_of([store.folder]) if not p.name.endswith(".json")] == []
    assert keep(store, CSV).new


def test_the_note_tells_the_origin(store: raw.RawStore, tmp_path: Path) -> None:
    kept = keep(
        store, zipped(flat({"DG": [36, 12, 24]})), ".zip", stand="2026-03-09", retrieved="2026-03-11T08:00:00.000Z"
    )
    plain = tmp_path / "x.zip"
    plain.write_bytes(kept.path.read_bytes())
    with_note, without = take(kept.path), take(plain)
    assert isinstance(with_note, Reading)
    assert isinstance(without, Reading)
    (told,) = with_note.origins
    assert (told.retrieved, told.stand, told.url, told.licence) == (
        "2026-03-11T08:00:00.000Z",
        "2026-03-09",
        "https://example.org/x",
        "dl-de/by-2-0",
    )
    assert without.origins[0].url == ""
    assert told.sha256 == without.origins[0].sha256


def test_another_table_than_asked_for_is_refused(store: raw.RawStore) -> None:
    refused = take(keep(store, CSV, table="12411-02-03-4", query={"name": "12411-02-03-4"}).path)
    assert isinstance(refused, SourceError)
    assert "Abgerufen wurde die Tabelle 12411-02-03-4, die Datei enthält 12411-01-01-4." in str(refused)


def test_the_data_set_is_rebuilt_from_the_raw_store_without_a_network(store: raw.RawStore, tmp_path: Path) -> None:
    keep(store, CSV)
    keep(store, zipped(flat({"DG": [36, 12, 24]})), ".zip", query={"name": ID, "startyear": "1900"})
    outcome = importer.run([store.folder], tmp_path / "set")
    assert outcome.refused == []
    assert [r.table for r in outcome.reports] == [ID, ID]
