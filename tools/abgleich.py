"""Write docs/abgleich.md and docs/abgleich-gemeinden.csv: every official derived value that ours is not, and why.

Run from the root of a checkout: `python tools/abgleich.py`. A test holds the files to what this writes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.crosswalk import Crosswalk
from kommunalprofil.formatting import change, number, percent
from kommunalprofil.formatting import date as german
from kommunalprofil.indicators.context import level
from kommunalprofil.indicators.oracles import ABSENT, Compared, Comparison
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.sources import declared
from kommunalprofil.store import Store
from kommunalprofil.verdicts import comparisons
from kommunalprofil.vocabulary import FLAG_TEXT, SEX

DOCS = Path(__file__).resolve().parent.parent / "docs"
PAGE, LIST = "abgleich.md", "abgleich-gemeinden.csv"
LARGEST = 20
"""Gemeinden shown on the page; the list has all."""
STEPS = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 3.0)
"""Upper bounds of the classes of differences, in years."""
FINER = 4
"""Decimals beyond the printed ones with which our value is shown."""
HEAD = """# Abgleich mit amtlichen Werten

Diese Datei und [die Liste der Gemeinden](abgleich-gemeinden.csv) schreibt `make docs` aus dem mitgelieferten
Datenbestand; von Hand werden sie nicht geändert. `kommunalprofil data check` prüft dasselbe an jedem anderen
Datenbestand, auch vor jeder Übernahme neuer Dateien.

## Was verglichen wird und wie

Statistische Ämter veröffentlichen neben Zählungen auch gerechnete Werte: Quotienten, Mittelwerte, Raten. Jeder solche
Wert im Datenbestand wird mit dem verglichen, was der [Indikator](indikatoren.md) aus den Zählungen ergibt, auf
derselben Basis und zum selben Stichtag. Er gilt als gleich, wenn unser Wert, auf die gedruckten Stellen gerundet (5
wird vom Nullpunkt weg gerundet), die gedruckte Zahl bis zur letzten Stelle ist. Kein Wert wird angepasst oder
nachgeschlagen; die Formeln kennen die gedruckten Zahlen nicht.

- **AI-Z1-2011, Durchschnittsalter:** das Amt rundet offenbar zweimal, zuerst auf zwei, dann auf eine Stelle
  (43,446 → 43,45 → 43,5), denn unser Wert minus dem gedruckten liegt fast immer zwischen −0,055 und +0,045 statt
  zwischen −0,05 und +0,05. Einmal gerundet wären {once} statt {twice} Werte gleich.
- **Geschätzt** sind Werte, die unser Ergebnis selbst so kennzeichnet. Sie sind eigens ausgewiesen.
- **Zählungen**, die ein Indikator unverändert übernimmt (12411-01-01-4, 12411-05-01-4), stehen in der Tabelle, zählen
  aber nicht zum Ergebnis: bei ihnen kann nur das Einlesen falsch sein.
