"""Several Kommunen side by side: dot plots with the range of all Kreise, pyramids and series on one scale."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import synopsis as parts
from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.figures import figure
from kommunalprofil.figures.charts import AgeBand, DotRow, Series, above, apart, beside, dots, line, pyramid
from kommunalprofil.figures.compared import cell, decimal_year, points, sources
from kommunalprofil.figures.structure import people
from kommunalprofil.sentences import capital, decimals, few, on, places, restarts
from kommunalprofil.vocabulary import BASE

if TYPE_CHECKING:
    from kommunalprofil.comparison import Measure
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.figures import Declaration
    from kommunalprofil.profile import Value
    from kommunalprofil.synopsis import Panel, Section, Synopsis

KREIS = "K"
"""Stands behind a value of a Kreis that a Gemeinde has none of its own for."""
LABELS = {"place": "Kommune", "kreis": "Kreis der Gemeinde", "land": "Land", "bund": "Deutschland"}
ROLES = {role: name for groups in parts.GROUPS.values() for role, _, name in groups}
SHORT = {"foreign": "ausländisch", "german": "deutsch"}
SPREAD = "Spanne aller Kreise"
OWN_SCALE = "eigener Maßstab, %"
"""The axis of a panel whose place reaches so much farther than the others that they would be flat beside it."""
UNSURE = "/"
"""Stands for a mean, a ratio or a growth of fewer than 20 people: counts alone would read as the value."""
GROWTH_5 = "population_change_5y"
GROWTH = "population_change_since_2011"
ROW = 12
"""Height of a row, in points: three figures of ten places fit on a page."""
PYRAMID, SERIES = 118, 120
"""Heights of the panels, in points."""
NO_SHARED = "weil es keinen Tag gibt, an dem mehrere dieser Orte Zahlen dazu haben"


def printed(value: Value | None, stands_in: bool = False) -> str:
    """A cell: the value as tables print it, marked where it is the Kreis's; '.' for none."""
    unsure = value is not None and few(value) and (value.unit != "%" or value.indicator == GROWTH_5)
    text = "." if value is None else UNSURE if unsure else cell(value)
    return f"{text}{fmt.NBSP}{KREIS}" if stands_in else text


def _axis(measure: Measure) -> str:
    """How an axis calls what it measures."""
    if measure.unit == "%":
        return "Veränderung in %" if measure.grows else "Anteil in %"
    return measure.unit


def _declare(section: Section, panel: Panel) -> Declaration:
    figure_id = parts.figure_of(section, panel)

    @figure(figure_id)
    def draw(p: Synopsis) -> Figure | Gap:
        if not any(p.told(place, measure)[0] for place in p.places for _, measure in panel.measures):
            return Gap(figure_id, f"„{panel.heading}“ ist nicht dargestellt, {NO_SHARED}.")
        date = p.date(panel.every[0])
        days = fmt.date(date.date) if date else ""
        listed = _group_table(p, panel, days) if panel.groups else _table(p, panel, days)
        ends = _ends(p, panel)
        return Figure(
            id=figure_id,
            title=panel.heading,
            subtitle=f"{_axis(panel.measures[0][1])}, {days}",
            svg=_dots(p, panel),
            alt=f"Punktdiagramm, {panel.heading}, {len(p.places)} Kommunen, {days}: {ends}.",
            table=listed,
            sources=listed.sources,
            width="half",
        )

    return draw


def _dots(p: Synopsis, panel: Panel) -> str:
    first = panel.measures[0][1]
    rows = [_row(p, place, panel) for place in p.places]
    interval = ""
    if panel.groups:
        labels = {role: SHORT.get(role, ROLES[role]) for role, _ in panel.measures}
        bund = {role: v.value for role, measure in panel.measures if (v := p.of(measure, p.bund))}
        rows.append(DotRow(p.bund.name, bund))
    else:
        roles = {role for row in rows for role in row.values}
        labels = {role: text for role, text in LABELS.items() if role in roles or role == "place"}
        if spread := p.spread(first):
            interval = SPREAD
            rows.append(DotRow("alle Kreise", {}, interval=(spread.low, spread.high)))
    return dots(rows, labels, unit=_axis(first), decimals=decimals(first.unit), zero=False, width="half",
                interval_label=interval, row=ROW)  # fmt: skip


def _row(p: Synopsis, place: Evidence, panel: Panel) -> DotRow:
    """A place with what surrounds it, or with two groups of its people."""
    told = {role: p.told(place, measure) for role, measure in panel.measures}
    strange = any(value and region != place.region for value, region in told.values())
    name = f"{p.name(place)} ({KREIS})" if strange else p.name(place)
    if panel.groups:
        cells = {role: printed(value) for role, (value, _) in told.items()}
        return DotRow(name, {role: _drawn(value) for role, (value, _) in told.items()}, told=cells)
    (value, region), measure = told["place"], panel.measures[0][1]
    values = {"place" if region == place.region else "kreis": _drawn(value)}
    for around in place.around:
        other = p.value(place, measure, around) if around.level in ("land", "bund") else None
        values |= {around.level: other.value} if other else {}
    return DotRow(name, values, printed(value))


