"""Counts that could point at single people are hidden, and others with them, so that no sum gives them away.

A small count is safe where other whole numbers from zero up, with the same sums, give it another value. There are such
numbers if and only if some closed path over hidden cells can raise one by one and lower the next, and so on, without
lowering a zero. Besides, every row and column with hidden counts has two or more of them, their sum leaving room.
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
    found = {row for row, number in totals.items() if _few(number)}
    rest = sorted((row for row in totals if row not in found), key=lambda row: (totals[row] == 0, totals[row], row))
    while rest and _open(totals[row] for row in found):
        found.add(rest.pop(0))
    return found


def hidden(table: Mapping[str, Mapping[str, float]], totals: Iterable[str]) -> set[Cell]:
    """The cells to hide: rows are districts, `totals` those of them whose total is hidden (all their cells are)."""
    whole = set(totals)
    cells = _cells(table)
    found = {cell for cell, number in cells.items() if _few(number) or cell[0] in whole}
    while more := _missing(cells, found, whole):
        found |= more
    return found


def told(table: Mapping[str, Mapping[str, float]], found: set[Cell], totals: Iterable[str]) -> set[Cell]:
    """The small counts among the hidden cells that the sums of rows and columns still tell; then none may be shown.

    Hidden totals need no look: who moves from one district with a hidden total to another changes no sum that is told.
    """
    cells = _cells(table)
    return _told(cells, found & cells.keys(), set(totals))


def _cells(table: Mapping[str, Mapping[str, float]]) -> dict[Cell, float]:
    return {(row, column): number for row, line in table.items() for column, number in line.items()}


def _few(number: float) -> bool:
    """Whether a count is not to be told: a small one, or one the file keeps secret."""
    return 0 < number < FEWEST or math.isnan(number)


def _open(numbers: Iterable[float]) -> bool:
    """Whether the sum of a line would tell its hidden counts, or nearly; one the file keeps secret may be small."""
    known = [1.0 if math.isnan(number) else number for number in numbers]
    if not any(known):  # zeros alone: nothing to protect in this line, and they protect nothing in another
        return False
    return len(known) < 2 or sum(known) < len(known) + 2


def _missing(cells: Mapping[Cell, float], found: set[Cell], whole: set[str]) -> set[Cell]:
    """Cells to hide as well, one for each line that is open; then one for each small count that sums would tell."""
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
    for row, column in sorted(_told(cells, found, whole)):
        hidden_now = found | more
        extra = _cheapest(cells, hidden_now, 0, row) or _cheapest(cells, hidden_now, 1, column)
        if extra := extra or _cheapest(cells, hidden_now):
            more.add(extra)
    return more


def _cheapest(cells: Mapping[Cell, float], found: set[Cell], axis: int = 0, line: str | None = None) -> Cell | None:
    """The cell (of a line) to hide next: with people, beside what is hidden already, with as few as can be.

    None in a district without anybody: as its total is told, its cells stay zero.
    """
    across = {cell[1 - axis] for cell in found}
    lived_in = {row for (row, _), number in cells.items() if number != 0}
    free = [cell for cell in cells if line in (None, cell[axis]) and cell not in found and cell[0] in lived_in]
    return min(free, key=lambda cell: (cells[cell] == 0, cell[1 - axis] not in across, cells[cell], cell), default=None)


Node = tuple[int, str]
"""A row (0) or a column (1)."""


def _told(cells: Mapping[Cell, float], found: set[Cell], whole: set[str]) -> set[Cell]:
    """The small counts among hidden cells that have one possible value.

    A way from row to column raises their cell by one, a way back lowers it, which needs people in it; with hidden
    totals it is the other way round, for they are sums. What enters a row or column leaves it: its sum stays.
    """
    ways: dict[Node, list[Node]] = {}
    for row, column in sorted(found):
        ways.setdefault((0, row), []).append((1, column))
        if cells[row, column] > 0:
            ways.setdefault((1, column), []).append((0, row))
    lived_in = {row for (row, _), number in cells.items() if number > 0}
    for row in sorted(whole):
        ways.setdefault((1, TOTAL), []).append((0, row))
        if row in lived_in:
            ways.setdefault((0, row), []).append((1, TOTAL))

    def open_(cell: Cell) -> bool:
        row, column = (0, cell[0]), (1, cell[1])
        return _leads(ways, column, row) or (cells[cell] > 0 and _leads(ways, row, column))

    return {cell for cell in found if _few(cells[cell]) and not open_(cell)}


def _leads(ways: Mapping[Node, list[Node]], start: Node, end: Node) -> bool:
    """Whether some way other than the direct one leads from a node to another."""
    seen = {start}
    rest = [node for node in ways.get(start, ()) if node != end]
    while rest:
        node = rest.pop()
        if node == end:
            return True
        if node not in seen:
            seen.add(node)
            rest += ways.get(node, ())
    return False
