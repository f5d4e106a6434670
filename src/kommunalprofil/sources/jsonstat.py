"""Reader of the JSON download of GENESIS (2025): `…_data.json` holds the numbers, `…_structure.json` describes them.

The numbers alone do not name their table; the structure beside them does, and it tells the Stand. Without it the
signature of a declared table decides. Totals are coded `%TOTAL%`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from kommunalprofil.errors import DamageError, SourceError, UnknownTableError, damage
from kommunalprofil.sources import labels
from kommunalprofil.sources.declare import Table
from kommunalprofil.sources.grid import Grid

MAX_BYTES = 100_000_000
TOTAL = "%TOTAL%"
DATA, STRUCTURE = "_data.json", "_structure.json"
UNITED = "1990-10-03"
"""Before this day the tables of Germany hold the numbers of the former territory of the Federal Republic."""
BEFORE = "vor dem 03.10.1990: früheres Bundesgebiet"
REGIONS = frozenset({"DINSG", "DLAND", "KREISE", "GEMEIN", "REGBEZ"})
TIMES = frozenset({"STAG", "JAHR", "SMONAT"})
_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)")


@dataclass
class Cube:
    """One data set: the codes of each dimension in order, values and quality signs, the last dimension fastest."""

    file: str
    dims: list[str]
    codes: dict[str, list[str]]
    values: list[Any]
    signs: list[str]
    strides: dict[str, int] = field(default_factory=dict)

    def one(self, dim: str) -> str:
        """The only code of a dimension. Raises SourceError if it has several or is missing."""
        codes = self.codes.get(dim, [])
        if len(codes) != 1:
            raise SourceError(self.file, f"Das Merkmal „{dim}“ soll genau eine Ausprägung haben, es sind {len(codes)}.")
        return codes[0]


def recognise(data: bytes) -> bool:
    """Whether the bytes begin like a JSON object."""
    return data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def load(data: bytes, file: str) -> dict[str, Any]:
    """The JSON object in the bytes. Raises SourceError if they are too long, damaged, or hold a key twice."""
    if len(data) > MAX_BYTES:
        raise SourceError(file, f"Die JSON-Datei ist größer als {MAX_BYTES // 1_000_000} MB.")

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            raise DamageError("ein Schlüssel steht doppelt da")
        return found

    def refuse(text: str) -> None:
        raise DamageError(f"{text} ist keine Zahl")

    try:
        found = json.loads(data, object_pairs_hook=unique, parse_constant=refuse, parse_float=Decimal)
    except (ValueError, RecursionError) as error:  # a text of brackets only nests too deeply
        reason = damage(error) if isinstance(error, ValueError) else " (zu tief verschachtelt)"
        raise SourceError(file, f"Die Datei ist kein gültiges JSON{reason}. Neu herunterladen.") from None
    return found if isinstance(found, dict) else {}


def is_data(found: Mapping[str, Any]) -> bool:
    """Whether an object is a data download."""
    return isinstance(found.get("data"), list) and all(isinstance(d, dict) and "size" in d for d in found["data"])


def is_structure(found: Mapping[str, Any]) -> bool:
    """Whether an object describes a table."""
    return isinstance(found.get("table"), dict) and "variables" in found


def read(found: Mapping[str, Any], path: Path, tables: Mapping[str, Table]) -> tuple[Table, Grid]:
    """The declared table a download holds, and its grid.

    Raises UnknownTableError if nobody has declared it, SourceError for sizes that do not fit, unknown codes, a
    structure of another table.
    """
    file = path.name
    if len(found["data"]) != 1:
        raise SourceError(file, f"Die Datei soll einen Datensatz enthalten, sie enthält {len(found['data'])}.")
    cube = _cube(found["data"][0], file)
    about = _structure_of(path)
    table = _table(cube, about, tables)
    time = next((d for d in cube.dims if d in TIMES), "")
    region = next((d for d in cube.dims if d in REGIONS), "")
    if not time or not region:
        raise SourceError(file, "Die Datei nennt keine Zeit oder kein Gebiet.")
    grid = Grid(table.id, table.title, {}, [], [], [], decimal=".", layout="json")
    _describe(grid, about)
    days = {code: _day(code, table, file) for code in cube.codes[time]}
    kept = [code for code in cube.codes[time] if days[code] >= UNITED]
    if len(kept) < len(days):
        grid.dropped[BEFORE] = (len(days) - len(kept)) * (len(cube.values) // len(days))
    grid.columns = [{"date": days[code]} for code in kept]
    _fill(grid, cube, time, region, kept)
    return table, grid


def _cube(raw: Mapping[str, Any], file: str) -> Cube:
    """A data set with its dimensions in order. Raises SourceError if the parts do not fit one another."""
    dims, sizes, values = _texts(raw.get("id")), raw.get("size"), raw.get("value")
    if not dims or len(dims) != len(set(dims)) or not isinstance(sizes, list) or not isinstance(values, list):
        raise SourceError(file, "Dem Datensatz fehlen id, size oder value.")
    codes = {dim: _codes(raw, dim, file) for dim in dims}
    if [len(codes[dim]) for dim in dims] != sizes or prod(sizes) != len(values):
        raise SourceError(file, f"Der Datensatz soll {' × '.join(map(str, sizes))} Werte haben, es sind {len(values)}.")
    signs = _texts(raw.get("status", [""] * len(values)))
    if len(signs) != len(values):
        raise SourceError(file, "Zu jedem Wert gehört ein Qualitätszeichen (status); es sind zu viele oder zu wenige.")
    cube = Cube(file, dims, codes, values, signs)
    stride = 1
    for dim in reversed(dims):
        cube.strides[dim] = stride
        stride *= len(codes[dim])
    return cube


def _texts(found: Any) -> list[str]:
    """The texts of a list; nothing if it is no list of texts."""
    return found if isinstance(found, list) and all(isinstance(text, str) for text in found) else []


def _codes(raw: Mapping[str, Any], dim: str, file: str) -> list[str]:
    """The codes of a dimension, in the order of their places."""
    part: Any = raw
    for step in ("dimension", dim, "category", "index"):
        part = part.get(step) if isinstance(part, dict) else None
    if not isinstance(part, dict) or sorted(map(str, part.values())) != sorted(map(str, range(len(part)))):
        raise SourceError(file, f"Die Ausprägungen des Merkmals „{dim}“ fehlen oder sind nicht durchgezählt.")
    return sorted(part, key=lambda code: int(part[code]))


def _structure_of(path: Path) -> Mapping[str, Any]:
    """The structure beside a data file, empty if there is none."""
    beside = path.with_name(path.name.removesuffix(DATA) + STRUCTURE)
    if not path.name.endswith(DATA) or not beside.is_file():
        return {}
    try:
        found = load(beside.read_bytes(), beside.name)
    except OSError as error:
        raise SourceError(beside.name, f"Die Datei ist nicht lesbar ({error.strerror}).") from None
    return found if is_structure(found) else {}


def _table(cube: Cube, about: Mapping[str, Any], tables: Mapping[str, Table]) -> Table:
    """The declared table: by the structure's word, which must fit the numbers, else by the numbers alone."""
    content = cube.one("content").partition("$")[0]
    variables = frozenset(cube.dims) - REGIONS - TIMES - {"statistic", "content"}
    fits = [t for t in tables.values() if t.flat is not None
            and t.flat[:3] == (cube.one("statistic"), variables, content)
            and t.flat[3] >= REGIONS & set(cube.dims)]  # fmt: skip
    named = about.get("table", {}).get("code", "")
    if named and not about["variables"].keys() >= variables:
        raise SourceError(cube.file, f"Die Beschreibung daneben gehört zu einer anderen Tabelle ({named}).")
    chosen = next((t for t in fits if t.id == named or not named), None)
    if chosen is None:
        found = f"Statistik {cube.one('statistic')}, Inhalt {content}, Merkmale {', '.join(sorted(variables))}"
        raise UnknownTableError(cube.file, f"Die Tabelle {named or 'ohne Namen'} ist nicht deklariert ({found}).")
    return chosen


