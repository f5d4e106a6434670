"""Comparable places: properties of the distance, gaps, ties, size classes, the command, the profile, chance."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import documents
from kommunalprofil import cli, german_cli
from kommunalprofil.comparison import MEASURES, Comparison, Measure
from kommunalprofil.errors import UsageError
from kommunalprofil.indicators import declared
from kommunalprofil.narrative import alike as words
from kommunalprofil.profile import Profile
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.similar import BY_ID, COMMON, FAR, THEME, THEMES, USUAL, SizeClass, Space, chosen, scaled
from kommunalprofil.similar import size_classes as classes_of
from kommunalprofil.states import COMPARISON, State

AGE = BY_ID["mean_age"]
FOREIGN = BY_ID["foreign_share"]
ALONE = BY_ID["household_share:household=one_person"]
FAMILIES = BY_ID["families_share"]
FOUR = (AGE, FOREIGN, ALONE, FAMILIES)
Table = NDArray[np.float64]


@cache
def register() -> Register:
    return Register.load(data_dir())


@cache
def space(level: str) -> Space:
    comparison = Comparison.load(State.of(data_dir()), level, register())
    assert comparison is not None
    return Space.of(comparison, register())


def made(rows: list[list[float]] | Table, measures: tuple[Measure, ...] = FOUR, keys: list[str] | None = None) -> Space:
    """Kreise 01001, 01002, … of one size class with these values."""
    values = np.array(rows, dtype=np.float64)
    keys = keys or [f"01{r + 1:03}" for r in range(len(values))]
    size = SizeClass("kreis", 0, None, None, False, tuple(sorted(keys)))
    return Space(keys, values, measures, dict.fromkeys(keys, size))


def near(where: Space, ags: str, count: int = 99) -> list[str]:
    found = where.alike(ags, count)
    return [] if found is None else [one.ags for one in found.neighbours]


def matrix(where: Space) -> Table:
    rows = np.arange(len(where.regions), dtype=np.intp)
    return where.distances(rows, rows)


whole = st.integers(-50, 50)
gapped = st.one_of(whole.map(float), st.just(float("nan")))


@st.composite
def tables(draw: st.DrawFn, cell: Any = gapped) -> Table:
    rows = draw(st.integers(2, 9))
    return np.array(draw(st.lists(st.lists(cell, min_size=4, max_size=4), min_size=rows, max_size=rows)), dtype=float)


@given(tables())
def test_a_place_is_nearest_to_itself_and_both_ways_are_as_far(table: Table) -> None:
    where = made(table)
    distances = matrix(where)
    comparable = np.isfinite(np.diag(distances))
    assert (np.diag(distances)[comparable] == 0).all()
    assert (distances[comparable] >= 0).all()
    assert (distances == distances.T).all()


@given(tables(), st.randoms())
def test_the_order_of_places_does_not_matter(table: Table, random: Any) -> None:
    keys = [f"01{r + 1:03}" for r in range(len(table))]
    order = list(range(len(table)))
    random.shuffle(order)
    mixed = made(table[order], keys=[keys[o] for o in order])
    for key in keys:
        assert made(table, keys=keys).alike(key, 3) == mixed.alike(key, 3)


@given(tables(), whole, st.integers(0, 3))
def test_a_constant_shift_changes_no_rank(table: Table, shift: int, column: int) -> None:
    moved = table.copy()
    moved[:, column] += shift
    for key in made(table).regions:
        assert near(made(table), key) == near(made(moved), key)


@given(tables(), st.integers(-5, 5), st.integers(0, 3))
def test_another_unit_changes_no_rank(table: Table, power: int, column: int) -> None:
    other = table.copy()
    other[:, column] *= 2.0**power
    for key in made(table).regions:
        assert near(made(table), key) == near(made(other), key)


@settings(max_examples=40, deadline=None)
@given(tables(), st.integers(1, 12))
def test_all_at_once_is_one_by_one(table: Table, count: int) -> None:
    where = made(table)
    assert dict(where.all_nearest(count)) == {key: tuple(near(where, key, count)) for key in where.regions}


@settings(max_examples=40)
@given(tables())
def test_what_measures_add_is_the_whole(table: Table) -> None:
    where = made(table)
    for key in where.regions:
        for one in where.alike(key, 9).neighbours:  # type: ignore[union-attr]
            total = sum(part.share for part in one.parts)
            assert total == pytest.approx(1 if one.distance else 0, abs=1e-6)
            assert sum(one.themes.values()) == pytest.approx(total)
            assert COMMON - 1e-9 <= one.common <= 1 + 1e-9


def test_all_at_once_where_many_are_equally_near() -> None:
    """More of the same than are looked at closely: the keys decide, as one by one."""
    where = made([[float(r % 2), 0, r % 2, 0] for r in range(60)])
    assert dict(where.all_nearest(5)) == {key: tuple(near(where, key, 5)) for key in where.regions}
    assert near(where, "01001", 5) == ["01003", "01005", "01007", "01009", "01011"]


def test_a_small_table_by_hand() -> None:
    """Two themes: age (5 places around 44, MAD 1) and forms of living (two measures, half the weight each)."""
    where = made(
        [[42.0, 10, 40, 30], [43.0, 10, 42, 30], [44.0, 10, 44, 30], [45.0, 10, 44, 32], [99.0, 10, 48, 34]],
        (AGE, FOREIGN, ALONE, FAMILIES),
    )
    unit = 1 / 1.4826
    distances = matrix(where)
    # weights 1, 1, 1/2, 1/2; MAD of the ages 1, of people alone 2, of families 0: there the standard deviation 1.6
    assert distances[0, 1] == pytest.approx(np.sqrt((unit**2 + (2 * unit / 2) ** 2 / 2) / 3))
    assert distances[2, 3] == pytest.approx(np.sqrt((unit**2 + (2 / 1.6) ** 2 / 2) / 3))
    found = where.alike("01005", 1)
    assert found is not None
    (one,) = found.neighbours
    assert one.ags == "01004"
    assert one.apart[0].measure is AGE  # cut off, else it would be everything
    assert one.apart[0].share < 0.95
    assert (one.apart[0].own, one.apart[0].other) == (99, 45)


def test_scaling() -> None:
    numbers = np.array([1.0, 2, 3, 4, 1000, np.nan])
    done = scaled(numbers)
    assert done[2] == 0
    assert done[4] == FAR
    assert np.isnan(done[5])
    assert done[3] == pytest.approx(1 / 1.4826)
    assert scaled(np.array([7.0, 7, 7])).tolist() == [0, 0, 0]
    assert scaled(np.array([1.0, 10, 100, 0]), logarithm=True)[[0, 1, 2]] == pytest.approx([-1 / 1.4826, 0, 1 / 1.4826])
    assert np.isnan(scaled(np.array([1.0, 10, 100, 0]), logarithm=True)[3])
    assert np.isnan(scaled(np.full(3, np.nan))).all()


def test_a_theme_weighs_as_much_as_another() -> None:
    where = made(np.zeros((3, 4)))
    assert dict(zip(where.measures, where.weights, strict=True)) == {AGE: 1, FOREIGN: 1, ALONE: 0.5, FAMILIES: 0.5}


def test_a_measure_nobody_has_is_left_out() -> None:
    where = made([[1, np.nan, 3, 4], [2, np.nan, 5, 6]])
    assert where.measures == (AGE, ALONE, FAMILIES)
    found = where.alike("01001", 1)
    assert found is not None
    assert found.neighbours[0].common == 1


def test_gaps_are_told_and_too_few_are_no_comparison() -> None:
    gap = np.nan
    where = made([[1, 1, 1, 1], [1, 1, gap, 1], [1, gap, gap, gap], [2, 3, 2, 2], [4, 4, 3, 3]])
    found = where.alike("01002", 9)
    assert found is not None
    assert [one.ags for one in found.neighbours] == ["01001", "01004", "01005"]
    assert found.missing == (ALONE,)
    assert (found.others, found.left_out) == (3, 1)
    assert found.neighbours[0].common == pytest.approx(2.5 / 3)
    alone = where.alike("01003", 9)
    assert alone is not None
    assert alone.neighbours == ()
    assert alone.missing == (FOREIGN, ALONE, FAMILIES)
    assert where.alike("99999", 9) is None


def test_the_key_decides_between_equals() -> None:
    where = made([[0, 0, 0, 0]] + [[1, 1, 1, 1]] * 4)
    assert near(where, "01001") == ["01002", "01003", "01004", "01005"]


def listed(*people: int, kinds: tuple[str, ...] = ()) -> Any:
    """A register of Kreise 01001, … with these populations."""
    columns = {
        "ags": [f"01{n + 1:03}" for n in range(len(people))],
        "population": list(people),
        "kind": list(kinds) or ["Landkreis"] * len(people),
    }
    return SimpleNamespace(column=columns.__getitem__)


def test_size_classes() -> None:
    people = [99_999] * 30 + [100_000] * 30 + [600_000] * 2
    found = classes_of([f"01{n + 1:03}" for n in range(62)], listed(*people))
    assert found["01001"].words == "Landkreisen mit weniger als 100.000 Menschen"
    assert found["01031"].words == "Landkreisen mit 100.000 bis unter 200.000 Menschen"
    assert (len(found["01031"].places), found["01031"].widened) == (30, False)
    # only two above: the classes below are added one by one until there are enough
    assert (found["01062"].low, found["01062"].high, found["01062"].widened) == (100_000, None, True)
    assert len(found["01062"].places) == 32


def test_cities_are_never_among_landkreise() -> None:
    kinds = ("Kreisfreie Stadt", "Stadtkreis", "Landkreis", "Kreis", "Regionalverband")
    found = classes_of([f"01{n + 1:03}" for n in range(5)], listed(*[150_000] * 5, kinds=kinds))
    assert found["01001"].places == ("01001", "01002")
    assert found["01003"].places == ("01003", "01004", "01005")
    assert found["01001"].words == "kreisfreien Städten"  # so few of all sizes


def test_every_place_is_in_one_class_of_its_level() -> None:
    assert {size.words for size in space("land").classes.values()} == {"Ländern"}
    for level in ("kreis", "gemeinde"):
        where = space(level)
        for ags, size in where.classes.items():
            people = register().get(ags).population or 0
            assert ags in size.places
            assert size.low <= people
            assert size.high is None or people < size.high


def test_every_measure_has_one_theme_and_the_usual_ones_are_those_of_the_documents() -> None:
    named = [name for theme in THEMES for name in (*theme.usual, *theme.more)]
    assert sorted(named) == sorted(measure.id for measure in MEASURES)
    assert {THEME[m.id].name for m in USUAL} == {
        "Größe", "Dichte", "Alter", "Geburten", "Wanderung", "Zuwanderung", "Lebensformen", "Entwicklung",
    }  # fmt: skip
    assert set(words.COLUMNS) <= set(BY_ID)


def test_measures_by_name() -> None:
    assert chosen("") == USUAL
    assert [m.id for m in chosen(" age_share:age=80+, foreign_share,")] == ["age_share:age=80+", "foreign_share"]
    assert [m.id for m in chosen("age_share")] == ["age_share:age=0-17", "age_share:age=65+", "age_share:age=80+"]
    with pytest.raises(UsageError, match=r"In „nichts“ werden Orte nicht verglichen\. Erlaubt sind: age_share, "):
        chosen("mean_age,nichts")


@cache
def nearest_of_all(level: str) -> dict[str, tuple[str, ...]]:
    """The ten nearest of every place, found all at once."""
    comparison = Comparison.load(State.of(data_dir()), level, register())
    assert comparison is not None
    return dict(Space.of(comparison, register()).all_nearest(10))


@pytest.mark.parametrize("place", ["14627230", "01051", "05913", "10", "03454055"])
def test_neighbours_are_of_the_same_level_and_class(place: str) -> None:
    own = register().get(place)
    where = space(own.level)
    found = where.alike(place, 10)
    assert found is not None
    assert len(found.neighbours) == 10
    assert place not in [one.ags for one in found.neighbours]
    assert all(register().get(one.ags).level == own.level for one in found.neighbours)
    assert all(one.ags in found.size.places for one in found.neighbours)
    assert [one.distance for one in found.neighbours] == sorted(one.distance for one in found.neighbours)
    assert nearest_of_all(own.level)[place] == tuple(one.ags for one in found.neighbours)


def test_who_is_like_whom() -> None:
    """People who know the places would not be surprised."""
    kreise, gemeinden = space("kreis"), space("gemeinde")
    assert "05113" in near(kreise, "05913", 5)  # Dortmund: Essen
    assert "01054" in near(kreise, "01051", 5)  # Dithmarschen: Nordfriesland
    assert "14625240" in near(gemeinden, "14627230", 5)  # Riesa: Hoyerswerda


@pytest.mark.parametrize(("level", "column", "more"), [("kreis", "kreistyp", 1.25), ("gemeinde", "kreistyp", 1.25)])
def test_neighbours_share_the_type_of_the_bbsr_more_often_than_chance(level: str, column: str, more: float) -> None:
    """Landkreise, and Gemeinden by the Kreis around them, against places of the same size class."""
    where = space(level)
    known = dict(zip(register().column("ags"), register().column(column), strict=True))
    types = {ags: known.get(ags[:5], "") for ags in where.regions}
    found, chance = [], []
    parts: dict[SizeClass, Counter[str]] = {}
    for ags, others in where.all_nearest(5):
        size = where.classes[ags]
        if not types[ags] or not others or size.city:
            continue
        if size not in parts:
            parts[size] = Counter(types[place] for place in size.places if types[place])
        of_class = parts[size]
        found.append(sum(types[o] == types[ags] for o in others) / len(others))
        chance.append((of_class[types[ags]] - 1) / (of_class.total() - 1))  # this place left out
    assert np.mean(found) > more * np.mean(chance)


def call(capfd: pytest.CaptureFixture[str], *args: str) -> tuple[int, str, str]:
    code = german_cli.run(cli.app, ["similar", *args])
    captured = capfd.readouterr()
    return code, captured.out, captured.err


def test_the_command_in_words(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, err = call(capfd, "riesa", "-n", "3")
    assert (code, err) == (0, "")
    assert out.startswith("Stadt Riesa (14627230)\n  Verglichen mit 504 anderen Gemeinden mit 20.000 bis unter 50.000")
    assert max(map(len, out.splitlines())) <= 100
    assert re.search(r"\n   1  Stadt Altenburg +0,27 ", out)
    assert "   2  Stadt Hoyerswerda (14625240), Sachsen\n" in out
    assert "Für Orte dieser Ebene gibt es nicht: Anteil der Menschen ab 80; Geborene" in out
    assert "Bevölkerungsdichte: 494 und 691 je km²;" in out.replace("\u202f", " ")


@pytest.mark.parametrize("place", ["dithmarschen", "10", "16063", "03159002"])
@pytest.mark.parametrize("measures", ["", ",".join(BY_ID)], ids=["usual", "all"])
def test_no_line_is_too_long(place: str, measures: str, capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capfd, place, "-n", "30", "--indicators", measures)
    assert code == 0
    assert max(map(len, out.splitlines())) <= 100


def test_gaps_are_told_by_the_command(capfd: pytest.CaptureFixture[str]) -> None:
    _, out, _ = call(capfd, "16063", "-n", "2")
    assert "Ohne Wert für den Ort selbst: Wanderung der 18- bis 24-Jährigen;" in out
    assert "gemeinsam: 75 % des Gewichts aller Kennzahlen" in out
    _, out, _ = call(capfd, "14627190")
    assert "      ohne Wert: Durchschnittsalter; Anteil der unter 18-Jährigen;" in out  # of one neighbour
    assert "2 weitere Orte haben zu wenige dieser Zahlen und bleiben außer Betracht." in out
    _, out, _ = call(capfd, "05913", "-n", "2")
    assert "(die eigene Größenklasse und ihre Nachbarn, weil sie wenige Orte hat)" in " ".join(out.split())


def test_the_command_as_json(capfd: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capfd, "riesa", "-n", "2", "--json", "--indicators", "mean_age,birth_rate,population")
    told = json.loads(out)
    assert code == 0
    assert told["region"] == {"ags": "14627230", "name": "Riesa", "title": "Stadt Riesa", "level": "gemeinde"}
    assert told["size_class"]["words"] == "Gemeinden mit 20.000 bis unter 50.000 Menschen"
    assert {m["id"]: (m["weight"], m["of_level"]) for m in told["measures"]} == {
        "population": (1, True), "mean_age": (1, True), "birth_rate:four_year_mean": (0, False),
    }  # fmt: skip
    first, second = told["neighbours"]
    assert (first["rank"], second["rank"]) == (1, 2)
    assert first["distance"] <= second["distance"]
    assert sum(part["share"] for part in first["measures"]) == pytest.approx(1, abs=1e-5)
    units = {m["id"]: m["unit"] for m in told["measures"]}
    assert units["birth_rate:four_year_mean"] == declared()["birth_rate"].variant("four_year_mean").unit == "je 1.000"
    again = call(capfd, "riesa", "-n", "2", "--json", "--indicators", "population,birth_rate,mean_age")[1]
    assert again == out


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        (["DE"], 2, "Für Deutschland gibt es keine vergleichbaren Orte: Auf seiner Ebene ist es allein."),
        (["16056"], 2, "Eisenach (16056) gibt es seit dem 01.07.2021 nicht mehr; das Gebiet gehört jetzt zu: Stadt Ei"),
        (["gibtesnicht"], 2, "Kein Ort heißt „gibtesnicht“."),
        (["riesa", "--indicators", "alter"], 2, "In „alter“ werden Orte nicht verglichen. Erlaubt sind: age_share,"),
        (["riesa", "-n", "0"], 2, "Der Wert muss mindestens 1 sein."),
        (["groede"], 1, "Für die Gemeinde Gröde sind keine ähnlichen Orte zu nennen: zwei Orte müssen mindestens 60 %"),
    ],
)
def test_refusals(args: list[str], code: int, said: str, capfd: pytest.CaptureFixture[str]) -> None:
    got, out, err = call(capfd, *args)
    assert (got, out) == (code, "")
    assert said in err


def test_uninhabited_places_get_the_sentence_profiles_give(capfd: pytest.CaptureFixture[str]) -> None:
    empty = next(region for region in register() if not region.inhabited)
    code, _, err = call(capfd, empty.ags)
    assert code == 2
    assert register().refusal(empty) in err


def test_a_data_set_without_a_comparison(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(Comparison, "load", classmethod(lambda *_args: None))
    code, out, err = call(capfd, "riesa")
    assert (code, out) == (3, "")
    assert "fehlt der Vergleich der Orte" in err
    assert COMPARISON not in err


def section(place: str) -> tuple[Any, Any]:
    """The table of the profile, and what profil.json says."""
    document = documents.built(place)
    found = [t.item for t in document.outline.tables if t.item.caption.endswith("am ähnlichsten sind")]
    return (found or [None])[0], json.loads(document.files["profil.json"])


@pytest.mark.parametrize("place", ["dithmarschen", "riesa", "vrees", "dortmund", "10"])
def test_the_profile_shows_the_nearest(place: str) -> None:
    table, told = section(place)
    assert [row[0] for row in table.rows][1:] == [one["name"] for one in told["similar"]["places"]][:5]
    assert len(table.rows) == 6
    assert "Abstand" in [column.label for column in table.columns]
    own = told["region"]
    assert own["name"].startswith(table.rows[0][0])
    assert table.sources
    values = [row["values"] for row in told["others"] if row["indicator"] == "population"]
    assert any({one["ags"] for one in told["similar"]["places"]} == set(row) for row in values)


def test_a_place_without_enough_numbers_says_so() -> None:
    table, told = section("groede")
    assert table is None
    assert told["similar"]["places"] == []
    (gap,) = [gap for gap in told["gaps"] if gap["id"] == "similar"]
    assert gap["reason"].startswith("Für die Gemeinde Gröde stehen hier keine ähnlichen Gemeinden, weil ")


@pytest.mark.parametrize(
    ("place", "lead", "nearest"),
    [
        ("01051", "Unter den 137 anderen Landkreisen mit 100.000 bis unter 200.000 Menschen sind dem Kreis Dithmarschen"
         " die Kreise der Tabelle am ähnlichsten.", "Den kleinsten Abstand hat der Kreis Nordfriesland in Schleswig-"),
        ("05913", "Unter den 36 anderen kreisfreien Städten mit mindestens 200.000 Menschen sind Dortmund die Kreise",
         "Den kleinsten Abstand hat Bremen."),
        ("10", "Unter den 15 anderen Ländern sind dem Saarland die Länder der Tabelle am ähnlichsten.",
         "Den kleinsten Abstand hat Thüringen."),
        ("14627230", "Unter den 504 anderen Gemeinden mit 20.000 bis unter 50.000 Menschen sind der Stadt Riesa die "
         "Gemeinden der Tabelle", "Den kleinsten Abstand hat die Stadt Altenburg im Landkreis Altenburger Land (Thür"),
    ],
)  # fmt: skip
def test_the_sentences(place: str, lead: str, nearest: str) -> None:
    from kommunalprofil.evidence import Evidence

    evidence = Evidence(Profile(place, data_dir(), register()))
    assert " ".join(words.lead(evidence)).startswith(lead)
    assert " ".join(words.nearest(evidence)).startswith(nearest)


def test_values_beside_each_other() -> None:
    assert words.between("1", "2", "%") == "1\u00a0% gegenüber 2\u00a0%"
    assert words.between("1", "2", "je km²") == "1 gegenüber 2\u00a0je\u00a0km²"
    assert words.between("1", "2", "Personen") == "1 gegenüber 2"
