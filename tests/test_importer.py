"""`data import`: every file reported, the good ones kept, the same set from the same files whatever their order."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kommunalprofil import cli, german_cli, importer, sources
from kommunalprofil.errors import NotATableError, SourceError
from kommunalprofil.intake import account_of, take
from kommunalprofil.states import MANIFEST, State
from kommunalprofil.store import Store
from kommunalprofil.territory import KREISE
from twins import aged, by_age, by_sex, flat, sheet, zipped

OLD, NEW = "01.06.2019 / 10:00:00", "01.06.2020 / 10:00:00"


def files(folder: Path) -> dict[str, bytes]:
    """The files of the current state, manifest included."""
    state = State.of(folder)
    return {MANIFEST: (folder / MANIFEST).read_bytes()} | {name: state.read(name) for name in state.entries}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """Twins of four files, two of them of the same table and Stichtag."""
    folder = tmp_path / "raw"
    folder.mkdir()
    (folder / "a.csv").write_text(by_sex({"DG": [30, 10, 20], "01051": [30, 10, 20]}, ["31.12.2018"], stand=NEW))
    (folder / "b.csv").write_text(by_sex({"DG": [33, 11, 22], "01053": [3, 1, 2]}, ["31.12.2018"], stand=OLD))
    (folder / "c.csv").write_text(by_age({"DG": aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6])}, day="31.12.2018"))
    (folder / "d.zip").write_bytes(zipped(flat({"DG": [36, 12, 24]})))
    (folder / "e.csv").write_text(flat({"DG": [39, 13, 26]}, "alt"))
    return folder


def value(folder: Path, region: str, date: str, base: str = "zensus_2011") -> float | None:
    frame = Store(folder).observations("12411-01-01-4").to_pandas()
    found = frame[(frame["region"] == region) & (frame["date"].astype(str) == date) & (frame["sex"] == "_T")]
    found = found[found["base"] == base]
    return float(found["value"].iloc[0]) if len(found) else None


def test_the_newer_stand_wins_and_the_older_fills_in(raw: Path, tmp_path: Path) -> None:
    importer.run([raw], tmp_path / "set")
    assert value(tmp_path / "set", "DE", "2018-12-31") == 30
    assert value(tmp_path / "set", "01053", "2018-12-31") == 3


def test_an_older_stand_never_undoes_a_newer_one(raw: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        importer.run([raw / name], tmp_path / "set")
    (raw / "m.csv").write_text(by_sex({"DG": [39, 13, 26]}, ["31.12.2018"], stand="01.12.2019 / 10:00:00"))
    importer.run([raw / "m.csv"], tmp_path / "set")
    assert value(tmp_path / "set", "DE", "2018-12-31") == 30


def test_two_bases_of_one_day_are_kept_apart(raw: Path, tmp_path: Path) -> None:
    importer.run([raw], tmp_path / "set")
    assert value(tmp_path / "set", "DE", "2023-12-31", "zensus_2011") == 39
    assert value(tmp_path / "set", "DE", "2023-12-31", "zensus_2022") == 36


def test_any_order_and_any_portion_give_the_same_bytes(raw: Path, tmp_path: Path) -> None:
    names = sorted(raw.iterdir())
    importer.run(names, tmp_path / "one")
    importer.run(names[::-1], tmp_path / "two")
    for name in (names[1], names[4], names[0], names[3], names[2]):
        importer.run([name], tmp_path / "three")
    importer.run(names, tmp_path / "three")
    assert files(tmp_path / "one") == files(tmp_path / "two") == files(tmp_path / "three")


def test_a_bad_file_is_refused_and_the_others_come_in(raw: Path, tmp_path: Path) -> None:
    (raw / "bad.csv").write_text("GENESIS-Tabelle: 12411-01-01-4\n")
    (raw / "empty.csv").write_text("")
    heard: list[object] = []
    outcome = importer.run([raw, tmp_path / "fehlt.csv"], tmp_path / "set", heard.append)
    assert len(outcome.reports) == 5
    assert sorted(str(e).split(":")[0].split(",")[0] for e in outcome.refused) == ["bad.csv", "empty.csv", "fehlt.csv"]
    assert len(heard) == 8
    assert value(tmp_path / "set", "DE", "2018-12-31") == 30


def test_nothing_read_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("Hallo\n")
    outcome = importer.run([tmp_path / "bad.csv"], tmp_path / "set")
    assert outcome.refused
    assert not (tmp_path / "set").exists()


def _run(root: Path, *args: object) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(root / "src"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "kommunalprofil", *map(str, args)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_the_command_reports_every_file_and_fails_if_one_was_refused(raw: Path, tmp_path: Path, root: Path) -> None:
    done = _run(root, "data", "import", raw, "--output", tmp_path / "set")
    assert (done.returncode, done.stderr) == (0, "")
    assert "a.csv: Tabelle 12411-01-01-4, Ebene kreis, 31.12.2018" in done.stdout
    assert "Summenprobe männlich + weiblich = insgesamt: stimmt" in done.stdout
    (raw / "bad.csv").write_text("Hallo\n")
    done = _run(root, "data", "import", raw, "--output", tmp_path / "set", "--json")
    assert done.returncode == 1
    assert "Kein bekanntes amtliches Format" in done.stderr
    told = json.loads(done.stdout)
    assert len(told["files"]) == 5
    assert len(told["refused"]) == 1


@pytest.mark.slow
def test_killed_while_importing_the_old_set_stays(raw: Path, tmp_path: Path, root: Path) -> None:
    importer.run([raw], tmp_path / "set")
    before = files(tmp_path / "set")
    (raw / "f.csv").write_text(by_sex({"DG": [300, 100, 200]}, ["31.12.2018"], stand="01.06.2021 / 10:00:00"))
    for delay in (0.2, 0.6, 0.9, 1.1):
        command = [
            sys.executable,
            "-m",
            "kommunalprofil",
            "data",
            "import",
            str(raw),
            "--output",
            str(tmp_path / "set"),
        ]
        environment = {**os.environ, "PYTHONPATH": str(root / "src")}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if files(tmp_path / "set") != before:  # it was done before the signal came
            assert value(tmp_path / "set", "DE", "2018-12-31") == 300
            break


def test_land_and_germany_are_sums_where_every_kreis_is_printed(tmp_path: Path) -> None:
    """12411-0018 prints Kreise only; a missing part makes no sum, and what is true of a part is true of the sum."""
    number = KREISE[0][1]
    keys = ["02000", "11000", *(f"{5 + n // 100:02d}{n % 100:03d}" for n in range(number - 2))]
    rows: dict[str, list[object]] = {k: [3, 1, 2] for k in keys}
    rows["05001"] = ["(3)", "(1)", 2]
    rows["06001"] = [3, ".", 2]
    (tmp_path / "a.csv").write_text(by_sex(rows, ["31.12.2021"]))
    importer.run([tmp_path / "a.csv"], tmp_path / "set")
    frame = Store(tmp_path / "set").observations("12411-01-01-4").to_pandas()
    found = {(r, s): (v, f) for r, s, v, f in frame[["region", "sex", "value", "flag"]].itertuples(index=False)}
    assert found["05", "_T"] == (300, "low_reliability")
    assert found["05", "F"] == (200, "normal")
    assert found["07", "M"] == (100, "normal")
    assert ("06", "M") not in found
    assert ("DE", "M") not in found
    assert found["DE", "_T"] == (number * 3, "low_reliability")
    assert found["06", "_T"] == (300, "normal")


def test_folders_are_walked_without_companions(tmp_path: Path) -> None:
    for name in ("b.csv", "x.shp", "x.dbf", "x.prj", "y.dbf", ".hidden", "sub/a.csv", "z.request.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    found = [str(p.relative_to(tmp_path)) for p in importer.files_of([tmp_path])]
    assert found == ["b.csv", "sub/a.csv", "x.shp", "y.dbf"]
    assert {".dbf", ".prj"} <= sources.COMPANIONS


def ratios(folder: Path, youth: str) -> Path:
    """12411-08-01-4 for the ages of `c.csv`; its first number is 114,3 where nothing is wrong."""
    head = [
        ["", "", "", *["Jugendquotient"] * 3, *["Altenquotient"] * 3],
        ["", "", "", *["", "männlich", "weiblich"] * 2],
    ]
    cells = [youth, "100,0", "125,0", "285,7", "300,0", "275,0"]
    text = sheet("12411-08-01-4", head, [["31.12.2018", "DG", "Deutschland", *cells]])
    (folder / "ratios.csv").write_text(text)
    return folder / "ratios.csv"


def test_a_state_that_fails_its_checks_is_refused(raw: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "set"
    importer.run([raw], folder)
    before = {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    call = ["data", "import", str(ratios(tmp_path, "114,4")), "-o", str(folder)]
    assert german_cli.run(cli.app, call) == 1
    said = capfd.readouterr().err
    assert "Der neue Stand besteht seine Prüfungen nicht; der bisherige bleibt in Kraft" in said
    assert "12411-08-01-4 amtliche Werte: Jugendquotient (amtlich): 2 von 3" in said
    assert "--force" in said
    assert {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before
    assert german_cli.run(cli.app, [*call, "--force"]) == 0
    assert "Trotz nicht bestandener Prüfungen übernommen: 1" in capfd.readouterr().out
    assert "12411-08-01-4" in Store(folder).tables
    importer.run([ratios(tmp_path, "114,3")], tmp_path / "sound")


def test_every_cell_is_accounted_for(raw: Path, tmp_path: Path) -> None:
    """Berlin's districts and an absent Kreis stay outside, counted; what nobody can explain is a fault."""
    text = by_sex(
        {"DG": [30, 10, 20], "11001001": [3, 1, 2], "03152": ["-", "-", "-"], "02": [3, 1, 2]}, ["31.12.2018"]
    )
    (tmp_path / "f.csv").write_text(text)
    importer.run([tmp_path / "f.csv"], tmp_path / "set")
    (account,) = Store(tmp_path / "set").accounts
    assert (account.cells, account.kept, account.repeated, account.missing) == (12, 9, 3, 0)
    assert dict(account.left) == {"Gebiet gibt es zum Stichtag nicht": 3, "Teil eines Kreises": 3}
    reading = sources.read(tmp_path / "f.csv")
    reading.report.kept -= 1
    with pytest.raises(SourceError, match="Von 12 Werten der Datei sind 1 ohne Grund verschwunden"):
        account_of(reading)


@pytest.mark.shared
def test_every_official_file_is_read_or_passed_over(shared: Path) -> None:
    """Descriptions beside the data, even those with tables in them, are no fault of anybody."""
    for name in ("REGIONALSTATISTIK.md", "ZENSUS-GEO.md", "SHA256SUMS"):
        assert isinstance(take(shared / "data" / name), NotATableError)
