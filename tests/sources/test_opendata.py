"""The download without a login: whole or not at all, asked for again only if it changed, resumed where it broke."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import genesis_server as gs
from genesis_server import Download, FakeTime, GenesisServer, Reply
from kommunalprofil import raw
from kommunalprofil.errors import SourceError
from kommunalprofil.sources import opendata
from kommunalprofil.sources.transfer import FetchError, Limits, Pace, Transfer, check_clock
from twins import by_sex

ID = "12411-01-01-4"
PATH = f"opendata/{ID}_00.csv"
QUERY = {"download": f"{ID}_00.csv"}
BODY = by_sex({f"{n:05d}": [3, 1, 2] for n in range(1000, 3000)}, ["31.12.2018"]).encode("latin-1")
NEWER = BODY.replace(b"10.10.2024", b"11.11.2025").replace(b";3;1;2", b";5;2;3")


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Iterator[GenesisServer]:
    with gs.running(monkeypatch) as server:
        yield server


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def store(tmp_path: Path) -> raw.RawStore:
    return raw.RawStore(tmp_path / "raw")


@pytest.fixture
def way(time: FakeTime) -> Iterator[Transfer]:
    limits = Limits(connect=2, silence=1, answer=2, task=600, tries=4)
    with Transfer(limits, Pace(time.sleep, time.clock, time.jitter)) as transfer:
        yield transfer


def names(store: raw.RawStore) -> list[str]:
    return sorted(p.name for p in store.folder.rglob("*") if p.is_file())


def test_a_file_comes_in_with_its_stand(office: GenesisServer, way: Transfer, store: raw.RawStore) -> None:
    office.on(PATH, Download(BODY, etag='"1"', modified=1_700_000_000))
    kept = opendata.fetch(ID, way, store)
    assert kept.new
    assert kept.path.read_bytes() == BODY
    note = raw.sidecar_of(kept.path)
    assert note is not None
    assert (note.stand, note.etag, note.last_modified) == (
        "2024-10-10T11:57:53",
        '"1"',
        "Tue, 14 Nov 2023 22:13:20 GMT",
    )
    assert (note.query, note.url) == (QUERY, f"{office.base}/{PATH}")
    assert names(store) == [kept.path.name, f"{kept.path.name}.json"]
    (asked,) = office.seen
    assert asked.method == "GET"
    assert "username" not in asked.headers


@pytest.mark.parametrize(
    "served",
    [
        Download(BODY, etag='"1"'),
        Download(BODY, modified=1_700_000_000),
        Reply(BODY),
        Reply(BODY.replace(b"11:57:53", b"12:00:00")),
    ],
    ids=["etag", "modified", "same bytes", "made anew with the same numbers"],
)
def test_unchanged(office: GenesisServer, way: Transfer, store: raw.RawStore, served: gs.Answering) -> None:
    office.on(PATH, served if isinstance(served, Download) else Reply(BODY), served)
    first, second = opendata.fetch(ID, way, store), opendata.fetch(ID, way, store)
    assert (second.new, second.path) == (False, first.path)
    assert second.sidecar.checked > first.sidecar.checked
    assert second.sidecar.retrieved == first.sidecar.retrieved
    assert len(names(store)) == 2


def test_a_new_file_stands_beside_the_old_one(office: GenesisServer, way: Transfer, store: raw.RawStore) -> None:
    office.on(PATH, Download(BODY, etag='"1"'), Download(NEWER, etag='"2"'))
    first, second = opendata.fetch(ID, way, store), opendata.fetch(ID, way, store)
    assert second.new
    assert (first.path.read_bytes(), second.path.read_bytes()) == (BODY, NEWER)
    assert store.newest("regio", ID, QUERY) == replace(second, new=False)


def test_a_broken_download_goes_on_where_it_broke(
    office: GenesisServer, way: Transfer, store: raw.RawStore, time: FakeTime
) -> None:
    served = Download(BODY, etag='"1"', modified=1_700_000_000)
    served.breaks = [20_000, 10_000]
    office.on(PATH, served)
    assert opendata.fetch(ID, way, store).path.read_bytes() == BODY
    assert [s.headers.get("range") for s in office.seen] == [None, "bytes=20000-", "bytes=30000-"]
    assert office.seen[1].headers["if-range"] == '"1"'
    assert office.sent == len(BODY)
    assert time.slept == [1.0, 2.0]
    assert len(names(store)) == 2


@pytest.mark.parametrize(
    "served",
    [
        Download(BODY),
        Download(BODY, etag='"1"', ranges=False),
        Download(BODY, etag='W/"1"'),
    ],
    ids=["no validator", "no ranges", "a weak one"],
)
def test_without_a_way_to_resume_it_starts_anew(
    office: GenesisServer, way: Transfer, store: raw.RawStore, served: Download
) -> None:
    served.breaks = [20_000]
    office.on(PATH, served)
    assert opendata.fetch(ID, way, store).path.read_bytes() == BODY


def test_a_part_of_another_version_is_not_continued(office: GenesisServer, way: Transfer, store: raw.RawStore) -> None:
    """The file changed in between; a server that ignores If-Range, or answers with the wrong piece, changes nothing."""
    broken = Download(BODY, etag='"1"')
    broken.breaks = [20_000] * 9
    other = NEWER[20_000:]
    piece = {"Content-Range": f"bytes 20000-{len(NEWER) - 1}/{len(NEWER)}"}
    for second in (
        Download(NEWER, etag='"2"'),
        Reply(other, 206, piece | {"ETag": '"2"'}),
        Reply(other, 206, {"Content-Range": "bytes 7-9/10"}),
        Reply(other, 206),
        Reply(b"", 416),
    ):
        fresh = raw.RawStore(store.folder / str(len(office.seen)))
        office.on(PATH, broken, second, Download(NEWER, etag='"2"'))
        assert opendata.fetch(ID, way, fresh).path.read_bytes() == NEWER
        assert len(names(fresh)) == 2


@pytest.mark.parametrize(
    ("answer", "said", "tries"),
    [
        (Reply(gs.HTML, 404, {"Content-Type": "text/html"}), "hat diese Datei oder diesen Dienst nicht (HTTP 404", 1),
        (Reply(gs.HTML), "Der Server liefert keine Daten, HTML-Seite statt Daten.", 4),
        (Reply(gs.HTML, 500), "HTTP 500, HTML-Seite statt Daten", 4),
        (Reply(b""), "leere Antwort", 4),
        (Reply(BODY[:-60]), "der Fuß mit Quelle und Stand fehlt", 4),
        (Reply(BODY[: len(BODY) // 2]), "der Fuß mit Quelle und Stand fehlt", 4),
        (Reply(BODY, cut=30_000), "abgebrochen", 4),
        (Reply(BODY, cut=30_000, reset=True), "abgebrochen", 4),
        (Reply(BODY.replace(b"12411-01-01-4", b"12411-02-03-4")), "Statt der Tabelle 12411-01-01-4 kam", 1),
        (Reply(b"a;b\n1;2\n"), "keine Open-Data-Datei; sie beginnt mit", 1),
        (gs.bare(2, "Systemfehler", 200), "keine Open-Data-Datei", 1),
    ],
)
def test_refused(
    office: GenesisServer, way: Transfer, store: raw.RawStore, answer: Reply, said: str, tries: int
) -> None:
    office.on(PATH, answer)
    with pytest.raises(FetchError) as caught:
        opendata.fetch(ID, way, store)
    assert said in str(caught.value) or "unvollständig" in str(caught.value)
    assert len(office.seen) == tries
    assert not [n for n in names(store) if not n.startswith(".")]


def test_redirects_are_followed_here(office: GenesisServer, way: Transfer, store: raw.RawStore) -> None:
    office.on(PATH, Reply(b"", 302, {"Location": f"{office.base}/opendata/neu.csv"}))
    office.on("opendata/neu.csv", Reply(BODY))
    assert opendata.fetch(ID, way, store).new


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://example.invalid/x.csv", "weiter statt an eine Adresse mit https"),
        ("https://nutzer:wort@example.invalid/", "weiter statt an eine Adresse mit https"),
        ("file:///etc/passwd", "weiter statt an eine Adresse mit https"),
        ("http://[::1", "weiter statt an eine Adresse mit https"),
        ("http://\xff\xfe../", "weiter statt an eine Adresse mit https"),
        ("", "weiter statt an eine Adresse mit https"),
        (f"/{PATH}", "leitet im Kreis weiter"),
    ],
)
def test_redirects_that_lead_astray(
    office: GenesisServer, way: Transfer, store: raw.RawStore, location: str, said: str
) -> None:
    office.on(PATH, Reply(b"x" * 50_000_000, 302, {"Location": location}))
    with pytest.raises(FetchError) as caught:
        opendata.fetch(ID, way, store)
    assert said in str(caught.value)
    assert office.sent < 50_000_000, "what a redirect says besides is not read"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"Date": "Thu, 01 Jan 2015 00:00:00 GMT"}, "Tage vor"),
        ({"Date": "Thu, 01 Jan 2099 00:00:00 GMT"}, "Tage nach"),
        ({"Date": "gestern"}, ""),
        ({}, ""),
    ],
)
def test_a_clock_that_is_days_off(told: dict[str, str], said: str) -> None:
    if said:
        with pytest.raises(FetchError, match=said):
            check_clock({k.lower(): v for k, v in told.items()})
    else:
        check_clock({k.lower(): v for k, v in told.items()})


def test_an_old_answer_of_a_cache_is_no_wrong_clock() -> None:
    at = 1_767_225_600.0
    told = {"date": "Thu, 01 Jan 2026 00:00:00 GMT"}
    check_clock(told | {"age": "864000"}, lambda: at + 864_000)
    with pytest.raises(FetchError, match="10 Tage vor"):
        check_clock(told, lambda: at + 864_000)


def test_a_damaged_raw_store_is_said(office: GenesisServer, way: Transfer, store: raw.RawStore) -> None:
    office.on(PATH, Reply(BODY))
    kept = opendata.fetch(ID, way, store)
    kept.path.write_bytes(BODY.replace(b";3;", b";4;"))
    with pytest.raises(SourceError, match=r"die Datei wurde verändert\. Beide Dateien löschen"):
        opendata.fetch(ID, way, store)


def test_official_files_pass(shared: Path) -> None:
    """Every Open-Data file at hand has the title and the foot that make a download complete."""
    from kommunalprofil.sources import answers

    folder = shared / "data" / "regionalstatistik" / "rdb-opendata-2017"
    for path in sorted(folder.glob("*_00.csv")):
        table = path.name.removesuffix("_00.csv")
        checked = answers.check_download(path, table)
        assert checked.stand.startswith("201"), path.name
