"""`explain` in words: what an indicator means, the formula with its numbers, every number with its official file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate
from textwrap import wrap

from kommunalprofil.calculation import formula, plain, unrounded
from kommunalprofil.explain import Choice, Explanation, Official, flag_words, members
from kommunalprofil.formatting import MINUS, NBSP, age_words, date, list_and, number, quantity, stand
from kommunalprofil.indicators import Indicator, Value
from kommunalprofil.indicators.series import flag_text
from kommunalprofil.references import title_of
from kommunalprofil.trail import Cell, Made, Term, merged
from kommunalprofil.vocabulary import BASE, DIMENSION, GAP, LEVEL, MEASURE, NOT_APPLICABLE, TOTAL

WIDTH = 100
LETTERS = {
    "P̄": "Durchschnittsbevölkerung des Jahres",
    "P": "Zahl der Personen, in Klammern ihr Alter in Jahren oder die Gruppe",
    "H": "Zahl der Haushalte, in Klammern ihre Art",
    "F": "Zahl der Frauen, in Klammern ihr Alter in Jahren",
    "t": "das Jahr, t−1 das Jahr davor",
    "Σ": "Summe über alle Altersgruppen oder Jahre",
    "e": "Lebenserwartung in dem Alter, das in Klammern steht",
    "T": "Jahre, die alle Überlebenden dieses Alters noch vor sich haben",
    "l": "Überlebende bis zu diesem Alter",
    "s": "Standardfehler",
}
"""What the letters in formulas stand for."""


def _fold(text: str, indent: int = 2, hang: int = 0) -> str:
    hanging = " " * (indent + hang)
    return "\n".join(wrap(text, WIDTH, initial_indent=" " * indent, subsequent_indent=hanging, break_on_hyphens=False))


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = [line for line in lines if line]
    return ["", title, *found] if found else []


def text(told: Explanation | Choice) -> str:
    """The whole explanation as text for a terminal, lines of at most 100 characters but for long words."""
    return "\n".join(_choice(told) if isinstance(told, Choice) else _explanation(told))


def _explanation(told: Explanation) -> list[str]:
    indicator, value = told.indicator, told.value
    way = indicator.variant(value.variant)
    return [
        *_head(indicator, value, f"{told.region.title} ({told.region.ags})"),
        "",
        *_result(indicator, value),
        *_bounds(told),
        *_section("Was das ist", _meaning(indicator, value.variant)),
        *_section("Warum es keinen Wert gibt", _gap(told) if value.missing else ()),
        *_section("Rechnung", _calculation(told, way.symbol)),
        *_numbers(told),
        *_section("Varianten", _ways(told) if indicator.variants else ()),
        *_section("Amtlicher Wert", [_fold(_official(one), 2, 4) for one in told.official]),
        *_section("Dateien", _files(told)),
    ]


def _head(indicator: Indicator, value: Value, where: str) -> list[str]:
    chosen = [word for word in (_member_word(dim, getattr(value, dim)) for dim in DIMENSION) if word]
    variant = [f"Variante {value.variant}"] if value.variant else []
    when = [date(value.date)] if value.date else []
    return [f"{indicator.de} ({indicator.id})", ", ".join([where, *when, *chosen, *variant])]


def _member_word(dim: str, code: str) -> str:
    if code == "T":
        return ""
    return age_words(code) if dim == "age" else DIMENSION[dim][1][code].de


def _result(indicator: Indicator, value: Value) -> list[str]:
    words = flag_words(value.flag)
    if value.value is None:
        return ["  kein Wert"]
    exact = unrounded(value.value)
    shown = quantity(value.value, value.unit, indicator.decimals)
    known = [f"  {shown}" + (f" (ungerundet: {exact})" if exact != number(value.value, indicator.decimals) else "")]
    return known + [_fold(f"Kennzeichen: {word}", 2, 2) for word in words]


def _bounds(told: Explanation) -> Iterator[str]:
    """How far the value may be off where counts were changed to keep them secret."""
    if told.bounds is None:
        return
    low, high = (number(end, told.indicator.decimals) for end in told.bounds)
    why = "Das Amt hat die Zahlen zur Geheimhaltung leicht verändert. So weit, wie Teile und Summen seiner Tabelle"
    yield _fold(f"{why} auseinanderliegen, liegt der wahre Wert zwischen {low} und {high}.", 2, 2)


def _meaning(indicator: Indicator, variant: str) -> Iterator[str]:
    yield _fold(indicator.variant(variant).definition)
    if indicator.note:
        yield _fold(indicator.note)
    yield _fold(f"Definition nach: {indicator.reference}", 2, 2)


def _calculation(told: Explanation, symbol: str) -> Iterator[str]:
    symbol = symbol or told.indicator.symbol
    yield _fold(symbol, 2, 2)
    letters = [f"{letter}: {words}" for letter, words in LETTERS.items() if re.search(_letter(letter), symbol)]
    numbers = formula(told.how.value)
    if numbers and (told.value.value is not None or "?" in numbers):  # some gaps are there though no number is missing
        yield _fold(f"= {numbers}", 2, 2)
    if told.value.value is not None:
        yield from _steps(told.how.value, told)
        if numbers != unrounded(told.value.value):
            yield f"  = {unrounded(told.value.value)}"
    yield from (_fold(letter, 4, 3) for letter in letters)
    if told.spread:
        how = "Wie die Personen innerhalb breiter Altersgruppen verteilt sind, sagen die feineren Altersangaben"
        yield _fold(f"{how} des umgebenden Gebiets: {list_and(told.spread)}.")


def _letter(letter: str) -> str:
    return rf"(?<![\w̄]){letter}(?![\w̄])"


def _steps(term: Term, told: Explanation) -> Iterator[str]:
    """What stands in the place of a formula with numbers where no line can show it."""
    if not isinstance(term, Made):
        return
    if told.how.numerator is None and told.how.denominator is not None:
        yield _fold(_halves(told.how.denominator))
        return
    yield "  Aus dieser Tafel wird gerechnet:"
    yield f"    {'Alter':<20}{'Gestorbene':>12}{'Personenjahre':>16}{'je 1.000':>10}"
    columns: dict[str, dict[str, float]] = {}
    for factor, count in merged(term.parts[0]):
        row = columns.setdefault(str(count.group), {})
        kind = "died" if count.measure == "deaths" else "lived"
        row[kind] = row.get(kind, 0.0) + factor * count.value
    for label, row in sorted(columns.items(), key=lambda item: int(re.split(r"\D", item[0])[0])):
        rate = number(row["died"] / row["lived"] * 1000, 2) if row["lived"] else "."
        yield f"    {age_words(label):<20}{plain(row['died']):>12}{plain(row['lived']):>16}{rate:>10}"


def _halves(people: Term) -> str:
    """Between which ages the median lies."""
    groups = sorted((count.group, count.value) for _, count in merged(people))
    whole = sum(value for _, value in groups)
    for (group, _), upto in zip(groups, accumulate(value for _, value in groups), strict=True):
        if upto >= whole / 2:
            below = upto - dict(groups)[group]
            return (
                f"Die Hälfte von {plain(whole)} Personen sind {plain(whole / 2)}. Unter {group.lo} Jahren sind"
                f" {plain(below)}, unter {group.hi} Jahren {plain(upto)}: dazwischen liegt die Hälfte."
            )
    return ""


def _numbers(told: Explanation) -> list[str]:
    """Every cell behind the value, by its part in the formula."""
    how = told.how
    under = told.indicator.denominator
    lines = []
    if how.plain:
        lines += _section("Eingangszahlen", _cells(told, how.value))
    if how.numerator is not None:
        lines += _section(f"Zähler: {_amount(told.value.numerator)}", _cells(told, how.numerator))
    if how.denominator is not None:
        taken = [_fold(f"Woher: {under}", 2, 2)] if under not in ("", "keiner") else []
        lines += _section(f"Nenner: {_amount(told.value.denominator)}", [*taken, *_cells(told, how.denominator)])
    if how.numerator is not None and (further := how.further):
        wanted = [(1.0, cell) for count in further for _, cell in count.cells]
        lines += _section("Weitere Eingangszahlen", _listed(told, wanted))
    return lines


def _amount(value: float | None) -> str:
    return "unbekannt" if value is None else plain(value)


def _cells(told: Explanation, term: Term) -> list[str]:
    rows = [(factor * sign, cell) for factor, count in merged(term) for sign, cell in count.cells]
    return list(_listed(told, rows))


def _listed(told: Explanation, rows: list[tuple[float, Cell]]) -> Iterator[str]:
    """Cells one below another, what they have in common above them."""
    groups: dict[tuple[object, ...], list[tuple[float, Cell]]] = {}
    for factor, cell in rows:
        groups.setdefault(cell[:5], []).append((factor, cell))
    for some in groups.values():
        yield _fold(_common(told, some[0][1]), 2, 2)
        for factor, cell in some:
            yield f"    {age_words(str(cell.group)):<22}{_times(factor):>10}{_printed(cell)}"


def _times(factor: float) -> str:
    """What stands before a cell that is taken away or counts in part; nothing where no factor applies."""
    if factor == 1 or factor != factor:
        return ""
    return MINUS if factor == -1 else f"{plain(factor, 4)} ×"


def _common(told: Explanation, cell: Cell) -> str:
    """`Bevölkerung am 31.12.2015, Geschlecht insgesamt, …; Tabelle …, Gebiet 01051, Basis …, Datei 1`."""
    day = cell.point.date
    when = f"im Jahr {day[:4]}" if cell.table in told.flows else f"am {date(day)}"
    files = f",{NBSP}".join(map(str, told.files.numbers(cell)))
    base = "" if cell.point.base == "none" else f", {BASE[cell.point.base].de}"
    who = "".join(f", {word}" for word in member_words(cell))
    return (
        f"{MEASURE[cell.measure].de} {when}{who} [Tabelle {cell.table}, Gebiet {cell.region}{base}, Datei{NBSP}{files}]"
    )


def member_words(cell: Cell) -> list[str]:
    """The members a cell is about: sex and nationality always where the table has them, others where they are one."""
    words = []
    for dim, code in cell.member._asdict().items():
        name, codes = DIMENSION[dim]
        if code not in (TOTAL, NOT_APPLICABLE):
            words.append(codes[code].de)
        elif code == TOTAL and dim in ("sex", "nationality"):
            words.append(f"{name} {codes[code].de}")
    return words


def _printed(cell: Cell) -> str:
    facts = cell_facts(cell)
    if cell.flags & GAP:
        return f"{'fehlt':>12}  {facts}"
    return f"{plain(cell.value):>12}" + (f"  {facts}" if facts else "")


def cell_facts(cell: Cell) -> str:
    """The facts about a cell in words; of one that is missing the reason."""
    words = flag_words(flag_text(cell.flags, ""))
    return ", ".join([*words, *(["genau null"] if cell.value == 0 else [])])


def _gap(told: Explanation) -> Iterator[str]:
    """The reason of a gap, and the cells that are missing; where no table counts the level, those that count others."""
    how = told.how
    if told.indicator.levels and told.region.level not in told.indicator.levels:
        known = list_and(LEVEL[level].de for level in LEVEL if level in told.indicator.levels)
        yield _fold(f"Er wird für diese Ebene nicht berechnet, nur für: {known}.")
        return
    reason = "; ".join(flag_words(told.value.flag))
    yield _fold(f"{reason[0].upper()}{reason[1:]}.")
    missing = {cell for count in how.counts for _, cell in count.cells if cell.flags & GAP}
    if missing:
        yield "  Es fehlen:"
        yield from _listed(told, [(1.0, cell) for cell in sorted(missing, key=lambda cell: cell[:6])])
    elif told.refusals:
        yield _fold("Tabellen, die das Gebiet zu diesem Stichtag führen, und warum sie nicht genügen:")
        yield from (_fold(f"{table}: {why}", 4, 2) for table, why in told.refusals.items())
    elif not told.value.sources:
        levels = [LEVEL[level].de for level in LEVEL if level in told.carriers.values()]
        yield _fold(f"Der Datenbestand hat Tabellen dazu für: {list_and(levels)}." if levels else
                    "Der Datenbestand hat keine Tabelle dazu.")  # fmt: skip


def _ways(told: Explanation) -> Iterator[str]:
    for way in told.ways:
        name = way.variant or "Vorgabe"
        mark = " (oben erklärt)" if way.variant == told.value.variant else ""
        what = told.indicator.variant(way.variant).definition
        yield _fold(f"{name}: {_shown(told.indicator, way)}{mark}. {what}", 2, 4)


def _shown(indicator: Indicator, value: Value) -> str:
    """A value with its unit, or the reason why there is none."""
    if value.value is None:
        return f"kein Wert ({'; '.join(flag_words(value.flag))})"
    return quantity(value.value, value.unit, indicator.decimals)


def _official(one: Official) -> str:
    printed = number(one.value, one.decimals)
    way = f" (gezählt wie unsere Variante {one.variant})" if one.variant else ""
    start = f"Tabelle {one.table}, {MEASURE[one.measure].de}{way}: {printed}"
    if one.ours is None:
        return f"{start}; hier fehlt der Wert."
    if one.exact:
        return f"{start}. Unser Wert ist bis auf die letzte gedruckte Stelle gleich."
    off = f"{start}. Unser Wert {number(one.ours, one.decimals + 2)} weicht um"
    cause = f" Grund: {one.cause}" if one.cause else " Der Grund ist nicht bekannt."
    return f"{off} {number(abs(one.ours - one.value), one.decimals + 2)} ab.{cause.rstrip('.')}."


def _files(told: Explanation) -> Iterator[str]:
    for n, origin in enumerate(told.files.used, 1):
        when = f"Stand {stand(origin.stand)}" if origin.stand else "ohne Angabe des Stands"
        what = f"Tabelle {origin.table}: {title_of(origin)}. {origin.producer}, {when}, Lizenz {origin.licence}."
        yield _fold(f"{n}  {what}", 2, 3)
        if origin.note:
            yield _fold(f"{origin.note[0].upper()}{origin.note[1:].rstrip('.')}.", 5)
        yield f"     SHA-256 {origin.sha256}"
    if any(len(told.files.numbers(cell)) > 1 for count in told.how.counts for _, cell in count.cells):
        yield _fold("Stehen bei einer Zahl mehrere Dateien, gilt die mit dem neuesten Stand, die das Gebiet führt; sie"
                    " steht zuerst.", 2)  # fmt: skip


def _choice(told: Choice) -> list[str]:
    """All members with their values, and how to ask for one of them."""
    indicator, first, dim = told.indicator, told.values[0], told.dimension
    named = DIMENSION[dim][1]
    rows = []
    for value in told.values:
        code = getattr(value, dim)
        words = named[code].de if named else age_words(code)
        rows.append(_fold(f"{code:<22}  {words:<52}  {_shown(indicator, value)}", 2, 4))
    given = [("variant", first.variant), ("sex", first.sex), ("nationality", first.nationality)]
    options = "".join(f" --{name} {code}" for name, code in given if code not in ("", "T"))
    day = f" --date {first.date[-4:] if '/' in first.date else first.date}" if first.date else ""
    call = f"kommunalprofil explain {indicator.id} {told.region.slug}{options}{day}"
    head = replace(first, age="T", household="T")
    return [
        *_head(indicator, head, f"{told.region.title} ({told.region.ags})"),
        *_section("Was das ist", _meaning(indicator, told.variant)),
        *_section(f"Werte nach {DIMENSION[dim][0]}", rows),
        *_section("Einen davon erklären, zum Beispiel", [f"  {call} --{dim} {members(indicator, dim)[0]}"]),
    ]
