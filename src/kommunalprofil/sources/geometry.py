"""Outlines of Länder, Kreise and Gemeinden from the BKG's shapefiles: one projection, shared borders kept shared."""

from __future__ import annotations

import hashlib
import io
import json
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kommunalprofil.errors import NotATableError, SourceError
from kommunalprofil.provenance import BKG, DL_DE_BY, Origin
from kommunalprofil.sources import archives, companions, shapefile
from kommunalprofil.sources.reading import Reading, Report

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    from numpy.typing import NDArray

EPSG = 25832
TOLERANCE_M = 100.0
"""Corners whose triangle with their neighbours is smaller than this square go (Visvalingam–Whyatt)."""
GRID_M = 1.0
LAYERS = {2: ("laender", "land"), 5: ("kreise", "kreis"), 8: ("gemeinden", "gemeinde")}
KEY_COLUMNS = ("ags", "ars", "rs")
PRODUCTS = {"1": "VG1000", "2": "VG250", "3": "VG2500", "5": "VG5000"}
"""BKG object ids begin DEBKGVG and the digit of the product; the files name it nowhere else."""
LAND_AREA = (4, 9)
"""Geofaktor of the area with administrative structure: 4 in VG250 and VG1000, 9 in VG2500 and VG5000."""
CHANGES = f"verändert: auf EPSG:{EPSG} projiziert, vereinfacht, auf ganze Meter gerundet"
SOURCES_URL = "https://sgx.geodatenzentrum.de/web_public/Datenquellen_vg_nuts.pdf"


@dataclass
class _Outlines:
    """One layer on its way: keys in ascending order, names, polygons in EPSG:25832."""

    keys: list[str]
    names: list[str]
    shapes: NDArray[np.object_]


def recognise(path: Path) -> bool:
    """Whether the path is a shapefile, or a zip or folder with shapefiles in it (by content, whatever its name)."""
    if path.is_dir():
        return any(recognise(p) for p in sorted(path.iterdir()) if p.is_file() and p.suffix.lower() == ".shp")
    try:
        with path.open("rb") as stream:
            head = stream.read(104)
        if head[:2] == b"PK":
            with archives.opened(path, path.name) as archive:
                return any(n.lower().endswith(".shp") for n in archive.namelist())
    except (OSError, SourceError):
        return False
    return head[:4] == shapefile.MAGIC and not companions.is_index(head)


def read(path: Path) -> Reading:
    """Read a shapefile of one level, or every one in a zip or folder.

    `layers` of the reading are GeoParquet files by name (laender, kreise, gemeinden). Raises SourceError for a
    missing companion or projection, a damaged file, or polygons without official key.
    """
    readings = [_read_one(parts, path.name) for parts in shapefile.found(path)]
    first = readings[0]
    for other in readings[1:]:
        first.origins += other.origins
        first.layers = (first.layers or {}) | (other.layers or {})
        mine, its = first.report, other.report
        mine.level = ", ".join(filter(None, (mine.level, its.level)))
        mine.rows_read, mine.regions, mine.kept = (
            mine.rows_read + its.rows_read, mine.regions + its.regions, mine.kept + its.kept)  # fmt: skip
        mine.dates = tuple(sorted({*mine.dates, *its.dates}))
        mine.checks += its.checks
        for reason, number in its.dropped.items():
            mine.dropped[reason] = mine.dropped.get(reason, 0) + number
    return first


def _read_one(parts: shapefile.Parts, file: str) -> Reading:
    """One shapefile: opened, filtered, dissolved, projected, simplified, written."""
    frame, updated = _open(parts, file)
    day = parts.day
    columns = {c.lower(): c for c in frame.columns}
    key = next((columns[c] for c in KEY_COLUMNS if c in columns), None)
    if key is None:
        raise SourceError(file, "Keine Spalte AGS, ARS oder RS: die Flächen haben keinen amtlichen Schlüssel.")
    if not {"gen", "objid"} & columns.keys():
        reason = "Die Umrisse tragen weder Namen noch Objektkennung: eine bearbeitete Fassung, nicht die Datei des BKG."
        raise NotATableError(file, f"{reason} VG250, VG1000, VG2500 oder VG5000 vom BKG laden.")
    rows_read, dropped = len(frame), {}
    if "gf" in columns:
        land = frame[columns["gf"]].isin(LAND_AREA)
        if outside := int((~land).sum()):
            dropped["Wasserfläche oder Fläche ohne Verwaltung"] = outside
        frame = frame[land]
    keys = [k[:5] + k[9:] if len(k) == 12 else k for k in frame[key].fillna("").astype(str)]
    objid = str(frame[columns["objid"]].iloc[0]) if "objid" in columns and len(frame) else ""
    product = PRODUCTS.get(objid[7:8], "VG")
    lengths = {len(k) for k in keys}
    if lengths == {3}:
        dropped["Regierungsbezirk"] = len(keys)
        return Reading(Report(file, product, "", (), rows_read, 0, dropped), [])
    if len(lengths) != 1 or not lengths <= LAYERS.keys() or not all(k.isascii() and k.isdecimal() for k in keys):
        raise SourceError(file, "Die Schlüssel der Flächen sind nicht die von Ländern, Kreisen oder Gemeinden.")
    names = [str(n) for n in frame[columns["gen"]]] if "gen" in columns else [""] * len(keys)
    name, level = LAYERS[lengths.pop()]
    dates = (day.isoformat(),) if day else ()
    report = Report(file, product, level, dates, rows_read, len(set(keys)), dropped, kept=len(set(keys)))
    outlines = _simplified(_projected(frame, keys, names, file), report)
    origin = _origin(product, level, day, updated, parts.files[shapefile.SHP])
    return Reading(report, [origin], layers={name: geoparquet(outlines, origin)})


