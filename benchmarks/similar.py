"""How often the places found to be alike share their BBSR type, beside chance, and how long all of them take.

    python benchmarks/similar.py [--draws 2000] [--seed 1]

Chance is measured twice: among all places of the level, and, harder, among those of the same size class, which is all
the search ever looks at. The interval is that of a bootstrap over places (95 percent, percentiles): places are drawn
again with their neighbours, so it tells how sure the figure is for other such places, not for other years.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from kommunalprofil.comparison import Comparison, Measure
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.similar import USUAL, Space
from kommunalprofil.states import State

Typed = Mapping[str, str]


class Row(NamedTuple):
    """For every place with a type: which part of its nearest has it, and which of its class and of its level."""

    found: list[float]
    in_class: list[float]
    in_level: list[float]


def shared(space: Space, near: Mapping[str, Sequence[str]], types: Typed, kept: Callable[[str], bool]) -> Row:
    """The parts that share the type; places without a type do not count, neither as places nor as neighbours."""
    level = Counter(types[ags] for ags in space.regions if types.get(ags) and kept(ags))
    classes: dict[tuple[str, ...], Counter[str]] = {}
    row = Row([], [], [])
    for ags, others in near.items():
        own, typed = types.get(ags, ""), [types[o] for o in others if types.get(o)]
        if not own or not typed or not kept(ags):
            continue
        places = space.classes[ags].places
        if places not in classes:
            classes[places] = Counter(types[p] for p in places if types.get(p))
        inside = classes[places]
        row.found.append(sum(one == own for one in typed) / len(typed))
        row.in_class.append((inside[own] - 1) / (inside.total() - 1))
        row.in_level.append((level[own] - 1) / (level.total() - 1))
    return row


def told(name: str, row: Row, draws: int, seed: int) -> str:
    """One line: the share with its interval, both chances, and how many times the harder chance it is."""
    columns = np.array(row)
    found, in_class, in_level = columns.mean(axis=1)
    generator = np.random.default_rng(seed)
    number = columns.shape[1]
    drawn = np.array([columns[:, generator.integers(0, number, number)].mean(axis=1) for _ in range(draws)])
    low, high = np.percentile(drawn[:, 0], (2.5, 97.5)) * 100
    more, most = np.percentile(drawn[:, 0] / drawn[:, 1], (2.5, 97.5))
    share = f"{found * 100:5.1f} % [{low:.1f}; {high:.1f}]"
    chances = f"class {in_class * 100:5.1f} %, level {in_level * 100:5.1f} %"
    times = f"{found / in_class:.2f} [{more:.2f}; {most:.2f}] times the class"
    return f"{name:<44}{number:>6}  {share:<24}{chances}   {times}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    state = State.of(data_dir())
    register = Register.load(state)
    keys = register.column("ags")
    kreistyp, raumtyp, gemeindetyp = (
        dict(zip(keys, register.column(name), strict=True)) for name in ("kreistyp", "raumtyp", "gemeindetyp")
    )
    around = {ags: kreistyp.get(ags[:5], "") for ags in keys}

    def everywhere(_ags: str) -> bool:
        return True

    for level in ("kreis", "gemeinde"):
        comparison = Comparison.load(state, level, register)
        assert comparison is not None
        seconds = []
        for _ in range(5):
            start = time.perf_counter()
            space = Space.of(comparison, register)
            dict(space.all_nearest(10))
            seconds.append(time.perf_counter() - start)
        many, spread = len(space.regions), f"{min(seconds):.2f}–{max(seconds):.2f}"
        print(f"{level}: {many} places, all nearest in {statistics.median(seconds):.2f} s ({spread})")

        rural = {ags for ags, size in space.classes.items() if size.city is False}
        tests: list[tuple[str, Sequence[Measure], Typed, Callable[[str], bool]]]
        unsized = [measure for measure in USUAL if measure.theme != "size"]
        if level == "kreis":
            tests = [
                ("Kreistyp, all", USUAL, kreistyp, everywhere),
                ("Kreistyp, Landkreise", USUAL, kreistyp, rural.__contains__),
                ("  the same without size and density", unsized, kreistyp, rural.__contains__),
                ("städtisch/ländlich, Landkreise", USUAL, raumtyp, rural.__contains__),
            ]
        else:
            tests = [
                ("Kreistyp of the Kreis around", USUAL, around, everywhere),
                ("  the same without size and density", unsized, around, everywhere),
                ("Stadt- und Gemeindetyp", USUAL, gemeindetyp, everywhere),
            ]
        for name, measures, types, kept in tests:
            here = space if measures is USUAL else Space.of(comparison, register, measures)
            for count in (1, 5, 10):
                row = shared(here, dict(here.all_nearest(count)), types, kept)
                print(told(f"  {name}, n={count}", row, asked.draws, asked.seed))


if __name__ == "__main__":
    main()
