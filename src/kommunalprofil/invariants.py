"""What must hold in a whole data set: files, schema, sums, ranges, regions, origins, and the balance of the people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from kommunalprofil import checks, territory
from kommunalprofil.accounts import Account
from kommunalprofil.errors import DataError, TilingError
from kommunalprofil.formatting import date as printed
from kommunalprofil.formatting import number
from kommunalprofil.indicators import Results
from kommunalprofil.observations import row_keys, typed, validate
from kommunalprofil.provenance import Origin
from kommunalprofil.sources import declared
from kommunalprofil.sources.declare import Table
from kommunalprofil.states import OBSERVATIONS, REGIONS
from kommunalprofil.store import Store
from kommunalprofil.verdicts import ABOVE, verdicts
from kommunalprofil.vocabulary import MEASURE

if TYPE_CHECKING:
    import pandas as pd

FILES, SCHEMA, SUMS, RANGES, PLACES, SOURCES, CELLS, BALANCE, OFFICIAL, SHRINKING = (
    "Dateien", "Schema", "Summen", "Wertebereich", "Gebiete", "Herkunft", "Zellen", "Bilanz", "amtliche Werte",
    "Umfang",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line of the table of passes and fails: what was checked of which table, whether it holds, and in words."""

    group: str
    table: str
    name: str
    ok: bool
    text: str


def lines(store: Store, tables: Iterable[str] = (), old: Store | None = None) -> Iterator[Line]:
    """Every check of a data set, or of some tables; against the state it replaces too, if `old` is given."""
    wanted = tuple(tables) or store.tables
    yield from _files(store)
    alive = lives(_register(store))
    for table in wanted:
        frame, line = _frame(store, table)
        yield line
        if frame is not None:
            yield from table_lines(table, frame, store.origins)
            yield complete(table, frame)
            if has_places(table):
                yield places(table, spots(frame), alive)
    yield from accounted(store, tuple(tables))
    if not tables:
        yield from _across(BALANCE, balance(store))
    yield from _across(OFFICIAL, official(store, tuple(tables)))
    if old is not None:
        yield from shrunk(old, store)


def _across(group: str, found: Iterator[Line]) -> Iterator[Line]:
    """Checks over several tables, which a damaged one keeps from being made."""
    try:
        yield from found
    except DataError as error:
        yield Line(group, "", "nicht prüfbar", False, str(error))


def _files(store: Store) -> Iterator[Line]:
    """The bytes of every file against its checksum."""
    damaged = []
    for name in sorted(store.state.entries):
        try:
            store.state.read(name)
        except DataError:
            damaged.append(name)
    count = number(len(store.state.entries))
    text = f"beschädigt: {', '.join(damaged)}" if damaged else f"{count} Dateien, alle Prüfsummen stimmen"
    yield Line(FILES, "", "Prüfsummen", not damaged, text)


def _frame(store: Store, table: str) -> tuple[pd.DataFrame | None, Line]:
    """The rows of a table and whether they follow the rules of the schema."""
    try:
        frame = typed(store.observations(table).to_pandas(), table)
        validate(frame, table)
    except DataError as error:
        return None, Line(SCHEMA, table, "Regeln der Spalten", False, str(error))
    return frame, Line(SCHEMA, table, "Regeln der Spalten", True, f"{number(len(frame))} Zeilen")


def table_lines(table: str, frame: pd.DataFrame, origins: Iterable[Origin], summed: bool = False) -> Iterator[Line]:
    """The checks of one table's rows but for their regions; `summed` says that the sums were checked before."""
    declaration = declared().get(table)
    if declaration is not None and not summed:
        yield from _sums(table, declaration, frame)
    yield ranges(table, frame)
    yield _origins(table, frame, origins)


def _sums(table: str, declaration: Table, frame: pd.DataFrame) -> Iterator[Line]:
    try:
        for one in checks.sums(frame, declaration):
            yield Line(SUMS, table, one.name, one.ok, f"{number(one.compared)} Summen: {one.text}")
    except TilingError as error:
        yield Line(SUMS, table, checks.AGES, False, f"Altersgruppen sind unvollständig: {error}")


