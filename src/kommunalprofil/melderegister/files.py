"""The document of own numbers beside official ones: PDF, HTML and workbook."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import render
from kommunalprofil.document import Gap
from kommunalprofil.melderegister import sheets, tables, topics
from kommunalprofil.melderegister.beside import COMPARED
from kommunalprofil.melderegister.districts import FEW_SECTIONS

if TYPE_CHECKING:
    from kommunalprofil.melderegister.beside import Beside

NAME = "melderegister"
CHAPTERS = ("10_ueberblick", "20_vergleich", "30_ortsteile", "80_regeln", "90_quellen")
SERIES = "Melderegister"


def gap(p: Beside, name: str) -> Gap:
    """What stands where the file tells nothing of a topic."""
    if name != "district":
        return Gap(f"register_{name}", topics.missing(p.counts, p.topic(name), p.date))
    named = p.counts.districts(p.date)
    if not named:
        reason = f"sie nennt keine (Stichtag {fmt.date(p.date)})"
    elif len(named) == 1:
        reason = "sie nennt nur einen"
    elif any("district" in layer for layer in p.counts.layers("people", p.date)):
        reason = topics.LEFT_OUT
    else:
        reason = "sie zählt nach Ortsteilen nur Haushalte, keine Menschen"
    return Gap("register_district", f"Ortsteile lassen sich aus der Datei nicht darstellen, denn {reason}.")


def kind(p: Beside) -> render.Kind:
    """What the document is made of."""
    from kommunalprofil.melderegister import figures, words

    d = p.districts
    drawn = figures.drawn(d) if d.names else {}
    context = {
        "totals": partial(tables.totals, p),
        "topics": [p.topic(name) for name in COMPARED],
        "compared": partial(tables.compared, p),
        "gap_of": partial(gap, p),
        "districts": d,
        "people": tables.people(p, d) if d.names else None,
        "by_topic": partial(tables.by_topic, p, d),
        "profile": partial(tables.profile, p, d),
        "drawn": tuple(drawn),
        "sections": FEW_SECTIONS,
        "words": words,
    }
    return render.Kind(
        SERIES,
        p.region.title,
        "Eigene Zahlen neben amtlichen",
        p.region.dative_in,
        tuple(f"register/{name}.jinja" for name in CHAPTERS),
        context,
        credit=f"{p.credit[:-1]}, Stichtag {fmt.date(p.date)})",
        figures=drawn,
    )


def files(p: Beside) -> dict[str, bytes]:
    """The document as PDF, HTML and workbook, by file name. Raises RenderError."""
    return render.report(p, kind(p), NAME, sheets.sheets(p)).files
