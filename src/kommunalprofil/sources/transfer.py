"""One polite way to the offices' servers: few requests at once, patient and ever slower retries, limits on everything.

Every answer is streamed to a file. What may pass by itself is a PassingError, everything else a FetchError at once.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from http.cookiejar import DefaultCookiePolicy
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from kommunalprofil import __version__
from kommunalprofil.errors import KommunalprofilError, shown
from kommunalprofil.sources.addresses import onward

if TYPE_CHECKING:
    import requests

T = TypeVar("T")
AT_ONCE = 3
"""Requests at one time to one database."""
AGENT = f"kommunalprofil/{__version__} (Abruf amtlicher Statistik; hoechstens {AT_ONCE} Anfragen zugleich)"
PORTION = 1 << 16
MESSAGE = 1 << 20
"""Bytes read of an answer that is no data."""
GONE = frozenset({404, 410})
MOVED = frozenset({301, 302, 303, 307, 308})
REDIRECTS = 5
CLOCK = 86400.0
"""Seconds the clock of this machine may be off."""
PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class FetchError(KommunalprofilError):
    """Data that an office's server did not give, with the reason."""

    def __init__(self, message: str) -> None:
        super().__init__(shown(message))


class PassingError(FetchError):
    """A failure that may be over soon: worth another try after `wait` seconds, if the server says so."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class Limits:
    """Seconds to connect, of silence, for one answer, for one task with all retries; tries; bytes of an answer."""

    connect: float = 10
    silence: float = 300
    answer: float = 1800
    task: float = 5400
    tries: int = 5
    size: int = 2_000_000_000


@dataclass
class Pace:
    """Time as the retries see it: how to wait, what time it is, and chance; tests put their own here."""

    sleep: Callable[[float], object] = time.sleep
    clock: Callable[[], float] = time.monotonic
    jitter: Callable[[float, float], float] = random.uniform
    first: float = 1.0
    longest: float = 60.0

    def backoff(self, attempt: int) -> float:
        """Seconds before the try after `attempt` (from 0): anything up to a bound that doubles each time."""
        return self.jitter(0.0, min(self.longest, self.first * 2**attempt))


@dataclass(frozen=True)
class Answer:
    """What a server said: HTTP status, headers (names in lower case), and the text where it was no 2xx."""

    status: int
    headers: Mapping[str, str]
    text: bytes = b""


@dataclass
class Transfer:
    """Requests to all databases, with one gate each. Close it (or use it as a context manager) to free connections.

    `stopped` ends waiting and running transfers in every thread at the next portion.
    """

    limits: Limits = field(default_factory=Limits)
    pace: Pace = field(default_factory=Pace)
    stopped: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._gates: dict[str, threading.BoundedSemaphore] = {}
        self._sessions: list[requests.Session] = []
        self._failures: Counter[str] = Counter()
        self._local = threading.local()

    def __enter__(self) -> Transfer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Free every connection."""
        with self._lock:
            for session in self._sessions:
                session.close()
            self._sessions.clear()

    def wait(self, seconds: float) -> None:
        """Sleep. Raises PassingError when the whole run has been stopped."""
        if self.pace.sleep is time.sleep:
            self.stopped.wait(seconds)
        else:
            self.pace.sleep(seconds)
        self._go_on()

    def _go_on(self) -> None:
        if self.stopped.is_set():
            raise PassingError("Der Abruf wurde abgebrochen.")

    def persistent(self, lane: str, work: Callable[[], T]) -> T:
        """Do `work`, again after every PassingError, up to the limits; then the last error is raised.

        Where as many tasks as run at once have failed so, one after the other, the server is down: each further one
        is tried once, until one succeeds.
        """
        deadline = self.pace.clock() + self.limits.task
        tries = self.limits.tries if self._failures[lane] < AT_ONCE else 1
        for attempt in range(tries):
            self._go_on()
            try:
                result = work()
            except PassingError as error:
                pause = self.pace.backoff(attempt) + (error.wait or 0.0)
                if attempt + 1 == tries:
                    self._failures[lane] += 1
                    raise PassingError(f"{error} ({tries} Versuche)" if tries > 1 else str(error)) from None
                if self.pace.clock() + pause > deadline:
                    text = f"{error} Ein neuer Versuch ist erst in {pause:.0f} Sekunden erlaubt."
                    raise PassingError(text) from None
            except FetchError:
                self._failures[lane] = 0
                raise
            else:
                self._failures[lane] = 0
                return result
            self.wait(pause)
        raise AssertionError("unreachable")

    def send(
        self,
        lane: str,
        method: str,
        url: str,
        target: Path,
        *,
        headers: Mapping[str, str | bytes] | None = None,
        form: Mapping[str, str] | None = None,
        redirects: bool = False,
        begin: Callable[[Answer], None] | None = None,
    ) -> Answer:
        """One request, its 2xx body streamed to `target` (appended for 206), one of AT_ONCE of its lane.

        Redirects are followed only on demand: a request with credentials must not be sent elsewhere. `begin` hears of
        the headers before the body of a 2xx comes. Raises PassingError for broken and slow connections and answers cut
        short, FetchError for what stays so, OSError for the disk. After a PassingError `target` holds what had come.
        """
        headers = {"User-Agent": AGENT, "Accept-Encoding": "identity", **(headers or {})}
        data = dict(form) if form is not None else None
        with self._gate(lane), self._in_time():
            for _ in range(REDIRECTS if redirects else 1):
                self._go_on()
                with _translated(url):
                    response = self._session().request(
                        method,
                        url,
                        data=data,
                        headers=headers,
                        stream=True,
                        timeout=(self.limits.connect, self.limits.silence),
                        allow_redirects=False,
                    )
                if not redirects or response.status_code not in MOVED:
                    break
                response.close()  # what it says besides the new address may be of any length
                url = _onward(url, response.headers.get("location", ""))
            else:
                raise FetchError(f"{urlsplit(url).netloc} leitet im Kreis weiter.")
            with response:
                facts = {name.lower(): value for name, value in response.headers.items()}
                check_clock(facts)
                answer = Answer(response.status_code, facts)
                if answer.status not in (200, 206):
                    with _translated(url):
                        return replace(answer, text=b"".join(self._portions(response, MESSAGE, strict=False)))
                if begin is not None:
                    begin(answer)
                self._store(response, target, url)
                return answer

    def _store(self, response: requests.Response, target: Path, url: str) -> None:
        with target.open("ab" if response.status_code == 206 else "wb") as stream:
            portions = self._portions(response, self.limits.size - stream.tell())
            while True:
                with _translated(url):
                    portion = next(portions, None)
                if portion is None:
                    return
                stream.write(portion)

    def _portions(self, response: requests.Response, size: int, strict: bool = True) -> Iterator[bytes]:
        """The body as it comes in, never more than `size` bytes."""
        while portion := response.raw.read1(PORTION, decode_content=True):
            self._go_on()
            size -= len(portion)
            if size < 0 and not strict:
                return
            if size < 0:
                text = f"Die Antwort ist größer als {self.limits.size / 1e6:.0f} MB; das ist keine dieser Tabellen."
                raise FetchError(text)
            yield portion

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        """One request, cut off when an answer's time is over; a body without a length would then seem whole."""
        from kommunalprofil.sources.watched import watched

        late = f"Die Antwort war nach {self.limits.answer:.0f} Sekunden noch nicht vollständig."
        with watched(self.limits.answer) as watch:
            try:
                yield
            except PassingError:
                if watch.over:
                    raise PassingError(late) from None
                raise
            if watch.over:
                raise PassingError(late)

    @contextmanager
    def _gate(self, lane: str) -> Iterator[None]:
        with self._lock:
            gate = self._gates.setdefault(lane, threading.BoundedSemaphore(AT_ONCE))
        with gate:
            yield

    def _session(self) -> requests.Session:
        """The session of this thread; without cookies, which would tie parallel requests to each other."""
        session: requests.Session | None = getattr(self._local, "session", None)
        if session is None:
            from kommunalprofil.sources.watched import WatchedSession

            session = WatchedSession()
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
            self._local.session = session
            with self._lock:
                self._sessions.append(session)
        return session


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """Errors of the HTTP libraries as German ones, without a word of theirs: they may quote what was sent."""
    import requests
    import urllib3

    host = url.split("/")[2] if url.count("/") >= 2 else url
    try:
        yield
    except (requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        raise FetchError(f"Das Zertifikat von {host} ist nicht gültig; es wird nichts abgerufen.") from None
    except (requests.exceptions.ConnectTimeout, requests.exceptions.ReadTimeout, urllib3.exceptions.TimeoutError):
        raise PassingError(f"{host} antwortet nicht rechtzeitig (Zeitüberschreitung).") from None
    except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, requests.exceptions.MissingSchema):
        raise FetchError(f"„{url}“ ist keine gültige Adresse.") from None
    except (urllib3.exceptions.IncompleteRead, urllib3.exceptions.DecodeError):
        raise PassingError(f"Die Antwort von {host} ist unvollständig.") from None
    except requests.exceptions.ConnectionError:
        raise PassingError(f"Keine Verbindung zu {host}.") from None
    except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, ConnectionError):
        raise PassingError(f"Die Verbindung zu {host} ist abgebrochen.") from None


