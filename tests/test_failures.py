"""What stands in the way of a build is told in a line, what is there stays whole, and everything else is built."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import quick_build
import small_states
from kommunalprofil import cli, german_cli, resources
from kommunalprofil.resources import data_dir
from kommunalprofil.store import Store, to_parquet

BUILD = [sys.executable, quick_build.__file__, "build", "--level", "kreis", "--land", "01"]
PLACE_SIZE = quick_build.SIZE * len(quick_build.NAMES)
MOUNTED = """
mount -t tmpfs -o "$0" none "$1" || exit 99
out=$1 copy=$2
shift 2
"$@"
code=$?
cp -a "$out/." "$copy"
exit $code
"""
"""Mounts a small disk that only the command sees, and copies what it left there."""


@cache
def can_mount() -> bool:
    try:
        tried = ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"]
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def on_a_disk(options: str, tmp_path: Path, *args: str) -> tuple[subprocess.CompletedProcess[str], Path]:
    """What a build says on a disk mounted with these options, and a copy of what is on it then."""
    if not can_mount():
        pytest.skip("no right to mount a disk, not even one of its own")
    disk, copy = tmp_path / "disk", tmp_path / "copy"
    disk.mkdir()
    copy.mkdir()
    command = ["unshare", "-rm", "sh", "-c", MOUNTED, options, disk, copy, *BUILD, *args, "-o", disk]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60), copy


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_full_disk(jobs: str, tmp_path: Path) -> None:
    """With room for three places and a half: two processes may both be in the middle of a place when it is full."""
    done, copy = on_a_disk(f"size={PLACE_SIZE * 7 // 2}", tmp_path, "--jobs", jobs)
    assert done.returncode == german_cli.EXIT_IO, done.stderr
    lines = done.stderr.splitlines()
    assert all("Der Datenträger ist voll" in line and line.startswith("Fehler: ") for line in lines)
    assert 1 <= len(lines) <= int(jobs)
    assert "fehlgeschlagen" in done.stdout
    assert "nicht begonnen" in done.stdout
    files = [path for path in copy.rglob("*") if path.is_file()]
    assert [path for path in files if path.name.startswith(".")] == []
    assert {path.stat().st_size for path in files if path.suffix != ".json"} == {quick_build.SIZE}
    whole = len(list(copy.glob("*/datapackage.json")))
    assert len(list(copy.glob("*/kommunalprofil.pdf"))) == whole
    assert whole in ((3,) if jobs == "1" else (2, 3))


def test_a_disk_that_cannot_be_written(tmp_path: Path) -> None:
    done, copy = on_a_disk("ro", tmp_path, "--jobs", "1")
    assert done.returncode == german_cli.EXIT_IO
    (line,) = done.stderr.splitlines()
    assert line.startswith("Fehler: Flensburg: Der Datenträger ist schreibgeschützt: ")
    assert list(copy.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="limits of POSIX")
def test_a_file_that_becomes_too_large(tmp_path: Path) -> None:
    """What a limit stops in the middle of writing, wherever no disk may be mounted."""
    limit = f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({quick_build.SIZE // 2},) * 2)"
    command = [sys.executable, "-c", f"{limit}; os.execv(sys.argv[1], sys.argv[1:])", *BUILD, "-o", tmp_path]
    done = subprocess.run([*command, "--jobs", "1"], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == german_cli.EXIT_IO
    (line,) = done.stderr.splitlines()
    assert "Die Datei wird zu groß" in line
    assert "0 Profile gebaut, 1 fehlgeschlagen, 14 nicht begonnen" in done.stdout
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    done = subprocess.run([*BUILD, "-o", tmp_path], capture_output=True, text=True, check=False, timeout=60)
    tmp_path.chmod(0o755)
    assert done.returncode == german_cli.EXIT_IO
    assert done.stderr.startswith("Fehler: Flensburg: Keine Berechtigung: ")


def build(*args: str | Path) -> int:
    return german_cli.run(cli.app, ["build", *(str(arg) for arg in args)])


@pytest.mark.parametrize("how", ["cut", "garbage", "gone"])
@pytest.mark.parametrize("name", ["SourceSans3-Bold.ttf", "latin-regular.woff2"])
def test_a_broken_font(
    name: str, how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    fonts = shutil.copytree(resources.fonts_dir(), tmp_path / "fonts")
    data = (fonts / name).read_bytes()
    (fonts / name).write_bytes(data[:5000] if how == "cut" else data[:5000] + bytes(1000) + data[6000:])
    if how == "gone":
        (fonts / name).unlink()
    monkeypatch.setattr(resources, "fonts_dir", lambda: fonts)
    assert build("groede", "-o", tmp_path / "r") == 1
    wrong = f"Die Schrift „{fonts / name}“ fehlt oder ist beschädigt. kommunalprofil neu installieren."
    assert capfd.readouterr() == ("", f"Fehler: {wrong}\n")
    assert not (tmp_path / "r").exists()


def test_the_fonts_are_known_by_their_sums(root: Path) -> None:
    resources.check_fonts()
    known = (root / "templates/fonts/SHA256SUMS").read_text(encoding="ascii").split()[1::2]
    there = [path.name for path in (root / "templates/fonts").iterdir() if path.suffix in (".ttf", ".woff2")]
    assert known == sorted(there)


def damage_rows(folder: Path, table: str, region: str) -> None:
    """Ages that run backwards, in the rows of one place."""
    rows = Store(folder).observations(table).to_pandas()
    rows.loc[rows["region"] == region, ["age_from", "age_to"]] = [50, 10]
    small_states.save(folder, {f"observations/{table}": to_parquet(rows)})


def damage_bytes(folder: Path, table: str, shelf: str) -> None:
    """A few bytes of one row group, as a bad disk has them."""
    path = Store(folder).state.path(f"observations/{table}")
    about = pq.read_metadata(path)
    group = about.row_group(json.loads(about.metadata[b"lands"]).index(shelf))
    column = group.column(about.schema.names.index("value"))
    data = bytearray(path.read_bytes())
    data[column.data_page_offset + column.total_compressed_size // 2] ^= 0xFF
    path.write_bytes(data)


@pytest.mark.slow
def test_damaged_data_of_one_place_and_of_one_land(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Hallig Hooge and Gröde are computed together, and their Kreis has a place that is sound."""
    data = shutil.copytree(data_dir(), tmp_path / "data")
    damage_rows(data, "12411-02-03-5", "01054050")
    damage_bytes(data, "12711-01-03-5", "07+")
    places = ["01054050", "groede", "wettlingen"]
    assert build(*places, "--data", data, "-o", tmp_path / "r", "--jobs", "1", "-q") == 3
    out, err = capfd.readouterr()
    assert out == ""
    lines = sorted(err.splitlines())
    assert len(lines) == 2
    assert lines[0].startswith(
        "Fehler: Gemeinde Hallig Hooge: Der Datenbestand ist beschädigt. "
        "Tabelle 12411-02-03-5: Altersgrenzen außerhalb von 0 bis 200."
    )
    assert lines[1].startswith("Fehler: Gemeinde Wettlingen: 12711-01-03-5-")
    assert "ist beschädigt" in lines[1]
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["groede"]
    assert len(list((tmp_path / "r" / "groede").iterdir())) == 6


