"""The command `melderegister`: own numbers of a Kommune beside the official ones."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kommunalprofil.cli_options import DataDir, Json, Quiet, opened, print_json, told_files
from kommunalprofil.errors import UsageError


def melderegister(
    ort: Annotated[str, typer.Argument(metavar="ORT", help="Name, Kurzname, AGS oder ARS.")],
    datei: Annotated[Path, typer.Argument(metavar="DATEI", help="CSV-Datei aus dem Einwohnermelderegister.")],
    date: Annotated[
        str, typer.Option("--stichtag", metavar="TAG", help="Stichtag einer Datei ohne diese Spalte: 31.12.2024.")
    ] = "",
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="ORDNER", help="Zielordner; der Ort bekommt darin einen eigenen.")
    ] = Path("reports"),
    data: DataDir = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Eigene Zahlen aus dem Melderegister prüfen und neben die amtlichen stellen, auch für Ortsteile."""
    from kommunalprofil import asking, render, resources
    from kommunalprofil.melderegister import read
    from kommunalprofil.melderegister.beside import Beside
    from kommunalprofil.melderegister.files import files
    from kommunalprofil.melderegister.words import notices, warnings
    from kommunalprofil.profile import Profile
    from kommunalprofil.store import check_folder

    state, register = opened(data)
    region = asking.place_of(state, register, ort)
    if region.level not in ("kreis", "gemeinde"):
        raise UsageError(f"{region.title} führt kein Melderegister; möglich sind Kreise und Gemeinden.")
    check_folder(output / region.slug)
    counts = read(datei, date)
    resources.check_fonts()
    beside = Beside(Profile(region.ags, state, register), counts)
    made = files(beside)
    written = render.write(made, output / region.slug)
    warned, noticed = warnings(beside), notices(beside)
    if as_json:
        pair = beside.total
        official = pair.official if pair else None
        print_json(
            {
                "ags": region.ags,
                "stichtage": counts.dates,
                "eigene_angabe": None if pair is None or pair.own is None else int(pair.own),
                "amtlich": None if official is None or official.value is None else int(official.value),
                "amtlicher_stichtag": official.date if official else None,
                "hinweise": [*warned, *noticed],
                "files": [str(path) for path in written],
            }
        )
        return 0
    for text in warned:
        print(text, file=sys.stderr)
    if not quiet:
        for text in noticed:
            print(f"Hinweis: {text}", file=sys.stderr)
        told_files(f"Melderegister {region.title}", written)
    return 0
