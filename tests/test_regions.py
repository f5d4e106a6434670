"""Places by key, slug and name: on a small country with every oddity, and on the true register."""

from __future__ import annotations

import io
import re
import unicodedata
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kommunalprofil import names
from kommunalprofil.errors import AmbiguousRegionError, DataError, UnknownRegionError, UsageError
from kommunalprofil.grammar import forms
from kommunalprofil.regions import Register
from kommunalprofil.sources import register
from kommunalprofil.states import REGIONS
from once import read_areas
from small_states import save

PLACES = """
01        Schleswig-Holstein
01051     Dithmarschen                  43
01051044  Heide, Stadt                  63 22467
02        Hamburg
02000     Hamburg, Freie und Hansestadt 41
02000000  Hamburg, Freie und Hansestadt 61 1910160
03        Niedersachsen
03241     Region Hannover               44
03241001  Hannover, Landeshauptstadt    63 548186
03403     Oldenburg (Oldenburg), Stadt  41
03403000  Oldenburg (Oldenburg), Stadt  61 175550
03454     Emsland                       44
03454055  Vrees                         64 1916
03457     Leer                          44
03457013  Leer (Ostfriesland), Stadt    63 35402
03458     Oldenburg                     44
03458014  Wildeshausen, Stadt           63 20493
04        Bremen
04011     Bremen, Stadt                 41
04011000  Bremen, Stadt                 61 577026
04012     Bremerhaven, Stadt            41
04012000  Bremerhaven, Stadt            61 118276
05        Nordrhein-Westfalen
05113     Essen, Stadt                  41
05113000  Essen, Stadt                  61 586608
05358     Düren                         43
05358008  Düren, Stadt                  63 94665
05382     Rhein-Sieg-Kreis              43
05382056  Sankt Augustin, Stadt         63 56800
05913     Dortmund, Stadt               41
05913000  Dortmund, Stadt               61 595471
05962     Märkischer Kreis              43
05962024  Lüdenscheid, Stadt            63 71911
09        Bayern
09363     Weiden i.d.OPf.               41
09363000  Weiden i.d.OPf.               61 42979
09175     Ebersberg                     44
09175115  Markt Schwaben, M             60 14031
09175444  Ebersberger Forst             66 0
10        Saarland
10041     Regionalverband Saarbrücken   45
10041100  Saarbrücken, Landeshauptstadt 63 183509
10045     Saarpfalz-Kreis               44
10045117  St. Ingbert, Stadt            63 35400
13        Mecklenburg-Vorpommern
13071     Mecklenburgische Seenplatte   44
13071047  Grabowhöfe                    64 1000
13071048  Grabow-Below                  64 90
13076     Ludwigslust-Parchim           44
13076050  Grabow, Stadt                 63 5573
14        Sachsen
14523     Vogtlandkreis                 44
14523010  Adorf/Vogtl., Stadt           63 4694
14625     Bautzen                       44
14625020  Bautzen / Budyšin, Stadt      63 37987
14625021  Neustadt                      64 100
16        Thüringen
16070     Ilm-Kreis                     44
16070001  Neustadt                      64 200
16070002  Neustadt                      64 300
03454099  Essen (Oldenburg)             64 9200
"""


def raw() -> pd.DataFrame:
    """The register part a directory of these places would give."""
    rows: list[dict[str, Any]] = []
    for line in PLACES.strip().splitlines():
        ags, official, code, people = re.fullmatch(r"(\S+)\s+(.+?)(?:\s+(\d\d))?(?:\s+(\d+))?", line).groups()  # type: ignore[union-attr]
        ars = f"{ags[:5]}0{ags[5:]}{ags[5:]}" if len(ags) == 8 else ags
        empty = dict.fromkeys(("association", "seat", "valid_to", "successors"), "")
        rows.append({**empty, "part": "auszug", "ags": ags, "ars": ars, "official": official, "code": code or "",
                     "area_km2": 10.0, "population": int(people or 0), "population_date": "2023-12-31",
                     "gebietsstand": "2023-12-31", "lon": 9.0, "lat": 52.0})  # fmt: skip
    return pd.DataFrame(rows)


def gone(ags: str, name: str, successors: str) -> dict[str, Any]:
    return {**raw().iloc[-1].to_dict(), "part": "changes", "ags": ags, "ars": f"{ags[:5]}0{ags[5:]}{ags[5:]}",
            "official": name, "code": "64", "valid_to": "2022-12-31", "successors": successors}  # fmt: skip


