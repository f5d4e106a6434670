"""The data files of a profile: daten.csv for scripts and spreadsheets, profil.json for programs.

The same input gives the same bytes.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict
from functools import lru_cache, wraps
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from kommunalprofil import __version__, references
from kommunalprofil.indicators.rows import COLUMNS

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.indicators import Indicator
    from kommunalprofil.outline import Outline
    from kommunalprofil.profile import Value
    from kommunalprofil.regions import Region

REGION_FIELDS = (
    "ags", "ars", "name", "title", "kind", "level", "slug", "association", "area_km2", "population", "population_date",
)  # fmt: skip
T = TypeVar("T")


def _once(make: Callable[[Value], T]) -> Callable[[Value], T]:
    """As `make`, remembered by the value: those of the Land and of Germany are written for many places."""
    name = f"_{make.__name__}"

    @wraps(make)
    def remembered(value: Value) -> T:
        kept = vars(value)
        if name not in kept:
            kept[name] = make(value)
        made: T = kept[name]
        return made

    return remembered


def plain(number: float | None) -> float | int | None:
    """A number as people write it: whole numbers without '.0', no digits that only the computer made."""
    if number is None or number != number:
        return None
    tidy = float(number)
    if not tidy.is_integer():
        tidy = float(f"{number:.15g}")
    return int(tidy) if tidy.is_integer() and abs(tidy) < 1e15 else tidy


@_once
def _order(value: Value) -> tuple[str, ...]:
    dims = (value.sex, value.age.rjust(7, "0"), value.nationality, value.migration, value.household)
    return (value.region, value.indicator, value.variant, value.date, *dims)


_DIMS = attrgetter("date", "indicator", "variant", "sex", "age", "nationality", "migration", "household")


def _line(cells: Iterable[Any]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerow(cells)
    return text.getvalue()


@lru_cache(maxsize=10_000)
def _cell(text: str) -> str:
    return _line([text, ""]).removesuffix(",\r\n")


@_once
def _numbers(value: Value) -> tuple[str, str, str]:
    """Value, numerator and denominator as both files write them; '' for none."""
    numbers = map(plain, (value.value, value.numerator, value.denominator))
    of, above, below = ("" if number is None else repr(number) for number in numbers)
    return of, above, below


@_once
def _row(value: Value) -> str:
    """The cells of a value behind those of its region, in the order of COLUMNS."""
    of, above, below = _numbers(value)
    codes = _DIMS(value)  # these and the dates need no quotes
    texts = *codes, of, _cell(value.unit), above, below, _cell(value.flag), _cell("|".join(value.sources))
    return ",".join(texts) + "\r\n"


def csv_bytes(values: Iterable[Value], names: dict[str, str]) -> bytes:
    """UTF-8 without byte order mark, comma, RFC 4180; one row for each value, gaps with their reason in `flag`."""
    regions = {ags: _line((ags, name)).removesuffix("\r\n") for ags, name in names.items()}
    rows = (f"{regions[value.region]},{_row(value)}" for value in values)
    return (_line(COLUMNS) + "".join(rows)).encode("utf-8")


@lru_cache(maxsize=10_000)
def _said(text: str) -> str:
    return _json(text)


@lru_cache(maxsize=10_000)
def _listed_ids(sources: tuple[str, ...]) -> str:
    return _json(list(sources))


@_once
def _entry(value: Value) -> str:
    """The value for programs: one object of JSON, its texts escaped once each for all values."""
    names = ("region", "date", "indicator", "variant", "sex", "age", "nationality", "migration", "household")
    parts = [f'"{name}": {_said(getattr(value, name))}' for name in names]
    numbers = zip(("value", "numerator", "denominator"), _numbers(value), strict=True)
    parts += [f'"{name}": {number or "null"}' for name, number in numbers]
    parts += [f'"{name}": {_said(getattr(value, name))}' for name in ("unit", "base", "flag")]
    parts.append(f'"sources": {_listed_ids(value.sources)}')
    if value.missing:
        parts.append(f'"reason": {_said(value.reason)}')
    return "{" + ", ".join(parts) + "}"


def _region(region: Region) -> dict[str, Any]:
    return {name: getattr(region, name) for name in REGION_FIELDS} | {"parents": list(region.parents)}


def json_bytes(evidence: Evidence, outline: Outline, values: Iterable[Value]) -> bytes:
    """Everything a program may want to know: place, values with their parts and sources, origins, figures, gaps."""
    own = evidence.region.ags
    seen = {_order(value) for value in evidence.shown}
    entries = [_entry(value) for value in values if value.region == own or _order(value) in seen]
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
        "origins": [asdict(o) for group in references.used_origins(evidence).values() for o in group],
        "standings": [
            {
                "indicator": measure.indicator,
                "variant": measure.variant,
                "members": dict(measure.members),
                "among": "type" if typed else "level",
                **asdict(standing),
            }
            for (measure, typed), standing in evidence.standings.items()
        ],
        "official": [asdict(cell) for cell in evidence.checked],
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
    return ("{\n" + ",\n".join(f"{_json(name)}: {text}" for name, text in written.items()) + "\n}\n").encode()


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


def _json(thing: Any) -> str:
    return json.dumps(thing, ensure_ascii=False)


def _lines(part: Any) -> str:
    """JSON with one entry of a list in a line: small, and people can still read and compare it."""
    return _listed([_json(one) for one in part]) if isinstance(part, list) else _json(part)


def _listed(entries: list[str]) -> str:
    return "[\n" + ",\n".join(entries) + "\n]" if entries else "[]"


SPLITS = {"sex": ("M", "F"), "nationality": ("DE", "AUS")}


def _selections(declared: Indicator) -> list[dict[str, str]]:
    """Total, splits by one dimension (ages only where they are its own) and variants of an indicator."""
    rows: list[dict[str, str]] = [{}]
    for dim in sorted(declared.own):
        rows = [row | {dim: code} for row in rows for code in declared.members[dim]]
    free = [] if declared.own else sorted(declared.by - {"age"})
    split = [{dim: code} for dim in free for code in declared.members.get(dim) or SPLITS[dim]]
    return [*rows, *split, *({"variant": variant} for variant in declared.variants)]


def collected(evidence: Evidence) -> list[Value]:
    """The values of the data files, sorted: those the document shows, and more.

    Whole series of everything that was asked for and of every declared indicator, for the place and what surrounds it;
    of the gaps only those that the document met.
    """
    asked = [*evidence.asked, *((name, s) for name, one in evidence.indicators.items() for s in _selections(one))]
    found = {_order(value): value for value in evidence.shown}
    for indicator, members in {repr(key): key for key in asked}.values():
        for region in (evidence.region, *evidence.parents):
            for value in evidence.whole(indicator, region=region.ags, **members):
                if value.missing:
                    continue
                shown = found.setdefault(_order(value), value)
                if shown is not value and shown.base in ("", value.base):  # no second base at a date
                    found[_order(value)] = value
    return [found[key] for key in sorted(found)]


def files(evidence: Evidence, outline: Outline) -> dict[str, bytes]:
    """daten.csv and profil.json of a document."""
    values = collected(evidence)
    names = {region.ags: region.name for region in (evidence.region, *evidence.parents)}
    names |= {v.region: evidence.register.get(v.region).name for v in values if v.region not in names}
    return {"daten.csv": csv_bytes(values, names), "profil.json": json_bytes(evidence, outline, values)}
