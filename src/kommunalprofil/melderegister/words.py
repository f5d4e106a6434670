"""Own numbers beside official ones: how far they lie apart, what that usually comes from, what districts show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kommunalprofil import formatting as fmt
from kommunalprofil import references, sentences
from kommunalprofil.melderegister.beside import FAR
from kommunalprofil.melderegister.causes import CAUSES, YEAR
from kommunalprofil.melderegister.consistency import days_of
from kommunalprofil.melderegister.districts import HIDDEN, percent
from kommunalprofil.melderegister.tables import of_office
from kommunalprofil.melderegister.topics import HOUSEHOLD, NATIONALITY, SEX, TOTALS

if TYPE_CHECKING:
    from kommunalprofil.melderegister.beside import Beside, Pair
    from kommunalprofil.melderegister.districts import Share
    from kommunalprofil.melderegister.topics import Topic

LONG = 731
"""Days of two years; a Stichtag further from the official one may be a slip."""
MOST = 5
"""So many districts without people are named."""
ENOUGH = 100
"""People of a district whose share a sentence tells."""


def lead(p: Beside) -> list[str]:
    """Own and official number of people, and by how much they differ."""
    pair = p.total
    if pair is None or pair.own is None:
        return [f"Wie viele Menschen {p.region.dative_in} leben, sagt die Datei vom {fmt.date(p.date)} nicht."]
    said = [
        f"Nach dem Melderegister lebten {sentences.on(p.date)} {p.region.dative_in} {fmt.number(pair.own)} Menschen."
    ]
    if pair.official is None:
        return [*said, "Eine amtliche Zahl zum Vergleich liegt nicht vor."]
    same = pair.days == 0
    when = "an diesem Tag" if same else sentences.on(pair.official.date)
    said.append(f"Die amtliche Statistik nennt {when} {of_office(pair.official)}.")
    said.append(_apart(pair))
    return said


def _apart(pair: Pair) -> str:
    if pair.difference == 0:
        return "Beide Zahlen stimmen überein."
    places = fmt.share_decimals(pair.official.value if pair.official else None)
    share = f" oder {fmt.percent(abs(pair.percent), places)}" if places is not None else ""
    side = "höher" if pair.difference > 0 else "niedriger"
    return f"Die eigene Zahl ist um {fmt.number(abs(pair.difference))}{share} {side}."


def warnings(p: Beside) -> list[str]:
    """That the file may be of another place; nothing else is so grave."""
    pair = p.suspicious
    if pair is None or pair.official is None:
        return []
    return [
        f"Achtung: Die Datei zählt {fmt.number(pair.own)} Menschen, amtlich sind es {of_office(pair.official)} "
        f"({fmt.date(pair.official.date)}). Mehr als {fmt.number(FAR)}{fmt.NBSP}% Unterschied lassen an einen anderen "
        "Ort, "
        "eine unvollständige Datei oder doppelt gezählte Zeilen denken."
    ]


def how_to_read(p: Beside) -> list[str]:
    """What is whose."""
    return [
        f"In jeder Tabelle steht in der Spalte „eigene Angabe“, was die Kommune aus ihrem Melderegister mitteilt "
        f"(Stichtag {fmt.date(p.date)}), daneben „amtlich“, was die Statistischen Ämter veröffentlichen. Beides wird "
        "verglichen und nirgends zusammengerechnet; im Kommunalprofil stehen nur die amtlichen Zahlen."
    ]


def notices(p: Beside) -> list[str]:
    """What was noticed in reading the file, and that the nearest official number is of long before or after it."""
    far = [pair for date in p.counts.dates for pair in p.pairs("total", date) if abs(pair.days) > LONG]
    if not far:
        return list(p.counts.notices)
    beside: dict[str, list[str]] = {}
    for pair in far:
        beside.setdefault(pair.official.date if pair.official else "", []).append(pair.date)
    days = fmt.list_and(f"{days_of(dates)} (amtlich {fmt.date(day)})" for day, dates in beside.items())
    return [
        *p.counts.notices,
        f"Mehr als zwei Jahre von der nächsten amtlichen Einwohnerzahl entfernt: {days}. Zu prüfen ist, ob der "
        "Stichtag stimmt; der Unterschied zeigt vor allem, was sich in dieser Zeit geändert hat.",
    ]


def topic(p: Beside, one: Topic) -> list[str]:
    """Of which day the official numbers are, and in which group the difference is largest."""
    pairs = p.pairs(one.id)
    official = next((pair.official for pair in pairs if pair.official), None)
    if official is None:
        return ["Amtliche Zahlen zum Vergleich liegen nicht vor; gezeigt sind nur die eigenen Angaben."]
    days = next(pair.days for pair in pairs if pair.official)
    census = official.base.startswith("census")
    kind = "Zählung des Zensus" if census else "Fortschreibung"
    said = [f"Die amtlichen Zahlen sind vom {fmt.date(official.date)} ({kind})."]
    if one.id == "household":
        said.append("Sie sind von einem anderen Tag und anders gewonnen als Haushalte aus einem Register.")
    elif abs(days) > YEAR:
        apart = round(abs(days) / 365.25)
        years = "ein Jahr" if apart == 1 else f"{apart} Jahre"
        side = "nach" if days < 0 else "vor"
        said.append(
            f"Das ist rund {years} {side} dem Stichtag; {_nearer(p, one)}. Der Unterschied zeigt vor allem, was sich "
            "in dieser Zeit geändert hat."
        )
    known = [pair for pair in pairs if pair.comparable and pair.difference]
    if len(known) > 1:
        most = max(known, key=lambda pair: abs(pair.difference))
        said.append(f"Am größten ist der Unterschied in der Gruppe „{most.label}“ ({fmt.change(most.difference)}).")
    return said


def _nearer(p: Beside, one: Topic) -> str:
    """Why no official numbers of a nearer day stand there."""
    if not (day := p.nearer(one)):
        return f"eine nähere Zahl liegt für {p.region.accusative} nicht vor"
    what = "haben aber andere Altersgruppen als die Datei" if one.id == "age" else "nennen aber nicht alle Gruppen"
    return f"die amtlichen Zahlen vom {fmt.date(day)} liegen näher, {what}"


def causes_before(p: Beside) -> list[str]:
    """What the numbers in the tables mean, and what they do not."""
    return [
        "Die Ziffern in der Spalte „Ursachen“ der Tabellen stehen für die folgenden üblichen Ursachen. Genannt ist, "
        "was auf "
        "die jeweilige Zahl zutreffen kann; welche Ursache es ist, sagen die Zahlen nicht."
    ]


def causes(p: Beside) -> list[tuple[str, str]]:
    """The usual causes, numbered as in the tables."""
    return [(f"{p.causes[one.id]} {one.title}", one.text) for one in CAUSES if one.id in p.causes]


def districts(p: Beside) -> list[str]:
    """How many districts there are, the largest, and how far they lie apart."""
    d = p.districts
    known = {name: number for name in d.counts.districts(d.date) if (number := d.total(TOTALS, name)) is not None}
    said = [f"Die Datei nennt {len(d.counts.districts(d.date))} Ortsteile."]
    if empty := [name for name, number in known.items() if not number]:
        said.append(f"Ohne Einwohnerin und Einwohner: {fmt.list_and(empty[:MOST])}{' …' * (len(empty) > MOST)}.")
    lived_in = {name: number for name, number in known.items() if number}
    if len(set(lived_in.values())) > 1:
        large, small = max(lived_in, key=lived_in.__getitem__), min(lived_in, key=lived_in.__getitem__)
        most, least = fmt.number(lived_in[large]), fmt.number(lived_in[small])
        if len(known) == len(d.counts.districts(d.date)):
            said.append(f"Am größten ist {large} mit {most} Menschen, am kleinsten {small} mit {least}.")
        else:  # a hidden one may be smaller
            said.append(
                f"Von den Ortsteilen, deren Zahl genannt ist, ist {large} mit {most} Menschen am größten, {small} mit "
                f"{least} am kleinsten."
            )
    for share in d.shares:
        if share.id == "old" and (told := _spread(p, share)):
            said.append(told)
    return said


def _spread(p: Beside, share: Share) -> str:
    d = p.districts
    names = d.counts.districts(d.date)
    parts = {name: part for name in names if (part := d.part(share, name)) and part[1] >= ENOUGH}
    if len(parts) < 2:
        return ""
    ends = (
        max(parts, key=lambda name: parts[name][0] / parts[name][1]),
        min(parts, key=lambda n: parts[n][0] / parts[n][1]),
    )
    if percent(*parts[ends[0]]) == percent(*parts[ends[1]]):
        return ""
    high, low = (f"{percent(*parts[name])}{fmt.NBSP}% in {name}" for name in ends)
    totals = {name: d.total(share.topic, name) for name in names if name not in parts}
    few = any(total and total < ENOUGH for total in totals.values())
    hidden = any(total is None or total >= ENOUGH for total in totals.values())
    where = f" in Ortsteilen mit mindestens {ENOUGH} Menschen" if few else ""
    where += ", soweit er genannt ist," if hidden else ""
    return f"Der Anteil der {share.title} reicht{where} von {low} bis {high}."


def small_numbers(p: Beside) -> list[str]:
    """The rule for small numbers, told where it applies."""
    said = [
        "Alle Zahlen der Ortsteile sind eigene Angaben der Kommune. Kleine Zahlen sind geschützt: Wo nur ein oder zwei "
        f"Menschen oder Haushalte zu zählen sind, steht „{HIDDEN}“, ebenso an so vielen weiteren Stellen, dass sich "
        "die Zahl "
        "auch aus Summen nicht errechnen lässt. Anteile von weniger als 100 Menschen stehen ohne Nachkommastelle, von "
        "weniger "
        "als 20 stehen nur die Anzahlen („3 von 17“)."
    ]
    if not p.districts.hides:
        said.append("Hier war nichts wegzulassen.")
    missing: dict[str, list[str]] = {}
    for one in (SEX, p.districts.ages, NATIONALITY, HOUSEHOLD):
        if one not in p.districts.topics:
            missing.setdefault(p.districts.untold(one), []).append(TOLD[one.id])
    said += [f"Nicht nach Ortsteilen zu haben, weil {why}: {fmt.list_and(titles)}." for why, titles in missing.items()]
    return said


TOLD = {
    "sex": "Geschlecht",
    "age": "Altersgruppen",
    "nationality": "Staatsangehörigkeit",
    "household": "Zahl der Haushalte nach ihrem Typ",
}


def rules(p: Beside) -> list[str]:
    """How the two sides come to stand beside each other."""
    d = p.districts
    said = [
        "Der Stichtag: Neben jeder eigenen Zahl steht die amtliche desselben Tages. Gibt es dann keine, steht die des "
        "nächstgelegenen Tages da, mit ihrem Datum.",
        "Die Altersgruppen: Gewählt sind die, die beide Seiten nennen, an dem amtlichen Tag, der dem Stichtag am "
        "nächsten "
        "liegt. Ist die Datei anders geschnitten, bleibt die eigene Zahl offen; geschätzt wird nichts.",
        "Der Unterschied: eigene Angabe minus amtliche Zahl; in Prozent der amtlichen Zahl. Von weniger als 100 "
        "Menschen "
        "stehen Prozente ohne Nachkommastelle, von weniger als 20 keine.",
        "Getrennt: Eigene Angaben gehen in keine Kennzahl, keine Rangliste und keine der Datendateien des "
        "Kommunalprofils ein.",
    ]
    if d.names:
        said.append(
            "Die Ortsteile: Namen und Grenzen sind die der Datei. Die amtliche Statistik führt Ortsteile nicht, "
            "deshalb steht "
            "neben ihnen die ganze Kommune nach derselben Datei."
        )
    return said


def own_source(p: Beside) -> list[str]:
    """Where the own numbers come from."""
    days = fmt.list_and(map(fmt.date, p.counts.dates))
    own = p.total.own if p.total else None
    number = f" Zum Stichtag {fmt.date(p.date)} zählt die Datei {fmt.number(own)} Menschen." if own is not None else ""
    word = "Stichtag" if len(p.counts.dates) == 1 else "Stichtage"
    return [
        f"{p.credit[0].upper()}{p.credit[1:-1]}, {word} {days}). Für sie steht die Kommune ein; geprüft sind Form, "
        "Summen und "
        f"Überschneidungen.{number}"
    ]


def signs() -> list[tuple[str, str]]:
    """The signs of the tables."""
    return [*references.signs(), (HIDDEN, "nicht genannt, um einzelne Menschen zu schützen")]