def _drawn(value: Value | None) -> float | None:
    """What is drawn of a value: nothing where only counts may be told."""
    return None if value is None or few(value) else value.value


def _ends(p: Synopsis, panel: Panel) -> str:
    """'von 12,1 % (Vrees) bis 28,4 % (Adorf/Vogtl.)', for each of two groups."""
    said = []
    for _, measure in panel.measures:
        if len(found := p.ordered(measure)) == 1:
            said.append(f"nur {found[0][0].region.title} mit eigenem Wert ({with_unit(found[0][1])})")
        elif found:
            ends = [f"{with_unit(v)} ({p.name(place)})" for place, v in (found[0], found[-1])]
            begin = f"{measure.label.removeprefix(panel.heading).lstrip(', ')} " if panel.groups else ""
            said.append(f"{begin}von {ends[0]} bis {ends[1]}")
    return "; ".join(said) or "nur Werte der Kreise"


def with_unit(value: Value) -> str:
    """A cell with its unit behind it, but 'je 100', which the label says; words say what brackets in it say."""
    text = cell(value)
    unsure = ", eingeschränkt aussagekräftig" if text.startswith("(") else ""
    unit = "" if value.unit == "je 100" else fmt.counted_or(value.unit).replace(" ", fmt.NBSP)
    return fmt.with_unit(text.strip("()"), unit) + unsure


def _table(p: Synopsis, panel: Panel, days: str) -> Table:
    """A row a place with its Land and Germany beside it; how all Kreise lie at the end."""
    measure = panel.measures[0][1]
    rows, every = [], []
    for place in p.places:
        value, region = p.told(place, measure)
        around = {r.level: p.value(place, measure, r) for r in place.around if r.level in ("land", "bund")}
        every += [value, *around.values()]
        rows.append((p.name(place), printed(value, region != place.region),
                     *(printed(around[level]) if level in around else "x" for level in ("land", "bund"))))  # fmt: skip
    if spread := p.spread(measure):
        names = ("niedrigster Kreis", "mittlerer Kreis", "höchster Kreis")
        ends = zip(names, (spread.low, spread.median, spread.high), strict=True)
        rows += [(name, fmt.number(value, decimals(measure.unit)), "", "") for name, value in ends]
    head = (Column("Kommune", align="left"), Column("Wert"), Column("Land"), Column("Bund"))
    return Table(f"{panel.heading}, {days}", head, tuple(rows), sources(v for v in every if v), _note(rows))


def _group_table(p: Synopsis, panel: Panel, days: str) -> Table:
    """A row a place, its Land and Germany; a column for each group and one for both together."""
    rows, every = [], []
    for place in p.places:
        told = [p.told(place, measure) for measure in panel.every]
        every += [value for value, _ in told]
        rows.append((p.name(place), *(printed(value, region != place.region) for value, region in told)))
    for region in (*p.lands, p.bund):
        values = [p.of(measure, region) for measure in panel.every]
        every += values
        rows.append((region.title, *map(printed, values)))
    head = (Column("Kommune", align="left"), *(Column(ROLES[role]) for role, _ in panel.measures),
            Column(parts.WHOLE))  # fmt: skip
    tables = sources(v for v in every if v)
    return Table(f"{panel.heading}, {days}", head, tuple(rows), tables, _note(rows), (len(rows) - 1,))


def _note(rows: Sequence[tuple[str, ...]]) -> str:
    marked = any(text.endswith(f"{fmt.NBSP}{KREIS}") for row in rows for text in row[1:])
    return f"{KREIS}: Wert des Kreises, weil es für die Gemeinde keinen gibt." if marked else ""


def overview(p: Synopsis) -> Table:
    """Who stands here: level, Land and number of people of each place."""
    date, rows, every = p.date(parts.POPULATION), [], []
    for place in p.places:
        value = p.value(place, parts.POPULATION)
        every += [value] if value else []
        around = [r.name for r in place.parents if r.level in ("kreis", "land")]
        rows.append((place.region.title, ", ".join(around), place.region.ags, printed(value)))
    head = (Column("Kommune", align="left"), Column("liegt in", align="left"), Column("Schlüssel (AGS)", align="left"),
            Column("Menschen"))  # fmt: skip
    when = f" am {fmt.date(date.date)}" if date else ""
    note = f"{BASE[date.base].de}." if date and date.base in BASE else ""
    return Table(f"Die Kommunen und ihre Bevölkerung{when}", head, tuple(rows), sources(every), note)


