"""Sources: official files, recognised by their content and never by their name, become readings.

Which tables there are is asked by every profile; what reads them loads with the first file.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kommunalprofil.errors import UsageError
from kommunalprofil.registry import collect
from kommunalprofil.sources import own
from kommunalprofil.sources.declare import Table

if TYPE_CHECKING:
    from kommunalprofil.sources.reading import Reading

COMPANIONS = frozenset({".shx", ".dbf", ".prj", ".cpg", ".sbn", ".sbx", ".qix", ".qpj"})


@cache
def declared() -> dict[str, Table]:
    """Every declared table by its id, in the order of the declarations, the user's own ones last; found once.

    Raises UsageError for a fault in the user's file.
    """
    found = collect("kommunalprofil.sources.tables", Table)
    for name, table in own.tables().items():
        if name in found:
            raise UsageError(f"{own.VARIABLE}: Die Tabelle {name} ist schon im Programm deklariert.")
        found[name] = table
    return found


def read(path: Path) -> Reading:
    """Read one official file of any declared kind.

    Raises UnknownTableError for a table or format nobody has declared, SourceError (with the line) for damage, and for
    what is no file or does not stay as it is.
    """
    from kommunalprofil.sources import door, recognised

    with door.steady(path):
        return recognised.read(path)
