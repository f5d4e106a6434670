"""Write docs/indikatoren.md from the declarations of the indicators and the code lists.

Run from the root of a checkout: `python tools/docs.py`. A test holds the file to what this writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kommunalprofil.indicators import Indicator, declared
from kommunalprofil.vocabulary import DIMENSION, NOT_APPLICABLE

TARGET = Path(__file__).resolve().parent.parent / "docs" / "indikatoren.md"
HEAD = """# Indikatoren

Diese Datei schreibt `make docs` aus den Deklarationen in `src/kommunalprofil/indicators/`; von Hand wird sie nicht
geändert. Dasselbe zeigt `kommunalprofil indicators --list`, mit `--format json` für Programme. Wie ein Wert zustande
kommt, mit jeder amtlichen Zahl dahinter, zeigt `kommunalprofil explain old_age_ratio dithmarschen --date 2015`.

Eine Gliederung verlangt man mit `--by`, eine Variante mit `--variant`. Die Kennung einer Variante nennt meist die
Altersgrenzen: `65_15-64` sind Personen ab 65 Jahren im Zähler und von 15 bis 64 Jahren im Nenner. Was die amtlichen
Tabellen für einen Ort, Stichtag oder eine Gruppe nicht hergeben, erscheint als Lücke mit ihrem Grund.
"""


def dimension(name: str) -> str:
    """The name of a dimension for people, with the word the command line knows."""
    return f"{DIMENSION[name][0]} (`{name}`)"


def overview(indicators: Mapping[str, Indicator]) -> list[str]:
    """The table of all indicators."""
    rows = [f"| [`{i.id}`](#{i.id}) | {i.de} | {i.unit} |" for i in indicators.values()]
    return ["| Kennung | Name | Einheit |", "|---|---|---|", *rows]


def _official(indicator: Indicator) -> str:
    """The tables with official values of the indicator, and the way of ours that counts as they do."""
    tables = (f"{o.table} (`{o.variant}`)" if o.variant else o.table for o in indicator.oracle)
    return ", ".join(dict.fromkeys(tables))


def entry(indicator: Indicator) -> list[str]:
    """The section of one indicator."""
    period = "Jahr" if indicator.period == "year" else "Stichtag"
    years = f"Jahr, über {indicator.years} Jahre zusammengefasst" if indicator.years > 1 else period
    facts = {
        "Name": f"{indicator.de} ({indicator.en})",
        "Einheit": indicator.unit,
        "Zeitbezug": years,
        "Formel": f"`{indicator.symbol}`",
        "Nenner": "" if indicator.denominator == "keiner" else indicator.denominator,
        "Quelle der Definition": indicator.reference,
        "Gliederung": ", ".join(dimension(name) for name in DIMENSION if name in indicator.by),
        "Ausprägungen": "; ".join(", ".join(f"`{m}`" for m in members) for members in indicator.members.values()),
        "Amtliche Werte zum Vergleich": _official(indicator),
        "Hinweis": indicator.note,
    }
    lines = [f"- {label}: {text}" for label, text in facts.items() if text]
    ways = [f"- Variante `{name}` ({(way := indicator.variant(name)).unit}): {way.definition} Formel: `{way.symbol}`"
            for name in indicator.variants]  # fmt: skip
    return ["", f"## {indicator.id}", "", indicator.definition, "", *lines, *ways]


def codes(indicators: Mapping[str, Indicator]) -> list[str]:
    """The codes of every dimension as files and options use them; of long lists those that some indicator has."""
    used = {key: set(members) for i in indicators.values() for key, members in i.members.items()}
    lines = ["", "## Schlüssel der Gliederungen", "", "| Spalte | Schlüssel | Bedeutung |", "|---|---|---|"]
    for name, (_, known) in DIMENSION.items():
        wanted = {"T", *used[name]} if name in used else {code.printed for code in known.values()}
        shown = {c.printed: c.de for c in known.values() if c.printed in wanted and c.id != NOT_APPLICABLE}
        lines += [f"| `{name}` | `{key}` | {text} |" for key, text in shown.items()]
    lines.append("| `age` | `T`, `18-24`, `65+` | insgesamt; Alter in Jahren, beide Grenzen eingeschlossen |")
    return lines


def text() -> str:
    """The whole file."""
    indicators = declared()
    lines = overview(indicators)
    for indicator in indicators.values():
        lines += entry(indicator)
    return "\n".join([HEAD, *lines, *codes(indicators)]) + "\n"


def main() -> None:
    """Write the file and say so."""
    TARGET.write_text(text(), encoding="utf-8")
    print(f"docs/{TARGET.name}: {len(declared())} Indikatoren")


if __name__ == "__main__":
    main()
