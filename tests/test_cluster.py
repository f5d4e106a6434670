"""A Dask cluster builds: a real scheduler and real workers on this machine, sharing no state but the data folder."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

import documents
import quick_build
from kommunalprofil import cli, cluster, german_cli, many
from kommunalprofil.errors import KommunalprofilError
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
PLACES = ["groede", "dierfeld"]
MANY = ["--level", "kreis", "--land", "Rheinland-Pfalz", "--quiet"]
PAUSE = 0.1
"""Seconds a quick document takes."""
LOCAL = ["--no-dashboard", "--host", "127.0.0.1"]


def call(*args: str | Path) -> int:
    return german_cli.run(cli.app, ["build", *(str(arg) for arg in args)])


class Cluster:
    """A scheduler and its workers, each a process in a folder of its own that knows nothing of this one's settings."""

    def __init__(self, folder: Path, workers: int, *preload: str) -> None:
        self.folder = folder
        self.all: list[subprocess.Popen[bytes]] = []
        self._start("scheduler", "--port", "0", "--scheduler-file", "about.json", "--no-show")
        self.address = str(self._about()["address"])
        self.workers = [
            self._start("worker", self.address, "--nthreads", "1", "--no-nanny", *preload) for _ in range(workers)
        ]

    def _start(self, *args: str) -> subprocess.Popen[bytes]:
        home = self.folder / str(len(self.all))
        home.mkdir(parents=True)
        env = {
            "HOME": str(home),
            "TMPDIR": str(home),
            "PATH": os.environ["PATH"],
            "DASK_CONFIG": str(home),
            "QUICK_PAUSE": str(PAUSE),
        }
        with (home / "log").open("wb") as log:
            one = subprocess.Popen(
                [sys.executable, "-m", "dask", *args, *LOCAL], cwd=home, env=env, stdout=log, stderr=subprocess.STDOUT
            )
        self.all.append(one)
        return one

    def _about(self) -> dict[str, Any]:
        path = self.folder / "0" / "about.json"
        until = time.monotonic() + 60
        while time.monotonic() < until:
            with suppress(OSError, ValueError):  # not there, or not written to its end
                return dict(json.loads(path.read_text(encoding="utf-8")))
            time.sleep(0.05)
        raise AssertionError((self.folder / "0" / "log").read_text())

    def wait(self, ready: Callable[[Any], bool]) -> None:
        """Until a client sees that it is so."""
        from distributed import Client

        with Client(self.address, timeout=30, set_as_default=False) as client:
            until = time.monotonic() + 60
            while not ready(client):
                assert time.monotonic() < until
                time.sleep(0.05)


@contextmanager
def running(folder: Path, workers: int, *preload: str) -> Iterator[Cluster]:
    made = Cluster(folder, workers, *preload)
    try:
        made.wait(lambda client: len(client.nthreads()) == workers)
        yield made
    finally:
        for one in reversed(made.all):
            one.kill()
            one.wait()


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with running(tmp_path_factory.mktemp("two"), 2) as made:
        yield made


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Cluster]:
    """Workers that make documents of nothing."""
    with running(tmp_path / "cluster", 2, "--preload", quick_build.__file__) as made:
        yield made


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def begin(address: str, output: Path, *program: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *program, "--scheduler", address, "-o", output.name],
        cwd=output.parent, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def begin_many(made: Cluster, output: Path) -> subprocess.Popen[str]:
    """Three portions of twelve places, two of which have begun and none of which is done."""
    building = begin(made.address, output, quick_build.__file__, "build", *MANY)
    made.wait(lambda client: all(client.processing().values()) and output.exists() and any(output.iterdir()))
    assert len(list(output.glob("*/datapackage.json"))) < 12
    return building


def expected() -> dict[str, bytes]:
    """What every place of MANY comes to."""
    places = [place for place in Register.load(data_dir()).search(level="kreis") if place.ags.startswith("07")]
    return {
        f"{place.slug}/{name}": content
        for place in places
        for name, content in quick_build.contents(place.ags, "quick").items()
    }


@pytest.mark.slow
def test_two_workers_make_the_same_bytes(two: Cluster, tmp_path: Path) -> None:
    call = ("-m", "kommunalprofil", "build", *PLACES)
    building = begin(two.address, tmp_path / "r", *call)  # a folder in which no worker stands
    out, err = building.communicate(timeout=240)
    assert (building.returncode, err) == (0, "")
    assert f"Gemeinde Gröde: {tmp_path / 'r' / 'groede'}\n" in out
    assert len(list((tmp_path / "r").rglob("*"))) == 2 + 2 * 6
    for place in PLACES:
        for name, content in documents.built(place).files.items():
            made = (tmp_path / "r" / place / name).read_bytes()
            if name == "datapackage.json":  # it tells the fingerprint
                made = re.sub(rb',\n "inputs": "[0-9a-f]{64}"', b"", made)
            assert made == content, (place, name)
    again = begin(two.address, tmp_path / "r", *call)
    assert again.communicate(timeout=60)[0].count("ist aktuell") == 2


def test_a_worker_killed_in_the_middle_loses_nothing(quick: Cluster, tmp_path: Path) -> None:
    building = begin_many(quick, tmp_path / "r")
    quick.workers[0].kill()
    assert quick.workers[0].wait() == -signal.SIGKILL
    assert building.communicate(timeout=60) == ("", "")
    assert building.returncode == 0
    quick.wait(lambda client: len(client.nthreads()) == 1)
    made = files(tmp_path / "r")
    assert made.pop("index.html").startswith(b"<!DOCTYPE html>")
    assert len(made) == 36 * 4
    assert made == expected()


