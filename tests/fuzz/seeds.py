"""A small whole file for every reader, its numbers made up; `SEEDS` has them by name."""

from __future__ import annotations

import gzip
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import twins
import workbooks


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


def _european() -> bytes:
    """PROJ_19RP3: a sheet for each sex, all Kreise by name."""
    from kommunalprofil import nuts, territory

    names = list(nuts.names())[: territory.number_of_kreise(date(2018, 12, 31))]
    sheets: dict[str, list[list[Any]]] = {}
    for number, (sex, n) in enumerate((("Total", 2), ("Males", 1), ("Females", 1)), 1):
        head = [["Data extracted on 05/12/2021 15:11:49 from [ESTAT]"], ["Dataset: ", "Population [PROJ_19RP3]"],
                ["Last updated: ", "25/03/2021 23:00"], [], ["Time frequency", "Annual"],
                ["Type of projection", "Baseline projections"], ["Sex", sex], ["Unit of measure", "Person"],
                ["Time", "2019"], [], ["AGE (Labels)", "Total", "Less than 1 year", "1 year or over"],
                ["GEO (Labels)"]]  # fmt: skip
        sheets[f"Sheet {number}"] = [*head, *([name, 10 * n, 3 * n, 7 * n] for name in names), [], ["Special value"]]
    return workbooks.workbook({"Summary": [["x"]], **sheets})


LAENDER = (
    "Schleswig-Holstein", "Hamburg", "Niedersachsen", "Bremen", "Nordrhein-Westfalen", "Hessen", "Rheinland-Pfalz",
    "Baden-Württemberg", "Bayern", "Saarland", "Berlin", "Brandenburg", "Mecklenburg-Vorpommern", "Sachsen",
    "Sachsen-Anhalt", "Thüringen", "Deutschland",
)  # fmt: skip


def _life() -> bytes:
    """A report on life tables: single years of both sexes, and the Länder."""
    q = 0.01
    sheets: dict[str, list[list[Any]]] = {"Titel": [["Sterbetafeln"], ["© Statistisches Bundesamt (Destatis), 2021"]]}
    for sex in ("Männlich", "Weiblich"):
        rows: list[list[Any]] = [["Sterbetafel 2018/2020"], ["Deutschland"], [sex], [],
                                 ["x", "q x", "p x", "l x", "d x", "L x", "T x", "e x"], ["Jahre"]]  # fmt: skip
        rows += [[age, q, 1 - q, 1000.0, 1000 * q, 995.0, 80000.0, 80.0] for age in range(101)]
        sheets[f"D {sex}"] = [*rows, ["ab Alter 96 Schätzwerte"]]
    laender: list[list[Any]] = [
        ["Durchschnittliche fernere Lebenserwartung in den Bundesländern"],
        ["Sterbetafel 2018/2020"],
        [],
        ["Land", 0, 20, 65],
    ]
    for sex in ("Männlich", "Weiblich"):
        laender += [["", sex], *([name, 80.0, 80.0, 80.0] for name in LAENDER)]
    return workbooks.workbook({**sheets, "Länder": laender})


def _genesis_book() -> bytes:
    """12711-04-02-4 saved as a workbook: merged headings, the key in the first row of its block."""
    above = ["Zuzüge - Wanderungen über die Kreisgrenzen", "Fortzüge - Wanderungen über die Kreisgrenzen"]
    rows: list[list[Any]] = [["Zu- und Fortzüge"], ["Wanderungsstatistik"], ["Jahr: 2019"],
                             ["", "", "", above[0], "", "", above[1], "", ""],
                             ["", "", "", "Geschlecht", "", "", "Geschlecht", "", ""],
                             ["", "", "", *["Insgesamt", "männlich", "weiblich"] * 2],
                             ["", "", "", *["Anzahl"] * 6]]  # fmt: skip
    for key in ("DG", "01", "01051"):
        rows += [[key, f"  Ort {key}", "unter 18 Jahre", 5, 2, 3, 7, 3, 4],
                 ["", "", "18 Jahre und mehr", 5, 3, 2, 3, 2, 1],
                 ["", "", "Insgesamt", 10, 5, 5, 10, 5, 5]]  # fmt: skip
    rows += [["16056", "  Eisenach", "unter 18 Jahre", *"------"], ["", "", "18 Jahre und mehr", *"------"],
             ["", "", "Insgesamt", *"------"], ["______________"],
             ["© Statistische Ämter des Bundes und der Länder, 2021 | Stand: 08.04.2021 / 16:26:29"]]  # fmt: skip
    return workbooks.workbook({"12711-04-02-4": rows}, {"12711-04-02-4": ["D4:F4", "G4:I4", "D5:F5", "G5:I5"]})


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


