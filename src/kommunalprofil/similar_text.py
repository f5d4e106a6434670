"""The places most like one as text for a terminal and as a record for programs."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from kommunalprofil.formatting import counted_or, date, number, with_unit
from kommunalprofil.sentences import decimals
from kommunalprofil.similar import COMMON, THEME, THEMES, Alike, Neighbour, Part

if TYPE_CHECKING:
    from kommunalprofil.comparison import Comparison, Measure
    from kommunalprofil.regions import Region, Register
    from kommunalprofil.similar import Theme

WIDTH = 100
NAME = 30
"""Characters for a name in the table."""
APART = 3
"""So many differences are told of each place."""
UNKNOWN = "."


def text(found: Alike, asked: tuple[Measure, ...], register: Register, comparison: Comparison) -> str:
    """Rank, name, distance and what adds to it, then the values that differ most; lines of at most 100 characters.

    `asked` are the measures wanted, of some of which the level may have no values.
    """
    region = register.get(found.ags)
    return "\n".join([
        f"{region.title} ({region.ags})",
        *_fold(_among(found), 2),
        "",
        *_table(found, register),
        "",
        f"Was am weitesten auseinanderliegt, erst der Wert {region.genitive}, dann der andere:",
        *(line for rank, one in enumerate(found.neighbours, 1) for line in _apart(rank, one, found, register)),
        "",
        *(line for said in _gaps(found, asked) for line in _fold(said, 0)),
        *_fold(f"Stand der Zahlen: {_dates(found, comparison)}.", 0),
    ])  # fmt: skip


def _fold(said: str, indent: int) -> list[str]:
    return wrap(said, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * indent, break_on_hyphens=False)


def _themes(found: Alike) -> list[Theme]:
    """The themes compared, in the order they are declared in."""
    there = {THEME[measure.id].name for measure in found.measures}
    return [theme for theme in THEMES if theme.name in there]


def _among(found: Alike) -> str:
    many = len(found.measures)
    what = "einer Kennzahl" if many == 1 else f"{many} Kennzahlen"
    themes = len(_themes(found))
    parts = "" if themes == 1 else f" aus {themes} Themen, die gleich viel zählen"
    whom = f"{number(found.others)} anderen {found.size.words}"
    widened = " (die eigene Größenklasse und ihre Nachbarn, weil sie wenige Orte hat)" if found.size.widened else ""
    return f"Verglichen mit {whom}{widened} in {what}{parts}. Abstand 0 hieße gleich."


def _table(found: Alike, register: Register) -> Iterator[str]:
    themes = _themes(found)
    wide = [len(theme.short) + 1 for theme in themes]
    yield f"{'':<{NAME + 15}}Anteil am Quadrat des Abstands in %"
    heads = "".join(f"{theme.short:>{w}}" for theme, w in zip(themes, wide, strict=True))
    yield f"Rang  {'Ort':<{NAME}} Abstand{heads}"
    for rank, one in enumerate(found.neighbours, 1):
        name = register.get(one.ags).title
        name = name if len(name) <= NAME else name[: NAME - 1] + "…"
        known = {theme.name: share for theme, share in one.themes.items()}
        shares = (number(known[t.name] * 100) if t.name in known else UNKNOWN for t in themes)
        parts = "".join(f"{share:>{w}}" for share, w in zip(shares, wide, strict=True))
        yield f"{rank:>4}  {name:<{NAME}}{number(one.distance, 2):>8}{parts}"
    short = [f"{theme.short} {theme.name}" for theme in themes if theme.short != theme.name]
    legend = "; ".join([*short, f"„{UNKNOWN}“ nicht zu vergleichen"])
    yield from _fold(f"({legend})", 6)


def _apart(rank: int, one: Neighbour, found: Alike, register: Register) -> Iterator[str]:
    region = register.get(one.ags)
    land = f", {register.get(region.ags[:2]).name}" if region.level != "land" and region.ags[:2] in register else ""
    yield f"{rank:>4}  {region.title} ({region.ags}){land}"
    told = "; ".join(_difference(part) for part in one.apart[:APART] if part.share)
    yield from _fold(f"{told or 'kein Unterschied'}", 6)
    there = {part.measure.id for part in one.parts}
    gaps = [m.label for m in found.measures if m.id not in there and m not in found.missing]
    if gaps:
        yield from _fold(f"ohne Wert: {'; '.join(gaps)}", 6)
    if one.common < 1:
        yield f"      gemeinsam: {number(one.common * 100)} % des Gewichts aller Kennzahlen"


def _difference(part: Part) -> str:
    unit = part.measure.unit
    own, other = (number(value, decimals(unit)) for value in (part.own, part.other))
    return f"{part.measure.label}: {own} und {with_unit(other, counted_or(unit))}"


def _gaps(found: Alike, asked: tuple[Measure, ...]) -> Iterator[str]:
    none = [measure.label for measure in asked if measure not in found.measures]
    if none:
        yield f"Für Orte dieser Ebene gibt es nicht: {'; '.join(none)}."
    if found.missing:
        yield f"Ohne Wert für den Ort selbst: {'; '.join(measure.label for measure in found.missing)}."
    if found.left_out:
        some = "1 weiterer Ort hat" if found.left_out == 1 else f"{number(found.left_out)} weitere Orte haben"
        yield f"{some} zu wenige dieser Zahlen und {'bleibt' if found.left_out == 1 else 'bleiben'} außer Betracht."


def _dates(found: Alike, comparison: Comparison) -> str:
    days: dict[str, list[str]] = {}
    for measure in found.measures:
        days.setdefault(date(comparison.date(measure)), []).append(measure.label)
    return "; ".join(f"{day} {', '.join(labels)}" for day, labels in days.items())


def none(found: Alike | None, region: Region) -> str:
    """Why there are no places to tell, as a sentence."""
    begin = f"Für {region.accusative} sind keine ähnlichen Orte zu nennen"
    if found is None:
        return f"{begin}: Der Datenbestand vergleicht diesen Ort nicht."
    labels = "; ".join(measure.label for measure in found.missing)
    share = number(COMMON * 100)
    why = f"zwei Orte müssen mindestens {share} % der Kennzahlen, nach Gewicht, gemeinsam haben"
    return f"{begin}: {why}." + (f" Ohne Wert für den Ort selbst: {labels}." if labels else "")


def record(
    found: Alike, asked: tuple[Measure, ...], register: Register, comparison: Comparison, weights: dict[Measure, float]
) -> dict[str, Any]:
    """Everything the text tells, and every measure of every place."""
    size = found.size
    region = register.get(found.ags)
    return {
        "region": {"ags": region.ags, "name": region.name, "title": region.title, "level": region.level},
        "size_class": {
            "words": size.words, "low": size.low, "high": size.high, "city": size.city, "widened": size.widened,
            "compared": found.others, "left_out": found.left_out,
        },
        "measures": [
            {"id": m.id, "label": m.label, "theme": THEME[m.id].name, "unit": m.unit,
             "date": comparison.date(m), "weight": weights.get(m, 0.0), "of_level": m in found.measures,
             "of_place": m in found.measures and m not in found.missing}
            for m in asked
        ],
        "neighbours": [
            {"rank": rank, "ags": one.ags, "name": there.name, "title": there.title, "slug": there.slug,
             "land": register.get(there.ags[:2]).name, "distance": one.distance, "common": round(one.common, 6),
             "themes": {theme.name: round(share, 6) for theme, share in one.themes.items()},
             "measures": [{"id": part.measure.id, "own": part.own, "other": part.other, "share": round(part.share, 6)}
                          for part in one.parts]}
            for rank, one in enumerate(found.neighbours, 1) for there in (register.get(one.ags),)
        ],
    }  # fmt: skip
