"""What the commands have in common: options of one name, one meaning; the data set they read; JSON on the screen."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kommunalprofil.errors import UsageError

if TYPE_CHECKING:
    from kommunalprofil.regions import Register
    from kommunalprofil.states import State

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


def opened(asked: Path | None) -> tuple[State, Register]:
    """The state to read and its places. Raises UsageError, DataError."""
    from kommunalprofil.regions import Register
    from kommunalprofil.states import State

    state = State.of(data_dir(asked))
    return state, Register.load(state)


def check_level(level: str) -> None:
    """Raises UsageError for a level (`--level`, '' is none) there is not."""
    from kommunalprofil.vocabulary import LEVEL

    if level and level not in LEVEL:
        raise UsageError(f"Die Ebene „{level}“ gibt es nicht. Erlaubt sind: {', '.join(LEVEL)}.")


def print_json(value: object) -> None:
    """The value as JSON text on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=1)
    print()


def told_files(title: str, written: Sequence[Path]) -> None:
    """Print what was written, with sizes; a folder of figures in one line."""
    folder = written[-1].parent
    print(f"{title}: {folder}")
    sizes: dict[str, list[int]] = {}
    for path in written:
        sizes.setdefault(path.relative_to(folder).parts[0], []).append(path.stat().st_size)
    for name, each in sizes.items():
        size = f"{sum(each) / 1000:,.0f} kB".replace(",", ".")
        print(f"  {name}  {size}" if len(each) == 1 else f"  {name}/  {len(each)} Dateien, {size}")