def write(frame: pd.DataFrame, folder: Path) -> Path:
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink)
    return save(folder, {REGIONS: sink.getvalue()}).root


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Register:
    dissolved = pd.DataFrame(
        [gone("16070090", "Anrode", "16070001|16070002|13076050"), gone("01051045", "Weg", "01051044")]
    )
    return Register.load(write(register.merge([raw(), dissolved]), tmp_path_factory.mktemp("small")))


@pytest.mark.parametrize(
    ("query", "ags"),
    [
        # keys
        ("01051", "01051"), ("1051", "01051"), ("01051000", "01051"), ("1051000", "01051"), (" 10041 ", "10041"),
        ("03454055", "03454055"), ("3454055", "03454055"), ("034540055055", "03454055"), ("34540055055", "03454055"),
        ("034540055", "03454055"), ("05913000", "05913"), ("02000000", "02000"), ("02", "02"), ("3", "03"),
        ("DE", "DE"), ("dg", "DE"), ("00", "DE"),
        # slugs
        ("dueren-kreis", "05358"), ("dueren-stadt", "05358008"), ("DUEREN-STADT", "05358008"), ("hamburg-land", "02"),
        ("dortmund-gemeinde", "05913"), ("saarbruecken-regionalverband", "10041"),
        # names
        ("dithmarschen", "01051"), ("Vrees", "03454055"), ("VREES", "03454055"), ("dortmund", "05913"),
        ("grabow", "13076050"), ("grabowhöfe", "13071047"), ("Grabow Below", "13071048"), ("hamburg", "02000"),
        ("saarland", "10"), ("deutschland", "DE"), ("essen", "05113"), ("Hannover", "03241001"),
        # with type
        ("Kreis Düren", "05358"), ("Landkreis Düren", "05358"), ("Düren, Kreis", "05358"), ("Düren (Kreis)", "05358"),
        ("Stadt Düren", "05358008"), ("Gemeinde Düren", "05358008"), ("Landkreis Emsland", "03454"),
        ("Gemeinde Vrees", "03454055"), ("Regionalverband Saarbrücken", "10041"), ("Stadt Saarbrücken", "10041100"),
        ("Stadt Dortmund", "05913"), ("Kreisfreie Stadt Bremen", "04011"), ("Land Bremen", "04"),
        ("Freistaat Bayern", "09"), ("Landkreis Hannover", "03241"), ("Land Hamburg", "02"),
        # official names
        ("Heide, Stadt", "01051044"), ("Hamburg, Freie und Hansestadt", "02000"),
        ("Bautzen / Budyšin, Stadt", "14625020"), ("budysin", "14625020"), ("Landeshauptstadt Hannover", "03241001"),
        # other spellings
        ("st. ingbert", "10045117"), ("Sankt Ingbert", "10045117"), ("st augustin", "05382056"),
        ("Adorf/Vogtl.", "14523010"), ("adorf", "14523010"), ("Adorf (Vogtland)", "14523010"),
        ("Weiden in der Oberpfalz", "09363"), ("weiden", "09363"), ("ilmkreis", "16070"), ("Ilm Kreis", "16070"),
        ("Rhein-Sieg", "05382"), ("Maerkischer Kreis", "05962"), ("LÜDENSCHEID", "05962024"),
        ("luedenscheid", "05962024"),
        (unicodedata.normalize("NFD", "Lüdenscheid"), "05962024"), ("  Markt   Schwaben ", "09175115"),
        # what is no Gemeinde (any more)
        ("ebersberger forst", "09175444"), ("anrode", "16070090"),
    ],
)  # fmt: skip
def test_find(query: str, ags: str, small: Register) -> None:
    assert small.find(query).ags == ags


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ("düren", ["05358", "05358008"]),
        ("Du\u0308ren", ["05358", "05358008"]),
        ("saarbrücken", ["10041", "10041100"]),
        ("bremen", ["04", "04011"]),
        ("leer", ["03457", "03457013"]),
        ("oldenburg", ["03403", "03458"]),
        ("neustadt", ["16070002", "16070001", "14625021"]),
        ("bautzen", ["14625", "14625020"]),
    ],
)
def test_several_are_listed_with_key_and_slug(query: str, keys: list[str], small: Register) -> None:
    with pytest.raises(AmbiguousRegionError) as caught:
        small.find(query)
    assert [line.split()[0] for line in caught.value.candidates] == keys
    slugs = [line.split()[-1] for line in caught.value.candidates]
    assert [small.find(slug).ags for slug in slugs] == keys


