"""What a server's answer is: data or a message, whole or cut short, the table that was asked for or another one."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kommunalprofil.errors import shown
from kommunalprofil.raw import CHUNK
from kommunalprofil.sources import archives
from kommunalprofil.sources.transfer import MESSAGE, FetchError, PassingError

MAX_UNPACKED = 1_000_000_000
HEAD = 1 << 14
FOOT = 1 << 14
FLAT_HEADS: tuple[bytes, ...] = (b"statistics_code;", b"Statistik_Code;")
_BOM = b"\xef\xbb\xbf"
_NAMED = re.compile(r"(?P<table>[0-9A-Za-z-]+?)_(\d+_)?(?:[a-z]{2}_)?flat\.csv")
_TITLE = re.compile(rb"(?:GENESIS-)?Tabelle: *([0-9A-Za-z-]+)")
_STAND = re.compile(
    rb"\n\"?(?:Stand: *(\d\d)\.(\d\d)\.(\d{4})|created: *(\d{4})-(\d\d)-(\d\d))(?: */ *(\d\d:\d\d:\d\d))?"
)
_RULE = re.compile(rb"\n\"?_{5,}")
_STATISTIC = re.compile(r"(\d{5})-")
CUT = "Die Antwort ist abgeschnitten"


@dataclass(frozen=True)
class Message:
    """A status of a GENESIS service: its code, its text, and the JSON it came in."""

    code: int
    text: str
    body: dict[str, Any]

    @property
    def content(self) -> str:
        """The table some services put inside their JSON; empty if there is none."""
        inner = self.body.get("Object")
        text = inner.get("Content") if isinstance(inner, dict) else None
        flat = isinstance(text, str) and text.lstrip("\ufeff").startswith(tuple(h.decode() for h in FLAT_HEADS))
        return str(text) if flat else ""


@dataclass(frozen=True)
class Checked:
    """A complete table: ending of its file name, sha256 of the table itself, Stand where the file has one (ISO)."""

    ending: str
    content: str
    stand: str = ""


def kind(start: bytes) -> str:
    """What bytes begin: `zip`, `json`, `html`, `empty`, or `text`."""
    text = start.removeprefix(_BOM).lstrip()
    if not text:
        return "empty"
    if start[:2] == b"PK":
        return "zip"
    if text[:1] in (b"{", b"["):
        return "json"
    return "html" if text[:1] == b"<" else "text"


def described(start: bytes) -> str:
    """How an error names a body that is no data."""
    names = {"html": ", HTML-Seite statt Daten", "empty": ", leere Antwort", "json": "", "zip": "", "text": ""}
    return names[kind(start)]


def head(path: Path) -> bytes:
    """The first bytes of a file."""
    with path.open("rb") as stream:
        return stream.read(HEAD)


def message(body: bytes, hide: Callable[[str], str] = str) -> Message | None:
    """The status in a JSON answer: in its envelope, bare, or (logincheck) as a text; None if there is none.

    `hide` takes credentials out of its text, before anything is cut off: part of a password is not known as one.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):  # a body of brackets only nests too deeply
        return None
    if not isinstance(content, dict):
        return None
    status = content.get("Status", content)
    if isinstance(status, str):
        return Message(0, _line(hide(status)), content)
    code = status.get("Code") if isinstance(status, dict) else None
    try:
        number = int(str(code))
    except ValueError:
        return None
    return Message(number, _line(hide(str(status.get("Content", "")))), content)


def _line(text: str) -> str:
    return shown(" ".join(text.split())[:500])


def message_in(path: Path, hide: Callable[[str], str] = str) -> Message | None:
    """The status in a file, if it is a JSON answer of any usual size."""
    if path.stat().st_size > MESSAGE and kind(head(path)) != "json":
        return None
    with path.open("rb") as stream:
        return message(stream.read(64 * MESSAGE), hide)


def check_flat(path: Path, table: str) -> Checked:
    """Read a flat file or the archive around it once: one CSV, whole, of the table asked for.

    Raises PassingError if it is cut short or damaged, FetchError if it is something else or too big.
    """
    if kind(head(path)) == "zip":
        try:
            with zipfile.ZipFile(path) as archive:
                entry = _only_entry(archive)
                _check_name(entry.filename, table)
                with archive.open(entry) as stream:
                    return Checked(".zip", _check_text(_portions(stream), table))
        except archives.BROKEN as error:
            if archives.of_system(error):
                raise
            raise PassingError(f"{CUT} oder beschädigt (Zip-Archiv).") from None
    with path.open("rb") as stream:
        return Checked(".csv", _check_text(_portions(stream), table))