def _scale(p: Synopsis, own: Collection[str]) -> str:
    """Whether all panels have one scale, or which places have one of their own."""
    names = fmt.list_and(p.name(place) for place in p.places if place.region.ags in own)
    return f"derselbe Maßstab außer für {names}" if own else "überall derselbe Maßstab"


def _bands(place: Evidence, date: str) -> tuple[list[AgeBand], list[Value]]:
    """The ages of women and men in percent of all people; nothing where they are not known then."""
    found = people(place, date)
    whole = sum(band.men + band.women for band in found.bands) if found else 0
    if found is None or whole < 100:
        return [], []
    part = [AgeBand(b.low, b.high, b.men / whole * 100, b.women / whole * 100) for b in found.bands]
    return part, found.values


@figure("synopsis_pyramids")
def pyramids(p: Synopsis) -> Figure | Gap:
    """The age pyramids of all places on one scale, in percent of the people."""
    date = p.date(parts.AGES)
    known = {place.region.ags: _bands(place, date.date) for place in p.places} if date else {}
    drawn = [place for place in p.places if known.get(place.region.ags, ([], []))[0]]
    if not date or not drawn:
        return Gap("synopsis_pyramids", f"Alterspyramiden sind nicht dargestellt, {NO_SHARED}.")
    bands = {ags: found for ags, (found, _) in known.items()}
    most = {ags: max(max(b.men, b.women) / (b.top - b.low) for b in found) for ags, found in bands.items() if found}
    own = apart(most)
    common = max(most[ags] for ags in most if ags not in own)
    charts = [
        pyramid(bands[ags], unit=OWN_SCALE if ags in own else "%", decimals=1, surplus=False,
                heading=p.name(place), most=0 if ags in own else common, width="third", height=PYRAMID)
        for place in drawn
        for ags in (place.region.ags,)
    ]  # fmt: skip
    rows = [beside(charts[n : n + 3], slots=3) for n in range(0, len(charts), 3)]
    shares = {place.region.ags: _shares(place, date.date) for place in drawn}
    oldest = max(drawn, key=lambda place: _value(shares[place.region.ags][-1]))
    youngest = max(drawn, key=lambda place: _value(shares[place.region.ags][0]))
    head = (Column("Kommune", align="left"), *(Column(name, "%") for name in AGE_GROUPS.values()))
    body = tuple((place.region.title, *map(cell, shares[place.region.ags])) for place in drawn)
    every = [v for place in drawn for v in (*known[place.region.ags][1], *shares[place.region.ags])]
    missing = [place.region.title for place in p.places if place not in drawn]
    note = "Hinter einer Altersgruppe steht der Durchschnitt ihrer Jahre; blass ist die oberste, nach oben offene."
    note += f" Ohne Angaben oder mit weniger als 100 Menschen: {fmt.list_and(missing)}." if missing else ""
    return Figure(
        id="synopsis_pyramids",
        title=f"Anteil der unter 20-Jährigen am größten {youngest.region.dative_in}, der Menschen ab 65 "
        f"{oldest.region.dative_in}"
        if len(drawn) > 1
        else f"Altersaufbau {drawn[0].region.dative_in}",
        subtitle="Bevölkerung nach Alter und Geschlecht in Prozent aller Menschen je Altersjahr, "
        f"{fmt.date(date.date)}, {_scale(p, own)}",
        svg=above(rows),
        alt=f"Bevölkerungspyramiden von {len(drawn)} Kommunen, {fmt.date(date.date)}: Anteil der unter 20-Jährigen am "
        f"größten in {youngest.region.name} ({cell(shares[youngest.region.ags][0])} %), Anteil der Menschen ab 65 in "
        f"{oldest.region.name} ({cell(shares[oldest.region.ags][-1])} %); {_scale(p, own)}.",
        table=Table(f"Altersgruppen am {fmt.date(date.date)}", head, body, sources(every)),
        sources=sources(every),
        note=note,
    )


AGE_GROUPS = {"0-19": "unter 20", "20-39": "20–39", "40-64": "40–64", "65+": "65 und älter"}


def _shares(place: Evidence, date: str) -> list[Value]:
    return [place.get("age_share", date=date, age=age) for age in AGE_GROUPS]


def _value(value: Value) -> float:
    return value.value if value.value is not None else -1.0


