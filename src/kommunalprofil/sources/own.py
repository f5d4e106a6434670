"""Tables that a user declares in a file of their own, which KOMMUNALPROFIL_TABLES names (docs/eigene-tabelle.md)."""

from __future__ import annotations

import os
import runpy
from pathlib import Path
from types import ModuleType

from kommunalprofil import observations
from kommunalprofil import vocabulary as v
from kommunalprofil.errors import UsageError
from kommunalprofil.registry import declared_in
from kommunalprofil.sources.declare import Table

VARIABLE = "KOMMUNALPROFIL_TABLES"
DIMS = frozenset({"sex", "nationality", "migration", "household", "age"})
BASES = frozenset({*v.BASE, "fortschreibung", "as_read"})
_FAULTS = (ImportError, NameError, AttributeError, TypeError, ValueError, LookupError)
"""What a slip of the pen in a declaration raises."""


def tables() -> dict[str, Table]:
    """The tables of the user's file by id, none without such a file; what they count anew joins the vocabulary.

    Raises UsageError, naming file and declaration, for anything that is no declaration.
    """
    place = os.environ.get(VARIABLE, "").strip()
    if not place:
        return {}
    path = Path(place).expanduser()
    try:
        module = _run(path)
        measures, found = declared_in([module], v.Measure), declared_in([module], Table)
    except ValueError as error:
        raise _fault(path, f"{error}") from None
    if not found:
        raise _fault(path, "Die Datei deklariert keine Table.")
    for measure in measures.values():
        _check_measure(measure, path)
        observations.admit(measure)
    for table in found.values():
        _check(table, path)
    return found


def _run(path: Path) -> ModuleType:
    """The file as a module."""
    if path.suffix != ".py" or not path.is_file():
        raise _fault(path, "Eine solche Python-Datei (Endung .py) gibt es nicht.")
    module = ModuleType(path.stem)
    try:
        module.__dict__.update(runpy.run_path(str(path)))
    except OSError as error:
        raise _fault(path, f"Die Datei ist nicht lesbar ({error.strerror}).") from None
    except SyntaxError as error:
        raise _fault(path, f"Zeile {error.lineno} ist kein Python ({error.msg}).") from None
    except _FAULTS as error:
        raise _fault(path, f"Die Deklaration ist fehlerhaft ({type(error).__name__}: {error}).") from None
    return module


def _check_measure(measure: v.Measure, path: Path) -> None:
    there = v.MEASURE.get(measure.id, measure)
    if there != measure:
        raise _fault(path, f"Das Maß „{measure.id}“ gibt es schon, mit anderer Bedeutung ({there.de}, {there.unit}).")


def _check(table: Table, path: Path) -> None:
    """Raises UsageError for a code that is in no list."""
    codes = [c for c in (*table.headings.values(), *table.columns.values()) if c]
    measures = {table.measure, *(c["measure"] for c in codes if "measure" in c)}
    wrong = [
        ("level", {table.level}, v.LEVEL),
        ("dims", set(table.dims), DIMS),
        ("measure", measures, v.MEASURE),
        ("period", {table.period}, v.PERIOD),
        ("base", {table.base}, BASES),
        *((dim, {c[dim] for c in codes if dim in c}, observations.CATEGORIES[dim]) for dim in DIMS - {"age"}),
    ]
    for name, said, allowed in wrong:
        if unknown := sorted(map(str, said - set(allowed))):
            listed = ", ".join(sorted(allowed))
            raise _fault(path, f"Tabelle {table.id}: „{unknown[0]}“ ist kein Wert für {name} (erlaubt: {listed}).")


def _fault(path: Path, reason: str) -> UsageError:
    return UsageError(f"{VARIABLE}, Datei „{path}“: {reason}")