def test_the_two_dueren_as_printed(small: Register) -> None:
    with pytest.raises(AmbiguousRegionError) as caught:
        small.find("düren")
    assert caught.value.candidates == ("05358     Kreis Düren  dueren-kreis", "05358008  Stadt Düren  dueren-stadt")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("ditmarschen", "01051"),
        ("dormund", "05913"),
        ("dotrmund", "05913"),
        ("duren", "05358"),
        ("hanover", "03241001"),
        ("01052", "01051"),
        ("Amt Grabow", "13076050"),
        ("Seenplatte", "13071"),
    ],
)
def test_suggestions(query: str, first: str, small: Register) -> None:
    with pytest.raises(UnknownRegionError) as caught:
        small.find(query)
    assert caught.value.suggestions[0].split()[0] == first


@pytest.mark.parametrize(
    "query",
    [
        "",
        "   ",
        "\t\n",
        "../..",
        "DROP TABLE",
        "'; --",
        "😀",
        "x" * 10_000,
        "0" * 500,
        "\x00",
        "%",
        "²³",
        "٣",
        "-",
        "||",
        "999",
    ],
)
def test_odd_input_gets_the_clean_error(query: str, small: Register) -> None:
    with pytest.raises(UnknownRegionError) as caught:
        small.find(query)
    assert len(str(caught.value)) < 700
    assert all(c.isprintable() or c == "\n" for c in str(caught.value))


@given(query=st.text(max_size=120))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_is_found_or_refused(query: str, small: Register) -> None:
    try:
        found = small.find(query)
    except UsageError:
        return
    assert found.ags in small


def test_long_lists_are_cut(tmp_path: Path) -> None:
    frame = raw()
    many = [{**frame.iloc[2].to_dict(), "ags": f"01051{n:03}", "ars": f"010510{n:03}{n:03}", "official": f"Bad {n}"}
            for n in range(100, 190)]  # fmt: skip
    loaded = Register.load(write(register.merge([pd.concat([frame, pd.DataFrame(many)])]), tmp_path))
    with pytest.raises(AmbiguousRegionError, match="und 70 weitere"):
        loaded.find("bad")


def test_aliases_and_parents(small: Register) -> None:
    alias = small.get("05913000")
    assert (alias.same_as, alias.slug, alias.parents) == ("05913", "dortmund-gemeinde", ("05913", "05", "DE"))
    assert small.get("05913").parents == ("05", "DE")
    assert small.get("02000").parents == ("02", "DE")
    assert small.get("DE").parents == ()
    assert small.canonical("059130000000") == "05913"
    assert small.canonical("02000000") == "02000"
    assert small.canonical("01051000") == "01051"
    with pytest.raises(UnknownRegionError):
        small.canonical("99999")


def test_search(small: Register) -> None:
    assert [r.ags for r in small.search("grabow")] == ["13076050", "13071047", "13071048"]
    assert [r.ags for r in small.search("düren", "kreis")] == ["05358"]
    assert [r.ags for r in small.search("Kreis Düren")] == ["05358"]
    assert [r.ags for r in small.search("Stadt Grabow")] == ["13076050"]
    everything = small.search()
    assert [r.ags for r in everything] == sorted((r.ags for r in everything), key=lambda a: (a != "DE", a))
    assert not any(r.same_as or r.valid_to or not r.inhabited for r in everything)
    assert {r.level for r in small.search("", "land")} == {"land"}
    assert small.search("gibt es nicht") == []
    assert small.search("/") == []


def test_children(small: Register) -> None:
    assert [r.ags for r in small.children("05", "kreis")] == ["05113", "05358", "05382", "05913", "05962"]
    assert [r.ags for r in small.children("05913", "gemeinde")] == ["05913000"]
    assert [r.ags for r in small.children("09175", "gemeinde")] == ["09175115", "09175444"]
    assert len(small.children("DE", "land")) == 10
    assert "16070090" not in {r.ags for r in small.children("16070", "gemeinde")}


def test_refusals_are_sentences(small: Register) -> None:
    assert small.refusal(small.get("01051045")) == (
        "Die Gemeinde Weg gibt es seit dem 01.01.2023 nicht mehr; das Gebiet gehört jetzt zur Stadt Heide."
    )
    assert small.refusal(small.get("16070090")).endswith(
        "zur Gemeinde Neustadt, zur Gemeinde Neustadt und zur Stadt Grabow."
    )
    assert "wohnt niemand" in small.refusal(small.get("09175444"))
    assert small.refusal(small.get("01051")) == ""


