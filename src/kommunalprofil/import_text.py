"""What `data import` and `data update` say: a few lines of each file, and at the end what came of it all."""

from __future__ import annotations

from pathlib import Path

from kommunalprofil import difference_text
from kommunalprofil.formatting import date, number
from kommunalprofil.importer import Outcome
from kommunalprofil.sources.reading import Report
from kommunalprofil.store import Store


def report(of: Report) -> str:
    """What is printed of one file."""
    days = ", ".join(map(date, of.dates)) or "ohne Stichtag"
    if len(of.dates) > 2:
        days = f"{date(of.dates[0])} bis {date(of.dates[-1])} ({len(of.dates)} Stichtage)"
    lines = [
        f"{of.file}: Tabelle {of.table}, Ebene {of.level or '–'}, {days}",
        f"  gelesene Zeilen: {number(of.rows_read)}, Gebiete: {number(of.regions)}, Werte: {number(of.kept)}",
    ]
    for reason, count in of.dropped.items():
        lines.append(f"  weggelassene Zeilen: {number(count)} – {reason}")
    for name, ok, text in of.checks:
        lines.append(f"  Summenprobe {name}: {'' if ok else 'Hinweis, '}{text}")
    if of.note:
        lines.append(f"  {of.note}")
    return "\n".join(lines)


def closing(outcome: Outcome, folder: Path) -> str:
    """How many files went in, what was written, and what that changed."""
    lines = [
        f"Dateien gelesen: {number(len(outcome.reports))}, übergangen: {number(len(outcome.passed))},"
        f" abgewiesen: {number(len(outcome.refused))}. Datenbestand in „{folder}“; Tabellen geschrieben:"
        f" {number(len(outcome.tables))}, Zeilen: {number(sum(outcome.tables.values()))}."
    ]
    if outcome.failed:
        failed = number(len(outcome.failed))
        lines.append(f"Trotz nicht bestandener Prüfungen übernommen: {failed}; „kommunalprofil data check“ zeigt sie.")
    if outcome.old is not None and outcome.new is not None:
        lines += ["", difference_text.summary(Store(outcome.old), Store(outcome.new))]
    return "\n".join(lines)
