"""What every reader makes of a file: a grid of texts still as printed, and what each row and each column stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DIMENSIONS = frozenset(
    {"key", "date", "measure", "base", "sex", "nationality", "migration", "household", "age_from", "age_to", "flag"}
)
"""What a row or a column may say of its cells; `key` is the office's region key, `date` an ISO day."""


@dataclass
class Grid:
    """One official table taken apart.

    `rows` holds for each dimension that stands in rows one code a row (always `key`); `columns` says for each column
    what it adds, None for a column that is left out because it repeats another one. A cell's key is its row's codes,
    its column's codes, and the table's defaults for the rest. `values` are the texts of the cells, row by row, as
    the office printed them; `signs`, of the same shape, the quality signs of formats that keep them apart.
    `lines` are the rows' line numbers in the file. `decimal` is the sign between ones and tenths.
    """

    table: str
    title: str
    rows: dict[str, list[Any]]
    columns: list[Mapping[str, Any] | None]
    values: list[list[str]]
    lines: list[int]
    signs: list[list[str]] | None = None
    stand: str = ""
    retrieved: str = ""
    notes: str = ""
    decimal: str = ","
    layout: str = ""
    other_lines: int = 0
    dropped: dict[str, int] = field(default_factory=dict)
