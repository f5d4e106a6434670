"""The commands below `data`: building the data set from official files and asking about it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kommunalprofil import german_cli
from kommunalprofil.cli_options import OPTIONS, DataDir, Json, Quiet, data_dir, print_json
from kommunalprofil.errors import KommunalprofilError, NotATableError, UsageError

if TYPE_CHECKING:
    from kommunalprofil.importer import Outcome
    from kommunalprofil.sources.reading import Report
    from kommunalprofil.update import Result

app = typer.Typer(help="Den Datenbestand aufbauen, prüfen, vergleichen und einfrieren.", **OPTIONS)


@app.command("import")
def import_(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PFAD", help="Amtliche Dateien oder Ordner; der Inhalt entscheidet.")
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="ORDNER", help="Ordner des Datenbestands.")] = Path(
        "data/processed"
    ),
    listed: Annotated[
        Path | None,
        typer.Option("--from", metavar="LISTE", help="Textdatei mit einem Pfad je Zeile, bezogen auf --root."),
    ] = None,
    root: Annotated[Path, typer.Option("--root", metavar="ORDNER", help="Ordner zu den Pfaden der LISTE.")] = Path(),
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Amtliche Dateien lesen und in den Datenbestand aufnehmen."""
    from dataclasses import asdict

    from kommunalprofil import importer

    wanted = list(paths or [])
    if listed is not None:
        lines = [line.strip() for line in listed.read_text(encoding="utf-8").splitlines()]
        wanted += [root / line for line in lines if line and not line.startswith("#")]
    if not wanted:
        raise UsageError("Es fehlt mindestens ein PFAD zu einer amtlichen Datei oder einem Ordner.")

    def show(what: Report | KommunalprofilError) -> None:
        if isinstance(what, NotATableError):
            if not (quiet or as_json):
                print(f"Übergangen: {what}", flush=True)
        elif isinstance(what, KommunalprofilError):
            print(f"Fehler: {what}", file=sys.stderr)
        elif not (quiet or as_json):
            print(report_text(what), flush=True)

    try:
        outcome = importer.run(wanted, output, show, workers=os.cpu_count() or 1)
    except BrokenPipeError:
        raise
    except OSError as error:
        text = german_cli.german_os_error(error)
        print(f"Fehler: {text}\nDer bisherige Datenbestand ist unverändert.", file=sys.stderr)
        return german_cli.EXIT_IO
    if as_json:
        print_json(
            {
                "files": [asdict(r) for r in outcome.reports],
                "refused": [str(e) for e in outcome.refused],
                "passed": [str(e) for e in outcome.passed],
                "tables": outcome.tables,
            }
        )
    elif not quiet:
        from kommunalprofil.formatting import number

        rows = sum(outcome.tables.values())
        print(
            f"\nDateien gelesen: {number(len(outcome.reports))}, übergangen: {number(len(outcome.passed))},"
            f" abgewiesen: {number(len(outcome.refused))}."
            f" Datenbestand in „{output}“; Tabellen geschrieben: {number(len(outcome.tables))},"
            f" Zeilen: {number(rows)}."
        )
        if outcome.old is not None and outcome.new is not None:
            from kommunalprofil import difference_text
            from kommunalprofil.store import Store

            print("\n" + difference_text.summary(Store(outcome.old), Store(outcome.new)))
    return 1 if outcome.refused else 0


def report_text(report: Report) -> str:
    """What `data import` prints of one file."""
    from kommunalprofil.formatting import date, number

    days = ", ".join(map(date, report.dates)) or "ohne Stichtag"
    if len(report.dates) > 2:
        days = f"{date(report.dates[0])} bis {date(report.dates[-1])} ({len(report.dates)} Stichtage)"
    lines = [
        f"{report.file}: Tabelle {report.table}, Ebene {report.level or '–'}, {days}",
        f"  gelesene Zeilen: {number(report.rows_read)}, Gebiete: {number(report.regions)},"
        f" Werte: {number(report.kept)}",
    ]
    for reason, count in report.dropped.items():
        lines.append(f"  weggelassene Zeilen: {number(count)} – {reason}")
    for name, ok, text in report.checks:
        lines.append(f"  Summenprobe {name}: {'' if ok else 'Hinweis, '}{text}")
    if report.note:
        lines.append(f"  {report.note}")
    return "\n".join(lines)


