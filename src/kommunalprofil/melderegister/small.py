"""Counts that could point at single people are hidden, and others with them, so that no sum gives them away.

A count is safe where it stays open by at least two: every row and column with hidden counts has two or more of them,
their sum leaves room, and no hidden count is the only link between two parts of the table (then sums would tell it).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from kommunalprofil.melderegister.model import TOTAL

FEWEST = 3
"""Counts below this, but not zero, are hidden."""
Cell = tuple[str, str]


def hidden_totals(totals: Mapping[str, float]) -> set[str]:
    """The rows whose totals are hidden, so that the sum of all, which is told, does not give them away."""
    found = {row for row, number in totals.items() if 0 < number < FEWEST or math.isnan(number)}
    rest = sorted((row for row in totals if row not in found), key=lambda row: (totals[row] == 0, totals[row], row))
    while rest and _open(totals[row] for row in found):
        found.add(rest.pop(0))
    return found


def hidden(table: Mapping[str, Mapping[str, float]], totals: Iterable[str]) -> set[Cell]:
    """The cells to hide: rows are districts, `totals` those of them whose total is hidden (all their cells are)."""
    whole = set(totals)
    cells = {(row, column): number for row, line in table.items() for column, number in line.items()}
    found = {cell for cell, number in cells.items() if 0 < number < FEWEST or math.isnan(number) or cell[0] in whole}
    while more := _missing(cells, found, whole):
        found |= more
    return found


def _open(numbers: Iterable[float]) -> bool:
    """Whether the sum of a line would tell its hidden counts, or nearly; one the file keeps secret may be small."""
    known = [1.0 if math.isnan(number) else number for number in numbers]
    if not any(known):
        return False
    return len(known) < 2 or sum(known) < len(known) + 2


def _missing(cells: Mapping[Cell, float], found: set[Cell], whole: set[str]) -> set[Cell]:
    """Cells to hide as well, one for each line that is open; then one for each cell that sums would tell."""
    more: set[Cell] = set()
    for axis in (0, 1):
        lines: dict[str, list[Cell]] = {}
        for cell in found | more:
            lines.setdefault(cell[axis], []).append(cell)
        for line in sorted(lines):
            if (axis == 0 and line in whole) or not _open(cells[cell] for cell in lines[line]):
                continue
            if (extra := _cheapest(cells, found | more, axis, line)) is not None:
                more.add(extra)
    if more:
        return more
    for row, column in sorted(_links(found, whole)):
        if row in whole or cells[row, column] == 0:
            continue
        extra = _cheapest(cells, found | more, 0, row) or _cheapest(cells, found | more, 1, column)
        if extra is not None:
            more.add(extra)
    return more


def _cheapest(cells: Mapping[Cell, float], found: set[Cell], axis: int, line: str) -> Cell | None:
    """The cell of a line to hide next: with people, beside what is hidden already, with as few as can be."""
    across = {cell[1 - axis] for cell in found}
    free = [cell for cell in cells if cell[axis] == line and cell not in found]
    return min(free, key=lambda cell: (cells[cell] == 0, cell[1 - axis] not in across, cells[cell], cell), default=None)


def _links(found: set[Cell], whole: set[str]) -> set[Cell]:
    """The hidden cells that are the only way between two parts of the graph of rows and columns (its bridges)."""
    edges = [*found, *((row, TOTAL) for row in whole)]
    ways: dict[tuple[int, str], list[tuple[tuple[int, str], int]]] = {}
    for number, (row, column) in enumerate(edges):
        ways.setdefault((0, row), []).append(((1, column), number))
        ways.setdefault((1, column), []).append(((0, row), number))
    seen: dict[tuple[int, str], int] = {}
    low: dict[tuple[int, str], int] = {}
    bridges: set[Cell] = set()
    for start in sorted(ways):
        if start in seen:
            continue
        seen[start] = low[start] = len(seen)
        path = [(start, -1, iter(ways[start]))]
        while path:
            node, came, rest = path[-1]
            for other, edge in rest:
                if edge == came:
                    continue
                if other in seen:
                    low[node] = min(low[node], seen[other])
                    continue
                seen[other] = low[other] = len(seen)
                path.append((other, edge, iter(ways[other])))
                break
            else:
                path.pop()
                if path:
                    before = path[-1][0]
                    low[before] = min(low[before], low[node])
                    if low[node] > seen[before]:
                        bridges.add(edges[came])
    return {cell for cell in bridges if cell in found}