def _open(parts: shapefile.Parts, file: str) -> tuple[gpd.GeoDataFrame, str]:
    """The features and the day the table was last written. Raises SourceError if the driver cannot read it all."""
    import pyogrio
    import shapely

    with shapefile.placed(parts) as source, warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        try:
            updated = (pyogrio.read_info(source).get("layer_metadata") or {}).get("DBF_DATE_LAST_UPDATE", "")
            frame = pyogrio.read_dataframe(source, encoding="UTF-8")
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, pyogrio.errors.FieldError,
                pyogrio.errors.GeometryError, shapely.errors.GEOSException, UnicodeDecodeError):  # fmt: skip
            raise SourceError(file, "Die Flächen sind nicht lesbar. Neu herunterladen.") from None
    if told:  # GDAL mends what it can, and only says so
        raise SourceError(file, "Die Flächen sind beschädigt. Neu herunterladen.")
    if not hasattr(frame, "geometry") or frame.geometry.isna().any() or frame.geometry.is_empty.any() or frame.empty:
        raise SourceError(file, "Die Datei ist abgeschnitten oder leer: nicht jede Zeile hat eine Fläche.")
    if not frame.geom_type.isin(["Polygon", "MultiPolygon"]).all():
        raise SourceError(file, "Die Datei enthält keine Flächen.")
    if frame.crs is None:
        raise SourceError(file, "Das Koordinatensystem ist nicht angegeben (Datei .prj).")
    return frame, str(updated)


def _projected(frame: gpd.GeoDataFrame, keys: list[str], names: list[str], file: str) -> _Outlines:
    """One shape a key in ascending order, in EPSG:25832, by a transformation that needs no grid files.

    Grids are there on some machines and not on others; without them every machine gives the same coordinates
    (within a few metres of the best ones, far below what these maps can show).
    """
    import numpy as np
    import shapely
    from pyproj.transformer import TransformerGroup

    parts: dict[str, list[Any]] = {}
    label: dict[str, str] = {}
    for key, name, shape in zip(keys, names, frame.geometry, strict=True):
        parts.setdefault(key, []).append(shape)
        label.setdefault(key, name)
    ordered = sorted(parts)
    shapes = np.array([shapely.union_all(parts[k]) if parts[k][1:] else parts[k][0] for k in ordered], dtype=object)
    if frame.crs.to_epsg() != EPSG:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # that a grid is missing is what is wanted here
            ways = TransformerGroup(frame.crs, EPSG, always_xy=True).transformers
        way = next((t for t in ways if not any(op.grids for op in t.operations or ())), None)
        if way is None:
            raise SourceError(file, f"Vom Koordinatensystem „{frame.crs.name}“ führt kein Weg nach EPSG:{EPSG}.")
        shapes = shapely.transform(shapes, way.transform, interleaved=False)
        if not np.isfinite(shapely.get_coordinates(shapes)).all():
            raise SourceError(file, f"Einige Punkte liegen außerhalb des Koordinatensystems „{frame.crs.name}“.")
    return _Outlines(ordered, [label[k] for k in ordered], shapes)


