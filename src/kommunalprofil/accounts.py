"""The account of every file that was read: each of its cells is a value now or was left out for a reason."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True)
class Account:
    """One file: its cells, those left out by reason, those that count for two regions, values kept, sums formed."""

    sha256: str
    table: str
    cells: int
    repeated: int
    kept: int
    summed: int = 0
    left: Mapping[str, int] = field(default_factory=dict)

    @property
    def missing(self) -> int:
        """Cells that are nowhere: not kept, and left out without a reason."""
        return self.cells + self.repeated - sum(self.left.values()) - self.kept


def dump(accounts: Iterable[Account]) -> bytes:
    """The accounts as JSON, one a line, the same for the same accounts."""
    rows = sorted((asdict(a) for a in accounts), key=lambda a: (a["table"], a["sha256"]))
    return ("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n").encode()


def parse(text: bytes) -> list[Account]:
    """The inverse of `dump`."""
    return [Account(**row) for row in json.loads(text)]
