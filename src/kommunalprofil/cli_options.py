"""What the commands have in common: options of one name, one meaning; the data set they read; JSON on the screen."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from kommunalprofil.errors import UsageError

OPTIONS: dict[str, Any] = {"rich_markup_mode": None, "add_completion": False, "no_args_is_help": True}
"""How every Typer application of the program is set up."""
DataDir = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="STAND",
        help="Datenbestand, aus dem gelesen wird: Ordner oder eingefrorener Stand (sonst der mitgelieferte).",
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Nur Fehler ausgeben.")]
Json = Annotated[bool, typer.Option("--json", help="Maschinenlesbare Ausgabe.")]


def data_dir(asked: Path | None) -> Path:
    """The state to read: the folder or frozen state asked for, or the embedded one. Raises UsageError, DataError."""
    from kommunalprofil import resources, states

    return resources.data_dir() if asked is None else states.locate(asked, resources.data_dir())


def check_level(level: str) -> None:
    """Raises UsageError for a level (`--level`, '' is none) there is not."""
    from kommunalprofil.vocabulary import LEVEL

    if level and level not in LEVEL:
        raise UsageError(f"Die Ebene „{level}“ gibt es nicht. Erlaubt sind: {', '.join(LEVEL)}.")


def print_json(value: object) -> None:
    """The value as JSON text on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    print()
