"""Every indicator from the cold data set to its table; ten of them beside plain pandas; how the cost grows.

    python benchmarks/indicators.py [--runs 3] [--processes 2] [--scaling]

Each figure is a whole process: start of Python, reading, computing, table in memory. Told are wall and processor
seconds, the peak of the memory of all processes together (proportional set size, Linux only), and ratios run by run,
because machines are noisy. With `--scaling` only how the cost grows.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from pathlib import Path

from measuring import measured

BY = ("sex", "nationality", "age", "migration", "household")
TEN = (
    "population", "youth_ratio", "old_age_ratio", "total_dependency_ratio", "ageing_index", "greying_index",
    "parent_support_ratio", "working_age_replacement", "billeter", "foreign_share",
)  # fmt: skip
SIZES = {"kreis": ("Kreise", (50, 100, 200, 400)), "gemeinde": ("Gemeinden", (1000, 3000, 0))}
"""So many places of each level; 0 are all."""
YEARS = ("2015:2021", "2008:2021", "")


def _data() -> Path:
    from kommunalprofil.resources import data_dir

    return data_dir()


def ours(levels: list[str], indicators: list[str], by: tuple[str, ...], processes: int, most: int, dates: str) -> str:
    """The table of some indicators of all existing places of some levels; the first `most` of them if not 0."""
    from kommunalprofil.indicators import declared
    from kommunalprofil.indicators.tabulate import Request, date_filter, tabulate
    from kommunalprofil.regions import Register
    from kommunalprofil.store import Store

    store = Store(_data())
    register = Register.load(store.state)
    places = {r.ags: r.name for level in levels for r in register.search(level=level)}
    chosen = dict(list(places.items())[: most or None])
    request = Request(indicators or list(declared()), chosen, by, dates=date_filter(dates))
    table = tabulate(store, request, processes)
    return f"{len(chosen)} places, {table.num_rows} rows"


def plain() -> str:
    """The same ten, as one would first write them: one frame of all tables, one groupby for each age group."""
    import pandas as pd

    frames = []
    for path in sorted((_data() / "observations").glob("*.parquet")):
        frame = pd.read_parquet(path).astype(dict.fromkeys(("region", "base", "sex", "nationality", "source"), "str"))
        frames.append(frame[(frame["measure"] == "population") & (frame["region"].str.len() <= 5)])
    frame = pd.concat(frames)
    frame = frame[frame["migration"].isin(["_T", "_Z"]) & frame["household"].isin(["_T", "_Z"])]
    parts = frame[(frame["age_to"] - frame["age_from"]) < 200]
    key = ["source", "region", "date", "base", "sex", "nationality"]
    columns = [*key, "value"]

    def people(lo: int, hi: int) -> pd.Series:
        chosen = parts[(parts["age_from"] >= lo) & (parts["age_to"] <= hi)]
        return chosen[columns].groupby(key)["value"].sum(min_count=1)

    work = people(20, 65)
    found = {
        "population": people(0, 200),
        "youth_ratio": people(0, 20) / work * 100,
        "old_age_ratio": people(65, 200) / work * 100,
        "total_dependency_ratio": (people(0, 20) + people(65, 200)) / work * 100,
        "ageing_index": people(65, 200) / people(0, 15) * 100,
        "greying_index": people(80, 200) / people(60, 80) * 100,
        "parent_support_ratio": people(80, 200) / people(50, 65) * 100,
        "working_age_replacement": people(20, 25) / people(60, 65) * 100,
        "billeter": (people(0, 15) - people(50, 200)) / people(15, 50),
    }
    everybody = found["population"].unstack("nationality")
    found["foreign_share"] = (everybody["AUS"] / everybody["_T"] * 100).to_frame("AUS").stack()
    table = pd.concat({name: series.rename("value") for name, series in found.items()}, names=["indicator"])
    return f"{table.index.get_level_values('region').nunique()} places, {len(table)} rows"


def told(name: str, runs: list[tuple[float, float, float, str]]) -> None:
    """One line of the report."""
    wall, cpu, peak = ([run[i] for run in runs] for i in range(3))
    spread = f"{statistics.median(wall):.1f} s ({min(wall):.1f}–{max(wall):.1f})"
    print(f"{name:<40} {spread:<22} cpu {statistics.median(cpu):5.1f} s  peak {max(peak):5.0f} MiB  {runs[-1][3]}")


def main() -> None:
    """Let the sides take turns and print the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--level", default="kreis", help=argparse.SUPPRESS)
    parser.add_argument("--most", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--dates", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        large = ["bund", "land", "kreis"]
        sides = {
            "kreise": lambda: ours(large, [], BY, asked.processes, 0, ""),
            "gemeinden": lambda: ours(["gemeinde"], [], BY, asked.processes, 0, ""),
            "ten": lambda: ours(large, list(TEN), BY[:2], 1, 0, ""),
            "plain": plain,
            "some": lambda: ours([asked.level], [], BY, 1, asked.most, asked.dates),
        }
        print(sides[asked.side]())
        return

    def run(side: str, *more: str) -> tuple[float, float, float, str]:
        command = [sys.executable, __file__, "--side", side, "--processes", str(asked.processes), *more]
        return measured(command)

    if not asked.scaling:
        print(f"{asked.runs} runs of each, {os.cpu_count()} cores, {asked.processes} processes")
        for name, side in (("everything, Bund, Länder, Kreise", "kreise"), ("everything, all Gemeinden", "gemeinden")):
            told(name, [run(side) for _ in range(asked.runs)])
        pairs = [(run("ten"), run("plain")) for _ in range(asked.runs)]
        told("ten indicators, one process", [first for first, _ in pairs])
        told("ten indicators, pandas groupby", [second for _, second in pairs])
        ratios = [second[0] / first[0] for first, second in pairs]
        print(f"pandas / ours, run by run: {statistics.median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})")
    for level, (name, sizes) in SIZES.items():
        for most in sizes:
            told(f"{most or 'all'} {name}, one process", [run("some", "--level", level, "--most", str(most))])
    for dates in YEARS:
        told(f"400 Kreise, {dates or 'all years'}, one process", [run("some", "--dates", dates)])


if __name__ == "__main__":
    main()
