"""The Werkstattplan: a workbook and a text file to work in, made from a profile, and the filled workbook read back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kommunalprofil.comparison import Comparison
    from kommunalprofil.evidence import Evidence


def files(evidence: Evidence, comparison: Comparison, folder: Path) -> dict[Path, bytes]:
    """Both files of a place below its folder; the same data give the same bytes. Raises DataError."""
    from kommunalprofil.plan import word_form, workbook_form
    from kommunalprofil.plan.facts import facts

    known = facts(evidence, comparison)
    return {
        folder / "werkstattplan.xlsx": workbook_form.workbook(known),
        folder / "werkstattplan.docx": word_form.document(known),
    }


def written(made: Mapping[Path, bytes]) -> list[Path]:
    """Those of the files that are there with another content, which may be the work of people. Raises OSError."""
    return [path for path, data in made.items() if path.is_file() and path.read_bytes() != data]
