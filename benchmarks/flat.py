"""Parsing a recorded flat answer of the interface beside pystatis' own parsing of the same bytes.

    python benchmarks/flat.py --pystatis build/pystatis/bin/python [--answer FILE.zip …] [--runs 5]

pystatis needs an older pandas than this program, so it lives in an environment of its own (README.md). Both sides do
what their users get: from the zip to a table with codes, values and signs. Each run is a process that parses the
answer again and again; the two sides take turns, and what counts is the ratio of their medians, run by run.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORDED = "genesis-api/aufzeichnungen-2026-03"
ANSWERS = ("tablefile_12411-01-01-4_de.zip", "tablefile_AI-N-01-2-5_de.zip")
ROUNDS = 20


def ours(path: Path) -> Callable[[], int]:
    """From the file to checked observations with their origin."""
    from kommunalprofil import sources

    def parse() -> int:
        observations = sources.read(path).observations
        assert observations is not None
        return len(observations)

    return parse


def theirs(path: Path) -> Callable[[], int]:
    """What pystatis.Table.get_data does once the answer is there (pystatis 0.5.5), with `prettify`."""
    import io
    import zipfile

    import pandas as pd
    from pystatis import config
    from pystatis.table import Table

    def parse() -> int:
        with zipfile.ZipFile(path) as archive:
            text = archive.read(archive.namelist()[0]).decode("utf-8-sig")
        head, *lines = text.splitlines(keepends=True)
        frame = pd.read_csv(
            io.StringIO(head + "".join(line for line in lines if line[:4].isdigit())),
            sep=";",
            na_values=["...", ".", "-", "/", "x"],
            decimal=",",
            dtype={"1_variable_code": str, "1_variable_attribute_code": str},
            parse_dates=[config.LANG_TO_COL_MAPPING["de"]["time"]],
            date_format="%Y-%m-%d",
        )
        return len(Table.parse_v5_table(frame, "regio", "de"))

    return parse


def side(name: str, path: Path) -> None:
    """Parse the answer ROUNDS times after three for warming up; print the seconds of each and the rows."""
    parse = {"kommunalprofil": ours, "pystatis": theirs}[name](path)
    for _ in range(3):
        rows = parse()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        parse()
        taken.append(time.perf_counter() - start)
    print(json.dumps({"rows": rows, "seconds": taken}))


def measured(python: str, name: str, path: Path) -> tuple[float, int]:
    """Median seconds of one process, and the rows it made."""
    done = subprocess.run(
        [python, __file__, "--side", name, "--answer", str(path)], check=True, capture_output=True, text=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    return statistics.median(told["seconds"]), told["rows"]


def main() -> None:
    """Let the two sides take turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pystatis", default=sys.executable, help="Python with pystatis")
    parser.add_argument("--answer", type=Path, nargs="*", help="recorded answers (zip)")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        side(asked.side, asked.answer[0])
        return
    shared = (HERE.parent / os.environ.get("KOMMUNALPROFIL_SHARED", "../shared")).resolve()
    for path in asked.answer or [shared / "data" / RECORDED / name for name in ANSWERS]:
        runs = [
            [measured(python, name, path) for python, name in
             ((sys.executable, "kommunalprofil"), (asked.pystatis, "pystatis"))]
            for _ in range(asked.runs)
        ]  # fmt: skip
        print(f"{path.name}: {runs[0][1][1]} rows, {asked.runs} runs of {ROUNDS} rounds each")
        for i, name in enumerate(("kommunalprofil", "pystatis")):
            milliseconds = [run[i][0] * 1000 for run in runs]
            spread = f"{min(milliseconds):.1f}–{max(milliseconds):.1f}"
            print(f"  {name:16}{statistics.median(milliseconds):9.1f} ms ({spread})")
        ratios = [theirs_ / ours_ for (ours_, _), (theirs_, _) in runs]
        print(f"  pystatis / kommunalprofil: {statistics.median(ratios):.1f} ({min(ratios):.1f}–{max(ratios):.1f})")


if __name__ == "__main__":
    main()
