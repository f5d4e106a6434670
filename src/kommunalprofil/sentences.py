"""German sentences from values: words for trends and comparisons, careful with small numbers, without praise or cause.

Every function gives text without markup; an empty text means that there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt

if TYPE_CHECKING:
    from kommunalprofil.profile import Value
    from kommunalprofil.regions import Region

Compared = Sequence[tuple["Region", "Value"]]

_DECIMALS = {"Personen": 0, "Haushalte": 0, "je km²": 0, "je 10.000": 1, "je 100": 1, "Jahre": 1, "%": 1, "Zahl": 2}
_MANY_YEARS = 10  # key figures look back at most so far


def decimals(unit: str) -> int:
    """Decimals printed for a unit."""
    return _DECIMALS.get(unit, 1)


def shown(value: Value, unit: bool = True) -> str:
    """A value for running text: '133.460', '45,9 Jahre', '12,3 %', '35,4'; small groups get fewer or no decimals.

    A share of fewer than 20 is printed as the counts themselves ('3 von 17'), see LOOK.md.
    """
    if value.missing or value.value is None:
        return fmt.sign(value.flag)
    if value.unit == "%":
        places = fmt.share_decimals(value.denominator) if value.denominator is not None else 1
        if places is None:
            return f"{fmt.number(value.numerator)} von {fmt.number(value.denominator)}"
        return fmt.percent(value.value, places)
    text = fmt.number(value.value, decimals(value.unit))
    return f"{text}{fmt.NBSP}Jahre" if unit and value.unit == "Jahre" else text


def people(value: Value) -> str:
    """A count with its noun: '133.460 Menschen', 'ein Mensch'."""
    if value.value is not None and round(value.value) == 1:
        return "ein Mensch"
    return f"{shown(value)} Menschen"


def households(value: Value) -> str:
    """A count with its noun: '66.778 Haushalte', 'ein Haushalt'."""
    if value.value is not None and round(value.value) == 1:
        return "ein Haushalt"
    return f"{shown(value)} Haushalte"


def capital(text: str) -> str:
    """The text with a capital first letter, for „im Kreis …“ at the start of a sentence."""
    return text[:1].upper() + text[1:]


def on(date: str) -> str:
    """When, for a sentence: 'Ende 2024', 'am 15. Mai 2022', 'im Jahr 2015', 'in den Jahren 2012–2015'."""
    if "/" in date:
        return f"in den Jahren {fmt.date(date)}"
    if len(date) == 4:
        return f"im Jahr {date}"
    words = fmt.date_words(date)
    return words if words.startswith("Ende") else f"am {words}"


def since(date: str) -> str:
    """From when: 'seit Ende 2011', 'seit dem 15. Mai 2022', 'seit 2011'."""
    words = fmt.date_words(date)
    return f"seit dem {words}" if words[0].isdigit() and "-" in date else f"seit {words}"


def order(value: Value, other: Value) -> int:
    """1 if the printed value is greater than the other printed value, -1 if smaller, 0 if both print the same."""
    places = decimals(value.unit)
    if value.value is None or other.value is None:
        return 0
    if fmt.number(value.value, places) == fmt.number(other.value, places):
        return 0
    return 1 if value.value > other.value else -1


def trend(first: Value, last: Value) -> str:
    """'gestiegen', 'gesunken' or 'gleich geblieben', judged by what is printed."""
    return {1: "gestiegen", -1: "gesunken", 0: "gleich geblieben"}[order(last, first)]


def versus(compared: Compared, more: str = "mehr", less: str = "weniger", same: str = "genauso viel") -> str:
    """'mehr als in Schleswig-Holstein (23,1 %) und in Deutschland (22,1 %)', ', aber weniger als …'; '' without others.

    `compared` is Profile.compare: the place first.
    """
    if not compared or compared[0][1].missing:
        return ""
    own = compared[0][1]
    phrases: list[tuple[int, list[str]]] = []
    for region, value in compared[1:]:
        if value.missing:
            continue
        place = f"{region.dative_in} ({shown(value)})"
        direction = order(own, value)
        if phrases and phrases[-1][0] == direction:
            phrases[-1][1].append(place)
        else:
            phrases.append((direction, [place]))
    words = {1: f"{more} als", -1: f"{less} als", 0: f"{same} wie"}
    parts = [f"{words[direction]} {fmt.list_and(places)}" for direction, places in phrases]
    return ", aber ".join(parts[:2]) + "".join(f" und {part}" for part in parts[2:])


def segments(series: Sequence[Value]) -> list[tuple[Value, Value]]:
    """First and last value of every stretch without a break; single points are left out."""
    stretches: list[list[Value]] = []
    for value in series:
        if value.missing:
            continue
        if not stretches or "break:" in value.flag or stretches[-1][-1].base != value.base:
            stretches.append([])
        stretches[-1].append(value)
    return [(stretch[0], stretch[-1]) for stretch in stretches if len(stretch) > 1]


def relative_change(first: Value, last: Value) -> str:
    """'+4,3 %' of the first value, '' where that would be a percentage of a small number or of nothing."""
    if first.value is None or last.value is None or first.value <= 0:
        return ""
    places = fmt.share_decimals(first.value)
    if places is None:
        return ""
    return fmt.with_unit(fmt.change((last.value / first.value - 1) * 100, places), "%")


def development(first: Value, last: Value, what: str = "die Einwohnerzahl") -> str:
    """'Von Ende 2011 bis Ende 2021 ist die Einwohnerzahl von 133.000 auf 133.460 gestiegen (+0,3 %).'"""
    period = f"Von {fmt.date_words(first.date)} bis {fmt.date_words(last.date)}"
    if not order(last, first):
        return f"{period} ist {what} mit {shown(last)} gleich geblieben."
    percent = relative_change(first, last)
    bracket = f" ({percent})" if percent and "±" not in percent else ""
    return f"{period} ist {what} von {shown(first)} auf {shown(last)} {trend(first, last)}{bracket}."


def developments(series: Sequence[Value]) -> list[str]:
    """One sentence for every stretch without a break."""
    return [
        development(first, last, "sie" if number else "die Einwohnerzahl")
        for number, (first, last) in enumerate(segments(series))
    ]


BREAKS = {
    "zensus_1987": "der Volkszählung 1987",
    "zensus_2011": "dem Zensus 2011",
    "zensus_2022": "dem Zensus 2022",
}


def breaks(series: Iterable[Value]) -> list[str]:
    """What broke the series, in order: 'dem Zensus 2011', 'dem Zensus 2022'."""
    flags = dict.fromkeys(flag.removeprefix("break:") for value in series for flag in value.flag.split("|"))
    return [BREAKS[name] for name in flags if name in BREAKS]


def look_back(series: Sequence[Value], years: int = _MANY_YEARS) -> Value | None:
    """The earliest value within so many years that can be compared with the newest (no break between), or None."""
    found = None
    stretch = [value for value in series if not value.missing]
    for position in range(len(stretch) - 1, 0, -1):
        newer, older = stretch[position], stretch[position - 1]
        broken = "break:" in newer.flag or older.base != newer.base
        if broken or fmt.year(stretch[-1].date) - fmt.year(older.date) > years:
            break
        found = older
    return found


def noise(whole: Value, parts: Iterable[Value]) -> str:
    """Why counts of the census do not add up, said only where they do not; '' elsewhere."""
    numbers = [part.value for part in parts]
    if whole.value is None or None in numbers or "cell_key" not in whole.flag.split("|"):
        return ""
    if round(sum(number for number in numbers if number is not None) - whole.value) == 0:
        return ""
    return "Die Teile ergeben nicht genau die Summe, weil der Zensus Zahlen zum Schutz der Befragten leicht verändert."


def both_sexes(women: Value, men: Value) -> str:
    """', davon 67.000 Frauen und 65.000 Männer' or nothing if one of the two is missing."""
    if women.missing or men.missing:
        return ""
    return f"{shown(women)} Frauen und {shown(men)} Männer"
