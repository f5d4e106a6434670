"""Millions of rows of the indicator table in little memory: every text once, the rest as small numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from kommunalprofil.indicators.series import Selection, Series

if TYPE_CHECKING:
    import pyarrow as pa

NUMBERS = ("value", "numerator", "denominator")
SAME = ("indicator", "variant", "unit", *Selection._fields)
"""What is the same in all rows of a series."""
OWN = ("region", "date", "flag", "sources")
Codes = NDArray[np.int64]


class Rows:
    """Rows of many series one after another; `names` gives the printed name of each region."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._texts: dict[str, dict[str, int]] = {column: {} for column in (*SAME, *OWN)}
        self._codes: dict[str, list[NDArray[np.int16]]] = {column: [] for column in OWN}
        self._numbers: dict[str, list[NDArray[np.float64]]] = {column: [] for column in NUMBERS}
        self._runs: list[int] = []
        self._same: list[tuple[int, ...]] = []
        self._known: dict[int, tuple[Sequence[str], NDArray[np.int16]]] = {}

    def _code(self, column: str, text: str) -> int:
        texts = self._texts[column]
        return texts.setdefault(text, len(texts))

    def _all(self, column: str, texts: Sequence[str]) -> NDArray[np.int16]:
        """The numbers of a list of texts, looked up again only when the list has grown."""
        known = self._known.get(id(texts))
        if known is None or known[0] is not texts or len(known[1]) != len(texts):
            codes = np.array([self._code(column, text) for text in texts] or [0], dtype=np.int16)
            self._known[id(texts)] = known = (texts, codes)
        return known[1]

    def _run(self, series: Series, rows: int) -> None:
        texts = (series.indicator.id, series.variant, series.unit, *series.selection)
        self._same.append(tuple(self._code(column, text) for column, text in zip(SAME, texts, strict=True)))
        self._runs.append(rows)

    def add(self, series: Series, mask: NDArray[np.bool_]) -> None:
        """The values and gaps of a series where the mask is true."""
        at = np.flatnonzero(mask)
        if not len(at):
            return
        self._run(series, len(at))
        r, t = np.divmod(at.astype(np.int32), mask.shape[1])
        self._codes["region"].append(self._all("region", series.regions)[r])
        self._codes["date"].append(self._all("date", series.dates)[t])
        self._codes["sources"].append(self._all("sources", series.sources)[series.source.ravel()[at]])
        self._codes["flag"].append(self._flags(series, at, r, t))
        for column in NUMBERS:
            self._numbers[column].append(getattr(series, column).ravel()[at])

    def _flags(self, series: Series, at: Codes, r: NDArray[np.int32], t: NDArray[np.int32]) -> NDArray[np.int16]:
        """The flag texts: each distinct combination of facts is spelled out once."""
        flags, reason, broken = (array.ravel()[at] for array in (series.flags, series.reason, series.broken))
        facts = _packed(flags)
        if reason.any():
            facts = _packed(facts * (int(reason.max()) + 1) + reason)
        if broken.any():
            places = len(series.points) + 1
            facts = _packed((facts * (int(broken.max()) + 1) + broken) * places + np.where(broken, t, places - 1))
        count = int(facts.max()) + 1
        first = np.zeros(count, dtype=np.int64)
        first[facts[::-1]] = np.arange(len(facts))[::-1]
        texts = [series.flag(int(r[i]), int(t[i])) for i in first.tolist()]
        return np.array([self._code("flag", text) for text in texts], dtype=np.int16)[facts]

    def lacking(self, series: Series, regions: Sequence[str], date: str, flags: Sequence[str]) -> None:
        """A gap for each of some regions that no table knows at a date."""
        self._run(series, len(regions))
        for column, texts in (("region", regions), ("flag", flags), ("date", [date] * len(regions)),
                              ("sources", [""] * len(regions))):  # fmt: skip
            self._codes[column].append(np.array([self._code(column, x) for x in texts], dtype=np.int16))
        for column in NUMBERS:
            self._numbers[column].append(np.full(len(regions), np.nan))

    def table(self, columns: Sequence[str]) -> pa.Table:
        """All rows; lets go of what it was made of, column by column."""
        import pyarrow as pa

        made: dict[str, Any] = {}
        for number, column in enumerate(SAME):
            codes = np.array([same[number] for same in self._same], dtype=np.int16)
            made[column] = self._column(np.repeat(codes, self._runs), list(self._texts[column]))
        for column in OWN:
            codes = np.concatenate(self._codes.pop(column) or [np.zeros(0, dtype=np.int16)])
            made[column] = self._column(codes, list(self._texts[column]))
            if column == "region":
                made["name"] = self._column(codes, [self._names.get(r, "") for r in self._texts[column]])
        for column in NUMBERS:
            numbers = np.concatenate(self._numbers.pop(column) or [np.zeros(0)])
            made[column] = pa.array(numbers, from_pandas=True)
        return pa.table({column: made[column] for column in columns})

    @staticmethod
    def _column(codes: NDArray[np.int16], texts: Sequence[str]) -> pa.Array:
        import pyarrow as pa

        small = codes.astype(np.int8) if len(texts) < 128 else codes
        return pa.DictionaryArray.from_arrays(pa.array(small), pa.array(list(texts) or [""], pa.string()))


def _packed(facts: NDArray[Any]) -> Codes:
    """The same distinctions with the smallest numbers."""
    seen = np.bincount(facts.astype(np.int64)) > 0
    numbers: Codes = (np.cumsum(seen) - 1)[facts]
    return numbers
