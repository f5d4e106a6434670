"""The command line speaks German, keeps its exit codes and shows no traceback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import typer
from typer.core import TyperGroup

import sample_cli
from kommunalprofil import cli, errors, german_cli
from kommunalprofil.german_texts import german_command

SAMPLE = Path(sample_cli.__file__)
ENGLISH = re.compile(
    r"\b(usage|options|commands|arguments?\(s\)|show|message|exit|error|missing|no such|invalid|values?|try|(?<!-)help|"
    r"aborted|default|required|requires|env var|did you mean|choose|input should|does not|is not|unexpected|possible|"
    r"string|integer|path|dir|file|int|str|float|traceback|range)\b",
    re.IGNORECASE,
)


def call(app: typer.Typer, capfd: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = german_cli.run(app, list(args))
    captured = capfd.readouterr()
    return code, captured.out, captured.err


def command_paths(app: typer.Typer) -> Iterator[list[str]]:
    """The words that lead to every command and group of `app`, the app itself first."""
    stack = [([], german_command(app))]
    while stack:
        words, command = stack.pop()
        yield words
        if isinstance(command, TyperGroup):
            stack += [([*words, name], child) for name, child in command.commands.items()]


def english(text: str) -> list[str]:
    return [match[0] for match in ENGLISH.finditer(text)]


@pytest.fixture(params=[sample_cli, cli], ids=["sample", "kommunalprofil"])
def app(request: pytest.FixtureRequest) -> typer.Typer:
    module: ModuleType = request.param
    return module.app


def test_every_help_page_is_german(app: typer.Typer, capfd: pytest.CaptureFixture[str]) -> None:
    for words in command_paths(app):
        code, out, err = call(app, capfd, *words, "--help")
        assert (code, err) == (0, ""), words
        assert out.startswith("Aufruf: kommunalprofil"), words
        assert "Diese Hilfe anzeigen." in out
        assert not english(out), (words, out)


def test_every_command_refuses_what_it_does_not_know(app: typer.Typer, capfd: pytest.CaptureFixture[str]) -> None:
    for words in command_paths(app):
        code, out, err = call(app, capfd, *words, "--gibt-es-nicht")
        assert (code, out) == (2, ""), words
        assert "Fehler: Die Option „--gibt-es-nicht“ gibt es nicht." in err
        assert not english(err), err


def test_wrong_commands(app: typer.Typer, capfd: pytest.CaptureFixture[str]) -> None:
    code, _, err = call(app, capfd, "bauen")
    assert code == 2
    assert "Fehler: Den Befehl „bauen“ gibt es nicht." in err
    code, _, err = call(app, capfd, "biuld")
    assert code == 2
    assert "Gemeint sein könnte: „build“." in err
    assert not english(err)


def test_no_command_shows_the_help(app: typer.Typer, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(app, capfd)
    assert code == 2
    assert "Befehle:" in out + err
    assert not english(out + err)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ("build", "Es fehlt die Angabe „ORT“."),
        ("build a --year", "Die Option „--year“ braucht einen Wert."),
        ("build a --year x", "Ungültiger Wert für „--year“: Erwartet wird eine ganze Zahl."),
        ("build a --year 1.5", "Ungültiger Wert für „--year“: Erwartet wird eine ganze Zahl."),
        ("build a --year 3", "Ungültiger Wert für „--year“: Der Wert muss mindestens 1990 sein."),
        ("build a --year 3000", "Ungültiger Wert für „--year“: Der Wert darf höchstens 2030 sein."),
        ("build a --width breit", "Ungültiger Wert für „--width“: Erwartet wird eine Zahl."),
        ("build a --yeer 3", "Die Option „--yeer“ gibt es nicht. Gemeint sein könnte: „--level“, „--year“."),
        ("build a --quiet=3", "Die Option „--quiet“ nimmt keinen Wert an."),
        ("build a --level bund", "„bund“ gehört nicht dazu; möglich sind „kreis“, „land“."),
        ("build a --data /gibt/es/nicht", "(Umgebungsvariable „SAMPLE_DATA“): Ordner „/gibt/es/nicht“ gibt es nicht."),
        ("data import /gibt/es/nicht --output a", "Ungültiger Wert für „PFAD“: Datei „/gibt/es/nicht“ gibt es nicht."),
        ("data import . --output a", "„.“ ist ein Ordner, erwartet wird eine Datei."),
        ("data import README.md", "Es fehlt die Option „--output“."),
        ("wait jetzt", "Zu viele Angaben: jetzt"),
        ("fail value", "Ungültiger Wert: Nur Kreise haben Gemeinden."),
    ],
)
def test_wrong_calls_get_one_german_sentence(args: str, message: str, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(sample_cli.app, capfd, *args.split())
    assert (code, out) == (2, "")
    assert message in err
    assert not english(err)


def test_help_marks(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(sample_cli.app, capfd, "build", "--help")
    assert "Aufruf: kommunalprofil build [OPTIONEN] ORT...\n" in out
    assert "[Pflichtangabe]" in out
    assert "[Vorgabe: 2020; von 1990 bis 2030]" in out
    assert "[Umgebungsvariable: SAMPLE_DATA]" in out
    assert "<Ganzzahl>" in out


@pytest.mark.parametrize(
    ("how", "code", "message"),
    [
        ("region", 2, "Fehler: Kein Ort heißt „Dithmarshen“. Gemeint sein könnte:\n  dithmarschen\n"),
        ("data", 3, "Fehler: Der Datenbestand ist beschädigt.\n"),
        ("full", 74, "Fehler: Der Datenträger ist voll: reports/x.pdf\n"),
        ("denied", 74, "Fehler: Keine Berechtigung: reports/x.pdf\n"),
        ("memory", 71, "Fehler: Arbeitsspeicher oder Prozesse reichen nicht aus, das System gibt keine mehr her. "),
        ("bug", 70, "Fehler: Unerwarteter Fehler"),
        ("interrupt", 130, "Abgebrochen.\n"),
        ("abort", 1, "Abgebrochen.\n"),
    ],
)
def test_failures(how: str, code: int, message: str, capfd: pytest.CaptureFixture[str]) -> None:
    got, out, err = call(sample_cli.app, capfd, "fail", how)
    assert (got, out) == (code, "")
    assert err.startswith(message)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("error", "short"),
    [
        (MemoryError(), True),
        (OSError(12, "Cannot allocate memory"), True),
        (ImportError("x.so: failed to map segment from shared object"), True),
        (RuntimeError("can't start new thread"), True),
        (OSError(28, "No space left on device"), False),
        (errors.DataError("„Cannot allocate memory“ ist kein Ort."), False),
        (ValueError("nein"), False),
    ],
)
def test_what_the_system_does_not_give_is_no_damage(error: Exception, short: bool) -> None:
    assert german_cli.scarce(error) is short
    damaged = errors.DataError("x.parquet ist beschädigt.")
    damaged.__cause__ = error
    assert german_cli.told(damaged) == ((german_cli.SCARCE, 71) if short else (str(damaged), 3))


@pytest.mark.skipif(os.name == "nt", reason="a shell closes it")
def test_a_closed_output_is_no_fault() -> None:
    command = f'"{sys.executable}" -m kommunalprofil list riesa >&-'
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_bug_report_can_be_passed_on(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, err = call(sample_cli.app, capfd, "fail", "bug")
    assert "ZeroDivisionError: division by zero" in err
    assert "KOMMUNALPROFIL_DEBUG=1" in err
    monkeypatch.setenv("KOMMUNALPROFIL_DEBUG", "1")
    code, _, err = call(sample_cli.app, capfd, "fail", "bug")
    assert code == 70
    assert "Traceback" in err


def start(*args: str, **options: object) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONUTF8": "1"}
    return subprocess.Popen(
        [sys.executable, str(SAMPLE), *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment,
        **options,
    )


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals_let_the_program_clean_up(number: signal.Signals, code: int) -> None:
    with start("wait") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "bereit\n"
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out) == (code, "aufgeräumt\n")
    assert "Traceback" not in err


@pytest.mark.skipif(os.name == "nt", reason="POSIX pipes")
def test_a_reader_may_leave_early() -> None:
    with start("talk", "200000") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(timeout=20) == 141
        assert process.stderr is not None
        assert process.stderr.read() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("lines", ["3", "200000"])
def test_a_full_disk_is_no_success(lines: str) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, str(SAMPLE), "talk", lines], stdout=full, stderr=subprocess.PIPE, timeout=20
        )
    assert done.returncode == 74
    assert done.stderr.decode() == "Fehler: Der Datenträger ist voll.\n"


def test_an_old_terminal_is_no_reason_to_fail() -> None:
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = subprocess.run(
        [sys.executable, str(SAMPLE), "fail", "region"], capture_output=True, env=environment, timeout=20
    )
    assert done.returncode == 2
    assert b"Kein Ort hei\\xdft" in done.stderr


LOADED = """
import sys
from kommunalprofil import cli, german_cli
for line in sys.argv[1:]:
    code = german_cli.run(cli.app, line.split("|"))
    assert code == 0, (line, code)