@figure("synopsis_series")
def growth(p: Synopsis) -> Figure | Gap:
    """How the number of people changed since 2011, each place beside its Land and Germany, on one scale."""
    lines = {place.region.ags: _lines(place) for place in p.places}
    drawn = [place for place in p.places if lines[place.region.ags].get("place")]
    left_out = fmt.list_and(place.region.title for place in p.places if place not in drawn)
    if not drawn:
        return Gap("synopsis_series", f"Die Entwicklung seit 2011 ist nicht dargestellt, {NO_SHARED}.")
    every = [v for place in drawn for values in lines[place.region.ags].values() for v in values]
    kept = {place.region.ags: lines[place.region.ags].values() for place in drawn}
    shown = {ags: [v.value or 0 for values in found for v in values] for ags, found in kept.items()}
    own = apart({ags: max(map(abs, values)) for ags, values in shown.items()})
    common = [value for ags, values in shown.items() if ags not in own for value in values]
    charts = [
        line([Series(_SHORT[role], points(values), role) for role, values in lines[ags].items() if values],
             unit=OWN_SCALE if ags in own else "%", decimals=1, heading=p.name(place), width="third",
             bounds=None if ags in own else (min(common), max(common)), height=SERIES)
        for place in drawn
        for ags in (place.region.ags,)
    ]  # fmt: skip
    rows = [beside(charts[n : n + 3], slots=3) for n in range(0, len(charts), 3)]
    last = _shared_dates(lines[place.region.ags]["place"] for place in drawn)[-1]
    ends = {p_.region.ags: v for p_ in drawn for v in lines[p_.region.ags]["place"] if v.date == last}
    ordered = sorted((q for q in drawn if q.region.ags in ends), key=lambda q: _value(ends[q.region.ags]))
    ends_of = [ordered[-1], *ordered[:1]] if len(ordered) > 1 else ordered
    said = (f"{fmt.change(_value(ends[q.region.ags]), 1)}{fmt.NBSP}% {q.region.dative_in}" for q in ends_of)
    title = f"{capital(on(last))} gegenüber 2011: {', '.join(said)}"
    return Figure(
        id="synopsis_series",
        title=title,
        subtitle="Veränderung der Einwohnerzahl seit Ende 2011 in %, fortgeschrieben vom Zensus 2011, "
        f"{_scale(p, own)}",
        svg=above(rows),
        alt=f"Liniendiagramme von {len(drawn)} Kommunen mit Land und Deutschland: {title}; {_scale(p, own)}.",
        table=_growth_table(p, drawn, lines),
        sources=sources(every),
        note="Die Reihen enden, wo die Fortschreibung des Zensus 2011 endet."
        + f" Nicht dargestellt, weil dort weniger als 20 Menschen leben oder das Gebiet nicht mehr das von 2011 ist: "
        f"{left_out}." * bool(left_out),
    )


_SHORT = {"place": "Ort", "land": "Land", "bund": "Bund"}


def _lines(place: Evidence) -> dict[str, list[Value]]:
    """The newest stretch without a break, of the place, its Land and Germany."""
    regions = {"place": place.region} | {r.level: r for r in place.around if r.level in ("land", "bund")}
    found = {}
    for role, region in regions.items():
        values = [v for v in place.series(GROWTH, region=region.ags) if not v.missing]
        start = max((n for n, v in enumerate(values) if restarts(v)), default=0)
        told = start == 0 and not any(map(few, values))  # else other borders, or percentages of very few
        found[role] = values if told else []
    return found


def _growth_table(p: Synopsis, drawn: Sequence[Evidence], lines: dict[str, dict[str, list[Value]]]) -> Table:
    every = [v for place in drawn for v in lines[place.region.ags]["place"]]
    years = _shared_dates(lines[place.region.ags]["place"] for place in drawn)
    chosen = [d for d in years if fmt.year(d) % 5 == 0 or d == years[-1]]
    rows = [(place.region.title, *_at(lines[place.region.ags]["place"], chosen)) for place in drawn]
    for region in (*p.lands, p.bund):
        known = next((lines[q.region.ags].get(region.level, []) for q in drawn if region in q.parents), [])
        rows.append((region.title, *_at(known, chosen)))
    head = (Column("Kommune", align="left"), *(Column(fmt.date(date), "%") for date in chosen))
    caption = "Veränderung der Einwohnerzahl seit Ende 2011"
    return Table(caption, head, tuple(rows), sources(every), total_rows=(len(rows) - 1,))


def _shared_dates(series: Iterable[Sequence[Value]]) -> list[str]:
    """The dates most of some series have, from old to new."""
    count = Counter(v.date for values in series for v in values)
    return sorted((date for date, n in count.items() if n == max(count.values())), key=decimal_year)


def _at(values: Sequence[Value], dates: Sequence[str]) -> list[str]:
    known = {v.date: v for v in values}
    return [fmt.change(known[d].value, places(known[d]) or 0) if d in known else "." for d in dates]


DRAWN = [_declare(section, panel) for section in parts.SECTIONS for panel in section.panels]
"""One figure for each panel."""
