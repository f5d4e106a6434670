"""Answers of the offices' servers, damaged: each is the table that was asked for, whole, or a clear refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random

import harness
import pytest
import seeds
from damage import DAMAGES, Owed

from kommunalprofil import raw
from kommunalprofil.errors import KommunalprofilError, SourceError
from kommunalprofil.sources import answers
from kommunalprofil.sources.transfer import FetchError

TABLE = "12411-01-01-4"
STATUS = {"Code": 104, "Content": "Es gibt keine Objekte zum angegebenen Selektionskriterium", "Type": "Information"}
ENVELOPE = {"Ident": {"Service": "data", "Method": "tablefile"}, "Status": STATUS, "Parameter": {"name": TABLE},
            "Object": {"Content": "statistics_code;x\n1;2\n"}, "Copyright": "© 2026"}  # fmt: skip
BODIES = {
    "envelope": json.dumps(ENVELOPE, indent=1).encode(),
    "bare": json.dumps(STATUS).encode(),
    "text": json.dumps({"Status": "Sie wurden erfolgreich an- und abgemeldet!", "Username": "GAST"}).encode(),
}
CHECKS: dict[str, Callable[[Path], str]] = {
    "flat-new": lambda path: answers.check_flat(path, TABLE).content,
    "flat-old": lambda path: answers.check_flat(path, TABLE).content,
    "flat-zip": lambda path: answers.check_flat(path, TABLE).content,
    "datencsv": lambda path: answers.check_download(path, TABLE).content,
    "datencsv-new": lambda path: answers.check_download(path, TABLE).content,
}
NUMBERS = range(6)
END = frozenset({"cut", "cut-the-last-bytes", "packed-and-cut"})
"""Damages after which an answer must not be taken for a whole one, unless its end still says so."""


def german(error: KommunalprofilError) -> str:
    return harness.bad_words(f": {error}", None)


@pytest.mark.parametrize("name", CHECKS)
def test_a_table_is_whole_or_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "antwort"
    seed, check = seeds.seed(name), CHECKS[name]
    path.write_bytes(seed.data)
    whole = check(path)
    for kind in (one for one in DAMAGES.values() if seed.kind in one.kinds):
        for number in NUMBERS:
            data = kind.make(seed, Random(f"{name}/{kind.name}/{number}"))
            path.write_bytes(data)
            found, fault = "", ""
            try:
                with harness.watched() as said:
                    found = check(path)
            except FetchError as error:
                fault, found = german(error), whole
            assert not fault, (kind.name, number)
            assert not said, (kind.name, number, said)
            ends = data.endswith(b"\n") and name != "flat-zip"
            assert found == whole or ends or kind.owed is not Owed.SAME or kind.name not in END, (kind.name, number)


HUGE = (
    b"[" * 2_000_000,
    b'{"Status":' * 1_000_000,
    b'{"Code": ' + b"9" * 100_000 + b"}",
    *(b'{"Code": %s}' % code for code in (b"NaN", b"1e999", b'" 22 "', b'"\xd9\xa2"', b"true", b"[[]]")),
    *(b'{"Status": %s}' % status for status in (b'{"Code": true}', b"[]", b'{"Code": {}}', b'"\\ud800"', b"{}")),
    *(b'{"Code": 0, "Object": %s}' % content for content in (b"5", b'{"Content": 5}', b'{"Content": null}')),
    b"null",
    b"",
)


@pytest.mark.parametrize("name", BODIES)
def test_a_message_is_one_or_none(tmp_path: Path, name: str) -> None:
    seed = seeds.Seed(name, BODIES[name], "json")
    bodies = [k.make(seed, Random(f"{k.name}/{n}")) for k in DAMAGES.values() if "json" in k.kinds for n in NUMBERS]
    path = tmp_path / "antwort"
    for body in (*bodies, *HUGE):
        path.write_bytes(body)
        with harness.watched() as said:
            found = [answers.message(body), answers.message_in(path)]
        assert not said
        for message in found:
            assert message is None or (message.text.isprintable() and len(message.text) <= 500)
            assert message is None or isinstance(message.content, str)
    assert answers.message(BODIES["envelope"]) == answers.Message(104, STATUS["Content"], ENVELOPE)


def test_what_a_server_says_cannot_write_on_the_terminal() -> None:
    said = answers.message(json.dumps({"Code": 104, "Content": "rot: \x1b[31m\x07 \u202e"}).encode())
    assert said is not None
    assert said.text.isprintable()
    assert str(FetchError("\x1b[2J" + "x" * 5000)).isprintable()
    assert len(str(FetchError("x" * 50_000))) < 2100


def test_a_damaged_note_beside_a_raw_file(tmp_path: Path) -> None:
    store = raw.RawStore(tmp_path)
    part = store.part("regio", TABLE, {})
    part.write_bytes(seeds.seed("flat-new").data)
    facts = dict.fromkeys(("url", "retrieved", "checked"), "x") | {"table": TABLE, "database": "regio", "query": {}}
    kept = store.keep(part, "0" * 64, ".csv", facts)
    note = kept.path.with_name(kept.path.name + raw.SIDECAR)
    seed = seeds.Seed("note", note.read_bytes(), "json")
    good = raw.sidecar_of(kept.path)
    for kind in (one for one in DAMAGES.values() if "json" in one.kinds):
        for number in NUMBERS:
            note.write_bytes(kind.make(seed, Random(f"{kind.name}/{number}")))
            found, fault = good, ""
            try:
                found = raw.sidecar_of(kept.path)
            except SourceError as error:
                fault = harness.bad_words(str(error), error.line)
            assert not fault, (kind.name, number)
            assert found == good or kind.owed is not Owed.SAME or kind.name not in END, (kind.name, number)
    for body in HUGE:
        note.write_bytes(body)
        with pytest.raises(SourceError):
            raw.sidecar_of(kept.path)
