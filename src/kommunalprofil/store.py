"""Reading the processed data set: one Parquet file a table in few row groups. States are told by states.py."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from kommunalprofil import accounts, provenance
from kommunalprofil.errors import DamageError, DataError, TargetError, damage
from kommunalprofil.observations import COLUMNS, schema
from kommunalprofil.states import ACCOUNTS, HINT, OBSERVATIONS, ORIGINS, State
from kommunalprofil.territory import region_level

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


BELOW = "+"
"""Ends the name of the row group of a Land's Gemeinden."""


def check_folder(path: Path, option: str = "--output") -> None:
    """Raises TargetError where a file lies in the way of a folder; `option` is the one that named it."""
    there = next((place for place in (path, *path.parents) if place.exists()), None)
    if there is not None and not there.is_dir():
        raise TargetError.no_folder(there, option)


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """An error of the operating system names the file people asked for, never the temporary one beside it."""
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None


def write_atomic(files: Mapping[Path, bytes], seal: Path | None = None) -> None:
    """Write all files or none: first every one under a temporary name beside its place, then a rename each.

    A rename within a folder cannot leave half a file. `seal` is the last of the files, which says that the others
    belong together: the one of before goes first, so that nobody takes old and new files for one. Raises OSError, and
    TargetError for a folder in the place of a file or a file in that of a folder; temporary files are removed in any
    case.
    """
    for path in files:
        check_folder(path.parent)
        if path.is_dir():
            raise TargetError.no_file(path)
    made: list[tuple[str, Path]] = []
    try:
        for path, data in files.items():
            with _naming(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
                made.append((name, path))
                with os.fdopen(handle, "wb") as stream:
                    stream.write(data)
                    stream.flush()
                    os.fsync(stream.fileno())
        umask = os.umask(0)
        os.umask(umask)
        for name, _ in made:
            Path(name).chmod(0o666 & ~umask)
        if seal is not None:
            seal.unlink(missing_ok=True)
        for name, path in made:  # nothing but renames from here on: the files change together or not at all
            with _naming(path):
                Path(name).replace(path)
    finally:
        for name, _ in made:
            with suppress(OSError):
                Path(name).unlink(missing_ok=True)


def land_of(region: str) -> str:
    """The Land (or `DE`) of a region."""
    return region[:2]


def shelf_of(region: str) -> str:
    """The row group that holds a region: that of a Land and its Kreise, or that of its Gemeinden."""
    return land_of(region) + BELOW * (len(region) > len("01051"))


def to_parquet(frame: pd.DataFrame) -> bytes:
    """The validated observations of one table as Parquet: row groups as `shelf_of` has them, DE first.

    They are named in the metadata `lands`. The same frame gives the same bytes.
    """
    import io

    import numpy as np
    import pandas as pd
    import pyarrow as pa
    import pyarrow.parquet as pq

    texts = frame["region"].astype("category")
    shelves = texts.cat.categories.to_series().map(shelf_of).to_numpy()
    place, there = pd.factorize(shelves[texts.cat.codes], sort=True)
    order = sorted(there, key=lambda x: (x != "DE", x))
    fields = schema().with_metadata({"lands": json.dumps(order)})
    columns = [pa.array(texts if f.name == "region" else frame[f.name], from_pandas=True) for f in fields]
    sink = io.BytesIO()
    # region and date alone carry statistics: they are what readers filter by, the rest would only swell the footer;
    # the bytes of numbers side by side pack a third smaller than number after number
    with pq.ParquetWriter(
        sink,
        fields,
        compression="zstd",
        compression_level=12,
        write_statistics=["region", "date"],
        version="2.6",
        write_page_checksum=True,
        use_dictionary=[c for c in COLUMNS if c != "value"],
        column_encoding={"value": "BYTE_STREAM_SPLIT"},
    ) as writer:
        for shelf in order:
            rows = pa.array(np.flatnonzero(place == list(there).index(shelf)))
            parts = [_compact(_plain(column).take(rows)) for column in columns]
            writer.write_table(pa.Table.from_arrays(parts, schema=fields), row_group_size=len(rows))
    return sink.getvalue()


def _plain(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column


def _compact(column: pa.Array) -> pa.Array:
    """A dictionary of the codes its own rows hold, never of the whole code list; other columns as they are."""
    import numpy as np
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        return column
    codes = np.asarray(column.indices).astype(np.int64)
    used = np.bincount(codes, minlength=len(column.dictionary)) > 0
    place = (np.cumsum(used) - 1).astype(np.int32)
    names = column.dictionary.cast(pa.string()).filter(pa.array(used))
    return pa.DictionaryArray.from_arrays(pa.array(place[codes]), names)


class Store:
    """One state of the data set, read only; `where` is a folder (its current state), a manifest, or the state.

    Raises DataError when there is none or a file is missing or damaged.
    """

    def __init__(self, where: Path | State) -> None:
        self.state = State.of(where)
        self._contents: dict[str, tuple[set[str], set[str]]] = {}

    @cached_property
    def origins(self) -> list[provenance.Origin]:
        """Every official file that was read."""
        try:
            return provenance.parse(self.state.read(ORIGINS))
        except (OSError, ValueError, TypeError) as error:
            raise DataError(f"{self.state.entries[ORIGINS].file} ist beschädigt{damage(error)}. {HINT}") from error

    @cached_property
    def accounts(self) -> list[accounts.Account]:
        """What became of the cells of every file that was read."""
        try:
            return accounts.parse(self.state.read(ACCOUNTS)) if ACCOUNTS in self.state.entries else []
        except (OSError, ValueError, TypeError) as error:
            raise DataError(f"{self.state.entries[ACCOUNTS].file} ist beschädigt{damage(error)}. {HINT}") from error

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Ids of the tables there are observations of. Raises DataError if one is gone that files were read for."""
        there = self.state.tables
        if gone := sorted({o.table for o in self.origins if o.base != "none"} - set(there)):
            raise DataError(f"Im Datenbestand „{self.state.where}“ fehlt die Tabelle {', '.join(gone)}. {HINT}")
        return there

    def regions(self, level: str) -> set[str]:
        """Every region of a level that any table carries at any date."""
        keys = {key for table in self.tables for key in self.contents(table)[1]}
        return {key for key in keys if region_level(key) == level}

    def contents(self, table: str) -> tuple[set[str], set[str]]:
        """The measures and the regions a table has rows of."""
        if table not in self._contents:
            rows = self._read(table, None, ["measure", "region"]).unify_dictionaries()
            measures, regions = (
                rows.column(name).combine_chunks().dictionary.to_pylist() for name in ("measure", "region")
            )
            self._contents[table] = set(measures), set(regions)
        return self._contents[table]

    def observations(self, table: str, regions: Iterable[str] | None = None) -> pa.Table:
        """The rows of a table as Arrow: of all regions, or of some and what shares their row groups."""
        return self._read(table, regions, None)

    def _read(self, table: str, regions: Iterable[str] | None, columns: list[str] | None) -> pa.Table:
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self.state.path(f"{OBSERVATIONS}/{table}")
        try:
            # one thread: the row groups are small, and starting a pool costs more than it saves
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                if file.schema_arrow.names != list(COLUMNS):
                    raise DamageError("andere Spalten")
                if regions is None:
                    return file.read(columns, use_threads=False)
                there = json.loads(file.schema_arrow.metadata[b"lands"])
                wanted = {shelf_of(region) for region in regions}
                groups = [i for i, shelf in enumerate(there) if shelf in wanted]
                return file.read_row_groups(groups, columns, use_threads=False)
        except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path.name} ist beschädigt oder fehlt{damage(error)}. {HINT}") from error
