"""The command `compare`: several Kommunen side by side in one document."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kommunalprofil.cli_options import DataDir, Json, Quiet, opened, print_json, told_files


def compare(
    orte: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ORT", help="Name, Kurzname, AGS oder ARS; ohne Angabe die zehn Orte der Demografiewerkstatt."
        ),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="ORDNER", help="Zielordner.")] = Path(
        "reports/synopse"
    ),
    data: DataDir = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Eine Synopse schreiben: Kommunen nebeneinander als PDF, HTML und Excel, mit Land und Bund."""
    from kommunalprofil import asking, dwk, render, resources, synopsis
    from kommunalprofil.store import check_folder

    state, register = opened(data)
    places = asking.find_places(state, register, ((ort, "") for ort in orte or dwk.MODEL_KOMMUNEN))
    places = list({place.ags: place for place in places}.values())
    synopsis.check(places)
    check_folder(output)
    resources.check_fonts()
    written = render.write(synopsis.document(synopsis.Synopsis.load(places, state)).files, output)
    if as_json:
        print_json({"places": [place.ags for place in places], "files": [str(path) for path in written]})
    elif not quiet:
        told_files(f"Synopse von {len(places)} Kommunen", written)
    return 0