def test_an_interrupt_takes_back_what_nobody_has_begun(quick: Cluster, tmp_path: Path) -> None:
    building = begin_many(quick, tmp_path / "r")
    building.send_signal(signal.SIGINT)
    begun = time.monotonic()
    assert building.communicate(timeout=60) == ("", "Abgebrochen.\n")
    assert building.returncode == german_cli.EXIT_INTERRUPTED
    assert time.monotonic() - begun < 15
    running = lambda dask_worker: len(dask_worker.state.all_running_tasks)  # noqa: E731 a lambda is sent as it stands
    quick.wait(lambda client: not any(client.run(running).values()))  # what has begun is brought to its end
    made = files(tmp_path / "r")
    assert made.items() <= expected().items()
    assert sum(name.endswith("datapackage.json") for name in made) <= 24


def test_workers_with_another_program_or_folder_are_refused(
    two: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(many, "fingerprint", lambda _: "0" * 64)
    assert call("groede", "--scheduler", two.address, "-o", tmp_path / "r") == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith("Fehler: Der Arbeiter tcp://127.0.0.1:")
    assert err.endswith(" gilt ein anderer Datenbestand oder ein anderes Programm als hier.\n")
    assert files(tmp_path / "r") == {}


def test_what_a_worker_has_to_see(tmp_path: Path) -> None:
    what = many.What(data_dir(), tmp_path)
    what = what._replace(inputs=many.fingerprint(what))
    probe = tmp_path / ".x.tmp"
    probe.touch()
    many.verify(what, probe)
    with pytest.raises(KommunalprofilError, match="nicht derselbe Ordner wie hier"):
        many.verify(what, tmp_path / "gone")
    with pytest.raises(KommunalprofilError, match="ein anderer Datenbestand oder ein anderes Programm"):
        many.verify(what._replace(inputs="0" * 64))
    with pytest.raises(KommunalprofilError, match=r"fehlt der Datenbestand „.*gone“"):
        many.verify(what._replace(data=tmp_path / "gone"))


def test_a_scheduler_without_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with running(tmp_path / "cluster", 0) as made:
        monkeypatch.setattr(cluster, "PATIENCE", 1)
        assert call("groede", "--scheduler", made.address, "-o", tmp_path / "r") == 1
    said = f"Beim Dask-Scheduler {made.address} ist kein Arbeiter angemeldet."
    how = f"Einer beginnt mit: dask worker {made.address} --nthreads 1"
    assert capfd.readouterr() == ("", f"Fehler: {said} {how}\n")


@pytest.mark.parametrize("listening", [False, True])
def test_no_scheduler_answers(
    listening: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    with socket.socket() as other:  # something that is no scheduler
        other.bind(("127.0.0.1", 0))
        if listening:
            other.listen()
        address = f"tcp://127.0.0.1:{other.getsockname()[1]}"
        begun = time.monotonic()
        assert call("groede", "--scheduler", address, "-o", tmp_path / "r") == 1
        assert time.monotonic() - begun < 10
    out, err = capfd.readouterr()
    assert out == ""
    assert err.startswith(f"Fehler: Der Dask-Scheduler {address} antwortet nicht (")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1:8786", "http://127.0.0.1:8786", "tcp://127.0.0.1", "tcp://a b:1", "tcp://:8786", "tcp://x:1/y"],
)
def test_what_is_no_address(address: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert call("groede", "--scheduler", address) == 2
    allowed = "Erwartet wird tcp://RECHNER:PORT oder tls://RECHNER:PORT."
    assert capfd.readouterr().err == f"Fehler: „{address}“ ist keine Adresse eines Dask-Schedulers. {allowed}\n"


@pytest.mark.parametrize("address", ["tcp://10.0.0.7:8786", "tls://cluster.example:8786", "tcp://[::1]:8786"])
def test_what_is_an_address(address: str) -> None:
    cluster.check_address(address)


def test_without_the_library(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert call("groede", "--scheduler", "tcp://127.0.0.1:8786") == 2
    how = 'Einrichten: pip install "kommunalprofil[cluster]"'
    assert capfd.readouterr().err == f"Fehler: Für --scheduler fehlt die Bibliothek dask.distributed. {how}\n"


def test_jobs_are_for_this_machine(capfd: pytest.CaptureFixture[str]) -> None:
    assert call("groede", "--scheduler", "tcp://127.0.0.1:8786", "--jobs", "2") == 2
    assert capfd.readouterr().err.startswith("Fehler: --jobs und --scheduler schließen sich aus: ")


@pytest.mark.parametrize("answers", [[{}, {}], [OSError(), {}], [{"tcp://a:1": 1}, {}, {}]])
def test_work_is_taken_back_once_all_workers_are_gone(answers: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ALONE", 2)
    left, asked, ended = Event(), iter(answers), []
    monkeypatch.setattr(left, "wait", lambda _: False)

    def scheduler_info(n_workers: int) -> dict[str, Any]:
        answer = next(asked)
        if isinstance(answer, Exception):
            raise answer
        return {"workers": answer}

    cluster._watch(
        SimpleNamespace(scheduler_info=scheduler_info),  # type: ignore[arg-type]
        SimpleNamespace(shutdown=lambda wait: ended.append(wait)),  # type: ignore[arg-type]
        left,
    )
    assert ended == [False]
    assert list(asked) == []
