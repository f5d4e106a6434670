"""Hostile files without end (make fuzz): new ones for a while, or one again; those that fail are kept in build/fuzz."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import seeds
from harness import Case, cases, fault

KEEP = Path(__file__).resolve().parents[2] / "build" / "fuzz"


def _long(args: argparse.Namespace) -> Iterator[Case]:
    """New cases without end: every seed and damage in turn."""
    plain = [case for case in cases(args.only) if case.number == 0]
    for number in itertools.count():
        for case in plain:
            yield Case(case.seed, case.damage, number, args.seed)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4)), help="the random seed")
    parser.add_argument("--case", default="", help="run this one case (seed/damage/number)")
    parser.add_argument("--only", default="", choices=["", *seeds.BUILDERS], help="only this seed file")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("-n", type=int, default=0, help="stop after so many cases instead")
    parser.add_argument("--keep", type=Path, default=KEEP, help="where files that fail are kept")
    args = parser.parse_args()
    if args.case:
        name, kind, number = args.case.rsplit("/", 2)
        found: Iterator[Case] = iter([Case(name, kind, int(number), args.seed)])
    else:
        found = itertools.islice(_long(args), args.n or None)
    print(f"SEED={args.seed}", flush=True)
    end = time.monotonic() + (1e9 if args.n or args.case else 60 * args.minutes)
    tried = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        for case in found:
            if time.monotonic() > end:
                break
            tried += 1
            if problem := fault(case, Path(folder)):
                failed += 1
                args.keep.mkdir(parents=True, exist_ok=True)
                place = args.keep / f"{args.seed}-{case.name.replace('/', '-')}"
                place.write_bytes(case.data())
                print(
                    f"{case.name}: {problem}\n  kept as {place}; make fuzz SEED={args.seed} CASE={case.name}",
                    flush=True,
                )
    print(f"{tried} cases, {failed} failed", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
