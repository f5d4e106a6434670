"""Many profiles in one call: chosen by level, Land or list, built in portions and processes, resumed where they are."""

from __future__ import annotations

import gc
import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import documents
from kommunalprofil import ahead, cli, datapackage, export, german_cli, many, profile, render, workers
from kommunalprofil.errors import RenderError
from kommunalprofil.evidence import Evidence
from kommunalprofil.indicators import Results
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.states import State, dump

SMALL = ["groede", "wettlingen", "01054050"]


def call(*args: str | Path) -> int:
    return german_cli.run(cli.app, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load(data_dir())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Profiles made of nothing but their key, as fast as a file is written; the keys in the order of building."""
    begun: list[str] = []

    def document(profile: Any, *_: Any, inputs: str = "", **__: Any) -> render.Document:
        begun.append(profile.region.ags)
        about = {"inputs": inputs, "resources": [{"path": "k.txt", "bytes": 8}]}
        files = {"k.txt": profile.region.ags.ljust(8).encode(), "datapackage.json": json.dumps(about).encode()}
        return render.Document("", files, None)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "document", document)
    return begun


@pytest.mark.parametrize(
    ("options", "number", "first"),
    [
        (["--level", "kreis"], 400, "01001"),
        (["--level", "kreis", "--land", "Saarland"], 6, "10041"),
        (["--land", "04"], 3, "04"),
        (["--level", "land"], 16, "01"),
        (["--level", "kreis", "--land", "baden württemberg"], 44, "08111"),
        (["--level", "kreis", "--land", "10", "vrees", "10041"], 7, "03454055"),
    ],
)
def test_places_by_level_and_land(
    options: list[str], number: int, first: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("build", *options, "--dry-run", "--json", "-o", tmp_path / "r") == 0
    listed = [place["ags"] for place in json.loads(capsys.readouterr().out)]
    assert (len(listed), len(set(listed)), listed[0]) == (number, number, first)
    assert not (tmp_path / "r").exists()


def test_all_means_every_place_once(capsys: pytest.CaptureFixture[str], register: Register) -> None:
    assert call("build", "--all", "--dry-run") == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(register.search()) + 1 > 11_000
    assert lines[-1] == f"{len(lines) - 1:,}".replace(",", ".") + " Profile zu bauen, 0 aktuell."


def test_places_from_a_file_and_from_stdin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "orte.txt").write_bytes("\ufeffvrees # die kleine\r\n\r\n# Kreise\r\n01051\r\nvrees\r\n".encode())
    for source in ("orte.txt", "-"):
        monkeypatch.setattr(sys, "stdin", io.StringIO("vrees\nKreis Dithmarschen\n"))
        assert call("build", "--from", tmp_path / source if source != "-" else source, "--dry-run", "--json") == 0
        assert [place["ags"] for place in json.loads(capsys.readouterr().out)] == ["03454055", "01051"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (None, "Die Eingabe ist geschlossen. Erwartet wird dort ein Ort je Zeile."),
        (io.TextIOWrapper(io.BytesIO("Düren\n".encode("latin-1"))), "Die Eingabe ist kein Text in UTF-8."),
    ],
)
def test_an_input_nobody_can_read(
    given: Any, said: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", given)
    assert call("build", "--from", "-", "--dry-run") == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Kein Ort angegeben. Erlaubt sind"),
        (["--land", "Preußen"], "Das Land „Preußen“ gibt es nicht. Erlaubt sind: 01 Schleswig-Holstein, "),
        (["--level", "dorf"], "Die Ebene „dorf“ gibt es nicht."),
        (["--from", "leer.txt"], "In „leer.txt“ steht kein Ort."),
        (["--from", "bild.png"], "kein Text in UTF-8"),
        (["--from", "fort.txt"], "fort.txt"),
        (["--from", "falsch.txt"], "Gemeint sein könnte"),
        (["--from", "alle.txt"], "Was danach kommt, wurde nicht mehr geprüft."),
        (["--jobs", "0", "vrees"], "--jobs"),
    ],
)
def test_wrong_calls_say_what_is_allowed(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("leer.txt").write_text("# nichts\n")
    Path("bild.png").write_bytes(b"\x89PNG\xff\xfe")
    Path("falsch.txt").write_text("Dithmarshen\n")
    Path("alle.txt").write_text("".join(f"Ort{n}\n" for n in range(5_000)))
    assert call("build", *options) != 0
    out, err = capsys.readouterr()
    assert said in err
    assert out == ""
    assert not Path("reports").exists()


def test_what_is_up_to_date_stays(tmp_path: Path, quick: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    places = ["--level", "kreis", "--land", "01", "-o", str(tmp_path), "--jobs", "1"]
    assert call("build", *places) == 0
    assert len(quick) == 15
    assert call("build", *places) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"0 Profile gebaut, 15 waren aktuell: {tmp_path}"
    assert len(quick) == 15
    (tmp_path / "dithmarschen" / "k.txt").write_text("abgeschnitten")
    (tmp_path / "stormarn" / "k.txt").unlink()
    (tmp_path / "flensburg" / "datapackage.json").write_text('{"inputs"')
    assert call("build", *places) == 0
    assert sorted(quick[15:]) == ["01001", "01051", "01062"]
    assert call("build", *places, "--force") == 0
    assert len(quick) == 15 + 3 + 15


def test_other_inputs_are_built_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data, templates, fonts, the program, what the Kommune adds, the kinds of files: each changes the fingerprint."""
    what = many.What(data_dir(), tmp_path)
    before = many.fingerprint(what)
    assert many.fingerprint(what._replace(output=tmp_path / "other")) == before
    found = {before, many.fingerprint(what._replace(short=True)), many.fingerprint(what._replace(figures=True))}
    found.add(many.fingerprint(what._replace(own=many.Own(accent="#123456"))))
    state = State.of(data_dir())
    fewer = dict(list(state.entries.items())[1:])
    assert dump(fewer) != dump(state.entries)
    monkeypatch.setattr(many, "dump", lambda _: dump(fewer))
    found.add(many.fingerprint(what))
    monkeypatch.undo()
    templates = tmp_path / "templates"
    (templates / "fonts").mkdir(parents=True)
    monkeypatch.setattr(many, "templates_dir", lambda: templates)
    for name in ("chapter.jinja", "fonts/a.ttf"):
        (templates / name).write_text("x")
        found.add(many.fingerprint(what))
    (templates / "chapter.jinja").write_text("y")
    found.add(many.fingerprint(what))
    monkeypatch.setattr(many, "__version__", "99")
    found.add(many.fingerprint(what))
    assert len(found) == 9


def test_portions_are_of_one_land_and_small(register: Register, tmp_path: Path) -> None:
    what = many.What(data_dir(), tmp_path)
    places = register.search(level="kreis")
    found = many.portions(what, places, 2)
    assert sorted(key for one in found for key in one.places) == [place.ags for place in places]
    assert all(len({key[:2] for key in one.places}) == 1 <= len(one.places) <= many.TOGETHER for one in found)
    assert [len(one.places) for one in many.portions(what, places[:4], 4)] == [1, 1, 1, 1]
    bavaria = [place for place in places if place.ags[:2] == "09"]
    assert [len(one.places) for one in many.portions(what, [*places[:2], *bavaria[:25]], 1)] == [13, 12, 2]


def test_what_was_computed_for_a_portion_is_let_go(
    tmp_path: Path, quick: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the memory of a process grows from portion to portion."""
    alive: weakref.WeakSet[Results] = weakref.WeakSet()

    class Noted(profile.Together):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            alive.add(self.results)

    monkeypatch.setattr(profile, "Together", Noted)
    gc.disable()
    try:
        building = many.build(many.Portion(many.What(data_dir(), tmp_path), ("10041", "10042")))
        next(building)
        assert len(alive) == 1
        list(building)
        assert len(alive) == 0
    finally:
        gc.enable()
    assert quick == ["10041", "10042"]


def test_one_fails_and_the_others_are_built(
    tmp_path: Path, quick: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = render.document

    def document(profile: Any, *args: Any, **more: Any) -> render.Document:
        if profile.region.ags == "01051":
            raise RenderError("Der Ort ist verflixt.")
        if profile.region.ags == "01054":
            raise ZeroDivisionError("durch nichts")
        return whole(profile, *args, **more)

    monkeypatch.setattr(render, "document", document)
    assert call("build", "--level", "kreis", "--land", "01", "-o", tmp_path, "--jobs", "1") == german_cli.EXIT_BUG
    out, err = capsys.readouterr()
    assert "Fehler: Kreis Dithmarschen: Der Ort ist verflixt.\n" in err
    assert "Fehler: Kreis Nordfriesland: Unerwarteter Fehler" in err
    assert "13 Profile gebaut" in out
    assert "2 fehlgeschlagen" in out
    assert len(quick) == len(list(tmp_path.glob("*/k.txt"))) == 13


def test_a_full_disk_ends_it_and_the_rest_is_told(
    tmp_path: Path, quick: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = render.write

    def write(files: Any, folder: Path) -> list[Path]:
        if folder.name == "dithmarschen":
            raise OSError(28, "No space left on device", str(folder))
        return whole(files, folder)

    monkeypatch.setattr(render, "write", write)
    places = ["--level", "kreis", "--land", "01", "-o", str(tmp_path), "--jobs", "1"]
    assert call("build", *places) == german_cli.EXIT_IO
    out, err = capsys.readouterr()
    assert err.count("Fehler: ") == 1
    assert "4 Profile gebaut" in out  # the four Städte stand before it
    assert "1 fehlgeschlagen, 10 nicht begonnen" in out
    assert len(quick) == 5


class Clumsy(Executor):
    """Runs what it is given right here and breaks down with every second portion, `times` in all."""

    def __init__(self, broken: list[int], times: int) -> None:
        self.broken, self.times, self.given = broken, times, 0

    def submit(self, work: Callable[..., Any], /, *args: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.given += 1
        if self.given % 2 == 0 and len(self.broken) < self.times:
            self.broken.append(self.given)
            future.set_exception(BrokenProcessPool("killed"))
        else:
            future.set_result(work(*args, **more))
        return future


@pytest.mark.parametrize("times", [0, 1, 2])
def test_a_killed_process_loses_nothing(times: int, tmp_path: Path, register: Register, quick: list[str]) -> None:
    broken: list[int] = []

    @contextmanager
    def start() -> Iterator[Executor]:
        yield Clumsy(broken, times)

    what = many.What(data_dir(), tmp_path)
    places = register.search(level="kreis")[:15]
    outcomes = list(many.run(many.portions(what, places, 5), start))
    assert len(broken) == times
    assert sorted(one.ags for one in outcomes) == [place.ags for place in places]
    assert not any(one.error for one in outcomes)


ahead_of_it = ahead.work


def _fails(*given: Any) -> Any:
    yield from islice(ahead_of_it(*given), 2)
    raise RenderError("nein")


def _dies(*given: Any) -> Any:
    yield from islice(ahead_of_it(*given), 1)
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("work", [ahead_of_it, _fails, _dies])
def test_what_a_second_process_makes_or_fails_to_make_changes_nothing(
    work: Callable[..., Any], tmp_path: Path, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "copies", lambda: True)
    given: list[Any] = []

    def document(profile: Any, *_: Any, **__: Any) -> render.Document:
        given.append(profile.ahead("DE"))
        blocks = export.collected(Evidence(profile), {})
        text = export.csv_bytes(blocks, {ags: ags for ags in blocks}, profile.once)
        return render.Document("", {"daten.csv": text}, None)  # type: ignore[arg-type]

    monkeypatch.setattr(render, "document", document)
    made = {}
    for spare in (True, False):
        what = many.What(data_dir(), tmp_path / str(spare))
        if spare:
            monkeypatch.setattr(ahead, "work", work)
        outcomes = list(many.build(many.Portion(what, ("01051",)), spare=spare))
        assert [one.error for one in outcomes] == [""]
        made[spare] = [path.read_bytes() for one in outcomes for path in one.files]
    assert made[True] == made[False]
    assert [len(one) > 100 for one in given] == [work is ahead_of_it, False]
    assert not multiprocessing.active_children()


def test_killed_again_and_again_is_told(tmp_path: Path, register: Register, quick: list[str]) -> None:
    @contextmanager
    def start() -> Iterator[Executor]:
        clumsy = Clumsy([], 99)
        clumsy.given = 1  # the first one given breaks it
        yield clumsy

    what = many.What(data_dir(), tmp_path)
    (portion,) = many.portions(what, register.search(level="kreis")[:4], 1)
    outcomes = list(many.run([portion], start))
    assert [one.ags for one in outcomes] == list(portion.places)
    assert all("mehrmals von außen beendet" in one.error and one.code for one in outcomes)
    assert quick == []


def test_together_and_elsewhere_the_same_bytes(tmp_path: Path) -> None:
    """Three places of two Länder in one process, in two, and each alone."""
    assert call("build", *SMALL, "-q", "-o", tmp_path / "one", "--jobs", "1") == 0
    assert call("build", *SMALL, "-q", "-o", tmp_path / "two", "--jobs", "2") == 0
    folders = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert len(folders) == 3
    for folder in folders:
        names = sorted(path.name for path in (tmp_path / "one" / folder).iterdir())
        assert len(names) == 6
        for name in names:
            first, second = ((tmp_path / way / folder / name).read_bytes() for way in ("one", "two"))
            assert first == second, (folder, name)
    alone = documents.built("groede").files
    for name, content in alone.items():
        if name != "datapackage.json":  # it tells the fingerprint
            assert (tmp_path / "one" / "groede" / name).read_bytes() == content, name


def test_processes_follow_cores_and_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(many, "free_memory", lambda: 3 * many.MEMORY)
    assert many.jobs_here(None, 400) == many.room() == 3
    assert many.jobs_here(None, many.PARALLEL - 1) == 1
    assert many.jobs_here(8, 400) == 8
    assert many.jobs_here(8, 2) == 2
    monkeypatch.setattr(many, "free_memory", lambda: many.MEMORY // 2)
    assert many.jobs_here(None, 400) == many.room() == 1
    monkeypatch.setattr(many, "free_memory", lambda: None)
    assert many.jobs_here(None, 400) == many.room() == 4
    monkeypatch.setattr(many, "allowed_memory", lambda: 2 * many.MEMORY)
    assert many.jobs_here(None, 400) == many.room() == 2


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="Linux tells there")
def test_files_kept_at_hand_do_not_count_as_memory_in_use() -> None:
    fields = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
    told = int(fields["MemAvailable"].split()[0]) * 1024
    assert many.free_memory() == pytest.approx(told, rel=0.2)


def _no_process(*_: Any) -> Any:
    raise BlockingIOError(11, "Resource temporarily unavailable")


@pytest.mark.parametrize(("copies", "owner", "name"), [(True, os, "fork"), (False, many, "_beside")])
def test_without_a_second_process_this_one_does_everything(
    copies: bool,
    owner: Any,
    name: str,
    tmp_path: Path,
    register: Register,
    quick: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The system has none to give; or a new one, no copy, would load and compute longer than this one needs."""
    monkeypatch.setattr(workers, "copies", lambda: copies)
    monkeypatch.setattr(owner, name, _no_process)
    portion = many.Portion(many.What(data_dir(), tmp_path), ("01051",))
    assert [one.error for one in many.build(portion, spare=True)] == [""]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is for POSIX")
def test_killed_at_any_moment_every_file_is_whole(tmp_path: Path) -> None:
    """What is there after a kill is finished; the next run does the rest and nothing twice."""
    source = str(Path(cli.__file__).resolve().parent.parent)
    command = [sys.executable, "-m", "kommunalprofil", "build", *SMALL, "--jobs", "2", "-o", str(tmp_path / "r")]
    env = os.environ | {"PYTHONPATH": source}
    for seconds in (2.0, 5.0, 7.5):
        running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   start_new_session=True)  # fmt: skip
        time.sleep(seconds)
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
        for path in (tmp_path / "r").glob("*/[!.]*"):
            data = path.read_bytes()
            ends = {".pdf": b"%%EOF", ".html": b"</html>", ".json": b"}", ".csv": b"\n"}
            assert data.rstrip(b"\n" if path.suffix != ".csv" else b"").endswith(ends.get(path.suffix, b"")), path
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((tmp_path / "r").glob("*/kommunalprofil.pdf"))) == 3
    again = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    assert again.stdout.count("ist aktuell") == 3


