"""Outlines: shared borders stay shared, keys and projection are read, not assumed – on small twins and on VG5000."""

from __future__ import annotations

import contextlib
import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyarrow.parquet as pq
import pytest
import shapely
from shapely.geometry import Polygon, box

from kommunalprofil.errors import KommunalprofilError, NotATableError, SourceError
from kommunalprofil.sources import geometry
from kommunalprofil.sources.reading import Reading

EAST, NORTH = 3_500_000, 5_900_000


def square(column: int, row: int, size: int = 5000) -> Polygon:
    x, y = EAST + column * size, NORTH + row * size
    return box(x, y, x + size, y + size)


def wavy(column: int) -> Polygon:
    """A strip whose right border is the left border of the next one, with corners far finer than the tolerance."""
    return Polygon([*_border(column), *reversed(_border(column + 1))])


def _border(number: int) -> list[tuple[float, float]]:
    draw = random.Random(number)
    return [(EAST + number * 5000 + draw.uniform(-30, 30), NORTH + step) for step in range(0, 10_001, 20)]


def shapefile(folder: Path, rows: list[dict[str, Any]], name: str = "karte.shp", crs: Any = 31467) -> Path:
    """A shapefile as BKG cuts them: UTF-8, keys as text."""
    path = folder / name
    gpd.GeoDataFrame(rows, geometry="geometry", crs=crs).to_file(path, encoding="UTF-8", engine="pyogrio")
    return path


def kreis(ags: str, shape: Polygon, gf: int = 9, name: str = "Büsum") -> dict[str, Any]:
    return {"OBJID": "DEBKGVG500000CH6", "GF": gf, "AGS": ags, "GEN": name, "geometry": shape}


KREISE = [kreis("01051", square(1, 0)), kreis("01001", square(0, 0), name="Flensburg"), kreis("16077", square(2, 0))]


def shapes(reading: Reading, layer: str) -> dict[str, shapely.Geometry]:
    assert reading.layers is not None
    table = pq.read_table(io.BytesIO(reading.layers[layer]))
    return dict(zip(table["ags"].to_pylist(), shapely.from_wkb(table["geometry"].to_pylist()), strict=True))


def test_layer_columns_and_metadata(tmp_path: Path) -> None:
    path = shapefile(tmp_path, KREISE)
    (tmp_path / "aktualitaet.txt").write_text("31.12.2023\n")
    assert geometry.recognise(path)
    reading = geometry.read(path)
    assert reading.layers is not None
    table = pq.read_table(io.BytesIO(reading.layers["kreise"]))
    assert table.column_names == ["ags", "name", "kreis", "land", "geometry"]
    assert table["ags"].to_pylist() == ["01001", "01051", "16077"]
    assert table["name"].to_pylist()[:2] == ["Flensburg", "Büsum"]
    assert table["land"].to_pylist() == ["01", "01", "16"]
    geo = json.loads(table.schema.metadata[b"geo"])
    assert geo["columns"]["geometry"]["crs"]["id"] == {"authority": "EPSG", "code": 25832}
    origin = reading.origins[0]
    assert (origin.table, origin.gebietsstand, origin.licence) == ("VG5000", "2023-12-31", "dl-de/by-2-0")
    assert "GeoBasis-DE / BKG (2023)" in origin.citation
    assert "vereinfacht" in origin.note


def test_projected_to_25832(tmp_path: Path) -> None:
    """Gauß-Krüger 3 and UTM 32 share the meridian 9° E; UTM is shorter by 0.9996, its false easting is 500 km."""
    found = shapes(geometry.read(shapefile(tmp_path, KREISE)), "kreise")
    x, y, *_ = found["01051"].bounds
    assert x == pytest.approx(505_000, abs=150)
    assert y == pytest.approx(NORTH * 0.9996, abs=600)
    assert found["01051"].area == pytest.approx(25e6 * 0.9996**2, rel=1e-3)


def test_whole_metres(tmp_path: Path) -> None:
    for shape in shapes(geometry.read(shapefile(tmp_path, KREISE)), "kreise").values():
        assert (shapely.get_coordinates(shape) % 1 == 0).all()


