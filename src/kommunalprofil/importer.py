"""`data import`: official files in, processed data set out – every file reported, the set replaced as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kommunalprofil import commit, comparison, invariants, merging, raw, sources
from kommunalprofil.errors import CheckError, KommunalprofilError, NotATableError
from kommunalprofil.intake import take
from kommunalprofil.invariants import Line
from kommunalprofil.sources.reading import Reading, Report
from kommunalprofil.states import OBSERVATIONS, State
from kommunalprofil.store import Store
from kommunalprofil.workers import Workers


@dataclass
class Outcome:
    """What an import did: a report for each file read, an error for each one refused or passed over, both states."""

    reports: list[Report] = field(default_factory=list)
    refused: list[KommunalprofilError] = field(default_factory=list)
    passed: list[NotATableError] = field(default_factory=list)
    tables: dict[str, int] = field(default_factory=dict)
    old: State | None = None
    new: State | None = None
    failed: list[Line] = field(default_factory=list)


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
    force: bool = False,
) -> Outcome:
    """Read the files and merge them into the data set in `folder`.

    A file that cannot be read is refused with its reason; the others are still imported. Rows of the same key come
    from the file with the newer Stand. `workers` is the number of processes at work; the outcome is the same for
    any. The new state is checked before it is put into force. Raises CheckError if it fails (unless `force`),
    DataError if the existing set is damaged, BusyError while another process changes it, OSError; the existing set
    stays then as it was.
    """
    outcome = Outcome()
    with commit.writing(folder) as writer, Workers(workers) as pool:
        readings = _read(files_of(paths), pool, outcome, progress)
        if readings:
            old = Store(writer.old) if writer.old else None
            merged = merging.merge(readings, old, pool)
            counted = writer.prepare(merged.files)
            outcome.old, outcome.new = writer.old, writer.prepare(comparison.files(counted, pool), upon=counted)
            outcome.failed = [
                line for line in (*merged.lines, *_across(old, Store(outcome.new), merged.measures)) if not line.ok
            ]
            if outcome.failed and not force:
                writer.abandon()
                raise CheckError(_refusal(outcome.failed))
            writer.commit(outcome.new, keep)
            tables = {n.partition("/")[2]: c.rows for n, c in merged.files.items() if n.startswith(OBSERVATIONS)}
            outcome.tables = dict(sorted(tables.items()))
    return outcome


def _read(files: Sequence[Path], pool: Workers, outcome: Outcome, progress: Progress | None) -> list[Reading]:
    """The readings of the files, in their order; what came of each one goes into the outcome."""
    readings = []
    for taken in pool.each(take, files, lambda path: path.stat().st_size if path.is_file() else 0):
        if isinstance(taken, Reading):
            readings.append(taken)
            outcome.reports.append(taken.report)
        elif isinstance(taken, NotATableError):
            outcome.passed.append(taken)
        else:
            outcome.refused.append(taken)
        if progress:
            progress(taken.report if isinstance(taken, Reading) else taken)
    return readings


def _across(old: Store | None, new: Store, changed: set[str]) -> Iterator[Line]:
    """The checks over several tables: the balance, official values, and that nothing got lost."""
    if changed & invariants.BALANCED:
        yield from invariants.balance(new)
    yield from invariants.official(new, changed=changed)
    if old is not None:
        yield from invariants.shrunk(old, new)


SHOWN = 10
"""Failed checks told of a refused state."""


def _refusal(failed: Sequence[Line]) -> str:
    lines = [f"  {' '.join(filter(None, (x.table, x.group)))}: {x.name}: {x.text}" for x in failed[:SHOWN]]
    if len(failed) > SHOWN:
        lines.append(f"  … und {len(failed) - SHOWN} weitere")
    text = "Der neue Stand besteht seine Prüfungen nicht; der bisherige bleibt in Kraft:"
    return "\n".join([text, *lines, "Trotzdem übernehmen: dieselbe Eingabe mit --force."])
