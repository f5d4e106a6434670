"""The build command as users call it: what it writes, what it refuses, with which sentence and which exit code."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kommunalprofil import cli, german_cli
from kommunalprofil.resources import data_dir

FILES = ["datapackage.json", "daten.csv", "daten.xlsx", "kommunalprofil.html", "kommunalprofil.pdf", "profil.json"]


def call(*args: str | Path) -> int:
    return german_cli.run(cli.app, [str(arg) for arg in args])


def test_a_place_by_its_keys(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    keys = ("03 4 54 055", "03 4 54 5407 055", "034545407055", "Gemeinde  VREES ")
    assert call("build", *keys, "vrees", "--json", "-o", tmp_path / "Ordner mit Ümlaut") == 0
    out, err = capfd.readouterr()
    assert [place["ags"] for place in json.loads(out)] == ["03454055"]  # named five times, built once
    assert err == ""
    assert sorted(p.name for p in (tmp_path / "Ordner mit Ümlaut" / "vrees").iterdir()) == FILES


def test_figures_beside_and_told_in_one_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert call("build", "groede", "--figures", "-o", tmp_path) == 0
    folder = tmp_path / "groede"
    drawn = sorted(path.name for path in (folder / "abbildungen").iterdir())
    assert drawn[:3] == ["01-locator_map.csv", "01-locator_map.png", "01-locator_map.svg"]
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) == 8
    assert any(line.startswith(f"  abbildungen/  {len(drawn)} Dateien, ") for line in lines)
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    assert f"abbildungen/{drawn[0]}" in {resource["path"] for resource in package["resources"]}


def test_one_wrong_place_and_nothing_is_built(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert call("build", "vrees", "Dithmarshen", "-o", tmp_path) == 2
    assert "Gemeint sein könnte:\n  01051" in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_every_doubtful_line_of_a_list_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "orte.txt"
    listed.write_text("vrees\n\nDüren # welches?\nnirgendwo\n", encoding="utf-8")
    assert call("build", "--from", listed, "-o", tmp_path / "aus") == 2
    err = capfd.readouterr().err
    assert "orte.txt, Zeile 3: „Düren“ ist mehrdeutig" in err
    assert "orte.txt, Zeile 4: Kein Ort heißt „nirgendwo“" in err
    assert not (tmp_path / "aus").exists()


def test_an_empty_list(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "leer.txt"
    listed.write_text("# noch keiner\n")
    assert call("build", "--from", listed, "-o", tmp_path / "aus") == 2
    assert f"In „{listed}“ steht kein Ort." in capfd.readouterr().err


def test_a_file_is_no_folder(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "datei").write_text("x")
    assert call("build", "vrees", "grabow", "--json", "-o", tmp_path / "datei") == german_cli.EXIT_IO
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"Fehler: „{tmp_path / 'datei'}“ ist eine Datei, gebraucht wird ein Ordner. ")


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("manifest.json", "manifest.json"),
        ("origins-*.json", "origins-"),
        ("regions-*.parquet", "regions-"),
        ("observations/GV-Auszug-*.parquet", "GV-Auszug"),
        ("observations", "observations/"),
        ("outlines/gemeinden-*.parquet", "outlines/gemeinden"),
    ],
)
@pytest.mark.parametrize("how", ["gone", "cut"])
def test_a_damaged_data_set(
    broken: str, message: str, how: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(data_dir(), data)
    (path,) = data.glob(broken)
    if path.is_dir():
        shutil.rmtree(path)
    elif how == "gone":
        path.unlink()
    else:
        os.truncate(path, path.stat().st_size // 2)
    assert call("build", "vrees", "--data", data, "-o", tmp_path / "o") == 3
    out, err = capfd.readouterr()
    assert err.startswith("Fehler: ")
    assert message in err
    assert out == ""
    assert not (tmp_path / "o").exists()


def test_same_data_same_bytes(tmp_path: Path) -> None:
    """Another folder, time zone, language and hash seed: every file the same."""
    code = "from kommunalprofil.cli import main; main()"
    source = str(Path(cli.__file__).resolve().parent.parent)
    for number, (zone, language, seed) in enumerate([("UTC", "de_DE.UTF-8", "0"), ("Asia/Tokyo", "C", "random")]):
        env = os.environ | {
            "TZ": zone,
            "LANG": language,
            "LC_ALL": language,
            "PYTHONHASHSEED": seed,
            "PYTHONPATH": source,
        }
        command = [sys.executable, "-c", code, "build", "vrees", "05913", "-q", "-o", str(tmp_path / str(number) / "x")]
        done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    for place in ("vrees", "dortmund"):
        for name in FILES:
            first, second = ((tmp_path / str(n) / "x" / place / name).read_bytes() for n in (0, 1))
            assert first == second, name


def test_a_bar_only_on_a_terminal(tmp_path: Path, require_tool: Callable[..., str]) -> None:
    """Under `script` the bar is there and lines stand by themselves; in a pipe there are plain lines only."""
    source = str(Path(cli.__file__).resolve().parent.parent)
    run = f"PYTHONPATH={source} {sys.executable} -m kommunalprofil build groede wettlingen -o {tmp_path}"
    log = tmp_path / "log"
    subprocess.run([require_tool("script"), "-qec", run, str(log)], stdout=subprocess.DEVNULL, check=True)
    shown = log.read_text()
    assert "\x1b[KGemeinde Wettlingen" in shown or "\x1b[K\x1b[KGemeinde Wettlingen" in shown
    assert "2/2" in shown
    assert "je Minute" in shown
    piped = subprocess.run(run, shell=True, capture_output=True, text=True, check=True)
    assert piped.stderr == ""
    assert "\x1b" not in piped.stdout
    lines = piped.stdout.splitlines()
    assert [line.split(":")[0] for line in lines] == ["Gemeinde Gröde", "Gemeinde Wettlingen"]
    assert all("ist aktuell" in line for line in lines)


def test_the_short_version_has_two_pages(tmp_path: Path) -> None:
    from pikepdf import open as open_pdf

    from kommunalprofil import german_cli
    from kommunalprofil.cli import app

    assert german_cli.run(app, ["build", "vrees", "--short", "--quiet", "-o", str(tmp_path)]) == 0
    with open_pdf(tmp_path / "vrees" / "kommunalprofil-kurz.pdf") as pdf:
        assert len(pdf.pages) == 2
        assert pdf.docinfo["/Title"] == "Kommunalprofil Gemeinde Vrees, kurz"
    page = (tmp_path / "vrees" / "kommunalprofil-kurz.html").read_text(encoding="utf-8")
    whole = (tmp_path / "vrees" / "kommunalprofil.html").read_text(encoding="utf-8")
    assert "In Einfacher Sprache" in page
    assert "1.916" in page
    assert re.findall(r'class="edition">[^<]+', page) == re.findall(r'class="edition">[^<]+', whole)
