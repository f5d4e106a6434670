"""Hostile files: each is read as it should be or refused in German; nothing else comes out.

A case is named by its seed file, its damage and its number; with the random seed the name gives the same bytes again.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import tempfile
import threading
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import damage
import damage_books  # noqa: F401 - importing it enters its damages
import damage_texts  # noqa: F401 - as above
import seeds
from damage import DAMAGES, Owed

from kommunalprofil import checks, sources
from kommunalprofil.errors import SourceError
from kommunalprofil.observations import validate
from kommunalprofil.sources.reading import Reading

FIXED = 20260310
"""The random seed of the tests."""
SECONDS = 20.0
"""How long a file of a few kilobytes may take on a busy machine."""
MEGABYTES = 300
"""By how much one of them may raise the peak of the memory."""
ENGLISH = re.compile(
    r"\b(the|not|error|invalid|expected|cannot|failed|missing|bad|file|unable|no|is|of)\b", re.IGNORECASE
)


class TooSlowError(BaseException):
    """Outside Exception, so that no reader can take it for its own."""


@dataclass
class Facts:
    """What an import would keep of a file, as keys with values, and what its report counts."""

    values: dict[tuple[Any, ...], Any] = field(default_factory=dict)
    rows: int = 0
    dropped: int = 0
    days: int = 0


@dataclass(frozen=True)
class Case:
    """One damaged file."""

    seed: str
    damage: str
    number: int
    dice: int = FIXED

    @property
    def name(self) -> str:
        return f"{self.seed}/{self.damage}/{self.number}"

    def data(self) -> bytes:
        return DAMAGES[self.damage].make(seeds.seed(self.seed), Random(f"{self.dice}/{self.name}"))


def cases(only: str = "") -> list[Case]:
    """Every case of the tests, of one seed file if it is named."""
    wanted = [only] if only else list(seeds.BUILDERS)
    return [
        Case(name, kind.name, number)
        for name in wanted
        for kind in DAMAGES.values()
        if seeds.seed(name).kind in kind.kinds
        for number in range(kind.times)
    ]


def facts(reading: Reading) -> Facts:
    """Observations, register rows, crosswalk pieces and outlines of a reading."""
    report = reading.report
    found = Facts(rows=report.rows_read, dropped=sum(report.dropped.values()), days=len(report.dates))
    if (frame := reading.observations) is not None:
        names = [c for c in frame.columns if c not in ("value", "flag", "source", "gebietsstand")]
        columns = [frame[c].astype(str).tolist() for c in names]
        both = zip(frame["value"].tolist(), frame["flag"].astype(str).tolist(), strict=True)
        pairs = list(zip(zip(*columns, strict=True), map(repr, both), strict=True))
        found.values.update(pairs)
        assert len(found.values) == len(frame), "an observation stands twice"
    for kind in ("regions", "crosswalk"):
        if (frame := getattr(reading, kind)) is not None:
            for row in map(str, frame.itertuples(index=False, name=None)):
                found.values[kind, row] = found.values.get((kind, row), 0) + 1
    for name, data in (reading.layers or {}).items():
        found.values.update(_outlines(name, data))
    return found


def _outlines(name: str, data: bytes) -> dict[tuple[Any, ...], Any]:
    import io

    import pyarrow.parquet as pq
    import shapely

    table = pq.read_table(io.BytesIO(data))
    shapes = shapely.from_wkb(table["geometry"].to_pylist())
    return {(name, ags): round(shape.area) for ags, shape in zip(table["ags"].to_pylist(), shapes, strict=True)}


def even(found: Facts) -> bool:
    """Whether every region has the same number of observations at every date."""
    sizes: dict[Any, int] = {}
    for region, day, *_ in found.values:
        sizes[region, day] = sizes.get((region, day), 0) + 1
    return len(set(sizes.values())) <= 1


@cache
def whole(name: str) -> Facts:
    """What the undamaged file gives."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "datei.csv"
        path.write_bytes(seeds.seed(name).data)
        reading = sources.read(path)
        _checked(reading)
        found = facts(reading)
    assert found.values
    return found


