"""German sentences from values: words for trends and comparisons, careful with small numbers, without praise or cause.

Every function gives text without markup; an empty text means that there is nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil.vocabulary import BASE

if TYPE_CHECKING:
    from kommunalprofil.profile import Value
    from kommunalprofil.regions import Region

Compared = Sequence[tuple["Region", "Value"]]

_DECIMALS = {
    "Personen": 0,
    "Haushalte": 0,
    "je km²": 0,
    "je 10.000": 1,
    "je 100": 1,
    "Jahre": 1,
    "%": 1,
    "Zahl": 2,
    "Kinder je Frau": 2,
}
_OF_PEOPLE = {"%": "von", "je 100": "auf", "Jahre": ""}
"""Units of values that say little where few people are behind them, and the word between the counts printed instead."""
LEVELS = {"land": ("Länder", "Ländern"), "kreis": ("Kreise", "Kreisen"), "gemeinde": ("Gemeinden", "Gemeinden")}
"""All places of a level, and the dative."""
CENSUS_2022 = "2022-05-15"
_MANY_YEARS = 10  # key figures look back at most so far


def decimals(unit: str) -> int:
    """Decimals printed for a unit."""
    return _DECIMALS.get(unit, 1)


def places(value: Value) -> int | None:
    """Decimals printed for a value: by its unit, for shares, ratios and means by how many they are of (LOOK.md).

    None where there are too few for more than the counts themselves.
    """
    if value.unit in _OF_PEOPLE and value.denominator is not None:
        return fmt.share_decimals(value.denominator)
    return decimals(value.unit)


def few(value: Value) -> bool:
    """Whether a value is of so few people that only counts may be told."""
    return not value.missing and places(value) is None


def shown_counts(value: Value) -> str:
    """A share or ratio of few people as its counts: '3 von 17', '6 auf 14'; of a mean only how many they are."""
    word = _OF_PEOPLE[value.unit]
    parts = [fmt.number(value.numerator), word] if word else []
    return " ".join([*parts, fmt.number(value.denominator)])


def shown(value: Value, unit: bool = True) -> str:
    """A value for running text: '133.460', '45,9 Jahre', '12,3 %', '35,4'; small groups get fewer or no decimals.

    A share of fewer than 20 is printed as the counts themselves ('3 von 17'), see LOOK.md.
    """
    if value.missing or value.value is None:
        return fmt.sign(value.flag)
    digits = places(value)
    if digits is None:
        return shown_counts(value)
    if value.unit == "%":
        return fmt.percent(value.value, digits)
    text = fmt.number(value.value, digits)
    return f"{text}{fmt.NBSP}Jahre" if unit and value.unit == "Jahre" else text


def share(value: Value, whole: str, counted: str, verbs: tuple[str, str] = ("", "")) -> str:
    """A share as the subject of a sentence: '12,3 % der Bevölkerung waren', of few '3 von 17 Menschen waren'.

    `verbs` are singular and plural: '1 von 17 Menschen war'.
    """
    verb = verbs[0] if few(value) and value.numerator == 1 else verbs[1]
    return " ".join(filter(None, (shown(value), counted if few(value) else whole, verb)))


def located(name: str, around: Iterable[Region]) -> str:
    """A name without the addition that says where the place lies, where that follows: 'Gemeinde Sankt Katharinen'."""
    for region in around:
        name = name.replace(f" ({region.title})", "")
    return name


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


def counted(value: Value, one: str, more: str) -> str:
    """A count with its noun: '35 Mütter', '1 Mutter'."""
    return f"{shown(value)} {one if value.value == 1 else more}"


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
    """1 if the printed value is greater than the other printed value, -1 if smaller, 0 if both print the same.

    Where one is printed with fewer decimals, both are compared so.
    """
    digits = min(places(value) or 0, places(other) or 0)
    if value.value is None or other.value is None:
        return 0
    if fmt.number(value.value, digits) == fmt.number(other.value, digits):
        return 0
    return 1 if value.value > other.value else -1


def trend(first: Value, last: Value) -> str:
    """'gestiegen', 'gesunken' or 'gleich geblieben', judged by what is printed."""
    return {1: "gestiegen", -1: "gesunken", 0: "gleich geblieben"}[order(last, first)]


def versus(
    compared: Compared, more: str = "mehr", less: str = "weniger", same: str = "genauso viele", margin: float = 0
) -> str:
    """'mehr als in Schleswig-Holstein (23,1 %) und in Deutschland (22,1 %)', ', aber weniger als …'; '' without others.

    `compared` is Profile.compare: the place first. Counts of few people are not compared with shares. Values that
    differ by no more than `margin` count as the same.
    """
    if not compared or compared[0][1].missing or few(compared[0][1]):
        return ""
    own = compared[0][1]
    phrases: list[tuple[int, list[str]]] = []
    for region, value in compared[1:]:
        if value.missing:
            continue
        place = f"{region.dative_in} ({shown(value)})"
        direction = order(own, value) if abs((own.value or 0) - (value.value or 0)) > margin else 0
        if phrases and phrases[-1][0] == direction:
            phrases[-1][1].append(place)
        else:
            phrases.append((direction, [place]))
    words = {1: f"{more} als", -1: f"{less} als", 0: f"{same} wie"}
    parts = [f"{words[direction]} {fmt.list_and(places)}" for direction, places in phrases]
    return ", aber ".join(parts[:2]) + "".join(f" und {part}" for part in parts[2:])


def restarts(value: Value) -> bool:
    """Whether other borders or another method keep a value from being compared with the one before it."""
    if "break:" not in value.flag:
        return False
    broken = {flag.removeprefix("break:") for flag in value.flag.split("|") if flag.startswith("break:")}
    return bool(broken - {*BASE, *BREAKS})


def stretches(series: Sequence[Value]) -> list[list[Value]]:
    """The values there are, apart by population base and cut where borders or method change, in order of their ends.

    The Fortschreibung of one base goes on around the day of a census: a Gemeinde has numbers of 2022 and 2023 on the
    base of 2011, with the count of the census between them.
    """
    found: list[list[Value]] = []
    current: dict[str, list[Value]] = {}
    for value in series:
        if value.missing:
            continue
        if restarts(value):
            current.clear()
        if value.base not in current:
            current[value.base] = []
            found.append(current[value.base])
        current[value.base].append(value)
    return sorted(found, key=lambda stretch: stretch[-1].date)


def segments(series: Sequence[Value]) -> list[tuple[Value, Value]]:
    """First and last value of every stretch without a break; single points are left out."""
    return [(stretch[0], stretch[-1]) for stretch in stretches(series) if len(stretch) > 1]


def relative_change(first: Value, last: Value) -> str:
    """'+4,3 %' of the first value, '' where that would be a percentage of a small number or of nothing."""
    if first.value is None or last.value is None or first.value <= 0:
        return ""
    places = fmt.share_decimals(first.value)
    if places is None:
        return ""
    return fmt.with_unit(fmt.change((last.value / first.value - 1) * 100, places), "%")


def _with_article(word: str, date: str) -> str:
    """'Von Ende 2011' or 'Vom 9. Mai 2011', 'bis Ende 2021' or 'bis zum 15. Mai 2022'."""
    words = fmt.date_words(date)
    if words.startswith("Ende"):
        return f"{word} {words}"
    return f"{'Vom' if word == 'Von' else 'bis zum'} {words}"


def development(first: Value, last: Value, what: str = "die Einwohnerzahl") -> str:
    """'Von Ende 2011 bis Ende 2021 ist die Einwohnerzahl von 133.000 auf 133.460 gestiegen (+0,3 %).'"""
    period = f"{_with_article('Von', first.date)} {_with_article('bis', last.date)}"
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


def outlived(values: Sequence[Value]) -> set[str]:
    """The censuses whose flags break nothing in these values: the base before them goes on after them."""
    found = {"zensus_2022"} if values and values[-1].base == "zensus_2011" else set()
    if values and values[0].base == "zensus_2011":
        found.add("zensus_2011")  # a return to it after the census
    return found


def breaks(series: Iterable[Value]) -> list[str]:
    """What broke the series, in order: 'dem Zensus 2011', 'dem Zensus 2022'; not a census the old base outlived."""
    values = [value for value in series if not value.missing]
    found = dict.fromkeys(flag.removeprefix("break:") for value in values for flag in value.flag.split("|"))
    return [BREAKS[name] for name in found if name in BREAKS and name not in outlived(values)]


def missing_years(series: Iterable[Value]) -> str:
    """'Für 2015 bis 2020 liegen hier keine Zahlen vor.', of the years between the first and the last; '' if none."""
    there = sorted({fmt.year(value.date) for value in series if not value.missing})
    gaps = [(one + 1, other - 1) for one, other in pairwise(there) if other - one > 1]
    said = fmt.list_and(f"{first} bis {last}" if first < last else str(first) for first, last in gaps)
    return f"Für {said} liegen hier keine Zahlen vor." if gaps else ""


def lone_count(series: Iterable[Value]) -> str:
    """What the count of a census amid numbers on the base before it is; '' where there is none."""
    values = [value for value in series if not value.missing]
    counts = [v for v in values if v.base == "census_2022" and v.date < values[-1].date]
    if not counts or values[-1].base != "zensus_2011":
        return ""
    when = fmt.date_words(counts[-1].date)
    return f"Der Punkt vom {when} ist die Zählung im Zensus; die Zahlen danach beruhen noch auf dem Zensus 2011."


def outdated(value: Value) -> bool:
    """Whether a number of people stands on the base of 2011 though the census of 2022 has counted since."""
    return not value.missing and value.base == "zensus_2011" and value.date > CENSUS_2022


def counted_since(series: Sequence[Value]) -> str:
    """That the newest number of people still stands on the census of 2011, and what that of 2022 counted."""
    values = [value for value in series if not value.missing]
    counts = [value for value in values if value.base == "census_2022"]
    if not values or not outdated(values[-1]) or not counts:
        return ""
    day, people = fmt.date_words(counts[-1].date), fmt.number(counts[-1].value)
    return f"Diese Zahl beruht noch auf dem Zensus 2011; der Zensus vom {day} zählte {people} Menschen."


def look_back(series: Sequence[Value], years: int = _MANY_YEARS) -> Value | None:
    """The earliest value within so many years that can be compared with the newest (no break between), or None."""
    known = stretches(series)
    if not known:
        return None
    last = known[-1][-1]
    return next((v for v in known[-1] if v is not last and fmt.year(last.date) - fmt.year(v.date) <= years), None)


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
    return f"{counted(women, 'Frau', 'Frauen')} und {counted(men, 'Mann', 'Männer')}"
