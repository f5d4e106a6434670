"""What `data snapshots` tells of a data set: its current state and the frozen ones it replaced."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kommunalprofil import states
from kommunalprofil.errors import DataError
from kommunalprofil.formatting import date, number, stand
from kommunalprofil.store import Store


@dataclass(frozen=True)
class Line:
    """One state: its name for `--data`, when it was replaced (UTC, ISO; '' for the current one), what it holds.

    `stand` is the office's newest time stamp of its files (ISO), `bytes` the size of its files, many of which it
    shares with other states. `damage` says what is wrong with a state that cannot be read any more.
    """

    name: str
    replaced: str
    tables: int = 0
    rows: int = 0
    stand: str = ""
    bytes: int = 0
    damage: str = ""


def lines(root: Path) -> list[Line]:
    """All states of a folder, the current one first, then from new to old. Raises DataError if there is none."""
    current = states.State.of(root)
    frozen = states.snapshots(current.root)
    return [_line(current, current.id, ""), *(_frozen(snapshot) for snapshot in reversed(frozen))]


def _frozen(snapshot: states.Snapshot) -> Line:
    try:
        return _line(states.State.of(snapshot.path), snapshot.name, snapshot.time)
    except DataError as error:
        return Line(snapshot.name, snapshot.time, damage=str(error))


def _line(state: states.State, name: str, replaced: str) -> Line:
    origins = Store(state).origins if states.ORIGINS in state.entries else []
    rows = sum(state.entries[f"{states.OBSERVATIONS}/{table}"].rows for table in state.tables)
    newest = max((o.stand or o.retrieved for o in origins), default="")
    return Line(name, replaced, len(state.tables), rows, newest, state.size)


def text(found: list[Line]) -> str:
    """The states as lines for the terminal, in German."""
    shown = [f"{'Stand':<30}  {'ersetzt am (UTC)':<17}  {'Tab.':>4}  {'Zeilen':>9}  {'MB':>5}"]
    for line in found:
        when = f"{date(line.replaced[:10])} {line.replaced[11:16]}" if line.replaced else "aktuell"
        if line.damage:
            shown.append(f"{line.name:<30}  {when:<17}  nicht lesbar: {line.damage}")
            continue
        size = number(line.bytes / 1e6, 1)
        shown.append(f"{line.name:<30}  {when:<17}  {line.tables:>4}  {number(line.rows):>9}  {size:>5}")
        if line.stand:
            shown.append(f"  neuester Stand einer Datei: {stand(line.stand)}")
    shown.append("\nDaraus bauen: kommunalprofil build ORT --data STAND")
    return "\n".join(shown)
