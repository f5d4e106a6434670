"""The data files of a profile: daten.csv for scripts and spreadsheets, profil.json for programs.

The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import fields
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from kommunalprofil import __version__, references
from kommunalprofil.indicators.compute import Key
from kommunalprofil.indicators.rows import COLUMNS
from kommunalprofil.indicators.series import Cell, Selection

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.indicators import Indicator
    from kommunalprofil.outline import Outline
    from kommunalprofil.profile import Value
    from kommunalprofil.regions import Region

REGION_FIELDS = (
    "ags", "ars", "name", "title", "kind", "level", "slug", "association", "area_km2", "population", "population_date",
)  # fmt: skip
LINE_END = "\r\n"


class Line(NamedTuple):
    """One value as the data files write it: its base, its cells in daten.csv behind those of the region, its object."""

    base: str
    cells: str
    entry: str


Order = str
"""By what the lines of a region are sorted and what tells them apart: indicator, variant, date, members."""
Block = dict[Order, Line]
Shown = Mapping[str, Mapping[Order, "Value"]]
"""The values that a document shows, by region."""
Once = Callable[[str, Hashable, Callable[[], Any]], Any]
"""What makes a thing of a region, or has made it before (see Together.once)."""


def plain(number: float | None) -> float | int | None:
    """A number as people write it: whole numbers without '.0', no digits that only the computer made."""
    if number is None or number != number:
        return None
    tidy = float(number)
    if not tidy.is_integer():
        tidy = float(f"{number:.15g}")
    return int(tidy) if tidy.is_integer() and abs(tidy) < 1e15 else tidy


def _digits(number: float | None) -> str:
    """A number as both files write it, which is how `plain` prints; '' for none."""
    if number is None or number != number:
        return ""
    return f"{number + 0.0:.15g}" if abs(number) < 1e14 else repr(plain(number))  # adding 0 turns -0 into 0


def _row(cells: Iterable[Any]) -> str:
    """A row of CSV (RFC 4180) without its end."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


@lru_cache(maxsize=10_000)
def _cell(text: str) -> str:
    return _row([text, ""]).removesuffix(",")


_dumped = json.JSONEncoder(ensure_ascii=False).encode


@lru_cache(maxsize=10_000)
def _json(thing: str | tuple[str, ...]) -> str:
    """As `_dumped`, for texts that come again and again."""
    return _dumped(thing)


@lru_cache(maxsize=10_000)
def _ends(flag: str, sources: tuple[str, ...], base: str) -> tuple[str, str]:
    """What a row and an object say at their end, which comes again and again."""
    row = f"{_cell(flag)},{_cell('|'.join(sources))}{LINE_END}"
    return row, f'"base": {_json(base)}, "flag": {_json(flag)}, "sources": {_json(sources)}'


class _Writer:
    """Writes the values of one series: what is the same in all of them is written once."""

    def __init__(self, indicator: str, variant: str, unit: str, members: Selection) -> None:
        sex, nationality, age, migration, household = members
        behind = (sex, age.rjust(7, "0"), nationality, migration, household)
        # what stands before and behind a date in the order of lines; the separator comes before any letter
        self.before, self.behind = f"{indicator}\0{variant}\0", "\0" + "\0".join(behind)
        codes = (indicator, variant, sex, age, nationality, migration, household)
        self.codes = ",".join(codes)  # they and the dates need no quotes
        self.unit, self.unit_text = _cell(unit), f'"unit": {_json(unit)}, '
        names = ("indicator", "variant", "sex", "age", "nationality", "migration", "household")
        self.texts = "".join(f', "{name}": {_json(code)}' for name, code in zip(names, codes, strict=True))

    def order(self, date: str) -> Order:
        """Where a date comes among all values of a region."""
        return self.before + date + self.behind

    def line(self, region: str, cell: Cell, reason: str = "") -> Line:
        """A value of a region, or a gap and why it is one."""
        date, value, numerator, denominator, flag, sources, base = cell
        of, above, below = _digits(value), _digits(numerator), _digits(denominator)
        row_end, entry_end = _ends(flag, sources, base)
        cells = f"{date},{self.codes},{of},{self.unit},{above},{below},{row_end}"
        entry = (
            f'{{"region": {_json(region)}, "date": "{date}"{self.texts}, "value": {of or "null"}, '
            f'"numerator": {above or "null"}, "denominator": {below or "null"}, {self.unit_text}{entry_end}'
            + (f', "reason": {_json(reason)}}}' if reason else "}")
        )
        return Line(base, cells, entry)


