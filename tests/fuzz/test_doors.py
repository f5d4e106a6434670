"""What stands where a file is expected: links, pipes, devices, folders, files without rights, files that change."""

from __future__ import annotations

import errno
import os
import re
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import harness
import pytest
import seeds

from kommunalprofil import importer, intake, sources
from kommunalprofil.errors import KommunalprofilError, SourceError
from kommunalprofil.sources import content, door, recognised
from kommunalprofil.sources.reading import Reading

GOOD = seeds.seed("datencsv").data

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links, pipes and rights as POSIX has them")


def link(to: str) -> Callable[[Path], object]:
    return lambda path: path.symlink_to(to)


def pipe(path: Path) -> None:
    os.mkfifo(path)


def listening(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # addresses of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as bound:
            bound.bind(path.name)
    finally:
        os.chdir(here)


STRANGE: dict[str, tuple[Callable[[Path], object], str]] = {
    "nothing": (lambda path: None, "Es gibt keine Datei"),
    "a link to nothing": (link("fehlt"), "Es gibt keine Datei|es gibt sie nicht"),
    "a link to itself": (link("datei.csv"), "Es gibt keine Datei|im Kreis"),
    "a link to a folder": (link("."), "ein Ordner"),
    "a link to a device": (link("/dev/zero"), "ein Gerät"),
    "a link to no bytes": (link("/dev/null"), "ein Gerät"),
    "a link to a terminal": (link("/dev/tty"), "ein Gerät|nicht lesbar|Es gibt keine"),
    "a link to a file of the kernel": (link("/proc/self/environ"), "leer"),
    "a link below a file": (link("ganz.csv/datei.csv"), "Es gibt keine Datei|nicht lesbar"),
    "a pipe": (pipe, "eine Pipe"),
    "a socket": (listening, "ein Socket"),
    "a folder": (Path.mkdir, "ein Ordner"),
    "no bytes": (Path.touch, "leer"),
}


@pytest.mark.parametrize("what", STRANGE)
def test_what_is_no_file_is_refused_at_once(tmp_path: Path, what: str) -> None:
    make, text = STRANGE[what]
    (tmp_path / "ganz.csv").write_bytes(GOOD)
    path = tmp_path / "datei.csv"
    make(path)
    with harness.watched() as said:
        taken = intake.take(path)
    assert isinstance(taken, SourceError), taken
    assert taken.file == "datei.csv"
    assert not harness.bad_words(str(taken), taken.line)
    assert re.search(text, str(taken)), taken
    assert not said


def test_a_link_to_a_file_is_that_file(tmp_path: Path) -> None:
    (tmp_path / "ganz.bin").write_bytes(GOOD)
    (tmp_path / "verweis.csv").symlink_to("ganz.bin")
    assert harness.facts(sources.read(tmp_path / "verweis.csv")) == harness.whole("datencsv")


def test_a_file_without_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "datei.csv"
    path.write_bytes(GOOD)
    path.chmod(0)
    if os.access(path, os.R_OK):  # the superuser may read everything

        def denied(path: Path) -> bytes:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

        monkeypatch.setattr(recognised, "_head", denied)
    with pytest.raises(SourceError, match="Leserechte"):
        sources.read(path)


def test_a_folder_gives_every_file_or_its_refusal(tmp_path: Path) -> None:
    """Nothing that lies in a folder is passed over in silence; a folder behind a link is not walked."""
    folder = tmp_path / "amt"
    for make, name in ((pipe, "pipe"), (link("fehlt"), "weg"), (link("."), "kreis"), (link("/dev/zero"), "null")):
        folder.mkdir(exist_ok=True)
        make(folder / name)
    (folder / "ordner.csv").mkdir()
    (folder / "ordner.csv" / "ganz").write_bytes(GOOD)
    names = [path.name for path in importer.files_of([folder])]
    assert sorted(names) == ["ganz", "kreis", "null", "pipe", "weg"]
    outcome = importer.run([folder], tmp_path / "daten")
    assert [report.file for report in outcome.reports] == ["ganz"]
    assert sorted(error.file for error in outcome.refused if isinstance(error, SourceError)) == [
        "kreis",
        "null",
        "pipe",
        "weg",
    ]


def growing(path: Path) -> None:
    with path.open("ab") as stream:
        stream.write(b"\n")


def replaced(path: Path) -> None:
    other = path.with_name("neu")
    shutil.copy(path, other)
    other.replace(path)


def rewritten(path: Path) -> None:
    data = path.read_bytes()
    path.write_bytes(data)
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize("change", [growing, replaced, rewritten, Path.unlink])
@pytest.mark.parametrize("name", ["datencsv", "flat-new", "flat-zip", "gv-auszug", "outlines", "census-people"])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, name: str, change: Callable[[Path], object], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "datei.csv"
    path.write_bytes(seeds.seed(name).data)
    read = recognised.read

    def late(path: Path) -> Reading:
        reading = read(path)
        change(path)
        return reading

    monkeypatch.setattr(recognised, "read", late)
    with pytest.raises(SourceError, match=r"während des Lesens geändert|gibt sie nicht"):
        sources.read(path)


def test_a_damaged_file_that_is_still_being_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads a download too early is told so, not that it is damaged."""
    path = tmp_path / "datei.csv"
    path.write_bytes(GOOD[:300])
    read = recognised.read

    def late(path: Path) -> Reading:
        try:
            return read(path)
        finally:
            path.write_bytes(GOOD)

    monkeypatch.setattr(recognised, "read", late)
    with pytest.raises(SourceError, match="während des Lesens geändert"):
        sources.read(path)
    monkeypatch.undo()
    assert harness.facts(sources.read(path)) == harness.whole("datencsv")


def test_a_file_too_big_for_any_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "datei.csv"
    with path.open("wb") as stream:
        stream.truncate(door.MOST + 1)  # sparse: takes no room
    with pytest.raises(SourceError, match="höchstens 2 GB"):
        sources.read(path)


@pytest.mark.parametrize(
    "name", ["\x1b[31mrot.csv", "a\nb.csv", "x" * 200 + ".csv", "\u202egpj.csv", "-o.csv", "ü .csv"]
)
def test_names_no_terminal_should_get(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"kein amtliches Format")
    taken = intake.take(path)
    assert isinstance(taken, KommunalprofilError)
    assert str(taken).isprintable()
    path.write_bytes(GOOD)
    assert isinstance(intake.take(path), Reading)


HARDLY = (
    b"\x1f\x8b", b"PK", b"PK\x03\x04", b"\xef\xbb\xbf", b"\xff\xfe\x00", b";;;", b"\n\n", b'"', b"PAR1", b"{", b"[]",
    b"{}", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x00\x00\x27\x0a", b"\xff\xfe", b" ", b"0",
)  # fmt: skip


@pytest.mark.parametrize("some", HARDLY)
def test_hardly_anything(tmp_path: Path, some: bytes) -> None:
    path = tmp_path / "datei.csv"
    path.write_bytes(some)
    with pytest.raises(SourceError) as failed:
        sources.read(path)
    assert not harness.bad_words(str(failed.value), failed.value.line)


def heads() -> Iterator[tuple[str, int]]:
    for name in seeds.BUILDERS:
        seed = seeds.seed(name)
        if seed.kind == "text":
            yield from ((name, lines) for lines in range(min(7, seed.data.count(b"\n") + 1)))


def test_heads_without_bodies(tmp_path: Path) -> None:
    path = tmp_path / "datei.csv"
    for name, lines in heads():
        path.write_bytes(b"\n".join(seeds.seed(name).data.split(b"\n")[:lines]))
        with pytest.raises(SourceError) as failed:
            sources.read(path)
        assert not harness.bad_words(str(failed.value), failed.value.line), (name, lines)


def test_a_content_that_outgrows_memory_is_read_again_and_must_be_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content, "KEEP", 100)
    for name in ("datencsv", "flat-zip", "packed", "tsv"):
        path = tmp_path / "datei.csv"
        path.write_bytes(seeds.seed(name).data)
        assert harness.facts(sources.read(path)) == harness.whole(name)
