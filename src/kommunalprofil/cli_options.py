"""What the commands have in common: options of one name, one meaning; the data set they read; JSON on the screen."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kommunalprofil.errors import UsageError

if TYPE_CHECKING:
    from kommunalprofil.regions import Region, Register

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


def find_place(register: Register, ort: str) -> Region:
    """The place meant. Raises UsageError, also for a Kreis that has ended, with what it belongs to now."""
    from datetime import date

    from kommunalprofil.territory import FORMER_KREISE, lived, successor

    key = "".join(ort.split())
    if key not in FORMER_KREISE or key in register:
        return register.find(ort)
    ended, now = lived(key)[1], successor(key, date.max)
    home = f"; das Gebiet gehört jetzt zu: {register.get(now).title} ({now})" if now in register else ""
    raise UsageError(f"{FORMER_KREISE[key]} ({key}) gibt es seit dem {ended:%d.%m.%Y} nicht mehr{home}.")


def print_json(value: object) -> None:
    """The value as JSON text on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    print()