@app.command("update")
def update_(
    table: Annotated[
        list[str] | None, typer.Option("--table", metavar="ID", help="Nur diese Tabelle; mehrfach möglich.")
    ] = None,
    database: Annotated[
        list[str] | None,
        typer.Option("--database", metavar="NAME", help="Nur regio, destatis oder zensus; mehrfach möglich."),
    ] = None,
    since: Annotated[
        int | None,
        typer.Option("--since", metavar="JAHR", min=1900, max=2100, help="Nur Zahlen ab diesem Jahr abrufen."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Nur zeigen, was woher abgerufen würde.")] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Den neuen Stand auch übernehmen, wenn seine Prüfung fehlschlägt.")
    ] = False,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="ORDNER", help="Ordner des Datenbestands.")] = Path(
        "data/processed"
    ),
    raw_folder: Annotated[
        Path, typer.Option("--raw", metavar="ORDNER", help="Ordner der unveränderten Antworten der Ämter.")
    ] = Path("data/raw"),
    quiet: Quiet = False,
) -> int:
    """Neue Zahlen von den Statistischen Ämtern abrufen und in den Datenbestand aufnehmen."""
    from kommunalprofil import sources
    from kommunalprofil.commit import locked
    from kommunalprofil.raw import RawStore
    from kommunalprofil.sources.transfer import Transfer
    from kommunalprofil.update import FAILED, Update, Wish

    def say(text: str) -> None:
        if not quiet:
            print(text, file=sys.stderr, flush=True)

    wish = Wish(table or (), database or (), since)
    with Transfer() as transfer:
        job = Update(sources.declared(), RawStore(raw_folder), output, say, transfer, force)
        if dry_run:
            print("\n".join(job.plan_lines(wish)))
            return 0
        raw_folder.mkdir(parents=True, exist_ok=True)
        with locked(raw_folder, "Den Ordner der Rohdaten"):
            results, outcome = job.fetch(wish), None
            try:
                outcome = job.take_in(
                    results, lambda what: say(str(what) if isinstance(what, Exception) else report_text(what))
                )
            finally:
                _show_update(results, outcome, quiet)
    return 1 if any(r.state == FAILED for r in results) else 0


def _show_update(results: list[Result], outcome: Outcome | None, quiet: bool) -> None:
    from kommunalprofil.difference_text import summary
    from kommunalprofil.store import Store
    from kommunalprofil.update import FAILED, summary_lines

    for result in results:
        if result.state == FAILED:
            print(f"Fehler: {result.table}: {result.reason}", file=sys.stderr)
    if not quiet:
        print("\n".join(summary_lines(results)))
        if outcome is not None and outcome.old is not None and outcome.new is not None:
            print(f"\n{summary(Store(outcome.old), Store(outcome.new))}")