- **Vergleichbar** ist ein amtlicher Wert, zu dem es einen Wert von uns gibt; [die übrigen](#Lücken) sind mit Grund
  gezählt.
"""


class Names:
    """What regions are called, or were called last; empty where nothing tells."""

    def __init__(self) -> None:
        self._register, self._gone = Register.load(data_dir()), Crosswalk.load(data_dir()).names

    def __getitem__(self, key: str) -> str:
        return self._register.get(key).name if key in self._register else self._gone.get(key, "")


def key(one: Comparison) -> tuple[str, str]:
    """A series by table and measure."""
    return one.oracle.table, one.indicator.id


def share(part: int, whole: int) -> str:
    """`1.197 von 1.257 (95,2 %)`."""
    return f"{number(part)} von {number(whole)} ({percent(part / whole * 100, 2)})" if whole else "–"


def row(*cells: object) -> str:
    """A row of a table."""
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def outcome(found: Sequence[Comparison]) -> list[str]:
    """The overall shares."""

    def count(parts: Sequence[tuple[Comparison, NDArray[np.bool_]]]) -> str:
        return share(sum(int((c.exact & m).sum()) for c, m in parts), sum(int(m.sum()) for _, m in parts))

    derived = [c for c in found if c.oracle.derived]
    sure = [(c, c.comparable & ~c.estimated) for c in derived]
    counts = [(c, c.comparable) for c in found if not c.oracle.derived]
    return [
        "", "## Ergebnis", "",
        "| Vergleichbare Werte | bis zur letzten Stelle gleich |", "|---|---|",
        row("**vom Amt gerechnet, ohne geschätzte**", f"**{count(sure)}**"),
        row("von uns als geschätzt gekennzeichnet", count([(c, c.estimated) for c in derived])),
        row("unverändert übernommene Zählungen", count(counts)),
        row("alle ohne geschätzte, mit Zählungen", count([*sure, *counts])),
    ]  # fmt: skip


def summary(found: Sequence[Comparison]) -> Iterator[str]:
    """One row for each series."""
    yield from ("", "| Tabelle | Indikator | amtliche Werte | vergleichbar | gleich | Anteil | größte Differenz |",
                "|---|---|---:|---:|---:|---:|---:|")  # fmt: skip
    for c in found:
        parts = {"": ~c.estimated, ", geschätzt": c.estimated}
        for name, mask in parts.items():
            there, exact = c.comparable & mask, c.comparable & mask & c.exact
            if there.any():
                told = number(int(mask.sum())), number(int(there.sum())), number(int(exact.sum()))
                most = number(float(c.off[there].max()), c.oracle.decimals + 2)
                yield row(c.oracle.table, c.indicator.de + name, *told, percent(exact.sum() / there.sum() * 100), most)


def reason(flag: str) -> str:
    """Why there is no value of ours, in German."""
    name, _, text = flag.partition(":")
    if name == ABSENT:
        return "keine Zählung für das Gebiet zu diesem Stichtag, meist ein Altkreis, dessen Zählungen umgerechnet sind"
    return text or FLAG_TEXT.get(name, name)


def gaps(found: Sequence[Comparison]) -> Iterator[str]:
    """Official values without one of ours, by reason."""
    yield from ("", "## Lücken", "", "Amtliche Werte, zu denen es keinen von uns gibt:", "",
                "| Tabelle | Indikator | Werte | Grund |", "|---|---|---:|---|")  # fmt: skip
    for c in found:
        told = Counter[str]()
        for flag, count in c.gaps().items():
            told[reason(flag)] += count
        for text, count in told.most_common():
            yield row(c.oracle.table, c.indicator.de, number(count), text)


def when(cell: Compared, c: Comparison) -> str:
    """The day of a stock, the year or years of a flow."""
    years = c.indicator.variant(c.oracle.variant).years
    if c.indicator.period == "stock":
        return german(cell.date)
    return cell.date[:4] if years == 1 else f"{int(cell.date[:4]) - years + 1}/{cell.date[:4]}"


def exceptions(found: Sequence[Comparison], names: Names) -> Iterator[str]:
    """Every value of Germany, Länder and Kreise that is not the printed one, with its cause."""
    yield from ("", "## Ausnahmen: Deutschland, Länder, Kreise")
    told: set[tuple[str, ...]] = set()
    for c in found:
        above = np.fromiter((level(region) != "gemeinde" for region in c.regions), bool, len(c.regions))
        cells = list(c.cells(c.comparable & ~c.exact & above))
        spots = {(c.indicator.id, x.region, x.date, x.sex, x.age, str(x.official)) for x in cells}
        if cells and spots <= told:
            again = f"{number(len(cells))} Werte, dieselben wie oben in einer anderen Tabelle."
            yield from ("", f"### {c.oracle.table}: {c.indicator.de}", "", again)
        elif cells:
            yield from _listed(c, cells, names)
        told |= spots


def _listed(c: Comparison, cells: Sequence[Compared], names: Names) -> Iterator[str]:
    causes = [text for text, _ in Counter(cell.cause for cell in cells).most_common()]
    yield from ("", f"### {c.oracle.table}: {c.indicator.de}", "")
    yield from (f"{i}. {text[0].upper()}{text[1:]}." for i, text in enumerate(causes, 1))
    ages = any(cell.age != "T" for cell in cells)
    heads = ["Gebiet", "Name", "Zeit", "Geschlecht", *(["Alter"] if ages else []), "gedruckt", "gerechnet", "Ursache"]
    yield from ("", row(*heads), "|---|---|---|---|" + "---|" * ages + "---:|---:|---:|")
    for x in sorted(cells, key=lambda x: (x.region != "DE", x.region, x.date, x.sex, x.age)):
        sex = "insgesamt" if x.sex == "T" else next(s.de for s in SEX.values() if s.printed == x.sex)
        numbers = number(x.official, x.decimals), number(x.ours, x.decimals + FINER)
        age = [x.age.replace("T", "alle")] if ages else []
        yield row(x.region, names[x.region], when(x, c), sex, *age, *numbers, causes.index(x.cause) + 1)


def gemeinden(c: Comparison, names: Names) -> Iterator[str]:
    """The mean age of the Gemeinden: how the differences are spread, and the largest."""
    there, off = _gemeinden(c), c.off
    cause = c.why(int(np.flatnonzero(there)[0]))
    exact, rest = int((there & c.exact).sum()), int((there & ~c.exact).sum())
    yield from (
        "", f"## Ausnahmen: Gemeinden ({c.oracle.table})", "",
        f"{cause[0].upper()}{cause[1:]}. Jeder dieser Werte trägt das Kennzeichen `estimated`. Gleich sind"
        f" {share(exact, int(there.sum()))}; die übrigen {number(rest)} stehen in [{LIST}]({LIST}).", "",
        "| Differenz in Jahren | Werte | Anteil | zusammen |", "|---|---:|---:|---:|",
    )  # fmt: skip
    values = off[there]
    for low, high in zip((0.0, *STEPS), STEPS, strict=False):
        part, upto = (
            int(((values > low) | (low == 0)).sum() - (values > high).sum()),
            float((values <= high).mean() * 100),
        )
        label = f"über {number(low, 2)} bis {number(high, 2)}" if low else f"bis {number(high, 2)}"
        yield row(label, number(part), percent(part / len(values) * 100), percent(upto, 2))
    yield from ("", f"Die {LARGEST} größten Differenzen:", "",
                row("Gebiet", "Name", "Zeit", "Geschlecht", "gedruckt", "gerechnet", "Differenz"),
                "|---|---|---|---|---:|---:|---:|")  # fmt: skip
    limit = np.sort(values)[-LARGEST]
    for x in sorted(c.cells(there & (off >= limit)), key=lambda x: (-x.off, x.region, x.sex)):
        sex = "insgesamt" if x.sex == "T" else next(s.de for s in SEX.values() if s.printed == x.sex)
        assert x.ours is not None
        numbers = number(x.official, 1), number(x.ours, 2), change(x.ours - x.official, 2)
        yield row(x.region, names[x.region], german(x.date), sex, *numbers)


def _gemeinden(c: Comparison) -> NDArray[np.bool_]:
    """Which comparable values are of Gemeinden."""
    return c.comparable & np.fromiter((level(region) == "gemeinde" for region in c.regions), bool, len(c.regions))


def listed(found: Sequence[Comparison], names: Names) -> str:
    """The list of all values of Gemeinden that are not the printed one, as CSV."""
    lines = []
    for c in found:
        for x in c.cells(_gemeinden(c) & ~c.exact):
            assert x.ours is not None
            name = names[x.region]
            name = f'"{name}"' if "," in name else name
            lines.append(f"{x.region},{name},{x.date},{x.sex},{x.official:.1f},{x.ours:.4f},{x.ours - x.official:.4f}")
    return "\n".join(["region,name,date,sex,official,computed,difference", *sorted(lines)]) + "\n"


def files() -> dict[str, str]:
    """Both files by their names, as they have to be."""
    found, names = list(comparisons(Store(data_dir()))), Names()
    low = [c for c in found if declared()[c.oracle.table].level == "gemeinde"]
    twice = next(c for c in found if c.oracle.via is not None)
    once = Comparison(twice.indicator, twice.oracle.__class__(**{**vars(twice.oracle), "via": None}), twice.blocks)
    head = HEAD.format(once=number(int(once.exact.sum())), twice=number(int(twice.exact.sum())))
    lines = [head.rstrip("\n"), *outcome(found), *summary(found), *gaps(found), *exceptions(found, names)]
    for c in low:
        lines += gemeinden(c, names)
    return {PAGE: "\n".join(lines) + "\n", LIST: listed(low, names)}


def main() -> None:
    """Write the files and say so."""
    for name, text in files().items():
        (DOCS / name).write_text(text, encoding="utf-8", newline="\n")
        print(f"docs/{name}: {text.count(chr(10))} Zeilen")


if __name__ == "__main__":
    main()