@pytest.mark.slow
@pytest.mark.parametrize("table", ["12411-02-03-4", "12612-01-01-4"])
def test_impossible_numbers_of_a_place_are_damage(
    table: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = shutil.copytree(data_dir(), tmp_path / "data")
    rows = Store(data).observations(table).to_pandas()
    rows.loc[rows["region"] == "01053", "value"] = -5.0
    small_states.save(data, {f"observations/{table}": to_parquet(rows)})
    assert build("01053", "--data", data, "-o", tmp_path / "r", "-q") == 3
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Fehler: Kreis Herzogtum Lauenburg: Der Datenbestand ist beschädigt. ")
    assert re.search(rf"Tabelle {table}: [\d.]+ unmögliche Werte, zuerst −5,00 \(.*\) bei 01053 am \d", err)


WRITING = {
    "build": ("build", "vrees", "vrees/kommunalprofil.pdf"),
    "compare": ("compare", "vrees", "grabow", "synopse.html"),
    "halbzeitbilanz": ("halbzeitbilanz", "vrees", "vrees/halbzeitbilanz.xlsx"),
    "werkstattplan": ("werkstattplan", "vrees", "vrees/werkstattplan.docx"),
    "melderegister": ("melderegister", "vrees", "{csv}", "vrees/melderegister.pdf"),
}
"""The commands that write into a folder, and one of the files each writes."""


@pytest.mark.parametrize("command", WRITING)
def test_what_lies_in_the_way_is_named_as_people_wrote_it(
    command: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "eigen.csv").write_text("Geschlecht;Anzahl\nm;950\nw;960\n", encoding="utf-8")
    *words, file = (word.format(csv=tmp_path / "eigen.csv") for word in WRITING[command])
    if command == "melderegister":
        words += ["--stichtag", "31.12.2024"]
    (tmp_path / "datei").write_text("bleibt")
    (tmp_path / "ordner" / file).mkdir(parents=True)
    for out, says in (
        (tmp_path / "datei", f"„{tmp_path / 'datei'}“ ist eine Datei, gebraucht wird ein Ordner. "),
        (tmp_path / "datei" / "tief", f"„{tmp_path / 'datei'}“ ist eine Datei, gebraucht wird ein Ordner. "),
        (tmp_path / "ordner", f"„{tmp_path / 'ordner' / file}“ ist ein Ordner, hier soll eine Datei entstehen. "),
    ):
        assert german_cli.run(cli.app, [*words, "--output", str(out)]) == german_cli.EXIT_IO
        err = capfd.readouterr().err
        assert says in err
        assert "Mit --output einen anderen" in err
    assert (tmp_path / "datei").read_text() == "bleibt"
    there = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")}
    assert not [name for name in there if name.endswith(".tmp")]
    assert {name for name in there if not name.startswith("ordner")} == {"datei", "eigen.csv"}


@pytest.mark.parametrize(
    "words",
    [("indicators", "--region", "vrees", "--indicator", "population"), ("data", "diff", "{data}", "{data}")],
)
def test_a_folder_in_the_place_of_a_file(
    words: tuple[str, ...], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "werte.json").mkdir()
    call = [word.format(data=data_dir()) for word in words]
    assert german_cli.run(cli.app, [*call, "-o", str(tmp_path / "werte.json")]) == german_cli.EXIT_IO
    assert f"„{tmp_path / 'werte.json'}“ ist ein Ordner, hier soll eine Datei entstehen." in capfd.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["werte.json"]
