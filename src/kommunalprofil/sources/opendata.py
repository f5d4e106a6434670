"""The Open-Data download of the Regionaldatenbank: one file a table, with all years, without a login."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kommunalprofil import raw
from kommunalprofil.sources import answers
from kommunalprofil.sources.addresses import address
from kommunalprofil.sources.transfer import Answer, FetchError, PassingError, Transfer, http_error
from kommunalprofil.store import write_atomic

DATABASE = "regio"
VARIABLE = "KOMMUNALPROFIL_OPENDATA_URL"
BASE = "https://www.regionalstatistik.de/genesisws/downloader/00/tables"
_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)")


class NoDownloadError(FetchError):
    """There is no such download (any more)."""


def fetch(table: str, transfer: Transfer, store: raw.RawStore) -> raw.Kept:
    """The current file of a table in the raw store; unchanged if the server or its content says so.

    A broken download goes on where it broke, now or in a later run, if the server can tell that its file is the same.
    Raises NoDownloadError, FetchError, SourceError for a damaged raw store, OSError.
    """
    query = {"download": f"{table}_00.csv"}
    url = f"{address(VARIABLE, BASE)}/{query['download']}"
    known = store.newest(DATABASE, table, query)
    part = store.part(DATABASE, table, query)

    def once() -> raw.Kept:
        started = raw.now()
        answer = transfer.send(
            DATABASE,
            "GET",
            url,
            part,
            headers=_conditions(part, known),
            redirects=True,
            begin=lambda a: _begin(a, part),
        )
        if answer.status == 304 and known is not None:
            _drop(part)
            return store.confirm(known, started)
        if answer.status not in (200, 206):
            raise _error(answer, url, part)
        facts = {"table": table, "database": DATABASE, "url": url, "query": query}
        return _kept(answer, part, facts | {"retrieved": started, "checked": started}, known, store)

    return transfer.persistent(DATABASE, once)


def _kept(answer: Answer, part: Path, facts: dict[str, Any], known: raw.Kept | None, store: raw.RawStore) -> raw.Kept:
    """A complete download, checked, in the raw store; nothing is left of any other."""
    try:
        checked = answers.check_download(part, facts["table"])
        if known is not None and checked.content == known.sidecar.content:
            return store.confirm(known, facts["checked"], **_validators(answer))
        told = {"content_type": answer.headers.get("content-type", ""), "stand": checked.stand, **_validators(answer)}
        return store.keep(part, checked.content, checked.ending, facts | told)
    finally:
        _drop(part)


def _error(answer: Answer, url: str, part: Path) -> FetchError:
    host = urlsplit(url).netloc
    found = answers.described(answer.text)
    if answer.status == 416:
        _drop(part)
        return PassingError(f"{host} kann den abgebrochenen Abruf nicht fortsetzen (HTTP 416).")
    error = http_error(answer, host, found)
    return NoDownloadError(str(error)) if answer.status in (404, 410) else error


def _validators(answer: Answer) -> dict[str, str]:
    return {"etag": answer.headers.get("etag", ""), "last_modified": answer.headers.get("last-modified", "")}


def _note(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _conditions(part: Path, known: raw.Kept | None) -> dict[str, str]:
    """Go on with a part, if it can be told to be one of the same file; else only if there is something newer."""
    validator = _validator_of(part)
    if validator:
        return {"Range": f"bytes={part.stat().st_size}-", "If-Range": validator}
    asked = {}
    if known is not None and known.sidecar.etag:
        asked["If-None-Match"] = known.sidecar.etag
    if known is not None and known.sidecar.last_modified:
        asked["If-Modified-Since"] = known.sidecar.last_modified
    return asked


def _validator_of(part: Path) -> str:
    """What the server said to tell the file by that `part` is the start of; empty if nothing can be resumed."""
    if not part.is_file() or not part.stat().st_size or not _note(part).is_file():
        return ""
    try:
        note = json.loads(_note(part).read_bytes())
        etag, modified = str(note["etag"]), str(note["last_modified"])
    except (ValueError, KeyError, TypeError):
        return ""
    return etag if etag and not etag.startswith("W/") else modified


def _begin(answer: Answer, part: Path) -> None:
    """Before the body: note what it is a part of; check that a continuation continues what is there."""
    if answer.status == 206:
        found = _RANGE.fullmatch(answer.headers.get("content-range", ""))
        etag = answer.headers.get("etag", "")
        same = not etag or not _validator_of(part).startswith('"') or etag == _validator_of(part)
        if found is None or not same or not part.is_file() or int(found[1]) != part.stat().st_size:
            _drop(part)
            raise PassingError("Der Server setzt den abgebrochenen Abruf an einer falschen Stelle fort.")
        return
    part.unlink(missing_ok=True)
    write_atomic({_note(part): json.dumps(_validators(answer)).encode()})


def _drop(part: Path) -> None:
    part.unlink(missing_ok=True)
    _note(part).unlink(missing_ok=True)