def _checked(reading: Reading) -> None:
    table = sources.declared().get(reading.report.table)
    if table is not None:
        checks.check(reading, table)
    if reading.observations is not None:
        validate(reading.observations, reading.report.table)


def fault(case: Case, folder: Path) -> str:
    """What is wrong with how the case is taken, empty if nothing is."""
    seed, kind, data = seeds.seed(case.seed), DAMAGES[case.damage], case.data()
    path = folder / "datei.csv"
    path.write_bytes(data)
    before, started = peak(), time.perf_counter()
    try:
        with watched() as said:
            reading = sources.read(path)
            found = facts(reading)
            if found != whole(case.seed):
                _checked(reading)
    except SourceError as error:
        return bad_words(str(error), error.line)
    except TooSlowError:
        return f"takes more than {SECONDS:.0f} seconds"
    except Exception:
        return traceback.format_exc()
    if peak() - before > MEGABYTES:
        return f"takes {peak() - before:.0f} MB in {time.perf_counter() - started:.1f} seconds"
    if said:
        return f"writes to stderr: {said[0][:500]!r}"
    return broken(damage.owed(kind, seed, data), seed, found)


def broken(owed: Owed, seed: seeds.Seed, found: Facts) -> str:
    """How what was found breaks what is owed; empty if it does not."""
    good = whole(seed.name)
    fewer = found.rows < good.rows or found.dropped > good.dropped or found.days < good.days
    lost = good.values.keys() - found.values.keys()
    if seed.even and not even(found):
        return "a region is there in part"
    if owed is Owed.REFUSED:
        return "is not refused"
    if owed is Owed.SAME and found.values != good.values:
        other = set(found.values.items()) ^ set(good.values.items())
        return f"gives {len(other)} other observations, one is {min(map(str, other))}"
    if owed is Owed.PART and any(good.values.get(key) != value for key, value in found.values.items()):
        return "gives numbers the whole file does not have"
    if owed is Owed.PART and lost and not fewer and not _narrower(good, found):
        return f"loses {len(lost)} observations in silence"
    if owed is Owed.COUNTED and len(found.values) < len(good.values) and not fewer:
        return f"loses {len(good.values) - len(found.values)} observations in silence"
    return ""


def _narrower(good: Facts, found: Facts) -> bool:
    """Whether every region is still there, with fewer columns: the file has them no longer."""
    return {key[:2] for key in good.values} == {key[:2] for key in found.values}


def bad_words(text: str, line: int | None) -> str:
    """What is wrong with the text of an error: it is for people who read German."""
    reason = text.partition(": ")[2]
    outside = re.sub(r"\(.*\)|„.*“|'.*'", "", reason, flags=re.DOTALL)
    if match := ENGLISH.search(outside):
        return f"is refused in English ({match[0]}): {text[:300]}"
    if not reason.rstrip().endswith((".", ")", "“", "…")):
        return f"is refused without a whole sentence: {text[-300:]}"
    if len(text) > 2100:
        return f"is refused with {len(text)} characters: {text[:300]}"
    if not text.isprintable():
        return f"is refused with characters that no terminal should get: {text[:300]!r}"
    return "" if line is None or line >= 1 else f"is refused for line {line}"


def peak() -> float:
    """The highest memory of this process so far, in MB; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0.0
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


@contextmanager
def watched() -> Iterator[list[str]]:
    """Warnings are errors, the clock runs, and what libraries write to stderr is put into the list afterwards."""
    said: list[str] = []
    sys.stderr.flush()
    with tempfile.TemporaryFile() as sink, warnings.catch_warnings():
        warnings.simplefilter("error")
        kept = os.dup(2)
        os.dup2(sink.fileno(), 2)
        timed = hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread()
        if timed:
            signal.signal(signal.SIGALRM, _too_slow)
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            yield said
        finally:
            if timed:
                signal.setitimer(signal.ITIMER_REAL, 0)
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            if sink.seek(0, os.SEEK_END):
                sink.seek(0)
                said.append(sink.read().decode("utf-8", "replace"))


def _too_slow(*_: object) -> None:
    raise TooSlowError