def test_a_shared_border_stays_one_line(tmp_path: Path) -> None:
    rows = [kreis(f"0105{n}", wavy(n)) for n in range(4)]
    reading = geometry.read(shapefile(tmp_path, rows))
    found = list(shapes(reading, "kreise").values())
    assert shapely.coverage_is_valid(found)
    assert sum(map(shapely.get_num_coordinates, found)) < 200  # of 4,000
    assert shapely.union_all(found).area == pytest.approx(20_000 * 10_000 * 0.9996**2, rel=0.005)
    assert all(ok for _, ok, _ in reading.report.checks)


def test_parts_of_one_key_become_one_shape(tmp_path: Path) -> None:
    rows = [kreis("01051003", square(0, 0)), kreis("01051003", square(3, 3)), kreis("01051044", square(1, 0))]
    found = shapes(geometry.read(shapefile(tmp_path, rows)), "gemeinden")
    assert list(found) == ["01051003", "01051044"]
    assert found["01051003"].geom_type == "MultiPolygon"


def test_water_is_left_out(tmp_path: Path) -> None:
    rows = [kreis("01", square(0, 0)), kreis("01", square(0, 1), gf=8), kreis("02", square(1, 0), gf=4)]
    reading = geometry.read(shapefile(tmp_path, rows))
    assert reading.report.dropped == {"Wasserfläche oder Fläche ohne Verwaltung": 1}
    assert shapes(reading, "laender")["01"].area < 26e6


@pytest.mark.parametrize("more", [{}, {"GEN": "Vrees"}])
def test_keys_of_twelve_digits_in_a_zip(more: dict[str, str], tmp_path: Path) -> None:
    """VG250 with ARS only, zipped, already in UTM; a reworked one, told by its missing names, is passed over."""
    rows = [{"ARS": "034545409055", **more, "geometry": box(0, 5e6, 9e3, 5.01e6)}]
    shapefile(tmp_path, rows, "x.shp", crs=25832)
    archive = tmp_path / "irgendwas.dat"
    with zipfile.ZipFile(archive, "w") as out:
        for part in ("shp", "shx", "dbf", "prj"):
            out.write(tmp_path / f"x.{part}", f"sub/VG.{part}")
    assert geometry.recognise(archive)
    if not more:
        with pytest.raises(NotATableError, match="nicht die Datei des BKG"):
            geometry.read(archive)
        return
    assert list(shapes(geometry.read(archive), "gemeinden")) == ["03454055"]


def test_of_two_layers_the_newest_boundaries_stay(tmp_path: Path) -> None:
    """The order does not matter; without a day in a note beside them outlines count as old."""
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "aktualitaet.txt").write_text("31.12.2023")
    old, new = (shapefile(tmp_path / sub, [kreis("01051003", square(0, 0))]) for sub in (".", "new"))
    layers = [(geometry.read(path).layers or {})["gemeinden"] for path in (old, new)]
    assert geometry.newest(layers) == geometry.newest(layers[::-1]) == layers[1]


def test_folder_gives_all_layers(tmp_path: Path) -> None:
    shapefile(tmp_path, KREISE, "a.shp")
    shapefile(tmp_path, [kreis("01", square(0, 0))], "b.shp")
    assert geometry.recognise(tmp_path)
    reading = geometry.read(tmp_path)
    assert set(reading.layers or {}) == {"kreise", "laender"}
    assert len(reading.origins) == 2
    assert reading.report.regions == 4


def test_regierungsbezirke_are_not_needed(tmp_path: Path) -> None:
    reading = geometry.read(shapefile(tmp_path, [kreis("051", square(0, 0))]))
    assert not reading.layers
    assert reading.report.dropped == {"Regierungsbezirk": 1}


def test_overlaps_are_told_and_nothing_is_moved(tmp_path: Path) -> None:
    rows = [kreis("01051", square(0, 0)), kreis("01053", square(0, 0).buffer(50))]
    reading = geometry.read(shapefile(tmp_path, rows))
    assert not reading.report.checks[0][1]
    assert "Überschneidungen" in reading.report.note
    assert len(shapes(reading, "kreise")) == 2


def test_same_bytes_twice(tmp_path: Path) -> None:
    path = shapefile(tmp_path, KREISE)
    assert geometry.read(path).layers == geometry.read(path).layers


