"""A profile with invented numbers, so that documents can be tested without the data set: 42,042 people in Probeland."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any

from kommunalprofil.document import Column, Figure, Gap, Table
from kommunalprofil.grammar import forms
from kommunalprofil.indicators.series import Cell, Selection
from kommunalprofil.provenance import Origin

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="459.21pt" height="120pt" viewBox="0 0 459.21 120" '
    'font-family="Source Sans 3, sans-serif"><defs><clipPath id="c1"><rect width="400" height="100"/></clipPath></defs>'
    '<g clip-path="url(#c1)"><rect x="10" y="20" width="200" height="60" fill="#C4592F"/></g>'
    '<text x="12" y="100" font-size="8.5" fill="#1B2A33">Männer – Größe 1.234</text>'
    """<g class="spots" data-name="Frauen" data-unit=" Personen" data-spots='[[12,40,"1995","1.000"]]'/>"""
    """<g class="spots" data-spots='[[210,30,"1996","2.000"],[10,60,210,60,"Summe","3 von 17"]]'/></svg>"""
)


@dataclass(frozen=True)
class FakeRegion:
    ags: str
    name: str
    kind: str
    level: str
    parents: tuple[str, ...] = ()
    slug: str = "probe"
    ars: str = ""
    area_km2: float | None = 123.4
    population: int | None = 42042
    population_date: str = "2024-12-31"
    association: str = ""
    lon: float | None = 9.0
    lat: float | None = 54.0
    inhabited: bool = True

    def __getattr__(self, name: str) -> str:
        if name in ("title", "nominative", "accusative", "dative_in", "genitive"):
            return getattr(forms(self.name, self.kind), name)
        raise AttributeError(name)


@dataclass(frozen=True)
class FakeValue:
    region: str
    date: str
    indicator: str
    value: float | None
    unit: str
    sex: str = "T"
    age: str = "T"
    nationality: str = "T"
    migration: str = "T"
    household: str = "T"
    variant: str = ""
    numerator: float | None = None
    denominator: float | None = None
    flag: str = ""
    sources: tuple[str, ...] = ("12411-01-01-4",)
    base: str = "zensus_2022"

    @property
    def missing(self) -> bool:
        return self.value is None

    @property
    def reason(self) -> str:
        return "nicht veröffentlicht" if self.missing else ""


BUND = FakeRegion("DE", "Deutschland", "Bund", "bund", slug="deutschland")
LAND = FakeRegion("99", "Probeland", "Land", "land", ("DE",), "probeland")
KREIS = FakeRegion("99001", "Musterkreis", "Kreis", "kreis", ("99", "DE"), "musterkreis")
GEMEINDE = FakeRegion("99001001", "Winzig", "Gemeinde", "gemeinde", ("99001", "99", "DE"), association="Amt Klein")

UNITS = {
    "population": "Personen", "households": "Haushalte", "mean_age": "Jahre", "median_age": "Jahre",
    "population_density": "je km²",
    "women_per_100_men": "je 100", "youth_ratio": "je 100", "old_age_ratio": "je 100", "population_change": "je 10.000",
    "age_share": "%", "foreign_share": "%", "immigration_history_share": "%", "household_share": "%",
    "families_share": "%", "lone_parent_family_share": "%", "lone_father_share": "%", "migration_background_share": "%",
    "births": "Personen", "deaths": "Personen", "natural_balance": "Personen", "total_fertility_rate": "Kinder je Frau",
    "life_expectancy": "Jahre", "moves_in": "Personen", "moves_out": "Personen", "net_migration": "Personen",
    "net_migration_rate": "je 10.000", "foreign_moves_share": "%", "moves_abroad_share": "%",
}  # fmt: skip
LEVEL_SIZE = {"gemeinde": 1, "kreis": 40, "land": 1000, "bund": 20000}
DIMS = {"sex", "age", "nationality", "migration", "household", "variant"}


class FakeProfile:
    """Answers the calls of Profile; `gaps` names indicators that have no value here."""

    comparison = None
    alike = None

    def __init__(self, region: FakeRegion = KREIS, gaps: tuple[str, ...] = ()) -> None:
        known = {r.ags: r for r in (BUND, LAND, KREIS, GEMEINDE)} | {region.ags: region}
        self.region, self.bund, self.gaps = region, BUND, gaps
        self.parents = tuple(known[ags] for ags in region.parents)
        self.register = SimpleNamespace(get=known.__getitem__)

    def _value(self, indicator: str, region: str | None, date: str, dims: dict[str, Any]) -> FakeValue:
        place = self.region if region is None else self.register.get(region)
        dims = {k: v for k, v in dims.items() if k in DIMS}
        year = int(date[:4])
        base = "volkszaehlung_1987" if year < 2011 else "zensus_2011" if year < 2022 else "zensus_2022"
        start = FakeValue(place.ags, date, indicator, None, UNITS[indicator], base=base, **dims)
        if indicator in self.gaps:
            return replace(start, flag="not_published")
        size = LEVEL_SIZE[place.level] * (1000 - 7 * (year % 10))
        seed = sum(map(ord, indicator + str(sorted(dims.items())))) % 37
        match UNITS[indicator]:
            case "Personen" | "Haushalte":
                number = size / (1 if not dims else 2)
            case "%":
                number = 10.0 + seed / 3 + LEVEL_SIZE[place.level] / 9000
            case "Jahre":
                number = 43.0 + year % 10 / 10
            case _:
                number = 90.0 + seed / 7 + LEVEL_SIZE[place.level] / 3000
        flag = {2011: "break:zensus_2011", 2022: "break:zensus_2022"}.get(year, "")
        return replace(start, value=number, numerator=number, denominator=float(size), flag=flag)

    def unsure(self, region: str) -> bool:
        return True

    def checked(self) -> list[Any]:
        return []

    def neighbours(self) -> list[FakeRegion]:
        return [replace(self.region, name="Nachbarort", ags="x")] if self.region.level != "bund" else []

    def sums(self) -> list[str]:
        return []

    def dates(self, indicator: str, **dims: Any) -> list[str]:
        return [f"{year}-12-31" for year in (1995, 2005, 2010, 2011, 2015, 2021, 2022, 2023, 2024)]

    def get(self, indicator: str, *, region: str | None = None, date: str | None = None, **dims: Any) -> FakeValue:
        return self._value(indicator, region, date or "2024-12-31", dims)

    def series(self, indicator: str, *, region: str | None = None, **dims: Any) -> list[FakeValue]:
        return [self._value(indicator, region, date, dims) for date in self.dates(indicator)]

    def cells(self, indicator: str, region: str, variant: str, selection: Selection) -> Iterator[Cell]:
        dims = {name: code for name, code in selection._asdict().items() if code != "T"}
        for v in self.series(indicator, region=region, **dims | ({"variant": variant} if variant else {})):
            if not v.missing:
                yield v.date, v.value, v.numerator, v.denominator, v.flag, v.sources, v.base

    def ahead(self, region: str) -> dict[Any, Any]:
        return {}

    def once(self, region: str, what: Any, make: Callable[[], Any]) -> Any:
        return make()

    def split(self, indicator: str, dim: str, *, date: str | None = None, **others: Any) -> list[FakeValue]:
        members = {"sex": ("F", "M"), "age": ("0-17", "18-64", "65+"), "nationality": ("DE", "AUS")}[dim]
        return [self.get(indicator, date=date, **others | {dim: m}) for m in members]

    def compare(self, indicator: str, **dims: Any) -> list[tuple[FakeRegion, FakeValue]]:
        return [(r, self.get(indicator, region=r.ags, **dims)) for r in (self.region, *self.parents)]

    def origin(self, table: str, date: str | None = None, base: str | None = None) -> Origin:
        return Origin(
            table, "Bevölkerung nach Geschlecht", "Statistische Ämter des Bundes und der Länder", "kreis",
            (date or "2024-12-31",), "2024-12-31", "zensus_2022", "2025-06-30", "", "0" * 64, "dl-de/by-2-0", "© Probe",
        )  # fmt: skip

    @property
    def indicators(self) -> dict[str, SimpleNamespace]:
        text: dict[str, Any] = {"definition": "Menschen & Maße <1>.", "reference": "Lehrbuch"}
        text |= {"by": frozenset({"sex"}), "own": frozenset(), "members": {}, "variants": {}}
        return {name: SimpleNamespace(de=f"Kennzahl {name}", unit=unit, variant=_variant(unit), **text)
                for name, unit in UNITS.items()}  # fmt: skip


def _variant(unit: str) -> Callable[[str], SimpleNamespace]:
    return lambda name: SimpleNamespace(definition=f"Variante {name}.", unit=unit)


@dataclass(frozen=True)
class FakeFigure:
    """A figure function by id: an invented figure, or a gap where the profile lacks the indicator."""

    id: str
    indicator: str = "population"
    rows: int = 4
    words: dict[str, str] = field(default_factory=dict)

    def __call__(self, p: Any) -> Figure | Gap:
        if p.get(self.indicator).missing:
            return Gap(self.id, f"Für {p.region.name} ist {self.indicator} nicht veröffentlicht, weil Daten fehlen.")
        title = self.words.get("title", f"Befund {self.id}")
        columns = (Column("Jahr", align="left"), Column("Frauen", "Personen"), Column("Männer", "Personen"))
        rows = (*((str(1995 + n), f"{n}.000", "–") for n in range(self.rows - 1)), ("Summe", "6", "."))
        caption = self.words.get("caption", f"Werte zu {self.id}")
        table = Table(caption, columns, rows, ("12411-01-01-4",), total_rows=(self.rows - 1,))
        alt = f"Linien, {p.region.name}, 1995 bis 2024, {self.id}: Befund mit 2 Zahlen."
        return Figure(self.id, title, f"Personen, {p.region.title}", SVG, alt, table, ("12411-01-01-4",), width="full")


INDICATOR_OF = {
    "locator_map": "population", "age_map": "mean_age", "population_series": "population",
    "population_change": "population_change",
    "population_components": "natural_balance", "births_deaths": "births", "vital_rates": "births",
    "fertility": "total_fertility_rate", "mothers": "births", "life_expectancy": "life_expectancy",
    "moves_series": "moves_in", "moves_by_age": "moves_in", "migration_phases": "moves_in",
    "moves_by_nationality": "moves_in", "groups": "foreign_share",
    "pyramid": "mean_age", "age_shares": "youth_ratio", "ageing_indicators": "old_age_ratio",
    "ageing_series": "old_age_ratio",
    "foreign_share": "foreign_share", "foreign_share_by_age": "foreign_share",
    "immigration_history": "foreign_share", "household_types": "households",
    "household_sizes": "households", "household_seniors": "households",
}  # fmt: skip
FIGURES: dict[str, Callable[[Any], Figure | Gap]] = {name: FakeFigure(name, of) for name, of in INDICATOR_OF.items()}