def _only_entry(archive: zipfile.ZipFile) -> zipfile.ZipInfo:
    entries = [e for e in archive.infolist() if not e.is_dir()]
    if len(entries) != 1 or not entries[0].filename.lower().endswith(".csv"):
        names = ", ".join(e.filename[:60] for e in entries[:3]) or "nichts"
        raise FetchError(f"Im Zip-Archiv wird genau eine CSV-Datei erwartet, gefunden: {names}.")
    if entries[0].file_size > MAX_UNPACKED:
        size = entries[0].file_size / 1e6
        raise FetchError(f"Das Zip-Archiv entpackt sich auf {size:.0f} MB; erlaubt sind {MAX_UNPACKED / 1e6:.0f} MB.")
    return entries[0]


def _check_name(name: str, table: str) -> None:
    if (found := _NAMED.fullmatch(name)) and found["table"] != table:
        raise FetchError(f"Statt der Tabelle {table} kam die Tabelle {found['table']} („{name[:80]}“).")


def _portions(stream: Any) -> Iterator[bytes]:
    size = 0
    while portion := stream.read(CHUNK):
        size += len(portion)
        if size > MAX_UNPACKED:
            raise FetchError(f"Die Tabelle ist größer als {MAX_UNPACKED / 1e6:.0f} MB; das ist keine dieser Tabellen.")
        yield portion


def _check_text(portions: Iterator[bytes], table: str) -> str:
    """The sha256 of the text of a flat file."""
    digest = hashlib.sha256()
    start, last = b"", b""
    for portion in portions:
        digest.update(portion)
        start = start or portion[:HEAD]
        last = portion
    lines = start.removeprefix(_BOM).split(b"\n", 2)
    if not lines[0].startswith(FLAT_HEADS):
        text = lines[0][:60].decode("utf-8", "replace").strip()
        raise FetchError(f"Die Antwort ist keine Flat-Datei; sie beginnt mit „{text}“.")
    if not last.endswith(b"\n"):
        raise PassingError(f"{CUT} (die letzte Zeile ist unvollständig).")
    if len(lines) < 2 or not lines[1]:
        raise FetchError("Die Tabelle hat einen Kopf, aber keine Zeilen.")
    statistic = lines[1].split(b";", 1)[0].decode("ascii", "replace").strip('"')
    if (expected := _STATISTIC.match(table)) and statistic != expected[1]:
        raise FetchError(f"Statt der Tabelle {table} kam eine Tabelle der Statistik „{statistic[:20]}“.")
    return digest.hexdigest()


def check_download(path: Path, table: str) -> Checked:
    """Read an Open-Data file once: title of the table asked for, rule and Stand at its end.

    Its content is what stands above the Stand: a file made anew with the same numbers says nothing new. Raises
    PassingError if it is cut short or another page, FetchError if it is another table.
    """
    start = head(path)
    if kind(start) in ("html", "empty"):
        raise PassingError(f"Der Server liefert keine Daten{described(start)}.")
    title = _TITLE.match(start.removeprefix(_BOM))
    if title is None:
        text = start.split(b"\n", 1)[0][:60].decode("latin-1").strip()
        raise FetchError(f"Die Antwort ist keine Open-Data-Datei; sie beginnt mit „{text}“.")
    if (found := title[1].decode("ascii")) != table:
        raise FetchError(f"Statt der Tabelle {table} kam die Tabelle {found}.")
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - FOOT))
        foot = stream.read()
    stands = list(_STAND.finditer(foot))
    if not stands or not (size > FOOT or _RULE.search(foot, 0, stands[-1].start())):
        raise PassingError(f"{CUT} (der Fuß mit Quelle und Stand fehlt).")
    day, month, year, *english, time = stands[-1].groups(b"")
    date = b"-".join(english) if english[0] else b"-".join((year, month, day))
    stand = date.decode() + (f"T{time.decode()}" if time else "")
    return Checked(".csv", _sha256(path, size - len(foot) + stands[-1].start()), stand)


def _sha256(path: Path, size: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while size and (portion := stream.read(min(CHUNK, size))):
            digest.update(portion)
            size -= len(portion)
    return digest.hexdigest()
