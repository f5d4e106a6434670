"""Reports on life tables: what is read of their sheets, what stays outside, and which contradictions are found out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kommunalprofil import sources
from kommunalprofil.errors import SourceError
from kommunalprofil.sources import lifetables
from kommunalprofil.sources.labels import LAENDER
from workbooks import workbook

if TYPE_CHECKING:
    import pandas as pd

LANDS = {key: name for name, key in reversed(LAENDER.items()) if key != "DG"}.values()
AGES = (0, 1, 20, 40, 60, 65, 80)
Sheets = dict[str, list[list[Any]]]


def life(region: str, sex: str, note: str = "") -> list[list[Any]]:
    """A sheet of single years in which nobody but a hundredth dies each year."""
    head: list[list[Any]] = [
        [], ["Sterbetafel 2018/2020"], [], [region], [], [sex], [],
        ["Vollendetes", None, None, "Sterbe-", "Überlebens-", "Überlebende", "Gestorbene", "Von den Überlebenden"],
        ["x", None, None, " q x", "p x", "l x", "   d x", "L x", "T x", " e x"], [],
    ]  # fmt: skip
    rows: list[list[Any]] = []
    alive = 100_000.0
    for age in range(101):
        years = alive * 20 - age
        rows.append([age, ".", None, 0.01, 0.99, alive, alive * 0.01, alive * 0.995, years, years / alive])
        alive *= 0.99
    return [*head, *rows, [], [note or "1 Rohe Beobachtungswerte im Betrachtungszeitraum."]]


def expectancy() -> list[list[Any]]:
    """The sheet of the Länder, which repeats Germany, rounded."""
    rows: list[list[Any]] = [
        [], ["Durchschnittliche fernere Lebenserwartung in den Bundesländern 1"], [], ["Sterbetafel 2018/2020"], [],
        ["Bundesland", None, "Im Alter von ... Jahren"], [None, None, ""], [None, None, *AGES],
    ]  # fmt: skip
    whole = {row[0]: round(row[9], 2) for row in life("Deutschland", "Männlich") if len(row) == 10 and row[1] == "."}
    for sex in lifetables.SEXES:
        rows.append(["", None, sex])
        rows += [[name, None, *(50 + age / 100 for age in AGES)] for name in LANDS]
        rows += [[], ["Deutschland", None, *(whole[age] for age in AGES)], []]
    return [*rows, ["1 Es beziehen sich: Das Alter 0 auf den Zeitpunkt der Geburt"]]


def report() -> Sheets:
    note = "1 Rohe Beobachtungswerte, ab Alter 99 Schätzwerte eines Extrapolationsmodells."
    short = [[], ["Sterbetafel 2018/2020 in Altersgruppen"], [], ["Deutschland"], [], ["0", ".", None, 0.01, 0.99]]
    return {
        "Titelseite": [[None, "Sterbetafeln"], [None, "© Statistisches Bundesamt (Destatis), 2021"]],
        "Deutschland männlich": life("Deutschland", "Männlich", note),
        "Deutschland weiblich": life("Deutschland", "Weiblich"),
        "Deutschland Altersgruppen": short,
        "Westdeutschland männlich": life("Westdeutschland", "Männlich"),
        "Lebenserwartung Bundesländer": expectancy(),
    }


def read(tmp_path: Path, sheets: Sheets) -> Any:
    path = tmp_path / "x"
    path.write_bytes(workbook(sheets))
    return sources.read(path)


def pick(of: pd.DataFrame, **where: Any) -> list[float]:
    for column, code in where.items():
        of = of[of[column].astype(str) == str(code)]
    return list(of["value"])


def test_the_life_table_of_germany_comes_in_whole(tmp_path: Path) -> None:
    reading = read(tmp_path, report())
    of = reading.observations[reading.observations["source"] == "12621-Sterbetafel"]
    assert len(of) == 2 * 101 * 6
    assert set(of["region"]) == {"DE"}
    assert set(of["date"].astype(str)) == {"2020-12-31"}
    assert set(of["period"]) == {"years"}
    assert pick(of, sex="M", age_from=0, age_to=1, measure="survivors") == [100_000]
    assert pick(of, sex="F", age_from=100, age_to=101, measure="death_probability") == [0.01]
    assert pick(of, sex="F", age_from=0, measure="official_life_expectancy") == [20]


def test_ages_the_footnote_calls_estimated_are_flagged(tmp_path: Path) -> None:
    of = read(tmp_path, report()).observations
    estimated = of[of["flag"] == "estimated"]
    assert set(estimated["measure"]) == {"death_probability"}
    assert list(zip(estimated["sex"], estimated["age_from"], strict=True)) == [("M", 99), ("M", 100)]


def test_the_laender_have_their_own_table(tmp_path: Path) -> None:
    reading = read(tmp_path, report())
    of = reading.observations[reading.observations["source"] == "12621-Laender"]
    assert of["region"].nunique() == 18  # 16 Länder, Hamburg and Berlin as Kreis too
    assert pick(of, region="01", sex="F", age_from=65) == [50.65]
    assert {o.table for o in reading.origins} == {"12621-Sterbetafel", "12621-Laender"}
    assert {o.citation.rpartition(",")[0] for o in reading.origins} == {"© Statistisches Bundesamt (Destatis), 2021"}
    assert {o.licence for o in reading.origins} == {"Vervielfältigung und Verbreitung mit Quellenangabe gestattet"}


def test_what_stays_outside_is_counted(tmp_path: Path) -> None:
    dropped = read(tmp_path, report()).report.dropped
    assert dropped[lifetables.NO_KEY] == 101
    assert dropped[lifetables.SHORTENED] == 1
    assert dropped[lifetables.SURVIVAL] == 202
    assert dropped[lifetables.ROUNDED] == 2


def _set(sheet: str, row: int, column: int, text: Any) -> Any:
    return lambda sheets: sheets[sheet][row - 1].__setitem__(column, text)


MEN, LAND = "Deutschland männlich", "Lebenserwartung Bundesländer"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_set(MEN, 2, 0, "Sterbetafel 2017/2019"), "andere Blätter enden 2019"),
        (_set(MEN, 6, 0, "Weiblich"), "ist kein Geschlecht oder steht auf zwei Blättern"),
        (_set(MEN, 9, 3, "r x"), "Die Spalten sollen qx, px"),
        (_set(MEN, 20, 0, 77), f"Blatt „{MEN}“, Zelle A20: Die Alter sollen von 0 bis 100"),
        (lambda sheets: sheets[MEN].pop(30), "Zelle A31: Die Alter sollen von 0 bis 100"),
        (lambda sheets: sheets[MEN].insert(30, sheets[MEN][30]), "Die Alter sollen von 0 bis 100"),
        (_set(MEN, 20, 3, 0.02), "Zelle A20: Die Werte der Zeile widersprechen einander"),
        (_set(MEN, 20, 9, 99.0), "Zelle A20: Die Werte der Zeile widersprechen einander"),
        (_set(MEN, 20, 3, "="), "Zelle D20: „=“ ist keine Zahl"),
        (_set(MEN, 20, 9, None), "Zelle J20: „“ ist keine Zahl"),
        (lambda sheets: sheets.pop(MEN), "fehlt das Blatt „Deutschland männlich“"),
        (lambda sheets: sheets.pop(LAND), "fehlt das Blatt „Durchschnittliche fernere"),
        (_set(LAND, 10, 0, "Lummerland"), f"Blatt „{LAND}“, Zelle A10: „Lummerland“ ist kein Land"),
        (_set(LAND, 10, 0, "Bayern"), "soll 16 Länder und Deutschland"),
        (_set(LAND, 10, 4, "."), "Zelle E10: „.“ ist keine Zahl"),
        (_set(LAND, 27, 2, 21.0), "Lebenserwartung 21 im Alter 0 widerspricht der Sterbetafel"),
        (_set(LAND, 8, 3, 0), "aufsteigende Alter"),
    ],
)
def test_damage_is_named(spoil: Any, reason: str, tmp_path: Path) -> None:
    sheets = report()
    spoil(sheets)
    with pytest.raises(SourceError, match=reason):
        read(tmp_path, sheets)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("file", "men", "women", "hamburg"),
    [
        ("tafel-11-13.xlsx", 77.90, 82.88, 77.85),
        ("tafel-14-16.xlsx", 78.31, 83.20, 78.49),
        ("tafel-18-20.xlsx", 78.64, 83.40, 78.79),
    ],
)
def test_real_reports(file: str, men: float, women: float, hamburg: float, shared: Path) -> None:
    """Durchschnittliche fernere Lebenserwartung im Alter 0, as printed on the sheet of the Länder."""
    of = sources.read(shared / "data" / "regionalstatistik" / "sterbetafeln" / file).observations
    assert of is not None
    newborn: dict[str, Any] = {"age_from": 0, "measure": "official_life_expectancy"}
    assert round(pick(of, region="DE", sex="M", **newborn)[0], 2) == men
    assert round(pick(of, region="DE", sex="F", **newborn)[0], 2) == women
    assert pick(of, region="02", sex="M", **newborn) == [hamburg]
