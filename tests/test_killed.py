"""Mass builds killed at random moments: a file is there whole or not at all, and the next run finishes the rest."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import quick_build
from kommunalprofil import many
from kommunalprofil.regions import Region, Register
from kommunalprofil.resources import data_dir

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="SIGKILL is for POSIX"),
]
PLACES = ["--level", "kreis", "--land", "Rheinland-Pfalz"]
BUILD = ["build", *PLACES, "--jobs", "2", "--quiet"]
RUNS = multiprocessing.get_context("forkserver")
SEED = 20260328
KILLS = 20


@pytest.fixture(scope="module")
def places() -> list[Region]:
    found = [place for place in Register.load(data_dir()).search(level="kreis") if place.ags.startswith("07")]
    assert len(found) == 36
    return found


@pytest.fixture(scope="module", autouse=True)
def loaded() -> Iterator[None]:
    """Runs are copies of a process that has loaded everything, which saves each two seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(Path(__file__).parent))
        RUNS.set_forkserver_preload(["quick_build", "kommunalprofil.profile", "kommunalprofil.workers"])
        yield


class Run:
    """A mass build in a process group of its own."""

    def __init__(self, output: Path) -> None:
        self._said = output.with_suffix(".said")
        self.process = RUNS.Process(target=quick_build.run, args=([*BUILD, "-o", str(output)], str(self._said)))
        self.process.start()
        assert self.process.pid
        self.pid = self.process.pid

    def end(self) -> tuple[int | None, str]:
        """Its exit code and what it said on stderr."""
        self.process.join(60)
        return self.process.exitcode, self._said.read_text(encoding="utf-8")


def newest(output: Path) -> int:
    """When a file below a folder was last written, temporary ones included."""
    times = [0]
    for path in output.rglob("*"):
        with suppress(FileNotFoundError):
            times.append(path.stat().st_mtime_ns if path.is_file() else 0)
    return max(times)


def hidden(output: Path) -> list[Path]:
    return [path for path in output.rglob(".*") if path.is_file()]


def whole(output: Path, places: list[Region]) -> int:
    """How many places are done; fails for a file that is half, or a place that says it is done and is not."""
    what, done = many.What(data_dir(), output, inputs="quick"), 0
    for place in places:
        expected = quick_build.contents(place.ags, "quick")
        there = {name: path for name in expected if (path := output / place.slug / name).exists()}
        broken = [name for name, path in there.items() if path.read_bytes() != expected[name]]
        assert not broken, (place.slug, broken)
        if many.up_to_date(what, place):
            assert there.keys() == expected.keys(), place.slug
            done += 1
    return done


def all_of_it(pid: int) -> None:
    os.killpg(pid, signal.SIGKILL)


def the_parent(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def a_worker(pid: int) -> None:
    for worker in children(pid, recursive=False)[-1:]:
        with suppress(psutil.NoSuchProcess):
            worker.kill()


def children(pid: int, *, recursive: bool) -> list[psutil.Process]:
    """The processes a run has started; none if it ends while one looks."""
    try:
        return psutil.Process(pid).children(recursive=recursive)
    except psutil.NoSuchProcess:
        return []


def working(process: psutil.Process) -> bool:
    """Whether it runs: one whose parent is gone may stay listed until the system takes note of its end."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def kill(output: Path, moment: float, way: Callable[[int], None]) -> tuple[bool, int | None, str]:
    """Start a run, strike `moment` seconds after its first file; whether it was alive then, its end, what it said."""
    before = newest(output)
    run = Run(output)
    until = time.monotonic() + 60
    while newest(output) <= before and run.process.is_alive() and time.monotonic() < until:
        time.sleep(0.002)
    workers = children(run.pid, recursive=True)
    time.sleep(moment)
    if alive := run.process.is_alive():
        way(run.pid)
    code, said = run.end()
    while any(map(working, workers)):
        assert time.monotonic() < until
        time.sleep(0.01)
    return alive and (way is a_worker or code == -signal.SIGKILL), code, said


@pytest.mark.parametrize(("way", "kills"), [(all_of_it, KILLS), (the_parent, 3)])
def test_every_file_is_whole_and_the_next_run_does_the_rest(
    way: Callable[[int], None], kills: int, tmp_path: Path, places: list[Region]
) -> None:
    """A kill counts that falls into the building; with `KILLS` of them, some fall into the writing of a file."""
    moments = random.Random(SEED)
    output, round_, struck, leftovers = tmp_path / "0", 0, 0, 0
    for _ in range(10 * kills):
        if struck >= kills and (leftovers or kills < KILLS):
            break
        moment = moments.uniform(0, 0.5)
        alive, code, said = kill(output, moment, way)
        done = whole(output, places)
        print(f"kill {struck}, {moment:.3f} s after the first file of the run: {done} places done, code {code}")
        leftovers += len(hidden(output))
        struck += alive and 0 < done < len(places)
        if not alive:  # it was through: again from the start
            assert (code, said, done, hidden(output)) == (0, "", len(places), [])
            round_ += 1
            output = tmp_path / str(round_)
    assert struck >= kills
    assert leftovers or kills < KILLS
    assert Run(output).end() == (0, "")
    assert whole(output, places) == len(places)
    assert hidden(output) == []


def test_a_killed_worker_loses_nothing(tmp_path: Path, places: list[Region]) -> None:
    moments = random.Random(SEED)
    struck = 0
    for n in range(3):
        moment = moments.uniform(0, 0.2)
        alive, code, said = kill(tmp_path / str(n), moment, a_worker)
        print(f"a worker killed {moment:.3f} s after the first file")
        struck += alive
        assert (code, said) == (0, "")
        assert whole(tmp_path / str(n), places) == len(places)
        assert hidden(tmp_path / str(n)) == []
    assert struck


def test_what_a_killed_run_left_beside_a_finished_place_is_taken_away(tmp_path: Path, places: list[Region]) -> None:
    """A run with --force may have ended in a place that was done before."""
    output = tmp_path / "r"
    assert Run(output).end() == (0, "")
    left = [output / places[0].slug / ".daten.csv.abc.tmp", output / places[1].slug / "abbildungen/.01.svg.x.tmp"]
    for path in left:
        path.write_text("half")
    (output / ".index.html.def.tmp").write_text("half")
    before = newest(output / places[2].slug)
    assert Run(output).end() == (0, "")
    assert hidden(output) == []
    assert newest(output / places[2].slug) == before