print(*sorted(sys.modules), file=sys.stderr)
"""
HEAVY = {
    *("numpy", "pandas", "matplotlib", "geopandas", "pyarrow", "shapely", "pyproj", "pyogrio", "openpyxl", "typst"),
    *("jinja2", "pikepdf", "requests"),
}


def loaded(folder: Path, *calls: list[str]) -> set[str]:
    """The modules a new process has loaded after these calls of the command line, each of which has to succeed."""
    command = [sys.executable, "-c", LOADED, *("|".join(words) for words in calls)]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.split())


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    calls = [[*words, "--help"] for words in command_paths(cli.app)]
    assert {("build",), ("list",), ("indicators",), ("data", "import")} <= {tuple(words[:-1]) for words in calls}
    assert not loaded(tmp_path, ["--version"], *calls) & HEAVY


def test_list_draws_nothing_and_needs_no_frames(tmp_path: Path) -> None:
    for call in (["list", "düren"], ["list", "--level", "land", "--json"]):
        assert not loaded(tmp_path, call) & (HEAVY - {"numpy", "pyarrow"})


def test_build_loads_what_it_draws_with_and_no_more(tmp_path: Path) -> None:
    modules = loaded(tmp_path, ["build", "vrees", "--quiet"])
    assert {"numpy", "shapely", "typst"} <= modules
    assert not modules & {"pandas", "geopandas", "pyproj", "pyogrio", "openpyxl", "requests", "matplotlib"}
    assert len(list((tmp_path / "reports" / "vrees").iterdir())) == 6