LIMITS: Mapping[str, tuple[float, float]] = {
    "death_probability": (0, 1),
    "survivors": (0, 100_000),
    "official_life_expectancy": (0, 120),
    "official_mean_age": (0, 90),
    "official_household_size": (1, 10),
    "official_net_migration_rate": (-3000, 3000),
    "area": (0, 360_000),
}
"""Least and largest value of measures; any other is a count or rate from 0, shares are at most 100."""


def _limits(measure: str) -> tuple[float, float]:
    if measure.endswith("_change"):
        return (-np.inf, np.inf)
    return LIMITS.get(measure) or (0.0, 100.0 if MEASURE[measure].unit == "%" else np.inf)


def ranges(table: str, frame: pd.DataFrame) -> Line:
    """Whether every value is one that its measure may have."""
    value = frame["value"].to_numpy()
    measures, codes = frame["measure"].cat.categories, frame["measure"].cat.codes.to_numpy()
    low, high = np.array([_limits(m) for m in measures]).T
    wrong = np.flatnonzero((value < low[codes]) | (value > high[codes]))
    if not len(wrong):
        return Line(RANGES, table, "Werte möglich", True, f"{number(int(np.isfinite(value).sum()))} Werte")
    row = frame.iloc[int(wrong[0])]
    where = f"{row['region']} am {printed(str(row['date']))}"
    text = f"{number(len(wrong))} unmögliche Werte, zuerst {number(row['value'], 2)} ({row['measure']}) bei {where}"
    return Line(RANGES, table, "Werte möglich", False, text)


Lives = Mapping[str, tuple[str, str]]
"""For each Gemeinde the last day of a list that did not have it yet and its own last day ('' for neither)."""


def _register(store: Store) -> pd.DataFrame | None:
    import pyarrow.parquet as pq

    return pq.read_table(store.state.path(REGIONS)).to_pandas() if REGIONS in store.state.entries else None


def lives(register: pd.DataFrame | None) -> Lives:
    """When each Gemeinde of the register lived."""
    if register is None:
        return {}
    columns = (register[c].tolist() for c in ("ags", "valid_from", "valid_to"))
    gemeinden = [row for row in zip(*columns, strict=True) if len(row[0]) == 8]
    lists = sorted({first for _, first, _ in gemeinden if first})
    before = {d: lists[i - 1] if i else "" for i, d in enumerate(lists)} | {"": ""}
    return {key: (before[first], last) for key, first, last in gemeinden}


def has_places(table: str) -> bool:
    """Whether the regions of a table are checked: directories say who exists, official values are never counted."""
    declaration = declared().get(table)
    return declaration is not None and not declaration.oracle and not table.startswith("GV")


def spots(frame: pd.DataFrame) -> list[tuple[str, date]]:
    """Each region with each day whose boundaries rows of it are for."""
    _, first = np.unique(row_keys(frame, ("region", "gebietsstand")), return_index=True)
    pairs = frame.iloc[first]
    return list(zip(pairs["region"].tolist(), pairs["gebietsstand"].tolist(), strict=True))


def places(table: str, pairs: list[tuple[str, date]], alive: Lives) -> Line:
    """Whether each region existed on the day whose boundaries its rows are for."""
    wrong = [(region, day) for region, day in pairs if not _alive(region, day, alive)]
    if not wrong:
        return Line(PLACES, table, "am Stichtag vorhanden", True, f"{number(len(pairs))} Gebiete an Gebietsständen")
    region, day = wrong[0]
    text = f"{number(len(wrong))} Gebiete gab es nicht, zuerst {region} am {printed(day.isoformat())}"
    return Line(PLACES, table, "am Stichtag vorhanden", False, text)


def accounted(store: Store, tables: Collection[str] = ()) -> Iterator[Line]:
    """Whether every cell of the files of a table was kept or left out for a reason, and no kept one got lost since."""
    by_table: dict[str, list[Account]] = {}
    for account in store.accounts:
        by_table.setdefault(account.table, []).append(account)
    shared = Counter(sha for sha, _ in {(o.sha256, o.table) for o in store.origins})
    for table, files in sorted(by_table.items()):
        if table in store.tables and (not tables or table in tables):
            alone = all(shared[one.sha256] == 1 for one in files)
            yield _accounted(table, files, store.state.entries[f"{OBSERVATIONS}/{table}"].rows if alone else None)