def _long(_: int) -> None:
    time.sleep(60)


def test_pools_end_with_their_work() -> None:
    with workers.pool(1) as pool:
        assert pool.submit(abs, -3).result() == 3


def _interrupted() -> None:
    with workers.stoppable(1) as pool:
        works = [pool.submit(_long, n) for n in range(3)]
        while not works[0].running():
            time.sleep(0.05)
        raise KeyboardInterrupt


def test_a_stop_does_not_wait_for_long_work() -> None:
    begun = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        _interrupted()
    assert time.monotonic() - begun < 30
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("work", [range, _long])
def test_work_beside_ends_with_whoever_waits_for_it(work: Callable[[int], Any]) -> None:
    """No thread may be left either: the end of Python would write to a pipe that it closes meanwhile."""
    before = threading.active_count()
    with workers.beside(work, 2) as results:
        if work is range:
            assert results(True) == [0, 1]
            assert results(True) == results(False) == []
    assert threading.active_count() <= before
    assert not multiprocessing.active_children()


def _stops(_: int) -> Any:
    yield 1
    os.kill(os.getpid(), signal.SIGSTOP)
    yield 2


@pytest.mark.skipif(os.name == "nt", reason="SIGSTOP is for POSIX")
@pytest.mark.parametrize("wait", [True, False])
def test_nobody_waits_for_a_process_that_is_stuck(wait: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """It neither answers nor hears that it should end."""
    monkeypatch.setattr(workers, "STUCK", 1)
    begun = time.monotonic()
    with workers.beside(_stops, 0) as results:
        if wait:
            assert results(True) == [1]
            assert results(True) == []
    assert time.monotonic() - begun < 30
    assert not multiprocessing.active_children()


def test_what_a_stopped_process_left_is_taken_away(tmp_path: Path, register: Register) -> None:
    what = many.What(data_dir(), tmp_path)
    (portion,) = many.portions(what, [register.get("01051")], 1)
    left = tmp_path / "dithmarschen" / ".daten.csv.abc.tmp"
    left.parent.mkdir()
    left.write_text("half")
    (left.parent / "daten.csv").write_text("whole")

    @contextmanager
    def start() -> Iterator[Executor]:
        raise KeyboardInterrupt
        yield

    with pytest.raises(KeyboardInterrupt):
        list(many.run([portion], start))
    assert [path.name for path in left.parent.iterdir()] == ["daten.csv"]


def test_a_file_in_the_way_of_one_place_keeps_no_other(
    tmp_path: Path, quick: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "groede").write_bytes(b"")
    assert call("build", "groede", "hallig-hooge", "-o", tmp_path, "--jobs", "1") == german_cli.EXIT_IO
    out, err = capsys.readouterr()
    assert err.startswith("Fehler: Gemeinde Gröde: ")
    assert err.count("\n") == 1
    assert f"Gemeinde Hallig Hooge: {tmp_path / 'hallig-hooge'}\n" in out
    assert (tmp_path / "hallig-hooge" / "k.txt").read_text() == "01054050"


@pytest.mark.parametrize("damage", ["[" * 100_000, '{"resources": [], "inputs": "x"}', "null", ""])
def test_a_damaged_descriptor_means_build_again(tmp_path: Path, damage: str) -> None:
    (tmp_path / datapackage.NAME).write_text(damage, encoding="utf-8")
    assert datapackage.written(tmp_path, "x") is None
