"""Eurostat's files: which data set they hold, what comes in, what flags mean, how Eisenach joins the Wartburgkreis."""

from __future__ import annotations

import gzip
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kommunalprofil import nuts, sources
from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources import eurostat
from kommunalprofil.sources.grid import Grid
from kommunalprofil.sources.reading import Reading, from_grid
from workbooks import workbook

if TYPE_CHECKING:
    import pandas as pd

GERMANY = 80_000_000
HEAD = "freq,sex,unit,age,geo\\TIME_PERIOD"


def tsv(rows: Mapping[str, Sequence[object]], years: Sequence[int] = (2021, 2022), head: str = HEAD) -> bytes:
    """A TSV: each cell is followed by a blank and, maybe, by flags."""
    lines = [f"{head}\t" + "\t".join(f"{year} " for year in years)]
    lines += [
        f"{key}\t" + "\t".join(c if isinstance(c, str) else f"{c} " for c in cells) for key, cells in rows.items()
    ]
    return ("\n".join(lines) + "\n").encode()


def people(**of_kreise: Sequence[object]) -> dict[str, Sequence[object]]:
    """Men and women, old and young, of Germany, all Länder, and of the Kreise named."""
    rows: dict[str, Sequence[object]] = {}
    laender = {key: (5_000_000, 5_000_000) for key, ags in nuts.keys().items() if len(ags) == 2 and key != "DE"}
    for geo, cells in {"DE": (GERMANY, GERMANY), **laender, **of_kreise}.items():
        for sex in "TMF":
            for age in ("TOTAL", "Y_LT5", "Y5-9", "Y_GE10", "UNK"):
                size = (2 if sex == "T" else 1) * {"TOTAL": 10, "Y_LT5": 2, "Y5-9": 3, "Y_GE10": 5, "UNK": 0}[age]
                rows[f"A,{sex},NR,{age},{geo}"] = [c if isinstance(c, str) else int(c) * size // 20 for c in cells]
    return rows


def grid(data: bytes) -> tuple[str, Grid]:
    table, found = eurostat.read(io.BytesIO(data), "a.tsv", sources.declared().values())
    return table.id, found


def reading(data: bytes) -> Reading:
    table, found = eurostat.read(io.BytesIO(data), "a.tsv", sources.declared().values())
    return from_grid(table, found, "a.tsv", data)


def frame(data: bytes) -> pd.DataFrame:
    found = reading(data).observations
    assert found is not None
    return found


def values(of: pd.DataFrame, region: str, **where: Any) -> dict[str, float]:
    """Date → value of one region, all ages and sexes unless said otherwise."""
    asked = {"region": region, "sex": "_T", "age_from": 0, "age_to": 200, **where}
    for column, code in asked.items():
        of = of[of[column] == code]
    return dict(zip(of["date"].astype(str), of["value"], strict=True))


def test_population_of_1_january_is_that_of_the_day_before() -> None:
    found = frame(tsv(people(DEF05=(1000, 2000))))
    assert values(found, "01051") == {"2020-12-31": 1000, "2021-12-31": 2000}
    assert set(found["base"]) == {"zensus_2011"}
    assert set(found["source"]) == {"demo_r_pjangrp3"}


def test_ages_and_sexes_have_the_codes_of_the_vocabulary() -> None:
    found = frame(tsv(people(DEF05=(1000, 2000))))
    groups = set(zip(found["age_from"], found["age_to"], strict=True))
    assert groups == {(0, 200), (0, 5), (5, 10), (10, 200)}
    assert values(found, "01051", sex="F", age_from=5, age_to=10) == {"2020-12-31": 150, "2021-12-31": 300}


def test_other_countries_nuts_2_and_unknown_ages_stay_outside_counted() -> None:
    rows = people(DEF05=(1000, 2000)) | {"A,T,NR,TOTAL,AT": [9, 9], "A,T,NR,TOTAL,DEF0": [9, 9]}
    rows |= {"A,T,NR,TOTAL,DE_TOT": [9, 9], "A,T,NR,TOTAL,EU27_2020": [9, 9]}
    dropped = reading(tsv(rows)).report.dropped
    assert dropped[eurostat.OTHER] == 3
    assert dropped["Regierungsbezirk oder Statistische Region"] == 1
    assert dropped[eurostat.NO_AGE] == 3 * 18


def test_the_total_of_germany_tells_population_from_deaths() -> None:
    rows = {key: [int(c) // 90 for c in cells] for key, cells in people(DEF05=(9000, 18000)).items()}  # type: ignore[call-overload]
    found = frame(tsv(rows, (2020, 2021)))
    assert set(found["measure"]) == {"deaths"}
    assert set(found["period"]) == {"year"}
    assert values(found, "01051") == {"2020-12-31": 100, "2021-12-31": 200}
    with pytest.raises(UnknownTableError, match="Kein deklarierter Datensatz"):
        grid(tsv({"A,T,NR,TOTAL,DE": [3_000_000, 3_000_000]}))
    with pytest.raises(UnknownTableError, match="keine Summe für Deutschland"):
        grid(tsv({"A,T,NR,TOTAL,DEF05": [1, 2]}))


def test_old_files_have_their_years_descending_and_no_frequency() -> None:
    rows = rates(["3.2 ", "3.3 "], ["2.9 b", ": "]) | {"RT,DEF0": ["2.9 ", ": "], "RT,FR": ["1 ", "2 "]}
    found = reading(tsv(rows, (2019, 2018), "unit,geo\\time"))
    assert found.report.table == "demo_r_minfind"
    assert found.observations is not None
    assert values(found.observations, "DE") == {"2019-12-31": 3.2, "2018-12-31": 3.3}
    gaps = found.observations[found.observations["value"].isna()]
    assert set(gaps["flag"]) == {"not_published"}
    assert found.report.note == "16 Werte mit Zeitreihenbruch (b)"
    del rows["RT,DEF"]
    with pytest.raises(SourceError, match="Der Datei fehlen Länder: 01"):
        reading(tsv(rows, (2019, 2018), "unit,geo\\time"))


def rates(germany: list[str], laender: list[str]) -> dict[str, Sequence[object]]:
    """A rate of Germany and the same one of each Land."""
    keys = [key for key, ags in nuts.keys().items() if len(ags) == 2]
    return {f"RT,{key}": germany if key == "DE" else laender for key in keys}


@pytest.mark.parametrize(
    ("cell", "flag"),
    [("3.2 ", "normal"), ("3.2 b", "normal"), ("3.2 e", "estimated"), ("3.2 p", "provisional"),
     ("3.2 bep", "provisional|estimated"), ("3.2 r", "revised"), ("3.2 u", "low_reliability"),
     (": ", "not_published"), (": c", "secret"), (": z", "blocked"), (": u", "unreliable")],
)  # fmt: skip
def test_flags_keep_their_meaning(cell: str, flag: str) -> None:
    found = frame(tsv(rates(["3.0 "], [cell]), (2019,), "unit,geo\\time"))
    assert list(found[found["region"] == "01"]["flag"]) == [flag]


def test_eisenach_joins_the_wartburgkreis_from_its_merger_on() -> None:
    found = reading(tsv(people(DEG0N=(400, 600), DEG0P=(1200, 1800))))
    assert found.observations is not None
    assert values(found.observations, "16063") == {"2020-12-31": 1200, "2021-12-31": 2400}
    assert values(found.observations, "16056") == {"2020-12-31": 400}
    assert "Eisenach und Wartburgkreis ab 01.07.2021 zusammengezählt: 12 Werte" in found.report.note
    assert found.report.dropped["Gebiet gibt es zum Stichtag nicht"] == 12
    part = frame(tsv(people(DEG0N=(400, ": "), DEG0P=(1200, 1800))))
    assert part[(part["region"] == "16063") & (part["date"].astype(str) == "2021-12-31")]["value"].isna().all()


@pytest.mark.parametrize(
    ("total", "base"), [(84_358_845, {"zensus_2011"}), (83_118_501, set()), (84_358_846, set())]
)  # fmt: skip
def test_from_2022_the_total_of_germany_tells_the_base(total: int, base: set[str]) -> None:
    rows = people() | {"A,T,NR,TOTAL,DE": [GERMANY, total]}
    _, found = grid(tsv(rows, (2022, 2023)))
    assert {c["base"] for c in found.columns if c and "base" in c} == base
    assert (eurostat.NO_BASE in found.dropped) == (not base)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda d: d[:-1], "abgeschnitten"),
        (lambda d: d[:-20], "abgeschnitten"),
        (lambda d: d.replace(b"2022 ", b"22 "), "kein Jahr"),
        (lambda d: d.replace(b"2022 ", b"2021 "), "doppelt"),
        (lambda d: d.replace(b"A,F,NR,TOTAL,DEF05\t", b"A,F,NR,TOTAL,DEF05 "), "nennt kein Gebiet|Merkmale und"),
        (lambda d: d.replace(b"DEF05", b"DEF99"), "„DEF99“ ist kein Land und kein Kreis"),
        (lambda d: d.replace(b"DEF05", b"\xc4EF05"), "nennt kein Gebiet"),
        (lambda d: d.replace(b",Y_LT5,", b",Y_LT5X,"), "keine Altersgruppe"),
        (lambda d: d.replace(b"A,F,", b"A,X,"), "kein Geschlecht"),
        (lambda d: d.replace(b"A,F,", b"M,F,"), "keine Jahreswerte"),
        (lambda d: d.replace(b"\t1000 ", b"\t1,000 "), "weder Zahl noch"),
        (lambda d: d.replace(b"\t1000 ", b"\t- "), "weder Zahl noch"),
        (lambda d: d.replace(b"\t1000 ", b"\t1000 q"), "Unbekanntes Kennzeichen „q“"),
        (lambda d: d.replace(b"\t1000 ", b"\t1000 \t7 "), "Merkmale und 3 Werte"),
        (lambda d: re.sub(rb"A,F,NR,Y5-9,DEF05.*\n", b"", d), "fehlen 1 von 12"),
        (lambda d: re.sub(rb"A,T,NR,Y_LT5,.*\n", b"", d), "Nicht zu jedem Geschlecht stehen alle Altersgruppen"),
        (lambda d: re.sub(rb".*,DEF\t.*\n", b"", d), "Der Datei fehlen Länder: 01"),
        (lambda d: d + d.splitlines(True)[-1].replace(b"UNK", b"Y5-9"), "doppelt da"),
    ],
)  # fmt: skip
def test_damage_is_named(spoil: Any, reason: str) -> None:
    data = tsv(people(DEF05=(1000, 2000)))
    assert spoil(data) != data
    with pytest.raises(SourceError, match=reason):
        reading(spoil(data))