def _simplified(outlines: _Outlines, report: Report) -> _Outlines:
    """The outlines simplified together, so that a border shared by two stays one line, and rounded to the grid.

    Neither step is kept if it would open gaps or break a polygon; the report says what came out.
    """
    import numpy as np
    import shapely

    before = float(shapely.area(outlines.shapes).sum())
    shapes = outlines.shapes
    whole = bool(shapely.coverage_is_valid(shapes)) and bool(shapely.is_valid(shapes).all())
    if whole:
        shapes = shapely.coverage_simplify(shapes, TOLERANCE_M)
    else:
        report.note = "Die Flächen haben Lücken oder Überschneidungen; sie bleiben unvereinfacht"
        shapes = shapely.make_valid(shapes)
    rounded = shapely.transform(shapes, lambda xy: np.round(xy / GRID_M) * GRID_M)
    if _sound(rounded, whole):
        shapes = rounded
    shapes = shapely.normalize(shapes)
    after = float(shapely.area(shapes).sum())
    text = f"{after / 1e6:.0f} km², vorher {before / 1e6:.0f} km²"
    report.checks += [
        ("Flächen ohne Lücken und Überschneidungen", whole and _sound(shapes, whole), f"{len(shapes)} Flächen"),
        ("Gesamtfläche erhalten", abs(after / before - 1) < 1e-3, text),
    ]
    return _Outlines(outlines.keys, outlines.names, shapes)


def _sound(shapes: NDArray[np.object_], whole: bool) -> bool:
    import shapely

    valid = bool(shapely.is_valid(shapes).all()) and not bool(shapely.is_empty(shapes).any())
    return valid and (not whole or bool(shapely.coverage_is_valid(shapes)))


def geoparquet(outlines: _Outlines, origin: Origin) -> bytes:
    """GeoParquet (WKB, zstd) with columns ags, name, kreis, land, geometry; the same input gives the same bytes."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    import shapely

    deep = len(outlines.keys[0]) > 2
    table = pa.table(
        {
            "ags": outlines.keys,
            "name": outlines.names,
            "kreis": [k[:5] if deep else "" for k in outlines.keys],
            "land": [k[:2] for k in outlines.keys],
            "geometry": pa.array(shapely.to_wkb(outlines.shapes, byte_order=1), pa.binary()),
        }
    ).replace_schema_metadata(_metadata(outlines, origin))
    sink = io.BytesIO()
    keyed = {"use_dictionary": ["kreis", "land"], "write_statistics": ["ags"]}
    pq.write_table(table, sink, compression="zstd", compression_level=19, write_page_checksum=True, **keyed)
    return sink.getvalue()


FINER = ("VG2500", "VG5000", "VG1000", "VG250")
"""Products from the one that is least wanted: VG2500 has no Gemeinden, those after VG5000 show more than maps can."""


def newest(candidates: Sequence[bytes]) -> bytes:
    """Of several GeoParquet files of one level that of the newest boundaries; of one day that of the finest product."""
    import pyarrow.parquet as pq

    def rank(data: bytes) -> tuple[str, int, str]:
        told = json.loads((pq.read_schema(io.BytesIO(data)).metadata or {}).get(b"source", b"{}"))
        product = str(told.get("table", ""))
        fine = FINER.index(product) if product in FINER else -1
        return (str(told.get("gebietsstand", "")), fine, hashlib.sha256(data).hexdigest())

    return max(candidates, key=rank)


def _metadata(outlines: _Outlines, origin: Origin) -> dict[str, str]:
    import pyproj
    import shapely

    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": sorted({str(s.geom_type) for s in outlines.shapes}),
                "crs": pyproj.CRS.from_epsg(EPSG).to_json_dict(),
                "bbox": [float(x) for x in shapely.total_bounds(outlines.shapes)],
            }
        },
    }
    fields = ("citation", "licence", "note", "url", "gebietsstand", "table")
    source = {name: getattr(origin, name) for name in fields}
    return {"geo": json.dumps(geo, sort_keys=True), "source": json.dumps(source, ensure_ascii=False, sort_keys=True)}


def _origin(product: str, level: str, day: date | None, updated: str, data: bytes) -> Origin:
    """The source note BKG asks for: name, year, licence, and that the data were changed."""
    stand = day.isoformat() if day else ""
    year = stand[:4] or updated[:4]
    return Origin(
        table=product,
        title=f"Verwaltungsgebiete {product.removeprefix('VG')}".strip() + (f" ({product})" if product != "VG" else ""),
        producer=BKG,
        level=level,
        dates=(stand,) if stand else (),
        gebietsstand=stand,
        base="none",
        stand=updated,
        retrieved="",
        sha256=hashlib.sha256(data).hexdigest(),
        licence=DL_DE_BY,
        citation=f"© {BKG} ({year}), {DL_DE_BY}, {product}, Daten verändert (vereinfacht)",
        url=SOURCES_URL,
        note=CHANGES,
    )