_writer = lru_cache(maxsize=10_000)(_Writer)


def _writer_of(value: Value) -> _Writer:
    members = Selection(value.sex, value.nationality, value.age, value.migration, value.household)
    return _writer(value.indicator, value.variant, value.unit, members)


def _line(value: Value) -> Line:
    cell = (value.date, value.value, value.numerator, value.denominator, value.flag, value.sources, value.base)
    return _writer_of(value).line(value.region, cell, value.reason)


def _order(value: Value) -> Order:
    return _writer_of(value).order(value.date)


def _rows(region: str, name: str, block: Block) -> bytes:
    """The rows of a region in daten.csv."""
    before = _row((region, name)) + ","
    return (before + before.join([line.cells for line in block.values()])).encode() if block else b""


def csv_bytes(blocks: Mapping[str, Block], names: Mapping[str, str], once: Once) -> bytes:
    """UTF-8 without byte order mark, comma, RFC 4180; one row for each value, gaps with their reason in `flag`.

    `once` is asked for the rows of each region, as Together.once: a block it keeps rows of must live as long.
    """
    rows = [once(ags, id(block), partial(_rows, ags, names[ags], block)) for ags, block in blocks.items()]
    return b"".join([(_row(COLUMNS) + LINE_END).encode(), *rows])