def test_gzip_is_unpacked_and_found_out_when_cut(tmp_path: Path) -> None:
    path = tmp_path / "unnamed"
    packed = gzip.compress(tsv(people(DEF05=(1000, 2000))), mtime=0)
    path.write_bytes(packed)
    assert sources.read(path).report.table == "demo_r_pjangrp3"
    path.write_bytes(packed[:-9])
    with pytest.raises(SourceError, match="abgeschnitten"):
        sources.read(path)


def test_nul_bytes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.tsv"
    path.write_bytes(tsv(people(DEF05=(1000, 2000))).replace(b"1000", b"\x00" * 4))
    with pytest.raises(SourceError, match="Nullbytes"):
        sources.read(path)


def test_keys_of_the_eu_lead_to_every_kreis() -> None:
    keys = nuts.keys()
    assert keys["DE"] == "DG"
    assert len({ags for ags in keys.values() if len(ags) == 5}) == 401
    assert {ags for ags in keys.values() if len(ags) == 2 and ags != "DG"} == {f"{n:02d}" for n in range(1, 17)}
    assert (keys["DEF05"], keys["DEG0P"], keys["DEG0R"]) == ("01051", "16063", "16063")
    assert nuts.names()["Burgenlandkreis (DE)"] == "15084"


def base_population(spoil: Any = None) -> bytes:
    """PROJ_19RP3 with two ages, for all Kreise."""
    sheets: dict[str, list[list[Any]]] = {"Summary": [["Contents"]]}
    for number, (sex, share) in enumerate({"Total": 2, "Males": 1, "Females": 1}.items(), 1):
        rows: list[list[Any]] = [
            [f"Data extracted on 28/09/2021 11:33:1{number} from [ESTAT]"],
            ["Dataset: ", "Population on 1st January [PROJ_19RP3__custom_1338684]"],
            ["Last updated: ", "23/04/2021 11:00"], [],
            ["Time frequency", None, "Annual"], ["Type of projection", None, "Baseline projections"],
            ["Sex", None, sex], ["Unit of measure", None, "Person"], ["Time", None, "2019"], [],
            ["AGE (Labels)", "Total", "Less than 1 year", "1 year", "2 years or over"],
            ["GEO (Labels)", "", "", "", ""],
        ]  # fmt: skip
        rows += [[name, 10 * share, 2 * share, 3 * share, 5 * share] for name in nuts.names()]
        sheets[f"Sheet {number}"] = [*rows, [], ["Special value"], [":", "not available"]]
    if spoil:
        spoil(sheets)
    return workbook(sheets, shared=False)


