"""The commands below `data` that ask about the data set: states, differences, contents, checks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kommunalprofil.cli_data import app
from kommunalprofil.cli_options import DataDir, Json, data_dir, print_json
from kommunalprofil.errors import UsageError

__all__ = ["app"]


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
    everything = as_json or output is not None
    changes = difference.compare(before, after, table or (), every=everything)
    found = list(effects(before, after, changes, threshold))
    names = difference.names(before, after)
    if everything:
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