def _fields(thing: Any) -> dict[str, Any]:
    """The fields of a dataclass; what is in them is not copied, as `asdict` does."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def _region(region: Region) -> dict[str, Any]:
    return {name: getattr(region, name) for name in REGION_FIELDS} | {"parents": list(region.parents)}


def json_bytes(evidence: Evidence, outline: Outline, blocks: Mapping[str, Block], shown: Shown) -> bytes:
    """Everything a program may want to know: place, values with their parts and sources, origins, figures, gaps.

    Of other places only the values that the document shows.
    """
    own = evidence.region.ags
    kept = {ags: block if ags == own else sorted(shown.get(ags, ())) for ags, block in blocks.items()}
    entries = [blocks[ags][order].entry for ags, orders in kept.items() for order in orders]
    figures = [
        {"number": n.number, "id": n.item.id, "title": n.item.title, "subtitle": n.item.subtitle, "alt": n.alt,
         "table": n.item.table.caption, "sources": list(n.item.sources)}
        | ({"credit": n.item.credit} if n.item.credit else {})
        for n in outline.figures
    ]  # fmt: skip
    parts: dict[str, Any] = {
        "kommunalprofil": __version__,
        "region": _region(evidence.region),
        "parents": [_region(region) for region in evidence.parents],
        "stand": references.newest_stand(evidence),
        "figures": figures,
        "gaps": [{"id": gap.id, "reason": gap.text} for gap in outline.gaps],
        "territory": evidence.sums(),
        "origins": [_fields(o) for group in references.used_origins(evidence).values() for o in group],
        "standings": [
            {
                "indicator": measure.indicator,
                "variant": measure.variant,
                "members": dict(measure.members),
                "among": "type" if typed else "level",
                **_fields(standing),
            }
            for (measure, typed), standing in evidence.standings.items()
        ],
        "official": [_fields(cell) for cell in evidence.checked],
        "others": [
            {
                "indicator": measure.indicator,
                "variant": measure.variant,
                "members": dict(measure.members),
                "date": evidence.comparison.date(measure),
                "values": values,
            }
            for (measure, _), values in evidence.others.items()
            if values
        ],
    }
    parts["similar"] = _alike(evidence)
    written = {name: _lines(part) for name, part in parts.items()} | {"values": _listed(entries)}
    body = ",\n".join([f"{_json(name)}: {text}" for name, text in written.items()])
    return f"{{\n{body}\n}}\n".encode()


def _alike(evidence: Evidence) -> dict[str, Any] | None:
    """The places most like this one, and among which they were looked for; None without a comparison."""
    found = evidence.alike
    if found is None:
        return None
    size = found.size
    places = [{"ags": one.ags, "name": evidence.register.get(one.ags).name, "distance": one.distance,
               "common": plain(one.common)} for one in found.neighbours]  # fmt: skip
    return {"low": size.low, "high": size.high, "city": size.city, "widened": size.widened, "others": found.others,
            "measures": [measure.id for measure in found.measures], "places": places}  # fmt: skip


def _lines(part: Any) -> str:
    """JSON with one entry of a list in a line: small, and people can still read and compare it."""
    return _listed([_dumped(one) for one in part]) if isinstance(part, list) else _dumped(part)


def _listed(entries: list[str]) -> str:
    body = ",\n".join(entries)
    return f"[\n{body}\n]" if entries else "[]"


SPLITS = {"sex": ("M", "F"), "nationality": ("DE", "AUS")}


def _selections(declared: Indicator) -> list[dict[str, str]]:
    """Total, splits by one dimension (ages only where they are its own) and variants of an indicator."""
    rows: list[dict[str, str]] = [{}]
    for dim in sorted(declared.own):
        rows = [row | {dim: code} for row in rows for code in declared.members[dim]]
    free = [] if declared.own else sorted(declared.by - {"age"})
    split = [{dim: code} for dim in free for code in declared.members.get(dim) or SPLITS[dim]]
    return [*rows, *split, *({"variant": variant} for variant in declared.variants)]


def _key(indicator: str, members: Mapping[str, str]) -> Key:
    rest = {name: code for name, code in members.items() if name != "variant"}
    return indicator, members.get("variant", ""), Selection(**rest)


def _declared(evidence: Evidence) -> set[Key]:
    """The series of every declared indicator."""
    return {_key(name, members) for name, one in evidence.indicators.items() for members in _selections(one)}


def _lines_of(evidence: Evidence, region: str, key: Key) -> Block:
    """The values of a region in a series; no gaps."""
    indicator, variant, members = key
    if evidence.guessed(region):
        values = evidence.whole(indicator, region=region, variant=variant, **members._asdict())
        return {_order(value): _line(value) for value in values if not value.missing}
    writer = _writer(indicator, variant, evidence.indicators[indicator].variant(variant).unit, members)
    cells = evidence.cells(indicator, region, variant, members)
    return {writer.order(cell[0]): writer.line(region, cell) for cell in cells}


def _block(evidence: Evidence, region: str, asked: Collection[Key]) -> Block:
    """The values of a region in some series, sorted; no gaps."""
    found, ready = Block(), evidence.ahead(region)
    for key in sorted(asked):  # the lines are nearly in order then
        found.update(ready[key] if key in ready else _lines_of(evidence, region, key))
    return _sorted(found)


def declared_lines(evidence: Evidence, region: str) -> dict[Key, Block]:
    """The lines of a region in the series of every declared indicator."""
    return {key: _lines_of(evidence, region, key) for key in _declared(evidence)}


def _sorted(lines: Block) -> Block:
    return {order: lines[order] for order in sorted(lines)}


def _joined(block: Block, more: Block) -> Block:
    return _sorted(block | more)


def _shown(evidence: Evidence) -> Shown:
    shown: dict[str, dict[Order, Value]] = {}
    for value in evidence.shown:
        shown.setdefault(value.region, {})[_order(value)] = value
    return shown


def collected(evidence: Evidence, shown: Shown) -> dict[str, Block]:
    """The values of the data files by region, sorted: those the document shows, and more.

    Whole series of everything that was asked for and of every declared indicator, for the place and what surrounds it;
    of the gaps only those that the document met. A date has one base, the one that the document shows.
    """
    asked = frozenset({*_declared(evidence), *(_key(*one) for one in evidence.asked)})
    blocks: dict[str, Block] = {}
    for region in (evidence.region, *evidence.parents):
        ags = region.ags
        blocks[ags] = evidence.once(ags, asked, partial(_block, evidence, ags, asked))
    for ags, values in shown.items():
        block = blocks.get(ags, {})
        more = {order: _line(value) for order, value in values.items()
                if order not in block or value.base not in ("", block[order].base)}  # fmt: skip
        if more:
            blocks[ags] = evidence.once(ags, (asked, frozenset(more.items())), partial(_joined, block, more))
    return dict(sorted(blocks.items()))


def files(evidence: Evidence, outline: Outline) -> dict[str, bytes]:
    """daten.csv and profil.json of a document."""
    shown = _shown(evidence)
    blocks = collected(evidence, shown)
    names = {ags: evidence.register.get(ags).name for ags in blocks}
    table = csv_bytes(blocks, names, evidence.once)
    return {"daten.csv": table, "profil.json": json_bytes(evidence, outline, blocks, shown)}
