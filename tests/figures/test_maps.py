"""Locator maps on a country of squares: the place stands out, names keep clear, what is missing is said."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely
from drawn import assert_legible, texts

from kommunalprofil import formatting as fmt
from kommunalprofil import outlines as read
from kommunalprofil.errors import DataError
from kommunalprofil.figures import maps, style
from kommunalprofil.resources import data_dir
from kommunalprofil.states import OUTLINES, State
from small_states import save

KM = 1000.0


def square(column: float, row: float, size: float) -> shapely.Polygon:
    return shapely.box(4e5 + column * size, 5e6 + row * size, 4e5 + (column + 1) * size, 5e6 + (row + 1) * size)


def outlines(rows: dict[str, shapely.Geometry]) -> bytes:
    table = pa.table({
        "ags": list(rows), "name": [f"Ort {key}" for key in rows], "kreis": [k[:5] if len(k) > 2 else "" for k in rows],
        "land": [key[:2] for key in rows], "geometry": [shapely.to_wkb(shape) for shape in rows.values()],
    })  # fmt: skip
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> State:
    """Two Länder side by side, 01 of nine Kreise with nine Gemeinden each, 02 a city that is its only Kreis."""
    kreise = {f"01{i:03}": square(i % 3, i // 3, 30 * KM) for i in range(9)}
    gemeinden = {f"{k}{j:03}": square((int(k[2:]) % 3) * 3 + j % 3, (int(k[2:]) // 3) * 3 + j // 3, 10 * KM)
                 for k in kreise for j in range(9)}  # fmt: skip
    city = shapely.box(4e5 + 90 * KM, 5e6, 4e5 + 110 * KM, 5e6 + 90 * KM)
    layers = {
        "gemeinden": gemeinden | {"02000000": city},
        "kreise": kreise | {"02000": city},
        "laender": {"01": shapely.union_all(list(kreise.values())), "02": city},
    }
    folder = tmp_path_factory.mktemp("country")
    return save(folder, {f"{OUTLINES}/{name}": outlines(rows) for name, rows in layers.items()})


NAMES = {"01": "Mecklenburg-Vorpommern", "02": "Hamburg", "01004": "Landkreis Ludwigslust-Parchim",
         "02000": "Hamburg", "01004004": "Verbandsgemeinde Hamm (Sieg)", "01008": "Regionalverband Saarbrücken",
         "01000": "Dithmarschen", "01004000": "Vrees", "01004008": "Grabow"}  # fmt: skip


@pytest.mark.parametrize("width", ["full", "half"])
@pytest.mark.parametrize("place", ["01", "02", "02000", "01004", "01008", "01000", "01004004", "01004000", "01004008"])
def test_every_level_is_drawn_with_its_own_name(country: State, place: str, width: style.Width) -> None:
    drawn = maps.locator(country, place, names=NAMES, width=width)
    assert_legible(drawn)
    assert NAMES[place].replace(" ", "") in "".join(texts(drawn)).replace(" ", "")  # a long name takes two lines
    assert f"fill: {style.PLACE.lower()}" in drawn
    assert any(text.endswith("\u202fkm") for text in texts(drawn))
    assert " id=" not in drawn


def test_germany_stands_beside_kreise_and_gemeinden_only(country: State) -> None:
    kreis = texts(maps.locator(country, "01004", names=NAMES))
    assert "in Deutschland" in " ".join(kreis)
    assert "in Deutschland" not in " ".join(texts(maps.locator(country, "02000", names=NAMES)))


def test_names_that_would_cover_another_are_left_out(country: State) -> None:
    crowd = {"01004004": "Mitte"} | {f"01004{i:03}": "Ein sehr langer Name für ein kleines Feld" for i in range(9)}
    crowd["01004004"] = "Mitte"
    drawn = maps.locator(country, "01004004", names=crowd, width="half")
    assert_legible(drawn)
    assert "Mitte" in texts(drawn)


def test_a_place_without_outline(country: State) -> None:
    with pytest.raises(KeyError, match="01004999"):
        maps.locator(country, "01004999", names=NAMES)


def test_missing_and_damaged_files(country: State, tmp_path: Path) -> None:
    kreise = country.path(f"{OUTLINES}/kreise").read_bytes()
    cut = save(tmp_path, {f"{OUTLINES}/kreise": kreise[:-40]})
    with pytest.raises(DataError, match="nicht lesbar"):
        read.layer(cut, "kreise")
    with pytest.raises(DataError, match="fehlt outlines/laender"):
        read.layer(cut, "laender")
    cut.path(f"{OUTLINES}/kreise").unlink()
    with pytest.raises(DataError, match="fehlt outlines/kreise"):
        read.layer(cut, "kreise")


def test_the_same_place_gives_the_same_bytes(country: State) -> None:
    one, two = (maps.locator(country, "01004", names=NAMES) for _ in range(2))
    assert one == two


def test_maps_need_no_pandas(country: State) -> None:
    names = ("pandas", "geopandas", "pyarrow.dataset", "matplotlib")
    code = f"""import sys, pathlib
