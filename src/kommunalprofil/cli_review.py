"""The command `halbzeitbilanz`: what the key figures of a place were then and are now."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from kommunalprofil.cli_options import DataDir, Json, Quiet, data_dir, opened, print_json, told_files
from kommunalprofil.errors import UsageError


def halbzeitbilanz(
    ort: Annotated[str, typer.Argument(metavar="ORT", help="Name, Kurzname, AGS oder ARS.")],
    then: Annotated[
        int | None,
        typer.Option(
            "--from", metavar="JAHR", min=1950, max=2100, help="Jahr, mit dem verglichen wird; sonst fünf Jahre davor."
        ),
    ] = None,
    now: Annotated[
        int | None,
        typer.Option(
            "--to",
            metavar="JAHR",
            min=1950,
            max=2100,
            help="Späteres Jahr; sonst das, zu dem sich am meisten vergleichen lässt.",
        ),
    ] = None,
    before: Annotated[
        Path | None,
        typer.Option("--before", metavar="STAND", help="Frühere Werte aus diesem Stand nehmen (siehe data snapshots)."),
    ] = None,
    plan: Annotated[
        Path | None,
        typer.Option("--plan", metavar="DATEI", help="Ausgefüllter Werkstattplan (XLSX): wie nah die Ziele sind."),
    ] = None,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="ORDNER", help="Zielordner.")] = Path("reports"),
    data: DataDir = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Eine Halbzeitbilanz schreiben: Kennzahlen damals und heute, neben Land, Bund und ähnlichen Kommunen."""
    from kommunalprofil import asking, render, resources, review
    from kommunalprofil.plan import reading
    from kommunalprofil.states import State
    from kommunalprofil.store import check_folder

    state, register = opened(data)
    place = asking.place_of(state, register, ort)
    if place.level == "bund":
        raise UsageError("Für Deutschland gibt es keine Halbzeitbilanz: Sie stellt einen Ort neben Land und Bund.")
    check_folder(output / place.slug)
    resources.check_fonts()
    old = None if before is None else State.of(data_dir(before))
    found = review.Review.load(place, state, old, (then, now))
    filled = None if plan is None else reading.read(plan)
    written = render.write(review.document(found, filled).files, output / place.slug)
    for problem in filled.problems if filled else ():
        print(f"Hinweis: {problem}", file=sys.stderr)
    if as_json:
        print_json({"ags": place.ags, "from": found.years.then, "to": found.years.now,
                    "files": [str(path) for path in written]})  # fmt: skip
    elif not quiet:
        told_files(f"Halbzeitbilanz {place.title}, {found.years.then} bis {found.years.now}", written)
    return 0
