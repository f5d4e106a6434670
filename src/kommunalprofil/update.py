"""`data update`: what the declarations need, from the offices to the raw store, and from there into the data set.

Fetching and reading are two steps: answers go to the raw store first, then everything there that the data set does not
know yet is read at once. A run that ends anywhere in between is continued by the next.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from kommunalprofil import importer, raw
from kommunalprofil.errors import KommunalprofilError, SourceError, UsageError
from kommunalprofil.formatting import date, number
from kommunalprofil.sources import credentials, genesis, opendata
from kommunalprofil.sources.credentials import NAMES, Credentials
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.service import Service
from kommunalprofil.sources.transfer import AT_ONCE, Transfer
from kommunalprofil.states import MANIFEST
from kommunalprofil.store import Store

OPEN_DATA, REST, NOWHERE, CLOSED = "opendata", "rest", "nowhere", "closed"
FETCHED, NEW, SAME, FAILED, LEFT = "abgerufen", "neu", "unverändert", "fehlgeschlagen", "ausgelassen"
NO_SERVICE = "keine Schnittstelle; Datei von Hand laden und mit „kommunalprofil data import“ einlesen"


@dataclass(frozen=True)
class Step:
    """How one table is to be fetched (`way`), or why it is not; `broken` if that is a mistake to be mended."""

    table: Table
    way: str
    reason: str = ""
    broken: bool = False


@dataclass
class Result:
    """What came of one table: its state, the reason or remark, its raw files, and those the data set does not know."""

    table: str
    state: str
    reason: str = ""
    kept: list[raw.Kept] = field(default_factory=list)
    unread: list[Path] = field(default_factory=list)


@dataclass(frozen=True)
class Wish:
    """What an update is to do: which tables (all that can be fetched, if none is named), databases, years."""

    tables: Sequence[str] = ()
    databases: Sequence[str] = ()
    since: int | None = None


@dataclass
class Update:
    """One run: the declared tables, the raw store, the folder of the data set; `say` hears of progress.

    `force` takes a new state in although its checks fail.
    """

    declared: Mapping[str, Table]
    store: raw.RawStore
    folder: Path
    say: Callable[[str], None] = lambda _text: None
    transfer: Transfer = field(default_factory=Transfer)
    force: bool = False
    _access: dict[str, Credentials | UsageError | None] = field(default_factory=dict, repr=False)

    def plan(self, wish: Wish) -> list[Step]:
        """What is to be fetched and how. Raises UsageError for a table or database that does not exist."""
        for name in wish.databases:
            if name not in NAMES:
                raise UsageError(f"Die Datenbank „{name}“ gibt es nicht. Erlaubt sind: {', '.join(NAMES)}.")
        for name in wish.tables:
            if name not in self.declared:
                near = get_close_matches(name, self.declared, n=3)
                hint = f" Gemeint sein könnte: {', '.join(near)}." if near else ""
                raise UsageError(f"Die Tabelle „{name}“ ist nicht deklariert.{hint}")
        wanted = list(dict.fromkeys(wish.tables)) or list(self.declared)
        tables = [self.declared[name] for name in wanted]
        chosen = [t for t in tables if not wish.databases or t.database in wish.databases]
        if tables and not chosen:
            raise UsageError(f"Keine dieser Tabellen steht in {', '.join(NAMES[name] for name in wish.databases)}.")
        self._access = {
            name: _access(name) for name in dict.fromkeys(t.database for t in chosen if t.database in NAMES)
        }
        return [self._step(table) for table in chosen]

    def _step(self, table: Table) -> Step:
        if table.open_data:
            return Step(table, OPEN_DATA)
        if table.database not in NAMES:
            return Step(table, NOWHERE, NO_SERVICE)
        access = self._access[table.database]
        if isinstance(access, Credentials):
            return Step(table, REST)
        if access is not None:
            return Step(table, CLOSED, str(access), broken=True)
        return Step(table, CLOSED, credentials.hint(table.database))

    def plan_lines(self, wish: Wish) -> list[str]:
        """What `--dry-run` prints: the way of each table, and why there is none."""
        ways = {OPEN_DATA: "Open-Data-Download, ohne Anmeldung", REST: "Schnittstelle der {}"}
        steps = self.plan(wish)
        fetched = [f"{s.table.id}: {ways[s.way].format(NAMES.get(s.table.database))}" for s in steps if not s.reason]
        return fetched + _left([(s.table.id, s.reason) for s in steps if s.reason])

    def fetch(self, wish: Wish) -> list[Result]:
        """Bring everything that can be fetched into the raw store; a result for each table, in order of the tables.

        Raises UsageError for a wish that cannot be, OSError for the disk; what has come until then stays.
        """
        steps = self.plan(wish)
        self.store.tidy()
        known = tuple(self.declared)
        clients = {
            name: genesis.Client(Service(name, access, self.transfer, known), self.store, self.say)
            for name, access in self._access.items()
            if isinstance(access, Credentials)
        }

        def work(step: Step) -> Result:
            return self._fetched(step, clients.get(step.table.database), wish.since)

        pulled = _at_once([s for s in steps if not s.reason], work, self.transfer, self.say)
        asked = bool(wish.tables)
        results = [
            pulled.get(s.table.id) or Result(s.table.id, FAILED if asked or s.broken else LEFT, s.reason) for s in steps
        ]
        self._compare(results)
        return results

    def _fetched(self, step: Step, client: genesis.Client | None, since: int | None) -> Result:
        table = step.table
        try:
            kept = self._kept(step, client, since)
        except KommunalprofilError as error:
            return Result(table.id, FAILED, str(error))
        warnings = "; ".join(dict.fromkeys(w for k in kept for w in k.sidecar.warnings))
        return Result(table.id, FETCHED, warnings, kept)

    def _kept(self, step: Step, client: genesis.Client | None, since: int | None) -> list[raw.Kept]:
        table = step.table
        if step.way == OPEN_DATA:
            self.say(f"{table.id}: Open-Data-Datei wird abgerufen …")
            try:
                return [opendata.fetch(table.id, self.transfer, self.store)]
            except opendata.NoDownloadError as error:
                if client is None:
                    raise
                self.say(f"{table.id}: {error} Stattdessen über die Schnittstelle.")
        assert client is not None
        self.say(f"{table.id}: wird bei {NAMES[table.database]} abgerufen …")
        return client.pull(table, since)

    def _compare(self, results: Sequence[Result]) -> None:
        """Tell which raw files the data set does not hold yet, fetched now or by a run that was interrupted.

        One it holds is new again where the office has gone back to it from another one.
        """
        read: dict[str, str] = {}
        if (self.folder / MANIFEST).is_file():
            read = {origin.sha256: origin.retrieved for origin in Store(self.folder).origins}

        def known(kept: raw.Kept) -> bool:
            times = [read[s] for s in (kept.sidecar.sha256, kept.sidecar.content) if s in read]
            return any(kept.sidecar.retrieved[: len(time)] <= time for time in times)

        for result in results:
            result.unread = [k.path for k in result.kept if not known(k)]
            if result.state == FETCHED and not result.unread:
                result.state = SAME

    def take_in(self, results: Sequence[Result], progress: importer.Progress | None = None) -> importer.Outcome | None:
        """Read what is new into the data set, in one step; the results are told what came of it. None: nothing was new.

        Raises DataError, BusyError, CheckError, OSError: the data set stays as it was.
        """
        waiting = [r for r in results if r.state == FETCHED]
        if not waiting:
            return None
        outcome = apply([path for r in waiting for path in r.unread], self.folder, self.force, progress)
        refused = [*outcome.refused, *outcome.passed]
        for result in waiting:
            names = {path.name for path in result.unread}
            reasons = [str(e) for e in refused if isinstance(e, SourceError) and e.file in names]
            result.state = FAILED if reasons else NEW
            result.reason = "; ".join(reasons) or result.reason
        return outcome


def summary_lines(results: Sequence[Result]) -> list[str]:
    """What the command prints at the end: a line for each table that was fetched, then what was left out and why."""
    lines = []
    for result in results:
        size = sum(k.sidecar.bytes for k in result.kept) / 1000
        parts = f" in {len(result.kept)} Teilen" if len(result.kept) > 1 else ""
        stand = max((k.sidecar.stand[:10] for k in result.kept), default="")
        facts = f" ({number(round(size))} kB{parts}{f', Stand {date(stand)}' if stand else ''})"
        if result.state == NEW or result.state == FETCHED:
            lines.append(f"{result.table}: {result.state}{facts}{f' – {result.reason}' if result.reason else ''}")
        elif result.state == SAME:
            lines.append(f"{result.table}: {result.state}")
    lines += _left([(r.table, r.reason) for r in results if r.state == LEFT])
    counts = [f"{state}: {sum(r.state == state for r in results)}" for state in (NEW, SAME, FAILED, LEFT)]
    return [*lines, f"Tabellen {', '.join(counts)}."]


def _left(tables: Sequence[tuple[str, str]]) -> list[str]:
    """What is not fetched, a line for each reason."""
    by_reason: dict[str, list[str]] = {}
    for table, reason in tables:
        by_reason.setdefault(reason, []).append(table)
    return [f"Ausgelassen: {', '.join(ids)} – {reason}" for reason, ids in by_reason.items()]


def _access(database: str) -> Credentials | UsageError | None:
    try:
        return credentials.find(database)
    except UsageError as error:
        return error


def apply(
    paths: Sequence[Path], folder: Path, force: bool = False, progress: importer.Progress | None = None
) -> importer.Outcome:
    """Read raw files into the data set, all or nothing. Raises what `importer.run` raises."""
    return importer.run(paths, folder, progress, workers=os.cpu_count() or 1, force=force)


def _at_once(
    steps: Sequence[Step], work: Callable[[Step], Result], transfer: Transfer, say: Callable[[str], None]
) -> dict[str, Result]:
    """The results of all steps by table; a few threads a database, none of which outlives the program."""
    lanes: dict[str, queue.SimpleQueue[Step]] = {}
    done: queue.SimpleQueue[tuple[str, Result | OSError | None]] = queue.SimpleQueue()
    for step in steps:
        lane = opendata.DATABASE if step.way == OPEN_DATA else step.table.database
        lanes.setdefault(lane, queue.SimpleQueue()).put(step)
    for waiting in lanes.values():
        for _ in range(min(AT_ONCE, waiting.qsize())):
            threading.Thread(target=_worker, args=(waiting, done, work, transfer.stopped), daemon=True).start()
    found: dict[str, Result] = {}
    try:
        while len(found) < len(steps):
            name, result = done.get()
            if isinstance(result, OSError):
                raise result
            if result is None:
                raise RuntimeError(f"fetching {name} ended without a result")
            found[name] = result
            say(f"[{len(found)}/{len(steps)}] {name}: {result.state}")
    finally:
        if len(found) < len(steps):
            transfer.stopped.set()
    return found


def _worker(
    waiting: queue.SimpleQueue[Step],
    done: queue.SimpleQueue[tuple[str, Result | OSError | None]],
    work: Callable[[Step], Result],
    stopped: threading.Event,
) -> None:
    while not stopped.is_set() and not waiting.empty():
        try:
            step = waiting.get_nowait()
        except queue.Empty:  # another thread was faster
            return
        result: Result | OSError | None = None
        try:
            result = work(step)
        except OSError as error:  # the disk: no other table would fare better
            result = error
        finally:
            done.put((step.table.id, result))
