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
    from collections.abc import Callable, Mapping

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
        return Gap(f"register_{share.id}_{page + 1}", f"„{share.title}“ ist {_not_drawn(d, share, shown)}.")
    return _figure(p, d, share, shown, known, page)


def _not_drawn(d: Districts, share: Share, shown: list[str]) -> str:
    """Why no share of some districts is drawn: kept secret, or of few people."""
    hidden = sum(d.part(share, name) is None for name in shown)
    which = "allen Ortsteilen" if len(shown) == len(d.names) else "den übrigen Ortsteilen"
    unit = "Haushalte" if share.id == "alone" else "Menschen"
    few = f"weniger als {LEAST} {unit} gezählt"
    why = "kleine Zahlen geschützt" if hidden else few
    why = f"{why} oder {few}" if 0 < hidden < len(shown) else why
    return f"nicht dargestellt, weil dazu in {which} {why} sind"


def _figure(p: Beside, d: Districts, share: Share, shown: list[str], known: dict[str, float], page: int) -> Figure:
    name, own = f"register_{share.id}_{page + 1}", d.part(share)
    assert own is not None
    whole = own[0] / own[1] * 100
    rows = [DotRow(d.label(n), {"place": known.get(n), "kreis": whole}, _text(d, share, n)) for n in shown]
    table = _table(p, d, share, shown)
    told = known if page else {one: v for one in d.names if (v := _share(d, share, one)) is not None}
    finding = _finding(d, share, told)
    more = f", {page * MOST + 1}. bis {page * MOST + len(shown)}. von {len(d.names)}" if len(d.names) > MOST else ""
    every = [value for one in d.names if (value := _share(d, share, one)) is not None]
    title = f"{share.title}, Fortsetzung" if page else f"{share.title}: {finding}" if len(told) > 1 else share.title
    unit = "Haushalte" if share.id == "alone" else "Menschen"
    return Figure(
        id=name,
        title=title,
        subtitle=f"Anteil an allen {unit if unit == 'Menschen' else 'Haushalten'} in %, {fmt.date(d.date)}{more}, "
        "eigene Angaben der Kommune",
        svg=dots(
            rows,
            LABELS,
            unit="Anteil in %",
            zero=False,
            bounds=(min(every), max(every)),
            width="half",
            row=ROW,
        ),
        alt=f"Punktdiagramm, Ortsteile, {p.region.title}, {fmt.date(d.date)}{more}: {share.title}, {finding}, "
        f"ganze Kommune {fmt.percent(whole)}.",
        table=table,
        width="half",
        credit=table.credit,
    )


def _finding(d: Districts, share: Share, told: Mapping[str, float]) -> str:
    """Where the shares that are drawn are highest and lowest, if they differ; others may lie beyond them."""
    ends = max(told, key=told.__getitem__), min(told, key=told.__getitem__)
    texts = [f"{_text(d, share, one)}{fmt.NBSP}%" for one in ends]
    high, low = (f"{d.label(one)} ({text})" for one, text in zip(ends, texts, strict=True))
    if len(told) == 1:
        return f"Anteil in {high}"
    if texts[0] == texts[1]:
        return f"in allen dargestellten Ortsteilen {texts[0]}"
    drawn_all = all(name in told or d.total(share.topic, name) == 0 for name in d.names)
    return f"{'' if drawn_all else 'soweit dargestellt, '}höchster Anteil in {high}, niedrigster in {low}"


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
