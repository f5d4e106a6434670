"""The districts of a Kommune as dot plots of its own numbers, the whole Kommune as a mark in every row."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures.charts import DotRow, dots
from kommunalprofil.melderegister.districts import HIDDEN, percent, printed
from kommunalprofil.melderegister.tables import credit

if TYPE_CHECKING:
    from collections.abc import Callable

    from kommunalprofil.melderegister.beside import Beside
    from kommunalprofil.melderegister.districts import Districts, Share

MOST = 40
"""Rows of a figure; more districts get further ones."""
LEAST = 20
"""People behind a share that is drawn."""
ROW = 12
"""Height of a row, in points."""
LABELS = {"place": "Ortsteil", "kreis": "ganze Kommune"}


def drawn(d: Districts) -> dict[str, Callable[[Beside], Figure | Gap]]:
    """The figures there are of these districts by id: every share of every forty of them."""
    pages = range(-(-len(d.names) // MOST))
    return {f"register_{share.id}_{page + 1}": partial(_draw, d, share, page) for share in d.shares for page in pages}


def _share(d: Districts, share: Share, name: str) -> float | None:
    """A share in percent as it is drawn, so exact as it is printed; None for few or hidden people."""
    part = d.part(share, name)
    if part is None or part[1] < LEAST:
        return None
    return part[0] / part[1] * 100


def _text(d: Districts, share: Share, name: str) -> str:
    return percent(*(d.part(share, name) or (None, None)))


def _ordered(d: Districts, share: Share) -> list[str]:
    """The districts from high to low, those without a share last."""
    known = {name: _share(d, share, name) for name in d.names}
    place = {name: number for number, name in enumerate(d.names)}
    return sorted(d.names, key=lambda name: (known[name] is None, -(known[name] or 0), place[name]))


def _draw(d: Districts, share: Share, page: int, p: Beside) -> Figure | Gap:
    shown = _ordered(d, share)[page * MOST : (page + 1) * MOST]
    known = {name: value for name in shown if (value := _share(d, share, name)) is not None}
    if not known:
        reason = "weil dazu in keinem Ortsteil genug Menschen gezählt sind"
        return Gap(f"register_{share.id}_{page + 1}", f"„{share.title}“ ist nicht dargestellt, {reason}.")
    return _figure(p, d, share, shown, known, page)


def _figure(p: Beside, d: Districts, share: Share, shown: list[str], known: dict[str, float], page: int) -> Figure:
    name, own = f"register_{share.id}_{page + 1}", d.part(share)
    assert own is not None
    whole = own[0] / own[1] * 100
    rows = [DotRow(d.label(n), {"place": known.get(n), "kreis": whole}, _text(d, share, n)) for n in shown]
    table = _table(p, d, share, shown)
    told = known if page else {one: v for one in d.names if (v := _share(d, share, one)) is not None}
    ends = max(told, key=lambda one: told[one]), min(told, key=lambda one: told[one])
    high, low = (f"{d.label(one)} ({_text(d, share, one)}{fmt.NBSP}%)" for one in ends)
    more = f", {page * MOST + 1}. bis {page * MOST + len(shown)}. von {len(d.names)}" if len(d.names) > MOST else ""
    every = [value for one in d.names if (value := _share(d, share, one)) is not None]
    finding = f"{share.title}: höchster Anteil in {high}, niedrigster in {low}"
    title = f"{share.title}, Fortsetzung" if page else finding if len(known) > 1 else share.title
    unit = "Haushalte" if share.id == "alone" else "Menschen"
    return Figure(
        id=name,
        title=title,
        subtitle=f"Anteil an allen {unit if unit == 'Menschen' else 'Haushalten'} in %, {fmt.date(d.date)}{more}, "
        "eigene Angaben der Kommune",
        svg=dots(
            rows,
            LABELS,
            figure_id=name,
            unit="Anteil in %",
            zero=False,
            bounds=(min(every), max(every)),
            width="half",
            row=ROW,
        ),
        alt=f"Punktdiagramm, Ortsteile, {p.region.title}, {fmt.date(d.date)}{more}: {share.title}, höchster Anteil in "
        f"{high}, niedrigster in {low}, ganze Kommune {fmt.percent(whole)}.",
        table=table,
        width="half",
        credit=table.credit,
    )


def _table(p: Beside, d: Districts, share: Share, shown: list[str]) -> Table:
    rows = []
    for name in shown:
        part = d.part(share, name)
        rows.append((d.label(name), printed(part[0]) if part else HIDDEN, percent(*part) if part else HIDDEN))
    whole = d.part(share)
    assert whole is not None
    rows.append(("ganze Kommune", printed(whole[0]), percent(*whole)))
    head = (Column("Ortsteil", align="left"), Column("Anzahl"), Column("Anteil", "%"))
    caption = f"{share.title} am {fmt.date(d.date)}"
    return Table(caption, head, tuple(rows), total_rows=(len(rows) - 1,), credit=credit(p, d.date))