def test_slugs(small: Register) -> None:
    slugs = [r.slug for r in small]
    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", s) for s in slugs)
    assert [small.get(a).slug for a in ("14625021", "16070001", "16070002")] == [
        "neustadt-gemeinde-bautzen",
        "neustadt-gemeinde-ilm-kreis-16070001",
        "neustadt-gemeinde-ilm-kreis-16070002",
    ]
    for region in small:
        assert small.find(region.slug).ags == (region.same_as or region.ags)


def test_missing_and_damaged_register(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="fehlt"):
        Register.load(tmp_path)
    with pytest.raises(DataError, match="beschädigt"):
        Register.load(save(tmp_path, {REGIONS: b"PAR1 broken"}))
    with pytest.raises(DataError, match="beschädigt"):
        Register.load(write(pd.DataFrame({"x": [1]}), tmp_path))


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        (
            "Dithmarschen",
            "Kreis",
            "Kreis Dithmarschen|der Kreis Dithmarschen|im Kreis Dithmarschen|des Kreises Dithmarschen",
        ),
        (
            "Emsland",
            "Landkreis",
            "Landkreis Emsland|der Landkreis Emsland|im Landkreis Emsland|des Landkreises Emsland",
        ),
        ("Riesa", "Stadt", "Stadt Riesa|die Stadt Riesa|in der Stadt Riesa|der Stadt Riesa"),
        ("Vrees", "Gemeinde", "Gemeinde Vrees|die Gemeinde Vrees|in der Gemeinde Vrees|der Gemeinde Vrees"),
        ("Tüßling", "Markt", "Markt Tüßling|der Markt Tüßling|im Markt Tüßling|des Marktes Tüßling"),
        ("Markt Schwaben", "Markt", "Markt Schwaben|Markt Schwaben|in Markt Schwaben|von Markt Schwaben"),
        ("Brome", "Flecken", "Flecken Brome|der Flecken Brome|im Flecken Brome|des Fleckens Brome"),
        ("Dortmund", "Kreisfreie Stadt", "Dortmund|Dortmund|in Dortmund|Dortmunds"),
        ("Worms", "Kreisfreie Stadt", "Worms|Worms|in Worms|von Worms"),
        ("Mainz", "Kreisfreie Stadt", "Mainz|Mainz|in Mainz|von Mainz"),
        ("Halle (Saale)", "Kreisfreie Stadt", "Halle (Saale)|Halle (Saale)|in Halle (Saale)|von Halle (Saale)"),
        ("Ilm-Kreis", "Landkreis", "Ilm-Kreis|der Ilm-Kreis|im Ilm-Kreis|des Ilm-Kreises"),
        (
            "Rhein-Kreis Neuss",
            "Kreis",
            "Rhein-Kreis Neuss|der Rhein-Kreis Neuss|im Rhein-Kreis Neuss|des Rhein-Kreises Neuss",
        ),
        (
            "Märkischer Kreis",
            "Kreis",
            "Märkischer Kreis|der Märkische Kreis|im Märkischen Kreis|des Märkischen Kreises",
        ),
        (
            "Region Hannover",
            "Landkreis",
            "Region Hannover|die Region Hannover|in der Region Hannover|der Region Hannover",
        ),
        ("Wetteraukreis", "Landkreis", "Wetteraukreis|der Wetteraukreis|im Wetteraukreis|des Wetteraukreises"),
        ("Saarland", "Land", "Saarland|das Saarland|im Saarland|des Saarlandes"),
        ("Bremen", "Land", "Land Bremen|das Land Bremen|im Land Bremen|des Landes Bremen"),
        ("Rheinland-Pfalz", "Land", "Rheinland-Pfalz|Rheinland-Pfalz|in Rheinland-Pfalz|von Rheinland-Pfalz"),
        ("Deutschland", "Bund", "Deutschland|Deutschland|in Deutschland|Deutschlands"),
        (
            "Kreischa",
            "Gemeinde",
            "Gemeinde Kreischa|die Gemeinde Kreischa|in der Gemeinde Kreischa|der Gemeinde Kreischa",
        ),
    ],
)
def test_forms(name: str, kind: str, expected: str) -> None:
    f = forms(name, kind)
    assert "|".join((f.title, f.nominative, f.dative_in, f.genitive)) == expected


