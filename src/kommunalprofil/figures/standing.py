"""Where the place stands among all places of its level, measure by measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.comparison import Measure, Standing
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import DotRow, dots
from kommunalprofil.figures.compared import cell, sources, undrawn
from kommunalprofil.sentences import LEVELS, decimals

if TYPE_CHECKING:
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.profile import Value

Found = list[tuple[Measure, Standing]]


@figure("standing")
def standing(p: Evidence) -> Figure | Gap:
    """What part of all places has a lower value, for every measure there is."""
    found = p.ranked()
    if not found:
        why = "weil für keine Kennzahl vergleichbare Zahlen veröffentlicht sind"
        return undrawn(p, "standing", "Der Vergleich mit anderen Orten ist", why)
    all_places, among = LEVELS[p.region.level]
    unit = f"Prozent der {all_places} haben einen niedrigeren Wert"
    highest = max(found, key=lambda pair: pair[1].below / pair[1].count)
    lowest = max(found, key=lambda pair: pair[1].above / pair[1].count)
    return Figure(
        id="standing",
        title=_title(found, all_places),
        subtitle=f"{unit}, {p.region.title}; bei 50 haben ebenso viele einen höheren",
        svg=dots([_row(p, *pair) for pair in found], _labels(p), unit=unit, decimals=0, bounds=(0, 100)),
        alt=(
            f"Punktdiagramm, {p.region.title}, {len(found)} Kennzahlen unter allen {among}: am weitesten oben bei "
            f"„{highest[0].label}“, höher als in {fmt.number(highest[1].below)} von {fmt.number(highest[1].others)} "
            f"anderen; am weitesten unten bei „{lowest[0].label}“, niedriger als in {fmt.number(lowest[1].above)}."
        ),
        table=_table(p, found),
        sources=sources(p.measured(measure, one.date) for measure, one in found),
        note="Ein Rang ist keine Note: Ob ein hoher Wert erwünscht ist, hängt von den Zielen vor Ort ab.",
    )


def _title(found: Found, places: str) -> str:
    outer = [one for _, one in found if one.outer]
    if not outer:
        return f"Alle {len(found)} Kennzahlen liegen in der mittleren Hälfte der {places}"
    many = "Eine Kennzahl liegt" if len(outer) == 1 else f"{len(outer)} Kennzahlen liegen"
    return f"{many} im oberen oder unteren Viertel der {places}"


def _labels(p: Evidence) -> dict[str, str]:
    return {"place": p.region.title} | {r.level: r.title for r in p.around if r.level in ("land", "bund")}


def _row(p: Evidence, measure: Measure, one: Standing) -> DotRow:
    """The place, its Land and Germany as percentiles of all places; printed is the value."""
    own = p.measured(measure, one.date)
    values = {"place": p.comparison.percentile(measure, one.value)}
    told = {"place": f"{_with_unit(own)}, Rang {_rank(one)}"}
    for region in p.around if measure.indicator != "population" else ():
        value = p.measured(measure, one.date, region.ags)
        if region.level in ("land", "bund") and value.value is not None:
            values[region.level] = p.comparison.percentile(measure, value.value)
            told[region.level] = _with_unit(value)
    return DotRow(measure.label, values, cell(own), told=told)


def _table(p: Evidence, found: Found) -> Table:
    """The value, the median and the rank among all and among those of the type."""
    all_places, among = LEVELS[p.region.level]
    kind = p.comparison.type_of(p.region)
    head = [Column("Kennzahl", align="left"), Column(p.region.title), Column(f"Median der {all_places}"),
            Column("Rang"), Column("Stand")]  # fmt: skip
    if kind:
        head[4:4] = [Column("Median gleichen Typs"), Column("Rang im Typ")]
    rows = []
    for measure, one in found:
        value = p.measured(measure, one.date)
        digits = decimals(value.unit)
        cells = [measure.labelled(value.unit), cell(value), fmt.number(one.median, digits), _rank(one)]
        typed = p.standing(measure, typed=True) if kind else None
        if kind:
            cells += [fmt.number(typed.median, digits), _rank(typed)] if typed else [".", "."]
        rows.append((*cells, fmt.date(one.date)))
    note = f"Rang 1 hat der höchste Wert unter allen {among} mit Angaben."
    if kind:
        whole = f"; er gilt für den ganzen Gemeindeverband ({p.region.association})" if p.region.association else ""
        note += f" Typ nach dem BBSR: {kind}{whole}."
    return Table(
        f"Rang unter allen {among}",
        tuple(head),
        tuple(rows),
        sources(p.measured(measure, one.date) for measure, one in found),
        note,
    )


def _with_unit(value: Value) -> str:
    return fmt.with_unit(cell(value), "" if value.unit == "Zahl" else value.unit)


def _rank(one: Standing) -> str:
    return f"{fmt.number(one.rank)} von {fmt.number(one.count)}"
