"""Millions of rows of the indicator table in little memory: every text once, the rest as small numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from kommunalprofil.cells import distinct
from kommunalprofil.indicators.series import Selection, Series, flag_text
from kommunalprofil.vocabulary import Flag

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = (
    "region",
    "name",
    "date",
    "indicator",
    "variant",
    "sex",
    "age",
    "nationality",
    "migration",
    "household",
    "value",
    "unit",
    "numerator",
    "denominator",
    "flag",
    "sources",
)
NUMBERS = ("value", "numerator", "denominator")
SAME = ("indicator", "variant", "unit", *Selection._fields)
"""What is the same in all rows of a series."""
OWN = ("region", "date", "sources")
FACTS: dict[str, DTypeLike] = {"bits": np.uint16, "reason": np.int16, "breaks": np.int16}
"""What a flag is made of: bits of vocabulary.Flag, the numbers of a reason and of what broke the series."""
Codes = NDArray[np.int64]


class Rows:
    """Rows of many series one after another; `names` gives the printed name of each region."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._texts: dict[str, dict[str, int]] = {column: {} for column in (*SAME, *OWN, "flag")}
        self._texts |= {"reason": {"": 0}, "breaks": {"": 0}}
        self._codes: dict[str, list[NDArray[np.int16]]] = {column: [] for column in OWN}
        self._facts: dict[str, list[NDArray[Any]]] = {fact: [] for fact in FACTS}
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
        regions, points = mask.shape
        r = np.repeat(np.arange(regions), np.count_nonzero(mask, axis=1))
        t = at - r * points
        self._codes["region"].append(self._all("region", series.regions)[r])
        self._codes["date"].append(self._all("date", series.dates)[t])
        self._codes["sources"].append(self._all("sources", series.sources)[series.source.ravel()[at]])
        self._facts["bits"].append(series.flags.ravel()[at])
        self._facts["reason"].append(self._all("reason", series.reasons)[series.reason.ravel()[at]])
        self._facts["breaks"].append(self._breaks(series, series.broken.ravel()[at], t))
        for column in NUMBERS:
            self._numbers[column].append(getattr(series, column).take(at, mode="clip"))

    def _breaks(self, series: Series, broken: NDArray[np.uint8], t: Codes) -> NDArray[np.int16]:
        """The numbers of the texts of breaks; most values have none."""
        found = np.zeros(len(broken), dtype=np.int16)
        if len(where := np.flatnonzero(broken)):
            points = len(series.points)
            kinds, places = distinct(broken[where].astype(np.int32) * points + t[where])
            texts = [series.breaks(*divmod(kind, points)) for kind in kinds.tolist()]
            found[where] = np.array([self._code("breaks", text) for text in texts], dtype=np.int16)[places]
        return found

    def lacking(self, series: Series, regions: Sequence[str], date: str, flags: Sequence[Flag]) -> None:
        """A gap for each of some regions that no table knows at a date."""
        self._run(series, len(regions))
        for column, texts in (("region", regions), ("date", [date] * len(regions)), ("sources", [""] * len(regions))):
            self._codes[column].append(np.array([self._code(column, x) for x in texts], dtype=np.int16))
        for fact, kind in FACTS.items():
            self._facts[fact].append(np.array(flags if fact == "bits" else [0] * len(regions), dtype=kind))
        for column in NUMBERS:
            self._numbers[column].append(np.full(len(regions), np.nan))

    def _flags(self) -> NDArray[np.int16]:
        """The flag of each row: each distinct combination of facts is spelled out once."""
        facts = [_end_to_end(self._facts[fact], kind) for fact, kind in FACTS.items()]
        if not len(facts[0]):
            return np.zeros(0, dtype=np.int16)
        whole, kinds = np.zeros(1, dtype=np.int64), []
        for column in facts:
            known, places = distinct(column)
            whole = whole * len(known) + places
            kinds.append(known)
        seen, places = distinct(whole)
        which = np.unravel_index(seen, [len(known) for known in kinds])
        each = [known[i].tolist() for known, i in zip(kinds, which, strict=True)]
        reasons, breaks = list(self._texts["reason"]), list(self._texts["breaks"])
        texts = [flag_text(bits, reasons[reason], breaks[broken]) for bits, reason, broken in zip(*each, strict=True)]
        return np.array([self._code("flag", text) for text in texts], dtype=np.int16)[places]

    def batch(self) -> pa.RecordBatch:
        """The rows since the last batch, with the columns of the contract."""
        import pyarrow as pa

        made: dict[str, pa.Array] = {}
        for number, column in enumerate(SAME):
            codes = np.array([same[number] for same in self._same], dtype=np.int16)
            made[column] = _texts(np.repeat(codes, self._runs), list(self._texts[column]))
        for column in (*OWN, "flag"):
            codes = self._flags() if column == "flag" else _end_to_end(self._codes[column], np.int16)
            made[column] = _texts(codes, list(self._texts[column]))
            if column == "region":
                made["name"] = self._named(codes)
        for column in NUMBERS:
            made[column] = _floats(_end_to_end(self._numbers[column], np.float64))
        self._same.clear()
        self._runs.clear()
        return pa.RecordBatch.from_arrays([made[column] for column in COLUMNS], list(COLUMNS))

    def _named(self, regions: NDArray[np.int16]) -> pa.Array:
        """The names of regions, each once: several have the same."""
        places: dict[str, int] = {}
        codes = [places.setdefault(self._names.get(r, ""), len(places)) for r in self._texts["region"]]
        return _texts(np.array(codes or [0], dtype=np.int16)[regions], list(places))


def _end_to_end(parts: list[NDArray[Any]], kind: DTypeLike) -> NDArray[Any]:
    """The parts as one; they are let go of."""
    whole = np.concatenate(parts) if parts else np.zeros(0, dtype=kind)
    parts.clear()
    return whole


def _texts(codes: NDArray[np.int16], texts: Sequence[str]) -> pa.Array:
    """From the buffers: Arrow's own way from lists and from numpy loads pandas, half a second."""
    import pyarrow as pa

    written = [text.encode() for text in texts or [""]]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    names = pa.StringArray.from_buffers(len(written), pa.py_buffer(ends), pa.py_buffer(b"".join(written)))
    numbers = pa.Array.from_buffers(pa.int16(), len(codes), [None, pa.py_buffer(codes)])
    return pa.DictionaryArray.from_arrays(numbers, names)


def _floats(numbers: NDArray[np.float64]) -> pa.Array:
    import pyarrow as pa

    there = pa.py_buffer(np.packbits(~np.isnan(numbers), bitorder="little"))
    return pa.Array.from_buffers(pa.float64(), len(numbers), [there, pa.py_buffer(numbers)])