def _describe(grid: Grid, about: Mapping[str, Any]) -> None:
    """Title, Stand and notes out of the structure."""
    table = about.get("table", {})
    stamp = _STAMP.match(str(table.get("lastChange", "")))
    grid.stand = f"{stamp[1]}T{stamp[2]}" if stamp else ""
    texts = [_german(table.get(part)) for part in ("label", "note", "copyright")]
    grid.title = " ".join(texts[0].split()) or grid.title
    grid.notes = "\n".join(filter(None, texts[1:]))


def _german(text: Any) -> str:
    return str(text.get("de") or "") if isinstance(text, dict) else ""


def _day(code: str, table: Table, file: str) -> str:
    said = labels.time(code, table)
    if said is None:
        raise SourceError(file, f"„{code}“ ist kein Stichtag und kein Jahr.")
    return labels.day_of(said, table)


def _fill(grid: Grid, cube: Cube, time: str, region: str, kept: Iterable[str]) -> None:
    """Rows of all dimensions but time, numbered in the place of lines; columns of the kept times."""
    inner = [d for d in cube.dims if d not in (time, "statistic", "content")]
    place = {d: {code: i * cube.strides[d] for i, code in enumerate(cube.codes[d])} for d in cube.dims}
    offsets = [place[time][code] for code in kept]
    rows: dict[str, list[Any]] = {"key": []}
    values: list[list[str]] = []
    signs: list[list[str]] = []
    for codes in product(*(cube.codes[d] for d in inner)):
        start = sum(place[d][code] for d, code in zip(inner, codes, strict=True))
        for name, code in _said(cube, dict(zip(inner, codes, strict=True)), region).items():
            rows.setdefault(name, []).append(code)
        values.append([_text(cube.values[start + o], cube.file) for o in offsets])
        signs.append([cube.signs[start + o] for o in offsets])
    grid.rows, grid.values, grid.signs, grid.lines = dict(rows), values, signs, range(1, len(values) + 1)


def _said(cube: Cube, codes: Mapping[str, str], region: str) -> dict[str, Any]:
    """What the codes of one row add to its key; totals say so, so that every row says the same dimensions."""
    said: dict[str, Any] = {}
    for dim, code in codes.items():
        if dim == region:
            said["key"] = code
            continue
        meaning = labels.attribute(dim, "" if code == TOTAL else code)
        if meaning is None:
            raise SourceError(cube.file, f"Unbekannte Ausprägung „{code}“ des Merkmals „{dim}“.")
        said |= WHOLE.get(dim, WHOLE["ALT"] if dim.startswith("ALT") else {}) if code == TOTAL else meaning
    return said


WHOLE: Mapping[str, Mapping[str, Any]] = {
    "GES": {"sex": "_T"}, "NAT": {"nationality": "_T"}, "ALT": {"age_from": 0, "age_to": 200},
}  # fmt: skip
"""What a total says."""


def _text(value: Any, file: str) -> str:
    """A value as text with a decimal point; the empty text where there is none. Raises SourceError for another kind."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        raise SourceError(file, f"„{str(value)[:40]}“ ist kein Wert einer amtlichen Tabelle.")
    number = Decimal(value)
    if number.adjusted() > 15 or number.adjusted() < -15:
        raise SourceError(file, f"„{value}“ ist kein Wert einer amtlichen Tabelle.")
    return format(number.quantize(Decimal("1e-15")) if number % 1 else number.to_integral_value(), "f")
