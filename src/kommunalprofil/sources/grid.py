"""What every reader makes of a file: a grid of texts still as printed, and what each row and each column stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = frozenset(
    {"key", "date", "measure", "base", "sex", "nationality", "migration", "household", "age_from", "age_to", "flag"}
)
"""What a row or a column may say of its cells; `key` is the office's region key, `date` an ISO day."""


@dataclass
class Coded:
    """A long column kept as numbers: row i says `texts[codes[i]]`; nothing where the code is −1."""

    codes: NDArray[np.integer[Any]]
    texts: list[Any]

    def __len__(self) -> int:
        return len(self.codes)


@dataclass
class Grid:
    """One official table taken apart.

    `rows` holds for each dimension that stands in rows one code a row (always `key`; None: this row says nothing
    about the dimension); `columns` says for each column what it adds, None for a column that is left out because it
    repeats another one. A cell's key is its row's codes, its column's codes, and the table's defaults for the rest;
    no dimension is said by both. `values` are the texts of the cells, row by row, as the office printed them;
    `signs`, of the same shape, the quality signs of formats that keep them apart. Both may be given as one `Coded`
    over all cells, row after row. `lines` are the rows' line numbers in the file. `decimal` is the sign between
    ones and tenths; every number is multiplied by `scale` (1000 in tables of thousands). `notes` is the foot of the
    table; the licence year is read from it. `layout` is "alt" for the flat files that ended in 2024. `dropped`
    counts by reason what the reader itself left out, `remarks` are sentences for the import report.
    """

    table: str
    title: str
    rows: dict[str, Sequence[Any] | Coded]
    columns: list[Mapping[str, Any] | None]
    values: list[list[str]] | Coded
    lines: Sequence[int] | NDArray[np.int32]
    signs: list[list[str]] | Coded | None = None
    stand: str = ""
    retrieved: str = ""
    notes: str = ""
    decimal: str = ","
    scale: float = 1.0
    layout: str = ""
    other_lines: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
