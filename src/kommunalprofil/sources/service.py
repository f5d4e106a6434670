"""One GENESIS service: requests with credentials in their headers, and what its many ways to say no mean."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from kommunalprofil.sources import answers
from kommunalprofil.sources.addresses import address
from kommunalprofil.sources.answers import Message
from kommunalprofil.sources.credentials import NAMES, Credentials, variables
from kommunalprofil.sources.transfer import Answer, FetchError, PassingError, Transfer, http_error, pause_of

T = TypeVar("T")
BASES = {
    "regio": "https://www.regionalstatistik.de/genesisws/rest/2020",
    "destatis": "https://www-genesis.destatis.de/genesisWS/rest/2020",
    "zensus": "https://ergebnisse.zensus2022.de/api/rest/2020",
}
OK, ADJUSTED, UNCHANGED, NO_TABLE, TOO_LARGE, JOB_MADE, NOTHING = 0, 22, 50, 90, 98, 99, 104
BUSY, FORBIDDEN, SYSTEM = 6, 15, 2
BUSY_SECONDS = 10.0
"""The least pause after „zu viele Anfragen“, so that running requests can end."""
GUEST = "GAST"
_LOGIN_OK = re.compile(r"erfolgreich|successful", re.IGNORECASE)
_PASSWORD = re.compile(r"Passwort|password|Zugangsdaten", re.IGNORECASE)
_HUGE = re.compile(r"weder im Dialog|zu gro(ss|ß)|Wertfelder beschränkt|too large", re.IGNORECASE)


class TooLargeError(FetchError):
    """The service gives this selection neither at once nor as a job."""


class NothingError(FetchError):
    """The service has no data for this selection."""


@dataclass
class Service:
    """The interface of one database for one user; `known` are the ids that a wrong one may have meant."""

    database: str
    credentials: Credentials
    transfer: Transfer
    known: tuple[str, ...] = ()
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _login: FetchError | bool = field(default=False, repr=False)

    @property
    def name(self) -> str:
        """The database as people know it."""
        return NAMES[self.database]

    @property
    def base(self) -> str:
        """The start of the service's addresses. Raises UsageError if it is none."""
        return address(f"KOMMUNALPROFIL_{self.database.upper()}_URL", BASES[self.database])

    def persistent(self, work: Callable[[], T]) -> T:
        """Do `work`, again where it may pass. Raises FetchError."""
        return self.transfer.persistent(self.database, work)

    def login(self, target: Path) -> None:
        """Check the credentials once a run, so that a wrong password is sent once and not with every table.

        The service says HTTP 200 in any case, and „erfolgreich“ to the guest, who may fetch nothing. Raises FetchError.
        """
        with self._lock:
            if self._login is False:
                try:
                    self.persistent(lambda: self._check_login(target))
                    self._login = True
                except FetchError as error:
                    self._login = error
                finally:
                    target.unlink(missing_ok=True)
            if isinstance(self._login, FetchError):
                raise FetchError(str(self._login))

    def _check_login(self, target: Path) -> None:
        message = self.ask("helloworld/logincheck", {"language": "de"}, target)
        if message is None:
            raise FetchError(f"{self.name}: Die Anmeldung gab keine lesbare Antwort.")
        if not _LOGIN_OK.search(message.text):
            raise self._denied(message.text)
        if str(message.body.get("Username", "")).strip().upper() == GUEST:
            raise self._denied("Als Gast lassen sich keine Tabellen abrufen")

    def ask(self, service: str, form: Mapping[str, str], target: Path) -> Message | None:
        """One request: None if data came to `target`, else the service's message, without credentials in it.

        Raises PassingError for what may be over soon, FetchError for refused credentials and HTTP errors.
        """
        url = f"{self.base}/{service}"
        headers = dict(self.credentials.headers())
        answer = self.transfer.send(self.database, "POST", url, target, headers=headers, form=form)
        good = answer.status == 200
        start = answers.head(target) if good else answer.text
        if good and answers.kind(start) in ("zip", "text"):
            return None
        hide = self.credentials.mask
        message = answers.message_in(target, hide) if good else answers.message(answer.text, hide)
        if message is None and good:
            raise PassingError(f"{self.name} liefert keine Daten{answers.described(start) or ', unlesbare Antwort'}.")
        if message is None:
            error = http_error(answer, urlsplit(url).netloc, answers.described(start))
            raise self._denied(str(error)) if answer.status in (401, 403) else error
        self._check(message, answer, ordering=form.get("job") == "true")
        return message

    def _check(self, message: Message, answer: Answer, ordering: bool) -> None:
        """Raise what a message means whatever was asked: too busy, not allowed, a fault of the system."""
        code, text, status = message.code, message.text, answer.status
        if code == BUSY or status in (429, 502, 503, 504):
            raise PassingError(f"{self.name} ist überlastet: {text}", pause_of(answer.headers) or BUSY_SECONDS)
        if status in (401, 403) or (code == FORBIDDEN and not ordering):
            raise self._denied(text)
        if code == SYSTEM and _PASSWORD.search(text):
            raise self._denied(text)
        if code == SYSTEM and status != 404 and not _HUGE.search(text):
            raise PassingError(f"{self.name} meldet: {text}")
        if status != 200 and not _HUGE.search(text):
            raise FetchError(f"{self.name} meldet: {text} (HTTP {status})")

    def _denied(self, text: str) -> FetchError:
        user, password, token = variables(self.database)
        said = self.credentials.mask(text).rstrip(".")
        check = f"Zu prüfen sind {user} und {password} (oder {token})."
        return FetchError(f"{self.name} lehnt die Zugangsdaten ab: {said}. {check}")

    def error(self, message: Message | None, table: str) -> FetchError:
        """What a message that brings no data means for a table."""
        if message is None:
            return FetchError(f"{self.name} liefert Daten, wo eine Meldung erwartet wird.")
        code, text = message.code, message.text or "keine Angabe"
        if code == NO_TABLE:
            near = [t for t in get_close_matches(table, self.known, n=4) if t != table]
            hint = f" Ähnlich heißen: {', '.join(near)}." if near else ""
            return FetchError(f"Die Tabelle {table} gibt es dort nicht (Code 90, {self.name}: {text}).{hint}")
        if code == NOTHING:
            return NothingError(f"{self.name} hat zu dieser Auswahl keine Daten (Code 104: {text}).")
        if _HUGE.search(text):
            return TooLargeError(f"{self.name}: {text}")
        if code in (OK, ADJUSTED):
            return FetchError(f"{self.name} meldet „{text}“, liefert aber keine Tabelle.")
        return FetchError(f"{self.name} meldet Code {code}: {text}")
