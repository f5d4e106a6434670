"""One cold `build` (PDF, HTML, data files) beside the plain script that makes the same figures: time and peak memory.

    python benchmarks/single.py [--runs 5] [--region 01051]

Both run as whole processes in turn, A B A B …; what counts are medians and the ratio pair by pair, because machines are
noisy. Before that each runs once to be warm, and its memory is watched: that of all processes, shared pages counted
once. Needs `pip install -r benchmarks/requirements.txt`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

from measuring import measured

HERE = Path(__file__).resolve().parent


def main() -> None:
    """Run both commands and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--region", default="01051")
    asked = parser.parse_args()
    from kommunalprofil.resources import data_dir

    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "kommunalprofil build": [
                sys.executable, "-m", "kommunalprofil", "build", asked.region, "--output", folder, "--quiet", "--force"
            ],
            "plain script": [sys.executable, str(HERE / "plain.py"), str(data_dir()), folder, asked.region],
        }  # fmt: skip
        peaks = {name: measured(command)[2] for name, command in commands.items()}
        runs: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(asked.runs):
            for name, command in commands.items():
                runs[name].append(measured(command, watched=False)[:2])
    print(f"{asked.runs} runs of each, whole cold processes, {os.cpu_count()} cores, region {asked.region}")
    print(f"{'':22}{'wall s (median, min–max)':>28}{'cpu s':>9}{'peak MiB':>10}")
    for name, rows in runs.items():
        wall, cpu = zip(*rows, strict=True)
        spread = f"{statistics.median(wall):.2f} ({min(wall):.2f}–{max(wall):.2f})"
        print(f"{name:22}{spread:>28}{statistics.median(cpu):>9.2f}{peaks[name]:>10.0f}")
    ratios = [a[0] / b[0] for a, b in zip(*runs.values(), strict=True)]
    print(f"ratio build / plain, pair by pair: {statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")


if __name__ == "__main__":
    main()
