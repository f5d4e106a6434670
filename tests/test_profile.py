"""What figures, chapters and exports ask of a place: values, series, comparisons, origins – and gaps with a reason."""

from __future__ import annotations

import pytest

from kommunalprofil.errors import DataError, UnknownRegionError
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir


@pytest.fixture(scope="module")
def vrees() -> Profile:
    return Profile("vrees", data_dir())


@pytest.fixture(scope="module")
def dithmarschen() -> Profile:
    return Profile("01051", data_dir())


def test_what_surrounds_a_place(vrees: Profile, dithmarschen: Profile) -> None:
    assert [r.level for r in (vrees.region, *vrees.parents)] == ["gemeinde", "kreis", "land", "bund"]
    assert vrees.kreis is not None
    assert vrees.kreis.ags == "03454"
    assert dithmarschen.kreis is None
    assert [r.ags for r, _ in dithmarschen.compare("old_age_ratio")] == ["01051", "01", "DE"]
    assert len({v.date for _, v in dithmarschen.compare("old_age_ratio")}) == 1


def test_a_gap_is_a_value_with_a_german_reason(vrees: Profile) -> None:
    for date, flag in (("2014", "not_published"), ("2022-05-15", "not_computable:"), ("1900", "not_published")):
        gap = vrees.get("youth_ratio", date=date)
        assert gap.missing
        assert gap.flag.startswith(flag)
        assert gap.reason
        assert gap.unit == "je 100"
    assert vrees.get("youth_ratio").date == "2015-12-31"
    assert vrees.get("age_share", age="3-5", date="2022").date == "2022-05-15"  # 31.12.2022 has no ages
    assert vrees.get("youth_ratio").reason == ""


def test_series_ascend_and_dates_have_values(dithmarschen: Profile) -> None:
    series = dithmarschen.series("population")
    assert [v.date for v in series] == sorted({v.date for v in series})
    assert dithmarschen.dates("population") == [v.date for v in series if not v.missing]


def test_a_split_by_age_never_overlaps_and_adds_up(dithmarschen: Profile) -> None:
    for date in ("2015", "2018", "2020", "2021"):
        parts = dithmarschen.split("population", "age", date=date)
        assert sum(v.value or 0 for v in parts) == dithmarschen.get("population", date=date).value
        assert len({v.sources for v in parts}) == 1
    assert len(dithmarschen.split("population", "age", date="2020", sex="F")) == 79
    assert [v.sex for v in dithmarschen.split("population", "sex", date="2015")] == ["M", "F"]
    assert dithmarschen.split("population", "age", date="1900") == []


def test_origins_are_told_apart_by_base(dithmarschen: Profile) -> None:
    old = dithmarschen.origin("12411-01-01-4", "2023-12-31", "zensus_2011")
    new = dithmarschen.origin("12411-01-01-4", "2023-12-31", "zensus_2022")
    assert old.sha256 != new.sha256
    assert new.citation.startswith("© Statistische Ämter des Bundes und der Länder, Deutschland, 20")
    with pytest.raises(DataError, match="Herkunftsnachweis"):
        dithmarschen.origin("99999-01-01-4")


def test_every_value_has_an_origin(vrees: Profile) -> None:
    places = (vrees.region, *vrees.parents)
    asked = [(name, selection._asdict()) for name in vrees.indicators for selection in vrees.results.selections(name)]
    values = (v for name, members in asked for place in places for v in vrees.series(name, region=place.ags, **members))
    pairs = {(s, v.date, v.base) for v in values if not v.missing for s in v.sources}
    assert len(pairs) > 100
    for table, date, base in pairs:
        assert vrees.origin(table, date, base).licence


def test_unknown_things_are_errors(vrees: Profile) -> None:
    with pytest.raises(UnknownRegionError):
        Profile("vreees", data_dir())
    with pytest.raises(KeyError):
        vrees.get("happiness")
    with pytest.raises(TypeError):
        vrees.get("population", religion="x")