FIRST_ARS = "Amtlicher Regionalschlüssel (ARS)"
_GEMEINDEN: list[list[Any]] = [
    ["10", None, "01", None, None, None, None, "Schleswig-Holstein"],
    ["40", "41", "01", "0", "01", None, None, "Flensburg, Stadt"],
    ["50", "50", "01", "0", "01", "0000", None, "Flensburg, Stadt"],
    ["60", "61", "01", "0", "01", "0000", "000", "Flensburg, Stadt", 56.73, 92667, 45905, 46762, 1633, "24937", "9,4",
     "54,8"],
    ["40", "43", "01", "0", "51", None, None, "Dithmarschen"],
    ["50", "50", "01", "0", "51", "5163", None, "Burg-St. Michaelisdonn"],
    ["60", "64", "01", "0", "51", "5163", "003", "Averlak", 9.06, 587, 301, 286, 65, "25715", "9.18", "53.9"],
    ["60", "63", "01", "0", "51", "0044", "044", "Heide, Stadt", 31.97, 22467, 10915, 11552, 703, "25746", "9,1",
     "54,2"],
    ["60", "66", "01", "0", "51", "9105", "105", "Wald,gemfr.Geb.", 58.49, 0, 0, 0, 0, "", "", ""],
]  # fmt: skip


def _auszug() -> bytes:
    empty: list[Any] = []
    rows: list[list[Any]] = [
        ["Gemeinden in Deutschland nach Fläche, Bevölkerung und Postleitzahl am 31.12.2023 (Jahr)"],
        empty,
        ["Satz-art", "Text-kenn-zeichen", FIRST_ARS, None, None, None, None, "Gemeindename", "Fläche km2 1)",
         "Bevölkerung2)", None, None, None, "Postleit-zahl3)", "Geografische Mittelpunktkoordinaten"],
        [None, None, "Land", "RB", "Kreis", "VB", "Gem", None, None, "insgesamt", "männlich", "weiblich", "je km2",
         None, "Längengrad", "Breitengrad"],
        [None, None, "Gebietsstand am 31.12.2023 (Jahr)", None, None, None, None, None, "31.12.2023 (Jahr)"],
        empty,
        *_GEMEINDEN,
        empty,
        ["Quelle: Gemeindeverzeichnis-Informationssytem GV-ISys"],
    ]  # fmt: skip
    cover: list[list[Any]] = [[], ["Gemeindeverzeichnis"], ["Erscheinungsmonat: Oktober 2024"]]
    return workbooks.workbook({"Inhalt": cover, "Onlineprodukt_Gemeinden": rows})