def _accounted(table: str, files: list[Account], rows: int | None) -> Line:
    """`rows` is how many the table has now, None if its files hold other tables too."""
    left = Counter[str]()
    for one in files:
        left.update(one.left)
    cells, missing = sum(one.cells for one in files), sum(abs(one.missing) for one in files)
    told = [f"{number(cells)} Zellen aus {number(len(files))} {'Dateien' if len(files) > 1 else 'Datei'}"]
    if left:
        told.append("weggelassen: " + "; ".join(f"{number(n)} {reason}" for reason, n in left.most_common()))
    if missing:
        told.append(f"ohne Grund verschwunden: {number(missing)}")
    most = sum(one.kept + one.summed for one in files)
    lost = rows is not None and (rows > most or (len(files) == 1 and rows != most))
    if lost:
        told.append(f"übernommen {number(most)}, im Datenbestand {number(rows)}")
    return Line(CELLS, table, "nichts ohne Grund weggelassen", not missing and not lost, ", ".join(told))


def complete(table: str, frame: pd.DataFrame) -> Line:
    """Whether every region has as many rows as any other of its level, day, base and measure.

    Official tables are rectangles, gaps are rows with a sign: a row that is missing got lost, even if no sum tells.
    """
    spot = ("region", "gebietsstand", "date", "base", "measure")
    _, first, found = np.unique(row_keys(frame, spot), return_index=True, return_counts=True)
    rows = frame.iloc[first].assign(found=found)
    rows["level"] = rows["region"].str.len().where(rows["region"] != "DE", 0)
    declaration = declared().get(table)
    if declaration is not None and declaration.sum_up:  # sums of Kreise are left out where a part is missing
        rows = rows[rows["level"] >= 5]
    most = rows.groupby(["level", "date", "base", "measure"], observed=True)["found"].transform("max")
    holes = rows[rows["found"] < most]
    text = f"{number(len(rows))} Gebiete an Stichtagen, alle gleich gegliedert"
    if len(holes):
        one = holes.iloc[0]
        text = f"unvollständige Gebiete: {number(len(holes))}, zuerst {one['region']} am {printed(str(one['date']))}"
    return Line(CELLS, table, "jede Gliederung vollständig", holes.empty, text)


def _alive(region: str, day: date, alive: Lives) -> bool:
    if len(region) == 2:
        return region == "DE" or 1 <= int(region) <= 16
    if len(region) == 5:
        began, ended = territory.lived(region)
        return (began is None or day >= began) and (ended is None or day < ended)
    before, last = alive.get(region, ("", ""))
    return (not before or day.isoformat() > before) and (not last or day.isoformat() <= last)


def _origins(table: str, frame: pd.DataFrame, origins: Iterable[Origin]) -> Line:
    """Whether every row's date and base stands in an origin of its table."""
    told = {(d, base) for o in origins if o.table == table for d in o.dates for base in (o.base, "none")}
    pairs = frame[["date", "base"]].drop_duplicates()
    lost = [(d, b) for d, b in zip(pairs["date"], pairs["base"], strict=True) if (d.isoformat(), b) not in told]
    text = f"{number(len(pairs))} Stichtage und Basen, alle belegt"
    if lost:
        text = f"ohne Herkunft: {number(len(lost))} Stichtage, zuerst {printed(lost[0][0].isoformat())}"
    return Line(SOURCES, table, "jede Zeile belegt", not lost, text)


CORRECTION = {"Bund": (0, 0.5, 0.1), "Länder": (2, 2.0, 0.1), "Kreise": (5, 10.0, 0.1)}
"""Level → digits of its keys, largest rest of the balance and largest median rest, per 1,000 people.

The balance never closes exactly: offices correct moves and births after the year is closed, and book small changes of
borders. 1996 to 2015 the largest rest of Germany is 0.4, of a Land 1.7, of a Kreis 8.0 per 1,000; the median 0.01.
"""


BALANCED = frozenset({"population", "births", "deaths", "moves_in", "moves_out"})


