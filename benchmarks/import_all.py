"""Importing every official file of a folder, checks included, beside merely reading the same files with pandas.

    python benchmarks/import_all.py [FOLDER] [--runs 3] [--workers 2]

Both run as whole processes in turn. Told are wall and processor seconds, the peak of the memory of all processes
together (proportional set size, Linux only), and the ratio run by run, because machines are noisy.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import warnings
from pathlib import Path

from measuring import measured

HERE = Path(__file__).resolve().parent
TEXTS = (".csv", ".txt", ".asc", ".tsv")


def imported(folder: Path, target: Path, workers: int) -> None:
    """What `data import` does, without its talk."""
    from kommunalprofil import importer

    outcome = importer.run([folder], target, workers=workers)
    told = f"{len(outcome.reports)} files read, {len(outcome.passed)} passed over, {len(outcome.refused)} refused"
    print(f"{told}, {sum(outcome.tables.values())} rows in {len(outcome.tables)} tables")


def plain(folder: Path) -> None:
    """Every text and workbook into frames of texts, nothing understood, nothing checked, nothing written."""
    import pandas as pd

    # openpyxl tells of styles it does not know: no part of the comparison
    warnings.filterwarnings("ignore", category=UserWarning, module="openpyxl")
    rows = files = 0
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        packed = path.name.endswith(".gz")
        kind = Path(path.stem).suffix.lower() if packed else path.suffix.lower()
        if kind in TEXTS:
            names = list(range(400))
            frame = pd.read_csv(path, sep=";", header=None, names=names, dtype=str, encoding="latin-1", quoting=3)
            rows, files = rows + len(frame), files + 1
        elif kind == ".xlsx":
            for frame in pd.read_excel(path, sheet_name=None, header=None, dtype=str).values():
                rows += len(frame)
            files += 1
    print(f"{files} files read, {rows} rows")


def main() -> None:
    """Let both take turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    shared = (HERE.parent / os.environ.get("KOMMUNALPROFIL_SHARED", "../shared")).resolve() / "data"
    parser.add_argument("folder", type=Path, nargs="?", default=shared)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--side", help=argparse.SUPPRESS)
    parser.add_argument("--target", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side == "import":
        imported(asked.folder, asked.target, asked.workers)
        return
    if asked.side == "plain":
        plain(asked.folder)
        return
    runs: dict[str, list[tuple[float, float, float, str]]] = {"data import": [], "pandas reads": []}
    for _ in range(asked.runs):
        with tempfile.TemporaryDirectory() as folder:
            mine = ["--side", "import", "--target", f"{folder}/set", "--workers", str(asked.workers)]
            runs["data import"].append(measured([sys.executable, __file__, str(asked.folder), *mine]))
        runs["pandas reads"].append(measured([sys.executable, __file__, str(asked.folder), "--side", "plain"]))
    print(f"{asked.runs} runs of each, {os.cpu_count()} cores, {asked.workers} workers")
    for name, rows in runs.items():
        wall, cpu, peak, _ = zip(*rows, strict=True)
        spread = f"{statistics.median(wall):.1f} s ({min(wall):.1f}–{max(wall):.1f})"
        print(f"{name:14}{spread:>26}  cpu {statistics.median(cpu):.1f} s  peak {max(peak):.0f} MiB  {rows[0][3]}")
    ratios = [a[0] / b[0] for a, b in zip(*runs.values(), strict=True)]
    print(f"ratio import / pandas, run by run: {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")


if __name__ == "__main__":
    main()
