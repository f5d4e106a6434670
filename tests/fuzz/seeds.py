"""A small whole file for every reader, its numbers made up; `SEEDS` has them by name."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import seed_areas
import seed_books

import twins


@dataclass(frozen=True)
class Seed:
    """One file: `kind` is text, fixed (columns of fixed width), archive, book or packed (gzip).

    `separator` divides its columns. `even`: every region has the same cells. `free`: rows stand in any order, none
    leans on the one above it. `derived`: some numbers are sums the reader makes, so a lost row changes others. `foot`:
    the format says where a file ends.
    """

    name: str
    data: bytes
    kind: str = "text"
    separator: bytes = b";"
    even: bool = True
    free: bool = True
    derived: bool = False
    foot: bool = False


SEX = {"DG": [30, 10, 20], "01": [30, 10, 20], "01051": [21, 7, 14], "01053": [9, 3, 6], "16056": ["-"] * 3}
TWO = {key: row * 2 for key, row in SEX.items()}
AGES = {key: twins.aged([1, 2, 3, 4, 5], [2, 3, 4, 5, 6]) for key in ("DG", "01", "01051")}
WIDE = {key: [2, 4, 6, 8, 10, 30, *[1, 2, 3, 4, 5, 15] * 2] for key in ("DG", "03151401002", "0713101001")}
PEOPLE = [100, 40, 60, 80, 20, 3, 3, 4, 6, 3, 6, 15, 20, 20, 10, 10, 40, 40, 10, 8, 2, 60, 30, 20, 10, 10]
HOUSEHOLDS = [100, 40, 30, 10, 10, 5, 5, 40, 25, 20, 10, 5, 40, 38, 1, 6, 8, 2, 5, 30, 10, 60]


def _nationality() -> str:
    labels = [n for n in ("Insgesamt", "Deutsche", "Ausländer(innen)") for _ in range(3)]
    headers = [["", "", "", "", *labels], ["", "", "", "", *["Insgesamt", "männlich", "weiblich"] * 3]]
    counts = [9, 3, 6, 6, 2, 4, 3, 1, 2]
    rows = []
    for key in ("DG", "05", "05913"):
        rows += [["31.12.2015", key, f"Ort {key}", age, *counts] for age in twins.AGES]
        rows += [["31.12.2015", key, f"Ort {key}", "Insgesamt", *[5 * n for n in counts]]]
    return twins.sheet("12411-03-03-4", headers, rows)


def _quality() -> str:
    head, *lines = twins.flat(SEX).splitlines()
    letters = "epres" * len(lines)
    return "\n".join([f"{head};value_q", *(f"{line};{q}" for line, q in zip(lines, letters, strict=False))]) + "\n"


def _oracle() -> str:
    headers = [["", "", *["31.12.2015"] * 3], ["", "", "Insgesamt", "männlich", "weiblich"], ["", "", *["Jahre"] * 3]]
    rows = [[key, f"Ort {key}", "43,4", "42,1", "44,6"] for key in ("DG", "01", "01051")]
    return twins.sheet("12411-07-01-4", headers, rows)


def _table(
    number: str, titles: list[str], headers: list[list[object]], rows: list[list[object]], foot: str = ""
) -> str:
    """A Datencsv of GENESIS-Online, its titles as wide as the table."""
    pad = ";" * (len(headers[0]) - 1)
    lines = [f"GENESIS-Tabelle: {number}"] if number else []
    lines += [title + pad for title in titles] + [";".join(map(str, row)) for row in [*headers, *rows]]
    end = foot or "__________\nAb 2011.\n© Statistisches Bundesamt (Destatis), 2022\nStand: 17.07.2022 / 21:36:16\n"
    return "\n".join(lines) + "\n" + end


def _moves() -> str:
    """12711-04-02-4: the year in a line of its own, two measures side by side, ages in rows."""
    above = ["Zuzüge - Wanderungen über die Kreisgrenzen", "Fortzüge - Wanderungen über die Kreisgrenzen"]
    headers: list[list[object]] = [["", "", "", *[text for text in above for _ in range(3)]],
                                   ["", "", "", *["Geschlecht"] * 6],
                                   ["", "", "", *["Insgesamt", "männlich", "weiblich"] * 2],
                                   ["", "", "", *["Anzahl"] * 6]]  # fmt: skip
    rows = [
        [key, f"Ort {key}", age, *cells]
        for key in ("DG", "01", "01051")
        for age, *cells in (["unter 18 Jahre", 5, 2, 3, 7, 3, 4], ["18 Jahre und mehr", 5, 3, 2, 3, 2, 1],
                            ["Insgesamt", 10, 5, 5, 10, 5, 5])
    ]  # fmt: skip
    return _table("12711-04-02-4", ["Zu- und Fortzüge", "Wanderungsstatistik", "Jahr: 2012"], headers, rows)


def _blocks() -> str:
    """12621-0001: a line with the years above each block, the sex in the first row of its ages."""
    rows: list[list[object]] = []
    for years in ("1991/93", "1992/94"):
        rows += [[years, "", ""], ["männlich", "0 Jahre", "0,0069"], ["", "1 Jahr", "0,0005"], ["", "2 Jahre", "-"]]
        rows += [["weiblich", "0 Jahre", "0,0059"], ["", "1 Jahr", "0,0004"], ["", "2 Jahre", "0,0003"]]
    headers: list[list[object]] = [["", "", "Sterbewahrscheinlichkeit [q(x)]"], ["", "", "Ziffer"]]
    return _table(
        "12621-0001", ["Sterbetafel (Periodensterbetafel): Deutschland, Jahre,", "Deutschland"], headers, rows
    )


def _births() -> str:
    """12612-0008 in English: a column of signs beside each column of values, decimal points."""
    foot = (
        "__________\nFrom 2011: Results\n© Federal Statistical Office, Wiesbaden 2024\ncreated: 2024-11-28 / 12:20:37\n"
    )
    headers: list[list[object]] = [["", "Year", "", "", ""], ["", 2021, "", 2022, ""]]
    rows: list[list[object]] = [[f"{age} years", "1.3", "e", "1.25", "p"] for age in range(15, 20)]
    titles = ["Live births per 1000 women: Germany, years, age", "Birth statistics", "Germany"]
    return _table("12612-0008", titles, headers, rows, foot).replace("GENESIS-Tabelle", "Tabelle")


def _quarters() -> str:
    """12411-0021: the Länder in columns."""
    laender = ["Bayern", "Hessen", "Sachsen"]
    headers: list[list[object]] = [["", *[land for land in laender for _ in range(3)]],
                                   ["", *["männlich", "weiblich", "Insgesamt"] * 3]]  # fmt: skip
    rows = [[day, *[5, 6, 11] * 3] for day in ("31.03.1991", "30.06.1991", "30.09.1991")]
    return _table("12411-0021", ["Bevölkerung: Bundesländer, Stichtag zum Quartalsende,"], headers, rows)


def _projection() -> str:
    """12421-0002: variants in rows, counts in thousands."""
    headers: list[list[object]] = [
        ["", "", "", "", "Stichtag", "Stichtag"],
        ["", "", "", "", "31.12.2022", "31.12.2030"],
    ]
    rows: list[list[object]] = [
        [f"BEV-VARIANTE-0{n}", f"Variante {n}", sex, age, "385,8", "388,5"]
        for n in (1, 2) for sex in ("männlich", "weiblich") for age in ("unter 1 Jahr", "1-Jährige", "2 Jahre und mehr")
    ]  # fmt: skip
    titles = ["Vorausberechneter Bevölkerungsstand: Deutschland, Stichtag,", "Deutschland",
              "Vorausberechneter Bevölkerungsstand (1000)"]  # fmt: skip
    return _table("12421-0002", titles, headers, rows)


def _years() -> str:
    """12411-0005: Germany only, which its title says; ages in rows."""
    headers: list[list[object]] = [["", "Stichtag", "Stichtag"], ["", "31.12.2015", "31.12.2016"]]
    ages = ["unter 1 Jahr", "1-Jährige", "2 Jahre und mehr"]
    rows = [[age, 5, 6] for age in ages] + [["Insgesamt", 15, 18]]
    return _table("12411-0005", ["Bevölkerung: Deutschland, Stichtag, Altersjahre", "Deutschland"], headers, rows)


def _by_nationality() -> str:
    """12613-0004: the year in front of each row, two headings side by side."""
    headers: list[list[object]] = [["", "", *[s for s in ("männlich", "weiblich", "Insgesamt") for _ in range(3)]],
                                   ["", "", *["Deutsche", "Ausländer", "Insgesamt"] * 3]]  # fmt: skip
    rows = [
        [2000 + n, age, 3, 1, 4, 2, 1, 3, 5, 2, 7]
        for n in range(2)
        for age in ("unter 1 Jahr", "1-Jährige", "2 Jahre und mehr")
    ]
    rows += [[2000 + n, "Insgesamt", 9, 3, 12, 6, 3, 9, 15, 6, 21] for n in range(2)]
    return _table("12613-0004", ["Gestorbene: Deutschland, Jahre,", "Deutschland"], headers, rows)


def _excel() -> str:
    """Saved anew by Excel: zeros of the keys lost, CRLF, padded with separators."""
    text = twins.by_sex(
        {"DG": [33, 11, 22], "01": [30, 10, 20], "01051": [30, 10, 20], "10": [3, 1, 2], "10041": [3, 1, 2]}
    )
    return "\r\n".join(line.removeprefix("0") + ";;" * (";" in line) for line in text.splitlines()) + "\r\n"


NUTS_1 = tuple(f"DE{code}" for code in "123456789ABCDEFG")


def _tsv(old: bool = False) -> bytes:
    """Germany, all Länder, and the Kreise of two of them; Eisenach stands beside the Wartburgkreis."""
    if old:
        rows = ["RT,DE\t3.2 \t3.3 ", *(f"RT,{geo}\t2.9 b\t3.1 p" for geo in NUTS_1[:-1]), "RT,DEG\t3.0 u\t: "]
        return (
            "unit,geo\\time\t2019 \t2018 \n" + "\n".join([*rows, "RT,DEF0\t2.9 \t: ", "RT,FR\t1 \t2 "]) + "\n"
        ).encode()
    people = {"DE": 80_000_000, **dict.fromkeys(NUTS_1, 5_000_000), "DEF05": 5_000_000, "DEG0N": 1_000_000}
    lines = ["freq,sex,unit,age,geo\\TIME_PERIOD\t2021 \t2022 "]
    for geo, size in (people | {"DEG0P": 4_000_000}).items():
        for sex, part in (("T", 2), ("M", 1), ("F", 1)):
            for age, share in (("TOTAL", 10), ("Y_LT5", 4), ("Y_GE5", 6)):
                cell = size // 20 * part * share
                lines.append(f"A,{sex},NR,{age},{geo}\t{cell} \t{cell} ep")
    return ("\n".join([*lines, "A,T,NR,TOTAL,AT\t9 \t9 "]) + "\n").encode()


def _json() -> bytes:
    import json

    dims = {"statistic": ["12411"], "content": ["BEVSTD$ANZ"], "DINSG": ["DG"], "STAG": ["2022-12-31", "2023-12-31"],
            "GES": ["%TOTAL%", "GESM", "GESW"], "NAT": ["%TOTAL%", "NATD", "NATA"],
            "ALT013": ["%TOTAL%", "ALT000B15", "ALT015UM"]}  # fmt: skip
    values = [n * size * share for _ in range(2) for n in (3, 1, 2) for size in (9, 6, 3) for share in (3, 1, 2)]
    categories = {name: {"category": {"index": {c: i for i, c in enumerate(codes)}}} for name, codes in dims.items()}
    data = {"id": list(dims), "size": [len(codes) for codes in dims.values()], "dimension": categories,
            "value": values, "status": ["e"] * len(values)}  # fmt: skip
    return json.dumps({"version": "2.0", "data": [data]}, indent=1).encode()


def _census(table: str, cells: list[int]) -> bytes:
    return twins.census(table, {"00": cells, "01": cells}).encode("utf-8-sig")


ENDED = {"foot": True}
BOOK: dict[str, Any] = {"kind": "book"}
AREAS: dict[str, Any] = {"even": False, "derived": True}
BUILDERS: dict[str, tuple[Callable[[], bytes], dict[str, Any]]] = {
    "datencsv": (lambda: twins.by_sex(SEX).encode("cp1252"), ENDED),
    "datencsv-two-days": (lambda: twins.by_sex(TWO, ["31.12.2015", "31.12.2014"]).encode(), ENDED),
    "datencsv-ages": (lambda: twins.by_age(AGES).encode("cp1252"), ENDED),
    "datencsv-wide": (lambda: twins.wide_ages(WIDE).encode(), ENDED),
    "datencsv-new": (lambda: twins.by_sex(SEX, first="Tabelle: ").encode("utf-8-sig"), ENDED),
    "datencsv-nationality": (lambda: _nationality().encode("cp1252"), ENDED),
    "datencsv-official": (lambda: _oracle().encode("cp1252"), ENDED),
    "datencsv-moves": (lambda: _moves().encode("cp1252"), ENDED),
    "datencsv-blocks": (lambda: _blocks().encode("utf-8-sig"), ENDED | {"free": False}),
    "datencsv-english": (lambda: _births().encode("utf-8-sig"), ENDED | {"free": False}),
    "datencsv-laender": (lambda: _quarters().encode("cp1252"), ENDED),
    "datencsv-variants": (lambda: _projection().encode("cp1252"), ENDED | {"even": False}),
    "datencsv-germany": (lambda: _years().encode("cp1252"), ENDED),
    "datencsv-flows": (lambda: _by_nationality().encode("cp1252"), ENDED),
    "datencsv-excel": (lambda: _excel().encode("cp1252"), ENDED),
    "packed": (lambda: gzip.compress(twins.by_sex(SEX).encode(), mtime=0), {"kind": "packed"}),
    "flat-old": (lambda: twins.flat(SEX, "alt").encode("cp1252"), {}),
    "flat-old-english": (lambda: twins.flat(SEX, "alt", "en").encode(), {}),
    "flat-new": (lambda: twins.flat(SEX).encode("utf-8-sig"), {}),
    "flat-quality": (lambda: _quality().encode("utf-8-sig"), {"derived": True}),
    "flat-zip": (lambda: twins.zipped(twins.flat(SEX)), {"kind": "archive"}),
    "json": (_json, {"kind": "json", "free": False}),
    "tsv-old": (lambda: gzip.compress(_tsv(old=True), mtime=0), {"kind": "packed"}),
    "tsv": (_tsv, {"separator": b"\t", "even": False}),
    "census-people": (lambda: _census("Zensus2022-Demografie", PEOPLE), {}),
    "census-households": (lambda: _census("Zensus2022-Haushalte", HOUSEHOLDS), {}),
    "genesis-book": (seed_books.genesis, BOOK | ENDED | {"free": False}),
    "european-book": (seed_books.european, BOOK),
    "life-tables": (seed_books.life, BOOK | AREAS),
    "gv-auszug": (seed_areas.auszug, BOOK | AREAS),
    "gv-changes": (seed_areas.changes, BOOK | AREAS),
    "gv100ad": (lambda: seed_areas.gv100ad().encode("cp850"), AREAS | {"kind": "fixed", "separator": b""}),
    "bbsr-keys": (seed_areas.keys, BOOK | AREAS),
    "bbsr-reference": (seed_areas.reference, BOOK | AREAS),
    "gv-kreise": (seed_areas.kreise, BOOK | AREAS),
    "nuts-names": (seed_areas.nuts, AREAS | {"kind": "binary"}),
    "outlines": (seed_areas.outlines, {"kind": "archive", "even": False}),
}


@cache
def seed(name: str) -> Seed:
    """The seed of that name."""
    make, more = BUILDERS[name]
    return Seed(name, make(), **more)