def _changes() -> bytes:
    gone, heide = ["010510044045", "01051045", "Weg"], ["010510044044", "01051044", "Heide, Stadt"]
    averlak = ["010515163003", "01051003", "Averlak"]
    rows: list[list[Any]] = [
        ["Gebietsänderungen vom 01.01. - 31.12.2023"],
        ["Kennziffer", "Regionaleinheit", "Abgebende / Aufgelöste Gemeinde"],
        [None, None, FIRST_ARS, "Amtlicher Gemeinde-schlüssel (AGS)", "Name", "Änderungs-art 1)", "Fläche qm",
         "Einwohner", FIRST_ARS, "Amtlicher Gemeinde-schlüssel (AGS)", "Name", "juristisch", "statistisch"],
        [],
        ["1", "Gemeinde", *gone, 1, 10, 60, *heide, "01.03.2023", "01.04.2023"],
        ["1", "Gemeinde", *gone, 1, 10, 300, *averlak, "01.03.2023", "01.04.2023"],
        ["2", "Gemeinde", *averlak, "2", 10, 9, *heide, "01.03.2023", "01.04.2023"],
        ["3", "Gemeindeverband", "010595919", None, "Hürup", "4", None, None, "010595919", None, "Hürup", "01.03.2023"],
        [],
        ["1) Änderungsart:"],
        ["    1 = Auflösung"],
    ]  # fmt: skip
    return workbooks.workbook({"Änderungen": rows})


def _record(kind: str, key: str, name: str, code: str = "", seat: str = "", numbers: str = "") -> str:
    return f"{kind}20231130{key:<12}{name:<50}{seat:<50}{code:<6}{numbers}".ljust(220) + "\r\n"


def _gv100ad() -> str:
    people = f"{906:011d}{587:011d}{301:011d}"
    records = (
        _record("10", "01", "Schleswig-Holstein", seat="Kiel"),
        _record("40", "01051", "Dithmarschen", "43", "Heide, Stadt"),
        _record("50", "01051   5163", "Büsum-Wesselburen", "51", "Büsum"),
        _record("60", "010510035163", "Wörden", "64", numbers=people),
        _record("60", "010510445163", "Heide", "64", numbers=people),
    )
    return "".join(records)


def shapefile() -> dict[str, bytes]:
    """The four files of three Kreise, in Gauß-Krüger coordinates; by ending."""
    import geopandas as gpd
    from shapely.geometry import box

    rows = [
        {"OBJID": "DEBKGVG500000CH6", "GF": 9, "AGS": ags, "GEN": name,
         "geometry": box(3_500_000 + 5000 * i, 5_900_000, 3_505_000 + 5000 * i, 5_905_000)}
        for i, (ags, name) in enumerate([("01051", "Büsum"), ("01001", "Flensburg"), ("16077", "Ort")])
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "karte.shp"
        frame = gpd.GeoDataFrame(rows, geometry="geometry", crs=31467)
        frame.to_file(path, encoding="UTF-8", engine="pyogrio")
        return {s: path.with_suffix(s).read_bytes() for s in (".shp", ".shx", ".dbf", ".prj")}


def _outlines() -> bytes:
    return workbooks.pack({f"vg/karte{suffix}": data for suffix, data in shapefile().items()})


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
    "flat-quality": (lambda: _quality().encode("utf-8-sig"), {}),
    "flat-zip": (lambda: twins.zipped(twins.flat(SEX)), {"kind": "archive"}),
    "json": (_json, {"kind": "json", "free": False}),
    "tsv-old": (lambda: gzip.compress(_tsv(old=True), mtime=0), {"kind": "packed"}),
    "tsv": (_tsv, {"separator": b"\t", "even": False}),
    "census-people": (lambda: _census("Zensus2022-Demografie", PEOPLE), {}),
    "census-households": (lambda: _census("Zensus2022-Haushalte", HOUSEHOLDS), {}),
    "genesis-book": (_genesis_book, BOOK | ENDED | {"free": False}),
    "european-book": (_european, BOOK),
    "life-tables": (_life, BOOK | AREAS),
    "gv-auszug": (_auszug, BOOK | AREAS),
    "gv-changes": (_changes, BOOK | AREAS),
    "gv100ad": (lambda: _gv100ad().encode("cp850"), AREAS | {"kind": "fixed", "separator": b""}),
    "outlines": (_outlines, {"kind": "archive", "even": False}),
}


@cache
def seed(name: str) -> Seed:
    """The seed of that name."""
    make, more = BUILDERS[name]
    return Seed(name, make(), **more)