from kommunalprofil.figures import maps
from kommunalprofil.states import State
maps.locator(State.of(pathlib.Path({str(country.root)!r})), "01004", names={{}})
print([m for m in {names} if m in sys.modules])"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_classes_hold_about_as_many_and_part_no_equal_values() -> None:
    values = {f"{n:05}": float(n // 2) for n in range(20)}
    classes = maps.value_classes(values, decimals=1)
    assert [len(one.areas) for one in classes] == [4, 4, 4, 4, 4]
    assert [one.colour for one in classes] == list(style.MAP_CLASSES)
    assert [ags for one in classes for ags in one.areas] == sorted(values)
    same = maps.value_classes(dict.fromkeys("abcdef", 1.0) | {"g": 2.0}, decimals=1)
    assert [one.areas for one in same] == [("a", "b", "c", "d", "e", "f"), ("g",)]
    assert same[0].colour != same[1].colour
    (alone,) = maps.value_classes({"a": 1.0, "b": 1.0}, decimals=1)
    assert alone.areas == ("a", "b")


def test_no_printed_value_stands_in_two_classes() -> None:
    values = {f"{n:05}": 45.0 + n * 0.03 for n in range(30)}
    classes = maps.value_classes(values, decimals=1)
    printed = [{fmt.number(values[ags], 1) for ags in one.areas} for one in classes]
    assert len(classes) == 5
    assert sum(map(len, printed)) == len(set.union(*printed))


def test_few_areas_have_few_classes() -> None:
    six = maps.value_classes({ags: float(n) for n, ags in enumerate("abcdef")}, decimals=1)
    assert [len(one.areas) for one in six] == [3, 3]
    tied = dict(zip("abcdefghijklmno", (1, 2, 3, 4, 5, 5, 5, 6, 7, 8, 8, 9, 10, 11, 12), strict=True))
    assert min(len(one.areas) for one in maps.value_classes(tied, decimals=1)) > 1
    four = maps.value_classes({ags: float(n) for n, ags in enumerate("abcd")}, decimals=1)
    assert [len(one.areas) for one in four] == [2, 2]


def test_neighbours_share_a_border() -> None:
    state = State.of(data_dir())
    assert read.neighbours(state, "01051") == ["01054", "01058", "01059", "01061"]
    assert read.neighbours(state, "10") == ["07"]
    assert "03454055" not in read.neighbours(state, "03454055")
    assert read.neighbours(state, "99999") == []


def test_an_island_far_away_moves_near_and_says_so(tmp_path: Path) -> None:
    """Like Helgoland: in its place it would make the map of the other Gemeinden a speck."""
    gemeinden = {f"01000{j:03}": square(j % 3, j // 3, 10 * KM) for j in range(9)}
    gemeinden["01000025"] = shapely.box(3.2e5, 5.1e6, 3.22e5, 5.102e6)
    kreis = {"01000": shapely.union_all(list(gemeinden.values()))}
    layers = {"gemeinden": gemeinden, "kreise": kreis, "laender": {"01": kreis["01000"]}}
    state = save(tmp_path, {f"{OUTLINES}/{name}": outlines(rows) for name, rows in layers.items()})
    for place, name in (("01000025", "Helgoland"), ("01000004", "Mitte")):
        drawn = maps.locator(state, place, names={place: name})
        assert_legible(drawn)
        assert maps.NEARER in texts(drawn)
        assert name in texts(drawn)
        assert "10\u202fkm" in texts(drawn)  # the scale is that of the Kreis without the way to the island
    near = dict(list(gemeinden.items())[:9])
    kreis = {"01000": shapely.union_all(list(near.values()))}
    layers = {"gemeinden": near, "kreise": kreis, "laender": {"01": kreis["01000"]}}
    state = save(tmp_path / "near", {f"{OUTLINES}/{name}": outlines(rows) for name, rows in layers.items()})
    assert maps.NEARER not in texts(maps.locator(state, "01000004", names={}))


def test_what_is_kept_of_one_place_is_right_for_the_next(country: State) -> None:
    def drawn() -> list[str]:
        return [maps.locator(country, key, names=NAMES) for key in ("01004", "01001", "01004", "01")]

    kept = drawn()
    for function in (maps._simplified, maps._united):
        assert function.cache_info().hits
        function.cache_clear()
    assert drawn() == kept
    assert len(set(kept)) == 3
