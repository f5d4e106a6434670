"""Where a number comes from: one Origin for each official file that was read, kept to the printed page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

DL_DE_BY = "dl-de/by-2-0"
RDB = "Statistische Ämter des Bundes und der Länder"
DESTATIS = "Statistisches Bundesamt (Destatis)"
BKG = "GeoBasis-DE / BKG"
EUROSTAT = "Eurostat"
CC_BY_4 = "CC BY 4.0"
WITH_SOURCE = "Vervielfältigung und Verbreitung mit Quellenangabe gestattet"
"""What the reports of Destatis print in the place of a licence."""


@dataclass(frozen=True)
class Origin:
    """One official file: producer, table, title, Stichtage, Gebietsstand, base, Stand, sha256, licence, citation.

    Dates are ISO text. `stand` is the office's own time stamp of the file, empty where the format carries none;
    `retrieved` is known only where the file says so, or the note beside it, to the second then: of two answers of one
    day the later one counts.
    """

    table: str
    title: str
    producer: str
    level: str
    dates: tuple[str, ...]
    gebietsstand: str
    base: str
    stand: str
    retrieved: str
    sha256: str
    licence: str
    citation: str
    url: str = ""
    note: str = ""


def citation(producer: str, year: int | str, table: str) -> str:
    """The source note the licence asks for: `© producer, Deutschland, year, Tabelle …`; Eurostat: `Quelle: …`."""
    if producer == EUROSTAT:
        return f"Quelle: {producer}, {year}, {table}"
    where = ", Deutschland" if producer == RDB else ""
    return f"© {producer}{where}, {year}, {table}"


def covers(origin: Origin, table: str, when: str | None, base: str | None) -> bool:
    """Whether the origin holds the table at the date (any, if None) on the base (any, if None)."""
    return origin.table == table and (when is None or when in origin.dates) and (base is None or base == origin.base)


def dump(origins: Iterable[Origin]) -> bytes:
    """The origins as sorted JSON text, one that is the same for the same origins."""
    rows = sorted((asdict(o) for o in origins), key=lambda o: (o["table"], o["dates"], o["base"], o["sha256"]))
    return (json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def parse(text: bytes) -> list[Origin]:
    """The inverse of `dump`."""
    return [replace(Origin(**row), dates=tuple(row["dates"])) for row in json.loads(text)]
