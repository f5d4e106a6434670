"""How much memory and time a very long official file takes: made up here, read and checked in a process of its own."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

LAENDER = [f"{n:02d}" for n in range(1, 17)]
AGES = ["", *(f"ALT{n:03d}" for n in range(90)), "ALT090UM"]
FLAT_HEAD = (
    "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
    "1_variable_attribute_code;1_variable_attribute_label;2_variable_code;2_variable_label;2_variable_attribute_code;"
    "2_variable_attribute_label;3_variable_code;3_variable_label;3_variable_attribute_code;3_variable_attribute_label;"
    "value;value_unit;value_variable_code;value_variable_label;value_q\n"
)
FOOT = "__________\n© Statistisches Bundesamt (Destatis), 2022\nStand: 17.07.2022 / 21:36:16\n"


def flat() -> Iterator[bytes]:
    """12411-0013 without end: the Länder by sex and single years of age, one day after the other."""
    rows = []
    for land in LAENDER:
        for sex, part in (("", 2), ("GESM", 1), ("GESW", 1)):
            for age in AGES:
                place = f"DLAND;Bundesländer;{land};Ort {land};GES;Geschlecht;{sex};{sex.lower()}"
                value = part * (len(AGES) - 1 if not age else 1)
                label = "Insgesamt" if not age else f"{int(age[3:6])}-Jährige"
                year = f"ALT103;Altersjahre (u1-90m);{age};{'90 Jahre und mehr' if age.endswith('UM') else label}"
                start = "12411;Fortschreibung des Bevölkerungsstandes;STAG;Stichtag;<day>"
                rows.append(f"{start};{place};{year};{value};Anzahl;BEVSTD;Bevölkerungsstand;e\n")
    block = "".join(rows).encode()
    yield FLAT_HEAD.encode("utf-8-sig")
    for day in days():
        yield block.replace(b"<day>", day.isoformat().encode())


def wide() -> Iterator[bytes]:
    """12411-02-03-4 without end: a row for each day, region and age group; its foot comes last."""
    ages = ["unter 3 Jahre", "3 bis unter 20 Jahre", "20 bis unter 65 Jahre", "65 Jahre und mehr", "Insgesamt"]
    regions = ["DG", *LAENDER]
    rows = []
    for region in regions:
        people = 16_000_000 if region == "DG" else 1_000_000
        for age in ages:
            n = 4 * people if age == "Insgesamt" else people
            rows.append(f"<day>;{region};    Ein Land wie andere ({region});{age};{2 * n};{n};{n}\n")
    block = "".join(rows).encode()
    yield "GENESIS-Tabelle: 12411-02-03-4\nBevölkerung;;;;;;\n;;;;Insgesamt;männlich;weiblich\n".encode()
    for day in days():
        yield block.replace(b"<day>", f"{day:%d.%m.%Y}".encode())


def days() -> Iterator[date]:
    """Days up to the newest Stichtag of the made-up files, backwards."""
    day = date(2021, 12, 31)
    while True:
        yield day
        day -= timedelta(days=1)


FORMS = {"flat": (flat, ""), "wide": (wide, FOOT)}


def write(path: Path, form: str, size: int) -> None:
    """A file of at least `size` bytes."""
    blocks, foot = FORMS[form]
    with path.open("wb") as stream:
        for block in blocks():
            stream.write(block)
            if stream.tell() >= size:
                break
        stream.write(foot.encode())


def measure(path: Path) -> dict[str, float]:
    """Read and check the file; runs in a process that has done nothing else."""
    import resource

    from kommunalprofil import intake
    from kommunalprofil.errors import KommunalprofilError

    with tempfile.TemporaryDirectory() as folder:  # so that every library is loaded before
        small = Path(folder) / "klein.csv"
        write(small, path.stem, 100_000)
        intake.take(small)
    unit = 1e6 if sys.platform == "darwin" else 1e3
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    started = time.perf_counter()
    taken = intake.take(path)
    seconds = time.perf_counter() - started
    if isinstance(taken, KommunalprofilError):
        raise taken
    frame = taken.observations
    assert frame is not None
    return {
        "megabytes": path.stat().st_size / 1e6,
        "seconds": seconds,
        "before": before,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit,
        "observations": len(frame),
        "frame": float(frame.memory_usage(deep=False).sum()) / 1e6,
        "read": taken.report.rows_read,
    }


def run(form: str, megabytes: int, folder: Path) -> dict[str, float]:
    """Make a file, have it read by another process, remove it."""
    path = folder / f"{form}.csv"
    write(path, form, megabytes * 1_000_000)
    call = [sys.executable, __file__, "--read", str(path)]
    done = subprocess.run(call, capture_output=True, encoding="utf-8")
    path.unlink()
    if done.returncode or done.stderr:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--form", choices=[*FORMS], action="append")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--read", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.read:
        print(json.dumps(measure(args.read)))
        return
    for form in args.form or FORMS:
        with tempfile.TemporaryDirectory() as folder:
            found = run(form, args.megabytes, Path(folder))
        if args.json:
            print(json.dumps({"form": form} | found))
            continue
        rows, made = f"{found['read']:,.0f} Zeilen", f"{found['observations']:,.0f} Beobachtungen"
        memory = f"Arbeitsspeicher höchstens {found['peak']:.0f} MB, davon {found['before']:.0f} MB vor dem Lesen"
        kept = f"{made} ({found['frame']:.0f} MB) in {found['seconds']:.1f} s"
        print(f"{form}: {found['megabytes']:.0f} MB, {rows}, {kept}; {memory}")


if __name__ == "__main__":
    main()
