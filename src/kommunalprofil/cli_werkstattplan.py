"""The command `werkstattplan`: a plan to work in, as a workbook and as a text file with form fields."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kommunalprofil.cli_options import DataDir, Json, Quiet, opened, print_json
from kommunalprofil.errors import KommunalprofilError, UsageError


def werkstattplan(
    ort: Annotated[str, typer.Argument(metavar="ORT", help="Name, Kurzname, AGS oder ARS.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="ORDNER", help="Zielordner.")] = Path("reports"),
    force: Annotated[bool, typer.Option("--force", help="Auch einen Plan überschreiben, der schon da ist.")] = False,
    data: DataDir = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Einen Werkstattplan zum Ausfüllen schreiben: Excel und Word, mit Ausgangswerten, SWOT und offenen Fragen.

    Die Dateien werkstattplan.xlsx und werkstattplan.docx liegen danach im Ordner des Ortes. Ein Plan, der schon da ist
    und ausgefüllt sein kann, bleibt unberührt.
    """
    from kommunalprofil import asking
    from kommunalprofil.comparison import absent
    from kommunalprofil.evidence import Evidence
    from kommunalprofil.plan import files, written
    from kommunalprofil.profile import Profile
    from kommunalprofil.store import check_folder, write_atomic

    state, register = opened(data)
    region = asking.place_of(state, register, ort)
    if region.level == "bund":
        raise UsageError("Für Deutschland gibt es keinen Werkstattplan, nur für Länder, Kreise und Gemeinden.")
    check_folder(output / region.slug)
    evidence = Evidence(Profile(region.ags, state, register))
    if evidence.comparison is None:
        raise absent(state)
    made = files(evidence, evidence.comparison, output / region.slug)
    kept = [] if force else written(made)
    if kept:
        names = " und ".join(f"„{path}“" for path in kept)
        filled = "vielleicht ausgefüllt" if len(kept) == 1 else "vielleicht sind sie ausgefüllt"
        raise KommunalprofilError(
            f"{names} gibt es schon, {filled}. Nichts wurde geschrieben."
            " In einen anderen Ordner: -o ORDNER; überschreiben: --force."
        )
    write_atomic(made)
    if as_json:
        print_json({"ags": region.ags, "name": region.name, "slug": region.slug, "files": [str(path) for path in made]})
    elif not quiet:
        print(f"{region.title}: {output / region.slug}")
        for path in made:
            print(f"  {path.name}")
    return 0