def test_the_base_population_splits_ages_by_estimate(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(base_population())
    found = sources.read(path)
    assert (found.report.table, found.report.dates) == ("proj_19rp3", ("2018-12-31",))
    assert (found.origins[0].stand, found.origins[0].retrieved) == ("2021-04-23T11:00", "2021-09-28")
    assert (found.origins[0].licence, found.origins[0].citation) == ("CC BY 4.0", "Quelle: Eurostat, 2021, proj_19rp3")
    of = found.observations
    assert of is not None
    assert set(of["base"]) == {"zensus_2011"}
    mine = of[(of["region"] == "01051") & (of["sex"] == "M")]
    assert dict(zip(mine["age_from"].astype(str) + "-" + mine["age_to"].astype(str), mine["value"], strict=True)) == {
        "0-200": 10, "0-1": 2, "1-2": 3, "2-200": 5,
    }  # fmt: skip
    assert list(mine["flag"]) == ["normal", "estimated", "estimated", "estimated"]


def _set(sheet: str, row: int, column: int, text: Any) -> Any:
    return lambda sheets: sheets[sheet][row - 1].__setitem__(column, text)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_set("Sheet 2", 9, 2, "2030"), "Blatt „Sheet 2“, Zelle A9: Das Jahr ist „2030“"),
        (_set("Sheet 2", 7, 2, "Both"), "„Both“ ist kein Geschlecht"),
        (_set("Sheet 1", 6, 2, "Low fertility"), "„Type of projection“ ist „Low fertility“"),
        (_set("Sheet 1", 11, 2, "Youth"), "Zelle C11: „Youth“ ist keine Altersgruppe"),
        (_set("Sheet 3", 11, 4, "3 years or over"), "Die Altersgruppen sind andere"),
        (_set("Sheet 3", 13, 0, "Lummerland"), "Zelle A13: „Lummerland“ ist kein Kreis"),
        (_set("Sheet 3", 14, 3, None), "Zelle D14: Die Zeile soll 4 Werte haben"),
        (_set("Sheet 3", 14, 3, "=1+1"), "weder Zahl noch bekanntes Zeichen"),
        (lambda sheets: sheets["Sheet 2"].pop(20), "nennt 400 Kreise, am 31.12.2018 gab es 401"),
        (lambda sheets: sheets["Sheet 2"].__setitem__(20, sheets["Sheet 2"][21]), "doppelt da"),
        (lambda sheets: sheets.pop("Sheet 3"), None),
        (lambda sheets: sheets["Sheet 1"].pop(11), "GEO"),
    ],
)  # fmt: skip
def test_a_changed_base_population_is_refused(spoil: Any, reason: str | None, tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(base_population(spoil))
    if reason is None:
        assert sources.read(path).report.kept == 2 * 4 * 403
        return
    with pytest.raises(SourceError, match=reason):
        sources.read(path)


@pytest.fixture(scope="module")
def europe(shared: Path) -> dict[str, pd.DataFrame]:
    folder = shared / "data" / "regionalstatistik" / "eurostat"
    found = [sources.read(path) for path in sorted(folder.iterdir())]
    return {r.report.table: r.observations for r in found if r.observations is not None}


@pytest.mark.shared
def test_real_population_meets_the_published_numbers(europe: dict[str, pd.DataFrame]) -> None:
    """Destatis 12411-0001: Deutschland 31.12.2021: 83.237.124; 12411-01-01-4: Dithmarschen 133.969."""
    of = europe["demo_r_pjangrp3"]
    assert values(of, "DE")["2021-12-31"] == 83_237_124
    assert values(of, "01051")["2021-12-31"] == 133_969
    assert values(of, "16063")["2021-12-31"] == 158_900
    assert "2021-12-31" not in values(of, "16056")
    assert values(of, "01051", sex="F", age_from=90)["2021-12-31"] == 983


@pytest.mark.shared
def test_real_base_population_is_that_of_31_december_2018(europe: dict[str, pd.DataFrame]) -> None:
    of = europe["proj_19rp3"]
    total = of[(of["sex"] == "_T") & (of["age_from"] == 0) & (of["age_to"] == 200)].set_index("region")["value"]
    assert total[total.index.str.len() == 5].sum() == 83_019_213
    assert [total[k] for k in ("01051", "05913", "05358", "03454", "12063", "10041")] == [
        133_210, 587_010, 263_722, 325_657, 161_909, 329_708,
    ]  # fmt: skip


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("rdb-12411-02-03-4-jahre/12411-02-03-4 (2018).csv", "proj_19rp3"),
        ("rdb-12411-02-03-4-jahre/12411-02-03-4 (2018).csv", "demo_r_pjangrp3"),
        ("rdb-csv-2021/12411-01-01-4.csv", "demo_r_pjangrp3"),
    ],
)
def test_every_kreis_has_the_offices_total(
    file: str, table: str, europe: dict[str, pd.DataFrame], shared: Path
) -> None:
    difference = differences(europe[table], shared / "data" / "regionalstatistik" / file)
    assert len(difference) >= 1200
    assert (difference == 0).all()