def _onward(url: str, location: str) -> str:
    """Where a redirect leads. Raises FetchError if that is no safe address."""
    found = onward(url, location)
    if not found:
        raise FetchError(f"{urlsplit(url).netloc} leitet an „{location}“ weiter statt an eine Adresse mit https://.")
    return found


def check_clock(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> None:
    """Raises FetchError if this machine's clock is off: by its time is told which of two answers is the newer one.

    A cache on the way says how old its answer is.
    """
    age = headers.get("age", "")
    with suppress(ValueError, TypeError, OverflowError):
        told = parsedate_to_datetime(headers.get("date", "")).timestamp()
        off = now() - told - (int(age) if age.isdecimal() and len(age) < 9 else 0)
        if abs(off) > CLOCK:
            way = "vor" if off > 0 else "nach"
            text = f"Die Uhr dieses Rechners geht {abs(off) / CLOCK:.0f} Tage {way}. Die Uhr stellen und neu abrufen:"
            raise FetchError(f"{text} Nach ihr richtet sich, welche Zahlen die neueren sind.")


def pause_of(headers: Mapping[str, str], now: Callable[[], float] = time.time) -> float | None:
    """Seconds the server asks to wait (Retry-After, a number or a date); None if it asks nothing readable."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal() and len(text) < 9:
        return float(text)
    with suppress(ValueError, TypeError):
        return max(0.0, parsedate_to_datetime(text).timestamp() - now())
    return None


def http_error(answer: Answer, host: str, found: str) -> FetchError:
    """The error for a status that is no success; `found` says what the body turned out to be."""
    status = answer.status
    if status in PASSING:
        what = "bremst Anfragen" if status == 429 else "meldet einen Fehler des Servers"
        return PassingError(f"{host} {what} (HTTP {status}{found}).", pause_of(answer.headers))
    if status in (401, 403):
        return FetchError(f"{host} verweigert den Zugriff (HTTP {status}{found}).")
    if status in GONE:
        return FetchError(f"{host} hat diese Datei oder diesen Dienst nicht (HTTP {status}{found}).")
    if 300 <= status < 400:
        return FetchError(f"{host} verweist auf eine andere Adresse (HTTP {status}). Die Adresse prüfen.")
    return FetchError(f"{host} antwortet mit HTTP {status}{found}.")
