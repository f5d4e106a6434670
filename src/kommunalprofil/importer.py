"""`data import`: official files in, processed data set out – every file reported, the set replaced as a whole."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context, parent_process
from multiprocessing.process import BaseProcess
from pathlib import Path

from kommunalprofil import commit, merging, raw, sources
from kommunalprofil.errors import KommunalprofilError, NotATableError
from kommunalprofil.intake import take
from kommunalprofil.sources.reading import Reading, Report
from kommunalprofil.states import OBSERVATIONS, State
from kommunalprofil.store import Store

PARALLEL = 8
"""From how many files on they are read by several processes: each takes a second to start."""
MOST = 4
"""Processes at most; each holds one file in memory."""


@dataclass
class Outcome:
    """What an import did: a report for each file read, an error for each one refused or passed over, both states."""

    reports: list[Report] = field(default_factory=list)
    refused: list[KommunalprofilError] = field(default_factory=list)
    passed: list[NotATableError] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    old: State | None = None
    new: State | None = None


Progress = Callable[[Report | KommunalprofilError], None]


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files to read: folders are walked in order of name; no companions of shapefiles, no notes on requests.

    Whatever else lies in a folder comes along, so that its refusal is told: links to nothing or to folders, pipes.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = sorted(p for p in path.rglob("*") if _counts(p))
            shapes = {p.with_suffix("") for p in below if p.suffix.lower() == ".shp"}
            found += [p for p in below if not _is_companion(p, shapes)]
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def _counts(path: Path) -> bool:
    return not path.name.startswith(".") and (path.is_symlink() or not path.is_dir())


def _is_companion(path: Path, shapes: set[Path]) -> bool:
    if path.name.endswith(".request.json") or raw.is_sidecar(path):
        return True
    return path.suffix.lower() in sources.COMPANIONS and path.with_suffix("") in shapes


def run(
    paths: Sequence[Path],
    folder: Path,
    progress: Progress | None = None,
    *,
    workers: int = 1,
    keep: int = commit.KEEP,
) -> Outcome:
    """Read the files and merge them into the data set in `folder`.

    A file that cannot be read is refused with its reason; the others are still imported. Rows of the same key come
    from the file with the newer Stand. `workers` is the number of processes that read; the outcome is the same for
    any. Raises DataError if the existing set is damaged, BusyError while another process changes it, OSError; the
    existing set stays then as it was.
    """
    outcome = Outcome()
    readings: list[Reading] = []
    with commit.writing(folder) as writer:
        for taken in _taken(files_of(paths), workers):
            if isinstance(taken, Reading):
                readings.append(taken)
                outcome.reports.append(taken.report)
            elif isinstance(taken, NotATableError):
                outcome.passed.append(taken)
            else:
                outcome.refused.append(taken)
            if progress:
                progress(taken.report if isinstance(taken, Reading) else taken)
        if readings:
            changes = merging.merge(readings, Store(writer.old) if writer.old else None)
            outcome.old, outcome.new = writer.old, writer.prepare(changes)
            writer.commit(outcome.new, keep)
            tables = {name.partition("/")[2]: c.rows for name, c in changes.items() if name.startswith(OBSERVATIONS)}
            outcome.tables = dict(sorted(tables.items()))
    return outcome


def _taken(files: Sequence[Path], workers: int) -> Iterator[Reading | KommunalprofilError]:
    """What each file gives, in order of the files, whoever reads it."""
    if workers < 2 or len(files) < PARALLEL:
        yield from map(take, files)
        return
    pool = ProcessPoolExecutor(min(workers, MOST), mp_context=get_context("spawn"), initializer=_settle)
    try:
        largest_first = sorted(files, key=lambda p: -p.stat().st_size if p.is_file() else 0)
        promised = {path: pool.submit(take, path) for path in largest_first}
        for path in files:
            yield promised.pop(path).result()
    except BrokenProcessPool:
        raise KommunalprofilError("Ein Leseprozess wurde beendet. Der Datenbestand ist unverändert.") from None
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _settle() -> None:
    """A reading process leaves Ctrl-C to its parent and ends with it, however that ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if (parent := parent_process()) is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