def differences(of: pd.DataFrame, official: Path) -> pd.Series[float]:
    """Eurostat's totals of the Kreise less those of an official file, by region, date and sex."""
    there = sources.read(official).observations
    assert there is not None
    here, others = (
        f[(f["age_from"] == 0) & (f["age_to"] == 200) & (f["region"].str.len() == 5)]
        .astype({"date": "str", "sex": "str"})
        .set_index(["region", "date", "sex"])["value"]
        for f in (of, there)
    )
    both = here.index.intersection(others.index)
    return (here[both] - others[both]).dropna()


@pytest.mark.shared
def test_deaths_are_the_offices_but_for_gemeinden_that_changed_their_kreis(
    europe: dict[str, pd.DataFrame], shared: Path
) -> None:
    """Eurostat recalculates to the boundaries of its edition: what one Kreis loses its neighbour gets."""
    official = shared / "data" / "regionalstatistik" / "rdb-opendata-2017" / "12613-01-01-4_00.csv"
    difference = differences(europe["demo_r_magec3"], official)
    assert len(difference) > 3500
    moved = difference[difference != 0]
    assert len(moved) <= 40
    assert set(moved.groupby(level=["date", "sex"]).sum()) == {0}


@pytest.mark.shared
def test_real_infant_mortality(europe: dict[str, pd.DataFrame]) -> None:
    assert values(europe["demo_r_minfind"], "DE")["2019-12-31"] == 3.2