def balance(store: Store) -> Iterator[Line]:
    """Stock + births − deaths + net migration against the next stock, for each level, year by year on one base."""
    results = Results(store, {r for level in ABOVE for r in store.regions(level)})
    stock = _totals(results, "population")
    flows = [_totals(results, m).droplevel("base") for m in ("births", "deaths", "moves_in", "moves_out")]
    if stock.empty or any(flow.empty for flow in flows):
        return
    rest = _rests(stock, flows)
    for level, (digits, bound, usual) in CORRECTION.items():
        size = np.array([0 if r == "DE" else len(r) for r in rest.index.get_level_values("region")])
        mine = rest[size == digits]
        if mine.empty:
            continue
        worst = mine.abs().idxmax()
        median, most = float(mine.abs().median()), float(mine.abs().quantile(0.99))
        ok = abs(mine[worst]) <= bound and median <= usual
        largest = f"{number(float(mine[worst]), 2)} je 1.000 bei {worst[0]} {worst[1][:4]}"
        text = (
            f"{number(len(mine))} Jahre: Rest im Median {number(median, 2)}, bei 99 % höchstens {number(most, 2)},"
            f" größter {largest} (erlaubt {number(bound, 1)})"
        )
        yield Line(BALANCE, "", f"Bestand und Bewegung, {level}", ok, text)


def _totals(results: Results, measure: str) -> pd.Series:
    """The total of a count by region, date and base."""
    import pandas as pd

    value, tables = results.whole(measure).value, results.tables_of(measure)
    r, t = np.nonzero(np.isfinite(value))
    regions, dates, bases = (
        np.array([*names, ""], dtype=object)
        for names in (tables.regions, [p.date for p in tables.points], [p.base for p in tables.points])
    )
    index = pd.MultiIndex.from_arrays([regions[r], dates[t], bases[t]], names=["region", "date", "base"])
    return pd.Series(value[r, t], index=index, dtype=float)


def _rests(stock: pd.Series, flows: list[pd.Series]) -> pd.Series:
    """The rest of the balance per 1,000 people, by region, date and base, where everything is known."""
    import pandas as pd

    frame = stock[[d.endswith("-12-31") for d in stock.index.get_level_values("date")]].rename("now").reset_index()
    before = frame.assign(date=[f"{int(d[:4]) + 1}{d[4:]}" for d in frame["date"]]).rename(columns={"now": "then"})
    joined = frame.merge(before, on=["region", "date", "base"])
    for name, flow in zip(("b", "d", "i", "o"), flows, strict=True):
        column = flow[~flow.index.duplicated()].rename(name).reset_index()
        joined = joined.merge(column, on=["region", "date"])
    rest = joined["now"] - joined["then"] - joined["b"] + joined["d"] - joined["i"] + joined["o"]
    index = pd.MultiIndex.from_frame(joined[["region", "date", "base"]])
    return pd.Series((rest / joined["now"] * 1000).to_numpy(), index=index)


def official(store: Store, tables: Collection[str] = (), changed: Collection[str] | None = None) -> Iterator[Line]:
    """The official derived values against what is computed here; see verdicts.verdicts."""
    for verdict in verdicts(store, tables, changed):
        yield Line(OFFICIAL, verdict.table, verdict.name, verdict.ok, verdict.text)


def shrunk(old: Store, new: Store) -> Iterator[Line]:
    """Tables that lost dates, regions or rows though no newer Stand says so."""
    for table in old.tables:
        yield Line(SHRINKING, table, "nichts verschwunden", *_shrunk(old, new, table))


def _shrunk(old: Store, new: Store, table: str) -> tuple[bool, str]:
    if table not in new.tables:
        return False, "die Tabelle fehlt im neuen Stand"
    entries = [s.state.entries[f"{OBSERVATIONS}/{table}"] for s in (old, new)]
    if entries[0] == entries[1]:
        return True, "unverändert"
    stands = [max((o.stand or o.retrieved for o in s.origins if o.table == table), default="") for s in (old, new)]
    dates = [{d for o in s.origins if o.table == table for d in o.dates} for s in (old, new)]
    regions = [s.contents(table)[1] for s in (old, new)]
    lost = {"Stichtage": len(dates[0] - dates[1]), "Gebiete": len(regions[0] - regions[1]),
            "Zeilen": max(entries[0].rows - entries[1].rows, 0)}  # fmt: skip
    told = ", ".join(f"{number(n)} {what}" for what, n in lost.items() if n)
    if not told:
        return True, f"{number(entries[1].rows - entries[0].rows)} Zeilen mehr"
    return stands[1] > stands[0], f"verschwunden: {told}" + (", neuer Stand" if stands[1] > stands[0] else "")
