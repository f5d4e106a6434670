"""Seeds of the readers of areas: directories, changes, keys from old to new, types, names, outlines."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import workbooks

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


def auszug() -> bytes:
    """The Gemeindeverzeichnis: a cover, and Länder, Kreise, associations, Gemeinden in one list."""
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


def changes() -> bytes:
    """A list of changes: one Gemeinde divided between two, a part of another, an association."""
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


def record(kind: str, key: str, name: str, code: str = "", seat: str = "", numbers: str = "") -> str:
    return f"{kind}20231130{key:<12}{name:<50}{seat:<50}{code:<6}{numbers}".ljust(220) + "\r\n"


def gv100ad() -> str:
    """Records of fixed width."""
    people = f"{906:011d}{587:011d}{301:011d}"
    records = (
        record("10", "01", "Schleswig-Holstein", seat="Kiel"),
        record("40", "01051", "Dithmarschen", "43", "Heide, Stadt"),
        record("50", "01051   5163", "Büsum-Wesselburen", "51", "Büsum"),
        record("60", "010510035163", "Wörden", "64", numbers=people),
        record("60", "010510445163", "Heide", "64", numbers=people),
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


def outlines() -> bytes:
    """A shapefile in an archive."""
    return workbooks.pack({f"vg/karte{suffix}": data for suffix, data in shapefile().items()})


def keys() -> bytes:
    """The BBSR's keys: two Kreise become one, another is divided."""
    head = ["Kreise\n 31.12.2015", "Kreisname 2015", "flächen-\nproportionaler\nUmsteige-schlüssel",
            "bevölkerungs- \nproportionaler \nUmsteige- \nschlüssel", "Fläche am 31.12.2015 in km²",
            "Bevölkerung am 31.12.2015 in 1000", "Kreise\n 31.12.2021", "Name 2021"]  # fmt: skip
    rows = [[3152000, "Göttingen", 1, 1, 1117.0, 254.4, 3159000, "Göttingen"],
            [3156000, "Osterode am Harz", 1, 1, 636.0, 73.9, 3159000, "Göttingen"],
            [16063000, "Wartburgkreis", 0.97, 0.973, 1267.0, 120.0, 16063000, "Wartburgkreis"],
            [16063000, "Wartburgkreis", 0.03, 0.027, 40.0, 3.0, 16066000, "Schmalkalden-Meiningen"]]  # fmt: skip
    return workbooks.workbook({"2015-2021": [head, *rows]})


def reference() -> bytes:
    """The BBSR's types of areas: associations, Gemeinden, Kreise."""
    sheets: dict[str, list[list[Any]]] = {
        "GVB 2015": [["Gemeindeverbände, Stand 31.12.2015"], ["Gemeindeverband", None, None, "Stadt-/Gemeindetyp"],
                     ["gvb15", "Name des Gemeindeverbands", "Regionalschlüssel", "sgtyp", None, "i_sgtyp_wo"],
                     [13076658, "Grabow", 130765657, 40, "Kleine Kleinstadt", 40]],
        "Gemeinden": [["Gemeinden, Stand 31.12.2015"], ["Gemeinden, Stand 31.12.2015"],
                      ["gem15", "Regionalschlüssel 2015", "Gemeindename 2015", "Gemeindeverband, Stand 31.12.2015",
                       "Regionalschlüssel Gemeindeverband 2015", "Name", "Fläche in km²", "Bevölkerung 31.12.2015"],
                      [13076050, 130765657050, "Grabow, Stadt", 13076658, 130765657, "Grabow", 47.68, 5556],
                      [13076051, 130765657051, "Balow", 13076658, 130765657, "Grabow", 20.5, 300]],
        "Kreise": [["Kreise/kreisfreie Städte, Stand 31.12.2015"],
                   ["Kreiskennziffer", "Kreisname", "siedlungsstruktureller Kreistyp", None, "Städtischer Raum"],
                   ["krs15", "krs15name", "ktyp4", None, "slraum", None],
                   [13076000, "Ludwigslust-Parchim", 4, "Dünn besiedelte ländliche Kreise", 2, "Ländlicher Raum"]],
    }  # fmt: skip
    return workbooks.workbook(sheets)


def kreise() -> bytes:
    """The publication of the Kreise: sums below each Land and below all."""
    rows: list[list[Any]] = [
        ["Kreisfreie Städte und Landkreise nach Fläche, Bevölkerung und Bevölkerungsdichte"],
        ["Gebietsstand: 31.12.2021"], [],
        ["Schlüssel-nummer", "Regionale Bezeichnung", "Kreisfreie Stadt", "NUTS3", "Fläche in km2", "Bevölkerung2)"],
        ["", "", "Kreis / Landkreis", "", "", "insgesamt", "männlich", "weiblich", "je km2"],
        [1, "2", 3, 4, 5, 6, 7, 8, 9],
        ["01", "Schleswig-Holstein"],
        ["01001", "Kreisfreie Stadt", "Flensburg, Stadt", "DEF01", 56.73, 83_000_000, 41_000_000, 42_000_000, 1],
        ["01051", "Kreis", "Dithmarschen", "DEF05", 1428.17, 137_124, 60_000, 77_124, 1],
        ["", "", "Insgesamt", "", 1484.9, 83_137_124, 41_060_000, 42_077_124, 1],
        ["02", "Hamburg"],
        ["02000", "Kreisfreie Stadt", "Hamburg", "DE600", 755.09, 100_000, 50_000, 50_000, 1],
        ["", "Deutschland", "Insgesamt", "", 2239.99, 83_237_124, 41_110_000, 42_127_124, 1],
        ["Quelle: Gemeindeverzeichnis-Informationssystem GV-ISys"],
    ]  # fmt: skip
    return workbooks.workbook({"Deckblatt": [["Erscheinungsmonat: September 2022"]], "Kreise": rows})


def nuts() -> bytes:
    """Names of NUTS 3 in a dBase table; a second area of one of them."""
    sizes = (11, 5, 40)
    fields = b"".join(
        name.ljust(11, b"\0") + b"C\0\0\0\0" + bytes([size]) + bytes(15)
        for name, size in zip((b"NUTS_LEVEL", b"NUTS_CODE", b"NUTS_NAME"), sizes, strict=True)
    )
    rows = [
        ("3", "DEF05", "Dithmarschen"),
        ("3", "DEF05", "Dithmarschen"),
        ("1", "DEF", "SH"),
        ("3", "DEF01", "Flensburg"),
    ]
    body = b"".join(b" " + b"".join(c.encode().ljust(n) for c, n in zip(r, sizes, strict=True)) for r in rows)
    front = bytes([3, 121, 1, 27]) + len(rows).to_bytes(4, "little") + (33 + len(fields)).to_bytes(2, "little")
    return front + (sum(sizes) + 1).to_bytes(2, "little") + bytes(20) + fields + b"\r" + body
