"""Many profiles beside the plain script that makes the same figures: documents a minute, and the memory of a process.

    python benchmarks/mass.py [--places 48] [--plain 8] [--processes 2]
    python benchmarks/mass.py --scaling [--level kreis] [--places 400] [--plot kreise.svg] [--minutes 30]
    python benchmarks/mass.py --workers [--places 30]

The first runs both sides with so many processes each. Told is the rate between the first quarter of the documents and
the last, so that loading weighs nothing, and that of the whole run. `--scaling` builds many places once and tells how
time and memory grow, with `--minutes` only as far as it comes in that time; `--workers` builds the same places by one
process, by two, and by one and two Dask workers (needs the extra `cluster`). The plain side needs
`pip install -r benchmarks/requirements.txt`.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from measuring import memory

HERE = Path(__file__).resolve().parent
SIZES = (10, 25, 50, 100, 200, 400, 1000, 3000, 10_800)
SAMPLE = 0.5
"""Seconds between two looks at the memory."""


class Run(NamedTuple):
    """One side: when each document was there, and the memory of all processes (MiB) at that time, in order."""

    seconds: float
    done: list[float]
    held: list[float]

    @property
    def rate(self) -> float:
        """Documents a minute after the first quarter."""
        first = max(len(self.done) // 4, 1)
        return (len(self.done) - first) / max(self.done[-1] - self.done[first - 1], 1e-9) * 60

    @property
    def whole(self) -> float:
        """Documents a minute, loading included."""
        return len(self.done) / self.seconds * 60

    def told(self, name: str) -> str:
        """One line of the report."""
        pace = f"{self.rate:6.1f} a minute (whole run {self.whole:5.1f})"
        return f"{name:<24}{len(self.done):>5} in {self.seconds:7.1f} s  {pace}  peak {max(self.held):5.0f} MiB"


def run(
    commands: Sequence[Sequence[str]],
    given: str,
    out: Path,
    pattern: str,
    also: Sequence[int] = (),
    most: float = float("inf"),
) -> Run:
    """Run commands beside each other and watch their documents appear. Raises CalledProcessError if one fails.

    `also` are processes that work for them. After `most` seconds they are ended, and what is there counts.
    """
    start = time.time()
    processes = [subprocess.Popen(c, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) for c in commands]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(given)
        process.stdin.close()
    samples: list[tuple[float, float]] = []
    while any(process.poll() is None for process in processes) and time.time() - start < most:
        samples.append((time.time(), sum(map(memory, [*(process.pid for process in processes), *also]))))
        time.sleep(SAMPLE)
    seconds = time.time() - start
    times = sorted(path.stat().st_mtime for path in out.glob(pattern))
    for process, command in zip(processes, commands, strict=True):
        if process.poll() is None:
            process.terminate()
            process.wait()
        elif process.returncode:
            raise subprocess.CalledProcessError(process.returncode, command)
    held = [max(m for moment, m in samples if moment <= t or moment == samples[0][0]) for t in times]
    return Run(seconds, [t - start for t in times], held)


def ours(places: Sequence[str], *options: str, also: Sequence[int] = (), most: float = float("inf")) -> Run:
    """`kommunalprofil build` of some places in an empty folder."""
    with tempfile.TemporaryDirectory() as folder:
        build = [sys.executable, "-m", "kommunalprofil", "build", "--from", "-", "--quiet", "--output", folder]
        return run([[*build, *options]], "\n".join(places), Path(folder), "*/kommunalprofil.pdf", also, most)


def plain(places: Sequence[str], processes: int) -> Run:
    """The plain script, each process with its share of the places."""
    from kommunalprofil.resources import data_dir

    with tempfile.TemporaryDirectory() as folder:
        script = [sys.executable, "-W", "ignore", str(HERE / "plain.py"), str(data_dir()), folder]
        return run([[*script, *places[i::processes]] for i in range(processes)], "", Path(folder), "*/plain.pdf")


def places_of(level: str, number: int) -> list[str]:
    """So many places of a level, Land by Land."""
    from kommunalprofil.regions import Register
    from kommunalprofil.resources import data_dir

    return [region.ags for region in Register.load(data_dir()).search(level=level)][:number]


def compare(kreise: Sequence[str], few: int, processes: int) -> None:
    """Both sides in one run."""
    mine = ours(kreise, "--jobs", str(processes))
    print(mine.told("kommunalprofil"), flush=True)
    theirs = plain(kreise[:few], processes)
    print(theirs.told("plain script"))
    print(f"ours / plain: {mine.rate / theirs.rate:.1f} (whole runs {mine.whole / theirs.whole:.1f})")


def plot(found: Run, path: Path) -> None:
    """Documents and memory over time."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(found.done, range(1, len(found.done) + 1), color="#0B6E6E")
    left.set(xlabel="Sekunden", ylabel="fertige Profile", ylim=(0, None), xlim=(0, None))
    right.plot(range(1, len(found.held) + 1), found.held, color="#0B6E6E")
    right.set(xlabel="fertige Profile", ylabel="MiB, alle Prozesse", ylim=(0, None), xlim=(0, None))
    figure.savefig(path, metadata={"Date": None})


def scaling(places: Sequence[str], processes: int, picture: Path | None, most: float) -> None:
    """How time and memory grow with the number of documents."""
    found = ours(places, "--jobs", str(processes), most=most)
    if picture:
        plot(found, picture)
    for size in sorted({*(size for size in SIZES if size < len(found.done)), len(found.done)}):
        at = found.done[size - 1]
        print(f"{size:>6} documents after {at:7.1f} s ({at / size:.2f} s each), peak {found.held[size - 1]:.0f} MiB")
    print(found.told("whole run"))


@contextmanager
def cluster(workers: int) -> Iterator[tuple[str, list[int]]]:
    """The address of a Dask scheduler with workers of one thread each, and their processes."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    scheduler = ["scheduler", "--host", "127.0.0.1", "--port", address.rpartition(":")[2]]
    worker = ["worker", address, "--host", "127.0.0.1", "--nthreads", "1"]
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        started = []
        for command in (scheduler, *[worker] * workers):
            program = [sys.executable, "-m", "dask", *command, "--no-dashboard"]
            process = subprocess.Popen(program, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            started.append(process.pid)
        yield address, started[1:]


def workers(places: Sequence[str]) -> None:
    """The same places by processes of this machine and by Dask workers."""
    for number in (1, 2):
        print(ours(places, "--jobs", str(number)).told(f"{number} process{'es' * (number > 1)}"), flush=True)
    for number in (1, 2):
        with cluster(number) as (address, pids):
            found = ours(places, "--scheduler", address, also=pids)
        print(found.told(f"{number} Dask worker{'s' * (number > 1)}"), flush=True)


def main() -> None:
    """Print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--level", default="kreis")
    parser.add_argument("--places", type=int, default=48)
    parser.add_argument("--plain", type=int, default=8)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--workers", action="store_true")
    asked = parser.parse_args()
    places = places_of(asked.level, asked.places)
    if asked.scaling:
        scaling(places, asked.processes, asked.plot, 60 * asked.minutes)
    elif asked.workers:
        workers(places)
    else:
        compare(places, asked.plain, asked.processes)


if __name__ == "__main__":
    main()
