"""Tables from the three GENESIS databases as flat files: at once, as a job, or in slices.

Codes, flow of jobs and faults are those of the recorded answers of the services and of DEFINITIONS §4.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from kommunalprofil import raw
from kommunalprofil.sources import answers
from kommunalprofil.sources.answers import Message
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.service import (
    ADJUSTED,
    FORBIDDEN,
    JOB_MADE,
    NOTHING,
    OK,
    TOO_LARGE,
    UNCHANGED,
    NothingError,
    Service,
    TooLargeError,
)
from kommunalprofil.sources.slices import Slice, halves, laender, years_of
from kommunalprofil.sources.transfer import FetchError, PassingError
from kommunalprofil.store import write_atomic

WITHOUT_JOBS = frozenset({"zensus"})
JOB_SECONDS = 3600.0
"""How long a job may take before this run gives up; the next one asks for its result again."""
JOB_KEPT = 24 * 3600.0
_JOB = re.compile(r"[\w-]+_\d+(?=[\s.]*$)")


@dataclass
class Client:
    """Tables of one service into the raw store; `say` hears what is worth telling."""

    service: Service
    store: raw.RawStore
    say: Callable[[str], None] = lambda _text: None

    def pull(self, table: Table, since: int | None = None) -> list[raw.Kept]:
        """Everything the service has of a table (since a year), in the raw store: one file, or one a slice.

        Raises FetchError with the reason, SourceError for a damaged raw store, OSError.
        """
        self.service.login(self.store.part(self.service.database, "logincheck", {}))
        whole = Slice.of(table, self.service.database, since)
        try:
            return [self._fetch(table.id, whole)]
        except TooLargeError:
            return self._sliced(table.id, whole)

    def _sliced(self, table: str, whole: Slice) -> list[raw.Kept]:
        """The table in parts: halves of the years until the service gives them, then Land by Land."""
        self.say(f"{table}: zu groß für einen Abruf, wird in Teilen geholt (nach Jahren, wenn nötig nach Ländern).")
        waiting = halves(whole, self._span(table, whole)) or laender(whole)
        kept: list[raw.Kept] = []
        while waiting:
            part = waiting.pop(0)
            try:
                kept.append(self._fetch(table, part))
                self.say(f"{table}: {part} geholt.")
            except NothingError:
                self.say(f"{table}: {part} ist leer.")
            except TooLargeError:
                smaller = halves(part, part.span) or laender(part)
                if not smaller:
                    raise FetchError(f"Auch ein Teil ({part}) ist für einen Abruf zu groß.") from None
                waiting[:0] = smaller
        if not kept:
            raise FetchError(f"{self.service.name} hat zu keinem Teil der Tabelle Daten.")
        return kept

    def _span(self, table: str, whole: Slice) -> tuple[int, int] | None:
        """First and last year of the table by its metadata, from the year asked for on; None if it has no years."""
        target = self.store.part(self.service.database, f"{table}-metadata", {})
        form = {"name": table, "area": "all", "language": "de"}
        try:
            message = self.service.persistent(lambda: self.service.ask("metadata/table", form, target))
        finally:
            target.unlink(missing_ok=True)
        span = years_of(message.body) if message is not None and message.code in (OK, ADJUSTED) else None
        return span and (max(span[0], int(whole.startyear or span[0])), span[1])

    def _fetch(self, table: str, part: Slice) -> raw.Kept:
        """One selection: unchanged, at once, or as a job. Raises TooLargeError, NothingError, FetchError."""
        database = self.service.database
        query = {"name": table, "area": "all", "quality": "on", "format": "ffcsv", "language": "de", **part.form()}
        query = {name: value for name, value in query.items() if value}
        known = self.store.newest(database, table, query)
        target = self.store.part(database, table, query)
        form = query | {"compress": "false", "timeslices": "", "job": "false", "stand": _stand(known)}
        started = raw.now()
        try:
            message = None if self._finished(table, target) else self._get("data/tablefile", table, form, target)
            if message is not None and message.code == TOO_LARGE:
                message = self._as_job(table, form, target)
            if message is not None and message.code == UNCHANGED and known is not None:
                return self.store.confirm(known, started)
            said = self._accept(message, table, target)
            return self._keep(table, query, known, target, started, said)
        finally:
            target.unlink(missing_ok=True)

    def _get(self, method: str, table: str, form: Mapping[str, str], target: Path) -> Message | None:
        """None if a whole table of this id lies in `target`, else what the service says instead."""

        def once() -> Message | None:
            message = self.service.ask(method, form, target)
            if message is None:
                answers.check_flat(target, table)
            return message

        return self.service.persistent(once)

    def _accept(self, message: Message | None, table: str, target: Path) -> Message:
        """The status of an answer with data, which then lies in `target`. Raises FetchError for any other."""
        if message is None:
            return Message(OK, "", {})
        if message.code not in (OK, ADJUSTED) or not message.content:
            raise self.service.error(message, table)
        target.write_bytes(message.content.encode("utf-8", "replace"))  # half a surrogate pair is no text
        self.say(f"{table}: {message.text}")
        return message

    def _keep(
        self, table: str, query: dict[str, str], known: raw.Kept | None, target: Path, started: str, said: Message
    ) -> raw.Kept:
        checked = answers.check_flat(target, table)
        if known is not None and known.sidecar.content == checked.content:
            return self.store.confirm(known, started)
        facts = {
            "table": table,
            "database": self.service.database,
            "url": f"{self.service.base}/data/tablefile",
            "query": query,
            "retrieved": started,
            "checked": started,
            "content_type": {".zip": "application/zip", ".csv": "text/csv"}[checked.ending],
            "status": said.code,
            "warnings": (said.text,) if said.code == ADJUSTED else (),
        }
        return self.store.keep(target, checked.content, checked.ending, facts)

    def _as_job(self, table: str, form: dict[str, str], target: Path) -> Message | None:
        """The same selection as a job: order, wait, fetch. Raises TooLargeError where there are no jobs."""
        if self.service.database in WITHOUT_JOBS or self.service.credentials.token:
            raise TooLargeError(f"{table} ist zu groß für einen Abruf.")
        message = self._get("data/tablefile", table, form | {"job": "true"}, target)
        if message is None or message.code != JOB_MADE:
            if message is not None and message.code in (TOO_LARGE, FORBIDDEN):
                raise TooLargeError(f"{table} ist zu groß für einen Abruf, und Aufträge sind nicht möglich.")
            return message
        name = _JOB.search(message.text)
        if name is None:
            raise FetchError(f"{self.service.name} nennt keinen Auftrag: „{message.text}“")
        write_atomic({_note(target): json.dumps({"job": name[0], "made": raw.now()}).encode()})
        self.say(f"{table}: zu groß für einen direkten Abruf, Auftrag {name[0]} angelegt.")
        if not self._result(table, name[0], target, JOB_SECONDS):
            text = f"Der Auftrag {name[0]} ist nach {JOB_SECONDS / 60:.0f} Minuten nicht fertig."
            raise FetchError(f"{text} Er läuft beim Amt weiter; der nächste Aufruf holt das Ergebnis ab.")
        return None

    def _finished(self, table: str, target: Path) -> bool:
        """Whether an interrupted run ordered this selection as a job whose table now lies in `target`."""
        try:
            note = json.loads(_note(target).read_bytes())
            job, age = str(note["job"]), datetime.now(UTC) - datetime.fromisoformat(note["made"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        seconds = age.total_seconds()
        if seconds < JOB_KEPT:
            self.say(f"{table}: Auftrag {job} eines früheren Aufrufs wird abgeholt.")
            if self._result(table, job, target, JOB_SECONDS - seconds):
                return True
        _note(target).unlink(missing_ok=True)
        return False

    def _result(self, table: str, job: str, target: Path, seconds: float) -> bool:
        """Wait for a job, ever more seldom, and fetch its table; False if it was not ready in time."""
        service, pace = self.service, self.service.transfer.pace
        asked = {"selection": job, "area": "user", "pagelength": "1", "language": "de"}
        wanted = {"name": job, "area": "user", "compress": "false", "format": "ffcsv", "language": "de"}
        deadline = pace.clock() + seconds
        bound = pace.first * 2
        while True:
            try:
                message = service.persistent(lambda: service.ask("catalogue/results", asked, target))
                if message is not None and message.code in (OK, ADJUSTED) and _listed(message, job):
                    message = self._get("data/resultfile", table, wanted, target)
                    if message is None:
                        _note(target).unlink(missing_ok=True)
                        return True
                # young jobs are not listed, and their results not there: „keine Objekte“
                if message is None or message.code not in (OK, ADJUSTED, NOTHING):
                    raise service.error(message, table)
            except FetchError as error:
                if not isinstance(error, PassingError):  # asking again for this job would bring the same
                    _note(target).unlink(missing_ok=True)
                raise
            if pace.clock() >= deadline:
                return False
            service.transfer.wait(pace.jitter(bound / 2, bound))
            bound = min(pace.longest, bound * 1.5)


def _stand(known: raw.Kept | None) -> str:
    """The time of the last answer as the service takes it.

    UTC lies an hour or two before German time, so that nothing that changed in between is missed.
    """
    return datetime.fromisoformat(known.sidecar.checked).strftime("%d.%m.%Y %H:%M") if known is not None else ""


def _listed(message: Message, job: str) -> bool:
    entries = message.body.get("List")
    return isinstance(entries, list) and any(isinstance(e, dict) and e.get("Code") == job for e in entries)


def _note(target: Path) -> Path:
    return target.with_suffix(".job")
