"""Boundaries of today in the embedded data: published numbers added up, all Kreise of all years, what is said."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kommunalprofil import cli
from kommunalprofil.cells import Member, panels
from kommunalprofil.conversion import convert
from kommunalprofil.crosswalk import Crosswalk
from kommunalprofil.evidence import Evidence
from kommunalprofil.indicators import compute
from kommunalprofil.narrative import population
from kommunalprofil.profile import Profile
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.sources.attributes import TYPES
from kommunalprofil.store import Store
from kommunalprofil.successions import told


def run(capsys: pytest.CaptureFixture[str], *options: str) -> list[dict[str, str]]:
    """The rows of `kommunalprofil indicators` as CSV."""
    from kommunalprofil import german_cli

    code = german_cli.run(cli.app, ["indicators", "--format", "csv", "--indicator", "population", *options])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    return list(csv.DictReader(io.StringIO(printed.out)))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    from kommunalprofil import german_cli

    assert german_cli.run(cli.app, list(arguments)) == 2
    return capsys.readouterr().err


@cache
def evidence(place: str) -> Evidence:
    return Evidence(Profile(place, data_dir()))


def people(place: str) -> dict[str, float]:
    """Day → people, of two values on a day the newer base."""
    return {v.date: v.value for v in evidence(place).series("population") if v.value is not None}


def test_the_last_bit_of_a_sum_does_not_depend_on_chance(tmp_path: Path) -> None:
    """The order of a set of texts differs from process to process; the order in which numbers are added must not."""
    command = [sys.executable, "-m", "kommunalprofil", "indicators", "--gebietsstand", "2021-12-31", "--by", "sex"]
    chosen = [
        "--region",
        "13",
        "--region",
        "13075",
        "--region",
        "13071",
        "--indicator",
        "population",
        "--indicator",
        "mean_age",
    ]
    for seed in ("1", "2"):
        target = ["-o", str(tmp_path / f"{seed}.csv")]
        subprocess.run([*command, *chosen, *target], env={**os.environ, "PYTHONHASHSEED": seed}, check=True)
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()


def test_goettingen_is_the_sum_of_its_parts(capsys: pytest.CaptureFixture[str]) -> None:
    """12411-01-01-4, 31.12.2015: Göttingen 255,653 and Osterode am Harz 73,885."""
    parts = run(capsys, "--region", "03152", "--region", "03156", "--date", "2015")
    assert [float(row["value"]) for row in parts] == [255_653, 73_885]
    (whole,) = run(capsys, "--region", "03159", "--date", "2015", "--gebietsstand", "heute")
    assert (whole["value"], whole["flag"], whole["sources"]) == ("329538", "", parts[0]["sources"])


def test_the_wartburgkreis_has_eisenach(capsys: pytest.CaptureFixture[str]) -> None:
    """On the boundaries of 2021 its people of 2020 are Kreis and town; before 2019 Kaltennordheim was in it too."""
    (whole,) = run(capsys, "--region", "16063", "--date", "2020", "--gebietsstand", "2021-12-31")
    parts = run(capsys, "--region", "16063", "--region", "16056", "--date", "2020")
    assert float(whole["value"]) == sum(float(row["value"]) for row in parts)
    assert whole["flag"] == ""
    (divided,) = run(capsys, "--region", "16063", "--date", "2018", "--gebietsstand", "2021-12-31")
    assert divided["flag"] == "estimated"
    assert 161_000 < float(divided["value"]) < 163_000


def test_mecklenburg_vorpommern_before_its_reform(capsys: pytest.CaptureFixture[str]) -> None:
    """31.12.2010: 1,642,327 people in six new Kreise and two towns; Demmin was divided between two of them."""
    kreise = ["13003", "13004", *(str(n) for n in range(13071, 13077))]
    options = [x for key in kreise for x in ("--region", key)]
    rows = run(capsys, *options, "--date", "2010", "--gebietsstand", "heute")
    assert sum(float(row["value"]) for row in rows) == pytest.approx(1_642_327, abs=1e-6)
    assert {row["region"] for row in rows if row["flag"] == "estimated"} == {"13071", "13075"}
    assert float(rows[-1]["value"]) == 218_362  # Ludwigslust and Parchim


@pytest.mark.parametrize("table", ["12411-01-01-4", "12411-02-03-4"])
def test_all_kreise_are_germany_in_every_year(table: str) -> None:
    store = Store(data_dir())
    today = Register.load(store.state).gebietsstand
    (panel,) = [p for p in panels(store.observations(table), table) if p.measure == "population"]
    converted = convert(panel, Crosswalk.load(store.state), today)
    block = converted.blocks[Member()]
    whole = block.values[:, :, block.covering(0, 200)].sum(axis=2)
    kreise = np.array([len(region) == 5 for region in converted.regions])
    assert kreise.sum() == 400
    assert not np.isnan(whole).any()
    germany = whole[converted.regions.index("DE")]
    assert np.abs(whole[kreise].sum(axis=0) - germany).max() < 1e-3
    years = [point.date[:4] for point in converted.points]
    assert years[0] == "1995"
    assert len(years) >= 24


def test_ratios_are_of_converted_counts() -> None:
    """Σ numerator / Σ denominator: the ratio of Göttingen 2015 lies between those of its parts."""
    store = Store(data_dir())
    (one,) = compute(store, ["03159"], ["old_age_ratio"], territory="2021-12-31")
    (parts,) = compute(store, ["03152", "03156"], ["old_age_ratio"])
    t = [p.date for p in one.points].index("2015-12-31")
    p = [p.date for p in parts.points].index("2015-12-31")
    assert one.numerator[0, t] == parts.numerator[:, p].sum()
    assert one.denominator[0, t] == parts.denominator[:, p].sum()
    assert one.value[0, t] == pytest.approx(100 * one.numerator[0, t] / one.denominator[0, t])


def test_a_level_is_that_of_the_day(capsys: pytest.CaptureFixture[str]) -> None:
    rows = run(capsys, "--region", "kreis", "--date", "2015", "--gebietsstand", "heute")
    assert len(rows) == 400
    assert "03152" not in {row["region"] for row in rows}


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--region", "03159", "--gebietsstand", "2015-12-31"), "führen keine Umsteigeschlüssel. Möglich: 2021-12-31"),
        (("--region", "03159", "--gebietsstand", "gestern"), "„gestern“ ist kein Gebietsstand"),
        (
            ("--region", "03152", "--gebietsstand", "heute"),
            "Göttingen (03152) gibt es am 31.12.2024 nicht; das Gebiet gehört jetzt zu: Landkreis",
        ),
    ],
)
def test_what_cannot_be_is_said(arguments: tuple[str, ...], reason: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert reason in refused(capsys, "indicators", *arguments)


def test_no_profile_of_an_ended_kreis(capsys: pytest.CaptureFixture[str]) -> None:
    text = refused(capsys, "build", "03156")
    assert "seit dem 01.11.2016 nicht mehr; das Gebiet gehört jetzt zu: Landkreis Göttingen" in text


# --- profiles --------------------------------------------------------------------------------------------------------


def test_grabow_before_2011() -> None:
    """12411-01-01-5: Grabow 13054037 and Steesow 13054098, which it took in in 2016."""
    series = people("13076050")
    assert series["2008-12-31"] == 6166
    assert series["2010-12-31"] == 6055
    assert series["2015-12-31"] == 5754
    assert evidence("13076050").sums() == ["Werte bis Ende 2015 schließen Steesow ein."]
    assert not evidence("13076050").reforms()


@pytest.mark.parametrize(
    ("place", "day", "number", "said"),
    [
        (
            "03159",
            "1995-12-31",
            355_012,
            "Werte bis Ende 2015 sind die Summe der Kreise Göttingen und Osterode am Harz.",
        ),
        ("13076", "2010-12-31", 218_362, "sind die Summe der Kreise Ludwigslust und Parchim."),
        ("05334", "2008-12-31", 568_520, "sind die Summe aus der Stadt Aachen und dem Kreis Aachen."),
        ("16063", "2020-12-31", 159_937, "schließen die Stadt Eisenach ein."),
    ],
)
def test_series_go_on_and_say_of_what(place: str, day: str, number: int, said: str) -> None:
    assert people(place)[day] == number
    assert any(sentence.endswith(said) for sentence in population.borders(evidence(place)))


def test_a_divided_kreis_begins_with_its_reform() -> None:
    """The Mecklenburgische Seenplatte took a part of Demmin: no estimate is shown as a count."""
    assert min(people("13071")) == "2011-12-31"


def test_changes_over_moved_borders_are_gaps() -> None:
    """Eichsfeld took in Gemeinden of the Unstrut-Hainich-Kreis on 1.1.2023 and 1.1.2024."""
    values = {v.date: v for v in evidence("16061").series("population_change")}
    assert values["2024-12-31"].value is None
    assert [r.after for r in evidence("16061").reforms()][-1] == "2024-12-31"


class Place:
    """What `told` asks of a region."""

    def __init__(self, ags: str, name: str) -> None:
        self.ags, self.name = ags, name


ALONE, WITH_EISENACH = ("16063",), ("16056", "16063")


@pytest.mark.parametrize(
    ("place", "made_of", "said"),
    [
        (("13076050", "Grabow"), {"2010-12-31": ("13054037",)},
         "Werte bis Ende 2010 stehen unter dem früheren Gebietsschlüssel 13054037."),
        (("16063", "Wartburgkreis"),
         {"1995-12-31": ALONE, "2019-12-31": WITH_EISENACH, "2020-12-31": WITH_EISENACH, "2021-12-31": ALONE},
         "Werte von Ende 2019 bis Ende 2020 schließen die Stadt Eisenach ein."),
        (("16063", "Wartburgkreis"),
         {"1995-12-31": WITH_EISENACH, "2015-12-31": ALONE, "2020-12-31": WITH_EISENACH, "2021-12-31": ALONE},
         "Werte bis Ende 1995 und von Ende 2020 schließen die Stadt Eisenach ein."),
        (("06635001", "Allendorf"), {"2022-05-15": ("06635001", "06635005")},
         "Werte bis zum 15.\N{NO-BREAK SPACE}Mai 2022 schließen Bromskirchen ein."),
        (("16061119", "Uder"), {"2023-12-31": tuple(f"1606100{n}" for n in range(9))},
         "Werte bis Ende 2023 sind die Summe 9 früherer Gemeinden."),
        (("01001", "X"), {}, ""),
    ],
)  # fmt: skip
def test_what_a_series_is_made_of(place: tuple[str, str], made_of: dict[str, Any], said: str) -> None:
    names = {"13054037": "Grabow, Stadt", "16056": "Eisenach", "06635005": "Bromskirchen", "06635001": "Allendorf",
             "16063": "Wartburgkreis"}  # fmt: skip
    region: Any = Place(*place)
    assert told(region, made_of, lambda key: names.get(key, "")) == ([said] if said else [])


def test_the_sentence_speaks_of_the_numbers_it_stands_under() -> None:
    """Eisenach joined the Wartburgkreis in July 2021: its people are in the series from 2019 on, and not before."""
    place = Profile("16063", data_dir())
    assert place.sums() == ["Werte von Ende 2019 bis Ende 2020 schließen die Stadt Eisenach ein."]
    people = {v.date: v.value for v in place.series("population")}
    assert people["2018-12-31"] == 123_025
    assert people["2019-12-31"] == 161_224


# --- the register ----------------------------------------------------------------------------------------------------


def test_the_register_knows_types_codes_and_days() -> None:
    register = Register.load(data_dir())
    dithmarschen = register.get("01051")
    assert (dithmarschen.nuts3, dithmarschen.nuts3_name) == ("DEF05", "Dithmarschen")
    assert (dithmarschen.kreistyp, dithmarschen.raumtyp) == ("Dünn besiedelte ländliche Kreise", "Ländlicher Raum")
    assert register.get("13076050").gemeindetyp == "Kleine Kleinstadt"
    assert register.get("03159").valid_from == "2016-11-01"
    assert register.get("03159").kreistyp == ""  # its two parts were of two types
    known = {name: sum(map(bool, register.column(name))) for name in (*TYPES, "nuts3")}
    assert known["kreistyp"] >= 399
    assert known["nuts3"] == 400
    assert known["gemeindetyp"] > 10_000
