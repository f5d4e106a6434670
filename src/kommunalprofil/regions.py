"""Places: a register of Länder, Kreise and Gemeinden, and finding one in it by key, name or slug.

The register is one Parquet file (built by `data import` from the Gemeindeverzeichnis). Loading it reads the file and
nothing else; a Region is made when it is asked for.

Slugs: [a-z0-9-]+, unique. The plain name (`dithmarschen`, `vrees`) if that name means this place alone; else the name
with the type (`dueren-kreis`, `dueren-stadt`); if several share that, the name of the Kreis (for a Kreis: of the Land)
is added; if still several, the key. ä is `ae`, ß is `ss`, other accents are dropped, Sankt is `st`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from kommunalprofil import finding, grammar
from kommunalprofil.errors import AmbiguousRegionError, DataError, UnknownRegionError, damage
from kommunalprofil.names import fold, printable
from kommunalprofil.states import REGIONS, State

GERMANY = "DE"
UNINHABITED = "Gemeindefreies Gebiet"
MAX_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Region:
    """One place as of the Gebietsstand of the register; `population` is the official one at `population_date`.

    `ags` is the key: `DE`, 2-digit Land, 5-digit Kreis, 8-digit Gemeinde; `parents` go from near to far. `same_as` is
    the Kreis whose only Gemeinde this is ('' normally). A dissolved Gemeinde has its last day in `valid_to` (ISO) and
    the keys it went to in `successors`; `valid_from` is the first day a place is known of, '' if since the first list.
    `official` is the full official name („Riesa, Stadt“, „Bautzen / Budyšin, Stadt“), `area_km2` the official area,
    `seat` the seat of government of a Kreis or Land. `nuts3` is the European key of a Kreis, `kreistyp` and `raumtyp`
    are the BBSR's types of a Kreis, `gemeindetyp` that of a Gemeinde or the association it belongs to ('' unknown).
    """

    ags: str
    ars: str
    name: str
    kind: str
    level: str
    slug: str
    parents: tuple[str, ...]
    area_km2: float | None
    population: int | None
    population_date: str
    association: str = ""
    lon: float | None = None
    lat: float | None = None
    same_as: str = ""
    valid_to: str = ""
    successors: tuple[str, ...] = ()
    official: str = ""
    seat: str = ""
    valid_from: str = ""
    nuts3: str = ""
    nuts3_name: str = ""
    kreistyp: str = ""
    raumtyp: str = ""
    gemeindetyp: str = ""

    @property
    def forms(self) -> grammar.Forms:
        """All cases of the name, with article."""
        return grammar.forms(self.name, self.kind)

    @property
    def title(self) -> str:
        """„Kreis Dithmarschen“, „Stadt Riesa“, „Dortmund“, „Ilm-Kreis“, „Hessen“."""
        return self.forms.title

    @property
    def nominative(self) -> str:
        """„der Kreis Dithmarschen“, „die Stadt Riesa“, „Dortmund“, „das Saarland“."""
        return self.forms.nominative

    @property
    def accusative(self) -> str:
        """„den Kreis Dithmarschen“, „die Stadt Riesa“, „Dortmund“."""
        return self.forms.accusative

    @property
    def dative(self) -> str:
        """„dem Kreis Dithmarschen“, „der Stadt Riesa“, „Dortmund“."""
        return self.forms.dative

    @property
    def dative_in(self) -> str:
        """„im Kreis Dithmarschen“, „in der Stadt Riesa“, „in Dortmund“, „im Saarland“."""
        return self.forms.dative_in

    @property
    def genitive(self) -> str:
        """„des Kreises Dithmarschen“, „der Stadt Riesa“, „Dortmunds“, „von Mainz“."""
        return self.forms.genitive

    @property
    def inhabited(self) -> bool:
        """Whether people live there: false for forests and lakes that belong to no Gemeinde."""
        return self.kind != UNINHABITED

    @property
    def gone_since(self) -> date | None:
        """The first day without this Gemeinde, None while it exists."""
        return date.fromisoformat(self.valid_to) + timedelta(days=1) if self.valid_to else None


class Register:
    """All regions of one Gebietsstand, in order of their keys, Germany first."""

    def __init__(self, table: Any) -> None:
        self._table = table
        self._column: dict[str, list[Any]] = {}
        self._ags: list[str] = table.column("ags").to_pylist()
        self._row = {ags: number for number, ags in enumerate(self._ags)}
        self._made: dict[int, Region] = {}
        self._children: dict[tuple[str, str], list[int]] = {}

    @classmethod
    def load(cls, where: Path | State) -> Register:
        """The register of a data set. Raises DataError if it has none or the file is damaged."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        state = State.of(where)
        hint = "Das Gebietsverzeichnis lässt sich mit „kommunalprofil data import PFAD…“ neu aufbauen."
        if REGIONS not in state.entries:
            raise DataError(f"Im Datenbestand „{state.where}“ fehlt das Gebietsverzeichnis. {hint}")
        path = state.path(REGIONS)
        try:
            with pq.ParquetFile(path, page_checksum_verification=True) as file:
                return cls(file.read(use_threads=False))
        except (OSError, pa.ArrowException, KeyError) as error:
            raise DataError(f"{path.name} ist beschädigt{damage(error)}. {hint}") from error

    def __len__(self) -> int:
        return len(self._ags)

    def __iter__(self) -> Iterator[Region]:
        return (self._region(number) for number in range(len(self._ags)))

    def __contains__(self, ags: object) -> bool:
        return ags in self._row

    def get(self, ags: str) -> Region:
        """The region with exactly this key. Raises UnknownRegionError."""
        if ags not in self._row:
            raise UnknownRegionError(printable(ags))
        return self._region(self._row[ags])

    def canonical(self, key: str) -> str:
        """The key a region goes by here: 12-digit ARS → AGS, `05913000` → `05913`, `01051000` → `01051`.

        Raises UnknownRegionError if there is no such region.
        """
        found = finding.by_key(self, key)
        if len(found) != 1:
            raise UnknownRegionError(printable(key))
        region = self.get(found[0])
        return region.same_as or region.ags

    def find(self, query: str) -> Region:
        """The one place meant by a key (AGS, ARS), a slug or a name, with or without type, in any usual spelling.

        A kreisfreie Stadt is found as Kreis. Raises AmbiguousRegionError listing all places that could be meant,
        UnknownRegionError with the nearest names if there is none.
        """
        found = [self.get(ags) for ags in dict.fromkeys(self.get(a).same_as or a for a in finding.find(self, query))]
        if len(found) == 1:
            return found[0]
        if found:
            found.sort(key=lambda r: (len(r.ags), -(r.population or 0)))
            lines = self.lines(found[:MAX_CANDIDATES])
            if len(found) > MAX_CANDIDATES:
                lines.append(f"… und {len(found) - MAX_CANDIDATES} weitere: kommunalprofil list „{printable(query)}“")
            raise AmbiguousRegionError(printable(query), lines)
        raise UnknownRegionError(printable(query), self.lines([self.get(a) for a in finding.suggest(self, query)]))

    def search(self, text: str = "", level: str | None = None) -> list[Region]:
        """Places whose name, slug or key contains the text, whole names first, then larger places first.

        A text with a type („Landkreis Göttingen“) finds places of that type by the rest of it.

        Left out: aliases of kreisfreie Städte, dissolved Gemeinden, uninhabited areas. Without a text: all, by key.
        """
        wanted = fold(text)
        typed = list(finding.untyped(wanted))
        columns = (self.column(c) for c in ("ags", "level", "slug", "keys", "same_as", "valid_to", "kind"))
        hits: list[tuple[int, int, int]] = []
        population = self.column("population")
        for number, (ags, its_level, slug, keys, same_as, valid_to, kind) in enumerate(zip(*columns, strict=True)):
            if same_as or valid_to or kind == UNINHABITED or (level and its_level != level):
                continue
            rank = finding.rank(wanted, ags, slug, keys) if text.strip() else 0
            if rank is None:
                ranks = (finding.rank(rest, ags, slug, keys) for rest, fits in typed if fits(its_level, kind))
                rank = min((one for one in ranks if one is not None), default=None)
            if rank is not None:
                hits.append((rank, -(population[number] or 0) if text.strip() else 0, number))
        return [self._region(number) for _, _, number in sorted(hits)]

    def children(self, ags: str, level: str) -> list[Region]:
        """Existing regions of a level inside another, by key; at level Gemeinde also aliases and uninhabited areas.

        The Gemeinde of a kreisfreie Stadt (`05913000`) is listed, so that Gemeinden cover their Kreis and Land.
        """
        if (ags, level) not in self._children:
            inside = "" if ags == GERMANY else ags
            levels, valid_to = self.column("level"), self.column("valid_to")
            self._children[ags, level] = [
                number
                for number, key in enumerate(self._ags)
                if levels[number] == level and key.startswith(inside) and key != ags and not valid_to[number]
            ]
        return [self._region(number) for number in self._children[ags, level]]

    def refusal(self, region: Region) -> str:
        """Why there can be no profile of a place, as a German sentence; empty if there can be one."""
        if since := region.gone_since:
            homes = [f"zu {self.get(ags).dative}" for ags in region.successors if ags in self]
            last = homes[-2:]  # „zur Stadt A, zur Stadt B und zur Stadt C“
            where = ", ".join([*homes[:-2], " und ".join(last)]).replace("zu dem ", "zum ").replace("zu der ", "zur ")
            start = region.nominative[0].upper() + region.nominative[1:]
            gone = f"{start} gibt es seit dem {since:%d.%m.%Y} nicht mehr"
            return f"{gone}; das Gebiet gehört jetzt {where}." if homes else f"{gone}."
        if not region.inhabited:
            return f"Für {region.accusative} gibt es kein Profil: Dort wohnt niemand, es gehört zu keiner Gemeinde."
        return ""

    def lines(self, regions: list[Region]) -> list[str]:
        """Printable lines with key, title and slug; the Kreis is added to titles that occur twice."""
        titles = [f"{r.title}, kreisfreie Stadt" if r.kind in finding.CITY else r.title for r in regions]
        shown = [f"{t} ({self.get(r.parents[0]).title})" if titles.count(t) > 1 and r.parents else t
                 for r, t in zip(regions, titles, strict=True)]  # fmt: skip
        width = max(map(len, shown), default=0)
        return [f"{r.ags:<8}  {title:<{width}}  {r.slug}" for r, title in zip(regions, shown, strict=True)]

    def column(self, name: str) -> list[Any]:
        """One column of the register in row order (for searches over all rows)."""
        if name not in self._column:
            self._column[name] = self._table.column(name).to_pylist()
        return self._column[name]

    @cached_property
    def gebietsstand(self) -> str:
        """The day of the boundaries (ISO)."""
        return str(self._table.column("gebietsstand")[0].as_py())

    def row_of(self, ags: str) -> int:
        """Row number of a key. Raises KeyError."""
        return self._row[ags]

    def _region(self, number: int) -> Region:
        if number not in self._made:
            row = {name: values[0].as_py() for name, values in zip(
                self._table.column_names, self._table.slice(number, 1).columns, strict=True)}  # fmt: skip
            for unused in ("keys", "base", "code", "gebietsstand"):
                row.pop(unused, None)
            row["successors"] = tuple(filter(None, row["successors"].split("|")))
            self._made[number] = Region(**row, parents=self._parents(row["ags"]))
        return self._made[number]

    def _parents(self, ags: str) -> tuple[str, ...]:
        if ags == GERMANY:
            return ()
        above = [ags[:size] for size in (5, 2) if size < len(ags)]
        return (*(key for key in above if key in self._row), GERMANY)