@pytest.mark.parametrize("part", ["dbf", "shx", "prj"])
def test_missing_companion_is_named(part: str, tmp_path: Path) -> None:
    path = shapefile(tmp_path, KREISE)
    path.with_suffix(f".{part}").unlink()
    with pytest.raises(SourceError, match=f"karte.{part}"):
        geometry.read(path)


@pytest.mark.parametrize(
    "rows",
    [
        [{"NAME": "x", "geometry": square(0, 0)}],
        [kreis("0105", square(0, 0))],
        [kreis("01051", square(0, 0)), kreis("01", square(1, 0))],
        [kreis("ABCDE", square(0, 0))],
        [kreis("01051", square(0, 0), gf=1)],
    ],
)
def test_keys_that_are_none(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"Schlüssel|Schl.ssel"):
        geometry.read(shapefile(tmp_path, rows))


def test_points_are_no_areas(tmp_path: Path) -> None:
    rows = [{"AGS": "01051", "geometry": shapely.Point(EAST, NORTH)}]
    with pytest.raises(SourceError, match="keine Flächen"):
        geometry.read(shapefile(tmp_path, rows))


@pytest.mark.filterwarnings("ignore")
def test_damage_never_gives_another_error(tmp_path: Path) -> None:
    """Bytes removed or changed in any part: a reading or an error meant for people."""
    path = shapefile(tmp_path, KREISE)
    draw = random.Random(3)
    whole = {suffix: path.with_suffix(suffix).read_bytes() for suffix in (".shp", ".shx", ".dbf", ".prj")}
    for _ in range(150):
        suffix = draw.choice(list(whole))
        at = draw.randrange(len(whole[suffix]))
        damaged = whole[suffix][:at] + draw.randbytes(draw.randrange(4)) + whole[suffix][at + draw.randrange(60) :]
        path.with_suffix(suffix).write_bytes(damaged)
        with contextlib.suppress(KommunalprofilError):
            geometry.read(path)
        path.with_suffix(suffix).write_bytes(whole[suffix])


def test_nothing_else_is_claimed(tmp_path: Path) -> None:
    (tmp_path / "a.shp").write_bytes(b"nope")
    (tmp_path / "b").write_bytes(b"PK broken")
    assert not geometry.recognise(tmp_path / "a.shp")
    assert not geometry.recognise(tmp_path / "b")
    assert not geometry.recognise(tmp_path / "gibt-es-nicht")
    assert not geometry.recognise(tmp_path)


@pytest.mark.shared
def test_vg5000(shared: Path) -> None:
    """All areas of 31.12.2023, no gaps, Gemeinden inside their Kreise, small enough to travel with the package."""
    folder = shared / "data" / "geometry" / "vg5000_12-31_2023"
    readings = {name: geometry.read(folder / f"VG5000_{name}.shp") for name in ("LAN", "KRS", "GEM")}
    layers = {k: v for r in readings.values() for k, v in (r.layers or {}).items()}
    found = {name: pq.read_table(io.BytesIO(data)) for name, data in layers.items()}
    assert {name: len(t) for name, t in found.items()} == {"laender": 16, "kreise": 400, "gemeinden": 10_978}
    assert sum(map(len, layers.values())) < 1_500_000
    for reading in readings.values():
        assert all(ok for _, ok, _ in reading.report.checks)
        assert reading.origins[0].gebietsstand == "2023-12-31"
    kreise = shapes(readings["KRS"], "kreise")
    gemeinden = shapely.from_wkb(found["gemeinden"]["geometry"].to_pylist())
    for ags in ("01051", "05358", "10041", "12063"):
        inside = [g for g, k in zip(gemeinden, found["gemeinden"]["kreis"].to_pylist(), strict=True) if k == ags]
        difference = shapely.symmetric_difference(shapely.union_all(inside), kreise[ags])
        assert difference.area / kreise[ags].area < 1e-4


@pytest.mark.shared
def test_another_product_and_projection(shared: Path) -> None:
    reading = geometry.read(shared / "data" / "geometry" / "vg2500_12-31_2022")
    assert reading.report.table == "VG2500"
    assert reading.report.dropped == {"Wasserfläche oder Fläche ohne Verwaltung": 8}
    assert set(reading.layers or {}) == {"kreise", "laender"}
