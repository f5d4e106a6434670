"""The commands below `data` that change the data set: official files in, from a folder or from the offices."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kommunalprofil import german_cli
from kommunalprofil.cli_options import OPTIONS, Json, Quiet, print_json
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
    keep: Annotated[int, typer.Option("--keep", min=0, metavar="ZAHL", help="So viele ersetzte Stände bleiben.")] = 10,
    force: Annotated[
        bool, typer.Option("--force", help="Den neuen Stand auch übernehmen, wenn eine Prüfung scheitert.")
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Amtliche Dateien lesen und in den Datenbestand aufnehmen."""
    from dataclasses import asdict

    from kommunalprofil import import_text, importer

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
            print(import_text.report(what), flush=True)

    try:
        outcome = importer.run(wanted, output, show, workers=os.cpu_count() or 1, keep=keep, force=force)
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
        print("\n" + import_text.closing(outcome, output))
    return 1 if outcome.refused else 0


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
    from kommunalprofil.import_text import report
    from kommunalprofil.raw import RawStore
    from kommunalprofil.sources.transfer import Transfer
    from kommunalprofil.store import check_folder
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
        check_folder(output)  # before anything is fetched for it
        check_folder(raw_folder, "--raw")
        raw_folder.mkdir(parents=True, exist_ok=True)
        with locked(raw_folder, "Den Ordner der Rohdaten"):
            results, outcome = job.fetch(wish), None
            try:
                outcome = job.take_in(
                    results, lambda what: say(str(what) if isinstance(what, Exception) else report(what))
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