@app.command("snapshots")
def snapshots_(
    folder: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="ORDNER", help="Ordner des Datenbestands (sonst der mitgelieferte)."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Die eingefrorenen Stände des Datenbestands zeigen; mit --data lässt sich aus jedem bauen."""
    from dataclasses import asdict

    from kommunalprofil import snapshots

    found = snapshots.lines(data_dir(folder))
    if as_json:
        print_json([asdict(line) for line in found])
    else:
        print(snapshots.text(found))
    return 0


@app.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(metavar="ALT", help="Ordner oder eingefrorener Stand.")],
    new: Annotated[Path, typer.Argument(metavar="NEU", help="Ordner oder eingefrorener Stand.")],
    threshold: Annotated[
        float, typer.Option("--threshold", metavar="PROZENT", min=0, help="Ab dieser Änderung Indikatoren nennen.")
    ] = 1.0,
    table: Annotated[
        list[str] | None, typer.Option("--table", metavar="TABELLE", help="Nur diese Tabelle; mehrfach möglich.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DATEI", help="Alles als JSON in eine Datei.")
    ] = None,
    as_json: Json = False,
) -> int:
    """Zwei Stände vergleichen: welche Zahlen sich änderten, warum, und was das für die Indikatoren heißt."""
    import json

    from kommunalprofil import difference, difference_text
    from kommunalprofil.effects import effects
    from kommunalprofil.store import Store, write_atomic

    before, after = Store(data_dir(old)), Store(data_dir(new))
    known = sorted({*before.state.tables, *after.state.tables})
    if unknown := [t for t in table or [] if t not in known]:
        raise UsageError(f"Die Tabelle {unknown[0]} gibt es in keinem der Stände. Vorhanden: {', '.join(known)}.")
    changes = difference.compare(before, after, table or ())
    found = list(effects(before, after, changes, threshold))
    names = difference.names(before, after)
    if as_json or output is not None:
        told = difference_text.as_json(changes, found, names)
        if output is not None:
            write_atomic({output: (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()})
        if as_json:
            print_json(told)
            return 0
    print("\n".join(difference_text.lines(changes)))
    if changes.groups:
        print("\n" + "\n".join(difference_text.indicator_lines(found, names, threshold)))
    return 0


@app.command("status")
def status_(
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID", help="Nur dieser Indikator; mehrfach möglich.")
    ] = None,
    level: Annotated[
        list[str] | None,
        typer.Option("--level", metavar="EBENE", help="Nur bund, land, kreis oder gemeinde; mehrfach möglich."),
    ] = None,
    form: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="text oder csv (die Matrix, eine Zeile je Feld).")
    ] = "text",
    data: DataDir = None,
    as_json: Json = False,
) -> int:
    """Zeigen, was der Datenbestand hergibt: Tabellen, und je Indikator Ebenen, Jahre, Gliederungen und Lücken."""
    from dataclasses import asdict

    from kommunalprofil import availability, status
    from kommunalprofil.indicators import declared
    from kommunalprofil.store import Store

    known = declared()
    for given, allowed in ((indicator, list(known)), (level, list(availability.LEVELS)), ([form], ["text", "csv"])):
        if wrong := [x for x in given or [] if x not in allowed]:
            raise UsageError(f"„{wrong[0]}“ gibt es nicht. Erlaubt sind: {', '.join(allowed)}.")
    store = Store(data_dir(data))
    cells = list(availability.matrix(store, indicator or (), level or ()))
    if as_json:
        tables = [asdict(line) for line in status.table_lines(store)]
        print_json({"state": store.state.id, "tables": tables, "matrix": [asdict(cell) for cell in cells]})
    elif form == "csv":
        sys.stdout.write(status.matrix_csv(cells))
    else:
        if not indicator:
            print(status.table_text(status.table_lines(store)) + "\n")
        print(status.matrix_text(cells, known, brief=not indicator))
        if not indicator:
            print("\nWelche Tabelle antwortet, zeigt --indicator ID; alles: --json oder --format csv.")
    return 0


@app.command("check")
def check(
    table: Annotated[
        list[str] | None, typer.Option("--table", metavar="TABELLE", help="Nur diese Tabelle; mehrfach möglich.")
    ] = None,
    data: DataDir = None,
    as_json: Json = False,
) -> int:
    """Den Datenbestand prüfen: Summen, Bilanz, Gebiete, Herkunft, amtliche Werte."""
    from dataclasses import asdict

    from kommunalprofil import check_text, invariants
    from kommunalprofil.store import Store

    store = Store(data_dir(data))
    if unknown := [t for t in table or [] if t not in store.tables]:
        raise UsageError(f"Die Tabelle {unknown[0]} gibt es hier nicht. Vorhanden: {', '.join(store.tables)}.")
    found = list(invariants.lines(store, table or ()))
    if as_json:
        print_json([asdict(line) for line in found])
    else:
        print(check_text.details(found) if table else check_text.overview(found))
    return 0 if all(line.ok for line in found) else 1
