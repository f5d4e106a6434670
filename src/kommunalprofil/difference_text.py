"""`data diff` in words: changed tables and moved indicators as German lines of at most 80 columns, or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from textwrap import wrap
from typing import Any

from kommunalprofil import difference as d
from kommunalprofil.effects import Effect, Shift
from kommunalprofil.formatting import change, date, number, stand
from kommunalprofil.store import Store
from kommunalprofil.vocabulary import BASE, MEASURE, NATIONALITY, SEX

KIND = {
    d.REVISED: "berichtigt",
    d.NEW_DATE: "neu",
    d.NEW_BASE: "neue Basis",
    d.ADDED: "ergänzt",
    d.GONE: "weggefallen",
    d.GONE_DATE: "Stichtag weggefallen",
    d.FILLED: "Lücke gefüllt",
    d.WITHDRAWN: "Wert zurückgezogen",
    d.FLAGGED: "nur das Kennzeichen geändert",
}
SINGLE = (d.REVISED, d.NEW_BASE)
"""Kinds that are told date by date; of the others dates are put together."""
MOST = 40
"""Lines about indicators."""
EACH = 3
"""Lines about one indicator."""
WIDTH = 80


def _fold(text: str, indent: int) -> str:
    return "\n".join(wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=" " * (indent + 2)))


def _series(group: d.Group) -> tuple[str, ...]:
    """Groups of one series are told in one line, apart from those told by date."""
    by_date = group.date if group.kind in SINGLE else ""
    return (group.table, group.kind, group.base, group.measure, by_date)


def lines(changes: d.Changes) -> list[str]:
    """What changed in the tables."""
    if not changes.groups:
        return ["Die Beobachtungen sind in beiden Ständen gleich."]
    shown = []
    for table, groups in groupby(sorted(changes.groups, key=_series), key=lambda g: g.table):
        shown.append(f"Tabelle {table}")
        for _, parts in groupby(groups, key=_series):
            shown += _paragraph(list(parts))
    return shown


def _paragraph(parts: Sequence[d.Group]) -> list[str]:
    first, last = parts[0], max(parts, key=lambda g: g.date)
    days = date(first.date) if len(parts) == 1 else f"{date(first.date)} bis {date(last.date)} ({len(parts)} Stichtage)"
    what = KIND[first.kind]
    if first.kind == d.NEW_BASE and first.old_base:
        what = f"{what}: {BASE[first.base].de} statt {BASE[first.old_base].de}"
    rows, regions = sum(g.rows for g in parts), max(g.regions for g in parts)
    counted = f"{number(rows)} Werte, {number(regions)} Gebiete{_why(last)}"
    shown = [_fold(f"{days}, {MEASURE[first.measure].de}: {what} – {counted}", 2)]
    for group in parts if first.kind in SINGLE else ():
        if group.before is not None and group.after is not None and group.before != group.after:
            shown.append(_fold(f"Summe der geänderten Gebiete: {_moved(group.before, group.after)}", 4))
        if group.largest:
            shown.append(_fold("am meisten: " + "; ".join(map(_move, group.largest[: d.LARGEST])), 4))
    return shown


def _why(group: d.Group) -> str:
    old, new = map(stand, group.stands)
    if group.kind in (d.NEW_DATE, d.ADDED):
        return f", Stand {new}" if new else ""
    if old and new and old != new:
        return f", Stand {new} statt {old}"
    return ", ohne neuen Stand" if group.kind == d.REVISED else ""


def _moved(old: float, new: float, decimals: int | None = None) -> str:
    if decimals is None:
        decimals = 0 if float(old).is_integer() and float(new).is_integer() else 2
    share = f"; {change((new - old) / abs(old) * 100, 1)} %" if old else ""
    return f"{number(old, decimals)} → {number(new, decimals)} ({change(new - old, decimals)}{share})"


_MEMBERS: Mapping[str, str] = {code: label.de for codes in (SEX, NATIONALITY) for code, label in codes.items()}


def _move(move: d.Move) -> str:
    place = f"{move.name or 'ohne Namen'} ({move.region})"
    members = " ".join(_MEMBERS.get(m, m) for m in move.members.split())
    assert move.old is not None
    assert move.new is not None
    return f"{place}{', ' + members if members else ''} {_moved(move.old, move.new)}"


def indicator_lines(found: Iterable[Effect], names: Mapping[str, str], threshold: float, most: int = MOST) -> list[str]:
    """The indicators that moved by more than the threshold, with the largest moves of each."""
    shown = [f"Indikatoren, die sich um mehr als {number(threshold, 1)} % ändern:"]
    quiet = []
    for effect in found:
        name = f"{effect.indicator.de} ({effect.indicator.id})"
        if not effect.shifts:
            quiet.append(effect.indicator.id)
            continue
        counted = f"{number(len(effect.shifts))} von {number(effect.compared)} Werten"
        shown.append(_fold(f"{name}: {counted}", 2))
        shown += [_fold(_shift(s, names, effect.indicator.decimals), 4) for s in effect.shifts[:EACH]]
    if len(shown) == 1:
        shown = [f"Kein Indikator ändert sich um mehr als {number(threshold, 1)} %."]
    if len(shown) > most:
        shown = [*shown[:most], "  … alle mit --json oder -o DATEI"]
    if quiet:
        shown.append(_fold(f"Nur kleinere Änderungen oder neue Werte: {', '.join(quiet)}", 2))
    return shown


def _shift(shift: Shift, names: Mapping[str, str], decimals: int) -> str:
    place = f"{names.get(shift.region, '') or 'ohne Namen'} ({shift.region})"
    members = f", {shift.members}" if shift.members else ""
    return f"{place} {date(shift.date)}{members}: {_moved(shift.old, shift.new, decimals)}"


def summary(old: Store, new: Store) -> str:
    """The short form: one line a table and kind of change; what an import or update prints."""
    changes = d.compare(old, new)
    if not changes.groups:
        return "Die Beobachtungen sind dieselben wie vorher."
    shown = []
    by_kind = sorted(changes.groups, key=lambda g: (g.table, g.kind))
    for (table, kind), parts in groupby(by_kind, key=lambda g: (g.table, g.kind)):
        groups = sorted(parts, key=lambda g: g.date)
        days = date(groups[0].date)
        if groups[-1].date != groups[0].date:
            days += f" bis {date(groups[-1].date)}"
        rows = number(sum(g.rows for g in groups))
        shown.append(_fold(f"{table}: {KIND[kind]}, {rows} Werte, {days}", 2))
    return "\n".join(["Geändert:", *shown])


def as_json(changes: d.Changes, found: Iterable[Effect], names: Mapping[str, str]) -> dict[str, Any]:
    """Everything, for programs."""
    effects = []
    for effect in found:
        counts = {"compared": effect.compared, "moved": effect.moved, "new": effect.fresh, "gone": effect.gone}
        shifts = [asdict(s) | {"name": names.get(s.region, "")} for s in effect.shifts]
        effects.append({"indicator": effect.indicator.id, **counts, "notable": shifts})
    tables = [asdict(g) for g in changes.groups]
    return {"tables": tables, "indicators": effects}
