"""A small world whose tables agree with one another: two Kreise of one Land, one of them with two Gemeinden.

Counts are drawn for every single year of age, sex and nationality, and every table is their sum over its own groups.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from kommunalprofil.indicators import Results
from kommunalprofil.indicators.territory import AsReported
from kommunalprofil.observations import COLUMNS, DEFAULTS, schema
from kommunalprofil.provenance import Origin

PLACES = ("01001", "01002001", "01002002")
"""The areas people are drawn for."""
REGIONS = ("DE", "01", "01001", "01002")
GEMEINDEN = ("01002001", "01002002")
YEARS = (2011, 2012, 2013, 2014, 2015)
AGES = 96
SINGLE = [*range(75), 75, 80, 85, 90, 200]
GROUPS_17 = [0, 3, 6, 10, 15, 18, *range(20, 66, 5), 75, 200]
GROUPS_21 = [0, 3, 6, 10, 15, 18, *range(20, 91, 5), 200]
PHASES = [0, 18, 25, 30, 50, 65, 200]
FIVE = [*range(0, 91, 5), 200]
DYING = [0, 1, *range(5, 86, 5), 200]
MOTHERS = [0, 20, 25, 30, 35, 40, 200]
CENSUS = ("2011-05-09", "2022-05-15")
HOUSEHOLDS = {
    "one_person": 40, "couple_without_child": 25, "couple_with_child": 20, "lone_parent": 9, "shared": 6,
    "size_1": 40, "size_2": 30, "size_3": 15, "size_4": 10, "size_5": 3, "size_6plus": 2,
    "married": 30, "registered_partnership": 1, "unmarried_couple": 14, "lone_mother": 7, "lone_father": 2,
    "seniors_only": 28, "seniors_and_younger": 8, "no_seniors": 64,
}  # fmt: skip
STATUS = {"status_single": 40, "status_married": 45, "status_widowed": 7, "status_divorced": 8}
Row = dict[str, Any]


def inside(region: str, place: str) -> bool:
    return region == "DE" or place.startswith(region)


class World:
    """People and cases by place, year, sex (M, F), nationality (DE, AUS) and age; the tables made of them."""

    def __init__(self, seed: int = 1, scale: int = 1) -> None:
        rng = np.random.default_rng(seed)
        size = (len(PLACES), len(YEARS), 2, 2)
        self.people = rng.integers(40, 90, (*size, AGES)) * scale
        self.deaths = rng.integers(1, 9, (*size, AGES)) * scale
        self.births = rng.integers(20, 40, (*size, AGES)) * scale
        self.births[..., :15] = self.births[..., 45:] = 0
        come = rng.integers(5, 30, (*size, AGES))
        self.come, self.abroad, self.new_germans = come * scale, come // 4 * scale, come // 5 * scale
        self.leave = rng.integers(5, 30, (*size, AGES)) * scale
        self.tables: dict[str, list[Row]] = {}
        self._stocks()
        self._flows()
        self._census()

    def count(
        self, what: np.ndarray, region: str, year: int, lo: int = 0, hi: int = 200, sex: str = "_T", nat: str = "_T"
    ) -> int:
        """How many there are of an array in a region, year and age interval."""
        places = [i for i, place in enumerate(PLACES) if inside(region, place)]
        part = what[places, YEARS.index(year)]
        part = part if sex == "_T" else part[:, ["M", "F"].index(sex)][:, None]
        part = part if nat == "_T" else part[:, :, ["DE", "AUS"].index(nat)][:, :, None]
        return int(part[..., lo : min(hi, AGES)].sum())

    def add(self, table: str, measure: str, region: str, date: str, value: float, **codes: Any) -> None:
        row = {**DEFAULTS, "region": region, "gebietsstand": date, "date": date, "measure": measure, "base": "none"}
        self.tables.setdefault(table, []).append({**row, **codes, "value": float(value), "source": table})

    def table(
        self,
        name: str,
        measure: str,
        what: np.ndarray,
        bounds: Sequence[int] = (),
        *,
        years: Iterable[int] = YEARS,
        regions: Iterable[str] = REGIONS,
        sexes: Sequence[str] = ("_T", "M", "F"),
        nationalities: Sequence[str] = ("_T",),
        **codes: Any,
    ) -> None:
        """A table of counts by the groups of its own."""
        groups = [(0, 200), *pairwise(bounds)] if len(bounds) > 2 else [(0, 200)]
        for region in regions:
            for year in years:
                for sex in sexes:
                    for nat in nationalities:
                        for lo, hi in groups:
                            value = self.count(what, region, year, lo, hi, sex, nat)
                            self.add(name, measure, region, f"{year}-12-31", value, sex=sex, nationality=nat,
                                     age_from=lo, age_to=hi, **codes)  # fmt: skip

    def _stocks(self) -> None:
        base = {"base": "zensus_2011"}
        self.table("12411-04-02-4", "population", self.people, SINGLE, **base)
        self.table("12411-03-03-4", "population", self.people, GROUPS_21, nationalities=("_T", "DE", "AUS"), **base)
        self.table("12411-02-03-5", "population", self.people, GROUPS_17, regions=GEMEINDEN, **base)
        for region in (*REGIONS, *GEMEINDEN):
            self.add("GV-Auszug", "area", region, "2014-12-31", 10 * len(region), sex="_Z", nationality="_Z",
                     migration="_Z")  # fmt: skip
        for region in REGIONS:
            for year in YEARS[1:]:
                for sex in ("_T", "M", "F"):
                    both = self.count(self.people, region, year, sex=sex), self.count(self.people, region, year - 1,
                                                                                      sex=sex)  # fmt: skip
                    self.add("12411-05-01-4", "average_population", region, f"{year}-12-31", sum(both) / 2, sex=sex,
                             period="year", base="zensus_2011")  # fmt: skip

    def _flows(self) -> None:
        year = {"period": "year"}
        self.table("12612-01-01-4", "births", self.births, **year)
        self.table("12612-02-01-4", "births", self.births, MOTHERS, nationalities=("_T", "DE"), **year)
        self.table("12613-01-01-4", "deaths", self.deaths, **year)
        self.table("12613-02-02-4", "deaths", self.deaths, DYING, nationalities=("_T", "DE"), **year)
        self.table("demo_r_magec3", "deaths", self.deaths, FIVE, **year)
        for name, what in (("moves_in", self.come), ("moves_out", self.leave)):
            self.table("12711-04-02-4", name, what, PHASES, **year)
            self.table("12711-05-02-4", name, what, nationalities=("_T", "DE", "AUS"), **year)
            self.table("12711-01-03-5", f"{name}_gemeinde", what, PHASES, regions=GEMEINDEN, **year)
            self.table("12711-02-02-4", f"{name}_abroad", self.abroad, PHASES, **year)
        for region in REGIONS:
            for y in YEARS:
                new = self.count(self.new_germans, region, y, nat="AUS")
                self.add("12511-01-01-4", "naturalisations", region, f"{y}-12-31", new, period="year")
                for sex in ("_T", "M", "F"):
                    need = self.count(self.people, region, y, 80, 200, sex)
                    self.add("22411-02-03-4", "care_recipients", region, f"{y}-12-31", need, sex=sex)

    def _census(self) -> None:
        homes = {"sex": "_Z", "nationality": "_Z", "migration": "_Z"}
        for table, date in (("12111-32-01-4", CENSUS[0]), ("Zensus2022-Haushalte", CENSUS[1])):
            kinds = {k: n for k, n in HOUSEHOLDS.items() if date == CENSUS[1] or k in list(HOUSEHOLDS)[:5]}
            for region in REGIONS:
                base = {"base": f"census_{date[:4]}", **homes}
                self.add(table, "households", region, date, 100_000, household="_T", **base)
                for kind, percent in kinds.items():
                    self.add(table, "households", region, date, 1_000 * percent, household=kind, **base)
        for table, date in (("12111-05-01-4", CENSUS[0]), ("Zensus2022-Demografie", CENSUS[1])):
            for region in REGIONS:
                base = {"base": f"census_{date[:4]}"}
                self.add(table, "population", region, date, 210_000, **base)
                for status, percent in STATUS.items():
                    self.add(table, "population", region, date, 2_100 * percent, household=status, **base)
        for region in REGIONS:
            for code, n in {"without": 160_000, "with": 45_000, "immigrated": 38_000, "descendant": 7_000,
                            "one_sided": 5_000}.items():  # fmt: skip
                self.add(
                    "Zensus2022-Demografie", "population", region, CENSUS[1], n, migration=code, base="census_2022"
                )
            for lo, hi, n in ((0, 200, 200_000), (0, 20, 40_000), (20, 60, 110_000), (60, 200, 50_000)):
                for nat, migration, share in (("_T", "_T", 1.0), ("AUS", "_T", 0.08), ("DE", "_T", 0.92),
                                              ("DE", "without", 0.8), ("DE", "with", 0.12)):  # fmt: skip
                    self.add("12111-07-01-4", "population_private_households", region, CENSUS[0], n * share,
                             nationality=nat, migration=migration, age_from=lo, age_to=hi,
                             base="census_2011")  # fmt: skip

    def results(
        self,
        change: Callable[[list[Row]], list[Row]] = list,
        regions: Iterable[str] | None = None,
        kind: type[Results] = Results,
    ) -> Results:
        """Everything that can be computed, of tables that `change` may alter."""
        shelf = Shelf({name: change(rows) for name, rows in self.tables.items()})
        return kind(shelf, regions, territory=AsReported())  # type: ignore[arg-type]


class Shelf:
    """Stands in for the Store: tables as rows."""

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self._rows, self.tables = tables, tuple(tables)
        self.origins: list[Origin] = []

    def observations(self, table: str, lands: Iterable[str] | None = None) -> pa.Table:
        rows = self._rows[table]
        columns = {c: [row[c] for row in rows] for c in COLUMNS}
        for day in ("date", "gebietsstand"):
            columns[day] = np.array(columns[day], dtype="datetime64[D]")
        return pa.table({f.name: pa.array(columns[f.name]).cast(f.type) for f in schema()}, schema=schema())
