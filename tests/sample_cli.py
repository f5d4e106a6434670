"""A small command line with one parameter of every kind the real one may use, and with every way to fail."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from kommunalprofil import german_cli
from kommunalprofil.errors import DataError, UnknownRegionError


class Level(StrEnum):
    KREIS = "kreis"
    LAND = "land"


app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True, help="Profile schreiben.")
data = typer.Typer(no_args_is_help=True, help="Datenbestand.")
app.add_typer(data, name="data")


@app.command()
def build(
    places: Annotated[list[str], typer.Argument(metavar="ORT", help="Orte.")],
    year: Annotated[int, typer.Option(min=1990, max=2030, help="Jahr.")] = 2020,
    width: Annotated[float, typer.Option(help="Breite.")] = 1.0,
    level: Annotated[Level, typer.Option(help="Ebene.")] = Level.KREIS,
    folder: Annotated[Path | None, typer.Option("--data", exists=True, file_okay=False, envvar="SAMPLE_DATA")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Nichts sagen.")] = False,
) -> None:
    """Ein Profil schreiben."""
    print(*places, year, width, level, folder, quiet)


@data.command("import")
def import_files(
    paths: Annotated[list[Path], typer.Argument(metavar="PFAD", exists=True, dir_okay=False, help="Dateien.")],
    target: Annotated[Path, typer.Option("--output", help="Ziel.")],
) -> None:
    """Dateien lesen."""
    print(*paths, target)


FAILURES: dict[str, Exception | BaseException] = {
    "region": UnknownRegionError("Dithmarshen", ["dithmarschen"]),
    "data": DataError("Der Datenbestand ist beschädigt."),
    "full": OSError(28, "No space left on device", "reports/x.pdf"),
    "denied": PermissionError(13, "Permission denied", "reports/x.pdf"),
    "memory": MemoryError(),
    "bug": ZeroDivisionError("division by zero"),
    "interrupt": KeyboardInterrupt(),
    "abort": typer.Abort(),
    "value": typer.BadParameter("Nur Kreise haben Gemeinden."),
}


@app.command()
def fail(how: Annotated[str, typer.Argument(metavar="WIE")]) -> None:
    """Auf bekannte Weise scheitern."""
    raise FAILURES[how]


@app.command()
def talk(lines: Annotated[int, typer.Argument(metavar="ZEILEN")]) -> None:
    """Viel ausgeben."""
    for number in range(lines):
        print("Zeile", number)


@app.command()
def wait() -> None:
    """Warten, bis ein Signal kommt, und aufräumen."""
    try:
        print("bereit", flush=True)
        time.sleep(60)
    finally:
        print("aufgeräumt", flush=True)


if __name__ == "__main__":
    sys.exit(german_cli.run(app))