def test_masculine_accusative() -> None:
    assert forms("Düren", "Kreis").accusative == "den Kreis Düren"
    assert forms("Märkischer Kreis", "Kreis").accusative == "den Märkischen Kreis"
    assert forms("Riesa", "Stadt").accusative == "die Stadt Riesa"
    assert forms("Lohheide", "Gemeindefreier Bezirk").accusative == "den gemeindefreien Bezirk Lohheide"


def test_a_name_that_is_a_phrase_is_declined() -> None:
    both = forms("Gemeinsames deutsch-luxemburgisches Hoheitsgebiet", "Gemeindefreies Gebiet")
    assert both.accusative == "das gemeinsame deutsch-luxemburgische Hoheitsgebiet"
    assert both.dative_in == "im gemeinsamen deutsch-luxemburgischen Hoheitsgebiet"
    assert both.genitive == "des gemeinsamen deutsch-luxemburgischen Hoheitsgebiets"


@given(text=st.text(max_size=60))
def test_fold_is_stable(text: str) -> None:
    key = names.fold(text)
    assert re.fullmatch(r"[a-z0-9-]*", key)
    assert names.fold(key) == key
    assert names.fold(unicodedata.normalize("NFD", text)) == key
    assert names.fold(unicodedata.normalize("NFC", text)) == key


@given(left=st.text("abcd", max_size=8), right=st.text("abcd", max_size=8))
def test_distance_is_symmetric_and_bounded(left: str, right: str) -> None:
    away = names.distance(left, right, 20)
    assert away == names.distance(right, left, 20)
    assert abs(len(left) - len(right)) <= away <= max(len(left), len(right))
    assert names.distance(left, right, 2) == min(away, 3)
    assert (away == 0) == (left == right)


# --- the true register ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def true(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Register:
    folder = shared / "data" / "gemeindeverzeichnis"
    files = ("31122023_Auszug_GV.xlsx", "GV100AD_301123.txt", "Gebietsaenderungen_2023.xlsx")
    parts = [part for name in files if (part := read_areas(folder / name).regions) is not None]
    return Register.load(write(register.merge(parts), tmp_path_factory.mktemp("true")))


@pytest.mark.shared
@pytest.mark.parametrize(
    ("query", "ags"),
    [
        ("dithmarschen", "01051"), ("Kreis Düren", "05358"), ("10041", "10041"), ("vrees", "03454055"),
        ("grabow", "13076050"), ("riesa", "14627230"), ("adorf", "14523010"), ("dortmund", "05913"),
        ("havelland", "12063"), ("emsland", "03454"), ("Frankfurt am Main", "06412"), ("frankfurt (main)", "06412"),
        ("Weiden in der Oberpfalz", "09363"), ("Landkreis München", "09184"), ("Städteregion Aachen", "05334"),
        ("aachen", "05334002"), ("Lutherstadt Wittenberg", "15091375"), ("Neuss", "05162024"), ("cottbus", "12052"),
    ],
)  # fmt: skip
def test_true_places(query: str, ags: str, true: Register) -> None:
    assert true.find(query).ags == ags


@pytest.mark.shared
def test_true_register_is_whole(true: Register) -> None:
    levels = pd.Series([r.level for r in true]).value_counts().to_dict()
    assert levels == {"bund": 1, "land": 16, "kreis": 400, "gemeinde": 10_981 + 12}
    assert len({r.slug for r in true}) == len(true)
    assert true.get("DE").population == 84_669_326
    assert round(true.get("DE").area_km2 or 0) == 357_684
    assert true.get("01051").seat == "Heide"
    assert true.get("03454055").association == "Samtgemeinde Werlte"
    for region in true:
        assert all(parent in true for parent in region.parents)


@pytest.mark.shared
def test_every_slug_finds_its_place(true: Register) -> None:
    for region in true.search("", "kreis") + true.search("", "land"):
        assert true.find(region.slug) == region
        assert true.find(region.ags) == region


@pytest.mark.shared
def test_every_kreis_has_grammar(true: Register) -> None:
    for region in true.search("", "kreis"):
        assert region.dative_in.split()[0] in ("in", "im")
        assert "Kreis Kreis" not in region.title
        assert (
            not re.search(r"(?i)kreis\b.*kreis\b", region.title.replace("Landkreis", "", 1))
            or "Kreis" not in region.kind
        )
        if region.nominative.startswith("der "):
            assert region.accusative.startswith("den ")
            assert region.genitive.startswith("des ")
            assert region.dative_in.startswith("im ")
