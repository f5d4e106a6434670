"""The command line: the only place where files, network and pure code meet. Heavy modules load inside the commands."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kommunalprofil import (
    __version__,
    cli_build,
    cli_compare,
    cli_explain,
    cli_melderegister,
    cli_review,
    cli_similar,
    cli_states,
    cli_werkstattplan,
    german_cli,
)
from kommunalprofil.cli_options import (
    OPTIONS,
    DataDir,
    Json,
    check_level,
    data_dir,
    print_json,
)
from kommunalprofil.errors import UsageError

if TYPE_CHECKING:
    from kommunalprofil.indicators import Indicator

app = typer.Typer(
    help="Kommunalprofile aus amtlicher Statistik: für jeden Kreis und jede Gemeinde ein Dokument mit belegten Zahlen.",
    epilog="Rückgabewerte: 0 fertig, 1 etwas ging nicht, 2 falscher Aufruf, 3 Datenbestand fehlt oder ist beschädigt,"
    " 130 abgebrochen.",
    **OPTIONS,
)
app.command()(cli_build.build)
app.add_typer(cli_states.app, name="data")
OWN_TABLES = "KOMMUNALPROFIL_TABLES"


def _version(wanted: bool) -> None:
    if wanted:
        print(f"kommunalprofil {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Version anzeigen und beenden.")
    ] = False,
) -> None:
    if os.environ.get(OWN_TABLES):  # before anything is read: a table may count what no list knows yet
        from kommunalprofil.sources import declared

        declared()


@app.command("list")
def list_(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="Teil eines Namens; ohne Angabe alle Orte.")] = "",
    level: Annotated[str, typer.Option("--level", metavar="EBENE", help="Nur bund, land, kreis oder gemeinde.")] = "",
    data: DataDir = None,
    as_json: Json = False,
) -> int:
    """Zeigen, welche Orte es gibt, mit Schlüssel und Kurznamen."""
    from kommunalprofil.formatting import number
    from kommunalprofil.regions import Register

    check_level(level)
    found = Register.load(data_dir(data)).search(text, level or None)
    if as_json:
        keys = ("ags", "name", "slug", "level", "population")
        print_json([{k: getattr(r, k) for k in keys} | {"title": r.title} for r in found])
        return 0
    if not found:
        print(f"Kein Ort passt zu „{text}“.", file=sys.stderr)
        return 1
    for r in found:
        people = number(r.population) if r.population is not None else "–"
        print(f"{r.ags:<8}  {people:>10}  {r.slug:<36}  {r.title}")
    return 0


@app.command()
def indicators(
    region: Annotated[
        list[str] | None,
        typer.Option("--region", metavar="ORT", help="Ort oder Ebene (bund, land, kreis, gemeinde); mehrfach möglich."),
    ] = None,
    indicator: Annotated[
        list[str] | None, typer.Option("--indicator", metavar="ID", help="Indikator; mehrfach möglich.")
    ] = None,
    date: Annotated[
        str, typer.Option("--date", metavar="DATUM", help="2018-12-31, 2018, 2011:2021 oder latest (neuester Wert).")
    ] = "",
    by: Annotated[
        str,
        typer.Option(
            "--by", metavar="MERKMALE", help="sex, nationality, age, migration, household; mit Komma getrennt."
        ),
    ] = "",
    variant: Annotated[str, typer.Option("--variant", metavar="ID", help="Variante der Definition.")] = "",
    territory: Annotated[
        str,
        typer.Option(
            "--gebietsstand",
            metavar="TAG",
            help="Zählungen auf diese Grenzen umrechnen: heute oder 2021-12-31; sonst wie berichtet.",
        ),
    ] = "",
    form: Annotated[
        str,
        typer.Option(
            "--format", metavar="FORMAT", help="table, csv, json, parquet oder xlsx; sonst die Endung der Zieldatei."
        ),
    ] = "",
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="DATEI", help="Zieldatei statt Bildschirm.")
    ] = None,
    show_list: Annotated[bool, typer.Option("--list", help="Die Indikatoren mit ihren Definitionen zeigen.")] = False,
    data: DataDir = None,
) -> int:
    """Indikatoren für Orte, Stichtage und Gruppen ausgeben; ohne Angaben für Bund, Länder und Kreise."""
    from kommunalprofil import asking
    from kommunalprofil.indicators import declared, export
    from kommunalprofil.indicators.tabulate import tabulate
    from kommunalprofil.regions import Register
    from kommunalprofil.store import Store, write_atomic

    if show_list:
        known = declared()
        _show_indicators([known[name] for name in asking.chosen_indicators(indicator or [])], form)
        return 0
    ending = output.suffix.lstrip(".").lower() if output is not None else ""
    form = form or (ending if ending in export.FORMATS else "table")
    if form not in export.FORMATS:
        raise UsageError(f"Das Format „{form}“ gibt es nicht. Erlaubt sind: {', '.join(export.FORMATS)}.")
    if form in ("parquet", "xlsx") and output is None:
        raise UsageError(f"Das Format {form} braucht eine Zieldatei: -o DATEI.")
    folder = data_dir(data)
    store = Store(folder)
    request = asking.request(
        store, Register.load(folder), regions=region or [], indicators=indicator or [], dates=date, variant=variant,
        by=[d.strip() for d in by.split(",") if d.strip()], territory=territory,
    )  # fmt: skip
    content = export.serialise(tabulate(store, request, os.cpu_count() or 1), form)
    if output is None:
        sys.stdout.write(content.decode())
    else:
        write_atomic({output: content})
    return 0


app.command("explain")(cli_explain.explain)
app.command("similar")(cli_similar.similar)
app.command("compare")(cli_compare.compare)
app.command("melderegister")(cli_melderegister.melderegister)
app.command("halbzeitbilanz")(cli_review.halbzeitbilanz)
app.command("werkstattplan")(cli_werkstattplan.werkstattplan)


def _show_indicators(chosen: list[Indicator], form: str) -> None:
    if form == "json":
        keys = ("id", "de", "en", "unit", "definition", "reference", "period", "symbol", "denominator", "note")
        print_json(
            [
                {k: getattr(i, k) for k in keys}
                | {"by": sorted(i.by), "variants": list(i.variants)}
                | {"variant_definitions": {name: i.variant(name).definition for name in i.variants}}
                | {"official": [f"{o.table} {o.measure}" for o in i.oracle]}
                for i in chosen
            ]
        )
        return
    for i in chosen:
        told = {
            "Formel": i.symbol,
            "Nenner": i.denominator,
            "Quelle der Definition": i.reference,
            "Gliederung": ", ".join(sorted(i.by)),
            "Amtlich zu treffen": ", ".join(dict.fromkeys(o.table for o in i.oracle)),
            "Hinweis": i.note,
        }
        print(f"{i.id}: {i.de} (englisch: {i.en}), {i.unit}\n  {i.definition}")
        for label, text in told.items():
            if text and text != "keiner":
                print(f"  {label}: {text}")
        for name in i.variants:
            print(f"  Variante {name}: {i.variant(name).definition}")


def main() -> None:
    """Entry point of the console script."""
    code = german_cli.run(app)
    gc.freeze()  # nobody needs dead cycles looked for in what goes with the process: a tenth of a single build
    sys.exit(code)
